"""What a verdict rests on: bytes that were hashed as they were read, and names that mean one thing;
and what code in a sandbox can say to whoever unpacks what it left.
"""

import io
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest import MonkeyPatch
from released_tree import copy_released
from resealing import relist, seal_again, seal_over

from project_copy import Project
from readiness.errors import DataError
from readiness.facts import Fact
from readiness.publications import sandbox
from readiness.publications.audit import again, data, numbers
from readiness.publications.audit.audit import audit
from readiness.publications.audit.model import Changes
from readiness.publications.log import LOG, check_listed, read_log
from readiness.publications.outcomes import Outcome
from readiness.publications.sandbox import RunBounds, bubblewrap, run_confined
from readiness.publications.seal import SEAL, check_seal

NAME = "menus-r1"
confining = pytest.mark.skipif(bubblewrap() is None, reason="bubblewrap cannot be used here")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    copy_released(tmp_path / "tree")
    return tmp_path / "tree"


def test_a_draft_is_not_released_by_its_seal(tree: Path) -> None:
    """Log and seal say so, and its own settings, with which its pages were made, do not."""
    folder = tree / "publications" / NAME
    config = folder / "config.yaml"
    assert check_seal(folder) == []
    text = config.read_text("utf-8")
    config.write_text(text.replace("report:\n", "report:\n  status: draft\n"), "utf-8")
    seal_again(folder)
    assert check_listed(tree, NAME, read_log(tree)) == []
    (found,) = check_seal(folder)
    assert (found.place, found.outcome) == (SEAL, Outcome.BROKEN)
    assert found.fact.values == {"name": "status"}


def test_no_id_of_letters_that_look_alike(tree: Path) -> None:
    """A twin, whose folder and seal have the same name in other letters."""
    twin = NAME.replace("e", "\u0435")
    folder = tree / "publications" / twin
    shutil.copytree(tree / "publications" / NAME, folder)
    seal = seal_over(folder, lambda facts: facts.update(id=twin))
    (folder / SEAL).write_bytes(seal)
    (tree / LOG).write_text(relist(tree), "utf-8")
    assert [one.outcome for one in check_seal(folder)] == [Outcome.BROKEN]


def test_level_2_takes_the_bytes_that_level_1_hashed(tree: Path, monkeypatch: MonkeyPatch) -> None:
    """Somebody writes another input between the two: the run has what was hashed, or none."""
    folder, path = tree / "publications" / NAME, Path("data/claims/menus-2023-1.yaml")
    (tree / path).parent.mkdir(parents=True)
    (tree / path).write_bytes(b"what is hashed")
    found, contents = data.check_inputs(tree, {path: "0" * 64})
    (tree / path).write_bytes(b"what is written then")
    assert found[0].outcome is Outcome.DIFFERS
    monkeypatch.setattr(numbers, "read_inputs", lambda folder: {path: "0" * 64})
    made = numbers.todays_project(tree, folder, [], contents)
    assert made[path.as_posix()] == b"what is hashed"
    with pytest.raises(DataError, match="removed"):
        numbers.todays_project(tree, folder, [], {})


def test_data_that_change_while_they_are_copied(tree: Path, tmp_path: Path) -> None:
    folder = tree / "publications" / NAME
    (tmp_path / "other.csv").write_text("a\n1\n", "utf-8")
    (sealed,) = numbers.read_datasets(folder)
    contents = dict.fromkeys(numbers.read_inputs(folder), b"")
    objects = {sealed.pointer: tmp_path / "other.csv"}
    options = {"frozen": False, "report": False, "cores": "1"}
    again_ = numbers.rerun(tree, folder, "studies/menus-2023", objects, contents, **options)  # type: ignore[arg-type]
    with pytest.raises(DataError, match="menus-2023-claims@1: changed while it was copied"), again_:
        pass


# --- The sandbox: what comes out of it was written by whoever ran inside.
def stream(*parts: tuple[bytes, int, bytes]) -> io.BytesIO:
    first = ((b"said", 2, b"ok"), (b"code", 1, b"0"))
    return io.BytesIO(
        b"".join(sandbox.HEAD.pack(len(n), size) + n + c for n, size, c in (*first, *parts))
    )


