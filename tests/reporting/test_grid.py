"""The rows of a grid are told together, in the order of what their numbers bear."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from readiness.analysis.selection import Selection
from readiness.charts.rows import Rows
from readiness.language import LANGUAGES
from readiness.questionnaire import Questionnaire
from readiness.questionnaire.load import questionnaire_of
from readiness.register.rows.shares import rows_id
from readiness.reporting.blocks import Prose
from readiness.reporting.parts import Register, WavePart
from readiness.reporting.wave import wave_blocks
from readiness.steps.draw_wave import DrawnWave, DrawWave

ROWS = {"a": "Typing", "b": "Drawing", "c": "Counting"}
SCALE = ("never", "often", "always")
# The two lowest levels together, as the wave tells them.
SHARES = {"a": 0.3, "b": 0.9, "c": 0.6}


def ask(kind: str, scale: tuple[str, ...], block: str = "grid") -> Questionnaire:
    def called(text: str) -> dict[str, str]:
        return dict.fromkeys(LANGUAGES, text)

    rows = [{"id": row, "text": text, **called(text)} for row, text in ROWS.items()]
    categories = [{"code": c, "text": c, **called(c)} for c in scale]
    own = {"each": kind, "rows": rows, "categories": categories}
    alone = {"id": "alone", "kind": "number", "label": called("Age")}
    return questionnaire_of(
        {
            "name": "made-up",
            "version": "1",
            "language": "en",
            "title": {"en": "T"},
            "items": [
                {
                    "id": "tasks",
                    "kind": block,
                    "column": "How much?",
                    "label": called("Use"),
                    **own,
                },
                alone,
            ],
        },
        "made-up-1.yaml",
    )


def figure(identity: str, value: float | str, **more: Any) -> dict[str, Any]:
    usual = {"kind": "estimate", "unit": "share", "digits": "1", "rounding": "half_even"}
    told = {"reliability": "present", "run": "made-up", "simulated": "false", "n": "100"}
    cells = {"lower": "", "upper": "", "suppressed": "", **more}
    return {"id": identity, "value": str(value), **usual, **told, **cells}


def figures(level: str, margin: float = 0.05, withheld: str = "") -> pd.DataFrame:
    rows = []
    for row, share in SHARES.items():
        parts = {level: share, "never": share / 2, "often": share / 2, "always": 1 - share}
        if level == "never":
            parts = {"never": share, "often": 1 - share}
        for name, value in parts.items():
            hidden = {"suppressed": "small_base"} if row == withheld else {}
            own = "" if hidden else value
            ends = {"lower": str(max(0, value - margin)), "upper": str(min(1, value + margin))}
            rows.append(figure(f"{row}.{name}.all", own, **({} if hidden else ends), **hidden))
            for end, limit in {} if hidden else ends.items():
                rows.append(figure(f"{row}.{name}.all.{end}", limit))
        rows.append(figure(f"{row}.n.all", 100, unit="count", digits="0"))
    if margin < 0.1:
        order = {"kind": "test", "unit": "p_below", "level": "b.a", "reliability": ""}
        rows.append(figure(rows_id("tasks"), 0.001, **order))
    return pd.DataFrame(rows)


def show(
    rows: pd.DataFrame, asked: Questionnaire, language: str = "en", told: str = "abc"
) -> dict[str, str]:
    wave = WavePart(
        Register(rows, language),
        Path("nowhere"),
        {"run": "made-up", "title": "T", "kind": "wave", "wave": {}},
        Prose(Path("nowhere")),
        steps=(),
        choices={},
        questionnaire=asked,
        variables=(),
        selection=Selection.PROBABILITY,
        items=[*told],
        contrasts=pd.DataFrame(),
    )
    found = wave_blocks(wave)
    return {block.place: block.body() for block in found if "-" in block.place}


@pytest.mark.parametrize(
    ("kind", "scale", "level"), [("ordinal", SCALE, "low"), ("single", SCALE[:2], "never")]
)
def test_a_grid_is_one_block_in_order_of_its_rows(
    kind: str, scale: tuple[str, ...], level: str
) -> None:
    told = show(figures(level), ask(kind, scale))
    assert [*told] == ["grid-tasks", "item-a", "item-b", "item-c"]
    lines = [line for line in told["grid-tasks"].splitlines() if line.startswith("| ")][1:]
    assert [line.split("|")[1].strip() for line in lines] == ["Drawing", "Counting", "Typing"]
    said = re.sub(r"\[([^]]*)\]\{[^}]*\}", r"\1", told["grid-tasks"])
    assert "ranges from 30.0% (“Typing”) to 90.0% (“Drawing”)." in said
    assert "chance" not in said and "shown" not in said


def test_what_chance_may_have_ordered_or_nobody_sees_is_said() -> None:
    asked = ask("ordinal", SCALE)
    assert "too close to call" in show(figures("low", margin=0.4), asked)["grid-tasks"]
    hidden = show(figures("low", withheld="b"), asked)["grid-tasks"]
    assert "rows of this question that are shown" in hidden and "“Drawing”" not in hidden
    assert "(…)" in hidden
    assert "that are shown" in show(figures("low"), asked, told="ac")["grid-tasks"]
    # Rows that are all shown alike go from nowhere to nowhere.
    alike = figures("low")
    alike.loc[alike["id"].str.contains("low.all$"), "value"] = ["0.30001", "0.30002", "0.30003"]
    assert "ranges from" not in show(alike, asked)["grid-tasks"]
    for language in LANGUAGES:
        assert "grid-tasks" in show(figures("low"), asked, language)


def test_a_ranking_and_a_single_row_are_told_apart() -> None:
    asked = ask("ordinal", SCALE)
    assert asked.find_tables(["a", "c"]) == {"tasks": ["a", "c"]}
    assert asked.find_tables(["a", "alone"]) == {}
    assert ask("number", ()).find_tables([*ROWS]) == {}


@pytest.mark.parametrize(
    ("kind", "scale", "level"), [("ordinal", SCALE, "low"), ("single", SCALE[:2], "never")]
)
def test_its_chart_has_its_rows_in_the_same_order(
    kind: str, scale: tuple[str, ...], level: str
) -> None:
    planned = [{"name": f"{row}-x", "form": "intervals", "item": row} for row in ROWS]
    settings = DrawWave.model_validate(
        {
            "language": "en",
            "standing": {},
            "by": "",
            "simulated": False,
            "selection": "probability",
            "reliable_base": 30,
            "charts": [*planned, {"name": "grid-tasks", "form": "grid", "item": ""}],
        }
    )
    drawn = DrawnWave(figures(level), ask(kind, scale), settings).charts()["grid-tasks"]
    [panel] = drawn.panels
    assert isinstance(panel, Rows)
    assert [row.label for row in panel.rows] == ["Drawing", "Counting", "Typing"]
    assert {*SHARES.values()} <= {row["value"] for row in drawn.table}
