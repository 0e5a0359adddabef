"""Read an export of a questionnaire, from any tool, as one table of text."""

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

# Settings of an export without a questionnaire.
UNSAID = Export()
_NUMBER = re.compile(r" *-?\d[\d., ]*%? *")
# Headers of tables that describe a form, and their description.
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
# Values that only the column `type` of an XLSForm has.
_ASKS = re.compile(r"(select_one|select_multiple|begin[_ ](group|repeat))\b")
# Cells of a ticked or empty box, and missing codes.
_MARKS = words.TICKED | words.NOT_TICKED | words.NO_ANSWER.keys()
# Least number of answers from which the kind of a column is recognised.
FEWEST = 5
# Least mean frequency of an answer to a closed question.
RECURRING = 3
# Least number of differing cells in a header row that has one recurring cell.
STRANGE = 4
# Most distinct lines of a column whose lines may be options, and the share that must recur.
MOST_LINES, RECUR = 100, 0.75
# Keys of a table's `attrs`: header rows as written, number of empty rows at the end, and the
# columns of a question that has one column per answer.
HEADERS, SPARE, SLOTS = "headers", "spare", "slots"
# A further row counts as a header row if at least this share of its cells name a question.
NAMED = 0.9


def read_export(
    path: Path,
    questionnaire: Questionnaire,
    content: bytes | None = None,
    *,
    simulated: bool | None = None,
) -> pd.DataFrame:
    """Read an export of `questionnaire`: one row per submission, every cell as exported text.

    Columns: `_row` (number of the row in a spreadsheet, header = 1), `_timestamp` and `_invitation`
    ("" where there is none), one for each questionnaire item, named by its id (ticked options in
    several columns or joined by the tool are joined by `choices.TICKED`); and, where the tool or
    the questionnaire has them, `_submitted` and `_started` (`YYYY-MM-DDTHH:MM:SS`, "" for no valid
    time), `_seconds` (duration of the interview), `_id` (the tool's identifier of the row),
    `_complete` (`yes` or `no`), `_fault` (why a row is no answer, else ""). `content`: the file's
    bytes, where already read; `simulated`: the configuration's setting (None: unset): test answers
    count in a simulated wave, and in a file of test answers alone where it is unset.

    Raises DataError, in one or two lines naming the file and the columns, when the file is missing,
    empty, of an unknown encoding, no table, has other columns than the questionnaire, or when its
    marker of simulated answers contradicts the configuration; ConfigError for an unknown tool.
    """
    sheet, reader = _open_export(path, questionnaire, content)
    if not len(sheet):
        raise DataError(
            f"{path}: the file has a header but no answers; expected one row per submission."
        )
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
            "the other export, or correct the key simulated."
        )
    return frame


def _count_tests(path: Path, frame: pd.DataFrame, *, everyone: bool) -> None:
    """Let test answers count as answers, in place; if `everyone`, only where all rows are tests.

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
    """Read the columns that `read_export` does not read: `_row`, and each such column by its
    header.

    They are ignored by the questionnaire or added by the tool; a repeated header is numbered.
    Raises as `read_export` does.
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
    """Read every cell of an export as text, columns by header: a row for each of `read_export`.

    Raises as `read_export` does.
    """
    return _open_export(path, questionnaire)[0].frame()


