"""The typed questionnaire.

Four things that a table of answers must keep apart have one code each: not asked (routing), asked
but not answered, "don't know" (outside the scale and outside the base), and a value that cannot be
true and was excluded. Codes of categories never begin with `_`, so they cannot collide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from readiness.patterns import WRITTEN_IN
from readiness.questionnaire.labels import (
    Code,
    Label,
    Labelled,
    Language,
    LanguageCode,
    Text,
    with_own_labels,
)
from readiness.questionnaire.text import match_key

BLANK = "_blank"
NOT_ASKED = "_not_asked"
DONT_KNOW = "_dont_know"
INVALID = "_invalid"
SPECIAL_CODES = (BLANK, NOT_ASKED, DONT_KNOW, INVALID)

Kind = Literal["single", "ordinal", "multi", "number", "text"]

MEAN = "mean"
"""What stands in an id where a level does, for the mean of a number."""
TOTAL = "all"
"""What the total of all weighted groups is called: no group may be."""
BoxName = Literal["low", "top"]
LOWEST = 2
"""Levels of the box of an ordinal item that declares none: what sealed questionnaires mean."""
_RESERVED = ("n", "low", "top", DONT_KNOW.strip("_"), MEAN, "median")
"""What stands in an id where a level does, and is none."""


def forms_of(kind: str, answers: int) -> tuple[str, ...]:
    """How an item of a kind is drawn and told; of two answers the share of one says all."""
    if kind == "single":
        return ("intervals",) if answers == 2 else ("levels",)
    forms = {"ordinal": ("levels", "intervals"), "multi": ("options",), "number": ("means",)}
    return forms.get(kind, ())


def one_number(kind: str) -> bool:
    """Whether one number stands for an item of a kind: how it moved can be shown by group."""
    return kind != "multi"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _repeated(values: Iterable[str]) -> list[str]:
    return sorted(value for value, count in Counter(values).items() if count > 1)


class Category(Labelled):
    """One option: its code, its text as the survey tool exports it, its labels."""

    code: Code


class DontKnow(Labelled):
    """The option outside the scale: shown beside it, never part of a base."""


class Routing(_Strict):
    """The item is asked only of those whose answer to an earlier `item` is `one_of` these codes."""

    item: Code
    one_of: Annotated[tuple[Code, ...], Field(min_length=1)]


class Range(_Strict):
    """What a number can be, both ends included; its unit as answers in `language` may have it."""

    low: int
    high: int
    unit: Label
    language: LanguageCode = WRITTEN_IN

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low >= self.high:
            raise ValueError(f"range: low ({self.low}) must be below high ({self.high})")
        if self.language not in self.unit.root:
            raise ValueError(f"range, unit: has no label in the questionnaire's {self.language!r}")
        return self

    @property
    def written_unit(self) -> str:
        """The unit as an answer may have it after the number."""
        return self.unit.text(self.language)


class Groups(_Strict):
    """Which answers to the group item are weighted to the frame, and which are counted apart."""

    weighted: Annotated[tuple[Code, ...], Field(min_length=1)]
    apart: tuple[Code, ...] = ()


class Item(_Strict):
    """One question.

    `column` is the header in the export. `categories` are listed from low to high for an ordinal
    item. `blank_means` says, for a multiple-choice item, whether an empty cell means that no option
    applies (`none`) or that the question was skipped. `confirms` names the frame variable that the
    answer repeats, so that a difference is seen. `boxes` are sums of the lowest (`low`) or highest
    (`top`) levels of an ordinal item; the one that is listed first is the headline. `source` and
    `status` say whether the theme is documented for the study that the questionnaire follows, or
    inferred.
    """

    id: Code
    kind: Kind
    column: Text
    label: Label
    source: Text
    status: Literal["documented", "inferred"]
    categories: tuple[Category, ...] = ()
    dont_know: DontKnow | None = None
    asked_if: tuple[Routing, ...] = ()
    blank_means: Literal["skipped", "none"] | None = None
    range: Range | None = None
    confirms: Code | None = None
    boxes: dict[BoxName, tuple[Code, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fields_of_its_kind(self) -> Self:
        closed = self.kind in ("single", "ordinal", "multi")
        if closed and len(self.categories) < (1 if self.kind == "multi" else 2):
            raise ValueError(f"categories: a {self.kind} item needs its categories")
        if not closed and (self.categories or self.dont_know):
            raise ValueError(f"categories, dont_know: a {self.kind} item has none")
        if (self.kind == "multi") != (self.blank_means is not None):
            raise ValueError("blank_means: `skipped` or `none` for a multi item, and only there")
        if (self.kind == "number") != (self.range is not None):
            raise ValueError("range: needed for a number item, and only there")
        if twice := _repeated(self.codes):
            raise ValueError(f"categories: code {twice[0]!r} is given twice")
        texts = [match_key(c.text) for c in self.categories]
        if self.dont_know:
            texts.append(match_key(self.dont_know.text))
        if twice := _repeated(texts):
            raise ValueError(f"categories: text {twice[0]!r} is given twice")
        if reserved := [code for code in self.codes if code in _RESERVED]:
            raise ValueError(f"categories: code {reserved[0]!r} has a meaning of its own in ids")
        self._check_boxes()
        return self

    def _check_boxes(self) -> None:
        if self.boxes and self.kind != "ordinal":
            raise ValueError("boxes: only for an ordinal item")
        for name, box in self.boxes.items():
            k = len(box)
            ends = self.codes[:k] if name == "low" else self.codes[-k:]
            if not 0 < k < len(self.codes) or set(box) != set(ends):
                which = "lowest" if name == "low" else "highest"
                raise ValueError(f"boxes, {name}: the {which} levels of the item, and not all")

    @property
    def levels_of(self) -> dict[str, tuple[str, ...]]:
        """The levels that each box adds up, the headline first; empty unless the item is ordinal.

        Where none is declared: `low`, the two lowest (one of two).
        """
        if self.kind != "ordinal":
            return {}
        default = {"low": self.codes[: min(LOWEST, len(self.codes) - 1)]}
        return {str(name): box for name, box in self.boxes.items()} or default

    @property
    def headline(self) -> str | None:
        """The box by which an ordinal item is reported and compared; None for any other item."""
        return next(iter(self.levels_of), None)

    @property
    def shown(self) -> str:
        """The level that is told first: the headline box, a number's mean, or the first answer."""
        if self.kind == "number":
            return MEAN
        return self.headline or self.codes[0]

    @property
    def shown_codes(self) -> tuple[str, ...]:
        """The answers that the level told first adds up; none for a mean."""
        return () if self.kind == "number" else self.levels_of.get(self.shown, (self.shown,))

    @property
    def forms(self) -> tuple[str, ...]:
        """How the item is drawn and told."""
        return forms_of(self.kind, len(self.codes))

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the categories in the order of listing (low to high for an ordinal item)."""
        return tuple(category.code for category in self.categories)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the item in the coded table: one, or `item.option` for a multi item."""
        if self.kind != "multi":
            return (self.id,)
        return tuple(f"{self.id}.{code}" for code in self.codes)

    def labels(self, language: Language) -> dict[str, str]:
        """Label of each category code in `language`."""
        return {category.code: category.label(language) for category in self.categories}


