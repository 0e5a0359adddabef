"""Plan the next wave: sample sizes by stratum, and the precision and power that result.

A plan is a table of strata, each within one group: `stratum`, `group`, `population` (infinity where
unknown), `share`, `deff` and `response` (0-1). Respondents are taken for a random part of the
stratum, as the weighting does; other effects of nonresponse are reported beside it. Tests have no
finite population correction. A margin is half the width of an interval, 0-0.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from readiness.analysis.selection import Selection
from readiness.analysis.weighting import Margins, weigh_wave
from readiness.config import Weight
from readiness.ground.arrays import BoolArray, FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.questionnaire import TOTAL
from readiness.survey.comparisons.families import share_contrasts
from readiness.survey.design import Design
from readiness.survey.intervals import Interval, Limits, effective_size, nchs, proportion_interval
from readiness.survey.sizes import (
    allocate,
    cheapest_allocation,
    critical_value,
    missed_targets,
    round_to_total,
    smallest_difference,
    unit_variance,
    variance_for_margin,
)

METHODS = ("smallest", "proportional", "equal", "neyman", "power")
# `LEAST`: answers of a stratum from which its variance can be estimated. `POWER`: exponent of a
# power allocation.
LEAST, POWER = 2.0, 0.5
# Differences at which power is simulated, as multiples of the formula's.
_AROUND = (0.8, 1.0, 1.25)
_NEAR = 1e-9


@dataclass(frozen=True)
class Wanted:
    """The required precision and power of a wave.

    `margin`, `total`: largest margin of each group and of the total (None: no requirement);
    `interval`, `level`: the kind of interval and its confidence, 0-1; `power` of its tests, 0-1;
    `take_all`: whether a group that misses its margin even if everybody is asked is taken as a
    census.
    """

    margin: float | None = None
    total: float | None = None
    interval: Interval = "korn-graubard"
    level: float = 0.95
    power: float = 0.8
    take_all: bool = False

    @property
    def planned(self) -> Interval:
        """Interval for sample sizes: Korn and Graubard's with the finite population correction.

        The printed interval does not have that correction.
        """
        return "beta" if self.interval == "korn-graubard" else self.interval

    def limits(self, share: float, variance: float) -> Limits:
        """Return the limits of a share with a variance, by the planned interval."""
        se = np.sqrt(variance)
        return proportion_interval(self.planned, share, se, np.inf, np.inf, self.level)

    def reach(self, groups: int) -> float:
        """Return the expected statistic of a pair of groups at which the pair is found with the
        power.
        """
        return critical_value(groups, self.level) + float(scipy.special.ndtri(self.power))


@dataclass(frozen=True, eq=False)
class Domain:
    """A group, or the total: its share, its strata, and W_h^2 deff S_h^2 of each stratum, (H,).

    `inside`: strata in the group, (H,). `people`: population of each stratum, (H,).
    """

    share: float
    inside: BoolArray
    spread: FloatArray
    people: FloatArray

    @classmethod
    def of(cls, strata: pd.DataFrame, group: str, answers: FloatArray | None = None) -> "Domain":
        """Return the domain of a group; strata are weighted by population.

        By `answers`, or equally without these, where a population of the group is unknown.
        """
        inside = (strata["group"] == group).to_numpy() | (group == TOTAL)
        people, shares = strata["population"].to_numpy(), strata["share"].to_numpy()
        sizes_without_population = np.ones(len(strata)) if answers is None else answers
        size = np.where(
            inside, sizes_without_population if np.isinf(people[inside]).any() else people, 0.0
        )
        weight = size / size.sum()
        unit = strata["deff"].to_numpy() * unit_variance(shares, people)
        return cls(float(weight @ shares), inside, weight**2 * unit, people)

    def variance(self, n: FloatArray) -> float:
        """Return the variance of the share with n_h answers per stratum, shape (H,)."""
        return float(self.spread @ np.maximum(1 / n - 1 / self.people, 0.0))


def most_answers(strata: pd.DataFrame) -> FloatArray:
    """Return the answers of each stratum if everybody is asked, at least one: shape (H,)."""
    expected = np.floor(strata["population"] * strata["response"] + _NEAR)
    return np.asarray(np.maximum(expected, 1.0), dtype=np.float64)


def invite(strata: pd.DataFrame, answers: IntArray) -> FloatArray:
    """Return the persons to ask for these answers, shape (H,); everybody where no more can
    answer.
    """
    asked = np.ceil(answers / strata["response"].to_numpy() - _NEAR)
    return np.where(answers >= most_answers(strata), strata["population"], asked)


def share_out(strata: pd.DataFrame, method: str, total: int | None, wanted: Wanted) -> IntArray:
    """Return the answers of each stratum, shape (H,).

    `smallest`: as few as meet the margins; else a `total` in proportion to population
    (`proportional`), to 1 (`equal`), to population times standard deviation (`neyman`), or to the
    root of population times standard deviation (`power`). Raises StatisticsError that names the
    option at fault: missing, or impossible to meet.
    """
    people, most = strata["population"].to_numpy(), most_answers(strata)
    if method == "smallest":
        return _find_smallest(strata, most, wanted)
    if total is None:
        raise StatisticsError(
            f"--n: missing; --allocation {method} needs the total number of answers."
        )
    if method != "equal" and np.isinf(people).any():
        unknown = strata["stratum"][np.argmax(np.isinf(people))]
        raise StatisticsError(
            f"--populations: {unknown} has no population count. Add it, or give --allocation equal."
        )
    spread = np.sqrt(strata["deff"].to_numpy() * unit_variance(strata["share"], people))
    measures = {"proportional": people, "equal": np.ones(len(strata)), "neyman": people * spread}
    measure = measures.get(method, people**POWER * spread)
    try:
        return round_to_total(allocate(total, measure, most, LEAST), total)
    except StatisticsError as error:
        raise StatisticsError(f"--n: {error} answers. Change --n or --response.") from None


def _find_smallest(strata: pd.DataFrame, most: FloatArray, wanted: Wanted) -> IntArray:
    """Return the fewest answers by stratum that meet the margins, shape (H,); StatisticsError if
    none do.
    """
    margins = {g: wanted.margin for g in strata["group"] if wanted.margin}
    margins |= {TOTAL: wanted.total} if wanted.total else {}
    if not margins:
        raise StatisticsError(
            "--margin: missing. Give the largest half-width of an interval, in percentage points."
        )
    if wanted.total and np.isinf(strata["population"]).any():
        raise StatisticsError(
            "--total-margin: a population count is missing. Add it, or omit the option."
        )
    least = np.minimum(LEAST, most)
    spreads, targets = [np.zeros(len(strata))], [1.0]
    for group, margin in margins.items():
        domain = Domain.of(strata, group)
        target = variance_for_margin(
            domain.share, margin, interval=wanted.planned, level=wanted.level
        )
        bound = float(target) + float((domain.spread / domain.people).sum())
        if not missed_targets(domain.spread[:, None], np.array([bound]), most).any():
            spreads.append(domain.spread)
            targets.append(bound)
        elif wanted.take_all and group != TOTAL:
            least = np.where(domain.inside, most, least)
        else:
            low, high = wanted.limits(domain.share, domain.variance(most))
            raise StatisticsError(
                f"--{'total-' * (group == TOTAL)}margin: {100 * margin:g} points cannot be reached "
                f"in {group}: if everybody is asked, {most[domain.inside].sum():.0f} answers give "
                f"{50 * float(high - low):.1f} points. Give a larger margin, raise --response, or "
                "add --take-all."
            )
    n = cheapest_allocation(np.column_stack(spreads), np.array(targets), most, least=least)
    return np.minimum(np.ceil(n - 1e-6), most).astype(np.int64)


def expect(strata: pd.DataFrame, answers: IntArray, wanted: Wanted) -> pd.DataFrame:
    """Return the expected precision with these answers by stratum: a row for all, then one per
    group.

    Columns: `group`, `population`, `invited`, `answers`, `share`, `lower`, `upper` (limits as a
    report prints them), `margin` (half the width of the planned interval), `open_lower`,
    `open_upper` (bounds over all nonrespondents), `whole` (everybody is asked), `shown` (whether
    the standard of reports permits the number), `effective` (answers over design effect),
    `difference` (smallest difference that the formula detects: from the other group with the most
    answers; for all, from a wave of the same size).
    """
    groups, rows = list(dict.fromkeys(strata["group"])), []
    n, invited = answers.astype(np.float64), invite(strata, answers)
    for group in (TOTAL, *groups):
        domain = Domain.of(strata, group, n)
        share, se, size = domain.share, np.sqrt(domain.variance(n)), n[domain.inside].sum()
        df, answering = size - domain.inside.sum(), min(size / invited[domain.inside].sum(), 1.0)
        lower, upper = proportion_interval(wanted.interval, share, se, size, df, wanted.level)
        low, high = wanted.limits(share, se**2)
        n_eff = np.minimum(effective_size(share, se), size)
        rows.append(
            {
                "group": group,
                "population": domain.people[domain.inside].sum(),
                "invited": int(invited[domain.inside].sum()),
                "answers": int(size),
                "share": share,
                "lower": float(lower),
                "upper": float(upper),
                "margin": float(high - low) / 2,
                "open_lower": share * answering,
                "open_upper": share * answering + 1 - answering,
                "whole": bool((invited >= domain.people)[domain.inside].all()),
                "shown": str(nchs(share, size, n_eff, lower, upper, df)) != "suppress",
                "effective": share * (1 - share) / float((domain.spread / n).sum()),
            }
        )
    table = pd.DataFrame(rows)
    sizes, reach = table["effective"].tolist(), wanted.reach(len(groups))
    second = [max([*sizes[1:k], *sizes[k + 1 :]], default=np.nan) for k in range(1, len(sizes))]
    both = (np.array(sizes), np.array([sizes[0], *second]))
    reaches = np.array([wanted.reach(2), *[reach] * len(groups)])
    return table.assign(difference=smallest_difference(table["share"], both, reaches))


def spread_people(strata: pd.DataFrame) -> pd.DataFrame:
    """Return people whose weights have the design effect of their stratum, in place of a past
    wave's.

    Columns: `stratum`, `relative`: one of four has the weight 1 + c sqrt 3 and the others 1 - c /
    sqrt 3, with c^2 = deff - 1 (Kish 1992), below 3.
    """
    people = strata.loc[strata.index.repeat(4), ["stratum", "deff"]].reset_index(drop=True)
    c = np.sqrt(np.clip(people["deff"] - 1, 0.0, 2.9))
    heavy = np.arange(len(people)) % 4 == 0
    return people.assign(relative=np.where(heavy, 1 + c * np.sqrt(3), 1 - c / np.sqrt(3)))


@dataclass(frozen=True, eq=False)
class Simulation:
    """Simulated samples of the next wave, weighted, each with a uniform number per person.

    The uniforms are drawn once for all differences. The first of the `pair` of `groups` has a share
    that differs from `share`.
    """

    samples: Sequence[tuple[Design, FloatArray]]
    groups: tuple[str, ...]
    pair: tuple[str, str]
    share: float
    wanted: Wanted

    def power(self, difference: float) -> float:
        """Return the share of samples (0-1) in which the pair differs, p adjusted over all
        pairs.
        """
        return float(np.mean([self._finds(*sample, difference) for sample in self.samples]))

    def _finds(self, design: Design, uniforms: FloatArray, difference: float) -> bool:
        """Return whether one sample finds the pair's difference."""
        in_first_group = (design.data["group"] == self.pair[0]).to_numpy()
        share = self.share + np.where(
            in_first_group, difference if self.share <= 0.5 else -difference, 0.0
        )
        rows = share_contrasts(
            design,
            (uniforms < share).astype(np.float64),
            "group",
            group_levels=self.groups,
            interval=self.wanted.interval,
            level=self.wanted.level,
        )
        p = next(row.p_adjusted for row in rows if {row.a, row.b} == {*self.pair})
        return p is not None and p <= 1 - self.wanted.level

    def smallest(self, guess: float) -> float:
        """Return the difference that is found with the wanted power; NaN if the largest is too
        small.

        By a probit line through the simulated powers near the formula's `guess`.
        """
        most, least = max(self.share, 1 - self.share), 0.5 / len(self.samples)
        differences = np.minimum(np.array(_AROUND) * guess, most)
        probits = scipy.special.ndtri(
            np.clip([self.power(d) for d in differences], least, 1 - least)
        )
        centred = differences - differences.mean()
        slope = centred @ probits / max(centred @ centred, _NEAR)
        needed = float(scipy.special.ndtri(self.wanted.power)) - probits.mean()
        solution = differences.mean() + needed / slope if slope > 0 else most
        return float(solution) if solution < most else float("nan")


