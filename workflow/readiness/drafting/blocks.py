"""Group columns that belong together: the rows of a grid, ticked options with one column each."""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from html import unescape
from itertools import groupby, pairwise

from readiness.drafting.codebooks import Codebook
from readiness.drafting.slots import find_beginning, mark_slots
from readiness.drafting.table import ExportColumn
from readiness.drafting.wordings import find_special, is_none, is_other
from readiness.questionnaire import match_key, tidy
from readiness.questionnaire.text import strip_markup
from readiness.questionnaire.writing import DECIDED
from readiness.readers.table import is_missing
from readiness.readers.tools.words import BOXES, NOT_TICKED, TICKED

_BRACKETS = re.compile(r"(?P<question>.*\S)\s*\[(?P<row>[^\[\]]*)\]")
# Header in a table of two scales (LimeSurvey): question, row, scale.
_DUAL = re.compile(r"(?P<question>.*\S)\s*\[(?P<row>[^\[\]]+)\]\s*\[(?P<scale>[^\[\]]+)\]")
# Header of the column of an option: question, then option (REDCap).
_CHOICE = re.compile(r"(?P<question>.*\S)\s*\(choice=(?P<row>.+)\)")
_BEFORE = re.compile(r"(?P<row>[^:]*[^:\s])\s*:\s*(?P<question>\S+(?:\s+\S+){3,})")
# Panel exports: the option after the whole question text, or the row after two colons.
_UNDER = re.compile(r"(?P<question>\S+(?:\s+\S+)+?)\s*_(?P<row>[^_]+)")
_COLONS = re.compile(r"(?P<question>.*\S) :: (?P<row>.+?):?")
_SLASH = re.compile(r"(?P<question>.+)/(?P<row>[^/]+)")
_BEHIND = re.compile(r"(?P<question>[^:]*[^:\s])\s*:\s*(?P<row>.+)")
# Any sentence may contain a dash: at least this many rows must share the question before the dash.
LEAST_ROWS = 3
_DASH = re.compile(r"(?P<question>.*\S) - (?P<row>.+)")
# The question ends with a full stop, colon or question mark; the row follows.
_ENDED = re.compile(r"(?P<question>\S+(?:\s+\S+){3,}[.?:\u061f])\s+(?P<row>\S.*)")
# An option's column named by codes alone, in a file that holds only ticks.
_BOX = re.compile(r"(?P<question>\w*[^\W_])[._](?P<row>[^\W_]+)")
# Suffix that a reader appends to a header that occurs again.
AGAIN = re.compile(r" \(\d+\)$")
_COUNTED = re.compile(r"(.*\D)(\d{1,3})")
# Separators between the text of a question and the text of a row or an option.
MARKS = (" - ", "-", ": ", " [", " / ", "? ", ") ")
# A beginning shared by all options is a question if it has at least this many words.
QUESTION = 4
# Number of options that stand for a question whose text is unknown.
SHOWN = 3
_NUMBERED = re.compile(r"(?P<question>.*?[^\W_])(?:_{1,3}|\.)(?P<row>[A-Za-z]{0,4}-?\d{1,4})")


@dataclass(frozen=True)
class ColumnBlock:
    """Columns of one question, or a single column.

    Attributes:
        kind: `one`, `grid`, `ticks` or `slots`; `ranking` for a grid that proves to be one.
        question: the text that the columns share; the column's text for a single column.
        columns: in the order of the file.
        rows: the text of each row or option; empty for a single column.
        check: question to the analyst; "" for none.
    """

    kind: str
    question: str
    columns: tuple[ExportColumn, ...]
    rows: tuple[str, ...] = ()
    check: str = ""


def group_columns(columns: Sequence[ExportColumn], codebook: Codebook) -> list[ColumnBlock]:
    """Group columns by question, in the order of the file, with typed comments at the end."""
    headers = {column.header for column in columns}
    columns = [_attach_parent(column, headers) for column in _find_again(columns)]
    columns = mark_slots(columns, codebook)
    comments = _find_comments(columns)
    typed = [column for column in columns if column.header in comments]
    columns = _part_scales([column for column in columns if column.header not in comments])
    blocks: list[ColumnBlock] = []
    at = 0
    while at < len(columns):
        run = _run(columns[at:], codebook)
        block = _make_block(columns[at : at + run], codebook) if run > 1 else None
        if block is None:
            blocks.append(_make_single(columns[at], codebook))
            at += 1
        else:
            blocks.append(block)
            at += run
    return [*blocks, *(_make_single(column, codebook) for column in typed)]


