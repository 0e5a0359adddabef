"""What several rooms of the tests share: the project, run once, for all tests to copy."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from project_copy import ABROAD, Project, copy_project
from tiny_project import make_tiny, release_tiny

# One BLAS thread: the workers of a parallel test run are the parallel part.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")


def _once(
    factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Project], cores: str
) -> Project:
    """Make and run a project once, also when several workers ask for it at the same time."""
    base = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    folder = base / name
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        log = base / f"{name}.log"
        if not log.exists():
            # Written first, so that a run that hangs fails once and is not tried for each test.
            log.write_text("1\nstarted by another test, and never ended", "utf-8")
            project = make(folder)
            code, said = 0, ""
            if name != "released":
                result = project.readiness("run", "--cores", cores)
                code, said = result.returncode, result.stdout + result.stderr
            log.write_text(f"{code}\n{said}", "utf-8")
    code, _, output = log.read_text("utf-8").partition("\n")
    assert code == "0", output[-3000:]
    return Project(folder)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project after its first run, on two cores. Never change it: copy it."""
    return _once(tmp_path_factory, "finished", copy_project, "2")


@pytest.fixture(scope="session")
def abroad(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same after a run elsewhere: another folder, locale, time zone, no HOME, one core."""

    def make(folder: Path) -> Project:
        return copy_project(folder, ABROAD)

    project = _once(tmp_path_factory, "الجاهزية with spaces", make, "1")
    return Project(project.root, ABROAD)


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Iterator[Project]:
    """A finished project that one test may change."""
    yield finished.copy(tmp_path / "project")
    shutil.rmtree(tmp_path / "project", ignore_errors=True)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Project]:
    """A project in which nothing has run, that one test may change."""
    yield copy_project(tmp_path / "fresh")
    shutil.rmtree(tmp_path / "fresh", ignore_errors=True)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tiny project after its first run. Never change it: copy it."""
    return _once(tmp_path_factory, "tiny", make_tiny, "2")


@pytest.fixture(scope="session")
def released(tiny: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tiny project with its publications. Never change it: copy it."""

    def make(folder: Path) -> Project:
        return release_tiny(tiny.copy(folder))

    return _once(tmp_path_factory, "released", make, "2")


@pytest.fixture
def published(released: Project, tmp_path: Path) -> Iterator[Project]:
    """A tiny project with its publications that one test may change."""
    yield released.copy(tmp_path / "published")
    shutil.rmtree(tmp_path / "published", ignore_errors=True)
