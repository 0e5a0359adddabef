"""The sections of a configuration: a wave, a study, and what governs each step.

A section of a wave is handed to its step as it stands, as canonical JSON, so a change of one
section reruns that step and what is downstream of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    Field,
    GetJsonSchemaHandler,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

from readiness.config.base import ItemName, Items, Section, Titles, no_repeats
from readiness.patterns import DATE, ITEM, NAME, VERSION

SelectionName = Literal["probability", "census", "opt-in", "purposive"]
"""How respondents came in; what each allows: `analysis.selection.Selection`."""
MOST_PERMUTATIONS = 1_000_000
"""Each draw is a pass over all answers: with a million, a p-value is known to 0.001."""
LARGEST_SEED = 2**63 - 1
LARGEST_BASE = 1_000_000
"""Answers: a bound above that of any survey withholds everything, or overflows."""


class DatasetVersion(Section):
    """A dataset version that `data/versions.csv` registers."""

    dataset: str = Field(pattern=NAME, description="name of the dataset")
    version: str = Field(pattern=VERSION, description="version, in quotes")

    @property
    def name(self) -> str:
        """`dataset@version`."""
        return f"{self.dataset}@{self.version}"


class Trim(Section):
    """Bounds of the weights, as multiples of their mean."""

    lower: float = Field(gt=0, lt=1, description="smallest weight, in mean weights (above 0)")
    upper: float = Field(gt=1, description="largest weight, in mean weights (above 1)")


class Validate(Section):
    """When the wave was open; what falls outside is counted and excluded."""

    opens: str | None = Field(
        default=None,
        pattern=DATE,
        description="first day of fieldwork, YYYY-MM-DD in quotes; every day counts unless given",
    )
    closes: str | None = Field(
        default=None,
        pattern=DATE,
        description="last day of fieldwork, YYYY-MM-DD in quotes; every day counts unless given",
    )
    duplicates: Literal["last", "first", "most_answered"] = Field(
        default="last", description="which of several submissions of one person is kept"
    )
    same_content: Literal["keep", "drop"] = Field(
        default="keep",
        description="whether a submission is kept whose answers are all those of an earlier one",
    )
    fastest: float | None = Field(
        default=None,
        ge=0,
        description="an interview of fewer seconds is listed as too fast: a third of the median "
        "unless given",
    )
    largest_loss: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="the run stops when a larger share of the submissions, or of the answers to "
        "one item, is not used as it came: 0.05 unless given",
    )

    @field_validator("opens", "closes")
    @classmethod
    def _is_a_day(cls, value: str | None) -> str | None:
        try:
            date.fromisoformat(value or date.min.isoformat())
        except ValueError:
            raise ValueError("a day of the calendar, YYYY-MM-DD in quotes") from None
        return value

    @model_validator(mode="after")
    def _opens_first(self) -> Validate:
        # Both are YYYY-MM-DD: the order of the texts is the order of the days.
        if self.opens and self.closes and self.opens > self.closes:
            raise ValueError("closes on or after the day of opens")
        return self


STRATUM = "stratum"
"""The column of the sample that holds the strata; no frame variable has its name."""
UNWEIGHTED: Final = "none"
"""`weight: none`: everybody counts once."""


class Weight(Section):
    """How respondents stand for the population; the name of the margins is all that most need.

    `weight: none` in the place of the section leaves everybody with the weight 1.
    """

    method: Literal["rake", "none"] = Field(
        default="rake",
        description="`none`: unweighted, the same as `weight: none`",
    )
    margins: str | None = Field(
        default=None,
        pattern=NAME,
        description="file below data/margins, without .csv; without it the respondents of each "
        "stratum stand for its people",
    )
    tolerance: float = Field(
        default=1e-10, gt=0, lt=1e-2, description="largest relative gap of a margin after raking"
    )
    max_iterations: int = Field(
        default=500, gt=0, le=1_000_000, description="raking gives up after it"
    )
    trim: Trim | None = Field(
        default=None,
        description="limits of the weights: kept together with the margins where weights can be "
        "found that do, else by trimming, which moves the margins; 0.2 and 4 unless given",
    )
    collapse: dict[ItemName, list[Annotated[list[str], Field(min_length=2)]]] = Field(
        default={},
        description="categories that are weighted as one, by variable of the margins, or `stratum` "
        "for strata: `{region: [[north, centre]]}`; what is too small after it is merged "
        "by itself, and the report says so",
    )
    replicates: Literal["jackknife", "groups"] | None = Field(
        default=None,
        description="replicates behind standard errors: one a respondent, or 80 random groups; "
        "by the number of respondents unless given",
    )

    @model_validator(mode="before")
    @classmethod
    def _none_in_one_word(cls, value: Any) -> Any:
        return {"method": UNWEIGHTED} if value == UNWEIGHTED else value

    @model_validator(mode="after")
    def _none_is_all(self) -> Weight:
        if self.method == UNWEIGHTED and (self.margins or self.trim):
            raise ValueError("no margins and no trim beside method: none")
        return self

    @property
    def limits(self) -> Trim | None:
        """The limits of the weights; None: none."""
        if self.trim is None and self.method != UNWEIGHTED:
            return Trim(lower=0.2, upper=4.0)
        return self.trim


@dataclass(frozen=True)
class OrWord:
    """For the schema: the section, or one of the words that stand for it."""

    words: tuple[str, ...]

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        one = {"const": self.words[0]} if len(self.words) == 1 else {"enum": list(self.words)}
        return {"anyOf": [handler(core_schema), one]}


class Estimate(Section):
    """Shares by group, with design-based standard errors and intervals."""

    by: ItemName | Items | None = Field(
        default=None,
        description="variable whose categories are the groups, which are compared and drawn: a "
        "frame variable, or an item with one answer; or a list that begins with it, whose others "
        "are further columns of the tables (a name alone: all other frame variables are). Totals "
        "alone unless given",
    )
    items: Items = Field(description="questionnaire items to estimate")
    level: float = Field(default=0.95, gt=0.5, lt=1, description="confidence level")
    interval: Literal["korn-graubard", "logit", "wilson", "wald"] = Field(
        default="korn-graubard", description="kind of interval for shares"
    )

    @property
    def compared(self) -> str:
        """The variable whose categories are compared and drawn; "" for totals alone."""
        return self.by[0] if isinstance(self.by, list) else self.by or ""

    def variables(self, frame: Iterable[str]) -> tuple[str, ...]:
        """The variables by whose categories answers are told, the one that is compared first.

        `frame`: the frame variables that are known of respondents, in the questionnaire's order.
        """
        if not isinstance(self.by, str):
            return tuple(self.by or ())
        return (self.by, *(name for name in frame if name != self.by))


class Compare(Section):
    """Tests across the groups of `estimate.by`."""

    items: Annotated[list[str], AfterValidator(no_repeats)] = Field(
        default=[], description="items to compare across groups; none unless given"
    )
    adjust: Literal["holm", "BH", "BY", "hochberg", "hommel", "bonferroni"] = Field(
        default="holm", description="adjustment of the pairwise contrasts, within one item"
    )
    permutations: int = Field(
        default=9999,
        ge=99,
        le=MOST_PERMUTATIONS,
        description="draws of the permutation test, when it is needed",
    )
    seed: int = Field(default=1, ge=0, le=LARGEST_SEED, description="seed of the permutation test")
    blocks: str | None = Field(
        default=None,
        pattern=ITEM,
        description="frame variable within which answers are permuted; never the groups "
        "themselves, nor what drives response (docs/comparisons.md)",
    )
    lead: Literal["auto", "rao_scott", "permutation", "effect_size"] = Field(
        default="auto", description="primary test; auto chooses by n and says why"
    )


class Figures(Section):
    """How numbers are shown and which are held back."""

    digits: int = Field(default=1, ge=0, le=3, description="decimals of a percentage")
    rounding: Literal["half_even", "half_up"] = Field(
        default="half_even", description="what happens to an exact half"
    )
    minimum_base: int = Field(
        default=5,
        ge=3,
        le=LARGEST_BASE,
        description="no cell and no base of fewer answers is published, of anyone",
    )
    reliable_base: int = Field(
        default=30,
        ge=5,
        le=LARGEST_BASE,
        description="no weighted share on fewer answers is published",
    )


READERS = ("public", "researchers", "internal")
"""The presets of `disclosure`: who reads the numbers."""


class Dominance(Section):
    """When few people make most of a sum."""

    n: int = Field(ge=1, le=100, description="how many of the largest contributions")
    share: float = Field(gt=0, lt=1, description="more than this share of the sum is too much")


class FewerVariables(Section):
    """How many variables a small wave is told by."""

    below: int = Field(ge=2, le=LARGEST_BASE, description="respondents; a wave of fewer is small")
    variables: int = Field(ge=0, le=100, description="at most so many, the first of `estimate.by`")


class FewerDigits(Section):
    """How exactly a percentage on a small base is told."""

    below: int = Field(ge=2, le=LARGEST_BASE, description="answers; a base of fewer is small")
    digits: int = Field(ge=0, le=3, description="at most so many decimals")


class Disclosure(Section):
    """Who may read a wave's numbers, and what protects respondents (docs/disclosure.md).

    One word in the place of the section is a preset: `disclosure: researchers`.
    """

    preset: Literal["public", "researchers", "internal"] = Field(
        default="public",
        description="`public`: the smallest cell is `figures.minimum_base`; `researchers`: 3; "
        "`internal`: no count is protected; the keys below replace what it says",
    )
    minimum_cell: int | None = Field(
        default=None, ge=1, le=LARGEST_BASE,
        description="no number of people below it may be known to have answered something, nor "
        "otherwise",
    )  # fmt: skip
    width: int | None = Field(
        default=None, ge=0, le=LARGEST_BASE,
        description="least distance between the smallest and the largest value that a reader can "
        "hold possible for a protected count; the smallest cell unless given",
    )  # fmt: skip
    zero: Literal["allowed", "protected"] | None = Field(
        default=None, description="whether that nobody answered something may be told"
    )
    whole: Literal["allowed", "protected"] | None = Field(
        default=None, description="whether that everybody answered something may be told"
    )
    identifiers: Items | None = Field(
        default=None,
        description="variables by whose combination somebody could be found (quasi-identifiers)",
    )
    k: int | None = Field(
        default=None, ge=2, le=LARGEST_BASE,
        description="fewest respondents that may share one combination of them",
    )  # fmt: skip
    dominance: Dominance | None = Field(
        default=None, description="when the mean of a number is withheld: few people make its sum"
    )
    p_percent: float | None = Field(
        default=None, gt=0, lt=1,
        description="it is withheld too when the second largest contributor can estimate the "
        "largest to within this share",
    )  # fmt: skip
    dimensions: list[FewerVariables] | None = Field(
        default=None, description="how many variables a small wave is told by: "
        "`[{below: 100, variables: 1}]`",
    )  # fmt: skip
    digits: list[FewerDigits] | None = Field(
        default=None, description="how exactly percentages on small bases are told: "
        "`[{below: 100, digits: 0}]`",
    )  # fmt: skip
    rounded_bases: int | None = Field(
        default=None, ge=2, le=1000,
        description="bases are told as multiples of it, instead of being withheld",
    )  # fmt: skip

    @model_validator(mode="before")
    @classmethod
    def _preset_in_one_word(cls, value: Any) -> Any:
        return {"preset": value} if isinstance(value, str) else value


class Study(Section):
    """A study of which only figures were published: claims to be judged."""

    title: Titles = Field(description="title in each language")
    claims: DatasetVersion = Field(description="the register of published claims")
    structure: str = Field(
        pattern=NAME,
        description="file below data/claims, without .yaml: which claims belong together",
    )
