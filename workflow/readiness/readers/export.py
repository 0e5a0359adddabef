"""An export of a questionnaire, whatever tool wrote it, as one table of text."""

import json
import logging
import re
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from readiness.ground.errors import ConfigError, DataError
from readiness.ground.printable import quote_cell
from readiness.ground.tables import read_bytes
from readiness.questionnaire import Questionnaire, load_questionnaire, match_key, tidy
from readiness.questionnaire.items import Export
from readiness.readers import delimited, spss, workbooks
from readiness.readers.assigned import is_row_number
from readiness.readers.moments import match_moment
from readiness.readers.table import SOME, Sheet
from readiness.readers.texts import Texts
from readiness.readers.tools import words
from readiness.readers.tools.base import EMPTY, FAULT, READ, ROW, TEST, Tool
from readiness.readers.tools.every import TOOLS

log = logging.getLogger(__name__)

# Of an export of which nobody said anything.
UNSAID = Export()
_NUMBER = re.compile(r" *-?\d[\d., ]*%? *")
# Headers of tables that tell of a form, and what each is.
FORMS = (
    ({"type", "name", "label"}, "the questions of an XLSForm (its workbook is for --form)"),
    ({"list_name", "name", "label"}, "the options of an XLSForm (its workbook is for --form)"),
    ({"list name", "name", "label"}, "the options of an XLSForm (its workbook is for --form)"),
    ({"class", "type/scale", "name"}, "the structure of a LimeSurvey form"),
    ({"variable / field name", "field type"}, "a dictionary of REDCap (--labels)"),
    ({"field_name", "field_type"}, "a dictionary of REDCap (--labels)"),
    ({"answer choices", "responses"}, "a summary of SurveyMonkey"),
)
OF_CODEBOOKS = re.compile(
    r"(variable|field|column|question|response|value|answer)[ _]?(names?|texts?|ids?|labels?|types?"
    r"|options|codes)|variable|name|field|column|question|q_?(?:id|name)|labels?|description|type|values?|options"
    r"|codes?|coding|answers?|choices|notes|qname|format|units|levels"
)
# What stands in the column `type` of an XLSForm, and nowhere else.
_ASKS = re.compile(r"(select_one|select_multiple|begin[_ ](group|repeat))\b")
# What somebody ticks, or writes where he has no answer.
_MARKS = words.TICKED | words.NOT_TICKED | words.NO_ANSWER.keys()
# Answers of a column from which on they tell what kind it is of.
FEWEST = 5
# Times that an answer of a closed question is given, on average and at least.
RECURRING = 3
# Cells of another kind than those below, at least, beside one that recurs, in a row of headers.
STRANGE = 4
# Different lines of a column's cells at most that may be options, and the share that recurs.
MOST_LINES, RECUR = 100, 0.75
# What a table that was read says of its file (`attrs`): its header rows, as they are written, how
# many rows at its end hold nothing, the columns that hold several answers to one question.
HEADERS, SPARE, SLOTS = "headers", "spare", "slots"
# Share of the cells of a further header row that name a question, at least.
NAMED = 0.9


def read_export(
    path: Path,
    questionnaire: Questionnaire,
    content: bytes | None = None,
    *,
    simulated: bool | None = None,
) -> pd.DataFrame:
    """Read an export of `questionnaire`: one row a submission, every cell as exported text.

    Columns: `_row` (the row as a spreadsheet numbers it, header = 1), `_timestamp` and
    `_invitation` ("" where there is none), one a questionnaire item, named by its id (ticked
    options that a tool spreads or joins in its own way stand joined by `choices.TICKED`); and,
    where the tool or the questionnaire knows them, `_submitted` and `_started`
    (`YYYY-MM-DDTHH:MM:SS`, "" for what is no moment), `_seconds` (the interview took), `_id` (the
    tool's own name of the row), `_complete` (`yes` or `no`), `_fault` (why a row is no answer, ""
    for the others). `content` are the file's bytes where they are in hand already; `simulated` is
    what the configuration says of it (None: it says nothing): test answers count in a simulated
    wave, and in a file of them alone of which nothing is said.

    Raises DataError, in one or two lines naming the file and the columns, when the file is missing,
    empty, of an encoding that cannot be told, no table, has other columns than the questionnaire,
    or when its marker of simulated answers and the configuration do not agree; ConfigError for a
    tool that is not known.
    """
    sheet, reader = _open_export(path, questionnaire, content)
    if not len(sheet):
        raise DataError(f"{path}: a header and no answers; expected one row a submission.")
    marked = _is_marked(sheet, questionnaire)
    frame = reader.read_answers(sheet, questionnaire)
    frame.attrs |= {HEADERS: (*sheet.above, sheet.columns, *sheet.under), SPARE: sheet.spare}
    frame.attrs[SLOTS] = [item.slots for item in questionnaire.items if item.slots]
    if simulated is not False:
        _count_tests(path, frame, everyone=simulated is None)
    marker = questionnaire.export.marker
    if None not in (marker, simulated) and simulated != marked:
        raise DataError(
            f"{path}: the configuration says simulated: {str(simulated).lower()}, and column "
            f"{marker!r} {'marks every answer as simulated' if marked else 'is not there'}. Name "
            "the other export, or set simulated as the answers are."
        )
    return frame


