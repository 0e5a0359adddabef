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

# Reason in a draft why columns hold several answers to one question: the file says so.
OF_A_SET = f"{DECIDED}a set of the file: first, second, ... answer"

# Columns of REDCap that distinguish the rows of one record.
OF_RECORDS = {"redcap_event_name", "redcap_repeat_instrument"}


def export_table(path: Path, content: bytes, told: Export = UNSAID) -> ExportTable:
    """Return an export as a table for drafting, without further header rows.

    Raises DataError where the file cannot be read, or has several rows for one record.
    """
    sheet, tool = recognise_export(path, content, told)
    records = len(sheet.rows[0].texts)
    if records < len(sheet) and OF_RECORDS & set(map(match_key, sheet.columns)):
        raise DataError(
            f"{path}: {len(sheet)} rows of {records} records: the export has several rows per "
            "record (events or repeated instruments). A wave needs one row per respondent: export "
            "a single event, without repeated instruments."
        )
    headings = tool.headings(sheet)
    name_groups: dict[str, set[str]] = {}
    for first, *further_names in headings:
        for name in further_names:
            name_groups.setdefault(first.removesuffix(name), set()).add(name.partition("/")[0])
    names = [_name_column(heading, name_groups) for heading in headings]
    tool_columns = tool.find_added(sheet)
    kinds = [find_any_kind(tool, tool.own_key(heading)) for heading in headings]
    table = table_of(sheet, names, tool_columns, kinds, tool.signs)
    name = sheet.name if sheet.others else ""
    separate_rows = _find_rows_apart(sheet.numbers) or _find_sums(sheet)
    # A stated number of header rows settles the doubt.
    doubtful = told.header_rows is None and is_doubtful(sheet)
    doubtful_row = str(sheet.numbers[0]) if doubtful else ""
    table = replace(table, tool=tool.name, sheet=name, notes=sheet.notes)
    return replace(table, apart=separate_rows, doubted=doubtful_row)


def _find_sums(sheet: Sheet) -> str:
    """Return the last row, as a range, if its first filled cell names a sum; else ""."""
    cells = (column.at(-1).strip() for column in sheet.rows) if len(sheet) else ()
    is_sum = tells_sum(next(filter(None, cells), ""))
    return f"{sheet.numbers[-1]} to {sheet.numbers[-1]}" if is_sum else ""


def _find_rows_apart(numbers: npt.NDArray[np.int64]) -> str:
    """Return the rows behind the first empty row, as a range.

    "" where these are not the minority, or where there are more than three gaps.
    """
    gaps = np.flatnonzero(np.diff(numbers) > 1)
    # At most three gaps: empty rows between answers and sums below the answers.
    if not 0 < len(gaps) <= 3 or 2 * (gaps[0] + 1) <= len(numbers):
        return ""
    return f"{numbers[gaps[0] + 1]} to {numbers[-1]}"


def _name_column(heading: tuple[str, ...], behind: Mapping[str, Set[str]]) -> tuple[str, str]:
    """Return the name of a column, and its text ("" where the header has none).

    A header may have both, the code first; texts have blanks, names have none. `behind`: names
    behind each beginning of a header. A group has several questions behind its slash; "Is the
    service/aid good?" is no group.
    """
    first, *others = heading
    for name in others.copy():
        begin = first.removesuffix(name)
        if begin.endswith("/") and " " in begin and len(behind[begin]) == 1:
            others.remove(name)
    code = next((name for name in others if name and first.startswith(name) and name != first), "")
    texts = [name for name in others if " " in name.strip() and name != code]
    column_name = code if code and " " not in code and texts else first
    return column_name, texts[0] if texts else ""


def table_of(
    sheet: Sheet,
    names: Sequence[tuple[str, str]] = (),
    added: Set[int] = frozenset(),
    kinds: Sequence[str] = (),
    signs: tuple[str, ...] = (),
) -> ExportTable:
    """Return a sheet as a table for drafting, with labels and properties from the file.

    `names`: header and text of each column, where a tool gives them; `added`: positions of columns
    that the tool surely added; `kinds`: what a tool writes below a name of its own ("" below any
    other); `signs`: separators between ticked options.
    """
    columns = []
    for at, header in enumerate(name_each_once([name for name, _ in names] or sheet.columns)):
        properties: dict[str, Any] = {"label": names[at][1]} if names else {}
        if at in added:
            properties["own"] = True
        elif kinds:
            properties["like_own"] = kinds[at]
        if variable := sheet.labels.get(sheet.columns[at]):
            properties |= {
                "label": variable.label,
                "values": dict(variable.values),
                "missing": tuple(variable.missing),
                "ordered": variable.measure == "ordinal",
                "together": variable.together,
                "listed": OF_A_SET if variable.together and not variable.counted else "",
            }
        cells = sheet.rows[at]
        codes = cells.codes.astype(np.int64)
        columns.append(ExportColumn.from_codes(at, header, cells.texts, codes, **properties))
    return ExportTable(tuple(columns), signs)
