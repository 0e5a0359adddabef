"""How each kind of comparison in the reference numbers (R survey) is checked.

`CHECKS[kind](case, data, design)` recomputes one case with our code and asserts that it agrees;
the dispatcher in test_reference.py walks the JSON. Tolerance 1e-8 relative, but 1e-4 for the
saddlepoint p-values (R's root finder stops at 1e-8 of zeta) and Fisher's conditional odds ratio
(R's optimiser), and 1e-3 for svyolr's numerically differenced fields (their `*_exact` twins hold
1e-8).
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from scipy.stats.contingency import odds_ratio

from readiness.survey.comparisons import classical, effects, linear, multiple, ranks, rao_scott
from readiness.survey.comparisons.covariates import Covariates, covariates
from readiness.survey.comparisons.ordinal import OrdinalFit, ordinal_model
from readiness.survey.design import Design
from readiness.survey.design import design as make_design

TOLERANCE = 1e-8
LOOSE = 1e-4
NUMERICAL = 1e-3

Check = Callable[[dict[str, Any], "pd.DataFrame | None", "Design | None"], None]
CHECKS: dict[str, Check] = {}


def check(*kinds: str) -> Callable[[Check], Check]:
    def register(function: Check) -> Check:
        for kind in kinds:
            CHECKS[kind] = function
        return function

    return register


def close(ours: Any, theirs: Any, rtol: float = TOLERANCE, atol: float = 0.0) -> None:
    """Equal within a relative tolerance; R's scalars, vectors and 1x1 matrices alike."""
    np.testing.assert_allclose(
        np.asarray(ours, dtype=float).ravel(),
        np.asarray(theirs, dtype=float).ravel(),
        rtol=rtol,
        atol=atol,
    )


def close_matrix(ours: Any, theirs: Any, rtol: float = TOLERANCE) -> None:
    """Covariances: relative to the scale sqrt(v_ii v_jj) of each entry, not to the entry itself."""
    ours = np.atleast_2d(np.asarray(ours, dtype=float))
    theirs = np.asarray(theirs, dtype=float).reshape(ours.shape)
    scale = np.sqrt(np.outer(np.diag(theirs), np.diag(theirs)))
    assert np.abs(ours - theirs).max() >= 0
    np.testing.assert_allclose(ours / scale, theirs / scale, rtol=0, atol=rtol)


@check("table")
def table(case: dict[str, Any], data: Any, design: Any) -> None:
    result = case["result"]
    ours = rao_scott.table(design, case["args"]["row"], case["args"]["col"])
    assert list(ours.rows) == result["rows"] and list(ours.columns) == result["cols"]
    close(ours.totals, result["counts"])
    assert ours.counts.tolist() == result["n"]


@check("chisq")
def chisq(case: dict[str, Any], data: Any, design: Any) -> None:
    args, result = case["args"], case["result"]
    # Without CompQuadForm, R's lincom is its saddlepoint approximation: compare like with like.
    statistic: Any = "saddlepoint" if args["statistic"] == "lincom" else args["statistic"]
    ours = rao_scott.association(design, args["row"], args["col"], statistic)
    assert ours.statistic is not None and ours.p_value is not None
    close(ours.statistic, result["statistic"])
    close(ours.p_value, result["p_value"], LOOSE if statistic == "saddlepoint" else TOLERANCE)
    parameter = result["parameter"] or {}
    for name, value in (("ndf", ours.df1), ("df", ours.df1), ("ddf", ours.df2)):
        if name in parameter:
            close(value, parameter[name])


RANK_SCORES = {
    "wilcoxon": "wilcoxon",
    "KruskalWallis": "kruskal_wallis",
    "vanderWaerden": "van_der_waerden",
    "median": "median",
}


