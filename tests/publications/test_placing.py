"""A freeze that is stopped at any moment, typed again, goes on to its end."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytest import CaptureFixture, MonkeyPatch
from released_tree import DRAFT, FIRST, STUDY, copy_released, released_root
from resealing import seal_over

from project_copy import ROOT, Project, message
from readiness.cli import main
from readiness.publications.freeze import refuse_released
from readiness.publications.log import LOG, open_log, read_log, withdraw
from readiness.publications.placing import SCRATCH, resume
from readiness.publications.seal import SEAL, check_seal, read_seal

# Ends this process, as nobody can refuse, before the n-th time that it moves a publication, a draft
# or a log of publications; a file that is written under a temporary name is not meant.
KILLED = """
import os, sys
left = int(sys.argv.pop(1))
def stop(event, arguments):
    global left
    if event == "os.rename":
        source, target = map(str, arguments[:2])
        moved = not source.endswith(".tmp") or target.endswith("/index.json")
        left -= moved and "publications" in target
        if not left:
            os.kill(os.getpid(), 9)
sys.addaudithook(stop)
"""
# The command, without its proof, in which the sealed code runs all of it once more.
FREEZE = f"""{KILLED}
import importlib
importlib.import_module("readiness.publications.freeze")._prove = lambda *given: None
sys.exit(importlib.import_module("readiness.cli").main(sys.argv[1:]))
"""
# The files of a folder as a publication of the project in the present one.
PLACE = f"""{KILLED}
from pathlib import Path
from readiness.publications.log import open_log
from readiness.publications.placing import put_in_place
folder, released = Path(sys.argv[1]), sys.argv[2] == "released"
files = {{p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}}
log = open_log(Path(".")) if released else None
put_in_place(Path("."), folder.name, files, lambda folder: None, log)
"""
NEW = "menus-2025"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: MonkeyPatch) -> Path:
    """The publications that ship, in a folder that a test may change; the commands run there."""
    copy_released(tmp_path / "tree")
    monkeypatch.chdir(tmp_path / "tree")
    return tmp_path / "tree"


def stop_placing(tree: Path, move: int, status: str) -> None:
    """Put a publication like one of the tree in its place, and be killed before that move."""
    folder = tree.parent / NEW
    shutil.copytree(released_root() / "publications" / STUDY, folder)
    other = {"id": NEW, "status": status, "log": open_log(tree).head, "program": {}}
    (folder / SEAL).write_bytes(seal_over(folder, lambda stated: stated.update(other)))
    stopped = subprocess.run(
        [sys.executable, "-c", PLACE, str(move), str(folder), status],
        env={**os.environ, "PYTHONPATH": str(ROOT / "workflow")},
        cwd=tree,
    )
    assert stopped.returncode == -signal.SIGKILL


def test_a_release_that_is_killed_at_each_move_is_completed_when_typed_again(
    published: Project,
) -> None:
    """Before the draft is moved away, before the release takes its place, before the log does."""
    root, words = published.root, ("freeze", DRAFT, "--release", "--cores", "2")
    log, draft = read_log(root), read_seal(root / "publications" / DRAFT)
    for move in (1, 2, 2):
        killed = published.call(".venv/bin/python", "-I", "-c", FREEZE, str(move), *words)
        assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
        assert read_log(root) == log
    result = published.here(*words)
    assert result.returncode == 0, result.stderr
    sealed = read_seal(root / "publications" / DRAFT)
    assert result.stdout == (
        f"publications/{DRAFT}: {sealed['numbers']} figures sealed and released. Now commit it.\n"
    )
    assert (draft["status"], sealed["status"]) == ("draft", "released")
    assert read_log(root).latest[STUDY].superseded_by == DRAFT
    assert not (root / SCRATCH).exists()
    audited = published.here("audit", "--level", "0")
    assert audited.returncode == 0 and f"{DRAFT}: VALID" in audited.stdout, audited.stdout
    again = published.here(*words)
    assert again.returncode == 2 and "is released and cannot be changed" in message(again)


def test_the_first_release_of_an_office_is_completed_too(
    tree: Path, capsys: CaptureFixture[str]
) -> None:
    """There is no log yet, and the folder that waits for it must not be taken for an old one."""
    for name in (FIRST, "canteen-r2", STUDY):
        shutil.rmtree(tree / "publications" / name)
    (tree / LOG).unlink()
    stop_placing(tree, 2, "released")
    assert not (tree / LOG).exists() and check_seal(tree / "publications" / NEW) == []
    (tree / "results").mkdir()
    assert main(["freeze", NEW, "--release", "--study", "menus"]) == 0
    assert "sealed and released. Now commit it." in capsys.readouterr().out
    assert [entry.id for entry in read_log(tree).entries] == [NEW]
    assert main(["audit", "--level", "0"]) == 0


@pytest.mark.parametrize("move", [1, 2])
def test_a_release_under_a_log_that_has_grown_since_is_taken_back(tree: Path, move: int) -> None:
    """Its seal states the log of its time, and so it can be made only again."""
    stop_placing(tree, move, "released")
    withdraw(tree, STUDY, "the figures were of another year")
    log = read_log(tree)
    assert resume(tree) == ""
    assert read_log(tree) == log and not (tree / SCRATCH).exists()
    assert not (tree / "publications" / NEW).exists()
    refuse_released(tree, NEW)


def test_a_draft_that_was_moved_away_comes_back(tree: Path) -> None:
    """Its seal holds what was said of it, as why it supersedes another one."""
    first = tree / "publications" / NEW
    shutil.copytree(released_root() / "publications" / DRAFT, first)
    before = (first / SEAL).read_bytes()
    stop_placing(tree, 2, "draft")
    assert not first.exists()
    assert resume(tree) == ""
    assert (first / SEAL).read_bytes() == before and not (tree / SCRATCH).exists()
