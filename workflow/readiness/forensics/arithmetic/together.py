"""Judge the figures of one source together, against the number of people printed beside them.

Percentages that are no shares of the printed number N have innocent readings: N were asked and
fewer answered, a question had a filter, a few answers are missing, the figures were adjusted to add
to 100. The module finds each reading that holds, with the numbers of people that the reading
allows. It uses integers only, and writes no texts for readers. The page for a phone has the same
arithmetic in JavaScript.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from readiness.forensics.arithmetic.bases import (
    NEAREST,
    Convention,
    FigureSet,
    SetKind,
    apportioned_mask,
    conventions,
    feasible_mask,
    is_apportionable,
    with_missing,
)
from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    PrintedFigure,
    Rounding,
    count_interval,
    parse_figure,
)
from readiness.forensics.arithmetic.sums import one_edit_away
from readiness.ground.arrays import BoolArray

# Distance above the printed number up to which other numbers are tried.
ABOVE = 1_000
# Up to one missing answer in this many people counts as a slip.
ONE_BLANK_IN = 10


class Who(StrEnum):
    """People behind the figures, in a reading that explains the figures."""

    # Everyone counted by the printed number.
    PRINTED = "printed"
    # A smaller number of people, the same for all questions.
    FEWER = "fewer"
    # A smaller number of people, with a few answers missing on each question.
    FEWER_MISSING = "fewer_missing"
    # The printed number, with a few answers missing on each question.
    BLANKS = "blanks"
    # A smaller number of people for each question that does not fit the printed number.
    FILTER = "filter"
    # The printed number of people, who could give several answers each.
    SEVERAL = "several"
    # A smaller number of people, who could give several answers each.
    SEVERAL_FEWER = "several_fewer"
    # A larger number of people.
    OTHER = "other"


class How(StrEnum):
    """Way of printing shares, in a reading that explains the figures."""

    # Rounded to the nearest value, or as the source declares.
    PLAIN = "plain"
    # Adjusted to add to 100: the units that rounding leaves over go to the largest remainders.
    LARGEST_REMAINDER = "largest_remainder"
    TRUNCATION = "truncation"
    CEILING = "ceiling"


@dataclass(frozen=True)
class Misprint:
    """A figure that may be misprinted.

    `position`: index of the set. `figure`: index of the figure in the set. `repairs`: the figures
    that may have been intended.
    """

    position: int
    figure: int
    repairs: tuple[str, ...]


@dataclass(frozen=True)
class TogetherReading:
    """A reading under which all figures are right.

    `bases`: numbers of people that the reading allows for all questions, in order. `own`: for
    `FILTER`, the smaller numbers on which each set is possible, () for a set that fits the printed
    number. `missing`: fewest answers that must be missing on a question. `misprints`: figures, one
    of which is a misprint.
    """

    who: Who
    how: How
    bases: tuple[int, ...] = ()
    own: tuple[tuple[int, ...], ...] = ()
    missing: int = 0
    misprints: tuple[Misprint, ...] = ()


@dataclass(frozen=True)
class Together:
    """Judgement of the figures of one source against the printed number of people.

    `base`: the printed number. `refused`: index of the set, and index in the set, of each figure
    that is no share of the base. `unfit`: indexes of sets whose figures are shares of the base one
    by one, but not together. `fits`: True if one rounding makes all sets possible. `readings`: the
    readings that hold, innocent ones first; empty if all sets fit.
    """

    base: int
    refused: tuple[tuple[int, int], ...]
    unfit: tuple[int, ...]
    fits: bool
    readings: tuple[TogetherReading, ...]


@dataclass(frozen=True)
class _Manner:
    """A way to print shares: its conventions, and whether whole sets are adjusted to add to 100."""

    how: How
    allowed: tuple[Convention, ...]
    adjusted: bool = False

    def mask(self, figures: FigureSet, n_max: int, convention: Convention) -> BoolArray:
        """Return for each base 0..n_max whether the set is possible."""
        if self.adjusted and is_apportionable(figures):
            return apportioned_mask(figures, n_max)
        return feasible_mask(figures, n_max, convention)


_ADJUSTED = _Manner(
    How.LARGEST_REMAINDER, tuple(Convention(r) for r in NEAREST_ROUNDINGS), adjusted=True
)
_CUT = _Manner(How.TRUNCATION, conventions([Rounding.TRUNCATION]))
_RAISED = _Manner(How.CEILING, conventions([Rounding.CEILING]))


def judge_together(
    sets: Sequence[FigureSet],
    base: int,
    allowed: Sequence[Convention] = NEAREST,
    max_missing: int = 1,
) -> Together:
    """Judge sets of figures against the number of people printed beside them.

    `allowed`: the conventions that the source may follow; other ways of printing are tried only
    where these are `NEAREST`. `max_missing`: how many answers may be missing on each question where
    fewer people answered than were asked.
    """
    plain = _Manner(How.PLAIN, tuple(allowed))
    fits = bool(_find_common(plain, sets, base)[base])
    if fits:
        return Together(base, (), (), True, ())
    failing = [
        position
        for position, figures in enumerate(sets)
        if not any(feasible_mask(figures, base, convention)[base] for convention in allowed)
    ]
    roundings = list(dict.fromkeys(convention.rounding for convention in allowed))
    refused = [
        (position, place)
        for position in failing
        for place, figure in enumerate(sets[position].figures)
        if not any(_is_share(figure, base, rounding) for rounding in roundings)
    ]
    unfit = [
        position
        for position in failing
        if position not in {refused_set for refused_set, _ in refused}
    ]
    return Together(
        base,
        tuple(refused),
        tuple(unfit),
        False,
        tuple(_list_readings(sets, base, plain, max_missing)),
    )


def other_manners(
    sets: Sequence[FigureSet], n_max: int, allowed: Sequence[Convention] = NEAREST
) -> dict[How, tuple[int, ...]]:
    """Return the numbers of people up to `n_max` that fit all sets, by way of printing.

    The ways are: adjusted to 100, truncated, rounded up. Empty where a rounding is declared.
    """
    manners = _list_manners(sets, _Manner(How.PLAIN, tuple(allowed)))[1:]
    return {manner.how: _list_bases(_find_common(manner, sets, n_max)) for manner in manners}


def as_several(sets: Sequence[FigureSet]) -> list[FigureSet]:
    """Return the sets as multiple-response sets."""
    return [replace(figures, kind=SetKind.MULTI) for figures in sets]


def _is_share(figure: PrintedFigure, base: int, rounding: Rounding) -> bool:
    low, high = count_interval(figure, base, rounding)
    return max(low, 0) <= min(high, base)


def _list_manners(sets: Sequence[FigureSet], plain: _Manner) -> list[_Manner]:
    """Return the ways of printing to try, the plain one first."""
    if plain.allowed != NEAREST:
        return [plain]
    adjusted = [_ADJUSTED] if any(map(is_apportionable, sets)) else []
    return [plain, *adjusted, _CUT, _RAISED]


def _find_common(
    manner: _Manner, sets: Sequence[FigureSet], n_max: int, missing: int = 0
) -> BoolArray:
    """Return for each number of people 0..n_max whether all sets fit under one convention."""
    fitting = [
        np.logical_and.reduce(
            [with_missing(manner.mask(figures, n_max, convention), missing) for figures in sets]
        )
        for convention in manner.allowed
    ]
    return np.asarray(np.logical_or.reduce(fitting), dtype=np.bool_)


def _list_bases(mask: BoolArray) -> tuple[int, ...]:
    return tuple(int(n) for n in np.flatnonzero(mask))


Seeker = Callable[[_Manner], TogetherReading | None]


def _list_readings(
    sets: Sequence[FigureSet], base: int, plain: _Manner, max_missing: int
) -> Iterator[TogetherReading]:
    """Yield the readings that hold: single causes, or two causes where no single one is enough."""

    def fewer(manner: _Manner) -> TogetherReading | None:
        reading = _list_bases(_find_common(manner, sets, base))
        below = tuple(n for n in reading if n < base)
        return TogetherReading(Who.FEWER, manner.how, below) if below else None

    def blanks(manner: _Manner) -> TogetherReading | None:
        fewest = _find_fewest_missing(manner, sets, base)
        if fewest is None or not 0 < fewest <= max(1, base // ONE_BLANK_IN):
            return None
        return TogetherReading(Who.BLANKS, manner.how, (base,), missing=fewest)

    def filtered(manner: _Manner) -> TogetherReading | None:
        own_bases = _find_own_bases(manner, sets, base)
        return TogetherReading(Who.FILTER, manner.how, own=own_bases) if own_bases else None

    manners = _list_manners(sets, plain)
    who_answered: list[Seeker] = [fewer, blanks, filtered]
    single = [reading for seek in who_answered if (reading := seek(plain))]
    if not any(reading.who is Who.FEWER for reading in single):
        single += _find_fewer_missing(plain, sets, base, max_missing)
    single += _find_several(plain, sets, base)
    single += [
        TogetherReading(Who.PRINTED, manner.how, (base,))
        for manner in manners[1:]
        if _find_common(manner, sets, base)[base]
    ]
    yield from single
    if not single:
        for manner in manners[1:]:
            combined = (seek(manner) for seek in who_answered)
            yield from [reading for reading in combined if reading][:1]
    if misprints := tuple(_find_misprints(plain, sets, base)):
        yield TogetherReading(Who.PRINTED, plain.how, (base,), misprints=misprints)
    larger = _list_bases(_find_common(plain, sets, base + ABOVE))
    if above := tuple(n for n in larger if n > base):
        yield TogetherReading(Who.OTHER, plain.how, above)


def _find_fewer_missing(
    plain: _Manner, sets: Sequence[FigureSet], base: int, max_missing: int
) -> Iterator[TogetherReading]:
    if max_missing and len(sets) > 1:
        found = _list_bases(_find_common(plain, sets, base, max_missing))
        if below := tuple(n for n in found if n < base):
            yield TogetherReading(Who.FEWER_MISSING, plain.how, below, missing=max_missing)


def _find_several(
    plain: _Manner, sets: Sequence[FigureSet], base: int
) -> Iterator[TogetherReading]:
    """Yield the multiple-response reading, if it allows more numbers than the sets as they are."""
    several = as_several(sets)
    if several == list(sets):
        return
    found = _list_bases(_find_common(plain, several, base))
    if base in found:
        yield TogetherReading(Who.SEVERAL, plain.how, (base,))
        return
    answers_of_one = _list_bases(_find_common(plain, sets, base))
    if below := tuple(n for n in found if n not in answers_of_one):
        yield TogetherReading(Who.SEVERAL_FEWER, plain.how, below)


def _find_fewest_missing(manner: _Manner, sets: Sequence[FigureSet], base: int) -> int | None:
    """Return the fewest answers that must be missing on one question for all sets to fit.

    None where no number of missing answers is enough.
    """
    fewest = []
    for convention in manner.allowed:
        masks = [manner.mask(figures, base, convention) for figures in sets]
        if all(mask.any() for mask in masks):
            fewest.append(max(base - int(np.flatnonzero(mask)[-1]) for mask in masks))
    return min(fewest, default=None)


def _find_own_bases(
    manner: _Manner, sets: Sequence[FigureSet], base: int
) -> tuple[tuple[int, ...], ...]:
    """Return for each set the numbers of people below `base` on which the set is possible.

    () for a set that fits `base`. The result is () as a whole if a set fits no number.
    """
    smaller = [np.zeros(base + 1, dtype=np.bool_) for _ in sets]
    fits_base = [False for _ in sets]
    for convention in manner.allowed:
        masks = [manner.mask(figures, base, convention) for figures in sets]
        if not all(mask.any() for mask in masks):
            continue
        for position, mask in enumerate(masks):
            smaller[position] |= mask
            fits_base[position] = fits_base[position] or bool(mask[base])
    if not all(mask.any() for mask in smaller):
        return ()
    return tuple(
        () if fits else _list_bases(mask) for mask, fits in zip(smaller, fits_base, strict=True)
    )


def _find_misprints(plain: _Manner, sets: Sequence[FigureSet], base: int) -> Iterator[Misprint]:
    """Yield the figures of which one, changed by a single typo, makes all sets fit `base`."""
    failing = {
        convention: [
            position_tried
            for position_tried, set_tried in enumerate(sets)
            if not plain.mask(set_tried, base, convention)[base]
        ]
        for convention in plain.allowed
    }
    for position, figures in enumerate(sets):
        # A single typo explains this set only if all other sets fit as printed.
        conventions_left = [
            convention for convention, places in failing.items() if places == [position]
        ]
        if not conventions_left:
            continue
        for place, figure in enumerate(figures.figures):
            repairs = []
            for candidate in one_edit_away(str(figure)):
                changed = list(figures.figures)
                changed[place] = parse_figure(candidate)
                repaired_set = replace(figures, figures=tuple(changed))
                if any(
                    _fits_one(repaired_set, base, convention) for convention in conventions_left
                ):
                    repairs.append(candidate)
            if repairs:
                in_order = sorted(repairs, key=lambda text: parse_figure(text).digits)
                yield Misprint(position, place, tuple(in_order))


def _fits_one(figures: FigureSet, base: int, convention: Convention) -> bool:
    """Return whether a set fits one base: `feasible_mask` at one position."""
    ranges = [count_interval(figure, base, convention.rounding) for figure in figures.figures]
    clipped = [(max(low, 0), min(high, base)) for low, high in ranges]
    has_count = [low <= high for low, high in clipped]
    if convention.complement and figures.is_pair:
        return any(has_count)
    if not all(has_count):
        return False
    least, most = (sum(ends) for ends in zip(*clipped, strict=True))
    if figures.kind is SetKind.MULTI:
        return True
    return least <= base and (figures.kind is SetKind.EXCLUSIVE or most >= base)
