"""Effects that nonresponse could have on an estimate: bounds without, ranges with assumptions.

Item nonresponse: the share if every blank were a no, or every one a yes (Manski 1989; Horowitz and
Manski 2000). The bounds need no assumption, so they are wide, and no narrower claim is safe without
one.

Unit nonresponse and opt-in: the proxy pattern-mixture model. A proxy X of the answer is predicted
from auxiliaries Z whose population means the frame gives; phi in 0-1, which cannot be estimated, is
the degree to which selection depends on the answer rather than on the proxy. SMUB is the bias of a
mean in standard deviations (Little, West, Boonstra and Hu 2020), MUBP that of a proportion through
a normal latent variable (Andridge and others 2019; Andridge and Little 2011).

Response: rates with weights (AAPOR 2023, Standard Definitions, 10th edition), the R-indicator
(Schouten, Cobben and Bethlehem 2009; for small samples Shlomo, Skinner and Schouten 2012).
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.ground.arrays import FloatArray
from readiness.ground.errors import StatisticsError
from readiness.survey.design import Column, Design
from readiness.survey.estimates.proportions import proportion_estimates, proportion_table
from readiness.survey.intervals import Interval
from readiness.survey.specification import booleans, check_weights

DISPOSITIONS = (
    *("complete", "partial", "refusal", "non_contact", "other"),
    *("unknown_household", "unknown_other", "ineligible"),
)


def response_table(
    dispositions: Sequence[str] | npt.NDArray[Any], weights: npt.ArrayLike | None = None
) -> pd.DataFrame:
    """Return AAPOR's response rates RR1 to RR6, unweighted and weighted.

    Cases of unknown eligibility are taken to be eligible at the rate of the cases whose eligibility
    is known (CASRO), separately for each column.

    Args:
        dispositions: final disposition of each sampled case, one of `DISPOSITIONS`.
        weights: base weight of each case; None: no weighted column.

    Returns columns `rate`, `unweighted`, and `weighted`; in 0-1, NaN where a rate has no case in
    its denominator.

    Raises StatisticsError: an unknown disposition, no case, invalid weights.
    """
    codes = np.asarray(dispositions, dtype=object)
    if codes.ndim != 1 or len(codes) == 0:
        raise StatisticsError("no sampled case: there is no response rate")
    if unknown := [c for c in dict.fromkeys(codes.tolist()) if c not in DISPOSITIONS]:
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
    """Return RR1 to RR6 of weighted cases, in this order."""
    count = {name: float(w[codes == name].sum()) for name in DISPOSITIONS}
    complete, answered = count["complete"], count["complete"] + count["partial"]
    known_eligible = answered + count["refusal"] + count["non_contact"] + count["other"]
    unknown = count["unknown_household"] + count["unknown_other"]
    e = _divide(known_eligible, known_eligible + count["ineligible"])
    # Without a known case e is unknown, and where no case is unknown e is not needed.
    wholes = (
        known_eligible + unknown,
        known_eligible + (e * unknown if unknown else 0.0),
        known_eligible,
    )
    return [_divide(part, whole) for whole in wholes for part in (complete, answered)]


def _divide(part: float, whole: float) -> float:
    """Return a ratio, NaN for a denominator of 0."""
    return part / whole if whole > 0 else float("nan")


def r_indicator(
    responded: npt.ArrayLike, x: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> tuple[float, bool]:
    """Return the R-indicator from a logit model of response on auxiliaries of the frame.

    1 - 2 sd of the estimated response propensities, less the part of their variance that small
    samples add, in 0-1 (1: equal propensities, as far as the auxiliaries show); and whether the
    rest of the variance is more than chance alone adds: otherwise the indicator is near 1, or cut
    to 1, whatever the truth.

    `responded`: booleans (or 0/1) of the drawn cases, shape (n,). `x`: auxiliaries known of all
    cases, shape (n, p), without intercept. `weights`: design weights; None: equal.

    Raises StatisticsError: nobody or everybody answered, missing or dependent auxiliaries,
    separation.
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
    names = [f"auxiliary {i + 1}" for i in range(matrix.shape[1])]
    refuse_separation(answered.astype(np.int64), -matrix, 2, names)
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
    """Return the shares of the frame's categories among the respondents, by each set of weights.

    `data`: one row per respondent, with a column for each margin. `totals`: population total of
    each category, by variable. `weights`: sets of weights by name, such as `unweighted` (ones),
    `base` and `final`; one weight per respondent in each.

    Returns one row per variable and category, in the order of the totals: `variable`, `category`,
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


PHI = (0.0, 0.5, 1.0)
# Largest absolute latent correlation with the proxy that the search considers.
MOST_CORRELATED = 0.99


def worst_case(
    design: Design,
    answers: Column,
    *,
    asked: npt.ArrayLike | None = None,
    level: float = 0.95,
    interval: Interval = "korn-graubard",
) -> dict[str, float]:
    """Return bounds of a share without assumptions about people who were asked and did not answer.

    `design`: the design, or a domain of it. `answers`: 1 (yes), 0 (no); missing: asked and no
    answer, or "don't know". `asked`: booleans, who was asked; None: the whole domain. `level`: of
    the limits that cover sampling as well. `interval`: kind of interval of a share.

    Returns `estimate` (share of respondents with an answer), `worst_lower` and `worst_upper` (every
    blank a no, a yes), `limit_lower` and `limit_upper`: the lower limit of the first and the upper
    limit of the second; shares in 0-1. The limits cover the population's share with at least
    `level` whatever the blanks would have been.

    Raises StatisticsError: another value than 1 and 0, nobody asked, nobody answered.
    """
    values = design.numeric(answers, "the answers")
    base = design if asked is None else design.subset(asked)

    def estimate(blank: float) -> "pd.Series[Any]":
        estimates = proportion_estimates(
            base, np.where(np.isnan(values), blank, values), [1.0, 0.0]
        )
        return proportion_table(estimates, level=level, interval=interval).iloc[0]

    low, high = estimate(0.0), estimate(1.0)
    return {
        "estimate": float(proportion_estimates(base, values, [1.0, 0.0]).values[0, 0]),
        "worst_lower": float(low["estimate"]),
        "worst_upper": float(high["estimate"]),
        "limit_lower": float(low["lower"]),
        "limit_upper": float(high["upper"]),
    }


@dataclass(frozen=True, eq=False)
class SelectedMoments:
    """Moments of the answer and the auxiliaries among respondents.

    `mean_y`, `variance_y`: of the answer. `mean_z`: of the auxiliaries, shape (p,). `covariance_z`:
    shape (p, p). `covariance_yz`: of the answer with each auxiliary, shape (p,). `n`: number of
    respondents, or of people represented.
    """

    mean_y: float
    variance_y: float
    mean_z: FloatArray
    covariance_z: FloatArray
    covariance_yz: FloatArray
    n: float

    @staticmethod
    def of(
        y: npt.ArrayLike, z: npt.ArrayLike, weights: npt.ArrayLike | None = None
    ) -> "SelectedMoments":
        """Return the moments of an answer (n,) and auxiliaries (n, p), with n - 1.

        `weights`: base weights of a sample drawn with unequal probabilities; None: equal weights.

        Raises StatisticsError: fewer than p + 2 rows, a constant answer, invalid weights.
        """
        answer, matrix = _check_pair(y, z)
        w = _normalise_weights(weights, len(answer))
        both = np.atleast_2d(np.cov(np.column_stack([answer, matrix]).T, aweights=w))
        return SelectedMoments(
            float(np.average(answer, weights=w)),
            float(both[0, 0]),
            np.average(matrix, axis=0, weights=w),
            both[1:, 1:],
            both[0, 1:],
            len(answer),
        )


def smub(selected: SelectedMoments, others_mean_z: npt.ArrayLike, others: float) -> pd.DataFrame:
    """Return the standardised measure of unadjusted bias of a mean, for each of `PHI`.

    SMUB(phi) = (phi + (1 - phi) r) / (phi r + 1 - phi) (x_1 - X) / s_x, with x_1 and X the mean of
    the proxy among the selected and in the population, s_x its standard deviation and r its
    correlation with the answer, among the selected.

    `selected`: moments of respondents. `others_mean_z`: means of the auxiliaries among the
    population's others, shape (p,) (from a frame's margins: shares of the categories except the
    first). `others`: number of the population's others.

    Returns one row per phi: `phi`, `smub` (in standard deviations of the answer), `mub` (in its
    unit), `mean` (the mean less its bias), `correlation` (r).

    Raises StatisticsError: shapes that do not fit, dependent auxiliaries, a proxy without any
    relation to the answer.
    """
    mean_others = np.asarray(others_mean_z, dtype=np.float64)
    if mean_others.shape != selected.mean_z.shape:
        raise StatisticsError(
            f"means of {mean_others.size} auxiliaries of the others for {selected.mean_z.size} of "
            "those selected"
        )
    if np.linalg.matrix_rank(selected.covariance_z) < len(selected.covariance_z):
        raise StatisticsError("the auxiliaries depend on one another; leave one out")
    beta = np.linalg.solve(selected.covariance_z, selected.covariance_yz)
    variance_x = float(beta @ selected.covariance_z @ beta)
    if not variance_x > 1e-14 * selected.variance_y:
        raise StatisticsError("the auxiliaries tell nothing of the answer: there is no proxy")
    r = float(beta @ selected.covariance_yz / np.sqrt(variance_x * selected.variance_y))
    share = others / (others + selected.n)
    moved = float(beta @ (selected.mean_z - mean_others)) * share / np.sqrt(variance_x)
    p = np.array(PHI)
    standard = (p + (1 - p) * r) / (p * r + (1 - p)) * moved
    bias = standard * np.sqrt(selected.variance_y)
    return pd.DataFrame(
        {"phi": p, "smub": standard, "mub": bias, "mean": selected.mean_y - bias, "correlation": r}
    )


@dataclass(frozen=True, eq=False)
class Proxy:
    """A probit prediction of a yes from auxiliaries, fitted on the selected.

    `values`: linear predictor of each respondent, shape (n,). `coefficients`: intercept first,
    shape (p + 1,). `weights`: shape (n,), with mean 1.
    """

    values: FloatArray
    coefficients: FloatArray
    weights: FloatArray

    def moments(
        self, mean_z: npt.ArrayLike, covariance_z: npt.ArrayLike | None = None
    ) -> tuple[float, float]:
        """Return mean and variance of the proxy among others, from their auxiliaries' moments.

        Without the covariance (a frame of margins only) the variance among the selected is used.
        """
        slopes = self.coefficients[1:]
        mean = float(self.coefficients[0] + slopes @ np.asarray(mean_z, dtype=np.float64))
        if covariance_z is None:
            return mean, _compute_moments(self.values, self.weights)[1]
        return mean, float(slopes @ np.asarray(covariance_z, dtype=np.float64) @ slopes)


def probit_proxy(y: npt.ArrayLike, z: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Proxy:
    """Return the proxy of a 0/1 answer (n,) from auxiliaries (n, p), by maximum likelihood.

    With base `weights` (n,) by pseudo maximum likelihood.

    Raises StatisticsError: fewer than p + 2 rows, one answer only, dependent auxiliaries,
    separation.
    """
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    answer, matrix = _check_pair(y, z)
    w = _normalise_weights(weights, len(answer))
    full = np.column_stack([np.ones(len(matrix)), matrix])
    if np.linalg.matrix_rank(full) < full.shape[1]:
        raise StatisticsError("the auxiliaries depend on one another; leave one out")
    family = sm.families.Binomial(link=sm.families.links.Probit())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # separation is checked below and reported by name
            model = sm.GLM(answer, full, family=family, freq_weights=w)
            fit = model.fit(maxiter=200, tol=1e-12, tol_criterion="params")
    except PerfectSeparationError as error:
        raise StatisticsError(f"the probit model has no finite estimate ({error})") from None
    coefficients = np.asarray(fit.params, dtype=np.float64)
    if not fit.converged or np.abs(full @ coefficients).max() > 30:
        raise StatisticsError("the probit model has no finite estimate; merge auxiliaries")
    return Proxy(full @ coefficients, coefficients, w)


def mubp(
    y: npt.ArrayLike,
    proxy: npt.ArrayLike,
    others_mean: float,
    others_variance: float,
    selected_share: float,
    weights: npt.ArrayLike | None = None,
) -> pd.DataFrame:
    """Return the measure of unadjusted bias of a proportion, for each of `PHI`.

    The answer is a yes where a latent normal variable is above 0; its correlation r with the proxy
    is the two-step biserial one. Among others its mean is that among the selected plus g (mean_x0 -
    mean_x1) / s_x and its variance 1 + g^2 (var_x0 - var_x1) / var_x1, with g = (phi + (1 - phi) r)
    / (phi r + 1 - phi).

    `y`: answers of the selected, 0 and 1, shape (n,). `proxy`: shape (n,) (`probit_proxy`).
    `others_mean`, `others_variance`: of the proxy among the population's others; the variance >= 0.
    `selected_share`: share of the population that was selected, in 0-1. `weights`: base weights of
    the selected, shape (n,); None: equal weights.

    Returns one row per phi: `phi`, `mubp` (selected less population, in 0-1), `share` (the share
    less its bias), `others` (share among the others), `correlation`.

    Raises StatisticsError: a constant proxy, invalid weights.
    """
    from scipy import optimize, stats

    x, answer = np.asarray(proxy, dtype=np.float64), np.asarray(y, dtype=np.float64)
    w = _normalise_weights(weights, len(answer))
    mean, variance = _compute_moments(x, w)
    deviation = float(np.sqrt(variance))
    if deviation <= 1e-12 * max(1.0, abs(mean)):
        raise StatisticsError("the proxy is the same for all: it tells nothing of the answer")
    selected = float(np.average(answer, weights=w))
    cut = float(stats.norm.isf(selected))
    standard = (x - mean) / deviation

    def score(r: float) -> float:
        """Return the slope of the log-likelihood in r, up to a positive factor.

        Its root is sharp where the likelihood itself is flat, so that two machines find the same
        root.
        """
        eta = (r * standard - cut) / np.sqrt(1 - r**2)
        density = stats.norm.logpdf(eta)
        yes = np.exp(density - stats.norm.logcdf(eta))
        no = np.exp(density - stats.norm.logsf(eta))
        return float((w * (answer * yes - (1 - answer) * no)) @ (standard - r * cut))

    if score(MOST_CORRELATED) >= 0:
        r = MOST_CORRELATED
    elif score(-MOST_CORRELATED) <= 0:
        r = -MOST_CORRELATED
    else:
        r = optimize.brentq(score, -MOST_CORRELATED, MOST_CORRELATED, xtol=1e-15)
    p = np.array(PHI)
    g = (p + (1 - p) * r) / (p * r + (1 - p))
    latent_mean = -cut + g * (others_mean - mean) / deviation
    latent_variance = 1 + g**2 * (others_variance / deviation**2 - 1)
    # Without any variance left all the others answer alike.
    latent_variance = np.maximum(latent_variance, np.finfo(float).eps)
    others = stats.norm.cdf(latent_mean / np.sqrt(latent_variance))
    bias = (1 - selected_share) * (selected - others)
    return pd.DataFrame(
        {"phi": p, "mubp": bias, "share": selected - bias, "others": others, "correlation": r}
    )


def _normalise_weights(weights: npt.ArrayLike | None, n: int) -> FloatArray:
    """Return weights with mean 1, shape (n,); StatisticsError for invalid ones."""
    if weights is None:
        return np.ones(n)
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != (n,):
        raise StatisticsError(f"{w.size} weights for {n} answers")
    check_weights(w)
    return np.asarray(w / w.mean(), dtype=np.float64)


def _compute_moments(values: FloatArray, weights: FloatArray) -> tuple[float, float]:
    """Return weighted mean and variance."""
    mean = float(np.average(values, weights=weights))
    return mean, float(np.average((values - mean) ** 2, weights=weights))


def _check_pair(y: npt.ArrayLike, z: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return answer and auxiliaries as floats.

    Raises StatisticsError: fewer than p + 2 rows, or a constant answer.
    """
    answer, matrix = np.asarray(y, dtype=np.float64), np.asarray(z, dtype=np.float64)
    if len(answer) < matrix.shape[1] + 2:
        raise StatisticsError(f"{len(answer)} answers for {matrix.shape[1]} auxiliaries: too few")
    if np.ptp(answer) == 0:
        raise StatisticsError(f"every answer is {answer[0]:g}: there is nothing to predict")
    return answer, matrix
