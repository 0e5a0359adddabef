"""Files of an export and its codebooks as the tables that a draft is made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from readiness.drafting import Codebook, Column, Table, read_codebook
from readiness.readers import Sheet, read_sheet
from readiness.readers.export import recognised
from readiness.readers.table import each_once
from readiness.readers.tools.base import Tool


def export_table(path: Path, content: bytes) -> Table:
    """An export as a draft sees it: without further header rows, its tool's own columns marked.

    Raises DataError where the file cannot be read.
    """
    sheet, tool = recognised(path, content)
    headings = tool.headings(sheet)
    names = [_named(heading) for heading in headings]
    own = [_is_own(tool, sheet, at, heading) for at, heading in enumerate(headings)]
    return table_of(sheet, names, own, tool.signs)


def _named(heading: tuple[str, ...]) -> tuple[str, str]:
    """By what a column is known, and its text as far as the header has one.

    A header may hold both, its code first; texts have blanks, names have none.
    """
    first, *others = heading
    short = next((name for name in others if name and first.startswith(name) and name != first), "")
    texts = [name for name in others if " " in name.strip() and name != short]
    known = short if short and " " not in short and texts else first
    return known, texts[0] if texts else ""


def _is_own(tool: Tool, sheet: Sheet, at: int, heading: tuple[str, ...]) -> bool:
    """Whether the tool adds the column by itself, and its reader knows it."""
    key = tool.own_key(heading)
    added = key in tool.own or (tool.also is not None and bool(tool.also.fullmatch(key)))
    return added or tool.is_own(sheet, at)


def table_of(
    sheet: Sheet,
    names: Sequence[tuple[str, str]] = (),
    own: Sequence[bool] = (),
    signs: tuple[str, ...] = (),
) -> Table:
    """A sheet as a draft sees it, with what the file itself says of its columns.

    `names` are the header and the text of each column where a tool tells them, `own` whether it is
    the tool's, `signs` what it puts between ticked options.
    """
    columns = []
    for at, header in enumerate(each_once([name for name, _ in names] or sheet.columns)):
        said: dict[str, Any] = {"label": names[at][1]} if names else {}
        said |= {"own": own[at]} if own else {}
        if variable := sheet.labels.get(sheet.columns[at]):
            said |= {
                "label": variable.label,
                "values": dict(variable.values),
                "missing": tuple(variable.missing),
                "ordered": variable.measure == "ordinal",
                "together": variable.together,
            }
        cells = sheet.rows[at]
        codes = cells.codes.astype(np.int64)
        columns.append(Column.coded(at, header, cells.texts, codes, **said))
    return Table(tuple(columns), signs)


def read_labels(files: Sequence[Path], export: Table) -> Codebook:
    """All codebooks together; DataError where a file is none of this export."""
    found = Codebook()
    for file in files:
        found = found.and_also(read_codebook(table_of(read_sheet(file)), export, str(file)))
    return found
