"""The sections of a configuration: a wave, a study, personal data, and what governs each step.

A section of a wave is handed to its step as it stands, as canonical JSON, so a change of one
section reruns that step and what is downstream of it.
"""

import re
from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated, Any, Final, Literal, TypeVar, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from readiness.ground import patterns
from readiness.ground.duplicates import find_repeated

Name = Annotated[str, Field(pattern=patterns.NAME)]
ItemName = Annotated[str, Field(pattern=patterns.ITEM)]
LanguageCode = Annotated[str, Field(pattern=patterns.LANGUAGE)]
_LINES = re.compile("[\t\n\r\x85\u2028\u2029 ]+")


def _put_on_one_line(said: Any) -> Any:
    return _LINES.sub(" ", re.sub(patterns.TURNING, "", said)) if isinstance(said, str) else said


# A text of one line, without characters that change the writing direction.
Line = Annotated[str, BeforeValidator(_put_on_one_line)]
# A title by language code: {"fr": ..., "ar": ...}.
Titles = Annotated[dict[LanguageCode, Line], Field(min_length=1)]


def _check_day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise ValueError("a day of the calendar, YYYY-MM-DD in quotes") from None
    return value


# A day as YYYY-MM-DD: sorting the texts sorts the days.
Day = Annotated[str, Field(pattern=patterns.DATE), AfterValidator(_check_day)]


def no_repeats(items: list[str]) -> list[str]:
    """Return the names. Raises ValueError where one is repeated."""
    if repeated := find_repeated(items):
        raise ValueError(f"each once; {', '.join(repeated)} is repeated")
    return items


Element = TypeVar("Element")
# A list without repetitions.
Several = Annotated[list[Element], Field(min_length=1), AfterValidator(no_repeats)]
Items = Several[str]


class StrictModel(BaseModel):
    """A part of the configuration: no unknown key, no silent change of type."""

    model_config = ConfigDict(
        extra="forbid", defer_build=True, strict=True, frozen=True, allow_inf_nan=False
    )


# Selection of respondents; inference that each supports: `analysis.selection.Selection`.
SelectionName = Literal["probability", "census", "opt-in", "purposive"]
# Draws of a permutation test: a p-value of .05 is estimated to .002.
PERMUTATIONS = 9999
LARGEST_SEED = 2**63 - 1
# Largest threshold, in answers: a larger one would suppress everything, or overflow.
LARGEST_BASE = 1_000_000


# A dataset version that `data/versions.csv` registers: `dataset@version`.
DatasetName = Annotated[str, Field(pattern=patterns.DATASET)]


class Validate(StrictModel):
    """Fieldwork dates, duplicates, and the loss that stops a run.

    Submissions outside the dates are counted and excluded.
    """

    opens: Day | None = Field(
        default=None,
        description="first day of fieldwork, YYYY-MM-DD in quotes (default: no limit)",
    )
    closes: Day | None = Field(
        default=None,
        description="last day of fieldwork, YYYY-MM-DD in quotes (default: no limit)",
    )
    duplicates: Literal["last", "first", "most_answered"] = Field(
        default="last", description="which submission is kept if a person submitted several"
    )
    largest_loss: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="the run stops if a larger share of the submissions, or of the answers to one "
        "item, cannot be used as exported (default: 0.05)",
    )

    @model_validator(mode="after")
    def _check_days(self) -> "Validate":
        if self.opens and self.closes and self.opens > self.closes:
            raise ValueError("closes on or after the day of opens")
        return self


# Column of the strata in the sample; no frame variable has this name.
STRATUM = "stratum"
# `weight: none`: every respondent has the weight 1.
UNWEIGHTED: Final = "none"


class Replication(StrictModel):
    """Replicate weights that came with the answers; the constants as R's `svrepdesign` has them."""

    columns: str = Field(min_length=1, description="their names; `*` stands for any letters")
    type: Literal[
        "BRR", "Fay", "JK1", "JKn", "JK2", "bootstrap", "successive-difference", "other"
    ] = Field(description="how they were made")
    rho: float | None = Field(default=None, description="of Fay's method")
    scale: float | None = Field(default=None, description="factor of the sum of squares")
    rscales: list[float] | None = Field(default=None, description="factor of each, in their order")
    mse: bool = Field(default=False, description="deviations from the full estimate")

    @property
    def constants(self) -> dict[str, Any]:
        """Constants of the variance estimator."""
        return self.model_dump(exclude={"columns"})

    def match_columns(self, names: Iterable[str], weight: str) -> list[str]:
        """Return the names of replicate weights among `names`, in their order."""
        return [name for name in names if name != weight and fnmatchcase(name, self.columns)]


