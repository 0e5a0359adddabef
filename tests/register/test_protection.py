"""Few answers are not shown, nor what they could be computed from; and an alteration is seen."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wave_tables import DRAWN, SCHEME, everything, options, ordinal, register

from project_copy import ROOT
from readiness.config import Figures
from readiness.language import LANGUAGES
from readiness.questionnaire import load_questionnaire
from readiness.register.disclosure_risk import attack, unprotected
from readiness.register.display import SUPPRESSED_TEXT, shown
from readiness.register.protection import BASE, UNRELIABLE, WITHHELD, Scheme, withheld
from readiness.register.rows.comparisons import comparison_rows
from readiness.register.rows.revision import revision_rows
from readiness.register.rows.shares import share_rows
from readiness.register.signs import Sign, sign, signed
from releases import FIRST, SECOND, released_figures

LEAST = 5
QUESTIONNAIRE = load_questionnaire(ROOT / "data/questionnaires/ai-readiness-1.yaml")
WEIGHTS = {"producer": 1.3, "director": 0.7, "voice": 2.1}
WAVE = {
    "producer": (12, 20, 9, 15, 7),
    "director": (3, 30, 22, 14, 2),
    "voice": (2, 5, 4, 0, 1),
    "expert": (2, 6, 3, 8, 2),
}


def row(figures: pd.DataFrame, identity: str) -> pd.Series[str]:
    found = figures[figures["id"] == identity]
    assert len(found) == 1, identity
    return found.iloc[0]


def put_back(figures: pd.DataFrame, identity: str, whole: pd.DataFrame) -> pd.DataFrame:
    """The register with one row as if nothing were held back."""
    rest = figures[figures["id"] != identity]
    return pd.concat([rest, whole[whole["id"] == identity]]).sort_values("id", ignore_index=True)


def test_a_small_cell_goes_with_all_that_gives_it_away() -> None:
    figures = register(ordinal(WAVE, WEIGHTS))
    hidden = row(figures, "readiness.none.director")
    assert hidden["suppressed"] == WITHHELD and shown(hidden, "fr") == SUPPRESSED_TEXT
    numbers = ["value", "se", "lower", "upper", "n_eff", "deff", "reliability", "note"]
    assert not any(hidden[numbers])
    ids = set(figures["id"])
    assert not {f"readiness.none.director.{end}" for end in ("lower", "upper", "n_eff")} & ids
    # The base of a scale stays, the wider one would give "don't know" away.
    assert row(figures, "readiness.n.director")["value"] == "69"
    wider = row(figures, "readiness.n.director.with_dont_know")
    assert (wider["value"], wider["suppressed"]) == ("", WITHHELD)
    assert row(figures, "readiness.dont_know.director")["n"] == ""
    # A group that is hidden whole is no less protected: another one stands beside it.
    assert row(figures, "readiness.none.voice")["suppressed"] == UNRELIABLE
    assert row(figures, "readiness.none.all")["suppressed"] == ""
    assert row(figures, "readiness.good.voice")["suppressed"] == UNRELIABLE
    assert row(figures, "readiness.good.producer")["suppressed"] == ""
    assert not unprotected(figures, LEAST, SCHEME.boxes)


def test_experts_are_exact_so_their_small_counts_are_gone() -> None:
    figures = register(ordinal(WAVE, WEIGHTS))
    assert not attack(figures, LEAST)["small"].any()
    assert attack(everything(ordinal(WAVE, WEIGHTS)), LEAST)["small"].any()
    shown = figures[(figures["group"] == "expert") & (figures["suppressed"] == "")]
    assert "readiness.none.expert" not in set(shown["id"])
    assert "readiness.n.expert" in set(shown["id"])


def test_a_base_below_the_minimum_is_not_told() -> None:
    wave = {**WAVE, "expert": (1, 2, 0, 1, 0), "voice": (2, 1, 0, 0, 0)}
    figures = register(ordinal(wave, WEIGHTS))
    for group in ("expert", "voice"):
        base = row(figures, f"readiness.n.{group}")
        assert (base["value"], shown(base, "en")) == ("", SUPPRESSED_TEXT)
        assert base["suppressed"] == BASE
        assert row(figures, f"readiness.low.{group}")["n"] == ""
    # Else it would be the total less the others.
    assert sum(figures["id"].str.startswith("readiness.n.") & (figures["suppressed"] != "")) > 4
    assert not unprotected(figures, LEAST, SCHEME.boxes)


def test_an_option_is_hidden_on_both_bases_and_for_those_who_did_not_choose_it() -> None:
    figures = register(options({"all": (50, 3, 40, 61), "expert": (20, 20, 30, 61)}, 70, 64))
    hidden = set(figures.loc[figures["suppressed"] == WITHHELD, "id"])
    assert hidden == {
        "uses.weak.all", "uses.weak.all.asked", "uses.good.all", "uses.good.all.asked",
        "uses.good.expert", "uses.good.expert.asked",
    }  # fmt: skip
    assert not unprotected(figures, LEAST, SCHEME.boxes)


@settings(deadline=None, derandomize=True, max_examples=40)
@given(values=st.lists(st.one_of(st.integers(0, 6), st.integers(7, 60)), min_size=20, max_size=20))
def test_no_register_tells_of_few(values: list[int]) -> None:
    groups = dict(zip(WAVE, zip(*[iter(values)] * 5, strict=True), strict=True))
    groups["producer"] = tuple(value + 1 for value in groups["producer"])
    figures = register(ordinal(groups, WEIGHTS))
    assert not unprotected(figures, LEAST, SCHEME.boxes)
    small = [
        (group, level)
        for group, counts in groups.items()
        for level, count in zip(
            ("none", "weak", "medium", "good", "dont_know"), counts, strict=True
        )
        if 0 < count < LEAST
    ]
    for group, level in small:
        assert row(figures, f"readiness.{level}.{group}")["value"] == ""


@settings(deadline=None, derandomize=True, max_examples=25)
@given(values=st.lists(st.one_of(st.integers(0, 5), st.integers(6, 40)), min_size=30, max_size=30))
def test_tables_by_several_variables_give_nothing_of_each_other_away(values: list[int]) -> None:
    cells = iter(values)
    # The same people by profession and by region: both tables have the same total.
    cross = {(p, r): [next(cells) for _ in range(5)] for p in ("a", "b", "c") for r in ("x", "y")}
    cross["a", "x"] = [count + 1 for count in cross["a", "x"]]

    def summed(place: int, name: str) -> list[int]:
        return [sum(c[k] for key, c in cross.items() if key[place] == name) for k in range(5)]

    first = ordinal({p: summed(0, p) for p in ("a", "b", "c")}, {})
    second = ordinal({f"region:{r}": summed(1, r) for r in ("x", "y")}, {})
    estimates = pd.concat([first, second[second["group"] != "all"]], ignore_index=True)
    figures = register(estimates)
    assert not unprotected(figures, LEAST, SCHEME.boxes)
    assert not attack(figures, LEAST)["small"].any()
    # Each table alone would not be safe: what is put back is found by way of the other's total.
    for identity in withheld(estimates, Figures(), SCHEME) & set(figures["id"]):
        whole = everything(estimates)
        assert unprotected(put_back(figures, identity, whole), LEAST, SCHEME.boxes), identity


def test_what_one_table_withholds_another_does_not_give_back() -> None:
    """In the region with few answers the level goes, and with it that of a second region."""
    first = ordinal({"a": (20, 30, 22, 14, 9), "b": (23, 20, 9, 15, 7)}, {})
    second = ordinal(
        {
            "region:x": (3, 20, 12, 9, 6),
            "region:y": (21, 18, 9, 11, 5),
            "region:z": (19, 12, 10, 9, 5),
        },
        {},
    )
    linked = pd.concat([first, second[second["group"] != "all"]], ignore_index=True)
    alone, both = (withheld(table, Figures(), SCHEME) for table in (first, linked))
    assert not alone
    assert "readiness.none.region:x" in both
    assert {"readiness.none.region:y", "readiness.none.region:z"} & both
    figures = register(linked)
    # Were the second table judged by itself, without its total, the one cell would be enough.
    shown = put_back(figures, "readiness.none.region:y", everything(linked))
    shown = put_back(shown, "readiness.none.region:z", everything(linked))
    found = unprotected(shown, LEAST, SCHEME.boxes)
    assert any("readiness.none.region:x: is withheld, but follows" in line for line in found)


def test_a_withheld_and_a_weak_number_have_their_signs_in_every_language() -> None:
    figures = register(ordinal(WAVE, WEIGHTS))
    few, base = (row(figures, f"readiness.none.{group}") for group in ("director", "voice"))
    shown_one = row(figures, "readiness.weak.producer")
    weak = {**shown_one, "reliability": "suppress"}
    assert [sign(r) for r in (few, base, shown_one, weak)] == [
        Sign.FEW, Sign.BASE, Sign.NONE, Sign.WEAK,
    ]  # fmt: skip
    for language in LANGUAGES:
        assert signed(few, language) == "(…)ᶜ" and signed(base, language) == "(…)ᶠ"
        assert signed(weak, language) == shown(weak, language) + "†"
        assert len({one.words(language) for one in Sign}) == len(Sign)


def test_every_number_that_is_put_back_is_seen() -> None:
    estimates = ordinal(WAVE, WEIGHTS)
    figures, whole = register(estimates), everything(estimates)
    for identity in withheld(estimates, Figures(), SCHEME) & set(figures["id"]):
        found = unprotected(put_back(figures, identity, whole), LEAST, SCHEME.boxes)
        assert found, identity
    altered = figures.copy()
    at = altered["id"] == "readiness.none.director"
    altered.loc[at, "value"] = "0.04"
    assert unprotected(altered, LEAST, SCHEME.boxes) == [
        "readiness.none.director: is not published, but value is."
    ]
    # A ledger of before has texts of its own.
    altered["display_en"] = [shown(row, "en") for row in altered.to_dict("records")]
    altered.loc[at, ["value", "display_en"]] = ["", "4.0%"]
    assert "4.0% is shown" in unprotected(altered, LEAST, SCHEME.boxes)[0]
    assert unprotected(whole, LEAST, SCHEME.boxes)


def test_comparisons_and_revisions_of_what_is_hidden() -> None:
    wave = {
        "producer": (22, 40, 29, 25, 0),
        "technician": (9, 20, 30, 24, 0),
        "voice": (3, 6, 7, 0, 0),
    }
    estimates = ordinal(wave, WEIGHTS)
    hidden = set(withheld(estimates, Figures(), SCHEME))
    assert {f"readiness.{level}.technician" for level in ("none", "weak")} <= hidden
    assert "readiness.low.technician" not in hidden
    tests = ("contrast", "odds_ratio", "probability_of_superiority", "rao_scott_f")
    pairs = [("producer", "technician"), ("producer", "voice")]
    comparisons = pd.DataFrame(
        {"item": "readiness", "test": test, "a": a, "b": b, "n": "100", "effect": "0.1",
         "statistic": "2", "statistic_name": "F", "p_value": "0.2", "p_adjusted": "0.3",
         "lower": "0.05", "upper": "0.2", "note": ""}
        for test in tests for a, b in (pairs if test != "rao_scott_f" else [("", "")])
    )  # fmt: skip
    ids = {
        figure.id for figure in comparison_rows(comparisons, estimates, Figures(), SCHEME, DRAWN)
    }
    # `low` of technicians is shown, so its difference may be; what rests on every level may not.
    assert {"readiness.contrast.producer.technician", "readiness.test.rao_scott_f.p"} <= ids
    assert not [i for i in ids if "voice" in i or "odds" in i or "superiority" in i]
    rows = list(share_rows(estimates, Figures(), SCHEME, DRAWN))
    moved = {figure.id for figure in revision_rows(rows, everything(estimates), Figures())}
    assert "revision.readiness.low.technician" in moved
    assert not {i for i in moved if "readiness.none.technician" in i}


@pytest.mark.parametrize("publication", [FIRST, SECOND])
def test_what_is_published_tells_of_no_small_count(publication: str) -> None:
    """The ledgers; that today's code still makes the same register is the run's own check."""
    figures = released_figures(publication)
    assert WITHHELD in set(figures["suppressed"])
    attacked = attack(figures, LEAST)
    assert len(attacked) > 200 and not attacked["small"].any()
    assert unprotected(figures, LEAST, Scheme.of(QUESTIONNAIRE).boxes) == []


def test_few_respondents_of_a_stratum_or_of_a_category_are_seen() -> None:
    """They stand in the reports on quality and weights, where nothing is withheld."""
    figures = released_figures(FIRST)
    strata = figures["id"] == "quality.answered.voice_artist"
    experts = figures["id"] == "quality.kept.expert"
    category = figures["id"] == "weighting.target.profession.voice_artist"
    for place, column in ((strata, "value"), (experts, "value"), (category, "n")):
        few = figures.copy()
        few.loc[place, column] = "3"
        identity = figures.loc[place, "id"].iloc[0]
        assert unprotected(few, LEAST, SCHEME.boxes) == [
            f"{identity}: shown on a base of 3, below 5."
        ]
