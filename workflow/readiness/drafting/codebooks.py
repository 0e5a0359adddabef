"""Codebooks that lie beside an export: tables of questions and of answers, known by their content.

A table of questions has a column whose cells are the export's headers, and texts beside it; where a
second text differs under one that repeats, the questions are the rows of a grid. A table of answers
has the code of a question (`q3`, or `3` for every `q3_...`), a value that the export holds, and its
label. One table may be both, with the answers in rows below their question, which name it no more.
"""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from readiness.drafting.table import ExportColumn, ExportTable
from readiness.ground.errors import DataError
from readiness.questionnaire import Item, Questionnaire, match_key
from readiness.questionnaire.text import strip_markup

# The columns of a dictionary of REDCap that are read, as its pages and as its interface name them.
_DICTIONARY = (
    ("variable / field name", "field_name"),
    ("field type", "field_type"),
    ("field label", "field_label"),
    ("choices, calculations, or slider labels", "select_choices_or_calculations"),
)
_KINDS = {"yesno": "1, Yes | 0, No", "truefalse": "1, True | 0, False"}
_CHOICES = re.compile(r"\s*([^\s,|]+)\s*,\s*([^|]*[^|\s])")


@dataclass(frozen=True)
class Codebook:
    """What is known of an export's columns, by header.

    Attributes:
        questions: the text of the question, and of the row of a grid ("" where there is none).
        answers: value and label of each answer, in the table's order.
    """

    questions: dict[str, tuple[str, str]] = field(default_factory=dict)
    answers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def and_also(self, other: "Codebook") -> "Codebook":
        """Both together; the other one's word counts where both speak."""
        return Codebook({**self.questions, **other.questions}, {**self.answers, **other.answers})


def read_codebook(table: ExportTable, export: ExportTable, name: str) -> Codebook:
    """What a table says of the export's columns.

    Raises DataError, naming the table and its columns, when it is neither a table of questions nor
    one of answers.
    """
    ways = (_read_dictionary, _read_both, _read_answers, _read_questions)
    found = next(filter(None, (read(table, export) for read in ways)), None)
    if found is None:
        raise DataError(
            f"{name}: not a codebook of the export. It needs the column names beside their texts, "
            f"or the columns question, value and label; it has {', '.join(table.headers[:6])}."
        )
    return found


def name_by_form(asked: Questionnaire, table: ExportTable) -> Codebook:
    """What a form calls questions and answers, whichever version of it was asked.

    Before a name may stand the groups that it is in. Raises DataError, naming it, where the export
    has one without these that several groups have.
    """
    named = {_join_groups(item.called[1]): item for item in asked.items}
    names = (item.called[1] for item in asked.items)
    shared = {match_key(n.rpartition("/")[2]): n for n in names if "/" in n}
    found: dict[str, Item] = {}
    for header in table.headers:
        parts = _join_groups(header).split("/")
        paths = ["/".join(parts[at:]) for at in range(len(parts))]
        if hits := [named[path] for path in paths if path in named]:
            found[header] = hits[0]
        elif parts[-1] in shared:
            raise DataError(
                f"{header!r}: several groups of the form have this question "
                f"({shared[parts[-1]]!r}). Export "
                "the answers with the names of groups before those of questions."
            )
    book = Codebook()
    for header, item in found.items():
        rows = (asked.grid(item.grid).column, item.row.text) if item.grid and item.row else ()
        book.questions[header] = rows or (item.column, "")
        if item.categories:
            book.answers[header] = [(o.value or o.text, o.text) for o in item.categories]
    return book


def _join_groups(name: str) -> str:
    """A name with a slash behind each group, for which some tools put a hyphen."""
    return match_key(name).replace("-", "/")


def _read_rows(column: ExportColumn) -> list[str]:
    return [column.texts[code] if code >= 0 else "" for code in column.codes]


def _read_questions(table: ExportTable, export: ExportTable) -> Codebook | None:
    known = {match_key(header): header for header in export.headers}
    # Above several questions of a list may stand what they have in common.
    most = (c for c in table.columns if 2 * c.total > table.rows)
    column = next((c for c in most if _names_most(c, known)), None)
    beside = [c for c in table.columns if c is not column and c.total]
    texts = [c for c in beside if not _is_type(c)] or beside
    texts = sorted(texts, key=_measure_length, reverse=True)[:2]
    if column is None or not texts:
        return None
    # The text of the whole question repeats over the rows of its grid, or stands in every row.
    texts.sort(key=lambda c: (-c.total, len(c.texts)))
    cells = [_read_rows(column), *(_read_rows(text) for text in texts), [""] * table.rows]
    found = {}
    for header, first, second in zip(*cells[:3], strict=True):
        if match_key(header) in known:
            found[known[match_key(header)]] = (first or second, second if first else "")
    return Codebook(questions=found)


