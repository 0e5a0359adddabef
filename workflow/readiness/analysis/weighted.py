"""The weighted design of a wave, from what the weight step leaves and the coded answers."""

import io
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from readiness.patterns import SIGNIFICANT_DIGITS
from readiness.survey.coding import Codes
from readiness.survey.design import Design, design
from readiness.survey.replicates import Kind, Replicates
from readiness.survey.variance import Stage
from readiness.tables import read_text_table

# The columns of the weights that a design needs.
OF_A_WEIGHT = ("respondent", "stratum", "stratum_population", "weight")


def replicates_file(replicates: Replicates | None) -> bytes:
    """The content of `replicates.npz`: the weights, and the pattern of each row where rows share
    one; nothing but the names where nobody was weighted.
    """
    buffer = io.BytesIO()
    if replicates is None:
        replicates = Replicates(np.empty((0, 0)), 1.0, np.empty(0))
    content = {
        "matrix": round_as_stored(replicates.matrix),
        "scale": np.array(replicates.scale),
        "rscales": replicates.rscales,
        "kind": np.array(replicates.kind),
        **({"mse": np.array(True)} if replicates.mse else {}),
    }
    if replicates.pattern is not None:
        content["pattern"] = replicates.pattern
    np.savez(buffer, **content)  # type: ignore[arg-type]
    return buffer.getvalue()


def round_as_stored(values: np.ndarray) -> np.ndarray:
    """The numbers with as many digits as a table holds: the same bytes from any kernel of BLAS."""
    distinct, place = np.unique(values, return_inverse=True)
    texts = [format(value, f".{SIGNIFICANT_DIGITS}g") for value in distinct]
    return np.array(texts, dtype=np.float64)[place].reshape(values.shape)


def read_replicates(path: Path) -> Replicates:
    """What `replicates_file` wrote."""
    with np.load(path) as content:
        matrix, scale, rscales = content["matrix"], float(content["scale"]), content["rscales"]
        kind = cast(Kind, str(content["kind"]))
        mse, pattern = "mse" in content, content.get("pattern")
        return Replicates(matrix, scale, rscales, mse, kind, pattern)


def read_weighted(
    answers: Path, weights: Path, columns: Collection[str] | None = None
) -> tuple[Design, pd.DataFrame]:
    """The design with replicate weights, and the coded answers of all whose weight is not 0.

    `answers` is the coded table of the validate step, `weights` the weight step's `weights.csv`
    with `replicates.npz` beside it. `columns`: the answers and frame variables that are needed;
    all unless given.
    """
    wanted = None if columns is None else {"respondent", "group", "stratum", *columns}
    coded = read_text_table(answers, "the coded answers", columns=wanted)
    final = read_text_table(weights, "the weights", columns=OF_A_WEIGHT)
    nobody = final.loc[final["weight"].astype(float) == 0, "respondent"]
    design = weighted_design(coded, final, read_replicates(weights.parent / "replicates.npz"))
    # Of a million answers no copy is made where, as mostly, all stand for somebody.
    return design, coded[~coded["respondent"].isin(nobody)] if len(nobody) else coded


def weighted_design(coded: pd.DataFrame, weights: pd.DataFrame, replicates: Replicates) -> Design:
    """The design of those who have a weight; both tables as text, joined by `respondent`.

    Strata are those of the weighting. Without their populations no finite population counts.
    Where nobody has a weight it is a design of no rows, whose every base is empty.
    """
    final = weights[list(OF_A_WEIGHT)]
    finite = (final["stratum_population"] != "").all()
    numeric = {"weight": float, **({"stratum_population": float} if finite else {})}
    final = final.astype(numeric)
    known = coded.drop(columns="stratum", errors="ignore")
    # pandas takes long to find out what it takes moments to see.
    unique = final["respondent"].is_unique and known["respondent"].is_unique
    table = final.merge(
        known, on="respondent", how="left", validate=None if unique else "one_to_one"
    )
    if table.empty:
        nobody = Codes.rows(0)
        stage = Stage.make(nobody, nobody, None)
        return Design(table, np.empty(0), (stage,), np.empty(0, np.bool_), replicates=replicates)
    fpc = "stratum_population" if finite else None
    base = design(table, weights="weight", strata="stratum", fpc=fpc)
    return replace(base, replicates=replicates if replicates.matrix.size else None)
