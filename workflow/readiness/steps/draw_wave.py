"""Draw: the charts of a wave in one language, each by the kind of its item."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from readiness.analysis.selection import ANSWERED, Selection
from readiness.charts.figures import DrawnFigures, DrawnGroup, GroupLabels, quote_labels, word
from readiness.charts.intervals import Numbers, by_answer, by_group, changes, intervals
from readiness.charts.levels import Levels, level_bars
from readiness.charts.participation import flow, ranges
from readiness.charts.picture import Picture, files_of
from readiness.config import SelectionName, StrictModel
from readiness.ground.facts import Listed
from readiness.ground.figure_id import CHANGE, FIRMNESS, FigureId, family_id, share_id
from readiness.language import capitalise, show
from readiness.language.catalogue import setting
from readiness.questionnaire import TOTAL, Item, Questionnaire, load_questionnaire
from readiness.questionnaire.labels import Language
from readiness.questionnaire.units import unit_text
from readiness.register.figures import (
    DONT_KNOW,
    Values,
    answer_order,
    group_order,
    read_register,
    row_order,
    values_of,
)
from readiness.register.firmness import list_pictured
from readiness.register.published import round_register
from readiness.reporting.banners import Contrasts, TableMaterial
from readiness.reporting.firmness import draw_firmness, list_findings
from readiness.reporting.item_findings import Findings
from readiness.reporting.parts import Register
from readiness.reporting.standing import Standing
from readiness.reporting.statements import name_question
from readiness.running.step import Job

# Forms of the charts on participation, which show no single item.
FLOW, RANGES = "participation", "nonresponse"
LEVELS, GRID = "levels", "grid"
# Catalogue keys of notes on intervals, by the selection of respondents.
KEYS = tuple(f"charts.selection.{selection.key}" for selection in Selection)


class PlannedChart(StrictModel):
    """Chart to be drawn: name of its files, form, item."""

    name: str
    form: str
    item: str


class DrawWave(StrictModel):
    """Settings of the charts."""

    language: Language
    standing: Standing
    by: str
    simulated: bool
    selection: SelectionName
    reliable_base: int
    charts: list[PlannedChart]


INPUTS = ("figures", "questionnaire")
SETTINGS = DrawWave


@dataclass(frozen=True)
class DrawnWave:
    """Charts of a wave; `rows`: of a register at its published precision."""

    rows: pd.DataFrame
    questionnaire: Questionnaire
    settings: DrawWave

    def charts(self) -> dict[str, Picture]:
        """Return every chart by file name; robustness only for items with several variants."""
        firm_items = {planned.item for planned in self.settings.charts if planned.form == FIRMNESS}
        findings = [
            finding
            for finding in list_findings(self.rows, self.questionnaire)
            if finding.item in firm_items
        ]
        findings_by_item = {
            item: [finding for finding in findings if finding.item == item]
            for item in list_pictured(findings)
        }
        context = (self._figures, self.questionnaire, self.settings.by)
        return {
            chart.name: draw_firmness(findings_by_item[chart.item], *context)
            if chart.form == FIRMNESS
            else self._draw_chart(chart)
            for chart in self.settings.charts
            if chart.form != FIRMNESS or chart.item in findings_by_item
        }

    def _draw_chart(self, planned: PlannedChart) -> Picture:
        """Return one planned chart."""
        if planned.form == FLOW:
            return flow(self._figures)
        if planned.form == GRID:
            return self._draw_grid(planned.name.removeprefix(f"{GRID}-"))
        if planned.item:
            item = self.questionnaire.item(planned.item)
            drawn = DRAW_BY_FORM[planned.form](self, item)
            return self._head(drawn, item) if planned.form == item.forms[0] else drawn
        items = [self.questionnaire.item(name) for name in self._charted_items]
        if planned.form == RANGES:
            return ranges(self._figures, items)
        questions = [self._describe_shares(item) for item in items]
        title = word("charts.change.title", self._language)
        return changes(
            self._figures, title, questions, self._value(family_id(CHANGE, "margin")) or 0.0
        )

    def _draw_levels(self, item: Item) -> Picture:
        levels, subtitle = self._list_levels(item), self._write_subtitle(item)
        small, groups = self.settings.reliable_base, self._label_groups(item)
        return level_bars(self._figures, levels, groups, small=small, subtitle=subtitle)

    def _head(self, drawn: Picture, item: Item) -> Picture:
        """Return an item's first picture, with the finding on the item as its title.

        Unchanged where no number supports a finding, or nothing is drawn.
        """
        by = (self.settings.by,) if self.settings.by else ()
        register = Register(self.rows, self._language)
        material = TableMaterial(register, self.questionnaire, by, self._selection, Contrasts())
        finding = Findings(material, item).whole()
        if finding is None or not drawn.panels:
            return drawn
        title = capitalise(register.tell_finding(finding)).rstrip(".")
        question = name_question(self.questionnaire, item, self._language)
        return replace(drawn, title=title, question=question)

    @property
    def _charted_items(self) -> list[str]:
        return list(dict.fromkeys(chart.item for chart in self.settings.charts if chart.item))

    @property
    def _selection(self) -> Selection:
        return Selection(self.settings.selection)

    @cached_property
    def _figures(self) -> DrawnFigures:
        """Numbers as charts show them; low precision is flagged only in probability samples."""
        rows = self.rows if self._selection.is_drawn else self.rows.assign(reliability="")
        return DrawnFigures(
            rows,
            self._language,
            simulated=self.settings.simulated,
            is_drawn=self._selection.is_drawn,
        )

    @property
    def _language(self) -> Language:
        return self.settings.language

    @cached_property
    def _value(self) -> Values:
        return values_of(self.rows)

    def _label_groups(self, item: Item) -> GroupLabels:
        """Return the labels of the groups that an item's chart shows, in their order."""
        language, questionnaire = self._language, self.questionnaire
        group_labels = {}
        if self.settings.by not in ("", item.id):
            variable = questionnaire.grouping(self.settings.by)
            labels = variable.labels(language)
            if setting("plural_alone", language):
                plural_names = {c.code: c.plural.get(language, "") for c in variable.categories}
                labels |= {code: capitalise(name) for code, name in plural_names.items() if name}
            sort_keys = (item.id, item.first_level, variable.codes)
            codes = group_order(self._value, *sort_keys, ordered=variable.ordered)
            group_labels = {code: labels[code] for code in codes}
        total = (TOTAL, word("report.total", language))
        return GroupLabels(group_labels, total, questionnaire.label_apart(language))

    def _write_subtitle(self, item: Item) -> str:
        kind = "report.column.mean" if item.range else "charts.subtitle.share"
        measure = word(kind, self._language)
        if self.settings.by in ("", item.id):
            return measure
        by = self.questionnaire.grouping(self.settings.by).label.text(self._language)
        return f"{measure} · {by}"

    def _list_levels(self, item: Item) -> Levels:
        """Return the levels of an item for charts."""
        outside = item.dont_know
        return Levels(
            item.id,
            item.label.text(self._language),
            item.labels(self._language),
            ordered=item.kind.is_ordered,
            boxes=item.levels_of,
            dont_know=(DONT_KNOW, outside.label(self._language)) if outside else None,
        )

    def _draw_grid(self, grid_id: str) -> Picture:
        """Return the chart of a grid's rows, all respondents: levels, or headline shares."""
        language, small = self._language, self.settings.reliable_base
        names = self.questionnaire.find_tables(self._charted_items)[grid_id]
        items = [self.questionnaire.item(name) for name in names]
        first = items[0]
        rows = [
            DrawnGroup(TOTAL, item.row.label(language), item=item.id)
            for item in row_order(self._value, items)
            if item.row
        ]
        title = self.questionnaire.grid(grid_id).label.text(language)
        subtitle = word("charts.subtitle.share", language)
        if LEVELS in first.forms:
            levels = replace(self._list_levels(first), title=title)
            return level_bars(self._figures, levels, rows, small=small, subtitle=subtitle)
        axis = word("language.labelled", language, label=title, what=self._name_levels(first))
        shares = ((row, share_id(row.item, first.first_level, TOTAL, ANSWERED)) for row in rows)
        table = [(row, figure) for row, share in shares if (figure := self._figures.get(share))]
        note = self._note(table)
        return intervals(self._figures, table, axis, small=small, subtitle=subtitle, note=note)

    def _draw_options(self, item: Item) -> Picture:
        """Draw each option's share of respondents, with its interval."""
        language, title = self._language, item.label.text(self._language)
        labels = item.labels(language)
        codes = answer_order(self._value, item.id, item.codes, ordered=False)
        table = by_answer(self._figures, item.id, {code: labels[code] for code in codes}, TOTAL)
        return self._draw_dots(
            table,
            word("charts.axis.options", language, item=title),
            title=title,
            subtitle=word("charts.subtitle.options", language),
        )

    def _draw_shares(self, item: Item) -> Picture:
        """Draw the item's headline share by group, each with its interval."""
        language, title = self._language, item.label.text(self._language)
        # Bars of the same item have the finding as title already.
        has_bars = LEVELS in item.forms
        levels = self._name_levels(item)
        return self._draw_dots(
            by_group(self._figures, item.id, item.first_level, self._label_groups(item)),
            word("language.labelled", language, label=title, what=levels),
            title="" if has_bars else title,
            subtitle=self._write_subtitle(item),
            levels=None if has_bars else levels,
        )

    def _draw_means(self, item: Item) -> Picture:
        """Draw the mean of a number by group, each with its interval."""
        language, title = self._language, item.label.text(self._language)
        assert item.range is not None  # the questionnaire gives every number a range
        unit = unit_text(item.range, language)
        return self._draw_dots(
            by_group(self._figures, item.id, item.first_level, self._label_groups(item)),
            word("charts.axis.mean", language, item=title, unit=unit),
            title=title,
            subtitle=self._write_subtitle(item),
        )

    def _draw_dots(
        self, table: Numbers, axis: str, *, title: str, subtitle: str, levels: Listed | None = None
    ) -> Picture:
        """Return a chart of dots with intervals."""
        return intervals(
            self._figures,
            table,
            axis,
            small=self.settings.reliable_base,
            title=title,
            subtitle=subtitle,
            levels=levels,
            note=self._note(table),
        )

    def _describe_shares(self, item: Item) -> tuple[str, dict[FigureId, str]]:
        """Return an item's label, and the shares whose change is drawn, with labels."""
        labels, language = item.labels(self._language), self._language
        level_labels = {level: labels.get(level, "") for level in item.summary_levels}
        if item.headline:
            levels = Listed(tuple(labels[code] for code in item.shown_codes), "or")
            level_labels = {item.headline: show(levels, language)}
        shares = {
            share_id(item.id, level, TOTAL, ANSWERED): label
            for level, label in level_labels.items()
        }
        return item.label.text(language), shares

    def _name_levels(self, item: Item) -> Listed:
        labels = item.labels(self._language)
        return quote_labels([labels[code] for code in item.shown_codes])

    def _note(self, table: Numbers) -> str:
        """Return what the intervals of a table mean; "" where some could be drawn and none is."""
        if self._selection.inference and all(figure.lower is None for _, figure in table):
            return ""
        return word(f"charts.selection.{self._selection.key}", self._language)


# Method that draws an item in each form that a kind of question names (`QuestionKind.forms`).
DRAW_BY_FORM: dict[str, Callable[[DrawnWave, Item], Picture]] = {
    LEVELS: DrawnWave._draw_levels,
    "intervals": DrawnWave._draw_shares,
    "options": DrawnWave._draw_options,
    "means": DrawnWave._draw_means,
}


def run(job: Job[DrawWave]) -> None:
    """Write each chart as SVG, wide and narrow, as PNG, with alternative text and numbers."""
    job.public = True
    settings = job.settings
    wave = DrawnWave(
        round_register(read_register(job["figures"])),
        load_questionnaire(job["questionnaire"]),
        settings,
    )
    standing_line = settings.standing.line(settings.language, simulated=settings.simulated)
    for name, content in files_of(wave.charts(), standing_line):
        job.file(name, content)
    job.remove_others()
