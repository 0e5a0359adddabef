"""The documentation page of the simulated wave says what the generator and validation say."""

import re
from pathlib import Path

import pytest

from readiness.language import text
from readiness.questionnaire import load_questionnaire
from readiness.validation import MEANINGS, RULES
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
    row = r"^\| `(\w+)` \| (note|warning|error) \| (.+) \|$"
    listed = re.findall(row, page, flags=re.MULTILINE)
    assert [(rule, severity, meaning) for rule, severity, meaning in listed] == [
        (rule, severity, text(MEANINGS[rule], "en")) for rule, severity in RULES.items()
    ]


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