class GivenWeights(StrictModel):
    """Weights delivered with the answers, and the sampling design where it was delivered.

    The design is either replicate weights, or the items with the strata and the sampling units.
    With the weight alone, the design is unknown.
    """

    weight: ItemName
    replicates: Replication | None = None
    strata: ItemName | None = None
    psu: ItemName | None = None

    @property
    def drawn_by(self) -> list[str]:
        """Items of the strata and the sampling units."""
        return [name for name in (self.strata, self.psu) if name]

    @property
    def has_design(self) -> bool:
        """True if replicate weights, strata or sampling units were delivered."""
        return bool(self.replicates or self.drawn_by)

    @model_validator(mode="after")
    def _check_design(self) -> "GivenWeights":
        if self.replicates and self.drawn_by:
            raise ValueError("replicates, or strata and psu; not both")
        return self

    @model_validator(mode="before")
    @classmethod
    def _read_name(cls, value: Any) -> Any:
        return {"weight": value} if isinstance(value, str) else value

    def match_columns(self, names: Iterable[str]) -> list[str]:
        """Return the names of replicate weights among `names`, in their order."""
        return self.replicates.match_columns(names, self.weight) if self.replicates else []


class Weight(StrictModel):
    """Weighting of respondents to the population. Most waves need only `margins`.

    `weight: none` instead of the section gives everybody the weight 1.
    """

    margins: str | None = Field(
        default=None,
        pattern=patterns.NAME,
        description="file in data/margins, without .csv; without margins, the respondents of each "
        "stratum represent its people",
    )
    given: Annotated[
        GivenWeights | None, WithJsonSchema({"type": "string", "pattern": patterns.ITEM})
    ] = Field(
        default=None,
        description="number item with the weights delivered with the answers; replaces margins "
        "and sample. The precision assumes independently drawn people unless the "
        "design is given, by `{weight: ITEM, strata: ITEM, psu: ITEM}` (single-answer "
        'or number items) or by `{weight: ITEM, replicates: {columns: "wr_*", type: '
        "JK1}}` (number items; `type`, `rho`, `scale`, `rscales` and `mse` as in R's "
        "`svrepdesign`)",
    )
    trim: Annotated[list[float], Field(min_length=2, max_length=2)] = Field(
        default=[0.2, 4.0],
        description="smallest and largest raking factor (weight divided by base weight), as "
        "multiples of the mean. The margins are also met if such weights exist; "
        "otherwise weights are trimmed, which changes the margins",
    )
    collapse: dict[ItemName, list[Annotated[list[str], Field(min_length=2)]]] = Field(
        default={},
        description="categories to merge for weighting, by variable of the margins, or `stratum` "
        "for strata: `{region: [[north, centre]]}`. Categories that are still too "
        "small are merged automatically, and the report says so",
    )

    @field_validator("trim")
    @classmethod
    def _check_trim(cls, value: list[float]) -> list[float]:
        if not 0 < value[0] < 1 < value[1]:
            raise ValueError("a number between 0 and 1, then one above 1")
        return value


# Interval behind contrasts and bounds; the register prints the same kind from printed shares.
SHARE_INTERVAL: Final = "korn-graubard"


class Estimate(StrictModel):
    """Shares by group, with design-based standard errors and intervals."""

    by: ItemName | Items | None = Field(
        default=None,
        description="variable whose categories are compared and drawn: a frame variable or a "
        "single-answer item. In a list, the first variable is compared, and the "
        "others are further columns of the tables; with a single name, all other "
        "frame variables are further columns (default: totals only)",
    )
    items: Annotated[list[str], AfterValidator(no_repeats)] = Field(
        default=[], description="items to estimate (default: all items that can be estimated)"
    )
    where: Annotated[dict[ItemName, Items], Field(min_length=1)] | None = Field(
        default=None,
        description="of whom all figures are: those who gave one of these answers to each of these "
        "items with one answer, as `{employment: [employee, self_employed]}`; everybody stays in "
        "the design (a domain), and the others count as not asked",
    )
    level: float = Field(default=0.95, gt=0.5, lt=1, description="confidence level")

    @property
    def interval(self) -> Literal["korn-graubard"]:
        """Kind of interval of shares: one for every wave (docs/methods.md)."""
        return SHARE_INTERVAL

    @property
    def compared_variable(self) -> str:
        """Variable whose categories are compared and drawn; "" for totals alone."""
        return self.by[0] if isinstance(self.by, list) else self.by or ""

    def variables(self, frame: Iterable[str]) -> tuple[str, ...]:
        """Return the variables whose categories form groups, the compared one first.

        `frame`: the frame variables known of respondents, in the questionnaire's order.
        """
        if isinstance(self.by, str):
            return (self.by, *(name for name in frame if name != self.by))
        return tuple(self.by or ())


