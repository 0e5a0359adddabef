"""In which variants of an analysis a finding holds, and that each variant is the ordinary program.

The ordinary program is run on tables, a questionnaire and settings that are written here as an
analyst would change them, without the functions that vary them.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd
import pytest

from readiness.analysis import weighting
from readiness.analysis.comparing import contrast_items
from readiness.analysis.estimating import estimate
from readiness.analysis.selection import Selection
from readiness.analysis.varying import CHOICES, LINES, OWN, REPEATS, Variant, Wave
from readiness.analysis.weighted import weighted_design
from readiness.config import Compare, Estimate, FigureRules, Weight
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.reporting.holding import COLUMNS, Judge, claims_of, judge_all, summarise
from readiness.survey.comparisons.contrasts import adjust_p

RULES = FigureRules(minimum_base=5, reliable_base=20)
ITEMS = ["use", "view"]


def options(*codes: str) -> list[dict[str, str]]:
    return [{"code": code, "text": code} for code in codes]


ASKED: dict[str, Any] = {
    "name": "small",
    "version": "1",
    "language": "en",
    "title": {"en": "Small"},
    "frame": [
        {"id": "trade", "label": {"en": "Trade"}, "categories": options("a", "b", "c", "d")},
        {"id": "size", "label": {"en": "Size"}, "categories": options("small", "large")},
    ],
    "items": [
        {
            **{"id": "use", "kind": "single", "column": "use", "dont_know": {"text": "unsure"}},
            "categories": options("yes", "no"),
        },
        {
            **{"id": "view", "kind": "ordinal", "column": "view", "dont_know": {"text": "unsure"}},
            "categories": options("bad", "poor", "fair", "good"),
        },
    ],
}


def wave(questionnaire: Questionnaire | None = None, **more: Any) -> Wave:
    """360 people: most of trade a use it, few of b; a tenth is doubtful."""
    rng = np.random.default_rng(5)
    n = 360
    answers = pd.DataFrame({"respondent": [f"R{k}" for k in range(n)], "group": "people"})
    answers["trade"] = rng.choice(["a", "b", "c", "d"], n, p=[0.4, 0.4, 0.12, 0.08])
    answers["size"] = rng.choice(["small", "large"], n, p=[0.7, 0.3])
    uses = rng.random(n) < answers["trade"].map({"a": 0.78, "b": 0.42, "c": 0.85, "d": 0.85})
    answers["use"] = np.where(rng.random(n) < 0.25, "_dont_know", np.where(uses, "yes", "no"))
    answers["view"] = rng.choice(["bad", "poor", "fair", "good", "_dont_know"], n)
    doubtful = answers["respondent"].sample(50, random_state=1)
    given: dict[str, Any] = {
        "answers": answers,
        "counts": pd.DataFrame(columns=["quantity", "group", "value"]),
        "questionnaire": questionnaire or questionnaire_of(ASKED, "small"),
        "margins": {
            "trade": {"a": 360.0, "b": 340.0, "c": 180.0, "d": 120.0},
            "size": {"small": 550.0, "large": 450.0},
        },
        "weight": Weight(margins="m", trim=[0.8, 1.4]),
        "estimate": Estimate(by="trade", items=ITEMS),
        "compare": Compare(items=["use"]),
        "selection": Selection.PROBABILITY,
        "by": "trade",
        "small": 20,
        "marked": {LINES: {*doubtful[:30]}, REPEATS: {*doubtful[30:]}},
    }
    return Wave(**{**given, **more})


def judged(own: Wave, dimensions: Any = CHOICES) -> pd.DataFrame:
    estimates, contrasts = ordinary(own, Variant())
    judge = Judge(own.questionnaire, own.selection, RULES, own.by)
    claims = list(claims_of(own, judge, ITEMS, (estimates, contrasts)))
    return judge_all(own, judge, claims, own.choices(dimensions))


def ordinary(own: Wave, variant: Variant) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimates and contrasts of the ordinary program, told what the variant is."""
    asked, answers = deepcopy(ASKED), own.answers.copy()
    if variant.base != OWN:
        for item in asked["items"]:
            del item["dont_know"]
            item["categories"].append({"code": "unsure", "text": "unsure"})
        answers = answers.replace("_dont_know", "unsure")
    if variant.groups != OWN:
        smallest = [*answers["trade"].value_counts().index[-2:]]
        answers["trade"] = answers["trade"].replace(smallest, "rest")
        kept = [code for code in "abcd" if code not in smallest]
        asked["frame"][0]["categories"] = options(*kept, "rest")
    out = own.marked.get(variant.interviews, ())
    inside = ~own.answers["respondent"].isin(out)
    margins = {"trade": own.margins["trade"]} if variant.weights == "margin" else own.margins
    weight = None if variant.weights == "none" else Weight(margins="m", trim=[0.8, 1.4])
    if variant.weights == "limits":
        weight = Weight(margins="m", trim=[0.4, 2.8])
    table = weighting.weighted_part(own.answers[inside], own.counts, ())
    made = weighting.weigh_wave(table, {}, margins, weight, own.selection)
    weights = weighting.weights_table(table, made).assign(stratum_population="")
    design = weighted_design(answers[inside].reset_index(drop=True), weights, made.replicates)
    questionnaire = questionnaire_of(asked, "changed")
    interval = "korn-graubard" if variant.test == OWN else "logit"
    settings = own.estimate.model_copy(update={"interval": interval})
    shared: dict[str, Any] = {"level": 0.95, "interval": interval, "selection": own.selection}
    contrasts = contrast_items(design, questionnaire, ["trade"], ITEMS, **shared)
    if variant.test != OWN:
        for item in ITEMS:
            family = contrasts["item"] == item
            contrasts.loc[family, "p_adjusted"] = adjust_p(contrasts.loc[family, "p_value"], "holm")
    return estimate(design, answers.iloc[:0], questionnaire, settings), contrasts


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return judged(wave(), ["weights", "base", "test"])


