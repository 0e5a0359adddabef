"""Figures that should add up: to 100 within rounding, complements, nets.

Three figures rounded to whole percents may add to 99 or 101 and be right (Mosteller, Youtz and Zahn
1967). The check is exact: each figure stands for an interval of real shares, and the question is
whether shares in those intervals add to 1.

Typos: where outlets print different figures for one item, the module finds the smallest edit that
reconciles the figures. A figure copied by hand loses a digit, doubles a digit, or swaps two. Which
outlet made the slip stays open.

Strength of a check: the share of arbitrary figures of the same shape that would pass, counted
exactly. Most pairs of whole percentages that add to 100 fit some base up to 32, so a pass is then
weak evidence, while a refutation stands.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import product

import numpy as np

from readiness.forensics.arithmetic.bases import (
    NEAREST,
    Convention,
    FigureSet,
    SetKind,
    fitting,
    with_missing,
)
from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    PrintedFigure,
    Rounding,
    ShareInterval,
    counts_between,
    ends,
    parse_figure,
    shares_of,
)
from readiness.ground.arrays import BoolArray, IntArray
from readiness.ground.errors import DataError


@dataclass(frozen=True)
class SumResult:
    """Result of adding up exhaustive, exclusive figures.

    `ok`: True if the figures can add to a whole. `total`: sum of the printed figures. `allowed`:
    least and greatest sum that this many correct figures can print. `shares`, `rounding`: real
    shares that add to 1 and print as the figures, and the rounding; both None if there are none.
    """

    ok: bool
    total: PrintedFigure
    allowed: tuple[PrintedFigure, PrintedFigure]
    shares: tuple[Fraction, ...] | None
    rounding: Rounding | None


def sum_to_whole(
    figures: Sequence[PrintedFigure], roundings: Sequence[Rounding] = NEAREST_ROUNDINGS
) -> SumResult:
    """Check whether exhaustive, exclusive figures can add to a whole, on no particular base."""
    decimals = max(figure.decimals for figure in figures)
    total = PrintedFigure(sum(f.digits * 10 ** (decimals - f.decimals) for f in figures), decimals)
    allowed = _bound_sums(figures, decimals, roundings)
    for rounding in roundings:
        if (shares := _find_shares(figures, rounding)) is not None:
            return SumResult(True, total, allowed, shares, rounding)
    return SumResult(False, total, allowed, None, None)


def printed_sum_range(
    categories: int, decimals: int, roundings: Sequence[Rounding] = NEAREST_ROUNDINGS
) -> tuple[PrintedFigure, PrintedFigure]:
    """Return the least and greatest printed sum of correct figures of that many categories."""
    whole = 100 * 10**decimals
    if categories == 1:
        return PrintedFigure(whole, decimals), PrintedFigure(whole, decimals)
    gaps = [_bound_gaps(categories, whole, rounding) for rounding in roundings]
    return (
        PrintedFigure(whole - max(below for below, _ in gaps), decimals),
        PrintedFigure(whole + max(above for _, above in gaps), decimals),
    )


def _bound_sums(
    figures: Sequence[PrintedFigure], decimals: int, roundings: Sequence[Rounding]
) -> tuple[PrintedFigure, PrintedFigure]:
    """Return the limits of the printed sum, also for figures with different decimals.

    The limits are `printed_sum_range` where the decimals are the same, and outer bounds otherwise.
    """
    if len({figure.decimals for figure in figures}) == 1:
        return printed_sum_range(len(figures), decimals, roundings)
    whole = 100 * 10**decimals
    units = sum(10 ** (decimals - figure.decimals) for figure in figures)
    reach = {Rounding.TRUNCATION: (units - 1, 0), Rounding.CEILING: (0, units - 1)}
    gaps = [reach.get(rounding, (units // 2, units // 2)) for rounding in roundings]
    return (
        PrintedFigure(whole - max(below for below, _ in gaps), decimals),
        PrintedFigure(whole + max(above for _, above in gaps), decimals),
    )


def _bound_gaps(categories: int, whole: int, rounding: Rounding) -> tuple[int, int]:
    """Return how far below and above the whole a printed sum can fall, in last digits."""
    half, odd = divmod(categories, 2)
    # If all shares are exact halves, each figure rounds to an even digit, and the sum is even. For
    # an odd sum, at least one share is no half.
    reach = half if odd or (whole + half) % 2 == 0 else half - 1
    return {
        Rounding.HALF_UP: (half - 1 + odd, half),
        Rounding.HALF_DOWN: (half, half - 1 + odd),
        Rounding.HALF_EVEN: (reach, reach),
        Rounding.TRUNCATION: (categories - 1, 0),
        Rounding.CEILING: (0, categories - 1),
    }[rounding]


def _find_shares(
    figures: Sequence[PrintedFigure], rounding: Rounding
) -> tuple[Fraction, ...] | None:
    """Return shares inside the figures' intervals (and 0..1) that add to 1, or None."""
    whole = [shares_of(figure, rounding).within_unit for figure in figures]
    lowest, highest = sum(s.low for s in whole), sum(s.high for s in whole)
    if not lowest <= 1 <= highest:
        return None
    if lowest == 1:
        return tuple(s.low for s in whole) if all(s.with_low for s in whole) else None
    if highest == 1:
        return tuple(s.high for s in whole) if all(s.with_high for s in whole) else None
    # The sum of the lower limits is below 1, the sum of the upper limits above: go the same part of
    # the way in each interval.
    position = Fraction(1 - lowest, highest - lowest)
    return tuple(s.low + position * (s.high - s.low) for s in whole)


