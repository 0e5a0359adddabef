"""Read a published register of figures: bases, shares and weights at their printed digits.

Only published columns are read: ids, texts, bases and the number of printed decimals. The levels of
each box come from the questionnaire, which readers have. The texts of the register are parsed here
without the code that wrote them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from readiness.ground.figure_id import QUALITY, FigureId, is_below, split_groups, weighting_id
from readiness.ground.frames import list_rows

TOTAL = "all"
DONT_KNOW = "dont_know"
ANSWERED = "answered"
WITH_DONT_KNOW = "with_dont_know"
ASKED = "asked"
BASES = (ANSWERED, WITH_DONT_KNOW, ASKED)
# Levels added up by each box, by item.
Boxes = Mapping[str, Mapping[str, Iterable[str]]]


@dataclass(frozen=True)
class PrintedInterval:
    """Range of a number behind its printed value: half a unit of the last digit each way."""

    low: float
    high: float


@dataclass(frozen=True)
class ReleasedShare:
    """One share of a table, published or suppressed.

    Attributes:
        id: the id of its row.
        level: the answer, the box or the option; `dont_know` for "don't know".
        group: the register's name of the group, `all` for all respondents.
        base: the base of the share, one of `BASES`.
        value: range of the share (0-1); None where it is suppressed.
        weighted: whether it is a share of weights.
        whole: whether it is exactly 0 or exactly 1.
    """

    id: str
    level: str
    group: str
    base: str
    value: PrintedInterval | None
    weighted: bool
    whole: bool = False


@dataclass
class ReleasedTable:
    """The numbers of one item in one release.

    `bases`: people by (base, group). `weights`: the sum of the weights of those who answered, by
    group. `contrasts`: people by pair of groups together. `counts`: people by level, for all
    respondents, as the report on missing answers prints them. `worst`: by (level, end), the share
    of all who were asked if nobody without an answer had given it (lower), or all had (upper).
    `tested`: the largest base of a test. `data`: the version of the data behind the shares.
    `has_answers`: whether the answers are published, or only the list of answers. `printed`:
    whether the item is published at all; else it stands for membership in a domain (`tell_domain`).
    """

    item: str
    boxes: Mapping[str, tuple[str, ...]]
    shares: list[ReleasedShare] = field(default_factory=list)
    bases: dict[tuple[str, str], int] = field(default_factory=dict)
    weights: dict[str, PrintedInterval] = field(default_factory=dict)
    contrasts: dict[tuple[str, str], int] = field(default_factory=dict)
    counts: dict[str, PrintedInterval] = field(default_factory=dict)
    worst: dict[tuple[str, str], PrintedInterval] = field(default_factory=dict)
    tested: int = 0
    data: str = ""
    has_answers: bool = True
    printed: bool = True

    @property
    def key(self) -> str:
        """Name of the item's people, shared by all releases of the same data."""
        return f"{self.item} {self.data}"

    @property
    def groups(self) -> list[str]:
        """All groups, in the order of the register."""
        return list(dict.fromkeys(share.group for share in self.shares))

    @property
    def levels(self) -> list[str]:
        """The answers that add to the base, or the options; without boxes and "don't know"."""
        all_levels = dict.fromkeys(share.level for share in self.shares)
        return [level for level in all_levels if level not in self.boxes and level != DONT_KNOW]

    @property
    def several(self) -> bool:
        """True for a multiple-response question: each option has a share of those asked."""
        return any(share.base == ASKED for share in self.shares)

    def groups_apart(self) -> set[str]:
        """Return the groups outside every total: those with unweighted shares.

        Empty where no share of the table is weighted.
        """
        unweighted = {share.group for share in self.shares if not share.weighted}
        return unweighted if any(share.weighted for share in self.shares) else set()

    def variables(self) -> dict[str, list[str]]:
        """Return the groups that add to the total, by variable ("" for compared groups)."""
        apart = {TOTAL, *self.groups_apart()}
        groups = [group for group in self.groups if group not in apart]
        variables = dict.fromkeys(map(variable_of, groups))
        return {
            variable: [group for group in groups if variable_of(group) == variable]
            for variable in variables
        }


