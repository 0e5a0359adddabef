"""Columns that belong together: the rows of a grid, ticked options in a column each."""

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
# A table of two scales (LimeSurvey): its row, then the scale.
_DUAL = re.compile(r"(?P<question>.*\S)\s*\[(?P<row>[^\[\]]+)\]\s*\[(?P<scale>[^\[\]]+)\]")
# How a box of several is headed beside its question.
_CHOICE = re.compile(r"(?P<question>.*\S)\s*\(choice=(?P<row>.+)\)")
_BEFORE = re.compile(r"(?P<row>[^:]*[^:\s])\s*:\s*(?P<question>\S+(?:\s+\S+){3,})")
# Panels: the option behind the question that is written out, the row behind two colons.
_UNDER = re.compile(r"(?P<question>\S+(?:\s+\S+)+?)\s*_(?P<row>[^_]+)")
_COLONS = re.compile(r"(?P<question>.*\S) :: (?P<row>.+?):?")
_SLASH = re.compile(r"(?P<question>.+)/(?P<row>[^/]+)")
_BEHIND = re.compile(r"(?P<question>[^:]*[^:\s])\s*:\s*(?P<row>.+)")
# A dash may stand in any sentence: rows behind one are as many at least.
LEAST_ROWS = 3
_DASH = re.compile(r"(?P<question>.*\S) - (?P<row>.+)")
# Nothing but its end tells a question from what stands behind it.
_ENDED = re.compile(r"(?P<question>\S+(?:\s+\S+){3,}[.?:\u061f])\s+(?P<row>\S.*)")
# A box by its name alone, of which only the ticks are in the file.
_BOX = re.compile(r"(?P<question>\w*[^\W_])[._](?P<row>[^\W_]+)")
# What a reader puts behind a header that another column has, too.
AGAIN = re.compile(r" \(\d+\)$")
_COUNTED = re.compile(r"(.*\D)(\d{1,3})")
# What stands between the text of a question and that of its row or option.
MARKS = (" - ", "-", ": ", " [", " / ", "? ", ") ")
# Words of a beginning that all options share, at least, where it is a question.
QUESTION = 4
# Options that stand for a question whose text is not known.
SHOWN = 3
_NUMBERED = re.compile(r"(?P<question>.*?[^\W_])(?:_{1,3}|\.)(?P<row>[A-Za-z]{0,4}-?\d{1,4})")


@dataclass(frozen=True)
class ColumnBlock:
    """Columns of one question, or a column by itself.

    Attributes:
        kind: `one`, `grid`, `ticks` or `slots`; `ranking` of a grid that proves to be one.
        question: the text that they share; the column's own text of one by itself.
        columns: in the order of the file.
        rows: the text of each row or option; empty for one by itself.
        check: what the analyst must look at; "" for nothing.
    """

    kind: str
    question: str
    columns: tuple[ExportColumn, ...]
    rows: tuple[str, ...] = ()
    check: str = ""


def group_columns(columns: Sequence[ExportColumn], codebook: Codebook) -> list[ColumnBlock]:
    """The questions, in the order of the file."""
    headers = {column.header for column in columns}
    columns = [_attach_parent(column, headers) for column in _find_again(columns)]
    columns = mark_slots(columns, codebook)
    comments = _find_comments(columns)
    typed = [column for column in columns if column.header in comments]
    columns = _part_scales([column for column in columns if column.header not in comments])
    found: list[ColumnBlock] = []
    at = 0
    while at < len(columns):
        run = _run(columns[at:], codebook)
        block = _make_block(columns[at : at + run], codebook) if run > 1 else None
        if block is None:
            found.append(_make_single(columns[at], codebook))
            at += 1
        else:
            found.append(block)
            at += run
    return [*found, *(_make_single(column, codebook) for column in typed)]


def _find_again(columns: Sequence[ExportColumn]) -> list[ExportColumn]:
    """The columns, with the header that they had before Excel told headers of a table apart.

    It puts a number behind each that stood there before: 2, 3, ... through the whole table.
    """
    heads = [column.header for column in columns]
    ends = ((at, found) for at, head in enumerate(heads) if (found := _COUNTED.fullmatch(head)))
    again = [(at, found[1], int(found[2])) for at, found in ends if found[1] in heads[:at]]
    if len(again) < LEAST_ROWS or [n for *_, n in again] != [*range(2, len(again) + 2)]:
        return [*columns]
    before = {at: head for at, head, _ in again}
    return [replace(c, label=before.get(at, c.label)) for at, c in enumerate(columns)]


