"""Targets and readers of the attack, the knowledge of each kind of reader, and the results.

For each item a reader has linear systems with their solvers, made once. A reader of the frame also
knows every weight, and so the possible sums of weights. All readers know the numbers that a release
prints for the same people with other weights or on wider bases.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd

from readiness.attack.linking import GROWTHS, build
from readiness.attack.released import (
    ANSWERED,
    DONT_KNOW,
    WITH_DONT_KNOW,
    Merged,
    Release,
    ReleasedShare,
    ReleasedTable,
    Route,
    count_people,
    decimals,
    interval,
    untold,
)
from readiness.attack.solving import (
    FEW_PEOPLE,
    FRAME_NODES,
    MOST_CELLS,
    MOST_CELLS_OF_FEW,
    SEARCHES,
    UNBOUNDED,
    Classes,
    Solver,
)
from readiness.ground.arrays import FloatArray, IntArray
from readiness.ground.errors import DataError
from readiness.ground.figure_id import FigureId


class AttackReader(Enum):
    """Knowledge of a reader in addition to the release."""

    PUBLICATION = "publication"
    RELEASES = "releases"
    FRAME = "frame"
    ANSWERS = "answers"


class How(Enum):
    """Sources from which an attack narrowed the bounds of a count."""

    COUNTS = "counts"
    SHARES = "shares"
    WEIGHTS = "weights"
    RELEASES = "releases"
    ANSWERS = "answers"


class CountVerdict(Enum):
    """Results of the attack on a count.

    `BEFORE`: the count is already disclosed by earlier releases to a reader who knows how many
    people have responded since; the shares of this release narrow it no further.
    """

    HELD = "held"
    BEFORE = "before"
    GIVEN = "given_away"


@dataclass(frozen=True)
class AttackRules:
    """Rules that a count must meet to be protected.

    Counts of 1 to `minimum` - 1 are small; a minimum of 1 protects nobody. The interval that a
    reader can prove for a suppressed count must be at least `width` wide.
    """

    minimum: int
    width: int

    def is_too_small(self, count: int) -> bool:
        """Return whether a count of people is too small to be disclosed: 1 to `minimum` - 1."""
        return 0 < count < self.minimum

    def holds(self, lowest: int, highest: int) -> bool:
        """Return whether a suppressed count with the proven bounds [lowest, highest] is protected.

        A count that is known to be large, or 0, needs no protection: it was suppressed to protect
        another count.
        """
        return self.settles(lowest, highest) or self.wide(lowest, highest)

    def settles(self, lowest: int, highest: int) -> bool:
        """Return whether the bounds prove that a count is large, or 0."""
        return lowest >= self.minimum or highest == 0

    def wide(self, lowest: int, highest: int) -> bool:
        """Return whether two possible values of a suppressed count are far enough apart to protect
        the count.
        """
        apart = highest - lowest >= self.width
        return self.minimum <= 1 or (apart and not (lowest > 0 and self.is_too_small(highest)))

    def shows(self, lowest: int, highest: int) -> bool:
        """Return True if a share may be published, given proven bounds of the count behind it."""
        return not (lowest > 0 and self.is_too_small(highest))


@dataclass(frozen=True)
class AttackedCell:
    """A count under attack: a suppressed count, or the count behind a published share.

    `rest`: whether it counts the people who did not give the answer. `withheld`: whether its share
    is suppressed. `before`: the earlier release, with other data, that the count belongs to; "" for
    the attacked release. `came`: whether it counts the people who responded after that release.
    """

    item: str
    share: ReleasedShare
    withheld: bool
    rest: bool = False
    before: str = ""
    came: bool = False

    @property
    def id(self) -> str:
        """Id of the count, made from the id of its share.

        A tilde before the id marks the people who did not give the answer. The name of an earlier
        release is put first, with a plus for the people who responded after that release.
        """
        name = f"~{self.share.id}" if self.rest else self.share.id
        return f"{'+' * self.came}{self.before}/{name}" if self.before else name


@dataclass(frozen=True)
class Attacked:
    """Result of the attack on one count; `known` names the cell whose answers a reader knew."""

    cell: AttackedCell
    lowest: int
    highest: int
    verdict: CountVerdict
    reader: AttackReader
    how: How
    known: str = ""


class HeldDoubt(Enum):
    """Reason to doubt a row by which a suppressed count is held.

    `OTHER`: no row on a suppressed count can have these cells. `IMPOSSIBLE`: the published numbers
    alone exclude an end of its interval. `NARROW`: the interval is narrower than the rules ask.
    """

    OTHER = "other"
    IMPOSSIBLE = "impossible"
    NARROW = "narrow"


@dataclass
class AttackTarget:
    """Target of an attack: the release, the earlier releases in order, and what readers may know.

    `routes`: which items are asked after which, as the questionnaire says. `merged`: the answers of
    derived items as sums of the answers that they merge. `variants`: the numbers that the release
    prints for the same people with other weights, each with its classes. `sensitive`: the items
    whose "don't know" is protected like an answer.
    """

    release: Release
    earlier: Sequence[Release] = ()
    classes: Classes | None = None
    rules: AttackRules = field(default_factory=lambda: AttackRules(5, 5))
    routes: Sequence[Route] = ()
    variants: Sequence[tuple[Release, Classes | None]] = ()
    sensitive: Collection[str] = ()
    merged: Sequence[Merged] = ()

    @property
    def whole(self) -> list[Release]:
        """Variants of the release, then the release itself."""
        return [*(variant for variant, _ in self.variants), self.release]

    def with_neighbours(self, items: Collection[str]) -> frozenset[str]:
        """Return `items` with the items linked to them by routing or by merged answers."""
        pairs = [{each.item, each.after} for each in self.routes]
        pairs += [{each.item, each.of} for each in self.merged]
        return frozenset(items).union(*(pair for pair in pairs if pair & set(items)))


# --- Tables of the attack: assumed knowledge of readers, and results.

# `counted`: people who gave the answer (`answer`) or did not (`rest`). `published`: whether the
# count's share is published. `lowest`, `highest`: proven bounds of the count. `reader`, `how`: who
# can prove them, and from what. `knows`: the cell of which that reader knows answers, and how many.
COLUMNS = (
    *("id", "item", "level", "group", "counted", "published", "lowest", "highest", "verdict"),
    *("reader", "how", "knows"),
)


def attack_table(found: Iterable[Attacked]) -> pd.DataFrame:
    """Return the results of an attack as text: one row per count, sorted by id."""
    rows = [
        (
            each.cell.id,
            each.cell.item,
            each.cell.share.level,
            each.cell.share.group,
            "rest" if each.cell.rest else "answer",
            "no" if each.cell.withheld else "yes",
            str(each.lowest),
            "" if each.highest >= UNBOUNDED else str(each.highest),
            each.verdict.value,
            each.reader.value,
            each.how.value,
            each.known,
        )
        for each in found
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype=str)
    return table.sort_values(["id", "counted"], kind="stable").reset_index(drop=True)


def classes_of(
    respondents: pd.DataFrame,
    weights: pd.Series,
    groups: Mapping[str, tuple[str, Mapping[str, str]]],
    beside: Mapping[str, pd.Series] | None = None,
) -> dict[str, Classes]:
    """Return the frame cells with the weights of their respondents, by name of the weights.

    The weights of the release have the name ""; `beside` holds those of each variant.

    `respondents`: one row per respondent with a column for each frame variable. `weights`: in the
    same order. `groups`: for each variable of the release its column, and the group's name in the
    register by category: `{"region": ("region", {"north": "region:north"})}`.
    """
    every = {"": weights, **(beside or {})}
    named = {
        v: respondents[column].map(dict(own)).fillna("") for v, (column, own) in groups.items()
    }
    relative = {
        f"weight {name}": own.to_numpy(dtype=float) / float(own.mean())
        for name, own in every.items()
    }
    frame = pd.DataFrame({**named, **relative})
    cells = frame.groupby([*frame], sort=True).size().reset_index(name="people")
    known = (cells[list(groups)], cells["people"].to_numpy())
    return {name: Classes(*known, cells[f"weight {name}"].to_numpy()) for name in every}


def given_away(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of an attack's table whose count this release discloses."""
    return table[table["verdict"] == CountVerdict.GIVEN.value]


