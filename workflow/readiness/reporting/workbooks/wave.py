"""Numbers of a wave as files: a workbook with a banner table a question, and one tidy table.

The tidy table has one row for each number and one column for each property; codes as in the
register, words beside them. The values are those of the register at its published precision; the
run and data behind a number are listed in the register alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from readiness.analysis.selection import variable_of
from readiness.analysis.varying import CHOICES
from readiness.ground.facts import Fact, Listed, Term, Value
from readiness.ground.figure_id import LIMITS, FigureId, base_id, setting_id, share_id
from readiness.ground.frames import list_rows
from readiness.language import Language, show, tell, text
from readiness.questionnaire import TOTAL, Item, Questionnaire
from readiness.questionnaire.units import unit_text
from readiness.register.display import SIGNS, Sign, show_row, sign
from readiness.register.figures import DONT_KNOW, WITHHELD
from readiness.register.firmness import HOLDS
from readiness.reporting import firmness, statements
from readiness.reporting.banners import (
    LETTERS,
    NUMBERS,
    Banner,
    BannerColumn,
    BannerLine,
    TableMaterial,
    adds_up,
    banner,
)
from readiness.reporting.particulars import CALLED, list_statements, name_domain
from readiness.reporting.workbooks.writing import Amount, Book, Cell, WorkbookSheet

# `NOTHING`: there is no such number, say the interval of a group that was not sampled. `SHORTHAND`:
# signs in place of a number, as accessible spreadsheets write them: confidential, and unreliable.
NOTHING = "[x]"
NO_LETTER = "–"
SHORTHAND = {Sign.FEW: "[c]", Sign.BASE: "[u]"}
MARK = '"†"'


def wave_book(
    material: TableMaterial, title: str, items: Sequence[str], cover: Sequence[str]
) -> Book:
    """Return the workbook of a wave.

    `items`: ids of its questions, in order; `cover`: lines of the first sheet. The register of the
    material is at its published precision.
    """
    questionnaire = material.questionnaire
    tables = [banner(material, questionnaire.item(name)) for name in items]
    filled_tables = [table for table in tables if table.lines]
    sheets = [
        _WaveSheet(material, table, place).sheet() for place, table in enumerate(filled_tables, 1)
    ]
    sheets += list_tests(material, items)
    sheets += firmness_sheets(material)
    subject, notes = questionnaire.title.text(material.language), _make_notes(material)
    return Book(title, subject, material.language, tuple(cover), notes, tuple(sheets))


_OF_TESTS = ("tables.head.question", "tables.head.test", "tables.head.answer", "tables.head.p")


def list_tests(material: TableMaterial, items: Sequence[str]) -> list[WorkbookSheet]:
    """Return the sheet of every test of every item, the primary test first; no sheet without tests.

    The pages of a report show the primary test alone.
    """
    register, language, rows, permuted = material.register, material.language, [], False
    for item in map(material.questionnaire.item, items):
        labels = _label_answers(item, language)
        for test in statements.TEST_NAMES:
            for answer in ("", *labels):
                parts = [item.id, "test", test, *filter(None, [answer]), "p"]
                figure_id = ".".join(parts)
                if register.number(figure_id) is None:
                    continue
                row = register.row(figure_id)
                p = Amount(float(row["value"]), number_format(row["unit"], int(row["digits"])))
                name = show(statements.name_test(test), language)
                title = item.label.text(language)
                rows.append((title, name, labels.get(answer, NOTHING), p))
                permuted |= test.startswith("permutation")
    lines = [text("tables.note.tests", language)]
    if permuted:
        draws = register.name_value(setting_id("permutations"))
        lines.append(register.write_fact(Fact("report.draws", {"draws": draws}), bare=True))
    header = tuple(text(key, language) for key in _OF_TESTS)
    name = text("tables.sheet.tests", language)
    return [WorkbookSheet(name, name, header, tuple(rows), tuple(lines))] if rows else []


_OF_VARIANTS = (
    *(f"report.firmness.column.{name}" for name in ("finding", "state", *CHOICES)),
    *("numbers.column.value", "tables.column.lower", "tables.column.upper"),
)


def firmness_sheets(material: TableMaterial) -> list[WorkbookSheet]:
    """Return the sheet of findings in each variant of the analysis; no sheet without any."""
    language, register = material.language, material.register
    by, rows = next(iter(material.variables), ""), []
    for finding in firmness.list_findings(register.rows, material.questionnaire):
        claim = tell(firmness.state_claim(finding, material.questionnaire, by, language), language)
        for row in list_rows(finding.variants):
            state_word = text(firmness.STATES[row["state"] == HOLDS], language)
            choice_names = [
                firmness.name_choice(finding, name, row[name], language) for name in CHOICES
            ]
            cells = [
                Amount(float(row[end]), number_format("share", 0)) if row[end] else NOTHING
                for end in ("value", "lower", "upper")
            ]
            rows.append((claim, state_word, *choice_names, *cells))
    header = tuple(text(key, language) for key in _OF_VARIANTS)
    name, line = text("report.title.firmness", language), text("report.firmness", language)
    return [WorkbookSheet(name, name, header, tuple(rows), (line,))] if rows else []


def _make_notes(material: TableMaterial) -> WorkbookSheet:
    """Return the sheet that explains signs, rows and intervals."""
    language = material.language
    rows = [(_sign(legend_sign), legend_sign.words(language)) for legend_sign in SIGNS]
    meanings = dict(_MEANING)
    if material.selection.inference:
        first, *more = LETTERS[material.contrasts.rule]
        meanings = {"tables.note.letter": first, **meanings}
    if not material.register.is_weighted:
        del meanings["tables.row.weighted"]
    rows.append((NOTHING, text("tables.note.nothing", language)))
    if condition := statements.state_condition(material.selection, material.register):
        condition_text = material.register.write_fact(condition, bare=True)
        rows.append((text("numbers.interval", language), condition_text))
    rows += [(text(name, language), text(meaning, language)) for name, meaning in meanings.items()]
    if material.selection.inference:
        rows += [(text("tables.note.letter", language), text(key, language)) for key in more]
    return notes_sheet("tables.head.sign", rows, language)


def notes_sheet(head: str, rows: Sequence[tuple[str, str]], language: Language) -> WorkbookSheet:
    """Return the sheet that explains signs or words; `head`: catalogue key of their heading."""
    name, *heads = (
        text(key, language) for key in ("tables.sheet.notes", head, "verdict.page.says")
    )
    return WorkbookSheet(name, name, tuple(heads), tuple(rows))


_MEANING = {
    "tables.row.base": "tables.note.base",
    "tables.row.weighted": "tables.note.weighted",
    "tables.row.effective": "tables.note.effective",
}
_MEASURES = {
    "share": "tables.measure.share",
    "number": "numbers.column.value",
    "count": "tables.measure.count",
    "lower": "tables.column.lower",
    "upper": "tables.column.upper",
    "higher": "tables.measure.higher",
}


def _sign(shown_sign: Sign) -> str:
    return SHORTHAND.get(shown_sign, shown_sign.mark)


class _WaveSheet:
    """Maker of the sheet with one item's banner."""

    def __init__(self, material: TableMaterial, table: Banner, place: int) -> None:
        self.material, self.table, self.place = material, table, place
        self.register, self.language = material.register, material.language

    def sheet(self) -> WorkbookSheet:
        """Return the sheet: explanations, then a row for each answer and measure."""
        rows = list(self._make_rows())
        asked = self.table.item.label.text(self.language)
        words = map(self._write_word, ("tables.head.answer", "tables.head.measure"))
        return WorkbookSheet(
            self.table.item.id,
            self._tell("tables.title", n=self.place, title=asked),
            (*words, *unique([*map(self._write_head, self.table.columns)])),
            tuple(row for _, row in rows),
            tuple(self._write_lines()),
            frozenset(place for place, (kind, _) in enumerate(rows) if kind == "main"),
            labels=2,
            called=asked,
        )

    def _write_word(self, key: str) -> str:
        return text(key, self.language)

    def _tell(self, kind: str, **values: Value) -> str:
        return tell(Fact(kind, values), self.language)

    def _write_head(self, column: BannerColumn) -> str:
        """Return a column's heading: variable, group and letter."""
        name = column.label
        if column.apart:
            name = self._tell("report.apart", group=name)
        elif column.variable:
            variable_label = self.material.questionnaire.grouping(column.variable).label.text(
                self.language
            )
            name = self._tell("language.labelled", label=variable_label, what=name)
        if not column.letter:
            return name
        return self._tell("language.beside", label=name, what=column.letter)

    def _write_lines(self) -> Iterator[str]:
        """Yield the explanations above the table."""
        item = self.table.item
        asked = statements.quote_question(self.material.questionnaire, item, self.language)
        yield tell(asked, self.language)
        if item.range is not None:
            yield self._tell("tables.unit.number", unit=unit_text(item.range, self.language))
        else:
            yield self._write_word("tables.unit.share")
        if self.register.is_simulated:
            yield self._write_word("numbers.simulated")
        yield from lettering(self.material, self.table)
        if not adds_up(self.register, self.table):
            yield self._write_word("tables.note.rounding")
        yield tell_data(self.register.current_datasets, self.language)

    def _make_rows(self) -> Iterator[tuple[str, tuple[Cell, ...]]]:
        """Yield the rows with their kind: numbers, limits, letters."""
        for line in self.table.lines:
            if line.kind == "base":
                yield line.kind, self._make_row(line, line.ids, "count")
                continue
            measure = "number" if self.table.item.kind.is_number else "share"
            yield line.kind, self._make_row(line, line.ids, measure)
            if self.material.selection.inference:
                for end in LIMITS:
                    ids = [name and FigureId.parse(name).with_part(end) for name in line.ids]
                    yield line.kind, self._make_row(line, ids, end)
            if line.letters:
                label = (line.label, self._write_word(_MEASURES["higher"]))
                yield line.kind, (*label, *[letter or NO_LETTER for letter in line.letters])

    def _make_row(self, line: BannerLine, ids: Sequence[str], measure: str) -> tuple[Cell, ...]:
        shares = line.ids
        if line.label == self._write_word("tables.row.effective"):
            # The effective n is that of the headline share, whose sign says why there is none.
            item = self.table.item
            groups = [(column.group, column.base) for column in self.table.columns]
            shares = tuple(share_id(item.id, item.first_level, *group) for group in groups)
        cells = map(self._make_cell, ids, shares, self.table.columns)
        return (line.label, self._write_word(_MEASURES[measure]), *cells)

    def _make_cell(self, figure_id: str, share: str, column: BannerColumn) -> Cell:
        """Return a number, the sign in its place, or `NOTHING` where there is no such number.

        `share`: the id of the share whose number, limit, base or effective n is wanted.
        """
        if figure_id and self.register.has(figure_id):
            row = self.register.row(figure_id)
            if sign(row).replaces_number:
                return _sign(sign(row))
            format_code = number_format(row["unit"], int(row["digits"]), sign(row))
            return Amount(float(row["value"]), format_code)
        # Limits and effective n have no row where they are suppressed.
        precision_sign = self._find_sign_of_precision(share, column)
        return NOTHING if precision_sign is Sign.NONE else _sign(precision_sign)

    def _find_sign_of_precision(self, share: str, column: BannerColumn) -> Sign:
        """Return the sign in place of a share's limits and effective n; NONE where there is none.

        Limits and effective n are suppressed with the share; with its base, which they would
        disclose; and, for a share of all, where they would disclose a group's suppressed share.
        """
        # Groups apart have no weights, and a survey without inference no limits.
        if not self.register.has(share) or column.apart or not self.material.selection.inference:
            return Sign.NONE
        row = self.register.row(share)
        base = base_id(row["item"], column.group, column.base)
        for name in (share, base):
            if self.register.has(name) and sign(self.register.row(name)).replaces_number:
                return sign(self.register.row(name))
        key_columns = ("item", "level", "statistic")
        groups = self.register.rows[self.register.rows["group"] != TOTAL]
        groups = groups[(groups[[*key_columns]] == [row[name] for name in key_columns]).all(axis=1)]
        discloses = column.group == TOTAL and (groups["suppressed"] == WITHHELD).any()
        return Sign.FEW if discloses else Sign.NONE