@check("ranktest2", "ranktestk")
def rank_test(case: dict[str, Any], data: Any, design: Any) -> None:
    args, exact = case["args"], case["result"]["midrank_exact"]
    ours = ranks.rank_test(design, args["y"], args["group"], RANK_SCORES[args["test"]])  # type: ignore[arg-type]
    close(ours.p_value, exact["p_value"])
    if case["kind"] == "ranktest2":
        close([ours.effect, ours.statistic, ours.df1], [exact["diff"], exact["t"], exact["df"]])
    else:
        close([ours.statistic, ours.df1, ours.df2], [exact["F"], exact["ndf"], exact["ddf"]])


@check("pairwise")
def pairwise(case: dict[str, Any], data: Any, design: Any) -> None:
    args, result = case["args"], case["result"]
    ours = multiple.pairwise(design, args["y"], args["by"])
    assert [r.a for r in ours] == result["a"] and [r.b for r in ours] == result["b"]
    scale = max(abs(v) for v in result["se"])
    close([r.effect for r in ours], result["diff"], atol=1e-10 * scale)
    close([r.statistic for r in ours], result["t"], atol=1e-9)
    close([r.p_value for r in ours], result["p"])
    assert all(r.df1 == result["df"] for r in ours)
    for method in ("holm", "BH", "bonferroni", "hochberg"):
        adjusted = multiple.adjust_p([r.p_value for r in ours], method)  # type: ignore[arg-type]
        close(adjusted, result[f"p_{method}"])


@check("p_adjust")
def p_adjust(case: dict[str, Any], data: Any, design: Any) -> None:
    for method, adjusted in case["result"].items():
        close(multiple.adjust_p(case["args"]["p"], method), adjusted, 1e-12)


def terms_of(formula: str, names: list[str], design: Design) -> tuple[str, Covariates]:
    """Outcome and covariates of an R formula; a term not among the names is a category."""
    outcome, right = formula.split("~")
    terms = [t.removeprefix("factor(").removesuffix(")") for t in right.split("+")]
    return outcome, covariates(design, terms, categorical=[t for t in terms if t not in names])


def ordinal_fit(formula: str, names: list[str], design: Design, link: str) -> OrdinalFit:
    outcome, x = terms_of(formula, names, design)
    return ordinal_model(design, outcome.removesuffix("_o"), x, link=link)  # type: ignore[arg-type]


@check("olr")
def olr(case: dict[str, Any], data: Any, design: Any) -> None:
    args, result = case["args"], case["result"]
    fit = ordinal_fit(
        args["formula"], list(np.atleast_1d(result["coef_names"])), design, args["link"]
    )
    close(fit.coefficients, result["coef_exact"])
    close(fit.cuts, result["zeta_exact"])
    close(fit.standard_errors, result["se_exact"])
    close_matrix(fit.covariance, result["vcov_exact"])
    close([fit.deviance, fit.log_likelihood], [result["deviance"], result["loglik_weighted"]])
    assert fit.residual_df == result["df_residual"]
    close(fit.coefficients, result["coef"], NUMERICAL)
    close(fit.standard_errors, result["se"], NUMERICAL)


@check("olr_wald")
def olr_wald(case: dict[str, Any], data: Any, design: Any) -> None:
    args, result = case["args"], case["result"]
    ours = ordinal_fit(args["formula"], [], design, "logistic").term_test(args["term"])
    close(
        [ours.statistic, ours.df1, ours.df2, ours.p_value],
        [result[k] for k in ("F", "df1", "df2", "p")],
        NUMERICAL,  # R's F is made of the numerically differenced covariance of svyolr
    )


# R's glm keeps the weights of the iteration before the last, and svyglm builds its covariance from
# them. In these two cases R's last step was still large enough to show in the eighth digit: our
# covariance is taken at the converged estimate, and R's is reproduced beside it to 1e-8.
STALE_WEIGHTS = {"apistrat/glm_logit/award01~ell+meals", "apiclus1/glm_logit/award01~ell+meals"}
STALE = 5e-7


