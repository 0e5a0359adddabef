"""Read codebooks beside an export: tables of questions and of answers, recognised by content.

A table of questions has a column with headers of the export, and columns with texts. If a first
text repeats while a second varies, the questions are the rows of a grid. A table of answers has
columns with the code of a question (`q3`, or `3` for every `q3_...`), a value of the export, and
the label of the value. One table may be both: the answers are then in the rows below their
question, with an empty cell in the question's column.
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

# Columns of a REDCap dictionary that are read: name in the interface, name in the file.
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
    """Texts of an export's columns, by header.

    Attributes:
        questions: the text of the question, and of the row of a grid ("" without a grid).
        answers: value and label of each answer, in the table's order.
    """

    questions: dict[str, tuple[str, str]] = field(default_factory=dict)
    answers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    def and_also(self, other: "Codebook") -> "Codebook":
        """Return the entries of both codebooks; for a header in both, those of `other`."""
        return Codebook({**self.questions, **other.questions}, {**self.answers, **other.answers})


def read_codebook(table: ExportTable, export: ExportTable, name: str) -> Codebook:
    """Return the texts of the export's columns that a table holds.

    Raises DataError, with the name and the columns of the table, for a table without questions or
    answers.
    """
    readers = (_read_dictionary, _read_both, _read_answers, _read_questions)
    codebook = next(filter(None, (read(table, export) for read in readers)), None)
    if codebook is None:
        raise DataError(
            f"{name}: not a codebook for the export. It must have the name of each column next to "
            "the text of its question, or the columns `question`, `value` and `label`; it has "
            f"{', '.join(table.headers[:6])}."
        )
    return codebook


def name_by_form(asked: Questionnaire, table: ExportTable) -> Codebook:
    """Return the texts of a form's questions and answers, by the export's headers.

    Headers may have the names of groups before the name of the question. Raises DataError for a
    header without groups, if questions of several groups have this name.
    """
    items_by_path = {_join_groups(item.called[1]): item for item in asked.items}
    names = (item.called[1] for item in asked.items)
    shared = {match_key(name.rpartition("/")[2]): name for name in names if "/" in name}
    items_by_header: dict[str, Item] = {}
    for header in table.headers:
        parts = _join_groups(header).split("/")
        paths = ["/".join(parts[at:]) for at in range(len(parts))]
        if matches := [items_by_path[path] for path in paths if path in items_by_path]:
            items_by_header[header] = matches[0]
        elif parts[-1] in shared:
            raise DataError(
                f"{header!r}: several groups of the form have this question "
                f"({shared[parts[-1]]!r}). Export "
                "the answers with the names of groups before those of questions."
            )
    book = Codebook()
    for header, item in items_by_header.items():
        rows = (asked.grid(item.grid).column, item.row.text) if item.grid and item.row else ()
        book.questions[header] = rows or (item.column, "")
        if item.categories:
            book.answers[header] = [(o.value or o.text, o.text) for o in item.categories]
    return book


def _join_groups(name: str) -> str:
    """Return a match key with slashes between groups, for which some tools write hyphens."""
    return match_key(name).replace("-", "/")


def _read_rows(column: ExportColumn) -> list[str]:
    """Return the text of each row, "" for an empty cell."""
    return [column.texts[code] if code >= 0 else "" for code in column.codes]


def _read_questions(table: ExportTable, export: ExportTable) -> Codebook | None:
    """Return the codebook of a table of questions; None for another table."""
    headers_by_key = {match_key(header): header for header in export.headers}
    # The column of headers may have empty cells: the common text of several questions is in a row
    # of its own.
    filled_columns = (c for c in table.columns if 2 * c.total > table.rows)
    column = next((c for c in filled_columns if _names_most(c, headers_by_key)), None)
    other_columns = [c for c in table.columns if c is not column and c.total]
    texts = [c for c in other_columns if not _is_type(c)] or other_columns
    texts = sorted(texts, key=_measure_length, reverse=True)[:2]
    if column is None or not texts:
        return None
    # The text of the whole question repeats over the rows of a grid: it is in more rows, or has
    # fewer different texts, than the text of the row.
    texts.sort(key=lambda c: (-c.total, len(c.texts)))
    cells = [_read_rows(column), *(_read_rows(text) for text in texts), [""] * table.rows]
    questions = {}
    for header, first, second in zip(*cells[:3], strict=True):
        if match_key(header) in headers_by_key:
            questions[headers_by_key[match_key(header)]] = (
                first or second,
                second if first else "",
            )
    return Codebook(questions=questions)


def _read_dictionary(table: ExportTable, export: ExportTable) -> Codebook | None:
    """Return the codebook of a REDCap dictionary; None for another table.

    A cell holds all choices of a question; the export has one column per choice of a checkbox
    question.
    """
    columns_by_key = {match_key(column.header): _read_rows(column) for column in table.columns}
    cells = [
        next((columns_by_key[key] for key in keys if key in columns_by_key), [])
        for keys in _DICTIONARY
    ]
    codebook = Codebook()
    for name, kind, text, listed in zip(*cells, strict=False):
        options = dict(_CHOICES.findall(_KINDS.get(kind, listed if "|" in listed else "")))
        for header in export.headers:
            question, _, code = header.partition("___")
            if question == name:
                codebook.questions[header] = (strip_markup(text), options.get(code, code))
            if header == name and options:
                codebook.answers[header] = [*options.items()]
    return codebook if codebook.questions else None


def _names_most(column: ExportColumn, known: Container[str]) -> bool:
    """Return whether most of the column's texts are among `known` match keys."""
    return 2 * sum(match_key(text) in known for text in column.texts) > len(column.texts)


