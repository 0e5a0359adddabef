"""The register of figures, `figures.csv`: every publishable number, once.

The report, the tables and the charts take their numbers from the register by id; a publication is a
copy of it. A row has the number's subject (item, level, group, statistic, unit), its value and
precision, its display rule (decimals and rounding), and its origin (dataset versions, lineage
hash). This module also orders groups and answers: natural orders are kept, as the questionnaire
lists them; all others go from the largest number to the smallest.
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
# `working`: 12 digits, not for release. `published`: the digits that readers are shown. A ledger
# without the column has 12 digits.
WORKING, PUBLISHED = "working", "published"


@dataclass(frozen=True)
class FigureRow:
    """One publishable number.

    `value`: float or int in the unit's own scale (shares 0-1); a text for a list of bases or a
    figure as it was printed; None where it is suppressed, with the reason in `suppressed`. `digits`
    and `rounding` are the rule by which it is shown.
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
    """Origin of a number: dataset versions, and the lineage hashes of the steps that computed it.

    Both are empty for a choice of the analyst, which is not computed from data.
    """

    datasets: frozenset[str] = frozenset()
    lineages: frozenset[str] = frozenset()

    @classmethod
    def of(cls, *steps: Lineage) -> "Origin":
        """Return the origin of a number computed from the outputs of these steps."""
        return cls(
            frozenset(name for step in steps for name in step.datasets),
            frozenset(step.hash for step in steps),
        )

    @classmethod
    def read_from(cls, row: Mapping[Any, Any]) -> "Origin":
        """Return the origin of a row of a register (as text)."""
        return cls(frozenset(row["dataset"].split()), frozenset(row["lineage"].split()))

    def __or__(self, other: "Origin") -> "Origin":
        return Origin(self.datasets | other.datasets, self.lineages | other.lineages)


# Statistic of claims printed as percentages.
IN_PERCENT = "as printed, in percent"
# Unit of rows with a reason in place of a number.
REASON = "reason"
CORE = [field.name for field in fields(FigureRow) if field.name != "note"]
COLUMNS = [*CORE, "run", "dataset", "lineage", "simulated", "note", PRECISION]


def _write_cell(value: Any) -> Any:
    """Return the cell of a value: floats at 12 significant digits, "" for None and NaN."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return format(value, f".{SIGNIFICANT_DIGITS}g") if isinstance(value, float) else value


def make_register(
    rows: Iterable[FigureRow], *, run: str, origin: Callable[[FigureRow], Origin], simulated: bool
) -> pd.DataFrame:
    """Return the register of one run, sorted by id.

    `origin`: returns the origin of a row; the columns `dataset` and `lineage` hold it, sorted and
    blank-separated.

    Raises DataError where an id is listed twice, or a row has neither a value nor a reason.
    """
    records = []
    for row in rows:
        if row.value is None:
            if not row.suppressed:
                raise DataError(
                    f"figure {row.id} has neither a value nor a reason why the value is missing."
                )
        elif not row.suppressed and row.kind not in ("claim", "verdict") and row.unit != REASON:
            # Refuse a value that `display.show_row` could not show.
            round_value(row.value, row.unit, row.digits, row.rounding)
        row_origin = origin(row)
        records.append(
            {
                **{name: _write_cell(getattr(row, name)) for name in CORE},
                "run": run,
                "dataset": " ".join(sorted(row_origin.datasets)),
                "lineage": " ".join(sorted(row_origin.lineages)),
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
    """Read a register as text. Raises DataError where a column is missing."""
    table = read_text_table(path, "the register of figures")
    if PRECISION not in table.columns:
        table[PRECISION] = ""
    if missing := [column for column in COLUMNS if column not in table.columns]:
        raise DataError(f"{path}: the register lacks the columns {', '.join(missing)}.")
    return table


Values = Callable[[str], float | None]


def values_of(rows: pd.DataFrame) -> Values:
    """Return a function from ids to values of a register; None where a value is not published."""
    values: dict[str, Any] = dict(zip(rows["id"], rows["value"], strict=True))
    suppressed = set(rows.loc[rows["suppressed"].fillna("") != "", "id"])

    def value(figure_id: str) -> float | None:
        cell = None if figure_id in suppressed else values.get(figure_id)
        return None if cell is None or cell == "" or cell != cell else float(cell)

    return value


def find_hidden_items(rows: pd.DataFrame) -> list[str]:
    """Return the items without any published share or mean, in the register's order."""
    estimates = rows[(rows["kind"] == "estimate") & rows["unit"].isin(("share", "number"))]
    published = set(estimates.loc[estimates["suppressed"] == "", "item"])
    return [item for item in dict.fromkeys(estimates["item"]) if item not in published]