def simulate(
    strata: pd.DataFrame,
    answers: IntArray,
    people: pd.DataFrame,
    weighting: tuple[Weight, Margins],
    wanted: Wanted,
    pair: tuple[str, str],
    samples: int,
    seed: int,
) -> Simulation:
    """Return simulated samples of the next wave, weighted as the workflow does.

    `people` are drawn with replacement: their `stratum`, the variables of the margins and, where
    weights are guessed, `relative`; a stratum without anybody draws from all. Without margins the
    weighting is to the strata alone. Raises StatisticsError where a sample cannot be weighted.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    invited, response = invite(strata, answers), strata["response"].to_numpy()
    totals = np.where(np.isinf(strata["population"]), invited, strata["population"])
    stratum_totals = dict(zip(strata["stratum"], totals.astype(float), strict=True))
    pools = [np.flatnonzero(people["stratum"] == name) for name in stratum_totals]
    pools = [pool if len(pool) else np.arange(len(people)) for pool in pools]
    weighted_samples = []
    for _ in range(samples):
        # The number of respondents is random, too.
        sizes = np.maximum(rng.binomial(invited.astype(np.int64), response), 1)
        stratum_of_row = np.repeat(np.arange(len(strata)), sizes)
        drawn_rows = [p[rng.integers(len(p), size=n)] for p, n in zip(pools, sizes, strict=True)]
        table = people.iloc[np.concatenate(drawn_rows)].reset_index(drop=True)
        strata_of_rows = strata[["stratum", "group"]].iloc[stratum_of_row].reset_index(drop=True)
        table = table.assign(**strata_of_rows, stratum_population=totals[stratum_of_row])
        table["base_weight"] = (totals / invited)[stratum_of_row] * table.get("relative", 1.0)
        weighted = weigh_wave(
            table, stratum_totals, weighting[1], weighting[0], Selection.PROBABILITY
        )
        if weighted.weighting is None:
            raise StatisticsError(f"--n: {len(table)} answers are too few to be weighted.")
        weighted_samples.append(
            (weighted.weighting.design.without_finite_population(), rng.random(len(table)))
        )
    groups = tuple(dict.fromkeys(strata["group"]))
    return Simulation(weighted_samples, groups, pair, Domain.of(strata, pair[1]).share, wanted)
