"""Tests and models of replicate designs, refitted under each replicate: R's numbers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from readiness.ground.errors import StatisticsError
from readiness.survey import (
    Design,
    association,
    covariates,
    design,
    kappa,
    linear_model,
    means,
    ordinal_model,
    pairwise,
    post_stratify,
    rake,
    rank_test,
    replicate,
    t_test,
    variance,
)
from readiness.survey.comparisons import cumulative
from readiness.survey.comparisons.cumulative import CumulativeLikelihood

FIXTURES = Path(__file__).parents[1] / "reference" / "fixtures"
R: dict[str, Any] = json.loads((FIXTURES / "held_out.json").read_text("utf-8"))["jackknife"]


@pytest.fixture(scope="module")
def jackknife() -> Design:
    frame = pd.read_csv(FIXTURES / "data" / "synth600.csv")
    return replicate(design(frame, weights="weight", strata="stratum"), "JKn")


@pytest.fixture(scope="module")
def refitting(jackknife: Design) -> Design:
    return jackknife.refitting()


def close(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    np.testing.assert_allclose(np.ravel(ours), np.ravel(theirs), rtol=rtol)


def test_pairwise_contrasts(refitting: Design) -> None:
    row = pairwise(refitting, "score", "profession")[0]
    assert row.statistic is not None and row.effect is not None
    close(row.effect, R["difference"])
    close(row.effect / row.statistic, R["difference_se"])


def test_linear_and_logit_models(refitting: Design) -> None:
    fit = linear_model(refitting, "score", covariates(refitting, ["profession", "region"]))
    close(fit.coefficients, R["glm"])
    close(fit.standard_errors, R["glm_se"])
    assert fit.residual_df == R["glm_df"]
    x = covariates(refitting, ["profession", "age"])
    logit = linear_model(refitting, "uses_ai", x, family="binomial")
    close(logit.coefficients, R["logit"])
    close(logit.standard_errors, R["logit_se"], 1e-6)  # R's glm stops at 1e-8 of the deviance
    term = logit.term_test("profession")
    close([term.statistic, term.p_value], [R["term_F"], R["term_p"]], 1e-6)
    t = t_test(refitting, "score", "uses_ai")
    close([t.statistic, t.p_value, t.df1], [R["t"], R["t_p"], R["t_df"]])


def test_association(refitting: Design) -> None:
    second = association(refitting, "profession", "readiness")
    close([second.statistic, second.df1, second.df2], [R["chisq"], *R["chisq_df"]])
    close(second.p_value, R["chisq_p"])
    close(association(refitting, "profession", "readiness", "Chisq").p_value, R["chisq_first_p"])
    for name, statistic in (("wald", "Wald"), ("adjusted_wald", "adjWald")):
        row = association(refitting, "uses_ai", "region", statistic)  # type: ignore[arg-type]
        close([row.statistic, row.p_value], [R[name], R[f"{name}_p"]])


def test_kappa_and_the_ordinal_model(refitting: Design) -> None:
    row, se = kappa(refitting, "uses_ai", "trained")
    close([row.effect, se], [R["kappa"], R["kappa_se"]])
    fit = ordinal_model(refitting, "readiness", covariates(refitting, ["profession"]))
    close(np.concatenate([fit.coefficients, fit.cuts]), R["olr"], 1e-3)  # R's own optimiser
    close(fit.standard_errors, R["olr_se"], 5e-3)


def test_rank_tests_refit_the_means_of_fixed_scores(refitting: Design, jackknife: Design) -> None:
    ours = rank_test(refitting, "score", "uses_ai")
    close([ours.statistic, ours.p_value], [R["midrank_t"], R["midrank_p"]])
    assert ours.statistic != rank_test(jackknife, "score", "uses_ai").statistic


def test_without_it_the_numbers_are_those_of_the_linear_part(jackknife: Design) -> None:
    frame = jackknife.data
    taylor = design(frame, weights="weight", strata="stratum")
    # JKn of a linearised statistic is the Taylor variance.
    for make in (
        lambda d: pairwise(d, "score", "profession")[0].statistic,
        lambda d: linear_model(d, "score", covariates(d, ["profession"])).standard_errors,
        lambda d: association(d, "profession", "readiness").statistic,
    ):
        close(make(jackknife), make(taylor))


def test_what_cannot_be_refitted_is_said() -> None:
    frame = pd.read_csv(FIXTURES / "data" / "synth600.csv")
    taylor = design(frame, weights="weight", strata="stratum")
    with pytest.raises(StatisticsError, match="no replicate weights"):
        taylor.refitting()
    few = frame.iloc[:24].assign(y=lambda f: (f["id"] <= 2).astype(int), x=lambda f: f["id"] % 2)
    alone = replicate(design(few, weights="weight"), "JKn").refitting()
    with pytest.raises(StatisticsError, match="a replicate leaves the binomial model"):
        linear_model(alone, "y", covariates(alone, ["x"]), family="binomial")


def test_sums_by_level_are_the_derivatives_cell_by_cell() -> None:
    rng = np.random.default_rng(2)
    y, x = rng.integers(0, 4, 60), rng.normal(size=(60, 3))
    problem = CumulativeLikelihood(y, x, rng.uniform(1, 2, 60), np.arange(60), 4, "probit")
    theta = np.array([0.3, -0.2, 0.1, -0.8, 0.1, 0.9])
    problem.theta = theta
    scores, information = problem.partial_scores()
    scores, information = scores[:, :6], information[:6, :6]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cumulative, "_BLOCK", 7)
        gradient, other = problem.slope(theta)
    np.testing.assert_allclose(gradient, problem.weights @ scores, rtol=1e-12)
    np.testing.assert_allclose(other, information, rtol=1e-12)
    np.testing.assert_allclose(problem.scores(theta, np.eye(6)), scores, rtol=1e-12, atol=1e-15)


def test_weights_of_a_domain_and_variance_under_replicates() -> None:
    """R: `svymean(~score, rake(subset(d, region != "north"), ...))`; `svyvar(~score, j)` and
    `svymean(~score, postStratify(j, ~age, ...))` of women, j the jackknife of d.
    """
    frame = pd.read_csv(FIXTURES / "data" / "synth600.csv")
    d = design(frame, weights="weight", strata="stratum", psu="psu", nest=True)
    totals = {n: frame.groupby(n)["weight"].sum().to_dict() for n in ("gender", "age")}
    raked = rake(d.subset(frame["region"] != "north"), totals, residuals="r-rake", tolerance=1e-12)
    mean = means(raked, "score")
    close([mean.values[0], mean.se[0]], [50.832461303177, 0.957869492633])
    women = replicate(d, "JKn").subset(frame["gender"] == "female")
    spread = variance(women, "score")
    close([spread.values[0], spread.se[0]], [220.0418767022, 21.4665438442])
    again = means(post_stratify(women, "age", totals["age"]), "score")
    close([again.values[0], again.se[0]], [51.3432178747, 1.0989631530])
