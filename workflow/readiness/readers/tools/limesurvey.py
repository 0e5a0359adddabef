"""Read LimeSurvey: question codes, full texts or both as headers; answer codes or full answers.

Arrays are `code[SQ001]` or `Text [Row]`, boxes a column each with Y or Yes, text typed beside them
`code[other]`. `submitdate` is empty for a break-off; `N/A` is a question that was not shown.
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
# Placeholder for the time where a survey does not record it: the interview is complete.
_NO_DATE = "1980-01-01"


class LimeSurvey(Tool):
    """LimeSurvey; headers of its own columns in any language."""

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
        # An office's data on the invited persons; no question code contains an underscore.
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
        """Return 0.9 for columns that only this tool adds, 0.75 for cells like theirs."""
        names = {match_key(name) for heading in self.headings(sheet) for name in heading}
        if len(names & _SIGNATURE) >= 2:
            return 0.9
        return 0.75 if self.is_localised(sheet) else 0.0

    def is_localised(self, sheet: Sheet) -> bool:
        """Return whether the first columns are a number, a time, a page and a language."""
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
        """Return the header, also with spaces for underscores; for a code with a text, each of
        both.
        """
        all_names: list[tuple[str, ...]] = []
        for column in sheet.columns:
            code_and_text = _CODE_AND_TEXT.fullmatch(column.strip())
            spaced = (column.replace("_", " "),) if "_" in column and " " not in column else ()
            all_names.append(
                (column, code_and_text[1], code_and_text[2]) if code_and_text else (column, *spaced)
            )
        return all_names

    def own_key(self, heading: tuple[str, ...]) -> str:
        """Return the match key of the code, where there is one, else of the header."""
        return match_key(heading[1] if len(heading) > 2 else heading[0])

    def is_own(self, sheet: Sheet, at: int) -> bool:
        """Return whether a column is the time spent on a question: its code followed by `Time`."""
        name = match_key(sheet.columns[at])
        if not name.endswith("time") or not fits_kind("number", sheet.rows[at]):
            return False
        return name.removesuffix("time") in map(self.own_key, self.headings(sheet))

    def may_be_own(self, sheet: Sheet, at: int) -> bool:
        """Return whether the header is no question: a code with a question's text belongs to an
        item.
        """
        return not sheet.columns[at].rstrip().endswith(ASKS)

    def read_moments(self, column: Texts, order: str) -> Texts:
        """Return a column of times as ISO 8601; "" for the placeholder of an unrecorded time."""
        read = super().read_moments(column, order)
        return read.change_texts(lambda iso: "" if iso.startswith(_NO_DATE) else iso)

    def complete(self, sheet: Sheet, assigned: Assigned) -> Texts | None:
        """Return `yes` for each row with a submission time, else `no`; None without that column."""
        if "timestamp" not in assigned.roles:
            return None
        sent = sheet.rows[assigned.roles["timestamp"]]
        return sent.change_texts(lambda text: "yes" if match_key(text) else "no")

    def cell(self, item: Item, text: str, sheet: Sheet, at: int) -> str:
        """Return the cell; "" for `N/A` (not shown), the option "other" for `-oth-`."""
        key = match_key(text)
        if key == "n/a" and key not in self.list_known_keys(item):
            return ""
        if key == "-oth-":
            return next((category.text for category in item.categories if category.other), text)
        return super().cell(item, text, sheet, at)
