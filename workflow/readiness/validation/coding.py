"""Code the kept submissions: cells, routing, corrections, comparison with the frame.

Corrections are a separate, counted file. The raw data are never edited.
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

# Was an item asked of a respondent? No; cannot be decided; yes.
NO, UNCLEAR, YES = 0, 1, 2
# Columns that a reader adds to the answers: time of submission, start, duration, completeness.
OF_THE_TOOL = ("_submitted", "_started", "_seconds", "_complete")

Asked = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Answers:
    """Raw text of the kept submissions, one per respondent, sorted by respondent.

    Arrays with one entry per submission: `place`, its position in the table as read, from 0; `row`,
    its row in the export; `respondent`, its name. `texts`: the exported texts, by item. `known`:
    the columns of `OF_THE_TOOL` that the export has. `options`: the options of each item's column.
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
        """Return the submissions at the positions `at` of the export, in that order."""
        reordered = not np.array_equal(at, np.arange(len(raw)))

        def column(name: str) -> Texts:
            texts = Texts.of(raw[name])
            return texts.take(at) if reordered else texts

        texts = {item.id: column(item.id) for item in questionnaire.items}
        known = {name: column(name) for name in OF_THE_TOOL if name in raw}
        contested, dates = raw.attrs.get(CONTESTED, {}), questionnaire.export.dates
        options = {
            item.id: Options.of(item, texts[item.id].texts, dates, contested.get(item.id))
            for item in questionnaire.items
        }
        row = raw["_row"].to_numpy(dtype=np.int64)[at]
        return cls(at, row, respondent, texts, known, options)

    def __len__(self) -> int:
        return len(self.row)

    def without(self, gone: Booleans) -> "Answers":
        """Return the answers without the submissions whose entry in `gone` is True."""
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
        """Return the codes and faults of each distinct text of an item."""
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
        """Return a table of issues, one row for each submission at the positions `at`.

        `value`: content to quote; None quotes the item's cell.
        """
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
    """Coded answers to one item.

    `texts`: the exported texts. `cells`: codes and faults of each distinct text. `asked`: `NO`,
    `UNCLEAR` or `YES` for each respondent. `columns`: the item's columns of the coded table.
    """

    item: Item
    texts: Texts
    cells: tuple[ReadCell, ...]
    asked: Asked
    columns: Mapping[str, Texts]

    @property
    def is_given(self) -> Booleans:
        """Mask of respondents who gave an answer of any kind, usable or not."""
        return self.texts.flags(cell.given for cell in self.cells)

    @property
    def first(self) -> Texts:
        """First column of the item in the coded table."""
        return next(iter(self.columns.values()))

    @property
    def expects(self) -> bool:
        """True if a blank cell is item nonresponse: neither free text nor a blank for "none"."""
        return not self.item.kind.is_free_text and self.item.blank_means != "none"


# Largest number of unknown texts of an item with a suggestion; the most frequent texts come first.
SUGGESTED = 200


