"""Read a table of answers with its design file, as a design and a questionnaire.

The model of the settings is the only specification; docs/any-csv.md has examples. Questions become
items, cells codes, respondents get weights; an unusable cell is named in an error.
"""

import difflib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from pydantic import BeforeValidator, Field, model_validator

from readiness.config import LARGEST_SEED, Replication, SelectionName, StrictModel
from readiness.ground.arrays import FloatArray, TextArray
from readiness.ground.errors import ConfigError, DataError, StatisticsError
from readiness.questionnaire import (
    BLANK,
    Category,
    FrameVariable,
    Item,
    Label,
    Questionnaire,
    match_key,
)
from readiness.questionnaire.kinds import MULTI, ORDINAL, SINGLE
from readiness.survey.design import Design, design
from readiness.survey.intervals import Interval
from readiness.survey.variance import LonelyPsu
from readiness.survey.weighting.margins import WeightingReport
from readiness.survey.weighting.recipe import Trim, weigh, with_replicates
from readiness.validation.cells import split_options


def _make_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


# A whole number in YAML stands for its text in the CSV; `yes` and `no` need quotes.
CellText = Annotated[
    str,
    BeforeValidator(lambda value: str(value) if type(value) is int else value),
    Field(min_length=1),
]
Column = Annotated[str, Field(min_length=1)]
Stages = Annotated[list[Column], BeforeValidator(_make_list), Field(min_length=1, max_length=2)]
Total = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _check_distinct(labels: list[str], what: str) -> None:
    """Check that labels are distinct; ValueError, beginning with `what`, where one is repeated."""
    if repeated := [label for label in labels if labels.count(label) > 1]:
        raise ValueError(f"{what} each once; {repeated[0]} is repeated")


class SingleQuestion(StrictModel):
    """A question with one answer, in the column of its name."""

    categories: list[CellText] = Field(
        min_length=2, description="answers, low to high when ordered"
    )
    ordered: bool = Field(default=False, description="true when the categories are a scale")
    outside: list[CellText] = Field(
        default=[], description="answers outside the base, as don't know"
    )

    @property
    def box(self) -> list[str]:
        """Lowest two categories of a scale, which are added up (of two, the first); [] without
        order.
        """
        return self.categories[: min(2, len(self.categories) - 1)] if self.ordered else []

    @model_validator(mode="after")
    def _is_a_question(self) -> Self:
        """Check that answers are distinct."""
        _check_distinct([*self.categories, *self.outside], "categories and outside:")
        return self


class Ticks(StrictModel):
    """A multiple-response question, in a column for each option or one column of joined options."""

    columns: list[Column] = Field(default=[], description="one column an option")
    ticked: CellText = Field(default="1", description="what a ticked cell holds")
    not_ticked: CellText = Field(default="0", description="what a cell holds that is not ticked")
    column: Column | None = Field(default=None, description="the column of joined answers")
    options: list[CellText] = Field(
        default=[], description="the answers that may be joined; they may hold commas"
    )
    split: str | None = Field(
        default=None,
        min_length=1,
        description="what joins them; without it a cell is split by the list of options",
    )
    blank_means: Literal["not_ticked", "no_answer"] = Field(description="what an empty cell means")

    @model_validator(mode="after")
    def _check_columns(self) -> Self:
        if bool(self.columns) == (self.column is not None):
            raise ValueError(
                "either `columns` (one per option) or `column` (all options in one cell)"
            )
        if self.column is None and (self.options or self.split):
            raise ValueError("`options` and `split` only with `column`, whose cells are split")
        if self.column is not None and not (self.options or self.split):
            raise ValueError("`options` or `split` beside `column`: how its cells are split")
        if self.column is not None and {"ticked", "not_ticked"} & self.model_fields_set:
            raise ValueError("`ticked` and `not_ticked` only with `columns`")
        _check_distinct(self.columns, "columns")
        _check_distinct(self.options, "options")
        _check_distinct([self.ticked, self.not_ticked], "ticked and not_ticked:")
        return self

    @property
    def blank(self) -> str:
        """Code of an empty cell: "0" for an option not ticked, or the code of a missing answer."""
        return "0" if self.blank_means == "not_ticked" else BLANK


