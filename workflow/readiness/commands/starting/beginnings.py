"""Beginnings in a project: a wave from its export, a study from a table of published figures.

The data are registered, what was asked is drafted or read, the section is written. All or nothing:
what cannot be refused beforehand is taken back.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from readiness.commands.starting.export_tables import export_table, table_of
from readiness.config import FigureRules
from readiness.datasets.add import add_version, read_whole
from readiness.datasets.places import default_store, kept_by_git
from readiness.datasets.versions import VERSIONS, Version, read_versions
from readiness.disclosure import Policy
from readiness.drafting import (
    Codebook,
    ExportTable,
    document_of,
    draft_text,
    follow,
    make_draft,
    merging_lines,
    name_by_form,
    read_codebook,
    wave_section,
    with_section,
)
from readiness.drafting.wordings import names_group
from readiness.ground.errors import ConfigError
from readiness.ground.files import write_atomically
from readiness.ground.patterns import NAME, WORDS
from readiness.ground.printable import one_line
from readiness.ground.safe_yaml import TextLoader, read_yaml_text
from readiness.language import FIRST, LANGUAGES, tell
from readiness.privacy.detecting import names_people
from readiness.program.layout import find_config
from readiness.questionnaire import Questionnaire, load_questionnaire, questionnaire_of
from readiness.questionnaire.items import Export
from readiness.questionnaire.writing import CHECK, COMMENT, DECIDED, form_name, open_decisions
from readiness.questionnaire.xlsform import from_xlsform, is_xlsform
from readiness.readers import read_export, read_sheet
from readiness.readers.export import UNSAID
from readiness.register.merging import Merger, describe_merger, find_merger_of_answers
from readiness.validation import (
    LARGEST_LOSS,
    first_reading,
    refuse_mass_loss,
    write_loss_lines,
    write_sums,
)

VERSION = "1"
# Groups that are compared are hardly more.
MOST_GROUPS = 12
# Variables that are tried, of those that nearly everybody answered.
MOST_MERGED, MOST_ASKED = 2, 0.8


def begin_wave(
    root: Path,
    export: Path,
    *,
    wave: str,
    labels: Sequence[Path],
    language: str,
    selection: str,
    questionnaire: str,
    form: Path | None,
    public: bool,
    told: Export,
) -> str:
    """Begin a wave from an export; returns what was written and what is open, in lines.

    `export`: the file as the tool wrote it; its bytes are what is registered. Found unless given:
    the name of the `wave`, the `language` of its texts and what is `told` of the file. `selection`:
    how respondents came in, left open unless given. `labels`: codebooks that lie beside the export.
    `questionnaire`: one that exists, or the next version of one, which is drafted from it and from
    the export (from that alone unless given). `form`: an XLSForm, or an SPSS file with labels, that
    says what was asked. `public`: the answers may be public: git may keep them.

    Raises ConfigError where a name is taken or none, or git would take answers that may not be
    public; DataError where a file cannot be read.
    """
    wave = wave or form_name(export.stem)
    _check_names(root, wave, questionnaire)
    previous = _find_previous(root, questionnaire)
    store = None if public else default_store(root)
    if store is not None and kept_by_git(root, store / "answers"):
        raise ConfigError(
            f"{store} is committed to git, where people's answers must not be. First set a "
            "private remote (dvc remote add -d private /a/folder/elsewhere), or give --public if "
            "the answers are public."
        )
    content = read_whole(export)
    table = export_table(export, content, told)
    name, text = questionnaire or f"{wave}-{VERSION}", ""
    path = root / f"data/questionnaires/{name}.yaml"
    if form is not None and not questionnaire:
        text = _read_form(form, wave, language)
    elif previous is not None or not questionnaire:
        text = _draft_questionnaire(table, export.name, wave, labels, language, told, previous)
    asked = (
        questionnaire_of(read_yaml_text(text, TextLoader), name)
        if text
        else load_questionnaire(path)
    )
    if not any(item.kind.is_estimated and not item.personal for item in asked.items):
        raise ConfigError(f"{export}: the export has no question whose answers can be estimated.")
    # What does not fit is refused here, before anything is registered.
    raw = read_export(export, asked, content)
    result = first_reading(raw, asked)
    if form is not None or not text:
        refuse_mass_loss(result, export, LARGEST_LOSS)
    sums = (*write_loss_lines(result, "en"), *write_sums(result, raw.attrs, "en"))
    section = wave_section(
        wave,
        language=language or asked.language,
        # What stands for the selection where nobody said it: no run accepts it.
        selection=selection or "undecided",
        answers=f"{wave}@{VERSION}",
        questionnaire=name,
    )
    mergers = list(_find_mergers(asked, result.answers))
    section += _write_mergers(asked, mergers)
    config = with_section(find_config(root).read_text("utf-8"), "waves", wave, section)
    add = partial(add_version, root, export, wave, VERSION, questionnaire=name)
    add = partial(add, restricted=not public, count=lambda _: table.rows)
    added = write_all(root, config, path, text, add)
    kept = "open: git may keep it" if public else "restricted: git does not keep it"
    lines = [
        f"{wave}@1: {added.rows} rows registered ({kept})",
        *(f"  {line}" for line in sums),
        f"data/questionnaires/{name}.yaml: {'drafted' if text else 'as it was'}",
        f"config.yaml: waves.{wave} added",
    ]
    if asked.language not in LANGUAGES:
        lines.append(
            f"config.yaml: report.languages: no texts in {asked.language!r}; reports will be in "
            f"{FIRST!r} and quote what was asked"
        )
    for merger in mergers:
        cost = tell(describe_merger(merger.label(asked, "en")), "en")
        lines.append(f"config.yaml: {cost} The lines that do it stand there as a comment")
    if not selection:
        lines.append(f"config.yaml: how did respondents come in? waves.{wave}.selection is open")
    if decisions := open_decisions(text):
        lines.append(
            f"data/questionnaires/{name}.yaml: open decisions: {decisions}, each marked "
            "`# check:`; delete `draft: true` when they are settled"
        )
    personal = [item.id for item in asked.items if item.personal]
    if names_people(asked.export.invitation, asked.export.respondent, personal):
        lines.append(
            f"Respondents are named: readiness data key {wave}@1 makes their pseudonyms' key"
        )
    return "\n".join([*lines, "Then: readiness run"])


def _find_mergers(asked: Questionnaire, answers: pd.DataFrame) -> Iterator[Merger]:
    """Yield how to merge small groups of what respondents are often compared by.

    Of the first variables alone that have such groups: each is counted and protected twice.
    """
    figures = FigureRules()
    policy = Policy.of({}, figures.minimum_base)
    often = [
        grouping
        for grouping in asked.groupings
        if names_group(grouping.label.text(asked.language)) and grouping.id in answers
    ]
    tried = 0
    for grouping in often:
        people = answers[grouping.id].value_counts().reindex(grouping.codes, fill_value=0)
        routed = people.sum() < MOST_ASKED * len(answers)
        if routed or not MOST_GROUPS >= len(people) > 2 or people.min() >= figures.reliable_base:
            continue
        if (tried := tried + 1) > MOST_MERGED:
            return
        if merger := find_merger_of_answers(answers, asked, grouping.id, figures, policy):
            yield merger


def _write_mergers(asked: Questionnaire, mergers: Sequence[Merger]) -> str:
    """Return the lines of a wave's section that would merge small groups, as comments."""
    lines = ""
    for merger in mergers:
        grouping = asked.grouping(merger.variable)
        labels = grouping.labels(asked.language)
        lines += merging_lines(
            merger.variable, merger.categories, labels, asked.language, ordered=grouping.ordered
        )
    return lines