def code_answers(
    answers: Answers, groups: Texts, questionnaire: Questionnaire
) -> tuple[list[Coded], list[pd.DataFrame]]:
    """Code every item of every kept submission, in the order of the form.

    `groups`: group of each respondent, for routing on the group item. Returns the coded items, and
    tables of issues of their cells; `interviews.blanks` lists the blank cells.
    """
    coded_items: list[Coded] = []
    sources = {} if questionnaire.group_item is None else {questionnaire.group_item: groups}
    all_issues: list[pd.DataFrame] = []
    for item in questionnaire.items:
        state = np.full(len(answers), YES, dtype=np.int8)
        for routing in item.asked_if:
            source = questionnaire.item(routing.item)
            # `sources` holds one column for the group item, even if the item has several columns.
            names = [source.id] if source.id in sources else source.columns
            columns = [sources[name] for name in names]
            is_met = _judge_condition(routing, source, columns)
            unclear = columns[0].isin(code for code in SPECIAL_CODES if code != NOT_ASKED)
            state = np.minimum(state, np.where(is_met, YES, np.where(unclear, UNCLEAR, NO)))
        coded, issues = _code_item(item, answers, state.astype(np.int8))
        coded_items.append(coded)
        all_issues.extend(issues)
        sources = {**coded.columns, **sources}
    return coded_items, all_issues


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
    answered = texts.flags(cell.given for cell in cells)
    # Where routing cannot be decided, a blank item counts as not asked.
    not_asked = (asked == NO) | ((asked == UNCLEAR) & ~answered)
    coded_columns = {
        n: texts.map_to([c.values[k] for c in cells]) for k, n in enumerate(item.columns)
    }
    columns = {
        n: c.put_text(not_asked, NOT_ASKED) if not_asked.any() else c
        for n, c in coded_columns.items()
    }
    coded = Coded(item, texts, cells, asked, columns)
    all_issues = _list_cell_issues(coded, answers, ~not_asked)
    conditions = Listed(tuple(condition(routing) for routing in item.asked_if))
    for rule, mask, kind in (
        ("routed_out", (asked == NO) & answered, "validation.routed_out"),
        ("routing_unclear", (asked == UNCLEAR) & answered, "validation.routing_unclear"),
    ):
        fact = Fact(kind, {"conditions": conditions})
        all_issues.append(answers.issues(rule, fact, np.flatnonzero(mask), item=item))
    return coded, all_issues


def condition(routing: Routing) -> Fact:
    """Return a condition of routing as a fact: the filter question and the codes that lead on."""
    codes = Listed(routing.condition_terms, "or")
    return Fact("validation.asked_if", {"item": routing.item, "codes": codes})


def _list_cell_issues(coded: Coded, answers: Answers, inside: Booleans) -> list[pd.DataFrame]:
    """Return tables of issues of one item's cells in the rows `inside`, except blank cells."""
    texts = coded.texts
    faulty: dict[str, dict[int, Fact]] = {}
    for place, cell in enumerate(coded.cells):
        for fault in cell.faults:
            faulty.setdefault(fault.rule, {})[place] = fault.fact
    all_issues = []
    for rule, facts in faulty.items():
        if rule == "no_answer":
            continue
        at = np.flatnonzero(texts.flags(k in facts for k in range(len(texts.texts))) & inside)
        facts_json, suggestions = np.full((2, len(texts.texts)), "", dtype=object)
        json_of_fact = {
            id(fact): to_json(fact) for fact in {id(f): f for f in facts.values()}.values()
        }
        facts_json[list(facts)] = [json_of_fact[id(fact)] for fact in facts.values()]
        if rule in ("unknown_option", "near_option"):
            options = answers.options[coded.item.id]
            for place, suggestion in _find_near(texts, facts, options).items():
                suggestions[place] = suggestion
        if rule in UNREAD:
            for place in facts:
                suggestions[place] = suggestions[place] or declaration(texts.texts[place])
        codes = texts.codes[at]
        all_issues.append(
            answers.issues(
                rule, facts_json[codes], at, item=coded.item, suggestion=suggestions[codes]
            )
        )
    return all_issues


def declaration(text: str) -> str:
    """Return the questionnaire's line that declares a text as missing.

    "" for a text that is no common missing code (`NO_ANSWER`).
    """
    if (means := NO_ANSWER.get(match_key(text))) is None:
        return ""
    return f"missing: [{{text: {json.dumps(text.strip(), ensure_ascii=False)}, means: {means}}}]"


def _find_near(texts: Texts, facts: Mapping[int, Fact], options: Options) -> dict[int, str]:
    """Return the similar options of the most frequent unknown texts, by position of the text."""
    counts = Counter(dict(zip(facts, texts.counts[list(facts)].tolist(), strict=True)))
    suggestions = {}
    for place, _ in counts.most_common(SUGGESTED):
        unknown_pieces = facts[place].values.get("said_pieces")
        pieces = (
            unknown_pieces.items if isinstance(unknown_pieces, Listed) else (texts.texts[place],)
        )
        similar = [options.near(str(piece)) for piece in pieces[:10]]
        suggestions[place] = "; ".join(dict.fromkeys(option for option in similar if option))
    return suggestions


