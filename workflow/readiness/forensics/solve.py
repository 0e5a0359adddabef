"""Find which numbers of people can stand behind printed percentages.

A journalist has two numbers and a minute, with or without the number of people printed beside the
percentages. The page for a phone gives the same facts (`readiness.site`).

>>> solve(["67", "33"], n_max=32).rows[0].bases
(3, 6, 9, 12, 15, 18, 21, 24, 27, 30)
>>> solve(["67/33", "64"], base=32).together.fits
False
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from readiness.forensics.arithmetic.bases import (
    NEAREST,
    Convention,
    FigureSet,
    SetKind,
    conventions,
    every_base_from,
    is_apportionable,
    joint_bases,
    smallest_joint_base,
)
from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    PrintedFigure,
    Rounding,
    parse_figure,
)
from readiness.forensics.arithmetic.sums import SumResult, base_power, joint_power, sum_to_whole
from readiness.forensics.arithmetic.together import (
    ABOVE,
    How,
    Together,
    judge_together,
    other_manners,
)
from readiness.forensics.judging.together import state_strength, state_together
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact, Listed, Printed, Term, Value

LARGEST_N_MAX = 100_000
MOST_FIGURES = 60
# Separator between the figures of one question: 67/33.
ONE_QUESTION = "/"
# A longer list of numbers is described by its first entries.
LONGEST_LIST = 100
FIRST_SHOWN = 8
# Separate figures that add to more than 100, but not to more than this share, may be of one
# question.
NEARLY_WHOLE = Fraction(105, 100)
# Largest number of last digits in a whole for which the number is sought from which on all fit.
LARGEST_SCALE = 10_000
# Largest number of people for which the strength of a check is counted.
LARGEST_COUNTED = 1_000

READINGS = {
    reading: f"forensics.reading.{reading}"
    for reading in ("exhaustive", "exclusive", "several", "together", "alone")
}
MANNERS = {
    How.LARGEST_REMAINDER: "forensics.reading.largest_remainder",
    How.TRUNCATION: "forensics.reading.truncation",
    How.CEILING: "forensics.reading.ceiling",
}
ROUNDED = {how: f"forensics.rounded.{how}" for how in ("nearest", "truncation", "ceiling")}
COMPLEMENT = "forensics.rounded.complement"
HALVES = {how.value: f"forensics.rounding.{how}" for how in NEAREST_ROUNDINGS}


@dataclass(frozen=True)
class Reading:
    """A way to read the figures, and the numbers of people that fit the reading.

    `kind`: one of `READINGS`. `how`: way in which the figures were printed. `missing`: number of
    answers that may be missing on each question. `bases`: the fitting numbers up to `n_max`.
    `smallest`: the first fitting number, None if there is none. `every`: the number from which on
    all numbers fit, None if it is above `n_max` or was not sought. `power`: share (0-1) of made-up
    figures that would pass the check, None if it was not counted.
    """

    kind: str
    figures: tuple[tuple[str, ...], ...]
    missing: int
    bases: tuple[int, ...]
    smallest: int | None
    every: int | None
    power: Fraction | None
    how: How = How.PLAIN


@dataclass(frozen=True)
class Solution:
    """Numbers of people that the figures allow, as data and as facts.

    `rows`: the readings, if no number of people is printed. `together`: the judgement of the
    figures against the printed number. `facts`: the result as messages, one per line.
    """

    rows: tuple[Reading, ...]
    together: Together | None
    facts: tuple[Fact, ...]


def solve(
    figures: Sequence[str],
    n_max: int = 100,
    max_missing: int = 1,
    rounding: str = "nearest",
    base: int | None = None,
) -> Solution:
    """Find the numbers of people up to `n_max` that can stand behind printed percentages.

    `figures`: one figure each, or the figures of one question joined by "/": "67/33". Where nothing
    is joined, figures that add to 100 are read as answers to one question first. `base`: the number
    of people printed beside them; the figures are then judged together against it. `max_missing`:
    how many answers may be missing on each question. `rounding`: nearest, or one of half_up,
    half_down, half_even, truncation, ceiling.

    Raises DataError for a figure, a number or a rounding that cannot be used.
    """
    _check_options(figures, n_max, max_missing, rounding, base)
    allowed = NEAREST if rounding == "nearest" else conventions([Rounding(rounding)])
    groups = [_parse_group(group_text) for group_text in figures]
    facts: list[Fact] = []
    rows: tuple[Reading, ...] = ()
    judgement = None
    sets = [_make_set(group, allowed, facts) for group in groups]
    as_one = _read_as_one(groups, allowed)
    if as_one is None:
        facts += _state_nearly_one(groups, allowed)
    pair = any(figures.is_pair for figures in (*sets, as_one) if figures is not None)
    if base is None:
        facts.insert(0, _state_head("forensics.solve.head", rounding, pair=pair, n_max=n_max))
        rows = tuple(_list_rows(sets, as_one, n_max, max_missing, allowed))
        facts += [_state_row(row, n_max) for row in rows]
        if any(not row.bases for row in rows):
            facts.append(Fact("forensics.solve.tail"))
        if {row.power for row in rows} <= {1, None} and rows[0].power == 1:
            facts.append(Fact("forensics.solve.says_nothing", {"n_max": n_max}))
    else:
        facts.insert(0, _state_head("forensics.solve.assumed", rounding, pair=pair))
        if as_one is not None:
            sets = [as_one]
            figures_of_it = {"figures": _name_figures(as_one, range(len(as_one.figures)))}
            facts.append(Fact("forensics.solve.one_question", figures_of_it))
        judgement = judge_together(sets, base, allowed, max_missing)
        named_sets = tuple(sets)
        facts += state_together(
            judgement,
            named_sets,
            lambda at, places: _name_figures(named_sets[at], places),
        )
        facts += state_strength(base_power(sets, base, allowed))
    return Solution(rows, judgement, tuple(facts))


def _check_options(
    figures: Sequence[str],
    n_max: int,
    max_missing: int,
    rounding: str,
    base: int | None,
) -> None:
    if not figures:
        raise DataError("No figure was given. Give at least one, such as 67.")
    if sum(len(written.split(ONE_QUESTION)) for written in figures) > MOST_FIGURES:
        raise DataError(f"Too many figures. Give at most {MOST_FIGURES} at once.")
    if not 1 <= n_max <= LARGEST_N_MAX or not 0 <= max_missing <= n_max:
        raise DataError(
            f"n_max {n_max}, missing {max_missing}: expected n_max from 1 to {LARGEST_N_MAX} and "
            "missing from 0 to n_max."
        )
    if base is not None and not 1 <= base <= LARGEST_N_MAX - ABOVE:
        raise DataError(f"base {base}: expected a number from 1 to {LARGEST_N_MAX - ABOVE}.")
    if rounding != "nearest" and rounding not in list(Rounding):
        raise DataError(
            f"rounding {rounding!r}: expected nearest, {', '.join(r.value for r in Rounding)}."
        )


def _parse_group(written: str) -> tuple[PrintedFigure, ...]:
    return tuple(parse_figure(part) for part in written.split(ONE_QUESTION))


def _list_roundings(allowed: Sequence[Convention]) -> list[Rounding]:
    return list(dict.fromkeys(convention.rounding for convention in allowed))


def _adds_to_whole(
    figures: Sequence[PrintedFigure], allowed: Sequence[Convention]
) -> tuple[bool, SumResult]:
    """Return True if figures can be the complete answers to one question, and the sum check."""
    total = sum_to_whole(figures, _list_roundings(allowed))
    return total.ok or total.total.share == 1, total


def _make_set(
    figures: tuple[PrintedFigure, ...], allowed: Sequence[Convention], facts: list[Fact]
) -> FigureSet:
    """Return the set of one question's figures; add a fact to `facts` if the sum is above 100."""
    if len(figures) == 1:
        return FigureSet(figures, SetKind.EXCLUSIVE)
    whole, total = _adds_to_whole(figures, allowed)
    if whole:
        return FigureSet(figures, SetKind.EXHAUSTIVE)
    if total.total.share < 1:
        # Some answers were not printed.
        return FigureSet(figures, SetKind.EXCLUSIVE)
    several = FigureSet(figures, SetKind.MULTI)
    least, greatest = (Printed(str(end)) for end in total.allowed)
    values: dict[str, Value] = {
        "figures": _name_figures(several, range(len(figures))),
        "sum": Printed(str(total.total)),
        "least": least,
        "greatest": greatest,
    }
    facts.append(Fact("forensics.solve.not_one", values))
    return several


