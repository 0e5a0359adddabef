"""Shares and means of few clusters: as clubSandwich has them, and with strata by dense matrices."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from reference_designs import FIXTURES, close, table

from readiness.survey import design, means, pairwise, proportions, share_contrasts
from readiness.survey.design import FEW

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
from clusters import draw_few

CASES = json.loads((FIXTURES / "few_clusters.json").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=[f"{c['y']}-{c['weight']}" for c in CASES])
def test_means_shares_and_differences_are_those_of_club_sandwich(case: dict[str, Any]) -> None:
    frame = table("apiclus1.csv").assign(high=lambda d: (d["api00"] > 650).astype(float))
    d = design(frame, weights=case["weight"], psu="dnum").correcting()
    for by, expected in ((None, case["mean"]), ("stype", case["by"])):
        made = means(d, case["y"], by=by)
        close([*made.values, *made.se, *np.atleast_1d(made.degrees_of_freedom)], expected)
    rows = pairwise(d, case["y"], "stype")
    degrees = np.array([row.df1 for row in rows], dtype=float)
    effects = np.array([row.effect for row in rows], dtype=float)
    ses = effects / np.array([row.statistic for row in rows], dtype=float)
    close([*effects, *ses, *degrees], case["pairs"])
    if case["y"] == "high":
        shares = proportions(d, "high", [1.0, 0.0], by="stype").iloc[::2]
        close([*shares["estimate"], *shares["se"], *shares["df"]], case["by"])


@pytest.mark.parametrize("finite", [False, True])
def test_strata_are_corrected_by_what_their_centring_takes(*, finite: bool) -> None:
    frame = draw_few(10, 0.8, 1).assign(drawn=0.2)
    d = design(
        frame, weights="weight", strata="stratum", psu="cluster", fpc="drawn" if finite else None
    ).correcting()
    made = means(d, "y", by="w")
    psu, stratum, w = (frame[c].to_numpy() for c in ("cluster", "stratum", "weight"))
    for place, group in enumerate(("one", "two")):
        rows = np.flatnonzero(frame["w"] == group)
        u, h, own = psu[rows], stratum[rows], w[rows]
        take = np.eye(len(rows)) - own / own.sum()
        totals = np.array([own[u == j].sum() for j in range(10)])
        # The mean weighted total of the stratum's five clusters leaves each of their totals.
        mean = np.equal.outer(h, h) * own / 5 / totals[u][:, None]
        take = take - mean @ take
        scores = []
        for j in range(10):
            values, vectors = np.linalg.eigh(take[u == j] @ take[u == j].T)
            root = vectors / np.sqrt(values) @ vectors.T
            scores.append(take[u == j].T @ root @ own[u == j] / own.sum())
        left = 0.8 if finite else 1.0
        z = np.sqrt(left) * np.array(scores)
        gram = z @ z.T
        close(made.se[place] ** 2, ((z @ frame["y"].to_numpy()[rows]) ** 2).sum())
        degrees = np.atleast_1d(made.degrees_of_freedom)[place]
        close(degrees, np.trace(gram) ** 2 / (gram**2).sum())


def test_where_it_is_not_defined_the_plain_error_stays() -> None:
    frame = draw_few(10, 0.8, 1)
    plain = design(frame, weights="weight", psu="cluster")
    alone = frame.assign(stratum=np.where(frame["cluster"] == 0, 9, frame["stratum"]))
    for one in (
        design(frame, weights="weight"),
        design(frame, weights="weight", psu=["cluster", "w"]),
        design(alone, weights="weight", psu="cluster", strata="stratum", lonely_psu="adjust"),
        design(draw_few(FEW + 1, 0.05, 1), weights="weight", psu="cluster"),
    ):
        assert not one.correcting().has_few_clusters
        assert means(one.correcting(), "y").se == means(one, "y").se
    # One cluster knows nothing of a domain; nobody of a group, nothing of the group.
    inside = plain.correcting().subset(frame["cluster"] == 1)
    assert proportions(inside, "low", [1.0, 0.0])["lower"].isna().all()
    (pair,) = share_contrasts(plain.correcting(), "low", frame["cluster"].eq(1))
    assert pair.p_value is None


def test_intervals_of_few_unlike_clusters_cover() -> None:
    held = np.zeros(2)
    for seed in range(300):
        d = design(draw_few(10, 0.8, seed), weights="weight", psu="cluster", strata="stratum")
        for place, one in enumerate((d, d.correcting())):
            lower, upper = means(one, "y").interval()
            held[place] += lower[0] <= 0 <= upper[0]
    assert held[0] / 300 < 0.93 <= held[1] / 300 <= 0.98
