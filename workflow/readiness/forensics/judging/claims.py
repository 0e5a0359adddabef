"""The register of claims: one row a published claim, read strictly and explained when refused.

A claim is what an outlet printed about a study, with its source. The value stays the string that
was printed, for its digits and decimals carry information that a float would lose.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from readiness.errors import DataError
from readiness.forensics.arithmetic.figures import PrintedFigure, Rounding, parse_figure
from readiness.forensics.judging.structure import Structure
from readiness.patterns import ITEM

COLUMNS = (
    "claim_id",
    "source",
    "outlet",
    "date",
    "language",
    "item",
    "category",
    "value",
    "unit",
    "decimals",
    "exactness",
    "rounding",
    "weighted",
    "base_described",
    "wording",
    "attributed_to",
    "status",
    "note",
)
ONE_OF = {
    "unit": ("percent", "count", "mean", "sd", "text"),
    "status": ("documented", "inferred"),
    "rounding": (*(str(r) for r in Rounding), "unknown"),
    "weighted": ("yes", "no", "unknown"),
    "exactness": ("printed", "approximate"),
}
# What else a claim of a unit says of itself.
_OF_UNIT = {
    "percent": ("rounding", "weighted", "exactness"),
    "mean": ("exactness",),
    "sd": ("exactness",),
}
# What the cells of a column look like, and that in words.
_FORMS = {
    "claim_id": (
        r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+",
        "dotted lower-case words such as publisher.item.answer",
    ),
    "source": (r"(?i)https?://[^\s/?#\[\]].*", "the address (https://...) it was read at"),
    "outlet": (r"(?s).+", "whose figure or text it is, not an empty cell"),
    "attributed_to": (r"(?s).+", "whose figure or text it is, not an empty cell"),
    "date": (
        r"unknown|\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?",
        "2024, 2024-03, 2024-03-13 or unknown",
    ),
    "language": (r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "a language's code, such as fr"),
    "item": (ITEM, "a lower-case code"),
    "category": (ITEM, "a lower-case code"),
}
SHOWN_FAULTS = 5


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
    figure: PrintedFigure | None
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
class ClaimFault:
    """What is wrong with one cell. `row` counts as a spreadsheet does: the header is row 1."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.message}"


def read_register(
    frame: pd.DataFrame, structure: Structure, where: str = "claims register"
) -> dict[str, Claim]:
    """The claims by id, in the register's order; DataError names the first faulty rows."""
    claims, faults = read_claims(frame, structure)
    if faults:
        shown = "; ".join(str(fault) for fault in faults[:SHOWN_FAULTS])
        more = len(faults) - SHOWN_FAULTS
        tail = f"; and {more} more" if more > 0 else ""
        raise DataError(f"{where}: {shown}{tail}")
    return claims


def read_claims(
    frame: pd.DataFrame, structure: Structure
) -> tuple[dict[str, Claim], list[ClaimFault]]:
    """The claims by id, and every fault of a register (text cells), in the order of its rows.

    Items and categories must be declared in `structure`, and what it refers to must be there.
    """
    missing = [column for column in COLUMNS if column not in frame.columns]
    unknown = [str(column) for column in frame.columns if column not in COLUMNS]
    if missing or unknown:
        what = f"missing {', '.join(missing)}" if missing else f"unknown {', '.join(unknown)}"
        message = f"columns {what}; expected {', '.join(COLUMNS)}."
        return {}, [ClaimFault(1, (missing or unknown)[0], message)]
    if not len(frame):
        return {}, [
            ClaimFault(2, "claim_id", "the register has no row; expected at least one claim.")
        ]
    columns = [frame[column].fillna("").astype(str).str.strip().tolist() for column in COLUMNS]
    claims: dict[str, Claim] = {}
    faults: list[ClaimFault] = []
    rows: dict[str, int] = {}
    for row, cells in enumerate(zip(*columns, strict=True), 2):
        record = dict(zip(COLUMNS, cells, strict=True))
        name = record["claim_id"]
        found = [ClaimFault(row, *fault) for fault in _find_faults(record, structure)]
        if name in rows:
            again = f"{name!r} stands already in row {rows[name]}; each claim needs its own id."
            found.append(ClaimFault(row, "claim_id", again))
        rows.setdefault(name, row)
        faults += found
        if not found:
            own = {k: v for k, v in record.items() if k not in ("value", "decimals")}
            claims[name] = Claim(figure=_read_figure(record), **own)
    return claims, faults or list(_find_reference_faults(claims, rows, structure))


