"""What a publication's folder says of its inputs: datasets with their pointers, other files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from readiness.datasets.versions import COLUMNS, Pointer, Version, parse_pointer, read_row
from readiness.errors import ConfigError, DataError
from readiness.files import read_file
from readiness.tables import records_to_csv

FOLDER = Path("publications")
DATASETS = "datasets.csv"
INPUTS = "inputs.csv"
CONFIG = "config.yaml"
INPUT_COLUMNS = ("path", "sha256")
# The columns of a ledger. Those of a register may change; these may not: other ones need another
# format of seals.
LEDGER_COLUMNS = (
    "id",
    "kind",
    "unit",
    "value",
    "item",
    "level",
    "group",
    "statistic",
    "se",
    "lower",
    "upper",
    "n",
    "n_eff",
    "deff",
    "reliability",
    "suppressed",
    "digits",
    "rounding",
    "run",
    "dataset",
    "lineage",
    "simulated",
    "note",
    "precision",
)


@dataclass(frozen=True)
class SealedDataset:
    """A dataset version as a publication used it: its row of the register, its pointer's text."""

    version: Version
    pointer_text: str

    @property
    def pointer(self) -> Pointer:
        """The pointer; DataError when the text is none."""
        return parse_pointer(self.pointer_text, f"{DATASETS}: {self.version.name}")


def datasets_table(root: Path, versions: Iterable[Version]) -> str:
    """`datasets.csv`: the rows of `data/versions.csv` that were used, with their pointers."""
    return records_to_csv(
        [
            {**asdict(version), "pointer": (root / version.pointer_path).read_text("utf-8")}
            for version in versions
        ]
    )


def versions_table(versions: Iterable[Version]) -> str:
    """The rows of `data/versions.csv` for these versions alone."""
    return records_to_csv([asdict(version) for version in versions])


def inputs_table(hashes: Mapping[Path, str]) -> str:
    """`inputs.csv`: the other files that went in, by path from the project's root, with SHA-256."""
    return records_to_csv(
        [{"path": path.as_posix(), "sha256": digest} for path, digest in sorted(hashes.items())]
    )


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        text = read_file(path).decode("utf-8")
        return list(csv.DictReader(io.StringIO(text, newline="")))
    except OSError:
        raise DataError(f"{path}: not found. Restore it with git.") from None
    except (UnicodeDecodeError, csv.Error):
        raise DataError(f"{path}: not a table. Restore it with git.") from None


def read_datasets(folder: Path) -> list[SealedDataset]:
    """The dataset versions of the publication in `folder`; DataError when its table is damaged."""
    found = []
    for number, row in enumerate(_rows(folder / DATASETS), start=2):
        where = f"{folder / DATASETS} row {number}"
        # A row may lack cells, which are None then.
        cells = [row.get(name) or "" for name in (*COLUMNS, "pointer")]
        found.append(SealedDataset(read_row(cells[:-1], where), cells[-1]))
    return found


def read_inputs(folder: Path) -> dict[Path, str]:
    """The publication's other inputs, path to SHA-256; DataError when the table is damaged."""
    rows = _rows(folder / INPUTS)
    if not all(_is_input(row.get("path")) and row.get("sha256") for row in rows):
        raise DataError(f"{folder / INPUTS}: not a table of inputs. Restore it with git.")
    return {Path(row["path"]): row["sha256"] for row in rows}


def _is_input(name: str | None) -> bool:
    """Whether a name can be that of an input: it is read here and written into a scratch project,
    so it must not lead out of either."""
    path = PurePosixPath(name or "")
    inside = len(path.parts) > 1 and path.parts[0] in ("data", FOLDER.name)
    return inside and ".." not in path.parts and (name or "").isprintable()


def publication_ids(root: Path) -> list[str]:
    """The ids of a project's publications, sorted: all folders with configuration, seal or digests.

    Any of them will do, or a publication that lost files would be passed over in silence. (A ledger
    alone will not: the project of a rerun holds that of the publication which it revises.)
    """
    names = (CONFIG, "seal.json", "values.csv")
    return sorted(
        {path.parent.name for name in names for path in (root / FOLDER).glob(f"*/{name}")}
    )


def find_publication(root: Path, identity: str) -> Path:
    """The folder of the publication called `identity`; ConfigError listing those there are."""
    folder = root / FOLDER / identity
    if not identity or folder.name != identity or not folder.is_dir():
        known = ", ".join(publication_ids(root)) or "none"
        raise ConfigError(f"{identity}: no such publication; there are {known}.")
    return folder


def refuse_inside(root: Path, path: Path) -> None:
    """ConfigError for a file to be written below `publications/`: it would break a seal there."""
    if path.resolve().is_relative_to((root / FOLDER).resolve()):
        raise ConfigError(f"{path}: nothing is added to what was sealed; name another place.")
