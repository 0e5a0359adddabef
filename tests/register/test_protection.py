"""Few answers are not shown, nor what they could be computed from; and an alteration is seen."""

from __future__ import annotations

import pandas as pd
import pytest
from wave_tables import DRAWN, SCHEME, everything, ordinal, register

from readiness.config import FigureRules
from readiness.language import LANGUAGES
from readiness.register.attacking import find_even
from readiness.register.disclosure_risk import left_behind, small_groups
from readiness.register.display import SUPPRESSED_TEXT, Sign, show_row, show_with_sign, sign
from readiness.register.figures import UNRELIABLE, WITHHELD
from readiness.register.precision import ShareDigits
from readiness.register.rows.shares import (
    P_BELOW,
    P_NOT_BELOW,
    comparison_rows,
    find_band,
    revision_rows,
    share_rows,
)
from readiness.register.withholding import find_withheld_means

LEAST = 5
WEIGHTS = {"producer": 1.3, "director": 0.7, "voice": 2.1}
WAVE = {
    "producer": (12, 20, 9, 15, 7),
    "director": (3, 30, 22, 14, 2),
    "voice": (2, 5, 4, 0, 1),
    "expert": (2, 6, 3, 8, 2),
}


# What is withheld of it: the answers of few, and what they could be worked out from.
HIDDEN = {
    *(f"readiness.{level}.director" for level in ("none", "dont_know")),
    *(f"readiness.none.{group}" for group in ("producer", "voice")),
}


def row(figures: pd.DataFrame, identity: str) -> pd.Series[str]:
    found = figures[figures["id"] == identity]
    assert len(found) == 1, identity
    return found.iloc[0]


def test_of_what_is_withheld_no_number_is_left() -> None:
    figures = register(ordinal(WAVE, WEIGHTS), HIDDEN)
    hidden = row(figures, "readiness.none.director")
    assert hidden["suppressed"] == WITHHELD and show_row(hidden, "fr") == SUPPRESSED_TEXT
    numbers = ["value", "se", "lower", "upper", "n_eff", "deff", "reliability", "note"]
    assert not any(hidden[numbers])
    ids = set(figures["id"])
    assert not {f"readiness.none.director.{end}" for end in ("lower", "upper", "n_eff")} & ids
    # The number of respondents stays.
    assert row(figures, "readiness.n.director")["value"] == hidden["n"] == "69"
    assert row(figures, "readiness.none.voice")["suppressed"] == UNRELIABLE
    assert row(figures, "readiness.none.all")["suppressed"] == ""
    assert row(figures, "readiness.good.voice")["suppressed"] == UNRELIABLE
    assert row(figures, "readiness.good.producer")["suppressed"] == ""


@pytest.mark.parametrize(
    ("strata", "weights", "found"),
    [
        ("xxx", (1.0, 1.0, 1.0), set()),
        ("xyy", (1.0, 1.0, 1.0), {""}),
        ("xxx", (1.0, 2.0, 2.0), {""}),
        ("xyy", (1.0, 2.0, 2.5), set()),
        ("xxy", (1.0, 1.0, 1.0), {"region"}),
    ],
)
def test_groups_of_one_stratum_and_weight(
    strata: str, weights: tuple[float, ...], found: set[str]
) -> None:
    respondents = pd.DataFrame({"kind": ["a", "b", "b"], "region": ["n", "n", "s"]})
    known = respondents.assign(stratum=[*strata], weight=weights)
    assert find_even(known, ["kind", "region"]) == found


@pytest.mark.parametrize(
    ("sizes", "sensitive", "means"),
    [
        # The smallest other group of its variable goes with it, and no more; a mean on too few has
        # no number anyway.
        ({"a": 3, "b": 40, "c": 30, "region:x": 33, "region:y": 40}, "", "c"),
        # Two of few people together are few.
        ({"a": 2, "b": 40, "c": 1, "d": 50}, "", "b"),
        # Some whose answers prevail, whatever the base.
        ({"a": 30, "b": 40, "c": 50}, "a", "ab"),
        # A mean that is not reliable is hidden already.
        ({"a": 30, "b": 9, "c": 61}, "a", "a"),
        # A group that is everybody: the total goes, and so one of the next variable.
        ({"a": 70, "region:x": 30, "region:y": 40}, "a", "alx"),
        # Outside every total; and where groups do not add up nobody subtracts.
        ({"a": 50, "b": 40, "expert": 3}, "", ""),
        ({"all": 100, "a": 50, "b": 3}, "", ""),
    ],
)
def test_a_mean_goes_with_what_would_give_it_back(
    sizes: dict[str, int], sensitive: str, means: str
) -> None:
    whole = sum(n for group, n in sizes.items() if ":" not in group and group != "expert")
    people = {"all": whole} | sizes
    table = pd.DataFrame({"item": "years", "group": list(people), "n": people.values()})
    prevail = {f"years.mean.{group}" for group in sensitive}
    hidden = find_withheld_means(table, FigureRules(), SCHEME.apart, prevail)
    assert {name[-1] for name in hidden if ".mean." in name} == {*means}
    assert not any(".n." in name for name in hidden)


def test_a_withheld_and_a_weak_number_have_their_signs_in_every_language() -> None:
    figures = register(ordinal(WAVE, WEIGHTS), HIDDEN)
    few, base = (row(figures, f"readiness.none.{group}") for group in ("director", "voice"))
    shown_one = row(figures, "readiness.weak.producer")
    weak = {**shown_one, "reliability": "suppress"}
    assert [sign(r) for r in (few, base, shown_one, weak)] == [
        Sign.FEW,
        Sign.BASE,
        Sign.NONE,
        Sign.WEAK,
    ]
    for language in LANGUAGES:
        assert show_with_sign(few, language) == "(…)ᶜ" and show_with_sign(base, language) == "(…)ᶠ"
        assert show_with_sign(weak, language) == show_row(weak, language) + "†"
        assert len({one.words(language) for one in Sign}) == len(Sign)


