"""Read and extend `data/versions.csv`, the append-only register of dataset versions.

DVC identifies a version by MD5 alone and checks nothing on reading. The register adds SHA-256,
size, number of rows, the questionnaire that the version answers, a note, and a status. Rows are
only ever added: erased data keep their row and get a second one, the tombstone, with date and
reason. Bytes and pointers are compared with their rows here.
"""

import csv
import io
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import astuple, dataclass, fields, replace
from itertools import count
from pathlib import Path

from readiness.ground.errors import ConfigError, DataError
from readiness.ground.files import read_file, write_atomically
from readiness.ground.locks import holding
from readiness.ground.patterns import NAME, VERSION
from readiness.ground.tables import rows_to_csv

VERSIONS = Path("data/versions.csv")
RAW = Path("data/raw")

OPEN, RESTRICTED, ERASED = "open", "restricted", "erased"
# Public; for authorised persons only; removed everywhere.
STATUSES = (OPEN, RESTRICTED, ERASED)


@dataclass(frozen=True)
class Version:
    """A dataset version by its last row; `note`: reason for its addition, or for its erasure."""

    dataset: str
    version: str
    md5: str
    sha256: str
    bytes: int
    rows: int
    questionnaire: str
    note: str
    status: str = OPEN

    @property
    def name(self) -> str:
        """`dataset@version`, the name of the version everywhere."""
        return f"{self.dataset}@{self.version}"

    @property
    def pointer_path(self) -> Path:
        """Path of the version's DVC pointer, from the project's root."""
        return RAW / self.dataset / f"{self.version}.csv.dvc"

    @property
    def object_name(self) -> str:
        """Path of the version's object, relative to a DVC cache or remote."""
        return object_name(self.md5)

    @property
    def is_restricted(self) -> bool:
        """True if only authorised persons have the data, which may then be missing here."""
        return self.status == RESTRICTED

    @property
    def is_erased(self) -> bool:
        """True if no copy of the data may exist: a respondent withdrew, or the law requires it."""
        return self.status == ERASED


def pull_line(name: str, md5: str = "") -> str:
    """Return the command that fetches a version with DVC, with the MD5 as a comment."""
    pointer = (RAW / f"{name.replace('@', '/')}.csv.dvc").as_posix()
    return f"dvc pull {pointer}" + (f"  # md5 {md5}" if md5 else "")


def register_line(root: Path, file: Path, dataset: str, version: str = "") -> str:
    """Return the command that registers a file as a version: the named one, or the next number."""
    versions = read_versions(root)
    next_number = next(str(k) for k in count(1) if f"{dataset}@{k}" not in versions)
    name = version if re.fullmatch(VERSION, version) else next_number
    return shlex.join(
        ["readiness", "data", "add", file.as_posix(), "--dataset", dataset, "--as", name]
    )


def open_data(versions: Iterable[Version]) -> dict[str, str]:
    """Return the paths of the public data by name, from the project's root."""
    kept = (version for version in versions if version.status == OPEN)
    return {v.name: v.pointer_path.with_suffix("").as_posix() for v in kept}


def object_name(md5: str) -> str:
    """Return the path of the object of that MD5 in DVC 3, relative to a cache or remote."""
    return f"files/md5/{md5[:2]}/{md5[2:]}"


COLUMNS = [field.name for field in fields(Version)]
PATTERNS = {"dataset": NAME, "version": VERSION, "md5": "[0-9a-f]{32}", "sha256": "[0-9a-f]{64}"}


# Number of bytes or rows; Python refuses to read much longer ones.
WHOLE_NUMBER = "0|[1-9][0-9]{0,17}"


def read_versions(root: Path) -> dict[str, Version]:
    """Return all versions by name (`dataset@version`), in the order of their addition.

    An erased version is its tombstone. Raises DataError naming the row when a column is missing, a
    number cannot be read, a status is unknown, a name repeats, or a tombstone is not the second and
    last row of its version with the same hashes.
    """
    versions: dict[str, Version] = {}
    for row, version in enumerate(_read_rows(root), start=2):
        if fault := _find_fault(version, versions.get(version.name)):
            raise DataError(
                f"{root / VERSIONS} row {row}: {version.name} {fault}. Restore it with git."
            )
        versions[version.name] = version
    return versions


