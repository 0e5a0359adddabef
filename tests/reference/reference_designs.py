"""The designs of the reference, built with our own `design`."""

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.survey import Design, design, with_replicates

FIXTURES = Path(__file__).parent / "fixtures"


@functools.cache
def reference() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / "reference.json").read_text("utf-8"))
    return loaded


@functools.cache
def table(name: str) -> pd.DataFrame:
    return pd.read_csv(FIXTURES / "data" / name)


def of_case(case: dict[str, Any]) -> tuple[pd.DataFrame, Design | None]:
    """The data and the design of a case, as far as it has them."""
    if case["design"] in reference()["designs"]:
        made = taylor(case["design"])
        return made.data, made
    csv = case["args"].get("csv") if isinstance(case["args"], dict) else None
    return (table(csv) if csv else pd.DataFrame()), None


@functools.cache
def taylor(name: str, **options: Any) -> Design:
    spec = reference()["designs"][name]
    frame = table(spec["csv"])
    weights = spec["weights"]
    if isinstance(weights, str) and weights.startswith("implied"):
        weights = None
    made = design(
        frame,
        weights=weights,
        strata=spec.get("strata"),
        psu=spec.get("psu"),
        fpc=spec.get("fpc"),
        nest=spec.get("nest", name == "scd"),
        **options,
    )
    if "domain" in spec:
        made = made.subset(frame["HI_CHOL"].notna() & (frame["agecat"] > 1))
    return made


def replicated(name: str, result: dict[str, Any]) -> Design:
    """The replicate design whose weights R wrote down."""
    weights = table(result["csv"]).to_numpy()
    return with_replicates(
        taylor(name),
        weights,
        scale=result["scale"],
        rscales=np.atleast_1d(result["rscales"]),
        combined=result["combined_weights"],
        mse=result["mse"],
    )


def close(actual: npt.ArrayLike, expected: npt.ArrayLike, relative: float = 1e-8) -> None:
    """Equal within a relative tolerance, scaled by the largest expected value of the vector.

    A covariance that is 0 up to rounding in R is 0 up to rounding here.
    """
    wanted = np.atleast_1d(np.asarray(expected, dtype=float))
    got = np.asarray(actual, dtype=float).reshape(wanted.shape)
    floor = relative * 1e-6 * max(1e-300, float(np.nanmax(np.abs(wanted))))
    np.testing.assert_allclose(got, wanted, rtol=relative, atol=floor)
