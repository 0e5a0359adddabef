"""From the raw text of kept submissions to the coded table: cells, routing, corrections, frame.

Corrections stand in a separate, counted file. The raw data are never edited.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.ground.errors import DataError
from readiness.ground.facts import Fact, Listed, to_json
from readiness.questionnaire import (
    BLANK,
    DONT_KNOW,
    INVALID,
    NOT_ASKED,
    SPECIAL_CODES,
    TICKED,
    Item,
    Questionnaire,
    match_key,
    tidy,
)
from readiness.questionnaire.items import Answer, Category, Routing
from readiness.readers import CONTESTED, Booleans, Texts
from readiness.readers.tools.words import NO_ANSWER
from readiness.validation.cells import Options, ReadCell, read_cell
from readiness.validation.issues import NO_ROW, UNREAD, issues_of

# Whether an item was asked: no, cannot be known, yes.
NO, UNCLEAR, YES = 0, 1, 2
# What a reader may know of a submission beside its answers.
OF_THE_TOOL = ("_submitted", "_started", "_seconds", "_complete")

Asked = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Answers:
    """Raw text of the kept submissions, one a respondent, sorted by respondent.

    Attributes:
        place: where each stands in the table as it was read, from 0.
        row: the row of each in the export.
        respondent: the name of each.
        texts: the exported text, by item.
        known: what the tool knows beside the answers, by column of the reader (`OF_THE_TOOL`).
        options: what the cells of each item's column may hold, by item.
    """

    place: npt.NDArray[np.intp]
    row: npt.NDArray[np.int64]
    respondent: npt.NDArray[np.object_]
    texts: Mapping[str, Texts]
    known: Mapping[str, Texts]
    options: Mapping[str, Options]

    @classmethod
    def of(
        cls,
        raw: pd.DataFrame,
        at: npt.NDArray[np.intp],
        respondent: npt.NDArray[np.object_],
        questionnaire: Questionnaire,
    ) -> "Answers":
        """The submissions at the places `at` of the export, in that order."""
        moved = not np.array_equal(at, np.arange(len(raw)))

        def column(name: str) -> Texts:
            texts = Texts.of(raw[name])
            return texts.take(at) if moved else texts

        texts = {item.id: column(item.id) for item in questionnaire.items}
        known = {name: column(name) for name in OF_THE_TOOL if name in raw}
        told, dates = raw.attrs.get(CONTESTED, {}), questionnaire.export.dates
        options = {
            item.id: Options.of(item, texts[item.id].texts, dates, told.get(item.id))
            for item in questionnaire.items
        }
        row = raw["_row"].to_numpy(dtype=np.int64)[at]
        return cls(at, row, respondent, texts, known, options)

    def __len__(self) -> int:
        return len(self.row)

    def without(self, gone: Booleans) -> "Answers":
        """The same without these submissions."""
        kept = ~gone
        return replace(
            self,
            place=self.place[kept],
            row=self.row[kept],
            respondent=self.respondent[kept],
            texts={name: texts.take(kept) for name, texts in self.texts.items()},
            known={name: texts.take(kept) for name, texts in self.known.items()},
        )

    def cells(self, item: Item) -> tuple[ReadCell, ...]:
        """Each distinct text of the item, read."""
        options = self.options[item.id]
        return tuple(read_cell(item, text, options) for text in self.texts[item.id].texts)

    def issues(
        self,
        rule: str,
        fact: Fact | Sequence[Fact] | npt.NDArray[np.object_],
        at: npt.NDArray[np.intp],
        *,
        item: Item | None = None,
        value: str | Sequence[str] | npt.NDArray[np.object_] | None = None,
        suggestion: str | npt.NDArray[np.object_] = "",
    ) -> pd.DataFrame:
        """Issues of the submissions at these places; `value`: what the item's column holds."""
        if value is None:
            value = "" if item is None else self.texts[item.id].those(at)
        return issues_of(
            rule,
            fact,
            row=self.row[at],
            respondent=self.respondent[at],
            value=value,
            column=item.column if item else "",
            item=item.id if item else "",
            suggestion=suggestion,
        )