class AddedScale(StrictModel):
    """Questions with the same answers that form an additive scale, for its Cronbach's alpha."""

    items: list[Column] = Field(min_length=2, description="questions of `items`, all ordered")

    @model_validator(mode="after")
    def _check_items(self) -> Self:
        _check_distinct(self.items, "items")
        return self


class Survey(StrictModel):
    """The whole design file."""

    selection: SelectionName = Field(description="how respondents came in; the words follow it")
    weights: Column | None = Field(default=None, description="column of sampling weights")
    strata: Column | None = Field(default=None, description="column of strata")
    psu: Stages | None = Field(default=None, description="column of PSUs, or of both stages")
    fpc: Stages | None = Field(default=None, description="population or fraction, one a stage")
    nest: bool = Field(default=False, description="PSU names start again in each stratum")
    lonely_psu: LonelyPsu = "fail"
    replicates: Replication | None = Field(
        default=None, description="columns of replicate weights beside weights"
    )
    margins: dict[Column, dict[CellText, Total]] | None = Field(
        default=None, description="population totals by column and category, to rake to"
    )
    trim: Annotated[list[float], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="bounds of raked over base weight, in its mean"
    )
    domain: dict[Column, list[CellText]] = Field(
        default={}, description="only these values of these columns, of the full design"
    )
    items: dict[Column, SingleQuestion] = Field(default={}, description="questions, by column")
    multiple: dict[Column, Ticks] = Field(default={}, description="questions of several columns")
    scales: dict[Column, AddedScale] = Field(
        default={}, description="by name, ordered questions whose Cronbach's alpha is shown"
    )
    by: Annotated[
        list[Column], BeforeValidator(lambda by: [] if by is None else _make_list(by))
    ] = Field(default=[], description="column of the groups, or a list: one crossing each")
    level: float = Field(default=0.95, gt=0.5, lt=1, description="confidence level")
    interval: Interval = Field(default="korn-graubard", description="interval of a share")
    seed: int = Field(default=1, ge=0, le=LARGEST_SEED, description="seed of the permutations")

    @model_validator(mode="after")
    def _check_together(self) -> Self:
        if self.trim is not None and self.margins is None:
            raise ValueError("`trim` only with `margins`: it bounds raked weights")
        if self.replicates and (self.strata or self.psu or self.fpc or not self.weights):
            raise ValueError(
                "`replicates` beside `weights`, in the place of `strata`, `psu` and `fpc`"
            )
        if len(self.fpc or ()) > len(self.psu or ("row",)):
            raise ValueError("`fpc` with one column per stage, at most as many as `psu` has")
        _check_distinct(self.by, "by:")
        return self


# Language of a questionnaire drafted from a table, whose labels are the table's names and answers.
LANGUAGE = "en"
# Code of an answer that the design file declares outside the base.
OUTSIDE = "_outside"


@dataclass(frozen=True, eq=False)
class Sample:
    """Answers of a table, with sampling design and questionnaire.

    `settings`: the design file. `design`: weighted and restricted to the domain; its data are the
    coded answers. `questionnaire`: the questions, and the groups as variables of its frame.
    `weighting`: the report, where there are margins. `chosen`: names of the questions, grids and
    scales to show; empty for all.
    """

    settings: Survey
    design: Design
    questionnaire: Questionnaire
    weighting: WeightingReport | None
    chosen: tuple[str, ...] = ()

    @property
    def items(self) -> tuple[Item, ...]:
        """Closed questions to show."""
        closed_items = (item for item in self.questionnaire.items if item.kind.takes_options)
        return tuple(i for i in closed_items if not self.chosen or {i.id, i.grid} & {*self.chosen})

    @property
    def scales(self) -> dict[str, AddedScale]:
        """Scales to show, by name."""
        all_scales = self.settings.scales
        return {
            name: scale
            for name, scale in all_scales.items()
            if not self.chosen or name in self.chosen
        }

    def choose(self, names: Sequence[str]) -> "Sample":
        """Return the sample restricted to these questions, grids and scales; to all without names.

        Raises ConfigError for an unknown name.
        """
        names_available = [item.id for item in self.items]
        names_available += dict.fromkeys(item.grid for item in self.items if item.grid)
        names_available += self.settings.scales
        if unknown := [name for name in names if name not in names_available]:
            near = ", ".join(
                difflib.get_close_matches(unknown[0], names_available) or names_available[:8]
            )
            raise ConfigError(
                f"--items {unknown[0]}: not a question of this table. Its questions include {near}."
            )
        return replace(self, chosen=tuple(names))


