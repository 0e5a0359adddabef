"""One question: its kind, its answers, what is missing, when it is asked.

Six things that a table of answers must keep apart have one code each, which begins with `_` as no
category's does: not asked (routing), asked but not answered, refused, not reached by who broke off,
"don't know" (outside scale and base), and a value that cannot be true and was excluded.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import (
    Field,
    PlainSerializer,
    PlainValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from readiness.ground.duplicates import refuse_repeated
from readiness.ground.models import Code, LanguageCode, Strict
from readiness.questionnaire.kinds import BLOCKS, KINDS, BlockKind, QuestionKind
from readiness.questionnaire.labels import (
    WRITTEN_IN,
    Label,
    Labelled,
    Language,
    Text,
)
from readiness.questionnaire.text import match_key

BLANK = "_blank"
NOT_ASKED = "_not_asked"
DONT_KNOW = "_dont_know"
INVALID = "_invalid"
REFUSED = "_refused"
BROKEN_OFF = "_broken_off"
# Downstream a refusal is no answer of somebody who was asked, as a blank is; who broke off before
# an item never saw it: no answer either, and outside the base of those who were asked.
SPECIAL_CODES = (BLANK, NOT_ASKED, DONT_KNOW, INVALID, REFUSED, BROKEN_OFF)

AnyKind = TypeVar("AnyKind", QuestionKind, BlockKind)


def _read_kind(known: Mapping[str, AnyKind]) -> Callable[[Any], AnyKind]:
    """Return a validator that turns the name of a kind, or the kind itself, into the kind."""

    def read(value: Any) -> AnyKind:
        name = value if isinstance(value, str) else str(value)
        if name in known and isinstance(value, str | QuestionKind | BlockKind):
            return known[name]
        names = [repr(each) for each in known]
        # The words and the type of pydantic's own error for a value outside a list.
        expected = " or ".join([", ".join(names[:-1]), names[-1]])
        raise PydanticCustomError(
            "literal_error", "Input should be {expected}", {"expected": expected}
        )

    return read


# In a file a kind is its name; a typed questionnaire holds the kind itself.
Kind = Annotated[QuestionKind, PlainValidator(_read_kind(KINDS)), PlainSerializer(str)]
Block = Annotated[BlockKind, PlainValidator(_read_kind(BLOCKS)), PlainSerializer(str)]

# What stands in an id where a level does, for the mean of a number.
MEAN = "mean"
# The same for the points below which so large a share of the numbers lies.
MEDIAN = "median"
QUARTILES = {"lower_quartile": 0.25, MEDIAN: 0.5, "upper_quartile": 0.75}
# All that stands there and is a statistic of a number, no share.
OF_NUMBERS = (MEAN, *QUARTILES)
# What the total of all weighted groups is called: no group may be.
TOTAL = "all"
# Levels of the box of an ordinal item that declares none: what sealed questionnaires mean.
LOWEST = 2
# What the tables of answers and weights have in columns of their own: no item may be called so.
OF_TABLES = (
    *("respondent", "group", "stratum", "stratum_population"),
    *("base_weight", "raked_weight", "weight"),
)
# What stands in an id where a level does, and is none.
RESERVED = ("n", "low", "top", DONT_KNOW.strip("_"), *OF_NUMBERS)


def group_rows(
    told: Iterable[tuple[str, str, QuestionKind, Sequence[str]]],
) -> dict[str, list[str]]:
    """The grids that are told as one: of each the ids of its rows, in order.

    `told`: the id of each item, its grid ("" for none), kind and codes. Rows of one grid that do
    not share a scale, or a single row, are told apart, as are numbers and lists of boxes.
    """
    rows: dict[str, list[str]] = {}
    scales: dict[str, set[tuple[str, ...]]] = {}
    for item, grid, kind, codes in told:
        rows.setdefault(grid, []).append(item)
        scale = kind.name if kind.takes_one else item
        scales.setdefault(grid, set()).add((scale, *codes))
    return {
        grid: own for grid, own in rows.items() if grid and len(own) > 1 and len(scales[grid]) == 1
    }


def _open_ends(low: float | None, high: float | None) -> tuple[float, float]:
    return -inf if low is None else float(low), inf if high is None else float(high)


class Answer(Labelled):
    """An answer as a tool exports it: its text, or its `value` where the tool exports codes."""

    value: Text | None = None


class Category(Answer):
    """One option: its code, its text as the survey tool exports it, its labels.

    `value` is what the tool exports in place of the text where it exports codes ("1", "A2");
    `column` the header of the option's own column where ticked options are spread over columns.
    `other`: what is typed in place of an option is this one; `specify` names the text item in which
    it then stands. `exclusive`: ticked beside another option it is a contradiction. `screens_out`:
    who answers so leaves the survey there. `plural`: what its people are called in a sentence that
    compares groups, by language (`journalists`, `les journalistes`). `said`: what people do who
    give this answer, as the rest of a sentence after how many they are, by language (`say that
    their sector is not ready`).
    """

    code: Code
    column: Text | None = None
    other: bool = False
    specify: Code | None = None
    exclusive: bool = False
    screens_out: bool = False
    plural: dict[LanguageCode, Text] = Field(default_factory=dict)
    said: dict[LanguageCode, Text] = Field(default_factory=dict)


Meaning = Literal["refused", "dont_know", "not_asked", "broken_off", "blank"]
# What a text or a value means that is exported and is no answer.
MEANINGS: tuple[str, ...] = get_args(Meaning)


class Missing(Answer):
    """A `text` or `value` that is exported and is no answer, and what it means."""

    means: Meaning

    @model_validator(mode="before")
    @classmethod
    def _read_one(cls, data: Any) -> Any:
        if isinstance(data, dict) and "text" not in data and "value" in data:
            return {**data, "text": data["value"]}
        return data

    @property
    def special(self) -> str:
        """The code of the coded table: `_refused` and so on."""
        return f"_{self.means}"


class Routing(Strict):
    """The item is asked only of those whose answer to an earlier `item` is as said here.

    It is `one_of` these codes (of a multi item: one of them was ticked), or a number between
    `at_least` and `at_most`, each of which may be left out.
    """

    item: Code
    one_of: tuple[Code, ...] = ()
    at_least: int | float | None = None
    at_most: int | float | None = None

    @model_validator(mode="after")
    def _check_way(self) -> Self:
        if bool(self.one_of) == self.of_a_number:
            raise ValueError("asked_if: `one_of`, or `at_least` and `at_most` of a number")
        return self

    @property
    def of_a_number(self) -> bool:
        """Whether the condition is on a number."""
        return self.at_least is not None or self.at_most is not None

    @property
    def bounds(self) -> tuple[float, float]:
        """Both ends of a number, an open one infinite."""
        return _open_ends(self.at_least, self.at_most)

    @property
    def condition_terms(self) -> tuple[str, ...]:
        """What is asked for, in codes and signs: `yes`, or `>= 18`."""
        ends = ((">=", self.at_least), ("<=", self.at_most))
        return self.one_of or tuple(f"{sign} {end:.12g}" for sign, end in ends if end is not None)


class Range(Strict):
    """What a number can be, both ends included; its unit as answers in `language` may have it.

    An end that is not given is open. `decimals`: places after the decimal point, none unless given.
    `thousands`: the point or comma that tells them apart in what people wrote (a blank always may).
    """

    low: int | float | None = None
    high: int | float | None = None
    decimals: Annotated[int, Field(ge=0, le=15)] = 0
    unit: Label | None = None
    thousands: Literal[",", "."] | None = None
    language: LanguageCode = WRITTEN_IN

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"range: low ({self.low}) must be below high ({self.high})")
        if self.unit is not None and self.language not in self.unit.root:
            raise ValueError(f"range, unit: has no label in the questionnaire's {self.language!r}")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """Both ends, an open one infinite."""
        return _open_ends(self.low, self.high)

    @property
    def written_unit(self) -> str:
        """The unit as an answer may have it after the number; "" where there is none."""
        return "" if self.unit is None else self.unit.text(self.language)


class Item(Strict):
    """One question.

    `column` is the header in the export, the question's own text as a rule; `variable` its name in
    the tool, where headers hold names (without both: the id), or, of a multiple-choice item, the
    headers of the columns that hold its first, second, ... answer. `label` is the column's text
    unless given. `categories` are listed from low to high for an ordinal item. `missing` are
    exported texts that are no answers. `blank_means` says, for a multiple-choice item, whether an
    empty cell means that no option applies (`none`) or that the question was skipped. `required`:
    the form lets nobody pass without an answer. `personal`: the answer tells who somebody is.
    `sensitive`: whether somebody said "don't know" is protected as an answer is.
    `grid` names the block of questions that share a scale, or that rank one list, and `row` the own
    text of this one in it. `confirms` names the frame variable that the answer repeats, so that a
    difference is seen. `boxes` are sums of the lowest (`low`) or highest (`top`) levels of an
    ordinal item; the one that is listed first is the headline. `source` and `status` say whether
    the theme is documented for the study that the questionnaire follows, or inferred.
    `derived_from`: the items of which it is computed, where nobody was asked it.
    """

    id: Code
    kind: Kind
    column: Text
    variable: Text | tuple[Text, ...] | None = None
    label: Label
    source: Text | None = None
    status: Literal["documented", "inferred"] | None = None
    categories: tuple[Category, ...] = ()
    dont_know: Answer | None = None
    missing: tuple[Missing, ...] = ()
    asked_if: tuple[Routing, ...] = ()
    required: bool = False
    personal: bool = False
    sensitive: bool = False
    grid: Code | None = None
    row: Answer | None = None
    blank_means: Literal["skipped", "none"] | None = None
    range: Range | None = None
    confirms: Code | None = None
    boxes: dict[Literal["low", "top"], tuple[Code, ...]] = Field(default_factory=dict)
    derived_from: tuple[Code, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _fill_defaults(cls, data: Any) -> Any:
        """The header where none is given, and the range of a number that may be anything."""
        if not isinstance(data, dict):
            return data
        kind = KINDS.get(str(data.get("kind")))
        default: dict[str, Any] = {"range": {}} if kind and kind.is_number else {}
        header = data.get("column") or data.get("variable") or data.get("id")
        return {**default, **data, **({"column": header} if header else {})}

    @model_validator(mode="after")
    def _check_fields(self) -> Self:
        kind = self.kind
        if len(self.categories) < kind.fewest_options:
            raise ValueError(f"categories: a {kind} item needs its categories")
        if not kind.takes_options and (self.categories or self.dont_know):
            raise ValueError(f"categories, dont_know: a {kind} item has none")
        if self.slots and not kind.takes_several:
            raise ValueError("variable: several columns only of a multi item")
        if kind.takes_several != (self.blank_means is not None):
            raise ValueError("blank_means: `skipped` or `none` for a multi item, and only there")
        if not kind.is_number and self.range is not None:
            raise ValueError("range: only for a number item")
        refuse_repeated("categories: code", self.codes)
        # What is exported means one thing: texts among themselves, and values.
        outside = (self.dont_know,) if self.dont_know else ()
        answers = (*self.categories, *outside, *self.missing)
        refuse_repeated("categories: text", (match_key(a.text) for a in answers))
        refuse_repeated("categories: value", (match_key(a.value) for a in answers if a.value))
        if not kind.takes_several and any(c.exclusive for c in self.categories):
            raise ValueError("categories, exclusive: only for a multi item")
        if sum(c.other for c in self.categories) > 1:
            raise ValueError("categories, other: one option takes what is typed, not several")
        if (self.grid is None) != (self.row is None):
            raise ValueError("grid, row: both or none")
        if reserved := [code for code in self.codes if code in RESERVED]:
            raise ValueError(f"categories: code {reserved[0]!r} has a meaning of its own in ids")
        if self.boxes and not kind.is_ordered:
            raise ValueError("boxes: only for an ordinal item")
        for name, box in self.boxes.items():
            k = len(box)
            ends = self.codes[:k] if name == "low" else self.codes[-k:]
            if not 0 < k < len(self.codes) or set(box) != set(ends):
                which = "lowest" if name == "low" else "highest"
                raise ValueError(f"boxes, {name}: the {which} levels of the item, and not all")
        return self

    @property
    def slots(self) -> tuple[str, ...]:
        """The columns that hold its first, second, ... answer, an option each; none as a rule."""
        return self.variable if isinstance(self.variable, tuple) else ()

    @property
    def called(self) -> tuple[str, ...]:
        """What a column of its own may be called: its header, its name in the tool, its id."""
        named = (self.variable,) if isinstance(self.variable, str) and self.variable else ()
        return (self.column, *named, self.id)

    @property
    def levels_of(self) -> dict[str, tuple[str, ...]]:
        """The levels that each box of an ordinal item adds up; `low`, the lowest, if none said."""
        if not self.kind.is_ordered:
            return {}
        default = {"low": self.codes[: min(LOWEST, len(self.codes) - 1)]}
        return {str(name): box for name, box in self.boxes.items()} or default

    @property
    def headline(self) -> str | None:
        """The box by which an ordinal item is reported and compared; None for any other item."""
        return next(iter(self.levels_of), None)

    @property
    def first_level(self) -> str:
        """The level that is told first: the headline box, a number's mean, or the first answer."""
        return MEAN if self.kind.is_number else self.headline or self.codes[0]

    @property
    def shown_codes(self) -> tuple[str, ...]:
        """The answers that the level told first adds up; none for a mean."""
        first = self.first_level
        return () if self.kind.is_number else self.levels_of.get(first, (first,))

    @property
    def summary_levels(self) -> tuple[str, ...]:
        """The levels that sum the item up: the first alone where it says all, else every answer.

        The first says all of a scale (its headline box), of a number (its mean), and of two
        answers of which one is given.
        """
        nominal_pair = self.kind.is_nominal and len(self.codes) == 2
        alone = self.headline or self.kind.is_number or nominal_pair
        return (self.first_level,) if alone else self.codes

    @property
    def codes_beside(self) -> tuple[str, ...]:
        """The answers told beside the boxes: a headline that is the lowest alone has said it."""
        alone = bool(self.levels_of) and self.shown_codes == self.codes[:1]
        return self.codes[1:] if alone else self.codes

    @property
    def forms(self) -> tuple[str, ...]:
        """How the item is drawn and told."""
        return self.kind.list_forms(len(self.codes))

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the categories in the order of listing (low to high for an ordinal item)."""
        return tuple(category.code for category in self.categories)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the item in the coded table: one, or `item.option` for a multi item."""
        return self.kind.list_columns(self.id, self.codes)

    def labels(self, language: Language) -> dict[str, str]:
        """Label of each category code in `language`."""
        return {category.code: category.label(language) for category in self.categories}


