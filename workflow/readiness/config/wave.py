"""A wave of the configuration: its data, its questionnaire, and how it is analysed."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from readiness.config.base import Items, StrictModel, Titles
from readiness.config.derived import DerivedVariable
from readiness.config.sections import (
    READERS,
    UNWEIGHTED,
    Compare,
    DatasetName,
    Disclosure,
    Estimate,
    FigureRules,
    OrWord,
    SelectionName,
    Validate,
    Weight,
)
from readiness.patterns import NAME


def _unless_none(value: Any) -> Any:
    if value is None:
        raise ValueError("a section, or none")
    return None if value == UNWEIGHTED else value


class WaveSettings(StrictModel):
    """One wave of the survey: its data, its questionnaire, and how it is analysed."""

    title: Titles = Field(description="title in each language")
    simulated: bool = Field(
        default=False, description="true when the answers were not given by real people"
    )
    selection: SelectionName = Field(
        description="how respondents came in; the words of the report follow it"
    )
    answers: DatasetName = Field(
        description="the export of the survey tool, `dataset@version` of data/versions.csv"
    )
    sample: DatasetName | None = Field(
        default=None,
        description="the persons who were asked, with their frame variables: of a probability "
        "sample needed, of others where there is such a list",
    )
    questionnaire: str = Field(
        pattern=NAME, description="file below data/questionnaires, without .yaml"
    )
    corrections: str | None = Field(
        default=None,
        pattern=NAME,
        description="file below data/corrections, without .csv; none unless given",
    )
    revises: str | None = Field(
        default=None, pattern=NAME, description="publication that this version revises"
    )
    validate_: Validate = Field(
        default=Validate(), alias="validate", description=Validate.__doc__ or ""
    )
    derive: list[DerivedVariable] = Field(
        default=[], description="variables that are computed of answers, in their order"
    )
    weight: Annotated[Weight | None, BeforeValidator(_unless_none), OrWord((UNWEIGHTED,))] = Field(
        default=None, description=Weight.__doc__ or ""
    )
    estimate: Estimate = Field(default=Estimate(), description=Estimate.__doc__ or "")
    compare: Compare = Field(default=Compare(), description=Compare.__doc__ or "")
    figures: FigureRules = Field(default=FigureRules(), description=FigureRules.__doc__ or "")
    disclosure: Annotated[Disclosure, OrWord(READERS)] | None = Field(
        default=None, description=Disclosure.__doc__ or ""
    )
    show: Items | None = Field(
        default=None,
        description="items that the report tells of, in this order; all of `estimate`, in the "
        "questionnaire's order, unless given",
    )

    @model_validator(mode="before")
    @classmethod
    def _as_drawn(cls, value: Any) -> Any:
        """Without a word on weights, those of a sample stand for their strata."""
        if not isinstance(value, dict) or not value.get("sample"):
            return value
        return {"weight": {}, **value}

    @model_validator(mode="after")
    def _what_its_selection_has(self) -> WaveSettings:
        if self.sample is not None:
            return self
        if self.selection == "probability":
            raise ValueError(
                "the drawn sample of a probability sample (`sample`); without one, opt-in, census "
                "or purposive"
            )
        if self.weight and not self.weight.margins:
            raise ValueError("margins to weight to, a sample, or `weight: none`")
        return self

    @model_serializer(mode="wrap")
    def _none_in_one_word(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `weight` a sample would stand for its strata."""
        return {**dump(self), **({} if self.weight else {"weight": UNWEIGHTED})}
