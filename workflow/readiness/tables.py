"""Tables to and from CSV, the same bytes everywhere.

UTF-8, `\\n`, RFC 4180 quoting, floats with 12 significant digits: the last bits of a float differ
between processors and BLAS kernels, so a value that is written is a value that can be compared.
"""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd

from readiness.errors import DataError
from readiness.files import write_atomically

SIGNIFICANT_DIGITS = 12


def to_csv(frame: pd.DataFrame) -> str:
    """The frame as CSV text, without its index; floats with 12 significant digits."""
    buffer = io.StringIO()
    frame.to_csv(
        buffer, index=False, float_format=f"%.{SIGNIFICANT_DIGITS}g", lineterminator="\n", na_rep=""
    )
    return buffer.getvalue()


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write `frame` to `path` as `to_csv` renders it, atomically."""
    write_atomically(path, to_csv(frame))


def read_text_table(path: Path, what: str, content: bytes | None = None) -> pd.DataFrame:
    """Read a CSV with every cell as text and empty cells as "".

    `content` are the file's bytes where they are in hand already. Raises DataError, naming the
    file, when it is missing, empty, not UTF-8 or not a table.
    """
    source = path if content is None else io.BytesIO(content)
    try:
        table = pd.read_csv(source, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise DataError(f"{path}: {what} not found. Run `make`, or restore the file.") from None
    except pd.errors.EmptyDataError:
        raise DataError(f"{path}: {what} is empty; expected a CSV with a header row.") from None
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path}: {what} is not UTF-8 (byte {error.start}). Export it again as UTF-8."
        ) from None
    except pd.errors.ParserError as error:
        raise DataError(f"{path}: {what} is not a table: {str(error).strip()}") from None
    if not isinstance(table.index, pd.RangeIndex):
        # pandas takes the first cells for names of the rows, and every cell for its neighbour.
        raise DataError(
            f"{path}: {what} is not a table: rows have more cells than the header. "
            "Name every column."
        )
    return table