def _read_as_one(
    groups: Sequence[tuple[PrintedFigure, ...]], allowed: Sequence[Convention]
) -> FigureSet | None:
    """Return all figures as one set, if none are joined by "/" and all together add to 100."""
    if len(groups) < 2 or any(len(group) > 1 for group in groups):
        return None
    figures = tuple(figure for group in groups for figure in group)
    whole, _ = _adds_to_whole(figures, allowed)
    return FigureSet(figures, SetKind.EXHAUSTIVE) if whole else None


def _state_nearly_one(
    groups: Sequence[tuple[PrintedFigure, ...]], allowed: Sequence[Convention]
) -> list[Fact]:
    """State the sum of separate figures that may be meant as one question, just above 100."""
    figures = tuple(figure for group in groups for figure in group)
    facts: list[Fact] = []
    if len(groups) == len(figures) > 1:
        share = sum_to_whole(figures, _list_roundings(allowed)).total.share
        if 1 < share <= NEARLY_WHOLE:
            _make_set(figures, allowed, facts)
    return facts


def _list_rows(
    sets: Sequence[FigureSet],
    as_one: FigureSet | None,
    n_max: int,
    max_missing: int,
    allowed: Sequence[Convention],
) -> Iterator[Reading]:
    """Yield the readings: all figures one question, all questions one base, each question alone."""
    if as_one is not None:
        yield from _read("exhaustive", [as_one], 0, n_max, allowed)
    if len(sets) > 1:
        for missing in range(max_missing + 1):
            yield from _read("together", sets, missing, n_max, allowed)
    for figures in dict.fromkeys(sets):
        kind = "alone"
        if len(figures.figures) > 1:
            kind = "several" if figures.kind is SetKind.MULTI else str(figures.kind)
        yield from _read(kind, [figures], 0, n_max, allowed)


