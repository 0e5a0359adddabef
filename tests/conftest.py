"""What several rooms of the tests share: a tiny project, run and released once, for all to copy."""

import compileall
import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import browser
from project_copy import Project, copy_project
from tiny_project import finish_tiny, make_tiny, release_tiny

# What was compiled once serves every process and the next run, whatever the machine says of it.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# One BLAS thread: the workers of a parallel test run are the parallel part.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# The same examples every time, as long as they take; benchmarks/properties.py searches at random.
hypothesis.settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=60)
hypothesis.settings.register_profile("search", deadline=None, max_examples=600)
hypothesis.settings.load_profile("fixed")

# Where whole projects are run. While one worker runs everything that ships, the next one makes the
# projects that all others copy, and nobody waits for them.
LONG = (
    "workflow/test_shipped.py",
    "workflow/test_tiny.py",
    "tests/workflow/",
    "tests/publications/",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--thorough",
        action="store_true",
        help="whole catalogues of steps, tampering, fuzz and simulations, not slices (an hour)",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    # What takes minutes goes first, so that no worker waits for another at the end.
    items.sort(key=lambda item: [place in item.nodeid for place in LONG], reverse=True)
    left = pytest.mark.skip(reason="one more of its kind, or one that takes long: --thorough")
    for item in items:
        if item.get_closest_marker("thorough") and not config.getoption("--thorough"):
            item.add_marker(left)


@pytest.fixture(scope="session")
def thorough(request: pytest.FixtureRequest) -> bool:
    """Whether whole catalogues are run, and not a fixed slice of each."""
    return bool(request.config.getoption("--thorough"))


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Project:
    """Make a project once, also when several workers ask for it at the same time."""
    base = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    folder = base / name
    with (base / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = base / f"{name}.made"
        if not made.exists():
            # Written first, so that what fails or hangs does so once and not for each test.
            made.write_text(f"{name}: another test began to make it, and failed", "utf-8")
            make(folder)
            made.write_text("", "utf-8")
    assert made.read_text("utf-8") == ""
    return Project(folder)


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tiny project in which nothing has run, its program compiled. Never change it: copy it."""

    def make(folder: Path) -> None:
        compileall.compile_dir(make_tiny(folder).root / "workflow/readiness", quiet=2)

    return _once(tmp_path_factory, "tiny", make)


@pytest.fixture(scope="session")
def finished(tiny: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tiny project after its first run. Never change it: copy it."""
    return _once(tmp_path_factory, "finished", lambda folder: finish_tiny(tiny.copy(folder)))


@pytest.fixture(scope="session")
def released(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tiny project with all its publications. Never change it: copy it."""
    return _once(tmp_path_factory, "released", lambda folder: release_tiny(finished.copy(folder)))


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory, thorough: bool) -> Project:
    """Everything that ships, in one language (two with --thorough), after its first run, which
    takes a minute. Never change it.
    """

    spoken = "fr, ar" if thorough else "ar"

    def make(folder: Path) -> None:
        project = copy_project(folder)
        project.replace("config.yaml", "languages: [fr, ar, en]", f"languages: [{spoken}]")
        result = project.run()
        assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]

    return _once(tmp_path_factory, "shipped", make)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with browser.chromium() as opened:
        yield opened


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Iterator[Project]:
    """A finished tiny project that one test may change."""
    yield finished.copy(tmp_path / "project")
    shutil.rmtree(tmp_path / "project", ignore_errors=True)


@pytest.fixture
def published(released: Project, tmp_path: Path) -> Iterator[Project]:
    """A tiny project with its publications that one test may change."""
    yield released.copy(tmp_path / "published")
    shutil.rmtree(tmp_path / "published", ignore_errors=True)


@pytest.fixture
def fresh(tiny: Project, tmp_path: Path) -> Iterator[Project]:
    """A tiny project in which nothing has run, that one test may change."""
    yield tiny.copy(tmp_path / "fresh")
    shutil.rmtree(tmp_path / "fresh", ignore_errors=True)