def _find_faults(record: Mapping[str, str], structure: Structure) -> Iterator[tuple[str, str]]:
    """What is wrong with a row: the column, and what was expected."""
    for column, (form, expected) in _FORMS.items():
        if not re.fullmatch(form, record[column]):
            yield column, f"{record[column]!r}; expected {expected}."
    for column in ("unit", "status", *_OF_UNIT.get(record["unit"], ())):
        if record[column] not in ONE_OF[column]:
            yield column, f"{record[column]!r}; expected one of {', '.join(ONE_OF[column])}."
    item, category = structure.items.get(record["item"]), record["category"]
    if item is None:
        expected = ", ".join(structure.items)
        yield "item", f"unknown item {record['item']!r}; expected one of {expected}."
    elif item.categories and category not in item.categories:
        expected = ", ".join(item.categories)
        yield "category", f"unknown category {category!r}; expected one of {expected}."
    if record["unit"] not in ONE_OF["unit"]:
        return
    value = record["value"]
    if record["unit"] == "text" and value:
        yield "value", f"{value!r} in a claim with unit text; expected an empty value."
    try:
        figure = _read_figure(record)
    except DataError as error:
        yield "value", str(error)
        return
    if figure is None:
        return
    if record["unit"] == "count" and figure.decimals:
        yield "value", f"{value!r}; a count is a whole number."
    if record["decimals"] not in ("", str(figure.decimals)):
        yield "decimals", f"{record['decimals']!r}, but {value!r} shows {figure.decimals}."


def _read_figure(record: Mapping[str, str]) -> PrintedFigure | None:
    """What was printed; None of a claim in words."""
    unit = record["unit"]
    if unit == "text":
        return None
    return parse_figure(record["value"], 100 if unit == "percent" else 1, unit == "mean")


def _find_reference_faults(
    claims: Mapping[str, Claim], rows: Mapping[str, int], structure: Structure
) -> Iterator[ClaimFault]:
    """What the structure refers to: claims that exist, of the right unit and item."""
    parts: list[tuple[str, str, str, tuple[str | None, ...]]] = [
        *((f"set {one.id}", "percent", one.item, one.claims) for one in structure.sets),
        *(("total", "count", "", (one.claim,)) for one in structure.totals),
        *(("phrase", "percent", "", (one.claim, one.against)) for one in structure.phrases),
        *((f"mean {one.id}", "mean", "", (one.mean,)) for one in structure.means),
        *((f"mean {one.id}", "count", "", (one.n,)) for one in structure.means),
        *((f"mean {one.id}", "sd", "", (one.sd,)) for one in structure.means),
        *((f"net {one.id}", "percent", "", (one.net, *one.parts)) for one in structure.nets),
        *((f"contradiction {one.id}", "", "", one.claims) for one in structure.contradictions),
        *((f"unknown {one.id}", "", "", one.claims) for one in structure.unknown),
    ]
    for place, unit, item, names in parts:
        for name in filter(None, names):
            found = claims.get(name)
            if found is None:
                lacking = f"the structure's {place} names {name!r}, which is not in the register."
                yield ClaimFault(1, "claim_id", lacking)
            elif unit not in ("", found.unit):
                needed = f"{found.unit!r}; the structure's {place} needs a {unit}."
                yield ClaimFault(rows[name], "unit", needed)
            elif item not in ("", found.item):
                about = f"{found.item!r}; the structure's {place} is about {item!r}."
                yield ClaimFault(rows[name], "item", about)