def lettering(material: TableMaterial, table: Banner) -> Iterator[str]:
    """Yield what the letters of a table compare, and which groups they leave out."""
    if any(column.letter for column in table.columns):
        yield from (text(key, material.language) for key in LETTERS[material.contrasts.rule])
        if table.item.kind.is_ordered:
            yield text("tables.note.letters.scale", material.language)
    yield from name_left_out(material, table)


def name_left_out(material: TableMaterial, table: Banner) -> Iterator[str]:
    """Yield which groups have no letter, and why; nothing where each has one."""
    if table.left_out:
        groups = Listed(table.left_out)
        yield tell(Fact("tables.note.left_out", {"groups": groups}), material.language)


def number_format(unit: str, digits: int, mark: Sign = Sign.NONE) -> str:
    """Return the spreadsheet format of numbers of a unit; a weak number has its mark beside it."""
    zeros = f"0.{'0' * digits}" if digits else "0"
    code = f"{zeros}%" if unit == "share" else f"#,##{zeros}"
    return f"{code}{MARK}" if mark is Sign.WEAK else code


def unique(heads: Sequence[str]) -> list[str]:
    """Return the heads of a table made unique: a spreadsheet's table refuses two equal heads."""
    seen: dict[str, int] = {}
    unique_heads = []
    for head in heads:
        key = head.casefold()
        seen[key] = seen.get(key, 0) + 1
        unique_heads.append(head if seen[key] == 1 else f"{head} ({seen[key]})")
    return unique_heads