def _name_alone(column: ExportColumn) -> str:
    """The header without what stands behind one that another column has, too."""
    found = _COUNTED.fullmatch(column.header)
    return found[1] if found and found[1] == column.label else AGAIN.sub("", column.header)


def _find_comments(columns: Sequence[ExportColumn]) -> set[str]:
    """Headers of comments that may be typed beside each option, under one header for all.

    Each stands behind another option of the question. One may also be called as its option is, with
    `comment` behind it (LimeSurvey: `q[SQ001comment]`).
    """
    beside: set[str] = set()
    behind: dict[str, list[tuple[str, str]]] = {}
    for before, column in pairwise(columns):
        option = _BRACKETS.fullmatch(AGAIN.sub("", before.header))
        own = _BRACKETS.fullmatch(name := AGAIN.sub("", column.header))
        if not option or not own or option["question"] != own["question"]:
            behind[name] = []
        elif own["row"] == f"{option['row']}comment":
            beside.add(column.header)
        elif option["row"] != own["row"]:
            behind.setdefault(name, []).append((option["row"], column.header))
        else:
            behind[name] = []
    each = [found for found in behind.values() if len(found) > 1 and len(dict(found)) == len(found)]
    return beside.union(header for found in each for _, header in found)


def _part_scales(columns: Sequence[ExportColumn]) -> list[ExportColumn]:
    """The columns, each scale of a table of several behind the one before."""
    named = [
        (found["question"], found["scale"]) if (found := _find_scale(c)) else ("", "")
        for c in columns
    ]
    parted: list[ExportColumn] = []
    for _, group in groupby(zip(named, columns, strict=True), lambda each: each[0][0]):
        run = list(group)
        for scale in dict.fromkeys(name[1] for name, _ in run):
            parted += [column for name, column in run if name[1] == scale]
    return parted


def _find_scale(column: ExportColumn) -> re.Match[str] | None:
    """How the header names a row and a scale of a table; None of boxes."""
    found = _DUAL.fullmatch(column.header)
    return None if found is None or is_ticked(column, found["scale"]) else found


def _attach_parent(column: ExportColumn, headers: Set[str]) -> ExportColumn:
    """A box whose question is a column itself: what stands behind that header is its option."""
    places = [at for at, sign in enumerate(column.header) if sign in "/."]
    parent = next((column.header[:at] for at in places if column.header[:at] in headers), "")
    option = column.header[len(parent) + 1 :]
    if column.together or not parent or not is_ticked(column, option):
        return column
    return replace(column, together=parent, label=option)


def _make_single(column: ExportColumn, codebook: Codebook) -> ColumnBlock:
    text, row = codebook.questions.get(column.header, (column.label, ""))
    return ColumnBlock("one", f"{text} {row}".strip() or column.header, (column,))


def _split_header(column: ExportColumn, codebook: Codebook) -> tuple[str, str, str]:
    """How the header says that it belongs to others: by what, the question, the row."""
    text, row = codebook.questions.get(column.header, ("", ""))
    if row:
        return "codebook", text, row
    if column.together:
        return column.listed or "set", column.together, column.label or column.header
    if found := _find_scale(column):
        return "brackets", f"{found['question']} [{found['scale']}]", found["row"]
    if found := _BRACKETS.fullmatch(column.header):
        return "brackets", found["question"], found["row"]
    for pattern in (_UNDER, _SLASH, _CHOICE, _BEHIND):
        found = pattern.fullmatch(column.header)
        # What ends as a question is no option of one ("AI/ML courses?").
        row = unescape(found["row"]).strip() if found else "?"
        if found and row[-1:] not in "?\u061f" and is_ticked(column, row):
            return "slash", found["question"], row
    own, said = _name_alone(column), tidy(column.label)
    said = "" if said == own else said
    above = said.removesuffix(f" [{own}]")
    # A column an option, without its question (Typeform) or below it, where nobody need tick it.
    if (marks := _list_marks(column)) == {match_key(own)} or (not marks and above != said):
        return "choice", above, own
    if found := _COLONS.fullmatch(column.header):
        return "colons", found["question"], found["row"]
    if found := _BEFORE.fullmatch(strip_markup(column.header)):
        return "before", found["question"], found["row"]
    if found := _NUMBERED.fullmatch(column.header):
        return "number", found["question"], found["row"]
    if found := _DASH.fullmatch(column.header):
        whole = [t for t in column.texts if column.header.endswith(f" - {t}")]
        row = whole[0] if whole else found["row"]  # an option may hold the sign itself
        return "dash", column.header.removesuffix(f" - {row}"), row
    if (behind := _find_behind(column))[0]:
        return "slash", *behind
    if _holds_own_letter(column):
        return "letter", own[:-1], own[-1]
    if found := _ENDED.fullmatch(strip_markup(column.header)):
        return "ended", found["question"], found["row"]
    found = _BOX.fullmatch(column.header)
    marks = {*map(match_key, column.texts)}
    if found and len(marks) < 2 and marks <= TICKED and column.total < len(column.codes):
        return "box", found["question"], found["row"]
    return "", "", ""


