"""What a reader finds in a register of figures: bases, shares and weights, at their printed digits.

Only what is published is read: ids, texts, bases and how many decimals stand there. Which levels a
box adds up stands in the questionnaire, which readers have. The register's texts are read here by
themselves, without the code that wrote them.
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
ANSWERED, WITH_DONT_KNOW, ASKED = "answered", "with_dont_know", "asked"
BASES = (ANSWERED, WITH_DONT_KNOW, ASKED)
# By item, the levels that each of its boxes adds up.
Boxes = Mapping[str, Mapping[str, Iterable[str]]]


@dataclass(frozen=True)
class PrintedInterval:
    """Where a number must lie: its printed value, half a unit of its last digit around it."""

    low: float
    high: float


@dataclass(frozen=True)
class ReleasedShare:
    """One share of a table, published or not.

    Attributes:
        id: that of its row.
        level: the answer, the box or the option; `dont_know` for those.
        group: the register's name of the group, `all` for everybody.
        base: which base it is a share of.
        value: where the share (0-1) lies; None where it is withheld.
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

    `bases`: people by (base, group); `weights`: the sum of the weights of those who answered, by
    group; `contrasts`: people in two groups together; `counts`: people of all by (level) that the
    report on missing answers prints; `worst`: by (level, end), the share of all who were asked, if
    those without an answer had not given it, or had; `data`: the versions of the data behind the
    shares; `told`: whether anything is told of the answers, or only which ones there are.
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
    told: bool = True

    @property
    def key(self) -> str:
        """What the people of its answers are known by, in every release of the same data."""
        return f"{self.item} {self.data}"

    @property
    def groups(self) -> list[str]:
        """All groups, in the order of the register."""
        return list(dict.fromkeys(share.group for share in self.shares))

    @property
    def levels(self) -> list[str]:
        """The answers that add to the base, or the options: no box, no "do not know"."""
        every = dict.fromkeys(share.level for share in self.shares)
        return [level for level in every if level not in self.boxes and level != DONT_KNOW]

    @property
    def several(self) -> bool:
        """Whether people could choose more than one option: each has a share of those asked."""
        return any(share.base == ASKED for share in self.shares)

    def groups_apart(self) -> set[str]:
        """The groups that are counted and not weighted: outside every total."""
        plain = {share.group for share in self.shares if not share.weighted}
        return plain if any(share.weighted for share in self.shares) else set()

    def variables(self) -> dict[str, list[str]]:
        """The groups that add to the total, by their variable ("" for those that are compared)."""
        apart = {TOTAL, *self.groups_apart()}
        parts = [group for group in self.groups if group not in apart]
        variables = dict.fromkeys(map(variable_of, parts))
        return {v: [group for group in parts if variable_of(group) == v] for v in variables}


