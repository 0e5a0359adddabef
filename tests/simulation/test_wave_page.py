"""The documentation page of the simulated wave says what the generator and validation say."""

import re
from pathlib import Path

import pytest

from readiness.questionnaire import load_questionnaire
from readiness.validation import RULES
from simulated_wave.describe import PAGE, with_tables
from simulated_wave.files import EXPORTS, QUESTIONNAIRE, TABLES
from simulated_wave.simulate import simulate

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def page() -> str:
    return (ROOT / PAGE).read_text(encoding="utf-8")


def test_tables_are_those_of_the_shipped_wave(page: str) -> None:
    simulation = simulate(load_questionnaire(ROOT / QUESTIONNAIRE))
    assert with_tables(page, simulation) == page


def test_rules_are_those_of_validation() -> None:
    page = (ROOT / "docs/questionnaire.md").read_text("utf-8")
    rows = re.findall(r"^\| `(note|warning|error)`: [^|]+ \| (.+) \|$", page, flags=re.MULTILINE)
    listed = [
        (rule, severity) for severity, names in rows for rule in re.findall(r"`(\w+)`", names)
    ]
    assert sorted(listed) == sorted(RULES.items())


def test_every_file_of_the_wave_is_named(page: str) -> None:
    assert all(f"`{path}`" in page for path in (*EXPORTS, *TABLES))


def test_public_counts_are_cited_and_none_is_a_margin(page: str) -> None:
    section = page.partition("## Why the margins are a scenario")[2]
    rows = [
        line.split(" | ") for line in section.splitlines() if "<https://" in line or "<http" in line
    ]
    assert len(rows) >= 8
    figures = {row[2] for row in rows}
    margins = (ROOT / "data/margins/simulated-2026-1.csv").read_text(encoding="utf-8")
    totals = {line.split(",")[2] for line in margins.splitlines()[1:]}
    assert not figures & totals
