"""A journalist with two numbers and a minute: which numbers of people can stand behind them?

>>> solve(["67", "33"], n_max=32).rows[0].bases
(3, 6, 9, 12, 15, 18, 21, 24, 27, 30)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from readiness.errors import DataError
from readiness.facts import Fact, Listed, Printed, Term, Value
from readiness.forensics.arithmetic.bases import (
    NEAREST,
    Convention,
    FigureSet,
    SetKind,
    conventions,
    joint_bases,
    smallest_joint_base,
)
from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    PrintedFigure,
    Rounding,
    parse_figure,
)
from readiness.forensics.arithmetic.sums import joint_power, sum_to_whole
from readiness.language import LANGUAGES, tell, text

LARGEST_N_MAX = 100_000
LISTED = 20

# Of more numbers than `LISTED`, the first so many are shown.
SHOWN = 8

READINGS = {
    reading: f"forensics.reading.{reading}" for reading in ("exhaustive", "together", "alone")
}
ROUNDED = {how: f"forensics.rounded.{how}" for how in ("nearest", "truncation", "ceiling")}
HALVES = {how.value: f"forensics.rounding.{how}" for how in NEAREST_ROUNDINGS}


@dataclass(frozen=True)
class Reading:
    """One way to read the figures, and the numbers of people that it allows.

    `kind` is one of `READINGS`, `missing` how many answers may be missing on each question,
    `smallest` the first number that fits (None when there is none), `power` the share of arbitrary
    figures that would pass (None when not counted).
    """

    kind: str
    figures: tuple[str, ...]
    missing: int
    bases: tuple[int, ...]
    smallest: int | None
    power: Fraction | None


@dataclass(frozen=True)
class Solution:
    """What two or more figures allow: its readings, and the same as text for a terminal."""

    rows: tuple[Reading, ...]
    text: str


def solve(
    figures: Sequence[str],
    n_max: int = 40,
    max_missing: int = 1,
    rounding: str = "nearest",
    language: str = "en",
) -> Solution:
    """Which numbers of people up to `n_max` can stand behind printed percentages.

    Figures that add to a whole are read as answers to one question first; then as figures of
    different questions, with 0..max_missing answers missing on each; then each one alone.
    `rounding` is nearest or one of half_up, half_down, half_even, truncation, ceiling.
    Raises DataError for a figure, a rounding or a bound that cannot be used.
    """
    if not figures:
        raise DataError("No figure to solve; give at least one, such as 67.")
    if not 1 <= n_max <= LARGEST_N_MAX or not 0 <= max_missing <= n_max:
        raise DataError(
            f"n_max {n_max}, missing {max_missing}: expected n_max from 1 to {LARGEST_N_MAX} and "
            "missing from 0 to n_max."
        )
    if rounding != "nearest" and rounding not in list(Rounding):
        raise DataError(
            f"rounding {rounding!r}: expected nearest, {', '.join(r.value for r in Rounding)}."
        )
    if language not in LANGUAGES:
        raise DataError(f"language {language!r}: expected one of {', '.join(LANGUAGES)}.")
    allowed = NEAREST if rounding == "nearest" else conventions([Rounding(rounding)])
    parsed = [parse_figure(text) for text in figures]
    rows = tuple(
        _read(kind, sets, missing, n_max, allowed)
        for kind, sets, missing in _list_readings(parsed, max_missing, allowed)
    )
    keys = [ROUNDED["nearest"], HALVES[rounding]] if rounding in HALVES else [ROUNDED[rounding]]
    rounded = Listed(tuple(map(Term, keys)), "comma")
    head = Fact("forensics.solve.head", {"n_max": n_max, "rounded": rounded})
    lines = (f"  {tell(_line(row, n_max), language)}" for row in rows)
    tail = text("forensics.solve.tail", language)
    return Solution(rows, "\n".join([tell(head, language), *lines, tail]) + "\n")


def _list_readings(
    figures: list[PrintedFigure], max_missing: int, allowed: Sequence[Convention]
) -> list[tuple[str, list[FigureSet], int]]:
    roundings = list(dict.fromkeys(convention.rounding for convention in allowed))
    found: list[tuple[str, list[FigureSet], int]] = []
    whole = sum((figure.share for figure in figures), Fraction(0)) == 1
    if len(figures) > 1 and (whole or sum_to_whole(figures, roundings).ok):
        found.append(("exhaustive", [FigureSet(tuple(figures), SetKind.EXHAUSTIVE)], 0))
    alone = [FigureSet((figure,), SetKind.EXCLUSIVE) for figure in figures]
    if len(figures) > 1:
        found += [("together", alone, missing) for missing in range(max_missing + 1)]
    return found + [("alone", [single], 0) for single in dict.fromkeys(alone)]


def _read(
    kind: str, sets: list[FigureSet], missing: int, n_max: int, allowed: Sequence[Convention]
) -> Reading:
    found = joint_bases(sets, n_max, missing, allowed)
    smallest = found[0] if found else smallest_joint_base(sets, missing, allowed, LARGEST_N_MAX)
    power = joint_power(sets, n_max, missing, allowed) if n_max <= 1000 else None
    figures = tuple(str(figure) for s in sets for figure in s.figures)
    return Reading(kind, figures, missing, tuple(found), smallest, power)


def _line(row: Reading, n_max: int) -> Fact:
    reading: Value = Term(READINGS[row.kind])
    if row.missing:
        reading = Fact("forensics.reading.together_missing", {"missing": row.missing})
    figures = Listed(tuple(map(Printed, row.figures)), "slash")
    values: dict[str, Value] = {"figures": figures, "reading": reading}
    if len(row.bases) > LISTED:
        values |= {"bases": Listed(row.bases[:SHOWN], "comma"), "count": len(row.bases)}
        line = Fact("forensics.solve.many", values)
    elif row.smallest and not row.bases:
        values |= {"n_max": n_max, "smallest": row.smallest}
        line = Fact("forensics.solve.none", values)
    else:
        found = Listed(row.bases, "or") if row.bases else Term("terminal.none")
        line = Fact("forensics.solve.list", values | {"bases": found})
    if row.power is None:
        return line
    return Fact("forensics.solve.power", {"line": line, "power": row.power})