def write_all(
    root: Path, config: str, path: Path, text: str, add: Callable[[], Version]
) -> Version:
    """Write a file (none where the text is empty), a dataset version and the configuration.

    All or nothing: what was done is taken back when the rest fails.
    """
    versions = root / VERSIONS
    before = versions.read_bytes() if versions.exists() else None
    added = None
    try:
        if text:
            write_atomically(path, text)
        added = add()
        write_atomically(find_config(root), config)
        return added
    except BaseException:
        if added:
            (root / added.pointer_path).unlink(missing_ok=True)
        if before is None:
            versions.unlink(missing_ok=True)
        else:
            write_atomically(versions, before)
        if text:
            path.unlink(missing_ok=True)
        raise


def _read_form(form: Path, wave: str, language: str) -> str:
    """The text of the questionnaire that a form, or the labels of an SPSS file, give."""
    if is_xlsform(form):
        document = from_xlsform(form, language or None)
    else:
        table = export_table(form, read_whole(form))
        document = document_of(make_draft(table, wave, one_line(form.name), language=language))
    return draft_text({**document, "name": wave}, one_line(form.name), VERSION)


def _draft_questionnaire(
    table: ExportTable,
    file: str,
    wave: str,
    labels: Sequence[Path],
    language: str,
    told: Export = UNSAID,
    previous: Path | None = None,
) -> str:
    """The text of a drafted questionnaire; `previous`: the version whose decisions stay."""
    source = f"{one_line(file)} ({table.rows} rows, {len(table.columns)} columns)"
    book = Codebook()
    for path in labels:
        if is_xlsform(path):
            form = read_yaml_text(_read_form(path, wave, language), TextLoader)
            found = name_by_form(questionnaire_of(form, path.name), table)
        else:
            found = read_codebook(table_of(read_sheet(path)), table, str(path))
        book = book.and_also(found)
    document = document_of(make_draft(table, wave, source, codebook=book, language=language))
    if table.sheet and not told.sheet and table.tool == "plain":
        document[COMMENT] += f"\n{CHECK}read is the largest sheet, {table.sheet!r}: or --sheet?"
    if table.tool == "kobotoolbox" and not labels and not any(" " in h for h in table.headers):
        # A form may call an answer "never" whose name says "always".
        document[COMMENT] += f"\n{CHECK}names of the form, no labels: give it (--labels FORM.xlsx)?"
    document[COMMENT] += "".join(f"\n{DECIDED}{note}" for note in table.notes)
    if table.apart:
        asks = "stand behind empty rows or are a total: people, or sums (give a copy without)?"
        document[COMMENT] += f"\n{CHECK}rows {table.apart} {asks}"
    if table.doubted:
        asks = "somebody's answers, or a second row of headers (--header-rows 2)?"
        document[COMMENT] += f"\n{CHECK}row {table.doubted} is of another kind: {asks}"
    # Decided here, once: what a reader recognised by itself might be another tool than was drafted.
    decided = {
        "tool": table.tool,
        "encoding": told.encoding,
        "sheet": told.sheet or table.sheet,
        "header_rows": told.header_rows,
    }
    known = {name: value for name, value in decided.items() if value}
    document["export"] = {**document.get("export", {}), **known}
    number = VERSION
    if previous is not None:
        name, _, last = previous.stem.rpartition("-")
        number = str(int(last) + 1)
        before = read_yaml_text(previous.read_bytes(), TextLoader)
        document = {**follow(document, before), "name": name}
    return draft_text(document, source, number)