def _is_type(column: ExportColumn) -> bool:
    """Return True for a column with types of questions: single words, or a few texts that recur."""
    changes = int(np.count_nonzero(np.diff(column.codes[column.has_answer])))
    return changes > 2 * len(column.texts) or not any(" " in text for text in column.texts)


def _read_both(table: ExportTable, export: ExportTable) -> Codebook | None:
    """Return the codebook of a table with answers below each question; None for other tables."""
    header_keys = set(map(match_key, export.headers))
    for column in table.columns:
        has_no_question = ~column.has_answer
        if has_no_question[0] or not _names_most(column, header_keys):
            continue
        question_columns = [c for c in table.columns if not (c.has_answer & has_no_question).any()]
        answer_columns = sorted(
            (c for c in table.columns if c not in question_columns), key=lambda c: -c.total
        )[:2]
        if len(answer_columns) == 2:
            question_rows = np.maximum.accumulate(
                np.where(has_no_question, 0, np.arange(table.rows))
            )
            filled_columns = (replace(column, codes=column.codes[question_rows]), *answer_columns)
            is_answer = np.logical_and(*(c.has_answer for c in answer_columns))
            answers = _read_answers(_keep_rows(filled_columns, is_answer), export)
            questions = _read_questions(_keep_rows(question_columns, ~has_no_question), export)
            if questions:
                return questions.and_also(answers or Codebook())
    return None


def _keep_rows(columns: Sequence[ExportColumn], kept: npt.NDArray[np.bool_]) -> ExportTable:
    """Return a table with these columns and only the rows marked in `kept`."""
    return ExportTable(tuple(replace(c, codes=c.codes[kept]) for c in columns))


def _measure_length(column: ExportColumn) -> float:
    """Return the mean length of the column's distinct texts."""
    return sum(map(len, column.texts)) / max(len(column.texts), 1)


def _read_answers(table: ExportTable, export: ExportTable) -> Codebook | None:
    """Return the codebook of a table of answers; None for another table.

    Each choice of columns for question, value and label is a reading. The best reading is the one
    whose values cover the largest share of the export's cells; it must be above one half.
    """
    best_reading: tuple[float, Codebook] | None = None
    for code in table.columns:
        headers = {text: match_headers(text, export.headers) for text in code.texts}
        if code.total < table.rows or sum(map(bool, headers.values())) * 2 < len(headers):
            continue
        for value in table.columns:
            other_columns = [
                c for c in table.columns if c is not code and c is not value and c.total
            ]
            if value is code or value.total < table.rows or not other_columns:
                continue
            label = max(other_columns, key=_measure_length)
            codebook, share = _read_pairs(code, value, label, headers, export)
            if codebook is not None and (best_reading is None or share > best_reading[0]):
                best_reading = (share, codebook)
    return best_reading[1] if best_reading and best_reading[0] > 0.5 else None


def _read_pairs(
    code: ExportColumn,
    value: ExportColumn,
    label: ExportColumn,
    headers: dict[str, list[str]],
    export: ExportTable,
) -> tuple[Codebook | None, float]:
    """Return the codebook of one reading, and the share (0-1) of the export's cells that fit.

    `code`, `value`, `label`: columns of the table that the reading takes as question, value and
    label. `headers`: headers of the export by cell of `code`. None where a value occurs twice in
    one question.
    """
    listed: dict[str, list[tuple[str, str]]] = {}
    for question, cell, text in zip(
        _read_rows(code), _read_rows(value), _read_rows(label), strict=True
    ):
        if cell in [values for values, _ in listed.get(question, [])]:
            return None, 0.0  # a repeated value: the column holds no values
        listed.setdefault(question, []).append((cell, text or cell))
    several_answers = {question: pairs for question, pairs in listed.items() if len(pairs) > 1}
    answers = {
        header: pairs
        for question, pairs in several_answers.items()
        for header in headers.get(question, [])
    }
    by_header = {column.header: column for column in export.columns}
    seen = fits = 0
    for header, pairs in answers.items():
        values = {match_key(cell) for cell, _ in pairs}
        for text, count in by_header[header].counts.items():
            seen += count
            fits += count if match_key(text.removesuffix(".0")) in values else 0
    return Codebook(answers=answers), fits / seen if seen else 0.0


def match_headers(code: str, headers: Sequence[str]) -> list[str]:
    """Return the header equal to a question's code, or else all headers that begin with the code.

    A code that begins with a digit may follow letters: `3` stands for `q3_1`.
    """
    key = match_key(code)
    exact = [header for header in headers if match_key(header) == key]
    if exact or not key:
        return exact
    letters = r"[^\W\d_]*" if key[0].isdigit() else ""
    begins = re.compile(rf"{letters}{re.escape(key)}(?![^\W_])")
    return [header for header in headers if begins.match(match_key(header))]