class Compare(StrictModel):
    """Tests across the groups of `estimate.by`."""

    items: Annotated[list[str], AfterValidator(no_repeats)] = Field(
        default=[], description="items to compare across groups (default: none)"
    )
    adjust: Literal["holm", "BH", "BY", "hochberg", "hommel", "bonferroni"] = Field(
        default="holm",
        description="adjustment of p-values over the options of a multiple-response question",
    )
    seed: int = Field(default=1, ge=0, le=LARGEST_SEED, description="seed of the permutation test")
    letters: Literal["adjusted", "pooled", "unpooled"] = Field(
        default="adjusted",
        description="rule of the letters in tables: `adjusted` contrasts of the design, or the "
        "market's z test of each pair of columns on effective bases, with `pooled` or `unpooled` "
        "variance, from 30 answers on",
    )


class Change(StrictModel):
    """Change of answers since an earlier wave. The two samples are treated as independent."""

    from_: str = Field(
        alias="from",
        pattern=patterns.NAME,
        description="the earlier wave: a wave of this file, or a publication; to freeze this wave, "
        "name a publication",
    )
    questionnaire: str | None = Field(
        default=None,
        pattern=patterns.NAME,
        description="questionnaire of the earlier wave: file in data/questionnaires, without "
        ".yaml (default: that of the wave `from`; if `from` is a publication, that of "
        "this wave)",
    )
    map: dict[ItemName, ItemName] = Field(
        default={},
        description="items that asked the same in other words in the earlier wave, as `{now: "
        "then}`; their answers must have the same codes",
    )
    margin: float = Field(
        default=5,
        gt=0,
        lt=100,
        description="in percentage points: if the limits of a change lie within this margin, the "
        "share stayed the same",
    )


# Parts of an analysis that are varied to measure robustness (`firmness`).
Dimension = Literal["weights", "base", "groups", "test", "interviews"]


def _all_dimensions(value: Any) -> Any:
    """Return all dimensions for `true`, none for `false`, other values unchanged."""
    return list(get_args(Dimension)) * value if isinstance(value, bool) else value


Firmness = Annotated[list[Dimension], BeforeValidator(_all_dimensions), AfterValidator(no_repeats)]


class FigureRules(StrictModel):
    """Rounding, and the smallest bases of published numbers."""

    rounding: Literal["half_even", "half_up"] = Field(
        default="half_even", description="how an exact half is rounded"
    )
    minimum_base: int = Field(
        default=5,
        ge=3,
        le=LARGEST_BASE,
        description="smallest base of a published share, and smallest number of people in a cell",
    )
    reliable_base: int = Field(
        default=30,
        ge=5,
        le=LARGEST_BASE,
        description="smallest base of a published weighted share",
    )


class Disclosure(StrictModel):
    """Disclosure control: readers of the numbers, and protected counts (docs/disclosure.md).

    A single word instead of the section is a preset: `disclosure: researchers`.
    """

    preset: Literal["public", "researchers", "internal"] = Field(
        default="public",
        description="smallest cell: `public` takes it from `figures.minimum_base`, `researchers` "
        "is 3, `internal` protects no count; the keys below override the preset",
    )
    minimum_cell: int | None = Field(
        default=None,
        ge=1,
        le=LARGEST_BASE,
        description="smallest cell: no reader may learn that fewer people gave, or did not give, "
        "an answer",
    )
    zero: Literal["allowed", "protected"] | None = Field(
        default=None, description="whether it may be published that nobody gave an answer"
    )
    whole: Literal["allowed", "protected"] | None = Field(
        default=None, description="whether it may be published that everybody gave an answer"
    )
    identifiers: Items | None = Field(
        default=None,
        description="variables that could identify a person in combination (quasi-identifiers)",
    )
    p_percent: float | None = Field(
        default=None,
        gt=0,
        lt=1,
        description="a mean is suppressed if the second largest contributor to its sum can "
        "estimate the largest to within this share",
    )

    @model_validator(mode="before")
    @classmethod
    def _read_preset(cls, value: Any) -> Any:
        return {"preset": value} if isinstance(value, str) else value


Template = Annotated[str, Field(pattern=patterns.TEMPLATE)]