def cover_lines(
    material: TableMaterial,
    *,
    simulated: bool,
    datasets: Sequence[str],
    stated: Mapping[str, Any] | None = None,
    where: Mapping[str, Sequence[str]] | None = None,
) -> list[str]:
    """Write the lines of a wave's cover sheet.

    `stated`: statements on the survey. `where`: whom all figures describe; None for everybody.
    """
    language = material.language
    return [
        *list_publisher(stated or {}, language),
        *([text("numbers.simulated", language)] if simulated else []),
        text("tables.cover.what", language),
        *_tell_domain(material, where),
        tell_data(datasets, language),
        text("tables.cover.precision", language),
    ]


def _tell_domain(
    material: TableMaterial, where: Mapping[str, Sequence[str]] | None
) -> Iterator[str]:
    if where:
        whom = name_domain(material.questionnaire, where, material.language)
        yield tell(Fact("report.domain", {"whom": whom}), material.language)


def list_publisher(stated: Mapping[str, Any], language: Language) -> Iterator[str]:
    """Yield sponsor, collector and contact of a survey, as far as they are stated."""
    for key, statement in list_statements(stated, language, ("sponsor", "collector", "contact")):
        yield tell(
            Fact("language.labelled", {"label": Term(CALLED[key]), "what": statement}), language
        )


