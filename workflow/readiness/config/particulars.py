"""What is stated of a study or a wave: who asked whom, how and when, and whose the data are.

Nothing of it moves a number. What the configuration or the data know is taken from there: how
people were selected, how many were invited and answered, when a wave was open.
"""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, field_validator

from readiness import patterns
from readiness.config.sections import Day, LanguageCode, Line, StrictModel


def _check_said(text: str) -> str:
    if not text.strip():
        raise ValueError("some words, or no such key")
    return text.strip()


Words = Annotated[Line, AfterValidator(_check_said)]


# A text in each language, or one for all.
Said = (
    Annotated[
        dict[LanguageCode, Words],
        Field(min_length=1),
        # ISO 639 for a text of which nobody said the language.
        BeforeValidator(lambda said: {"und": said} if isinstance(said, str) else said),
    ]
    | None
)


class Author(StrictModel):
    """Who made the figures: a person, or an office."""

    name: Words = Field(
        description="of an office, without a comma; of a person the family name, a comma, the given"
    )
    orcid: str | None = Field(
        default=None, pattern=patterns.ORCID, description="the ORCID, without an address before it"
    )

    @field_validator("orcid")
    @classmethod
    def _check_orcid(cls, value: str | None) -> str | None:
        total = 0
        for sign in (value or "").replace("-", ""):
            # Of an ORCID: ISO/IEC 7064, mod 11-2.
            total = 2 * total + "0123456789X".index(sign)
        if value and total % 11 != 1:
            raise ValueError(f"an ORCID; the last sign of {value} does not fit the others")
        return value


class Particulars(StrictModel):
    """Who asked whom, how and when; whose the data are. What is not given is not stated.

    Each text is one for all languages, or one for each. Of a study: of the survey whose figures
    are judged.
    """

    sponsor: Said = Field(default=None, description="who asked for the survey, and for whom")
    funding: Said = Field(default=None, description="who paid for it")
    collector: Said = Field(default=None, description="who collected the answers")
    population: Said = Field(default=None, description="who is described")
    frame: Said = Field(default=None, description="the list or place where people were found")
    invited: Said = Field(
        default=None, description="how many were invited; not where a sample says it"
    )
    mode: Said = Field(default=None, description="how people answered: on paper, by telephone, ...")
    fieldwork: Said = Field(
        default=None, description="when people answered; of a wave `validate.opens` and `closes`"
    )
    incentive: Said = Field(default=None, description="what people were given for answering")
    limits: Said = Field(default=None, description="what is known to limit the figures")
    contact: Said = Field(default=None, description="whom to ask")
    rights: Said = Field(
        default=None, description="whose the data are, by which right they are used"
    )
    licence: Words | None = Field(
        default=None,
        description="of data and figures, not of the program: an SPDX identifier as CC-BY-4.0, an "
        "address, or in words",
    )
    access: Said = Field(default=None, description="who may have the data, how, and where they are")
    authors: list[Author] = Field(default=[], description="who made the figures, in this order")
    controller: Said = Field(
        default=None, description="who decides on the processing: name and address"
    )
    purpose: Said = Field(default=None, description="what the answers are used for")
    receipt: Said = Field(
        default=None,
        description="the legal basis: a declaration or authorisation, with the authority's number",
    )
    keep_until: Day | None = Field(
        default=None,
        description="last day on which the answers may be kept, YYYY-MM-DD in quotes; after it "
        "no wave is computed, until its answers are erased or the day is another",
    )
