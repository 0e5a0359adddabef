"""Files of an export and its codebooks as the tables that a draft is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from readiness.drafting import Codebook, Column, Table, read_codebook
from readiness.questionnaire import match_key
from readiness.readers import Sheet, read_sheet
from readiness.readers.export import recognised
from readiness.readers.tools.base import Tool


def export_table(path: Path, content: bytes) -> Table:
    """An export as a draft sees it: without further header rows, its tool's own columns marked.

    Raises DataError where the file cannot be read.
    """
    sheet, tool = recognised(path, content)
    headings = tool.headings(sheet)
    texts = [heading[1] if len(heading) > 1 else "" for heading in headings]
    own = [_is_own(tool, sheet, at, heading) for at, heading in enumerate(headings)]
    return table_of(sheet, texts, own)


def _is_own(tool: Tool, sheet: Sheet, at: int, heading: tuple[str, ...]) -> bool:
    """Whether the tool adds the column by itself, and its reader knows it."""
    key = tool.own_key(heading)
    added = key in tool.own or (tool.also is not None and bool(tool.also.fullmatch(key)))
    return added or tool.is_own(sheet, at)


def table_of(sheet: Sheet, texts: Sequence[str] = (), own: Sequence[bool] = ()) -> Table:
    """A sheet as a draft sees it, with what the file itself says of its columns."""
    columns = []
    for at, header in enumerate(_headers(sheet)):
        said: dict[str, Any] = {"label": texts[at]} if texts else {}
        said |= {"own": own[at]} if own else {}
        if variable := sheet.labels.get(sheet.columns[at]):
            said |= {
                "label": variable.label,
                "values": dict(variable.values),
                "missing": tuple(variable.missing),
                "ordered": variable.measure == "ordinal",
            }
        columns.append(Column.of(at, header, [str(cell) for cell in sheet.texts(at)], **said))
    return Table(tuple(columns))


def _headers(sheet: Sheet) -> list[str]:
    """The headers as a questionnaire names them: `column 4` without one, `Again (2)` again."""
    seen: Counter[str] = Counter()
    found = []
    for at, header in enumerate(sheet.columns, 1):
        key = match_key(header)
        seen[key] += 1
        again = f"{header.strip()} ({seen[key]})"
        found.append((again if seen[key] > 1 else header) if key else f"column {at}")
    return found


def read_labels(files: Sequence[Path], export: Table) -> Codebook:
    """All codebooks together; DataError where a file is none of this export."""
    found = Codebook()
    for file in files:
        found = found.and_also(read_codebook(table_of(read_sheet(file)), export, str(file)))
    return found
