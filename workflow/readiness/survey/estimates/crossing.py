"""Shares of many categories from one count: an answer crossed with a grouping, once.

All shares of a question (its levels, sums of them, with or without "don't know", in all and by
group) are sums of the cells of one table. It is counted once under the full weights and once under
the replicates; each share is then made of its few cells, and not of the rows. For designs with
replicates of single respondents; the numbers are those of `proportion_estimates`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from readiness.arrays import BoolArray, FloatArray, IntArray
from readiness.survey.coding import Codes, Factorized
from readiness.survey.design import Design
from readiness.survey.estimates.proportions import (
    Proportions,
    replicated_covariance,
)


def can_cross(design: Design) -> bool:
    """Whether the design has replicates of single respondents, whose df are counts."""
    replicates = design.replicates
    return replicates is not None and replicates.kind != "given" and design.stages[0].units.identity


@dataclass(frozen=True, eq=False)
class Crossing:
    """The cells of an answer (K distinct values) and a grouping (G groups, then who has none).

    Attributes:
        design: the design that was counted.
        groups: labels of the G groups.
        counts: answers of each cell, shape (G + 1, K).
        totals: the same by weight.
        replicated: the same under each replicate, shape (R, G + 1, K).
        strata: whether a stratum has somebody in the cell, shape (strata, G + 1, K).
    """

    design: Design
    groups: tuple[Any, ...]
    counts: IntArray
    totals: FloatArray
    replicated: FloatArray
    strata: BoolArray

    @classmethod
    def make(cls, design: Design, answers: Factorized, groups: Codes) -> Crossing:
        """Count the domain once. `answers`: the code of each row (-1: missing), and its values."""
        codes, values = answers
        k, rows = len(values), groups.size + 1
        place = np.where(groups.codes >= 0, groups.codes, groups.size)
        cells = np.where(design.mask & (codes >= 0), place * k + codes, -1)
        inside, size, shape = cells >= 0, rows * k, (rows, k)
        used = cells if inside.all() else cells[inside]
        weights = design.full_weights if inside.all() else design.full_weights[inside]
        first = design.stages[0].strata
        strata = np.bincount(first.codes[inside] * size + used, minlength=first.size * size)
        return cls(
            design,
            groups.labels or (),
            np.bincount(used, minlength=size).reshape(shape).astype(np.int64),
            np.bincount(used, weights=weights, minlength=size).reshape(shape).astype(np.float64),
            design.replicate_code_totals(cells, size).reshape(-1, *shape),
            strata.reshape(first.size, *shape) > 0,
        )

    def proportions(
        self, place: Sequence[int], categories: Sequence[Any], *, grouped: bool
    ) -> Proportions:
        """Shares of categories, in each group or in all.

        Args:
            place: the category of each distinct value of the answer, or -1 outside the base.
            categories: labels of the categories, in order.
            grouped: by group; else of everybody, also of those who have no group.
        """
        of = np.asarray(place, dtype=np.int64)
        merge = (of[:, None] == np.arange(len(categories))).astype(np.float64)

        def cut(table: Any) -> Any:
            whole = table[..., :-1, :] if grouped else table.sum(axis=-2, keepdims=True)
            return whole @ merge

        counts, totals = cut(self.counts).astype(np.int64), cut(self.totals)
        with np.errstate(invalid="ignore"):
            shares = totals / totals.sum(axis=1, keepdims=True)
        n = counts.sum(axis=1)
        strata = (cut(self.strata).sum(axis=2) > 0).sum(axis=0)
        degrees = np.minimum(n - strata, self.replicated.shape[0] - 1)
        return Proportions(
            self.groups if grouped else ("all",),
            tuple(categories),
            shares,
            replicated_covariance(self.design, cut(self.replicated), shares),
            counts,
            n,
            totals.sum(axis=1),
            np.where(n > 0, degrees, 0),
        )
