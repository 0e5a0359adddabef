"""How numbers changed since an earlier wave: from what both tell, and only where both tell it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from project_copy import ROOT
from readiness.attack import find_unread
from readiness.commands.starting.export_tables import export_table
from readiness.config import Change
from readiness.drafting import document_of, draft_text, make_draft
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.questionnaire.load import questionnaire_of
from readiness.register.figures import WITHHELD, FigureRow, Origin, make_register
from readiness.register.precision import ShareDigits
from readiness.register.rows.changes import change_rows, match_groups, match_items
from readiness.survey.comparisons.families import mover

AMBASSADORS = ROOT.parent / "shared/microdata/ambassadors"
ASKED = questionnaire_of(
    yaml.safe_load("""
name: club
version: "1"
language: en
title: {en: A club}
export: {}
frame:
  - id: side
    label: {en: Side}
    categories: [{code: east, text: East}, {code: west, text: West}]
items:
  - id: goes
    kind: single
    column: Do you go?
    categories: [{code: often, text: O}, {code: rarely, text: R}, {code: never, text: N}]
  - {id: years, kind: number, column: "Years?", range: {low: 0, high: 90}}
"""),
    "club-1.yaml",
)
Numbers = dict[str, tuple[float, float, float]]
NOW: Numbers = {
    "goes.often": (0.52049, 0.4, 0.64),
    "years.mean": (12.04, 10.0, 14.0),
    "years.median": (11.0, 8.0, 13.0),
}
THEN: Numbers = {
    "goes.often": (0.35, 0.25, 0.46),
    "years.mean": (9.0, 8.0, 10.0),
    "years.median": (8.0, 7.0, 11.0),
}


def rows_of(numbers: Numbers, withheld: str = "", group: str = "all") -> list[FigureRow]:
    found = []
    for name, ends in numbers.items():
        item, level = name.split(".")
        told: dict[str, Any] = {"item": item, "level": level, "group": group, "digits": 1}
        told |= dict(zip(("value", "lower", "upper"), ends, strict=True))
        if name == withheld:
            told |= {"value": None, "lower": None, "upper": None, "suppressed": WITHHELD}
        unit = "number" if item == "years" else "share"
        found.append(FigureRow(f"{name}.{group}", kind="estimate", unit=unit, **told))
    return found


def registered(rows: list[FigureRow]) -> pd.DataFrame:
    return make_register(rows, run="club", origin=lambda _: Origin(), simulated=True).astype(str)


def changed(now: list[FigureRow], then: list[FigureRow]) -> dict[str, FigureRow]:
    matched = [("goes", "goes", ""), ("years", "years", "")]
    change = Change.model_validate({"from": "club-0"})
    found: dict[str, FigureRow] = {}
    # A wave by nothing that was asked then has a change of all, and no other.
    for groups in (match_groups(ASKED, ASKED, "place"), match_groups(ASKED, ASKED, "side")):
        told = (matched, groups, ASKED, ShareDigits(), change, 0.95)
        before = found
        found = {row.id: row for row in change_rows(now, registered(then), *told)}
    assert {name for name, row in found.items() if row.group in ("", "all")} == before.keys()
    return found


def test_a_change_is_that_of_the_released_numbers_and_of_their_limits() -> None:
    made = changed(rows_of(NOW), rows_of(THEN))
    # Of independent samples variances add: so do the squares of how far limits reach.
    mean = made["change.years.mean.all"]
    assert (mean.value, mean.lower, mean.upper) == pytest.approx(
        (3.0, 3 - np.hypot(2, 1), 3 + np.hypot(2, 1))
    )
    median = made["change.years.median.all"]
    assert (median.value, median.lower, median.upper) == pytest.approx(
        (3.0, 3 - np.hypot(3, 3), 3 + np.hypot(2, 1))
    )
    # One of three answers: its limits hold for all of them, and the share has three decimals.
    factor = 2.3939797998 / 1.9599639845
    ends = [np.array(e) for e in ((0.35, 0.25, 0.46), (0.52, 0.4, 0.64))]
    wider = [(p, p - factor * (p - low), p + factor * (high - p)) for p, low, high in ends]
    share = made["change.goes.often.all"]
    assert share.value == pytest.approx(0.17)
    assert (share.lower, share.upper) == pytest.approx([float(e) for e in mover(*wider)])
    assert made["change.goes.often.all.before"].value == 0.35
    assert (made["change.tested"].value, made["change.expected"].value) == (2, pytest.approx(0.1))
    # Else no wave that is compared with another could be attacked, nor released.
    assert find_unread(registered([*made.values()])) == ""


@pytest.mark.parametrize(("now", "then"), [("goes.often", ""), ("", "goes.often")])
def test_nothing_is_said_where_either_number_is_withheld(now: str, then: str) -> None:
    made = changed(rows_of(NOW, now), rows_of(THEN, then))
    assert not [name for name in made if "goes" in name]
    assert "change.years.mean.all" in made


def test_what_one_number_tells_changes_within_groups_too() -> None:
    now, then = (
        [row for group in ("all", "east", "west") for row in rows_of(numbers, hidden, group)]
        for numbers, hidden in ((NOW, ""), (THEN, "goes.often"))
    )
    west = next(row for row in then if row.id == "years.mean.west")
    then[then.index(west)] = replace(west, value=None, suppressed=WITHHELD)
    made = changed(now, then)
    assert "change.years.mean.west" not in made and not [i for i in made if "goes.often.e" in i]
    # A difference of independent means: what svycontrast makes of two strata; both groups at once.
    half = 2.2414027276 / 1.9599639845 * np.hypot(2, 1)
    east = made["change.years.mean.east"]
    assert (east.lower, east.upper) == pytest.approx((3 - half, 3 + half))
    assert east.group == "east" and made["change.years.mean.east.before"].value == 9.0
    assert made["change.years.median.west"].value == 3.0
    assert "change.tested" not in made and find_unread(registered([*made.values()])) == ""


def ask_otherwise(then: dict[str, str]) -> Questionnaire:
    """What was asked, with some of its texts (`key: text`) as they were then."""
    text = ASKED.model_dump_json()
    for old, new in then.items():
        old, new = (part.replace(": ", '":"') + '"' for part in (old, new))
        assert old in text
        text = text.replace(old, new)
    return Questionnaire.model_validate_json(text)


@pytest.mark.parametrize(
    ("then", "kept"),
    [
        ({}, ("east", "west")),
        ({"text: West": "text: Far West"}, ("east",)),
        ({"code: often": "code: east"}, ("west",)),
        ({"id: side": "id: place"}, ()),
    ],
)
def test_a_group_is_one_that_was_the_same_and_no_other_then(
    then: dict[str, str], kept: tuple[str, ...]
) -> None:
    assert match_groups(ask_otherwise(then), ASKED, "side") == kept


@pytest.mark.parametrize(
    ("then", "reason"),
    [
        ({}, ""),
        ({"column: Do you go?": "column: Go?"}, "reworded"),
        ({"text: West": "text: Far West"}, "other_answers"),
        ({"id: goes": "id: went"}, "unasked"),
    ],
)
def test_what_is_computed_is_compared_where_its_answers_are(
    then: dict[str, str], reason: str
) -> None:
    goes = ASKED.item("goes")
    made = [
        goes.model_copy(update={"id": name, "derived_from": sources})
        for name, sources in (("keen", ("goes", "side")), ("keener", ("keen",)))
    ]
    now = ASKED.model_copy(update={"items": (*ASKED.items, *made)})
    matching = (ask_otherwise(then), now, ["keener"], {})
    assert [*match_items(*matching, ["keener"])] == [("keener", "" if reason else "keener", reason)]
    assert [*match_items(*matching, ["goes"])] == [("keener", "", reason or "unasked")]


def test_over_more_than_two_waves_there_is_a_slope() -> None:
    first: Numbers = {"years.mean": (4.0, 2.0, 6.0)}
    middle = [*changed(rows_of(THEN), rows_of(first)).values(), *rows_of(THEN)]
    made = changed(rows_of(NOW), middle)
    assert made["change.years.mean.all.before2"].value == 4.0
    trend = made["change.years.mean.all.trend"]
    assert trend.value == pytest.approx(np.polyfit([0, 1, 2], [4.0, 9.0, 12.0], 1)[0])
    assert trend.lower == pytest.approx(4 - np.hypot(2, 2) / 2)
    assert "change.goes.often.all.trend" not in made


def drafted(wave: str, folder: Path) -> Questionnaire:
    """The draft of a wave, its decisions settled: scales from 1 to 10, regions of all waves."""
    path = AMBASSADORS / f"{wave}.csv"
    document = document_of(make_draft(export_table(path, path.read_bytes()), "club", path.name))
    regions = ("europe", "north_america", "asia", "oceania", "south_america", "other")
    for item in document["items"]:
        if "scale" in item:
            item["scale"]["low"] = 1
        if item["id"].startswith("where"):
            item["categories"] = [{"code": code, "text": code} for code in regions]
    written = folder / "club-1.yaml"
    written.write_text(draft_text(document, path.name).replace("draft: true\n", ""), "utf-8")
    return load_questionnaire(written)


@pytest.mark.skipif(not AMBASSADORS.is_dir(), reason="the microdata are not beside the project")
def test_what_three_waves_of_a_changing_questionnaire_asked_alike(tmp_path: Path) -> None:
    first, second, third = (drafted(w, tmp_path) for w in ("2019_H2", "2020_H1", "2021"))
    closed = [item.id for item in second.items if not item.kind.is_free_text]
    found = {now: reason for now, _, reason in match_items(first, second, closed, {})}
    alike = [name for name, reason in found.items() if not reason]
    assert [name.split("_")[0] for name in alike] == ["where", "what", "do", "do", "efficiency"]
    assert {reason for reason in found.values() if reason} == {"other_answers", "unasked"}
    closed = [item.id for item in third.items if not item.kind.is_free_text]
    declared = {"did_you_feel_that_the_cncf": "efficiency_did_you_feel_that"}
    assert [reason for *_, reason in match_items(second, third, closed, declared)] == [
        *("", "reworded", "reworded", "mapped", "unasked")
    ]
