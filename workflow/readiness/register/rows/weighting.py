"""The weighting of a wave. Ids: `weighting.<measure>`."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from readiness.analysis.selection import Selection
from readiness.register.figures import FigureRow


def weighting_rows(
    summary: pd.DataFrame, margins: pd.DataFrame, selection: Selection, *, simulated: bool
) -> Iterator[FigureRow]:
    """The weighting report: spread of the weights, effective n, what is left of each margin.

    The margins of a `simulated` wave are a scenario, and their rows say so.
    """
    target = "target share (scenario)" if simulated else "target share"
    shown = {"n": ("base", 0), "cv": ("number", 2), "trimmed": ("count", 0)}
    if selection.intervals:
        shown |= {"kish_deff": ("number", 2), "n_eff": ("count", 0)}
    final = {row["measure"]: float(row["final"]) for row in summary.to_dict("records")}
    for measure, (unit, digits) in shown.items():
        yield FigureRow(
            id=f"weighting.{measure}", kind="weighting", unit=unit, value=final[measure],
            statistic=measure, digits=digits,
        )  # fmt: skip
    mean = final["total"] / final["n"]
    for measure in ("minimum", "maximum"):
        yield FigureRow(
            id=f"weighting.{measure}", kind="weighting", unit="number", digits=2,
            value=final[measure] / mean, statistic=f"{measure}, in mean weights",
        )  # fmt: skip
    for row in margins.to_dict("records"):
        total = margins.loc[margins["variable"] == row["variable"], "target"].astype(float).sum()
        for suffix, column, statistic in (
            ("", "final", "share after trimming minus target"),
            (".raked", "raked", "share after raking minus target"),
        ):
            yield FigureRow(
                id=f"weighting.gap.{row['variable']}.{row['category']}{suffix}",
                kind="weighting", unit="points", digits=2, statistic=statistic,
                value=(float(row[column]) - float(row["target"])) / total,
                item=row["variable"], level=row["category"], n=int(row["n"]),
            )  # fmt: skip
        yield FigureRow(
            id=f"weighting.target.{row['variable']}.{row['category']}", kind="weighting",
            unit="share", digits=1, value=float(row["target"]) / total, item=row["variable"],
            level=row["category"], statistic=target, n=int(row["n"]),
        )  # fmt: skip
