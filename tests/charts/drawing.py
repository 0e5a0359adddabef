"""The charts of the sample register, in any language and width, and what a figure holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from register_sample import (
    DONT_KNOW,
    EXPERTS,
    GROUPS,
    LAST,
    LEVELS,
    MISSING,
    TOTAL,
    base_rows,
    can_show,
    suppress,
)

from readiness.charts import (
    WIDE,
    BaseGrid,
    FeasibleBases,
    Intervals,
    LevelBars,
    Marks,
    Revision,
    WeightsPicture,
    by_answer,
    by_group,
)
from readiness.charts.bases import Reported
from readiness.charts.sheet import Mark, Sheet
from readiness.charts.words import quoted
from readiness.register.order import answer_order, group_order, values_of

TITLE = {"fr": "Préparation", "ar": "الاستعداد"}
AXIS = {"fr": "Préparation jugée inexistante ou faible", "ar": "استعداد منعدم أو ضعيف"}
NOTE = {
    "fr": "Intervalles sous l’hypothèse que les répondants ressemblent aux autres.",
    "ar": "مجالات بافتراض أن المجيبين يشبهون غيرهم.",
}
MARGINS = {
    "profession": list(GROUPS["fr"]),
    "region": ["casablanca", "rabat", "other"],
    "size": ["small", "large"],
}
VARIABLES = {
    "fr": {"profession": "Profession", "region": "Région", "size": "Taille"},
    "ar": {"profession": "المهنة", "region": "الجهة", "size": "الحجم"},
}
BOXES = {"low": ("none", "weak")}


def bars(rows: pd.DataFrame, lang: str = "fr", width: int = WIDE, **more: Any) -> LevelBars:
    options: dict[str, Any] = {
        "boxes": BOXES,
        "dont_know": DONT_KNOW[lang],
        "total": TOTAL[lang],
        "apart": dict([EXPERTS[lang]]),
        "small": 30,
    }
    options |= more
    return LevelBars(
        rows,
        "preparation",
        TITLE[lang],
        LEVELS[lang],
        in_order(GROUPS[lang], rows),
        lang,
        width=width,
        **options,
    )


def stacked(rows: pd.DataFrame, lang: str = "fr", width: int = WIDE) -> LevelBars:
    return bars(rows, lang, width, ordered=False, boxes={})


def intervals(rows: pd.DataFrame, lang: str = "fr", width: int = WIDE) -> Intervals:
    marks = Marks(rows, lang)
    table = by_group(
        marks, "preparation", "low", in_order(GROUPS[lang], rows),
        total=TOTAL[lang], apart=dict([EXPERTS[lang]]),
    )  # fmt: skip
    return Intervals(
        table,
        AXIS[lang],
        lang,
        marks.simulated,
        title=TITLE[lang],
        levels=quoted([LEVELS[lang][code] for code in BOXES["low"]]),
        note=NOTE[lang],
        small=30,
        width=width,
    )


def options(rows: pd.DataFrame, lang: str = "fr", width: int = WIDE) -> Intervals:
    marks = Marks(rows, lang)
    levels = {code: f"{label}, {AXIS[lang]} {AXIS[lang]}" for code, label in LEVELS[lang].items()}
    codes = answer_order(values_of(rows), "preparation", list(levels), ordered=False)
    table = by_answer(marks, "preparation", {code: levels[code] for code in codes}, "all")
    title = TITLE[lang]
    return Intervals(table, AXIS[lang], lang, marks.simulated, title=title, small=30, width=width)


def means(rows: pd.DataFrame, lang: str = "fr", width: int = WIDE) -> Intervals:
    """The same rows as means of a number between 4 and 20."""
    rows = rows.copy()
    chosen = rows["level"] == "low"
    rows.loc[chosen, "unit"] = "number"
    for column in ("value", "lower", "upper"):
        rows.loc[chosen, column] *= 24
    return intervals(rows, lang, width)


def weights(_: Any = None, lang: str = "fr", width: int = WIDE) -> WeightsPicture:
    rng = np.random.Generator(np.random.PCG64(7))
    before = np.exp(rng.normal(0, 0.55, 640))
    after = np.clip(before / before.mean(), 0.3, 3)
    gaps = pd.DataFrame(
        [
            (variable, category, rng.normal(0, 2e-4), rng.normal(0, 6e-3))
            for variable, categories in MARGINS.items()
            for category in categories
        ],
        columns=["variable", "category", "before", "after"],
    )
    labels = {("profession", code): label for code, label in GROUPS[lang].items()}
    return WeightsPicture(
        before, after, gaps, VARIABLES[lang], labels, True, lang, (0.3, 3.0), width
    )


def bases(_: Any = None, lang: str = "fr", width: int = WIDE) -> FeasibleBases:
    reported = (Reported(32, "charts.reported.unknown"), Reported(1200, "charts.reported.sent"))
    names = {row.whose: row.whose for row in base_rows()} | {"press": "Press agency"}
    return FeasibleBases(base_rows(), LAST, lang, names, reported=reported, width=width)


def grid(_: Any = None, lang: str = "fr", width: int = WIDE) -> BaseGrid:
    """The numbers of people that give 67 and 33 on one question and 64 on another."""
    figures = (67, 33, 64)
    bases = frozenset(n for n in range(1, 101) if all(can_show(f, n) for f in figures))
    return BaseGrid(
        (("67", "33"), ("64",)),
        100,
        bases,
        bases | {*MISSING},
        lang,
        reported=(Reported(32, "charts.reported.unknown"),),
        width=width,
    )


def revised(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows, with those of an earlier version: each group's low share has moved a bit."""
    chosen = (rows["level"] == "low") & (rows["group"] != "expert")
    before = rows[chosen & (rows["suppressed"] == "")].copy()
    before["id"] = "revision." + before["id"] + ".before"
    before["value"] += [0.011 * step - 0.035 for step in range(len(before))]
    return pd.concat([rows, before], ignore_index=True)