@dataclass(frozen=True, eq=False)
class Coded:
    """The answers to one item, read.

    `texts`: the exported texts. `cells`: each distinct text, read. `asked`: `NO`, `UNCLEAR` or
    `YES` for each respondent. `columns`: the columns of the coded table.
    """

    item: Item
    texts: Texts
    cells: tuple[ReadCell, ...]
    asked: Asked
    columns: Mapping[str, Texts]

    @property
    def is_given(self) -> Booleans:
        """Who gave an answer of any kind, whether it can be used or not."""
        return self.texts.flags(cell.given for cell in self.cells)

    @property
    def first(self) -> Texts:
        """The first column: of an item of one column, the only one."""
        return next(iter(self.columns.values()))

    @property
    def expects(self) -> bool:
        """Whether a blank cell is a missing answer: not of a remark, nor where it means none."""
        return not self.item.kind.is_free_text and self.item.blank_means != "none"


# Distinct unknown texts of an item, the most frequent ones, for which a near option is sought.
SUGGESTED = 200


def code_answers(
    answers: Answers, groups: Texts, questionnaire: Questionnaire
) -> tuple[list[Coded], list[pd.DataFrame]]:
    """Code every item of every kept submission, in the order of the form.

    `groups`: the group of each, which rules routing on the group item. Returns the items and the
    issues of their cells; who left one blank is told by `interviews.blanks`.
    """
    made: list[Coded] = []
    sources = {} if questionnaire.group_item is None else {questionnaire.group_item: groups}
    found: list[pd.DataFrame] = []
    for item in questionnaire.items:
        state = np.full(len(answers), YES, dtype=np.int8)
        for routing in item.asked_if:
            source = questionnaire.item(routing.item)
            # The group is one column of its own, whatever its item was read as.
            names = [source.id] if source.id in sources else source.columns
            columns = [sources[name] for name in names]
            met = _judge_condition(routing, source, columns)
            unclear = columns[0].isin(code for code in SPECIAL_CODES if code != NOT_ASKED)
            state = np.minimum(state, np.where(met, YES, np.where(unclear, UNCLEAR, NO)))
        coded, issues = _code_item(item, answers, state.astype(np.int8))
        made.append(coded)
        found.extend(issues)
        sources = {**coded.columns, **sources}
    return made, found


def _judge_condition(routing: Routing, source: Item, columns: Sequence[Texts]) -> Booleans:
    if source.kind.takes_several:
        ticked = [
            column.isin(["1"])
            for column, code in zip(columns, source.codes, strict=True)
            if code in routing.one_of
        ]
        return np.asarray(np.any(ticked, axis=0), dtype=np.bool_)
    if not routing.of_a_number:
        return columns[0].isin(routing.one_of)
    numbers = columns[0].numbers
    low, high = routing.bounds
    return (numbers >= low) & (numbers <= high)


def _code_item(item: Item, answers: Answers, asked: Asked) -> tuple[Coded, list[pd.DataFrame]]:
    texts = answers.texts[item.id]
    cells = answers.cells(item)
    given = texts.flags(cell.given for cell in cells)
    # An item nobody can be shown to have been asked, and left empty, was not asked.
    out = (asked == NO) | ((asked == UNCLEAR) & ~given)
    read = {n: texts.map_to([c.values[k] for c in cells]) for k, n in enumerate(item.columns)}
    columns = {n: c.put_text(out, NOT_ASKED) if out.any() else c for n, c in read.items()}
    coded = Coded(item, texts, cells, asked, columns)
    found = _list_cell_issues(coded, answers, ~out)
    conditions = Listed(tuple(condition(routing) for routing in item.asked_if))
    for rule, mask, kind in (
        ("routed_out", (asked == NO) & given, "validation.routed_out"),
        ("routing_unclear", (asked == UNCLEAR) & given, "validation.routing_unclear"),
    ):
        fact = Fact(kind, {"conditions": conditions})
        found.append(answers.issues(rule, fact, np.flatnonzero(mask), item=item))
    return coded, found


def condition(routing: Routing) -> Fact:
    """One condition under which an item is asked."""
    codes = Listed(routing.condition_terms, "or")
    return Fact("validation.asked_if", {"item": routing.item, "codes": codes})