def _read_dictionary(table: ExportTable, export: ExportTable) -> Codebook | None:
    """That of REDCap: all choices in one cell, and a box of the export for each of several."""
    held = {match_key(column.header): _read_rows(column) for column in table.columns}
    cells = [next((held[key] for key in keys if key in held), []) for keys in _DICTIONARY]
    found = Codebook()
    for name, kind, text, listed in zip(*cells, strict=False):
        options = dict(_CHOICES.findall(_KINDS.get(kind, listed if "|" in listed else "")))
        for header in export.headers:
            own, _, code = header.partition("___")
            if own == name:
                found.questions[header] = (strip_markup(text), options.get(code, code))
            if header == name and options:
                found.answers[header] = [*options.items()]
    return found if found.questions else None


def _names_most(column: ExportColumn, known: Container[str]) -> bool:
    return 2 * sum(match_key(text) in known for text in column.texts) > len(column.texts)


def _is_type(column: ExportColumn) -> bool:
    """Whether the cells are words, or say the same in several places, as types of questions do."""
    runs = int(np.count_nonzero(np.diff(column.codes[column.has_answer])))
    return runs > 2 * len(column.texts) or not any(" " in text for text in column.texts)


def _read_both(table: ExportTable, export: ExportTable) -> Codebook | None:
    """Questions, and below each the answers that it has beside the first."""
    known = set(map(match_key, export.headers))
    for column in table.columns:
        below = ~column.has_answer
        if below[0] or not _names_most(column, known):
            continue
        head = [c for c in table.columns if not (c.has_answer & below).any()]
        rest = sorted((c for c in table.columns if c not in head), key=lambda c: -c.total)[:2]
        if len(rest) == 2:
            own = np.maximum.accumulate(np.where(below, 0, np.arange(table.rows)))
            every = (replace(column, codes=column.codes[own]), *rest)
            given = np.logical_and(*(c.has_answer for c in rest))
            answers = _read_answers(_keep_rows(every, given), export)
            questions = _read_questions(_keep_rows(head, ~below), export)
            if questions:
                return questions.and_also(answers or Codebook())
    return None


def _keep_rows(columns: Sequence[ExportColumn], kept: npt.NDArray[np.bool_]) -> ExportTable:
    return ExportTable(tuple(replace(c, codes=c.codes[kept]) for c in columns))


def _measure_length(column: ExportColumn) -> float:
    return sum(map(len, column.texts)) / max(len(column.texts), 1)


def _read_answers(table: ExportTable, export: ExportTable) -> Codebook | None:
    """The reading in which most values are ones that the export holds."""
    best: tuple[float, Codebook] | None = None
    for code in table.columns:
        headers = {text: match_headers(text, export.headers) for text in code.texts}
        if code.total < table.rows or sum(map(bool, headers.values())) * 2 < len(headers):
            continue
        for value in table.columns:
            rest = [c for c in table.columns if c is not code and c is not value and c.total]
            if value is code or value.total < table.rows or not rest:
                continue
            label = max(rest, key=_measure_length)
            found, share = _read_pairs(code, value, label, headers, export)
            if found is not None and (best is None or share > best[0]):
                best = (share, found)
    return best[1] if best and best[0] > 0.5 else None


def _read_pairs(
    code: ExportColumn,
    value: ExportColumn,
    label: ExportColumn,
    headers: dict[str, list[str]],
    export: ExportTable,
) -> tuple[Codebook | None, float]:
    listed: dict[str, list[tuple[str, str]]] = {}
    for own, cell, text in zip(_read_rows(code), _read_rows(value), _read_rows(label), strict=True):
        if cell in [known for known, _ in listed.get(own, [])]:
            return None, 0.0  # one value twice: this is no column of values
        listed.setdefault(own, []).append((cell, text or cell))
    told = {own: pairs for own, pairs in listed.items() if len(pairs) > 1}
    answers = {header: pairs for own, pairs in told.items() for header in headers.get(own, [])}
    by_header = {column.header: column for column in export.columns}
    seen = fits = 0
    for header, pairs in answers.items():
        known = {match_key(cell) for cell, _ in pairs}
        for text, count in by_header[header].counts.items():
            seen += count
            fits += count if match_key(text.removesuffix(".0")) in known else 0
    return Codebook(answers=answers), fits / seen if seen else 0.0


def match_headers(code: str, headers: Sequence[str]) -> list[str]:
    """The headers that the code of a question stands for: itself, else all that begin with it."""
    key = match_key(code)
    exact = [header for header in headers if match_key(header) == key]
    if exact or not key:
        return exact
    letters = r"[^\W\d_]*" if key[0].isdigit() else ""
    begins = re.compile(rf"{letters}{re.escape(key)}(?![^\W_])")
    return [header for header in headers if begins.match(match_key(header))]
