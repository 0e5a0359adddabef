"""Rao-Scott's test between groups of whole clusters, in tables and in waves."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from readiness.ground.errors import StatisticsError
from readiness.survey import Design, association, design
from readiness.survey.comparisons.cells import factor
from readiness.survey.comparisons.rao_scott import rao_scott_test
from readiness.survey.weighting.recipe import make_replicates

CLUSTERS, PEOPLE, GROUPS = 24, 10, 6


def draw(seed: int) -> pd.DataFrame:
    """Answers of clusters, each within one group; nothing differs between groups."""
    rng = np.random.default_rng(seed)
    own = np.sqrt(0.08) * rng.standard_normal((CLUSTERS, 1))
    latent = own + np.sqrt(0.92) * rng.standard_normal((CLUSTERS, PEOPLE))
    place = np.arange(CLUSTERS)
    return pd.DataFrame(
        {
            "answer": np.digitize(latent, [-0.6, 0.2, 1.0]).ravel(),
            "cluster": np.repeat(place, PEOPLE),
            "group": np.repeat(rng.permutation(place) % GROUPS, PEOPLE),
            "half": np.repeat(place % 2, PEOPLE),
            "person": np.tile(np.arange(PEOPLE) % 2, CLUSTERS),
            "weight": np.repeat(rng.uniform(1, 2, CLUSTERS), PEOPLE),
        }
    )


def table(frame: pd.DataFrame) -> Design:
    """Who was drawn together stands in a column."""
    return design(frame, weights="weight", psu="cluster")


def wave(frame: pd.DataFrame) -> Design:
    """Who was drawn together is known to the replicates alone."""
    units = make_replicates(table(frame), "JKn")
    return replace(design(frame, weights="weight"), replicates=replace(units, kind="given"))


def test_the_size_of_the_test_between_groups_of_whole_clusters() -> None:
    rejected = np.zeros(3)
    for seed in range(200):
        frame = draw(seed)
        for place, one in enumerate(
            (table(frame), table(frame).correcting(), wave(frame).refitting().correcting())
        ):
            rejected[place] += (association(one, "group", "answer").p_value or 0.0) < 0.05
    plain, corrected, waves = rejected / 200
    assert plain > 0.09 and corrected <= 0.07 and waves <= 0.07


def test_each_group_but_the_first_takes_a_degree_of_freedom() -> None:
    frame = draw(1)
    for one in (table(frame), wave(frame)):
        groups, answers = factor(one, "group"), factor(one, "answer")
        plain, made = (rao_scott_test(d, groups, answers) for d in (one, one.correcting()))
        assert (plain.design_df, made.design_df) == (CLUSTERS - 1, CLUSTERS - GROUPS)
        ratio = (CLUSTERS - 1) / (CLUSTERS - GROUPS)
        np.testing.assert_allclose(made.delta, plain.delta * ratio)
    # A group within clusters takes none, nor one that a stratum is.
    stratified = design(frame, weights="weight", psu="cluster", strata="half")
    for one, name in ((table(frame), "person"), (wave(frame), "person"), (stratified, "half")):
        known = factor(one, name), factor(one, "answer")
        plain, made = (rao_scott_test(d, *known) for d in (one, one.correcting()))
        assert made.design_df == plain.design_df and (made.delta == plain.delta).all()


def test_clusters_are_known_by_their_column_or_by_the_replicate_that_leaves_them_out() -> None:
    frame = draw(2)
    for one in (table(frame), wave(frame)):
        found = one.find_clusters()
        assert found is not None
        assert len(set(zip(found, frame["cluster"], strict=True))) == CLUSTERS
    people = design(frame, weights="weight")
    alone = replace(people, replicates=replace(make_replicates(people, "JKn"), kind="given"))
    half = make_replicates(table(frame), "subbootstrap", n_replicates=40)
    unknown = replace(people, replicates=replace(half, kind="given"))
    assert [one.find_clusters() for one in (people, alone, unknown)] == [None] * 3


def test_groups_that_take_every_degree_of_freedom_have_no_test() -> None:
    frame = draw(3).assign(group=lambda d: d["cluster"])
    with pytest.raises(StatisticsError, match="groups of whole clusters"):
        association(table(frame).correcting(), "group", "answer")