def _find_previous(root: Path, questionnaire: str) -> Path | None:
    """The version before one that is not there; None where it is there, or none is named.

    ConfigError where neither is.
    """
    folder = root / "data/questionnaires"
    path = folder / f"{questionnaire}.yaml"
    if not questionnaire or path.is_file():
        return None
    name, _, number = questionnaire.rpartition("-")
    before = folder / f"{name}-{int(number) - 1 if re.fullmatch('[0-9]{1,4}', number) else ''}.yaml"
    if not re.fullmatch(NAME, questionnaire) or not before.is_file():
        raise ConfigError(f"--questionnaire {questionnaire!r}: no such file {path}.")
    if load_questionnaire(before).draft:
        raise ConfigError(
            f"{before.name} is a draft. Settle its open decisions before you make its next version."
        )
    return before


def _check_names(root: Path, wave: str, questionnaire: str) -> None:
    if not re.fullmatch(NAME, wave) or not wave[0].isalpha():
        raise ConfigError(f"--wave {wave!r}: expected {WORDS[NAME]}, a letter first.")
    if not questionnaire and (root / f"data/questionnaires/{wave}-{VERSION}.yaml").exists():
        raise ConfigError(
            f"data/questionnaires/{wave}-{VERSION}.yaml already exists. Choose another --wave, or "
            f"use the existing one: --questionnaire {wave}-{VERSION}."
        )
    if f"{wave}@{VERSION}" in (read_versions(root) if (root / VERSIONS).exists() else {}):
        raise ConfigError(
            f"the dataset version {wave}@{VERSION} already exists. Choose another --wave."
        )
