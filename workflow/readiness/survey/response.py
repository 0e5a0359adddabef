"""Who answered: AAPOR rates with weights, R-indicators, balance of the sample on its frame.

AAPOR (2023), Standard Definitions, 10th edition, for the rates; Schouten, Cobben and Bethlehem
(2009) for the R-indicator; Shlomo, Skinner and Schouten (2012) for its adjustment for the size of
the sample.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.arrays import FloatArray
from readiness.errors import StatisticsError
from readiness.survey.specification import booleans, check_weights

DISPOSITIONS = (
    "complete",
    "partial",
    "refusal",
    "non_contact",
    "other",
    "unknown_household",
    "unknown_other",
    "ineligible",
)


def response_table(
    dispositions: Sequence[str] | npt.NDArray[Any], weights: npt.ArrayLike | None = None
) -> pd.DataFrame:
    """AAPOR's response rates RR1 to RR6, unweighted and weighted.

    Of the cases of unknown eligibility as many are taken to be eligible as of those whose
    eligibility is known (CASRO), for each column its own.

    Args:
        dispositions: how each sampled case ended, one of `DISPOSITIONS`.
        weights: base weight of each case; None: no weighted column.

    Returns:
        Columns `rate`, `unweighted`, and `weighted`; in 0-1, NaN where a rate has no case below the
        line.

    Raises:
        StatisticsError: an unknown disposition, no case, bad weights.
    """
    codes = np.asarray(dispositions, dtype=object)
    if codes.ndim != 1 or len(codes) == 0:
        raise StatisticsError("no sampled case: there is no response rate")
    unknown = [c for c in dict.fromkeys(codes.tolist()) if c not in DISPOSITIONS]
    if unknown:
        raise StatisticsError(
            f"disposition {unknown[0]!r} is unknown; expected one of {', '.join(DISPOSITIONS)}"
        )
    columns = {"unweighted": _compute_rates(codes, np.ones(len(codes)))}
    if weights is not None:
        w = np.asarray(weights, dtype=np.float64)
        if w.shape != codes.shape:
            raise StatisticsError(f"{w.size} weights for {len(codes)} sampled cases")
        check_weights(w)
        columns["weighted"] = _compute_rates(codes, w)
    return pd.DataFrame({"rate": [f"RR{i + 1}" for i in range(6)], **columns})


def _compute_rates(codes: npt.NDArray[Any], w: FloatArray) -> list[float]:
    count = {name: float(w[codes == name].sum()) for name in DISPOSITIONS}
    complete, answered = count["complete"], count["complete"] + count["partial"]
    known = answered + count["refusal"] + count["non_contact"] + count["other"]
    unknown = count["unknown_household"] + count["unknown_other"]
    e = _divide(known, known + count["ineligible"])
    # Without a known case e is not known, and where no case is unknown it does not matter.
    estimated = known + (e * unknown if unknown else 0.0)
    wholes = (known + unknown, estimated, known)
    return [_divide(part, whole) for whole in wholes for part in (complete, answered)]


def _divide(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def r_indicator(
    responded: npt.ArrayLike, x: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> tuple[float, bool]:
    """The R-indicator from a logit model of response on auxiliaries of the frame.

    1 - 2 sd of the estimated chances to answer, less the part of their variance that small samples
    add, in 0-1 (1: all answer with the same chance, as far as the auxiliaries tell); and whether
    what is left of the variance is more than what chance alone adds: else the indicator is near 1,
    or cut to it, whatever the truth.

    Args:
        responded: booleans (or 0/1) of the drawn cases, shape (n,).
        x: auxiliaries known of all of them, shape (n, p), without intercept.
        weights: design weights; None: equal.

    Raises:
        StatisticsError: nobody or everybody answered, missing or dependent auxiliaries, separation.
    """
    from readiness.survey.comparisons.covariates import refuse_separation
    from readiness.survey.comparisons.linear import refit

    answered = booleans(np.asarray(responded), "responded").astype(np.float64)
    matrix = np.asarray(x, dtype=np.float64)
    n = len(answered)
    if matrix.ndim != 2 or len(matrix) != n or not np.isfinite(matrix).all():
        raise StatisticsError(
            f"auxiliaries of shape {matrix.shape} for {n} cases, or missing values"
        )
    if np.ptp(answered) == 0:
        who = "everybody" if answered[0] else "nobody"
        raise StatisticsError(f"{who} answered: there are no propensities to estimate")
    w = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    check_weights(w)
    full = np.column_stack([np.ones(n), matrix])
    if np.linalg.matrix_rank(full) < full.shape[1]:
        raise StatisticsError("the auxiliaries depend on one another; leave one out")
    refuse_separation(
        answered.astype(np.int64),
        -matrix,
        2,
        [f"auxiliary {i + 1}" for i in range(matrix.shape[1])],
    )
    beta = refit(answered, matrix, w, "binomial", np.zeros(full.shape[1]))
    rho = 1 / (1 + np.exp(-(full @ beta)))
    size = float(w.sum())
    variance = float(w @ (rho - float(w @ rho / size)) ** 2 / size) * n / (n - 1)
    slope = (rho * (1 - rho))[:, None] * full
    inverse = np.linalg.inv((slope * (w / w.mean())[:, None]).T @ full)
    noise = float(np.einsum("ij,jk,ik,i->", slope, inverse, slope, w) / size)
    adjusted = max((1 + 1 / n) * variance - noise, 0.0)
    return 1 - 2 * float(np.sqrt(adjusted)), adjusted > noise


def balance(
    data: pd.DataFrame,
    totals: Mapping[str, Mapping[Any, float]],
    weights: Mapping[str, npt.ArrayLike],
) -> pd.DataFrame:
    """Shares of the frame's categories among the respondents, by each set of weights.

    Args:
        data: one row a respondent, with a column for each margin.
        totals: population total of each category, by variable.
        weights: sets of weights by name, such as `unweighted` (ones), `base` and `final`; each of
            one weight a respondent.

    Returns:
        One row a variable and category, in the order of the totals: `variable`, `category`,
        `population` (share in 0-1), `n`, and for each set its share.

    """
    sets = {name: np.asarray(w, dtype=np.float64) for name, w in weights.items()}
    rows: list[dict[str, Any]] = []
    for variable, by_category in totals.items():
        whole = float(sum(by_category.values()))
        for category, total in by_category.items():
            inside = (data[variable] == category).to_numpy(dtype=np.bool_)
            shares = {name: float(w[inside].sum() / w.sum()) for name, w in sets.items()}
            row = {"variable": variable, "category": category, "population": total / whole}
            rows.append({**row, "n": int(inside.sum()), **shares})
    return pd.DataFrame(rows)
