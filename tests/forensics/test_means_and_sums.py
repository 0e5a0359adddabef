"""GRIM, GRIMMER, DEBIT and sums against enumeration."""

from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import isqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.forensics.arithmetic.figures import (
    NEAREST_ROUNDINGS,
    PrintedFigure,
    Rounding,
    _is_any_attainable,
    debit,
    grim,
    grim_probability,
    grimmer,
    parse_figure,
    print_share,
)
from readiness.forensics.arithmetic.sums import net_fits, printed_sum_range, sum_to_whole
from readiness.ground.errors import StatisticsError


def shown_sd(variance: Fraction, decimals: int, rounding: Rounding) -> PrintedFigure:
    """What the root of a variance prints as, exactly: the digits whose square is next below."""
    scaled = variance * 10 ** (2 * decimals)
    floor = isqrt(scaled.numerator // scaled.denominator)
    half = Fraction(2 * floor + 1, 2) ** 2
    up = scaled > half or (scaled == half and rounding is Rounding.HALF_UP)
    return PrintedFigure(floor + int(up), decimals, per=1)


def figures_of_counts(counts: list[int], n: int, rounding: Rounding) -> list[PrintedFigure]:
    return [print_share(Fraction(k, n), 0, rounding) for k in counts]


@pytest.mark.parametrize("n", [2, 3, 4, 5, 6])
def test_grimmer_accepts_every_real_sample(n: int) -> None:
    """Every sample of n answers from 1 to 5: mean and SD at two decimals are never refused."""
    for sample in combinations_with_replacement(range(1, 6), n):
        total, squares = sum(sample), sum(x * x for x in sample)
        variance = (squares - Fraction(total * total, n)) / (n - 1)
        for rounding in (Rounding.HALF_UP, Rounding.HALF_DOWN):
            mean = print_share(Fraction(total, n), 2, rounding, per=1)
            sd = shown_sd(variance, 2, rounding)
            assert grimmer(mean, sd, n), sample
            assert grimmer(mean, sd, n, scale=(1, 5)), sample
            assert grim(mean, n)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6])
def test_sums_of_squares_that_whole_numbers_can_have(n: int) -> None:
    """Parity and minimum are all there is from five numbers on; below, some squares are missing."""
    reach, most = 5, 24
    real = {
        (sum(x), sum(v * v for v in x))
        for x in combinations_with_replacement(range(-reach, reach + 1), n)
    }
    for total in range(5):
        for squares in range(most + 1):
            claimed = _is_any_attainable(total, squares, squares, n)
            if n >= 5:
                least = min((q for t, q in real if t == total), default=0)
                claimed = claimed and squares >= least
            assert claimed is ((total, squares) in real), (total, squares)


