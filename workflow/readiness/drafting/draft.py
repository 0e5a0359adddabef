"""Propose the questionnaire of an export."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from readiness.drafting.answers import SHORT_SCALE, find_outside, propose_answers
from readiness.drafting.blocks import AGAIN, LEAST_ROWS, ColumnBlock, group_columns, is_typed
from readiness.drafting.codebooks import Codebook
from readiness.drafting.metadata import EMPTY, MetadataColumns, find_metadata, is_named_as_own
from readiness.drafting.options import (
    CODES,
    ONE_EACH,
    ProposedAnswers,
    ProposedOption,
    give_codes,
    order_options,
)
from readiness.drafting.routing import GateQuestion, Hint, find_routing_hint
from readiness.drafting.slots import find_beginning
from readiness.drafting.table import ExportColumn, ExportTable
from readiness.drafting.wordings import UNTOLD, find_special, guess_language, is_none, is_other
from readiness.ground.errors import DataError
from readiness.questionnaire import match_key
from readiness.questionnaire.load import scale_code
from readiness.questionnaire.text import strip_markup
from readiness.questionnaire.writing import DECIDED, item_id
from readiness.readers.moments import match_moment
from readiness.readers.tools.words import NOT_TICKED, TICKED, VOID

ONE = ("single", "ordinal")
# Boxes are one answer if nobody ticked two and at least this many people ticked one.
LEAST_ALONE = 20
# Both ends of a scale in a question's text: `(0-10)`, `1 to 5`, `de 1 a 5`.
_ENDS = re.compile(r"\b(\d{1,2})(?: ?[-\u2013] ?| \w{1,3} )(\d{1,2})\b")
# Word before the number of a rank in a row's text.
_RANK = re.compile(r"(?i)^rank(?:ing)? (?=\d)")


@dataclass(frozen=True)
class ProposedQuestion:
    """Proposal for one item, or for a grid.

    Attributes:
        id: id of the item or grid.
        block: columns of the export.
        answers: proposed kind and options.
        rows: the id of each row of a grid.
        routing: the condition under which the question seems to be asked, or None.
    """

    id: str
    block: ColumnBlock
    answers: ProposedAnswers
    rows: tuple[str, ...] = ()
    routing: Hint | None = None

    @property
    def kind(self) -> str:
        """Kind of the item, or of the rows of a grid."""
        return self.answers.kind


@dataclass(frozen=True)
class Draft:
    """Proposal for a questionnaire.

    Attributes:
        name: name of the questionnaire, without a version.
        language: language of the texts.
        told: True if the caller gave the language, or the texts leave no doubt.
        source: the source of the draft, in words.
        questions: in the order of the file.
        metadata: the columns that are no questions, by header.
        doubtful: headers of questions that are named like a tool's own columns.
    """

    name: str
    language: str
    told: bool
    source: str
    questions: tuple[ProposedQuestion, ...]
    metadata: dict[str, MetadataColumns] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()


def make_draft(
    table: ExportTable,
    name: str,
    source: str,
    *,
    codebook: Codebook | None = None,
    language: str = "",
) -> Draft:
    """Propose a questionnaire for an export.

    Args:
        table: the export.
        name: name of the questionnaire.
        source: the source of the draft, in words.
        codebook: texts and labels from files beside the export.
        language: language of the texts; "" to guess the language.

    Raises DataError if no column can be a question, or if the first row holds answers.
    """
    codebook = codebook or Codebook()
    plain_headers = [AGAIN.sub("", column.header) for column in table.columns]
    held = []
    for header, column in zip(plain_headers, table.columns, strict=True):
        key, known = match_key(header), {*map(match_key, column.texts)} - VOID
        # A header that also occurs in the cells is an answer. For a column of a ticked option it is
        # not: such a column repeats its option, which is the header, in every cell.
        if match_moment(header) or (key in known and (len(known) > 1 or key in TICKED)):
            held.append(header)
    if len(held) >= max(2, len(plain_headers) / 4):
        raise DataError(
            f"{source}: the first row holds answers ({held[0]!r}, {held[1]!r}), not column names. "
            "Put a row of column names above it."
        )
    metadata = find_metadata(table)
    empty = {at for at, column in metadata.items() if column.role == EMPTY}
    question_columns = [
        column for column in table.columns if column.at in empty or column.at not in metadata
    ]
    blocks = [
        b
        for b in group_columns(question_columns, codebook)
        if any(c.at not in empty for c in b.columns)
    ]
    if not blocks:
        raise DataError(f"{source}: no column can be read as the answers to a question.")
    used = {column.at for block in blocks for column in block.columns}
    metadata = {at: column for at, column in metadata.items() if at not in used}
    questions: list[ProposedQuestion] = []
    earlier: list[GateQuestion] = []
    joined = _complete_scales(_join_blocks(blocks, codebook, table.signs))
    for question in _name_questions(joined):
        void = {text for text, _, means in question.answers.missing if means == "blank"}
        answered = np.logical_or.reduce([_find_asked(c, void) for c in question.block.columns])
        routing = find_routing_hint(answered, earlier) if question.kind != "text" else None
        questions.append(replace(question, routing=routing))
        if question.kind in ONE and len(question.block.columns) == 1:
            earlier.append(_make_source(question))
    texts = [q.block.question for q in questions]
    texts += [row for q in questions for row in q.block.rows]
    texts += [option.text for q in questions for option in q.answers.options]
    # Names and codes belong to no language, and answers may be in another language than questions.
    # So the draft asks whether the language is right, unless all texts agree.
    guessed_language, sure = guess_language(texts)
    language_found = (
        language
        or guess_language(q.block.question for q in questions)[0]
        or guessed_language
        or UNTOLD
    )
    headers = {table.columns[at].header: role for at, role in metadata.items()}
    is_certain = bool(language) or (sure and language_found == guessed_language)
    # Free text is stored separately, and a ticked box holds no personal text.
    shown_questions = [q for q in questions if q.kind != "text" and q.block.kind != "ticks"]
    doubtful = [c.header for q in shown_questions for c in q.block.columns if is_named_as_own(c)]
    return Draft(
        name, language_found, is_certain, source, tuple(questions), headers, tuple(doubtful)
    )


def _join_blocks(
    blocks: Sequence[ColumnBlock], codebook: Codebook, signs: Sequence[str]
) -> list[tuple[ColumnBlock, ProposedAnswers]]:
    """Return each block with its proposed answers; split grids of texts or dates into questions.

    A column that joins options in its cells is skipped if the options also have columns.
    """
    blocks_with_answers = []
    ticked = {match_key(block.question) for block in blocks if block.kind == "ticks"}
    for block in blocks:
        first = block.columns[0]
        # A column of coded answers beside boxes of the same name is a separate question.
        if block.kind == "one" and match_key(first.header) in ticked and not first.values:
            continue
        answers = _draft_answers(block, codebook, signs)
        if block.kind == "grid" and answers.kind in ("text", "date"):
            single = [
                ColumnBlock("one", f"{block.question} {row}", (column,))
                for column, row in zip(block.columns, block.rows, strict=True)
            ]
            blocks_with_answers += [
                (single_block, _draft_answers(single_block, codebook, signs))
                for single_block in single
            ]
        elif block.kind == "grid" and answers.kind == "single" and _holds_ranks(block):
            note = (f"{DECIDED}a list put in order, a column a rank",)
            count_ranked = np.sum([column.has_answer for column in block.columns], axis=0)
            is_partial = bool(((count_ranked > 0) & (count_ranked < len(answers.options))).any())
            answers = replace(answers, kind="ranking", unranked=is_partial, checks=note)
            blocks_with_answers.append((replace(block, kind="ranking"), answers))
        else:
            blocks_with_answers.append((block, answers))
    return blocks_with_answers


def _holds_ranks(block: ColumnBlock) -> bool:
    """Return True if columns are ranks: rows numbered from 1, no option twice for a respondent."""
    ranks = [_RANK.sub("", row) for row in block.rows]
    if len(ranks) < LEAST_ROWS or ranks != [str(k + 1) for k in range(len(ranks))]:
        return False
    keys = [np.array([*map(match_key, c.texts), ""], dtype=object)[c.codes] for c in block.columns]
    cells = np.sort(np.stack(keys), axis=0)
    return not bool(((cells[1:] == cells[:-1]) & (cells[1:] != "")).any())


def _complete_scales(
    found: Sequence[tuple[ColumnBlock, ProposedAnswers]],
) -> list[tuple[ColumnBlock, ProposedAnswers]]:
    """Complete a scale by one level that nobody chose, if the scale of another question has it.

    An export without declared answers shows only the levels that were chosen.
    """
    scales = [
        {match_key(option.text): option for option in answers.options}
        for _, answers in found
        if answers.kind == "ordinal"
        and not (answers.options[0].value or answers.options[0].column)
        # The ends of a scale of bare numbers are already known.
        and not all(option.text.isdigit() for option in answers.options)
    ]
    longest_scales = [
        whole_scale
        for whole_scale in scales
        if not any(whole_scale.keys() < other.keys() for other in scales)
    ]
    complete = []
    for block, answers in found:
        given_levels = {match_key(option.text): option for option in answers.options}
        for scale in longest_scales if given_levels in scales else ():
            if len(scale) == len(given_levels) + 1 and given_levels.keys() < scale.keys():
                (level,) = (option for key, option in scale.items() if key not in given_levels)
                options = [replace(given_levels.get(key, level), code="") for key in scale]
                note = f"{DECIDED}nobody gave {level.text!r}, which other questions offer"
                answers = replace(
                    answers, options=give_codes(options), checks=(*answers.checks, note)
                )
                break
        complete.append((block, answers))
    return complete


def _name_questions(
    blocks: Sequence[tuple[ColumnBlock, ProposedAnswers]],
) -> list[ProposedQuestion]:
    """Give each question, and each row of a grid, an id that no other has."""
    taken: set[str] = set()
    questions = []
    for block, answers in blocks:
        header = block.columns[0].header if block.kind == "one" else _find_shared_stem(block)
        question_id = item_id(header, taken)
        taken.add(question_id)
        rows = []
        for place, column in enumerate(block.columns if block.kind == "grid" else (), 1):
            short = column.header.isascii() and len(column.header.split()) == 1
            row = item_id(column.header, taken) if short else f"{question_id}_{place}"
            rows.append(row)
            taken.add(row)
        questions.append(ProposedQuestion(question_id, block, answers, tuple(rows)))
    return questions


def _find_shared_stem(block: ColumnBlock) -> str:
    """Return the beginning shared by one-word headers of a block; else the question's text."""
    names = [column.header for column in block.columns]
    if all(len(name.split()) == 1 and name.isascii() for name in names):
        # Without the digits that the rows' numbers share.
        begin = re.sub(r"(?<=[_./-])\d+$", "", find_beginning(names))
        if begin.strip("_.-/["):
            return begin.strip("_.-/[")
    return block.question


