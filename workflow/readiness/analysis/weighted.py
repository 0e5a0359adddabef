"""The weighted design of a wave, from what the weight step leaves and the coded answers."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from readiness.patterns import SIGNIFICANT_DIGITS
from readiness.survey.design import Design, design
from readiness.survey.replicates import Kind, Replicates, StreamedReplicates
from readiness.tables import read_text_table


def replicates_beside(weights: Path) -> Path:
    """The replicate weights that belong to a `weights.csv`."""
    return weights.parent / "replicates.npz"


def replicates_file(replicates: Replicates | StreamedReplicates) -> bytes:
    """The content of `replicates.npz`."""
    buffer = io.BytesIO()
    np.savez(
        buffer,
        matrix=stored(replicates.matrix),
        scale=np.array(replicates.scale),
        rscales=replicates.rscales,
        kind=np.array(replicates.kind),
    )
    return buffer.getvalue()


def stored(values: np.ndarray) -> np.ndarray:
    """The numbers with as many digits as a table holds: the same bytes from any kernel of BLAS."""
    distinct, place = np.unique(values, return_inverse=True)
    texts = [format(value, f".{SIGNIFICANT_DIGITS}g") for value in distinct]
    return np.array(texts, dtype=np.float64)[place].reshape(values.shape)


def read_replicates(path: Path) -> Replicates:
    """What `replicates_file` wrote."""
    with np.load(path) as content:
        return Replicates(
            content["matrix"],
            float(content["scale"]),
            content["rscales"],
            kind=cast(Kind, str(content["kind"])),
        )


def read_weighted(
    answers: Path, weights: Path, apart: Collection[str]
) -> tuple[Design, pd.DataFrame]:
    """The design with replicate weights, and the answers of the groups counted apart.

    `answers` is the coded table of the validate step, `weights` the weight step's `weights.csv`
    with `replicates.npz` beside it; `apart` are codes of groups.
    """
    coded = read_text_table(answers, "the coded answers")
    final = read_text_table(weights, "the weights")
    made = weighted_design(coded, final, read_replicates(replicates_beside(weights)))
    return made, coded.loc[coded["group"].isin(list(apart))].reset_index(drop=True)


def weighted_design(coded: pd.DataFrame, weights: pd.DataFrame, replicates: Replicates) -> Design:
    """The design of those who have a weight; both tables as text, joined by `respondent`."""
    final = weights[["respondent", "stratum_population", "weight"]].astype(
        {"stratum_population": float, "weight": float}
    )
    table = final.merge(coded, on="respondent", how="left", validate="one_to_one")
    base = design(table, weights="weight", strata="stratum", fpc="stratum_population")
    return replace(base, replicates=replicates)