_FROM = {
    "counts": "the published numbers of people",
    "shares": "the published shares and numbers of people",
    "weights": "the published shares, by who knows everybody's weight",
    "releases": "this and the earlier releases together",
    "answers": "the published numbers, by who knows answers of",
}


def first_given_away(table: pd.DataFrame) -> str:
    """Return a line on the first disclosed count: its id, the proven bounds and their source.

    "" where no count is disclosed.
    """
    if not (rows := given_away(table).to_dict("records")):
        return ""
    row = rows[0]
    people = f"{row['lowest']} to {row['highest']} people"
    source = _FROM[row["how"]] + (f" {row['knows']}" if row["knows"] else "")
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    return f"{row['id']}: {people} can be proven from {source}{more}."


def summary(found: Sequence[Attacked]) -> Mapping[str, int]:
    """Return the number of attacked counts, and the number of counts by result."""
    verdicts = [each.verdict for each in found]
    return {"attacked": len(found), **{one.value: verdicts.count(one) for one in CountVerdict}}


class Knowledge:
    """Systems and solvers of the readers of one item; `key`: the weights by which a reader knows
    the respondents.
    """

    def __init__(self, target: AttackTarget, item: str, key: str) -> None:
        self._target, self._item, self._key = target, item, key
        self._routes = [each for each in target.routes if item in (each.item, each.after)]
        self._merged = [each for each in target.merged if item in (each.item, each.of)]
        self._solvers: dict[tuple[bool, bool, bool], Solver] = {}

    def solver(self, *, earlier: bool = False, frame: bool = False, shares: bool = True) -> Solver:
        """Return the solver of a reader's system.

        `earlier`: the reader also has the earlier releases. `frame`: the reader knows everybody's
        frame cell. `shares`: the reader uses shares; otherwise only numbers of people.

        Raises DataError where the published numbers contradict each other.
        """
        key = (earlier, frame, shares)
        if key not in self._solvers:
            target = self._target
            pairs = [*target.variants, (target.release, target.classes)]
            known = {own.name: classes for own, classes in pairs if frame and classes is not None}
            releases = [*(target.earlier if earlier else ()), *target.whole]
            found = self.possible(releases, known, shares=shares)
            # A reader believes this release where an earlier one contradicts it.
            if (solver := found or self.possible(target.whole, known, shares=shares)) is None:
                raise DataError(
                    f"{self._item}: the published numbers contradict each other, so the "
                    "disclosure check cannot run. Delete the register and run `make` again; do "
                    "not edit it by hand."
                )
            if known and solver.counts(self._key) <= self._most_cells(known.values()):
                # Frame cells make many unknowns: limit the number and the length of searches.
                solver.nodes, solver.searches = FRAME_NODES, SEARCHES
            self._solvers[key] = solver
        return self._solvers[key]

    def _most_cells(self, known: Iterable[Classes]) -> int:
        """Return the largest number of unknown counts for which whole numbers are searched."""
        people = max(int(classes.people.sum()) for classes in known)
        return MOST_CELLS_OF_FEW if people <= FEW_PEOPLE else MOST_CELLS

    @cached_property
    def before(self) -> Solver | None:
        """Solver of what is known without the answers in this release: the earlier releases, and
        the number of people who have responded since.

        None where the earlier releases contradict each other.
        """
        return self.possible([*self._target.earlier, untold(self._target.release)])

    def possible(
        self,
        releases: Sequence[Release],
        known: Mapping[str, Classes] | None = None,
        *,
        shares: bool = True,
    ) -> Solver | None:
        """Return the system of releases with as many assumptions about them as do not contradict
        each other.

        None where the releases contradict each other without any assumption.
        """
        # Each assumption can be wrong. Routing: people answered who were not asked. Groups add to
        # the total: people are in no group. Known mean weight: the margins have another total than
        # the frame.
        table = self._target.release.tables.get(self._item)
        if table is not None and not table.printed:
            releases = [count_people(release, self._item) for release in releases]
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
                merged=self._merged,
                everybody=everybody,
            )
            if (solver := Solver(system)).possible():
                return solver
        return None