def _draft_answers(block: ColumnBlock, codebook: Codebook, signs: Sequence[str]) -> ProposedAnswers:
    """Return the proposed answers of a block."""
    first_column = block.columns[0]
    if block.kind == "ticks":
        ticks = [_find_ticked(*pair) for pair in zip(block.columns, block.rows, strict=True)]
        several = np.sum(ticks, axis=0) > 1
        options = []
        for row, column, ticked in zip(block.rows, block.columns, ticks, strict=True):
            is_cell = match_key(row) in map(match_key, column.texts)
            # A letter that ends the header and fills the cells: `Q7a` holds `a`.
            letters = {column.header[-1]} & {*column.texts} - {*"0123456789"}
            option = ProposedOption(
                row if is_cell else strip_markup(row) or row,
                value="".join(letters),
                column=column.header,
                other=is_other(row),
                # An option that was ticked together with another is not exclusive.
                exclusive=is_none(row) and not (ticked & several).any(),
            )
            options.append(option)
        labels = [pair for pair in first_column.values.items() if pair[0] in first_column.texts]
        outside, _ = find_outside(labels, first_column.missing)
        if (
            _hold_one_answer(block)
            and np.any(ticks, axis=0).sum() >= LEAST_ALONE
            and not several.any()
        ):
            inclusive_options = [replace(option, exclusive=False) for option in options]
            kind, ordered, order_notes = order_options(inclusive_options, declared=False)
            return ProposedAnswers(kind, give_codes(ordered), checks=(*order_notes, ONE_EACH))
        return ProposedAnswers("multi", give_codes(options), tuple(outside))
    labels = codebook.answers.get(first_column.header) or list(first_column.values.items())
    if block.kind == "slots":
        return _draft_slots(block, propose_answers(block.columns, labels))
    if block.kind == "one" and not labels and is_typed(first_column):
        return ProposedAnswers("text", checks=(f"{DECIDED}typed in place of an option",))
    proposal = propose_answers(block.columns, labels, signs)
    if proposal.ends and not proposal.named:
        # Nobody may have chosen an end of the scale: take the ends that the question names.
        low, high = proposal.ends
        numbers_named = [int(number) for number in re.findall(r"\b\d{1,2}\b", block.question)]
        low = min((n for n in numbers_named if high in numbers_named), default=low)
        for first_column, last_end in _ENDS.findall(block.question):
            if int(first_column) <= low and high <= int(last_end) < SHORT_SCALE:
                low, high = int(first_column), int(last_end)
        proposal = replace(proposal, ends=(min(low, proposal.ends[0]), high))
    if block.kind == "grid" and proposal.ends:
        low, high = proposal.ends
        points = [ProposedOption(str(k), code=scale_code(k)) for k in range(low, high + 1)]
        return replace(proposal, kind="ordinal", options=tuple(points), ends=None)
    return proposal


