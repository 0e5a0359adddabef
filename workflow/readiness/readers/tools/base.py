"""What a reader of a survey tool's exports is, and what all of them share.

A tool says how its exports are told from others, what its own columns are called and mean, how it
writes headers and joins ticked options. A further tool is a class of such facts; the rest is here.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from readiness.errors import DataError
from readiness.questionnaire import Item, Questionnaire, match_key
from readiness.questionnaire.choices import TICKED, split_joined
from readiness.readers import moments
from readiness.readers.columns import Target, find, names_of, surest
from readiness.readers.table import Sheet
from readiness.readers.tools import words
from readiness.terminal import quoted

ROW, TIMESTAMP, INVITATION = "_row", "_timestamp", "_invitation"
SUBMITTED, STARTED, SECONDS = "_submitted", "_started", "_seconds"
ID, COMPLETE, FAULT = "_id", "_complete", "_fault"
READ = ("timestamp", "started", "duration", "respondent", "invitation")
"""Columns beside the questions that are read, as the questionnaire's `export` names them."""


@dataclass
class Assigned:
    """What each column of a sheet is: of an item, of a part of the export, or nothing known."""

    items: dict[str, int] = field(default_factory=dict)
    options: dict[str, dict[str, int]] = field(default_factory=dict)
    roles: dict[str, int] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)


