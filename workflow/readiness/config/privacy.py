"""The section `privacy`: who answers for the personal data of a survey, and what is looked for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from readiness.config.base import Day, Line, StrictModel, Titles
from readiness.patterns import COUNTRY, KEY, TEMPLATE

Template = Annotated[str, Field(pattern=TEMPLATE)]


class Privacy(StrictModel):
    """Whose personal data these are, for what and how long; reports print what is given here.

    Nothing is printed of a simulated wave or of a study, which have no respondents.
    """

    controller: Line | None = Field(
        default=None, min_length=1, description="who decides on the processing: name and address"
    )
    purpose: Titles | None = Field(default=None, description="what the answers are used for")
    receipt: Line | None = Field(
        default=None,
        min_length=1,
        description="the declaration or authorisation, with the number that the authority gave",
    )
    hosting: str | None = Field(
        default=None, pattern=COUNTRY, description="where the answers are kept"
    )
    keep_until: Day | None = Field(
        default=None,
        description="last day on which the answers may be kept, YYYY-MM-DD in quotes; after it "
        "no wave is computed, until its answers are erased or the day is another",
    )
    signed_off_by: Line | None = Field(
        default=None,
        min_length=1,
        description="who read the page for the data protection officer and answers for it",
    )
    telephone: list[Template] = Field(
        default=[],
        description="how telephone numbers are written, beside the international way: `#` is a "
        "digit, `[5-7]` one of these; spaces, points and hyphens may stand between",
    )
    identity: list[Template] = Field(
        default=[],
        description="how numbers of identity papers are written: as `telephone`, `@` is a letter",
    )
    names: str | None = Field(
        default=None,
        min_length=1,
        description="a file of names to look for in free text, one a line; outside the project",
    )
    key: str | None = Field(
        default=None,
        pattern=KEY,
        description="the name of the key of the pseudonyms; set by `freeze`",
    )

    @property
    def statements(self) -> dict[str, object]:
        """What a reader is told: the keys that are given, of those that say something to one."""
        told = {"controller", "purpose", "receipt", "hosting", "keep_until"}
        return self.model_dump(include=told, exclude_none=True)

    @property
    def looked_for(self) -> dict[str, object]:
        """What validation looks for in free text."""
        return self.model_dump(include={"telephone", "identity", "names"}, exclude_none=True)