def tell_data(datasets: Sequence[str], language: Language) -> str:
    """Return the line of a cover sheet that names the data."""
    named = show(Listed(tuple(datasets), "comma"), language)
    return tell(Fact("tables.cover.data", {"datasets": named}), language)


# Catalogue key of the description of each column of `numbers.csv`.
COLUMNS = {
    **{name: f"tables.column.{name}" for name in ("id", "kind", "item")},
    "item_label": "tables.head.question",
    "answer": "tables.column.answer",
    "answer_label": "tables.head.answer",
    **{
        name: f"tables.column.{name}"
        for name in (
            *("variable", "variable_label", "group", "group_label", "statistic", "unit", "value"),
            *("display", "sign", "suppressed", "reliability", "lower", "upper", "se", "n"),
        )
    },
    "n_eff": "tables.row.effective",
    "deff": "tables.column.deff",
    "simulated": "tables.column.simulated",
    "note": "questionnaire.page.column.note",
}
CODEBOOK = ["part", "code", "of", "label", "meaning"]
# Function of an item, a level and a group: their labels, and the label of the group's variable.
Labels = Callable[[str, str, str], tuple[str, str, str, str]]


def tidy(figures: pd.DataFrame, labels: Labels, language: Language) -> pd.DataFrame:
    """Return `numbers.csv`: the register at published precision (as text), with labels."""
    records = []
    for row in list_rows(figures):
        item, answer, group, variable_label = labels(row["item"], row["level"], row["group"])
        words = {
            "item_label": item,
            "answer": row["level"],
            "answer_label": answer,
            "variable": variable_of(row["group"]),
            "variable_label": variable_label,
            "group_label": group,
            "display": show_row(row, language),
            "sign": sign(row).mark,
        }
        records.append([words.get(name, row.get(name, "")) for name in COLUMNS])
    return pd.DataFrame(records, columns=list(COLUMNS))