def test_five_variants_are_the_ordinary_program(table: pd.DataFrame) -> None:
    own = wave()
    both = pd.concat([table, judged(own, ["groups", "interviews"]).iloc[1:]])
    known = both[both["state"] != "untold"]
    for row in known.groupby("finding").sample(5, random_state=3).itertuples():
        variant = Variant(*(getattr(row, name) for name in CHOICES))
        estimates, contrasts = ordinary(own, variant)
        rows = estimates[(estimates["item"] == row.item) & (estimates["level"] == row.level)]
        share = rows.set_index("group")["estimate"]
        if row.finding == "share":
            whole = rows.set_index("group").loc["all"]
            assert (row.first, row.lower, row.upper) == pytest.approx(
                (whole["estimate"], whole["lower"], whole["upper"])
            )
            continue
        higher, lower = row.among.split()
        assert (row.first, row.second) == pytest.approx((share[higher], share[lower]))
        pair = contrasts[
            (contrasts["item"] == row.item)
            & (contrasts["level"] == row.level)
            & contrasts["a"].isin([higher, lower])
            & contrasts["b"].isin([higher, lower])
        ].iloc[0]
        assert abs(row.first - row.second) == pytest.approx(abs(pair["effect"]))
        assert row.state == ("holds" if pair["p_adjusted"] < 0.05 else "fails")


def test_a_finding_fails_where_the_check_of_its_sentence_does(table: pd.DataFrame) -> None:
    found = summarise(table).set_index(["item", "finding"])
    use = found.loc["use", "share"]
    assert use["kind"] == "majority"
    own = table[(table["item"] == "use") & (table["finding"] == "share")]
    assert len(own) == use["holds"] + use["fails"] == 4 * 2 * 2
    assert (own["lower"].gt(0.5) == own["state"].eq("holds")).all()
    assert use["fails"] > 0
    assert "base: dont_know" in use["fails_with"]
    gap = found.loc["use", "gap"]
    assert (gap["kind"], gap["pairs"]) == ("higher", "a>b")
    assert gap["holds"] + gap["fails"] == 4 * 2 * 2


def test_what_cannot_be_computed_is_told_apart() -> None:
    table = judged(wave(small=300), ["groups"])
    gap = table[table["finding"] == "gap"].set_index(["item", "groups"])["state"]
    assert gap["use", OWN] == "holds"
    assert gap["use", "merged"] == "untold"  # of one group of all there is no gap


def test_what_changes_nothing_makes_no_variant() -> None:
    wide = wave(weight=Weight(margins="m", trim=[0.01, 100.0]), marked={})
    table = judged(wide, ["weights", "interviews"])
    assert set(table["weights"]) == {OWN, "margin", "none"}
    assert set(table["interviews"]) == {OWN}
    bare = wave(weight=None, margins={}, marked={})
    assert set(judged(bare, ["weights", "test"])["weights"]) == {OWN}
    assert [*table.columns] == COLUMNS
