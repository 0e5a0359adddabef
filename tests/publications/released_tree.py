"""The tree whose publications these tests read: the tiny project's, which `conftest.py` names.

Benchmarks, which have no fixtures, make it for themselves.
"""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tiny_project import finish_tiny, make_tiny, release_tiny

STUDY, FIRST, SECOND, DRAFT = "menus-r1", "canteen-r1", "canteen-r2", "menus-r2"
RELEASED = (FIRST, SECOND, STUDY)
PUBLICATIONS = (*RELEASED, DRAFT)
_made: list[Callable[[], Path]] = []


def use(make: Callable[[], Path]) -> None:
    """Read the publications of the tree that this gives, once one is asked for."""
    _made[:] = [make]


@cache
def released_root() -> Path:
    """The tree. Never change it: copy it."""
    if _made:
        return _made[0]()
    folder = Path(tempfile.mkdtemp(prefix="released-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return release_tiny(finish_tiny(make_tiny(folder / "tree"))).root


def copy_released(target: Path) -> None:
    """The publications that are released, and the register of data, in a folder."""
    left = shutil.ignore_patterns(DRAFT)
    shutil.copytree(released_root() / "publications", target / "publications", ignore=left)
    (target / "data").mkdir()
    shutil.copyfile(released_root() / "data/versions.csv", target / "data/versions.csv")
