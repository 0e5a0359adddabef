"""What nonresponse could do: bounds by arithmetic, SMUB and MUBP by the authors' R code.

The numbers of R are those of the authors' functions (github bradytwest/IndicesOfNISB:
`nisb_bayes`, its point estimates, and `mle2stepMUBP_more`) on their example, the National Survey of
Family Growth with ownership of a smartphone as selection, and two auxiliaries, education and age.
"""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from readiness.ground.errors import StatisticsError
from readiness.survey import design, means, proportions
from readiness.survey.nonresponse import SelectedMoments, mubp, probit_proxy, smub, worst_case

WORKED = SelectedMoments(  # months worked in the last twelve, women with a smartphone
    7.6324938711834189,
    26.5090788796570749,
    np.array([2.7428125696456429, 2.3154669043904614]),
    np.array(
        [[1.12787377808337719, 0.29645576901071935], [0.29645576901071935, 0.50461531189909770]]
    ),
    np.array([2.12802806805876887, 1.14982835736985867]),
    8974,
)
# (never married, education, age group, women with a smartphone)
MARRIED = [
    (0, 1, 1, 9),
    (1, 1, 1, 758),
    (0, 2, 1, 20),
    (1, 2, 1, 356),
    (0, 3, 1, 5),
    (1, 3, 1, 146),
    (1, 4, 1, 1),
    (0, 1, 2, 177),
    (1, 1, 2, 168),
    (0, 2, 2, 334),
    (1, 2, 2, 371),
    (0, 3, 2, 611),
    (1, 3, 2, 926),
    (0, 4, 2, 448),
    (1, 4, 2, 521),
    (0, 1, 3, 374),
    (1, 1, 3, 118),
    (0, 2, 3, 485),
    (1, 2, 3, 139),
    (0, 3, 3, 1049),
    (1, 3, 3, 331),
    (0, 4, 3, 1281),
    (1, 4, 3, 353),
]


def test_smub_of_the_authors_example() -> None:
    made = smub(WORKED, [2.2566018933731939, 2.3398106626806179], 2007)
    np.testing.assert_allclose(
        made["smub"], [0.025090917986603688, 0.058767849113860571, 0.137645824330278777], rtol=1e-10
    )
    np.testing.assert_allclose(made["correlation"], 0.42694974148179127, rtol=1e-10)
    np.testing.assert_allclose(made["mub"], made["smub"] * 5.1486968137245253, rtol=1e-10)
    np.testing.assert_allclose(made["mean"], WORKED.mean_y - made["mub"])


def test_the_order_of_sums_leaves_fifteen_digits() -> None:
    """As another kernel would add: the likelihood is flat where its slope is not."""
    generator = np.random.default_rng(5)
    z = generator.normal(size=(600, 3))
    y = (z @ [1.0, 0.5, 0.0] + generator.normal(size=600) > 0.2).astype(float)
    shares = []
    for order in (np.arange(600), generator.permutation(600)):
        proxy = probit_proxy(y[order], z[order])
        moments = proxy.moments([0.1, 0.1, 0.1])
        shares.append(mubp(y[order], proxy.values, *moments, 0.01)["share"])
    np.testing.assert_allclose(*shares, rtol=0, atol=1e-13)


def test_mubp_of_the_authors_example() -> None:
    cells = np.array(MARRIED)
    rows = np.repeat(cells[:, :3], cells[:, 3], axis=0).astype(float)
    y, z = rows[:, 0], rows[:, 1:]
    proxy = probit_proxy(y, z)
    np.testing.assert_allclose(
        proxy.coefficients,
        [2.545734304980261875, -0.038481359556903426, -1.080992802816076903],
        rtol=1e-7,
    )
    mean, variance = proxy.moments(
        [2.2557213930348259, 2.3402985074626868],
        [[1.15607725434549491, 0.23946568798615187], [0.23946568798615187, 0.54715570975386885]],
    )
    assert (mean, variance) == (
        pytest.approx(-0.070914764013681256, rel=1e-7),
        pytest.approx(0.66101086824592392, rel=1e-7),
    )
    made = mubp(y, proxy.values, mean, variance, 0.817)
    # R's optimize stops at 1e-4 of the correlation.
    np.testing.assert_allclose(made["correlation"], 0.613735388441, rtol=1e-4)
    expected = [0.000358813758737, 0.000490747703698, 0.000564433151357]
    np.testing.assert_allclose(made["mubp"], expected, rtol=2e-3)
    np.testing.assert_allclose(made["others"], [0.464357051, 0.463636101, 0.463233448], rtol=1e-5)
    np.testing.assert_allclose(made["share"], y.mean() - made["mubp"])