@dataclass(frozen=True)
class Release:
    """What one register tells.

    Attributes:
        name: its run or publication.
        tables: the numbers of each item.
        respondents: people who answered, by group.
        lightest, heaviest: the smallest and the largest weight, as multiples of the mean weight.
        mean: the mean weight where population and respondents are published.
        n: respondents with a weight; None where it is not told.
        unclear: answers of people of whom it is not known whether they were asked.
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
    """An `item` that is asked of those alone who gave an `after` item one of these answers (none:
    their number was in a range); `alone`: of all of them, for nothing else is asked for.
    """

    item: str
    after: str
    codes: tuple[str, ...] = ()
    alone: bool = True


@dataclass(frozen=True)
class Merged:
    """An answer (`level`) to an `item` that is given by who gave one of some answers (`codes`) to
    the item that it was derived `of`, and by nobody else.
    """

    item: str
    level: str
    of: str
    codes: tuple[str, ...]


def untold(release: Release) -> Release:
    """Return a release that tells how many people answered, and nothing of what they answered."""
    tables = {
        item: ReleasedTable(
            item,
            table.boxes,
            [replace(share, value=None, whole=False) for share in table.shares],
            dict(table.bases),
            data=table.data,
            told=False,
        )
        for item, table in release.tables.items()
    }
    return replace(release, tables=tables)


def variable_of(group: str) -> str:
    """The variable of a group: `region` of `region:north`; "" for the groups that are compared."""
    return group.rpartition(":")[0]


def interval(text: str, digits: int | None) -> PrintedInterval:
    """Where a printed number lies; `digits`: its decimals, None for one of twelve digits."""
    value = float(text)
    half = abs(value) * 6e-13 if digits is None else 0.5 * 10.0**-digits
    return PrintedInterval(value - half, value + half)


def read_release(name: str, figures: pd.DataFrame, boxes: Boxes) -> Release:
    """What a register (as text) tells its readers.

    A register at its working precision (`precision`: `working`) is read as it will be released.
    """
    records = list_rows(figures)
    tables: dict[str, ReleasedTable] = {}
    for row in records:
        if row["kind"] == "estimate":
            _estimate(row, tables, boxes)
    for row in records:
        if row["item"] in tables:
            _add_numbers(row, tables[row["item"]])
    shown = {row["id"]: row["value"] for row in records if not row["suppressed"]}
    everybody = [int(row["n"]) for row in records if row["kind"] == "missing" and row["n"]]
    n = everybody[0] if everybody else int(shown.get(weighting_id("n")) or 0) or None
    unclear = int(shown.get("quality.issues.routing_unclear") or 0)
    return Release(name, tables, dict(_respondents(records)), *_weights(shown), n, unclear)


# The statistics, up to the first "of" or bracket, by kind of row: of the kinds that tell of
# answers. From rows of other kinds a reader learns no count of one answer.
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
# Of kinds that tell of an item and are no numbers of its people (a p-value, a correlation): what
# these say all the same, which is printed elsewhere as well, made of two registers as their readers
# have them, or of no single answer.
OF_ITEMS: Mapping[str, frozenset[str]] = {
    "test": frozenset({"pairs"}),
    # Ranges by assumption from the frame, and bounds made of a share and its limits.
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
# Of variants: `attack.knowledge` reads the shares, of which all else is made.
READ_BESIDE: Mapping[str, str] = {"share": "share", "variant": "share points", "variants": "count"}
COLUMNS = {
    *("id", "kind", "unit", "value", "item", "level", "group", "statistic", "note", "precision"),
    *("se", "lower", "upper", "n", "n_eff", "deff", "reliability", "suppressed", "digits"),
    *("rounding", "run", "dataset", "lineage", "simulated"),
}


def find_unread(figures: pd.DataFrame) -> str:
    """Return the id of the first row, or the first column, that nothing here reads; "" for none."""
    if unread := [column for column in figures.columns if column not in COLUMNS]:
        return f"column {unread[0]}"
    for row in list_rows(figures):
        says = re.split(r" of | \(|: ", row["statistic"], maxsplit=1)[0]
        known = row["kind"] in OTHERS or says in READ.get(row["kind"], ())
        if row["kind"] == "firmness":
            known = row["unit"] in READ_BESIDE.get(says, "").split()
        if row["kind"] in OF_ITEMS:
            told = row["unit"] in ("share", "base", "count") and row["item"]
            known = not told or says in OF_ITEMS[row["kind"]]
        if not known:
            return str(row["id"])
    return ""


def find_baseless(figures: pd.DataFrame) -> str:
    """Return the id of the first share that is published without its base; "" for none.

    Registers of 1.0 have such shares: of them a reader knows less, and so does the attack. A new
    register has none.
    """
    shown = (figures["kind"] == "estimate") & (figures["suppressed"] == "") & (figures["n"] == "")
    return str(figures.loc[shown, "id"].iloc[0]) if shown.any() else ""


def decimals(row: Mapping[Any, str]) -> int | None:
    """How many decimals of a share are printed; None for a register of twelve digits."""
    return int(row["digits"]) + 2 if row.get("precision") and row["digits"] else None


def _estimate(row: Mapping[Any, str], tables: dict[str, ReleasedTable], boxes: Boxes) -> None:
    measure, _, base = row["statistic"].partition(" of ")
    base, unweighted, _ = base.partition(" (")
    if measure != "share":
        return
    own = {box: tuple(levels) for box, levels in boxes.get(row["item"], {}).items()}
    table = tables.setdefault(row["item"], ReleasedTable(row["item"], own))
    table.data = table.data or row["dataset"]
    shown = not row["suppressed"] and row["value"] != ""
    table.shares.append(
        ReleasedShare(
            row["id"],
            row["level"],
            row["group"],
            base,
            interval(row["value"], decimals(row)) if shown else None,
            not unweighted,
            # "0.00" is a share that rounds to nobody, "0" is nobody.
            shown and row["value"] in ("0", "1"),
        )
    )
    if row["n"]:
        table.bases.setdefault((base, row["group"]), int(row["n"]))


def _add_numbers(row: Mapping[Any, str], table: ReleasedTable) -> None:
    """What a row tells of its item beside a share of it."""
    group, shown = row["group"], not row["suppressed"]
    match row["kind"]:
        case "count" if shown and row["value"]:
            told, _, base = row["statistic"].removesuffix(")").partition(" (")
            if told == "answers" and base in BASES:
                table.bases[base, group] = int(row["value"])
            elif told == "weight of the answers" and base == ANSWERED:
                table.weights[group] = interval(row["value"], 0)
        case "missing" if shown and row["n"] and group == TOTAL:
            # A share of all respondents, whose base stands beside it, is of people.
            share, n = interval(row["value"], decimals(row)), int(row["n"])
            table.counts[row["level"]] = PrintedInterval(share.low * n, share.high * n)
        case "bound" if shown and row["value"] and row["unit"] == "share":
            end = FigureId.parse(row["id"], row["kind"]).part
            table.worst[row["level"], end] = interval(row["value"], decimals(row))
        case "test" if row["n"]:
            n = int(row["n"])
            pair = split_groups(group)
            if row["statistic"] == "contrast" and len(pair) == 2:
                table.contrasts[pair[0], pair[1]] = n
            elif not group:
                table.tested = max(table.tested, n)


def _respondents(records: Iterable[Mapping[Any, str]]) -> Iterator[tuple[str, int]]:
    for row in [row for row in records if not row["suppressed"]]:
        if row["kind"] == "quality" and row["statistic"] in ("answered", "kept"):
            if row["statistic"] == "answered" or row["group"] != TOTAL:
                yield row["group"], int(row["value"])
        elif row["kind"] == "balance" and row["n"]:
            variable = FigureId.parse(row["id"], row["kind"]).item
            yield f"{variable}:{row['level'] or row['item']}", int(row["n"])


def _weights(shown: Mapping[str, str]) -> tuple[float, float, float | None]:
    """The smallest and largest weight, and the mean weight in people of the population."""
    lightest, heaviest = (shown.get(weighting_id(end), "") for end in ("minimum", "maximum"))
    if not lightest or not heaviest:
        return 1.0, 1.0, None
    drawn = [float(n) for name, n in shown.items() if is_below(name, f"{QUALITY}.population")]
    n = shown.get(weighting_id("n"), "")
    mean = sum(drawn) / float(n) if drawn and n else None
    # Printed with two decimals: the weights themselves may lie half a hundredth further.
    return max(float(lightest) - 0.005, 0.0), float(heaviest) + 0.005, mean
