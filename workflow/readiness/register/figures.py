"""`figures.csv`: every publishable number, once.

The report, the tables and the charts take their numbers from here by id; a publication is a copy
of it. A row says what the number is (item, level, group, statistic, unit), its value and precision,
how it is shown (decimals and rounding rule), and where it comes from (dataset versions, lineage
hash). Here is, too, the one order of groups and of answers: what has an order by nature keeps it,
as the questionnaire lists it; all else goes from the largest number to the smallest.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.ground.decimals import SIGNIFICANT_DIGITS
from readiness.ground.errors import DataError
from readiness.ground.figure_id import ANSWERED, FigureId, share_id
from readiness.ground.tables import read_text_table
from readiness.language.rounding import round_value
from readiness.provenance.records import Lineage
from readiness.questionnaire import TOTAL, Item, Questionnaire

PRECISION = "precision"
# 12 digits, not for release, as those of a ledger without the column; or the digits shown.
WORKING, PUBLISHED = "working", "published"


@dataclass(frozen=True)
class FigureRow:
    """One publishable number.

    `value`: float or int in the unit's own scale (shares 0-1), a text for what is not one number
    (a list of bases, a figure as printed), or None when it is suppressed, with the reason in
    `suppressed`. `digits` and `rounding` are the rule by which it is shown.
    """

    id: FigureId
    kind: str
    unit: str
    value: float | int | str | None
    item: str = ""
    level: str = ""
    group: str = ""
    statistic: str = ""
    se: float | None = None
    lower: float | None = None
    upper: float | None = None
    n: int | None = None
    n_eff: float | None = None
    deff: float | None = None
    reliability: str = ""
    suppressed: str = ""
    digits: int = 0
    rounding: str = "half_even"
    note: str = ""


@dataclass(frozen=True)
class Origin:
    """Where one number comes from: dataset versions and the lineage hashes of the steps behind it;
    none of both where it is a choice of the analyst, which no data made.
    """

    datasets: frozenset[str] = frozenset()
    lineages: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *steps: Lineage) -> "Origin":
        """The origin of a number that the outputs of these steps made."""
        return cls(
            frozenset(name for step in steps for name in step.datasets),
            frozenset(step.hash for step in steps),
        )

    @classmethod
    def read_from(cls, row: Mapping[Any, Any]) -> "Origin":
        """The origin of a row of a register (as text)."""
        return cls(frozenset(row["dataset"].split()), frozenset(row["lineage"].split()))

    def __or__(self, other: "Origin") -> "Origin":
        return Origin(self.datasets | other.datasets, self.lineages | other.lineages)


# The statistic of a claim that was printed as a percentage.
IN_PERCENT = "as printed, in percent"
# The unit of a value that says why a number is not computable.
REASON = "reason"
CORE = [field.name for field in fields(FigureRow) if field.name != "note"]
COLUMNS = [*CORE, "run", "dataset", "lineage", "simulated", "note", PRECISION]


def _write_cell(value: Any) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return format(value, f".{SIGNIFICANT_DIGITS}g") if isinstance(value, float) else value


def make_register(
    rows: Iterable[FigureRow], *, run: str, origin: Callable[[FigureRow], Origin], simulated: bool
) -> pd.DataFrame:
    """The register of one run, sorted by id; DataError when an id is listed twice.

    `origin` says of each row where it comes from; the columns `dataset` and `lineage` hold it,
    sorted and blank-separated.
    """
    records = []
    for row in rows:
        if row.value is None:
            if not row.suppressed:
                raise DataError(
                    f"figure {row.id} has neither a value nor a reason why the value is missing."
                )
        elif not row.suppressed and row.kind not in ("claim", "verdict") and row.unit != REASON:
            # What could not be shown (`display.show_row`) is refused.
            round_value(row.value, row.unit, row.digits, row.rounding)
        behind = origin(row)
        records.append(
            {
                **{name: _write_cell(getattr(row, name)) for name in CORE},
                "run": run,
                "dataset": " ".join(sorted(behind.datasets)),
                "lineage": " ".join(sorted(behind.lineages)),
                "simulated": "true" if simulated else "false",
                "note": row.note,
                PRECISION: WORKING,
            }
        )
    table = pd.DataFrame(records, columns=COLUMNS).sort_values("id", kind="stable")
    if len(repeated := table["id"][table["id"].duplicated()]):
        raise DataError(f"figure {repeated.iloc[0]} is registered twice.")
    return table.reset_index(drop=True)


def read_register(path: Path) -> pd.DataFrame:
    """A register as text; DataError when a column is missing."""
    table = read_text_table(path, "the register of figures")
    if PRECISION not in table.columns:
        table[PRECISION] = ""
    if missing := [column for column in COLUMNS if column not in table.columns]:
        raise DataError(f"{path}: the register lacks the columns {', '.join(missing)}.")
    return table


Values = Callable[[str], float | None]


def values_of(rows: pd.DataFrame) -> Values:
    """The value of an id in a register (numbers or text); None where it has or publishes none."""
    known: dict[str, Any] = dict(zip(rows["id"], rows["value"], strict=True))
    withheld = set(rows.loc[rows["suppressed"].fillna("") != "", "id"])

    def value(identity: str) -> float | None:
        cell = None if identity in withheld else known.get(identity)
        return None if cell is None or cell == "" or cell != cell else float(cell)

    return value


def find_hidden_items(rows: pd.DataFrame) -> list[str]:
    """Return the items of which a register shows no share and no mean, in its order."""
    estimates = rows[(rows["kind"] == "estimate") & rows["unit"].isin(("share", "number"))]
    shown = set(estimates.loc[estimates["suppressed"] == "", "item"])
    return [item for item in dict.fromkeys(estimates["item"]) if item not in shown]


def by_size(codes: Iterable[str], value: Values) -> list[str]:
    """Codes from the largest value to the smallest; without one last, equal ones as listed."""

    listed = list(codes)
    known = {code: value(code) for code in listed}
    return sorted(listed, key=lambda code: (known[code] is None, -(known[code] or 0.0)))


def row_order(value: Values, rows: Sequence[Item]) -> list[Item]:
    """The rows of a grid, as charts and tables show them: by the share that stands for each."""
    own = {item.id: item for item in rows}
    order = by_size(own, lambda name: value(share_id(name, own[name].first_level, TOTAL, ANSWERED)))
    return [own[name] for name in order]


def group_order(
    value: Values, item: str, level: str, codes: Sequence[str], *, ordered: bool, prefix: str = ""
) -> list[str]:
    """The groups of a variable, as charts and tables of an item show them.

    `level`: the level whose number stands for the item (`Item.first_level`). `ordered`: whether the
    variable's categories have an order by nature, that of `codes`. `prefix`: what stands before a
    code in the register's ids (`region:`), for variables other than the first.
    """
    if ordered:
        return list(codes)
    return by_size(codes, lambda code: value(share_id(item, level, f"{prefix}{code}", ANSWERED)))


def answer_order(value: Values, item: str, codes: Sequence[str], *, ordered: bool) -> list[str]:
    """The answers of an item: as listed where they are a scale, else by their share of all."""
    return (
        list(codes)
        if ordered
        else by_size(codes, lambda code: value(share_id(item, code, TOTAL, ANSWERED)))
    )


def number(value: Any) -> float | None:
    """A cell as a number; None where it is empty."""
    if value in ("", None):
        return None
    found = float(value)
    return None if math.isnan(found) else found


DONT_KNOW = "dont_know"
_UNWEIGHTED = " (unweighted)"
# One reason for both: who knew which is which would know which counts are below the minimum.
WITHHELD = "few answers, or what they could be computed from"
BASE, UNRELIABLE = "base below the minimum", "base too small for a reliable share"


@dataclass(frozen=True)
class Scheme:
    """What a questionnaire says of the sums among a wave's numbers.

    `apart`: the groups outside every total, which are counted and not weighted. `headlines`: the
    box of each ordinal item that comparisons are of. `grids`: the grid of each item that is told as
    one with its other rows.
    """

    apart: tuple[str, ...] = ()
    headlines: Mapping[str, str] = field(default_factory=dict)
    grids: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, questionnaire: Questionnaire) -> "Scheme":
        """The scheme of a questionnaire."""
        tables = questionnaire.find_tables(item.id for item in questionnaire.items)
        return cls(
            questionnaire.groups_apart,
            {item.id: item.headline for item in questionnaire.items if item.headline},
            {row: grid for grid, rows in tables.items() for row in rows},
        )


def statistic_text(measure: str, base: str, *, unweighted: bool) -> str:
    """What an estimate is, in the register: `share of answered`. `read_statistic` reads it."""
    return f"{measure} of {base}{_UNWEIGHTED if unweighted else ''}"


def read_statistic(text: str) -> tuple[str, str, bool]:
    """Measure, base and whether it is unweighted, of a text that `statistic_text` wrote."""
    measure, _, base = text.partition(" of ")
    return measure, base.removesuffix(_UNWEIGHTED), base.endswith(_UNWEIGHTED)
