"""What the site has: reports, publications with their last check, versions of data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

KINDS = {
    ".html": "page",
    ".pdf": "paper",
    ".xlsx": "workbook",
    ".csv": "table",
    ".json": "seal",
    ".cff": "citation",
}
"""What a file is to a reader, by its ending."""
CODEBOOK = "codebook"
"""What explains the table of numbers lies beside it."""
NUMBERS = "numbers"
"""The page and the table of all numbers have this name."""


ORDER = ("page", "paper", NUMBERS, "workbook", "table", "seal", "citation")
"""The order in which files are offered."""


@dataclass(frozen=True)
class File:
    """A file of the site: `path` from the site's root, `kind` of `KINDS` or `numbers`."""

    path: PurePosixPath
    kind: str

    @classmethod
    def at(cls, path: PurePosixPath) -> File | None:
        """The file at a path, where it is one that the index names."""
        kind = KINDS.get(path.suffix, "")
        if path.stem == NUMBERS and kind == "page":
            kind = NUMBERS
        return cls(path, kind) if kind and path.stem != CODEBOOK else None


@dataclass(frozen=True)
class Reported:
    """A report of today: what it is about, and its files by language.

    `finding`: what the page itself says in one sentence, by language.
    """

    run: str
    title: Mapping[str, str]
    simulated: bool
    files: Mapping[str, Sequence[File]]
    finding: Mapping[str, str]


@dataclass(frozen=True)
class Published:
    """A publication, and what computing it again with today's code found.

    `checked`: whether it was; `differs`, `reproduced` and `judged` count its numbers.
    """

    identity: str
    title: Mapping[str, str]
    simulated: bool
    draft: bool
    successor: str
    datasets: Sequence[str]
    files: Sequence[File]
    citation: str
    licence: str
    checked: bool = False
    reproduced: int = 0
    differs: int = 0
    judged: int = 0


@dataclass(frozen=True)
class Dataset:
    """A version of the data, and the publications that rest on it."""

    name: str
    note: str
    rows: int
    sha256: str
    used_by: Sequence[str]


def named(files: Sequence[File], language: str) -> Iterator[tuple[str, PurePosixPath]]:
    """One file of each kind, in a fixed order, in the language where there is one in it.

    Charts are reached from their page.
    """
    own = [file for file in files if "charts" not in file.path.parts]
    for kind in ORDER:
        found = [file.path for file in own if file.kind == kind]
        if found:
            yield kind, min(found, key=lambda path: (language not in path.parts, path))


def below(folder: Path, home: PurePosixPath) -> Iterator[tuple[Path, PurePosixPath]]:
    """Every file of a folder, with its place below `home` in the site; provenance is left out."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = PurePosixPath(path.relative_to(folder).as_posix())
        if path.name != "lineage.json" and not path.name.startswith("."):
            yield path, home / name