def _find_again(columns: Sequence[ExportColumn]) -> list[ExportColumn]:
    """Give columns with a numbered header the original header as their label.

    Excel appends a number to each repeated header: 2, 3, ... through the whole table.
    """
    headers = [column.header for column in columns]
    numbered_headers = (
        (at, numbered)
        for at, header in enumerate(headers)
        if (numbered := _COUNTED.fullmatch(header))
    )
    repeated_headers = [
        (at, numbered[1], int(numbered[2]))
        for at, numbered in numbered_headers
        if numbered[1] in headers[:at]
    ]
    if len(repeated_headers) < LEAST_ROWS or [n for *_, n in repeated_headers] != [
        *range(2, len(repeated_headers) + 2)
    ]:
        return [*columns]
    original_headers = {at: header for at, header, _ in repeated_headers}
    return [replace(c, label=original_headers.get(at, c.label)) for at, c in enumerate(columns)]


def _name_alone(column: ExportColumn) -> str:
    """Return the header without the suffix of a repeated header."""
    numbered = _COUNTED.fullmatch(column.header)
    return numbered[1] if numbered and numbered[1] == column.label else AGAIN.sub("", column.header)


def _find_comments(columns: Sequence[ExportColumn]) -> set[str]:
    """Return the headers of the columns with comments on single options.

    A comment's column follows the column of its option. The comments of a question have one header
    in common, or each has the header of its option with the suffix `comment` (LimeSurvey:
    `q[SQ001comment]`).
    """
    headers_by_suffix: set[str] = set()
    options_by_name: dict[str, list[tuple[str, str]]] = {}
    for before, column in pairwise(columns):
        option = _BRACKETS.fullmatch(AGAIN.sub("", before.header))
        row = _BRACKETS.fullmatch(name := AGAIN.sub("", column.header))
        if not option or not row or option["question"] != row["question"]:
            options_by_name[name] = []
        elif row["row"] == f"{option['row']}comment":
            headers_by_suffix.add(column.header)
        elif option["row"] != row["row"]:
            options_by_name.setdefault(name, []).append((option["row"], column.header))
        else:
            options_by_name[name] = []
    repeated_comments = [
        pairs
        for pairs in options_by_name.values()
        if len(pairs) > 1 and len(dict(pairs)) == len(pairs)
    ]
    return headers_by_suffix.union(header for pairs in repeated_comments for _, header in pairs)


def _part_scales(columns: Sequence[ExportColumn]) -> list[ExportColumn]:
    """Sort the columns of a table of several scales by scale; other columns keep their places."""
    question_and_scale = []
    for column in columns:
        header_parts = _find_scale(column)
        named = (header_parts["question"], header_parts["scale"]) if header_parts else ("", "")
        question_and_scale.append(named)
    sorted_columns: list[ExportColumn] = []
    scaled_columns = zip(question_and_scale, columns, strict=True)
    for _, same_question in groupby(scaled_columns, lambda scaled: scaled[0][0]):
        run = list(same_question)
        for scale in dict.fromkeys(name[1] for name, _ in run):
            sorted_columns += [column for name, column in run if name[1] == scale]
    return sorted_columns


def _find_scale(column: ExportColumn) -> re.Match[str] | None:
    """Return the match of row and scale in a header; None for ticked options."""
    header_parts = _DUAL.fullmatch(column.header)
    return (
        None if header_parts is None or is_ticked(column, header_parts["scale"]) else header_parts
    )


def _attach_parent(column: ExportColumn, headers: Set[str]) -> ExportColumn:
    """Return an option's column whose question is itself a column, with question and option.

    The part of the header after that column's header is the option. Other columns are returned
    unchanged.
    """
    places = [at for at, sign in enumerate(column.header) if sign in "/."]
    parent = next((column.header[:at] for at in places if column.header[:at] in headers), "")
    option = column.header[len(parent) + 1 :]
    if column.together or not parent or not is_ticked(column, option):
        return column
    return replace(column, together=parent, label=option)


def _make_single(column: ExportColumn, codebook: Codebook) -> ColumnBlock:
    """Return the block of a single column, with the codebook's text for it."""
    text, row = codebook.questions.get(column.header, (column.label, ""))
    return ColumnBlock("one", f"{text} {row}".strip() or column.header, (column,))


