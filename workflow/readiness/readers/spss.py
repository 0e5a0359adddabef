"""Read files of SPSS (.sav, .zsav, .por) and Stata (.dta): values as text, and their labels.

The cells are the values; the labels are in `Sheet.labels`. A system-missing value is an empty cell;
a user-missing value stays as it is: the tool's reader interprets it.
"""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from readiness.ground.errors import DataError
from readiness.readers.table import Sheet, Variable, as_text, refuse_oversized
from readiness.readers.texts import Texts

MAGIC = (b"$FL2", b"$FL3")
# Signature in the first lines of a portable file: its title, or the mark behind its table of
# characters. A cut or damaged file may have the title alone.
_PORTABLE, _LETTERS = (b"ASCII SPSS PORT FILE", b"SPSSPORT"), 480
_STATA = b"<stata_dta>"
# Beginning of an older Stata file: version, byte order, file type.
_OLD_STATA = re.compile(rb"[\x69\x6c\x6e-\x73][\x01\x02]\x01")
_HEADER = 176


def find_parser(content: bytes) -> str:
    """Return the name of pyreadstat's parser for the bytes; "" for no file of SPSS or Stata."""
    if content.startswith(MAGIC):
        return "read_sav"
    first = content[: 2 * _LETTERS].translate(None, b"\r\n")[:_LETTERS]
    if any(mark in first for mark in _PORTABLE):
        return "read_por"
    stata = content.startswith(_STATA) or _OLD_STATA.match(content)
    return "read_dta" if stata else ""


def read_spss(path: Path, content: bytes, encoding: str | None = None) -> Sheet:
    """Read a file of SPSS or Stata as a sheet. Raises DataError when it is damaged.

    `encoding`: used where an older file does not declare its own.
    """
    parser = find_parser(content)
    kind = "Stata file" if parser == "read_dta" else "SPSS file"
    if len(content) < _HEADER:
        raise DataError(
            f"{path}: this {kind} is damaged (truncated within its header). Export it again."
        )
    import pyreadstat

    read = getattr(pyreadstat, parser)
    # A portable file declares no user-missing values.
    options: dict[str, Any] = {} if parser == "read_por" else {"user_missing": True}
    encoding_option = {"encoding": encoding} if encoding else {}
    try:
        _, about = read(io.BytesIO(content), metadataonly=True, **encoding_option)
        refuse_oversized(path, max(about.number_rows or 0, 0), about.number_columns or 0)
        cells, meta = read(io.BytesIO(content), output_format="dict", **options, **encoding_option)
    except DataError:
        raise
    except (Exception, MemoryError) as error:  # pyreadstat passes on any error of its parser
        if isinstance(error, UnicodeDecodeError) or "requested encoding" in str(error):
            raise DataError(
                f"{path}: its text is not encoded in {encoding or 'UTF-8'}. Name the encoding "
                "(`new --encoding windows-1252`), or export the data again as CSV."
            ) from None
        raise DataError(
            f"{path}: this {kind} is damaged ({str(error)[:120]}). Export it again."
        ) from None
    # Random bytes behind a valid beginning may be read as an empty table.
    if not meta.column_names:
        raise DataError(f"{path}: this {kind} is damaged (no variables). Export it again.")
    rows: list[Texts] = []
    for name in meta.column_names:
        codes, values = pd.factorize(np.asarray(cells[name], dtype=object))
        if meta.readstat_variable_types.get(name) == "float":
            values = np.array([_shorten_single(value) for value in values], dtype=object)
        # Text variables are padded with spaces.
        texts = ["", *(as_text(value).rstrip() for value in values)]
        rows.append(Texts((codes + 1).astype(np.int32), ()).map_to(texts).used())
    numbers = np.arange(1, max(map(len, rows), default=0) + 1)
    return Sheet(
        path,
        tuple(meta.column_names),
        tuple(rows),
        numbers,
        format="sav",
        encoding=str(meta.file_encoding or ""),
        labels={name: _read_variable(name, meta) for name in meta.column_names},
    )


def _shorten_single(value: object) -> object:
    """Return a single-precision number with its own digits: 16.2 is read as 16.2000007629.

    The letter of a missing value (`.a` to `.z`) is returned unchanged.
    """
    return float(str(np.float32(value))) if isinstance(value, float) else value


def _read_variable(name: str, meta: Any) -> Variable:
    labels: Mapping[Any, str] = meta.variable_value_labels.get(name, {})
    # Stata's missing values are letters: `.a` to `.z`.
    missing = [str(letter) for letter in meta.missing_user_values.get(name, ())]
    for part in meta.missing_ranges.get(name, ()):
        low, high = as_text(part["lo"]), as_text(part["hi"])
        missing.append(low if low == high else f"{low}..{high}")
    sets: Mapping[Any, Any] = meta.mr_sets or {}
    set_name = next(
        (candidate for candidate in sets if name in sets[candidate]["variable_list"]), ""
    )
    response_set: Mapping[str, Any] = sets.get(set_name, {})
    counted = response_set.get("counted_value") if response_set.get("is_dichotomy") else None
    return Variable(
        label=str(meta.column_names_to_labels.get(name) or ""),
        values={as_text(value): str(label) for value, label in labels.items()},
        missing=tuple(missing),
        measure=str(meta.variable_measure.get(name, "")),
        together=response_set.get("label") or str(set_name).lstrip("$"),
        counted="" if counted is None else as_text(counted),
    )
