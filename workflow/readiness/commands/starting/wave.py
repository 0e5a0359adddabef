"""A wave in a project: its export registered, its questionnaire drafted, its section written.

All or nothing: what cannot be refused beforehand is taken back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from readiness.bounded import TextLoader, read_yaml_text
from readiness.commands.starting.reading import export_table, read_labels
from readiness.commands.starting.undoing import all_or_nothing, put_back
from readiness.datasets.add import add_version, read_whole
from readiness.datasets.places import default_store, kept_by_git
from readiness.datasets.versions import VERSIONS, read_versions
from readiness.drafting import (
    Table,
    document_of,
    draft_text,
    make_draft,
    wave_section,
    with_section,
)
from readiness.errors import ConfigError
from readiness.files import write_atomically
from readiness.patterns import NAME, WORDS
from readiness.privacy import names_people
from readiness.questionnaire import load_questionnaire, questionnaire_of
from readiness.questionnaire.naming import form_name
from readiness.questionnaire.writing import open_decisions
from readiness.questionnaire.xlsform import from_xlsform, is_xlsform
from readiness.readers import read_sheet
from readiness.terminal import one_line

VERSION = "1"
UNDECIDED = "undecided"
"""What stands for the selection where nobody said it: no run accepts it."""
ESTIMATED = ("single", "ordinal", "multi", "number")


@dataclass(frozen=True)
class Begun:
    """What was written, and how many decisions are open; `undecided`: the selection is.

    `named`: the export says who its respondents are; their pseudonyms need a key.
    """

    wave: str
    questionnaire: str
    drafted: bool
    rows: int
    decisions: int
    undecided: bool
    restricted: bool
    named: bool


def begin_wave(
    root: Path,
    export: Path,
    *,
    wave: str = "",
    labels: Sequence[Path] = (),
    language: str = "",
    selection: str = "",
    questionnaire: str = "",
    form: Path | None = None,
    public: bool = False,
) -> Begun:
    """Begin a wave from an export.

    Args:
        root: of the project.
        export: the file as the tool wrote it; its bytes are what is registered.
        wave: its name; the file's own unless given.
        labels: codebooks that lie beside the export.
        language: of the texts; found unless given.
        selection: how respondents came in; left open unless given.
        questionnaire: one that exists; drafted unless given.
        form: an XLSForm, or an SPSS file with labels, that says what was asked.
        public: the answers may be public: git may keep them.

    Raises ConfigError where a name is taken or none, or git would take answers that may not be
    public; DataError where a file cannot be read.
    """
    wave = wave or form_name(export.stem)
    _check_names(root, wave, questionnaire)
    if not public:
        _refuse_git(root)
    table = export_table(export, read_whole(export))
    if questionnaire:
        text, items, told = "", *_asked(root, questionnaire)
    elif form is not None:
        text, items, told = _of_form(form, wave, language)
    else:
        text, items, told = _drafted(table, export.name, wave, labels, language)
    if not items:
        raise ConfigError(f"{export}: no question whose answers can be estimated.")
    name = questionnaire or f"{wave}-{VERSION}"
    section = wave_section(
        wave, language=language or told, selection=selection or UNDECIDED, dataset=wave,
        version=VERSION, questionnaire=name,
    )  # fmt: skip
    config = with_section((root / "config.yaml").read_text("utf-8"), "waves", wave, section)
    with all_or_nothing() as undo:
        if text:
            path = root / f"data/questionnaires/{name}.yaml"
            write_atomically(path, text)
            undo.append(lambda: path.unlink(missing_ok=True))
        versions = root / VERSIONS
        before = versions.read_bytes() if versions.exists() else None
        undo.append(lambda: put_back(versions, before))
        added = add_version(
            root, export, wave, VERSION, questionnaire=name, restricted=not public,
            count=lambda content: len(read_sheet(export, content)),
        )  # fmt: skip
        undo.append(lambda: (root / added.pointer_path).unlink(missing_ok=True))
        write_atomically(root / "config.yaml", config)
    asked = load_questionnaire(root / f"data/questionnaires/{name}.yaml")
    personal = [item.id for item in asked.items if item.personal]
    named = names_people(asked.export.invitation, asked.export.respondent, personal)
    left = open_decisions(text)
    return Begun(wave, name, bool(text), added.rows, left, not selection, not public, named)


def _asked(root: Path, questionnaire: str) -> tuple[list[str], str]:
    """The items of a questionnaire that can be estimated, and its language."""
    found = load_questionnaire(root / f"data/questionnaires/{questionnaire}.yaml")
    items = [i.id for i in found.items if i.kind in ESTIMATED and not i.personal]
    return items, found.language


def _of_form(form: Path, wave: str, language: str) -> tuple[str, list[str], str]:
    """The same of a form, or of the labels of an SPSS file."""
    if is_xlsform(form):
        document = from_xlsform(form, language or None)
    else:
        table = export_table(form, read_whole(form))
        document = document_of(make_draft(table, wave, one_line(form.name), language=language))
    text = draft_text({**document, "name": wave}, one_line(form.name), VERSION)
    loaded = read_yaml_text(text, TextLoader)
    asked = questionnaire_of(loaded, f"{wave}-{VERSION}")
    items = [i.id for i in asked.items if i.kind in ESTIMATED and not i.personal]
    return text, items, asked.language


def _drafted(
    table: Table, file: str, wave: str, labels: Sequence[Path], language: str
) -> tuple[str, list[str], str]:
    """The text of a drafted questionnaire, its items that can be estimated, its language."""
    source = f"{one_line(file)} ({table.rows} rows, {len(table.columns)} columns)"
    book = read_labels(labels, table)
    draft = make_draft(table, wave, source, codebook=book, language=language)
    return draft_text(document_of(draft), source, VERSION), draft.estimated, draft.language


def _refuse_git(root: Path) -> None:
    """ConfigError where what is registered would go into a commit."""
    store = default_store(root)
    if store is not None and kept_by_git(root, store / "answers"):
        raise ConfigError(
            f"{store}: git keeps it, and answers of people must not go there. First name a private "
            "remote (dvc remote add -d private /a/folder/elsewhere), or say --public."
        )


def _check_names(root: Path, wave: str, questionnaire: str) -> None:
    if not re.fullmatch(NAME, wave) or not wave[0].isalpha():
        raise ConfigError(f"--wave {wave!r}: expected {WORDS[NAME]}, a letter first.")
    if questionnaire:
        path = root / f"data/questionnaires/{questionnaire}.yaml"
        if not re.fullmatch(NAME, questionnaire) or not path.is_file():
            raise ConfigError(f"--questionnaire {questionnaire!r}: no such file {path}.")
    elif (root / f"data/questionnaires/{wave}-{VERSION}.yaml").exists():
        raise ConfigError(
            f"data/questionnaires/{wave}-{VERSION}.yaml exists; choose another --wave, or use it: "
            f"--questionnaire {wave}-{VERSION}."
        )
    versions = read_versions(root) if (root / VERSIONS).exists() else {}
    if f"{wave}@{VERSION}" in versions:
        raise ConfigError(f"the dataset version {wave}@{VERSION} exists; choose another --wave.")
