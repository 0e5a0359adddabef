"""Proportional-odds (and other cumulative) models with design-based covariance.

R twin: `svyolr`. Model: P(Y <= k) = F(zeta_k - x'beta). The weighted log-likelihood is maximised by
Newton's method with the analytic Hessian; the covariance is the design covariance of the influence
values (sandwich). Sources: McCullagh (1980); Binder (1983); Brant (1990) and Rao and Scott (1984)
for the check of proportional odds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np

from readiness.errors import StatisticsError
from readiness.survey.comparisons.cells import Factor, factor
from readiness.survey.comparisons.covariates import Covariates, check_rank
from readiness.survey.comparisons.links import Link, density, interval_probability
from readiness.survey.comparisons.quadratic_form import tail_probability
from readiness.survey.comparisons.rao_scott import quadratic
from readiness.survey.comparisons.results import ComparisonRow, FloatArray, IntArray
from readiness.survey.comparisons.separation import refuse_separation
from readiness.survey.design import Column, Design


@dataclass(frozen=True, eq=False)
class OrdinalFit:
    """A fitted cumulative model.

    Attributes:
        names: names of the coefficients, then of the cut points (`a|b`).
        coefficients: beta, shape (p,); positive: the answer tends to be higher.
        cuts: zeta, shape (K-1,), increasing.
        covariance: design covariance of (beta, zeta), shape (p+K-1, p+K-1).
        hessian: negative Hessian of the weighted log-likelihood, same shape.
        log_likelihood: weighted.
        deviance: -2 log-likelihood with weights scaled to mean 1.
        design_df: degrees of freedom of the design on the rows of the model.
        n: unweighted base.
        levels: answer levels in the model.
        merged: declared levels that nobody gave, merged with their neighbours.
        terms: columns of each term.
        link: of the model.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    cuts: FloatArray
    covariance: FloatArray
    hessian: FloatArray
    log_likelihood: float
    deviance: float
    design_df: int
    n: int
    levels: tuple[str, ...]
    merged: tuple[str, ...]
    terms: Mapping[str, tuple[int, ...]]
    link: Link
    _problem: _Problem
    _domain: Design
    _rows: IntArray

    @property
    def standard_errors(self) -> FloatArray:
        """Design-based standard errors of (beta, zeta)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def residual_df(self) -> int:
        """Design degrees of freedom less coefficients (cut points not counted), as R."""
        return self.design_df - len(self.coefficients)

    @property
    def note(self) -> str:
        """Which levels the model merged, or empty."""
        if not self.merged:
            return ""
        return f"no answers, merged in the model: {', '.join(self.merged)}"

    def odds_ratios(self, level: float = 0.95) -> list[ComparisonRow]:
        """exp(beta) with t intervals on the design df: odds of a higher answer (logistic link)."""
        from scipy import stats

        half = stats.t.ppf((1 + level) / 2, self.design_df) * self.standard_errors
        rows = []
        for i, beta in enumerate(self.coefficients):
            t = float(beta / self.standard_errors[i])
            rows.append(ComparisonRow(
                "odds_ratio", t, "t", float(self.design_df), None,
                float(2 * stats.t.sf(abs(t), self.design_df)), None,
                float(np.exp(beta)), float(np.exp(beta - half[i])), float(np.exp(beta + half[i])),
                self.n, "Odds ratio of a higher answer, proportional-odds logit, design-based SE",
                self.note, b=self.names[i],
            ))
        return rows

    def term_test(self, term: str, df: float | None = None) -> ComparisonRow:
        """Wald F of one term; denominator: the design df unless `df` is given.

        Raises:
            StatisticsError: no such term; fewer degrees of freedom than coefficients.
        """
        from scipy import stats

        columns = list(self.terms.get(term, ()))
        if not columns:
            raise StatisticsError(f"no term {term!r} in the model; it has: {', '.join(self.terms)}")
        k = len(columns)
        ddf = float(self.design_df if df is None else df)
        if ddf < k:
            raise StatisticsError(
                f"a test of {k} coefficients on {ddf:g} degrees of freedom does not exist; "
                "collapse groups or use the permutation test"
            )
        beta, v = self.coefficients[columns], self.covariance[np.ix_(columns, columns)]
        value = quadratic(beta, v, f"the Wald test of {term}") / k
        return ComparisonRow(
            "ordinal_logit_term" if self.link == "logistic" else f"ordinal_{self.link}_term",
            value, "F", float(k), ddf, float(stats.f.sf(value, k, ddf)), n=self.n,
            method=f"Wald F of {term} in the cumulative {self.link} model, design-based covariance",
            note=self.note,
        )

    def proportional_odds_check(self) -> ComparisonRow:
        """Do the coefficients hold at every cut? Score test, second-order Rao-Scott.

        The model with a coefficient of its own at each cut is not fitted (it often has no
        estimate); its efficient score at the fitted model is compared with its design covariance.

        Raises:
            StatisticsError: two levels only (nothing to check).
        """
        cuts, p = len(self.cuts), len(self.coefficients)
        if cuts < 2:
            raise StatisticsError("two levels of the answer: there are no proportional odds to check")
        scores, information = self._problem.partial_scores()
        keep, extra = slice(0, p + cuts), slice(p + cuts, None)
        slope = np.linalg.solve(information[keep, keep], information[keep, extra])
        efficient = scores[:, extra] - scores[:, keep] @ slope
        working = information[extra, extra] - information[extra, keep] @ slope
        z = np.zeros((self._domain.rows, efficient.shape[1]))
        z[self._rows] = efficient[self._problem.inverse] / self._domain.full_weights[self._rows].mean()
        v = self._domain.total_covariance(z)
        score = self._problem.weights @ efficient
        statistic = float(score @ np.linalg.solve(working, score))
        eigenvalues = np.linalg.eigvals(np.linalg.solve(working, v)).real
        eigenvalues = eigenvalues[eigenvalues > 1e-12 * eigenvalues.max()]
        scale = float(eigenvalues.sum())
        d0 = float(scale**2 / (eigenvalues**2).sum())
        ddf = d0 * self.design_df
        p_value = tail_probability(statistic, eigenvalues, ddf, "satterthwaite")
        return ComparisonRow(
            "proportional_odds_check", statistic / scale, "F", d0, ddf, p_value, n=self.n,
            method="Score test of equal coefficients at every cut, second-order Rao-Scott F",
            note=self.note,
        )


def ordinal(
    design: Design,
    y: Column,
    x: Covariates,
    *,
    levels: Sequence[Any] | None = None,
    link: Link = "logistic",
) -> OrdinalFit:
    """Cumulative model of an ordered answer. R twin: `svyolr(y ~ x, method=link)`.

    Args:
        design: the survey design; rows with a missing value leave the base.
        y: ordered answers (column name, codes or levels).
        x: covariates from `covariates`.
        levels: declared levels from low to high; those without answers are merged (and named).
        link: `logistic`, `probit`, `loglog`, `cloglog` or `cauchit`.

    Raises:
        StatisticsError: an answer with one level, constant or dependent covariates, separation (no
            finite estimate), no convergence.
    """
    answer = factor(design, y, levels, None if isinstance(y, str) else "the answer")
    return ordinal_of(design, answer, x, link)


def ordinal_of(design: Design, answer: Factor, x: Covariates, link: Link = "logistic") -> OrdinalFit:
    """`ordinal` on a factor of the answer."""
    if link not in get_args(Link):
        raise StatisticsError(f"link {link!r}; expected one of {', '.join(get_args(Link))}")
    base = answer.within(x.known)
    counts = base.counts()
    merged = tuple(level for level, k in zip(base.levels, counts, strict=True) if k == 0)
    observed = base.observed()
    if observed.size < 2:
        raise StatisticsError(
            f"{answer.name} has one level among the respondents: an ordinal model needs two"
        )
    rows = np.flatnonzero(observed.known)
    domain = design.subset(observed.known)
    w = domain.full_weights[rows]
    unique, inverse = _distinct(observed.codes[rows], x.matrix[rows])
    codes, matrix = unique[:, 0].astype(np.int64), unique[:, 1:]
    check_rank(matrix, x.names)
    cell_weights = np.bincount(inverse, weights=w / w.mean(), minlength=len(unique))
    problem = _Problem(codes, matrix, cell_weights, inverse, observed.size, link)
    if len(unique) <= 5000:
        refuse_separation(codes, matrix, observed.size, x.names)
    theta = problem.maximise()
    if theta is None:
        refuse_separation(codes, matrix, observed.size, x.names)
        raise StatisticsError(
            f"the {link} model of {answer.name} did not converge; rescale covariates or merge levels"
        )
    scores, information = problem.scores(theta)
    influence = np.linalg.solve(information, scores.T).T / w.mean()
    z = np.zeros((design.rows, len(theta)))
    z[rows] = influence[inverse]
    loglik = problem.log_likelihood(theta)
    p = matrix.shape[1]
    cut_names = tuple(
        f"{a}|{b}" for a, b in zip(observed.levels[:-1], observed.levels[1:], strict=True)
    )
    return OrdinalFit(
        x.names + cut_names, theta[:p], theta[p:], domain.total_covariance(z),
        information * w.mean(), loglik * float(w.mean()), -2 * loglik,
        domain.degrees_of_freedom, domain.n, observed.levels, merged, dict(x.terms), link,
        problem, domain, rows,
    )


def _distinct(codes: IntArray, x: FloatArray) -> tuple[FloatArray, IntArray]:
    """Distinct (answer, covariates) rows and where each respondent's is.

    Categorical covariates leave few, so that a million respondents cost what their cells cost.
    """
    import pandas as pd

    key = codes.astype(np.int64)
    for column in range(x.shape[1]):
        position, values = pd.factorize(x[:, column])
        key = key * len(values) + position
        key = pd.factorize(key)[0].astype(np.int64)
    number, first = pd.factorize(key)
    order = np.full(len(first), -1, dtype=np.int64)
    seen = pd.Series(np.arange(len(number))).groupby(number).first().to_numpy()
    distinct = np.column_stack([codes[seen].astype(np.float64), x[seen]])
    # A canonical order of cells makes sums, and so results, independent of the order of rows.
    rank = np.lexsort(distinct.T[::-1])
    order[rank] = np.arange(len(rank))
    return distinct[rank], order[number]


class _Problem:
    """The weighted likelihood of the cells: value, scores and information."""

    def __init__(
        self,
        y: IntArray,
        x: FloatArray,
        weights: FloatArray,
        inverse: IntArray,
        levels: int,
        link: Link,
    ) -> None:
        self.y, self.x, self.weights, self.inverse = y, x, weights, inverse
        self.cuts, self.link = levels - 1, link
        self.theta: FloatArray = np.zeros(0)

    def _ends(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        p = self.x.shape[1]
        cut = np.concatenate([[-np.inf], theta[p:], [np.inf]])
        eta = self.x @ theta[:p]
        return cut[self.y + 1] - eta, cut[self.y] - eta

    def log_likelihood(self, theta: FloatArray) -> float:
        p = self.x.shape[1]
        if (np.diff(theta[p:]) <= 0).any():
            return -np.inf
        upper, lower = self._ends(theta)
        probability = interval_probability(self.link, upper, lower)
        if (probability <= 0).any():
            return -np.inf
        return float(self.weights @ np.log(probability))

    def _parts(self, theta: FloatArray) -> tuple[FloatArray, ...]:
        """First and second derivatives of log p for the upper and lower end of each cell."""
        upper, lower = self._ends(theta)
        probability = interval_probability(self.link, upper, lower)
        f_u, s_u = density(self.link, upper)
        f_l, s_l = density(self.link, lower)
        g_u, g_l = f_u / probability, -f_l / probability
        return g_u, g_l, s_u / probability - g_u**2, -s_l / probability - g_l**2, -g_u * g_l

    def _ends_matrix(self, columns: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Derivatives of the upper and lower end with respect to (columns, zeta)."""
        n = len(self.y)
        up = np.hstack([columns, np.zeros((n, self.cuts))])
        low = up.copy()
        offset = columns.shape[1]
        has_upper, has_lower = self.y < self.cuts, self.y > 0
        up[np.flatnonzero(has_upper), offset + self.y[has_upper]] = 1.0
        low[np.flatnonzero(has_lower), offset + self.y[has_lower] - 1] = 1.0
        up[~has_upper] = 0.0
        low[~has_lower] = 0.0
        return up, low

    def _assemble(
        self, theta: FloatArray, up: FloatArray, low: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        g_u, g_l, h_u, h_l, h_ul = self._parts(theta)
        w = self.weights
        scores = up * g_u[:, None] + low * g_l[:, None]
        cross = up.T @ (low * (w * h_ul)[:, None])
        hessian = (
            up.T @ (up * (w * h_u)[:, None]) + low.T @ (low * (w * h_l)[:, None])
            + cross + cross.T
        )
        return scores, -hessian

    def scores(self, theta: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Score of each cell, shape (cells, p+K-1), and the information."""
        up, low = self._ends_matrix(-self.x)
        return self._assemble(theta, up, low)

    def partial_scores(self) -> tuple[FloatArray, FloatArray]:
        """Scores and information with own coefficients at the cuts 2..K-1 beside the common ones.

        Order: beta, zeta, then the deviations of cut 2, ..., cut K-1.
        """
        up, low = self._ends_matrix(-self.x)
        p = self.x.shape[1]
        extra_u = np.zeros((len(self.y), p * (self.cuts - 1)))
        extra_l = np.zeros_like(extra_u)
        for cut in range(1, self.cuts):
            block = slice((cut - 1) * p, cut * p)
            at_upper, at_lower = self.y == cut, self.y - 1 == cut
            extra_u[at_upper, block] = -self.x[at_upper]
            extra_l[at_lower, block] = -self.x[at_lower]
        return self._assemble(self.theta, np.hstack([up, extra_u]), np.hstack([low, extra_l]))

    def start(self) -> FloatArray:
        """Cut points of the marginal distribution, no effect of the covariates."""
        from scipy import special

        share = np.bincount(self.y, weights=self.weights, minlength=self.cuts + 1)
        below = np.cumsum(share)[:-1] / share.sum()
        if self.link == "logistic":
            cut = special.logit(below)
        elif self.link == "probit":
            cut = special.ndtri(below)
        elif self.link == "loglog":
            cut = -np.log(-np.log(below))
        elif self.link == "cloglog":
            cut = np.log(-np.log1p(-below))
        else:
            cut = np.tan(np.pi * (below - 0.5))
        return np.concatenate([np.zeros(self.x.shape[1]), cut])

    def maximise(self, tolerance: float = 1e-13, iterations: int = 100) -> FloatArray | None:
        """Newton with step halving; None when it does not converge."""
        theta = self.start()
        value = self.log_likelihood(theta)
        for _ in range(iterations):
            scores, information = self.scores(theta)
            gradient = self.weights @ scores
            step = _ascent(information, gradient)
            if step is None:
                return None
            factor_ = 1.0
            while factor_ > 1e-10:
                candidate = theta + factor_ * step
                new = self.log_likelihood(candidate)
                if new >= value - 1e-12 * abs(value):
                    break
                factor_ /= 2
            else:
                return None
            theta, value = candidate, new
            if np.abs(theta).max() > 1e6:
                return None
            if float(gradient @ step) < tolerance * max(1.0, abs(value)) and factor_ == 1.0:
                # Quadratic convergence: one more full step brings it to machine precision.
                scores, information = self.scores(theta)
                last = _ascent(information, self.weights @ scores)
                theta = theta if last is None else theta + last
                self.theta = theta
                return theta
        return None


def _ascent(information: FloatArray, gradient: FloatArray) -> FloatArray | None:
    """Newton's step; a ridge where the information is not positive definite (cauchit)."""
    scale = np.sqrt(np.abs(np.diag(information)))
    if not (np.isfinite(scale).all() and (scale > 0).all() and np.isfinite(gradient).all()):
        return None
    scaled = information / np.outer(scale, scale)
    ridge = 0.0
    for _ in range(12):
        try:
            factor_ = np.linalg.cholesky(scaled + ridge * np.eye(len(scale)))
        except np.linalg.LinAlgError:
            ridge = max(1e-8, ridge * 10)
            continue
        half = np.linalg.solve(factor_, gradient / scale)
        step: FloatArray = np.linalg.solve(factor_.T, half) / scale
        return step
    return None
