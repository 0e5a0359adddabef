"""What every section of the configuration is made of: names, titles, lists without repeats."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from readiness.patterns import DATE, ITEM, LANGUAGE, NAME, TURNING, find_repeated

Name = Annotated[str, Field(pattern=NAME)]
ItemName = Annotated[str, Field(pattern=ITEM)]
LanguageCode = Annotated[str, Field(pattern=LANGUAGE)]
_LINES = re.compile("[\t\n\r\x85\u2028\u2029 ]+")
# A text of one line, without what turns or hides what stands behind it.
Line = Annotated[
    str,
    BeforeValidator(
        lambda said: _LINES.sub(" ", re.sub(TURNING, "", said)) if isinstance(said, str) else said
    ),
]
# A title in each language that has one.
Titles = Annotated[dict[LanguageCode, Line], Field(min_length=1)]


def _day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise ValueError("a day of the calendar, YYYY-MM-DD in quotes") from None
    return value


# A day as YYYY-MM-DD, so that the order of the texts is that of the days.
Day = Annotated[str, Field(pattern=DATE), AfterValidator(_day)]


def no_repeats(items: list[str]) -> list[str]:
    """The names; ValueError where one stands twice."""
    if twice := find_repeated(items):
        raise ValueError(f"each once; {', '.join(twice)} is repeated")
    return items


Items = Annotated[list[str], Field(min_length=1), AfterValidator(no_repeats)]


class StrictModel(BaseModel):
    """A part of the configuration: no unknown key, no silent change of type."""

    model_config = ConfigDict(
        extra="forbid", defer_build=True, strict=True, frozen=True, allow_inf_nan=False
    )