def net_fits(
    parts: Sequence[PrintedFigure], net: PrintedFigure, roundings: Sequence[Rounding]
) -> bool:
    """Return True if one rounding makes a net ("good or medium: 45") the sum of its parts."""
    for rounding in roundings:
        shares = [shares_of(part, rounding) for part in parts]
        together = ShareInterval(
            sum((share.low for share in shares), Fraction(0)),
            sum((share.high for share in shares), Fraction(0)),
            all(share.with_low for share in shares),
            all(share.with_high for share in shares),
        )
        if together.meets(shares_of(net, rounding)):
            return True
    return False


@dataclass(frozen=True)
class Edit:
    """A typo: an inserted, dropped or replaced digit, or two neighbouring digits swapped."""

    # Position of the figure in the set, from 0.
    position: int
    before: str
    after: str
    # One of insertion, deletion, substitution, transposition.
    kind: str


def one_edit_away(text: str) -> dict[str, str]:
    """Return the percentages that differ from a printed one by one typo, with the kind of typo.

    Keys are percentages with the decimals of `text`, without `text`. Raises DataError where `text`
    is no percentage.
    """
    decimals = parse_figure(text).decimals
    places, digits = range(len(text)), "0123456789"
    edits = {
        "deletion": [text[:i] + text[i + 1 :] for i in places],
        "insertion": [text[:i] + d + text[i:] for i in (*places, len(text)) for d in digits],
        "substitution": [text[:i] + d + text[i + 1 :] for i in places for d in digits],
        "transposition": [
            text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)
        ],
    }
    kinds = {
        candidate: kind for kind, candidates in reversed(edits.items()) for candidate in candidates
    }
    edited = {}
    for candidate in sorted(kinds.keys() - {text}):
        with suppress(DataError):
            figure = parse_figure(candidate)
            # "03" is not how a figure is printed, and a lost decimal mark changes the decimals.
            if figure.decimals == decimals and str(figure) == candidate.replace(",", "."):
                edited[candidate] = kinds[candidate]
    return edited


def repairs(
    texts: Sequence[str], reference: Sequence[str] | None = None, exhaustive: bool = True
) -> list[Edit]:
    """Return every single edit that makes a set of figures add up and agree with `reference`.

    `reference`: the same set as other outlets print it, or None. `exhaustive`: the figures must add
    to 100 within rounding. Empty when no single edit is enough.
    """
    edits = []
    for position, text in enumerate(texts):
        for candidate, kind in one_edit_away(text).items():
            changed = [*texts[:position], candidate, *texts[position + 1 :]]
            figures = [parse_figure(t) for t in changed]
            agrees = reference is None or figures == [parse_figure(t) for t in reference]
            if agrees and (not exhaustive or sum_to_whole(figures).ok):
                edits.append(Edit(position, text, candidate, kind))
    return edits


MAX_ALTERNATIVES = 6_000
# Greatest number of alternatives times bases; larger problems are not counted.
MAX_CELLS = 4_000_000
MAX_PAIRS = 2_000_000


def joint_power(
    sets: Sequence[FigureSet],
    n_max: int,
    max_missing: int = 0,
    allowed: Sequence[Convention] = NEAREST,
) -> Fraction | None:
    """Return the share of arbitrary figures of these shapes with a joint base up to `n_max`, 0 to
    1.

    None where there are too many alternatives to count, or a set mixes decimals.
    """
    return _count_passing(sets, (0, n_max), max_missing, tuple(allowed))