class Privacy(StrictModel):
    """Detection of personal data in answers, and approval of the page about them."""

    signed_off_by: Line | None = Field(
        default=None,
        min_length=1,
        description="name of the person who approved the page for the data protection officer",
    )
    telephone: list[Template] = Field(
        default=[],
        description="patterns of national telephone numbers; international numbers are always "
        "recognised. `#` stands for a digit, `[5-7]` for one of these digits; spaces, "
        "points and hyphens are optional",
    )
    identity: list[Template] = Field(
        default=[],
        description="patterns of identity document numbers, written like `telephone`; `@` stands "
        "for a letter",
    )
    key: str | None = Field(
        default=None,
        pattern=patterns.KEY,
        description="identifier of the pseudonym key; set by `freeze`",
    )

    @property
    def looked_for(self) -> dict[str, object]:
        """Patterns of personal data that validation searches in free text."""
        return self.model_dump(include={"telephone", "identity"})


def _check_said(text: str) -> str:
    if not text.strip():
        raise ValueError("some words, or no such key")
    return text.strip()


Words = Annotated[Line, AfterValidator(_check_said)]
# A text by language code, or one text for all languages.
Said = (
    Annotated[
        dict[LanguageCode, Words],
        Field(min_length=1),
        # ISO 639 code of an undetermined language.
        BeforeValidator(lambda said: {"und": said} if isinstance(said, str) else said),
    ]
    | None
)


class Author(StrictModel):
    """A person or an office, as author of the figures."""

    name: Words = Field(
        description="name of an office, without a comma; of a person, as `Family, Given`"
    )
    orcid: str | None = Field(
        default=None, pattern=patterns.ORCID, description="the ORCID, without a web address"
    )

    @field_validator("orcid")
    @classmethod
    def _check_orcid(cls, value: str | None) -> str | None:
        total = 0
        for sign in (value or "").replace("-", ""):
            # Check digit of an ORCID: ISO/IEC 7064, mod 11-2.
            total = 2 * total + "0123456789X".index(sign)
        if value and total % 11 != 1:
            raise ValueError(f"an ORCID; the last sign of {value} does not fit the others")
        return value


# Prefix of the reason that stands in the place of an unknown particular: `not known: why`.
NOT_KNOWN = "not known:"


def why_not_known(text: str) -> str:
    """Return the reason in a text `not known: why`; "" for any other text."""
    known = not text.strip().casefold().startswith(NOT_KNOWN)
    return "" if known else text.strip()[len(NOT_KNOWN) :].strip()


class Particulars(StrictModel):
    """Description of a survey: sponsor, population, mode, dates, rights.

    All keys are optional for a run. A text is either one text for all languages or one per
    language. In a study, the keys describe the survey whose percentages are checked. A release of
    real answers requires sponsor, population, mode and dates; if one is not known, write
    `not known: why`.
    """

    sponsor: Said = Field(default=None, description="who commissioned the survey, and for whom")
    funding: Said = Field(default=None, description="who paid for it")
    collector: Said = Field(default=None, description="who collected the answers")
    population: Said = Field(default=None, description="the population that the survey describes")
    frame: Said = Field(
        default=None, description="the list or place from which people were selected"
    )
    invited: Said = Field(
        default=None, description="number of people invited; not allowed if there is a `sample`"
    )
    mode: Said = Field(default=None, description="how people answered: on paper, by telephone, ...")
    fieldwork: Said = Field(
        default=None,
        description="when people answered; for a wave, give `validate.opens` and `closes`, or "
        "here `not known: why`",
    )
    incentive: Said = Field(default=None, description="what people received for answering")
    limits: Said = Field(default=None, description="known limits of the figures")
    contact: Said = Field(default=None, description="whom to ask")
    rights: Said = Field(
        default=None, description="who owns the data, and by which right they are used"
    )
    licence: Words | None = Field(
        default=None,
        description="licence of data and figures, not of the program: an SPDX identifier such as "
        "CC-BY-4.0, an address, or words",
    )
    access: Said = Field(
        default=None, description="who may have the data, how, and where they are stored"
    )
    authors: list[Author] = Field(default=[], description="authors of the figures, in this order")
    controller: Said = Field(default=None, description="data controller: name and address")
    purpose: Said = Field(default=None, description="what the answers are used for")
    receipt: Said = Field(
        default=None,
        description="legal basis: a declaration or authorisation, with the authority's number",
    )
    keep_until: Day | None = Field(
        default=None,
        description="last day on which the answers may be kept, YYYY-MM-DD in quotes. After this "
        "day the wave is not computed until you erase the answers or set a later day",
    )
