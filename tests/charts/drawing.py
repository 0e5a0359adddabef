"""The charts of the sample register, in any language and width, and what a figure holds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from register_sample import DONT_KNOW, EXPERTS, GROUPS, LEVELS, MISSING, TOTAL, can_show, suppress

from readiness.charts.bases import cells_chart
from readiness.charts.figures import DrawnFigures, GroupLabels, quote_labels
from readiness.charts.intervals import by_answer, by_group
from readiness.charts.intervals import intervals as draw_intervals
from readiness.charts.levels import Levels, level_bars
from readiness.charts.picture import Picture
from readiness.charts.rows import Rows
from readiness.charts.sheet import Drawing, Mark
from readiness.forensics.judging.study import LeadBases, ReportedBase
from readiness.register.figures import answer_order, group_order, values_of

TITLE = {"fr": "Préparation", "ar": "الاستعداد"}
AXIS = {"fr": "Préparation jugée inexistante ou faible", "ar": "استعداد منعدم أو ضعيف"}
NOTE = {
    "fr": "Intervalles sous l’hypothèse que les répondants ressemblent aux autres.",
    "ar": "مجالات بافتراض أن المجيبين يشبهون غيرهم.",
}
BOXES = {"low": ("none", "weak")}


def groups_of(rows: pd.DataFrame, lang: str = "fr") -> GroupLabels:
    return GroupLabels(in_order(GROUPS[lang], rows), TOTAL[lang], dict([EXPERTS[lang]]))


def levels_of(lang: str = "fr", **more: Any) -> Levels:
    options: dict[str, Any] = {"boxes": BOXES, "dont_know": DONT_KNOW[lang]} | more
    return Levels("preparation", TITLE[lang], LEVELS[lang], **options)


def bars(
    rows: pd.DataFrame, lang: str = "fr", groups: GroupLabels | None = None, **more: Any
) -> Picture:
    groups = groups or groups_of(rows, lang)
    return level_bars(DrawnFigures(rows, lang), levels_of(lang, **more), groups, small=30)


def stacked(rows: pd.DataFrame, lang: str = "fr") -> Picture:
    return bars(rows, lang, ordered=False, boxes={})


def intervals(rows: pd.DataFrame, lang: str = "fr", title: str = "", axis: str = "") -> Picture:
    figures = DrawnFigures(rows, lang)
    return draw_intervals(
        figures,
        by_group(figures, "preparation", "low", groups_of(rows, lang)),
        axis or AXIS[lang],
        title=title or TITLE[lang],
        levels=quote_labels([LEVELS[lang][code] for code in BOXES["low"]]),
        note=NOTE[lang],
        small=30,
    )


def options(rows: pd.DataFrame, lang: str = "fr") -> Picture:
    figures = DrawnFigures(rows, lang)
    levels = {code: f"{label}, {AXIS[lang]} {AXIS[lang]}" for code, label in LEVELS[lang].items()}
    codes = answer_order(values_of(rows), "preparation", list(levels), ordered=False)
    table = by_answer(figures, "preparation", {code: levels[code] for code in codes}, "all")
    return draw_intervals(figures, table, AXIS[lang], title=TITLE[lang], small=30)


def means(rows: pd.DataFrame, lang: str = "fr") -> Picture:
    """The same rows as means of a number between 4 and 20."""
    rows = rows.copy()
    chosen = rows["level"] == "low"
    rows.loc[chosen, "unit"] = "number"
    for column in ("value", "lower", "upper"):
        rows.loc[chosen, column] *= 24
    return intervals(rows, lang)


def grid(_: Any = None, lang: str = "fr", last: int = 100) -> Picture:
    """The numbers of people that give 67 and 33 on one question and 64 on another."""
    figures = (67, 33, 64)
    bases = tuple(n for n in range(1, 101) if all(can_show(f, n) for f in figures))
    printed = (("67", "33"), ("64",))
    found = LeadBases(
        "", (), printed, last, bases, (*bases, *MISSING), 1, (ReportedBase(32, "press", "unknown"),)
    )
    return cells_chart(found, lang)


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


def by_id(sheet: Drawing, kind: str) -> dict[str, Mark]:
    """The shapes of a kind that show something, by its id (the last one drawn, where several)."""
    return {mark.id: mark for mark in sheet.marks if mark.id and mark.kind == kind}


def rows_of(picture: Picture) -> Sequence[Any]:
    """The rows of a picture's one panel of them."""
    return next(panel.rows for panel in picture.panels if isinstance(panel, Rows))


def texts(sheet: Drawing) -> list[str]:
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