def by_size(codes: Iterable[str], value: Values) -> list[str]:
    """Sort codes from the largest value to the smallest.

    Equal values keep the listed order; codes without a value come last.
    """

    listed = list(codes)
    values = {code: value(code) for code in listed}
    return sorted(listed, key=lambda code: (values[code] is None, -(values[code] or 0.0)))


def row_order(value: Values, rows: Sequence[Item]) -> list[Item]:
    """Order the rows of a grid by the share of their first level, for charts and tables."""
    items = {item.id: item for item in rows}
    order = by_size(
        items, lambda name: value(share_id(name, items[name].first_level, TOTAL, ANSWERED))
    )
    return [items[name] for name in order]


def group_order(
    value: Values, item: str, level: str, codes: Sequence[str], *, ordered: bool, prefix: str = ""
) -> list[str]:
    """Return the groups of a variable in the order of charts and tables of an item.

    `level`: the level whose share orders the groups (`Item.first_level`). `ordered`: whether the
    variable's categories have a natural order, that of `codes`. `prefix`: prefix of a code in the
    register's group ids (`region:`), empty for the first variable.
    """
    if ordered:
        return list(codes)
    return by_size(codes, lambda code: value(share_id(item, level, f"{prefix}{code}", ANSWERED)))


def answer_order(value: Values, item: str, codes: Sequence[str], *, ordered: bool) -> list[str]:
    """Order the answers of an item: a scale as listed, other answers by share of all."""
    return (
        list(codes)
        if ordered
        else by_size(codes, lambda code: value(share_id(item, code, TOTAL, ANSWERED)))
    )


def number(value: Any) -> float | None:
    """Return a cell as a number; None where it is empty or NaN."""
    if value in ("", None):
        return None
    value_as_float = float(value)
    return None if math.isnan(value_as_float) else value_as_float


DONT_KNOW = "dont_know"
_UNWEIGHTED = " (unweighted)"
# One reason for both: two reasons would disclose which counts are below the minimum.
WITHHELD = "few answers, or what they could be computed from"
BASE, UNRELIABLE = "base below the minimum", "base too small for a reliable share"


@dataclass(frozen=True)
class Scheme:
    """Relations between the numbers of a wave, from its questionnaire.

    `apart`: the groups outside every total, which are counted and not weighted. `headlines`: for
    each ordinal item, the box that is compared between groups. `grids`: for each item, the grid
    that is reported with its other rows.
    """

    apart: tuple[str, ...] = ()
    headlines: Mapping[str, str] = field(default_factory=dict)
    grids: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, questionnaire: Questionnaire) -> "Scheme":
        """Return the scheme of a questionnaire."""
        tables = questionnaire.find_tables(item.id for item in questionnaire.items)
        return cls(
            questionnaire.groups_apart,
            {item.id: item.headline for item in questionnaire.items if item.headline},
            {row: grid for grid, rows in tables.items() for row in rows},
        )


def statistic_text(measure: str, base: str, *, unweighted: bool) -> str:
    """Return the register's text of an estimate: `share of answered`; see `read_statistic`."""
    return f"{measure} of {base}{_UNWEIGHTED if unweighted else ''}"


def read_statistic(text: str) -> tuple[str, str, bool]:
    """Split a text of `statistic_text` into measure, base and whether it is unweighted."""
    measure, _, base = text.partition(" of ")
    return measure, base.removesuffix(_UNWEIGHTED), base.endswith(_UNWEIGHTED)
