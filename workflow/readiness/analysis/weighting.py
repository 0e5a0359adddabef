"""From the kept answers to weights: base weights, raking to the margins, trimming, replicates.

Groups counted apart have no frame: they get no weight and stay outside every total.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from readiness.config import Trim as TrimSettings
from readiness.config import Weight
from readiness.errors import DataError
from readiness.survey import Trim, Weighting, design, weigh
from readiness.survey.replicates import Kind

Margins = Mapping[str, Mapping[str, float]]
"""Persons by variable and category."""


def weighted_part(
    answers: pd.DataFrame, counts: pd.DataFrame, apart: Collection[str]
) -> pd.DataFrame:
    """The weighted part of the coded answers, with base weights and stratum populations.

    `answers` and `counts` are the tables of the validate step, `apart` the codes of the groups that
    are counted apart; adds the numeric columns `base_weight` (> 0) and `stratum_population`
    (persons on the frame in the stratum).
    """
    table = answers.loc[~answers["group"].isin(list(apart))].reset_index(drop=True)
    population = counts.loc[counts["quantity"] == "population"].set_index("group")["value"]
    table["base_weight"] = table["base_weight"].astype(float)
    table["stratum_population"] = table["stratum"].map(population.astype(float))
    return table


def margins_met(margins: Margins, table: pd.DataFrame, source: object) -> None:
    """Every margin category needs a respondent: DataError naming the first that has none."""
    for variable, totals in margins.items():
        answered = set(table[variable])
        for category, total in totals.items():
            if total > 0 and category not in answered:
                raise DataError(
                    f"{source}: {variable} = {category} has a total of {total:g} but no "
                    "respondent.\n"
                    "Merge the category with another one in a new version of the margins file."
                )


def bounds(settings: TrimSettings | None) -> Trim | None:
    """The bounds of a configuration, or None where the weights have none."""
    return None if settings is None else Trim(settings.lower, settings.upper)


def weight(table: pd.DataFrame, margins: Margins, settings: Weight) -> tuple[Weighting, np.ndarray]:
    """The weighting of `table` (from `weighted_part`) and the raked weights before trimming.

    The finite population counts: a stratum with 20 of its 120 people leaves less to chance than
    one with 20 of 4,200. Standard errors rest on a jackknife, each replicate raked and trimmed.
    """
    base = design(table, weights="base_weight", strata="stratum", fpc="stratum_population")
    raking = {"tolerance": settings.tolerance, "max_iterations": settings.max_iterations}
    raked = weigh(base, margins, **raking).weights  # type: ignore[arg-type]
    trim = bounds(settings.trim)
    # After trimming, weigh() chooses: a jackknife, or a bootstrap where there are too many PSUs.
    kind: Kind | None = None if trim else "JKn"
    weighting = weigh(base, margins, trim=trim, replicates=kind, **raking)  # type: ignore[arg-type]
    return weighting, raked


def weights_table(table: pd.DataFrame, weighting: Weighting, raked: np.ndarray) -> pd.DataFrame:
    """One row a weighted respondent: stratum, its population, base, raked and final weight."""
    known = table[["respondent", "stratum", "stratum_population", "base_weight"]]
    return known.assign(raked_weight=raked, weight=weighting.weights)


def margins_table(table: pd.DataFrame, weighting: Weighting, raked: np.ndarray) -> pd.DataFrame:
    """The margins of the report, with the weighted totals after raking and before trimming."""
    margins = weighting.report.margins
    totals = [
        float(raked[(table[variable] == category).to_numpy()].sum())
        for variable, category in zip(margins["variable"], margins["category"], strict=True)
    ]
    return margins.assign(raked=totals)


def summary_table(weighting: Weighting) -> pd.DataFrame:
    """The measures of the report, and how many weights were trimmed."""
    trimmed = {"measure": ["trimmed"], "final": [float(weighting.report.trimmed)]}
    return pd.concat([weighting.report.to_frame(), pd.DataFrame(trimmed)])
