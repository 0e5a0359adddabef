"""A number is judged by this program, whatever the code says that was sealed with it.

Somebody edits the program, lets it publish another number, and seals what it made: every hash is
right, and its own code prints what was published. Each audit names the two programs.
"""

import shlex
import subprocess
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest
from pytest import CaptureFixture, TempPathFactory
from tampering.run import Kept

from project_copy import ROOT, Project
from readiness.cli import main
from readiness.datasets.places import Foreign
from readiness.ground.facts import Fact
from readiness.language import LANGUAGES, Language, strip_marks, tell
from readiness.program.layout import version
from readiness.publications.audit.again import _name_other_program
from readiness.publications.audit.audit import audit
from readiness.publications.audit.model import Terms
from readiness.publications.audit.present_changes import present_changes
from readiness.publications.outcomes import Outcome
from readiness.publications.presenting.terminal import audit_text
from readiness.publications.program import (
    ARCHIVE,
    present_program,
    program_hashes,
    read_archive,
)
from readiness.publications.releases import RELEASES, Release, find_release, tell_program
from readiness.publications.seal import read_seal
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


def test_what_planted_code_prints_is_valid_for_nobody(
    forged: Project, capsys: CaptureFixture[str]
) -> None:
    changes = present_changes(forged.root, NAME, environment=True, foreign=True)
    terms = Terms(Foreign((), forged.root / "fetched"), trust=("0" * 64,))
    with Kept() as kept, kept.used():
        found = audit(forged.root, NAME, 3, changes=changes, terms=terms)
        # Asked for the sealed code, the command says what to install, and judges all the same.
        words = ["audit", str(forged.root), NAME, "--level", "2", "--code", "frozen"]
        assert main(words) == 1
    out, err = capsys.readouterr()
    assert f"{NAME}: audited by readiness {version()}; sealed by readiness {version()}" in err
    assert len(err.splitlines()) == 1
    assert out.startswith(f"{NAME} (draft): DIFFERS at level 2 (numbers), this program; unsigned\n")
    assert found.exit_code == 1 and found.seal == ()
    wrong = {n.id: n for n in found.numbers if n.outcome is Outcome.DIFFERS}
    assert set(wrong) == {NUMBER}
    assert (wrong[NUMBER].published, wrong[NUMBER].recomputed) == ("12", "40")
    (report,) = found.report
    assert report.outcome is Outcome.NOT_COMPARED and report.fact.kind == "audit.page.other_code"
    # Nothing that it says of itself is held to account, and the audit says so.
    assert "code.tar.xz" in audit_text(found)


def released_seals() -> list[dict[str, Any]]:
    """The seals of what was released; a draft is made by a program that no release is."""
    seals = [read_seal(path.parent) for path in sorted((ROOT / "publications").glob("*/seal.json"))]
    return [seal for seal in seals if seal["status"] == "released"]


def release_of(sealed: Mapping[str, Any]) -> Release:
    """The release that sealed a publication; a seal of 1.0 does not name its version."""
    release = find_release(sealed["program"])
    assert release is not None and release.version == sealed.get("version", "1.0.0")
    return release


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_that_a_release_made_name_its_version_and_commit(language: Language) -> None:
    for sealed in released_seals():
        release = release_of(sealed)
        said = tell(_name_other_program(sealed), language)
        assert f"readiness {release.version}" in said and release.commit in said
    assert _name_other_program({}) == Fact("audit.page.other_code")


def test_each_audit_names_the_programs() -> None:
    """Of a released one with the commit to install it from; nothing else is taken for one."""
    assert [one.version for one in RELEASES[:3]] == ["1.0.0", "1.0.1", "1.1.0"]
    for sealed in released_seals():
        release = release_of(sealed)
        for language in LANGUAGES:
            said = strip_marks(tell(tell_program(sealed, same=False), language))
            assert f"readiness {version()}" in said and f"readiness {release.version}" in said
            assert release.commit in said and said.endswith(f": {release.install}")
        assert tell_program(sealed, same=True).kind == "audit.program.same"
    # Changed code of a version's name is not that version; a name that is none is not shown.
    sealed = {"program": {"package": "0" * 64}, "version": "1.0.0"}
    assert tell_program(sealed, same=False).kind == "audit.program.version"
    for stated in ("", "1.0; rm -rf /", "\u202e1.0", "x" * 90):
        told = tell_program({**sealed, "version": stated}, same=False)
        assert (told.kind, told.values["version"]) == ("audit.program.unknown", "")


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.version)
def test_a_release_is_known_by_the_code_of_its_commit(release: Release) -> None:
    """Where the history is here; a plain copy of the tree has none."""
    listed = git("ls-tree", "-r", "--name-only", release.commit, "workflow/readiness")
    if listed is None:
        pytest.skip("the history of the project is not here")
    names = listed.decode().splitlines()
    files = {name: git("show", f"{release.commit}:{name}") or b"" for name in names}
    assert program_hashes(files)["package"] == release.package
    # The present program is none of those: it would have to be in the table to be one.
    assert find_release(present_program(ROOT, own=True)) is None


def test_a_release_is_installed_with_the_extra_that_it_has() -> None:
    """The sealed code says so: pip only warns of an extra that does not exist."""
    for path in sorted((ROOT / "publications").glob("*/seal.json")):
        release = find_release(read_seal(path.parent)["program"])
        if release:
            project = read_archive(path.parent / ARCHIVE)["pyproject.toml"].decode("utf-8")
            extras = tomllib.loads(project)["project"].get("optional-dependencies", {})
            place = ".[run]" if "run" in extras else "."
            assert shlex.split(release.install) == ["pip", "install", place]


def git(*words: str) -> bytes | None:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None
