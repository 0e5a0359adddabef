"""Replicates of a raking within limits, each brought to the margins like the main weights.

A jackknife leaves out one respondent at a time, of a large sample a random group at a time. What a
replicate does to respondents who are alike is the same, so each pattern is raked once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from readiness.arrays import FloatArray
from readiness.facts import Fact
from readiness.survey.design import Design
from readiness.survey.patterned import AnyReplicates, patterned
from readiness.survey.replicates import (
    Replicates,
    deal,
)
from readiness.survey.weighting.condensed import Perturbed, Raking, condense

Repeats: TypeAlias = Literal["auto", "JKn", "groups"]

GROUPS = 80
"""Random groups: their variance has 79 degrees of freedom, and a t quantile 1 % above the normal's.
"""
MOST_JACKKNIFE = 2000
"""Respondents up to which each is left out once."""


@dataclass(frozen=True, eq=False)
class Repeated:
    """Replicates, and how many of them were calibrated linearly."""

    replicates: AnyReplicates
    linear: int

    def steps(self) -> Iterator[Fact]:
        """What was done, as facts of the domain `weighting`."""
        n = self.replicates.count
        yield Fact(_TOLD[self.replicates.kind], {"n": n})
        if self.linear:
            yield Fact("weighting.step.linear", {"n": self.linear})


_TOLD = {"JKn": "weighting.step.jackknife", "groups": "weighting.step.groups"}


def repeat(design: Design, raking: Raking, final: FloatArray, kind: Repeats, seed: int) -> Repeated:
    """Replicates of a design that was raked; `final` is the weight of one of each pattern.

    Args:
        design: the design before raking, with two rows or more in each stratum.
        raking: the raking, with its recipe.
        final: weights after limits, shape (patterns,).
        kind: `auto` is `JKn` up to 2,000 respondents, `groups` above.
        seed: of the dealing to groups.
    """
    if kind == "auto":
        kind = "JKn" if design.rows <= MOST_JACKKNIFE else "groups"
    if kind == "JKn":
        return _jackknife(design, raking, final)
    return _groups(design, raking, final, seed)


def _jackknife(design: Design, raking: Raking, final: FloatArray) -> Repeated:
    stage = design.stages[0]
    stratum = design.strata[raking.first]
    up = stage.sampled / np.maximum(stage.sampled - 1, 1)
    perturbed = Perturbed(raking.recipe, raking.main, final, np.arange(len(final)))
    left_out = np.empty((len(final), len(final)))
    linear = np.zeros(len(final), dtype=np.int64)
    for p in range(len(final)):
        factor = np.where(stratum == stratum[p], up[stratum[p]], 1.0)
        count = raking.count - (np.arange(len(final)) == p)
        before = perturbed.linear
        left_out[:, p] = perturbed(raking.base, factor, count)
        linear[p] = perturbed.linear - before
    matrix = left_out[raking.pattern][:, raking.pattern]
    np.fill_diagonal(matrix, 0.0)
    n = stage.sampled
    rscales = ((n - 1) / n * stage.fraction_left())[design.strata]
    return Repeated(Replicates(matrix, 1.0, rscales, kind="JKn"), int(linear[raking.pattern].sum()))


def _groups(design: Design, raking: Raking, final: FloatArray, seed: int) -> Repeated:
    """Each replicate has a pattern twice: who is left out of it, and who is not."""
    stage, patterns = design.stages[0], len(final)
    number = min(GROUPS, design.rows)
    dealt = deal(stage, number, seed)
    fine, first = condense(raking.pattern, dealt.group)
    coarse, group = raking.pattern[first], dealt.group[first]
    count = np.bincount(fine, minlength=len(first)).astype(np.float64)
    stratum = design.strata[raking.first]
    twice = np.tile(np.arange(patterns), 2)
    perturbed = Perturbed(raking.recipe, raking.main, final, twice)
    table = np.empty((len(first), number))
    for r in range(number):
        place = coarse + patterns * (group == r)
        factor = np.concatenate([dealt.kept[stratum, r], dealt.gone[stratum]])
        counts = np.bincount(place, weights=count, minlength=2 * patterns).astype(np.float64)
        table[:, r] = perturbed(raking.base[twice], factor, counts)[place]
    made = patterned(table, fine, dealt.scale, np.ones(number), "groups")
    return Repeated(made, perturbed.linear)
