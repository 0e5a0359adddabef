"""SPSS files (.sav, .zsav): values as text, and what the file says of its variables.

The cells are the values; the labels stand beside them (`Sheet.labels`). A system-missing value is
an empty cell; one that the file declares missing (user-missing) stays the value that it is: the
reader of the tool knows what to make of it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from readiness.errors import DataError
from readiness.readers.table import Sheet, Variable, as_text, refuse_oversized
from readiness.readers.texts import Texts

MAGIC = (b"$FL2", b"$FL3")
_HEADER = 176


def is_spss(content: bytes) -> bool:
    """Whether the bytes are an SPSS file."""
    return content.startswith(MAGIC)


def read_spss(path: Path, content: bytes) -> Sheet:
    """The table of an SPSS file; DataError when it is damaged."""
    if len(content) < _HEADER:
        raise DataError(f"{path}: an SPSS file that is cut. Export it again.")
    import pyreadstat

    try:
        _, about = pyreadstat.read_sav(io.BytesIO(content), metadataonly=True)
        refuse_oversized(path, max(about.number_rows or 0, 0), about.number_columns or 0)
        cells, meta = pyreadstat.read_sav(
            io.BytesIO(content), user_missing=True, output_format="dict"
        )
    except DataError:
        raise
    except (Exception, MemoryError) as error:  # pyreadstat raises whatever its parser met
        raise DataError(
            f"{path}: a damaged SPSS file ({str(error)[:120]}). Export it again."
        ) from None
    rows: list[Texts] = []
    for name in meta.column_names:
        codes, values = pd.factorize(np.asarray(cells[name], dtype=object))
        # Text variables are filled up with spaces.
        texts = ["", *(as_text(value).rstrip() for value in values)]
        rows.append(Texts((codes + 1).astype(np.int32), ()).mapped(texts).used())
    numbers = np.arange(1, max(map(len, rows), default=0) + 1)
    return Sheet(
        path,
        tuple(meta.column_names),
        tuple(rows),
        numbers,
        format="sav",
        encoding=str(meta.file_encoding or ""),
        labels={name: _variable(name, meta) for name in meta.column_names},
    )


def _variable(name: str, meta: Any) -> Variable:
    labels: Mapping[Any, str] = meta.variable_value_labels.get(name, {})
    missing = []
    for part in meta.missing_ranges.get(name, ()):
        low, high = as_text(part["lo"]), as_text(part["hi"])
        missing.append(low if low == high else f"{low}..{high}")
    return Variable(
        label=str(meta.column_names_to_labels.get(name) or ""),
        values={as_text(value): str(label) for value, label in labels.items()},
        missing=tuple(missing),
        measure=str(meta.variable_measure.get(name, "")),
        together=next(
            (
                one.get("label") or str(own).lstrip("$")
                for own, one in (meta.mr_sets or {}).items()
                if one.get("is_dichotomy") and name in one["variable_list"]
            ),
            "",
        ),
    )
