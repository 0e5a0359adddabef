"""What the API once did in silence: each has R's number, or an error that names the cause."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from readiness.ground.errors import StatisticsError
from readiness.survey import (
    Design,
    association,
    compare_groups,
    covariates,
    cronbach_alpha,
    design,
    kappa,
    linear_model,
    means,
    ordinal_model,
    pairwise,
    permutation_test,
    proportion_estimates,
    proportions,
    quantiles,
    rake,
    rank_test,
    table,
    totals,
)
from readiness.survey.comparisons.rao_scott import tail_probability

FIXTURES = Path(__file__).parents[1] / "reference" / "fixtures"
R: dict[str, dict[str, Any]] = json.loads((FIXTURES / "held_out.json").read_text("utf-8"))
WORDS = ["weak", "middling", "good", "excellent"]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    data = pd.read_csv(FIXTURES / "data" / "synth600.csv")
    codes = np.digitize(data["score"], [40, 50, 60], right=True)
    data["word"] = pd.Categorical.from_codes(codes, WORDS, ordered=True)
    return data


@pytest.fixture(scope="module")
def d(frame: pd.DataFrame) -> Design:
    return design(frame, weights="weight", strata="stratum", fpc="fpc")


def close(ours: Any, theirs: Any, rtol: float = 1e-8) -> None:
    given = np.atleast_1d(np.asarray(theirs, object))
    expected = [np.nan if v is None else float(v) for v in given]
    np.testing.assert_allclose(np.ravel(np.asarray(ours, float)), expected, rtol=rtol)


def refused(match: str, call: Callable[[], object]) -> None:
    with pytest.raises(StatisticsError, match=match) as caught:
        call()
    assert str(caught.value).count("\n") <= 1


def test_a_woodruff_limit_that_leaves_the_unit_interval_does_not_exist(d: Design) -> None:
    thin = d.subset(d.data["id"] <= 25)
    ours = quantiles(thin, "score", [0.02, 0.5, 0.98])
    for column in ("estimate", "lower", "upper", "se"):
        close(ours[column], R["quantile"][column])
    assert set(ours["df"]) == {R["quantile"]["df"]}


def test_degrees_of_freedom_that_miss_a_whole_number_by_rounding() -> None:
    weights = np.array([1.3, 0.9, 0.7])
    exact = tail_probability(9.5, weights, 398.0)
    close(exact, R["saddlepoint"]["p"], 1e-6)
    assert tail_probability(9.5, weights, 397.99999999999994) == exact


def test_the_order_of_a_categorical_is_respected(frame: pd.DataFrame, d: Design) -> None:
    ours = R["ordered"]
    by = covariates(d, ["uses_ai"], categorical=["uses_ai"])
    for given in ("word", frame["word"], pd.Categorical(frame["word"])):
        fit = ordinal_model(d, given, by)
        assert fit.levels == tuple(WORDS)
        close(fit.coefficients, ours["coefficient"], 1e-3)  # svyolr's own optimiser
        close(fit.cuts, ours["cuts"], 1e-3)
    counts = table(d, "word", "uses_ai")
    assert counts.rows == tuple(WORDS)
    close(counts.totals.sum(axis=1), ours["table"])
    grouped = proportion_estimates(d, "uses_ai", [0, 1], by="word")
    assert grouped.groups == tuple(WORDS)
    assert means(d, "score", by="word").names == tuple(WORDS)
    # Without a declared order the words are sorted, as before.
    assert table(d, frame["word"].astype(str), "uses_ai").rows == tuple(sorted(WORDS))


def test_unknown_options_are_refused_by_name(d: Design) -> None:
    group = "profession"
    for name in ("chisq", "f", "wald"):
        refused(
            f"statistic '{name}' is unknown.*Chisq",
            lambda n=name: association(d, group, "region", n),
        )  # type: ignore[misc]
    fit = linear_model(d, "score", covariates(d, ["region"]))
    refused("method of the term test 'wald'", lambda: fit.term_test("region", "wald"))  # type: ignore[arg-type]
    refused("deff 'yes' is unknown", lambda: means(d, "score", deff="yes"))  # type: ignore[arg-type]
    refused("deff 1 is unknown", lambda: totals(d, "score", deff=1))  # type: ignore[arg-type]
    refused("missing 'omit' is unknown", lambda: means(d, "score", missing="omit"))  # type: ignore[arg-type]
    refused("score 'kruskal' is unknown", lambda: rank_test(d, "score", group, "kruskal"))  # type: ignore[arg-type]
    refused(
        "statistic 'rank' is unknown",
        lambda: permutation_test(d, "score", group, blocks=None, seed=1, statistic="rank"),  # type: ignore[arg-type]
    )


def test_both_design_effects_are_rs(d: Design) -> None:
    close(means(d, "score", deff="without-replacement").deff, R["deff"]["true"])
    close(means(d, "score", deff="replace").deff, R["deff"]["replace"])


def test_a_domain_is_true_or_false(frame: pd.DataFrame, d: Design) -> None:
    answers = np.where(frame["uses_ai"] == 1, "yes", "no")
    refused("the domain is 'yes' in row 0; expected true or false", lambda: d.subset(answers))
    refused("is [2-5] in row", lambda: d.subset(frame["readiness"].to_numpy()))
    yes = frame["uses_ai"] == 1
    for mask in (yes, yes.to_numpy(), frame["uses_ai"], yes.astype("boolean"), yes.astype(object)):
        assert d.subset(mask).n == yes.sum()
    holes = yes.astype(object)
    holes[0] = None
    assert d.subset(holes).n == yes[1:].sum()


def test_a_series_with_another_index_is_not_matched_by_position(frame: pd.DataFrame) -> None:
    turned = frame.iloc[::-1]
    d = design(turned, weights="weight", strata="stratum")
    refused("another index.*to_numpy", lambda: means(d, frame["score"]))
    refused("another index", lambda: d.subset(frame["uses_ai"] == 1))
    refused("another index", lambda: design(turned, weights=frame["weight"]))
    # The same index in the order of the rows, or an array.
    assert means(d, turned["score"]).values[0] == means(d, turned["score"].to_numpy()).values[0]


@pytest.mark.parametrize("level", [95, 0, 1, -0.5, float("nan")])
def test_a_level_beyond_0_and_1_is_refused(d: Design, level: float) -> None:
    calls: list[Callable[[], object]] = [
        lambda: means(d, "score").interval(level),
        lambda: quantiles(d, "score", [0.5], level=level),
        lambda: proportions(d, "uses_ai", [0, 1], level=level),
        lambda: pairwise(d, "score", "profession", level=level),
        lambda: kappa(d, "uses_ai", "trained", level=level),
        lambda: cronbach_alpha(d, d.data[["readiness", "score"]].to_numpy(), level),
        lambda: linear_model(d, "score", covariates(d, ["age"])).coefficient_tests(level),
        lambda: ordinal_model(d, "readiness", covariates(d, ["age"])).odds_ratios(level),
        lambda: compare_groups(
            d,
            "readiness",
            [1, 2, 3, 4, 5],
            "region",
            sorted(set(d.data["region"])),
            seed=1,
            level=level,
        ),
    ]
    for call in calls:
        refused("level", call)


def test_whole_numbers_are_levels_in_a_column_and_in_an_array(frame: pd.DataFrame) -> None:
    frame = frame.assign(digit=frame["readiness"])
    d = design(frame, weights="weight")
    by_name = table(d, "digit", "region", row_levels=[1, 2, 3, 4, 5])
    by_array = table(d, frame["digit"].to_numpy(), "region", row_levels=[1, 2, 3, 4, 5])
    np.testing.assert_array_equal(by_name.counts, by_array.counts)
    positions = frame["readiness"].to_numpy()
    words = ["none", "weak", "fair", "good", "best"]
    refused(
        "has the value '.'; declared.*values are levels, not positions",
        lambda: table(d, positions, "region", row_levels=words),
    )


def test_a_group_of_one_has_no_standard_error_and_no_interval(frame: pd.DataFrame) -> None:
    frame = frame.assign(team=np.where(frame["id"] == 7, "alone", frame["region"]))
    d = design(frame, weights="weight")
    by = means(d, "score", by="team")
    alone = by.names.index("alone")
    assert np.isnan(by.se[alone]) and np.isfinite(np.delete(by.se, alone)).all()
    low, high = by.interval()
    assert np.isnan(low[alone]) and np.isnan(high[alone])
    shares = proportion_estimates(d, "readiness", [1, 2, 3, 4, 5], by="team")
    assert np.isnan(shares.se[alone]).all()
    rows = proportions(d, "readiness", [1, 2, 3, 4, 5], by="team")
    row = rows[rows["group"] == "alone"]
    assert sorted(row["estimate"]) == [0, 0, 0, 0, 1]
    assert row[["se", "lower", "upper", "n_eff"]].isna().all(axis=None)
    assert (row["reliability"] == "suppress").all()


def test_a_covariate_with_a_large_mean(frame: pd.DataFrame) -> None:
    ours = R["large_mean"]
    for shift in (0.0, 1e6, 1e9):
        near = frame["score"] / 7 + shift
        d = design(frame.assign(near=near), weights="weight", strata="stratum", fpc="fpc")
        x = covariates(d, ["near"])
        exact = 1e-8 if shift < 1e9 else 1e-5  # the data themselves keep no more digits
        logit = linear_model(d, "uses_ai", x, family="binomial")
        close(
            [logit.coefficients[1], logit.standard_errors[1]],
            [ours["logit"], ours["logit_se"]],
            exact,
        )
        linear = linear_model(d, "readiness", x)
        close(linear.coefficients[1], ours["linear"], exact)
        close(linear.standard_errors[1], ours["linear_se"], exact)
        close(ordinal_model(d, "readiness", x).coefficients[0], ours["ordinal"], 1e-3)


def test_rows_of_weight_zero_stay_in_the_design(frame: pd.DataFrame) -> None:
    zero = np.where(frame["id"] % 5 == 0, 0.0, frame["weight"])
    d = design(frame.assign(zero=zero), weights="zero", strata="stratum")
    ours = R["zero_weights"]
    assert d.rows == 600 and d.n == 480 and d.degrees_of_freedom == ours["degf"]
    mean, total, by = means(d, "score"), totals(d, "score"), means(d, "score", by="region")
    close([mean.values[0], mean.se[0]], [ours["mean"], ours["mean_se"]])
    close([total.values[0], total.se[0]], [ours["total"], ours["total_se"]])
    close(by.values, ours["by"])
    close(by.se, ours["by_se"])
    chisq = association(d, "uses_ai", "region")
    # R's svychisq counts the rows without weight in its degrees of freedom, though degf does not.
    assert chisq.statistic is not None and chisq.df1 is not None and chisq.df2 is not None
    close(chisq.statistic, ours["chisq"])
    np.testing.assert_allclose(chisq.df2, chisq.df1 * ours["degf"])
    close(stats.f.sf(chisq.statistic, chisq.df1, chisq.df1 * (600 - 6)), ours["chisq_p"])
    genders = sorted(frame["gender"].unique())
    raked = rake(d, {"gender": dict(zip(genders, [4e5, 5e5, 3e5], strict=False))}, tolerance=1e-13)
    close(raked.full_weights[:10], ours["raked"])
    refused("all 600 weights .* are 0", lambda: design(frame.assign(w=0.0), weights="w"))


def test_broken_tables_have_errors_of_their_own(frame: pd.DataFrame, d: Design) -> None:
    twice = pd.concat([frame, frame[["score"]]], axis=1)
    refused("2 columns named 'score'", lambda: means(design(twice), "score"))
    refused("2 columns named 'score'", lambda: design(twice, weights="score"))
    refused("a dict given; expected a column name", lambda: means(d, {"score": 1}))  # type: ignore[arg-type]
    refused("DataFrame of shape", lambda: means(d, frame[["score"]]))  # type: ignore[arg-type]
    refused("a dict given", lambda: design(frame, strata={"a": "b"}))  # type: ignore[arg-type]
    refused("a term is given twice", lambda: covariates(d, ["region", "region"]))
    refused("terms is the string", lambda: covariates(d, "region"))
    refused("not numeric", lambda: cronbach_alpha(d, frame[["region", "gender"]].to_numpy()))