def covariance_one_iteration_back(design: Any, outcome: str, x: Covariates) -> np.ndarray[Any, Any]:
    """svyglm's covariance of a logit model as R computes it (iteration of R's glm.fit, by hand)."""
    y = design.numeric(outcome)
    full = np.column_stack([np.ones(len(y)), x.matrix])
    w = design.weights / design.weights.mean()
    mu = (w * y + 0.5) / (w + 1)
    eta, deviance = np.log(mu / (1 - mu)), np.inf
    while True:
        working = w * mu * (1 - mu)
        response = eta + (y - mu) / (mu * (1 - mu))
        naive = np.linalg.inv((full.T * working) @ full)
        eta = full @ (naive @ (full.T @ (working * response)))
        mu = 1 / (1 + np.exp(-eta))
        new = -2 * float(w @ (y * np.log(mu) + (1 - y) * np.log(1 - mu)))
        if abs(new - deviance) / (abs(new) + 0.1) < 1e-14:
            break
        deviance = new
    residual = working * (y - mu) / (mu * (1 - mu))
    return np.asarray(design.total_covariance(full * (residual / design.weights)[:, None] @ naive))


@check("glm_logit", "glm_gaussian")
def glm(case: dict[str, Any], data: Any, design: Any) -> None:
    result = case["result"]
    outcome, x = terms_of(case["args"]["formula"], result["names"], design)
    family: Any = "binomial" if case["kind"] == "glm_logit" else "gaussian"
    fit = linear.linear_model(design, outcome, x, family=family)
    tests = fit.coefficient_tests()
    rtol = TOLERANCE
    if case["id"] in STALE_WEIGHTS:
        rtol = STALE
        close_matrix(covariance_one_iteration_back(design, outcome, x), result["vcov"])
    close(fit.coefficients, result["estimate"])
    close(fit.standard_errors, result["se"], rtol)
    close([t.statistic for t in tests], result["t"], rtol)
    close([t.p_value for t in tests], result["p"], rtol)
    close_matrix(fit.covariance, result["vcov"], rtol)
    assert fit.residual_df == result["df_residual"]
    close([fit.deviance, fit.dispersion], [result["deviance"], result["dispersion"]])


@check("regTermTest")
def reg_term_test(case: dict[str, Any], data: Any, design: Any) -> None:
    args, result = case["args"], case["result"]
    outcome, x = terms_of(args["formula"], [], design)
    fit = linear.linear_model(design, outcome, x, family="binomial")
    ours = fit.term_test(args["term"], args["method"])
    assert (ours.df1, ours.df2) == (result["df"], result["ddf"])
    if args["method"] == "Wald":
        close([ours.statistic, ours.p_value], [result["F"], result["p"]])
    else:
        close(ours.statistic, result["chisq"])
        close(fit.likelihood_ratio(args["term"])[1], result["lambda"])
        close(ours.p_value, result["p"], LOOSE)


@check("ttest")
def t_test(case: dict[str, Any], data: Any, design: Any) -> None:
    args, result = case["args"], case["result"]
    ours = linear.t_test(design, args["y"], args["group"])
    close([ours.statistic, ours.df1], [result["statistic"], result["parameter"]["df"]])
    close([ours.p_value, ours.effect], [result["p_value"], result["estimate"]])
    close([ours.lower, ours.upper], result["conf_int"])


def column(case: dict[str, Any], data: Any, name: str) -> Any:
    return data[case["args"][name]].to_numpy()


@check("kappa")
def kappa(case: dict[str, Any], data: Any, design: Any) -> None:
    row, se = effects.kappa(design, case["args"]["a"], case["args"]["b"])
    close([row.effect, se], [case["result"]["kappa"], case["result"]["se"]])


@check("fisher")
def fisher_rxc(case: dict[str, Any], data: Any, design: Any) -> None:
    counts = case["args"]["table"]
    built = pd.crosstab(column(case, data, "row"), column(case, data, "col"))
    assert built.to_numpy().tolist() == counts
    close(classical.fisher_freeman_halton(counts).p_value, case["result"]["p_value"])


