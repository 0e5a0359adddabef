"""The next wave: how many answers of whom, what they would tell, and what they would not.

A plan is a table of strata, each within one group: `stratum`, `group`, `population` (infinity where
nobody counted it), `share`, `deff` and `response` (0-1). Who answers is taken for a random part of
the stratum, as the weighting does; what else nonresponse could do stands beside it. Tests know of
no finite population. A margin is half the width of an interval, 0-0.5.
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
# Answers of a stratum from which its variance can be estimated; the exponent of a power allocation.
LEAST, POWER = 2.0, 0.5
# Differences at which power is simulated, as parts of the formula's.
_AROUND = (0.8, 1.0, 1.25)
_NEAR = 1e-9


@dataclass(frozen=True)
class Wanted:
    """What a wave is to tell: the margin of each group and of all (None: not asked for), with which
    interval and level; the power of its tests; `take_all`: a group that misses its margin even if
    all are asked is asked whole.
    """

    margin: float | None = None
    total: float | None = None
    interval: Interval = "korn-graubard"
    level: float = 0.95
    power: float = 0.8
    take_all: bool = False

    @property
    def planned(self) -> Interval:
        """The interval that sizes are made for: Korn and Graubard's with the credit for a finite
        population that the printed one does not take.
        """
        return "beta" if self.interval == "korn-graubard" else self.interval

    def limits(self, share: float, variance: float) -> Limits:
        """Limits of that interval, of a share with a variance."""
        se = np.sqrt(variance)
        return proportion_interval(self.planned, share, se, np.inf, np.inf, self.level)

    def reach(self, groups: int) -> float:
        """What the statistic of a pair of groups must be expected to be, so that it is found."""
        return critical_value(groups, self.level) + float(scipy.special.ndtri(self.power))


@dataclass(frozen=True, eq=False)
class Domain:
    """A group, or all: its share, who is in it, and W_h^2 deff S_h^2 of each stratum, (H,)."""

    share: float
    inside: BoolArray
    spread: FloatArray
    people: FloatArray

    @classmethod
    def of(cls, strata: pd.DataFrame, group: str, answers: FloatArray | None = None) -> "Domain":
        """Strata weigh by their people; by `answers` where those are not known."""
        inside = (strata["group"] == group).to_numpy() | (group == TOTAL)
        people, shares = strata["population"].to_numpy(), strata["share"].to_numpy()
        stated = np.ones(len(strata)) if answers is None else answers
        size = np.where(inside, stated if np.isinf(people[inside]).any() else people, 0.0)
        weight = size / size.sum()
        unit = strata["deff"].to_numpy() * unit_variance(shares, people)
        return cls(float(weight @ shares), inside, weight**2 * unit, people)

    def variance(self, n: FloatArray) -> float:
        """Of the share, with n_h answers."""
        return float(self.spread @ np.maximum(1 / n - 1 / self.people, 0.0))


def most_answers(strata: pd.DataFrame) -> FloatArray:
    """Answers of each stratum if everybody is asked; one at least."""
    there = np.floor(strata["population"] * strata["response"] + _NEAR)
    return np.asarray(np.maximum(there, 1.0), dtype=np.float64)


def invite(strata: pd.DataFrame, answers: IntArray) -> FloatArray:
    """Persons to be asked so that so many answer: all, where no more answers can be had."""
    asked = np.ceil(answers / strata["response"].to_numpy() - _NEAR)
    return np.where(answers >= most_answers(strata), strata["population"], asked)


def share_out(strata: pd.DataFrame, method: str, total: int | None, wanted: Wanted) -> IntArray:
    """Answers of each stratum, shape (H,).

    `smallest`: as few as meet the margins; else a `total` in proportion to the strata's people, to
    nothing, to people times spread (Neyman), or to the root of people times spread (`power`).

    Raises StatisticsError: what is missing or cannot be met, by the name of its option.
    """
    people, most = strata["population"].to_numpy(), most_answers(strata)
    if method == "smallest":
        return _find_smallest(strata, most, wanted)
    if total is None:
        raise StatisticsError(f"--n: not given; it is what --allocation {method} shares out.")
    if method != "equal" and np.isinf(people).any():
        unknown = strata["stratum"][np.argmax(np.isinf(people))]
        raise StatisticsError(
            f"--populations: no total of {unknown}; add it, or share out equally."
        )
    spread = np.sqrt(strata["deff"].to_numpy() * unit_variance(strata["share"], people))
    measures = {"proportional": people, "equal": np.ones(len(strata)), "neyman": people * spread}
    measure = measures.get(method, people**POWER * spread)
    try:
        return round_to_total(allocate(total, measure, most, LEAST), total)
    except StatisticsError as error:
        raise StatisticsError(f"--n: {error} answers; change it, or --response.") from None


def _find_smallest(strata: pd.DataFrame, most: FloatArray, wanted: Wanted) -> IntArray:
    margins = {g: wanted.margin for g in strata["group"] if wanted.margin}
    margins |= {TOTAL: wanted.total} if wanted.total else {}
    if not margins:
        raise StatisticsError("--margin: not given; half the width that a share's limits may have.")
    if wanted.total and np.isinf(strata["population"]).any():
        raise StatisticsError("--total-margin: a population is not known; leave it out, or add it.")
    least = np.minimum(LEAST, most)
    spreads, targets = [np.zeros(len(strata))], [1.0]
    for group, margin in margins.items():
        of = Domain.of(strata, group)
        target = variance_for_margin(of.share, margin, interval=wanted.planned, level=wanted.level)
        bound = float(target) + float((of.spread / of.people).sum())
        if not missed_targets(of.spread[:, None], np.array([bound]), most).any():
            spreads.append(of.spread)
            targets.append(bound)
        elif wanted.take_all and group != TOTAL:
            least = np.where(of.inside, most, least)
        else:
            low, high = wanted.limits(of.share, of.variance(most))
            raise StatisticsError(
                f"--{'total-' * (group == TOTAL)}margin: {100 * margin:g} points cannot be met in "
                f"{group}: if all are asked, {most[of.inside].sum():.0f} answers leave "
                f"{50 * float(high - low):.1f}; allow that, raise --response, or say --take-all."
            )
    n = cheapest_allocation(np.column_stack(spreads), np.array(targets), most, least=least)
    return np.minimum(np.ceil(n - 1e-6), most).astype(np.int64)


def expect(strata: pd.DataFrame, answers: IntArray, wanted: Wanted) -> pd.DataFrame:
    """What so many answers of each stratum would tell: a row for all, then one a group.

    Columns: `group`, `population`, `invited`, `answers`, `share`, `lower`, `upper` (limits as a
    report prints them), `margin` (of those that sizes are made for), `open_lower`, `open_upper`
    (whatever those without an answer would say), `whole` (all are asked), `shown` (by the standard
    of reports), `effective` (answers over design effect), `difference` (the smallest that the
    formula finds: from the other group with the most answers; of all from a wave of the same size).
    """
    groups, rows = list(dict.fromkeys(strata["group"])), []
    n, asked = answers.astype(np.float64), invite(strata, answers)
    for group in (TOTAL, *groups):
        of = Domain.of(strata, group, n)
        share, se, size = of.share, np.sqrt(of.variance(n)), n[of.inside].sum()
        df, answering = size - of.inside.sum(), min(size / asked[of.inside].sum(), 1.0)
        lower, upper = proportion_interval(wanted.interval, share, se, size, df, wanted.level)
        low, high = wanted.limits(share, se**2)
        n_eff = np.minimum(effective_size(share, se), size)
        rows.append(
            {
                "group": group,
                "population": of.people[of.inside].sum(),
                "invited": int(asked[of.inside].sum()),
                "answers": int(size),
                "share": share,
                "lower": float(lower),
                "upper": float(upper),
                "margin": float(high - low) / 2,
                "open_lower": share * answering,
                "open_upper": share * answering + 1 - answering,
                "whole": bool((asked >= of.people)[of.inside].all()),
                "shown": str(nchs(share, size, n_eff, lower, upper, df)) != "suppress",
                "effective": share * (1 - share) / float((of.spread / n).sum()),
            }
        )
    table = pd.DataFrame(rows)
    sizes, reach = table["effective"].tolist(), wanted.reach(len(groups))
    second = [max([*sizes[1:k], *sizes[k + 1 :]], default=np.nan) for k in range(1, len(sizes))]
    both = (np.array(sizes), np.array([sizes[0], *second]))
    reaches = np.array([wanted.reach(2), *[reach] * len(groups)])
    return table.assign(difference=smallest_difference(table["share"], both, reaches))


def spread_people(strata: pd.DataFrame) -> pd.DataFrame:
    """People whose weights make the design effect of their stratum, where no wave tells more.

    Columns: `stratum`, `relative`: one of four weighs 1 + c sqrt 3 and the others 1 - c / sqrt 3,
    with c^2 = deff - 1 (Kish 1992), below 3.
    """
    people = strata.loc[strata.index.repeat(4), ["stratum", "deff"]].reset_index(drop=True)
    c = np.sqrt(np.clip(people["deff"] - 1, 0.0, 2.9))
    heavy = np.arange(len(people)) % 4 == 0
    return people.assign(relative=np.where(heavy, 1 + c * np.sqrt(3), 1 - c / np.sqrt(3)))


@dataclass(frozen=True, eq=False)
class Simulation:
    """Samples of the next wave, weighted, each with a uniform of each person: who answers what is
    drawn once for all differences. The first of the `pair` of `groups` has another share.
    """

    samples: Sequence[tuple[Design, FloatArray]]
    groups: tuple[str, ...]
    pair: tuple[str, str]
    share: float
    wanted: Wanted

    def power(self, difference: float) -> float:
        """In how many samples (0-1) the pair differs, its p adjusted over all pairs of groups."""
        return float(np.mean([self._finds(*sample, difference) for sample in self.samples]))

    def _finds(self, design: Design, uniforms: FloatArray, difference: float) -> bool:
        moved = (design.data["group"] == self.pair[0]).to_numpy()
        share = self.share + np.where(moved, difference if self.share <= 0.5 else -difference, 0.0)
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
        """The difference that is found with the power that is wanted: by a probit line through the
        simulated powers about the formula's `guess`; NaN where the largest is not enough.
        """
        most, least = max(self.share, 1 - self.share), 0.5 / len(self.samples)
        tried = np.minimum(np.array(_AROUND) * guess, most)
        seen = scipy.special.ndtri(np.clip([self.power(d) for d in tried], least, 1 - least))
        away = tried - tried.mean()
        slope = away @ seen / max(away @ away, _NEAR)
        needed = float(scipy.special.ndtri(self.wanted.power)) - seen.mean()
        found = tried.mean() + needed / slope if slope > 0 else most
        return float(found) if found < most else float("nan")


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
    """Samples of the next wave, weighted as the workflow does.

    `people` are drawn with replacement: their `stratum`, the variables of the margins and, where
    weights are guessed, `relative`; a stratum without anybody takes of all. Without margins the
    strata alone are weighted to. Raises StatisticsError where that cannot be.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    asked, response = invite(strata, answers), strata["response"].to_numpy()
    totals = np.where(np.isinf(strata["population"]), asked, strata["population"])
    known = dict(zip(strata["stratum"], totals.astype(float), strict=True))
    pools = [np.flatnonzero(people["stratum"] == name) for name in known]
    pools = [pool if len(pool) else np.arange(len(people)) for pool in pools]
    made = []
    for _ in range(samples):
        # Who answers is drawn, too.
        sizes = np.maximum(rng.binomial(asked.astype(np.int64), response), 1)
        owner = np.repeat(np.arange(len(strata)), sizes)
        chosen = [p[rng.integers(len(p), size=n)] for p, n in zip(pools, sizes, strict=True)]
        table = people.iloc[np.concatenate(chosen)].reset_index(drop=True)
        own = strata[["stratum", "group"]].iloc[owner].reset_index(drop=True)
        table = table.assign(**own, stratum_population=totals[owner])
        table["base_weight"] = (totals / asked)[owner] * table.get("relative", 1.0)
        found = weigh_wave(table, known, weighting[1], weighting[0], Selection.PROBABILITY)
        if found.weighting is None:
            raise StatisticsError(f"--n: {len(table)} answers are too few to be weighted.")
        made.append((found.weighting.design.without_finite_population(), rng.random(len(table))))
    groups = tuple(dict.fromkeys(strata["group"]))
    return Simulation(made, groups, pair, Domain.of(strata, pair[1]).share, wanted)