def recognise_export(
    path: Path, content: bytes | None = None, said: Export = UNSAID
) -> tuple[Sheet, Tool]:
    """Return the answers and the tool of an export without a questionnaire.

    The tool's names of each column are `Tool.headings(sheet)`; `Tool.own` and `Tool.is_own` give
    the columns that it adds. `said` overrides the detected encoding, sheet, tool and header rows.
    Of several sheets the one that a tool wrote is read, else the largest; rows without a cell are
    dropped. Raises as `read_export` does, and DataError where the file holds a form.
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
    """Return the number of answer rows in an export.

    `said`: the file of the questionnaire, which describes the export.

    Raises the errors of `recognise_export` and of `load_questionnaire`.
    """
    export = load_questionnaire(said).export if said else UNSAID
    return len(recognise_export(path, content, export)[0])


def _open_export(
    path: Path, questionnaire: Questionnaire, content: bytes | None = None
) -> tuple[Sheet, Tool]:
    """Return the sheet with one header above its rows, and the tool that reads it."""
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
    details = (sheet.encoding, f"sheet {sheet.name}" if sheet.others else "", *sheet.notes)
    log.info("%s: read as %s", path, ", ".join((reader.title, *(each for each in details if each))))
    return sheet, reader


def mark_empty_rows(sheet: Sheet) -> Sheet:
    """Return the sheet with every row without a filled cell marked as a fault: it is no
    respondent.
    """
    if not sheet.rows:
        return sheet
    # A column of row numbers does not make a row filled.
    answer_columns = [
        column for at, column in enumerate(sheet.rows) if not is_row_number(sheet, at)
    ]
    if not answer_columns:
        return sheet
    filled = np.zeros(len(sheet), dtype=np.bool_)
    # Columns with few distinct texts are the fastest to read and decide most rows.
    for column in sorted(answer_columns, key=lambda each: len(each.texts)):
        filled |= column.where(lambda text: match_key(text) not in words.VOID)
        if filled.all():
            return sheet
    empty = dict.fromkeys(np.flatnonzero(~filled).tolist(), EMPTY)
    return replace(sheet, faults={**empty, **sheet.faults}) if empty else sheet


def _open_lists(sheet: Sheet) -> Sheet:
    """Return the sheet with JSON lists of texts as `a | b`, and options on lines of a cell as `a;
    b`.

    A column changes only where every cell is such a list. An empty list becomes an empty cell.
    """
    rows = list(sheet.rows)
    for at, column in enumerate(rows):
        if any("\n" in text.strip() for text in column.texts):
            rows[at] = _join_lines(column)
        if not next(filter(None, map(str.strip, column.texts)), "").startswith("["):
            continue
        lists = [_read_list(text) if text.strip() else [] for text in column.texts]
        if None not in lists and any(lists):
            rows[at] = column.map_to([" | ".join(texts or ()) for texts in lists])
    return replace(sheet, rows=tuple(rows))


def _join_lines(column: Texts) -> Texts:
    """Return the cells with `; ` between lines that are options, as they recur in other cells."""
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
    """Return the texts of a JSON list; None where the text is something else."""
    if not text.strip().startswith("["):
        return None
    with suppress(ValueError, RecursionError):
        parsed = json.loads(text)
        if all(isinstance(entry, str) for entry in parsed):
            return [tidy(entry) for entry in parsed]
    return None


def _take_further_headers(sheet: Sheet, keys: frozenset[str]) -> Sheet:
    """Return the sheet with rows that repeat question names (texts below codes, say) as headers.

    Nearly all filled cells of such a row, below the header of a question, name a question. Ticked
    boxes that hold their own header are an answer: other rows tick them too, or other cells are
    filled.
    """
    if sheet.under or not len(sheet):
        return sheet
    question_columns = [at for at, column in enumerate(sheet.columns) if match_key(column) in keys]
    heads: list[tuple[str, ...]] = [sheet.columns]
    for cells in sheet.first(2):
        named = [at for at, cell in enumerate(cells) if match_key(cell) in keys]
        filled = [at for at in question_columns if match_key(cells[at])]
        if len(named) < max(2, len(cells) / 4, NAMED * len(filled)):
            break
        repeating = [
            at for at in named if match_key(cells[at]) in {match_key(head[at]) for head in heads}
        ]
        other_filled = any(at not in named for at in filled)
        recurs = any(np.count_nonzero(sheet.texts(at) == cells[at]) > 1 for at in repeating)
        if 2 * len(repeating) > len(named) and (other_filled or recurs):
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
    """Return a key for the sheet most likely to hold the answers: a tool's signature, then size."""
    written = max(tool.recognises(sheet, None) for tool in TOOLS)
    return written, len(sheet) * len(sheet.columns)


def refuse_form(sheet: Sheet) -> None:
    """Raise DataError where a table holds a form's questions or options, a summary or a
    codebook.
    """
    keys = [match_key(column).partition(":")[0] for column in sheet.columns]
    content = next((what for wanted, what in FORMS if wanted <= set(keys)), "")
    if not content and "type" in keys and any(map(_ASKS.match, sheet.some(keys.index("type")))):
        content = FORMS[0][1]
    if not content and 3 * sum(map(bool, map(OF_CODEBOOKS.fullmatch, keys))) >= 2 * len(keys) > 3:
        content = "a codebook (--labels, beside the answers)"
    if content:
        raise DataError(
            f"{sheet.path}: {content}, not answers. Name the export of the answers, with one row "
            "per person."
        )


def _take_strange_rows(sheet: Sheet, header_rows: int | None = None) -> Sheet:
    """Return the sheet with leading rows as headers that differ in kind from all rows below.

    They hold texts above numbers or times, or texts that never recur above answers that do; no cell
    of such a row may resemble the cells below it. `header_rows`: declared number, where known.
    """
    if sheet.under:
        return sheet
    rows = 0 if header_rows is None else header_rows - 1
    while header_rows is None and rows < 2 and _is_strange(sheet, rows):
        rows += 1
    return sheet.below(rows) if rows else sheet


def is_doubtful(sheet: Sheet) -> bool:
    """Return whether the first row below the header may be a further header or an answer.

    It has words above numbers, and more cells that never recur below than cells that do.
    """
    if sheet.under or not len(sheet):
        return False
    differing, new, similar = _count_kinds(sheet, 0)
    return 0 < similar < differing + new and differing > 1


