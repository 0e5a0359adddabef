"""Two questions: is the number right, and does it still come out of its own code?

Somebody edits the program, lets it publish another number, and seals what it made: every hash is
right, and its own code prints what was published.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest import CaptureFixture, MonkeyPatch, TempPathFactory
from tampering.run import Kept

from project_copy import Project
from readiness.cli import main
from readiness.datasets.places import Foreign
from readiness.facts import Fact
from readiness.language import tell
from readiness.publications.audit import again, numbers
from readiness.publications.audit.audit import audit, present_changes
from readiness.publications.audit.model import FROZEN, TODAY, TRUSTED, Audit, Terms
from readiness.publications.outcomes import Outcome
from readiness.publications.presenting.terminal import audit_text
from tiny_project import freeze

NUMBER = "verdict.bases.soup.n_max"
HONEST = "json.dumps(records, ensure_ascii=False, indent=1)"
PLANTED = f"""{HONEST}.replace('"value": 40', '"value": 12', 1)"""
NAME = "menus-forged"


@pytest.fixture(scope="module")
def forged(finished: Project, tmp_path_factory: TempPathFactory) -> Project:
    """The tiny project whose program prints 12 where the claims give 40, and its publication."""
    project = finished.copy(tmp_path_factory.mktemp("forged") / "tree")
    project.replace("workflow/readiness/steps/judge.py", HONEST, PLANTED)
    freeze(project, NAME, "--study", "menus-2023", proven=False)
    assert f"{NUMBER},verdict,count,12," in project.read(f"publications/{NAME}/figures.csv")
    return project


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    """One run by this program and one by the sealed code serve all audits."""
    with Kept() as made:
        yield made


def audited(
    project: Project, kept: Kept, level: int, code: str, trust: tuple[str, ...] = ()
) -> Audit:
    """The audit of the forged publication by this program, to which its tree is foreign."""
    changes = present_changes(project.root, NAME, environment=level > 1)
    terms = Terms(Foreign((), project.root / "fetched"), sandbox=False, trust=trust)
    with kept.used():
        return audit(project.root, NAME, level, changes=changes, code=code, terms=terms)


@pytest.mark.parametrize(("level", "code", "trust"), [(2, TODAY, ()), (3, FROZEN, ("0" * 64,))])
def test_what_planted_code_prints_is_valid_for_nobody(
    forged: Project, kept: Kept, level: int, code: str, trust: tuple[str, ...]
) -> None:
    found = audited(forged, kept, level, code, trust)
    assert found.exit_code == 1 and found.seal == ()
    wrong = {n.id: n for n in found.numbers if n.outcome is Outcome.DIFFERS}
    assert set(wrong) == {NUMBER}
    assert (wrong[NUMBER].published, wrong[NUMBER].recomputed) == ("12", "40")
    if code == TODAY:
        assert found.own_code == ()
        return
    # The second answer: the numbers do come out of that code, which makes none of them right.
    (answer,) = found.own_code
    assert answer.outcome is Outcome.REPRODUCED and answer.fact.kind == "audit.code.unknown"
    said = tell(wrong[NUMBER].fact, "en")  # type: ignore[arg-type]
    assert said.endswith("its own code gives 12, this program 40")
    assert said in audit_text(found)
    assert {f.outcome for f in found.report} <= {Outcome.NOT_COMPARED}


def test_only_code_that_the_auditor_names_judges(forged: Project, kept: Kept) -> None:
    first = audited(forged, kept, 3, TODAY)
    (report,) = first.report
    assert report.outcome is Outcome.NOT_COMPARED and report.fact.kind == "audit.page.other_code"
    digest = str(report.fact.values["digest"])
    found = audited(forged, kept, 3, FROZEN, (digest,))
    assert (found.code, found.exit_code) == (TRUSTED, 0)
    # On the recorded build the pages are the same bytes.
    assert {f.outcome for f in found.report} == {Outcome.REPRODUCED}
    assert found.own_code[0].fact == Fact("audit.code.known", {"digest": digest})
    assert "its own code, which is trusted" in audit_text(found)


def test_code_that_does_not_start_under_this_lock_differs_in_nothing(
    forged: Project, kept: Kept, monkeypatch: MonkeyPatch
) -> None:
    def rerun(*given: Any, frozen: bool, **how: Any) -> Any:
        return (kept.real if frozen else kept.rerun)(*given, frozen=frozen, **how)

    monkeypatch.setattr(again, "rerun", rerun)
    monkeypatch.setattr(numbers, "run_sealed", lambda *_, **__: "No module named 'gone'")
    monkeypatch.setattr("readiness.publications.audit.audit._code_changes", lambda *_: ())
    changes = present_changes(forged.root, NAME, environment=True)
    terms = Terms(Foreign((), forged.root / "fetched"), sandbox=False)
    locked = type(changes)(**{**vars(changes), "lock": True})
    found = audit(forged.root, NAME, 2, changes=locked, code=FROZEN, terms=terms)
    (answer,) = found.own_code
    assert answer.outcome is Outcome.NOT_CHECKED
    assert "requirements.lock" in tell(answer.fact, "en")
    assert "No module named 'gone'" in tell(answer.fact, "en")


def test_the_command_says_both_answers(
    forged: Project, kept: Kept, capsys: CaptureFixture[str]
) -> None:
    with kept.used():
        words = ["audit", str(forged.root), NAME, "--level", "2", "--no-sandbox"]
        assert main([*words, "--code", "frozen"]) == 1
    said = capsys.readouterr().out
    verdict = "DIFFERS at level 2 (numbers), this program and beside it its own code"
    assert said.startswith(f"{NAME} (draft): {verdict}; unsigned\n")
    assert "its own code gives 12, this program 40" in said
