"""`config.yaml`, typed: the one file an analyst edits.

The model below is the only description of the configuration. Its JSON schema
(`workflow/schemas/config.schema.json`) and `config/README.md` are generated from it, and a test
holds them to it. A section of a wave is handed to its step as it stands, as canonical JSON, so a
change of one section reruns that step and what is downstream of it.
"""

from __future__ import annotations

import difflib
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from readiness.bounded import StrictLoader, TextLoader, read_yaml_text
from readiness.errors import ConfigError
from readiness.files import read_file
from readiness.patterns import DATE, ITEM, NAME, VERSION, WORDS
from readiness.terminal import shortened

SelectionName = Literal["probability", "census", "opt-in", "purposive"]
"""How respondents came in; what each allows: `analysis.selection.Selection`."""
MOST_PERMUTATIONS = 1_000_000
"""Each draw is a pass over all answers: with a million, a p-value is known to 0.001."""
LARGEST_SEED = 2**63 - 1
LARGEST_BASE = 1_000_000
"""Answers: a bound above that of any survey withholds everything, or overflows."""

Name = Annotated[str, Field(pattern=NAME)]


def _no_repeats(items: list[str]) -> list[str]:
    repeated = sorted({item for item in items if items.count(item) > 1})
    if repeated:
        raise ValueError(f"each item once; {', '.join(repeated)} is repeated")
    return items


Items = Annotated[list[str], Field(min_length=1), AfterValidator(_no_repeats)]


class Section(BaseModel):
    """A part of the configuration: no unknown key, no silent change of type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


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
    """When the wave was open; what falls outside is counted and set aside."""

    opens: str = Field(pattern=DATE, description="first day of fieldwork, YYYY-MM-DD in quotes")
    closes: str = Field(pattern=DATE, description="last day of fieldwork, YYYY-MM-DD in quotes")
    duplicates: Literal["last", "first", "most_answered"] = Field(
        default="last", description="which of several submissions of one person is kept"
    )
    largest_loss: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="the run stops when a larger share of the submissions, or of the answers to "
        "one item, is not used as it came: 0.05 unless given (in a publication: none)",
    )

    @field_validator("opens", "closes")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        try:
            date.fromisoformat(value)
        except ValueError:
            raise ValueError("a day of the calendar, YYYY-MM-DD in quotes") from None
        return value

    @model_validator(mode="after")
    def _opens_first(self) -> Validate:
        # Both are YYYY-MM-DD: the order of the texts is the order of the days.
        if self.opens > self.closes:
            raise ValueError("closes on or after the day of opens")
        return self


class Weight(Section):
    """Raking to the margins, then trimming."""

    margins: str = Field(pattern=NAME, description="file below data/margins, without .csv")
    tolerance: float = Field(
        default=1e-10, gt=0, lt=1e-2, description="largest relative gap of a margin after raking"
    )
    max_iterations: int = Field(
        default=500, gt=0, le=1_000_000, description="raking stops with an error after it"
    )
    trim: Trim | None = Field(default=None, description="bounds of the weights; none by default")


class Estimate(Section):
    """Shares by group, with design-based standard errors and intervals."""

    by: str = Field(pattern=ITEM, description="variable whose categories are the groups")
    items: Items = Field(description="questionnaire items to estimate")
    level: float = Field(default=0.95, gt=0.5, lt=1, description="confidence level")
    interval: Literal["korn-graubard", "logit", "wilson", "wald"] = Field(
        default="korn-graubard", description="kind of interval for shares"
    )


class Compare(Section):
    """Tests across the groups of `estimate.by`."""

    items: Items = Field(description="items to compare across groups")
    adjust: Literal["holm", "BH", "BY", "hochberg", "hommel", "bonferroni"] = Field(
        default="holm", description="adjustment of the pairwise contrasts, within one item"
    )
    permutations: int = Field(
        default=9999,
        ge=99,
        le=MOST_PERMUTATIONS,
        description="draws of the permutation test, when it is needed",
    )
    seed: int = Field(ge=0, le=LARGEST_SEED, description="seed of the permutation test")
    blocks: str | None = Field(
        default=None,
        pattern=ITEM,
        description="frame variable within which answers are permuted, never the groups themselves",
    )
    lead: Literal["auto", "rao_scott", "permutation", "effect_size"] = Field(
        default="auto", description="test that leads; auto chooses by n and says why"
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


class Wave(Section):
    """One wave of the survey: its data, its questionnaire, and how it is analysed."""

    title: dict[Literal["fr", "ar", "en"], str] = Field(description="title in each language")
    simulated: bool = Field(description="true when the answers were not given by real people")
    selection: SelectionName = Field(
        description="how respondents came in; the words of the report follow it"
    )
    answers: DatasetVersion = Field(description="the export of the survey tool")
    sample: DatasetVersion = Field(description="the drawn sample with its frame variables")
    questionnaire: str = Field(
        pattern=NAME, description="file below data/questionnaires, without .yaml"
    )
    corrections: str = Field(pattern=NAME, description="file below data/corrections, without .csv")
    revises: str | None = Field(
        default=None, pattern=NAME, description="publication that this version revises"
    )
    validate_: Validate = Field(alias="validate", description=Validate.__doc__ or "")
    weight: Weight = Field(description=Weight.__doc__ or "")
    estimate: Estimate = Field(description=Estimate.__doc__ or "")
    compare: Compare = Field(description=Compare.__doc__ or "")
    figures: Figures = Field(default=Figures(), description=Figures.__doc__ or "")


class Study(Section):
    """A study of which only figures were published: claims to be judged."""

    title: dict[Literal["fr", "ar", "en"], str] = Field(description="title in each language")
    claims: DatasetVersion = Field(description="the register of published claims")
    structure: str = Field(
        pattern=NAME,
        description="file below data/claims, without .yaml: which claims belong together",
    )


REPORT_SOURCES = {
    "both": "report.qmd",
    "study": "reports/study.qmd",
    "wave": "reports/wave.qmd",
}
"""The document that shows a study and a wave, a study alone, a wave alone."""


class Report(Section):
    """The report that `make` renders: of a study, of a wave, or of both."""

    source: str | None = Field(
        default=None,
        description="the Quarto document; when it is left out, `report.qmd` for both, "
        "`reports/study.qmd` or `reports/wave.qmd` for one",
    )
    language: Literal["fr"] = Field(default="fr", description="language of the report")
    study: str | None = Field(default=None, pattern=NAME, description="the study that is shown")
    wave: str | None = Field(default=None, pattern=NAME, description="the wave that is shown")
    status: Literal["draft"] | None = Field(
        default=None, description="`draft`: every page says that it is one; set by `freeze`"
    )

    @model_validator(mode="after")
    def _shows_something(self) -> Report:
        if self.study is None and self.wave is None:
            raise ValueError("a study, a wave, or both")
        return self

    @property
    def document(self) -> str:
        """The Quarto document that is rendered."""
        kind = "both" if self.study and self.wave else "study" if self.study else "wave"
        return self.source or REPORT_SOURCES[kind]


class Config(Section):
    """The whole configuration."""

    report: Report | None = Field(default=None, description=Report.__doc__ or "")
    studies: dict[Name, Study] = Field(default={}, description="studies to judge, by name")
    waves: dict[Name, Wave] = Field(default={}, description="waves to analyse, by name")


SectionType = TypeVar("SectionType", bound=Section)


def read_yaml(path: Path, *, as_text: bool = False) -> Any:
    """The YAML document at `path`; with `as_text`, every scalar stays text.

    Raises ConfigError, naming line and column, when it is none or beyond all bounds.
    """
    try:
        text = read_file(path).decode("utf-8-sig")
        return read_yaml_text(text, TextLoader if as_text else StrictLoader)
    except FileNotFoundError:
        raise ConfigError(f"{path}: not found. Restore it with git, or correct its name.") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 (byte {error.start}). Save it as UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        if isinstance(error, yaml.reader.ReaderError):
            place = f" line {text.encode()[: error.position].count(10) + 1}"
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or error
        problem = shortened(str(problem), 200)
        raise ConfigError(f"{path}{place}: {problem}. Check indentation and quotes.") from None


def _known_keys(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that the section at `location` (the last entry left out) may have."""
    current: Any = model
    for step in location[:-1]:
        if not (isinstance(current, type) and issubclass(current, BaseModel)):
            break
        fields = {field.alias or name: field for name, field in current.model_fields.items()}
        if step not in fields:
            continue
        annotation = fields[str(step)].annotation
        options = [annotation, *getattr(annotation, "__args__", ())]
        models = [o for o in options if isinstance(o, type) and issubclass(o, BaseModel)]
        current = models[0] if models else None
    if isinstance(current, type) and issubclass(current, BaseModel):
        return [field.alias or name for name, field in current.model_fields.items()]
    return []


