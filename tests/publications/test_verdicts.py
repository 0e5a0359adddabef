"""What a verdict rests on: bytes that were hashed as they were read, names that mean one thing."""

import shutil
from pathlib import Path

import pytest
from pytest import MonkeyPatch
from released_tree import copy_released
from resealing import relist, seal_again, seal_over

from project_copy import Project
from readiness.ground.errors import DataError
from readiness.publications.audit import data, numbers
from readiness.publications.log import LOG, check_listed, read_log
from readiness.publications.outcomes import Outcome
from readiness.publications.seal import SEAL, check_seal

NAME = "menus-r1"


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
    made = numbers.make_project(folder, [], contents, {})
    assert made[path.as_posix()] == b"what is hashed"
    with pytest.raises(DataError, match=f"{path}: file not found"):
        numbers.make_project(folder, [], {}, {})


def test_data_that_change_while_they_are_copied(tree: Path, tmp_path: Path) -> None:
    folder = tree / "publications" / NAME
    (tmp_path / "other.csv").write_text("a\n1\n", "utf-8")
    (sealed,) = numbers.read_datasets(folder)
    contents = dict.fromkeys(numbers.read_inputs(folder), b"")
    objects = {sealed.pointer: tmp_path / "other.csv"}
    again_ = numbers.rerun(folder, "studies/menus-2023", objects, contents, {}, report=False)
    with pytest.raises(DataError, match="menus-2023-claims@1: changed while it was copied"), again_:
        pass


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
