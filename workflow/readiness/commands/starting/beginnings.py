"""Begin a wave in a project from its export.

Registers the data, drafts or reads the questionnaire, and writes the section of config.yaml. All or
nothing: what cannot be refused beforehand is undone.
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
    refuse_large_answers,
    refuse_mass_loss,
    write_loss_lines,
    write_sums,
)

VERSION = "1"
# Most groups that people usually compare.
MOST_GROUPS = 12
# Most variables to try, and the least share of respondents who answered each of them.
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
    """Begin a wave from an export; return what was written and what is open, in lines.

    `export`: the file as the tool wrote it; its bytes are registered. Recognised unless given: the
    name of the `wave`, the `language` of its texts, and the properties of the file in `told`.
    `selection`: how respondents were selected, left open unless given. `labels`: codebooks of the
    export. `questionnaire`: an existing one, or the next version of one, drafted from that version
    and the export ("": from the export alone). `form`: an XLSForm, or an SPSS file with labels, to
    draft from. `public`: git may keep the answers.

    Raises ConfigError where a name is taken or not valid, or where git would keep answers that are
    not public; DataError where a file cannot be read.
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
    parsed = (
        questionnaire_of(read_yaml_text(text, TextLoader), name)
        if text
        else load_questionnaire(path)
    )
    if not any(item.kind.is_estimated and not item.personal for item in parsed.items):
        raise ConfigError(f"{export}: the export has no question whose answers can be estimated.")
    # Refuse here what does not fit, before anything is registered.
    raw = read_export(export, parsed, content)
    result = first_reading(raw, parsed)
    if form is not None or not text:
        refuse_mass_loss(result, export, LARGEST_LOSS)
    refuse_large_answers(result.answers, export)
    sums = (*write_loss_lines(result, "en"), *write_sums(result, raw.attrs, "en"))
    section = wave_section(
        wave,
        language=language or parsed.language,
        # Placeholder for an open selection: no run accepts it.
        selection=selection or "undecided",
        answers=f"{wave}@{VERSION}",
        questionnaire=name,
    )
    mergers = list(_find_mergers(parsed, result.answers))
    section += _write_mergers(parsed, mergers)
    config = with_section(find_config(root).read_text("utf-8"), "waves", wave, section)
    add = partial(add_version, root, export, wave, VERSION, questionnaire=name)
    add = partial(add, restricted=not public, count=lambda _: table.rows)
    added = write_all(root, config, path, text, add)
    access_text = "open: git may keep it" if public else "restricted: git does not keep it"
    lines = [
        f"{wave}@1: {added.rows} rows registered ({access_text})",
        *(f"  {line}" for line in sums),
        f"data/questionnaires/{name}.yaml: {'drafted' if text else 'as it was'}",
        f"config.yaml: waves.{wave} added",
    ]
    if parsed.language not in LANGUAGES:
        lines.append(
            f"config.yaml: report.languages: no texts in {parsed.language!r}; reports will be in "
            f"{FIRST!r} and quote what was asked"
        )
    for merger in mergers:
        cost = tell(describe_merger(merger.label(parsed, "en")), "en")
        lines.append(f"config.yaml: {cost} The lines that do it stand there as a comment")
    if not selection:
        lines.append(f"config.yaml: how did respondents come in? waves.{wave}.selection is open")
    if decisions := open_decisions(text):
        lines.append(
            f"data/questionnaires/{name}.yaml: open decisions: {decisions}, each marked "
            "`# check:`; delete `draft: true` when they are settled"
        )
    personal = [item.id for item in parsed.items if item.personal]
    if names_people(parsed.export.invitation, parsed.export.respondent, personal):
        lines.append(
            f"Respondents are named: readiness data key {wave}@1 makes their pseudonyms' key"
        )
    return "\n".join([*lines, "Then: readiness run"])


