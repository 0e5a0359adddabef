"""Proportional-odds (and other cumulative) models with design-based covariance.

R: `svyolr`. Model: P(Y <= k) = F(zeta_k - x'beta). The weighted log-likelihood is maximised by
Newton's method with the analytic Hessian; the covariance is the design covariance of the influence
values (sandwich). Sources: McCullagh (1980); Binder (1983); Brant (1990) and Rao and Scott (1984)
for the check of proportional odds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from readiness.ground.arrays import FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import one_of
from readiness.survey.comparisons.cells import (
    ComparisonRow,
    Factor,
    f_row,
    factor,
    needs_degrees_of_freedom,
    t_quantile,
    two_sided_t,
    weighted_counts,
)
from readiness.survey.comparisons.covariates import Covariates, check_rank, refuse_separation
from readiness.survey.comparisons.cumulative import CumulativeLikelihood, Link, distinct_rows
from readiness.survey.comparisons.rao_scott import quadratic
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
    _problem: CumulativeLikelihood
    _domain: Design
    _cell: IntArray

    @property
    def standard_errors(self) -> FloatArray:
        """Design-based standard errors of (beta, zeta), shape (p+K-1,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def residual_df(self) -> int:
        """Design degrees of freedom less coefficients (cut points not counted), as R."""
        return self.design_df - len(self.coefficients)

    @property
    def note(self) -> str:
        """Note that names the levels merged in the model, or empty."""
        return f"no answers, merged in the model: {', '.join(self.merged)}" if self.merged else ""

    def odds_ratios(self, level: float = 0.95) -> list[ComparisonRow]:
        """Return exp(beta) with t intervals on the design df: odds of a higher answer.

        Raises StatisticsError: another link than the logistic one, where exp(beta) is no odds
        ratio.
        """
        if self.link != "logistic":
            raise StatisticsError(f"exp(beta) of a {self.link} model is no odds ratio")
        quantile, df, rows = t_quantile(level, self.design_df), float(self.design_df), []
        for name, beta, se in zip(
            self.names, self.coefficients, self.standard_errors, strict=False
        ):
            row = ComparisonRow(
                "odds_ratio",
                n=self.n,
                method="Odds ratio of a higher answer, proportional-odds logit, design-based SE",
                note=self.note,
                b=name,
            )
            ends = np.array([beta, beta - quantile * se, beta + quantile * se])
            if se <= 0 or np.abs(ends).max() > 700:
                note = "no variance" if se <= 0 else "an odds ratio beyond any number"
                rows.append(replace(row, note="; ".join(filter(None, (self.note, note)))))
                continue
            ratio, lower, upper = (float(v) for v in np.exp(ends))
            t, p = float(beta / se), float(two_sided_t(beta / se, df))
            row = replace(row, statistic=t, statistic_name="t", df1=df, p_value=p)
            rows.append(replace(row, effect=ratio, lower=lower, upper=upper))
        return rows

    def term_test(self, term: str, df: float | None = None) -> ComparisonRow:
        """Return the Wald F of one term; denominator: the design df unless `df` is given.

        Raises StatisticsError: no such term; fewer degrees of freedom than coefficients.
        """
        if not (columns := list(self.terms.get(term, ()))):
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
        name = "ordinal_logit_term" if self.link == "logistic" else f"ordinal_{self.link}_term"
        method = f"Wald F of {term} in the cumulative {self.link} model, design-based covariance"
        return f_row(name, value, k, ddf, self.n, method, self.note)

    def proportional_odds_check(self) -> ComparisonRow:
        """Return a score test of equal coefficients at every cut, second-order Rao-Scott.

        The model with separate coefficients at each cut is not fitted (it often has no estimate);
        its efficient score at the fitted model is compared with its design covariance.

        Raises StatisticsError: two levels only (nothing to check), or a complete census.
        """
        cut_count, p = len(self.cuts), len(self.coefficients)
        if cut_count < 2:
            raise StatisticsError(
                "two levels of the answer: there are no proportional odds to check"
            )
        scores, information = self._problem.partial_scores()
        keep, extra = slice(0, p + cut_count), slice(p + cut_count, None)
        slope = np.linalg.solve(information[keep, keep], information[keep, extra])
        efficient = scores[:, extra] - scores[:, keep] @ slope
        expected = self._problem.expected_information()
        working = expected[extra, extra] - expected[extra, keep] @ np.linalg.solve(
            expected[keep, keep], expected[keep, extra]
        )
        mean = self._domain.full_weights[self._cell >= 0].mean()
        v = self._domain.cell_covariance(self._cell, efficient / mean)
        score = self._problem.weights @ efficient
        statistic = float(score @ np.linalg.solve(working, score))
        eigenvalues = np.linalg.eigvals(np.linalg.solve(working, v)).real
        eigenvalues = eigenvalues[eigenvalues > 1e-12 * eigenvalues.max()]
        if not eigenvalues.size:
            raise StatisticsError("the scores do not vary: nothing is left to chance")
        scale = float(eigenvalues.sum())
        d0 = float(scale**2 / (eigenvalues**2).sum())
        return f_row(
            "proportional_odds_check",
            statistic / scale,
            d0,
            d0 * self.design_df,
            self.n,
            "Score test of equal coefficients at every cut, second-order Rao-Scott F",
            self.note,
        )


def ordinal_model(
    design: Design,
    y: Column | Factor,
    x: Covariates,
    *,
    levels: Sequence[Any] | None = None,
    link: Link = "logistic",
) -> OrdinalFit:
    """Fit a cumulative model of an ordered answer. R equivalent: `svyolr(y ~ x, method=link)`.

    `design`: the survey design; rows with a missing value leave the base. `y`: ordered answers
    (column name, codes or levels). `x`: covariates from `covariates`. `levels`: declared levels
    from low to high; those without answers are merged (and named). `link`: `logistic` or `probit`.

    Raises StatisticsError: an answer with one level, constant or dependent covariates, separation
    (no finite estimate), no convergence.
    """
    one_of(link, Link, "link")
    answer = factor(design, y, levels, "the answer").within(x.is_complete)
    counts = answer.counts()
    merged = tuple(level for level, k in zip(answer.levels, counts, strict=True) if k == 0)
    answer = answer.drop_unobserved()
    if answer.size < 2:
        raise StatisticsError(
            f"{answer.name} has one level among the respondents: an ordinal model needs two"
        )
    rows = np.flatnonzero(answer.has_level)
    domain = design.subset(answer.has_level)
    needs_degrees_of_freedom(domain.degrees_of_freedom, "a design-based standard error")
    mean = domain.full_weights[rows].mean()
    codes, kind, inverse = distinct_rows(answer.codes[rows], x.row[rows], len(x.values))
    standard = x.standardise(kind)
    matrix, back = standard.matrix, standard.back(answer.size - 1, 1.0)
    check_rank(matrix, x.names)
    cell_weights = weighted_counts(inverse, domain.full_weights[rows] / mean, len(codes))
    problem = CumulativeLikelihood(codes, matrix, cell_weights, inverse, answer.size, link)
    if len(codes) <= 5000:
        refuse_separation(codes, matrix, answer.size, x.names)
    if (theta := problem.maximise()) is None:
        refuse_separation(codes, matrix, answer.size, x.names)
        raise StatisticsError(
            f"the {link} model of {answer.name} did not converge; "
            "rescale covariates or merge levels"
        )
    loglik, information = problem.log_likelihood(theta), problem.slope(theta)[1]
    influence = problem.scores(theta, np.linalg.solve(information, back.T) / mean)
    undo = np.linalg.inv(back)
    cell = np.full(design.rows, -1, dtype=np.int64)
    cell[rows] = inverse
    covariance = (
        domain.refit_covariance(lambda w: back @ problem.refit(w[rows], theta), back @ theta)
        if domain.refits
        else domain.cell_covariance(cell, influence)
    )
    p = matrix.shape[1]
    estimate = back @ theta
    cut_names = tuple(
        f"{a}|{b}" for a, b in zip(answer.levels[:-1], answer.levels[1:], strict=True)
    )
    return OrdinalFit(
        x.names + cut_names,
        estimate[:p],
        estimate[p:],
        covariance,
        undo.T @ information @ undo * mean,
        loglik * float(mean),
        -2 * loglik,
        domain.degrees_of_freedom,
        domain.n,
        answer.levels,
        merged,
        dict(x.terms),
        link,
        problem,
        domain,
        cell,
    )
