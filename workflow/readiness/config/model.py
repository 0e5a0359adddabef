"""The whole configuration: the report, the studies, the waves."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from readiness.config.base import LanguageCode, Name, StrictModel, Titles, no_repeats
from readiness.config.privacy import Privacy
from readiness.config.sections import StudySettings
from readiness.config.wave import WaveSettings

# The document that shows any studies and waves, in any language.
SHIPPED = "report.qmd"


class ReportSettings(StrictModel):
    """The report that `make` renders: of what, in which languages."""

    title: Titles | None = Field(
        default=None,
        description="title in each language; those of what is shown unless given",
    )
    show: Annotated[list[Name], Field(min_length=1), AfterValidator(no_repeats)] | None = Field(
        default=None,
        description="names of the studies and waves that are shown, in this order; all, the "
        "studies first, unless given",
    )
    languages: (
        Annotated[list[LanguageCode], Field(min_length=1), AfterValidator(no_repeats)] | None
    ) = Field(
        default=None,
        description="languages of the report, one page and one PDF each; every language of the "
        "catalogues in which all that is shown has its labels unless given",
    )
    status: Literal["draft"] | None = Field(
        default=None, description="`draft`: every page says that it is one; set by `freeze`"
    )


class Config(StrictModel):
    """The whole configuration."""

    report: ReportSettings = Field(
        default=ReportSettings(), description=ReportSettings.__doc__ or ""
    )
    privacy: Privacy = Field(default=Privacy(), description=Privacy.__doc__ or "")
    studies: dict[Name, StudySettings] = Field(default={}, description="studies to judge, by name")
    waves: dict[Name, WaveSettings] = Field(default={}, description="waves to analyse, by name")

    @model_validator(mode="after")
    def _one_name_each(self) -> Self:
        # A number's id begins with the name of its run.
        if both := sorted(set(self.studies) & set(self.waves)):
            raise ValueError(f"a name of its own for each; {both[0]} is a study and a wave")
        return self
