"""Random tables of percentages whose making is known; some stand beside a wrong number."""

from dataclasses import dataclass
from fractions import Fraction
from random import Random

from readiness.forensics.arithmetic.bases import FigureSet, SetKind
from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    PrintedFigure,
    Rounding,
    print_share,
)
from readiness.forensics.arithmetic.sums import sum_to_whole
from readiness.forensics.arithmetic.together import (
    How,
    Together,
    TogetherReading,
    Who,
    judge_together,
)

KINDS = ("plain", "largest_remainder", "truncated", "nonresponse", "blanks", "filters", "several")


@dataclass(frozen=True)
class HonestTable:
    """Figures as they were printed, and how they came about.

    `printed`: the number of people printed beside them. `bases`: the number that each set rests on.
    """

    kind: str
    sets: tuple[FigureSet, ...]
    printed: int
    bases: tuple[int, ...]


def split(n: int, parts: int, draw: Random) -> list[int]:
    """n people over so many answers, all splits as likely."""
    cuts = sorted(draw.randint(0, n) for _ in range(parts - 1))
    return [b - a for a, b in zip([0, *cuts], [*cuts, n], strict=True)]


def apportion(counts: list[int], decimals: int) -> list[int]:
    """Digits of shares that add to 100, by largest remainders; the first of equals is raised."""
    scale, n = 100 * 10**decimals, sum(counts)
    cut = [divmod(scale * count, n) for count in counts]
    rank = sorted(range(len(counts)), key=lambda place: -cut[place][1])
    raised = set(rank[: scale - sum(whole for whole, _ in cut)])
    return [whole + (place in raised) for place, (whole, _) in enumerate(cut)]


def honest_table(kind: str, draw: Random) -> HonestTable:
    """A table of one to five questions that nobody misprinted."""
    printed, decimals = draw.randint(3, 1500), draw.choice((0, 0, 0, 1, 1, 2))
    answered = draw.randint(1, printed) if kind == "nonresponse" else printed
    rounding = Rounding.TRUNCATION if kind == "truncated" else draw.choice(NEAREST_ROUNDINGS)
    sets, bases = [], []
    for _ in range(draw.randint(1, 5)):
        n = answered
        if kind == "blanks":
            n = printed - draw.randint(0, printed // 12)
        if kind == "filters" and draw.random() < 0.5:
            n = draw.randint(1, printed)
        sets.append(_print_question(kind, n, decimals, rounding, draw))
        bases.append(n)
    return HonestTable(kind, tuple(sets), printed, tuple(bases))


def _print_question(
    kind: str, n: int, decimals: int, rounding: Rounding, draw: Random
) -> FigureSet:
    answers = draw.randint(1, 5)
    if kind == "several":
        counts = [draw.randint(0, n) for _ in range(answers)]
        if draw.random() < 0.5:
            # Nearly one answer each: such figures can look like one question's whole.
            counts = [min(n, k + draw.randint(0, 1)) for k in split(n, answers, draw)]
        shares = [print_share(Fraction(count, n), decimals, rounding) for count in counts]
        # A reader who is told nothing takes figures that can add to 100 for one answer each.
        if answers > 1 and sum_to_whole(shares, [rounding]).ok:
            return FigureSet(tuple(shares), SetKind.EXHAUSTIVE)
        return FigureSet(tuple(shares), SetKind.MULTI)
    counts = split(n, max(answers, 2), draw)
    shares = [print_share(Fraction(count, n), decimals, rounding) for count in counts]
    if kind == "largest_remainder":
        digits = apportion(counts, decimals)
        shares = [PrintedFigure(each, decimals) for each in digits]
    if answers == 1:
        return FigureSet((shares[0],), SetKind.EXCLUSIVE)
    if kind != "largest_remainder" and answers > 2 and draw.random() < 0.3:
        # The last answer was not printed.
        return FigureSet(tuple(shares[:-1]), SetKind.EXCLUSIVE)
    return FigureSet(tuple(shares), SetKind.EXHAUSTIVE)


def is_explained(table: HonestTable, found: Together) -> bool:
    """Whether the figures fit, or a reading says how they came about, with the true numbers."""
    return found.fits or any(_is_true(table, reading) for reading in found.readings)


def _is_true(table: HonestTable, reading: TogetherReading) -> bool:
    who, how, bases, own = reading.who, reading.how, reading.bases, reading.own
    printed = table.printed
    if table.kind == "nonresponse":
        return who is Who.FEWER and table.bases[0] in bases
    if table.kind in ("blanks", "filters"):
        pairs = zip(table.bases, own, strict=False)
        return who is Who.FILTER and all(n in each or n == printed or not each for n, each in pairs)
    if table.kind == "several":
        return who is Who.SEVERAL and bases == (printed,)
    expected = {"largest_remainder": How.LARGEST_REMAINDER, "truncated": How.TRUNCATION}
    return who is Who.PRINTED and how is expected.get(table.kind) and bases == (printed,)


def wrong_base(draw: Random, figures: int, decimals: int, largest: int = 600) -> tuple[bool, bool]:
    """Single figures of one number of people beside another one; both lie from 20 to `largest`.

    Returns whether the printed number is refused, and whether the true one is among those named.
    """
    true = draw.randint(20, largest)
    printed = draw.choice([n for n in range(20, largest + 1) if n != true])
    rounding = draw.choice(NEAREST_ROUNDINGS)
    sets = [
        FigureSet(
            (print_share(Fraction(draw.randint(0, true), true), decimals, rounding),),
            SetKind.EXCLUSIVE,
        )
        for _ in range(figures)
    ]
    found = judge_together(sets, printed)
    named = {n for reading in found.readings if reading.how is How.PLAIN for n in reading.bases}
    return not found.fits, true in named
