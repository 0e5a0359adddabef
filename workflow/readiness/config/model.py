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
    """A study of which only figures were published: claims to be judged."""

    title: Titles = Field(description="title in each language")
    claims: DatasetName = Field(description="the register of published claims, `dataset@version`")
    structure: str = Field(
        pattern=NAME,
        description="file below data/claims, without .yaml: which claims belong together",
    )
    about: Said = Field(
        default=None, description="who published the figures and of what, in a sentence or two"
    )
    study: Particulars = Particulars()

    @property
    def stated(self) -> dict[str, Any]:
        """Particulars stated about the survey, by key of `study`."""
        return self.study.model_dump(mode="json", exclude_defaults=True)


class WaveSettings(StrictModel):
    """One wave of the survey: its data, its questionnaire, and how it is analysed."""

    title: Titles = Field(description="title in each language")
    simulated: bool = Field(
        default=False, description="true when the answers were not given by real people"
    )
    study: Particulars = Particulars()
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
    validate_: Validate = Field(default=Validate(), alias="validate")
    derive: list[DerivedVariable] = Field(
        default=[], description="variables that are computed of answers, in their order"
    )
    weight: Annotated[Weight | None, BeforeValidator(_refuse_none)] = Field(
        default=None, description=Weight.__doc__ or ""
    )
    estimate: Estimate = Estimate()
    compare: Compare = Compare()
    change: Change | None = Field(default=None, description=Change.__doc__ or "")
    firmness: Firmness = Field(
        default=[],
        description="what varies to see in which other analyses each finding holds, too: `true` "
        "for all; a chapter of the report, without what would tell of few people",
    )
    figures: FigureRules = FigureRules()
    disclosure: Disclosure | None = Field(default=None, description=Disclosure.__doc__ or "")
    show: Items | None = Field(
        default=None,
        description="items that the report tells of, in this order; all of `estimate`, in the "
        "questionnaire's order, unless given",
    )

    @property
    def stated(self) -> dict[str, Any]:
        """Particulars stated about the survey, by key of `study`, and the wave's fieldwork days."""
        days = [self.validate_.opens, self.validate_.closes]
        particulars = self.study.model_dump(mode="json", exclude_defaults=True)
        return {**particulars, **({"fieldwork": days} if any(days) else {})}

    @model_validator(mode="before")
    @classmethod
    def _read_as_drawn(cls, value: Any) -> Any:
        """Add an empty `weight` section to a wave with a sample: design weights are the default."""
        drawn = isinstance(value, dict) and value.get("sample")
        return {"weight": {}, **value} if drawn else value

    @model_validator(mode="after")
    def _check_selection(self) -> "WaveSettings":
        if self.weight and self.weight.given and (self.weight.margins or self.sample):
            raise ValueError("weight: given weights, or margins and a sample; not both")
        days = self.validate_.opens or self.validate_.closes
        untold = all(map(why_not_known, (self.study.fieldwork or {}).values()))
        if self.study.fieldwork and (days or not untold):
            raise ValueError(
                "`validate.opens` and `closes` in the place of `study.fieldwork`, or there why "
                "nobody knows them: `not known: why`"
            )
        if self.sample is not None:
            if self.study.invited:
                raise ValueError("no `study.invited`: the sample says it")
            return self
        known = self.weight and self.weight.given and self.weight.given.has_design
        if self.selection == "probability" and not known:
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
        """Without `weight` a sample would stand for its strata."""
        return {**dump(self), **({} if self.weight else {"weight": UNWEIGHTED})}


class ReportSettings(StrictModel):
    """The report that `make` renders: of what, in which languages."""

    title: Titles | None = Field(
        default=None, description="title in each language; those of what is shown unless given"
    )
    show: Several[Name] | None = Field(
        default=None,
        description="names of the studies and waves that are shown, in this order; all, the "
        "studies first, unless given",
    )
    languages: Several[LanguageCode] | None = Field(
        default=None,
        description="languages of the report, one page and one PDF each; every language of the "
        "catalogues in which all that is shown has its labels unless given",
    )
    status: Literal["draft"] | None = Field(
        default=None, description="`draft`: every page says that it is one; set by `freeze`"
    )
    publication: Name | None = Field(
        default=None, description="publication whose pages these are; set by `freeze`"
    )
    released: Day | None = Field(default=None, description="day of its release; set by `freeze`")


class Config(StrictModel):
    """The whole configuration."""

    report: ReportSettings = ReportSettings()
    privacy: Privacy = Privacy()
    studies: dict[Name, StudySettings] = Field(default={}, description="studies to judge, by name")
    waves: dict[Name, WaveSettings] = Field(default={}, description="waves to analyse, by name")

    @model_validator(mode="after")
    def _check_names(self) -> Self:
        # The id of a number begins with the name of its run.
        if both := sorted(set(self.studies) & set(self.waves)):
            raise ValueError(f"a name of its own for each; {both[0]} is a study and a wave")
        return self
