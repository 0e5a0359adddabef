"""Convert a questionnaire to an XLSForm: the sheets survey, choices and settings as a workbook.

Each item keeps its name; a list of options is written once for all items that share it; a grid is a
table of its rows. Fields without equivalent in XLSForm (frame, groups, boxes, personal items) stay
in the questionnaire. "Don't know" and missing codes are options with a word in the column `means`,
which XLSForm leaves to the form's author.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from readiness.language import LANGUAGES, own_name
from readiness.questionnaire.items import Answer, Item, Routing
from readiness.questionnaire.model import Grid, Questionnaire
from readiness.questionnaire.xlsform.expressions import Atom, FormQuestion, write_expression
from readiness.questionnaire.xlsform.sheets import MEANS, OUTSIDE, SCREENS, SPECIFY, judge

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_REFERENCE = re.compile(r"\$\{(?:([^{}]*)\})?")
_OPTION = re.compile(r"[A-Za-z0-9_.-]+")

Row = dict[str, str]


def to_xlsform(questionnaire: Questionnaire) -> bytes:
    """Return the questionnaire as an XLSForm workbook that pyxform accepts; else ConfigError."""
    import xlsxwriter

    buffer = io.BytesIO()
    conversions = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, **dict.fromkeys(conversions, False)})
    form = _FormWriter(questionnaire)
    sheets = {"survey": list(form.survey()), "choices": form.choices, "settings": [form.settings()]}
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        columns = {key: key for row in rows for key in row}
        for number, row in enumerate([columns, *rows]):
            for at, column in enumerate(columns):
                if row.get(column):
                    sheet.write_string(number, at, row[column])
    book.close()
    judge(Path(f"{questionnaire.id}.xlsx"), buffer.getvalue())
    return buffer.getvalue()


class _FormWriter:
    """The sheets of the form of one questionnaire."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.languages = languages_of(questionnaire)
        self.choices: list[Row] = []
        self.lists: dict[tuple[tuple[str, ...], ...], str] = {}
        # Derived items are computed of answers, not asked.
        self.items = [item for item in questionnaire.items if not item.derived_from]
        blocks: list[Item | Grid] = [*self.items, *questionnaire.grids]
        ids = [block.id for block in blocks]
        variables = [str(block.variable or "") for block in blocks]
        names = [n if _NAME.fullmatch(n) else i for n, i in zip(variables, ids, strict=True)]
        unique = names if len({n.lower() for n in names}) == len(names) else ids
        self.names = dict(zip(ids, unique, strict=True))

    def settings(self) -> Row:
        """Return the row of the sheet `settings`."""
        q = self.questionnaire
        return {
            "form_title": self._escape_references(q.title.text(q.language)),
            "form_id": q.name,
            "version": q.version,
            "default_language": _name_language(q.language),
        }

    def survey(self) -> Iterator[Row]:
        """Yield the rows of the sheet `survey`; fill the choices."""
        for name, items in groupby(self.items, key=lambda item: item.grid):
            block = list(items)
            grid = self.questionnaire.grid(name) if name else None
            # A form cannot ask for the first few ranks alone.
            whole = len(block[0].categories) == len(block)
            if grid is not None and grid.kind.is_ranking and whole:
                yield self._rank(grid, block)
            elif grid is not None and grid.kind.is_table and _is_table(block):
                yield from self._write_table(grid, block)
            else:
                yield from map(self._write_question, block)

    def _write_table(self, grid: Grid, block: Sequence[Item]) -> Iterator[Row]:
        """Yield the rows of a grid: a group with the appearance of a table."""
        group = self.names[grid.id]
        yield {
            "type": "begin_group",
            "name": group,
            **self._write_texts(grid.label.root, grid.column),
            **self._write_relevant(block[0]),
            "appearance": "table-list",
        }
        for item in block:
            yield {k: v for k, v in self._write_question(item).items() if k != "relevant"}
        yield {"type": "end_group", "name": group}

    def _rank(self, grid: Grid, block: Sequence[Item]) -> Row:
        """Return the row of a ranking."""
        ranked = [item.row for item in block if item.row]
        codes = [item.id.removeprefix(f"{grid.id}_") for item in block]
        names = _choose_names([row.value for row in ranked], codes)
        rows = [
            {"name": name, **self._write_texts(row.labels, row.text)}
            for name, row in zip(names, ranked, strict=True)
        ]
        kind, name = f"rank {self._list(grid.id, rows)}", self.names[grid.id]
        labels = self._write_texts(grid.label.root, grid.column)
        return {"type": kind, "name": name, **labels, **self._write_rest(block[0])}

    def _write_question(self, item: Item) -> Row:
        """Return the row of a question."""
        extra: Row = {"appearance": "likert"} if item.kind.is_ordered else {}
        kind = item.kind.name
        if item.categories:
            select = "select_multiple" if item.kind.takes_several else "select_one"
            kind = f"{select} {self._list(item.id, list(self._write_options(item)))}"
        elif item.kind.is_number:
            kind = "decimal" if item.range and item.range.decimals else "integer"
        if constraint := _write_constraint(item):
            extra["constraint"] = constraint
        question = item.row.text if item.row else item.column
        return {
            "type": kind,
            "name": self.names[item.id],
            **self._write_texts(item.label.root, "" if question in item.called[1:] else question),
            **extra,
            **self._write_rest(item),
        }

    def _write_rest(self, item: Item) -> Row:
        """Return the cells for `required` and `relevant`."""
        required = {"required": "yes"} if item.required else {}
        return {**required, **self._write_relevant(item)}

    def _write_relevant(self, item: Item) -> Row:
        """Return the cell for the item's routing."""
        atoms = [self._make_atom(routing) for routing in item.asked_if]
        return {"relevant": write_expression(atoms)} if atoms else {}

    def _make_atom(self, routing: Routing) -> Atom:
        """Return a routing condition as a condition of an expression."""
        item = self.questionnaire.item(routing.item)
        kind = "integer" if item.kind.is_number else "single"
        kind = "multi" if item.kind.takes_several else kind
        codes = dict(zip(option_names(item), item.codes, strict=False))
        source = FormQuestion(self.names[item.id], kind, codes)
        return Atom(source, frozenset(routing.one_of), *routing.bounds)

    def _write_options(self, item: Item) -> Iterator[Row]:
        """Yield the rows of an item's options, "don't know" and missing codes."""
        names = iter(option_names(item))
        for category in item.categories:
            flags = {SCREENS: "yes"} if category.screens_out else {}
            flags |= {SPECIFY: self.names[category.specify]} if category.specify else {}
            texts = self._write_texts(category.labels, category.text)
            yield {"name": next(names), **texts, **flags}
        for option, means in _list_no_answers(item):
            texts = self._write_texts(option.labels, option.text)
            yield {"name": next(names), **texts, MEANS: means}

    def _list(self, name: str, options: list[Row]) -> str:
        """Return the name of the list of these options, added to the choices once."""
        key = tuple(cell for row in options for cell in row.items())
        if key not in self.lists:
            self.lists[key] = name
            self.choices += [{"list_name": name, **row} for row in options]
        return self.lists[key]

    def _write_texts(self, labels: Mapping[str, str], own: str) -> Row:
        """Return labels under the headers of their languages; `own` in the questionnaire's."""
        texts = {**labels, **({self.questionnaire.language: own} if own else {})}
        escaped = {
            key: self._escape_references(texts[key]) for key in self.languages if key in texts
        }
        return {f"label::{_name_language(key)}": text for key, text in escaped.items()}

    def _escape_references(self, text: str) -> str:
        """Return a text whose `${...}` refer to nothing, except to questions of the form."""
        question_names = set(self.names.values())
        return _REFERENCE.sub(lambda r: r[0] if r[1] in question_names else f"$ {r[0][1:]}", text)


