"""Linear and binomial (logit) regression of survey data, through statsmodels.

R: `svyglm`, `regTermTest`, `svyttest`. Coefficients are statsmodels' (GLM with the weights scaled
to mean 1); the covariance is the design covariance of the influence values, that is of the scores
times the inverse Hessian (Binder 1983), never statsmodels' robust covariances, which ignore strata.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import scipy

from readiness.ground.arrays import FloatArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import one_of
from readiness.survey.comparisons.cells import (
    ComparisonRow,
    f_row,
    factor,
    t_quantile,
    two_or_more,
    two_sided_t,
)
from readiness.survey.comparisons.covariates import (
    Covariates,
    check_rank,
    of_factor,
    refuse_separation,
)
from readiness.survey.comparisons.rao_scott import quadratic, tail_probability
from readiness.survey.design import Column, Design
from readiness.survey.intervals import check_level

Family = Literal["gaussian", "binomial"]
TermTest = Literal["Wald", "LRT"]


@dataclass(frozen=True, eq=False)
class LinearFit:
    """A fitted generalised linear model.

    Attributes:
        names: `(Intercept)`, then the columns of the covariates.
        coefficients: shape (p+1,).
        covariance: design covariance of the coefficients, shape (p+1, p+1).
        naive_covariance: inverse information at weights of mean 1 (without dispersion).
        deviance: at weights of mean 1.
        dispersion: design-based variance of the Pearson residuals, as R's summary.
        design_df: degrees of freedom of the design on the rows of the model.
        n: unweighted base.
        family: `gaussian` or `binomial`.
        x: the covariates, for refitting.
    """

    names: tuple[str, ...]
    coefficients: FloatArray
    covariance: FloatArray
    naive_covariance: FloatArray
    deviance: float
    dispersion: float
    design_df: int
    n: int
    family: Family
    x: Covariates
    _design: Design
    _y: FloatArray

    @property
    def standard_errors(self) -> FloatArray:
        """Design-based standard errors, shape (p+1,)."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def residual_df(self) -> int:
        """Design df + 1 less the number of coefficients, as R's `df.residual`."""
        return self.design_df + 1 - len(self.coefficients)

    def coefficient_tests(self, level: float = 0.95) -> list[ComparisonRow]:
        """Return t test and interval of each coefficient, on the residual df.

        Raises StatisticsError: no residual degrees of freedom, a level outside (0, 1).
        """
        check_level(level)
        df = self._check_df()
        quantile = t_quantile(level, df)
        return [
            ComparisonRow(
                "coefficient",
                float(b / se),
                "t",
                float(df),
                p_value=float(two_sided_t(b / se, df)),
                effect=float(b),
                lower=float(b - quantile * se),
                upper=float(b + quantile * se),
                n=self.n,
                method=f"Coefficient of the design-based {self.family} model",
                b=name,
            )
            for name, b, se in zip(self.names, self.coefficients, self.standard_errors, strict=True)
        ]

    def term_test(self, term: str, method: TermTest = "Wald") -> ComparisonRow:
        """Return the test of one term. R equivalent: `regTermTest(method=)`.

        Args:
            term: name of the term.
            method: `Wald` (F on the residual df), or `LRT` (Rao-Scott likelihood ratio: the
                difference of deviances against its linear combination of F, saddlepoint).

        Raises StatisticsError: no such term, an unknown method, no residual degrees of freedom.
        """
        one_of(method, TermTest, "method of the term test")
        columns = [i + 1 for i in self.x.columns(term)]
        k, df = len(columns), self._check_df()
        v = self.covariance[np.ix_(columns, columns)]
        if method == "Wald":
            value = quadratic(self.coefficients[columns], v, f"the Wald test of {term}") / k
            description = f"Wald F of {term} in the {self.family} model, design-based covariance"
            return f_row(f"{self.family}_term", value, k, df, self.n, description)
        value, scale_factors = self.likelihood_ratio(term)
        return ComparisonRow(
            f"{self.family}_term_lrt",
            value,
            "X2",
            float(k),
            float(df),
            tail_probability(value, scale_factors, df),
            n=self.n,
            method=f"Rao-Scott likelihood ratio of {term} in the {self.family} model",
        )

    def likelihood_ratio(self, term: str) -> tuple[float, FloatArray]:
        """Return the difference of deviances without and with a term, and its eigenvalues.

        The eigenvalues are the scale factors of the chi-square components. Raises StatisticsError:
        no such term.
        """
        columns = [i + 1 for i in self.x.columns(term)]
        keep = np.ix_(columns, columns)
        smaller = self.x.without(term)
        # The smaller model is fitted to the same rows, even those that lack only this term.
        rows = self._design.mask & self.x.is_complete & np.isfinite(self._y)
        weights = self._design.full_weights[rows]
        matrix = smaller.standardise(smaller.row[rows]).matrix
        model = _fit_family(self._y[rows], matrix, weights / weights.mean(), self.family)[1]
        ratio = np.linalg.solve(self.naive_covariance[keep], self.covariance[keep])
        return float(model.deviance) - self.deviance, np.sort(np.linalg.eigvals(ratio).real)[::-1]

    def _check_df(self) -> int:
        """Return the residual df; StatisticsError where none are left."""
        if self.residual_df <= 0:
            raise StatisticsError(
                f"{len(self.coefficients)} coefficients on {self.design_df} degrees of freedom of "
                "the design leave none for a test; use fewer terms or levels"
            )
        return self.residual_df


