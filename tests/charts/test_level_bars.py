"""Stacked bars of levels by group: geometry, order, what is withheld."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from drawing import (
    bars,
    by_gid,
    intervals,
    stacked,
    texts,
    with_a_suppressed_group,
    with_suppressed_levels,
)
from matplotlib.patches import Rectangle
from register_sample import GROUPS, LEVELS, make_register

from readiness.charts import NARROW, WIDE, LevelBars
from readiness.charts.words import word
from readiness.errors import RenderError
from readiness.language import numbers, text

SMALL = word("charts.small.bars", "fr", n=30)


@pytest.fixture
def register() -> pd.DataFrame:
    return make_register()


def said(spec: Any) -> list[str]:
    return [each for each, _ in texts(spec.figure())]


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_every_bar_is_as_long_as_its_share(lang: str, width: int, register: pd.DataFrame) -> None:
    figure = bars(register, lang, width).figure()
    drawn = by_gid(figure, Rectangle)
    shown = register[register["level"] != "low"]
    assert set(drawn) == set(shown["id"])
    scales = set()
    for row in shown.to_dict("records"):
        bar = drawn[row["id"]]
        assert bar.get_width() == pytest.approx(row["value"], abs=1e-12)
        axes = bar.axes
        low, high = axes.get_xlim()
        scales.add(round(abs(axes.bbox.width / (high - low)), 6))
        if row["level"] in ("none", "weak"):
            assert bar.get_x() + bar.get_width() <= 1e-12
        else:
            assert bar.get_x() >= -1e-12
        # no bar leaves its panel
        assert min(low, high) - 1e-9 <= bar.get_x()
        assert bar.get_x() + bar.get_width() <= max(low, high) + 1e-9
    assert len(scales) == 1, "a share is as long in the panel apart as in the main one"


def test_levels_adjoin_from_the_axis_outwards(register: pd.DataFrame) -> None:
    drawn = by_gid(bars(register).figure(), Rectangle)
    for group in (*GROUPS["fr"], "all", "expert"):
        none, weak, medium, good = (drawn[f"preparation.{level}.{group}"] for level in LEVELS["fr"])
        assert weak.get_x() + weak.get_width() == pytest.approx(0, abs=1e-12)
        assert none.get_x() + none.get_width() == pytest.approx(weak.get_x())
        assert medium.get_x() == pytest.approx(0, abs=1e-12)
        assert good.get_x() == pytest.approx(medium.get_width())
        assert len({bar.get_y() for bar in (none, weak, medium, good)}) == 1


def test_groups_go_from_the_least_ready_to_the_readiest(register: pd.DataFrame) -> None:
    table = bars(register).table
    assert table[0].code == "all" and table[-1].code == "expert"
    groups = table[1:-1]
    assert {row.code for row in groups} == set(GROUPS["fr"])
    low = [(row.levels[0].value or 0) + (row.levels[1].value or 0) for row in groups]
    assert low == sorted(low, reverse=True)
    # and the picture has them in that order, from top to bottom (y grows downwards)
    drawn = by_gid(bars(register).figure(), Rectangle)
    heights = [drawn[f"preparation.weak.{row.code}"].get_y() for row in table]
    assert heights == sorted(heights)


def test_small_groups_are_hatched_and_flags_are_explained(register: pd.DataFrame) -> None:
    figure = bars(register).figure()
    drawn = by_gid(figure, Rectangle)
    for gid, bar in drawn.items():
        assert bool(bar.get_hatch()) == gid.endswith(".voice_artist")
    shown = [each for each, _ in texts(figure)]
    assert SMALL in shown
    assert text("charts.flag.caution", "fr") in shown and any(t.endswith("58 †") for t in shown)
    rows = register[register["group"] != "voice_artist"].assign(reliability="present")
    large = {code: label for code, label in GROUPS["fr"].items() if code != "voice_artist"}
    calm = replace(bars(rows), groups=large)
    assert SMALL not in said(calm) and "†" not in "".join(said(calm))


def test_a_suppressed_group_has_no_bar_and_says_so(register: pd.DataFrame) -> None:
    spec = bars(with_a_suppressed_group(register))
    drawn = by_gid(spec.figure(), Rectangle)
    assert not [gid for gid in drawn if gid.endswith("voice_artist")]
    assert text("charts.suppressed", "fr") in said(spec)
    assert spec.table[-2].code == "voice_artist"  # last of its section
    assert "Non publié : Artistes de doublage." in spec.chart().alt.replace("\u00a0", " ")


def test_suppressed_levels_of_one_side_are_one_piece(register: pd.DataFrame) -> None:
    rows = with_suppressed_levels(register)
    spec = bars(rows)
    drawn, whole = by_gid(spec.figure(), Rectangle), by_gid(bars(register).figure(), Rectangle)
    # Where the register has the share of both, the piece is that number, and says it.
    for group, hidden, name in (
        ("producer", ("none", "weak"), "preparation.low.producer"),
        ("journalist", ("medium", "good"), "preparation.medium.journalist.together"),
    ):
        pieces = [whole[f"preparation.{level}.{group}"] for level in hidden]
        piece = drawn[name]
        assert piece.get_hatch() and piece.get_facecolor()[:3] == (1, 1, 1)
        # As long as both, and from where the inner one began to where the outer one ended.
        assert piece.get_width() == pytest.approx(sum(each.get_width() for each in pieces))
        assert piece.get_x() == pytest.approx(min(each.get_x() for each in pieces))
        assert not [gid for gid in drawn if gid in {f"preparation.{h}.{group}" for h in hidden}]
    assert "preparation.low.producer" in spec.chart().ids
    assert "preparation.low.director" not in spec.chart().ids
    low = float(rows.loc[rows["id"] == "preparation.low.producer", "value"].iloc[0])
    assert numbers.number(low, "share", 1, "fr") in said(spec)
    # A box of other levels is another number.
    other = by_gid(bars(rows, boxes={"low": ("none",)}).figure(), Rectangle)
    assert "preparation.none.producer.together" in other and "preparation.low.producer" not in other


def test_other_suppressed_levels_leave_no_bar(register: pd.DataFrame) -> None:
    spec = bars(with_suppressed_levels(register))
    drawn = by_gid(spec.figure(), Rectangle)
    for group in ("advertiser", "expert", "creator"):
        assert not [gid for gid in drawn if gid.endswith(f".{group}") and "dont_know" not in gid]
    assert said(spec).count(text("charts.partly", "fr")) == 3
    assert said(spec).count(text("charts.together", "fr")) == 1
    # The order tells nothing of them: they stand last.
    order = [row.code for row in spec.table]
    assert order[-3:] == ["advertiser", "creator", "expert"]
    alt = spec.chart().alt.replace("\u00a0", " ")
    partly = alt.split("Publié en partie seulement : ")[1].split(".")[0]
    assert {*partly.replace(" et ", ", ").split(", ")} == {
        "Producteurs", "Journalistes", "Publicitaires", "Créateurs de contenus numériques",
        "Experts",
    }  # fmt: skip


def test_what_is_not_published_carries_no_flag(register: pd.DataFrame) -> None:
    rows = with_a_suppressed_group(register)
    rows = rows.assign(reliability="present")
    rows.loc[rows["suppressed"] != "", "reliability"] = "suppress"
    for spec in (bars(rows), intervals(rows)):
        assert "†" not in "".join(said(spec))


def test_an_axis_label_that_would_be_cut_is_left_out(register: pd.DataFrame) -> None:
    # the longest bar ends at 75 %: on a telephone that label has no room left of the sheet
    rows = register.copy()
    chosen = rows["id"].isin([f"preparation.{x}.journalist" for x in ("none", "weak")])
    rows.loc[chosen, "value"] = 0.376
    spec = LevelBars(
        rows[rows["group"] == "journalist"],
        "preparation",
        "Préparation",
        LEVELS["fr"],
        {"journalist": "Journalistes"},
        "fr",
        small=30,
        width=NARROW,
    )
    figure = spec.figure()
    assert all(box.x0 >= -0.5 and box.x1 <= figure.bbox.x1 + 0.5 for _, box in texts(figure))
    labels = {each.strip("% \u00a0\u202f") for each in said(spec)}
    assert "75" not in labels and "0" in labels


def test_an_odd_scale_lies_across_the_axis(register: pd.DataFrame) -> None:
    three = {"none": "Bas", "weak": "Milieu", "medium": "Haut"}
    spec = LevelBars(register, "preparation", "Préparation", three, GROUPS["fr"], "fr", small=30)
    drawn = by_gid(spec.figure(), Rectangle)
    middle = drawn["preparation.weak.producer"]
    assert middle.get_x() == pytest.approx(-middle.get_width() / 2)
    low = drawn["preparation.none.producer"]
    assert low.get_x() + low.get_width() == pytest.approx(middle.get_x())
    alt = spec.chart().alt.replace("\u00a0", " ")
    assert "À gauche de l’axe : Bas. À cheval sur l’axe : Milieu. À droite : Haut." in alt


def test_levels_without_an_order_start_at_the_axis(register: pd.DataFrame) -> None:
    spec = stacked(register)
    drawn = by_gid(spec.figure(), Rectangle)
    edge = 0.0
    for level in LEVELS["fr"]:
        bar = drawn[f"preparation.{level}.producer"]
        assert bar.get_x() == pytest.approx(edge, abs=1e-12)
        edge += bar.get_width()
    first = [row.levels[0].value or 0 for row in spec.table[1:-1]]
    assert first == sorted(first, reverse=True)
    assert "De gauche à droite : Inexistante, Faible, Moyenne et Bonne" in spec.chart().alt.replace(
        "\u00a0", " "
    )


@pytest.mark.parametrize("count", [2, 4, 6, 7, 11])
def test_any_number_of_levels_has_colours_that_differ(count: int, register: pd.DataFrame) -> None:
    levels = {f"level{k}": str(k) for k in range(count)}
    spec = LevelBars(register, "preparation", "", levels, {}, "fr", small=30)
    assert len(set(spec.colours)) == count == len(spec.colours)


def test_groups_apart_are_last_and_a_group_without_rows_is_left_out(
    register: pd.DataFrame,
) -> None:
    apart = {"expert": "Experts", "voice_artist": "Doublage", "nobody": "Personne"}
    groups = {code: name for code, name in GROUPS["fr"].items() if code != "voice_artist"}
    spec = replace(bars(register, apart=apart), groups=groups | {"no_answer": "Aucun"})
    assert [row.code for row in spec.table[-2:]] == ["expert", "voice_artist"]
    assert {row.code for row in spec.table[1:-2]} == set(groups)
    assert "hors du total\u00a0: Experts et Doublage." in spec.chart().alt
    assert sum("sans pondération" in each for each in said(spec)) == 2


def test_register_faults_are_named(register: pd.DataFrame) -> None:
    gone = register[register["id"] != "preparation.weak.producer"]
    with pytest.raises(RenderError, match="no share of level 'weak' in group 'producer'"):
        bars(gone).chart()
    twice = pd.concat([register, register[register["id"] == "preparation.weak.producer"]])
    with pytest.raises(RenderError, match=r"preparation\.weak\.producer twice"):
        bars(twice).chart()
    with pytest.raises(RenderError, match="lacks the columns n"):
        bars(register.drop(columns="n")).chart()
    hole = register.copy()
    hole.loc[hole["id"] == "preparation.weak.producer", "value"] = float("nan")
    with pytest.raises(RenderError, match=r"preparation\.weak\.producer has neither"):
        bars(hole).chart()
    with pytest.raises(RenderError, match="'de'"):
        replace(bars(register), language="de").chart()
