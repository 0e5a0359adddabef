"""Read SoSci Survey and Unipark (EFS): variable names as headers, and the tools' own columns.

Both report in a column who reached the end, and in another who only tested the form.
"""

from collections.abc import Mapping
from typing import ClassVar

from readiness.questionnaire import Questionnaire, match_key
from readiness.readers.assigned import Assigned
from readiness.readers.table import Sheet
from readiness.readers.texts import Texts
from readiness.readers.tools.added import ANYTHING, MOMENT, OFFICE
from readiness.readers.tools.base import TEST, Tool


class SoSci(Tool):
    """SoSci Survey.

    `signature`: names that no other tool gives; `answers`: modes of real respondents; `ended`:
    codes of an interview that reached its end.
    """

    name = "sosci"
    title = "SoSci Survey"
    signature: ClassVar = {"case", "serial", "questnnr", "maxpage", "missrel", "lastdata"}
    answers: ClassVar = {"", "interview"}
    ended: ClassVar = {"1", "true", "wahr"}
    own: ClassVar = {
        **{"case": "respondent", "started": "started", "lastdata": "timestamp"},
        **{"time_sum": "duration", "finished": "finished", "mode": "mode"},
    }
    also: ClassVar = {
        r"serial|ref": OFFICE,
        r"questnnr": "token",
        r"mailsent": MOMENT,
        r"q_viewer": "flag",
        r"(last|max)page|missing|missrel|time_rsi|time\d{3}|deg(_time|_miss|rade)": "number",
    }

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """Return 0.9 where three names of the signature occur, else 0."""
        return 0.9 * (len(self.signature.intersection(map(match_key, sheet.columns))) > 2)

    def complete(self, sheet: Sheet, assigned: Assigned) -> Texts | None:
        """Return `yes` or `no` from the tool's column of completed interviews; None without it."""
        if (at := assigned.roles.get("finished")) is None:
            return None
        return sheet.rows[at].change_texts(lambda t: "yes" if match_key(t) in self.ended else "no")

    def faults(self, sheet: Sheet, assigned: Assigned) -> Mapping[int, str]:
        """Return the rows whose mode is no real respondent's."""
        modes = sheet.texts(assigned.roles["mode"]) if "mode" in assigned.roles else ()
        return {k: f"{TEST} ({m})" for k, m in enumerate(modes) if match_key(m) not in self.answers}


class Unipark(SoSci):
    """Unipark (EFS): as SoSci Survey, with other names."""

    name = "unipark"
    title = "Unipark (EFS)"
    signature: ClassVar = {"lfdn", "external_lfdn", "dispcode", "tester", "rts0", "page_history"}
    answers: ClassVar = {"", "0"}
    ended: ClassVar = {"31", "32"}
    own: ClassVar = {
        **{"lfdn": "respondent", "datetime": "started", "date_of_last_access": "timestamp"},
        **{"duration": "duration", "dispcode": "finished", "tester": "mode"},
    }
    holds: ClassVar = dict.fromkeys(("duration", "finished", "mode"), "number")
    also: ClassVar = {
        r"external_lfdn|lastpage|quality|quota.*|[hv]flip|javascript|flash|ats|rts\d+": "number",
        r"rnd_pg_[\d_]+|cleaned": "number",
        r"output_mode|session_id|device_type": "token",
        r"language": "language",
        r"date_of_first_mail": MOMENT,
        r"participant_.*": OFFICE,
        r"page_history|refer(r)?er|browser": ANYTHING,
    }