def _hold_one_answer(block: ColumnBlock) -> bool:
    """Return whether each box repeats its option, and the file declares no multiple response."""
    repeats_option = [
        {*map(match_key, column.texts)} <= {match_key(row)} or is_other(row)
        for column, row in zip(block.columns, block.rows, strict=True)
    ]
    return len(repeats_option) > 1 and all(repeats_option) and not block.columns[0].together


def _draft_slots(block: ColumnBlock, found: ProposedAnswers) -> ProposedAnswers:
    """Return the answers of several columns of first, second, ... answers as multiple response."""
    void = {text for entry in found.missing for text in entry[:2]}
    answered_by_column = [_find_asked(column, void) for column in block.columns]
    several = np.sum(answered_by_column, axis=0) > 1
    answers_beside_others = {
        text for c in block.columns for text in np.array([*c.texts, ""])[c.codes[several]]
    }
    if not found.options:
        codes = sorted({text for c in block.columns for text in c.texts} - void)
        code_options = [ProposedOption(code) for code in sorted(codes, key=len)]
        found = ProposedAnswers("", give_codes(code_options), found.missing, checks=(CODES,))
    options = [
        replace(o, exclusive=is_none(o.text) and (o.value or o.text) not in answers_beside_others)
        for o in found.options
    ]
    return replace(found, kind="multi", options=tuple(options))