def _count_tests(path: Path, frame: pd.DataFrame, *, everyone: bool) -> None:
    """Let test answers count as answers, in place; if `everyone`, only where there are no others.

    A pilot is answered before the wave opens, by the office or by the tool itself.
    """
    if FAULT not in frame:
        return
    tests = frame[FAULT].str.startswith(TEST)
    if tests.any() and (tests.all() or not everyone):
        log.warning("%s: %d test answers count; of real answers they would not.", path, tests.sum())
        frame.loc[tests, FAULT] = ""


def read_ignored(
    path: Path, questionnaire: Questionnaire, content: bytes | None = None
) -> pd.DataFrame:
    """What `read_export` does not read: `_row`, and every other column by its header.

    Those that the questionnaire ignores and those that the tool adds; a header that occurs again
    has its count behind it. Raises as `read_export` does.
    """
    sheet, reader = _open_export(path, questionnaire, content)
    assigned = reader.assign_columns(sheet, questionnaire)
    options = (at for found in assigned.options.values() for at in found.values())
    roles = (assigned.roles[role] for role in READ if role in assigned.roles)
    taken = {*assigned.items.values(), *options, *roles}
    names = [name for at, name in enumerate(sheet.names()) if at not in taken]
    frame = sheet.frame()[names]
    frame.insert(0, ROW, sheet.numbers)
    return frame


def read_cells(path: Path, questionnaire: Questionnaire) -> pd.DataFrame:
    """Every cell of an export as text, by header: a row for each of `read_export`.

    Raises as `read_export` does.
    """
    return _open_export(path, questionnaire)[0].frame()


def recognise_export(
    path: Path, content: bytes | None = None, said: Export = UNSAID
) -> tuple[Sheet, Tool]:
    """An export of which no questionnaire is known yet: its rows of answers, and the tool.

    What the tool says of each column is `Tool.headings(sheet)`; `Tool.own` and `Tool.is_own` tell
    the columns that it adds by itself. What is `said` of encoding, sheet, tool and header rows
    overrules what the bytes seem to say. Of several sheets the one that a tool wrote is taken, else
    the largest. Raises as `read_export` does, and DataError where the file holds a form.
    """
    content = read_bytes(path, "the export") if content is None else content
    sheet = read_sheet(path, content, encoding=said.encoding, name=said.sheet)
    if sheet.others and said.sheet is None:
        sheets = [sheet, *(read_sheet(path, content, name=other) for other in sheet.others)]
        sheet = max(sheets, key=_weigh_sheet)
    refuse_form(sheet)
    reader = find_tool(said.tool) if said.tool else choose(sheet, None)
    sheet = _open_lists(_take_strange_rows(reader.prepare(sheet), said.header_rows))
    sheet = mark_empty_rows(sheet)
    kept = np.array([at for at in range(len(sheet)) if sheet.faults.get(at) != EMPTY], dtype=int)
    if len(kept) == len(sheet):
        return sheet, reader
    rows = tuple(column.take(kept) for column in sheet.rows)
    return replace(sheet, rows=rows, numbers=sheet.numbers[kept], faults={}), reader


def count_answers(path: Path, content: bytes | None = None, said: Path | None = None) -> int:
    """How many rows of answers an export has, read as the file of its questionnaire says.

    Raises as `recognise_export` and `load_questionnaire` do.
    """
    export = load_questionnaire(said).export if said else UNSAID
    return len(recognise_export(path, content, export)[0])