def _is_strange(sheet: Sheet, row: int) -> bool:
    """Return whether a row differs in kind from the rows below it.

    One recurring cell ("Other" above typed texts) is tolerated where the other cells never recur.
    """
    differing, new, similar = _count_kinds(sheet, row)
    strange = differing + new
    if similar:
        return similar == 1 and ((differing >= 2 and strange >= STRANGE) or new >= 2 * STRANGE)
    return differing >= 2 or (strange >= 3 and new > 0)


def _count_kinds(sheet: Sheet, row: int) -> tuple[int, int, int]:
    """Return the number of differing, new and similar cells of a row.

    Differing cells are words above numbers or times, new ones never recur below in a closed
    question, similar ones are like the cells below.

    A mark in place of a number is no header; the same mark in all columns is no answer. Boxes that
    hold their own option are all filled in a header row, above their ticks.
    """
    differing = new = similar = 0
    boxes: list[bool] = []
    marks = {match_key(cell) for column in sheet.rows for cell in column.those(slice(row, row + 1))}
    marked = len(marks) == 1 and marks <= words.TICKED
    for column in sheet.rows:
        cell, *others = column.those(slice(row, SOME)).tolist() or [""]
        filled_below = [text for text in others if text.strip()]
        if len(filled_below) < FEWEST:
            continue
        key, keys = match_key(cell), {*map(match_key, filled_below)}
        ticked = (
            len(keys) == 1
            and keys.isdisjoint(words.TICKED)
            and not _NUMBER.fullmatch(filled_below[0])
        )
        if ticked and not marked and (not key or key in keys):
            boxes.append(bool(key))
            continue
        if not key:
            continue
        for kind in (_NUMBER.fullmatch, match_moment):
            if all(map(kind, set(filled_below))):
                similar += kind(cell) is not None
                differing += kind(cell) is None and (marked or key not in _MARKS)
                break
        else:
            recurs = key in keys and not marked
            similar += recurs
            new += not recurs and len(filled_below) >= RECURRING * len(keys)
    if len(boxes) == 1 or not all(boxes):
        similar += sum(boxes)
    return differing, new, similar


def choose(sheet: Sheet, questionnaire: Questionnaire | None) -> Tool:
    """Return the tool that the questionnaire names, or that recognises the sheet with most
    certainty.

    Raises ConfigError for an unknown name, DataError where no tool or two tools are most certain.
    """
    if questionnaire and questionnaire.export.tool is not None:
        return find_tool(questionnaire.export.tool)
    candidates = [(tool.recognises(sheet, questionnaire), tool) for tool in TOOLS]
    candidates = sorted(
        (found for found in candidates if found[0] > 0), key=lambda found: -found[0]
    )
    if not candidates:
        raise DataError(
            f"{sheet.path}: not an export of a known survey tool; expected one of {_list_tools()}."
        )
    best, chosen = candidates[0]
    second, other = candidates[1] if len(candidates) > 1 else (0.0, chosen)
    if best == second:
        raise DataError(
            f"{sheet.path}: may be an export of {chosen.title} or of {other.title}. Name the tool "
            f"with `new --tool`, or write `tool: {chosen.name}` or `tool: {other.name}` under "
            "`export` in the questionnaire."
        )
    return chosen


def find_tool(name: str) -> Tool:
    """Return the tool of that name. Raises ConfigError for an unknown one."""
    for tool in TOOLS:
        if match_key(name).replace(" ", "-") == tool.name:
            return tool
    raise ConfigError(f"tool {name!r} is not known; expected one of {_list_tools()}.")


def _list_tools() -> str:
    return ", ".join(tool.name for tool in TOOLS)


def _is_marked(sheet: Sheet, questionnaire: Questionnaire) -> bool:
    """Return whether all answers are marked as simulated. Raises DataError where only some are."""
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
    """Read the table of a file.

    `path`: the file, also for messages. `content`: its bytes, where already read. `wanted`:
    expected headers, if any are known: they distinguish the header row from a preamble. `letters`:
    texts expected in cells; with the headers they decide on an 8-bit encoding. `encoding`: used
    where the bytes do not decide. `name`: the sheet of a workbook; None: the first that holds
    cells.

    Raises DataError, in one line naming the file and the row, when it is missing, empty, no table
    (a row with more cells than the header, one that is cut, an unclosed quote), an archive, or of
    an encoding that cannot be decided.
    """
    content = read_bytes(path, "the export") if content is None else content
    keys = frozenset(map(match_key, wanted))
    if workbooks.is_workbook(path, content):
        return workbooks.read_workbook(path, content, keys, name)
    if spss.find_parser(content):
        return spss.read_spss(path, content, encoding)
    expected = keys | frozenset(map(match_key, letters))
    return delimited.read_delimited(path, content, keys, expected, encoding)
