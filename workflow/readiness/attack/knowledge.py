"""What is attacked, by whom, what each kind of reader knows, and what was found.

Of an item readers have systems with their solvers, made once; who knows every weight, what sums of
weights there can be; and all what a release tells of its people by other weights or wider bases.
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
    """What a reader has beside the release."""

    PUBLICATION = "publication"
    RELEASES = "releases"
    FRAME = "frame"
    ANSWERS = "answers"


class How(Enum):
    """What a count was narrowed from."""

    COUNTS = "counts"
    SHARES = "shares"
    WEIGHTS = "weights"
    RELEASES = "releases"
    ANSWERS = "answers"


class CountVerdict(Enum):
    """What became of a count.

    `BEFORE`: earlier releases alone give it away, to who knows how many people came since, and what
    this one tells of the answers narrows it no further.
    """

    HELD = "held"
    BEFORE = "before"
    GIVEN = "given_away"


@dataclass(frozen=True)
class AttackRules:
    """What a count must withstand: counts of 1 to `minimum` - 1 are small, and the interval in
    which a withheld one can be put is at least `width` wide. A minimum of 1 protects nobody.
    """

    minimum: int
    width: int

    def small(self, count: int) -> bool:
        """Return whether a count of people is too small to be disclosed: 1 to `minimum` - 1."""
        return 0 < count < self.minimum

    def holds(self, lowest: int, highest: int) -> bool:
        """Whether a withheld count stays protected in [lowest, highest].

        A count that is known to be large needs no protection of its own, it was withheld to protect
        another; nor has one of nobody.
        """
        return self.settles(lowest, highest) or self.wide(lowest, highest)

    def settles(self, lowest: int, highest: int) -> bool:
        """Whether a count is known to be large, or of nobody."""
        return lowest >= self.minimum or highest == 0

    def wide(self, lowest: int, highest: int) -> bool:
        """Whether two counts that are both possible show that a withheld one stays protected."""
        apart = highest - lowest >= self.width
        return self.minimum <= 1 or (apart and not (lowest > 0 and self.small(highest)))

    def shows(self, lowest: int, highest: int) -> bool:
        """Whether a published share may stand though its count is known to be in between."""
        return not (lowest > 0 and self.small(highest))


@dataclass(frozen=True)
class AttackedCell:
    """One count that must not be narrowed: a withheld one, or the one behind a published share.

    `rest`: whether it is of those who did not give the answer. `withheld`: whether its share is.
    `before`: the name of the earlier release whose count it is, of other data; "" for this one's.
    `came`: whether it is of those who came since.
    """

    item: str
    share: ReleasedShare
    withheld: bool
    rest: bool = False
    before: str = ""
    came: bool = False

    @property
    def id(self) -> str:
        """The id of its share; with a tilde for those who did not give the answer, after the name
        of the earlier release that it stands in, and a plus for those who came since.
        """
        name = f"~{self.share.id}" if self.rest else self.share.id
        return f"{'+' * self.came}{self.before}/{name}" if self.before else name


@dataclass(frozen=True)
class Attacked:
    """What was found of one count; `known` names the cell whose answers a reader knew."""

    cell: AttackedCell
    lowest: int
    highest: int
    verdict: CountVerdict
    reader: AttackReader
    how: How
    known: str = ""


@dataclass
class AttackTarget:
    """What is attacked: the release, the earlier ones in their order, and what readers may know.

    `routes`: which items are asked after which, as the questionnaire says. `merged`: which answers
    add up others, to an item that one is derived of. `variants`: what the
    release tells of the same people by other weights, each with its classes. `sensitive`: the items
    of which "don't know" is protected as an answer is.
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
        """All that the release tells, itself last."""
        return [*(variant for variant, _ in self.variants), self.release]

    def with_neighbours(self, items: Collection[str]) -> frozenset[str]:
        """These items, and those that they are routed from or to, or merged of."""
        pairs = [{each.item, each.after} for each in self.routes]
        pairs += [{each.item, each.of} for each in self.merged]
        return frozenset(items).union(*(pair for pair in pairs if pair & set(items)))


# --- The attack as tables: what readers are taken to know, what was found.

# `counted`: those who gave the answer (`answer`) or otherwise (`rest`); `published`: whether its
# share is; lowest and highest: between which counts it must lie; `reader` and `how`: who can say
# so, and from what; `knows`: of which cell how many answers were known.
COLUMNS = (
    *("id", "item", "level", "group", "counted", "published", "lowest", "highest", "verdict"),
    *("reader", "how", "knows"),
)


def attack_table(found: Iterable[Attacked]) -> pd.DataFrame:
    """One row a count, as text, sorted by id."""
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
    """The frame cells of respondents, with how many of which weight fall into each; the same cells
    by the weights of each variant `beside`. That of the release is "".

    `respondents`: one row a respondent with a column for each frame variable; `weights` in the same
    order; `groups`: for each variable of the release its column and, by category, the group that
    the register calls it: `{"region": ("region", {"north": "region:north"})}`.
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
    """The rows of an attack's table whose count this release gives away."""
    return table[table["verdict"] == CountVerdict.GIVEN.value]


_FROM = {
    "counts": "the published numbers of people",
    "shares": "the published shares and numbers of people",
    "weights": "the published shares, by who knows everybody's weight",
    "releases": "this and the earlier releases together",
    "answers": "the published numbers, by who knows answers of",
}


def first_given_away(table: pd.DataFrame) -> str:
    """One line on the first count given away: which, what is proven, from what; "" for none."""
    if not (rows := given_away(table).to_dict("records")):
        return ""
    row = rows[0]
    people = f"{row['lowest']} to {row['highest']} people"
    source = _FROM[row["how"]] + (f" {row['knows']}" if row["knows"] else "")
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    return f"{row['id']}: {people} can be proven from {source}{more}."


def summary(found: Sequence[Attacked]) -> Mapping[str, int]:
    """How many counts were attacked, and what became of them."""
    verdicts = [each.verdict for each in found]
    return {"attacked": len(found), **{one.value: verdicts.count(one) for one in CountVerdict}}


class Knowledge:
    """The readers of an item of a release; `key`: what its people are known by."""

    def __init__(self, target: AttackTarget, item: str, key: str) -> None:
        self._target, self._item, self._key = target, item, key
        self._routes = [each for each in target.routes if item in (each.item, each.after)]
        self._merged = [each for each in target.merged if item in (each.item, each.of)]
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
            if (solver := found or self.possible(target.whole, known, shares=shares)) is None:
                raise DataError(
                    f"{self._item}: the published numbers contradict each other, so the "
                    "disclosure check cannot run. Delete the register and run `make` again; do "
                    "not edit it by hand."
                )
            if known and solver.counts(self._key) <= self._most_cells(known.values()):
                # Few and short searches: the unknowns are people of frame cells.
                solver.nodes, solver.searches = FRAME_NODES, SEARCHES
            self._solvers[key] = solver
        return self._solvers[key]

    def _most_cells(self, known: Iterable[Classes]) -> int:
        """The most unknown counts of a system that is searched for whole numbers."""
        people = max(int(classes.people.sum()) for classes in known)
        return MOST_CELLS_OF_FEW if people <= FEW_PEOPLE else MOST_CELLS

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
    def of(cls, people: IntArray, weights: FloatArray) -> "Sums":
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
        identity = FigureId.parse(row["id"], row["kind"])
        item = identity.item
        weighed, base = identity.variant.split("-")
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