def test_what_comes_out_is_taken_within_bounds(tmp_path: Path) -> None:
    bounds = RunBounds(disk=1000)
    good = stream((b"results/a/b.csv", 3, b"x,y"))
    assert sandbox._unpack_result(good, tmp_path, bounds) == (0, "ok")
    assert (tmp_path / "results/a/b.csv").read_bytes() == b"x,y"
    for name, size, content in (
        (b"results/../../out", 1, b"x"),
        (b"/results/out", 1, b"x"),
        (b"workflow/a.py", 1, b"x"),
        (b"results/a/b.csv", 3, b"x,z"),  # stands there
        (b"results/a/b.csv/c", 1, b"x"),
        (b"results/\0", 1, b"x"),
        (b"results/\xff", 1, b"x"),
        (b"results/large", 1001, b"x" * 1001),
        (b"results/short", 9, b"x"),
        (b"", 0, b""),
        (b"results/" + b"n" * 5000, 1, b"x"),
    ):
        with pytest.raises((OSError, ValueError, EOFError)):
            sandbox._unpack_result(stream((name, size, content)), tmp_path, bounds)
    for bad in (b"", b"\0", b"PK\3\4" * 100, sandbox.HEAD.pack(4, 1 << 63) + b"said"):
        with pytest.raises((ValueError, EOFError)):
            sandbox._unpack_result(io.BytesIO(bad), tmp_path, bounds)


class Endless(io.RawIOBase):
    """Files without a byte, without end: what is kept of each must not grow."""

    def __init__(self) -> None:
        self.names = self._names()
        self.left = b"".join(sandbox.HEAD.pack(4, 1) + n + b"0" for n in (b"said", b"code"))

    def _names(self) -> Iterator[bytes]:
        k = 0
        while True:
            k += 1
            name = b"results/%d" % k
            yield sandbox.HEAD.pack(len(name), 0) + name

    def read(self, size: int = -1, /) -> bytes:
        while len(self.left) < size:
            self.left += next(self.names)
        found, self.left = self.left[:size], self.left[size:]
        return found


def test_files_without_end_are_refused(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "MOST_FILES", 50)
    with pytest.raises(ValueError, match="more than may come out"):
        sandbox._unpack_result(Endless(), tmp_path, RunBounds(disk=1000))  # type: ignore[arg-type]


@confining
def test_no_setting_of_the_kernel_can_be_written(tmp_path: Path) -> None:
    """Whoever is root outside owns them inside, too."""
    program = (
        "import json, os; os.mkdir('results'); found = []; assert os.getuid() == 65534\n"
        "for folder, _, names in os.walk('/proc/sys/kernel'):\n"
        " for name in names:\n"
        "  try: os.close(os.open(os.path.join(folder, name), os.O_WRONLY)); found.append(name)\n"
        "  except OSError: pass\n"
        "json.dump(found, open('results/found', 'w'))"
    )
    code, said = run_confined(tmp_path, [sys.executable, "-I", "-c", program], {})
    assert code == 0, said
    assert json.loads((tmp_path / "results/found").read_text()) == []


def test_who_is_root_is_told(tree: Path, monkeypatch: MonkeyPatch) -> None:
    found = audit(tree, NAME, 0, changes=Changes())
    level = again.Again(tree, tree, [], {}, {}, again.Terms(), None)
    monkeypatch.setattr(again, "bubblewrap", lambda: Path("bwrap"))
    for number, told in ((0, True), (1000, False)):
        monkeypatch.setattr(again.os, "geteuid", lambda number=number: number)
        assert (Fact("audit.note.root") in level._note_no_sandbox(found).notes) is told


# --- Answers, wherever the program writes them.
def test_answers_are_for_their_owners_eyes(released: Project) -> None:
    """Every table whose rows are people, in every folder of a run."""
    rows = ("data.csv", "answers.csv", "weights.csv", "quarantine.csv", "sample.csv", "issues.csv")
    found = [path for name in rows for path in (released.root / "results").rglob(name)]
    apart = {"publications", "charts"}  # other runs' results, and what readers are shown
    found = [path for path in found if not apart & {*path.parts}]
    assert {path.name for path in found} >= {*rows[:3]}
    assert {path.stat().st_mode & 0o777 for path in found} == {0o600}
    folders = {path.parent for path in found}
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    # What else such a step wrote, as the replicates of the weights, but its record.
    others = {path for folder in folders for path in folder.iterdir()} - {*found}
    others = {path for path in others if path.name != "lineage.json"}
    assert {path.stat().st_mode & 0o777 for path in others} <= {0o600}


def test_what_names_each_withheld_number_is_for_its_owners_eyes(released: Project) -> None:
    """The figures beside it are for everybody."""
    registers = [path.parent for path in (released.root / "results").rglob("disclosure.csv")]
    assert registers
    for folder in registers:
        for name in ("disclosure.csv", "disclosure.json"):
            assert (folder / name).stat().st_mode & 0o777 == 0o600
        assert (folder / "figures.csv").stat().st_mode & 0o044