def make_sample(
    frame: pd.DataFrame, settings: Survey, source: str, questionnaire: Questionnaire | None = None
) -> Sample:
    """Return the weighted design of a table, with the answers coded.

    `frame`: one row per respondent, every cell text, "" where empty; not modified. `settings`: the
    design file. `source`: name of the table in messages. `questionnaire`: the questions, if the
    cells are its codes; None: the settings describe them.

    Raises ConfigError: a missing column, no question, or questions that form no scale; DataError:
    an unusable cell, with its row and column; StatisticsError: an inconsistent design or margins,
    an empty domain.
    """
    _check_columns(frame, settings, source)
    weighted, report = _make_design(frame, settings, source), None
    if settings.margins:
        for variable, totals in settings.margins.items():
            _check_declared(frame[variable].to_numpy(dtype=object), totals, variable, source)
        trim = Trim(settings.trim[0], settings.trim[1]) if settings.trim else None
        weighting = weigh(weighted, settings.margins, trim=trim)
        weighted, report = weighting.design, weighting.report
    for column, values in settings.domain.items():
        weighted = weighted.subset(frame[column].isin(values).to_numpy())
    if weighted.n == 0:
        listed = ", ".join(f"{c} {' or '.join(v)}" for c, v in settings.domain.items())
        raise StatisticsError(f"domain: no row of {source} has {listed}; nothing to estimate.")
    coded = frame.replace("", BLANK)
    if questionnaire is None:
        if not settings.items and not settings.multiple:
            raise ConfigError("at least one question under `items` or `multiple`.")
        answers = dict(_read_answers(frame, settings, source))
        coded = coded.assign(**answers)
        questionnaire = _draft_questionnaire(settings, answers)
    single_items = {item.id for item in questionnaire.items if not item.kind.takes_several}
    groups = [
        _make_variable(column, coded, weighted)
        for column in settings.by
        if column not in single_items
    ]
    _check_scales(settings, questionnaire)
    with_groups = questionnaire.model_copy(update={"frame": tuple(groups)})
    return Sample(settings, replace(weighted, data=coded, _coded={}), with_groups, report)


def _check_scales(settings: Survey, asked: Questionnaire) -> None:
    """Check that each scale has ordered questions of equal length; else ConfigError."""
    ordered = {item.id: len(item.codes) for item in asked.items if item.kind.is_ordered}
    for name, scale in settings.scales.items():
        if others := [item for item in scale.items if item not in ordered]:
            raise ConfigError(f"scales.{name}: {others[0]} is not a question with ordered: true.")
        if len({ordered[item] for item in scale.items}) > 1:
            raise ConfigError(
                f"scales.{name}: the questions have different numbers of categories. Use "
                "questions with equal numbers."
            )


def _draft_questionnaire(settings: Survey, answers: Collection[str]) -> Questionnaire:
    """Return a questionnaire with the items that the settings of a table declare.

    `answers`: names of the answer columns, `item.option` for a multiple-response item. Nothing is
    validated, because names and answers in a table need not be valid codes.
    """
    questions = [
        (name, ORDINAL if question.ordered else SINGLE, question.categories, question.box)
        for name, question in settings.items.items()
    ]
    for name in settings.multiple:
        options = [c.removeprefix(f"{name}.") for c in answers if c.startswith(f"{name}.")]
        questions.append((name, MULTI, options, []))
    items = tuple(
        Item.model_construct(
            id=name,
            kind=kind,
            column=name,
            label=Label({LANGUAGE: name}),
            categories=_make_categories(options),
            boxes={"low": tuple(box)} if box else {},
        )
        for name, kind, options, box in questions
    )
    return Questionnaire.model_construct(name="table", version="1", language=LANGUAGE, items=items)


