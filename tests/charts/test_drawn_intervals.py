"""Dots with intervals, by group and by answer, and revisions."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from drawing import (
    by_gid,
    intervals,
    means,
    options,
    revised,
    revision,
    texts,
    with_a_suppressed_group,
)
from matplotlib.lines import Line2D
from register_sample import GROUPS, make_register

from readiness.charts import NARROW, WIDE
from readiness.charts.words import word
from readiness.language import numbers


@pytest.fixture
def register() -> pd.DataFrame:
    return make_register()


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_dots_and_intervals_stand_at_their_values(width: int, register: pd.DataFrame) -> None:
    drawn = by_gid(intervals(register, width=width).figure(), Line2D)
    for row in register[register["level"] == "low"].to_dict("records"):
        dot = drawn[row["id"]]
        assert list(dot.get_xdata()) == [row["value"]]
        line = drawn.get(f"{row['id']}.interval")
        if row["group"] == "expert":
            assert line is None, "unweighted answers have no interval"
            assert dot.get_marker() == "s"
            continue
        assert line is not None and list(line.get_xdata()) == [row["lower"], row["upper"]]
        assert line.get_ydata()[0] == dot.get_ydata()[0]
        low, high = dot.axes.get_xlim()
        assert low <= row["lower"] and row["upper"] <= high
        hollow = row["group"] == "voice_artist"
        assert (dot.get_markerfacecolor() == "white") == hollow


def test_intervals_are_sorted_and_read_as_the_register(register: pd.DataFrame) -> None:
    spec = intervals(register)
    values = [row.mark.value or 0 for row in spec.table if row.place.code in GROUPS["fr"]]
    assert values == sorted(values, reverse=True)
    said = " ".join(text for text, _ in texts(spec.figure()))
    for row in register[register["level"] == "low"].to_dict("records"):
        assert numbers.number(row["value"], "share", 1, "fr") in said
    assert word("charts.reference", "fr", label="Ensemble") in said


def test_rows_of_answers_say_their_one_base_once(register: pd.DataFrame) -> None:
    spec = options(register)
    values = [row.mark.value or 0 for row in spec.table]
    assert values == sorted(values, reverse=True) and len(values) == 4
    said = [each for each, _ in texts(spec.figure())]
    assert said.count("n = 497") == 1


def test_an_axis_of_numbers_has_no_percents(register: pd.DataFrame) -> None:
    said = [each for each, _ in texts(means(register).figure())]
    assert not [each for each in said if "%" in each] and "0" in said and "20" in said


def test_without_intervals_none_is_named(register: pd.DataFrame) -> None:
    none = register.assign(lower=float("nan"), upper=float("nan"))
    spec = intervals(none)
    assert not [gid for gid in by_gid(spec.figure(), Line2D) if gid.endswith(".interval")]
    assert "sans intervalle" in spec.chart().alt and "et son intervalle" not in spec.chart().alt
    assert "et son intervalle" in intervals(register).chart().alt


def test_names_with_commas_are_kept_apart_in_a_list(register: pd.DataFrame) -> None:
    alt = options(register).chart().alt.replace("\u00a0", " ")
    assert alt.count("« ") >= 4 and "« Inexistante, Préparation" in alt


def test_a_revision_shows_both_versions_by_size_of_change(register: pd.DataFrame) -> None:
    spec = revision(register)
    drawn = by_gid(spec.figure(), Line2D)
    values = revised(register).set_index("id")["value"]
    for row in register[register["level"] == "low"].to_dict("records"):
        if row["group"] == "expert":
            continue
        before, after = drawn[f"{row['id']}.before"], drawn[f"{row['id']}.after"]
        assert list(before.get_xdata()) == [values[f"revision.{row['id']}.before"]]
        assert list(after.get_xdata()) == [row["value"]]
        assert before.get_ydata()[0] == after.get_ydata()[0]
    changes = [abs(new.value - old.value) for _, old, new in spec.table[1:]]
    assert changes == sorted(changes, reverse=True)
    spec = revision(with_a_suppressed_group(register))
    drawn = by_gid(spec.figure(), Line2D)
    assert not [gid for gid in drawn if "voice_artist" in gid]
    assert "Non publié : Artistes de doublage." in spec.chart().alt.replace("\u00a0", " ")


def test_a_share_that_was_not_published_before_is_not_shown_either(register: pd.DataFrame) -> None:
    rows = revised(register)
    rows = rows[rows["id"] != "revision.preparation.low.producer.before"]
    spec = replace(revision(register), rows=rows)
    assert not [gid for gid in by_gid(spec.figure(), Line2D) if "producer" in gid]
    assert "Non publié : Producteurs." in spec.chart().alt.replace("\u00a0", " ")
