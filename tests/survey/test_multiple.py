"""Multi-response items across groups: MRCV's numbers, a survey's design, what cannot be tested."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from readiness.ground.errors import StatisticsError
from readiness.survey import association, design, multiple_marginal_independence, replicate

DATA = Path(__file__).parents[1] / "reference" / "fixtures" / "data" / "synth600.csv"
# R MRCV 0.4-0, MI.test(profession, uses_ai, trained, score > 55; I = 1, J = 3, type = "rs2").
MRCV = {
    "each": [9.7176332590937, 4.39191282965726, 12.2694738812941],
    "second_order": 26.7981361640735,
    "df": 21.333653035048,
    "p": 0.190923475062389,
}


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    data = pd.read_csv(DATA)
    return data.assign(high=(data["score"] > 55).astype(int))


OPTIONS = {"ai": "uses_ai", "training": "trained", "high": "high"}


def eigenvalues(frame: pd.DataFrame, ddof: int) -> Any:
    """Bilder and Loughin (2004), appendix A, another way: covariances of ticks within groups."""
    ticks = frame[list(OPTIONS.values())].to_numpy(float)
    codes, names = pd.factorize(frame["profession"], sort=True)
    r, c, n = len(names), 3, len(frame)
    size = np.bincount(codes)
    pi = ticks.mean(axis=0)
    blocks = np.zeros((r * c, r * c))
    for g in range(r):
        inside = np.cov(ticks[codes == g].T, ddof=ddof) / size[g]  # of the group's shares
        blocks[g * c : (g + 1) * c, g * c : (g + 1) * c] = inside
    # p_gj - sum_h a_h p_hj, in the metric pi (1 - pi) / n_g
    centre = np.eye(r * c) - np.kron(np.outer(np.ones(r), size / n), np.eye(c))
    root = np.sqrt(np.repeat(size, c) / np.tile(pi * (1 - pi), r))
    values = np.linalg.eigvalsh((centre @ blocks @ centre.T) * np.outer(root, root))[::-1]
    return values[: c * (r - 1)]


def test_mrcv(frame: pd.DataFrame) -> None:
    # MRCV takes the groups' sizes as fixed: strata are the groups.
    d = design(frame, strata="profession")
    made = multiple_marginal_independence(d, OPTIONS, "profession", base="answered")
    assert made.pearson == pytest.approx(sum(MRCV["each"]), rel=1e-12)  # type: ignore[arg-type]
    # MRCV divides by n of a group and takes the trace of the null; a design divides by n - 1.
    plain = eigenvalues(frame, 0)
    df = len(plain) ** 2 / float((plain**2).sum())
    value = made.pearson * len(plain) / float((plain**2).sum())
    assert (df, value) == (pytest.approx(MRCV["df"]), pytest.approx(MRCV["second_order"]))
    assert stats.chi2.sf(value, df) == pytest.approx(MRCV["p"])
    np.testing.assert_allclose(made.delta, eigenvalues(frame, 1), rtol=1e-9)
    first = made.pearson / made.delta.mean()
    assert made.first_order().p_value == pytest.approx(stats.chi2.sf(first, len(plain)))


def test_one_option_is_pearsons_statistic_and_rao_scotts_test(frame: pd.DataFrame) -> None:
    d = design(frame, weights="weight", strata="stratum")
    made = multiple_marginal_independence(d, {"ai": "uses_ai"}, "profession", base="answered")
    single = association(d, "profession", "uses_ai")
    assert made.options[0].p_value == pytest.approx(single.p_value)
    assert made.second_order().p_value == pytest.approx(single.p_value, rel=0.1)
    assert made.options[0].p_adjusted == made.options[0].p_value


def test_a_replicate_design_and_its_refit(frame: pd.DataFrame) -> None:
    taylor = design(frame, weights="weight", strata="stratum")
    jack = replicate(taylor, "JKn")
    results = [
        multiple_marginal_independence(d, OPTIONS, "profession", base="answered")
        for d in (taylor, jack, jack.refitting())
    ]
    np.testing.assert_allclose(results[1].delta, results[0].delta, rtol=1e-8)
    ratio = results[2].delta.sum() / results[0].delta.sum()
    assert 1 < ratio < 1.1, "the jackknife of the statistic itself is a little larger"


def test_bases_groups_and_constant_options(frame: pd.DataFrame) -> None:
    blank: Any = frame["uses_ai"].astype(object).where(frame["id"] % 10 != 0, "_blank")
    d = design(frame.assign(a=blank, none=0), weights="weight")
    options = {"a": "a", "b": "trained", "none": "none"}
    answered = multiple_marginal_independence(d, options, "region", base="answered")
    asked = multiple_marginal_independence(d, options, "region", base="asked")
    assert (answered.n, asked.n) == (540, 600)
    assert "none ticked by nobody" in answered.note and len(answered.options) == 2
    with pytest.raises(StatisticsError, match="by all or by nobody"):
        multiple_marginal_independence(d, {"none": "none"}, "region", base="asked")
    with pytest.raises(StatisticsError, match="base 'all' is unknown"):
        multiple_marginal_independence(d, options, "region", base="all")  # type: ignore[arg-type]
    with pytest.raises(StatisticsError, match="needs two levels"):
        multiple_marginal_independence(
            d.subset(frame["region"] == "north"), options, "region", base="asked"
        )