def _find_asked(column: ExportColumn, void: Collection[str]) -> npt.NDArray[np.bool_]:
    """Return which respondents have a cell, without "not asked" and the texts of `void`: shape
    (rows,).
    """
    is_answer = (text not in void and find_special(text) != "not_asked" for text in column.texts)
    asked = np.array([*is_answer, False])
    return np.asarray(asked[column.codes])


def _find_ticked(column: ExportColumn, row: str) -> npt.NDArray[np.bool_]:
    """Return which respondents ticked the option of a column: shape (rows,)."""
    meanings = [(text, find_special(column.values.get(text, text))) for text in column.texts]
    blank = [bool(void or match_key(t) in NOT_TICKED) and t != row for t, void in meanings]
    return np.asarray(column.has_answer & ~np.array([*blank, True])[column.codes])


def _make_source(question: ProposedQuestion) -> GateQuestion:
    """Return a question as a possible condition of later ones."""
    options = question.answers.options
    (column,) = question.block.columns
    # A column with values holds these: "2" is then a value, even if it is also a text.
    texts = {option.text: k for k, option in enumerate(options)}
    place = texts | {option.value: k for k, option in enumerate(options) if option.value}
    # The last code is that of rows without an answer.
    codes = np.array([*(place.get(text, -1) for text in column.texts), -1], dtype=np.int64)
    return GateQuestion(question.id, codes[column.codes], tuple(o.code for o in options))
