"""Read an export and its codebooks as the tables that a draft is made of."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from readiness.drafting import (
    ExportColumn,
    ExportTable,
)
from readiness.drafting.wordings import tells_sum
from readiness.ground.errors import DataError
from readiness.questionnaire import match_key
from readiness.questionnaire.items import Export
from readiness.questionnaire.writing import DECIDED
from readiness.readers import Sheet
from readiness.readers.export import UNSAID, is_doubtful, recognise_export
from readiness.readers.table import name_each_once
from readiness.readers.tools.every import find_any_kind

# Why columns hold several answers to one question, where the file says so.
OF_A_SET = f"{DECIDED}a set of the file: first, second, ... answer"

# Columns of REDCap that tell the rows of one record apart.
OF_RECORDS = {"redcap_event_name", "redcap_repeat_instrument"}


def export_table(path: Path, content: bytes, told: Export = UNSAID) -> ExportTable:
    """An export as a draft sees it, without further header rows; DataError if it cannot be read."""
    sheet, tool = recognise_export(path, content, told)
    records = len(sheet.rows[0].texts)
    if records < len(sheet) and OF_RECORDS & set(map(match_key, sheet.columns)):
        raise DataError(
            f"{path}: {len(sheet)} rows of {records} records: the export has several rows per "
            "record (events or repeated instruments). A wave needs one row per respondent: export "
            "a single event, without repeated instruments."
        )
    headings = tool.headings(sheet)
    behind: dict[str, set[str]] = {}
    for first, *others in headings:
        for name in others:
            behind.setdefault(first.removesuffix(name), set()).add(name.partition("/")[0])
    names = [_name_column(heading, behind) for heading in headings]
    added = tool.find_added(sheet)
    kinds = [find_any_kind(tool, tool.own_key(heading)) for heading in headings]
    table = table_of(sheet, names, added, kinds, tool.signs)
    name = sheet.name if sheet.others else ""
    apart = _find_rows_apart(sheet.numbers) or _find_sums(sheet)
    # What somebody said of the header rows is settled.
    doubtful = told.header_rows is None and is_doubtful(sheet)
    doubted = str(sheet.numbers[0]) if doubtful else ""
    table = replace(table, tool=tool.name, sheet=name, notes=sheet.notes)
    return replace(table, apart=apart, doubted=doubted)


def _find_sums(sheet: Sheet) -> str:
    """The last row, where its first cell that holds something says that it sums up the others."""
    cells = (column.at(-1).strip() for column in sheet.rows) if len(sheet) else ()
    tells = tells_sum(next(filter(None, cells), ""))
    return f"{sheet.numbers[-1]} to {sheet.numbers[-1]}" if tells else ""


def _find_rows_apart(numbers: npt.NDArray[np.int64]) -> str:
    """The rows behind the first empty one, where they are the fewer and hardly parted again."""
    gaps = np.flatnonzero(np.diff(numbers) > 1)
    # Empty rows, or several together, between the answers and what may be sums below them.
    if not 0 < len(gaps) <= 3 or 2 * (gaps[0] + 1) <= len(numbers):
        return ""
    return f"{numbers[gaps[0] + 1]} to {numbers[-1]}"


def _name_column(heading: tuple[str, ...], behind: Mapping[str, Set[str]]) -> tuple[str, str]:
    """By what a column is known, and its text as far as the header has one.

    A header may hold both, its code first; texts have blanks, names have none. `behind`: what
    stands behind each beginning of a header. A group has several questions behind its slash;
    "Is the service/aid good?" holds none.
    """
    first, *others = heading
    for name in others.copy():
        begin = first.removesuffix(name)
        if begin.endswith("/") and " " in begin and len(behind[begin]) == 1:
            others.remove(name)
    short = next((name for name in others if name and first.startswith(name) and name != first), "")
    texts = [name for name in others if " " in name.strip() and name != short]
    known = short if short and " " not in short and texts else first
    return known, texts[0] if texts else ""


def table_of(
    sheet: Sheet,
    names: Sequence[tuple[str, str]] = (),
    added: Set[int] = frozenset(),
    kinds: Sequence[str] = (),
    signs: tuple[str, ...] = (),
) -> ExportTable:
    """A sheet as a draft sees it, with what the file itself says of its columns.

    `names` are the header and the text of each column where a tool tells them, `added` the places
    of those that the tool surely added, `kinds` what a tool writes below a name of its own (""
    below any other), `signs` what it puts between ticked options.
    """
    columns = []
    for at, header in enumerate(name_each_once([name for name, _ in names] or sheet.columns)):
        said: dict[str, Any] = {"label": names[at][1]} if names else {}
        if at in added:
            said["own"] = True
        elif kinds:
            said["like_own"] = kinds[at]
        if variable := sheet.labels.get(sheet.columns[at]):
            said |= {
                "label": variable.label,
                "values": dict(variable.values),
                "missing": tuple(variable.missing),
                "ordered": variable.measure == "ordinal",
                "together": variable.together,
                "listed": OF_A_SET if variable.together and not variable.counted else "",
            }
        cells = sheet.rows[at]
        codes = cells.codes.astype(np.int64)
        columns.append(ExportColumn.from_codes(at, header, cells.texts, codes, **said))
    return ExportTable(tuple(columns), signs)
