"""How the claims of a study hang together: what its register cannot say row by row.

Which claims form one exhaustive set, which sets rest on the same people, which groups add up to
which total, what bounds that total, which phrases describe which figure, where outlets differ.
Kept in `data/claims/<study>-<version>.yaml`; this module knows its shape, not its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError

from readiness.errors import ConfigError
from readiness.facts import Term, TranslatedText, Value
from readiness.forensics.arithmetic.bases import SetKind
from readiness.patterns import find_repeated
from readiness.questionnaire.items import Strict
from readiness.questionnaire.labels import Code, LanguageCode

# How a register of claims says that figures are the press's own.
PRESS = "press"

# A text for readers in any set of languages, by code.
Text = dict[LanguageCode, Annotated[str, Field(min_length=1)]]


class _NamedModel(Strict):
    id: Code


class ItemInfo(Strict):
    """What the register calls an item, and how a reader would."""

    label: Text
    # Known category codes, and how a reader would call each; empty accepts any.
    categories: tuple[str, ...] | dict[str, Text] = ()


class ClaimSet(_NamedModel):
    """Claims that report one item on one base."""

    item: str
    claims: tuple[str, ...] = Field(min_length=1)
    kind: SetKind


class SharedBase(_NamedModel):
    """Sets that may rest on the same people: judged together."""

    sets: tuple[str, ...] = Field(min_length=1)


class Total(Strict):
    """A reported number of people, as a claim with unit `count`."""

    claim: str
    # What the number counts.
    counts: Literal["sent", "answered", "unknown"] = "unknown"
    # Names of groups that add up to it; empty when none are reported.
    groups: tuple[str, ...] = ()
    # The sets of figures that are reported on it; empty when that is not said.
    sets: tuple[str, ...] = ()


class Phrase(Strict):
    """Words that describe a figure: the set of fractions that they allow is tested."""

    claim: str
    phrase: str
    language: LanguageCode
    # A claim whose figure the words are compared with; the claim's own figure when empty.
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
    # A claim with unit `count`: how many people answered.
    n: str
    sd: str | None = None
    # How many whole-number items make one person's score.
    items: int = Field(default=1, ge=1)
    # Answers 0 and 1: the SD then follows from the mean (DEBIT).
    binary: bool = False
    # The lowest and highest score of a person, as a sum of items.
    scale: tuple[int, int] | None = None


class Net(_NamedModel):
    """A figure that is the sum of others of the same item ("good or medium: 45")."""

    net: str
    parts: tuple[str, ...] = Field(min_length=2)


class Unknown(_NamedModel):
    """What would have to be known and is not."""

    claims: tuple[str, ...] = ()
    statement: Text
    # The question to the publisher that would settle it.
    ask: Text | None = None


class CrossTable(_NamedModel):
    """Two sets of two answers whose cross-table was not published."""

    rows: str
    columns: str


class Structure(Strict):
    """The whole structure of one version of a study's claims."""

    study: str
    publisher: str
    # How a reader knows whoever a figure is attributed to; absent, as the register writes it.
    publishers: dict[str, Text] = Field(default_factory=dict)
    # How a headline calls the publisher's percentages; absent, they are "the published ones".
    subject: Text | None = None
    claims: str
    version: str
    items: dict[str, ItemInfo]
    sets: tuple[ClaimSet, ...] = ()
    shared_bases: tuple[SharedBase, ...] = ()
    totals: tuple[Total, ...] = ()
    # Sets that may rest on one of the total's groups: the splits that fit them are sought.
    group_sets: tuple[str, ...] = ()
    # How many answers may be missing on each item when the reconciling reading is sought.
    max_missing: int = Field(default=1, ge=0)
    phrases: tuple[Phrase, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    cross_tables: tuple[CrossTable, ...] = ()
    means: tuple[Mean, ...] = ()
    nets: tuple[Net, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    @property
    def reported(self) -> dict[str, str]:
        """The sets whose number of answers is reported, each with the claim that reports it."""
        return {name: t.claim for t in self.totals if t.counts != "sent" for name in t.sets}

    @property
    def searched(self) -> Structure:
        """The structure of what has no reported number of answers: there bases are searched."""
        known = self.reported
        if not known:
            return self
        left = {s.id: tuple(n for n in s.sets if n not in known) for s in self.shared_bases}
        changes = {
            "sets": tuple(s for s in self.sets if s.id not in known),
            "shared_bases": tuple(
                SharedBase(id=s.id, sets=left[s.id])
                for s in self.shared_bases
                if left[s.id] and (left[s.id] == s.sets or len(left[s.id]) > 1)
            ),
            "totals": tuple(t for t in self.totals if not t.sets),
            "group_sets": tuple(n for n in self.group_sets if n not in known),
        }
        return self.model_copy(update=changes)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which every label and statement is there, sorted."""
        texts = [text for _, text in self._list_texts()]
        shared = set.intersection(*(set(text) for text in texts)) if texts else set()
        return tuple(sorted(shared))

    def missing(self, language: str) -> list[str]:
        """What lacks a text in a language: `items.rating.label`; empty when nothing does."""
        return [place for place, text in self._list_texts() if language not in text]

    def _list_texts(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        for name, item in self.items.items():
            yield f"items.{name}.label", item.label
            for code, text in _read_labels(item).items():
                yield f"items.{name}.categories.{code}", text
        for name, text in self.publishers.items():
            yield f"publishers.{name}", text
        if self.subject is not None:
            yield "subject", self.subject
        said = (("contradictions", self.contradictions), ("unknown", self.unknown))
        for kind, statements in said:
            for found in statements:
                yield f"{kind}.{found.id}.statement", found.statement
                if found.ask is not None:
                    yield f"{kind}.{found.id}.ask", found.ask

    def answer(self, item: str, category: str) -> TranslatedText | None:
        """How a reader would call a category of an item; None where nothing says it."""
        labels = _read_labels(self.items[item]) if item in self.items else {}
        return TranslatedText(labels[category]) if category in labels else None

    def whose(self, attributed_to: str) -> Value:
        """Whose a figure is, as a reader knows them: the publisher's name, or the press."""
        if attributed_to == PRESS:
            return Term("forensics.press")
        known = self.publishers.get(attributed_to)
        return TranslatedText(known) if known else attributed_to

    def set_named(self, name: str) -> ClaimSet:
        """The set with that id. Raises ConfigError when there is none."""
        for claim_set in self.sets:
            if claim_set.id == name:
                return claim_set
        known = ", ".join(s.id for s in self.sets) or "none"
        raise ConfigError(f"Claims structure of {self.study}: no set {name!r}. Known: {known}.")


def _read_labels(item: ItemInfo) -> Mapping[str, Text]:
    return item.categories if isinstance(item.categories, dict) else {}


def parse_structure(content: Any, where: str = "claims structure") -> Structure:
    """A `Structure` from parsed YAML.

    Raises ConfigError, one line naming the place, for an unknown key, a wrong type, an item that is
    not declared, a set named twice, a claim in two sets, or a reference to a set that is not there.
    """
    if not isinstance(content, Mapping):
        raise ConfigError(f"{where}: expected a mapping with `study`, `items`, `sets`.")
    try:
        structure = Structure.model_validate(dict(content))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        more = error.error_count() - 1
        tail = f" (and {more} more)" if more else ""
        raise ConfigError(f"{where}, at {place}: {first['msg']}{tail}.") from None
    _check_references(structure, where)
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
                    f"{where}: claim {claim!r} is in the sets {owner[claim]!r} and "
                    f"{claim_set.id!r}; sets must not overlap."
                )
            owner[claim] = claim_set.id
    tables = (name for table in structure.cross_tables for name in (table.rows, table.columns))
    shared = (name for part in structure.shared_bases for name in part.sets)
    reported = (name for total in structure.totals for name in total.sets)
    for name in (*shared, *reported, *structure.group_sets, *tables):
        structure.set_named(name)
