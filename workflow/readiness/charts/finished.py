"""A finished chart: what a drawing becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from readiness.charts.marks import Mark
from readiness.charts.sheet import Sheet
from readiness.charts.words import said
from readiness.facts import Fact

Cell = str | int | float | None


@dataclass(frozen=True)
class Chart:
    """A finished chart.

    `svg` is the picture, `alt` its alternative text (without digits: the numbers stand in the table
    beside it), `ids` the register ids of the numbers drawn, `table` the numbers themselves: one row
    each, the same columns in every row.
    """

    svg: bytes
    alt: str
    ids: tuple[str, ...] = ()
    table: tuple[Mapping[str, Cell], ...] = ()


def finish(
    sheet: Sheet,
    title: str,
    facts: Sequence[Fact],
    *,
    ids: Sequence[str] = (),
    table: Sequence[Mapping[str, Cell]] = (),
) -> Chart:
    """The chart of a sheet; `facts` are what its alternative text says."""
    alt = said(facts, sheet.language)
    return Chart(sheet.svg(title, alt), alt, tuple(ids), tuple(table))


COLUMNS = [
    "id", "row", "column", "value", "lower", "upper", "unit", "n", "reliability", "suppressed",
]  # fmt: skip
"""What the table of a chart of registered numbers says of each."""


def line(mark: Mark, row: str, column: str) -> dict[str, Cell]:
    """The numbers of a mark for the table: what they are, and as released."""
    cells = (
        mark.id, row, column, mark.value, mark.lower, mark.upper, mark.unit, mark.n,
        mark.reliability, mark.suppressed,
    )  # fmt: skip
    return dict(zip(COLUMNS, cells, strict=True))