class FrameVariable(_Strict):
    """A variable known for everyone on the frame: strata and margins are made of these.

    `ordered`: whether its categories have an order by nature, that of their listing; charts and
    tables then keep it. Otherwise groups stand by size of the number that is shown.
    """

    id: Code
    label: Label
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    ordered: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the categories in the order of listing."""
        return tuple(category.code for category in self.categories)

    def labels(self, language: Language) -> dict[str, str]:
        """Label of each category code in `language`."""
        return {category.code: category.label(language) for category in self.categories}


class Export(_Strict):
    """Columns of the export that are not questions.

    `marker` is a column that only simulated exports have, and `marked` what each of its cells then
    holds; `ignored` are columns that may be there and are not read.
    """

    timestamp: Text
    invitation: Text
    marker: Text | None = None
    marked: Text = "oui"  # where a questionnaire does not say: so it is in the sealed ones
    ignored: tuple[Text, ...] = ()


class Questionnaire(_Strict):
    """What was asked in a wave.

    The answer to `group_item` says to which group a respondent belongs; `groups` which of them are
    weighted and which are counted apart: unless given, the first category is weighted. Without a
    group item everybody is weighted. `language` is that of the texts that the survey tool exports.
    """

    name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
    version: Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
    language: LanguageCode = WRITTEN_IN
    title: Label
    export: Export
    group_item: Code | None = None
    groups: Groups | None = None
    frame: tuple[FrameVariable, ...] = ()
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _own_labels(cls, data: Any) -> Any:
        language = data.get("language", WRITTEN_IN) if isinstance(data, dict) else WRITTEN_IN
        return with_own_labels(data, language) if isinstance(language, str) else data

    @model_validator(mode="after")
    def _whole(self) -> Self:
        frame_ids = [variable.id for variable in self.frame]
        reserved = ["respondent", "group", "stratum", "base_weight"]
        if twice := _repeated([*frame_ids, *reserved, *(i.id for i in self.items)]):
            raise ValueError(f"items: id {twice[0]!r} is given twice or is reserved")
        if twice := _repeated(match_key(header) for header in self.headers):
            raise ValueError(f"items: column {twice[0]!r} is given twice")
        self._check_groups()
        for item in self.items:
            if item.confirms is not None and (
                item.confirms not in frame_ids
                or set(item.codes) != set(self.frame_variable(item.confirms).codes)
            ):
                raise ValueError(
                    f"item {item.id}, confirms: {item.confirms!r} is not a frame variable with "
                    "the same categories"
                )
        self._check_routing()
        return self

    def _check_groups(self) -> None:
        if self.group_item is None:
            if self.groups is not None:
                raise ValueError("groups: only with a group_item, whose categories they are")
            return
        item = next((i for i in self.items if i.id == self.group_item), None)
        if item is None or item.kind != "single":
            raise ValueError(f"group_item: {self.group_item!r} must be a single item")
        listed = [*self.weighted, *self.apart]
        if sorted(listed) != sorted(item.codes):
            raise ValueError(
                f"groups: each category of {item.id} once, under weighted or apart "
                f"({', '.join(item.codes)})"
            )
        taken = {TOTAL, *(code for variable in self.frame for code in variable.codes)}
        if clash := sorted(taken & set(self.apart)):
            raise ValueError(f"groups, apart: code {clash[0]!r} means another group already")

    def _check_routing(self) -> None:
        earlier: dict[str, Item] = {}
        for item in self.items:
            for routing in item.asked_if:
                source = earlier.get(routing.item)
                if source is None or source.kind not in ("single", "ordinal"):
                    raise ValueError(
                        f"item {item.id}, asked_if: {routing.item!r} is not a single or ordinal "
                        "item listed before it"
                    )
                if unknown := set(routing.one_of) - set(source.codes):
                    raise ValueError(
                        f"item {item.id}, asked_if: {min(unknown)!r} is not a category of "
                        f"{source.id} ({', '.join(source.codes)})"
                    )
            earlier[item.id] = item

    @property
    def weighted(self) -> tuple[str, ...]:
        """The groups weighted to the frame, in the order listed; empty without a group item."""
        if self.groups is not None:
            return self.groups.weighted
        return () if self.group_item is None else self.item(self.group_item).codes[:1]

    @property
    def apart(self) -> tuple[str, ...]:
        """The groups counted apart, unweighted and outside every total; often empty."""
        if self.groups is not None:
            return self.groups.apart
        return () if self.group_item is None else self.item(self.group_item).codes[1:]

    @property
    def id(self) -> str:
        """Name and version, as in the file name: `ai-readiness-1`."""
        return f"{self.name}-{self.version}"

    @property
    def headers(self) -> tuple[str, ...]:
        """The headers that an export must have, in the order of the form."""
        return (
            self.export.timestamp,
            self.export.invitation,
            *(item.column for item in self.items),
        )

    def item(self, item_id: str) -> Item:
        """The item of that id; KeyError when there is none."""
        for item in self.items:
            if item.id == item_id:
                return item
        raise KeyError(item_id)

    def frame_variable(self, variable_id: str) -> FrameVariable:
        """The frame variable of that id; KeyError when there is none."""
        for variable in self.frame:
            if variable.id == variable_id:
                return variable
        raise KeyError(variable_id)

    def coded_columns(self, items: Iterable[str]) -> tuple[str, ...]:
        """Columns of the coded table for these items, after those of the frame variables."""
        columns = (column for name in items for column in self.item(name).columns)
        return (*(variable.id for variable in self.frame), *columns)

    def variable(self, name: str) -> Item | FrameVariable:
        """The item or frame variable of that id; KeyError when there is neither."""
        return self.frame_variable(name) if name in {v.id for v in self.frame} else self.item(name)
