"""What each kind of reader knows: of an item, systems with their solvers, made once; of who knows
every weight what sums of weights there can be; and what a release tells of its people by other
weights, or in wider bases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd

from readiness.arrays import FloatArray, IntArray
from readiness.attack.linking import GROWTHS, build
from readiness.attack.model import AttackTarget
from readiness.attack.released import (
    ANSWERED,
    DONT_KNOW,
    WITH_DONT_KNOW,
    Release,
    ReleasedShare,
    ReleasedTable,
    decimals,
    interval,
    untold,
)
from readiness.attack.solving import FRAME_NODES, MOST_CELLS, SEARCHES, Classes, Solver
from readiness.errors import DataError


class Knowledge:
    """The readers of an item of a release; `key`: what its people are known by."""

    def __init__(self, target: AttackTarget, item: str, key: str) -> None:
        self._target, self._item, self._key = target, item, key
        self._routes = [each for each in target.routes if item in (each.item, each.after)]
        self._solvers: dict[tuple[bool, bool, bool], Solver] = {}

    def solver(self, *, earlier: bool = False, frame: bool = False, shares: bool = True) -> Solver:
        """What a reader knows who has the `earlier` releases, too, or knows the `frame` cell of
        everybody; `shares`: whether he uses shares, or the numbers of people alone.

        DataError where the published numbers contradict each other.
        """
        key = (earlier, frame, shares)
        if key not in self._solvers:
            target = self._target
            pairs = [*target.variants, (target.release, target.classes)]
            known = {own.name: classes for own, classes in pairs if frame and classes is not None}
            releases = [*(target.earlier if earlier else ()), *target.whole]
            found = self.possible(releases, known, shares=shares)
            # Where releases contradict each other it is this one that a reader believes.
            solver = found or self.possible(target.whole, known, shares=shares)
            if solver is None:
                raise DataError(
                    f"{self._item}: the published numbers contradict each other, so what they give "
                    "away cannot be told. Were they changed by hand? Make the register again."
                )
            if frame and solver.counts(self._key) <= MOST_CELLS:
                # Few and short searches: the unknowns are people of frame cells.
                solver.nodes, solver.searches = FRAME_NODES, SEARCHES
            self._solvers[key] = solver
        return self._solvers[key]

    @cached_property
    def before(self) -> Solver | None:
        """What is known without anything that this release tells of the answers: from the earlier
        ones, and how many people responded since; None where they contradict each other.
        """
        return self.possible([*self._target.earlier, untold(self._target.release)])

    def possible(
        self,
        releases: Sequence[Release],
        known: Mapping[str, Classes] | None = None,
        *,
        shares: bool = True,
    ) -> Solver | None:
        """The system of releases that supposes most of how they follow each other without a
        contradiction; None where they contradict each other by themselves.
        """
        # Answers of people who were not asked contradict what routes to an item; people outside
        # every group, that the groups are everybody; margins of another total than the list's, that
        # the mean weight is known.
        unknown = [replace(release, mean=None) for release in releases]
        linked = (self._routes, ()) if self._routes else ((),)
        ways = product((releases, unknown), (True, False), linked, GROWTHS)
        for told, everybody, routes, growth in ways:
            system = build(
                told,
                self._item,
                known,
                shares=shares,
                growth=growth,
                routes=routes,
                everybody=everybody,
            )
            if (solver := Solver(system)).possible():
                return solver
        return None


# Groups whose worlds are fewer than ten to this are listed one by one.
LISTED = 5.0
# Sums of weights are equal below this, in mean weights.
ROUND = 1e-10


@dataclass(frozen=True)
class Sums:
    """Every sum of some people's weights, and how many people are behind it."""

    weights: FloatArray
    people: IntArray

    @classmethod
    def of(cls, people: IntArray, weights: FloatArray) -> Sums:
        """Those of some cells, of so many people who weigh so much each."""
        sums, counts = np.zeros(1), np.zeros(1, dtype=np.int64)
        for most, weight in zip(people, weights, strict=True):
            some = np.arange(most + 1)
            sums = np.add.outer(sums, some * weight).ravel()
            counts = np.add.outer(counts, some).ravel()
        return cls(sums, counts)

    def count_people(self, low: float, high: float) -> list[int]:
        """The numbers of people who can weigh from `low` to `high` together."""
        fits = (self.weights >= low - ROUND) & (self.weights <= high + ROUND)
        return [int(n) for n in np.unique(self.people[fits])]


OWN = "own"


def read_variants(
    release: Release,
    figures: pd.DataFrame,
    weights: Mapping[str, pd.Series],
    classes: Mapping[str, Classes],
) -> tuple[Release, list[tuple[Release, Classes | None]]]:
    """A release with what its variants tell by its own weights, and one for each choice of others,
    of whose range a reader is taken to know. `weights` of each respondent and `classes`, by choice.
    """
    told: dict[str, dict[str, dict[str, ReleasedShare]]] = {}
    rows = figures[(figures["kind"] == "firmness") & (figures["statistic"] == "share")]
    for row in rows.to_dict("records"):
        _, item, _, choices, _ = row["id"].split(".")
        weighed, base = choices.split("-")
        of = WITH_DONT_KNOW if base == DONT_KNOW else ANSWERED
        value = interval(row["value"], decimals(row))
        share = ReleasedShare(row["id"], row["level"], row["group"], of, value, weighted=True)
        shares = told.setdefault(weighed, {}).setdefault(item, {})
        shares[f"{of} {row['level']} {row['group']}"] = share
    here = told.pop(OWN, {})
    tables = {
        item: replace(table, shares=[*table.shares, *here.get(item, {}).values()])
        for item, table in release.tables.items()
    }
    variants = []
    for name, found in told.items():
        varied = {}
        for item, shares in found.items():
            table = release.tables[item]
            hidden = (replace(share, value=None, whole=False) for share in table.shares)
            known = ([*hidden, *shares.values()], dict(table.bases))
            varied[item] = ReleasedTable(item, table.boxes, *known, data=table.data)
        unit = weights[name] / weights[name].mean()
        ends = float(unit.min()), float(unit.max())
        variants.append((Release(name, varied, release.respondents, *ends), classes.get(name)))
    return replace(release, tables=tables), variants