def _make_categories(names: Sequence[str]) -> tuple[Category, ...]:
    """Return categories whose code, text and label are the names."""
    return tuple(
        Category.model_construct(code=name, text=name, labels={LANGUAGE: name}) for name in names
    )


def _make_variable(column: str, coded: pd.DataFrame, made: Design) -> FrameVariable:
    """Return a column as a grouping variable: the values in the domain, sorted.

    Raises StatisticsError where the domain has none.
    """
    values = coded[column].to_numpy(dtype=object)
    if not (distinct_values := sorted({v for v in values[made.mask] if not v.startswith("_")})):
        raise StatisticsError(f"by: nobody in the domain has a value of {column}.")
    return FrameVariable.model_construct(
        id=column, label=Label({LANGUAGE: column}), categories=_make_categories(distinct_values)
    )


def _check_columns(frame: pd.DataFrame, settings: Survey, source: str) -> None:
    """Check that the table has every column that the settings name; else ConfigError."""
    keys = ("by", "weights", "strata", "psu", "fpc", "domain", "items", "margins")
    columns_by_key = [
        (key, column) for key in keys for column in _make_list(getattr(settings, key)) or ()
    ]
    for name, ticks in settings.multiple.items():
        columns = ticks.columns if ticks.column is None else [ticks.column]
        columns_by_key += [(f"multiple.{name}", column) for column in columns]
    columns = [str(c) for c in frame.columns]
    for key, column in columns_by_key:
        if column not in columns:
            similar = difflib.get_close_matches(column, columns, n=1)
            hint = (
                f"did you mean {similar[0]}?" if similar else f"it has {', '.join(columns[:12])}."
            )
            raise ConfigError(f"{key}: {source} has no column {column!r}; {hint}")


def _make_design(frame: pd.DataFrame, settings: Survey, source: str) -> Design:
    """Return the design of the settings without margins and domain.

    Raises DataError for an empty stratum or PSU or an invalid number, StatisticsError for an
    inconsistent design.
    """
    for column in (settings.strata, *(settings.psu or ())):
        if column is not None and (empty := frame[column].eq("").to_numpy()).any():
            where = row_at(source, int(np.argmax(empty)))
            raise DataError(f"{where}, column {column}: empty cell. Give each row a value.")
    weights = None if settings.weights is None else numbers(frame, settings.weights, source)
    # Under a new name: a column may be both stratum and population.
    sizes = {f"fpc {column}": numbers(frame, column, source) for column in settings.fpc or ()}
    try:
        sampling_design = design(
            frame.assign(**sizes),
            weights=weights,
            strata=settings.strata,
            psu=settings.psu,
            fpc=[*sizes] or None,
            nest=settings.nest,
            lonely_psu=settings.lonely_psu,
        ).correcting()
        if settings.replicates and settings.weights:
            columns = settings.replicates.match_columns(frame.columns, settings.weights)
            replicate_weights = [numbers(frame, column, source, zero=True) for column in columns]
            matrix = np.array(replicate_weights).reshape(len(columns), len(frame)).T
            sampling_design = with_replicates(
                sampling_design, matrix, **settings.replicates.constants
            )
        return sampling_design
    except StatisticsError as error:
        message = str(error).replace("nest=True", "nest: true").replace("'fpc ", "'")
        raise StatisticsError(message) from None


def _read_answers(
    frame: pd.DataFrame, settings: Survey, source: str
) -> Iterator[tuple[str, TextArray]]:
    """Yield the columns of the coded table: categories as they are, `1` and `0` for an option."""
    for name, question in settings.items.items():
        answers = dict(zip(question.categories, question.categories, strict=True))
        outside = dict.fromkeys(question.outside, OUTSIDE)
        yield name, _code_column(frame, name, {**answers, **outside, "": BLANK}, source)
    for name, ticks in settings.multiple.items():
        if ticks.column is not None:
            yield from _split_joined_ticks(frame, name, ticks, source)
        codes_by_cell = {ticks.ticked: "1", ticks.not_ticked: "0", "": ticks.blank}
        for column in ticks.columns:
            yield f"{name}.{column}", _code_column(frame, column, codes_by_cell, source)


