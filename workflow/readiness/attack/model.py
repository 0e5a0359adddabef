"""What is attacked, by whom, and what was found: the words of the attack."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

import pandas as pd

from readiness.attack.released import Release, ReleasedShare, Route
from readiness.attack.solving import Classes


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
        """Whether so few people must not be known."""
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
        if self.minimum <= 1:
            return True
        return highest - lowest >= self.width and not (lowest > 0 and self.small(highest))

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
    """What is attacked: the release, the earlier ones in their order, and what readers may know;
    `routes`: which items are asked after which, as the questionnaire says; `variants`: what the
    release tells of the same people by other weights, each with its classes.
    """

    release: Release
    earlier: Sequence[Release] = ()
    classes: Classes | None = None
    rules: AttackRules = field(default_factory=lambda: AttackRules(5, 5))
    routes: Sequence[Route] = ()
    variants: Sequence[tuple[Release, Classes | None]] = ()

    @property
    def whole(self) -> list[Release]:
        """All that the release tells, itself last."""
        return [*(variant for variant, _ in self.variants), self.release]

    def with_neighbours(self, items: Collection[str]) -> frozenset[str]:
        """These items, and those that they are routed from or to."""
        pairs = [{each.item, each.after} for each in self.routes]
        return frozenset(items).union(*(pair for pair in pairs if pair & set(items)))


# --- The attack as tables: what readers are taken to know, what was found.

# `counted`: those who gave the answer (`answer`) or otherwise (`rest`); `published`: whether its
# share is; lowest and highest: between which counts it must lie; `reader` and `how`: who can say
# so, and from what; `knows`: of which cell how many answers were known.
COLUMNS = (
    *("id", "item", "level", "group", "counted", "published", "lowest", "highest", "verdict"),
    *("reader", "how", "knows"),
)
UNBOUNDED = 10**9


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
    frame = pd.DataFrame(index=respondents.index)
    for variable, (column, named) in groups.items():
        frame[variable] = respondents[column].map(dict(named)).fillna("")
    every = {"": weights, **(beside or {})}
    for name, own in every.items():
        frame[f"weight {name}"] = own.to_numpy(dtype=float) / float(own.mean())
    keys = [*groups, *(f"weight {name}" for name in every)]
    cells = frame.groupby(keys, sort=True).size().reset_index(name="people")
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
    """One line on the first count that is given away: which, what is proven, from what; "" for
    none.
    """
    rows = given_away(table).to_dict("records")
    if not rows:
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