def _read(
    kind: str,
    sets: Sequence[FigureSet],
    missing: int,
    n_max: int,
    allowed: Sequence[Convention],
) -> Iterator[Reading]:
    """Yield a reading with rounded figures, then with figures printed in other ways.

    Other ways of printing are left out where they explain no more than rounding does.
    """
    bases = tuple(joint_bases(sets, n_max, missing, allowed))
    smallest = bases[0] if bases else smallest_joint_base(sets, missing, allowed, LARGEST_N_MAX)
    every = None
    if bases and bases[-1] == n_max and max(s.figures[0].scale for s in sets) <= LARGEST_SCALE:
        all_from = every_base_from(sets, missing, allowed)
        every = all_from if all_from is not None and all_from <= n_max else None
    power = joint_power(sets, n_max, missing, allowed) if n_max <= LARGEST_COUNTED else None
    figures = tuple(tuple(str(figure) for figure in s.figures) for s in sets)
    yield Reading(kind, figures, missing, bases, smallest, every, power)
    if missing:
        return
    for how, others in other_manners(sets, n_max, allowed).items():
        # Figures adjusted to 100 are common; truncation and rounding up count only where nothing
        # else fits.
        adjusted = how is How.LARGEST_REMAINDER and all(map(is_apportionable, sets))
        explains = not bases or (adjusted and bool(others) and others[0] < bases[0])
        if others and explains:
            yield Reading(kind, figures, missing, others, others[0], None, None, how)


def _name_figures(figures: FigureSet, places: Sequence[int]) -> Value:
    return Listed(tuple(Printed(str(figures.figures[place])) for place in places), "slash")


def _state_head(kind: str, rounding: str, *, pair: bool, **numbers: int) -> Fact:
    """State what is assumed: the rounding, and of a pair that one figure may be a complement."""
    keys = [ROUNDED["nearest"], HALVES[rounding]] if rounding in HALVES else [ROUNDED[rounding]]
    keys += [COMPLEMENT] * pair
    return Fact(kind, {**numbers, "rounded": Listed(tuple(map(Term, keys)), "comma")})


def _state_row(row: Reading, n_max: int) -> Fact:
    """State which numbers of people a reading allows, and how strong the check is."""
    listed_figures = tuple(Listed(tuple(map(Printed, texts)), "slash") for texts in row.figures)
    reading: Value = Term(READINGS[row.kind])
    if row.missing:
        reading = Fact("forensics.reading.together_missing", {"missing": row.missing})
    if row.how in MANNERS:
        reading = Listed((reading, Term(MANNERS[row.how])), "comma")
    values: dict[str, Value] = {"figures": Listed(listed_figures, "comma"), "reading": reading}
    line = Fact("forensics.solve.list", {**values, "bases": Listed(row.bases, "or")})
    below = tuple(n for n in row.bases if row.every is None or n < row.every)
    if not row.bases and row.smallest is None:
        line = Fact("forensics.solve.never", {**values, "n_max": n_max})
    elif not row.bases:
        values |= {"n_max": n_max, "smallest": row.smallest or 0}
        line = Fact("forensics.solve.none", values)
    elif len(below) > LONGEST_LIST:
        values |= {"bases": Listed(row.bases[:FIRST_SHOWN], "comma"), "count": len(row.bases)}
        line = Fact("forensics.solve.many", values)
    elif row.every is not None and below:
        values |= {"bases": Listed(below, "comma"), "every": row.every}
        line = Fact("forensics.solve.every", values)
    elif row.every is not None:
        line = Fact("forensics.solve.from", {**values, "every": row.every})
    # A power of 1 is not stated for each reading, but once below all of them.
    if row.power == 1 or not (strength := state_strength(row.power)):
        return line
    return Fact("forensics.solve.strength", {"line": line, "strength": strength[0]})