def _find_mergers(asked: Questionnaire, answers: pd.DataFrame) -> Iterator[Merger]:
    """Yield how to merge small groups of variables that respondents are often compared by.

    Only for the first variables with such groups: each is counted and protected twice.
    """
    figures = FigureRules()
    policy = Policy.of({}, figures.minimum_base)
    usual_groupings = [
        grouping
        for grouping in asked.groupings
        if names_group(grouping.label.text(asked.language)) and grouping.id in answers
    ]
    tried = 0
    for grouping in usual_groupings:
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

    All or nothing: when one fails, the others are undone.
    """
    versions = root / VERSIONS
    old_versions = versions.read_bytes() if versions.exists() else None
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
        if old_versions is None:
            versions.unlink(missing_ok=True)
        else:
            write_atomically(versions, old_versions)
        if text:
            path.unlink(missing_ok=True)
        raise


def _read_form(form: Path, wave: str, language: str) -> str:
    """Return the text of the questionnaire that a form, or a labelled SPSS file, gives."""
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
    """Return the text of a drafted questionnaire; `previous`: the version whose decisions stay."""
    source = f"{one_line(file)} ({table.rows} rows, {len(table.columns)} columns)"
    book = Codebook()
    for path in labels:
        if is_xlsform(path):
            form = read_yaml_text(_read_form(path, wave, language), TextLoader)
            file_labels = name_by_form(questionnaire_of(form, path.name), table)
        else:
            file_labels = read_codebook(table_of(read_sheet(path)), table, str(path))
        book = book.and_also(file_labels)
    document = document_of(make_draft(table, wave, source, codebook=book, language=language))
    if table.sheet and not told.sheet and table.tool == "plain":
        document[COMMENT] += f"\n{CHECK}read is the largest sheet, {table.sheet!r}: or --sheet?"
    if table.tool == "kobotoolbox" and not labels and not any(" " in h for h in table.headers):
        # A form may show the label "never" for an answer whose name says "always".
        document[COMMENT] += f"\n{CHECK}names of the form, no labels: give it (--labels FORM.xlsx)?"
    document[COMMENT] += "".join(f"\n{DECIDED}{note}" for note in table.notes)
    if table.apart:
        asks = "stand behind empty rows or are a total: people, or sums (give a copy without)?"
        document[COMMENT] += f"\n{CHECK}rows {table.apart} {asks}"
    if table.doubted:
        asks = "somebody's answers, or a second row of headers (--header-rows 2)?"
        document[COMMENT] += f"\n{CHECK}row {table.doubted} is of another kind: {asks}"
    # Settled once: recognised again, the export might be taken for another tool's.
    decided = {
        "tool": table.tool,
        "encoding": told.encoding,
        "sheet": told.sheet or table.sheet,
        "header_rows": told.header_rows,
    }
    export_settings = {name: value for name, value in decided.items() if value}
    document["export"] = {**document.get("export", {}), **export_settings}
    number = VERSION
    if previous is not None:
        name, _, last = previous.stem.rpartition("-")
        number = str(int(last) + 1)
        previous_document = read_yaml_text(previous.read_bytes(), TextLoader)
        document = {**follow(document, previous_document), "name": name}
    return draft_text(document, source, number)


def _find_previous(root: Path, questionnaire: str) -> Path | None:
    """Return the last version of a questionnaire whose next version does not exist yet.

    None where the questionnaire exists, or none is named. Raises ConfigError where there is no
    version before, or where that version is a draft.
    """
    folder = root / "data/questionnaires"
    path = folder / f"{questionnaire}.yaml"
    if not questionnaire or path.is_file():
        return None
    name, _, number = questionnaire.rpartition("-")
    last = folder / f"{name}-{int(number) - 1 if re.fullmatch('[0-9]{1,4}', number) else ''}.yaml"
    if not re.fullmatch(NAME, questionnaire) or not last.is_file():
        raise ConfigError(f"--questionnaire {path}: file not found. Correct the name.")
    if load_questionnaire(last).draft:
        raise ConfigError(
            f"{last.name} is a draft. Settle its open decisions before you make its next version."
        )
    return last


def _check_names(root: Path, wave: str, questionnaire: str) -> None:
    """Raise ConfigError for a wave's name that is not valid, or taken."""
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
