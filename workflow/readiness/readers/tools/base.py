"""Base class of the readers of survey tools' exports.

A tool states how its exports are recognised, what its own columns are called and mean, how it
writes headers and joins ticked options. A further tool is a class of such facts; the rest is here.
"""

import re
from collections.abc import Collection, Mapping
from functools import partial, reduce
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from readiness.ground.decimals import write_out
from readiness.questionnaire import (
    TICKED,
    Item,
    Matches,
    Questionnaire,
    list_answers,
    list_own_keys,
    match_key,
    match_options,
    split_joined,
)
from readiness.questionnaire.items import Answer, Missing
from readiness.readers import moments, rankings
from readiness.readers.assigned import (
    Assigned,
    find_missing_items,
    is_row_number,
    name_apart,
    refuse_other_columns,
    whole,
)
from readiness.readers.columns import find, list_names, surest
from readiness.readers.table import SOME, Sheet
from readiness.readers.texts import Texts
from readiness.readers.tools import words
from readiness.readers.tools.added import OF_ROLES, fits_kind

ROW, TIMESTAMP, INVITATION = "_row", "_timestamp", "_invitation"
SUBMITTED, STARTED, SECONDS = "_submitted", "_started", "_seconds"
ID, COMPLETE, FAULT = "_id", "_complete", "_fault"
# Key of `attrs`: by item whose cells the reader turned into option texts, the match keys that two
# options claim and the reader could not decide.
CONTESTED = "contested"
# Key of `attrs`: filled columns that are not read, each with its name and number of filled cells.
LEFT_OUT = "left_out"
# Columns beside the questions that are read, by their keys in the questionnaire's `export`.
READ = ("timestamp", "started", "duration", "respondent", "invitation")


_WHOLE = re.compile(r"^(-?\d{1,18})[.,]0+$")


# Prefix of the fault of a test row: a preview, a generated answer.
TEST = "a test answer"

REJECTED = "rejected by a reviewer in the tool"

# Least certainty (`recognises`) of a sheet that bears the tool's signature.
CERTAIN = 0.9

# Fault of a row without a respondent: the table was saved with empty lines.
EMPTY = "no cell is filled"


def _name_whole(sheet: Sheet, name: str, at: int) -> str:
    """Return the name of a column, with the label that the file has for it."""
    variable = sheet.labels.get(sheet.columns[at])
    label = variable.label.strip() if variable else ""
    return f"{name}: {label}" if match_key(label) not in ("", match_key(name)) else name