@pytest.mark.parametrize("n", range(2, 40))
def test_debit_accepts_what_is_and_refuses_what_is_not(n: int) -> None:
    real = set()
    for count in range(n + 1):
        variance = Fraction(count * (n - count), n * (n - 1))
        for r in (Rounding.HALF_UP, Rounding.HALF_DOWN):
            real.add(
                (
                    print_share(Fraction(count, n), 2, r, per=1).digits,
                    shown_sd(variance, 2, r).digits,
                )
            )
    step = 7 if n > 12 else 1
    for mean, sd in product(range(0, 101, step), range(0, 72, step)):
        claimed = debit(PrintedFigure(mean, 2, per=1), PrintedFigure(sd, 2, per=1), n)
        # A mean at a half may round one way and its SD the other: the engine allows that mixture.
        if claimed and (mean, sd) not in real:
            halves = [k for k in range(n + 1) if (200 * k) % n == 0 and (200 * k // n) % 2]
            assert halves
        if (mean, sd) in real:
            assert claimed


@given(
    total=st.integers(0, 3000),
    n=st.integers(1, 90),
    items=st.integers(1, 4),
    decimals=st.integers(0, 3),
    rounding=st.sampled_from(list(Rounding)),
)
def test_grim_accepts_every_real_mean(
    total: int, n: int, items: int, decimals: int, rounding: Rounding
) -> None:
    mean = print_share(Fraction(total, n * items), decimals, rounding, per=1)
    assert grim(mean, n, items, [rounding])


def test_grim_probability_is_the_share_refused() -> None:
    """Counting what GRIM refuses among all means with two decimals between 1 and 2."""
    for n in (7, 20, 63):
        refused = sum(not grim(PrintedFigure(100 + x, 2, per=1), n) for x in range(100))
        probability = grim_probability(parse_figure("1.00", per=1), n)
        # Ties may let one more figure through than the formula counts.
        assert abs(refused - probability * 100) <= 2 * n / 7


def test_impossible_questions_are_refused() -> None:
    with pytest.raises(StatisticsError, match="1 or more"):
        grim(parse_figure("3.0", per=1), 0)
    with pytest.raises(StatisticsError, match="2 answers"):
        grimmer(parse_figure("3.0", per=1), parse_figure("1.0", per=1), 1)
    with pytest.raises(StatisticsError, match="2 answers"):
        debit(parse_figure("0.5", per=1), parse_figure("0.5", per=1), 1)


@pytest.mark.parametrize("rounding", list(Rounding))
def test_sums_of_real_tables(rounding: Rounding) -> None:
    """Every table of 3 counts on up to 13 answers adds up as printed; the range is met."""
    low, high = 100, 100
    for n in range(1, 14):
        for a in range(n + 1):
            for b in range(n - a + 1):
                shown = figures_of_counts([a, b, n - a - b], n, rounding)
                result = sum_to_whole(shown, [rounding])
                assert result.ok
                assert result.shares is not None and sum(result.shares) == 1
                low, high = min(low, result.total.digits), max(high, result.total.digits)
    least, greatest = printed_sum_range(3, 0, [rounding])
    assert least.digits <= low and high <= greatest.digits


def test_sums_that_cannot_be() -> None:
    for texts in (["3", "17"], ["67", "34", "5"], ["50", "48"], ["33", "33", "33", "3.0"]):
        found = sum_to_whole([parse_figure(t) for t in texts])
        assert not found.ok
        assert not found.allowed[0].share <= found.total.share <= found.allowed[1].share
    mixed = sum_to_whole([parse_figure(t) for t in ("33", "33", "33", "2.0")])
    assert mixed.ok and mixed.allowed[0].share <= mixed.total.share <= mixed.allowed[1].share
    assert sum_to_whole([parse_figure(t) for t in ("33.3", "33.3", "33.3")]).ok
    # 33 + 33 + 33 is 99 and right; 66 + 33 only if 66.5 and 33.5 went down, or both were cut.
    pair = [parse_figure("66"), parse_figure("33")]
    assert not sum_to_whole(pair, [Rounding.HALF_UP]).ok
    assert sum_to_whole(pair, [Rounding.HALF_DOWN]).shares == (
        Fraction(133, 200),
        Fraction(67, 200),
    )
    assert sum_to_whole(pair, [Rounding.TRUNCATION]).ok


@pytest.mark.parametrize(
    ("texts", "rounding", "ok"),
    [
        (["67", "34"], Rounding.HALF_UP, True),
        (["67", "34"], Rounding.HALF_DOWN, False),
        (["66", "33"], Rounding.HALF_DOWN, True),
        (["66", "33"], Rounding.HALF_UP, False),
        (["12", "88"], Rounding.HALF_EVEN, True),
        (["13", "88"], Rounding.HALF_EVEN, False),
        (["67", "33"], Rounding.TRUNCATION, True),
        (["67", "34"], Rounding.TRUNCATION, False),
        (["67", "34"], Rounding.CEILING, True),
        (["66", "33"], Rounding.CEILING, False),
    ],
)
def test_sums_at_the_ends_of_what_rounding_allows(
    texts: list[str], rounding: Rounding, ok: bool
) -> None:
    """101 and 99 need both shares at a half, and a convention that takes halves that way."""
    assert sum_to_whole([parse_figure(t) for t in texts], [rounding]).ok is ok


@given(n=st.integers(1, 60), data=st.data(), rounding=st.sampled_from(list(NEAREST_ROUNDINGS)))
def test_nets_of_real_tables(n: int, data: st.DataObject, rounding: Rounding) -> None:
    a = data.draw(st.integers(0, n))
    b = data.draw(st.integers(0, n - a))
    parts = figures_of_counts([a, b], n, rounding)
    [net] = figures_of_counts([a + b], n, rounding)
    assert net_fits(parts, net, [rounding])