def _split_header(column: ExportColumn, codebook: Codebook) -> tuple[str, str, str]:
    """Split the header of a column that belongs to a block: pattern, question, row or option.

    The pattern is a name for the form of the header. Three empty texts for any other column.
    """
    # The surest pattern comes first, and the first that matches is taken.
    parts = (
        _split_by_tool(column, codebook)
        or _split_by_option(column)
        or _split_by_separator(column)
        or _split_by_ending(column)
    )
    return parts or ("", "", "")


def _split_by_tool(column: ExportColumn, codebook: Codebook) -> tuple[str, str, str] | None:
    """Return pattern, question and row that the codebook, the reader or brackets state."""
    text, row = codebook.questions.get(column.header, ("", ""))
    if row:
        return "codebook", text, row
    if column.together:
        return column.listed or "set", column.together, column.label or column.header
    if header_parts := _find_scale(column):
        question = f"{header_parts['question']} [{header_parts['scale']}]"
        return "brackets", question, header_parts["row"]
    if header_parts := _BRACKETS.fullmatch(column.header):
        return "brackets", header_parts["question"], header_parts["row"]
    return None


def _split_by_option(column: ExportColumn) -> tuple[str, str, str] | None:
    """Return pattern, question and option, if the cells show that the column is an option."""
    for pattern in (_UNDER, _SLASH, _CHOICE, _BEHIND):
        header_parts = pattern.fullmatch(column.header)
        # A text that ends as a question is no option ("AI/ML courses?").
        row = unescape(header_parts["row"]).strip() if header_parts else "?"
        if header_parts and row[-1:] not in "?\u061f" and is_ticked(column, row):
            return "slash", header_parts["question"], row
    header_text = _name_alone(column)
    label_text = tidy(column.label)
    label_text = "" if label_text == header_text else label_text
    question_above = label_text.removesuffix(f" [{header_text}]")
    # One column per option: the header is the option. The question is in the column's label, or
    # nowhere (Typeform).
    marks = _list_marks(column)
    own_text_alone = marks == {match_key(header_text)}
    if own_text_alone or (not marks and question_above != label_text):
        return "choice", question_above, header_text
    return None


def _split_by_separator(column: ExportColumn) -> tuple[str, str, str] | None:
    """Return pattern, question and row of a header with a colon, a number or a dash between."""
    if header_parts := _COLONS.fullmatch(column.header):
        return "colons", header_parts["question"], header_parts["row"]
    if header_parts := _BEFORE.fullmatch(strip_markup(column.header)):
        return "before", header_parts["question"], header_parts["row"]
    if header_parts := _NUMBERED.fullmatch(column.header):
        return "number", header_parts["question"], header_parts["row"]
    if header_parts := _DASH.fullmatch(column.header):
        # An option may hold the dash itself.
        whole_options = [text for text in column.texts if column.header.endswith(f" - {text}")]
        row = whole_options[0] if whole_options else header_parts["row"]
        return "dash", column.header.removesuffix(f" - {row}"), row
    return None


def _split_by_ending(column: ExportColumn) -> tuple[str, str, str] | None:
    """Return pattern, question and row of a header that ends in its option or row."""
    question, option = _find_behind(column)
    if question:
        return "slash", question, option
    if _holds_own_letter(column):
        header_text = _name_alone(column)
        return "letter", header_text[:-1], header_text[-1]
    if header_parts := _ENDED.fullmatch(strip_markup(column.header)):
        return "ended", header_parts["question"], header_parts["row"]
    header_parts = _BOX.fullmatch(column.header)
    marks = {*map(match_key, column.texts)}
    if header_parts and len(marks) < 2 and marks <= TICKED and column.total < len(column.codes):
        return "box", header_parts["question"], header_parts["row"]
    return None


def _holds_own_letter(column: ExportColumn) -> bool:
    """Return whether all cells hold the last letter of the header, or missing texts."""
    letter = column.header[-1]
    other_texts = {t for t in column.texts if not find_special(column.values.get(t, t))} - {letter}
    return letter.isalpha() and not other_texts and letter in {*column.texts, *column.values}