class Tool:
    """A reader of one tool's exports; class attributes are what it knows of them.

    own: match key of a column that the tool adds -> its role (`timestamp`, `started`, `ended`,
        `duration`, `respondent`, `invitation`, or one of the tool's own), or "" for one that is not
        read.
    also: pattern of further match keys that it adds.
    signs: what it puts between ticked options in one cell.
    numbered: whether its headers give the place of a row or option in its list.
    keeps_joined: whether a cell of ticked options is handed on as it is.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    own: ClassVar[Mapping[str, str]] = {}
    also: ClassVar[re.Pattern[str] | None] = None
    signs: ClassVar[tuple[str, ...]] = (",", ";")
    numbered: ClassVar[bool] = False
    keeps_joined: ClassVar[bool] = False

    # --- what a tool overrides ------------------------------------------------------------------

    def recognises(self, sheet: Sheet, questionnaire: Questionnaire | None) -> float:
        """How sure it is that the sheet is an export of the tool, 0 to 1."""
        raise NotImplementedError

    def prepared(self, sheet: Sheet) -> Sheet:
        """The sheet with one header and rows of answers; DataError for what cannot be read."""
        return sheet

    def headings(self, sheet: Sheet) -> list[tuple[str, ...]]:
        """All that the tool's header says of each column, the surest name first."""
        return [(column,) for column in sheet.columns]

    def faults(self, sheet: Sheet, assigned: Assigned) -> Mapping[int, str]:
        """Rows that are no answers of a respondent (test answers, say), by position, and why."""
        return {}

    def complete(self, sheet: Sheet, assigned: Assigned) -> pd.Series[Any] | None:
        """`yes`, `no` or "" a row, where the tool itself tells who broke off."""
        return None

    def cell(self, item: Item, text: str, sheet: Sheet, at: int) -> str:
        """One distinct text of an item's own column, as it is handed on."""
        return text

    def is_own(self, sheet: Sheet, at: int) -> bool:
        """Whether a column that holds no question is one that the tool adds by itself."""
        return False

    # --- what all share -------------------------------------------------------------------------

    def read(self, sheet: Sheet, questionnaire: Questionnaire) -> pd.DataFrame:
        """The export as one table of text; `readers.read_export` says its columns.

        Raises DataError where the columns are not those of the questionnaire.
        """
        sheet = self.prepared(sheet)
        assigned = self.assigned(sheet, questionnaire)
        self._refuse_other_columns(sheet, questionnaire, assigned)
        made: dict[str, Any] = {ROW: sheet.numbers}
        for name, role in ((TIMESTAMP, "timestamp"), (INVITATION, "invitation")):
            at = assigned.roles.get(role)
            made[name] = _blank(len(sheet)) if at is None else sheet.rows[at].array
        for item in questionnaire.items:
            made[item.id] = self._item(sheet, item, questionnaire, assigned)
        frame = pd.DataFrame(made)
        self._add_moments(frame, sheet, questionnaire, assigned)
        self._add_status(frame, sheet, questionnaire, assigned)
        return frame

    def assigned(self, sheet: Sheet, questionnaire: Questionnaire) -> Assigned:
        """What each column is."""
        made = Assigned()
        export = questionnaire.export
        headings = self.headings(sheet)
        keys = [{match_key(name) for name in heading} for heading in headings]
        taken: set[int] = set()
        declared: dict[str, str | None] = {role: getattr(export, role) for role in READ}
        if export.complete is not None:
            declared["complete"] = export.complete.column
        for role, stated in declared.items():
            if stated is None:
                continue
            places = [at for at, names in enumerate(keys) if match_key(stated) in names]
            if len(places) > 1:
                made.twice.append(stated)
            if places:
                made.roles[role] = places[0]
                taken.update(places)
        hits = find(headings, names_of(questionnaire, numbered=self.numbered))
        for target, found in surest(hit for hit in hits if hit.at not in taken).items():
            if len(found) > 1:
                made.twice.append(sheet.columns[found[0].at])
            taken.update(hit.at for hit in found)
            if target.option is None:
                made.items[target.item] = found[0].at
            else:
                made.options.setdefault(target.item, {})[target.option] = found[0].at
        for at, names in enumerate(keys):
            if at not in taken:
                known = next((self.own[key] for key in names if key in self.own), "")
                if known and known not in made.roles:
                    made.roles[known] = at
        taken.update(made.roles.values())
        optional = {match_key(text) for text in (*export.ignored, export.marker or "") if text}
        made.unknown = [
            at
            for at, names in enumerate(keys)
            if at not in taken
            and not names & (optional | set(self.own))
            and not (self.also and any(self.also.fullmatch(key) for key in names))
            and not self.is_own(sheet, at)
        ]
        made.missing = [
            header for role, header in declared.items()
            if header and role in ("timestamp", "invitation") and role not in made.roles
        ] + _missing_items(questionnaire, made)  # fmt: skip
        return made

    def _refuse_other_columns(
        self, sheet: Sheet, questionnaire: Questionnaire, assigned: Assigned
    ) -> None:
        if assigned.twice:
            raise DataError(
                f"{sheet.path}: {_some(sorted(assigned.twice))}: given more than once; expected "
                "each column once."
            )
        unknown = [_named(sheet, at) for at in assigned.unknown]
        if not assigned.missing and not unknown:
            return
        wanted = len(questionnaire.headers)
        parts = [f"{sheet.path}: not an export of {questionnaire.id}"]
        if assigned.missing:
            parts.append(f"missing {_some(assigned.missing)}")
        if unknown:
            close = difflib.get_close_matches(unknown[0], assigned.missing, n=1, cutoff=0.7)
            hint = (
                f" (did the wording of {close[0]!r} change? A new version, then)" if close else ""
            )
            parts.append(f"unknown {_some(unknown)}{hint}")
        parts.append(f"{wanted - len(assigned.missing)} of {wanted} columns recognised")
        advice = ""
        if unknown and not assigned.missing:
            listed = ", ".join(f'"{name}"' for name in unknown[:3])
            more = ", ..." if len(unknown) > 3 else ""
            advice = (
                "\nNo questions? Add to the questionnaire, under export: "
                f"`ignored: [{listed}{more}]`."
            )
        raise DataError("; ".join(parts) + "." + advice)

    def _item(
        self, sheet: Sheet, item: Item, questionnaire: Questionnaire, assigned: Assigned
    ) -> pd.Categorical:
        if item.id in assigned.options and _whole(item, assigned.options[item.id]):
            return self._spread(sheet, item, assigned.options[item.id])
        at = assigned.items[item.id]
        if item.kind == "multi" and not self.keeps_joined:
            options = self.options_of(item, sheet)
            return mapped(sheet.rows[at].array, lambda text: self._joined(text, options))
        if item.kind == "date":
            read = moments.reading(self.order(sheet, at, questionnaire))
            return mapped(sheet.rows[at].array, lambda text: self.moment(text, read)[:10] or text)
        return mapped(sheet.rows[at].array, lambda text: self.cell(item, text, sheet, at))

    def options_of(self, item: Item, sheet: Sheet) -> dict[str, str]:
        """Match key of all that an option may be in a cell -> its exported text."""
        options: dict[str, str] = {}
        answers = [*item.categories, *([item.dont_know] if item.dont_know else [])]
        for answer in answers:
            value = getattr(answer, "value", None)
            code = getattr(answer, "code", "")
            for text in (answer.text, value, code):
                if text:
                    options.setdefault(match_key(text), answer.text)
        return options

    def _joined(self, text: str, options: Mapping[str, str]) -> str:
        """A cell of ticked options, told apart; as it is where it holds anything else."""
        found = split_joined(text, options, self.signs)
        return text if found is None else TICKED.join(options[key] for key in found)

    def _spread(self, sheet: Sheet, item: Item, columns: Mapping[str, int]) -> pd.Categorical:
        """Columns of one box each -> the ticked options' texts, as if joined in one cell."""
        answers = {c.code: c.text for c in item.categories}
        if item.dont_know:
            answers["_dont_know"] = item.dont_know.text
        options = self.options_of(item, sheet)
        codes, texts = np.zeros(len(sheet), dtype=np.int64), [""]
        for code, text in answers.items():
            if code not in columns:
                continue
            at = columns[code]
            box = mapped(sheet.rows[at].array, partial(self.box, text, options, sheet, at))
            boxes = [str(found) for found in box.categories]
            # Each pair of what was ticked so far and this box is a text of its own.
            pairs, distinct = pd.factorize(codes * len(boxes) + box.codes)
            texts = [
                TICKED.join(part for part in (texts[pair // len(boxes)], boxes[pair % len(boxes)])
                            if part)
                for pair in distinct.tolist()
            ]  # fmt: skip
            codes = pairs
        return pd.Categorical.from_codes(*_distinct(codes, texts))

    def box(self, text: str, options: Mapping[str, str], sheet: Sheet, at: int, cell: str) -> str:
        """What the cell of one box says: `text` where it is ticked, "" where not, else the cell."""
        key = match_key(cell)
        if options.get(key) == text or key in words.TICKED:
            return text
        return "" if key in words.NOT_TICKED else cell

    def _add_moments(
        self, frame: pd.DataFrame, sheet: Sheet, questionnaire: Questionnaire, assigned: Assigned
    ) -> None:
        order = ""
        for name, role in ((SUBMITTED, "timestamp"), (STARTED, "started")):
            if role in assigned.roles:
                column = sheet.rows[assigned.roles[role]].array
                order = order or self.order(sheet, assigned.roles[role], questionnaire)
                read = moments.reading(order)
                frame[name] = mapped(column, lambda text, read=read: self.moment(text, read))  # type: ignore[misc]
        if "duration" in assigned.roles:
            frame[SECONDS] = mapped(sheet.rows[assigned.roles["duration"]].array, _seconds)
        elif "started" in assigned.roles and "ended" in assigned.roles:
            columns = (sheet.texts(assigned.roles[role]) for role in ("started", "ended"))
            frame[SECONDS] = [moments.seconds_between(*pair) for pair in zip(*columns, strict=True)]

    def moment(self, text: str, read: Callable[[str], str]) -> str:
        """A moment of the export by `read`; "" for what the tool writes where it has none."""
        return read(text)

    def order(self, sheet: Sheet, at: int, questionnaire: Questionnaire) -> str:
        """Whether day or month stands first in the dates of a column."""
        said = {"dmy": moments.DAY_FIRST, "mdy": moments.MONTH_FIRST}
        stated = said.get(str(getattr(questionnaire.export, "dates", None)))
        return stated or moments.order_of(sheet.texts(at).tolist(), questionnaire.language)[0]

    def _add_status(
        self, frame: pd.DataFrame, sheet: Sheet, questionnaire: Questionnaire, assigned: Assigned
    ) -> None:
        if "respondent" in assigned.roles:
            frame[ID] = mapped(sheet.rows[assigned.roles["respondent"]].array, str.strip)
        stated = questionnaire.export.complete
        if stated is not None and "complete" in assigned.roles:
            done = {match_key(value) for value in stated.values}
            column = sheet.rows[assigned.roles["complete"]].array
            frame[COMPLETE] = mapped(
                column, lambda text: "yes" if match_key(text) in done else "no"
            )
        elif (complete := self.complete(sheet, assigned)) is not None:
            frame[COMPLETE] = complete.array
        faults = {**self.faults(sheet, assigned), **sheet.faults}
        if faults:
            frame[FAULT] = [faults.get(at, "") for at in range(len(sheet))]


def mapped(column: Any, change: Callable[[str], str]) -> pd.Categorical:
    """A categorical column with each distinct text changed."""
    texts = [change(str(text)) for text in column.categories]
    return pd.Categorical.from_codes(*_distinct(column.codes, texts))


def _distinct(codes: np.ndarray, texts: Sequence[str]) -> tuple[np.ndarray, pd.Index[Any]]:
    """Codes and categories where several of `texts` may be the same."""
    places, distinct = pd.factorize(np.array(texts, dtype=object))
    moved = places[codes] if len(texts) else codes
    return moved, pd.Index(distinct, dtype=object)


def _blank(rows: int) -> pd.Categorical:
    return pd.Categorical.from_codes(
        np.zeros(rows, dtype=np.int8), pd.Index([""] if rows else [], dtype=object)
    )


def _seconds(text: str) -> str:
    """Seconds as they are; hours, minutes and seconds added up; "" where neither."""
    key = match_key(text).replace(",", ".")
    if re.fullmatch(r"\d{1,9}(\.\d{1,12})?", key):
        return key
    found = re.fullmatch(r"(?:(\d{1,4}):)?(\d{1,2}):(\d{2})", key)
    if not found:
        return ""
    return str(int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3]))


