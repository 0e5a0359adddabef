"""The weighting of a wave. Ids: `weighting.<measure>`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from readiness.analysis.selection import Selection
from readiness.facts import Fact, Quantity, of_domain
from readiness.register.figures import FigureRow

WEIGHTS = "weighting"
"""What the ids of the weighting's numbers begin with."""
STEPS: Mapping[str, Mapping[str, str]] = {
    "none": {"n": "answers"},
    "merged": {"least": "least"},
    "dropped_small": {"least": "least"},
    "inside": {"lower": "smallest", "upper": "largest"},
    "bounded": {"lower": "smallest", "upper": "largest", "n": "trimmed"},
    "trimmed": {"lower": "smallest", "upper": "largest", "n": "trimmed", "gap": "moved"},
    "jackknife": {"n": "replicates"},
    "groups": {"n": "replicates"},
    "linear": {"n": "linear"},
}
"""The numbers that the steps of a weighting state: the measure of each value, by kind of step."""
UNWEIGHTED = "unweighted"
"""The step of a weighting that makes no weights."""
OF_PRECISION = ("jackknife", "groups", "linear")
"""The steps that speak of standard errors: nothing to say where the selection gives none."""
MEASURES = {
    "answers": "answers, of which nothing could be weighted",
    "least": "respondents that a category of the margins needs",
    "smallest": "limit of the weights, in mean weights",
    "largest": "limit of the weights, in mean weights",
    "moved": "largest relative gap of a margin after trimming",
    "replicates": "replicates behind standard errors",
    "linear": "replicates that were calibrated linearly",
}


def step_name(fact: Fact) -> str:
    """The last part of a step's kind."""
    return fact.kind.rpartition(".")[2]


def numbers_of(fact: Fact) -> dict[str, str]:
    """The id of each number that a step of the weighting states, by the name of its value."""
    return {
        name: f"{WEIGHTS}.{measure}" for name, measure in STEPS.get(step_name(fact), {}).items()
    }


def are_weighted(steps: pd.DataFrame) -> bool:
    """Whether answers have weights, by what was done (`steps`: column `fact`): else each counts
    once, and nothing is to tell of weights."""
    done = (step_name(of_domain(text, "weighting")) for text in steps["fact"])
    return UNWEIGHTED not in done


def weighting_rows(
    summary: pd.DataFrame,
    steps: pd.DataFrame,
    margins: pd.DataFrame,
    selection: Selection,
    *,
    simulated: bool,
) -> Iterator[FigureRow]:
    """The weighting report: spread of the weights, effective n, what is left of each margin, and
    the numbers of the steps (`steps`: column `fact`, JSON).

    The margins of a `simulated` wave are a scenario, and their rows say so. Where nobody could be
    weighted there are only the steps.
    """
    if len(summary):
        yield from _summary_rows(summary, selection)
    yield from _margin_rows(margins, simulated=simulated)
    yield from _step_rows(steps, selection)


def _summary_rows(summary: pd.DataFrame, selection: Selection) -> Iterator[FigureRow]:
    shown = {"n": ("base", 0), "cv": ("number", 2), "trimmed": ("count", 0)}
    if selection.intervals:
        shown |= {"kish_deff": ("number", 2), "n_eff": ("count", 0)}
    final = {row["measure"]: float(row["final"]) for row in summary.to_dict("records")}
    for measure, (unit, digits) in shown.items():
        yield FigureRow(
            id=f"{WEIGHTS}.{measure}", kind="weighting", unit=unit, value=final[measure],
            statistic=measure, digits=digits,
        )  # fmt: skip
    mean = final["total"] / final["n"]
    for measure in ("minimum", "maximum"):
        yield FigureRow(
            id=f"{WEIGHTS}.{measure}", kind="weighting", unit="number", digits=2,
            value=final[measure] / mean, statistic=f"{measure}, in mean weights",
        )  # fmt: skip


def _margin_rows(margins: pd.DataFrame, *, simulated: bool) -> Iterator[FigureRow]:
    target = "target share (scenario)" if simulated else "target share"
    for row in margins.to_dict("records"):
        total = margins.loc[margins["variable"] == row["variable"], "target"].astype(float).sum()
        for suffix, column, statistic in (
            ("", "final", "share after trimming minus target"),
            (".raked", "raked", "share after raking minus target"),
        ):
            yield FigureRow(
                id=f"{WEIGHTS}.gap.{row['variable']}.{row['category']}{suffix}",
                kind="weighting", unit="points", digits=2, statistic=statistic,
                value=(float(row[column]) - float(row["target"])) / total,
                item=row["variable"], level=row["category"], n=int(row["n"]),
            )  # fmt: skip
        yield FigureRow(
            id=f"{WEIGHTS}.target.{row['variable']}.{row['category']}", kind="weighting",
            unit="share", digits=1, value=float(row["target"]) / total, item=row["variable"],
            level=row["category"], statistic=target, n=int(row["n"]),
        )  # fmt: skip


def _step_rows(steps: pd.DataFrame, selection: Selection) -> Iterator[FigureRow]:
    told: set[str] = set()
    for fact in (of_domain(text, "weighting") for text in steps["fact"]):
        if step_name(fact) in OF_PRECISION and not selection.intervals:
            continue
        for name, identity in numbers_of(fact).items():
            measure = identity.partition(".")[2]
            value = fact.values[name]
            if measure not in MEASURES or identity in told:
                continue  # the summary has it, or an earlier step
            told.add(identity)
            unit, digits, number = _number(value)
            yield FigureRow(
                id=identity, kind="weighting", unit=unit, digits=digits, value=number,
                statistic=MEASURES[measure],
            )  # fmt: skip


def _number(value: object) -> tuple[str, int, float | int]:
    if isinstance(value, Quantity):
        return value.unit, value.digits, float(value.value)
    assert isinstance(value, int)
    return "count", 0, value
