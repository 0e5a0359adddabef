"""The weighted design of a wave, read back from the files of the weight step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from readiness.survey.design import Design, design
from readiness.survey.replicates import Kind, Replicates
from readiness.tables import read_text_table


def replicates_beside(weights: Path) -> Path:
    """The replicate weights that belong to a `weights.csv`."""
    return weights.parent / "replicates.npz"


def read_weighted(answers: Path, weights: Path) -> tuple[Design, pd.DataFrame]:
    """The professionals' design with replicate weights, and the experts' answers.

    `answers` is the coded table of the validate step, `weights` the weight step's `weights.csv`
    with `replicates.npz` beside it.
    """
    coded = read_text_table(answers, "the coded answers")
    final = read_text_table(weights, "the weights")
    final = final[["respondent", "stratum_population", "weight"]].astype(
        {"stratum_population": float, "weight": float}
    )
    table = final.merge(coded, on="respondent", how="left", validate="one_to_one")
    base = design(table, weights="weight", strata="stratum", fpc="stratum_population")
    with np.load(replicates_beside(weights)) as stored:
        replicates = Replicates(
            stored["matrix"],
            float(stored["scale"]),
            stored["rscales"],
            kind=cast(Kind, str(stored["kind"])),
        )
    experts = coded.loc[coded["group"] == "expert"].reset_index(drop=True)
    return replace(base, replicates=replicates), experts
