"""Two questions: is the number right, and does it still come out of its own code?

Somebody edits the program, lets it publish another number, and seals what it made: every hash is
right, and its own code prints what was published.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from project_copy import ROOT, Project
from readiness.datasets.places import Foreign
from readiness.facts import Fact
from readiness.language import tell
from readiness.publications.audit.audit import audit, present_changes
from readiness.publications.audit.model import FROZEN, TODAY, TRUSTED, Audit, Terms
from readiness.publications.outcomes import Outcome
from readiness.publications.presenting.terminal import audit_text

NUMBER = "meal.cold.all"
PLANTED = """\
    import dataclasses
    rows = [dataclasses.replace(r, value=0.12, lower=0.05, upper=0.19)
            if r.id == "meal.cold.all" else r for r in rows]

    def origin(row: FigureRow) -> Origin:"""
STEP = "workflow/readiness/steps/register_wave.py"
NAME = "canteen-forged"


@pytest.fixture(scope="module")
def forged(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The tiny project whose program prints 12 where the answers give 49, and its publication."""
    project = finished.copy(tmp_path_factory.mktemp("forged") / "tree")
    project.replace(STEP, "    def origin(row: FigureRow) -> Origin:", PLANTED)
    result = project.readiness("freeze", NAME, "--wave", "canteen-2025", "--cores", "2")
    assert result.returncode == 0, result.stderr[-3000:]
    assert f"{NUMBER},estimate,share,0.12," in project.read(f"publications/{NAME}/figures.csv")
    return project


def audited(project: Project, level: int, code: str, trust: tuple[str, ...] = ()) -> Audit:
    """The audit of the forged publication by this program, to which its tree is foreign."""
    changes = present_changes(project.root, NAME, environment=level > 1)
    terms = Terms(Foreign((), project.root / "fetched"), sandbox=False, trust=trust)
    return audit(project.root, NAME, level, changes=changes, code=code, cores="2", terms=terms)


@pytest.mark.parametrize(("level", "code", "trust"), [(2, TODAY, ()), (3, FROZEN, ("0" * 64,))])
def test_what_planted_code_prints_is_valid_for_nobody(
    forged: Project, level: int, code: str, trust: tuple[str, ...]
) -> None:
    found = audited(forged, level, code, trust)
    assert found.exit_code == 1 and found.seal == ()
    wrong = {n.id: n for n in found.numbers if n.outcome is Outcome.DIFFERS}
    assert set(wrong) == {NUMBER}
    assert wrong[NUMBER].published == "0.12" and wrong[NUMBER].recomputed.startswith("0.494")
    if code == TODAY:
        assert found.own_code == ()
        return
    # The second answer: the numbers do come out of that code, which makes none of them right.
    (answer,) = found.own_code
    assert answer.outcome is Outcome.REPRODUCED and answer.fact.kind == "audit.code.unknown"
    said = tell(wrong[NUMBER].fact, "en")  # type: ignore[arg-type]
    assert said.endswith("its own code gives 12.0%, this program 49.4%")
    assert said in audit_text(found)
    assert {f.outcome for f in found.report} <= {Outcome.NOT_COMPARED}


def test_only_code_that_the_auditor_names_judges(forged: Project) -> None:
    first = audited(forged, 3, TODAY)
    (report,) = first.report
    assert report.outcome is Outcome.NOT_COMPARED and report.fact.kind == "audit.page.other_code"
    digest = str(report.fact.values["digest"])
    found = audited(forged, 3, FROZEN, (digest,))
    assert (found.code, found.exit_code) == (TRUSTED, 0)
    # On the recorded build the pages are the same bytes.
    assert {f.outcome for f in found.report} == {Outcome.REPRODUCED}
    assert found.own_code[0].fact == Fact("audit.code.known", {"digest": digest})
    assert "its own code, which is trusted" in audit_text(found)


def test_code_that_does_not_start_under_this_lock_differs_in_nothing(
    forged: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from readiness.publications.audit import rerun

    monkeypatch.setattr(rerun, "run_sealed", lambda *_, **__: "No module named 'gone'")
    monkeypatch.setattr("readiness.publications.audit.audit._code_changes", lambda _: ())
    changes = present_changes(forged.root, NAME, environment=True)
    terms = Terms(Foreign((), forged.root / "fetched"), sandbox=False)
    locked = type(changes)(**{**vars(changes), "lock": True})
    found = audit(forged.root, NAME, 2, changes=locked, code=FROZEN, terms=terms)
    (answer,) = found.own_code
    assert answer.outcome is Outcome.NOT_CHECKED
    assert "requirements.lock" in tell(answer.fact, "en")
    assert "No module named 'gone'" in tell(answer.fact, "en")


def test_the_command_says_both_answers(forged: Project) -> None:
    words = [sys.executable, "-I", "-X", "utf8", ROOT / "workflow/readiness", "audit"]
    command = [*words, forged.root, NAME, "--level", "2", "--no-sandbox", "--code", "frozen"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path("/"), timeout=540)
    assert done.returncode == 1, done.stderr
    verdict = "DIFFERS at level 2 (numbers), this program and beside it its own code"
    assert done.stdout.startswith(f"{NAME} (draft): {verdict}; unsigned\n")
    assert "its own code gives 12.0%, this program 49.4%" in done.stdout
