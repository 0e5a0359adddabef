"""Dots with intervals, by group and by answer."""

import pandas as pd
import pytest
from drawing import AXIS, intervals, on_one_scale, options, texts
from register_sample import establish_first

from readiness.charts.figures import word
from readiness.charts.rows import write_amount
from readiness.charts.sheet import NARROW, WIDE
from readiness.language import numbers


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_dots_and_intervals_stand_at_their_values(width: int, register: pd.DataFrame) -> None:
    drawn = {mark.id: mark for mark in intervals(register).sheet(width).marks}
    places = []
    for row in register[register["level"] == "low"].to_dict("records"):
        dot = drawn[row["id"]]
        places.append((row["value"], dot.x))
        line = drawn.get(f"{row['id']}.interval")
        if row["group"] == "expert":
            assert line is None, "unweighted answers have no interval"
            assert dot.kind == "square"
            continue
        assert line is not None and line.y == dot.y
        places += [(row["lower"], line.box[0]), (row["upper"], line.box[2])]
        assert line.box[0] >= 0 and line.box[2] <= width
        assert (dot.fill == "paper") == (row["group"] == "voice_artist")
    assert on_one_scale(places) > 0


def test_intervals_read_as_the_register_and_carry_its_ids(register: pd.DataFrame) -> None:
    spec = intervals(register.assign(run="wave-1"))
    words = spec.sheet().words
    for row in register[register["level"] == "low"].to_dict("records"):
        shown = numbers.number(row["value"], "share", 1, "fr")
        assert [w.bold for w in words if w.text == shown and w.id == f"wave-1/{row['id']}"] == [
            True
        ]
    assert word("charts.reference", "fr", label="Ensemble") in " ".join(texts(spec.sheet()))
    table = {line["id"]: line for line in spec.table}
    row = register[register["id"] == "preparation.low.producer"].iloc[0]
    line = table["preparation.low.producer"]
    assert (line["value"], line["upper"], line["n"]) == (row["value"], row["upper"], row["n"])


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(0.51, 0.6, "plus de la moitié"), (0.4, 0.49, "moins de la moitié"), (0.45, 0.55, "environ")],
)
def test_the_title_says_what_the_interval_allows(
    low: float, high: float, said: str, register: pd.DataFrame
) -> None:
    chosen = register["id"] == "preparation.low.all"
    rows = register.copy()
    rows.loc[chosen, ["value", "lower", "upper"]] = [(low + high) / 2, low, high]
    spec = intervals(rows)
    assert said in spec.title and spec.title in " ".join(texts(spec.sheet()))
    assert spec.alt.startswith(spec.title)
    for more in ({"reliability": "suppress"}, {"suppressed": "base", "value": float("nan")}):
        weak = rows.copy()
        weak.loc[chosen, list(more)] = list(more.values())
        assert intervals(weak).title == AXIS["fr"]


def test_rows_of_answers_say_their_one_base_once(register: pd.DataFrame) -> None:
    spec = options(establish_first(register, "weak"))
    values = [line["value"] for line in spec.table]
    assert values == sorted(values, reverse=True) and len(values) == 4
    assert "«\u00a0Faible, " in spec.title
    said = texts(spec.sheet())
    assert said.count("n = 497") == 1


def test_without_intervals_none_is_named(register: pd.DataFrame) -> None:
    none = register.assign(lower=float("nan"), upper=float("nan"))
    spec = intervals(none)
    assert not [mark for mark in spec.sheet().marks if mark.id.endswith(".interval")]
    assert "sans intervalle" in spec.alt and "et son intervalle" not in spec.alt
    assert "et son intervalle" in intervals(register).alt


def test_names_with_commas_are_kept_apart_in_a_list(register: pd.DataFrame) -> None:
    alt = options(register).alt.replace("\u00a0", " ")
    assert alt.count("« ") >= 4 and "« Inexistante, Préparation" in alt


def test_points_on_an_axis_have_two_decimals_fewer_than_shares() -> None:
    assert write_amount(0.012, "points", 3, "en").lstrip("+") == "1.2"
