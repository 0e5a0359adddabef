"""Figures that should add up: to 100 within what rounding allows, complements, nets.

Three figures rounded to whole percents may add to 99 or 101 and be right. Exact: each figure stands
for an interval of real shares, and the question is whether shares in those intervals add to 1.
Mosteller, Youtz and Zahn (1967), Demography 4:850.

Outlets that print different figures for one item, and the smallest edit that reconciles them.

A figure copied by hand loses a digit, doubles it, or swaps two. If one outlet prints 3 % where
others print 83 %, and one digit leads from one to the other, the simplest reading is a typo;
nothing is said about who made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction

from readiness.errors import DataError
from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    PrintedFigure,
    Rounding,
    ShareInterval,
    parse_figure,
    shares_of,
)


@dataclass(frozen=True)
class SumResult:
    """Whether exhaustive, exclusive figures can add to a whole.

    `total` is their sum as printed, `allowed` the least and the greatest sum that so many figures
    can show, `shares` real shares that show as the figures and add to 1 (None when impossible).
    """

    ok: bool
    total: PrintedFigure
    allowed: tuple[PrintedFigure, PrintedFigure]
    shares: tuple[Fraction, ...] | None
    rounding: Rounding | None


def sum_to_whole(
    figures: Sequence[PrintedFigure], roundings: Sequence[Rounding] = NEAREST_ROUNDINGS
) -> SumResult:
    """Judge exhaustive, exclusive figures, on no particular base."""
    decimals = max(figure.decimals for figure in figures)
    total = PrintedFigure(sum(f.digits * 10 ** (decimals - f.decimals) for f in figures), decimals)
    allowed = _allowed_sums(figures, decimals, roundings)
    for rounding in roundings:
        shares = _shares_of_a_whole(figures, rounding)
        if shares is not None:
            return SumResult(True, total, allowed, shares, rounding)
    return SumResult(False, total, allowed, None, None)


def printed_sum_range(
    categories: int, decimals: int, roundings: Sequence[Rounding] = NEAREST_ROUNDINGS
) -> tuple[PrintedFigure, PrintedFigure]:
    """The least and greatest sum that figures of that many categories can show and be right."""
    whole = 100 * 10**decimals
    if categories == 1:
        return PrintedFigure(whole, decimals), PrintedFigure(whole, decimals)
    gaps = [_largest_gaps(categories, whole, rounding) for rounding in roundings]
    return (
        PrintedFigure(whole - max(below for below, _ in gaps), decimals),
        PrintedFigure(whole + max(above for _, above in gaps), decimals),
    )


def _allowed_sums(
    figures: Sequence[PrintedFigure], decimals: int, roundings: Sequence[Rounding]
) -> tuple[PrintedFigure, PrintedFigure]:
    """`printed_sum_range`, also for figures printed with different decimals (outer bounds then)."""
    if len({figure.decimals for figure in figures}) == 1:
        return printed_sum_range(len(figures), decimals, roundings)
    whole = 100 * 10**decimals
    units = sum(10 ** (decimals - figure.decimals) for figure in figures)
    below, above = 0, 0
    for rounding in roundings:
        if rounding is Rounding.TRUNCATION:
            below = max(below, units - 1)
        elif rounding is Rounding.CEILING:
            above = max(above, units - 1)
        else:
            below, above = max(below, units // 2), max(above, units // 2)
    return PrintedFigure(whole - below, decimals), PrintedFigure(whole + above, decimals)


def _largest_gaps(categories: int, whole: int, rounding: Rounding) -> tuple[int, int]:
    """How far below and above the whole a printed sum can fall, in last digits."""
    half, odd = divmod(categories, 2)
    if rounding is Rounding.HALF_UP:
        return half - 1 + odd, half
    if rounding is Rounding.HALF_DOWN:
        return half, half - 1 + odd
    if rounding is Rounding.TRUNCATION:
        return categories - 1, 0
    if rounding is Rounding.CEILING:
        return 0, categories - 1
    # All figures at a half round to even digits: their sum is even, or one is not at a half.
    reach = half if odd or (whole + half) % 2 == 0 else half - 1
    return reach, reach


def _shares_of_a_whole(
    figures: Sequence[PrintedFigure], rounding: Rounding
) -> tuple[Fraction, ...] | None:
    """Real shares inside the figures' intervals (and 0..1) that add to 1, or None."""
    whole = [shares_of(figure, rounding).within_unit for figure in figures]
    lowest, highest = sum(s.low for s in whole), sum(s.high for s in whole)
    if not lowest <= 1 <= highest:
        return None
    if lowest == 1:
        return tuple(s.low for s in whole) if all(s.with_low for s in whole) else None
    if highest == 1:
        return tuple(s.high for s in whole) if all(s.with_high for s in whole) else None
    # Strictly between: the same fraction of each interval's length.
    position = Fraction(1 - lowest, highest - lowest)
    return tuple(s.low + position * (s.high - s.low) for s in whole)


def net_fits(
    parts: Sequence[PrintedFigure], net: PrintedFigure, roundings: Sequence[Rounding]
) -> bool:
    """Whether a net ("good or medium: 45") can be the sum of its parts, in one convention."""
    for rounding in roundings:
        shares = [shares_of(part, rounding) for part in parts]
        together = ShareInterval(
            Fraction(sum(share.low for share in shares)),
            Fraction(sum(share.high for share in shares)),
            all(share.with_low for share in shares),
            all(share.with_high for share in shares),
        )
        if together.meets(shares_of(net, rounding)):
            return True
    return False


@dataclass(frozen=True)
class Edit:
    """One typo: an inserted, dropped, replaced digit, or two neighbours swapped."""

    # Which figure of the set, from 0.
    position: int
    before: str
    after: str
    # insertion, deletion, substitution, transposition.
    kind: str


def one_edit_away(text: str) -> dict[str, str]:
    """Every other percentage that one typo in a printed one leads to, with the kind of the edit."""
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
    kinds = {candidate: kind for kind, made in reversed(edits.items()) for candidate in made}
    found = {}
    for candidate in sorted(kinds.keys() - {text}):
        with suppress(DataError):
            figure = parse_figure(candidate)
            # "03" is not how a figure is printed, and a lost decimal mark changes the decimals.
            if figure.decimals == decimals and str(figure) == candidate.replace(",", "."):
                found[candidate] = kinds[candidate]
    return found


def repairs(
    texts: Sequence[str],
    reference: Sequence[str] | None = None,
    exhaustive: bool = True,
    roundings: Sequence[Rounding] = NEAREST_ROUNDINGS,
) -> list[Edit]:
    """Every single edit that makes a set of figures add up, and agree with `reference` if given.

    `reference` is the same set as other outlets print it. Empty when no single edit does.
    """
    found = []
    for position, text in enumerate(texts):
        for candidate, kind in one_edit_away(text).items():
            changed = [*texts[:position], candidate, *texts[position + 1 :]]
            figures = [parse_figure(t) for t in changed]
            if exhaustive and not sum_to_whole(figures, roundings).ok:
                continue
            if reference is not None and figures != [parse_figure(t) for t in reference]:
                continue
            found.append(Edit(position, text, candidate, kind))
    return found
