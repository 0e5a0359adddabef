"""Qualtrics: three rows of headers (names, texts, identifiers), CSV or TSV in UTF-16.

Answers are choice texts or numeric values; boxes stand in one cell joined by a bare comma or in a
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
# What an older export calls its own columns; the texts below tell them.
_OLD = re.compile(r"V\d+")
_OLD_NAMES = {"name", "emailaddress", "email"}
# What an identifier of a question looks like: `QID5`, `QID5_2`, `QID5_2_TEXT`.
_OF_QUESTION = re.compile(r"QID\d+(_x?\d+)*(_TEXT)?")
# What the tool puts beside a question: in what order its options stood, how long it was shown.
_BESIDE_QUESTION = re.compile(r".+_do(_\d+)?|.+_(first click|last click|page submit|click count)")
# Words from which on what stands below a name is the text of a question.
ASKED = 5
# What stands for a question that nobody wrote.
_UNWRITTEN = re.compile(r"^Click to write the question text( - |$)")
# Of the column Status, in words or values; and of DistributionChannel, in words.
_TESTS = {"survey preview", "survey test", "preview", "test", "1", "2", "9", "17"}
# What stands, if so chosen, for a question that was seen and not answered.
_SEEN = "-99"


class Qualtrics(Tool):
    """See above."""

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
        """Its row of identifiers, or four columns that only this tool adds."""
        if _find_import_row(sheet) is not None:
            return 0.95
        found = (len(_SIGNATURE & set(map(match_key, row))) for row in _read_rows(sheet)[:3])
        return 0.9 if max(found) >= 4 else 0.0

    def prepare(self, sheet: Sheet) -> Sheet:
        """Names as header; texts and, but for older exports, identifiers below it."""
        if sheet.under:
            return sheet
        rows, at = _read_rows(sheet), _find_import_row(sheet)
        if at == 0:
            raise DataError(
                f"{sheet.path}: a row of import identifiers without the header rows above it. "
                "Export it again, with all header rows."
            )
        if at is None:
            # Before there were identifiers: names (V1, ..., Q1), then texts.
            own = [len(_SIGNATURE & set(map(match_key, row))) for row in rows[:3]]
            if len(own) < 2 or own[1] < max(4, own[0]):
                return sheet
            at = 2
        width = len(sheet.columns)
        first, *under = [(*row, *[""] * width)[:width] for row in rows[max(at - 2, 0) : at + 1]]
        under = under if _find_import_row(sheet) is not None else under[:1]
        below = sheet.below(max(at - 2, 0) + len(under) - len(sheet.above))
        return replace(below, columns=first, under=tuple(under))

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """Name, text without the words that stand before an option, text, identifier."""
        made: list[tuple[str, ...]] = []
        for at, column in enumerate(sheet.columns):
            text, of = ([*(row[at] for row in sheet.under), "", ""])[:2]
            found = _IMPORT.match(of.strip())
            text = _UNWRITTEN.sub("", text)
            short = text.replace(" - Selected Choice", "")
            names = (short, column) if _OLD.fullmatch(column) else (column, short)
            made.append((*names, text, *([found[1]] if found else [])))
        return made

    def assign_columns(self, sheet: Sheet, questionnaire: Questionnaire) -> Assigned:
        """Where the moment of recording was left out, that of the end stands for it."""
        made = super().assign_columns(sheet, questionnaire)
        if "timestamp" not in made.roles and "ended" in made.roles:
            made.roles["timestamp"] = made.roles["ended"]
        return made

    def is_own(self, sheet: Sheet, at: int) -> bool:
        """The first columns of an older export, by the texts below their names."""
        texts = (match_key(row[at]).replace(" ", "") for row in sheet.under)
        return bool(_OLD.fullmatch(sheet.columns[at])) and any(
            text in _OLD_NAMES or self.adds(text) for text in texts
        )

    def may_be_own(self, sheet: Sheet, at: int) -> bool:
        """An identifier of a question, or a text that asks, is that of a question."""
        name, *texts = (row[at] for row in (sheet.columns, *sheet.under))
        if _BESIDE_QUESTION.fullmatch(match_key(name)):
            return True
        found = _IMPORT.match(texts[-1].strip()) if texts else None
        if found:
            return not _OF_QUESTION.fullmatch(found[1])
        return not any(text.rstrip().endswith(ASKS) or len(text.split()) >= ASKED for text in texts)

    def complete(self, sheet: Sheet, assigned: Assigned) -> Texts | None:
        """The column Finished."""
        if "finished" not in assigned.roles:
            return None
        said = {"true": "yes", "1": "yes", "false": "no", "0": "no"}
        finished = sheet.rows[assigned.roles["finished"]]
        return finished.change_texts(lambda text: said.get(match_key(text), ""))

    def faults(self, sheet: Sheet, assigned: Assigned) -> Mapping[int, str]:
        """Previews and tests."""
        made: dict[int, str] = {}
        for role in ("status", "channel"):
            if role in assigned.roles:
                cells = enumerate(sheet.texts(assigned.roles[role]))
                tests = {at: cell for at, cell in cells if match_key(cell) in _TESTS}
                made |= {at: f"{TEST} ({cell.strip()})" for at, cell in tests.items()}
        return made

    def cell(self, item: Item, text: str, sheet: Sheet, at: int) -> str:
        """Seen and not answered is no answer."""
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
