"""A journalist with two numbers and a minute: which numbers of people can stand behind them?

>>> solve(["67", "33"], n_max=32).rows["bases"][0]
'3 6 9 12 15 18 21 24 27 30'
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

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
from readiness.forensics.arithmetic.figures import PrintedFigure, Rounding, parse_figure
from readiness.forensics.arithmetic.sums import joint_power, sum_to_whole
from readiness.language import LANGUAGES, tell, text

COLUMNS = ["reading", "figures", "missing", "bases", "count", "smallest", "power"]
DEFAULT_N_MAX = 40
LARGEST_N_MAX = 100_000
LISTED = 20

# Of more numbers than `LISTED`, the first so many are shown.
SHOWN = 8

READINGS = {
    reading: Term(f"forensics.reading.{reading}") for reading in ("exhaustive", "together", "alone")
}
ROUNDED = {how: Term(f"forensics.rounded.{how}") for how in ("nearest", *Rounding)}
KEYS = tuple(term.key for terms in (READINGS, ROUNDED) for term in terms.values())


@dataclass(frozen=True)
class Solution:
    """What two or more figures allow: a table, and the same as text for a terminal.

    `rows` columns: reading, figures, missing (answers that may be missing on each question), bases
    (numbers separated by spaces, all of them), count, smallest ("" when there is none), power
    (share of arbitrary figures that would pass, as an exact fraction; "" when not counted).
    """

    rows: pd.DataFrame
    text: str


def solve(
    figures: Sequence[str],
    n_max: int = DEFAULT_N_MAX,
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
    records = [
        _row(reading, sets, missing, n_max, allowed)
        for reading, sets, missing in _readings(parsed, max_missing, allowed)
    ]
    rows = pd.DataFrame(records, columns=COLUMNS)
    return Solution(rows, _text(rows, n_max, rounding, language))


def _readings(
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
    distinct = dict.fromkeys(alone)
    return found + [("alone", [single], 0) for single in distinct]


def _row(
    reading: str,
    sets: list[FigureSet],
    missing: int,
    n_max: int,
    allowed: Sequence[Convention],
) -> tuple[str, str, int, str, int, str, str]:
    found = joint_bases(sets, n_max, missing, allowed)
    smallest = found[0] if found else smallest_joint_base(sets, missing, allowed, LARGEST_N_MAX)
    power = joint_power(sets, n_max, missing, allowed) if n_max <= 1000 else None
    texts = " ".join(str(figure) for s in sets for figure in s.figures)
    return (
        reading,
        texts,
        missing,
        " ".join(map(str, found)),
        len(found),
        "" if smallest is None else str(smallest),
        "" if power is None else str(power),
    )


def _text(rows: pd.DataFrame, n_max: int, rounding: str, language: str) -> str:
    head = Fact("forensics.solve.head", {"n_max": n_max, "rounded": ROUNDED[rounding]})
    lines = [tell(_line(row, n_max), language) for row in rows.to_dict("records")]
    tail = text("forensics.solve.tail", language)
    return "\n".join([tell(head, language), *(f"  {line}" for line in lines), tail]) + "\n"


def _line(row: Mapping[Any, Any], n_max: int) -> Fact:
    """What one reading of the figures allows."""
    reading: Value = READINGS[row["reading"]]
    if row["missing"]:
        reading = Fact("forensics.reading.together_missing", {"missing": int(row["missing"])})
    figures = Listed(tuple(Printed(figure) for figure in row["figures"].split()), "slash")
    values: dict[str, Value] = {"figures": figures, "reading": reading}
    numbers = [int(number) for number in row["bases"].split()]
    if len(numbers) > LISTED:
        values |= {"bases": Listed(tuple(numbers[:SHOWN]), "comma"), "count": len(numbers)}
        line = Fact("forensics.solve.many", values)
    elif numbers:
        line = Fact("forensics.solve.list", values | {"bases": Listed(tuple(numbers), "or")})
    elif row["smallest"]:
        values |= {"n_max": n_max, "smallest": int(row["smallest"])}
        line = Fact("forensics.solve.none", values)
    else:
        line = Fact("forensics.solve.never", values)
    if row["power"]:
        return Fact("forensics.solve.power", {"line": line, "power": Fraction(row["power"])})
    return line
