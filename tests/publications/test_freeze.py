"""Sealing a run: what is refused, what supersedes, and that a refactoring forces nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from project_copy import ROOT, Project, copy_project, message
from readiness.errors import ConfigError, DataError
from readiness.figures.register import read_register
from readiness.publications.freeze import superseded
from readiness.publications.outcomes import Outcome
from readiness.publications.reproduce import compare
from readiness.publications.seal import read_seal

WAVE = "results/waves/simulated-2026"
REVIEWER = ("--reviewer", "A Reviewer")


def freeze(project: Project, identity: str, *more: str) -> tuple[int, str]:
    result = project.readiness(
        "freeze", identity, "--wave", "simulated-2026", "--cores", "2", *more
    )
    assert "Traceback" not in result.stderr
    return result.returncode, message(result)


@pytest.fixture(scope="module")
def reported(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A finished project that also has the report of its wave."""
    project = finished.copy(tmp_path_factory.mktemp("reported") / "project")
    assert project.run(f"{WAVE}/report/report.html").returncode == 0
    return project


@pytest.fixture
def ready(reported: Project, tmp_path: Path) -> Project:
    return reported.copy(tmp_path / "project")


def test_a_release_that_supersedes_another(ready: Project) -> None:
    code, said = freeze(ready, "r3", *REVIEWER, "--supersedes", "simulated-2026-r2",
                        "--erratum", "one answer was coded twice")  # fmt: skip
    assert code == 0, said
    sealed = read_seal(ready.root / "publications/r3")
    before = read_seal(ready.root / "publications/simulated-2026-r2")
    assert sealed["supersedes"] == {"id": "simulated-2026-r2", "digest": before["digest"]}
    assert (sealed["reviewer"], sealed["run"]) == ("A Reviewer", "waves/simulated-2026")
    # The same run was published as r2: the same numbers, on whatever processor.
    old, new = (
        read_register(ready.root / f"publications/{name}/figures.csv")
        for name in ("simulated-2026-r2", "r3")
    )
    assert set(compare(old, new)["verdict"]) == {Outcome.REPRODUCED}
    out = ready.readiness("audit", "simulated-2026-r2", "--level", "0").stdout
    assert "superseded by r3: one answer was coded twice" in out
    assert "Erratum" in ready.read("publications/r3/README.md")


def test_refused_when_the_id_exists(ready: Project) -> None:
    code, said = freeze(ready, "simulated-2026-r1", *REVIEWER)
    assert code == 2 and "exists and is never overwritten" in said


def test_refused_without_a_reviewer(ready: Project) -> None:
    code, said = freeze(ready, "r3")
    assert code == 2 and "marked for review" in said and "--reviewer" in said
    assert not (ready.root / "publications/r3").exists()


def test_refused_when_the_remote_lacks_the_data(ready: Project) -> None:
    shutil.rmtree(ready.root / "data/store/files/md5/1d")
    code, said = freeze(ready, "r3", *REVIEWER)
    assert code == 3 and "simulated-2026@2" in said


def test_refused_when_a_result_was_edited(ready: Project) -> None:
    """A run makes edited results again by itself; what it cannot see, the freeze sees."""
    from readiness.publications.chain import read_chain, stale, step_folders

    folders = step_folders(
        ready.root / "results", "waves/simulated-2026",
        ["simulated-2026@2", "simulated-2026-sample@1"],
    )  # fmt: skip
    margins = ready.root / "data/margins/simulated-2026-1.csv"
    chain = read_chain(folders)
    assert list(stale(folders, chain, {"margins": margins})) == []
    path = ready.root / WAVE / "estimate/estimates.csv"
    path.write_text(path.read_text("utf-8").replace("0.5", "0.6", 1), "utf-8")
    margins.write_text(margins.read_text("utf-8") + "\n", "utf-8")
    faults = list(stale(folders, chain, {"margins": margins}))
    assert [fault for fault in faults if "estimates.csv: changed after it was made" in fault]
    assert [fault for fault in faults if "made from another" in fault]


def test_refused_when_the_report_has_a_number_of_its_own(ready: Project) -> None:
    ready.replace("reports/_wave.qmd", "## Qui a répondu", "## Qui a répondu : 4321 personnes")
    code, said = freeze(ready, "r3", *REVIEWER)
    assert code == 5 and "4321" in said


def test_an_erratum_needs_what_it_is_about(ready: Project) -> None:
    code, said = freeze(ready, "r3", "--erratum", "wrong")
    assert code == 2 and "--supersedes" in said
    code, said = freeze(ready, "r3", *REVIEWER, "--supersedes", "nothing")
    assert code == 2 and "no such publication" in said