@dataclass(frozen=True)
class Release:
    """The published numbers of one register.

    Attributes:
        name: the name of its run or publication.
        tables: the numbers of each item.
        respondents: people who answered, by group.
        lightest, heaviest: the smallest and the largest weight, as multiples of the mean weight.
        mean: the mean weight where population and respondents are published.
        n: respondents with a weight; None where it is not published.
        unclear: answers of people for whom the routing is unclear.
    """

    name: str
    tables: Mapping[str, ReleasedTable]
    respondents: Mapping[str, int]
    lightest: float = 1.0
    heaviest: float = 1.0
    mean: float | None = None
    n: int | None = None
    unclear: int = 0


@dataclass(frozen=True)
class Route:
    """A routed item: it is asked only of people who gave certain answers to the item `after`.

    `codes`: these answers; empty where the condition is a range of a number. `alone`: whether no
    other condition decides who is asked.
    """

    item: str
    after: str
    codes: tuple[str, ...] = ()
    alone: bool = True


@dataclass(frozen=True)
class Merged:
    """A derived answer: an answer that merges several answers to another item.

    `level` of `item` is given by exactly those who gave one of `codes` to the item `of`.
    """

    item: str
    level: str
    of: str
    codes: tuple[str, ...]


def tell_domain(release: Release, item: str, inside: str, outside: str) -> Release:
    """Return a release of a domain with an added `item`: who is `inside` and `outside` the domain.

    No share of the item is printed, so shares can be anything. Routes bound the number outside by
    the people who were not asked a question, and the number inside by the bases.
    """
    groups = dict.fromkeys(group for table in release.tables.values() for group in table.groups)
    data = next((table.data for table in release.tables.values()), "")
    unasked = [
        known_table.counts["not_asked"].high
        for known_table in release.tables.values()
        if "not_asked" in known_table.counts
    ]
    table = ReleasedTable(item, {}, data=data, printed=False)
    for group in groups:
        n = release.n if group == TOTAL else release.respondents.get(group)
        if n is not None:
            table.bases[ANSWERED, group] = n
        for level in (inside, outside):
            limits = PrintedInterval(0.0, 1.0)
            if group == TOTAL and level == outside and n and unasked:
                # Other routes can leave out more people, so the smallest number is an upper limit.
                limits = PrintedInterval(0.0, min(min(unasked) / n, 1.0))
            name = f"{item}.{level}.{group}"
            table.shares.append(ReleasedShare(name, level, group, ANSWERED, limits, weighted=False))
    return replace(release, tables={**release.tables, item: table})


def count_people(release: Release, item: str) -> Release:
    """Return a release reduced to the numbers of people who answered, with their weights.

    Answers are dropped for all items but `item`: they say nothing more about who is in a domain.
    """
    tables = dict(release.tables)
    for name, table in release.tables.items():
        if name == item:
            continue
        base = ASKED if table.several else ANSWERED
        shares = [ReleasedShare("", "any", group, base, None, True) for group in table.groups]
        shares += [share for share in table.shares if share.level == DONT_KNOW]
        tables[name] = replace(table, boxes={}, shares=shares, worst={})
    return replace(release, tables=tables)


def untold(release: Release) -> Release:
    """Return a release reduced to the numbers of people who answered, without their answers."""
    tables = {
        item: ReleasedTable(
            item,
            table.boxes,
            [replace(share, value=None, whole=False) for share in table.shares],
            dict(table.bases),
            data=table.data,
            has_answers=False,
        )
        for item, table in release.tables.items()
    }
    return replace(release, tables=tables)


def variable_of(group: str) -> str:
    """Return the variable of a group: `region` of `region:north`; "" for compared groups."""
    return group.rpartition(":")[0]


def interval(text: str, digits: int | None) -> PrintedInterval:
    """Return the range of a printed number.

    `digits`: its decimals; None for a number of twelve significant digits.
    """
    value = float(text)
    half = abs(value) * 6e-13 if digits is None else 0.5 * 10.0**-digits
    return PrintedInterval(value - half, value + half)


