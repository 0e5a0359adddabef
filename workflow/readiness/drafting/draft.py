"""From an export to the questionnaire that it seems to answer."""

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
# People of whom none ticked two boxes, at least, where these may be one answer.
LEAST_ALONE = 20
# From one end of a scale to the other, as a question names them: `(0-10)`, `1 to 5`, `de 1 a 5`.
_ENDS = re.compile(r"\b(\d{1,2})(?: ?[-\u2013] ?| \w{1,3} )(\d{1,2})\b")
# What readers know a rank by, before its number.
_RANK = re.compile(r"(?i)^rank(?:ing)? (?=\d)")


@dataclass(frozen=True)
class ProposedQuestion:
    """One item, or a grid, as proposed.

    Attributes:
        id, block, answers: its id, the columns it is in, its kind and options.
        rows: of a grid, the id of each row.
        routing: who seems to have been asked, or None.
    """

    id: str
    block: ColumnBlock
    answers: ProposedAnswers
    rows: tuple[str, ...] = ()
    routing: Hint | None = None

    @property
    def kind(self) -> str:
        """The kind of the item, of each row of a grid."""
        return self.answers.kind


@dataclass(frozen=True)
class Draft:
    """A questionnaire as proposed.

    Attributes:
        name: of the questionnaire, without a version.
        language: of its texts, and whether that was told, or is sure.
        source: what it was drafted from, in words.
        metadata: the columns that are no questions, by header.
        doubtful: headers of questions that are named as tools name columns of their own.
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
        name: of the questionnaire.
        source: what the draft says that it was made from.
        codebook: texts and labels that lie beside the export.
        language: of its texts; "" to have it found.

    Raises DataError where no column can be a question.
    """
    codebook = codebook or Codebook()
    heads = [AGAIN.sub("", column.header) for column in table.columns]
    held = []
    for head, column in zip(heads, table.columns, strict=True):
        key, known = match_key(head), {*map(match_key, column.texts)} - VOID
        # Above boxes that repeat their header stands a name, and no mark.
        if match_moment(head) or (key in known and (len(known) > 1 or key in TICKED)):
            held.append(head)
    if len(held) >= max(2, len(heads) / 4):
        raise DataError(
            f"{source}: the first row holds answers ({held[0]!r}, {held[1]!r}), not column names. "
            "Put a row of column names above it."
        )
    metadata = find_metadata(table)
    empty = {at for at, column in metadata.items() if column.role == EMPTY}
    asked = [column for column in table.columns if column.at in empty or column.at not in metadata]
    blocks = [
        b for b in group_columns(asked, codebook) if any(c.at not in empty for c in b.columns)
    ]
    if not blocks:
        raise DataError(f"{source}: the file has no column that can be a question.")
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
    # Names and codes are of no language, and answers may be of another than the questions: the
    # draft asks whether it is the one that it was given.
    guessed, sure = guess_language(texts)
    found = language or guess_language(q.block.question for q in questions)[0] or guessed or UNTOLD
    headers = {table.columns[at].header: role for at, role in metadata.items()}
    told = bool(language) or (sure and found == guessed)
    # What is typed is kept apart, and a ticked box holds no text of anybody's.
    shown = [q for q in questions if q.kind != "text" and q.block.kind != "ticks"]
    doubtful = [c.header for q in shown for c in q.block.columns if is_named_as_own(c)]
    return Draft(name, found, told, source, tuple(questions), headers, tuple(doubtful))


def _join_blocks(
    blocks: Sequence[ColumnBlock], codebook: Codebook, signs: Sequence[str]
) -> list[tuple[ColumnBlock, ProposedAnswers]]:
    """The blocks with their answers; a grid whose rows share no answers is as many questions.

    Options that stand in a column each and joined in one before are one question.
    """
    found = []
    ticked = {match_key(block.question) for block in blocks if block.kind == "ticks"}
    for block in blocks:
        first = block.columns[0]
        # A column of coded answers beside boxes named alike is a question of its own.
        if block.kind == "one" and match_key(first.header) in ticked and not first.values:
            continue
        answers = _draft_answers(block, codebook, signs)
        if block.kind == "grid" and answers.kind in ("text", "date"):
            single = [
                ColumnBlock("one", f"{block.question} {row}", (column,))
                for column, row in zip(block.columns, block.rows, strict=True)
            ]
            found += [(each, _draft_answers(each, codebook, signs)) for each in single]
        elif block.kind == "grid" and answers.kind == "single" and _holds_ranks(block):
            said = (f"{DECIDED}a list put in order, a column a rank",)
            given = np.sum([column.has_answer for column in block.columns], axis=0)
            part = bool(((given > 0) & (given < len(answers.options))).any())
            answers = replace(answers, kind="ranking", unranked=part, checks=said)
            found.append((replace(block, kind="ranking"), answers))
        else:
            found.append((block, answers))
    return found