def _code_column(
    frame: pd.DataFrame, column: str, known: Mapping[str, str], source: str
) -> TextArray:
    """Return the codes of a column's cells; a special code stands for itself."""
    values = frame[column].to_numpy(dtype=object)
    _check_declared(values, list(known), column, source)
    return np.array([known.get(v, v) for v in values], dtype=object)


def _split_joined_ticks(
    frame: pd.DataFrame, name: str, ticks: Ticks, source: str
) -> Iterator[tuple[str, TextArray]]:
    """Yield the codes by option, for cells that join the ticked answers.

    Raises DataError for an undeclared answer.
    """
    values = frame[ticks.column].to_numpy(dtype=object)
    cells = {cell: _split(cell, ticks) for cell in dict.fromkeys(values.tolist())}
    for row, cell in enumerate(values):
        ticked, unknown = cells[cell]
        if unknown and not (cell.startswith("_") and not ticked):
            raise DataError(
                f"{row_at(source, row)}, column {ticks.column}: {unknown[0]!r} is not declared; "
                f"expected {', '.join(ticks.options)}."
            )

    def read(cell: str, option: str) -> str:
        ticked, unknown = cells[cell]
        if not ticked:
            return cell.strip() if unknown else ticks.blank
        return "1" if option in ticked else "0"

    occurring = sorted({option for ticked, _ in cells.values() for option in ticked})
    for option in ticks.options or occurring:
        yield f"{name}.{option}", np.array([read(cell, option) for cell in values], dtype=object)


def _split(cell: str, ticks: Ticks) -> tuple[list[str], list[str]]:
    """Return the options that a cell joins, and its undeclared parts."""
    if ticks.split is None:
        return split_options(cell, {match_key(option): (option, "") for option in ticks.options})
    # A separator of spaces counts as it is; around any other separator spaces are dropped.
    separator = ticks.split.strip() or ticks.split
    parts = [part.strip() for part in cell.split(separator) if part.strip()]
    if cell.startswith("_"):
        return [], parts
    allowed = ticks.options or parts
    return [p for p in parts if p in allowed], [p for p in parts if p not in allowed]


def _check_declared(
    values: TextArray, declared: Collection[str] | Mapping[str, Any], name: str, source: str
) -> None:
    """Check that each value is declared; a mapping of margins declares categories with totals.

    Raises DataError that names the first undeclared value. Special codes pass, except in margins.
    """
    bad, is_margin = ~np.isin(values.astype(str), list(declared)), isinstance(declared, Mapping)
    if not is_margin:
        bad &= ~np.array([v.startswith("_") for v in values])
    if bad.any():
        row = int(np.argmax(bad))
        expected = ", ".join(label for label in declared if label)
        fault = "has no total in the margins" if is_margin else "is not declared"
        raise DataError(
            f"{row_at(source, row)}, column {name}: {values[row]!r} {fault}; expected {expected}."
        )


def numbers(frame: pd.DataFrame, column: str, source: str, *, zero: bool = False) -> FloatArray:
    """Return a column as finite numbers above 0 (or 0, with `zero`), shape (rows,).

    Raises DataError that names the first invalid cell.
    """
    values = np.asarray(pd.to_numeric(frame[column], errors="coerce"), dtype=np.float64)
    is_valid = np.isfinite(values) & ((values > 0) | (zero & (values == 0)))
    if not is_valid.all():
        at = int(np.argmin(is_valid))
        more = int((~is_valid).sum()) - 1
        raise DataError(
            f"{row_at(source, at)}, column {column}: {frame[column].iloc[at]!r}; expected a finite "
            f"number above 0{' or 0' * zero}{f' ({more} more such rows)' if more else ''}."
        )
    return values


def row_at(source: object, position: int) -> str:
    """Return the place of a row for messages: the source and the line; the header is line 1."""
    return f"{source}, row {position + 2}"