def _find_behind(column: ExportColumn) -> tuple[str, str]:
    """Return question and option of a column whose header ends in the option that its cells hold.

    Two empty texts for any other column. The column of a typed option holds "Other" alone.
    """
    header = strip_markup(column.header)
    header_parts = _ENDED.fullmatch(header)
    if (
        header_parts
        and is_other(row := header_parts["row"].rstrip(" :"))
        and all(map(is_other, column.texts))
    ):
        return header_parts["question"].rstrip(" :"), row
    if header_parts and not column.texts:
        return header_parts["question"].rstrip(" :"), header_parts[
            "row"
        ]  # an option that nobody ticked
    if len(column.texts) != 1 or AGAIN.search(header):
        return "", ""
    option = "".join(match_key(column.texts[0]).split())
    for at in (match.start() for match in re.finditer(r"(?<=\s)\S", header)):
        if "".join(match_key(header[at:]).split()) == option:
            return header[:at].rstrip(" :"), column.texts[0]
    return "", ""


def _run(columns: Sequence[ExportColumn], codebook: Codebook) -> int:
    """Return the number of columns, from the first on, that belong to one question.

    Columns with one header count as one question: a reader numbers the header's occurrences.
    """
    repeated = 1
    while (
        repeated < len(columns)
        and columns[repeated].header == f"{columns[0].header} ({repeated + 1})"
    ):
        repeated += 1
    if repeated > 1:
        return repeated
    pattern, question, row = _split_header(columns[0], codebook)
    if not pattern:
        return 1
    count, rows = 1, {row}
    while count < len(columns):
        next_pattern, shared, row = _split_header(columns[count], codebook)
        # A repeated option belongs to the next question, as does any column after "none".
        ended = pattern == "choice" and (row in rows or any(map(is_none, rows)))
        if (next_pattern, match_key(shared)) != (pattern, match_key(question)) or ended:
            break
        rows.add(row)
        if pattern == "dash" and columns[count].header == f"{columns[count - 1].header} (2)":
            break  # the column of a text typed beside the last option
        count += 1
    # A column for typed text follows options whose question is not in the file.
    typed = pattern == "choice" and count > 1 and count < len(columns)
    return count + (typed and is_other(_name_alone(columns[count])))


def _make_block(columns: Sequence[ExportColumn], codebook: Codebook) -> ColumnBlock | None:
    """Return the block of several columns; None where they are separate questions."""
    pattern, question, _ = _split_header(columns[0], codebook)
    is_repeated = columns[1].header == f"{columns[0].header} (2)"
    question = columns[0].header if is_repeated else question
    rows = tuple(_split_header(c, codebook)[2] or _name_alone(c) for c in columns)
    # A label equal to the row (SurveyMonkey) adds nothing to the header.
    named_by_label = all(c.label and tidy(c.label) != r for c, r in zip(columns, rows, strict=True))
    if pattern in ("number", "letter") or (pattern == "brackets" and named_by_label):
        texts = [codebook.questions.get(c.header, (c.label, ""))[0] or c.label for c in columns]
        question, rows = _tell_apart(texts, question, columns)
    if pattern == "choice" and not question:
        check = "options of one question, whose text is not in the file: what was asked?"
        return ColumnBlock("ticks", ", ".join(rows[:SHOWN]), tuple(columns), rows, check)
    if pattern == "choice":
        return ColumnBlock("ticks", question, tuple(columns), rows)
    if pattern == "set":
        # Labels of options may begin with the whole question, which the label of the set cuts.
        shared, row_ends = _tell_apart(rows, "", columns)
        if len(shared.split()) >= QUESTION:
            question, rows = shared if shared.startswith(question) else question, row_ends
        return ColumnBlock("ticks", question, tuple(columns), rows)
    if pattern and pattern == columns[0].listed:
        return ColumnBlock("slots", question, tuple(columns), check=pattern)
    own_options = _name_themselves(columns) if pattern == "number" or is_repeated else ()
    if own_options:
        check = f"{DECIDED}options of one question, for each column holds one"
        return ColumnBlock("ticks", question, tuple(columns), own_options, check)
    if is_repeated:
        return None
    if pattern == "letter" or _are_ticked(columns, rows, codebook):
        check = "" if pattern == "slash" else f"{DECIDED}options that are ticked or not"
        check = "ticked where -1 stands?" if any("-1" in c.texts for c in columns) else check
        return ColumnBlock("ticks", question, tuple(columns), rows, check)
    if pattern != "codebook" and not _share_answers(columns, codebook):
        return None
    if pattern in ("dash", "ended") and len(columns) < LEAST_ROWS:
        return None
    check = "" if pattern in ("brackets", "codebook") else f"{DECIDED}one question with a row each"
    return ColumnBlock("grid", question, tuple(columns), rows, check)