def find_last(root: Path, dataset: str) -> Version | None:
    """Return the version of a dataset that was added last, as it was when it was added.

    An erased version has the status of before its erasure. None where the dataset has no version.
    """
    if not (root / VERSIONS).exists():
        return None
    of_dataset = (v for v in _read_rows(root) if v.dataset == dataset and not v.is_erased)
    return next(reversed([*of_dataset]), None)


def _read_rows(root: Path) -> Iterator[Version]:
    """Yield the rows of the register. Raises DataError naming the row that cannot be read."""
    path = root / VERSIONS
    try:
        lines = list(csv.reader(io.StringIO(read_file(path).decode("utf-8"), newline="")))
    except OSError:
        raise DataError(f"{path}: file not found. Restore it with git.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path}: not a table ({error}). Restore it with git.") from None
    if not lines or lines[0] != COLUMNS:
        raise DataError(f"{path}: expected the columns {', '.join(COLUMNS)}. Restore it with git.")
    for row, cells in enumerate(lines[1:], start=2):
        yield read_row(cells, f"{path} row {row}")


def read_row(cells: list[str], where: str) -> Version:
    """Return the version of one row of the register. Raises DataError naming `where` for a bad
    row.
    """
    record = dict(zip(COLUMNS, cells, strict=False))
    if len(cells) != len(COLUMNS) or not all(
        re.fullmatch(WHOLE_NUMBER, record[column]) for column in ("bytes", "rows")
    ):
        raise DataError(
            f"{where}: expected {len(COLUMNS)} cells, with whole numbers for bytes and rows. "
            "Restore it with git."
        )
    for column, pattern in PATTERNS.items():
        if not re.fullmatch(pattern, record[column]):
            raise DataError(
                f"{where}: {column} {record[column]!r} is not valid. Restore it with git."
            )
    numbers = {"bytes": int(record["bytes"]), "rows": int(record["rows"])}
    return Version(**{**record, **numbers})  # type: ignore[arg-type]


def _find_fault(version: Version, before: Version | None) -> str:
    """Return the fault of a row, given the row `before` of the version; "" for a correct row."""
    if version.status not in STATUSES:
        return f"has the status {version.status!r}; expected one of {', '.join(STATUSES)}"
    if before is None:
        return "is erased before any row registers it" if version.is_erased else ""
    if before.is_erased:
        return "has a row after its erasure"
    if not version.is_erased:
        return "is registered twice"
    if version != replace(before, status=ERASED, note=version.note):
        return "is erased with other hashes, rows or questionnaire than it was registered with"
    return ""


def find_version(root: Path, name: str) -> Version:
    """Return the version called `name`; ConfigError listing the known ones when there is none."""
    versions = read_versions(root)
    if name not in versions:
        raise ConfigError(
            f"{root / VERSIONS}: no dataset version is called {name}. The versions are "
            f"{', '.join(versions)}."
        )
    return versions[name]


def append_versions(root: Path, versions: Iterable[Version]) -> None:
    """Append rows to the register, whole or not at all; earlier rows stay byte for byte."""
    path = root / VERSIONS
    before = path.read_bytes() if path.exists() else b""
    rows: list[Sequence[object]] = [astuple(version) for version in versions]
    if not before:
        rows.insert(0, COLUMNS)
    between = b"\n" if before and not before.endswith(b"\n") else b""
    write_atomically(path, before + between + rows_to_csv(rows).encode("utf-8"))


def changing_versions(root: Path) -> AbstractContextManager[None]:
    """Lock the register while a version is added or erased.

    Raises BusyError while another process holds the lock: of two writers at once, each would write
    the rows that it had read, and one row would be lost.
    """
    return holding(
        # Lock file, in DVC's own folder for such files, which git ignores.
        root / ".dvc/tmp/readiness.lock",
        f"{root / VERSIONS}: another `readiness data` adds or erases a version; try again when it "
        "is done.",
    )


def one_line(text: str, option: str) -> str:
    """Return a text for the register, on one line. Raises ConfigError naming `option` if not
    UTF-8.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ConfigError(
            f"{option}: the text is not UTF-8. Type it again in a UTF-8 terminal."
        ) from None
    return " ".join(text.split())
