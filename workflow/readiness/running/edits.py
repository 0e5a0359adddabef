"""Notice what of a project is edited while a run is at work.

A run reads its configuration once, when it begins, and each input when a job comes to it. What is
edited in between may be in some of its results and not in others.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

# What results are made of, from the project's root.
READ = (
    *("config.yaml", "config", "data", "docs", "publications", "report.qmd", "reports"),
    *("Snakefile", "workflow"),
)
# What the Python that runs leaves beside the code.
COMPILED = "__pycache__"
# A file's size in bytes, the time of its last change in nanoseconds, its number on the disk.
State = tuple[int, int, int]


def file_states(root: Path) -> dict[str, State]:
    """The state of each file that a run may read, by its path from `root`.

    Hidden files are nobody's input: editors and the program itself write them beside others.
    """
    found = {}
    for path in _iterate_files(root):
        try:
            state = path.lstat()
        except FileNotFoundError:
            continue  # gone since it was listed
        found[path.relative_to(root).as_posix()] = (state.st_size, state.st_mtime_ns, state.st_ino)
    return found


def _iterate_files(root: Path) -> Iterator[Path]:
    for name in READ:
        if (root / name).is_file():
            yield root / name
        for folder, folders, files in os.walk(root / name):
            folders[:] = [each for each in folders if each[0] != "." and each != COMPILED]
            yield from (Path(folder, each) for each in files if each[0] != ".")


def list_edited(before: Mapping[str, State], after: Mapping[str, State]) -> list[str]:
    """The files that were changed, added or removed between two states of a project, sorted."""
    names = before.keys() | after.keys()
    return sorted(name for name in names if before.get(name) != after.get(name))