def _list_no_answers(item: Item) -> list[tuple[Answer, str]]:
    """Return "don't know" and missing codes, each with its word in the column `means`."""
    outside = [(item.dont_know, OUTSIDE)] if item.dont_know else []
    return [*outside, *((entry, entry.means) for entry in item.missing)]


def option_names(item: Item) -> list[str]:
    """Return the names of options in the form, in the item's order: values where these are
    valid.
    """
    values, codes = [c.value for c in item.categories], [*item.codes]
    for option, means in _list_no_answers(item):
        values.append(option.value)
        codes.append("dont_know" if means == OUTSIDE else means)
    return _choose_names(values, codes)


def _choose_names(wanted: Sequence[str | None], codes: Sequence[str]) -> list[str]:
    """Return the wanted names, or the codes where a wanted name is invalid or repeated."""
    values = [value or code for value, code in zip(wanted, codes, strict=True)]
    if all(map(_OPTION.fullmatch, values)) and len(set(values)) == len(values):
        return values
    return [f"{code}_{k}" if code in codes[:k] else code for k, code in enumerate(codes)]


def _write_constraint(item: Item) -> str:
    """Return the constraint of an item: exclusive options, or the range and missing numbers."""
    if item.kind.takes_several:
        named_categories = zip(option_names(item), item.categories, strict=False)
        exclusive_names = [name for name, category in named_categories if category.exclusive]
        return " and ".join(
            f"not(selected(., '{n}') and count-selected(.) > 1)" for n in exclusive_names
        )
    if item.range is None:
        return ""
    low, high = item.range.bounds
    kind = "decimal" if item.range.decimals else "integer"
    range_condition = write_expression([Atom(FormQuestion(".", kind, {}), frozenset(), low, high)])
    missing_numbers = [
        entry.text for entry in item.missing if re.fullmatch(r"-?\d+(\.\d+)?", entry.text)
    ]
    either = " or ".join([f"({range_condition})", *(f". = {number}" for number in missing_numbers)])
    return either if range_condition and missing_numbers else range_condition


def _is_table(block: Sequence[Item]) -> bool:
    """Return whether all items of a block have the same kind, options and routing."""
    shared = [(i.kind, i.categories, i.dont_know, i.missing, i.asked_if) for i in block]
    return bool(block[0].categories) and all(properties == shared[0] for properties in shared)


def languages_of(questionnaire: Questionnaire) -> list[str]:
    """Return the questionnaire's language, then all others that a title or label has, sorted."""
    own_language, items = questionnaire.language, questionnaire.items
    texts = [questionnaire.title.root, *(item.label.root for item in items)]
    texts += [category.labels for item in items for category in item.categories]
    return [
        own_language,
        *sorted({language for labels in texts for language in labels} - {own_language}),
    ]


def _name_language(language: str) -> str:
    """Return the header's name of a language: `English (en)`."""
    return f"{own_name(language) if language in LANGUAGES else language} ({language})"
