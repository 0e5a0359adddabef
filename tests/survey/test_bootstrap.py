"""A bootstrap is drawn when it is used: the same numbers as written out, and no matrix of rows."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest

from readiness.ground.errors import StatisticsError
from readiness.survey import Design, Trim, design, proportion_estimates, weigh
from readiness.survey.replicates import Replicates
from readiness.survey.weighting.calibration import rake_weights
from readiness.survey.weighting.margins import make_margins

TOTALS = {"region": {"a": 900.0, "b": 600.0}, "sex": {"f": 800.0, "m": 700.0}}
NUMBER = 60


def sample(n: int, *, clustered: bool) -> Design:
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "region": rng.choice(["a", "b"], n),
            "sex": rng.choice(["f", "m"], n, p=[0.6, 0.4]),
            "level": rng.choice(["low", "high"], n),
            "stratum": rng.choice(["s", "t"], n),
            "weight": rng.uniform(1, 3, n),
            "psu": rng.integers(0, 30, n),
        }
    )
    psu = {"psu": "psu", "nest": True} if clustered else {}
    return design(frame, weights="weight", strata="stratum", **psu)


@pytest.mark.parametrize("clustered", [False, True])
def test_each_replicate_is_raked_as_if_it_were_the_sample(clustered: bool) -> None:
    base = sample(240, clustered=clustered)
    kind = {"replicates": "subbootstrap", "n_replicates": NUMBER}
    made = weigh(base, TOTALS, **kind).design  # type: ignore[arg-type]
    replicates = made.replicates
    assert replicates is not None and replicates.drawn is not None
    unraked = replicates.drawn.base * replicates.drawn.draw(7)[base.psu]
    margins = make_margins(base.data, TOTALS, ())
    expected = rake_weights(unraked, margins).weights
    assert replicates.column(7) == pytest.approx(expected, rel=1e-8)
    # Each is met, and the same again.
    written = replicates.write_out()
    for margin in margins:
        sums = np.array([np.bincount(margin.codes.codes, w) for w in written.T])
        assert sums == pytest.approx(np.tile(margin.totals, (NUMBER, 1)), rel=1e-8)
    codes = np.arange(240) % 5 - 1
    plain = Replicates(written, replicates.scale, replicates.rscales, kind="subbootstrap")
    for own, other in (
        (replicates.code_totals(codes, 4), plain.code_totals(codes, 4)),
        (replicates.totals(np.ones((240, 2))), plain.totals(np.ones((240, 2)))),
    ):
        assert own == pytest.approx(other, rel=1e-12)


def test_a_bootstrap_of_many_rows_holds_no_matrix() -> None:
    base = sample(20_000, clustered=False)
    tracemalloc.start()
    made = weigh(base, TOTALS, replicates="subbootstrap", n_replicates=NUMBER).design
    shares = proportion_estimates(made, "level", ["low", "high"], by="region")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (shares.se > 0).all()
    # Written out, the weights alone take 9.6 MB.
    assert peak < 0.7 * 20_000 * NUMBER * 8


def test_limited_weights_are_written_out() -> None:
    limits = Trim(0.7, 1.5)
    made = weigh(
        sample(240, clustered=False),
        TOTALS,
        trim=limits,
        replicates="subbootstrap",
        n_replicates=NUMBER,
    )
    assert made.design.replicates is not None and made.design.replicates.drawn is None
    assert made.design.replicates.matrix.shape == (240, NUMBER)


def test_a_replicate_without_a_category_is_named() -> None:
    base = sample(240, clustered=False)
    rare = base.data["region"].where(base.data.index != 5, "c")
    rare = rare.mask(rare.eq("b") & (base.data.index > 40), "a")
    totals = {**TOTALS, "region": {"a": 900.0, "b": 500.0, "c": 100.0}}
    drawn = design(base.data.assign(region=rare), weights="weight", strata="stratum")
    with pytest.raises(StatisticsError, match=r"replicate \d+: .*region"):
        made = weigh(drawn, totals, replicates="subbootstrap", n_replicates=NUMBER).design
        proportion_estimates(made, "level", ["low", "high"])