def _are_ticked(columns: Sequence[ExportColumn], rows: Sequence[str], codebook: Codebook) -> bool:
    """Return whether the columns are the options of one question, marked in the same words."""
    pairs = [(c, row) for c, row in zip(columns, rows, strict=True) if not is_other(row)]
    marks = {key for column, _ in pairs for key in _list_marks(column)}
    has_ticks = [not c.total or is_ticked(c, row) for c, row in pairs]
    if not marks or not all(has_ticks) or any(c.header in codebook.answers for c in columns):
        return False
    return any(marks <= set(pair) for pair in BOXES) or marks <= {"x", *map(match_key, rows)}


def _name_themselves(columns: Sequence[ExportColumn]) -> tuple[str, ...]:
    """Return the option that each column holds in words; () where a column holds several."""
    texts_by_column = [[t for t in c.texts if match_key(t) not in NOT_TICKED] for c in columns]
    single_texts = [texts[0] if len(texts) == 1 else "" for texts in texts_by_column]
    named_options = [text for text in single_texts if text and not text.isdigit()]
    if (
        len(named_options) < 2
        or len(set(map(match_key, named_options))) < len(named_options)
        or any(
            texts and not text for texts, text in zip(texts_by_column, single_texts, strict=True)
        )
    ):
        return ()
    return tuple(text or c.header for text, c in zip(single_texts, columns, strict=True))


def _tell_apart(
    texts: Sequence[str], question: str, columns: Sequence[ExportColumn]
) -> tuple[str, tuple[str, ...]]:
    """Return the question that the texts begin with, and the rest of each text as its row.

    `question` and the texts themselves where they do not begin alike.
    """
    begin = find_beginning(texts)
    ends = [begin.rfind(mark) + len(mark) for mark in MARKS if mark in begin]
    row_texts = [text[max(ends, default=0) :].strip(" ]") for text in texts]
    if ends and all(row_texts) and len(begin[: max(ends)].split()) > 1:
        return begin[: max(ends)].rstrip(" -:[/"), tuple(row_texts)
    rows = tuple(text or c.header for text, c in zip(texts, columns, strict=True))
    return question, rows


def is_ticked(column: ExportColumn, option: str) -> bool:
    """Return whether the cells only mark the option as ticked or not."""
    keys = _list_marks(column)
    option_key = {match_key(option)}
    marked = keys in (option_key, {"x"}) or any(keys <= set(pair) for pair in BOXES)
    return {*map(match_key, column.texts)} == option_key or (bool(keys) and marked)


def is_typed(column: ExportColumn) -> bool:
    """Return whether the header names a column of texts typed in place of or beside an option."""
    header = AGAIN.sub("", column.header)
    header_parts = _DASH.fullmatch(header) or _BRACKETS.fullmatch(header)
    if header_parts is None or is_ticked(column, header_parts["row"]):
        return False
    return is_other(header_parts["row"]) or header_parts["row"].endswith("comment")


def _list_marks(column: ExportColumn) -> set[str]:
    """Return the match keys of the cells, without missing codes and "not asked"."""
    meanings = {t: find_special(column.values.get(t, t)) for t in column.texts}
    missing_texts = {
        t for t in meanings if (meanings[t] and t in column.values) or is_missing(t, column.missing)
    }
    return {match_key(t) for t in meanings if meanings[t] != "not_asked" and t not in missing_texts}


def _share_answers(columns: Sequence[ExportColumn], codebook: Codebook) -> bool:
    """Return whether the columns share one short list of answers."""
    labels = [codebook.answers.get(c.header) or [*c.values.items()] for c in columns]
    if any(labels):
        return all(label == labels[0] for label in labels)
    answers_by_column = [{*map(match_key, column.texts)} for column in columns]
    pool = set().union(*answers_by_column)
    most = max(len(column.texts) for column in columns)
    # Two questions with different answers alone are no rows of a grid.
    are_disjoint = len(columns) == 2 and answers_by_column[0].isdisjoint(answers_by_column[1])
    use_most_answers = all(
        len(column.texts) * 2 >= len(pool) or column.total < 20 for column in columns
    )
    return not are_disjoint and most >= 2 and len(pool) <= min(12, 2 * most) and use_most_answers
