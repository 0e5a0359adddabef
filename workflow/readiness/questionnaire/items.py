"""One question: its kind, its answers, its missing codes, its routing.

A cell without an answer in one of the categories has a special code: not asked (routing), asked but
not answered, refused, not reached before the interview broke off, "don't know" (outside scale and
base), or an invalid value that was excluded. Special codes begin with `_`, codes of categories
never do.
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
# A refusal counts as item nonresponse, as a blank does: the respondent was asked. A respondent who
# broke off before an item never saw the item, and is outside the base of those who were asked.
SPECIAL_CODES = (BLANK, NOT_ASKED, DONT_KNOW, INVALID, REFUSED, BROKEN_OFF)

AnyKind = TypeVar("AnyKind", QuestionKind, BlockKind)


def _read_kind(known: Mapping[str, AnyKind]) -> Callable[[Any], AnyKind]:
    """Return a validator that turns the name of a kind, or the kind itself, into the kind."""

    def read_kind(value: Any) -> AnyKind:
        name = value if isinstance(value, str) else str(value)
        if name in known and isinstance(value, str | QuestionKind | BlockKind):
            return known[name]
        names = [repr(kind_name) for kind_name in known]
        # Type and wording of pydantic's error for a value that a `Literal` does not list.
        expected = " or ".join([", ".join(names[:-1]), names[-1]])
        raise PydanticCustomError(
            "literal_error", "Input should be {expected}", {"expected": expected}
        )

    return read_kind


# A file holds the name of a kind; a typed questionnaire holds the kind itself.
Kind = Annotated[QuestionKind, PlainValidator(_read_kind(KINDS)), PlainSerializer(str)]
Block = Annotated[BlockKind, PlainValidator(_read_kind(BLOCKS)), PlainSerializer(str)]

# In the id of a mean, this word stands in place of a level.
MEAN = "mean"
# In the ids of quantiles, these words stand in place of a level. Values: share of numbers below.
MEDIAN = "median"
QUARTILES = {"lower_quartile": 0.25, MEDIAN: 0.5, "upper_quartile": 0.75}
# Names of all statistics of number items.
OF_NUMBERS = (MEAN, *QUARTILES)
# Name of the total of all weighted groups; no group may have it.
TOTAL = "all"
# An ordinal item that declares no box has a box of this many lowest levels. Sealed questionnaires
# rely on this default.
LOWEST = 2
# Columns of the tables of answers and weights: no item may have one of these ids.
OF_TABLES = (
    *("respondent", "group", "stratum", "stratum_population"),
    *("base_weight", "raked_weight", "weight"),
)
# Words that stand in place of a level in an id: no option may have one of these codes.
RESERVED = ("n", "low", "top", DONT_KNOW.strip("_"), *OF_NUMBERS)


def group_rows(
    told: Iterable[tuple[str, str, QuestionKind, Sequence[str]]],
) -> dict[str, list[str]]:
    """Return the rows of each grid that is reported as one table: ids in order, by grid.

    `told`: id, grid ("" for none), kind and codes of each item. Grids whose rows do not share kind
    and codes, grids with a single row, and grids of numbers or multiple-response items are left
    out.
    """
    rows: dict[str, list[str]] = {}
    scales: dict[str, set[tuple[str, ...]]] = {}
    for item, grid, kind, codes in told:
        rows.setdefault(grid, []).append(item)
        scale = kind.name if kind.takes_one else item
        scales.setdefault(grid, set()).add((scale, *codes))
    return {
        grid: grid_rows
        for grid, grid_rows in rows.items()
        if grid and len(grid_rows) > 1 and len(scales[grid]) == 1
    }


def _open_ends(low: float | None, high: float | None) -> tuple[float, float]:
    """Return both limits as floats, infinite for None."""
    return -inf if low is None else float(low), inf if high is None else float(high)


class Answer(Labelled):
    """An answer, with its exported text and, for a tool that exports codes, its `value`."""

    value: Text | None = None


class Category(Answer):
    """One option of a question: code, exported text, labels.

    `value`: code that the tool exports in place of the text ("1", "A2"). `column`: header of the
    option's column where a multiple-response question has one column per option. `other`:
    respondents type an answer for this option; `specify`: id of the text item that holds the typed
    answer. `exclusive`: the option contradicts any other ticked option. `screens_out`: this answer
    ends the interview. `plural`: name of the group in a sentence that compares groups, by language
    (`journalists`, `les journalistes`). `said`: verb phrase that follows the number of people who
    give this answer, by language (`say that their sector is not ready`).
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
# The meanings of missing codes, as a tuple.
MEANINGS: tuple[str, ...] = get_args(Meaning)


class Missing(Answer):
    """A missing code: an exported `text` or `value` that is no answer, and its meaning."""

    means: Meaning

    @model_validator(mode="before")
    @classmethod
    def _read_one(cls, data: Any) -> Any:
        """Use the value as the text of a missing code that has a value and no text."""
        if isinstance(data, dict) and "text" not in data and "value" in data:
            return {**data, "text": data["value"]}
        return data

    @property
    def special(self) -> str:
        """Code in the coded table, such as `_refused`."""
        return f"_{self.means}"


