"""The whole chain on a fresh copy, and the same chain on another machine, as far as one can be."""

import re
from pathlib import Path

import pytest
from chains import STUDY, different, results, unmake

from project_copy import ABROAD, ROOT, Project


@pytest.fixture(scope="module")
def abroad(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The same after a run elsewhere: another folder, locale, time zone, HOME, one core.

    All is made again but the wave, which `released` proves so.
    """
    root = finished.copy(tmp_path_factory.mktemp("abroad") / "الجاهزية with spaces").root
    unmake(root, "restore")
    project = Project(root, ABROAD)
    result = project.readiness("run", "--cores", "1")
    assert result.returncode == 0, result.stderr[-3000:]
    return project


def test_a_second_run_has_nothing_to_do_and_says_how_things_stand(project: Project) -> None:
    before = {path: path.stat().st_mtime_ns for path in (project.root / "results").rglob("*.csv")}
    result = project.run()
    assert result.returncode == 0, result.stderr
    assert "Nothing to be done" in result.stderr
    said = [line for line in result.stdout.splitlines() if line.startswith("Publications ")]
    assert len(said) == 1 and "menus-r1" in said[0] and "numbers are the same" in said[0]
    assert before == {p: p.stat().st_mtime_ns for p in (project.root / "results").rglob("*.csv")}


def test_bare_snakemake_with_nothing_to_do_loads_no_tables(project: Project) -> None:
    """pandas takes as long as all else of it."""
    python = (".venv/bin/python", "-X", "importtime")
    result = project.call(*python, "-m", "snakemake", "--cores", "1")
    assert "Nothing to be done" in result.stderr
    assert not re.search(r"\| +(pandas|scipy)$", result.stderr, re.M)


@pytest.mark.thorough  # by default, of the wave alone: `released` is frozen, and so proved, abroad
def test_the_same_bytes_in_another_folder_locale_and_zone_and_on_one_core(
    finished: Project, abroad: Project
) -> None:
    page = f"{STUDY}/report/en/report.html"
    assert (abroad.root / page).stat().st_mtime > (finished.root / page).stat().st_mtime
    here, there = results(finished.root), results(abroad.root)
    assert sum(name.endswith("lineage.json") for name in here) > 20
    assert sum(name.endswith("register/figures.csv") for name in here) == 2
    assert different(here, there) == []


def test_no_result_names_this_machine(finished: Project) -> None:
    for name, content in results(finished.root).items():
        for place in (finished.root, ROOT, Path.home() / ""):
            assert f"{place}/".encode() not in content, f"{name} names {place}"