def population(phi: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A latent answer, two auxiliaries and who is selected: by the proxy, or by the answer."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((60_000, 2))
    u = 0.8 * z[:, 0] + 0.3 * z[:, 1] + rng.standard_normal(60_000)
    drives = u if phi else z @ [0.8, 0.3]
    return u, z, rng.random(60_000) < stats.norm.cdf(0.7 * drives - 0.4)


@pytest.mark.parametrize("phi", [0, 1])
def test_the_bias_is_found_where_the_assumption_holds(phi: int) -> None:
    u, z, chosen = population(phi)
    moments = SelectedMoments.of(u[chosen], z[chosen])
    made = smub(moments, z[~chosen].mean(axis=0), int((~chosen).sum()))
    bias = u[chosen].mean() - u.mean()
    assert bias > 0.3
    assert made["mub"].iloc[2 * phi] == pytest.approx(bias, abs=0.05)
    y = (u > 0.5).astype(float)
    proxy = probit_proxy(y[chosen], z[chosen])
    mean, variance = proxy.moments(z[~chosen].mean(axis=0), np.cov(z[~chosen].T))
    share = mubp(y[chosen], proxy.values, mean, variance, chosen.mean())
    true = y[chosen].mean() - y.mean()
    assert true > 0.1
    assert share["mubp"].iloc[2 * phi] == pytest.approx(true, abs=0.02)
    # Either way the truth lies between phi = 0 and phi = 1, as the range says.
    assert share["mubp"].min() - 0.02 <= true <= share["mubp"].max() + 0.02


def test_worst_case_bounds_are_arithmetic() -> None:
    rng = np.random.default_rng(4)
    truth = rng.integers(0, 2, 300)
    said = np.where(rng.random(300) < 0.75, truth.astype(float), np.nan)
    weight = rng.uniform(1, 4, 300)
    d = design(pd.DataFrame({"y": said, "w": weight}), weights="w")
    whole = worst_case(d, "y")
    yes, blank = weight[said == 1].sum(), weight[np.isnan(said)].sum()
    assert whole["worst_lower"] == pytest.approx(yes / weight.sum())
    assert whole["worst_upper"] == pytest.approx((yes + blank) / weight.sum())
    assert whole["estimate"] == pytest.approx(means(d, "y", missing="drop").values[0])
    assert (
        whole["limit_lower"] < whole["worst_lower"] <= whole["worst_upper"] < whole["limit_upper"]
    )
    assert whole["worst_lower"] <= np.average(truth, weights=weight) <= whole["worst_upper"]
    some = worst_case(d, "y", asked=np.arange(300) < 280)
    assert some["worst_lower"] == pytest.approx(
        weight[:280][said[:280] == 1].sum() / weight[:280].sum()
    )
    # Without blanks the bounds are the share and the limits its own.
    full = worst_case(design(pd.DataFrame({"y": truth})), "y")
    own = proportions(design(pd.DataFrame({"y": truth})), "y", [1, 0]).iloc[0]
    assert full["worst_lower"] == full["worst_upper"] == full["estimate"] == own["estimate"]
    assert (full["limit_lower"], full["limit_upper"]) == (own["lower"], own["upper"])


def test_what_cannot_be_said_is_refused() -> None:
    d = design(pd.DataFrame({"y": [1.0, 0.0, 2.0], "none": [np.nan] * 3}))
    with pytest.raises(StatisticsError, match=r"2\.0 in row 2, which is not declared"):
        worst_case(d, "y")
    with pytest.raises(StatisticsError, match="the base is empty"):
        worst_case(d, "none")
    with pytest.raises(StatisticsError, match="means of 1 auxiliaries"):
        smub(WORKED, [1.0], 10)
    rng = np.random.default_rng(1)
    z = rng.standard_normal((50, 2))
    with pytest.raises(StatisticsError, match="every answer is 1"):
        probit_proxy(np.ones(50), z)
    with pytest.raises(StatisticsError, match="depend on one another"):
        probit_proxy((z[:, 0] > 0).astype(float), np.column_stack([z[:, 1], 2 * z[:, 1]]))
    with pytest.raises(StatisticsError, match="no finite estimate"):
        probit_proxy((z[:, 0] > 0).astype(float), z)
    with pytest.raises(StatisticsError, match="the same for all"):
        mubp((z[:, 0] > 0).astype(float), np.zeros(50), 0.0, 1.0, 0.5)
