"""The register of claims: one row a published claim, read strictly and explained when refused.

A claim is what an outlet printed about a study, with its source. The value stays the string that
was printed, for its digits and decimals carry information that a float would lose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import pandas as pd

from readiness.errors import DataError
from readiness.forensics.arithmetic.figures import Figure, Rounding, parse_figure
from readiness.forensics.judging.structure import Structure

COLUMNS = (
    "claim_id", "source", "outlet", "date", "language", "item", "category", "value", "unit",
    "decimals", "exactness", "rounding", "weighted", "base_described", "wording",
    "attributed_to", "status", "note",
)  # fmt: skip
UNITS = ("percent", "count", "mean", "sd", "text")
EXACTNESS = ("printed", "approximate")
ROUNDINGS = (*(str(r) for r in Rounding), "unknown")
WEIGHTED = ("yes", "no", "unknown")
STATUS = ("documented", "inferred")
_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
_CODE = re.compile(r"[a-z][a-z0-9_]*")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_DATE = re.compile(r"unknown|\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
SHOWN_FAULTS = 5
_Report = Callable[[str, str], None]


@dataclass(frozen=True)
class Claim:
    """One row of the register, read. `figure` is None for a claim in words."""

    claim_id: str
    source: str
    outlet: str
    date: str
    language: str
    item: str
    category: str
    figure: Figure | None
    unit: str
    exactness: str
    rounding: str
    weighted: str
    base_described: str
    wording: str
    attributed_to: str
    status: str
    note: str

    @property
    def exact(self) -> bool:
        """A percentage printed as such: the kind of figure that arithmetic may judge."""
        return self.unit == "percent" and self.exactness == "printed"


@dataclass(frozen=True)
class Fault:
    """What is wrong with one cell. `row` counts as a spreadsheet does: the header is row 1."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.message}"


def check_register(frame: pd.DataFrame, structure: Structure | None = None) -> list[Fault]:
    """Every fault of a register (text cells), in the order of its rows; empty when it is sound.

    With `structure`, items and categories must be declared there, and what it refers to must exist.
    """
    return _read(frame, structure)[1]


def read_register(
    frame: pd.DataFrame, structure: Structure | None = None, where: str = "claims register"
) -> dict[str, Claim]:
    """The claims by id, in the order of the register.

    Raises DataError naming the first faulty rows (row, column, value, what was expected).
    """
    claims, faults = _read(frame, structure)
    if faults:
        shown = "; ".join(str(fault) for fault in faults[:SHOWN_FAULTS])
        more = len(faults) - SHOWN_FAULTS
        tail = f"; and {more} more" if more > 0 else ""
        raise DataError(f"{where}: {shown}{tail}")
    return claims


def _read(frame: pd.DataFrame, structure: Structure | None) -> tuple[dict[str, Claim], list[Fault]]:
    missing = [column for column in COLUMNS if column not in frame.columns]
    unknown = [str(column) for column in frame.columns if column not in COLUMNS]
    if missing or unknown:
        what = f"missing {', '.join(missing)}" if missing else f"unknown {', '.join(unknown)}"
        return {}, [
            Fault(1, (missing or unknown)[0], f"columns {what}; expected {', '.join(COLUMNS)}.")
        ]
    if not len(frame):
        return {}, [Fault(2, "claim_id", "the register has no row; expected at least one claim.")]
    columns = [frame[column].fillna("").astype(str).str.strip().tolist() for column in COLUMNS]
    claims: dict[str, Claim] = {}
    faults: list[Fault] = []
    rows: dict[str, int] = {}
    for position, cells in enumerate(zip(*columns, strict=True)):
        row = position + 2
        record = dict(zip(COLUMNS, cells, strict=True))
        figure, found = _check_row(row, record, structure)
        name = record["claim_id"]
        if name in rows:
            found.append(
                Fault(
                    row,
                    "claim_id",
                    f"{name!r} stands already in row {rows[name]}; "
                    "each claim needs an id of its own.",
                )
            )
        rows.setdefault(name, row)
        faults += found
        if not found:
            claims[name] = _claim(record, figure)
    if structure is not None and not faults:
        faults += _check_structure(claims, rows, structure)
    return claims, faults


def _claim(record: dict[str, str], figure: Figure | None) -> Claim:
    fields = {k: v for k, v in record.items() if k not in ("value", "decimals")}
    return Claim(figure=figure, **fields)