def linear_model(
    design: Design, y: Column, x: Covariates, *, family: Family = "gaussian"
) -> LinearFit:
    """Fit a design-based linear or logit regression. R equivalent: `svyglm(y ~ x, family=)`.

    `design`: the survey design; rows with a missing value leave the base. `y`: numbers; 0/1 (or
    shares 0-1) for `binomial`. `x`: covariates from `covariates`; the intercept is added. `family`:
    `gaussian` (identity link) or `binomial` (logit link, R's quasibinomial).

    Raises StatisticsError: an outcome with one value, constant or dependent covariates, a binomial
    outcome outside 0-1, separation, no convergence, an exact fit.
    """
    one_of(family, Family, "family")
    values = design.numeric(y, "the outcome")
    in_model = x.is_complete & np.isfinite(values) & design.mask
    domain = design.subset(in_model)
    outcome = values[in_model]
    if len(outcome) == 0:
        raise StatisticsError("no respondent has the outcome and all covariates")
    standard = x.standardise(x.row[in_model])
    matrix = standard.matrix
    if np.ptp(outcome) == 0:
        raise StatisticsError(
            f"the outcome has one value, {outcome[0]:g}: there is nothing to model"
        )
    if family == "binomial" and (outcome.min() < 0 or outcome.max() > 1):
        raise StatisticsError(
            f"a binomial outcome lies between 0 and 1; found {outcome.min():g} to {outcome.max():g}"
        )
    check_rank(matrix, x.names)
    if len(outcome) <= matrix.shape[1] + 1:
        raise StatisticsError(
            f"{len(outcome)} respondents for {matrix.shape[1] + 1} coefficients: too few"
        )
    weights = domain.full_weights[in_model]
    scaled = weights / weights.mean()
    model, result = _fit_family(outcome, matrix, scaled, family)
    params = np.asarray(result.params)
    # Statsmodels' fitted means overflow far out on the logit scale.
    eta = params[0] + matrix @ params[1:]
    fitted = eta if family == "gaussian" else scipy.special.expit(eta)
    if family == "binomial" and (
        not result.converged or min(fitted.min(), 1 - fitted.max()) < 1e-6
    ):
        if set(np.unique(outcome)) <= {0.0, 1.0}:
            refuse_separation(outcome.astype(np.int64), -matrix, 2, x.names)
        if not result.converged:
            raise StatisticsError("the logit model did not converge; rescale or drop covariates")
    if result.deviance <= 1e-20 * float(scaled @ outcome**2):
        raise StatisticsError("the model fits exactly: the outcome is made of the covariates")
    back = np.roll(standard.back(1, -1.0), 1, axis=(0, 1))  # the intercept comes first here
    information = -np.asarray(model.hessian(params, observed=False)) * float(result.scale)
    naive = np.asarray(np.linalg.inv(information), dtype=np.float64)
    scores = np.asarray(model.score_obs(params)) * float(result.scale)
    z = np.zeros((design.rows, len(params)))
    z[in_model] = (scores / weights[:, None]) @ naive @ back.T
    coefficients = back @ params
    if domain.refits:
        rows = np.flatnonzero(in_model)

        def fit(w: FloatArray) -> FloatArray:
            return back @ refit(outcome, matrix, w[rows], family, params)

        covariance = domain.refit_covariance(fit, coefficients)
    else:
        covariance = domain.total_covariance(z)
    variance = fitted * (1 - fitted) if family == "binomial" else np.ones_like(fitted)
    pearson = (outcome - fitted) / np.sqrt(variance)
    n, mean = len(outcome), scaled @ pearson / scaled.sum()
    return LinearFit(
        ("(Intercept)", *x.names),
        coefficients,
        covariance,
        back @ naive @ back.T,
        float(result.deviance),
        float(scaled @ (pearson - mean) ** 2 / scaled.sum() * n / (n - 1)),
        domain.degrees_of_freedom,
        n,
        family,
        x,
        domain,
        values,
    )