def test_comparisons_and_revisions_of_what_is_hidden() -> None:
    wave = {
        "producer": (22, 40, 29, 25, 0),
        "technician": (9, 20, 30, 24, 0),
        "voice": (3, 6, 7, 0, 0),
    }
    estimates = ordinal(wave, WEIGHTS)
    hidden = frozenset(f"readiness.{level}.technician" for level in ("none", "weak"))
    shared = (FigureRules(), SCHEME, DRAWN, hidden)
    tests = ("contrast", "odds_ratio", "probability_of_superiority", "rao_scott_f")
    pairs = [("producer", "technician"), ("producer", "voice")]
    comparisons = pd.DataFrame(
        {
            "item": "readiness",
            "test": test,
            "a": a,
            "b": b,
            "n": "100",
            "effect": "0.1",
            "statistic": "2",
            "statistic_name": "F",
            "p_value": "0.2",
            "p_adjusted": "0.3",
            "lower": "0.05",
            "upper": "0.2",
            "note": "",
            "leads": str(test == "rao_scott_f"),
        }
        for test in tests
        for a, b in (pairs if test != "rao_scott_f" else [("", "")])
    )
    told = [*comparison_rows(comparisons, estimates, *shared, 0.95)]
    ids = {figure.id for figure in told}
    # `low` of technicians is shown, so its difference may be; what rests on every level may not.
    assert "readiness.contrast.producer.technician" in ids
    assert not [i for i in ids if "voice" in i or "odds" in i or "superiority" in i]
    # A statistic of all its cells gives the withheld ones away, whatever the weights: of the
    # primary test the band of its p stands, of all others nothing.
    scott = [(e.id, e.unit, e.value) for e in told if "rao_scott" in e.id]
    assert scott == [("readiness.test.rao_scott_f.p", P_NOT_BELOW, 0.05)]
    kept = comparison_rows(comparisons, estimates, *shared, 0.95, banded=())
    assert [(e.value, e.suppressed) for e in kept if "rao_scott" in e.id] == [(None, WITHHELD)]
    # Nor the test of any answer of a scale.
    answers = pd.concat(
        comparisons[comparisons["test"] == "rao_scott_f"].assign(b=level, leads="False")
        for level in ("none", "low", "good")
    )
    told = comparison_rows(answers, estimates, *shared, 0.95, banded=())
    assert not [each.id for each in told if "rao_scott" in each.id]
    # The least p of pairs tells no more than they do: it stands where none of them is missing.
    least = comparisons[comparisons["test"] == "rao_scott_f"].assign(test="contrasts_max_t")
    shown = estimates[estimates["group"] != "voice"]
    for known, values in ((estimates, {("p_not_below", 0.05)}), (shown, {("p", 0.3)})):
        told = [*comparison_rows(least, known, *shared, 0.95)]
        assert {(e.unit, e.value) for e in told if e.id.endswith(".p")} == values
    digits = ShareDigits()
    rows = list(share_rows(estimates, FigureRules(), digits, SCHEME, DRAWN, hidden))
    moved = {figure.id for figure in revision_rows(rows, everything(estimates), digits)}
    assert "revision.readiness.low.technician" in moved
    assert not {i for i in moved if "readiness.none.technician" in i}


def test_what_is_left_of_a_withheld_number_is_seen() -> None:
    altered = register(ordinal(WAVE, WEIGHTS), HIDDEN)
    assert not list(left_behind(altered))
    altered.loc[altered["id"] == "readiness.none.director", "value"] = "0.04"
    assert list(left_behind(altered)) == [
        "readiness.none.director: is not published, but value is."
    ]


def test_few_respondents_of_a_stratum_or_of_a_category_are_seen() -> None:
    """They stand in the reports on quality and weights, where nothing is withheld."""
    figures = register(ordinal({"a": (20, 30, 22, 14, 9), "b": (23, 20, 9, 15, 7)}, {}))
    assert not list(small_groups(figures, LEAST))
    people = {"suppressed": "", "value": "3", "n": ""}
    rows = [
        {"id": "quality.answered.voice", "kind": "quality", "statistic": "answered", **people},
        {"id": "quality.kept.expert", "kind": "quality", "statistic": "kept", **people},
        {
            "id": "weighting.target.x.a",
            "kind": "weighting",
            "statistic": "target",
            **people,
            "value": "0.5",
            "n": "3",
        },
    ]
    for row in rows:
        few = pd.concat([figures, pd.DataFrame([row])], ignore_index=True)
        assert list(small_groups(few, LEAST)) == [f"{row['id']}: shown on a base of 3, below 5."]


@pytest.mark.parametrize(
    ("p", "level", "band"),
    [
        (0.0004, 0.95, (P_BELOW, 0.001)),
        (0.001, 0.95, (P_BELOW, 0.01)),
        (0.0499, 0.95, (P_BELOW, 0.05)),
        (0.05, 0.95, (P_NOT_BELOW, 0.05)),
        # By which a sentence says whether groups differ, where that is another level.
        (0.07, 0.9, (P_BELOW, 0.1)),
        (0.2, 0.9, (P_NOT_BELOW, 0.1)),
        (0.03, 0.975, (P_BELOW, 0.05)),
        (0.02, 0.975, (P_BELOW, 0.025)),
    ],
)
def test_a_band_says_of_a_p_what_a_sentence_needs(
    p: float, level: float, band: tuple[str, float]
) -> None:
    assert find_band(p, level) == band
