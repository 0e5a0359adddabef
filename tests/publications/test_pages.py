"""A publication as `freeze` leaves it: whole, described for people and machines, each thing in its
place once, resting on data that are kept.
"""

import dataclasses
from pathlib import Path

import pytest
import yaml
from released_tree import PUBLICATIONS, released_root

from project_copy import ROOT
from readiness.config import load_config
from readiness.datasets.versions import read_versions
from readiness.ground.errors import DataError
from readiness.publications.chain import step_folders
from readiness.publications.codecheck import codecheck
from readiness.publications.description import Facts
from readiness.publications.ledger import (
    PAGES,
    folder_of_step,
    iterate_documents,
    kept_as,
    languages_of,
    pages_of,
    steps_shown,
)
from readiness.publications.readme import readme


@pytest.mark.parametrize("name", PUBLICATIONS)
def test_pages_for_machines_name_what_lies_there(name: str) -> None:
    folder = released_root() / "publications" / name
    check = yaml.safe_load((folder / "codecheck.yml").read_text("utf-8"))
    for entry in check["manifest"]:
        assert (folder / entry["file"]).is_file()
    # No pointer stands here, for `dvc pull` to fill.
    assert not list(folder.rglob("*.dvc"))
    assert "simulated" in (folder / "README.md").read_text("utf-8") or not name.startswith(
        "canteen"
    )


@pytest.fixture(scope="module")
def facts() -> Facts:
    versions = read_versions(ROOT)
    return Facts(
        root=ROOT,
        identity="wave-r9",
        run="waves/simulated-2026",
        name="simulated-2026",
        section=load_config(ROOT / "config.yaml").waves["simulated-2026"],
        versions=[versions["simulated-2026@2"], versions["simulated-2026-sample@1"]],
        files={"margins": Path("data/margins/simulated-2026-1.csv")},
        numbers=3,
        released="2026-11-28",
        supersedes="wave-r8",
        erratum="one answer was coded twice",
        reviewer="A Reviewer",
        languages=("ar", "en", "fr"),
        pages=[f"report/{x}/{name}" for x in ("ar", "en", "fr") for name in PAGES],
    )


def test_the_readme_has_the_sections_of_the_data_editor(facts: Facts) -> None:
    page = readme(facts)
    sections = (
        "## Overview",
        "## Data Availability and Provenance Statements",
        "### Statement about Rights",
        "### Summary of Availability",
        "### Details on each Data Source",
        "## Dataset list",
        "## Computational requirements",
        "### Software Requirements",
        "### Controlled Randomness",
        "### Memory, Runtime, Storage Requirements",
        "## Description of programs/code",
        "## Instructions to Replicators",
        "## List of tables and programs",
        "## References",
    )
    places = [page.index(f"\n{section}\n") for section in sections]
    assert places == sorted(places)
    for said in (
        "replaces `wave-r8`",
        "one answer was coded twice",
        "A Reviewer",
        "simulated",
        "All data are available",
        "- `data/raw/simulated-2026/2.csv`\n",
    ):
        assert said in page


def test_the_readme_says_what_cannot_be_had(facts: Facts) -> None:
    first, second = facts.versions
    gone = dataclasses.replace(first, status="erased")
    page = readme(dataclasses.replace(facts, versions=[gone, second]))
    assert "available: 1 of 2" in page and "erased after" in page


def test_the_readme_has_every_language_of_the_publication(facts: Facts) -> None:
    page = readme(facts)
    parts = page.split("\n---\n")
    assert [part.strip().splitlines()[0] for part in parts] == [
        "# Simulated wave 2026 (wave-r9)",
        '<div dir="rtl">',
        "# Vague simulée 2026 (wave-r9)",
    ]
    # Whatever the authors wrote stands in each, and every block of code is as it was.
    for part in parts:
        assert "one answer was coded twice" in part and "A Reviewer" in part
        assert ".venv/bin/readiness audit wave-r9 --level 3\n" in part
        assert part.count("\n| ") == parts[0].count("\n| ")
    # Alone, each is the whole page.
    assert readme(dataclasses.replace(facts, languages=("fr",))) == parts[2].lstrip("\n")