def read_release(name: str, figures: pd.DataFrame, boxes: Boxes) -> Release:
    """Read a register (all columns as text) as a release.

    A register at its working precision (`precision`: `working`) is read as it will be released.
    """
    records = list_rows(figures)
    tables: dict[str, ReleasedTable] = {}
    for row in records:
        if row["kind"] == "estimate":
            _add_estimate(row, tables, boxes)
    for row in records:
        if row["item"] in tables:
            _add_numbers(row, tables[row["item"]])
    published = {row["id"]: row["value"] for row in records if not row["suppressed"]}
    respondent_counts = [int(row["n"]) for row in records if row["kind"] == "missing" and row["n"]]
    n = (
        respondent_counts[0]
        if respondent_counts
        else int(published.get(weighting_id("n")) or 0) or None
    )
    unclear = int(published.get("quality.issues.routing_unclear") or 0)
    return Release(
        name, tables, dict(_list_respondents(records)), *_read_weights(published), n, unclear
    )


# Kinds of rows that describe answers, with the statistics that the attack reads. A statistic is
# named by its text up to the first "of", bracket or colon.
READ: Mapping[str, frozenset[str]] = {
    "estimate": frozenset({"share", "mean", "lower_quartile", "median", "upper_quartile"}),
    "count": frozenset({"answers", "weight"}),
    # Registers of 1.0 have an effective sample size for each share.
    "interval": frozenset({"lower", "upper", "n_eff"}),
    "effective": frozenset({"effective sample size"}),
    "missing": frozenset({"share"}),
    "bound": frozenset({"least and largest value, whatever those without an answer would say"}),
}
OTHERS = {"weighting", "quality", "setting", "response", "balance"}
# Statistics the attack may ignore although their row names an item: they repeat a number printed
# elsewhere, combine two releases that readers have, or describe no single answer.
OF_ITEMS: Mapping[str, frozenset[str]] = {
    "test": frozenset({"pairs"}),
    # Computed from a published share and limits, with assumptions on people without an answer.
    "selection": frozenset(
        {
            "value without the bias",
            "least and largest value for everybody, with nothing assumed",
            "least and largest value for everybody, for phi from 0 to 1, with sampling error",
        }
    ),
    "scale": frozenset({"answers to all items"}),
    "revision": frozenset({"as published before", "change since the revised publication"}),
    "change": frozenset({"in an earlier wave"}),
}
# Rows on robustness: `attack.knowledge` reads the shares, from which the others are computed.
READ_BESIDE: Mapping[str, str] = {"share": "share", "variant": "share points", "variants": "count"}
COLUMNS = {
    *("id", "kind", "unit", "value", "item", "level", "group", "statistic", "note", "precision"),
    *("se", "lower", "upper", "n", "n_eff", "deff", "reliability", "suppressed", "digits"),
    *("rounding", "run", "dataset", "lineage", "simulated"),
}


def find_unread(figures: pd.DataFrame) -> str:
    """Return the first column or the id of the first row that the attack cannot read; "" if none.

    An unknown statistic could disclose a count that the attack does not test.
    """
    if unread_columns := [column for column in figures.columns if column not in COLUMNS]:
        return f"column {unread_columns[0]}"
    for row in list_rows(figures):
        statistic = re.split(r" of | \(|: ", row["statistic"], maxsplit=1)[0]
        is_known = row["kind"] in OTHERS or statistic in READ.get(row["kind"], ())
        if row["kind"] == "firmness":
            is_known = row["unit"] in READ_BESIDE.get(statistic, "").split()
        if row["kind"] in OF_ITEMS:
            counts_people = row["unit"] in ("share", "base", "count") and row["item"]
            is_known = not counts_people or statistic in OF_ITEMS[row["kind"]]
        if not is_known:
            return str(row["id"])
    return ""


def find_baseless(figures: pd.DataFrame) -> str:
    """Return the id of the first share that is published without its base; "" if none.

    Registers of 1.0 have such shares: a reader knows less of them, and so does the attack. A new
    register has none.
    """
    baseless = (
        (figures["kind"] == "estimate") & (figures["suppressed"] == "") & (figures["n"] == "")
    )
    return str(figures.loc[baseless, "id"].iloc[0]) if baseless.any() else ""