def _holds_own_letter(column: ExportColumn) -> bool:
    """Whether the cells hold the letter that the header ends in, or say that there is no answer."""
    letter = column.header[-1]
    said = {t for t in column.texts if not find_special(column.values.get(t, t))} - {letter}
    return letter.isalpha() and not said and letter in {*column.texts, *column.values}


def _find_behind(column: ExportColumn) -> tuple[str, str]:
    """The question and the option of a box whose header ends in the option that its cells hold.

    What is typed in place of an option has a box, too, which holds no more than "Other".
    """
    header = strip_markup(column.header)
    found = _ENDED.fullmatch(header)
    if found and is_other(row := found["row"].rstrip(" :")) and all(map(is_other, column.texts)):
        return found["question"].rstrip(" :"), row
    if found and not column.texts:
        return found["question"].rstrip(" :"), found["row"]  # that nobody ticked
    if len(column.texts) != 1 or AGAIN.search(header):
        return "", ""
    option = "".join(match_key(column.texts[0]).split())
    for at in (match.start() for match in re.finditer(r"(?<=\s)\S", header)):
        if "".join(match_key(header[at:]).split()) == option:
            return header[:at].rstrip(" :"), column.texts[0]
    return "", ""


def _run(columns: Sequence[ExportColumn], codebook: Codebook) -> int:
    """How many columns from the first on share its question.

    One header above several columns is that of the first; the others are its second, third, ...
    """
    again = 1
    while again < len(columns) and columns[again].header == f"{columns[0].header} ({again + 1})":
        again += 1
    if again > 1:
        return again
    how, question, row = _split_header(columns[0], codebook)
    if not how:
        return 1
    count, rows = 1, {row}
    while count < len(columns):
        other, shared, row = _split_header(columns[count], codebook)
        # An option that stands there again is the next question's, as is what follows "none".
        ended = how == "choice" and (row in rows or any(map(is_none, rows)))
        if (other, match_key(shared)) != (how, match_key(question)) or ended:
            break
        rows.add(row)
        if how == "dash" and columns[count].header == f"{columns[count - 1].header} (2)":
            break  # what was typed beside the last option
        count += 1
    # What is typed beside options that have no question of theirs stands behind them.
    typed = how == "choice" and count > 1 and count < len(columns)
    return count + (typed and is_other(_name_alone(columns[count])))


def _make_block(columns: Sequence[ExportColumn], codebook: Codebook) -> ColumnBlock | None:
    how, question, _ = _split_header(columns[0], codebook)
    again = columns[1].header == f"{columns[0].header} (2)"
    question = columns[0].header if again else question
    rows = tuple(_split_header(c, codebook)[2] or _name_alone(c) for c in columns)
    # A label that is the row itself (SurveyMonkey) says no more than the header.
    named_by_label = all(c.label and tidy(c.label) != r for c, r in zip(columns, rows, strict=True))
    if how in ("number", "letter") or (how == "brackets" and named_by_label):
        texts = [codebook.questions.get(c.header, (c.label, ""))[0] or c.label for c in columns]
        question, rows = _tell_apart(texts, question, columns)
    if how == "choice" and not question:
        check = "options of one question, whose text is not in the file: what was asked?"
        return ColumnBlock("ticks", ", ".join(rows[:SHOWN]), tuple(columns), rows, check)
    if how == "choice":
        return ColumnBlock("ticks", question, tuple(columns), rows)
    if how == "set":
        # The labels of options may begin with the question, which that of the set cuts short.
        shared, ends = _tell_apart(rows, "", columns)
        if len(shared.split()) >= QUESTION:
            question, rows = shared if shared.startswith(question) else question, ends
        return ColumnBlock("ticks", question, tuple(columns), rows)
    if how and how == columns[0].listed:
        return ColumnBlock("slots", question, tuple(columns), check=how)
    named = _name_themselves(columns) if how == "number" or again else ()
    if named:
        check = f"{DECIDED}options of one question, for each column holds one"
        return ColumnBlock("ticks", question, tuple(columns), named, check)
    if again:
        return None
    if how == "letter" or _are_ticked(columns, rows, codebook):
        check = "" if how == "slash" else f"{DECIDED}options that are ticked or not"
        check = "ticked where -1 stands?" if any("-1" in c.texts for c in columns) else check
        return ColumnBlock("ticks", question, tuple(columns), rows, check)
    if how != "codebook" and not _share_answers(columns, codebook):
        return None
    if how in ("dash", "ended") and len(columns) < LEAST_ROWS:
        return None
    check = "" if how in ("brackets", "codebook") else f"{DECIDED}one question with a row each"
    return ColumnBlock("grid", question, tuple(columns), rows, check)


