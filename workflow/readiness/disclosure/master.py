"""The master problem: what to withhold so that all cuts are fulfilled, at the least loss."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from readiness.disclosure.system import System, Vector

TIE = 1e-4
"""What the last statement costs more than the first, where the cheapest costs 1."""
Cut = Mapping[int, float]
"""What withholding each of some statements gives; together they must give 1, or all they can."""


def cheapest(
    system: System, given: Collection[int], kept: Collection[int], cuts: Sequence[Cut], nodes: int
) -> tuple[frozenset[int], float] | None:
    """The cheapest choice that fulfils all cuts, with what is `given` and without what is `kept`;
    and the limit of its loss beyond the given that was proved within so many `nodes`."""
    losses = np.array([each.loss for each in system.statements])
    n = len(losses)
    smallest = float(min((loss for loss in losses if loss > 0), default=1.0))
    costs = losses / smallest + TIE * np.arange(1, n + 1) / n
    low, high = np.zeros(n), np.ones(n)
    high[list(kept)] = 0.0
    low[list(given)] = high[list(given)] = 1.0
    rows, ends = _constraints(system, cuts)
    solved = milp(
        costs, integrality=np.ones(n, dtype=np.int64), bounds=Bounds(low, high),
        constraints=LinearConstraint(rows, ends, np.inf),
        options={"node_limit": nodes, "mip_rel_gap": 0.0},
    )  # fmt: skip
    if solved.x is None:
        return None
    hidden = frozenset(np.flatnonzero(solved.x > 0.5).tolist())
    if solved.status:
        least = (float(solved.mip_dual_bound) - sum(costs[list(given)]) - TIE) * smallest
    else:
        least = float(losses[sorted(hidden - set(given))].sum())
    return hidden, max(0.0, least)


def _constraints(system: System, cuts: Sequence[Cut]) -> tuple[sparse.csr_matrix, Vector]:
    """The cuts, and that what a statement needs goes with it: coefficients and lower ends."""
    entries: list[tuple[int, int, float]] = []
    ends: list[float] = []
    for cut in cuts:
        entries += [(len(ends), k, value) for k, value in cut.items()]
        ends.append(
            1.0 if any(value >= 1.0 for value in cut.values()) else min(1.0, sum(cut.values()))
        )
    for k, each in enumerate(system.statements):
        for name in each.needs:
            if name in system.places:
                entries += [(len(ends), system.places[name], 1.0), (len(ends), k, -1.0)]
                ends.append(0.0)
    at = ([row for row, _, _ in entries], [column for _, column, _ in entries])
    shape = (len(ends), len(system.statements))
    return sparse.csr_matrix(([v for *_, v in entries], at), shape=shape), np.array(ends)
