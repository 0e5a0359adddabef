"""A wave of the configuration: its data, its questionnaire, and how it is analysed."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from readiness.config.base import ItemName, Items, Section, Titles
from readiness.config.derived import Derived
from readiness.config.sections import (
    READERS,
    UNWEIGHTED,
    Compare,
    DatasetVersion,
    Disclosure,
    Estimate,
    Figures,
    OrWord,
    SelectionName,
    Validate,
    Weight,
)
from readiness.patterns import NAME


class WaveDocument(Section):
    """What the report tells of the wave: a block for each item, by its kind."""

    items: Items | None = Field(
        default=None,
        description="items to tell of, in this order; all of `estimate`, in the questionnaire's "
        "order, unless given",
    )
    titles: dict[ItemName, Titles] = Field(
        default={}, description="title of an item's block in each language; its label unless given"
    )


class Wave(Section):
    """One wave of the survey: its data, its questionnaire, and how it is analysed."""

    title: Titles = Field(description="title in each language")
    simulated: bool = Field(description="true when the answers were not given by real people")
    selection: SelectionName = Field(
        description="how respondents came in; the words of the report follow it"
    )
    answers: DatasetVersion = Field(description="the export of the survey tool")
    sample: DatasetVersion | None = Field(
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
    derive: list[Derived] = Field(
        default=[], description="variables that are computed of answers, in their order"
    )
    weight: Annotated[Weight, OrWord((UNWEIGHTED,))] = Field(
        default=Weight(method=UNWEIGHTED), description=Weight.__doc__ or ""
    )
    estimate: Estimate = Field(description=Estimate.__doc__ or "")
    compare: Compare = Field(default=Compare(), description=Compare.__doc__ or "")
    figures: Figures = Field(default=Figures(), description=Figures.__doc__ or "")
    disclosure: Annotated[Disclosure, OrWord(READERS)] | None = Field(
        default=None, description=Disclosure.__doc__ or ""
    )
    document: WaveDocument = Field(default=WaveDocument(), description=WaveDocument.__doc__ or "")

    @model_validator(mode="before")
    @classmethod
    def _as_drawn(cls, value: Any) -> Any:
        """Without a word on weights, those of a sample stand for their strata."""
        if not isinstance(value, dict) or not value.get("sample"):
            return value
        return {"weight": {}, **value}

    @model_validator(mode="after")
    def _what_its_selection_has(self) -> Wave:
        if self.sample is not None:
            return self
        if self.selection == "probability":
            raise ValueError(
                "the drawn sample of a probability sample (`sample`); without one, opt-in, census "
                "or purposive"
            )
        if self.weight.method != UNWEIGHTED and not self.weight.margins:
            raise ValueError("margins to weight to, a sample, or `weight: none`")
        return self
