"""Detect which files of a project are edited while a run is at work.

A run reads its configuration once, at its start, and each input when a job needs it. An edit in
between may be in some results and not in others.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

# Paths of a run's inputs, from the project's root.
INPUTS = (
    *("config.yaml", "config", "data", "docs", "publications", "report.qmd", "reports"),
    *("Snakefile", "workflow"),
)
# Folder of compiled Python beside the code.
COMPILED = "__pycache__"
# Size of a file in bytes, time of its last change in nanoseconds, inode number.
State = tuple[int, int, int]


def file_states(root: Path) -> dict[str, State]:
    """Return the state of each file that a run may read, by its path from `root`.

    Hidden files are no inputs: editors and the program itself write them beside others.
    """
    states = {}
    for path in _iterate_files(root):
        try:
            state = path.lstat()
        except FileNotFoundError:
            continue  # removed since it was listed
        states[path.relative_to(root).as_posix()] = (state.st_size, state.st_mtime_ns, state.st_ino)
    return states


def _iterate_files(root: Path) -> Iterator[Path]:
    for name in INPUTS:
        if (root / name).is_file():
            yield root / name
        for folder, folders, files in os.walk(root / name):
            folders[:] = [entry for entry in folders if entry[0] != "." and entry != COMPILED]
            yield from (Path(folder, entry) for entry in files if entry[0] != ".")


def list_edited(before: Mapping[str, State], after: Mapping[str, State]) -> list[str]:
    """Return the files that were changed, added or removed between two states, sorted."""
    names = before.keys() | after.keys()
    return sorted(name for name in names if before.get(name) != after.get(name))
