"""Read the register of claims and the structure that relates its rows.

A claim is one printed figure or text of a study, with its source: one row, read strictly and
explained when refused. The value stays the string that was printed, for its digits and decimals
carry information that a float would lose.

The structure holds what no single row can: which claims form one exhaustive set, which sets rest on
the same people, which groups add up to which total, which phrases describe which figure, where
outlets differ. It is kept in `data/claims/<study>-<version>.yaml`; this module knows its shape, not
its path.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import Field, ValidationError

from readiness.forensics.arithmetic.bases import SetKind
from readiness.forensics.arithmetic.figures import PrintedFigure, Rounding, parse_figure
from readiness.ground.duplicates import find_repeated
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.facts import Term, TranslatedText, Value
from readiness.ground.frames import list_rows
from readiness.ground.models import Code, LanguageCode, Strict
from readiness.ground.patterns import ITEM

# A text for readers in any set of languages, by code.
Text = dict[LanguageCode, Annotated[str, Field(min_length=1)]]


class _NamedModel(Strict):
    id: Code


class ItemInfo(Strict):
    """Labels for readers of an item and of the item's categories."""

    label: Text
    # Known category codes, with a label for readers each; empty accepts any.
    categories: tuple[str, ...] | dict[str, Text] = ()


class ClaimSet(_NamedModel):
    """Claims that report one item on one base."""

    item: str
    claims: tuple[str, ...] = Field(min_length=1)
    kind: SetKind


class SharedBase(_NamedModel):
    """Sets that are judged together, because the same people may have answered all of them."""

    sets: tuple[str, ...] = Field(min_length=1)


class Total(Strict):
    """A reported number of people, as a claim with unit `count`."""

    claim: str
    # Kind of people that the number counts.
    counts: Literal["sent", "answered", "unknown"] = "unknown"
    # Names of groups that add up to the total; empty when none are reported.
    groups: tuple[str, ...] = ()
    # Sets of figures that are reported on this total; empty when no source states it.
    sets: tuple[str, ...] = ()


class Phrase(Strict):
    """Words that describe a figure: the shares that the words allow are compared with it."""

    claim: str
    phrase: str
    language: LanguageCode
    # Claim whose figure the words are compared with; None: the phrase's own claim.
    against: str | None = None


class Contradiction(_NamedModel):
    """Two or more outlets that report the same item differently, in words that no code compares."""

    aspect: Literal["base", "construct", "direction"]
    claims: tuple[str, ...] = Field(min_length=2)
    statement: Text
    # The question to the publisher that would settle it.
    ask: Text | None = None


class Mean(_NamedModel):
    """A printed mean, with its SD if there is one, on a printed number of answers."""

    mean: str
    # Claim with unit `count`: the number of respondents.
    n: str
    sd: str | None = None
    # Number of whole-number items that make one person's score.
    items: int = Field(default=1, ge=1)
    # Answers 0 and 1: the SD then follows from the mean (DEBIT).
    binary: bool = False
    # The lowest and highest score of a person, as a sum of items.
    scale: tuple[int, int] | None = None


class Net(_NamedModel):
    """A figure that is the sum of other figures of its item ("good or medium: 45")."""

    net: str
    parts: tuple[str, ...] = Field(min_length=2)


class Unknown(_NamedModel):
    """An open question about the figures: information that is missing."""

    claims: tuple[str, ...] = ()
    statement: Text
    # The question to the publisher that would settle it.
    ask: Text | None = None


class CrossTable(_NamedModel):
    """Two sets of two answers whose cross-table was not published."""

    rows: str
    columns: str


