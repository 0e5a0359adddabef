"""Read KoboToolbox and ODK (Central, Briefcase): names or labels, with or without groups.

Ticked options are in one cell, joined by a space, or in a column each (`q/option`, 1 or 0), or
both. Groups precede the name with a slash (Kobo) or a hyphen (ODK). A group asked several times of
one respondent (a repeat) is a table of its own, which no wave has.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from readiness.ground.errors import DataError
from readiness.ground.printable import quote_cell
from readiness.questionnaire import Questionnaire, match_key
from readiness.readers.assigned import Assigned
from readiness.readers.moments import looks_like_moments
from readiness.readers.table import Sheet
from readiness.readers.tools.added import ANYTHING, MOMENT, PERSON, fits_kind
from readiness.readers.tools.base import REJECTED, Tool

_KOBO = {
    *("_id", "_uuid", "_submission_time", "_index", "_validation_status", "__version__"),
    *("_xform_id_string", "formhub/uuid", "_submitted_by"),
}
_ODK = {"submissiondate", "key", "meta-instanceid", "submittername", "reviewstate", "instanceid"}
# A place is written in four columns.
_PART_OF_PLACE = re.compile(
    r"(?P<place>.+)(?P<sign>[_-])(?:latitude|longitude|altitude|precision|accuracy)"
)
_REPEAT = re.compile(r"\[\d+\](?=[/-])")
_CHILD = {"_parent_index", "_parent_table_name", "parent_key", "_submission__id"}
# Cells of these columns in the form's own table: empty, or no valid parent.
_NO_PARENT = {"", "-1", "-1.0"}
_REJECTED = {"validation_status_not_approved", "not approved", "rejected"}


class Kobo(Tool):
    """KoboToolbox and ODK."""

    name = "kobotoolbox"
    title = "KoboToolbox or ODK"
    own: ClassVar = {
        "start": "started",
        "end": "ended",
        "starttime": "started",
        "endtime": "ended",
        "_submission_time": "timestamp",
        "submissiondate": "timestamp",
        "_duration": "duration",
        "_id": "respondent",
        "key": "respondent",
        "_uuid": "uuid",
        "meta-instanceid": "uuid",
        "instanceid": "uuid",
        "meta/instanceid": "uuid",
        "_validation_status": "review",
        "reviewstate": "review",
        "review_status": "review",
    }
    also: ClassVar = {
        r"today|_date_modified|_last_edited": MOMENT,
        r"deviceid|imei|subscriberid|simserial": "device",
        r"phonenumber": "telephone",
        r"username|_submitted_by|submitter(id|name)": PERSON,
        r"email": "mail",
        r"audit|background-audio|meta[/-]audit": "file",
        r"caseid|formdef_version|formversion|__version__|_version(_(_\d+)?)?": "token",
        r"_xform_id(_string)?": "token",
        r"status|_status": "submission",
        r"edits|_index|_total_media|_media_count|_bamboo_dataset_id": "number",
        r"attachments(present|expected)": "number",
        r"_media_all_received|isvalidated": "flag",
        r"formhub/uuid|meta/(rootuuid|deprecatedid)": "uuid",
        r"_geolocation": "place",
        r"_notes|_tags|_attachments|_parent_(index|table_name)|set-of-.*": ANYTHING,
        r"meta/instancename|meta-instancename|instancename": PERSON,
        r"(.*[/-])?_.+_(latitude|longitude|altitude|precision)": "place",
        r".+-(latitude|longitude|altitude|accuracy)": "place",
        r"(.*[/-])?(reserved_name_for_field_list_labels|generated_table_list_label)_\d+": ANYTHING,
    }
    unused = frozenset(("uuid",))
    signs = (" ", ",", ";")

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """Return 0.9 for two columns of these tools, 0.8 for a parent, 0.65 for the form's first
        ones.
        """
        keys = {match_key(column) for column in sheet.columns}
        found = max(len(keys & _KOBO), len(keys & _ODK))
        if _find_parents(sheet):
            return 0.8  # surely, and less than the table of the form itself
        if found >= 2:
            return 0.9
        began = [match_key(column) for column in sheet.columns[:2]] == ["start", "end"]
        return 0.65 if began and looks_like_moments(sheet.some(0)) else 0.0

    def is_certain(self, sheet: Sheet) -> bool:
        """Return whether the sheet has two columns that only these tools add."""
        keys = {match_key(column) for column in sheet.columns}
        return max(len(keys & _KOBO), len(keys & _ODK)) >= 2

    def may_be_own(self, sheet: Sheet, at: int) -> bool:
        """Return whether a part of a place has the other parts beside it; True for other
        columns.
        """
        found = _PART_OF_PLACE.fullmatch(match_key(sheet.columns[at]))
        if found is None:
            return True
        parts = (f"{found['place']}{found['sign']}{part}" for part in ("latitude", "longitude"))
        return {*parts} <= {*map(match_key, sheet.columns)}

    def prepare(self, sheet: Sheet) -> Sheet:
        """Return the sheet with a note on repeats left out. Raises DataError for a repeat's
        table.
        """
        if child := _find_parents(sheet):
            raise DataError(
                f"{sheet.path}: {quote_cell(child[0])} belongs to a repeat group, which has "
                "several rows per respondent. A wave needs one row per respondent: name the table "
                "of the main form."
            )
        columns = [column for column in sheet.columns if _REPEAT.search(column)]
        left_out = [f"{rows} rows of sheet {name}" for name, rows in sheet.others.items()]
        left_out += [f"{len(columns)} columns as {quote_cell(columns[0])}"] if columns else []
        if not left_out:
            return sheet
        note = f"asked several times of one respondent, left out: {', '.join(left_out)}"
        return replace(sheet, notes=(*sheet.notes, note))

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """Return each header, then the header without the groups before it, one by one."""
        keys = {match_key(column) for column in sheet.columns}
        signs = "/-" if len(keys & _ODK) >= 2 else "/"
        all_names = []
        for column in sheet.columns:
            places = [at + 1 for at, sign in enumerate(column) if sign in signs]
            path = [column.replace("-", "/")] if "-" in signs and places else []
            all_names.append((column, *path, *(column[at:] for at in places)))
        return all_names

    def is_own(self, sheet: Sheet, at: int) -> bool:
        """Return whether a column is a note without cells, a file's address, or part of a
        repeat.
        """
        key = match_key(sheet.columns[at])
        named = key.endswith("_url") and key.removesuffix("_url") in map(match_key, sheet.columns)
        address = named and fits_kind("url", sheet.rows[at])
        repeated = _REPEAT.search(sheet.columns[at]) is not None
        return address or repeated or not any(map(match_key, sheet.rows[at].texts))

    def faults(self, sheet: Sheet, assigned: Assigned) -> Mapping[int, str]:
        """Return the rows that a reviewer rejected in the tool."""
        if "review" not in assigned.roles:
            return {}
        cells = sheet.texts(assigned.roles["review"])
        return {at: REJECTED for at, cell in enumerate(cells) if match_key(cell) in _REJECTED}


def _find_parents(sheet: Sheet) -> list[str]:
    """Return the columns that name the interview to which several rows belong."""
    if any(
        match_key(column) == "_parent_index" and set(map(match_key, cells.texts)) <= _NO_PARENT
        for column, cells in zip(sheet.columns, sheet.rows, strict=True)
    ):
        return []
    pairs = zip(sheet.columns, sheet.rows, strict=True)
    named = [pair for pair in pairs if match_key(pair[0]) in _CHILD]
    return [name for name, cells in named if not set(map(match_key, cells.texts)) <= _NO_PARENT]
