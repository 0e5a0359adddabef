"""The settings of a table of answers: how it was drawn, what it asks.

The model is the only description; docs/any-csv.md shows it at work.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from readiness.config import LARGEST_SEED, Replication, SelectionName, StrictModel
from readiness.questionnaire import BLANK
from readiness.survey.intervals import Interval
from readiness.survey.variance import LonelyPsu


def _write_text(value: Any) -> Any:
    """A whole number of YAML stands for its text in the CSV; `yes` and `no` need quotes."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _make_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _allow_none(value: Any) -> Any:
    return [] if value is None else _make_list(value)


Label = Annotated[str, BeforeValidator(_write_text), Field(min_length=1)]
Column = Annotated[str, Field(min_length=1)]
Stages = Annotated[list[Column], BeforeValidator(_make_list), Field(min_length=1, max_length=2)]
Total = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _check_distinct(labels: list[str], what: str) -> None:
    for label in labels:
        if labels.count(label) > 1:
            raise ValueError(f"{what} each once; {label} is repeated")


class SingleQuestion(StrictModel):
    """A question with one answer, in the column of its name."""

    categories: list[Label] = Field(min_length=2, description="answers, low to high when ordered")
    ordered: bool = Field(default=False, description="true when the categories are a scale")
    outside: list[Label] = Field(default=[], description="answers outside the base, as don't know")

    @property
    def box(self) -> list[str]:
        """The lowest two categories of a scale, which are added up (of two, the first)."""
        return self.categories[: min(2, len(self.categories) - 1)] if self.ordered else []

    @model_validator(mode="after")
    def _is_a_question(self) -> SingleQuestion:
        _check_distinct([*self.categories, *self.outside], "categories and outside:")
        return self


class Ticks(StrictModel):
    """A question with several answers: a column each, ticked or not; or all joined in one."""

    columns: list[Column] = Field(default=[], description="one column an option")
    ticked: Label = Field(default="1", description="what a ticked cell holds")
    not_ticked: Label = Field(default="0", description="what a cell holds that is not ticked")
    column: Column | None = Field(default=None, description="the column of joined answers")
    options: list[Label] = Field(
        default=[], description="the answers that may be joined; they may hold commas"
    )
    split: str | None = Field(
        default=None,
        min_length=1,
        description="what joins them; without it a cell is split by the list of options",
    )
    blank_means: Literal["not_ticked", "no_answer"] = Field(description="what an empty cell means")

    @model_validator(mode="after")
    def _check_columns(self) -> Ticks:
        if bool(self.columns) == (self.column is not None):
            raise ValueError("columns (one an option), or column (all joined in one); not both")
        if self.column is None and (self.options or self.split):
            raise ValueError("options and split only with column, whose cells are split")
        if self.column is not None and not (self.options or self.split):
            raise ValueError("options or split beside column: how its cells are split")
        if self.column is not None and {"ticked", "not_ticked"} & self.model_fields_set:
            raise ValueError("ticked and not_ticked only with columns")
        _check_distinct(self.columns, "columns")
        _check_distinct(self.options, "options")
        _check_distinct([self.ticked, self.not_ticked], "ticked and not_ticked:")
        return self

    @property
    def blank(self) -> str:
        """The code of an empty cell."""
        return "0" if self.blank_means == "not_ticked" else BLANK


class AddedScale(StrictModel):
    """Questions with the same answers that are added up: how far they measure one thing."""

    items: list[Column] = Field(min_length=2, description="questions of `items`, all ordered")

    @model_validator(mode="after")
    def _check_items(self) -> AddedScale:
        _check_distinct(self.items, "items")
        return self


class Survey(StrictModel):
    """The whole file."""

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
    margins: dict[Column, dict[Label, Total]] | None = Field(
        default=None, description="population totals by column and category, to rake to"
    )
    trim: Annotated[list[float], Field(min_length=2, max_length=2)] | None = Field(
        default=None, description="bounds of raked over base weight, in its mean"
    )
    domain: dict[Column, list[Label]] = Field(
        default={}, description="only these values of these columns, of the full design"
    )
    items: dict[Column, SingleQuestion] = Field(default={}, description="questions, by column")
    multiple: dict[Column, Ticks] = Field(default={}, description="questions of several columns")
    scales: dict[Column, AddedScale] = Field(
        default={}, description="by name, ordered questions whose Cronbach's alpha is shown"
    )
    by: Annotated[list[Column], BeforeValidator(_allow_none)] = Field(
        default=[], description="column of the groups, or a list: one crossing each"
    )
    level: float = Field(default=0.95, gt=0.5, lt=1, description="confidence level")
    interval: Interval = Field(default="korn-graubard", description="interval of a share")
    seed: int = Field(default=1, ge=0, le=LARGEST_SEED, description="seed of the permutations")

    @model_validator(mode="after")
    def _check_together(self) -> Survey:
        if self.trim is not None and self.margins is None:
            raise ValueError("trim only with margins: it bounds raked weights")
        if self.replicates and (self.strata or self.psu or self.fpc or not self.weights):
            raise ValueError("replicates beside weights, in the place of strata, psu and fpc")
        if len(self.fpc or ()) > len(self.psu or ("row",)):
            raise ValueError("fpc with one column a stage, at most as many as psu has")
        _check_distinct(self.by, "by:")
        return self
