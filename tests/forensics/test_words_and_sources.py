"""Phrases in three languages, contradictions between outlets, and what was not published."""

from fractions import Fraction

import pytest
from haca_study import figure_set
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from readiness.forensics.arithmetic.bases import Convention
from readiness.forensics.arithmetic.figures import Rounding, parse_figure
from readiness.forensics.arithmetic.phrases import judge_wording, read_phrase, smallest_strict_base
from readiness.forensics.arithmetic.precision import (
    clopper_pearson,
    cross_range,
    nchs_presentation,
    p_range,
    statcan_band,
)
from readiness.forensics.arithmetic.sums import one_edit_away, repairs
from readiness.ground.errors import DataError, StatisticsError
from readiness.survey.intervals import nchs

F = Fraction


@pytest.mark.parametrize(
    ("language", "phrase", "inside", "outside"),
    [
        ("fr", "un peu plus du tiers", "0.35", "1/3"),
        ("fr", "Un peu plus d’un tiers", "0.34", "0.5"),
        ("fr", "légèrement moins de la moitié", "0.48", "1/2"),
        ("fr", "plus de deux tiers", "0.67", "2/3"),
        ("fr", "près des deux tiers", "0.65", "0.67"),
        ("fr", "près de 67 %", "2/3", "0.68"),
        ("fr", "presque la moitié", "0.47", "0.51"),
        ("fr", "environ un quart", "0.27", "0.31"),
        ("fr", "la majorité", "0.51", "1/2"),
        ("fr", "la grande majorité", "0.7", "0.6"),
        ("fr", "une minorité", "0.3", "1/2"),
        ("fr", "trois quarts", "3/4", "0.74"),
        ("fr", "une personne sur trois", "1/3", "0.34"),
        ("fr", "2 sur 3", "2/3", "0.66"),
        ("fr", "au moins 60%", "0.6", "0.59"),
        ("fr", "tous", "1", "0.99"),
        ("fr", "Un peu plus du tiers des interrogés, 33%", "0.34", "1/3"),
        ("fr", "deux professionnels sur trois", "2/3", "0.6"),
        ("fr", "pas moins de 60 %", "0.6", "0.59"),
        ("fr", "la quasi-totalité des répondants", "0.95", "0.85"),
        ("fr", "à peine un tiers", "0.32", "0.34"),
        ("en", "more than two thirds of professionals", "0.68", "2/3"),
        ("en", "most respondents", "0.51", "0.5"),
        ("en", "up to 60%", "0.6", "0.61"),
        ("ar", "أكثر من ثلثي المهنيين", "0.68", "2/3"),
        ("ar", "أكثر من الثلث بقليل", "0.34", "0.5"),
        ("ar", "شخص من كل ثلاثة", "1/3", "0.3"),
        ("en", "slightly more than a third", "0.34", "1/3"),
        ("en", "more than two-thirds", "0.68", "2/3"),
        ("en", "one in three", "1/3", "0.35"),
        ("en", "three out of four", "3/4", "0.7"),
        ("en", "nearly 60%", "0.58", "0.61"),
        ("en", "the vast majority", "0.91", "0.64"),
        ("en", "less than half", "0.49", "0.5"),
        ("en", "about 64 percent", "0.66", "0.7"),
        ("ar", "أكثر من الثلث", "0.34", "1/3"),
        ("ar", "أكثر بقليل من الثلث", "0.34", "0.5"),
        ("ar", "حوالي 64%", "0.66", "0.7"),
        ("ar", "ما يقارب ٦٠ في المائة", "0.58", "0.61"),
        ("ar", "الأغلبية", "0.51", "0.5"),
        ("ar", "واحد من كل ثلاثة", "1/3", "0.3"),
        ("ar", "أقل من النصف", "0.49", "0.5"),
        ("ar", "ثلاثة أرباع", "3/4", "0.8"),
    ],
)
def test_phrases(language: str, phrase: str, inside: str, outside: str) -> None:
    reading = read_phrase(phrase, language)
    assert F(inside) in reading.strict
    assert F(outside) not in reading.strict
    # A loose reading lets in whatever a strict one does.
    for share in (F(i, 200) for i in range(201)):
        assert share not in reading.strict or share in reading.loose


@pytest.mark.parametrize(
    ("language", "phrase"),
    [
        ("fr", "pas mal de gens"),
        ("fr", ""),
        ("fr", "plus de"),
        ("fr", "3 sur 2"),
        ("fr", "67"),
        ("en", "un peu plus du tiers"),
        ("ar", "كثيرون"),
        ("es", "la mitad"),
        ("fr", "près de 140 %"),
        ("en", "one in zero"),
        ("fr", "plus du tiers de la moitié"),
        ("fr", "pas la majorité"),
        ("en", "two thirds of 60%"),
        ("fr", "deux tiers ou trois quarts des gens"),
        ("fr", "plus de deux tiers environ"),
    ],
)
def test_phrases_that_are_not_understood(language: str, phrase: str) -> None:
    with pytest.raises(DataError):
        read_phrase(phrase, language)


