"""SPSS files (.sav, .zsav): values as text, and what the file says of its variables.

The cells are the values; the labels stand beside them (`Sheet.labels`). A system-missing value is
an empty cell; one that the file declares missing (user-missing) stays the value that it is: the
reader of the tool knows what to make of it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from readiness.errors import DataError
from readiness.readers.table import Sheet, Variable, bounded

MAGIC = (b"$FL2", b"$FL3")
_PORTABLE = b"ASCII SPSS PORT FILE"
_HEADER = 176


def is_spss(content: bytes) -> bool:
    """Whether the bytes are an SPSS file."""
    return content.startswith(MAGIC)


def read(path: Path, content: bytes) -> Sheet:
    """The table of an SPSS file; DataError when it is damaged."""
    if len(content) < _HEADER:
        raise DataError(f"{path}: an SPSS file that is cut. Export it again.")
    try:
        _, about = pyreadstat.read_sav(io.BytesIO(content), metadataonly=True)
        bounded(path, max(about.number_rows or 0, 0), about.number_columns or 0)
        cells, meta = pyreadstat.read_sav(
            io.BytesIO(content), user_missing=True, output_format="dict"
        )
    except DataError:
        raise
    except (Exception, MemoryError) as error:  # pyreadstat raises whatever its parser met
        raise DataError(
            f"{path}: a damaged SPSS file ({str(error)[:120]}). Export it again."
        ) from None
    made = {}
    for at, name in enumerate(meta.column_names):
        made[at] = _categorical(np.asarray(cells[name], dtype=object))
    rows = pd.DataFrame(made)
    return Sheet(
        path, tuple(meta.column_names), rows, np.arange(1, len(rows) + 1), format="sav",
        encoding=str(meta.file_encoding or ""),
        labels={name: _variable(name, meta) for name in meta.column_names},
    )  # fmt: skip


def _categorical(values: np.ndarray) -> pd.Categorical:
    """Values as distinct texts; "" for a system-missing one."""
    codes, distinct = pd.factorize(values)
    places, texts = pd.factorize(np.array(["", *map(_text, distinct)], dtype=object))
    made = pd.Categorical.from_codes(places[codes + 1], pd.Index(texts, dtype=object))
    return made.remove_unused_categories()


def _text(value: object) -> str:
    """A value as text, numbers as short as they can be."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, str):
        return value.rstrip()  # a text variable is filled up with spaces
    if isinstance(value, float | np.floating):
        if not np.isfinite(value):
            return ""
        number = float(value)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else f"{number:.15g}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M:%S}"
    return str(value)


def _variable(name: str, meta: Any) -> Variable:
    labels: Mapping[Any, str] = meta.variable_value_labels.get(name, {})
    missing = []
    for part in meta.missing_ranges.get(name, ()):
        low, high = _text(part["lo"]), _text(part["hi"])
        missing.append(low if low == high else f"{low}..{high}")
    return Variable(
        label=str(meta.column_names_to_labels.get(name) or ""),
        values={_text(value): str(label) for value, label in labels.items()},
        missing=tuple(missing),
        measure=str(meta.variable_measure.get(name, "")),
        written=str(meta.original_variable_types.get(name, "")),
    )
