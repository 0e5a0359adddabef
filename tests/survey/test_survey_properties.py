"""What must hold whatever the data: row order, category order, scale, domains, replicates."""

from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from readiness.survey import (
    Design,
    design,
    means,
    proportion_estimates,
    proportions,
    quantiles,
    rake,
    ratio,
    replicate,
    totals,
    weigh,
)

SEEDS = st.integers(0, 10_000)
LEVELS = ["none", "weak", "medium", "good"]
bounded = settings(max_examples=15)


def sample(seed: int, n: int = 90) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "stratum": generator.integers(0, 3, n),
            "psu": generator.integers(0, 8, n),
            "weight": generator.lognormal(2, 0.6, n),
            "group": generator.choice(["p", "q", "r"], n),
            "sex": generator.choice(["f", "m"], n),
            "level": generator.choice(LEVELS, n),
            "y": generator.normal(5, 2, n),
        }
    )
    # Every category and every PSU occurs, whatever the seed.
    frame.loc[:2, "group"] = ["p", "q", "r"]
    frame.loc[:23, "psu"] = np.tile(np.arange(8), 3)
    frame.loc[:23, "stratum"] = np.repeat([0, 1, 2], 8)
    frame.loc[:1, "sex"] = ["f", "m"]
    return frame


def made(frame: pd.DataFrame) -> Design:
    return design(frame, weights="weight", strata="stratum", psu="psu", nest=True)


def margins(frame: pd.DataFrame) -> dict[str, dict[Any, float]]:
    return {"group": {"p": 300.0, "q": 450.0, "r": 250.0}, "sex": {"f": 480.0, "m": 520.0}}


@bounded
@given(SEEDS)
def test_row_order_does_not_matter(seed: int) -> None:
    frame = sample(seed)
    shuffled = frame.sample(frac=1, random_state=seed).reset_index(drop=True)
    a, b = (weigh(made(f), margins(f)).design for f in (frame, shuffled))
    pd.testing.assert_frame_equal(
        proportions(a, "level", LEVELS, by="group"),
        proportions(b, "level", LEVELS, by="group"),
        rtol=1e-9,
    )
    pd.testing.assert_frame_equal(
        quantiles(a, "y", [0.25, 0.5]), quantiles(b, "y", [0.25, 0.5]), rtol=1e-9
    )


@bounded
@given(SEEDS, st.floats(1e-3, 1e3))
def test_a_rescaling_of_the_weights_does_not_matter(seed: int, factor: float) -> None:
    frame = sample(seed)
    a = proportions(made(frame), "level", LEVELS, by="group")
    b = proportions(
        made(frame.assign(weight=frame["weight"] * factor)), "level", LEVELS, by="group"
    )
    # But for the weighted base, which is in the weights' own unit.
    np.testing.assert_allclose(b.pop("weighted"), a.pop("weighted") * factor, rtol=1e-9)
    pd.testing.assert_frame_equal(a, b, rtol=1e-9)
    raked = rake(made(frame.assign(weight=frame["weight"] * factor)), margins(frame)).weights
    np.testing.assert_allclose(raked, rake(made(frame), margins(frame)).weights, rtol=1e-8)


@bounded
@given(SEEDS)
def test_a_domain_is_a_0_1_variable(seed: int) -> None:
    frame = sample(seed)
    inside = (frame["group"] == "p").to_numpy()
    for d in (made(frame), rake(made(frame), margins(frame)), replicate(made(frame), "JKn")):
        domain = d.subset(inside)
        zeroed = np.where(inside, frame["y"], 0.0)
        np.testing.assert_allclose(totals(domain, "y").se, totals(d, zeroed).se, rtol=1e-10)
        r = ratio(d, zeroed, inside.astype(float))
        np.testing.assert_allclose(means(domain, "y").values, r.values, rtol=1e-12)
        np.testing.assert_allclose(means(domain, "y").se, r.se, rtol=1e-10)


@bounded
@given(SEEDS)
def test_shares_add_up_and_their_covariance_with_the_sum_is_0(seed: int) -> None:
    d = made(sample(seed))
    p = proportion_estimates(d, "level", LEVELS, by="group")
    np.testing.assert_allclose(p.values.sum(axis=1), 1, rtol=1e-12)
    blocks = p.covariance.reshape(3, 4, 3, 4).sum(axis=3)
    np.testing.assert_allclose(blocks, 0, atol=1e-15)


@bounded
@given(SEEDS)
def test_jackknife_of_a_total_is_taylor_exactly(seed: int) -> None:
    d = made(sample(seed))
    taylor, jackknife = totals(d, "y"), totals(replicate(d, "JKn"), "y")
    np.testing.assert_allclose(jackknife.se, taylor.se, rtol=1e-10)


def test_calibrated_replicates_reproduce_greg() -> None:
    frame = sample(4, 900)
    frame["psu"] = np.arange(900)
    d = made(frame)
    greg = weigh(d, margins(frame)).design
    boot = weigh(d, margins(frame), replicates="subbootstrap", n_replicates=1500, seed=1).design
    a, b = (proportion_estimates(x, "level", LEVELS, by="group").se for x in (greg, boot))
    np.testing.assert_allclose(b, a, rtol=0.1)


def test_a_bootstrap_is_the_same_for_the_same_seed() -> None:
    d = made(sample(1))
    a, b, c = (replicate(d, "subbootstrap", n_replicates=10, seed=s).replicates for s in (1, 1, 2))
    assert a is not None and b is not None and c is not None
    assert (a.write_out() == b.write_out()).all() and not (a.write_out() == c.write_out()).all()