def _are_ticked(columns: Sequence[ExportColumn], rows: Sequence[str], codebook: Codebook) -> bool:
    """Whether the columns are the options of one question, in the same words."""
    pairs = [(c, row) for c, row in zip(columns, rows, strict=True) if not is_other(row)]
    both = {key for column, _ in pairs for key in _list_marks(column)}
    ticked = [not c.total or is_ticked(c, row) for c, row in pairs]
    if not both or not all(ticked) or any(c.header in codebook.answers for c in columns):
        return False
    return any(both <= set(pair) for pair in BOXES) or both <= {"x", *map(match_key, rows)}


def _name_themselves(columns: Sequence[ExportColumn]) -> tuple[str, ...]:
    """The options of which each column holds one, in words; nothing where they hold others."""
    said = [[t for t in c.texts if match_key(t) not in NOT_TICKED] for c in columns]
    alone = [texts[0] if len(texts) == 1 else "" for texts in said]
    told = [text for text in alone if text and not text.isdigit()]
    if (
        len(told) < 2
        or len(set(map(match_key, told))) < len(told)
        or any(texts and not text for texts, text in zip(said, alone, strict=True))
    ):
        return ()
    return tuple(text or c.header for text, c in zip(alone, columns, strict=True))


def _tell_apart(
    texts: Sequence[str], question: str, columns: Sequence[ExportColumn]
) -> tuple[str, tuple[str, ...]]:
    """The question that the texts begin with, and what is left of each: its row."""
    begin = find_beginning(texts)
    ends = [begin.rfind(mark) + len(mark) for mark in MARKS if mark in begin]
    left = [text[max(ends, default=0) :].strip(" ]") for text in texts]
    if ends and all(left) and len(begin[: max(ends)].split()) > 1:
        return begin[: max(ends)].rstrip(" -:[/"), tuple(left)
    rows = tuple(text or c.header for text, c in zip(texts, columns, strict=True))
    return question, rows


def is_ticked(column: ExportColumn, option: str) -> bool:
    """Whether the cells only say that the option was ticked, or not."""
    keys = _list_marks(column)
    own = {match_key(option)}
    marked = keys in (own, {"x"}) or any(keys <= set(pair) for pair in BOXES)
    return {*map(match_key, column.texts)} == own or (bool(keys) and marked)


def is_typed(column: ExportColumn) -> bool:
    """Whether the cells hold what was typed in place of an option or beside it, by the header."""
    header = AGAIN.sub("", column.header)
    found = _DASH.fullmatch(header) or _BRACKETS.fullmatch(header)
    if found is None or is_ticked(column, found["row"]):
        return False
    return is_other(found["row"]) or found["row"].endswith("comment")


def _list_marks(column: ExportColumn) -> set[str]:
    """What the cells hold, but that the question was not asked: beside boxes a tool may say so.

    Nor what the file declares or labels as no answer.
    """
    void = {t: find_special(column.values.get(t, t)) for t in column.texts}
    outside = {t for t in void if (void[t] and t in column.values) or is_missing(t, column.missing)}
    return {match_key(t) for t in void if void[t] != "not_asked" and t not in outside}


def _share_answers(columns: Sequence[ExportColumn], codebook: Codebook) -> bool:
    """Whether the columns share one short list of answers."""
    labels = [codebook.answers.get(c.header) or [*c.values.items()] for c in columns]
    if any(labels):
        return all(label == labels[0] for label in labels)
    given = [{*map(match_key, column.texts)} for column in columns]
    pool = set().union(*given)
    most = max(len(column.texts) for column in columns)
    # Two questions of as many answers, none of them alike, are no rows of one.
    parted = len(columns) == 2 and given[0].isdisjoint(given[1])
    full = all(len(column.texts) * 2 >= len(pool) or column.total < 20 for column in columns)
    return not parted and most >= 2 and len(pool) <= min(12, 2 * most) and full