class Complete(Strict):
    """A column that says of each row how far its respondent came: one of `values` is to the end."""

    column: Text
    values: Annotated[tuple[Text, ...], Field(min_length=1)]


class Export(Strict):
    """Columns of the export that are not questions; each may be missing.

    `timestamp` is when an answer was sent, `started` when it was begun, `duration` how many seconds
    it took, `invitation` the code that was sent to the respondent, `respondent` the tool's own name
    of the row, `complete` the column that tells who broke off. `tool` is the tool that wrote the
    export, `encoding` that of its letters, `sheet` that of the workbook and `header_rows` how many
    rows name the questions, where they are not to be found out; `dates` the order of day, month and
    year where the tool has no fixed one. `marker` is a column that only simulated
    exports have, and `marked` what each of its cells then holds; `ignored` are columns that may be
    there and are not read.
    """

    tool: Text | None = None
    encoding: Text | None = None
    sheet: Text | None = None
    header_rows: Annotated[int, Field(ge=1, le=9)] | None = None
    timestamp: Text | None = None
    invitation: Text | None = None
    respondent: Text | None = None
    started: Text | None = None
    duration: Text | None = None
    complete: Complete | None = None
    dates: Literal["dmy", "mdy", "ymd"] | None = None
    marker: Text | None = None
    marked: Text = "oui"  # where a questionnaire does not say: so it is in the sealed ones
    ignored: tuple[Text, ...] = ()
