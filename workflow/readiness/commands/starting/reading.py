"""Files of an export and its codebooks as the tables that a draft is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from readiness.drafting import Codebook, Column, Table, read_codebook
from readiness.readers import Sheet, read_sheet


def table_of(sheet: Sheet) -> Table:
    """A sheet as a draft sees it, with what the file itself says of its columns."""
    columns = []
    for at, header in enumerate(sheet.columns):
        said: Mapping[str, Any] = {}
        if variable := sheet.labels.get(header):
            said = {
                "label": variable.label,
                "values": dict(variable.values),
                "missing": tuple(variable.missing),
                "ordered": variable.measure == "ordinal",
            }
        columns.append(Column.of(at, header, [str(cell) for cell in sheet.texts(at)], **said))
    return Table(tuple(columns))


def read_labels(files: Sequence[Path], export: Table) -> Codebook:
    """All codebooks together; DataError where a file is none of this export."""
    found = Codebook()
    for file in files:
        found = found.and_also(read_codebook(table_of(read_sheet(file)), export, str(file)))
    return found
