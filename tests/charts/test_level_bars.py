"""Stacked bars of levels by group: geometry, order, what is withheld."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from drawing import (
    bars,
    by_id,
    intervals,
    rows_of,
    stacked,
    texts,
    with_a_suppressed_group,
    with_suppressed_levels,
)
from register_sample import GROUPS, LEVELS, TOTAL, establish_first

from readiness.charts.figures import DrawnFigures, GroupLabels, word
from readiness.charts.sheet import NARROW, WIDE
from readiness.ground.errors import RenderError
from readiness.language import numbers, text
from readiness.running.step import Job

SMALL = word("charts.small", "fr", n=30)


def said(spec: Any) -> list[str]:
    return texts(spec.sheet())


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_every_bar_is_as_long_as_its_share(lang: str, width: int, register: pd.DataFrame) -> None:
    sheet = bars(register, lang).sheet(width)
    drawn = by_id(sheet, "rect")
    shown = register[(register["level"] != "low") & (register["value"] > 0)]
    assert set(shown["id"]) <= set(drawn)
    axis = next(m.x for m in sheet.marks if m.id == "axis")
    scales = set()
    for row in shown.to_dict("records"):
        left, _, right, _ = drawn[row["id"]].box
        scales.add(round((right - left) / row["value"], 6))
        if row["level"] in ("none", "weak"):
            assert right <= axis + 1e-9
        elif row["level"] != "dont_know":
            assert left >= axis - 1e-9
        assert left >= 0 and right <= width + 1e-6
    assert len(scales) == 1, "a share is as long in the panel apart as in the main one"


def test_groups_stand_as_they_are_given_and_the_total_first(register: pd.DataFrame) -> None:
    rows = rows_of(bars(register))
    assert rows[0].label == "Ensemble" and rows[-1].label == "Experts"
    assert {row.label for row in rows[1:-1]} == {*GROUPS["fr"].values()}
    low = [-row.marks[0].low for row in rows[1:-1]]
    assert low == sorted(low, reverse=True)
    codes = [row.marks[0].id.split(".")[-1] for row in rows]
    # and the picture has them in that order, from top to bottom (y grows downwards)
    drawn = by_id(bars(register).sheet(), "rect")
    heights = [drawn[f"preparation.weak.{code}"].y for code in codes]
    assert heights == sorted(heights)


def test_small_groups_are_hatched_and_signs_are_explained(register: pd.DataFrame) -> None:
    rows = register.copy()
    chosen = rows["id"] == "preparation.weak.technician"
    rows.loc[chosen, "reliability"] = "suppress"
    sheet = bars(rows).sheet()
    hatched = set(by_id(sheet, "hatch"))
    small = {m for m in by_id(sheet, "rect") if m.endswith(".voice_artist")}
    assert hatched == small | {"preparation.weak.technician"}
    shown = texts(sheet)
    assert SMALL in shown
    weak = word("tables.note.sign", "fr", sign="†", words=text("tables.sign.weak", "fr"))
    assert weak in shown and any(each.endswith("†") for each in shown)
    rows = register[register["group"] != "voice_artist"].assign(reliability="present")
    calm = bars(rows)
    assert SMALL not in said(calm) and "†" not in "".join(said(calm))


def test_a_suppressed_group_has_no_bar_and_says_so(register: pd.DataFrame) -> None:
    spec = bars(with_a_suppressed_group(register).assign(run="wave-1"))
    sheet = spec.sheet()
    assert not [name for name in by_id(sheet, "rect") if name.endswith("voice_artist")]
    signs = [w for w in sheet.words if w.id == "wave-1/preparation.none.voice_artist"]
    assert [w.text for w in signs] == ["(…)ᶠ"]
    # within an empty box
    boxes = [mark for mark in sheet.marks if mark.kind == "rect" and mark.dashed]
    assert any(m.box[0] <= signs[0].x <= m.box[2] and m.y == signs[0].y for m in boxes)
    words = text("tables.sign.base", "fr")
    assert word("tables.note.sign", "fr", sign="(…)ᶠ", words=words) in texts(sheet)
    assert rows_of(spec)[-2].label == "Artistes de doublage"  # last of its section
    assert "Non publié : Artistes de doublage." in spec.alt.replace("\u00a0", " ")


def test_suppressed_levels_of_one_side_are_one_piece(register: pd.DataFrame) -> None:
    rows = with_suppressed_levels(register)
    spec = bars(rows)
    drawn, whole = (by_id(each.sheet(), "rect") for each in (spec, bars(register)))
    # Where the register has the share of both, the piece is that number, and says it.
    unit = None
    for group, hidden, name in (
        ("producer", ("none", "weak"), "preparation.low.producer"),
        ("journalist", ("medium", "good"), "preparation.medium.journalist.together"),
    ):
        shares = register.set_index("id").loc[[f"preparation.{h}.{group}" for h in hidden], "value"]
        piece = drawn[name]
        assert piece.dashed and piece.fill == "paper"
        # As long as both together.
        length = (piece.box[2] - piece.box[0]) / shares.sum()
        assert unit is None or length == pytest.approx(unit)
        unit = length
        assert not [each for each in drawn if each in {f"preparation.{h}.{group}" for h in hidden}]
    assert set(whole) > {"preparation.none.producer", "preparation.medium.journalist"}
    chart = spec
    low = float(rows.loc[rows["id"] == "preparation.low.producer", "value"].iloc[0])
    assert numbers.number(low, "share", 1, "fr").rstrip("%\u202f\u00a0") in said(spec)
    lines = {line["id"]: line for line in chart.table}
    assert lines["preparation.low.producer"]["column"] == "Inexistante ou Faible"
    assert lines["preparation.none.producer"]["value"] is None
    assert lines["preparation.none.producer"]["suppressed"] == "base"
    # A box of other levels is another number.
    other = by_id(bars(rows, boxes={"low": ("none",)}).sheet(), "rect")
    assert "preparation.none.producer.together" in other and "preparation.low.producer" not in other


def test_other_suppressed_levels_leave_no_bar(register: pd.DataFrame) -> None:
    spec = bars(with_suppressed_levels(register))
    sheet = spec.sheet()
    for group in ("advertiser", "expert", "creator"):
        assert not [
            name
            for name in by_id(sheet, "rect")
            if name.endswith(f".{group}") and "dont_know" not in name
        ]
    # Two pieces of several levels, and three rows with an empty box in place of the bar.
    assert sum(mark.dashed for mark in sheet.marks if mark.kind == "rect") == 5
    alt = spec.alt.replace("\u00a0", " ")
    partly = alt.split("Publié en partie seulement : ")[1].split(".")[0]
    assert {*partly.replace(" et ", ", ").split(", ")} == {
        "Producteurs",
        "Journalistes",
        "Publicitaires",
        "Créateurs de contenus numériques",
        "Experts",
    }


def test_what_is_not_published_carries_no_flag(register: pd.DataFrame) -> None:
    rows = with_a_suppressed_group(register)
    rows = rows.assign(reliability="present")
    rows.loc[rows["suppressed"] != "", "reliability"] = "suppress"
    for spec in (bars(rows), intervals(rows)):
        assert "†" not in "".join(said(spec))


def test_levels_without_an_order_start_at_the_axis(register: pd.DataFrame) -> None:
    spec = stacked(establish_first(register, "weak"))
    drawn = by_id(spec.sheet(), "rect")
    edge = next(m.x for m in spec.sheet().marks if m.id == "axis")
    for level in LEVELS["fr"]:
        left, _, right, _ = drawn[f"preparation.{level}.producer"].box
        assert left == pytest.approx(edge)
        edge = right
    assert "la réponse la plus fréquente est «\u00a0Faible\u00a0»" in spec.title
    assert "De gauche à droite : Inexistante, Faible, Moyenne et Bonne" in spec.alt.replace(
        "\u00a0", " "
    )


def test_groups_apart_are_last_and_a_group_without_rows_is_left_out(register: pd.DataFrame) -> None:
    apart = {"expert": "Experts", "voice_artist": "Doublage", "nobody": "Personne"}
    groups = {code: name for code, name in GROUPS["fr"].items() if code != "voice_artist"}
    spec = bars(register, groups=GroupLabels(groups | {"no_answer": "Aucun"}, TOTAL["fr"], apart))
    labels = [row.label for row in rows_of(spec)]
    assert labels[-2:] == ["Experts", "Doublage"] and {*labels[1:-2]} == {*groups.values()}
    assert "hors du total\u00a0: Experts et Doublage." in spec.alt
    assert sum("sans pondération" in each for each in said(spec)) == 2


def test_register_faults_are_named(register: pd.DataFrame) -> None:
    gone = register[register["id"] != "preparation.weak.producer"]
    with pytest.raises(RenderError, match="no share of level 'weak' in group 'producer'"):
        bars(gone)
    twice = pd.concat([register, register[register["id"] == "preparation.weak.producer"]])
    with pytest.raises(RenderError, match=r"preparation\.weak\.producer twice"):
        bars(twice)
    with pytest.raises(RenderError, match="lacks the columns n"):
        bars(register.drop(columns="n"))
    hole = register.copy()
    hole.loc[hole["id"] == "preparation.weak.producer", "value"] = float("nan")
    with pytest.raises(RenderError, match=r"preparation\.weak\.producer has neither"):
        bars(hole)
    with pytest.raises(RenderError, match="'de'"):
        DrawnFigures(register, "de").get("preparation.weak.producer")


def test_charts_that_are_no_longer_made_are_removed(tmp_path: Path) -> None:
    (tmp_path / "dropped-levels-narrow.svg").write_text("left by an item that is gone")
    job: Job[None] = Job(None, {}, tmp_path)
    job.file("kept.svg", "drawn")
    job.remove_others()
    assert [path.name for path in tmp_path.iterdir()] == ["kept.svg"]
