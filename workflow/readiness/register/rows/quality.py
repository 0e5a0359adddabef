"""What was received, kept and excluded, and the choices of the analyst.

Ids: `quality.<quantity>.<group>`, `settings.<setting>`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from readiness.analysis.selection import Selection
from readiness.config import PERMUTATIONS, Figures
from readiness.register.figures import LEVEL, FigureRow

OF_A_LIST = ("unknown_invitation",)
"""Why submissions are not kept where there is a list of persons, and not otherwise."""


def quality_rows(
    counts: pd.DataFrame,
    issues: pd.DataFrame,
    selection: Selection,
    *,
    apart: Collection[str] = (),
) -> Iterator[FigureRow]:
    """What was received, kept and excluded; faults by rule.

    Where there is no list of persons, those who answered are all that were kept without the groups
    counted `apart`, and nobody was invited.
    """
    listed = bool(counts["quantity"].eq("invited").any())
    for row in counts.to_dict("records"):
        if row["quantity"] == "population" and not selection.population:
            continue
        if not listed and row["quantity"] in OF_A_LIST and not int(row["value"]):
            continue
        yield FigureRow(
            id=f"quality.{row['quantity']}.{row['group']}", kind="quality", unit="count",
            value=int(row["value"]), statistic=row["quantity"], group=row["group"],
        )  # fmt: skip
    value = {(r["quantity"], r["group"]): int(r["value"]) for r in counts.to_dict("records")}
    of_all = {
        quantity: sum(n for (counted, _), n in value.items() if counted == quantity)
        for quantity in ("answered", "invited")
    }
    if not listed:
        outside = sum(value.get(("kept", group), 0) for group in apart)
        of_all = {"answered": value["kept", "all"] - outside}
    for quantity, n in of_all.items():
        yield FigureRow(
            id=f"quality.{quantity}.all", kind="quality", unit="count", value=n,
            statistic=quantity, group="all",
        )  # fmt: skip
    for rule, found in issues.groupby("rule", sort=True):
        yield FigureRow(
            id=f"quality.issues.{rule}", kind="quality", unit="count", value=len(found),
            statistic="faults found", item=str(rule),
        )  # fmt: skip
    yield FigureRow(
        id="quality.issues.all", kind="quality", unit="count", value=len(issues),
        statistic="faults found",
    )  # fmt: skip


def everybody_answered(counts: pd.DataFrame) -> bool:
    """Whether everyone of the population was asked and answered, by the counts of the checks.

    Without a list of the population that is not known.
    """
    asked = counts[counts["quantity"].isin(["population", "answered"])]
    if asked.empty:
        return False
    by_stratum = asked.pivot(index="group", columns="quantity", values="value").astype(float)
    return bool((by_stratum["answered"] >= by_stratum["population"]).all())


def settings_rows(level: float, rules: Figures, selection: Selection) -> Iterator[FigureRow]:
    """Choices of the analyst that a reader must know to read the numbers."""
    if selection.intervals:
        yield FigureRow(
            id=LEVEL, kind="setting", unit="share", value=level,
            statistic="confidence level of the intervals",
        )  # fmt: skip
    if selection.p_values:
        yield FigureRow(
            id="settings.permutations", kind="setting", unit="count", value=PERMUTATIONS,
            statistic="draws of the permutation tests",
        )  # fmt: skip
    yield FigureRow(
        id="settings.reliable_base", kind="setting", unit="base", value=rules.reliable_base,
        statistic="smallest base of a published weighted share",
    )  # fmt: skip
    yield FigureRow(
        id="settings.minimum_base", kind="setting", unit="base", value=rules.minimum_base,
        statistic="smallest published number of answers, of a cell or a base",
    )  # fmt: skip