def test_no_text_of_the_authors_becomes_markup(facts: Facts) -> None:
    bad = "<script>alert(1)</script> | `a` [x](http://y)\n# z"
    hostile = dataclasses.replace(
        facts,
        erratum=bad,
        reviewer=bad,
        identity="wave-r9",
        versions=[dataclasses.replace(v, note=bad) for v in facts.versions],
    )
    page = readme(hostile)
    assert "<script>" not in page and "\n# z" not in page
    assert page.count("\n|") == readme(facts).count("\n|")


def test_the_codecheck_file_is_the_author_s_part_of_its_specification(facts: Facts) -> None:
    text = codecheck(facts, ["charts/a.svg", "code.tar.xz", "figures.csv", "report/en/report.pdf"])
    # MUST: the marker of a document, first; a manifest of files; at least one author.
    assert text.startswith("---\n")
    record = yaml.safe_load(text)
    assert [entry["file"] for entry in record["manifest"]] == [
        "charts/a.svg",
        "figures.csv",
        "report/en/report.pdf",
    ]
    assert record["paper"]["reference"] == "publications/wave-r9/report/en/report.pdf"
    assert [author["name"] for author in record["paper"]["authors"]]
    # The checker's own: named empty, they would be invalid; filled in here, untrue.
    assert not {"codechecker", "report", "certificate", "summary"} & set(record)


def publication(folder: Path, config: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(config, "utf-8")
    return folder


def test_nothing_is_kept_twice() -> None:
    languages = ("ar", "en", "fr")
    assert kept_as("charts-fr", "bases.svg", languages) == "charts/fr/bases.svg"
    assert kept_as("tables-fr", "codebook.csv", languages) == "tables/fr/codebook.csv"
    assert kept_as("register", "figures.csv", languages) == ""
    for copy in ("bases-narrow.svg", "bases.png"):
        assert kept_as("charts-fr", copy, languages) == ""
    kept = [kept_as(f"tables-{language}", "numbers.csv", languages) for language in languages]
    assert kept == ["", "tables/en/numbers.csv", ""]
    assert kept_as("tables-ar", "numbers.csv", ("ar", "fr")) == "tables/ar/numbers.csv"


def test_a_new_one_has_a_place_for_each_language(tmp_path: Path) -> None:
    folder = publication(tmp_path, "report:\n  languages: [fr, ar]\n")
    assert languages_of(folder) == ("ar", "fr")
    names = [
        f"report/{lang}/report-simulated.{kind}"
        for lang in ("ar", "fr")
        for kind in ("html", "pdf")
    ]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("a")
    assert pages_of(folder) == names
    assert set(steps_shown(languages_of(folder))) >= {
        "charts-ar",
        "charts-fr",
        "report-ar",
        "report-fr",
    }


@pytest.mark.parametrize("languages", ["[../../etc]", "[fr/..]", "5", "[[fr]]", "{a: b", "['']"])
def test_what_names_no_language_is_an_error(tmp_path: Path, languages: str) -> None:
    folder = publication(tmp_path, f"report:\n  languages: {languages}\n")
    with pytest.raises(DataError, match=r"report\.languages"):
        languages_of(folder)


def test_what_a_run_left_is_found_under_its_name(tmp_path: Path) -> None:
    run = tmp_path / "results/waves/w"
    for name in ("register", "charts/fr", "report/pt-BR", "reproduce"):
        (run / name).mkdir(parents=True)
        (run / name / "lineage.json").write_text("{}")
    (run / "charts/fr/a.svg").write_text("a")
    (run / "report/pt-BR/report.html").write_text("b")
    (run / "register/figures.csv").write_text("c")
    folders = step_folders(tmp_path / "results", "waves/w", [])
    assert {step: path.relative_to(run).as_posix() for step, path in folders.items()} == {
        step: folder_of_step(step) for step in ("register", "charts-fr", "report-pt-BR")
    }
    assert [name for name, _ in iterate_documents(folders)] == [
        "charts/fr/a.svg",
        "report/pt-BR/report.html",
    ]