def _open_export(
    path: Path, questionnaire: Questionnaire, content: bytes | None = None
) -> tuple[Sheet, Tool]:
    """The sheet, one header above its rows, and the tool that reads it."""
    content = read_bytes(path, "the export") if content is None else content
    items = questionnaire.items
    wanted = [*questionnaire.headers, *(block.column for block in questionnaire.grids)]
    wanted += [name for item in items for name in item.called]
    keys = frozenset(map(match_key, wanted))
    wanted += [c.column for item in items for c in item.categories if c.column]
    letters = [c.text for item in items for c in item.categories]
    export = questionnaire.export
    sheet = read_sheet(
        path, content, wanted=wanted, letters=letters, encoding=export.encoding, name=export.sheet
    )
    others = () if export.sheet else sheet.others
    sheets = [sheet, *(read_sheet(path, content, wanted=wanted, name=name) for name in others)]
    sheet = max(sheets, key=lambda each: len(keys & set(map(match_key, each.columns))))
    reader = choose(sheet, questionnaire)
    sheet = reader.prepare(sheet)
    if export.header_rows is None:
        sheet = _take_further_headers(sheet, keys)
    sheet = mark_empty_rows(_open_lists(_take_strange_rows(sheet, export.header_rows)))
    what = (sheet.encoding, f"sheet {sheet.name}" if sheet.others else "", *sheet.notes)
    log.info("%s: read as %s", path, ", ".join((reader.title, *(each for each in what if each))))
    return sheet, reader


def mark_empty_rows(sheet: Sheet) -> Sheet:
    """The sheet in which a row without a cell is a fault: nobody stands behind it."""
    if not sheet.rows:
        return sheet
    # That a table counts its rows says of nobody that he answered.
    told = [column for at, column in enumerate(sheet.rows) if not is_row_number(sheet, at)]
    if not told:
        return sheet
    filled = np.zeros(len(sheet), dtype=np.bool_)
    # Columns of few texts tell of most rows that somebody stands behind them, and are read at once.
    for column in sorted(told, key=lambda each: len(each.texts)):
        filled |= column.where(lambda text: match_key(text) not in words.VOID)
        if filled.all():
            return sheet
    empty = dict.fromkeys(np.flatnonzero(~filled).tolist(), EMPTY)
    return replace(sheet, faults={**empty, **sheet.faults}) if empty else sheet


def _open_lists(sheet: Sheet) -> Sheet:
    """The sheet with `a | b` where every cell of a column is a list (JSON) of texts, and with
    `a; b` where options stand in lines of a cell.

    An empty list is an empty cell.
    """
    rows = list(sheet.rows)
    for at, column in enumerate(rows):
        if any("\n" in text.strip() for text in column.texts):
            rows[at] = _join_lines(column)
        if not next(filter(None, map(str.strip, column.texts)), "").startswith("["):
            continue
        known = [_read_list(text) if text.strip() else [] for text in column.texts]
        if None not in known and any(known):
            rows[at] = column.map_to([" | ".join(texts or ()) for texts in known])
    return replace(sheet, rows=tuple(rows))


def _join_lines(column: Texts) -> Texts:
    """The cells with `; ` between their lines, where these are options: they recur in others."""
    lines = {
        text: [line.strip() for line in text.splitlines() if line.strip()] for text in column.texts
    }
    times = Counter(match_key(line) for each in lines.values() for line in set(each))
    joined = [match_key(line) for each in lines.values() if len(each) > 1 for line in each]
    again = sum(times[key] > 1 for key in joined)
    if len(times) > MOST_LINES or again < RECUR * len(joined):
        return column
    return column.change_texts(lambda text: "; ".join(lines[text]))


def _read_list(text: str) -> list[str] | None:
    """The texts of a list; None where the text is something else."""
    if not text.strip().startswith("["):
        return None
    with suppress(ValueError, RecursionError):
        found = json.loads(text)
        if all(isinstance(each, str) for each in found):
            return [tidy(each) for each in found]
    return None