def _holds_ranks(block: ColumnBlock) -> bool:
    """Whether the columns are ranks, in each of which an option stands that stands in no other."""
    ranks = [_RANK.sub("", row) for row in block.rows]
    if len(ranks) < LEAST_ROWS or ranks != [str(k + 1) for k in range(len(ranks))]:
        return False
    keys = [np.array([*map(match_key, c.texts), ""], dtype=object)[c.codes] for c in block.columns]
    cells = np.sort(np.stack(keys), axis=0)
    return not bool(((cells[1:] == cells[:-1]) & (cells[1:] != "")).any())


def _complete_scales(
    found: Sequence[tuple[ColumnBlock, ProposedAnswers]],
) -> list[tuple[ColumnBlock, ProposedAnswers]]:
    """A scale of which nobody gave one level has it, where another question's is the same with it.

    Of answers that nothing declares only those that were given are known.
    """
    scales = [
        {match_key(option.text): option for option in answers.options}
        for _, answers in found
        if answers.kind == "ordinal"
        and not (answers.options[0].value or answers.options[0].column)
        # A scale of bare numbers has the ends that it has.
        and not all(option.text.isdigit() for option in answers.options)
    ]
    whole = [one for one in scales if not any(one.keys() < other.keys() for other in scales)]
    complete = []
    for block, answers in found:
        own = {match_key(option.text): option for option in answers.options}
        for scale in whole if own in scales else ():
            if len(scale) == len(own) + 1 and own.keys() < scale.keys():
                (level,) = (option for key, option in scale.items() if key not in own)
                options = [replace(own.get(key, level), code="") for key in scale]
                said = f"{DECIDED}nobody gave {level.text!r}, which other questions offer"
                answers = replace(
                    answers, options=give_codes(options), checks=(*answers.checks, said)
                )
                break
        complete.append((block, answers))
    return complete


def _name_questions(
    blocks: Sequence[tuple[ColumnBlock, ProposedAnswers]],
) -> list[ProposedQuestion]:
    taken: set[str] = set()
    found = []
    for block, answers in blocks:
        header = block.columns[0].header if block.kind == "one" else _find_shared_stem(block)
        own = item_id(header, taken)
        taken.add(own)
        rows = []
        for place, column in enumerate(block.columns if block.kind == "grid" else (), 1):
            short = column.header.isascii() and len(column.header.split()) == 1
            row = item_id(column.header, taken) if short else f"{own}_{place}"
            rows.append(row)
            taken.add(row)
        found.append(ProposedQuestion(own, block, answers, tuple(rows)))
    return found


def _find_shared_stem(block: ColumnBlock) -> str:
    """What the headers of a block begin with, where they are short; else the question."""
    names = [column.header for column in block.columns]
    if all(len(name.split()) == 1 and name.isascii() for name in names):
        # Without what the numbers of the rows share.
        begin = re.sub(r"(?<=[_./-])\d+$", "", find_beginning(names))
        if begin.strip("_.-/["):
            return begin.strip("_.-/[")
    return block.question