def explain(error: ValidationError, model: type[BaseModel], source: str) -> str:
    """The first problem of a validation error, in one line, and how many more there are."""
    problems = error.errors(include_url=False)
    # An unknown key often is the reason why another one is missing: say it first.
    first = min(problems, key=lambda problem: problem["type"] != "extra_forbidden")
    where = ".".join(str(part) for part in first["loc"] if part != "[key]")
    if first["type"] == "extra_forbidden":
        known = _known_keys(model, first["loc"])
        close = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        advice = f"did you mean {close[0]}?" if close else f"known keys: {', '.join(known)}"
        message = f"{where}: unknown key; {advice}"
    elif first["type"] == "missing":
        message = f"{where}: missing; add it (config/README.md explains every key)"
    else:
        expected = first["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
        if first["type"] == "string_pattern_mismatch":
            expected = WORDS[first["ctx"]["pattern"]]
        quotes = " (put it in quotes)" if first["type"] == "string_type" else ""
        got = shortened(repr(first["input"]))
        message = f"{where}: got {got}; expected {expected}{quotes}"
    more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
    return f"{source}: {message}{more}"


def parse(model: type[SectionType], value: object, source: str) -> SectionType:
    """`value` as a `model`; ConfigError with one line when it does not fit."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise ConfigError(explain(error, model, source)) from None


def parse_json(model: type[SectionType], text: str) -> SectionType:
    """A section that a rule hands to its step as JSON."""
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        raise ConfigError(explain(error, model, "--settings")) from None


def load_config(path: Path) -> Config:
    """The configuration at `path`; ConfigError with one line when it cannot be used."""
    document = read_yaml(path)
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: empty; expected the sections report, studies and waves.")
    return parse(Config, document, str(path))
