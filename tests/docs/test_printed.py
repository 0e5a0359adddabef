"""Whatever test or interval a report prints is measured: it has a row in the measurements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from project_copy import ROOT, benchmark_module
from readiness.tables import read_text_table

MEASURED = (ROOT / "docs/measurements.md").read_text("utf-8")
REGISTERS = (ROOT / "tests/tiny/register.csv", *ROOT.glob("publications/simulated-*/figures.csv"))


def rows(page: str) -> set[str]:
    return set(re.findall(r"^\| ((?:test|interval): [^|]*?) \|", page, re.M))


def printed(ids: Iterable[str]) -> Iterator[str]:
    """The rows that the tests and intervals of a register need, by the ids of its numbers."""
    for name in ids:
        test, *more = name.partition(".test.")[2].split(".")
        if test and name.endswith(".p"):
            yield f"test: {test}" + (", options" if more[:-1] else "")
        # What nonresponse could do is no matter of chance.
        if not name.endswith(".lower") or name.endswith((".worst.lower", ".selection.lower")):
            continue
        if ".contrast." in name:
            yield from (
                f"interval: contrast, scale, {which}" for which in ("one pair", "all pairs")
            )
        elif test or ".odds_ratio." in name:
            yield f"interval: {test or 'odds_ratio'}"
        elif ".alpha." in name:
            yield "interval: alpha"
        else:
            change = "change of a " if name.startswith("change.") else ""
            yield f"interval: {change}{'mean' if '.mean.' in name else 'share'}"


@pytest.mark.parametrize("path", REGISTERS, ids=lambda path: path.parent.name)
def test_every_test_and_interval_of_a_register_has_a_row(path: Path) -> None:
    needed = set(printed(read_text_table(path, "a register")["id"]))
    assert needed and needed <= rows(MEASURED)


def test_a_slice_of_the_benchmark_has_the_rows_of_the_page() -> None:
    bench = benchmark_module("printed")
    counts: dict[str, dict[str, list[float]]] = {}
    for n in bench.SIZES:
        bench.measure(counts, n, 1, 0.5)
    assert rows(bench.document(counts)) <= rows(MEASURED)
