"""Read Qualtrics: three header rows (names, texts, identifiers), CSV or TSV in UTF-16.

Answers are choice texts or numeric values; boxes are joined in one cell by a bare comma or in a
column each. A preview of the survey is a row like any other, and is marked: it is no answer.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from readiness.ground.errors import DataError
from readiness.questionnaire import Item, Questionnaire, match_key
from readiness.readers.assigned import Assigned
from readiness.readers.table import Sheet
from readiness.readers.texts import Texts
from readiness.readers.tools.added import ANSWER, ANYTHING, ASKS, OFFICE, PERSON
from readiness.readers.tools.base import TEST, Tool

_SIGNATURE = {
    *("startdate", "enddate", "status", "progress", "finished", "recordeddate", "responseid"),
    *("duration (in seconds)", "ipaddress", "responseset", "recipientemail"),
}
_IMPORT = re.compile(r"""\{["']ImportId["']: ?["']([^"']+)["']""")
# Names of an older export's own columns; the texts below identify them.
_OLD = re.compile(r"V\d+")
_OLD_NAMES = {"name", "emailaddress", "email"}
# Identifier of a question: `QID5`, `QID5_2`, `QID5_2_TEXT`.
_OF_QUESTION = re.compile(r"QID\d+(_x?\d+)*(_TEXT)?")
# Columns beside a question: order of its options, time on the page.
_BESIDE_QUESTION = re.compile(r".+_do(_\d+)?|.+_(first click|last click|page submit|click count)")
# Least number of words of a text below a name that is a question.
ASKED = 5
# Placeholder of a question without a text.
_UNWRITTEN = re.compile(r"^Click to write the question text( - |$)")
# Test values of the column Status, in words or codes, and of DistributionChannel, in words.
_TESTS = {"survey preview", "survey test", "preview", "test", "1", "2", "9", "17"}
# Optional code of a question that was seen and not answered.
_SEEN = "-99"


class Qualtrics(Tool):
    """Qualtrics, with or without identifiers."""

    name = "qualtrics"
    title = "Qualtrics"
    own: ClassVar = {
        "startdate": "started",
        "enddate": "ended",
        "recordeddate": "timestamp",
        "duration (in seconds)": "duration",
        "responseid": "respondent",
        "finished": "finished",
        "status": "status",
        "distributionchannel": "channel",
    }
    also: ClassVar = {
        r"ipaddress": "address",
        r"progress": "per cent",
        r"recipient(lastname|firstname)": PERSON,
        r"external(data)?reference": OFFICE,
        r"recipientemail": "mail",
        r"location(latitude|longitude|accuracy)": "place",
        r"userlanguage|q_language": "language",
        r"responseset": ANYTHING,
        r"resolution": "token",
        r"q_(recaptcha.+|relevantid.*|duplicaterespondent|ballotboxstuffing|total.+|unanswered.+"
        r"|straightlining.*|population.*|terminateflag|datapolicy.+|ambiguous.+|chl|dl|r)": "token",
        r"sc\d+": "number",
        r".+_do_\d+|(q|fl_)\d+_do|bl_\w+_do|ro-br-fl_\d+": "order",
        r".+_text": ANSWER,
        r".+_(first click|last click|page submit|click count)": "number",
        r".+ - (topics|sentiment.*|parent topics)": ANYTHING,
    }
    signs = (",",)
    numbered = True

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """Return 0.95 for a row of identifiers, 0.9 for four columns that only this tool adds."""
        if _find_import_row(sheet) is not None:
            return 0.95
        found = (len(_SIGNATURE & set(map(match_key, row))) for row in _read_rows(sheet)[:3])
        return 0.9 if max(found) >= 4 else 0.0

    def prepare(self, sheet: Sheet) -> Sheet:
        """Return the sheet with names as header; texts and, except in older exports, identifiers
        below.

        Raises DataError for identifiers without the header rows above them.
        """
        if sheet.under:
            return sheet
        rows, at = _read_rows(sheet), _find_import_row(sheet)
        if at == 0:
            raise DataError(
                f"{sheet.path}: the header rows above the row of import identifiers are missing. "
                "Export it again with all header rows."
            )
        if at is None:
            # An older export without identifiers: names (V1, ..., Q1), then texts.
            signature_counts = [len(_SIGNATURE & set(map(match_key, row))) for row in rows[:3]]
            if len(signature_counts) < 2 or signature_counts[1] < max(4, signature_counts[0]):
                return sheet
            at = 2
        width = len(sheet.columns)
        first, *under = [(*row, *[""] * width)[:width] for row in rows[max(at - 2, 0) : at + 1]]
        under = under if _find_import_row(sheet) is not None else under[:1]
        below = sheet.below(max(at - 2, 0) + len(under) - len(sheet.above))
        return replace(below, columns=first, under=tuple(under))

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """Return name, text without the words before an option, text, and identifier of each
        column.
        """
        all_names: list[tuple[str, ...]] = []
        for at, column in enumerate(sheet.columns):
            text, identifier = ([*(row[at] for row in sheet.under), "", ""])[:2]
            found = _IMPORT.match(identifier.strip())
            text = _UNWRITTEN.sub("", text)
            short = text.replace(" - Selected Choice", "")
            names = (short, column) if _OLD.fullmatch(column) else (column, short)
            all_names.append((*names, text, *([found[1]] if found else [])))
        return all_names

    def assign_columns(self, sheet: Sheet, questionnaire: Questionnaire) -> Assigned:
        """Assign the columns; without a recording time, the end time is the timestamp."""
        assigned = super().assign_columns(sheet, questionnaire)
        if "timestamp" not in assigned.roles and "ended" in assigned.roles:
            assigned.roles["timestamp"] = assigned.roles["ended"]
        return assigned

    def is_own(self, sheet: Sheet, at: int) -> bool:
        """Return whether a column is the tool's own in an older export, by the text below its
        name.
        """
        texts = (match_key(row[at]).replace(" ", "") for row in sheet.under)
        return bool(_OLD.fullmatch(sheet.columns[at])) and any(
            text in _OLD_NAMES or self.adds(text) for text in texts
        )

    def may_be_own(self, sheet: Sheet, at: int) -> bool:
        """Return whether a column has neither a question's identifier nor a question's text."""
        name, *texts = (row[at] for row in (sheet.columns, *sheet.under))
        if _BESIDE_QUESTION.fullmatch(match_key(name)):
            return True
        found = _IMPORT.match(texts[-1].strip()) if texts else None
        if found:
            return not _OF_QUESTION.fullmatch(found[1])
        return not any(text.rstrip().endswith(ASKS) or len(text.split()) >= ASKED for text in texts)

    def complete(self, sheet: Sheet, assigned: Assigned) -> Texts | None:
        """Return `yes`, `no` or "" from the column Finished; None without it."""
        if "finished" not in assigned.roles:
            return None
        states = {"true": "yes", "1": "yes", "false": "no", "0": "no"}
        finished = sheet.rows[assigned.roles["finished"]]
        return finished.change_texts(lambda text: states.get(match_key(text), ""))

    def faults(self, sheet: Sheet, assigned: Assigned) -> Mapping[int, str]:
        """Return the rows of previews and tests."""
        reasons: dict[int, str] = {}
        for role in ("status", "channel"):
            if role in assigned.roles:
                cells = enumerate(sheet.texts(assigned.roles[role]))
                tests = {at: cell for at, cell in cells if match_key(cell) in _TESTS}
                reasons |= {at: f"{TEST} ({cell.strip()})" for at, cell in tests.items()}
        return reasons

    def cell(self, item: Item, text: str, sheet: Sheet, at: int) -> str:
        """Return the cell; "" for the code of a question seen and not answered."""
        unanswered = match_key(text) == _SEEN and not item.kind.is_free_text
        if unanswered and _SEEN not in self.list_known_keys(item):
            return ""
        return super().cell(item, text, sheet, at)


def _read_rows(sheet: Sheet) -> list[tuple[str, ...]]:
    return [*sheet.above, sheet.columns, *sheet.under, *sheet.first(3)]


def _find_import_row(sheet: Sheet) -> int | None:
    for at, row in enumerate(_read_rows(sheet)):
        if sum(bool(_IMPORT.match(cell.strip())) for cell in row) > len(row) / 2:
            return at
    return None