@given(phrase=st.text(max_size=30), language=st.sampled_from(["fr", "en", "ar"]))
def test_any_phrase_is_read_or_refused(phrase: str, language: str) -> None:
    try:
        read_phrase(phrase, language)
    except DataError as error:
        assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding.HALF_UP, 203),
        (Rounding.HALF_EVEN, 203),
        (Rounding.HALF_DOWN, 200),
        (Rounding.TRUNCATION, 53),
        (Rounding.CEILING, None),
    ],
)
def test_a_little_more_than_a_third_at_33(rounding: Rounding, expected: int | None) -> None:
    reading, figure = read_phrase("un peu plus du tiers", "fr"), parse_figure("33")
    assert smallest_strict_base(reading, figure, rounding, 10_000) == expected


def test_strict_bases_are_brute_force() -> None:
    """The smallest base of a phrase, found by trying every count on every base."""
    for phrase in ("un peu plus du tiers", "plus de deux tiers", "près de la moitié"):
        reading = read_phrase(phrase, "fr")
        for text in ("33", "34", "36", "49", "50", "67", "68"):
            for rounding in (Rounding.HALF_UP, Rounding.TRUNCATION):
                found = judge_wording(
                    reading, parse_figure(text), 120, allowed=[Convention(rounding)]
                )
                first = found.strict[0][1] if found.strict else None
                claimed = smallest_strict_base(reading, parse_figure(text), rounding, 120)
                assert first == claimed


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("3", "83", "insertion"),
        ("83", "3", "deletion"),
        ("38", "83", "transposition"),
        ("67", "64", "substitution"),
        ("67", "67", None),
        ("3", "33", "insertion"),
        ("12", "34", None),
        ("11", "1", "deletion"),
        ("6.75", "67.5", None),
    ],
)
def test_one_keystroke(before: str, after: str, kind: str | None) -> None:
    assert one_edit_away(before).get(after) == kind


def test_outlets() -> None:
    """Alone, 3 + 17 can be mended in two ways; compared with 83 + 17, in one."""
    assert {e.after for e in repairs(["3", "17"])} == {"83", "97"}
    assert [e.kind for e in repairs(["3", "17"], ["83", "17"])] == ["insertion"]
    assert [e.kind for e in repairs(["64"], ["46"], exhaustive=False)] == ["transposition"]
    assert not repairs(["64"], ["75"], exhaustive=False)


@given(n=st.integers(1, 25), data=st.data())
def test_p_range_is_all_tables(n: int, data: st.DataObject) -> None:
    row, column = data.draw(st.integers(0, n)), data.draw(st.integers(0, n))
    margins = ((row, n - row), (column, n - column))
    firsts = range(max(0, row + column - n), min(row, column) + 1)
    tables = [[[a, row - a], [column - a, n - row - column + a]] for a in firsts]
    values = [fisher_exact(table).pvalue for table in tables]
    found = p_range(*margins)
    assert (float(found.low), float(found.high)) == pytest.approx((min(values), max(values)))
    assert found.tables == len(values)


def test_cross_tables_of_published_margins() -> None:
    """12 people, all answered both: 8/4 against 9/3 allows four tables."""
    rows, columns = figure_set(["67", "33"], "exhaustive"), figure_set(["75", "25"], "exhaustive")
    found = cross_range(rows, columns, 12)
    assert found is not None
    assert found.tables == 4
    assert float(found.low) == pytest.approx(fisher_exact([[8, 0], [1, 3]]).pvalue)
    assert found.high == 1
    assert cross_range(rows, columns, 10) is None
    with_missing = cross_range(rows, figure_set(["64"]), 12, max_missing=1)
    assert with_missing is not None and with_missing.low < F(1, 100) and with_missing.high == 1


def test_scales_at_their_ends() -> None:
    assert clopper_pearson(0, 10)[0] == 0 and clopper_pearson(10, 10)[1] == 1
    assert str(nchs_presentation(0, 5000)) == "review (0 or 100%)"
    assert str(nchs_presentation(2500, 5000)) == "present"
    assert str(nchs_presentation(4995, 5000)) == "present"
    assert str(nchs_presentation(97, 100)).startswith("present (footnote")
    assert statcan_band(10, 10) == "acceptable"
    assert statcan_band(1, 100) == "F"
    with pytest.raises(StatisticsError):
        statcan_band(0, 10)
    with pytest.raises(StatisticsError):
        nchs_presentation(11, 10)


def test_the_reason_agrees_with_the_flag_of_estimates() -> None:
    """For bare counts the scale says what the survey engine says of a design with n_eff = n."""
    flags = {"suppress": "suppress", "review": "review", "present": "present"}
    for base in (12, 29, 30, 57, 200, 1000):
        for count in {0, 1, base // 3, base // 2, base - 1, base}:
            low, high = clopper_pearson(count, base)
            flag = str(nchs(count / base, base, base, low, high, base - 1))
            said = str(nchs_presentation(count, base))
            expected = "present" if flag == "caution" else flags[flag]
            assert said.startswith(expected), (count, base)
            assert ("footnote" in said) is (flag == "caution")