def base_power(
    sets: Sequence[FigureSet], base: int, allowed: Sequence[Convention] = NEAREST
) -> Fraction | None:
    """Return the share of arbitrary figures of these shapes that are all possible on `base`, 0 to
    1.

    None where there are too many alternatives to count, or a set mixes decimals.
    """
    # On a given base, the figures of a multiple-response set do not constrain each other, so each
    # figure is counted as a set by itself.
    counted_sets: list[FigureSet] = []
    for figures in sets:
        independent = figures.kind is SetKind.MULTI
        counted_sets += (
            [FigureSet((f,), figures.kind) for f in figures.figures] if independent else [figures]
        )
    return _count_passing(counted_sets, (base, base), 0, tuple(allowed))


def _count_passing(
    sets: Sequence[FigureSet],
    bases: tuple[int, int],
    max_missing: int,
    allowed: tuple[Convention, ...],
) -> Fraction | None:
    """Return the share of arbitrary figures possible on a base from the first to the last."""
    combined, total, without = Counter({-1: 1}), 1, 0
    for position, figures in enumerate(sets, 1):
        first = figures.figures[0]
        if any(figure.decimals != first.decimals for figure in figures.figures):
            return None
        alternatives = _count_masks(
            len(figures.figures), first.decimals, figures.kind, bases, max_missing, allowed
        )
        if alternatives is None or len(alternatives) * len(combined) > MAX_PAIRS:
            return None
        total *= sum(alternatives.values())
        pairs = product(combined.items(), alternatives.items())
        if position == len(sets):  # of the last set, only whether a base remains matters
            without = sum(ways * more for (mask, ways), (other, more) in pairs if not mask & other)
            break
        combined = Counter()
        for (mask, ways), (other, more) in pairs:
            combined[mask & other] += ways * more
    return Fraction(total - without, total)


@lru_cache(maxsize=256)
def _count_masks(
    size: int,
    decimals: int,
    kind: SetKind,
    bases: tuple[int, int],
    max_missing: int,
    allowed: tuple[Convention, ...],
) -> Counter[int] | None:
    """Count the sets of figures of one shape by the bases on which they are possible.

    Returns a count by mask, which has a bit for each convention and base. None where there are too
    many sets to count.
    """
    scale = PrintedFigure(0, decimals).scale
    free = size - 1 if kind is SetKind.EXHAUSTIVE and size > 1 else size
    if (scale + 1) ** free > 2 * MAX_ALTERNATIVES:
        return None
    digits = np.array(list(_list_digits(size, scale, kind)), dtype=np.int64)
    n = np.arange(bases[0], bases[1] + 1, dtype=np.int64)
    if len(digits) * len(n) > MAX_CELLS:
        return None
    masks = [_judge_feasible(digits, scale, kind, n, convention) for convention in allowed]
    if max_missing:
        masks = [with_missing(mask.T, max_missing).T for mask in masks]
    packed = np.packbits(np.concatenate(masks, axis=1), axis=1)
    return Counter(int.from_bytes(row.tobytes(), "big") for row in packed)


def _list_digits(size: int, left: int, kind: SetKind) -> Iterator[tuple[int, ...]]:
    """Yield digits of `size` figures: adding to `left` (exhaustive), at most (exclusive), or free.

    A single figure need not be the whole.
    """
    if kind is SetKind.EXHAUSTIVE and size > 1:
        first = _list_digits(size - 1, left, SetKind.EXCLUSIVE)
        yield from ((*digits, left - sum(digits)) for digits in first)
        return
    if size == 0:
        yield ()
        return
    for digits in range(left + 1):
        rest = left if kind is SetKind.MULTI else left - digits
        for tail in _list_digits(size - 1, rest, kind if size > 1 else SetKind.MULTI):
            yield (digits, *tail)


def _judge_feasible(
    digits: IntArray, scale: int, kind: SetKind, n: IntArray, convention: Convention
) -> BoolArray:
    """Return for each row of digits and each base of `n` whether the set is possible."""
    limits = (_bound_counts(column, scale, n, convention.rounding) for column in digits.T)
    counts = [(np.maximum(low, 0), np.minimum(high, n)) for low, high in limits]
    pair = kind is SetKind.EXHAUSTIVE and len(counts) == 2
    return fitting(counts, n, kind, either=convention.complement and pair)


def _bound_counts(
    column: IntArray, scale: int, n: IntArray, rounding: Rounding
) -> tuple[IntArray, IntArray]:
    """Return the lowest and highest counts for many figures (rows) and bases (columns) at once."""
    low = np.empty((len(column), len(n)), dtype=np.int64)
    high = np.empty_like(low)
    # If halves are rounded to even, the ends of the interval are included for even digits only.
    for parity in (0, 1):
        rows = column % 2 == parity
        start, stop, with_start, with_stop = ends(int(parity), rounding)
        shift = 2 * (column[rows] - parity)[:, None]
        low[rows], high[rows] = counts_between(
            n, start + shift, stop + shift, 2 * scale, with_start, with_stop
        )
    return low, high
