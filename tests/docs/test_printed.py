"""Whatever test or interval a report prints is measured: it has a row in the measurements."""

import re
from pathlib import Path

import pytest

from project_copy import ROOT, benchmark_module
from readiness.analysis.measured import MISSED, SIZES, procedure_of
from readiness.ground.figure_id import FigureId
from readiness.ground.tables import read_text_table
from readiness.questionnaire import load_questionnaire
from readiness.register.figures import read_register
from readiness.reporting.parts import Register
from readiness.reporting.passports import Passports
from readiness.reporting.standing import Standing

MEASURED = (ROOT / "docs/measurements.md").read_text("utf-8")
REGISTERS = (ROOT / "tests/tiny/register.csv", *ROOT.glob("publications/simulated-*/figures.csv"))


def rows(page: str) -> set[str]:
    return set(re.findall(r"^\| ((?:test|interval): [^|]*?) \|", page, re.M))


def cells(kind: str, what: str, figures: str) -> tuple[str, tuple[int, ...]]:
    """A row of the page: the sizes at which what was measured is beyond its aim, beyond doubt."""
    values = figures.split("/")
    missed = [size for size, value in zip(SIZES, values, strict=True) if value.endswith("*")]
    return f"{kind}: {what.removesuffix(', any pair')}", tuple(missed)


def test_a_star_needs_a_miss_in_enough_samples() -> None:
    bench = benchmark_module("printed")
    aim, enough = 0.07, bench.ENOUGH
    assert not bench._cell("test", 0.12 * 152, 152).endswith("*")  # noise of few samples
    assert bench._cell("test", 0.12 * enough, enough).endswith("*")
    assert not bench._cell("test", (aim + 0.005) * enough, enough).endswith("*")
    assert bench._cell("interval", 0.90 * enough, enough).endswith("*")
    assert not bench._cell("interval", 0.938 * enough, enough).endswith("*")


def test_what_missed_its_aim_is_what_the_program_warns_of() -> None:
    found = re.findall(r"^\| (test|interval): ([^|]*?) \| ([-*./\d]+) \|$", MEASURED, re.M)
    page = dict(cells(*row) for row in found)
    assert {name: sizes for name, sizes in page.items() if sizes} == MISSED


def test_a_number_says_what_was_measured_of_its_procedure() -> None:
    path = max(ROOT.glob("publications/simulated-*/figures.csv"), key=lambda p: p.stat().st_size)
    asked = load_questionnaire(ROOT / "data/questionnaires/ai-readiness-1.yaml")
    passports = Passports(Register(read_register(path), "en"), "A wave", Standing(), asked)
    said = {
        identity: text
        for identity, row in passports.rows.items()
        for text in [dict(passports.of(identity).facts)["numbers.measured"]]
        if row["kind"] == "test"
    }
    odds = [text for identity, text in said.items() if ".odds_ratio." in identity]
    assert any("one sample out of seven" in text for text in odds)
    assert not any(text for identity, text in said.items() if ".test.rao_scott_f" in identity)


@pytest.mark.parametrize("path", REGISTERS, ids=lambda path: path.parent.name)
def test_every_test_and_interval_of_a_register_has_a_row(path: Path) -> None:
    ids = map(FigureId.parse, read_text_table(path, "a register")["id"])
    needed = set(filter(None, map(procedure_of, ids)))
    measured = {name.removesuffix(", any pair") for name in rows(MEASURED)}
    assert needed and needed <= measured


def test_a_slice_of_the_benchmark_has_the_rows_of_the_page() -> None:
    bench = benchmark_module("printed")
    counts: dict[str, dict[str, list[float]]] = {}
    for n in bench.SIZES:
        bench.measure(counts, n, 1, 0.5)
    assert rows(bench.document(counts)) <= rows(MEASURED)