class Routing(Strict):
    """A condition for asking a question: a certain answer to an earlier `item`.

    Either the answer is among the codes `one_of` (multiple-response: one of the codes was ticked),
    or the answer is a number from `at_least` to `at_most`; one of the two limits may be left out.
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
        """True for a condition on a number."""
        return self.at_least is not None or self.at_most is not None

    @property
    def bounds(self) -> tuple[float, float]:
        """Lower and upper limit of the number, infinite where open."""
        return _open_ends(self.at_least, self.at_most)

    @property
    def condition_terms(self) -> tuple[str, ...]:
        """The required codes (`yes`), or comparisons with the limits (`>= 18`)."""
        ends = ((">=", self.at_least), ("<=", self.at_most))
        return self.one_of or tuple(f"{sign} {end:.12g}" for sign, end in ends if end is not None)


class Range(Strict):
    """The valid range of a number, both limits included, and its unit.

    A limit that is not given is open. `decimals`: places after the decimal point. `thousands`:
    point or comma as thousands separator in typed answers (a space is always allowed). `language`:
    language of the unit in typed answers.
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
        """Lower and upper limit, infinite where open."""
        return _open_ends(self.low, self.high)

    @property
    def written_unit(self) -> str:
        """Unit that respondents may type with the number; "" without a unit."""
        return "" if self.unit is None else self.unit.text(self.language)


class Item(Strict):
    """One question.

    `column`: header in the export, as a rule the question's text. `variable`: name of the question
    in the tool, where headers hold names; for a multiple-response item, it may be the headers of
    the columns that hold the first, second, ... answer. Without both, the header is the id.
    `label`: label of the question (default: the text of `column`). `categories`: the options, from
    low to high for an ordinal item. `missing`: missing codes. `blank_means`: meaning of an empty
    cell of a multiple-response item: no option applies (`none`), or item nonresponse (`skipped`).
    `required`: the form demands an answer. `personal`: the answer can identify a person.
    `sensitive`: a "don't know" is protected like an answer. `grid`: id of the block of questions
    that share a scale or rank one list. `row`: text of this question in the block. `confirms`: id
    of the frame variable that the answer repeats, so that differences can be reported. `boxes`:
    codes of the lowest (`low`) or highest (`top`) levels that are added up; the first box is the
    headline. `source`, `status`: whether the theme of the question is documented for the study that
    the questionnaire follows, or inferred. `derived_from`: the items from which a derived item is
    computed.
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
        """Fill in the column, from the variable or the id, and an open range for a number item."""
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
        # Two answers must not have one exported text or value.
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
        """Headers of the columns with the first, second, ... answer; () for one column."""
        return self.variable if isinstance(self.variable, tuple) else ()

    @property
    def called(self) -> tuple[str, ...]:
        """Possible headers of the column: question text, variable name in the tool, item id."""
        tool_names = (self.variable,) if isinstance(self.variable, str) and self.variable else ()
        return (self.column, *tool_names, self.id)

    @property
    def levels_of(self) -> dict[str, tuple[str, ...]]:
        """Codes of the levels in each box of an ordinal item, by name of the box.

        An item that declares no box has the box `low` with its `LOWEST` lowest levels. Empty for an
        item of another kind.
        """
        if not self.kind.is_ordered:
            return {}
        default = {"low": self.codes[: min(LOWEST, len(self.codes) - 1)]}
        return {str(name): box for name, box in self.boxes.items()} or default

    @property
    def headline(self) -> str | None:
        """Name of the box by which an ordinal item is reported; None for other kinds of item."""
        return next(iter(self.levels_of), None)

    @property
    def first_level(self) -> str:
        """Level that is reported first: the headline box, a number's mean, or the first answer."""
        return MEAN if self.kind.is_number else self.headline or self.codes[0]

    @property
    def shown_codes(self) -> tuple[str, ...]:
        """Codes of the answers that are added up in the first level; () for a number item."""
        first = self.first_level
        return () if self.kind.is_number else self.levels_of.get(first, (first,))

    @property
    def summary_levels(self) -> tuple[str, ...]:
        """Levels that summarise the item: one level where one suffices, otherwise every answer.

        One level suffices for a scale (the headline box), for a number (the mean), and for a
        single-choice item with two answers (the first answer).
        """
        nominal_pair = self.kind.is_nominal and len(self.codes) == 2
        first_suffices = self.headline or self.kind.is_number or nominal_pair
        return (self.first_level,) if first_suffices else self.codes

    @property
    def codes_beside(self) -> tuple[str, ...]:
        """Codes reported beside the boxes, except a lowest level that is a headline by itself."""
        headline_is_lowest = bool(self.levels_of) and self.shown_codes == self.codes[:1]
        return self.codes[1:] if headline_is_lowest else self.codes

    @property
    def forms(self) -> tuple[str, ...]:
        """Charts that draw the item, the main one first."""
        return self.kind.list_forms(len(self.codes))

    @property
    def codes(self) -> tuple[str, ...]:
        """Codes of the categories in listed order (low to high for an ordinal item)."""
        return tuple(category.code for category in self.categories)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns in the coded table: one, or `item.option` per option of a
        multiple-response item.
        """
        return self.kind.list_columns(self.id, self.codes)

    def labels(self, language: Language) -> dict[str, str]:
        """Return the label of each category code in `language`."""
        return {category.code: category.label(language) for category in self.categories}


class Complete(Strict):
    """Column that tells whether a respondent finished: a cell among `values` means yes."""

    column: Text
    values: Annotated[tuple[Text, ...], Field(min_length=1)]


class Export(Strict):
    """Columns of the export that are not questions, and properties of the file; all optional.

    Headers of columns: `timestamp`, time of submission; `started`, time of the start; `duration`,
    seconds between start and submission; `invitation`, the code sent to the respondent;
    `respondent`, the tool's id of the response; `complete`, the completion status; `ignored`,
    columns that may be absent and are not read. `tool`: the tool that wrote the export. `encoding`,
    `sheet` (of a workbook) and `header_rows` (number of rows that name the questions) are for files
    in which they cannot be detected. `dates`: order of day, month and year, where the tool has no
    fixed order. `marker`: a column that only simulated exports have; `marked`: content of the
    column's cells.
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
    marked: Text = "oui"  # default of the sealed questionnaires, which do not state it
    ignored: tuple[Text, ...] = ()
