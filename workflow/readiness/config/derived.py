"""Variables computed from answers, as the section `derive` of a wave declares them.

A derived variable is an item like any other: it is estimated, compared, drawn, crossed and
traced. A separate step computes its values from the submissions that validation kept.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from readiness.config.sections import ItemName, Items, StrictModel, Titles
from readiness.ground.duplicates import find_repeated

# Answers of a variable derived from conditions.
YES, NO = "yes", "no"


class Condition(StrictModel):
    """A condition on an answer: among listed codes, or among the highest or lowest levels."""

    item: ItemName = Field(
        description="a closed item, a frame variable, or a variable derived above"
    )
    of: Items | None = Field(
        default=None, description="codes of the answers that meet the condition"
    )
    top: int | None = Field(
        default=None,
        ge=1,
        description="instead of `of`: number of highest levels that meet the condition",
    )
    low: int | None = Field(
        default=None,
        ge=1,
        description="instead of `of`: number of lowest levels that meet the condition",
    )

    @model_validator(mode="after")
    def _check_one(self) -> Condition:
        if sum(given is not None for given in (self.of, self.top, self.low)) != 1:
            raise ValueError("one of `of`, `top` and `low`")
        return self


class NewCategory(StrictModel):
    """A category of a recode: its code, its label, and the answers combined in the category."""

    code: ItemName = Field(description="code of the category")
    label: Titles = Field(description="label in each language")
    of: Items = Field(description="codes of the answers in this category")


class Recode(StrictModel):
    """Categories of answers combined. Respondents with any other answer have no value."""

    item: ItemName = Field(
        description="a single-answer item, a frame variable, or a variable derived above"
    )
    categories: list[NewCategory] = Field(min_length=2, description="the new categories")
    ordered: bool = Field(
        default=False, description="whether the categories are ordered, from low to high"
    )

    @model_validator(mode="after")
    def _check_once(self) -> Recode:
        _refuse_repeated("code", [category.code for category in self.categories])
        _refuse_repeated("answer", [code for category in self.categories for code in category.of])
        return self


class Band(StrictModel):
    """A class of a number: the lower limit is included, the upper one excluded."""

    code: ItemName = Field(description="code of the category")
    label: Titles = Field(description="label in each language")
    at_least: float | None = Field(
        default=None, description="lower limit, included (default: no limit)"
    )
    below: float | None = Field(
        default=None, description="upper limit, excluded (default: no limit)"
    )


class Bands(StrictModel):
    """Classes of a number, from low to high. Respondents outside all bands have no value."""

    item: ItemName = Field(description="a number item, or a scale derived above")
    categories: list[Band] = Field(min_length=2, description="the bands, from low to high")

    @model_validator(mode="after")
    def _check_order(self) -> Bands:
        _refuse_repeated("code", [band.code for band in self.categories])
        for band in self.categories:
            low, high = band.at_least, band.below
            if low is not None and high is not None and low >= high:
                raise ValueError(f"band {band.code}: at_least must be less than below")
        for lower, upper in pairwise(self.categories):
            if lower.below is None or upper.at_least is None or lower.below > upper.at_least:
                raise ValueError(
                    f"bands that do not overlap, low to high: {upper.code} begins before "
                    f"{lower.code} ends"
                )
        return self


class DerivedScale(StrictModel):
    """A scale: the mean or the sum of several items that measure one trait."""

    items: Annotated[Items, Field(min_length=2)] = Field(
        description="number items, or ordinal items (levels count 1, 2, ..., or their numeric "
        "values)"
    )
    reverse: list[str] = Field(
        default=[], description="items to reverse, because a high level means little"
    )
    measure: Literal["mean", "sum"] = Field(
        default="mean",
        description="`sum` is the mean of the answered items times the number of items",
    )
    answered: int | None = Field(
        default=None, ge=1, description="smallest number of answered items (default: all)"
    )
    unit: Titles | None = Field(default=None, description="unit in each language")

    @model_validator(mode="after")
    def _check_items(self) -> DerivedScale:
        if foreign_items := [name for name in self.reverse if name not in self.items]:
            raise ValueError(f"reverse: items of the scale; {foreign_items[0]} is none")
        if self.answered is not None and self.answered > len(self.items):
            raise ValueError(f"answered: at most the {len(self.items)} items of the scale")
        return self


# Keys of the ways to derive a variable: each variable has exactly one of these keys.
FORMS = ("any", "all", "recode", "bands", "scale")
Conditions = Annotated[list[Condition], Field(min_length=1)]


class DerivedVariable(StrictModel):
    """A variable computed by exactly one of `any`, `all`, `recode`, `bands` and `scale`."""

    id: ItemName = Field(
        description="id of the variable, different from all ids of the questionnaire"
    )
    label: Titles = Field(description="label in each language")
    any: Conditions | None = Field(
        default=None, description="yes if one of the conditions is met, as for a top-2 box"
    )
    all: Conditions | None = Field(default=None, description="yes if all conditions are met")
    recode: Recode | None = Field(default=None, description=Recode.__doc__ or "")
    bands: Bands | None = Field(default=None, description=Bands.__doc__ or "")
    scale: DerivedScale | None = Field(default=None, description=DerivedScale.__doc__ or "")

    @model_validator(mode="after")
    def _check_way(self) -> DerivedVariable:
        if sum(getattr(self, form) is not None for form in FORMS) != 1:
            raise ValueError(f"one of {', '.join(FORMS)}")
        return self

    @property
    def conditions(self) -> list[Condition]:
        """Conditions of a variable derived by `any` or `all`; empty for other variables."""
        return self.any or self.all or []

    @property
    def sources(self) -> tuple[str, ...]:
        """Ids of the items from which the variable is computed, without repetitions."""
        names = [condition.item for condition in self.conditions]
        single_source = self.recode or self.bands
        if single_source:
            names = [single_source.item, *names]
        elif self.scale:
            names = [*self.scale.items, *names]
        return tuple(dict.fromkeys(names))

    @property
    def kind(self) -> str:
        """Kind of item of the variable: number, ordinal or single."""
        if self.scale:
            return "number"
        return "ordinal" if self.bands or (self.recode and self.recode.ordered) else "single"

    @property
    def categories(self) -> list[NewCategory] | list[Band]:
        """Declared categories, in order; empty for a scale or conditions."""
        if self.recode:
            return self.recode.categories
        return self.bands.categories if self.bands else []

    @property
    def codes(self) -> list[str]:
        """Codes of the variable's answers, in order; empty for a number."""
        return [YES, NO] if self.conditions else [category.code for category in self.categories]

    @property
    def own_labels(self) -> dict[str, Titles]:
        """Labels by key: `id` of the variable, `id.unit`, and `id.code` of each category."""
        labels = {self.id: self.label}
        if self.scale and self.scale.unit:
            labels[f"{self.id}.unit"] = self.scale.unit
        return labels | {f"{self.id}.{c.code}": c.label for c in self.categories}


def _refuse_repeated(what: str, names: list[str]) -> None:
    if repeated := find_repeated(names):
        raise ValueError(f"each {what} once; {repeated[0]} is repeated")
