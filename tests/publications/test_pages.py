"""The pages of a publication for people: what each specification asks of them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import yaml

from project_copy import ROOT
from readiness.config import load_config
from readiness.datasets.versions import read_versions
from readiness.publications.documents import PAGES
from readiness.publications.pages import Facts, citation, codecheck, readme
from readiness.publications.seal import RELEASED


@pytest.fixture(scope="module")
def facts() -> Facts:
    versions = read_versions(ROOT)
    return Facts(
        root=ROOT, identity="wave-r9", run="waves/simulated-2026", name="simulated-2026",
        section=load_config(ROOT / "config.yaml").waves["simulated-2026"],
        versions=[versions["simulated-2026@2"], versions["simulated-2026-sample@1"]],
        files={"margins": Path("data/margins/simulated-2026-1.csv")}, numbers=3, status=RELEASED,
        authors=[{"name": "The readiness developers"}],
        supersedes="wave-r8", erratum="one answer was coded twice", reviewer="A Reviewer",
        languages=("ar", "en", "fr"),
        pages=[f"report/{x}/{name}" for x in ("ar", "en", "fr") for name in PAGES],
    )  # fmt: skip


def test_the_readme_has_the_sections_of_the_data_editor(facts: Facts) -> None:
    page = readme(facts)
    sections = (
        "## Overview", "## Data Availability and Provenance Statements",
        "### Statement about Rights", "### Summary of Availability",
        "### Details on each Data Source", "## Dataset list", "## Computational requirements",
        "### Software Requirements", "### Controlled Randomness",
        "### Memory, Runtime, Storage Requirements", "## Description of programs/code",
        "## Instructions to Replicators", "## List of tables and programs", "## References",
    )  # fmt: skip
    places = [page.index(f"\n{section}\n") for section in sections]
    assert places == sorted(places)
    for said in ("supersedes `wave-r8`", "one answer was coded twice", "A Reviewer", "simulated",
                 "All data are available", "- `data/raw/simulated-2026/2.csv`\n"):  # fmt: skip
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
        "# Simulated wave 2026 (wave-r9)", '<div dir="rtl">', "# Vague simulée 2026 (wave-r9)",
    ]  # fmt: skip
    # Whatever the authors wrote stands in each, and every block of code is as it was.
    for part in parts:
        assert "one answer was coded twice" in part and "A Reviewer" in part
        assert ".venv/bin/readiness audit wave-r9 --level 3 --code frozen\n" in part
        assert part.count("\n| ") == parts[0].count("\n| ")
    # Alone, each is the whole page.
    assert readme(dataclasses.replace(facts, languages=("fr",))) == parts[2].lstrip("\n")


def test_nothing_is_said_in_the_name_of_the_authors(facts: Facts) -> None:
    assert "license" not in yaml.safe_load(citation(facts))
    licensed = dataclasses.replace(facts, licence="CC-BY-4.0")
    assert yaml.safe_load(citation(licensed))["license"] == "CC-BY-4.0"
    page = readme(facts)
    assert "have legitimate access" not in page and "states none in their name" in page


def test_no_text_of_the_authors_becomes_markup(facts: Facts) -> None:
    bad = "<script>alert(1)</script> | `a` [x](http://y)\n# z"
    hostile = dataclasses.replace(
        facts, erratum=bad, reviewer=bad, identity="wave-r9",
        versions=[dataclasses.replace(v, note=bad) for v in facts.versions],
    )  # fmt: skip
    page = readme(hostile)
    assert "<script>" not in page and "\n# z" not in page
    assert page.count("\n|") == readme(facts).count("\n|")


def test_the_codecheck_file_is_the_author_s_part_of_its_specification(facts: Facts) -> None:
    text = codecheck(facts, ["charts/a.svg", "code.tar.xz", "figures.csv", "report/en/report.pdf"])
    # MUST: the marker of a document, first; a manifest of files; at least one author.
    assert text.startswith("---\n")
    record = yaml.safe_load(text)
    assert [entry["file"] for entry in record["manifest"]] == [
        "charts/a.svg", "figures.csv", "report/en/report.pdf",
    ]  # fmt: skip
    assert record["paper"]["reference"] == "publications/wave-r9/report/en/report.pdf"
    assert [author["name"] for author in record["paper"]["authors"]]
    # The checker's own: named empty, they would be invalid; filled in here, untrue.
    assert not {"codechecker", "report", "certificate", "summary"} & set(record)


def test_the_citation_has_what_version_1_2_asks_for_and_nothing_unknown_to_it(
    facts: Facts,
) -> None:
    record = yaml.safe_load(citation(facts))
    assert record["cff-version"] == "1.2.0" and record["type"] == "dataset"
    required = {"cff-version", "message", "title", "authors"}
    assert required <= set(record) <= required | {"type", "version", "license", "abstract"}
    assert all(isinstance(value, str) for key, value in record.items() if key != "authors")
