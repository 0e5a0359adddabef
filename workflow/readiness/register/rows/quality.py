"""What was received, kept and excluded, and the choices of the analyst.

Ids: `quality.<quantity>.<group>`, `settings.<setting>`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from readiness.analysis.selection import Selection
from readiness.config import Figures
from readiness.register.figures import LEVEL, FigureRow

OF_A_LIST = ("unknown_invitation",)
"""Why submissions are not kept where there is a list of persons, and not otherwise."""


def quality_rows(
    counts: pd.DataFrame,
    issues: pd.DataFrame,
    selection: Selection,
    *,
    rates_too: bool = True,
    apart: Collection[str] = (),
) -> Iterator[FigureRow]:
    """What was received, kept and excluded; faults by rule.

    Where there is no list of persons, those who answered are all that were kept without the groups
    counted `apart`, and nobody was invited. `rates_too`: the one response rate of the first
    edition, beside which there are no others.
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
    strata = sorted(group for quantity, group in value if quantity == "invited")
    rates = {s: (value["answered", s], value["invited", s]) for s in strata}
    rates["all"] = (sum(a for a, _ in rates.values()), sum(i for _, i in rates.values()))
    if not strata:
        outside = sum(value.get(("kept", group), 0) for group in apart)
        rates = {"all": (value["kept", "all"] - outside, 0)}
    for quantity, place in (("answered", 0), ("invited", 1)) if strata else (("answered", 0),):
        yield FigureRow(
            id=f"quality.{quantity}.all", kind="quality", unit="count", value=rates["all"][place],
            statistic=quantity, group="all",
        )  # fmt: skip
    told = rates_too and selection.response_rate and bool(strata)
    for stratum, (answered, invited) in rates.items() if told else ():
        yield FigureRow(
            id=f"quality.response_rate.{stratum}", kind="quality", unit="share", digits=1,
            value=answered / invited, statistic="AAPOR RR1: answered / invited", group=stratum,
            n=invited,
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


def settings_rows(
    level: float, permutations: int, rules: Figures, selection: Selection
) -> Iterator[FigureRow]:
    """Choices of the analyst that a reader must know to read the numbers."""
    if selection.intervals:
        yield FigureRow(
            id=LEVEL, kind="setting", unit="share", value=level,
            statistic="confidence level of the intervals",
        )  # fmt: skip
    if selection.p_values:
        yield FigureRow(
            id="settings.permutations", kind="setting", unit="count", value=permutations,
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
