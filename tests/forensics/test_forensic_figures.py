"""Printed figures: how they are read, and closed forms against brute force."""

import json
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from haca_study import figure_set
from hypothesis import given
from hypothesis import strategies as st

from readiness.forensics.arithmetic.bases import (
    Convention,
    FigureSet,
    SetKind,
    feasible_mask,
    joint_bases,
    joint_witness,
    smallest_joint_base,
    witnesses,
)
from readiness.forensics.arithmetic.figures import (
    PrintedFigure,
    Rounding,
    count_interval,
    count_intervals,
    parse_figure,
    print_share,
)
from readiness.ground.errors import DataError

N_MAX = 200


def brute_digits(n: int, scale: int, rounding: Rounding) -> np.ndarray[Any, Any]:
    """What each count 0..n prints as, by doing the division: quotient, remainder, and the rule."""
    counts = np.arange(n + 1, dtype=np.int64)
    quotient, rest = np.divmod(counts * scale, n)
    up = {
        Rounding.HALF_UP: 2 * rest >= n,
        Rounding.HALF_DOWN: 2 * rest > n,
        Rounding.HALF_EVEN: (2 * rest > n) | ((2 * rest == n) & (quotient % 2 == 1)),
        Rounding.TRUNCATION: np.zeros(n + 1, dtype=bool),
        Rounding.CEILING: rest > 0,
    }[rounding]
    digits: np.ndarray[Any, Any] = quotient + up
    return digits


@pytest.mark.parametrize("rounding", list(Rounding))
@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_closed_form_is_brute_force(decimals: int, rounding: Rounding) -> None:
    """Every figure of that many decimals on every base up to 200: the same counts, no other."""
    scale = 100 * 10**decimals
    lowest = np.empty((scale + 1, N_MAX + 1), dtype=np.int64)
    highest = np.empty_like(lowest)
    for digits in range(scale + 1):
        lowest[digits], highest[digits] = count_intervals(
            PrintedFigure(digits, decimals), N_MAX, rounding
        )
    for n in range(1, N_MAX + 1):
        shown = brute_digits(n, scale, rounding)
        first = np.full(scale + 1, n + 1)
        last = np.full(scale + 1, -1)
        np.minimum.at(first, shown, np.arange(n + 1))
        np.maximum.at(last, shown, np.arange(n + 1))
        low, high = np.maximum(lowest[:, n], 0), np.minimum(highest[:, n], n)
        feasible = low <= high
        assert np.array_equal(feasible, first <= last)
        assert np.array_equal(low[feasible], first[feasible])
        assert np.array_equal(high[feasible], last[feasible])
        # Nothing is missed in between either: as many counts as the intervals hold.
        assert int((high - low + 1)[feasible].sum()) == n + 1


@given(
    digits=st.integers(0, 10_000),
    decimals=st.integers(0, 2),
    n_max=st.integers(1, 300),
    rounding=st.sampled_from(list(Rounding)),
)
def test_intervals_at_once_are_intervals_one_by_one(
    digits: int, decimals: int, n_max: int, rounding: Rounding
) -> None:
    figure = PrintedFigure(digits, decimals)
    low, high = count_intervals(figure, n_max, rounding)
    for n in range(1, n_max + 1):
        assert (int(low[n]), int(high[n])) == count_interval(figure, n, rounding)


kinds = st.sampled_from(list(SetKind))


@given(
    texts=st.lists(st.integers(0, 100).map(str), min_size=1, max_size=3),
    kind=kinds,
    rounding=st.sampled_from(list(Rounding)),
    complement=st.booleans(),
)
def test_set_bases_are_brute_force(
    texts: list[str], kind: SetKind, rounding: Rounding, complement: bool
) -> None:
    """A set fits a base exactly where all counts, tried one by one, show as its figures."""
    figures = figure_set(texts, kind)
    n_max = 14
    convention = Convention(rounding, complement)
    mask = feasible_mask(figures, n_max, convention)
    for n in range(1, n_max + 1):
        found = set(witnesses(figures, n, convention))
        assert found == brute_witnesses(figures, n, convention)
        assert bool(mask[n]) is bool(found)