# Power of ten: groups with fewer possible combinations of counts are listed one by one.
LISTED = 5.0
# Two sums of weights that differ by no more than this are equal; the mean weight is 1.
ROUND = 1e-10


@dataclass(frozen=True)
class Sums:
    """Possible sums of weights of some of the people, with the number of people of each sum."""

    weights: FloatArray
    people: IntArray

    @classmethod
    def of(cls, people: IntArray, weights: FloatArray) -> "Sums":
        """Return the possible sums for cells with this number of `people`, of these `weights`."""
        sums, counts = np.zeros(1), np.zeros(1, dtype=np.int64)
        for most, weight in zip(people, weights, strict=True):
            some = np.arange(most + 1)
            sums = np.add.outer(sums, some * weight).ravel()
            counts = np.add.outer(counts, some).ravel()
        return cls(sums, counts)

    def count_people(self, low: float, high: float) -> list[int]:
        """Return the numbers of people whose weights can add up to between `low` and `high`."""
        fits = (self.weights >= low - ROUND) & (self.weights <= high + ROUND)
        return [int(n) for n in np.unique(self.people[fits])]


def read_variants(
    release: Release,
    figures: pd.DataFrame,
    weights: Mapping[str, pd.Series],
    classes: Mapping[str, Classes],
) -> tuple[Release, list[tuple[Release, Classes | None]]]:
    """Return a release that includes its variants with the same weights, and a release for each
    choice of other weights.

    A reader is assumed to know the range of these weights. `weights` (of each respondent) and
    `classes`: by choice.
    """
    told: dict[str, dict[str, dict[str, ReleasedShare]]] = {}
    rows = figures[(figures["kind"] == "firmness") & (figures["statistic"] == "share")]
    for row in rows.to_dict("records"):
        figure_id = FigureId.parse(row["id"], row["kind"])
        item = figure_id.item
        weighed, base = figure_id.variant.split("-")
        of = WITH_DONT_KNOW if base == DONT_KNOW else ANSWERED
        value = interval(row["value"], decimals(row))
        share = ReleasedShare(row["id"], row["level"], row["group"], of, value, weighted=True)
        shares = told.setdefault(weighed, {}).setdefault(item, {})
        shares[f"{of} {row['level']} {row['group']}"] = share
    here = told.pop("own", {})
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