class Tool:
    """A reader of one tool's exports; class attributes describe the tool.

    `own`: role of each column that the tool adds, by match key (`timestamp`, `started`, `ended`,
    `duration`, `respondent`, `invitation`, or one of the tool's own). `also`: kind of the cells
    (`added.fits_kind`) of further added columns, which are not read, by a pattern of their match
    keys. `unused`: roles by which a column is recognised without being read. `holds`: kind of the
    cells of a role, where it differs from other tools. `signs`: separators of ticked options in one
    cell. `leading`: whether all columns before the first question are the tool's own, in any
    language. `numbered`: whether its headers give the number of a row or option in its list.
    `keeps_joined`: whether a cell of ticked options is returned unchanged. `places`: positions of
    its own columns by role, where their headers may be in any language. `ends_when_sent`: whether
    the interview ended at the time of submission.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    own: ClassVar[Mapping[str, str]] = {}
    also: ClassVar[Mapping[str, str]] = {}
    unused: ClassVar[frozenset[str]] = frozenset()
    holds: ClassVar[Mapping[str, str]] = {}
    signs: ClassVar[tuple[str, ...]] = (",", ";")
    leading: ClassVar[bool] = False
    numbered: ClassVar[bool] = False
    keeps_joined: ClassVar[bool] = False
    places: ClassVar[Mapping[str, int]] = {}
    ends_when_sent: ClassVar[bool] = False

    # --- what a tool overrides ------------------------------------------------------------------

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """Return how certain it is that the sheet is an export of the tool, 0 to 1."""
        raise NotImplementedError

    def is_localised(self, sheet: Sheet) -> bool:
        """Return whether the first columns are the tool's own by their cells, in any language."""
        return False

    def prepare(self, sheet: Sheet) -> Sheet:
        """Return the sheet with one header and rows of answers. Raises DataError if it cannot be
        read.
        """
        return sheet

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """Return all names of each column in the tool's headers, the most certain first."""
        return [
            (column, *(row[at] for row in sheet.under)) for at, column in enumerate(sheet.columns)
        ]

    def own_key(self, heading: tuple[str, ...]) -> str:
        """Return the match key by which a column of the tool's own is recognised."""
        return match_key(heading[0])

    def faults(self, sheet: Sheet, assigned: Assigned) -> Mapping[int, str]:
        """Return the rows that are no answers (test answers, say), by position, with the reason."""
        return {}

    def complete(self, sheet: Sheet, assigned: Assigned) -> Texts | None:
        """Return `yes`, `no` or "" for each row, where the tool reports break-offs; else None."""
        return None

    def cell(self, item: Item, text: str, sheet: Sheet, at: int) -> str:
        """Return one distinct text of an item's own column, corrected for the tool's notation.

        A whole number that was stored as a decimal (`2.0`) is a whole number again, and a shortened
        one (`1e+05`) has its digits.
        """
        key = match_key(text)
        plain = _WHOLE.sub(r"\1", write_out(key))
        if plain == key or item.kind.is_free_text:
            return text
        missing_keys = {
            match_key(name) for each in item.missing for name in (each.text, each.value or "")
        }
        is_answer = not item.codes or plain in missing_keys or plain in self.list_known_keys(item)
        return plain if is_answer else text

    def is_own(self, sheet: Sheet, at: int) -> bool:
        """Return whether a column without a question is one that the tool adds."""
        return False

    def adds(self, key: str) -> bool:
        """Return whether the match key is that of a column that the tool adds."""
        return bool(self.find_kind(key))

    def find_kind(self, key: str) -> str:
        """Return the kind of cells of an added column by its match key; "" for any other column."""
        if role := self.own.get(key):
            return self.holds.get(role) or OF_ROLES[role]
        return next((kind for name, kind in self.also.items() if re.fullmatch(name, key)), "")

    def is_certain(self, sheet: Sheet) -> bool:
        """Return whether the prepared sheet bears the tool's signature, which no other program
        writes.
        """
        return self.recognises(sheet, None) >= CERTAIN

    def find_added(self, sheet: Sheet, places: Collection[int] = ()) -> frozenset[int]:
        """Return positions of the columns that the tool certainly added, among `places` if given.

        Its signature must be certain and the cells must fit the name. A file of SPSS or Stata bears
        no signature: its author named its columns.
        """
        if sheet.format == "sav" or not self.is_certain(sheet):
            return frozenset()
        headings = self.headings(sheet)
        return frozenset(
            at for at in places or range(len(headings)) if self._is_added(sheet, at, headings[at])
        )

    def _is_added(self, sheet: Sheet, at: int, heading: tuple[str, ...]) -> bool:
        if not (kind := self.find_kind(self.own_key(heading))):
            return self.is_own(sheet, at)
        return self.may_be_own(sheet, at) and fits_kind(kind, sheet.rows[at])

    def may_be_own(self, sheet: Sheet, at: int) -> bool:
        """Return whether nothing but its name says whether a column of such a name is a
        question.
        """
        return True

    # --- what all share -------------------------------------------------------------------------

    def read_answers(self, sheet: Sheet, questionnaire: Questionnaire) -> pd.DataFrame:
        """Return the prepared export as one table of text, columns as `readers.read_export`.

        Raises DataError where the columns are not those of the questionnaire.
        """
        assigned = self.assign_columns(sheet, questionnaire)
        refuse_other_columns(sheet, questionnaire, assigned, self.title)
        columns: dict[str, Any] = {ROW: sheet.numbers}
        for name, role in ((TIMESTAMP, "timestamp"), (INVITATION, "invitation")):
            at = assigned.roles.get(role)
            column = Texts.repeat_text("", len(sheet)) if at is None else sheet.rows[at]
            columns[name] = column.categorical
        for item in questionnaire.items:
            columns[item.id] = self._item(sheet, item, questionnaire, assigned).categorical
        frame = pd.DataFrame(columns)
        contested = {i.id: self.list_contested(sheet, i, assigned) for i in questionnaire.items}
        frame.attrs[CONTESTED] = {
            item: keys for item, keys in contested.items() if keys is not None
        }
        self._add_moments(frame, sheet, questionnaire, assigned)
        self._add_status(frame, sheet, questionnaire, assigned)
        frame.attrs[LEFT_OUT] = self._list_left_out(sheet, questionnaire, assigned)
        return frame

    def _list_left_out(
        self, sheet: Sheet, questionnaire: Questionnaire, assigned: Assigned
    ) -> list[tuple[str, int]]:
        """Return name and number of filled cells of each filled column that is not read.

        Columns that the tool certainly added, and row numbers, are left out.
        """
        options = (at for found in assigned.options.values() for at in found.values())
        ranks = (at for found in assigned.rankings.values() for at in found)
        roles = (at for role, at in assigned.roles.items() if role not in self.unused)
        marker = match_key(questionnaire.export.marker or "")
        columns_read = {*assigned.items.values(), *options, *ranks, *roles}
        unread = [
            at
            for at, column in enumerate(sheet.columns)
            if at not in columns_read
            and match_key(column) != marker
            and not is_row_number(sheet, at)
        ]
        tool_columns = self.find_added(sheet, unread) if unread else frozenset()
        filled = {
            at: int(sheet.rows[at].where(match_key).sum())
            for at in unread
            if at not in tool_columns
        }
        names = sheet.names()
        return [(_name_whole(sheet, names[at], at), n) for at, n in filled.items() if n]

    def assign_columns(self, sheet: Sheet, questionnaire: Questionnaire) -> Assigned:
        """Return the assignment of the sheet's columns."""
        assigned = Assigned()
        export = questionnaire.export
        names = list_names(questionnaire, numbered=self.numbered)
        optional = {match_key(text) for text in (*export.ignored, export.marker or "") if text}
        headings = name_apart(self.headings(sheet), {*optional, *names[0]})
        keys = [{match_key(name) for name in heading} for heading in headings]
        taken: set[int] = set()
        declared: dict[str, str | None] = {role: getattr(export, role) for role in READ}
        if export.complete is not None:
            declared["complete"] = export.complete.column
        for role, stated in declared.items():
            if stated is None:
                continue
            places = [
                at for at, heading_keys in enumerate(keys) if match_key(stated) in heading_keys
            ]
            if len(places) > 1:
                assigned.twice.append(stated)
            if places:
                assigned.roles[role] = places[0]
                taken.update(places)
        hits = find(headings, names)
        for target, columns_found in surest(hit for hit in hits if hit.at not in taken).items():
            taken.update(hit.at for hit in columns_found)
            if len(columns_found) > 1:
                # Several columns may have the same header; ignore the empty ones.
                filled = [h for h in columns_found if any(map(match_key, sheet.rows[h.at].texts))]
                columns_found = filled or columns_found[:1]
            if len(columns_found) > 1:
                assigned.twice.append(sheet.columns[columns_found[0].at])
            if target.option is None:
                assigned.items[target.item] = columns_found[0].at
            else:
                assigned.options.setdefault(target.item, {})[target.option] = columns_found[0].at
        own = [self.own_key(heading) for heading in headings]
        for at, key in enumerate(own):
            role = "" if keys[at] & optional else self.own.get(key, "")
            if at not in taken and role and role not in assigned.roles:
                assigned.roles[role] = at
        taken.update(assigned.roles.values())
        assigned.rankings = rankings.find(questionnaire, assigned, keys, taken)
        taken.update(at for columns_found in assigned.rankings.values() for at in columns_found)
        first = min(taken - {*assigned.roles.values()}, default=0) if self.leading else -1
        unassigned = [at for at in range(first + 1, len(own)) if at not in taken]
        unassigned = [at for at in unassigned if not self.adds(own[at]) and not keys[at] & optional]
        counted = (is_row_number(sheet, at) or self.is_own(sheet, at) for at in unassigned)
        assigned.unknown = [at for at, known in zip(unassigned, counted, strict=True) if not known]
        needed = (
            declared[role] for role in ("timestamp", "invitation") if role not in assigned.roles
        )
        assigned.missing = [*filter(None, needed), *find_missing_items(questionnaire, assigned)]
        if self.places and "timestamp" not in assigned.roles and self.is_localised(sheet):
            assigned.roles |= self.places
        if self.ends_when_sent and "timestamp" in assigned.roles:
            assigned.roles["ended"] = assigned.roles["timestamp"]
        return assigned

    def _item(
        self, sheet: Sheet, item: Item, questionnaire: Questionnaire, assigned: Assigned
    ) -> Texts:
        if item.id in assigned.options and whole(item, assigned.options[item.id]):
            join = self._join_slots if item.slots else self._join_spread
            return join(sheet, item, assigned.options[item.id])
        if item.id not in assigned.items:
            columns = [sheet.rows[at] for at in assigned.rankings[str(item.grid)]]
            return rankings.read_ranks(item, questionnaire, columns, (*self.signs, "|"))
        at = assigned.items[item.id]
        if self.splits_ticked(item):
            matches = self.match_ticked(sheet, item, at)
            # A contested text is returned unchanged, and never as the text of another option.
            options = {
                key: key if match_key(answer.text) in matches.contested else answer.text
                for key, answer in matches.found.items()
            }
            options |= {key: key for key in matches.contested}
            return sheet.rows[at].change_texts(lambda text: self._split_ticked(text, options))
        if item.kind.is_date:
            # A text that is no date stays as it is.
            texts, order = sheet.rows[at].texts, self.order(sheet, at, questionnaire)
            dated_texts = zip(texts, moments.read_all(texts, order), strict=True)
            return sheet.rows[at].map_to([iso[:10] or text for text, iso in dated_texts])
        return sheet.rows[at].change_texts(lambda text: self.cell(item, text, sheet, at))

    def splits_ticked(self, item: Item) -> bool:
        """Return whether this reader splits a cell of ticked options."""
        return item.kind.takes_several and not self.keeps_joined

    def list_known_keys(self, item: Item) -> set[str]:
        """Return the match keys of all texts that an option may have in a cell."""
        answers = (answer for answer in list_answers(item) if not isinstance(answer, Missing))
        names = ((each.text, each.value, getattr(each, "code", "")) for each in answers)
        return {match_key(name) for own in names for name in own if name}

    def match_ticked(self, sheet: Sheet, item: Item, at: int) -> Matches:
        """Return the options that the pieces of a column of joined options stand for."""
        known = self.list_known_keys(item)
        signs = (*self.signs, "|")
        cells = ((text, split_joined(text, known, signs)) for text in sheet.rows[at].texts)
        pieces = {piece for text, split_pieces in cells for piece in split_pieces or (text,)}
        return match_options(item, pieces, codes=True)

    def list_contested(self, sheet: Sheet, item: Item, assigned: Assigned) -> set[str] | None:
        """Return the contested match keys of cells turned into option texts; None for other
        cells.
        """
        if item.id in assigned.options and whole(item, assigned.options[item.id]):
            return None if item.slots else set()
        if item.id not in assigned.items or not self.splits_ticked(item):
            return None
        return {*self.match_ticked(sheet, item, assigned.items[item.id]).contested}

    def _split_ticked(self, text: str, options: Mapping[str, str]) -> str:
        """Return a cell of ticked options with `TICKED` between its options and unknown pieces.

        A cell in which no piece is an option is returned unchanged.
        """
        found = split_joined(text, options, (*self.signs, "|"))
        if found is not None:
            return TICKED.join(options[key] for key in found)
        signs = [sign.strip() or sign for sign in self.signs]
        if signs[0] != " " and any(" " in option for option in options):
            # A space separates the words of an option, unless the tool joins options by it.
            signs = [sign for sign in signs if sign != " "]
        sign = next((sign for sign in signs if sign in text.strip()), ",")
        pieces = [piece.strip() for piece in text.split(sign)]
        pieces_read, position = [], 0
        while position < len(pieces):
            # An option may contain the separator: the longest option that begins here is taken.
            for end in range(len(pieces), position, -1):
                joined = (match_key(by.join(pieces[position:end])) for by in (f"{sign} ", sign))
                if key := next((key for key in joined if key in options), ""):
                    pieces_read.append(options[key])
                    position = end
                    break
            else:
                pieces_read.append(pieces[position])
                position += 1
        if not set(pieces_read) & set(options.values()):
            return text
        return TICKED.join(filter(None, pieces_read))

    def _join_spread(self, sheet: Sheet, item: Item, columns: Mapping[str, int]) -> Texts:
        """Join checkbox columns of an item into one column of the ticked options' texts."""
        answers: dict[str, Answer] = {c.code: c for c in item.categories}
        if item.dont_know:
            answers["_dont_know"] = item.dont_know
        joined = Texts.repeat_text("", len(sheet))
        # Some databases write -1 for a ticked box and 0 for others.
        cells = {cell for at in columns.values() for cell in sheet.rows[at].texts}
        is_minus_one = {"-1", "0"} <= cells <= {"-1", "0", ""} and not item.missing
        for code, answer in answers.items():
            if code not in columns:
                continue
            at = columns[code]
            column = sheet.rows[at]
            if is_minus_one:
                column = column.change_texts(lambda cell: "1" if cell == "-1" else cell)
            names = list_own_keys(answer, item)
            box = column.change_texts(partial(self.box, answer.text, names, sheet, at))
            # A missing code in every box is written once.
            joined = joined.join_with(
                box, lambda *pair: TICKED.join(filter(None, dict.fromkeys(pair)))
            )
        return joined

    def _join_slots(self, sheet: Sheet, item: Item, columns: Mapping[str, int]) -> Texts:
        """Join columns of the first, second, ... answer; missing codes beside an answer are
        dropped.
        """
        said = [each for each in item.missing if each.means in ("blank", "not_asked")]
        void = {match_key(text) for each in said for text in (each.text, each.value or "")} | {""}

        def join(one: str, other: str) -> str:
            given = [text for text in (one, other) if match_key(text) not in void]
            return TICKED.join(given) or one or other

        places = [columns[name] for name in item.slots]
        slots = [
            sheet.rows[k].change_texts(partial(self.cell, item, sheet=sheet, at=k)) for k in places
        ]
        return reduce(lambda one, other: one.join_with(other, join), slots)

    def box(self, text: str, names: Collection[str], sheet: Sheet, at: int, cell: str) -> str:
        """Return `text` where a box is ticked, "" where it is not, else the cell unchanged.

        `names`: match keys by which the option of the box is recognised.
        """
        key = match_key(cell)
        if key in names or key in words.TICKED:
            return text
        return "" if key in words.NOT_TICKED else cell

    def _add_moments(
        self, frame: pd.DataFrame, sheet: Sheet, questionnaire: Questionnaire, assigned: Assigned
    ) -> None:
        order = ""
        for name, role in ((SUBMITTED, "timestamp"), (STARTED, "started")):
            if role in assigned.roles:
                order = order or self.order(sheet, assigned.roles[role], questionnaire)
                frame[name] = self.read_moments(sheet.rows[assigned.roles[role]], order).categorical
        if STARTED in frame and SUBMITTED in frame:
            self._drop_other_clocks(frame, sheet, assigned)
        if "duration" in assigned.roles:
            took = sheet.rows[assigned.roles["duration"]]
            frame[SECONDS] = took.change_texts(moments.seconds).categorical
        elif "started" in assigned.roles and "ended" in assigned.roles:
            columns = (sheet.texts(assigned.roles[role]) for role in ("started", "ended"))
            frame[SECONDS] = [
                moments.count_seconds_between(*pair) for pair in zip(*columns, strict=True)
            ]

    def _drop_other_clocks(self, frame: pd.DataFrame, sheet: Sheet, assigned: Assigned) -> None:
        """Clear the start time, in place, where its time zone differs from that of the submission.

        Some forms write one time with the respondent's zone and the other without, or in UTC.
        """
        columns = [sheet.rows[assigned.roles[role]] for role in ("started", "timestamp")]
        # A tool writes zones always or never: the first distinct times are enough.
        if any(moments.find_zone(text) for each in columns for text in each.texts[:SOME]):
            zones = [column.change_texts(moments.find_zone).cells for column in columns]
            begun = Texts.of(frame[STARTED])
            frame[STARTED] = begun.put_text(np.flatnonzero(zones[0] != zones[1]), "").categorical

    def read_moments(self, column: Texts, order: str) -> Texts:
        """Return a column of times as ISO 8601; "" where there is none."""
        return column.map_to(moments.read_all(column.texts, order))

    def order(self, sheet: Sheet, at: int, questionnaire: Questionnaire) -> str:
        """Return whether day or month comes first in the dates of a column."""
        said = {"dmy": moments.DAY_FIRST, "mdy": moments.MONTH_FIRST}
        stated = said.get(questionnaire.export.dates or "")
        column = sheet.rows[at]
        first = column.those(slice(SOME)).tolist()
        return stated or moments.order_of(column.texts, first, questionnaire.language)

    def _add_status(
        self, frame: pd.DataFrame, sheet: Sheet, questionnaire: Questionnaire, assigned: Assigned
    ) -> None:
        if "respondent" in assigned.roles:
            frame[ID] = sheet.rows[assigned.roles["respondent"]].change_texts(str.strip).categorical
        stated = questionnaire.export.complete
        if stated is not None and "complete" in assigned.roles:
            done = {match_key(value) for value in stated.values}
            column = sheet.rows[assigned.roles["complete"]]
            said = column.change_texts(lambda text: "yes" if match_key(text) in done else "no")
            frame[COMPLETE] = said.categorical
        elif (complete := self.complete(sheet, assigned)) is not None:
            frame[COMPLETE] = complete.categorical
        faults = {**self.faults(sheet, assigned), **sheet.faults}
        if faults:
            frame[FAULT] = [faults.get(at, "") for at in range(len(sheet))]