@pytest.mark.parametrize(
    ("identity", "more", "said"),
    [
        ("../r3", (), "not an id"),
        ("", (), "not an id"),
        ("a b", (), "not an id"),
        ("منشور", (), "not an id"),
        ("a" * 300, (), "'aaaaaaaaaaaaaaaaaaaa'...: not an id"),
        ("r3", ("--reviewer", " "), "--reviewer ' '"),
        ("r3", ("--reviewer", "one\ntwo"), "one line of text"),
        ("r3", ("--supersedes", ""), "--supersedes ''"),
        ("r3", ("--cores", "0"), "--cores 0"),
    ],
)
def test_what_no_publication_can_be_called_or_say(
    identity: str, more: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from readiness.cli import main

    assert main(["freeze", identity, "--wave", "simulated-2026", *more]) == 2
    err = capsys.readouterr().err
    assert said in err and err.count("\n") == 1


def test_a_publication_has_one_successor_and_never_itself(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "publications", tmp_path / "publications")
    digest = read_seal(tmp_path / "publications/simulated-2026-r2")["digest"]
    assert superseded(tmp_path, "r3", "simulated-2026-r2") == {
        "id": "simulated-2026-r2", "digest": digest
    }  # fmt: skip
    # What is sealed anew goes on superseding what it has superseded.
    assert superseded(tmp_path, "simulated-2026-r2", "simulated-2026-r1")
    assert superseded(tmp_path, "r3", "") is None
    for identity, before, said in (
        ("r3", "nothing", "no such publication"),
        ("r3", "../publications/haca-2024", "no such publication"),
        ("r3", ".", "no such publication"),
        ("r3", "simulated-2026-r1", "simulated-2026-r2 supersedes it already"),
        ("haca-2024", "haca-2024", "would supersede itself"),
        ("simulated-2026-r1", "simulated-2026-r2", "would supersede itself"),
    ):
        with pytest.raises(ConfigError, match=said):
            superseded(tmp_path, identity, before)
    (tmp_path / "publications/haca-2024/report.html").write_text("other", "utf-8")
    with pytest.raises(DataError, match=r"haca-2024/report.html: changed: the seal .* is broken"):
        superseded(tmp_path, "r3", "haca-2024")


def test_one_freeze_at_a_time(tmp_path: Path) -> None:
    """Two would write into one scratch folder, and each would blame the results."""
    from readiness.commands.freeze import LOCK
    from readiness.files import lock

    project = copy_project(tmp_path / "project")
    held = lock(project.root / LOCK)
    code, said = freeze(project, "r3", *REVIEWER)
    os.close(held)
    assert code == 6 and "another freeze is at work" in said
    assert not (project.root / "publications/.new").exists()


def test_a_small_cell_in_a_ledger_is_refused(ready: Project) -> None:
    """The rule is lowered in the run and raised for the freeze: as if a step had not applied it."""
    from readiness.figures.register import read_register
    from readiness.publications.attacker import unprotected

    figures = read_register(ready.root / WAVE / "register/figures.csv")
    assert unprotected(figures, 5) == []
    hidden = figures[figures["suppressed"] != ""].index
    assert len(hidden)
    experts = figures[(figures["group"] == "expert") & (figures["kind"] == "estimate")]
    shown = experts[experts["suppressed"] == ""].index[0]
    small = figures.copy()
    small.loc[shown, ["value", "n", "display_en"]] = ["0.05", "20", "5%"]
    assert any(small.loc[shown, "id"] in fault for fault in unprotected(small, 5))


def test_a_refactoring_forces_no_new_seal(ready: Project) -> None:
    """Another name inside a step: its code hash changes, no value does, every verdict stays."""

    def audited() -> tuple[int, dict[str, Any]]:
        result = ready.readiness("audit", "haca-2024", "--level", "2", "--json")
        (record,) = json.loads(result.stdout)
        return result.returncode, record

    before = audited()[1]
    name = "workflow/readiness/steps/judge.py"
    renamed = re.sub(r"\barguments\b", "given", ready.read(name))
    assert renamed != ready.read(name)
    (ready.root / name).write_text(renamed, "utf-8")
    code, record = audited()
    assert code == 0 and record["divergence"] == ""
    assert set(record["changes"]["code"]) == {*before["changes"]["code"], "judge"}
    assert record["counts"] == before["counts"]
    verdicts = {n["id"] for n in record["numbers"] if n["kind"] == "verdict"}
    assert verdicts
    assert {n["id"] for n in record["numbers"] if n["code"] == "CHANGED"} >= verdicts