class Structure(Strict):
    """Structure of one version of a study's claims."""

    study: str
    publisher: str
    # Name for readers of each publisher (default: the name in the register).
    publishers: dict[str, Text] = Field(default_factory=dict)
    # Words of a headline for the publisher's percentages; None: "the published ones".
    subject: Text | None = None
    claims: str
    version: str
    items: dict[str, ItemInfo]
    sets: tuple[ClaimSet, ...] = ()
    shared_bases: tuple[SharedBase, ...] = ()
    totals: tuple[Total, ...] = ()
    # Sets whose base may be one of the groups of a total: splits that fit these sets are searched.
    group_sets: tuple[str, ...] = ()
    # Number of answers that may be missing on each item when sets are reconciled.
    max_missing: int = Field(default=1, ge=0)
    phrases: tuple[Phrase, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    cross_tables: tuple[CrossTable, ...] = ()
    means: tuple[Mean, ...] = ()
    nets: tuple[Net, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    @property
    def reported(self) -> dict[str, str]:
        """Sets whose number of answers is reported, each with the claim that reports it."""
        return {name: t.claim for t in self.totals if t.counts != "sent" for name in t.sets}

    @property
    def searched(self) -> "Structure":
        """Structure of the sets without a reported number of answers: their bases are searched."""
        if not (reported := self.reported):
            return self
        sets_left = {
            s.id: tuple(set_id for set_id in s.sets if set_id not in reported)
            for s in self.shared_bases
        }
        changes = {
            "sets": tuple(s for s in self.sets if s.id not in reported),
            "shared_bases": tuple(
                SharedBase(id=s.id, sets=sets_left[s.id])
                for s in self.shared_bases
                if sets_left[s.id] and (sets_left[s.id] == s.sets or len(sets_left[s.id]) > 1)
            ),
            "totals": tuple(t for t in self.totals if not t.sets),
            "group_sets": tuple(set_id for set_id in self.group_sets if set_id not in reported),
        }
        return self.model_copy(update=changes)

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages in which every label and statement exists, sorted."""
        texts = [set(text) for _, text in self._list_texts()]
        return tuple(sorted(set.intersection(*texts))) if texts else ()

    def missing(self, language: str) -> list[str]:
        """Return the places without a text in a language: `items.rating.label`; empty when none."""
        return [place for place, text in self._list_texts() if language not in text]

    def _list_texts(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        for name, item in self.items.items():
            yield f"items.{name}.label", item.label
            labels = _read_labels(item).items()
            yield from ((f"items.{name}.categories.{code}", text) for code, text in labels)
        yield from ((f"publishers.{name}", text) for name, text in self.publishers.items())
        if self.subject is not None:
            yield "subject", self.subject
        statement_lists = (("contradictions", self.contradictions), ("unknown", self.unknown))
        for kind, statements in statement_lists:
            for statement in statements:
                yield f"{kind}.{statement.id}.statement", statement.statement
                if statement.ask is not None:
                    yield f"{kind}.{statement.id}.ask", statement.ask

    def answer(self, item: str, category: str) -> TranslatedText | None:
        """Return the label for readers of a category; None for a category without a label."""
        labels = _read_labels(self.items[item]) if item in self.items else {}
        return TranslatedText(labels[category]) if category in labels else None

    def whose(self, attributed_to: str) -> Value:
        """Return the name, for readers, of the publisher of a figure, or the press."""
        if attributed_to == "press":
            return Term("forensics.press")
        labels = self.publishers.get(attributed_to)
        return TranslatedText(labels) if labels else attributed_to

    def set_named(self, name: str) -> ClaimSet:
        """Return the set with that id. Raises ConfigError when there is none."""
        if claim_set := next((candidate for candidate in self.sets if candidate.id == name), None):
            return claim_set
        set_ids = ", ".join(s.id for s in self.sets) or "none"
        raise ConfigError(f"Claims structure of {self.study}: no set {name!r}. Known: {set_ids}.")


def source_of(claim: str) -> str:
    """Return the source that prints a claim: the first word of the claim's id."""
    return claim.partition(".")[0]


def _share_by_source(sets: Sequence[ClaimSet]) -> tuple[SharedBase, ...]:
    """Return a shared base for the sets of each source; none for a source with one set."""
    by_source: dict[str, list[str]] = {}
    for claim_set in sets:
        by_source.setdefault(source_of(claim_set.claims[0]), []).append(claim_set.id)
    return tuple(
        SharedBase(id=source, sets=tuple(set_ids))
        for source, set_ids in by_source.items()
        if len(set_ids) > 1
    )


def _read_labels(item: ItemInfo) -> Mapping[str, Text]:
    return item.categories if isinstance(item.categories, dict) else {}


def parse_structure(content: Any, where: str = "claims structure") -> Structure:
    """Return a `Structure` from parsed YAML.

    Without the key `shared_bases`, the sets of one source are judged together. Raises ConfigError,
    one line naming the place, for an unknown key, a wrong type, an item that is not declared, a set
    declared twice, a claim in two sets, or a reference to a set that does not exist.
    """
    if not isinstance(content, Mapping):
        raise ConfigError(f"{where}: expected a mapping with `study`, `items`, `sets`.")
    try:
        structure = Structure.model_validate(dict(content))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        tail = f" (and {more} more)" if (more := error.error_count() - 1) else ""
        raise ConfigError(f"{where}, at {place}: {first['msg']}{tail}.") from None
    _check_references(structure, where)
    if "shared_bases" not in structure.model_fields_set:
        return structure.model_copy(update={"shared_bases": _share_by_source(structure.sets)})
    return structure


def _check_references(structure: Structure, where: str) -> None:
    owner: dict[str, str] = {}
    if twice := find_repeated(claim_set.id for claim_set in structure.sets):
        raise ConfigError(f"{where}: set {twice[0]!r} is declared twice.")
    for claim_set in structure.sets:
        if claim_set.item not in structure.items:
            known = ", ".join(structure.items)
            raise ConfigError(
                f"{where}, set {claim_set.id}: unknown item {claim_set.item!r}. Known: {known}."
            )
        for claim in claim_set.claims:
            if claim in owner:
                raise ConfigError(
                    f"{where}: claim {claim!r} belongs to the sets {owner[claim]!r} and "
                    f"{claim_set.id!r}; sets must not overlap."
                )
            owner[claim] = claim_set.id
    tables = (name for table in structure.cross_tables for name in (table.rows, table.columns))
    shared = (name for part in structure.shared_bases for name in part.sets)
    reported = (name for total in structure.totals for name in total.sets)
    for name in (*shared, *reported, *structure.group_sets, *tables):
        structure.set_named(name)


COLUMNS = (
    *("claim_id", "source", "outlet", "date", "language", "item", "category", "value", "unit"),
    *("decimals", "exactness", "rounding", "weighted", "base_described", "wording"),
    *("attributed_to", "status", "note"),
)
ONE_OF = {
    "unit": ("percent", "count", "mean", "sd", "text"),
    "status": ("documented", "inferred"),
    "rounding": (*(str(r) for r in Rounding), "unknown"),
    "weighted": ("yes", "no", "unknown"),
    "exactness": ("printed", "approximate"),
}
# Further columns with a fixed list of values, by unit.
_OF_UNIT = {
    "percent": ("rounding", "weighted", "exactness"),
    "mean": ("exactness",),
    "sd": ("exactness",),
}
# Pattern of the cells of a column, and its description in messages.
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
    """One row of the register, with the columns that are judged.

    `figure`: the printed figure; None for a claim in words.
    """

    claim_id: str
    outlet: str
    item: str
    category: str
    figure: PrintedFigure | None
    unit: str
    exactness: str
    rounding: str
    weighted: str
    wording: str
    attributed_to: str

    @property
    def exact(self) -> bool:
        """True for a printed percentage, which exact arithmetic may judge."""
        return self.unit == "percent" and self.exactness == "printed"


@dataclass(frozen=True)
class ClaimFault:
    """Fault in one cell. `row` counts as a spreadsheet does: the header is row 1."""

    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"row {self.row}, column {self.column}: {self.message}"


def read_register(
    frame: pd.DataFrame, structure: Structure, where: str = "claims register"
) -> dict[str, Claim]:
    """Return the claims by id, in the register's order. Raises DataError naming the first faulty
    rows.
    """
    claims, faults = read_claims(frame, structure)
    if faults:
        shown = [str(fault) for fault in faults[:SHOWN_FAULTS]]
        if more := len(faults[SHOWN_FAULTS:]):
            shown.append(f"and {more} more")
        raise DataError(f"{where}: {'; '.join(shown)}")
    return claims


def read_claims(
    frame: pd.DataFrame, structure: Structure
) -> tuple[dict[str, Claim], list[ClaimFault]]:
    """Return the claims by id, and every fault of a register (text cells), in the order of its
    rows.

    Items and categories must be declared in `structure`. Where no row has a fault, the references
    of the structure to claims are checked, too. A faulty row gives no claim.
    """
    missing = [column for column in COLUMNS if column not in frame.columns]
    unknown = [str(column) for column in frame.columns if column not in COLUMNS]
    if missing or unknown:
        what = f"missing {', '.join(missing)}" if missing else f"unknown {', '.join(unknown)}"
        message = f"columns {what}; expected {', '.join(COLUMNS)}."
        return {}, [ClaimFault(1, (missing or unknown)[0], message)]
    if not len(frame):
        message = "the register has no row; expected at least one claim."
        return {}, [ClaimFault(2, "claim_id", message)]
    cells = frame[[*COLUMNS]].fillna("").astype(str).apply(lambda column: column.str.strip())
    claims: dict[str, Claim] = {}
    faults: list[ClaimFault] = []
    rows: dict[str, int] = {}
    for row, record in enumerate(list_rows(cells), 2):
        name = record["claim_id"]
        row_faults = [ClaimFault(row, *fault) for fault in _find_faults(record, structure)]
        if name in rows:
            again = f"{name!r} stands already in row {rows[name]}; each claim needs its own id."
            row_faults.append(ClaimFault(row, "claim_id", again))
        rows.setdefault(name, row)
        faults += row_faults
        if not row_faults:
            columns = {f.name: record[f.name] for f in fields(Claim) if f.name != "figure"}
            claims[name] = Claim(figure=_read_figure(record), **columns)
    return claims, faults or list(_find_reference_faults(claims, rows, structure))


def _find_faults(record: Mapping[str, str], structure: Structure) -> Iterator[tuple[str, str]]:
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
    """Return the printed figure; None for a claim in words."""
    unit = record["unit"]
    if unit == "text":
        return None
    return parse_figure(record["value"], 100 if unit == "percent" else 1, unit == "mean")


def _find_reference_faults(
    claims: Mapping[str, Claim], rows: Mapping[str, int], structure: Structure
) -> Iterator[ClaimFault]:
    parts: list[tuple[str, str, str, tuple[str | None, ...]]] = [
        *((f"set {part.id}", "percent", part.item, part.claims) for part in structure.sets),
        *(("total", "count", "", (part.claim,)) for part in structure.totals),
        *(("phrase", "percent", "", (part.claim, part.against)) for part in structure.phrases),
        *((f"mean {part.id}", "mean", "", (part.mean,)) for part in structure.means),
        *((f"mean {part.id}", "count", "", (part.n,)) for part in structure.means),
        *((f"mean {part.id}", "sd", "", (part.sd,)) for part in structure.means),
        *((f"net {part.id}", "percent", "", (part.net, *part.parts)) for part in structure.nets),
        *((f"contradiction {part.id}", "", "", part.claims) for part in structure.contradictions),
        *((f"unknown {part.id}", "", "", part.claims) for part in structure.unknown),
    ]
    for place, unit, item, names in parts:
        for name in filter(None, names):
            if (claim := claims.get(name)) is None:
                lacking = f"the structure's {place} names {name!r}, which is not in the register."
                yield ClaimFault(1, "claim_id", lacking)
            elif unit not in ("", claim.unit):
                needed = f"{claim.unit!r}; the structure's {place} needs a {unit}."
                yield ClaimFault(rows[name], "unit", needed)
            elif item not in ("", claim.item):
                about = f"{claim.item!r}; the structure's {place} is about {item!r}."
                yield ClaimFault(rows[name], "item", about)