def _list_cell_issues(coded: Coded, answers: Answers, inside: Booleans) -> list[pd.DataFrame]:
    """The faults of the cells of one item in the rows `inside`, but the blank ones."""
    texts = coded.texts
    faulty: dict[str, dict[int, Fact]] = {}
    for place, cell in enumerate(coded.cells):
        for fault in cell.faults:
            faulty.setdefault(fault.rule, {})[place] = fault.fact
    found = []
    for rule, facts in faulty.items():
        if rule == "no_answer":
            continue
        at = np.flatnonzero(texts.flags(k in facts for k in range(len(texts.texts))) & inside)
        said, near = np.full((2, len(texts.texts)), "", dtype=object)
        written = {id(fact): to_json(fact) for fact in {id(f): f for f in facts.values()}.values()}
        said[list(facts)] = [written[id(fact)] for fact in facts.values()]
        if rule in ("unknown_option", "near_option"):
            options = answers.options[coded.item.id]
            for place, suggestion in _find_near(texts, facts, options).items():
                near[place] = suggestion
        if rule in UNREAD:
            for place in facts:
                near[place] = near[place] or declaration(texts.texts[place])
        codes = texts.codes[at]
        found.append(answers.issues(rule, said[codes], at, item=coded.item, suggestion=near[codes]))
    return found


def declaration(text: str) -> str:
    """What the questionnaire would say of a text that often stands for no answer; "" for others."""
    if (means := NO_ANSWER.get(match_key(text))) is None:
        return ""
    return f"missing: [{{text: {json.dumps(text.strip(), ensure_ascii=False)}, means: {means}}}]"


def _find_near(texts: Texts, facts: Mapping[int, Fact], options: Options) -> dict[int, str]:
    """The near option of the unknown texts that occur most."""
    counts = Counter(dict(zip(facts, texts.counts[list(facts)].tolist(), strict=True)))
    found = {}
    for place, _ in counts.most_common(SUGGESTED):
        said = facts[place].values.get("said_pieces")
        pieces = said.items if isinstance(said, Listed) else (texts.texts[place],)
        near = [options.near(str(piece)) for piece in pieces[:10]]
        found[place] = "; ".join(dict.fromkeys(option for option in near if option))
    return found


def find_differences_from_frame(
    table: pd.DataFrame, rows: npt.NDArray[np.int64], questionnaire: Questionnaire
) -> list[pd.DataFrame]:
    """Issues where an answer that repeats a frame variable says something else.

    `table` is the coded table with frame columns, `rows` the row of each in the export.
    """
    found = []
    for item in questionnaire.items:
        if item.confirms is None or item.confirms not in table.columns:
            continue
        answer, frame = table[item.id], table[item.confirms]
        mask = (~answer.isin(SPECIAL_CODES) & (frame != "") & (answer != frame)).to_numpy()
        said = [{"frame": code, "variable": item.confirms} for code in frame[mask]]
        found.append(
            issues_of(
                "differs_from_frame",
                [Fact("validation.differs_from_frame", each) for each in said],
                row=rows[mask],
                respondent=table.loc[mask, "respondent"].tolist(),
                column=item.column,
                item=item.id,
                value=answer[mask].tolist(),
            )
        )
    return found


def expectation(item: Item) -> str:
    """What an answer to the item can be, for the table of faults: its options or its range."""
    if item.range is not None:
        ends = (item.range.low, item.range.high)
        return "..".join("" if end is None else f"{end:.12g}" for end in ends)
    if item.kind.written_as:
        return item.kind.written_as
    options = [category.text for category in item.categories]
    return " | ".join([*options, *([item.dont_know.text] if item.dont_know else [])])


# How a correction begins that names the row of the export, and so nobody.
BY_ROW = "row-"


