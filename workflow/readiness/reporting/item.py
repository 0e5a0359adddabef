"""Block of one question: finding, chart, banner table; tests and question text in folds.

The banner table has shares with their letters and intervals, signs and bases. A fold has the tests:
why this test leads, and a table of contrasts.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from itertools import zip_longest
from math import nextafter

from readiness.analysis.selection import Selection
from readiness.ground.facts import Fact, Listed, Term, Value
from readiness.ground.figure_id import (
    ALPHA,
    CONTRAST,
    LOWER,
    POINTWISE,
    SIZE,
    FigureId,
    P,
    comparison_id,
    missing_id,
    quality_id,
    setting_id,
)
from readiness.language import capitalise, text
from readiness.questionnaire import MEAN, TOTAL, Item
from readiness.questionnaire.codebook import list_conditions
from readiness.questionnaire.units import unit_text
from readiness.register.display import Sign, sign
from readiness.register.figures import number
from readiness.register.rows.shares import BAND_UNITS, P_BELOW
from readiness.reporting import statements
from readiness.reporting.banners import (
    LETTERS,
    Banner,
    BannerColumn,
    Contrasts,
    TableMaterial,
    banner,
    material_of,
)
from readiness.reporting.blocks import (
    EMPTY,
    ReportBlock,
    block,
    fold,
    label,
    mark,
    paragraphs,
    plain,
    table,
)
from readiness.reporting.item_findings import NO_GAP, Findings, level_label
from readiness.reporting.participation import NOT_ASKED, NOT_INSIDE
from readiness.reporting.parts import Register, WavePart
from readiness.reporting.workbooks.wave import name_left_out

# Headings of the table of contrasts.
PAIRS = (
    "report.column.pair",
    "verdict.page.column.difference",
    "numbers.interval",
    "report.column.p_adjusted",
)
# Name in the register of the leading test, by the name of the choice.
LEADING = {
    "rao_scott": "rao_scott_f",
    "effect_size": "rao_scott_f",
    "multiple_marginal": "multiple_marginal_f",
}
# Catalogue key of the reason why a selection without inference has no tests.
NO_TEST = {s: f"report.no_test.{s.key}" for s in Selection if not s.inference}
# Largest number of words in a label that is a name; a longer label is a question.
LONG_LABEL = 4


# Placeholder in a sentence for a sign that is written in Markdown, outside of the catalogues.
SIGN = "§"
# Style of each kind of row (`blocks.table`).
MARKS = {"main": "main", "net": "total", "answer": "", "outside": "base", "base": "base"}


def banner_table(
    material: TableMaterial,
    shown_table: Banner,
    name: str,
    caption: str,
    *,
    head: str = "tables.head.answer",
) -> str:
    """Return a banner table as Markdown, each share with its limits where the register has them.

    `head`: catalogue key of the first column's heading.
    """
    register, language = material.register, material.language

    def name_column(column: BannerColumn) -> str:
        column_label = plain(column.label)
        if column.apart:
            column_label = register.write_fact(Fact("report.apart", {"group": column.label}))
        return f"{column_label} {mark('letter', column.letter)}" if column.letter else column_label

    def cell(figure_id: str, letter: str) -> str:
        if not figure_id:
            return EMPTY
        shown_sign, cell_text = sign(register.row(figure_id)), register.span(figure_id, bare=True)
        if shown_sign.replaces_number:
            return f"{cell_text}^{shown_sign.value}^"
        cell_text += shown_sign.mark + (f" {mark('letter', letter)}" if letter else "")
        return cell_text + register.limits_below(figure_id, bare=True)

    header, rows = [text(head, language), *map(name_column, shown_table.columns)], []
    for line in shown_table.lines:
        pairs = zip_longest(line.ids, line.letters, fillvalue="")
        rows.append([plain(line.label), *(cell(*pair) for pair in pairs)])
    marks = [MARKS[line.kind] for line in shown_table.lines]
    return table(header, rows, name, caption, kind="banner", marks=marks)


def notes(material: TableMaterial, shown_table: Banner) -> str:
    """Write the notes of a table that the legend of the report does not have; "" for none."""
    sentences = [*_write_notes(material, shown_table)]
    return mark("small", " ".join(sentences)) if sentences else ""


def _write_notes(material: TableMaterial, shown_table: Banner) -> Iterator[str]:
    """Yield the notes of one table: condition, groups left out, warnings."""
    register, not_asked_id = material.register, missing_id(shown_table.item.id, "not_asked")
    if register.has(not_asked_id) and register.number(not_asked_id):
        values: dict[str, Value] = {
            "label": Term(NOT_INSIDE if material.has_domain else NOT_ASKED),
            "share": register.name_value(not_asked_id),
            "n": register.name_value(quality_id("answered", TOTAL)),
        }
        not_asked = Fact("tables.note.not_asked", values)
        yield f"{register.write_fact(not_asked)}."
    if condition := statements.state_condition(material.selection, register):
        yield register.write_fact(condition)
    yield from (plain(line) for line in name_left_out(material, shown_table))
    mean_ids = [
        name
        for line in shown_table.lines
        for name in line.ids
        if name and FigureId.parse(name).level == MEAN
    ]
    yield from register.warnings(mean_ids)


def write_legend(wave: WavePart) -> str:
    """Write the legend of a wave: what signs, letters and brackets mean in charts and tables."""
    register, sentences = wave.register, list[str]()
    if wave.selection.inference:
        level = register.name_value(setting_id("level"))
        sentences.append(register.write_fact(Fact("report.level", {"level": level})))
    sentences.append(wave.word("tables.note.n"))
    estimates = register.rows[register.rows["kind"] == "estimate"]
    sentences += explain_signs(register, map(str, estimates["id"]))
    if wave.selection.inference and not wave.contrasts.empty:
        rule = Contrasts.of(wave.contrasts).rule
        sentences += map(wave.word, (*LETTERS[rule], "tables.note.letters.scale"))
    return " ".join([*sentences, wave.word("tables.note.rounding")])


def explain_signs(register: Register, identities: Iterable[str]) -> Iterator[str]:
    """Yield the meaning of each sign that occurs among these numbers."""
    present_signs = {sign(register.row(name)) for name in identities}
    for present_sign in (
        candidate for candidate in Sign if candidate in present_signs and candidate is not Sign.NONE
    ):
        sign_text = (
            f"(…)^{present_sign.value}^" if present_sign.replaces_number else present_sign.mark
        )
        fact = Fact(
            "tables.note.sign", {"sign": SIGN, "words": present_sign.words(register.language)}
        )
        yield register.write_fact(fact).replace(SIGN, sign_text)


# Catalogue key of the caption below a chart of each form.
CAPTION_BY_FORM = {
    "levels": "report.caption.levels",
    "intervals": "report.caption.share",
    "options": "report.caption.options",
    "means": "report.caption.mean",
}
# Captions of a table of shares, and of a table of means.
SHARE_TABLE, NUMBER_TABLE = "tables.caption.share", "tables.caption.number"


def item_block(wave: WavePart, name: str, *, pictured: bool = False) -> ReportBlock:
    """Return the block of one item, titled with its label.

    `pictured`: the first screen shows the item's picture, so the block has no picture.
    """
    item = wave.questionnaire.item(name)
    title = item.label.text(wave.language)
    writer = partial(_ItemWriter, wave, item, pictured=pictured)
    return ReportBlock(f"item-{name}", plain(title), lambda: writer().write_block())


def caption_item(wave: WavePart, item: Item) -> str:
    """Return the caption of an item's first picture.

    The question as it was asked, if in the language of the report, else the label; for a mean or a
    share, a sentence on what it is of.
    """
    name = statements.name_question(wave.questionnaire, item, wave.language)
    if item.forms[0] in ("levels", "options"):
        return plain(name)
    return caption_form(wave, item, item.forms[0], name)


def caption_form(wave: WavePart, item: Item, form: str, name: str) -> str:
    """Return the caption of a picture of a form, for an item called by a name."""
    unit = unit_text(item.range, wave.language) if item.range else ""
    values: dict[str, Value] = {"level": level_label(item, wave.language), "unit": unit}
    return wave.tell(CAPTION_BY_FORM[form], item=name, **values)


def draw_item(wave: WavePart, item: Item) -> str:
    """Return the first picture of an item, with its caption."""
    return wave.chart(f"{item.id}-{item.forms[0]}", caption_item(wave, item))


class _ItemWriter:
    """Writer of one item's block as Markdown."""

    def __init__(self, wave: WavePart, item: Item, *, pictured: bool) -> None:
        self.wave, self.item, self.material = wave, item, material_of(wave)
        self.pictured = pictured
        self.register, self.table = wave.register, banner(self.material, item)
        self.findings = Findings(self.material, item, item.id in wave.choices, self._differs)

    def write_block(self) -> str:
        """Return the block: stem, findings, chart, tables, tests, question."""
        first, *others = self.item.forms or ("",)
        name = self.item.label.text(self.wave.language)
        charts = [] if self.pictured or not first else [draw_item(self.wave, self.item)]
        for form in others:
            caption = caption_form(self.wave, self.item, form, name)
            charts.append(self.wave.chart(f"{self.item.id}-{form}", caption))
        compared_table = self.table.of(self.wave.by, apart=True)
        # The block of the whole grid states the stem.
        alone = self.item.grid not in self.wave.tables
        stem = statements.find_stem(self.wave.questionnaire, self.item) if alone else ""
        title = self.item.label.text(self.wave.language)
        body = paragraphs([self._write_tests(), *charts[1:], *self._write_contrasts()])
        return paragraphs(
            [
                mark("small", plain(stem)) if stem and stem not in title else "",
                *self._write_findings(),
                self._write_alpha(),
                *charts[:1],
                self._write_table(compared_table, "answers", self.wave.by_text),
                notes(self.material, compared_table),
                self._write_others(),
                fold(self.wave.word("tables.fold.tests"), body) if body else "",
                self._write_question(),
            ]
        )

    def _write_findings(self) -> Iterator[str]:
        # The headline of the report already states the finding of its picture.
        whole = None if self.pictured else self.findings.whole()
        groups = self.findings.groups()
        differ = groups is not None and groups.kind != NO_GAP
        order = [groups, whole] if differ else [whole, groups]
        sentences = map(self.register.write_finding, filter(None, order))
        for place, sentence in enumerate(map(capitalise, sentences)):
            yield sentence if place else block("finding", sentence)

    def _write_alpha(self) -> str:
        """Return the sentence on the reliability of a scale (alpha); "" where unknown."""
        register, figure_id = self.register, FigureId(item=self.item.id, statistic=ALPHA)
        if register.number(figure_id) is None:
            return ""
        alpha, n = (
            register.name_with_interval(figure_id),
            register.name_value(figure_id.with_part(SIZE)),
        )
        sentence = self.wave.tell("report.alpha", alpha=alpha, n=n)
        return f"{sentence} {plain(register.warning(figure_id))}".strip()

    def _caption_table(self, kind: str, by: str) -> str:
        """Return the caption of a table: question, grouping variable and unit."""
        title: Value = self.item.label.text(self.wave.language)
        if by and len(self.table.columns) > 1:
            # Within a sentence, a name begins with a small letter, except names in capitals.
            within: Value = by[:1].lower() + by[1:] if by[1:2].islower() else by
            if len(by.split()) > LONG_LABEL or by.endswith(("?", "؟")):
                within = Fact("language.quoted", {"what": by})
            title = Fact("tables.caption.by", {"item": str(title).rstrip("."), "by": within})
        unit = unit_text(self.item.range, self.wave.language) if self.item.range else ""
        return self.wave.tell(kind, item=title, unit=unit)

    def _write_table(self, shown_table: Banner, kind: str, by: str) -> str:
        if not shown_table.lines:
            return ""
        name = label("tbl", self.wave.run, self.item.id, kind)
        caption = NUMBER_TABLE if self.item.kind.is_number else SHARE_TABLE
        caption_text = self._caption_table(caption, by)
        return banner_table(self.material, shown_table, name, caption_text)

    def _write_others(self) -> str:
        """Return the tables by further variables, in a fold."""
        tables_by_variable = {}
        for variable in self.material.variables[1:]:
            short_table = self.table.of(variable).short()
            if len(short_table.columns) > 1:
                by = self.wave.questionnaire.grouping(variable).label.text(self.wave.language)
                tables_by_variable[variable] = (by, self._write_table(short_table, variable, by))
        if not tables_by_variable:
            return ""
        names, tables = zip(*tables_by_variable.values(), strict=True)
        summary = self.wave.tell("tables.fold.others", variables=Listed(names, "comma"))
        return fold(summary, paragraphs(tables))

    def _write_question(self) -> str:
        """Return the question's wording, answers and routing, in a fold."""
        item, asked = self.item, (self.wave.questionnaire, self.item)
        facts = [statements.quote_question(*asked, self.wave.language)]
        answers = [category.text for category in item.categories]
        answers += [item.dont_know.text] if item.dont_know else []
        if answers and not item.derived_from:
            facts.append(Fact("tables.line.answers", {"answers": Listed(tuple(answers), "slash")}))
        facts += list_conditions(*asked, self.wave.language)
        title = "tables.fold.derived" if item.derived_from else "tables.fold.question"
        return fold(self.wave.word(title), paragraphs(map(self.register.write_fact, facts)))

    def _read_p(self, test: str) -> float | None:
        """Return the p-value of a test.

        Where only "below a bound" is published, the largest number below that bound.
        """
        figure_id = comparison_id(self.item.id, test).with_part(P)
        p = self.register.number(figure_id)
        below = p is not None and self.register.row(figure_id)["unit"] == P_BELOW
        return nextafter(p, 0.0) if p is not None and below else p

    def _is_banded(self, test: str) -> bool:
        figure_id = comparison_id(self.item.id, test).with_part(P)
        return self.register.has(figure_id) and self.register.row(figure_id)["unit"] in BAND_UNITS

    def _name_p(self, test: str) -> Value:
        return self.register.name_value(comparison_id(self.item.id, test).with_part(P))

    @property
    def _confidence(self) -> float:
        return float(self.register.row(setting_id("level"))["value"])

    def _write_tests(self) -> str:
        """Return the reason for the leading test, and what the test establishes.

        For a selection without inference, or where no test leads, the reason; "" for an item that
        is not compared.
        """
        if self.item.id not in self.wave.choices:
            return ""
        if not self.wave.selection.inference:
            return self.register.write_fact(Fact(NO_TEST[self.wave.selection]))
        lead, reason = self.wave.choices[self.item.id]
        if not lead:
            return self.register.write_fact(reason)
        tests, size = [*self._state_difference(lead)], list[Fact]()
        if self.register.number(cramer := comparison_id(self.item.id, "cramers_v")) is not None:
            size = [Fact("report.effect", {"effect": self.register.name_with_interval(cramer)})]
        if self._is_banded(LEADING[lead]):
            tests.append(Fact("report.difference.banded"))
        condition = statements.state_condition(self.wave.selection, self.register)
        sentences = [
            *([condition] if condition else []),
            reason,
            *([*size, *tests] if lead == "effect_size" else [*tests, *size]),
        ]
        return " ".join(map(self.register.write_fact, sentences))

    @property
    def _differs(self) -> bool:
        """True where the leading test establishes a difference."""
        lead, _ = self.wave.choices.get(self.item.id, ("", None))
        if not lead or not self.wave.selection.inference:
            return False
        return next(self._state_difference(lead)).kind == statements.ESTABLISHED

    def _state_difference(self, lead: str) -> Iterator[Fact]:
        """Yield what the leading test establishes, then differing answers, then any warning."""
        test = LEADING[lead]
        p = self._read_p(test)
        if p is None:
            is_suppressed = self.register.has(comparison_id(self.item.id, test).with_part(P))
            yield statements.difference(None, self._confidence, {}, withheld=is_suppressed)
            return
        level, name = self.register.name_value(setting_id("level")), statements.name_test(test)
        values = {"p": self._name_p(test), "level": level, "test": name}
        conclusion = statements.difference(p, self._confidence, values)
        yield conclusion
        if conclusion.kind == statements.ESTABLISHED and (answers := self.findings.list_answers()):
            yield Fact("report.difference.answers", {"answers": answers})
        if warning := self.register.warning(comparison_id(self.item.id, test).with_part(P)):
            yield Fact("language.labelled", {"label": name, "what": warning})

    def _write_contrasts(self) -> Iterator[str]:
        """Yield the table of differences between groups, then conclusions on the pairs.

        The conclusions: which pairs differ, and how many are not shown.
        """
        labels = self.wave.group_labels
        contrast_ids = {
            (a, b): figure
            for a in labels
            for b in labels
            if self.register.has(figure := comparison_id(self.item.id, CONTRAST, a, b))
        }
        if not contrast_ids:
            return
        yield self._write_contrast_table(contrast_ids)
        if not self.wave.selection.inference:
            return
        value = self.register.number
        pairs = {(labels[a], labels[b]): self._closed.get((a, b)) for a, b in contrast_ids}
        facts = [statements.contrasts(pairs, self._confidence, differ=self._differs)]
        ids = {
            name: comparison_id(self.item.id, CONTRAST).with_part(name)
            for name in ("family", "shown")
        }
        if (value(ids["shown"]) or 0) < (value(ids["family"]) or 0):
            counts = {name: self.register.name_value(part_id) for name, part_id in ids.items()}
            facts.append(Fact("report.contrasts.hidden", counts))
        if any(
            self.register.has(figure.with_variant(POINTWISE, LOWER))
            for figure in contrast_ids.values()
        ):
            facts.append(Fact("tables.note.simultaneous"))
        yield " ".join(self.register.write_fact(fact) for fact in facts)

    @property
    def _closed(self) -> dict[tuple[str, str], float | None]:
        """Adjusted p of each pair of groups, not below that of the leading test (`close_pairs`)."""
        rows = self.material.contrasts.of_table(self.item.id, self.item.first_level, self.wave.by)
        return {(row["a"], row["b"]): number(row["p_adjusted"]) for row in rows}

    def _write_pair_test(self, figure: FigureId, closed: float | None) -> list[str]:
        """Return the cells of a pair of groups: interval and p.

        `closed`: p of the pair by closed testing, the larger of its own p and that of the leading
        test (`close_pairs`); None leaves both cells empty. The larger p is shown. The interval is
        left out if only the pair's own p is significant: it would exclude 0, which the leading test
        does not rule out.
        """
        pair_p = self.register.number(figure.with_part(P))
        if pair_p is None or closed is None:
            return [EMPTY, EMPTY]
        lead, _ = self.wave.choices.get(self.item.id, ("", None))
        test = LEADING.get(lead, "")
        leading_id = comparison_id(self.item.id, test).with_part(P) if test else None
        shown_id = figure.with_part(P) if pair_p >= closed else leading_id
        interval = self.register.interval(figure)
        confidence = self._confidence
        if statements.significant(pair_p, confidence) and not statements.significant(
            closed, confidence
        ):
            interval = None
        return [
            self.register.write_fact(interval) if interval else EMPTY,
            self.register.span(shown_id)
            if shown_id and self.register.number(shown_id) is not None
            else EMPTY,
        ]

    def _write_contrast_table(self, contrast_ids: dict[tuple[str, str], FigureId]) -> str:
        """Return the table of differences, each with its interval and p where tests are allowed."""
        infers, labels = self.wave.selection.inference, self.wave.group_labels
        rows = []
        for (a, b), figure in contrast_ids.items():
            row = [f"{plain(labels[b])} – {plain(labels[a])}", self.register.span(figure)]
            if infers:
                row += self._write_pair_test(figure, self._closed.get((a, b)))
            rows.append(row)
        shared: dict[str, Value] = {
            "item": self.item.label.text(self.wave.language),
            "by": self.wave.by_text,
            "level": level_label(self.item, self.wave.language),
        }
        kind = "report.caption.contrasts" if infers else "report.caption.differences"
        caption, name = self.wave.tell(kind, **shared), f"{self.item.id}-contrasts"
        return self.wave.table(name, PAIRS[: len(rows[0])], rows, caption)