def wave_labels(questionnaire: Questionnaire, compared: str, language: Language) -> Labels:
    """Return the function that labels items, answers and groups; "" for a missing label."""
    items = {item.id: item for item in questionnaire.items}
    groups = {TOTAL: (text("report.total", language), "")}
    for variable in questionnaire.frame:
        variable_label = variable.label.text(language)
        for code, label in variable.labels(language).items():
            groups[f"{variable.id}:{code}"] = (label, variable_label)
            if variable.id == compared:
                groups[code] = (label, variable_label)
    groups |= {code: (label, "") for code, label in questionnaire.label_apart(language).items()}
    words = {level: text(key, language) for level, key in NUMBERS.items()}

    def labels(name: str, level: str, group: str) -> tuple[str, str, str, str]:
        item = items.get(name.partition(":")[0])
        label, variable_label = groups.get(group, ("", ""))
        if item is None:
            return "", "", label, variable_label
        answers = words | _label_answers(item, language)
        return item.label.text(language), answers.get(level, ""), label, variable_label

    return labels


def _label_answers(item: Item, language: Language) -> dict[str, str]:
    """Return the label of each answer, of "don't know", and of each box with its levels."""
    labels = item.labels(language)
    boxes = {box: " + ".join(labels[c] for c in levels) for box, levels in item.levels_of.items()}
    unknown = {DONT_KNOW: item.dont_know.label(language)} if item.dont_know else {}
    return labels | unknown | boxes


def codebook(language: Language, rows: Iterator[list[str]]) -> pd.DataFrame:
    """Return `codebook.csv`: the columns, the signs, and the codes of a run (`rows`)."""
    columns = [["column", name, "", "", text(key, language)] for name, key in COLUMNS.items()]
    signs = [
        ["sign", legend_sign.mark, "", "", legend_sign.words(language)] for legend_sign in SIGNS
    ]
    return pd.DataFrame([*columns, *signs, *rows], columns=CODEBOOK)


def wave_codes(questionnaire: Questionnaire, language: Language) -> Iterator[list[str]]:
    """Yield codebook rows: questions with every answer, variables with every group."""
    for item in questionnaire.items:
        quoted = tell(statements.quote_question(questionnaire, item, language), language)
        question_text = quoted if item.derived_from else item.column
        yield ["item", item.id, item.kind.name, item.label.text(language), question_text]
        texts = {category.code: category.text for category in item.categories}
        if item.dont_know:
            texts[DONT_KNOW] = item.dont_know.text
        for code, label in _label_answers(item, language).items():
            yield ["answer", code, item.id, label, texts.get(code, "")]
    for variable in questionnaire.frame:
        yield ["variable", variable.id, "", variable.label.text(language), ""]
        for category in variable.categories:
            yield ["group", category.code, variable.id, category.label(language), ""]