@check("fisher2x2")
def fisher_2x2(case: dict[str, Any], data: Any, design: Any) -> None:
    """Left to scipy."""
    result, counts = case["result"], np.array(case["args"]["table"])
    close(stats.fisher_exact(counts).pvalue, result["p_value"])
    # R's root finder stops at an absolute 1.2e-4 of the odds ratio (or of its inverse).
    ours = odds_ratio(counts, kind="conditional")
    limits = ours.confidence_interval(0.95)
    close([ours.statistic, *limits], [result["estimate"], *result["conf_int"]], LOOSE, atol=1e-5)


@check("clopper_pearson", "wilson")
def binomial_interval(case: dict[str, Any], data: Any, design: Any) -> None:
    from statsmodels.stats.proportion import proportion_confint

    result = case["result"]
    x, n = result["x"], result["n"]
    if "csv" in case["args"]:
        y = column(case, data, "y")
        assert (int(y.sum()), len(y)) == (x, n)
    method = "beta" if case["kind"] == "clopper_pearson" else "wilson"
    close(proportion_confint(x, n, method=method), result["ci"], atol=1e-12)
    if "wilson" in result:
        close(proportion_confint(x, n, method="wilson"), result["wilson"], atol=1e-12)
    if "p_value_half" in result:
        close(stats.binomtest(x, n, 0.5).pvalue, result["p_value_half"])


@check("kruskal")
def kruskal(case: dict[str, Any], data: Any, design: Any) -> None:
    result = case["result"]
    ours = classical.kruskal_wallis(column(case, data, "y"), column(case, data, "group"))
    close(
        [ours.statistic, ours.p_value, ours.df1],
        [result["statistic"], result["p_value"], result["parameter"]["df"]],
    )


@check("wilcox_exact", "wilcox_asym", "perm_exact")
def two_samples(case: dict[str, Any], data: Any, design: Any) -> None:
    test: Callable[[Any, Any], Any] = {
        "wilcox_exact": classical.exact_wilcoxon,
        "wilcox_asym": lambda x, y: classical.wilcoxon(x, y, exact=False),
        "perm_exact": classical.exact_permutation,
    }[case["kind"]]
    y, group = column(case, data, "y"), column(case, data, "group")
    ours = test(y[group == 1], y[group == 0])
    close([ours.statistic, ours.p_value], [case["result"]["statistic"], case["result"]["p_value"]])


@check("cochran_armitage")
def cochran_armitage(case: dict[str, Any], data: Any, design: Any) -> None:
    y, score = column(case, data, "y"), column(case, data, "score")
    levels = np.unique(score)
    events = [y[score == s].sum() for s in levels]
    totals = [(score == s).sum() for s in levels]
    # Left to statsmodels: the score test of a logit slope.
    counts = np.column_stack([events, np.subtract(totals, events)])
    model = sm.GLM(counts, np.ones((len(levels), 1)), family=sm.families.Binomial())
    statistic, p_value, _ = model.score_test(model.fit().params, exog_extra=levels[:, None])
    close([statistic[0], p_value[0]], [case["result"]["statistic"], case["result"]["p_value"]])


@check("spearman")
def spearman(case: dict[str, Any], data: Any, design: Any) -> None:
    x, y = column(case, data, "x"), column(case, data, "y")
    rho, tau = stats.spearmanr(x, y), stats.kendalltau(x, y, variant="b")
    close([rho.statistic, tau.statistic], [case["result"]["rho"], case["result"]["tau_b"]])


@check("polr")
def polr(case: dict[str, Any], data: Any, design: Any) -> None:
    flat = make_design(data)
    fit = ordinal_model(flat, case["args"]["y"], covariates(flat, [case["args"]["x"]]))
    result = case["result"]
    # MASS::polr stops its optimiser early and differences its Hessian: R's own last digits.
    close(fit.coefficients, result["coef"], NUMERICAL)
    close(fit.cuts, result["zeta"], NUMERICAL)
    close_matrix(np.linalg.inv(fit.hessian), result["vcov"], NUMERICAL)
    close(fit.deviance, result["deviance"])