def find_differences_from_frame(
    table: pd.DataFrame, rows: npt.NDArray[np.int64], questionnaire: Questionnaire
) -> list[pd.DataFrame]:
    """Return issues of answers that differ from the frame variable that the item confirms.

    `table` is the coded table with frame columns, `rows` the row of each respondent in the export.
    """
    all_issues = []
    for item in questionnaire.items:
        if item.confirms is None or item.confirms not in table.columns:
            continue
        answer, frame = table[item.id], table[item.confirms]
        mask = (~answer.isin(SPECIAL_CODES) & (frame != "") & (answer != frame)).to_numpy()
        frame_values = [{"frame": code, "variable": item.confirms} for code in frame[mask]]
        all_issues.append(
            issues_of(
                "differs_from_frame",
                [Fact("validation.differs_from_frame", values) for values in frame_values],
                row=rows[mask],
                respondent=table.loc[mask, "respondent"].tolist(),
                column=item.column,
                item=item.id,
                value=answer[mask].tolist(),
            )
        )
    return all_issues


def expectation(item: Item) -> str:
    """Return the possible answers to an item, for the table of faults: options or range."""
    if item.range is not None:
        limits = (item.range.low, item.range.high)
        return "..".join("" if end is None else f"{end:.12g}" for end in limits)
    if item.kind.written_as:
        return item.kind.written_as
    options = [category.text for category in item.categories]
    return " | ".join([*options, *([item.dont_know.text] if item.dont_know else [])])


# Prefix of a correction that names a row of the export instead of a respondent.
BY_ROW = "row-"


def apply_corrections(
    answers: Answers,
    corrections: pd.DataFrame,
    questionnaire: Questionnaire,
    invited: frozenset[str],
) -> tuple[Answers, list[pd.DataFrame], int]:
    """Replace exported texts by the corrected ones.

    `answers` holds the raw text of the kept submissions; `invited` the codes of the invited
    persons. A correction names the respondent or, without naming anybody, the row of the export
    (`row-17`). Returns the corrected answers, an issue for every correction, and the number
    applied. A correction for an invited person without an answer (of an earlier export, say) is a
    warning.

    Raises DataError naming the row of the corrections file when `from` is not the respondent's
    answer, `to` is not an answer of the item, or no respondent or invitation has that code.
    """
    # Position of each respondent, under two keys: `row-17` for the row of the export, and the name.
    place = {f"{BY_ROW}{row}": at for at, row in enumerate(answers.row)}
    place |= {who: at for at, who in enumerate(answers.respondent)}
    texts: dict[str, Texts] = {}
    all_issues: list[pd.DataFrame] = []
    applied = 0
    for position, entry in enumerate(corrections.to_dict("records")):
        where = f"corrections, row {position + 2}"
        item = questionnaire.item(entry["item"])
        who = entry["respondent"]
        if who not in place:
            if who not in invited:
                raise DataError(f"{where}: {who!r} is neither a respondent nor an invited person.")
            all_issues.append(
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
        values = {f"said_{name}": entry[name] for name in ("to", "reason", "reviewer")}
        fact = Fact("validation.corrected", values)
        all_issues.append(
            answers.issues("corrected", fact, np.array([at]), item=item, value=[exported])
        )
    corrected = {**answers.texts, **{name: column.used() for name, column in texts.items()}}
    return replace(answers, texts=corrected), all_issues, applied


def _require_match(
    where: str, item: Item, who: str, exported: str, entry: Mapping[Any, str], options: Options
) -> None:
    """Raise DataError unless `from` is the exported text, or the code of a single answer."""

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
    """Return the text that the column would hold for the code, codes or value `to`."""
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
        raise DataError(f"{where}: `to` is {to!r}, which is not a possible answer to {item.id}.")
    return to


def _write_option(where: str, option: Answer, options: Options) -> str:
    """Return a text that the column reads as the option: its text, else its value or its code."""
    code = option.code if isinstance(option, Category) else DONT_KNOW
    for name in (option.text, option.value or "", code):
        if options.find(name) == (code, option.text):
            return name
    raise DataError(
        f"{where}: `to` is {code!r}, and two options claim {option.text!r}. Correct the "
        "questionnaire first."
    )
