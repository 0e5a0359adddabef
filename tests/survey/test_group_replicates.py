"""Delete-a-group jackknife: its variance is the design's, on average over the dealing to groups."""

import numpy as np
import pandas as pd
import pytest

from readiness.ground.errors import StatisticsError
from readiness.survey import Design, design, means, replicate


def sample(sizes: tuple[int, ...], fpc: bool = False) -> Design:
    rng = np.random.default_rng(6)
    stratum = np.repeat(np.arange(len(sizes)), sizes)
    frame = pd.DataFrame(
        {
            "h": stratum,
            "y": rng.normal(stratum, 1.0 + stratum),
            "w": rng.uniform(1, 3, len(stratum)),
            "N": np.array(sizes)[stratum] * 2.0,
        }
    )
    return design(frame, weights="w", strata="h", fpc="N" if fpc else None)


@pytest.mark.parametrize("sizes", [(300, 200), (40, 30, 7, 3, 2), (5, 4, 3, 2, 2, 2)])
@pytest.mark.parametrize("fpc", [False, True])
def test_the_variance_is_that_of_the_design_on_average(sizes: tuple[int, ...], fpc: bool) -> None:
    d = sample(sizes, fpc)
    taylor = means(d, "y").covariance[0, 0]
    groups = 10 if sum(sizes) > 20 else 6
    found = [
        means(replicate(d, "groups", n_replicates=groups, seed=s), "y").covariance[0, 0]
        for s in range(150)
    ]
    error = np.std(found) / np.sqrt(len(found)) / taylor
    assert np.mean(found) / taylor == pytest.approx(1, abs=0.06 + 3 * error)


def test_equal_seeds_give_equal_groups_and_degrees_are_counted() -> None:
    d = sample((300, 200))
    a, b = (replicate(d, "groups", n_replicates=20, seed=4) for _ in range(2))
    c = replicate(d, "groups", n_replicates=20, seed=5)
    assert a.replicates is not None and b.replicates is not None and c.replicates is not None
    np.testing.assert_array_equal(a.replicates.write_out(), b.replicates.write_out())
    assert (a.replicates.write_out() != c.replicates.write_out()).any()
    assert a.replicates.kind == "groups" and a.degrees_of_freedom == 19


def test_what_cannot_be_grouped() -> None:
    with pytest.raises(StatisticsError, match="expected 2 or more"):
        replicate(sample((30, 20)), "groups", n_replicates=1)
    with pytest.raises(StatisticsError, match="no more than PSUs"):
        replicate(sample((30, 20)), "groups", n_replicates=51)
    with pytest.raises(StatisticsError, match="one PSU"):
        replicate(sample((30, 1)), "groups", n_replicates=5)