def _take_further_headers(sheet: Sheet, keys: frozenset[str]) -> Sheet:
    """The sheet with rows that name questions again (texts below codes, say) as headers.

    Nearly all that stands in such a row below the header of a question names one. Ticked boxes
    that repeat their header are an answer: others ticked them, or something is answered beside.
    """
    if sheet.under or not len(sheet):
        return sheet
    asked = [at for at, column in enumerate(sheet.columns) if match_key(column) in keys]
    heads: list[tuple[str, ...]] = [sheet.columns]
    for cells in sheet.first(2):
        named = [at for at, cell in enumerate(cells) if match_key(cell) in keys]
        filled = [at for at in asked if match_key(cells[at])]
        if len(named) < max(2, len(cells) / 4, NAMED * len(filled)):
            break
        alike = [
            at for at in named if match_key(cells[at]) in {match_key(head[at]) for head in heads}
        ]
        beside = any(at not in named for at in filled)
        again = any(np.count_nonzero(sheet.texts(at) == cells[at]) > 1 for at in alike)
        if 2 * len(alike) > len(named) and (beside or again):
            break
        heads.append(cells)
    rows = len(heads) - 1
    if not rows:
        return sheet
    listed = ", ".join(str(number) for number in sheet.numbers[:rows])
    return replace(
        sheet.below(rows), notes=(*sheet.notes, f"header rows below the first: {listed}")
    )


def _weigh_sheet(sheet: Sheet) -> tuple[float, int]:
    """By what the sheet of the answers is told: a tool surely wrote it; it has the most cells."""
    written = max(tool.recognises(sheet, None) for tool in TOOLS)
    return written, len(sheet) * len(sheet.columns)


def refuse_form(sheet: Sheet) -> None:
    """DataError where a table holds the questions of a form, its options, or sums of answers."""
    keys = [match_key(column).partition(":")[0] for column in sheet.columns]
    known = next((what for wanted, what in FORMS if wanted <= set(keys)), "")
    if not known and "type" in keys and any(map(_ASKS.match, sheet.some(keys.index("type")))):
        known = FORMS[0][1]
    if not known and 3 * sum(map(bool, map(OF_CODEBOOKS.fullmatch, keys))) >= 2 * len(keys) > 3:
        known = "a codebook (--labels, beside the answers)"
    if known:
        raise DataError(
            f"{sheet.path}: {known}, and no answers. Give the export of the answers, one row a "
            "person."
        )


def _take_strange_rows(sheet: Sheet, header_rows: int | None = None) -> Sheet:
    """The sheet with rows that are of another kind than all below them as headers.

    A text above numbers or moments, or one that never recurs above answers that do: in no column
    may such a row hold what the column holds elsewhere.
    """
    if sheet.under:
        return sheet
    rows = 0 if header_rows is None else header_rows - 1
    while header_rows is None and rows < 2 and _is_strange(sheet, rows):
        rows += 1
    return sheet.below(rows) if rows else sheet


def is_doubtful(sheet: Sheet) -> bool:
    """Whether the first row below the header may be a further one, or somebody's answers.

    Words stand above numbers there, and more cells never recur below than do.
    """
    if sheet.under or not len(sheet):
        return False
    typed, closed, alike = _count_kinds(sheet, 0)
    return 0 < alike < typed + closed and typed > 1


def _is_strange(sheet: Sheet, row: int) -> bool:
    """Whether a row is of another kind than those below it.

    One cell that recurs below ("Other" above what people wrote) makes nobody of a row whose other
    cells never do.
    """
    typed, closed, alike = _count_kinds(sheet, row)
    strange = typed + closed
    if alike:
        return alike == 1 and ((typed >= 2 and strange >= STRANGE) or closed >= 2 * STRANGE)
    return typed >= 2 or (strange >= 3 and closed > 0)


