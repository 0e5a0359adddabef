"""From the raw text of kept submissions to the coded table: cells, routing, frame."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.facts import Fact, Listed, to_json
from readiness.questionnaire import NOT_ASKED, SPECIAL_CODES, Item, Questionnaire, match_key
from readiness.questionnaire.items import WRITTEN, Routing
from readiness.readers import Booleans, Texts
from readiness.readers.tools.words import NO_ANSWER
from readiness.validation.answers import NO, UNCLEAR, YES, Answers, Asked, Coded
from readiness.validation.cells import Options
from readiness.validation.issues import UNREAD, issues_of

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
        asked = state.astype(np.int8)
        coded, issues = _code_item(item, answers, asked)
        made.append(coded)
        found.extend(issues)
        sources = {**coded.columns, **sources}
    return made, found


def _judge_condition(routing: Routing, source: Item, columns: Sequence[Texts]) -> Booleans:
    """Who answered the source as the condition asks for; `columns` are its own."""
    if source.kind == "multi":
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
    columns = {}
    for position, name in enumerate(item.columns):
        column = texts.map_to([cell.values[position] for cell in cells])
        columns[name] = column.put_text(out, NOT_ASKED) if out.any() else column
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
        said = np.full(len(texts.texts), "", dtype=object)
        written: dict[int, str] = {}
        said[list(facts)] = [
            written.get(id(f)) or written.setdefault(id(f), to_json(f))
            for f in list(facts.values())
        ]
        near = np.full(len(texts.texts), "", dtype=object)
        if rule in ("unknown_option", "near_option"):
            for place, suggestion in _find_near(texts, facts, answers.options(coded.item)).items():
                near[place] = suggestion
        if rule in UNREAD:
            for place in facts:
                near[place] = near[place] or declaration(texts.texts[place])
        codes = texts.codes[at]
        found.append(answers.issues(rule, said[codes], at, item=coded.item, suggestion=near[codes]))
    return found


def declaration(text: str) -> str:
    """What the questionnaire would say of a text that often stands for no answer; "" for others."""
    means = NO_ANSWER.get(match_key(text))
    if means is None:
        return ""
    return f"missing: [{{text: {json.dumps(text.strip(), ensure_ascii=False)}, means: {means}}}]"


def _find_near(texts: Texts, facts: Mapping[int, Fact], options: Options) -> dict[int, str]:
    """The near option of the unknown texts that occur most."""
    counts = texts.counts
    often = Counter({place: int(counts[place]) for place in facts}).most_common(SUGGESTED)
    found = {}
    for place, _ in often:
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
        kind = "validation.differs_from_frame"
        mask = (~answer.isin(SPECIAL_CODES) & (frame != "") & (answer != frame)).to_numpy()
        found.append(
            issues_of(
                "differs_from_frame",
                [Fact(kind, {"frame": code, "variable": item.confirms}) for code in frame[mask]],
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
        low, high = (
            "" if end is None else f"{end:.12g}" for end in (item.range.low, item.range.high)
        )
        return f"{low}..{high}"
    if item.kind in WRITTEN:
        return WRITTEN[item.kind]
    options = [category.text for category in item.categories]
    return " | ".join([*options, *([item.dont_know.text] if item.dont_know else [])])


def cells_of(coded: Sequence[Coded]) -> dict[str, Texts]:
    """The columns of the coded table, in the order of the form."""
    return {name: column for each in coded for name, column in each.columns.items()}