def _draft_answers(block: ColumnBlock, codebook: Codebook, signs: Sequence[str]) -> ProposedAnswers:
    first = block.columns[0]
    if block.kind == "ticks":
        ticks = [_find_ticked(*pair) for pair in zip(block.columns, block.rows, strict=True)]
        several = np.sum(ticks, axis=0) > 1
        options = [
            ProposedOption(
                row if match_key(row) in map(match_key, column.texts) else strip_markup(row) or row,
                value="".join({*column.header[-1]} & {*column.texts} - {*"0123456789"}),
                column=column.header,
                other=is_other(row),
                # Where somebody ticked it beside others, only the form says that it stands alone.
                exclusive=is_none(row) and not (ticked & several).any(),
            )
            for row, column, ticked in zip(block.rows, block.columns, ticks, strict=True)
        ]
        labels = [pair for pair in first.values.items() if pair[0] in first.texts]
        outside, _ = find_outside(labels, first.missing)
        if (
            _hold_one_answer(block)
            and np.any(ticks, axis=0).sum() >= LEAST_ALONE
            and not several.any()
        ):
            bare = [replace(option, exclusive=False) for option in options]
            kind, ordered, said = order_options(bare, declared=False)
            return ProposedAnswers(kind, give_codes(ordered), checks=(*said, ONE_EACH))
        return ProposedAnswers("multi", give_codes(options), tuple(outside))
    labels = codebook.answers.get(first.header) or list(first.values.items())
    if block.kind == "slots":
        return _draft_slots(block, propose_answers(block.columns, labels))
    if block.kind == "one" and not labels and is_typed(first):
        return ProposedAnswers("text", checks=(f"{DECIDED}typed in place of an option",))
    found = propose_answers(block.columns, labels, signs)
    if found.ends and not found.named:
        # The ends that the question names, where nobody chose them.
        low, high = found.ends
        named = [int(number) for number in re.findall(r"\b\d{1,2}\b", block.question)]
        low = min((n for n in named if high in named), default=low)
        for first, last in _ENDS.findall(block.question):
            if int(first) <= low and high <= int(last) < SHORT_SCALE:
                low, high = int(first), int(last)
        found = replace(found, ends=(min(low, found.ends[0]), high))
    if block.kind == "grid" and found.ends:
        low, high = found.ends
        points = [ProposedOption(str(k), code=scale_code(k)) for k in range(low, high + 1)]
        return replace(found, kind="ordinal", options=tuple(points), ends=None)
    return found


def _hold_one_answer(block: ColumnBlock) -> bool:
    """Whether each box repeats its option, and no file says that several may be ticked."""
    held = [
        {*map(match_key, column.texts)} <= {match_key(row)} or is_other(row)
        for column, row in zip(block.columns, block.rows, strict=True)
    ]
    return len(held) > 1 and all(held) and not block.columns[0].together


def _draft_slots(block: ColumnBlock, found: ProposedAnswers) -> ProposedAnswers:
    """The answers that stand in any of several columns as those of a multiple choice."""
    void = {text for entry in found.missing for text in entry[:2]}
    given = [_find_asked(column, void) for column in block.columns]
    several = np.sum(given, axis=0) > 1
    beside = {text for c in block.columns for text in np.array([*c.texts, ""])[c.codes[several]]}
    if not found.options:
        codes = sorted({text for c in block.columns for text in c.texts} - void)
        bare = [ProposedOption(code) for code in sorted(codes, key=len)]
        found = ProposedAnswers("", give_codes(bare), found.missing, checks=(CODES,))
    options = [
        replace(o, exclusive=is_none(o.text) and (o.value or o.text) not in beside)
        for o in found.options
    ]
    return replace(found, kind="multi", options=tuple(options))


def _find_asked(column: ExportColumn, void: Collection[str]) -> npt.NDArray[np.bool_]:
    """Who has a cell that does not say that the question was not asked, and none of `void`."""
    told = (text not in void and find_special(text) != "not_asked" for text in column.texts)
    asked = np.array([*told, False])
    return np.asarray(asked[column.codes])


def _find_ticked(column: ExportColumn, row: str) -> npt.NDArray[np.bool_]:
    """Who ticked the option of a column."""
    said = [(text, find_special(column.values.get(text, text))) for text in column.texts]
    blank = [bool(void or match_key(t) in NOT_TICKED) and t != row for t, void in said]
    return np.asarray(column.has_answer & ~np.array([*blank, True])[column.codes])


def _make_source(question: ProposedQuestion) -> GateQuestion:
    options = question.answers.options
    (column,) = question.block.columns
    # A column with values holds these: "2" is a value there, though it be a text as well.
    texts = {option.text: k for k, option in enumerate(options)}
    place = texts | {option.value: k for k, option in enumerate(options) if option.value}
    # The last is where a row without an answer points to.
    codes = np.array([*(place.get(text, -1) for text in column.texts), -1], dtype=np.int64)
    return GateQuestion(question.id, codes[column.codes], tuple(o.code for o in options))
