"""The whole configuration: the report, the studies, the waves."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from readiness.config.derived import DerivedVariable
from readiness.config.sections import (
    UNWEIGHTED,
    Change,
    Compare,
    DatasetName,
    Day,
    Disclosure,
    Estimate,
    FigureRules,
    Firmness,
    Items,
    LanguageCode,
    Name,
    Particulars,
    Privacy,
    Said,
    SelectionName,
    Several,
    StrictModel,
    Titles,
    Validate,
    Weight,
    why_not_known,
)
from readiness.ground.patterns import NAME


def _refuse_none(value: Any) -> Any:
    if value is None:
        raise ValueError("a section, or none")
    return None if value == UNWEIGHTED else value


class StudySettings(StrictModel):
    """A study to check: only its percentages were published, no answers."""

    title: Titles = Field(description="title in each language")
    claims: DatasetName = Field(description="register of published claims, `dataset@version`")
    structure: str = Field(
        pattern=NAME,
        description="file in data/claims, without .yaml, that says which claims belong together",
    )
    about: Said = Field(
        default=None,
        description="one or two sentences on who published the figures, and about what",
    )
    study: Particulars = Particulars()

    @property
    def stated(self) -> dict[str, Any]:
        """Values given in the section `study`, by key; keys left at their default are absent."""
        return self.study.model_dump(mode="json", exclude_defaults=True)


class WaveSettings(StrictModel):
    """One wave of the survey: data, questionnaire, and settings of the analysis."""

    title: Titles = Field(description="title in each language")
    simulated: bool = Field(default=False, description="`true` if a program invented the answers")
    study: Particulars = Particulars()
    selection: SelectionName = Field(
        description="how respondents were selected; determines the wording of the report"
    )
    answers: DatasetName = Field(
        description="export of the survey tool, a `dataset@version` of data/versions.csv"
    )
    sample: DatasetName | None = Field(
        default=None,
        description="people who were invited, with their frame variables; required for a "
        "probability sample, optional otherwise",
    )
    questionnaire: str = Field(
        pattern=NAME, description="file in data/questionnaires, without .yaml"
    )
    corrections: str | None = Field(
        default=None,
        pattern=NAME,
        description="file in data/corrections, without .csv",
    )
    revises: str | None = Field(
        default=None, pattern=NAME, description="publication that this version revises"
    )
    validate_: Validate = Field(default=Validate(), alias="validate")
    derive: list[DerivedVariable] = Field(
        default=[], description="variables computed from answers, in this order"
    )
    weight: Annotated[Weight | None, BeforeValidator(_refuse_none)] = Field(
        default=None, description=Weight.__doc__ or ""
    )
    estimate: Estimate = Estimate()
    compare: Compare = Compare()
    change: Change | None = Field(default=None, description=Change.__doc__ or "")
    firmness: Firmness = Field(
        default=[],
        description="choices to vary for the robustness chapter, which counts in how many other "
        "analyses each finding holds; `true` for all",
    )
    figures: FigureRules = FigureRules()
    disclosure: Disclosure | None = Field(default=None, description=Disclosure.__doc__ or "")
    show: Items | None = Field(
        default=None,
        description="items in the report, in this order (default: all items of `estimate`, in the "
        "questionnaire's order)",
    )

    @property
    def stated(self) -> dict[str, Any]:
        """Values given in the section `study`, by key, and the wave's days of fieldwork.

        Keys left at their default are absent. `fieldwork` is [first day, last day] where
        `validate` gives a day.
        """
        days = [self.validate_.opens, self.validate_.closes]
        particulars = self.study.model_dump(mode="json", exclude_defaults=True)
        return {**particulars, **({"fieldwork": days} if any(days) else {})}

    @model_validator(mode="before")
    @classmethod
    def _read_as_drawn(cls, value: Any) -> Any:
        """Add an empty section `weight` to a wave with a sample: design weights are the default."""
        has_sample = isinstance(value, dict) and value.get("sample")
        return {"weight": {}, **value} if has_sample else value

    @model_validator(mode="after")
    def _check_selection(self) -> "WaveSettings":
        if self.weight and self.weight.given and (self.weight.margins or self.sample):
            raise ValueError("weight: given weights, or margins and a sample; not both")
        days = self.validate_.opens or self.validate_.closes
        all_unknown = all(map(why_not_known, (self.study.fieldwork or {}).values()))
        if self.study.fieldwork and (days or not all_unknown):
            raise ValueError(
                "`validate.opens` and `closes` in the place of `study.fieldwork`, or there why "
                "nobody knows them: `not known: why`"
            )
        if self.sample is not None:
            if self.study.invited:
                raise ValueError("no `study.invited`: the sample says it")
            return self
        design_known = self.weight and self.weight.given and self.weight.given.has_design
        if self.selection == "probability" and not design_known:
            raise ValueError(
                "the drawn sample of a probability sample (`sample`), or weights given with psu, "
                "strata or replicates; "
                "without them, opt-in, census or purposive"
            )
        if self.weight and not (self.weight.margins or self.weight.given):
            raise ValueError("margins to weight to, weights given, a sample, or `weight: none`")
        return self

    @model_serializer(mode="wrap")
    def _write_none(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write `weight: none` where there is no weighting.

        Without the key, a wave with a sample would get design weights when it is read again.
        """
        return {**dump(self), **({} if self.weight else {"weight": UNWEIGHTED})}


class ReportSettings(StrictModel):
    """Content and languages of the report that `make` renders."""

    title: Titles | None = Field(
        default=None,
        description="title in each language (default: the titles of the studies and waves)",
    )
    show: Several[Name] | None = Field(
        default=None,
        description="studies and waves to show, in this order (default: all, studies first)",
    )
    languages: Several[LanguageCode] | None = Field(
        default=None,
        description="languages of the report, one page and one PDF each (default: every language "
        "in which everything shown has labels)",
    )
    status: Literal["draft"] | None = Field(
        default=None, description="`draft` marks every page as a draft; set by `freeze`"
    )
    publication: Name | None = Field(
        default=None, description="id of the publication; set by `freeze`"
    )
    released: Day | None = Field(default=None, description="day of the release; set by `freeze`")


class Config(StrictModel):
    """The whole configuration."""

    report: ReportSettings = ReportSettings()
    privacy: Privacy = Privacy()
    studies: dict[Name, StudySettings] = Field(
        default={}, description="studies of published percentages, by name"
    )
    waves: dict[Name, WaveSettings] = Field(default={}, description="waves to analyse, by name")

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        # The id of a number begins with the name of its run.
        if shared_names := sorted(set(self.studies) & set(self.waves)):
            raise ValueError(f"a name of its own for each; {shared_names[0]} is a study and a wave")
        return self
