"""LimeSurvey: question codes, full texts or both as headers; answer codes or full answers.

Arrays are `code[SQ001]` or `Text [Row]`, boxes a column each with Y or Yes, what is typed beside
them `code[other]`. `submitdate` is empty for who broke off; `N/A` is a question that was not shown.
"""

import re
from typing import ClassVar

from readiness.questionnaire import Item, Questionnaire, match_key
from readiness.readers.assigned import Assigned
from readiness.readers.moments import looks_like_moments
from readiness.readers.table import SOME, Sheet
from readiness.readers.texts import Texts
from readiness.readers.tools.added import ANSWER, ASKS, MOMENT, OFFICE, fits_kind
from readiness.readers.tools.base import Tool

_SIGNATURE = {
    *("submitdate", "lastpage", "startlanguage", "date submitted", "last page", "start language"),
    "referrer url",
}
_CODE_AND_TEXT = re.compile(r"([^\W\d]\w*(?:\[[^\]]+\])*)\. ?(.*)", re.DOTALL)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9-]+)?", re.IGNORECASE)
# What stands for the moment where a survey does not keep it: the answer is complete.
_NO_DATE = "1980-01-01"


class LimeSurvey(Tool):
    """See above."""

    name = "limesurvey"
    title = "LimeSurvey"
    own: ClassVar = {
        "id": "respondent",
        "response id": "respondent",
        "submitdate": "timestamp",
        "date submitted": "timestamp",
        "startdate": "started",
        "date started": "started",
        "interviewtime": "duration",
        "total time": "duration",
        "token": "invitation",
        "access code": "invitation",
    }
    also: ClassVar = {
        r"last ?page": "whole",
        r"start ?language": "language",
        r"seed": "seed",
        r"datestamp|date last action": MOMENT,
        r"ipaddr|ip address": "address",
        r"refurl|referrer url": "url",
        # What an office knows of the people whom it invited; no code of a question has such a sign.
        r"attribute_\d+.*": OFFICE,
        r"(group|question) time: .+|grouptime\d+|\d+x\d+x\w+time": "number",
        r".+\[(other|.*comment)\]": ANSWER,
    }
    signs = (",", ";")
    leading = True
    numbered = True
    places: ClassVar = {"respondent": 0, "timestamp": 1}
    ends_when_sent = True

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """Columns that only this tool adds, or cells like theirs under headers in any language."""
        names = {match_key(name) for heading in self.headings(sheet) for name in heading}
        if len(names & _SIGNATURE) >= 2:
            return 0.9
        return 0.75 if self.is_localised(sheet) else 0.0

    def is_localised(self, sheet: Sheet) -> bool:
        """A number, a moment, a page and a language."""
        if len(sheet.columns) < 5 or not len(sheet) or sheet.format == "sav":
            return False
        first, sent, page, language = (
            [text for text in map(match_key, sheet.some(at)) if text] for at in range(4)
        )
        return (
            len(first) == min(len(sheet), SOME)
            and all(text.isdigit() for text in (*first, *page))
            and bool(page and language)
            and (not sent or looks_like_moments(sent))
            and all(_LANGUAGE.fullmatch(text) for text in language)
        )

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """The header, its underscores as spaces, too; where it is code and text, each of both."""
        made: list[tuple[str, ...]] = []
        for column in sheet.columns:
            found = _CODE_AND_TEXT.fullmatch(column.strip())
            spaced = (column.replace("_", " "),) if "_" in column and " " not in column else ()
            made.append((column, found[1], found[2]) if found else (column, *spaced))
        return made

    def own_key(self, heading: tuple[str, ...]) -> str:
        """The code, where there is one."""
        return match_key(heading[1] if len(heading) > 2 else heading[0])

    def is_own(self, sheet: Sheet, at: int) -> bool:
        """How long a question took: its code with `Time` behind it."""
        name = match_key(sheet.columns[at])
        if not name.endswith("time") or not fits_kind("number", sheet.rows[at]):
            return False
        return name.removesuffix("time") in map(self.own_key, self.headings(sheet))

    def may_be_own(self, sheet: Sheet, at: int) -> bool:
        """A code with a text that asks is that of a question."""
        return not sheet.columns[at].rstrip().endswith(ASKS)

    def read_moments(self, column: Texts, order: str) -> Texts:
        """As read, but for the moment that stands where none was kept."""
        read = super().read_moments(column, order)
        return read.change_texts(lambda iso: "" if iso.startswith(_NO_DATE) else iso)

    def complete(self, sheet: Sheet, assigned: Assigned) -> Texts | None:
        """Who has a moment of submission went to the end."""
        if "timestamp" not in assigned.roles:
            return None
        sent = sheet.rows[assigned.roles["timestamp"]]
        return sent.change_texts(lambda text: "yes" if match_key(text) else "no")

    def cell(self, item: Item, text: str, sheet: Sheet, at: int) -> str:
        """`N/A`: not shown; `-oth-`: the answer that was typed."""
        key = match_key(text)
        if key == "n/a" and key not in self.list_known_keys(item):
            return ""
        if key == "-oth-":
            return next((category.text for category in item.categories if category.other), text)
        return super().cell(item, text, sheet, at)
