"""What a reader of a survey tool's exports is, and what all of them share.

A tool says how its exports are told from others, what its own columns are called and mean, how it
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
# What a table that was read says of its items (`attrs`): by item whose cells the reader turned into
# texts of options, the match keys that two options claim and that it could not decide.
CONTESTED = "contested"
# What a table that was read says of its file (`attrs`): the columns that hold something and are not
# read, each as its name and how many of its cells are filled.
LEFT_OUT = "left_out"
# Columns beside the questions that are read, as the questionnaire's `export` names them.
READ = ("timestamp", "started", "duration", "respondent", "invitation")


_WHOLE = re.compile(r"^(-?\d{1,18})[.,]0+$")


# How the fault of a row begins that nobody was meant to answer: a preview, a generated answer.
TEST = "a test answer"

REJECTED = "rejected by a reviewer in the tool"

# How sure a tool is of a sheet (`recognises`) that bears its signature, at least.
CERTAIN = 0.9

# The fault of a row that nobody stands behind: a table that was saved with lines to spare.
EMPTY = "no cell is filled"


def _name_whole(sheet: Sheet, name: str, at: int) -> str:
    """The name of a column, and the text that the file has for it."""
    variable = sheet.labels.get(sheet.columns[at])
    label = variable.label.strip() if variable else ""
    return f"{name}: {label}" if match_key(label) not in ("", match_key(name)) else name


class Tool:
    """A reader of one tool's exports; class attributes are what it knows of them.

    own: match key of a column that the tool adds -> its role (`timestamp`, `started`, `ended`,
        `duration`, `respondent`, `invitation`, or one of the tool's own).
    also: pattern of the match keys of those that it adds and that are not read -> what their cells
        hold (`added.fits_kind`).
    unused: roles by which a column is known, and for which it is not read.
    holds: what the cells hold of a column that is read in a role, where another tool's differ.
    signs: what it puts between ticked options in one cell.
    leading: whether what stands before the first question is its own, in whatever language.
    numbered: whether its headers give the place of a row or option in its list.
    keeps_joined: whether a cell of ticked options is handed on as it is.
    places: where the columns of its own stand that a language of its own may hide, by role.
    ends_when_sent: whether the moment of sending is that at which the interview ended.
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
        """How sure it is that the sheet is an export of the tool, 0 to 1."""
        raise NotImplementedError

    def is_localised(self, sheet: Sheet) -> bool:
        """Whether the first columns are its own by their cells, in whatever language."""
        return False

    def prepare(self, sheet: Sheet) -> Sheet:
        """The sheet with one header and rows of answers; DataError for what cannot be read."""
        return sheet

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """All that the tool's header says of each column, the surest name first."""
        return [
            (column, *(row[at] for row in sheet.under)) for at, column in enumerate(sheet.columns)
        ]

    def own_key(self, heading: tuple[str, ...]) -> str:
        """The match key by which a column of the tool's own is known."""
        return match_key(heading[0])

    def faults(self, sheet: Sheet, assigned: Assigned) -> Mapping[int, str]:
        """Rows that are no answers of a respondent (test answers, say), by position, and why."""
        return {}

    def complete(self, sheet: Sheet, assigned: Assigned) -> Texts | None:
        """`yes`, `no` or "" a row, where the tool itself tells who broke off."""
        return None

    def cell(self, item: Item, text: str, sheet: Sheet, at: int) -> str:
        """One distinct text of an item's own column, as it is handed on.

        A whole number that went through a table of decimals (`2.0`) is that number again, and one
        that was shortened (`1e+05`) has its digits.
        """
        key = match_key(text)
        plain = _WHOLE.sub(r"\1", write_out(key))
        if plain == key or item.kind.is_free_text:
            return text
        void = {match_key(name) for each in item.missing for name in (each.text, each.value or "")}
        known = not item.codes or plain in void or plain in self.list_known_keys(item)
        return plain if known else text

    def is_own(self, sheet: Sheet, at: int) -> bool:
        """Whether a column that holds no question is one that the tool adds by itself."""
        return False

    def adds(self, key: str) -> bool:
        """Whether the match key is that of a column that the tool adds by itself."""
        return bool(self.find_kind(key))

    def find_kind(self, key: str) -> str:
        """What the cells hold of a column that the tool adds by that match key; "" of any other."""
        if role := self.own.get(key):
            return self.holds.get(role) or OF_ROLES[role]
        return next((kind for name, kind in self.also.items() if re.fullmatch(name, key)), "")

    def is_certain(self, sheet: Sheet) -> bool:
        """Whether the prepared sheet bears what no other program writes: the tool's signature."""
        return self.recognises(sheet, None) >= CERTAIN

    def find_added(self, sheet: Sheet, places: Collection[int] = ()) -> frozenset[int]:
        """Places of the columns that the tool surely added by itself; of `places` alone, if given.

        That is where the tool's signature is certain and the cells fit the name. A file of SPSS or
        Stata bears no signature: whoever made it named its columns.
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
        """Whether nothing beside its name says that a column of such a name is a question."""
        return True

    # --- what all share -------------------------------------------------------------------------

    def read_answers(self, sheet: Sheet, questionnaire: Questionnaire) -> pd.DataFrame:
        """The prepared export as one table of text; `readers.read_export` says its columns.

        Raises DataError where the columns are not those of the questionnaire.
        """
        assigned = self.assign_columns(sheet, questionnaire)
        refuse_other_columns(sheet, questionnaire, assigned, self.title)
        made: dict[str, Any] = {ROW: sheet.numbers}
        for name, role in ((TIMESTAMP, "timestamp"), (INVITATION, "invitation")):
            at = assigned.roles.get(role)
            column = Texts.repeat_text("", len(sheet)) if at is None else sheet.rows[at]
            made[name] = column.categorical
        for item in questionnaire.items:
            made[item.id] = self._item(sheet, item, questionnaire, assigned).categorical
        frame = pd.DataFrame(made)
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
        """Name and number of filled cells of each column that is not read, though it holds some.

        Without those that the tool surely added, and those that number the rows.
        """
        options = (at for found in assigned.options.values() for at in found.values())
        ranks = (at for found in assigned.rankings.values() for at in found)
        roles = (at for role, at in assigned.roles.items() if role not in self.unused)
        marker = match_key(questionnaire.export.marker or "")
        taken = {*assigned.items.values(), *options, *ranks, *roles}
        left = [
            at
            for at, column in enumerate(sheet.columns)
            if at not in taken and match_key(column) != marker and not is_row_number(sheet, at)
        ]
        added = self.find_added(sheet, left) if left else frozenset()
        filled = {at: int(sheet.rows[at].where(match_key).sum()) for at in left if at not in added}
        names = sheet.names()
        return [(_name_whole(sheet, names[at], at), n) for at, n in filled.items() if n]

    def assign_columns(self, sheet: Sheet, questionnaire: Questionnaire) -> Assigned:
        """What each column is."""
        made = Assigned()
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
            places = [at for at, called in enumerate(keys) if match_key(stated) in called]
            if len(places) > 1:
                made.twice.append(stated)
            if places:
                made.roles[role] = places[0]
                taken.update(places)
        hits = find(headings, names)
        for target, found in surest(hit for hit in hits if hit.at not in taken).items():
            taken.update(hit.at for hit in found)
            if len(found) > 1:
                # Of columns of one header, those without a cell hold nobody's answer.
                filled = [h for h in found if any(map(match_key, sheet.rows[h.at].texts))]
                found = filled or found[:1]
            if len(found) > 1:
                made.twice.append(sheet.columns[found[0].at])
            if target.option is None:
                made.items[target.item] = found[0].at
            else:
                made.options.setdefault(target.item, {})[target.option] = found[0].at
        own = [self.own_key(heading) for heading in headings]
        for at, key in enumerate(own):
            role = "" if keys[at] & optional else self.own.get(key, "")
            if at not in taken and role and role not in made.roles:
                made.roles[role] = at
        taken.update(made.roles.values())
        made.rankings = rankings.find(questionnaire, made, keys, taken)
        taken.update(at for found in made.rankings.values() for at in found)
        first = min(taken - {*made.roles.values()}, default=0) if self.leading else -1
        left = [at for at in range(first + 1, len(own)) if at not in taken]
        left = [at for at in left if not self.adds(own[at]) and not keys[at] & optional]
        counted = (is_row_number(sheet, at) or self.is_own(sheet, at) for at in left)
        made.unknown = [at for at, known in zip(left, counted, strict=True) if not known]
        needed = (declared[role] for role in ("timestamp", "invitation") if role not in made.roles)
        made.missing = [*filter(None, needed), *find_missing_items(questionnaire, made)]
        if self.places and "timestamp" not in made.roles and self.is_localised(sheet):
            made.roles |= self.places
        if self.ends_when_sent and "timestamp" in made.roles:
            made.roles["ended"] = made.roles["timestamp"]
        return made

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
            # What two options claim is handed on as it is, and never what stands for another cell.
            options = {
                key: key if match_key(answer.text) in matches.contested else answer.text
                for key, answer in matches.found.items()
            }
            options |= {key: key for key in matches.contested}
            return sheet.rows[at].change_texts(lambda text: self._split_ticked(text, options))
        if item.kind.is_date:
            # What is no date stays as it is.
            texts, order = sheet.rows[at].texts, self.order(sheet, at, questionnaire)
            read = zip(texts, moments.read_all(texts, order), strict=True)
            return sheet.rows[at].map_to([iso[:10] or text for text, iso in read])
        return sheet.rows[at].change_texts(lambda text: self.cell(item, text, sheet, at))

    def splits_ticked(self, item: Item) -> bool:
        """Whether this reader tells the ticked options of a cell apart."""
        return item.kind.takes_several and not self.keeps_joined

    def list_known_keys(self, item: Item) -> set[str]:
        """The match keys of all that an option may be in a cell."""
        answers = (answer for answer in list_answers(item) if not isinstance(answer, Missing))
        names = ((each.text, each.value, getattr(each, "code", "")) for each in answers)
        return {match_key(name) for own in names for name in own if name}

    def match_ticked(self, sheet: Sheet, item: Item, at: int) -> Matches:
        """What the pieces of a column of joined options stand for."""
        known = self.list_known_keys(item)
        signs = (*self.signs, "|")
        cells = ((text, split_joined(text, known, signs)) for text in sheet.rows[at].texts)
        pieces = {piece for text, found in cells for piece in found or (text,)}
        return match_options(item, pieces, codes=True)

    def list_contested(self, sheet: Sheet, item: Item, assigned: Assigned) -> set[str] | None:
        """The match keys that two options claim in cells turned into texts; None of other cells."""
        if item.id in assigned.options and whole(item, assigned.options[item.id]):
            return None if item.slots else set()
        if item.id not in assigned.items or not self.splits_ticked(item):
            return None
        return {*self.match_ticked(sheet, item, assigned.items[item.id]).contested}

    def _split_ticked(self, text: str, options: Mapping[str, str]) -> str:
        """A cell of ticked options, told apart; what is none of them stays, told apart as well.

        Where no piece is an option, the cell stays as it is.
        """
        found = split_joined(text, options, (*self.signs, "|"))
        if found is not None:
            return TICKED.join(options[key] for key in found)
        signs = [sign.strip() or sign for sign in self.signs]
        if signs[0] != " " and any(" " in option for option in options):
            # A blank joins the words of texts, where the tool does not say that it joins options.
            signs = [sign for sign in signs if sign != " "]
        sign = next((sign for sign in signs if sign in text.strip()), ",")
        pieces = [piece.strip() for piece in text.split(sign)]
        told, at = [], 0
        while at < len(pieces):
            # An option may hold the sign itself: the longest that begins here.
            for end in range(len(pieces), at, -1):
                joined = (match_key(by.join(pieces[at:end])) for by in (f"{sign} ", sign))
                if key := next((key for key in joined if key in options), ""):
                    told.append(options[key])
                    at = end
                    break
            else:
                told.append(pieces[at])
                at += 1
        if not set(told) & set(options.values()):
            return text
        return TICKED.join(filter(None, told))

    def _join_spread(self, sheet: Sheet, item: Item, columns: Mapping[str, int]) -> Texts:
        """Columns of one box each -> the ticked options' texts, as if joined in one cell."""
        answers: dict[str, Answer] = {c.code: c for c in item.categories}
        if item.dont_know:
            answers["_dont_know"] = item.dont_know
        made = Texts.repeat_text("", len(sheet))
        # Databases write -1 where a box is ticked, and 0 in all others.
        cells = {cell for at in columns.values() for cell in sheet.rows[at].texts}
        minus = {"-1", "0"} <= cells <= {"-1", "0", ""} and not item.missing
        for code, answer in answers.items():
            if code not in columns:
                continue
            at = columns[code]
            held = sheet.rows[at]
            if minus:
                held = held.change_texts(lambda cell: "1" if cell == "-1" else cell)
            names = list_own_keys(answer, item)
            box = held.change_texts(partial(self.box, answer.text, names, sheet, at))
            # What every box says of itself, that there is no answer, is said once.
            made = made.join_with(box, lambda *pair: TICKED.join(filter(None, dict.fromkeys(pair))))
        return made

    def _join_slots(self, sheet: Sheet, item: Item, columns: Mapping[str, int]) -> Texts:
        """The same of columns of the first, second, ... answer; what says there is none goes."""
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
        """What the cell of one box says: `text` where it is ticked, "" where not, else the cell.

        `names`: the match keys by which the option of the box is known.
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
        """No moment of beginning, in place, where it is of another clock than that of sending.

        A form writes the one with the respondent's zone and the other without, or in UTC.
        """
        columns = [sheet.rows[assigned.roles[role]] for role in ("started", "timestamp")]
        # A tool writes a zone always or never: of a million moments the first are looked at.
        if any(moments.find_zone(text) for each in columns for text in each.texts[:SOME]):
            zones = [column.change_texts(moments.find_zone).cells for column in columns]
            begun = Texts.of(frame[STARTED])
            frame[STARTED] = begun.put_text(np.flatnonzero(zones[0] != zones[1]), "").categorical

    def read_moments(self, column: Texts, order: str) -> Texts:
        """A column of moments as ISO 8601; "" where there is none."""
        return column.map_to(moments.read_all(column.texts, order))

    def order(self, sheet: Sheet, at: int, questionnaire: Questionnaire) -> str:
        """Whether day or month stands first in the dates of a column."""
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
