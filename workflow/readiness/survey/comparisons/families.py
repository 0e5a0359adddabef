"""Contrasts of shares with limits of their own, and limits that hold for the whole family at once.

Each difference has limits of its own (MOVER, `shares`). Beside adjusted p-values stand limits for
all pairs of the family together: Bonferroni, or from the joint distribution of the contrasts under
the design (max-t; Hothorn, Bretz and Westfall 2008), whose covariance is that of the replicates
where the design has them. A family may span several answers of an item: each of them has then an
equal part of the error that the whole may make (Bonferroni), and p is adjusted over all.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np

from readiness.arrays import IntArray
from readiness.errors import StatisticsError
from readiness.survey.comparisons.cells import Factor, factor, two_or_more
from readiness.survey.comparisons.contrasts import Adjustment, adjust_p
from readiness.survey.comparisons.results import ComparisonRow
from readiness.survey.comparisons.shares import Shares
from readiness.survey.design import Column, Design
from readiness.survey.intervals import Interval, check_level
from readiness.survey.options import one_of

Simultaneous: TypeAlias = Literal["max-t", "bonferroni"]

# Draws of the joint distribution; the simultaneous level is then met to about 0.1 point.
_DRAWS = 50_000
_SEED = 20_260


@dataclass(frozen=True)
class ContrastRow(ComparisonRow):
    """A contrast of a family. `lower` and `upper` are its own limits, and `p_value`
    is 1 less the level at which they touch 0.

    Attributes:
        simultaneous_lower, simultaneous_upper: limits that hold for all pairs of the family at
            once; these belong beside `p_adjusted`. None where the pair has no test.
        family: contrasts that the family has: pairs of declared groups, times answers.
        untested: those of them that have no test (no answers, or one).
        n_a, n_b: answers of each of the two groups.
    """

    simultaneous_lower: float | None = None
    simultaneous_upper: float | None = None
    family: int = 0
    untested: int = 0
    n_a: int = 0
    n_b: int = 0


def share_contrasts(
    design: Design,
    y: Column,
    group: Column | Factor,
    *,
    group_levels: Sequence[Any] | None = None,
    interval: Interval = "korn-graubard",
    simultaneous: Simultaneous = "max-t",
    adjust: Adjustment = "holm",
    level: float = 0.95,
) -> tuple[ContrastRow, ...]:
    """Differences of a share between all pairs of declared groups, b less a.

    Args:
        design: the survey design; rows with a missing value or group leave the base.
        y: 1 and 0; NaN is missing.
        group: the groups; pairs come in their declared (or sorted) order.
        group_levels: declared groups; every pair of them is a row, tested or not.
        interval: of each share, from which the limits of the difference are made.
        simultaneous: how the limits for all pairs at once are found.
        adjust: adjustment of the p-values over the tested pairs.
        level: of the limits, 0-1.

    Raises:
        StatisticsError: values that are neither 0 nor 1, fewer than two observed groups, an
            unknown option.
    """
    values = design.numeric(y, "the outcome")
    groups = factor(design, group, group_levels, "the group").within(np.isfinite(values))
    two_or_more(groups, "a contrast")
    known = values[groups.known]
    if not ((known == 0) | (known == 1)).all():
        raise StatisticsError("a contrast of shares takes 0 and 1; for other numbers use pairwise")
    shares = Shares.make(design, values, groups, interval)
    made = family_of(
        {"": shares}, groups.levels, simultaneous=simultaneous, adjust=adjust, level=level
    )
    return made[""]


def family_of(
    shares: Mapping[str, Shares],
    groups: Sequence[str],
    *,
    simultaneous: Simultaneous = "max-t",
    adjust: Adjustment = "holm",
    level: float = 0.95,
) -> dict[str, tuple[ContrastRow, ...]]:
    """The contrasts of one family: all pairs of `groups` for each of the shares, by their names.

    p is adjusted over all of them, and the simultaneous limits hold for all of them.
    """
    check_level(level)
    one_of(simultaneous, Simultaneous, "simultaneous limits")
    part = 1 - (1 - level) / len(shares)
    made = {
        name: _contrasts(each, groups, simultaneous, level, part) for name, each in shares.items()
    }
    whole = [row for rows in made.values() for row in rows]
    p = adjust_p([np.nan if row.p_value is None else row.p_value for row in whole], adjust)
    untested = sum(row.p_value is None for row in whole)
    adjusted = iter(
        replace(row, p_adjusted=_number(q), family=len(whole), untested=untested)
        for row, q in zip(whole, p, strict=True)
    )
    return {name: tuple(itertools.islice(adjusted, len(rows))) for name, rows in made.items()}


def _contrasts(
    shares: Shares, groups: Sequence[str], simultaneous: Simultaneous, level: float, part: float
) -> list[ContrastRow]:
    """All pairs before adjustment: own limits at `level`, limits of all pairs at `part`."""
    first, second = np.triu_indices(len(groups), 1)
    tested = shares.testable[first] & shares.testable[second]
    rows = [_empty(shares, groups, int(i), int(j)) for i, j in zip(first, second, strict=True)]
    if not tested.any():
        return rows
    a, b = first[tested], second[tested]
    own = shares.limits(a, b, level)
    together = shares.limits(a, b, _family_level(shares, a, b, simultaneous, part))
    t, df, _ = shares.tests(a, b)
    p = shares.p_values(a, b)
    for k, place in enumerate(np.flatnonzero(tested)):
        rows[place] = replace(
            rows[place],
            statistic=_number(t[k]),
            statistic_name="t",
            df1=float(df[k]),
            p_value=_number(p[k]),
            lower=float(own[0][k]),
            upper=float(own[1][k]),
            simultaneous_lower=float(together[0][k]),
            simultaneous_upper=float(together[1][k]),
        )
    return rows


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _family_level(
    shares: Shares, a: IntArray, b: IntArray, simultaneous: Simultaneous, level: float
) -> float:
    """The level of each pair at which all pairs hold together with `level`."""
    alone = 1 - (1 - level) / len(a)
    if simultaneous == "bonferroni" or len(a) == 1:
        return alone
    from scipy import stats

    contrast = np.zeros((len(a), len(shares.p)))
    contrast[np.arange(len(a)), a] = -1.0
    contrast[np.arange(len(a)), b] = 1.0
    covariance = contrast @ np.nan_to_num(shares.covariance) @ contrast.T
    scale = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    scale = np.where(scale > 0, scale, 1.0)
    values, vectors = np.linalg.eigh(covariance / np.outer(scale, scale))
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    rng = np.random.Generator(np.random.PCG64(_SEED))
    used = values > 1e-12 * values[-1]
    draws = rng.standard_normal((_DRAWS, int(used.sum())))
    largest = np.concatenate(
        [
            np.abs(part @ root[:, used].T).max(axis=1)
            for part in np.array_split(draws, _DRAWS // 5_000)
        ]
    )
    each = float(2 * stats.norm.sf(np.quantile(largest, level)))
    return max(min(1 - each, alone), level)


def _empty(shares: Shares, groups: Sequence[str], i: int, j: int) -> ContrastRow:
    """A pair before its test: what is known, and why there may be no test."""
    few = {
        words: [groups[g] for g in (i, j) if shares.n[g] == size]
        for size, words in ((0, "no answers in"), (1, "one respondent in"))
    }
    notes = [f"{words} {', '.join(names)}: no test" for words, names in few.items() if names]
    bare = [groups[g] for g in (i, j) if shares.n[g] > 1 and shares.df[g] < 1]
    if bare:
        notes.append(f"no more PSUs than strata in {', '.join(bare)}: no test")
    alike = [groups[g] for g in (i, j) if g in shares.replaced]
    if alike and not notes:
        notes.append(f"all alike in {', '.join(alike)}: variance of the Agresti-Coull share in t")
    difference = shares.p[j] - shares.p[i]
    return ContrastRow(
        "contrast",
        effect=_number(difference),
        n=int(shares.n[i] + shares.n[j]),
        n_a=int(shares.n[i]),
        n_b=int(shares.n[j]),
        a=groups[i],
        b=groups[j],
        method="Difference of shares (b - a)",
        distribution=f"MOVER limits from {shares.interval} limits of the shares on each group's "
        "degrees of freedom, p by their inversion",
        note="; ".join(notes),
    )