def revision(rows: pd.DataFrame, lang: str = "fr", width: int = WIDE) -> Revision:
    return Revision(
        revised(rows),
        "preparation",
        "low",
        in_order(GROUPS[lang], rows),
        AXIS[lang],
        lang,
        TOTAL[lang],
        width,
    )


def with_a_suppressed_group(rows: pd.DataFrame) -> pd.DataFrame:
    levels = (*LEVELS["fr"], "low", "dont_know")
    return suppress(rows, [f"preparation.{level}.voice_artist" for level in levels])


def with_suppressed_levels(rows: pd.DataFrame) -> pd.DataFrame:
    """Both levels of a side, levels of both sides, and one alone (no register should have that)."""
    return suppress(
        rows,
        [
            *(f"preparation.{level}.producer" for level in ("none", "weak")),
            *(f"preparation.{level}.journalist" for level in ("medium", "good")),
            *(f"preparation.{level}.advertiser" for level in ("none", "good")),
            *(f"preparation.{level}.expert" for level in ("none", "medium", "good")),
            "preparation.medium.creator",
        ],
    )


def with_nothing(rows: pd.DataFrame) -> pd.DataFrame:
    """Everything withheld: no value in any row."""
    return suppress(rows, list(rows["id"]))


Draw = Callable[..., Any]


def by_id(sheet: Sheet, kind: str) -> dict[str, Mark]:
    """The shapes of a kind that show something, by its id (the last one drawn, where several)."""
    return {mark.id: mark for mark in sheet.marks if mark.id and mark.kind == kind}


def texts(sheet: Sheet) -> list[str]:
    return [word.text for word in sheet.words]


def on_one_scale(places: Iterable[tuple[float, float]]) -> float:
    """The pixels of an amount of one; every place (amount, x) must lie on the same scale."""
    known = sorted(set(places))
    (low, left), (high, right) = known[0], known[-1]
    unit = (right - left) / (high - low)
    for amount, x in known:
        assert abs(left + (amount - low) * unit - x) < 1e-6
    return unit


def in_order(groups: Mapping[str, str], rows: pd.DataFrame, level: str = "low") -> dict[str, str]:
    """The groups as charts are given them: by the number that is shown."""
    codes = group_order(values_of(rows), "preparation", level, list(groups), ordered=False)
    return {code: groups[code] for code in codes}