def apply_corrections(
    answers: Answers,
    corrections: pd.DataFrame,
    questionnaire: Questionnaire,
    invited: frozenset[str],
) -> tuple[Answers, list[pd.DataFrame], int]:
    """Put the corrected text in place of the exported one.

    `answers` holds the raw text of the kept submissions; `invited` the codes of those who were sent
    an invitation. A correction says whose answer it is by the respondent's name or, naming nobody,
    by the row of the export (`row-17`). Returns the corrected answers, an issue for every
    correction, and how many were applied. A correction for someone invited who has not answered (an
    earlier export, say) is a warning.

    Raises DataError naming the row of the corrections file when `from` is not what the respondent
    answered, `to` is not an answer of the item, or nobody has that code.
    """
    # Where each respondent stands, by the row of the export and by name.
    place = {f"{BY_ROW}{row}": at for at, row in enumerate(answers.row)}
    place |= {who: at for at, who in enumerate(answers.respondent)}
    texts: dict[str, Texts] = {}
    found: list[pd.DataFrame] = []
    applied = 0
    for position, entry in enumerate(corrections.to_dict("records")):
        where = f"corrections, row {position + 2}"
        item = questionnaire.item(entry["item"])
        who = entry["respondent"]
        if who not in place:
            if who not in invited:
                raise DataError(f"{where}: {who!r} neither answered nor was invited.")
            found.append(
                issues_of(
                    "correction_unused",
                    Fact("validation.rule.correction_unused"),
                    row=[NO_ROW],
                    respondent=[who],
                    value=[entry["from"]],
                    column=item.column,
                    item=item.id,
                )
            )
            continue
        at = place[who]
        column = texts.get(item.id, answers.texts[item.id])
        options = answers.options[item.id]
        exported = column.at(at)
        _require_match(where, item, who, exported, entry, options)
        to = _find_exported_text(where, item, entry["to"], options)
        texts[item.id] = column.put_text([at], to)
        applied += 1
        said = {f"said_{name}": entry[name] for name in ("to", "reason", "reviewer")}
        fact = Fact("validation.corrected", said)
        found.append(answers.issues("corrected", fact, np.array([at]), item=item, value=[exported]))
    corrected = {**answers.texts, **{name: column.used() for name, column in texts.items()}}
    return replace(answers, texts=corrected), found, applied


def _require_match(
    where: str, item: Item, who: str, exported: str, entry: Mapping[Any, str], options: Options
) -> None:
    """`from` may be the exported text, or the code that it reads as."""

    def is_answer(wanted: str) -> bool:
        return match_key(wanted) == match_key(exported) or (
            not item.kind.takes_several and read_cell(item, exported, options).values == (wanted,)
        )

    expected = entry["from"]
    if not is_answer(expected):
        hint = " That answer is already the corrected one." if is_answer(entry["to"]) else ""
        raise DataError(
            f"{where}: {item.id} of {who} is {tidy(exported)!r}, not {expected!r} as `from` says."
            f"{hint} Check the row against the export."
        )


def _find_exported_text(where: str, item: Item, to: str, options: Options) -> str:
    """What the column would hold for the code, codes or value `to`."""
    if to in ("", BLANK):
        return ""
    by_code: dict[str, Answer] = {category.code: category for category in item.categories}
    if item.dont_know and to == DONT_KNOW:
        return _write_option(where, item.dont_know, options)
    if item.kind.takes_options:
        codes = [code.strip() for code in to.split(";")] if item.kind.takes_several else [to]
        if unknown := [code for code in codes if code not in by_code]:
            raise DataError(
                f"{where}: `to` is {unknown[0]!r}; {item.id} has {', '.join(by_code)} and {BLANK}."
            )
        return TICKED.join(_write_option(where, by_code[code], options) for code in codes)
    if to in (NOT_ASKED, INVALID) or read_cell(item, to, options).values == (INVALID,):
        raise DataError(f"{where}: `to` is {to!r}, which cannot be an answer to {item.id}.")
    return to


def _write_option(where: str, option: Answer, options: Options) -> str:
    """The text of an option, or its value or code where the column would not read it by that."""
    code = option.code if isinstance(option, Category) else DONT_KNOW
    for name in (option.text, option.value or "", code):
        if options.find(name) == (code, option.text):
            return name
    raise DataError(
        f"{where}: `to` is {code!r}, and two options claim {option.text!r}: settle that in the "
        "questionnaire first."
    )