def refit(
    y: FloatArray, x: FloatArray, weights: FloatArray, family: Family, start: FloatArray
) -> FloatArray:
    """Return the coefficients (intercept first) under other weights, from `start`.

    Raises StatisticsError: no convergence (separation under these weights).
    """
    result = _fit_family(y, x, weights / weights.mean(), family, start)[1]
    if family == "binomial" and not result.converged:
        raise StatisticsError(
            "a replicate leaves the binomial model without an estimate (separation, or an empty "
            "level under its weights); merge levels, or do not refit"
        )
    return np.asarray(result.params, dtype=np.float64)


def _fit_family(
    y: FloatArray,
    x: FloatArray,
    weights: FloatArray,
    family: Family,
    start: FloatArray | None = None,
) -> tuple[Any, Any]:
    """Return model and fit of statsmodels' GLM; StatisticsError without a finite estimate."""
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationError

    families = {"gaussian": sm.families.Gaussian, "binomial": sm.families.Binomial}
    matrix = np.column_stack([np.ones(len(x)), x])
    with warnings.catch_warnings():
        # The caller checks separation and convergence, and raises an error that names the cause.
        warnings.simplefilter("ignore")
        model = sm.GLM(y, matrix, family=families[family](), freq_weights=weights)
        try:
            result = model.fit(
                start_params=start, maxiter=100, tol=1e-10, tol_criterion="params", rtol=1e-10
            )
        except (PerfectSeparationError, np.linalg.LinAlgError) as error:
            raise StatisticsError(f"the {family} model has no finite estimate ({error})") from None
    return model, result


def t_test(
    design: Design, y: Column, group: Column, *, group_levels: Sequence[Any] | None = None
) -> ComparisonRow:
    """Return the difference in means of two groups (second less first) with its t test.

    R equivalent: `svyttest(y ~ group)`. Raises StatisticsError: not exactly two observed groups; a
    constant outcome; an infinite value; a group of one respondent.
    """
    groups = factor(design, group, group_levels, "the group")
    values = design.numeric(y, "the outcome")
    groups = groups.within(np.isfinite(values))
    two_or_more(groups, "a t test")
    observed = groups.drop_unobserved()
    if observed.size != 2:
        raise StatisticsError(
            f"{groups.name} has {observed.size} groups ({', '.join(observed.levels)}); "
            "a t test takes two: use a model or the pairwise contrasts"
        )
    if observed.counts().min() < 2:
        raise StatisticsError(f"a group of {groups.name} has one respondent: it has no variance")
    return replace(
        linear_model(design, values, of_factor(observed, "group")).coefficient_tests()[1],
        test="t_test",
        method="Design-based t test of the difference in means",
        a=observed.levels[0],
        b=observed.levels[1],
    )
