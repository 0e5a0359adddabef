"""Draw: the charts of a wave in one language, each by the kind of its item."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import pandas as pd

from readiness.analysis.selection import Selection
from readiness.charts import (
    NARROW,
    WIDE,
    Chart,
    Intervals,
    LevelBars,
    Marks,
    Revision,
    WeightsPicture,
    by_answer,
    by_group,
    files_of,
)
from readiness.charts.nonresponse import Ranges
from readiness.charts.participation import Flow, Missing
from readiness.charts.words import quoted, word
from readiness.config import Section, SelectionName, parse_json
from readiness.facts import Listed
from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.questionnaire.labels import Language
from readiness.questionnaire.model import TOTAL, Item
from readiness.questionnaire.units import unit_text
from readiness.register.figures import read_register, selection_of
from readiness.register.order import Values, answer_order, group_order, values_of
from readiness.register.protection import DONT_KNOW
from readiness.register.published import published
from readiness.running.step import Outputs, add_step_arguments
from readiness.tables import read_text_table

GAP_DECIMALS = 4
SHARE_BY, MEAN_BY = "charts.subtitle.share", "charts.subtitle.mean"
ALONE = {
    SHARE_BY: "charts.subtitle.share.alone",
    MEAN_BY: "charts.subtitle.mean.alone",
}
"""The same where there are no groups."""
FLOW, MISSINGNESS, RANGES = BESIDE = ("participation", "missingness", "nonresponse")
"""The forms of the charts of who answered, which are of no single item."""
KEYS = tuple(f"charts.selection.{selection.key}" for selection in Selection)
"""The notes on what intervals mean, by the selection of respondents."""


UNLISTED = "charts.selection.partial_census.unlisted"


class PlannedChart(Section):
    """One chart: the name of its files, its form, and the item that it shows."""

    name: str
    form: str
    item: str


class DrawWave(Section):
    """What the charts need of the configuration."""

    language: Language
    by: str
    bounds: list[float]
    simulated: bool
    selection: SelectionName
    reliable_base: int
    charts: list[PlannedChart]


class Drawable(Protocol):
    """Anything of `readiness.charts`."""

    def chart(self, name: str = "chart") -> Chart:
        """The finished chart; `name` prefixes the ids in its SVG."""
        ...


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "figures", "weights", "margins", "questionnaire")


@dataclass(frozen=True)
class Wave:
    """What the charts of a wave are drawn from.

    `rows`: the register's published rows; `weights`, `margins`: tables of the weighting, as text.
    """

    rows: pd.DataFrame
    weights: pd.DataFrame
    margins: pd.DataFrame
    questionnaire: Questionnaire
    settings: DrawWave

    def charts(self, width: int) -> Iterator[tuple[str, Drawable]]:
        """Every chart at one width, by file name."""
        for planned in self.settings.charts:
            yield planned.name, self._chart(planned, width)

    def _chart(self, planned: PlannedChart, width: int) -> Drawable:
        if planned.form in BESIDE:
            return self._participation(planned.form, width)
        if not planned.item:
            return self._weights(width)
        item = self.questionnaire.item(planned.item)
        if planned.form == "levels":
            return self._levels(item, width)
        if planned.form == "revision":
            return self._revision(item, width)
        return self._dots(item, planned.form, width)

    @property
    def _selection(self) -> Selection:
        return selection_of(self.settings.selection, self.rows)

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """The rows as charts show them: a flag of precision only where chance drew respondents."""
        return self.rows if self._selection.drawn else self.rows.assign(reliability="")

    @property
    def _language(self) -> Language:
        return self.settings.language

    @cached_property
    def _value(self) -> Values:
        return values_of(self._rows)

    def _groups(self, item: Item) -> dict[str, str]:
        """The groups in the order of the item's tables: code to label."""
        if self.settings.by in ("", item.id):
            return {}
        variable = self.questionnaire.grouping(self.settings.by)
        labels = variable.labels(self._language)
        shown = (item.id, item.shown, variable.codes)
        return {c: labels[c] for c in group_order(self._value, *shown, ordered=variable.ordered)}

    def _subtitle(self, item: Item, key: str) -> str:
        if self.settings.by in ("", item.id):
            return word(ALONE[key], self._language)
        by = self.questionnaire.grouping(self.settings.by).label.text(self._language)
        return word(key, self._language, by=by)

    @property
    def _total(self) -> tuple[str, str]:
        return (TOTAL, word("charts.total", self._language))

    @property
    def _apart(self) -> dict[str, str]:
        """The groups outside weights and total, by code."""
        group_item = self.questionnaire.group_item
        if group_item is None:
            return {}
        labels = self.questionnaire.item(group_item).labels(self._language)
        return {code: labels[code] for code in self.questionnaire.apart}

    def _levels(self, item: Item, width: int) -> LevelBars:
        outside = item.dont_know
        return LevelBars(
            self._rows,
            item.id,
            item.label.text(self._language),
            item.labels(self._language),
            self._groups(item),
            self._language,
            self._subtitle(item, SHARE_BY),
            ordered=item.kind == "ordinal",
            boxes=item.levels_of,
            dont_know=(DONT_KNOW, outside.label(self._language)) if outside else None,
            total=self._total,
            apart=self._apart,
            small=self.settings.reliable_base,
            width=width,
        )

    def _dots(self, item: Item, form: str, width: int) -> Intervals:
        marks, language = Marks(self._rows, self._language), self._language
        # Bars of the same item say the finding already.
        told = "levels" in item.forms
        title, levels = item.label.text(language), None
        if form == "options":
            axis = word("charts.axis.options", language, item=title)
            labels = item.labels(language)
            codes = answer_order(self._value, item.id, item.codes, ordered=False)
            table = by_answer(marks, item.id, {code: labels[code] for code in codes}, TOTAL)
            subtitle = word("charts.subtitle.options", language)
        else:
            level, axis = self._shown(item)
            subtitle = self._subtitle(item, MEAN_BY if item.range else SHARE_BY)
            levels = None if item.range or told else self._levels_of(item)
            groups = self._groups(item)
            table = by_group(marks, item.id, level, groups, total=self._total, apart=self._apart)
        return Intervals(
            table,
            axis,
            language,
            self.settings.simulated,
            title="" if told else title,
            subtitle=subtitle,
            levels=levels,
            note=self._note(any(row.mark.lower is not None for row in table)),
            small=self.settings.reliable_base,
            width=width,
        )

    def _levels_of(self, item: Item) -> Listed:
        labels = item.labels(self._language)
        return quoted([labels[code] for code in item.shown_codes])

    def _shown(self, item: Item) -> tuple[str, str]:
        """The level whose number stands for an item, and what that number is."""
        language = self._language
        label = item.label.text(language)
        if item.range is not None:
            unit = unit_text(item.range, language)
            return item.shown, word("charts.axis.mean", language, item=label, unit=unit)
        levels = self._levels_of(item)
        return item.shown, word("charts.axis.share", language, item=label, levels=levels)

    def _note(self, drawn: bool) -> str:
        """What the intervals mean, where there are any, or why there are none."""
        selection = self._selection
        if selection.intervals and not drawn:
            return ""
        listed = bool(self.rows["id"].eq("quality.invited.all").any())
        if selection is Selection.PARTIAL_CENSUS and not listed:
            return word(UNLISTED, self._language)
        return word(f"charts.selection.{selection.key}", self._language)

    def _revision(self, item: Item, width: int) -> Revision:
        level, axis = self._shown(item)
        return Revision(
            self._rows,
            item.id,
            level,
            self._groups(item),
            axis,
            self._language,
            self._total,
            width,
            self._subtitle(item, MEAN_BY if item.range else SHARE_BY),
        )

    def _participation(self, form: str, width: int) -> Drawable:
        """Who took part, what they left out, and what that could do."""
        shown = (self._language, self.settings.simulated, width)
        if form == FLOW:
            return Flow(self._rows, *shown)
        told = dict.fromkeys(chart.item for chart in self.settings.charts if chart.item)
        items = [self.questionnaire.item(name) for name in told]
        return (Missing if form == MISSINGNESS else Ranges)(self._rows, items, *shown)

    def _weights(self, width: int) -> WeightsPicture:
        numbers = self.margins.astype(dict.fromkeys(("target", "raked", "final"), float))
        total = numbers.groupby("variable")["target"].transform("sum")
        # As the register shows them: what is drawn is released, and to no more digits than is said.
        gaps = numbers[["variable", "category"]].assign(
            before=((numbers["raked"] - numbers["target"]) / total).round(GAP_DECIMALS),
            after=((numbers["final"] - numbers["target"]) / total).round(GAP_DECIMALS),
        )
        # Margins that are all met need no picture, and limits that changed nothing no marks.
        gaps = gaps if gaps[["before", "after"]].to_numpy(float).any() else gaps.iloc[:0]
        raked, final = (
            self.weights[name].to_numpy(dtype=np.float64) for name in ("raked_weight", "weight")
        )
        bounds = self.settings.bounds if (raked != final).any() else ()
        names = dict.fromkeys(gaps["variable"])
        variables = {name: self.questionnaire.grouping(name) for name in names}
        return WeightsPicture(
            raked,
            final,
            gaps,
            {name: variable.label.text(self._language) for name, variable in variables.items()},
            {
                (name, code): label
                for name, variable in variables.items()
                for code, label in variable.labels(self._language).items()
            },
            self.settings.simulated,
            self._language,
            tuple(bounds),
            width,
        )


def run(arguments: argparse.Namespace) -> int:
    """Write each chart as SVG, wide and narrow, as PNG, its alternative text and its numbers."""
    settings = parse_json(DrawWave, arguments.settings)
    wave = Wave(
        published(read_register(arguments.figures)),
        read_text_table(arguments.weights, "the weights"),
        read_text_table(arguments.margins, "the margins"),
        load_questionnaire(arguments.questionnaire),
        settings,
    )
    outputs = Outputs("draw-wave", arguments.out)
    widths = {width: dict(wave.charts(width)) for width in (WIDE, NARROW)}
    charts = {
        name: {width: drawn[name].chart for width, drawn in widths.items()} for name in widths[WIDE]
    }
    for name, content in files_of(charts):
        outputs.file(name, content)
    inputs = {name: getattr(arguments, name) for name in ("figures", "weights", "margins")}
    inputs["questionnaire"] = arguments.questionnaire
    outputs.finish(code=arguments.code, settings=settings.model_dump(), inputs=inputs)
    return 0