def _check_row(
    row: int, record: dict[str, str], structure: Structure | None
) -> tuple[Figure | None, list[Fault]]:
    faults: list[Fault] = []

    def fault(column: str, message: str) -> None:
        faults.append(Fault(row, column, message))

    def one_of(column: str, allowed: Sequence[str]) -> None:
        if record[column] not in allowed:
            fault(column, f"{record[column]!r}; expected one of {', '.join(allowed)}.")

    if not _ID.fullmatch(record["claim_id"]):
        fault(
            "claim_id",
            f"{record['claim_id']!r}; expected dotted lower-case words such as "
            "publisher.item.answer.",
        )
    if _scheme(record["source"]) not in ("http", "https"):
        fault("source", f"{record['source']!r}; expected the address (https://...) it was read at.")
    for column in ("outlet", "attributed_to"):
        if not record[column]:
            fault(column, "is empty; expected whose figure or text it is.")
    if not _DATE.fullmatch(record["date"]):
        fault("date", f"{record['date']!r}; expected 2024, 2024-03, 2024-03-13 or unknown.")
    if not _LANGUAGE.fullmatch(record["language"]):
        fault("language", f"{record['language']!r}; expected a language's code, such as fr.")
    one_of("unit", UNITS)
    one_of("status", STATUS)
    _check_codes(record, structure, fault)
    figure = None
    if record["unit"] == "percent":
        one_of("rounding", ROUNDINGS)
        one_of("weighted", WEIGHTED)
        one_of("exactness", EXACTNESS)
    elif record["unit"] in ("mean", "sd"):
        one_of("exactness", EXACTNESS)
    if record["unit"] in UNITS and record["unit"] != "text":
        figure = _check_value(record, fault)
    elif record["unit"] == "text" and record["value"]:
        fault("value", f"{record['value']!r} in a claim with unit text; expected an empty value.")
    return figure, faults


def _check_codes(record: dict[str, str], structure: Structure | None, fault: _Report) -> None:
    for column in ("item", "category"):
        if not _CODE.fullmatch(record[column]):
            fault(column, f"{record[column]!r}; expected a lower-case code.")
            return
    if structure is None:
        return
    item = structure.items.get(record["item"])
    if item is None:
        fault(
            "item",
            f"unknown item {record['item']!r}; expected one of {', '.join(structure.items)}.",
        )
    elif item.categories and record["category"] not in item.categories:
        fault(
            "category",
            f"unknown category {record['category']!r}; expected one of "
            f"{', '.join(item.categories)}.",
        )


def _check_value(record: dict[str, str], fault: _Report) -> Figure | None:
    try:
        unit = record["unit"]
        figure = parse_figure(record["value"], 100 if unit == "percent" else 1, unit == "mean")
    except DataError as error:
        fault("value", str(error))
        return None
    if record["unit"] == "count" and figure.decimals:
        fault("value", f"{record['value']!r}; a count is a whole number.")
    if record["decimals"] not in ("", str(figure.decimals)):
        fault(
            "decimals", f"{record['decimals']!r}, but {record['value']!r} shows {figure.decimals}."
        )
    return figure


def _scheme(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.scheme if parts.netloc else ""


def _check_structure(
    claims: dict[str, Claim], rows: dict[str, int], structure: Structure
) -> list[Fault]:
    """What the structure refers to: claims that exist, of the right unit and item."""
    faults: list[Fault] = []

    def need(claim: str, place: str, unit: str | None = None, item: str | None = None) -> None:
        found = claims.get(claim)
        if found is None:
            faults.append(
                Fault(
                    1,
                    "claim_id",
                    f"the structure's {place} names {claim!r}, which is not in the register.",
                )
            )
        elif unit is not None and found.unit != unit:
            faults.append(
                Fault(
                    rows[claim], "unit", f"{found.unit!r}; the structure's {place} needs a {unit}."
                )
            )
        elif item is not None and found.item != item:
            faults.append(
                Fault(
                    rows[claim],
                    "item",
                    f"{found.item!r}; the structure's {place} is about {item!r}.",
                )
            )

    for claim_set in structure.sets:
        for claim in claim_set.claims:
            need(claim, f"set {claim_set.id}", "percent", claim_set.item)
    for total in structure.totals:
        need(total.claim, "total", "count")
    for phrase in structure.phrases:
        need(phrase.claim, "phrase", "percent")
        if phrase.against is not None:
            need(phrase.against, "phrase", "percent")
    for mean in structure.means:
        need(mean.mean, f"mean {mean.id}", "mean")
        need(mean.n, f"mean {mean.id}", "count")
        if mean.sd is not None:
            need(mean.sd, f"mean {mean.id}", "sd")
    for net in structure.nets:
        for claim in (net.net, *net.parts):
            need(claim, f"net {net.id}", "percent")
    for difference in structure.differences:
        for claim in (difference.first, difference.second):
            need(claim, f"difference {difference.id}", "percent")
        for claim in (difference.n_first, difference.n_second):
            need(claim, f"difference {difference.id}", "count")
    for contradiction in structure.contradictions:
        for claim in contradiction.claims:
            need(claim, f"contradiction {contradiction.id}")
    for unknown in structure.unknown:
        for claim in unknown.claims:
            need(claim, f"unknown {unknown.id}")
    return faults
