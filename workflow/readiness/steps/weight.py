"""Weight: rake the professionals to the frame's margins, trim, replicate, report.

Experts have no frame: they get no weight and stay outside every total.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from readiness.config import Weight, parse_json
from readiness.errors import DataError
from readiness.patterns import SIGNIFICANT_DIGITS
from readiness.questionnaire import load_questionnaire
from readiness.readers import read_margins
from readiness.steps.common import Outputs, add_step_arguments, log
from readiness.survey import Trim, Weighting, design, weigh
from readiness.survey.replicates import Kind
from readiness.tables import read_text_table


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "answers", "counts", "questionnaire", "margins")


def professionals(answers: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """The weighted part of the coded answers, with base weights and stratum populations.

    `answers` and `counts` are the tables of the validate step; adds the numeric columns
    `base_weight` (> 0) and `stratum_population` (persons on the frame in the stratum).
    """
    table = answers.loc[answers["group"] == "professional"].reset_index(drop=True)
    population = counts.loc[counts["quantity"] == "population"].set_index("group")["value"]
    table["base_weight"] = table["base_weight"].astype(float)
    table["stratum_population"] = table["stratum"].map(population.astype(float))
    return table


def weight(
    table: pd.DataFrame, margins: Mapping[str, Mapping[str, float]], settings: Weight
) -> tuple[Weighting, np.ndarray]:
    """The weighting of `table` (from `professionals`) and the raked weights before trimming.

    The finite population counts: a stratum with 20 of its 120 people leaves less to chance than
    one with 20 of 4,200. Standard errors rest on a jackknife, each replicate raked and trimmed.
    """
    base = design(table, weights="base_weight", strata="stratum", fpc="stratum_population")
    raking = {"tolerance": settings.tolerance, "max_iterations": settings.max_iterations}
    raked = weigh(base, margins, **raking).weights  # type: ignore[arg-type]
    trim = Trim(settings.trim.lower, settings.trim.upper) if settings.trim else None
    # After trimming, weigh() chooses: a jackknife, or a bootstrap where there are too many PSUs.
    kind: Kind | None = None if trim else "JKn"
    weighting = weigh(base, margins, trim=trim, replicates=kind, **raking)  # type: ignore[arg-type]
    return weighting, raked


def _replicates(weighting: Weighting) -> bytes:
    replicates = weighting.design.replicates
    assert replicates is not None
    buffer = io.BytesIO()
    np.savez(
        buffer,
        matrix=_stored(replicates.matrix),
        scale=np.array(replicates.scale),
        rscales=replicates.rscales,
        kind=np.array(replicates.kind),
    )
    return buffer.getvalue()


def _stored(values: np.ndarray) -> np.ndarray:
    """The numbers with as many digits as a table holds: the same bytes from any kernel of BLAS."""
    distinct, place = np.unique(values, return_inverse=True)
    texts = [format(value, f".{SIGNIFICANT_DIGITS}g") for value in distinct]
    return np.array(texts, dtype=np.float64)[place].reshape(values.shape)


def _margins_met(
    margins: Mapping[str, Mapping[str, float]], table: pd.DataFrame, path: Path
) -> None:
    """Every margin category needs a respondent: DataError naming the first that has none."""
    for variable, totals in margins.items():
        answered = set(table[variable])
        for category, total in totals.items():
            if total > 0 and category not in answered:
                raise DataError(
                    f"{path}: {variable} = {category} has a total of {total:g} but no respondent.\n"
                    "Merge the category with another one in a new version of the margins file."
                )


def run(arguments: argparse.Namespace) -> int:
    """Write `weights.csv`, `replicates.npz`, `margins.csv`, `summary.csv`, `iterations.csv`."""
    settings = parse_json(Weight, arguments.settings)
    questionnaire = load_questionnaire(arguments.questionnaire)
    margins = read_margins(arguments.margins, questionnaire)
    table = professionals(
        read_text_table(arguments.answers, "the coded answers"),
        read_text_table(arguments.counts, "the counts"),
    )
    _margins_met(margins, table, arguments.margins)
    weighting, raked = weight(table, margins, settings)
    weights = table[["respondent", "stratum", "stratum_population", "base_weight"]].assign(
        raked_weight=raked, weight=weighting.weights
    )
    summary = pd.concat(
        [
            weighting.report.to_frame(),
            pd.DataFrame({"measure": ["trimmed"], "final": [float(weighting.report.trimmed)]}),
        ]
    )
    outputs = Outputs("weight", arguments.out)
    outputs.csv("weights.csv", weights)
    outputs.csv("margins.csv", _with_raked(weighting.report.margins, table, raked))
    outputs.csv("summary.csv", summary)
    outputs.csv("iterations.csv", weighting.report.iterations)
    outputs.file("replicates.npz", _replicates(weighting))
    outputs.finish(
        code=arguments.code,
        settings=settings.model_dump(),
        inputs={
            "answers": arguments.answers,
            "counts": arguments.counts,
            "questionnaire": arguments.questionnaire,
            "margins": arguments.margins,
        },
    )
    log.info("weighted: %s", "; ".join(weighting.report.method))
    return 0


def _with_raked(margins: pd.DataFrame, table: pd.DataFrame, raked: np.ndarray) -> pd.DataFrame:
    """The margin table with the weighted totals after raking and before trimming."""
    totals = [
        float(raked[(table[variable] == category).to_numpy()].sum())
        for variable, category in zip(margins["variable"], margins["category"], strict=True)
    ]
    return margins.assign(raked=totals)