def brute_witnesses(figures: FigureSet, n: int, convention: Convention) -> set[tuple[int, ...]]:
    def shows(count: int, figure: PrintedFigure) -> bool:
        return print_share(Fraction(count, n), figure.decimals, convention.rounding) == figure

    def every(i: int) -> list[tuple[int, ...]]:
        if i == len(figures.figures):
            return [()]
        return [(k, *rest) for k in range(n + 1) for rest in every(i + 1)]

    texts = [figure.digits for figure in figures.figures]
    if convention.complement and figures.kind is SetKind.EXHAUSTIVE and len(texts) == 2:
        first, second = figures.figures
        if sum(texts) == 100:
            return {(k, n - k) for k in range(n + 1) if shows(k, first) or shows(n - k, second)}
    if figures.kind is SetKind.MULTI or len(texts) < 3:
        candidates = every(0)
    else:
        candidates = [
            (a, b, c)
            for a in range(n + 1)
            if shows(a, figures.figures[0])
            for b in range(n + 1)
            if shows(b, figures.figures[1])
            for c in range(n + 1)
        ]
    return {
        counts
        for counts in candidates
        if all(shows(k, f) for k, f in zip(counts, figures.figures, strict=True))
        and (figures.kind is not SetKind.EXHAUSTIVE or sum(counts) == n)
        and (figures.kind is not SetKind.EXCLUSIVE or sum(counts) <= n)
    }


@given(first=st.integers(1, 99), second=st.integers(1, 99), missing=st.integers(0, 3))
def test_joint_bases_are_one_by_one(first: int, second: int, missing: int) -> None:
    pair = figure_set([str(first), str(100 - first)], "exhaustive")
    single = figure_set([str(second)])
    convention = (Convention(Rounding.HALF_UP),)
    found = joint_bases([pair, single], 60, missing, convention)
    each = [set(joint_bases([s], 60, 0, convention)) for s in (pair, single)]
    expected = [
        n
        for n in range(1, 61)
        if all(any(n - m in possible for m in range(missing + 1)) for possible in each)
    ]
    assert found == expected
    if found:
        assert smallest_joint_base([pair, single], missing, convention) == found[0]
        witness = joint_witness([pair, single], found[0], missing, convention)
        assert witness is not None
        assert all(found[0] - missing <= base <= found[0] for base in witness.bases)
        assert sum(witness.counts[0]) == witness.bases[0]


def test_smallest_base_can_lie_far_or_nowhere() -> None:
    assert smallest_joint_base([figure_set(["0.01"])]) == 6667
    assert smallest_joint_base([figure_set(["0.0001"])]) == 666_667
    assert smallest_joint_base([figure_set(["3", "17"], "exhaustive")], limit=5000) is None


def test_equal_readings() -> None:
    """One figure, however it is written; what is printed stays printed (67 is not 67.0)."""
    same = [
        "67,5 %",
        "67.5",
        "67,5",
        " 67.5% ",
        "٦٧٫٥",
        "٦٧٫٥٪",
        "۶۷.۵",
        "67,5\u202f%",
        "\u200f67,5",
        "6.75e+01",
    ]
    assert {parse_figure(text) for text in same} == {PrintedFigure(675, 1)}
    assert parse_figure("67.0") == PrintedFigure(670, 1) != parse_figure("67")
    assert str(parse_figure("67,50")) == "67.50"
    assert str(parse_figure("-0.05", per=1, signed=True)) == "-0.05"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("~60", "approximate"),
        ("≈60", "approximate"),
        (">66", "bound"),
        ("", "empty"),
        (" %", "empty"),
        ("-5", "negative"),
        ("\u22125", "negative"),
        ("100.1", "above 100"),
        ("101", "above 100"),
        ("60-65", "expected digits"),
        ("6e1", "expected digits"),
        ("nan", "expected digits"),
        ("1 234", "grouped"),
        ("6²", "expected digits"),
        ("67%%", "expected digits"),
        ("1.2.3", "expected digits"),
        ("0.1234567", "too many digits"),
        ("９９", "expected digits"),
    ],
)
def test_refused_figures(text: str, expected: str) -> None:
    with pytest.raises(DataError, match=expected):
        parse_figure(text)


@given(text=st.text(max_size=12))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        figure = parse_figure(text)
    except DataError as error:
        assert str(error).count("\n") == 0
    else:
        assert 0 <= figure.share <= 1
        assert parse_figure(str(figure)) == figure
        json.dumps(str(figure))
