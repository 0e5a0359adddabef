"""`data/versions.csv`: the append-only register of dataset versions.

DVC knows a version by MD5 only and checks nothing on reading. The register adds what an auditor
needs: SHA-256, size, rows, the questionnaire that the version answers, and a note.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from readiness.errors import DataError
from readiness.files import write_atomically

VERSIONS = Path("data/versions.csv")
RAW = Path("data/raw")


@dataclass(frozen=True)
class Version:
    """One row of the register: a dataset version and what its bytes must be."""

    dataset: str
    version: str
    md5: str
    sha256: str
    bytes: int
    rows: int
    questionnaire: str
    note: str

    @property
    def name(self) -> str:
        """`dataset@version`, the way a version is named everywhere."""
        return f"{self.dataset}@{self.version}"

    @property
    def pointer_path(self) -> Path:
        """Where its DVC pointer lies, from the project's root."""
        return RAW / self.dataset / f"{self.version}.csv.dvc"


COLUMNS = [field.name for field in fields(Version)]


def read_versions(root: Path) -> dict[str, Version]:
    """All versions by name (`dataset@version`), in the order of the file.

    Raises DataError naming the row when a column is missing, a number is none or a name repeats.
    """
    path = root / VERSIONS
    try:
        lines = list(csv.reader(io.StringIO(path.read_text("utf-8"), newline="")))
    except OSError:
        raise DataError(f"{path}: not found. Restore it with git.") from None
    if not lines or lines[0] != COLUMNS:
        raise DataError(f"{path}: expected the columns {', '.join(COLUMNS)}. Restore it with git.")
    versions: dict[str, Version] = {}
    for row, cells in enumerate(lines[1:], start=2):
        try:
            record = dict(zip(COLUMNS, cells, strict=True))
            numbers = {"bytes": int(record["bytes"]), "rows": int(record["rows"])}
        except ValueError:
            raise DataError(
                f"{path} row {row}: expected {len(COLUMNS)} cells, bytes and rows whole numbers."
            ) from None
        version = Version(**{**record, **numbers})  # type: ignore[arg-type]
        if version.name in versions:
            raise DataError(f"{path} row {row}: {version.name} is registered twice.")
        versions[version.name] = version
    return versions


def find_version(root: Path, name: str) -> Version:
    """The version called `name`; DataError listing the known ones when there is none."""
    versions = read_versions(root)
    if name not in versions:
        raise DataError(
            f"{root / VERSIONS}: no dataset version {name}; there are {', '.join(versions)}."
        )
    return versions[name]


def write_versions(root: Path, versions: Iterable[Version]) -> None:
    """Write the register anew, whole or not at all."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(astuple(version) for version in versions)
    write_atomically(root / VERSIONS, buffer.getvalue())
