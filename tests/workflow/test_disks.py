"""A full disk and a read-only folder: said in two lines, and nothing half-written is used later.

The disk is a small file system of its own in a private mount namespace: the run meets what the
kernel says, not what a test pretends. `--thorough` fills it at every step.
"""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from chains import FIRST, FOLDERS, catch, different, results, steps, unmake
from holding import PRIVATE, Moment, Step, mounting

import tiny_project
from project_copy import PATIENCE, Project, message

JOIN = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]


pytestmark = mounting
more = partial(pytest.param, marks=pytest.mark.thorough)


@dataclass(frozen=True)
class Mounted(Project):
    """A project that is seen through the mounts of another process."""

    holder: int = 0

    def _through(self, *command: str) -> list[str]:
        inside = ["nsenter", *JOIN, "--target", str(self.holder), "--mount"]
        return [*inside, "sh", "-c", 'cd "$0" && exec "$@"', str(self.root), *command]

    def start(self, *command: str, **more: str | None) -> subprocess.Popen[str]:
        return super().start(*self._through(*command), **more)

    def do(self, *command: str) -> None:
        """Run a command where the mounts are seen."""
        subprocess.run(self._through(*command), check=True)

    @property
    def inside(self) -> Path:
        """Where the project is seen from here."""
        return Path(f"/proc/{self.holder}/root{self.root}")

    def fill(self, left: int = 0) -> None:
        """Leave `left` bytes of the disk that holds the results."""
        ballast = self.inside / "results/.ballast"
        ballast.unlink(missing_ok=True)
        free = shutil.disk_usage(self.inside / "results").free
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(free - left, 1))

    def free(self) -> None:
        """Empty it again."""
        (self.inside / "results/.ballast").unlink()


@pytest.fixture(scope="module")
def mounted(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mounted]:
    """A finished project with its results on a disk of 200 MB; each test goes on in it."""
    project = finished.copy(tmp_path_factory.mktemp("disk") / "project")
    command = ["unshare", *PRIVATE, "--mount", "sh", "-c", "echo; exec sleep 3600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        try:
            seen = Mounted(project.root, project.variables, holder.pid)
            seen.do("mv", "results", "before")
            seen.do("mkdir", "results")
            seen.do("mount", "-t", "tmpfs", "-o", "size=200m", "none", "results")
            seen.do("cp", "-a", "before/.", "results")
            yield seen
        finally:
            holder.kill()


def stopped(result: subprocess.CompletedProcess[str], *words: str) -> None:
    """It ended with exit 7 and said why in one or two lines that hold `words`."""
    said = message(result)
    assert result.returncode == 7, said or result.stderr[-3000:]
    assert 1 <= len(said.splitlines()) <= 2, said
    assert "Traceback" not in result.stderr and "Logging error" not in result.stderr
    for word in words:
        assert word in said


def fill_at(project: Mounted, step: Step, moment: Moment, left: int) -> None:
    """Fill the disk while a step is held, and let it go on."""
    run, job = catch(project, step, moment, project.inside)
    project.fill(left)
    os.kill(job.pid, signal.SIGCONT)
    out, err = run.communicate(timeout=PATIENCE)
    stopped(subprocess.CompletedProcess([], run.returncode, out, err), "No space left", "results/")
    project.free()
    assert not (project.inside / step.folder / "lineage.json").exists()


def test_a_disk_that_is_full_from_the_beginning(mounted: Mounted) -> None:
    unmake(mounted.inside, "gate")
    mounted.fill()
    stopped(mounted.run(), "results", "full", "Free some")
    mounted.free()


STEPS = tuple(FOLDERS)


@pytest.mark.parametrize(
    ("first", "filled", "moment", "left"),
    [
        (("reproduce",), ("reproduce",), Moment.BEGUN, 0),
        # A page meets a disk with too little left for it.
        more(("render",), ("render",), Moment.BEGUN, 300_000),
        more(FIRST, STEPS, Moment.BEGUN, 0),
        more(FIRST, STEPS, Moment.UNSEALED, 0),
    ],
)
def test_a_disk_that_fills_up_while_files_are_written(
    mounted: Mounted,
    finished: Project,
    first: Sequence[str],
    filled: Sequence[str],
    moment: Moment,
    left: int,
) -> None:
    for name in first:
        unmake(mounted.inside, name)
    for step in steps(finished, filled):
        fill_at(mounted, step, moment, left)
    result = mounted.run()
    assert result.returncode == 0, message(result) or result.stderr[-3000:]
    assert different(results(mounted.inside), results(finished.root)) == []


def test_a_folder_that_is_read_only(mounted: Mounted) -> None:
    for folder, step in (("results", "gate"), ("results/studies", "draw-study")):
        unmake(mounted.inside, step)
        mounted.do("mount", "--bind", folder, folder)
        mounted.do("mount", "-o", "remount,bind,ro", folder)
        stopped(mounted.run(), folder, "make it writable")
        mounted.do("umount", folder)


# `readiness freeze` without its proof, in a process that fills the disk of the publications as soon
# as it begins to write their log.
FULL = """
import importlib, os, re, shutil, sys
def fill(event, arguments):
    log = r"/\\.(index|canteen-r9)\\.json\\.\\d+\\.tmp$"
    if event == "open" and re.search(log, str(arguments[0])):
        if not os.path.exists("publications/.ballast"):
            with open("publications/.ballast", "wb") as file:
                os.posix_fallocate(file.fileno(), 0, shutil.disk_usage("publications").free)
if sys.argv.pop(1) == "full":
    sys.addaudithook(fill)
importlib.import_module("readiness.publications.freeze")._prove = lambda *given: None
sys.exit(importlib.import_module("readiness.cli").main(sys.argv[1:]))
"""


def test_a_release_whose_disk_is_full_before_it_is_in_the_log(mounted: Mounted) -> None:
    """Nothing of it is there, and typed again it goes on."""
    mounted.do("cp", "-a", "publications", "published")
    mounted.do("mount", "-t", "tmpfs", "-o", "size=50m", "none", "publications")
    mounted.do("cp", "-a", "published/.", "publications")
    publications = mounted.inside / "publications"
    log = (publications / "index.json").read_bytes()
    words = ("freeze", "canteen-r9", "--wave", tiny_project.WAVE, "--release", "--cores", "2")
    command = (".venv/bin/python", "-I", "-X", "utf8", "-c", FULL)
    stopped(mounted.call(*command, "full", *words), "No space left", "publications/")
    assert (publications / "index.json").read_bytes() == log
    assert sorted(path.name for path in publications.iterdir()) == [
        ".ballast",
        "index.json",
        "menus-r1",
    ]
    (publications / ".ballast").unlink()
    result = mounted.call(*command, "free", *words)
    assert result.returncode == 0, message(result)
    assert "figures sealed and released. Now commit it." in result.stdout
    audited = mounted.readiness("audit", "--level", "0")
    assert audited.returncode == 0 and "canteen-r9: VALID" in audited.stdout, audited.stdout