def decimals(row: Mapping[Any, str]) -> int | None:
    """Return the number of decimals of a printed share, as a share from 0 to 1: 58 % has 2.

    None for a row that is not rounded, in a register of twelve significant digits.
    """
    return int(row["digits"]) + 2 if row.get("precision") and row["digits"] else None


def _add_estimate(row: Mapping[Any, str], tables: dict[str, ReleasedTable], boxes: Boxes) -> None:
    """Add the share and the base of a row of estimates to its table."""
    measure, _, base = row["statistic"].partition(" of ")
    base, unweighted, _ = base.partition(" (")
    if measure != "share":
        return
    item_boxes = {box: tuple(levels) for box, levels in boxes.get(row["item"], {}).items()}
    table = tables.setdefault(row["item"], ReleasedTable(row["item"], item_boxes))
    table.data = table.data or row["dataset"]
    is_published = not row["suppressed"] and row["value"] != ""
    table.shares.append(
        ReleasedShare(
            row["id"],
            row["level"],
            row["group"],
            base,
            interval(row["value"], decimals(row)) if is_published else None,
            not unweighted,
            # "0.00" is a share that rounds to 0, "0" is exactly 0.
            is_published and row["value"] in ("0", "1"),
        )
    )
    if row["n"]:
        table.bases.setdefault((base, row["group"]), int(row["n"]))


def _add_numbers(row: Mapping[Any, str], table: ReleasedTable) -> None:
    """Add the numbers of a row of another kind than `estimate` to the table of an item."""
    group = row["group"]
    is_published = not row["suppressed"]
    match row["kind"]:
        case "count" if is_published and row["value"]:
            statistic, _, base = row["statistic"].removesuffix(")").partition(" (")
            if statistic == "answers" and base in BASES:
                table.bases[base, group] = int(row["value"])
            elif statistic == "weight of the answers" and base == ANSWERED:
                table.weights[group] = interval(row["value"], 0)
        case "missing" if is_published and row["n"] and group == TOTAL:
            # An unweighted share with its base: the product is a number of people.
            share = interval(row["value"], decimals(row))
            n = int(row["n"])
            table.counts[row["level"]] = PrintedInterval(share.low * n, share.high * n)
        case "bound" if is_published and row["value"] and row["unit"] == "share":
            end = FigureId.parse(row["id"], row["kind"]).part
            table.worst[row["level"], end] = interval(row["value"], decimals(row))
        case "test" if row["n"]:
            n = int(row["n"])
            pair = split_groups(group)
            if row["statistic"] == "contrast" and len(pair) == 2:
                table.contrasts[pair[0], pair[1]] = n
            elif not group:
                table.tested = max(table.tested, n)


def _list_respondents(records: Iterable[Mapping[Any, str]]) -> Iterator[tuple[str, int]]:
    """Yield the numbers of respondents by group."""
    for row in [row for row in records if not row["suppressed"]]:
        if row["kind"] == "quality" and row["statistic"] in ("answered", "kept"):
            if row["statistic"] == "answered" or row["group"] != TOTAL:
                yield row["group"], int(row["value"])
        elif row["kind"] == "balance" and row["n"]:
            variable = FigureId.parse(row["id"], row["kind"]).item
            yield f"{variable}:{row['level'] or row['item']}", int(row["n"])


def _read_weights(shown: Mapping[str, str]) -> tuple[float, float, float | None]:
    """Return the smallest and largest weight, and the mean weight in people of the population."""
    lightest, heaviest = (shown.get(weighting_id(end), "") for end in ("minimum", "maximum"))
    if not lightest or not heaviest:
        return 1.0, 1.0, None
    populations = [float(n) for name, n in shown.items() if is_below(name, f"{QUALITY}.population")]
    n = shown.get(weighting_id("n"), "")
    mean = sum(populations) / float(n) if populations and n else None
    # Two decimals are printed: the exact weights may lie half a hundredth outside.
    return max(float(lightest) - 0.005, 0.0), float(heaviest) + 0.005, mean