def _count_kinds(sheet: Sheet, row: int) -> tuple[int, int, int]:
    """The cells of a row that are words above numbers or moments, those that never recur below in
    a closed question, and those that are like the cells below.

    A mark in place of a number names no column; one mark in all columns is nobody's answer. Of
    boxes that repeat their option all stand in a row of headers, above their ticks.
    """
    typed = closed = alike = 0
    boxes: list[bool] = []
    marks = {match_key(cell) for column in sheet.rows for cell in column.those(slice(row, row + 1))}
    marked = len(marks) == 1 and marks <= words.TICKED
    for column in sheet.rows:
        cell, *others = column.those(slice(row, SOME)).tolist() or [""]
        given = [text for text in others if text.strip()]
        if len(given) < FEWEST:
            continue
        key, keys = match_key(cell), {*map(match_key, given)}
        ticked = (
            len(keys) == 1 and keys.isdisjoint(words.TICKED) and not _NUMBER.fullmatch(given[0])
        )
        if ticked and not marked and (not key or key in keys):
            boxes.append(bool(key))
            continue
        if not key:
            continue
        for kind in (_NUMBER.fullmatch, match_moment):
            if all(map(kind, set(given))):
                alike += kind(cell) is not None
                typed += kind(cell) is None and (marked or key not in _MARKS)
                break
        else:
            recurs = key in keys and not marked
            alike += recurs
            closed += not recurs and len(given) >= RECURRING * len(keys)
    if len(boxes) == 1 or not all(boxes):
        alike += sum(boxes)
    return typed, closed, alike


def choose(sheet: Sheet, questionnaire: Questionnaire | None) -> Tool:
    """The reader of the sheet: the one that the questionnaire names, or that recognises it.

    Raises ConfigError for a name that is none, DataError where two are as sure as each other.
    """
    if questionnaire and questionnaire.export.tool is not None:
        return find_tool(questionnaire.export.tool)
    sure = [(tool.recognises(sheet, questionnaire), tool) for tool in TOOLS]
    sure = sorted((found for found in sure if found[0] > 0), key=lambda found: -found[0])
    if not sure:
        raise DataError(f"{sheet.path}: no tool's export; expected one of {_list_tools()}.")
    best, chosen = sure[0]
    second, other = sure[1] if len(sure) > 1 else (0.0, chosen)
    if best == second:
        raise DataError(
            f"{sheet.path}: may be an export of {chosen.title} or of {other.title}. Say which: "
            f"`new --tool`, or in the questionnaire, under export: `tool: {chosen.name}` or "
            f"`tool: {other.name}`."
        )
    return chosen


def find_tool(name: str) -> Tool:
    """The tool of that name; ConfigError where none is known by it."""
    for tool in TOOLS:
        if match_key(name).replace(" ", "-") == tool.name:
            return tool
    raise ConfigError(f"tool {name!r} is not known; expected one of {_list_tools()}.")


def _list_tools() -> str:
    return ", ".join(tool.name for tool in TOOLS)


def _is_marked(sheet: Sheet, questionnaire: Questionnaire) -> bool:
    """Whether the answers are marked as simulated: every row, or the file mixes two sources."""
    export = questionnaire.export
    if export.marker is None:
        return False
    key = match_key(export.marker)
    at = next((i for i, text in enumerate(sheet.columns) if match_key(text) == key), None)
    if at is None:
        return False
    marked = match_key(export.marked)
    others = {text for text in sheet.rows[at].texts if match_key(text) != marked}
    for row, cell in enumerate(sheet.texts(at) if others else ()):
        if cell in others and row not in sheet.faults:
            number = sheet.numbers[row]
            raise DataError(
                f"{sheet.path}, row {number}: column {export.marker!r} holds {quote_cell(cell)}; "
                f"expected {export.marked!r} in every row, or no such column."
            )
    return True


def read_sheet(
    path: Path,
    content: bytes | None = None,
    *,
    wanted: Collection[str] = (),
    letters: Collection[str] = (),
    encoding: str | None = None,
    name: str | None = None,
) -> Sheet:
    """The table that a file holds.

    Args:
        path: the file, for messages too.
        content: its bytes where they are in hand already.
        wanted: headers that are expected, if any are known: they tell the header row from a
            preamble.
        letters: texts that are expected in cells; together with headers they tell the right letters
            of an 8-bit encoding from wrong ones.
        encoding: that of the letters, where the bytes do not tell.
        name: the sheet of a workbook; None: the first that holds cells.

    Raises DataError, in one line naming the file and the row, when it is missing, empty, no table
    (a row with more cells than the header, one that is cut, a quote left open), an archive, or of
    an encoding that cannot be told.
    """
    content = read_bytes(path, "the export") if content is None else content
    keys = frozenset(map(match_key, wanted))
    if workbooks.is_workbook(path, content):
        return workbooks.read_workbook(path, content, keys, name)
    if spss.find_parser(content):
        return spss.read_spss(path, content, encoding)
    expected = keys | frozenset(map(match_key, letters))
    return delimited.read_delimited(path, content, keys, expected, encoding)