def _whole(item: Item, columns: Mapping[str, int]) -> bool:
    return set(item.codes) <= set(columns)


def _missing_items(questionnaire: Questionnaire, assigned: Assigned) -> list[str]:
    missing = []
    for item in questionnaire.items:
        spread = assigned.options.get(item.id, {})
        if item.id in assigned.items or (item.codes and _whole(item, spread)):
            continue
        lacks = [c.text for c in item.categories if c.code not in spread] if spread else []
        missing.append(f"{item.column} ({lacks[0]})" if lacks else item.column)
    return missing


def _named(sheet: Sheet, at: int) -> str:
    """A header for a message; a column without one by its place."""
    return sheet.columns[at].strip() or f"column {at + 1}"


def _some(texts: Iterable[str], limit: int = 3) -> str:
    listed = list(texts)
    shown = ", ".join(quoted(text) for text in listed[:limit])
    rest = len(listed) - limit
    return shown + (f" and {rest} more" if rest > 0 else "")


def known_share(sheet: Sheet, questionnaire: Questionnaire | None, tool: Tool) -> float:
    """Which share of the questionnaire's items the tool finds in the sheet."""
    if questionnaire is None or not questionnaire.items:
        return 0.0
    try:
        missing = len(tool.assigned(tool.prepared(sheet), questionnaire).missing)
    except DataError:
        return 0.0
    return 1 - missing / len(questionnaire.headers)


__all__ = ["Assigned", "Target", "Tool", "known_share", "mapped"]
