"""In which variants of an analysis a finding holds, and that each variant is the ordinary program.

The ordinary program is run on tables, a questionnaire and settings that are written here as an
analyst would change them, without the functions that vary them.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from copy import deepcopy
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
import pytest

from readiness.analysis import weighting
from readiness.analysis.comparing import contrast_items
from readiness.analysis.estimating import estimate
from readiness.analysis.selection import Selection
from readiness.analysis.varying import CHOICES, LINES, OWN, REPEATS, Wave
from readiness.analysis.weighting import weighted_design
from readiness.attack import AttackTarget, CountVerdict, attack, find_unread
from readiness.charts.figures import DrawnFigures
from readiness.config import Compare, Estimate, FigureRules, Weight
from readiness.disclosure import Policy
from readiness.language import WHOLE, Language, tell, text
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.register.attacking import read_target
from readiness.register.figures import WITHHELD, FigureRow, Origin, make_register
from readiness.register.firmness import (
    find_told,
    firmness_rows,
    list_pictured,
    read_findings,
    tell_until_held,
)
from readiness.register.precision import ShareDigits, print_precision
from readiness.register.published import round_register
from readiness.reporting.banners import Contrasts, TableMaterial
from readiness.reporting.firmness import draw_firmness, list_findings, state_firmness
from readiness.reporting.holding import COLUMNS, Judge, claims_of, find_common, judge_all
from readiness.reporting.parts import Register
from readiness.reporting.workbooks.wave import firmness_sheets
from readiness.survey.comparisons.multiple import adjust_p

RULES = FigureRules(minimum_base=5, reliable_base=20)
ITEMS = ["use", "view"]


def options(*codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "text": code, "labels": name(code)} for code in codes]


def name(code: str) -> dict[str, str]:
    return dict.fromkeys(WHOLE, code)


ASKED: dict[str, Any] = {
    "name": "small",
    "version": "1",
    "language": "en",
    "title": {"en": "Small"},
    "frame": [
        {"id": "trade", "label": name("Trade"), "categories": options("a", "b", "c", "d")},
        {"id": "size", "label": name("Size"), "categories": options("small", "large")},
    ],
    "items": [
        {
            **{
                "id": "use",
                "kind": "single",
                "column": "use",
                "label": name("Use"),
                "dont_know": {"text": "unsure"},
            },
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
    estimates, contrasts = ordinary(own, dict.fromkeys(CHOICES, OWN))
    judge = Judge(own.questionnaire, own.selection, RULES, ShareDigits(), 0.95, own.by)
    claims = list(claims_of(own, judge, ITEMS, (estimates, contrasts)))
    return judge_all(own, judge, claims, own.choices(dimensions))[0]


def ordinary(own: Wave, variant: dict[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Estimates and contrasts of the ordinary program, told what the variant is."""
    asked, answers = deepcopy(ASKED), own.answers.copy()
    if variant["base"] != OWN:
        for item in asked["items"]:
            del item["dont_know"]
            item["categories"].append({"code": "unsure", "text": "unsure"})
        answers = answers.replace("_dont_know", "unsure")
    if variant["groups"] != OWN:
        smallest = [*answers["trade"].value_counts().index[-2:]]
        answers["trade"] = answers["trade"].replace(smallest, "rest")
        kept = [code for code in "abcd" if code not in smallest]
        asked["frame"][0]["categories"] = options(*kept, "rest")
    out = own.marked.get(variant["interviews"], ())
    inside = ~own.answers["respondent"].isin(out)
    margins = {"trade": own.margins["trade"]} if variant["weights"] == "margin" else own.margins
    weight = None if variant["weights"] == "none" else Weight(margins="m", trim=[0.8, 1.4])
    if variant["weights"] == "limits":
        weight = Weight(margins="m", trim=[0.4, 2.8])
    table = weighting.weighted_part(own.answers[inside], own.counts, ())
    made = weighting.weigh_wave(table, {}, margins, weight, own.selection)
    weights = weighting.weights_table(table, made).assign(stratum_population="")
    design = weighted_design(answers[inside].reset_index(drop=True), weights, made.replicates)
    questionnaire = questionnaire_of(asked, "changed")
    shared: dict[str, Any] = {"level": 0.95, "selection": own.selection}
    shared["interval"] = own.estimate.interval
    contrasts = contrast_items(design, questionnaire, ["trade"], ITEMS, **shared)
    if variant["test"] != OWN:
        for item in ITEMS:
            family = contrasts["item"] == item
            contrasts.loc[family, "p_adjusted"] = adjust_p(contrasts.loc[family, "p_value"], "holm")
    if variant["test"] != OWN:
        # The other kind of interval is what this variant is about.
        with mock.patch.object(Estimate, "interval", "logit"):
            return estimate(design, answers.iloc[:0], questionnaire, own.estimate), contrasts
    estimates = estimate(design, answers.iloc[:0], questionnaire, own.estimate)
    answers_of = {item.id: item.codes for item in questionnaire.items}
    return print_precision(estimates, answers_of, ShareDigits(), 0.95), contrasts


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return judged(wave(), ["weights", "base", "test"])


