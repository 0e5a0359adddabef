"""`data/versions.csv`: the append-only register of dataset versions.

DVC knows a version by MD5 only and checks nothing on reading. The register adds what an auditor
needs: SHA-256, size, rows, the questionnaire that the version answers, and a note.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import pandas as pd

from readiness.errors import DataError
from readiness.tables import read_text_table, write_csv

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
    table = read_text_table(path, "the register of dataset versions")
    if list(table.columns) != COLUMNS:
        raise DataError(f"{path}: columns are {list(table.columns)}; expected {COLUMNS}.")
    versions: dict[str, Version] = {}
    for row, record in enumerate(table.to_dict("records"), start=2):
        try:
            version = Version(
                **{**record, "bytes": int(record["bytes"]), "rows": int(record["rows"])}  # type: ignore[arg-type]
            )
        except ValueError:
            raise DataError(f"{path} row {row}: bytes and rows must be whole numbers.") from None
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
    frame = pd.DataFrame([astuple(version) for version in versions], columns=COLUMNS)
    write_csv(frame, root / VERSIONS)