def test_five_variants_are_the_ordinary_program(table: pd.DataFrame) -> None:
    own = wave()
    both = pd.concat([table, judged(own, ["groups", "interviews"]).iloc[1:]])
    known = both[both["state"] != "untold"]
    for row in known.groupby("finding").sample(5, random_state=3).itertuples():
        variant = {name: getattr(row, name) for name in CHOICES}
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
    own, gap = (
        table[(table["item"] == "use") & (table["finding"] == finding)]
        for finding in ("share", "gap")
    )
    assert len(own) == len(gap) == 4 * 2 * 2
    assert {*own["kind"]} == {"majority"}
    assert (own["lower"].gt(0.5) == own["state"].eq("holds")).all()
    assert own["state"].eq("fails").any()
    assert find_common(own)["base"] == ["dont_know"]
    assert {*zip(gap["kind"], gap["pairs"], strict=True)} == {("higher", "a>b")}


@pytest.fixture(scope="module")
def told(table: pd.DataFrame) -> pd.DataFrame:
    """The register of the findings, at its published precision, as text."""
    rows = firmness_rows(as_text(table), ["use"])
    made = make_register(rows, run="small", origin=lambda row: Origin(), simulated=True)
    return round_register(made.astype(str))


def as_text(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(object).where(table.notna(), "").astype(str)


def test_the_register_tells_whole_percentages_and_what_the_attack_reads(
    table: pd.DataFrame, told: pd.DataFrame
) -> None:
    assert not find_unread(told)
    gap, share = read_findings(told)
    first = told.assign(statistic=told["statistic"].str.replace("majority", "first_apart"))
    assert [one.kind for one in list_findings(first, questionnaire_of(ASKED, "q"))] == [gap.kind]
    assert (gap.kind, gap.pairs, share.kind) == ("higher", (("a", "b"),), "majority")
    own = table[(table["item"] == "use") & (table["finding"] == "share")]
    assert (share.variants["state"] == "holds").sum() == (own["state"] == "holds").sum()
    numbers = share.variants[["value", "lower", "upper"]].to_numpy().ravel()
    assert all(re.fullmatch(r"0\.\d\d?", text) for text in numbers)
    assert [*share.variants["value"]] == sorted(share.variants["value"])
    # A gap is what the shares say that the register has, too.
    shares = told[told["statistic"] == "share"].set_index("id")["value"].astype(float)
    for row in gap.variants.itertuples():
        chosen = f"{gap.id}.{row.weights}-{row.base}"
        assert float(row.value) == pytest.approx(shares[f"{chosen}.a"] - shares[f"{chosen}.b"])


def test_a_variant_is_not_told_that_tells_of_what_is_withheld(table: pd.DataFrame) -> None:
    own, shares = as_text(table), [("use", "yes", group) for group in ("all", "a", "b", "c")]
    estimates = pd.DataFrame(shares, columns=["item", "level", "group"]).assign(
        id=[".".join(each) for each in shares], kind="estimate", unit="share", suppressed=""
    )
    even: dict[str, list[str]] = {weights: [] for weights in own["weights"]}
    assert {*find_told(own, estimates, even)["state"]} == {"holds", "fails"}
    withheld = estimates.assign(suppressed=["", "", "", WITHHELD])
    found = find_told(own, withheld, {**even, "margin": [""]})
    hidden = found[found["state"] == "untold"]
    assert {*hidden["weights"]} == {"margin"} and {*hidden["finding"]} == {"share"}
    gone = estimates.assign(suppressed=["", WITHHELD, "", ""])
    assert {*find_told(own, gone, even)["finding"]} == {"share"}
    # Weights that came out as the wave's own, but for these interviews, are none in `even`.
    lines = find_told(own.assign(interviews=LINES), estimates, {})
    assert {*lines["state"]} == {"untold"}


def test_a_finding_that_holds_in_its_only_other_variant_has_no_picture(told: pd.DataFrame) -> None:
    gap, share = read_findings(told)
    assert list_pictured([gap]) == list_pictured([share]) == {"use"}
    held = share.variants[share.variants["state"] == "holds"]
    assert list_pictured([replace(share, variants=held.head(2))]) == set()
    failed = share.variants[share.variants["state"] == "fails"]
    assert list_pictured([replace(share, variants=failed.head(1))]) == {"use"}


@pytest.mark.parametrize("language", WHOLE)
def test_a_finding_is_told_with_its_curve(told: pd.DataFrame, language: Language) -> None:
    asked, register = wave().questionnaire, Register(told, language)
    gap, share = read_findings(told)
    facts = [*state_firmness(share, register)]
    assert [fact.kind for fact in facts] == ["report.firmness.where"]
    choice = text("charts.firmness.base.dont_know", language)
    assert choice in tell(facts[0], language)
    figures = DrawnFigures(told, language)
    picture = draw_firmness([gap, share], figures, asked, "trade")
    assert len(picture.table) == len(gap.variants) + len(share.variants)
    for width in (720, 350):
        sheet = picture.sheet(width)
        assert picture.svg(width) == picture.svg(width)
        own = [m for m in sheet.marks if m.kind == "circle" and share.id in m.id]
        # From the smallest to the largest, as the page is read; a variant that fails is empty.
        places = [mark.x for mark in own]
        assert places == sorted(places, reverse=language == "ar")
        assert [mark.fill == "paper" for mark in own] == [*(share.variants["state"] == "fails")]
        heights = [mark.y for mark in own]
        assert heights == sorted(heights, reverse=True)
        assert all(m.box[0] >= 0 and m.box[2] <= width for m in sheet.marks)
    material = TableMaterial(register, asked, ("trade",), Selection.PROBABILITY, Contrasts())
    [sheet_of] = firmness_sheets(material)
    assert len(sheet_of.rows) == len(picture.table)
    assert {len(row) for row in sheet_of.rows} == {len(sheet_of.header)}


def test_a_variant_that_gives_a_count_away_is_not_told() -> None:
    """Of twenty people whose weights are from 0.5 to 3 two to twelve gave 30 % of the weight; one
    share without weights says how many.
    """
    shares = {"yes": 0.3, "no": 0.7}
    rows = [
        FigureRow(
            f"use.{level}.all",
            "estimate",
            "share",
            value,
            item="use",
            level=level,
            group="all",
            statistic="share of answered",
            n=20,
            digits=1,
        )
        for level, value in shares.items()
    ]
    ends = {"minimum": 0.5, "maximum": 3.0, "n": 20.0}
    rows += [FigureRow(f"weighting.{name}", "weighting", "number", v) for name, v in ends.items()]
    cells = {"first": "0.1", "second": "", "lower": "", "upper": "", "state": "holds", "pairs": ""}
    names = {"item": "use", "finding": "share", "kind": "minority", "level": "yes", "among": "all"}
    variant = pd.DataFrame([{**names, **cells, **dict.fromkeys(CHOICES, OWN), "weights": "none"}])

    def tell(items: Collection[str]) -> AttackTarget:
        told = [*rows, *firmness_rows(variant, items)]
        figures = make_register(told, run="small", origin=lambda row: Origin(), simulated=True)
        varied = {"none": pd.Series(np.ones(20))}
        asked = questionnaire_of(ASKED, "small")
        nobody = pd.DataFrame()
        return read_target(figures.astype(str), [], {}, asked, Policy.of({}, 5), varied, nobody)

    def given(items: Collection[str]) -> list[tuple[int, int]]:
        found = attack(tell(items))
        return [(e.lowest, e.highest) for e in found if e.verdict is CountVerdict.GIVEN]

    assert given(()) == []
    assert given(["use"]) == [(2, 2)]
    assert tell_until_held(["use"], tell) == frozenset()


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
