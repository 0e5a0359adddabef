"""Who took part: from those who were asked to the answers that are kept, and what they left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from readiness.charts.blank import nothing, nothing_to_show
from readiness.charts.dots import DotRows, Part, dot_frame
from readiness.charts.finished import Chart, finish, line
from readiness.charts.frame import Key
from readiness.charts.marks import Mark, Marks
from readiness.charts.rows import Below, Place
from readiness.charts.sheet import WIDE, Sheet
from readiness.charts.words import about, closing, word
from readiness.facts import Fact
from readiness.language import Language, show
from readiness.questionnaire.model import Item

BAR = 16.0
STEPS = {
    "invited": "participation.chart.invited",
    "received": "participation.chart.received",
    "duplicate": "participation.chart.duplicate",
    "late": "participation.chart.late",
    "early": "participation.chart.early",
    "undated": "participation.chart.undated",
    "unknown_invitation": "participation.chart.unknown_invitation",
    "kept": "participation.chart.kept",
    "answered": "participation.chart.answered",
}
"""The quantities of the checks from those who were asked on, each with its words."""
LEFT_OUT = ("duplicate", "late", "early", "undated", "unknown_invitation")
"""Why a submission is not kept: a row only where there is one."""
INVITED, ANSWERED = "invited", "answered"
STATUS = {
    "answered": "accent",
    "dont_know": "low2",
    "blank": "low1",
    "no_answer": "low1",
    "not_asked": "cell",
}
"""What a respondent did with a question, with its colour; the hatched are told apart in grey."""
HATCHED = ("blank", "no_answer")
KEYS = tuple(f"participation.status.{status}" for status in STATUS)


@dataclass(frozen=True)
class Flow:
    """Bars of people, one a step; `chart()` gives the SVG and its alternative text.

    `rows`: the register's rows of one run; `width` in CSS pixels.
    """

    rows: pd.DataFrame
    language: Language
    simulated: bool
    width: int = WIDE

    def chart(self, name: str = "chart") -> Chart:
        """The finished chart; `name` prefixes the ids in its SVG."""
        return finish(
            self.sheet(name),
            self.title,
            self.facts(),
            ids=[mark.id for _, mark in self.table],
            table=[line(mark, place.label, self.title) for place, mark in self.table],
        )

    @cached_property
    def table(self) -> list[tuple[Place, Mark]]:
        """The steps from top to bottom."""
        marks = Marks(self.rows, self.language)
        found: list[tuple[Place, Mark]] = []
        for step, key in STEPS.items():
            mark = marks.get(f"quality.{step}.all")
            if mark is None or mark.value is None or (step in LEFT_OUT and not mark.value):
                continue
            if step == ANSWERED and found and found[-1][1].value == mark.value:
                continue  # nobody came without being asked
            found.append((Place(step, word(key, self.language), bold=step == "kept"), mark))
        return found

    @property
    def title(self) -> str:
        """What is drawn: from those who were asked on, where there is a list of them."""
        listed = any(place.code == INVITED for place, _ in self.table)
        key = "participation.chart.flow" if listed else "participation.chart.flow.received"
        return word(key, self.language)

    def facts(self) -> list[Fact]:
        """What the picture shows, without numbers."""
        if not self.table:
            return nothing(self.title, simulated=self.simulated)
        steps = about("participation.chart.flow.alt", [place.label for place, _ in self.table])
        return steps + closing(simulated=self.simulated)

    def sheet(self, name: str = "chart") -> Sheet:
        """The picture; every bar and number carries its register id."""
        sheet = Sheet(self.width, self.language, name)
        if not self.table:
            return nothing_to_show(sheet, self.title, simulated=self.simulated)
        rows = DotRows(
            [place for place, _ in self.table],
            [Below("") for _ in self.table],
            [(Part(mark.text, mark.place, bold=True),) for _, mark in self.table],
            extent=(0.0, max(mark.value or 0.0 for _, mark in self.table)),
            unit="number",
        )
        placed = dot_frame(
            sheet, rows, title=self.title, subtitle="", keys=[], notes=[], simulated=self.simulated
        )
        for (place, mark), y in zip(self.table, placed.ys, strict=True):
            left, right = placed.scale.x(0.0), placed.scale.x(mark.value or 0.0)
            lost = place.code in LEFT_OUT
            box = (left, y - BAR / 2, max(right - left, 1.0), BAR)
            sheet.rect(*box, fill="second" if lost else "accent", id=mark.id)
            if lost:
                sheet.hatch(*box)
        return sheet


@dataclass(frozen=True)
class Missing:
    """What respondents did with each question, a bar a question; `chart()` gives the SVG.

    `rows`: the register's rows of one run; `items`: those that are told of, in order; `width` in
    CSS pixels.
    """

    rows: pd.DataFrame
    items: Sequence[Item]
    language: Language
    simulated: bool
    width: int = WIDE

    def chart(self, name: str = "chart") -> Chart:
        """The finished chart; `name` prefixes the ids in its SVG."""
        drawn = [
            (mark, place.label, word(f"participation.status.{status}", self.language))
            for place, marks in self.table
            for status, mark in marks.items()
        ]
        return finish(
            self.sheet(name),
            self.heading,
            self.facts(),
            ids=[mark.id for mark, *_ in drawn],
            table=[line(*each) for each in drawn],
        )

    @cached_property
    def table(self) -> list[tuple[Place, dict[str, Mark]]]:
        """The questions from top to bottom, each with its shares by status."""
        known, found = Marks(self.rows, self.language), []
        for item in self.items:
            marks = {status: known.get(f"missing.{item.id}.{status}") for status in STATUS}
            there = {status: mark for status, mark in marks.items() if mark is not None}
            if ANSWERED in there:
                found.append((Place(item.id, item.label.text(self.language)), there))
        return found

    @property
    def title(self) -> str:
        """What is drawn."""
        return word("participation.chart.missing", self.language)

    @property
    def finding(self) -> Fact | None:
        """Which question was most often left without an answer; None where none was."""
        lost = {
            place.label: sum(
                mark.value or 0.0
                for status, mark in marks.items()
                if status not in (ANSWERED, "not_asked")
            )
            for place, marks in self.table
        }
        label = max(lost, key=lambda one: lost[one], default="")
        return (
            Fact("participation.chart.missing.most", {"item": label}) if lost.get(label) else None
        )

    @property
    def heading(self) -> str:
        """The finding as a title, or what is drawn."""
        return show(self.finding or self.title, self.language)

    def facts(self) -> list[Fact]:
        """What the picture shows, without numbers."""
        if not self.table:
            return nothing(self.title, simulated=self.simulated)
        say = [self.finding] if self.finding else []
        say.append(Fact("participation.chart.missing.alt"))
        return say + closing(simulated=self.simulated)

    def sheet(self, name: str = "chart") -> Sheet:
        """The picture; every piece of a bar carries its register id."""
        sheet = Sheet(self.width, self.language, name)
        if not self.table:
            return nothing_to_show(sheet, self.title, simulated=self.simulated)
        rows = DotRows(
            [place for place, _ in self.table],
            [Below("") for _ in self.table],
            [
                (Part(marks[ANSWERED].text, marks[ANSWERED].place, bold=True),)
                for _, marks in self.table
            ],
            extent=(0.0, 1.0),
        )
        placed = dot_frame(
            sheet, rows, title=self.heading, subtitle=self.title if self.finding else "",
            keys=self._keys(), notes=[], simulated=self.simulated,
        )  # fmt: skip
        for (_, marks), y in zip(self.table, placed.ys, strict=True):
            so_far = 0.0
            for status, mark in marks.items():
                value = mark.value or 0.0
                left, right = placed.scale.x(so_far), placed.scale.x(so_far + value)
                so_far += value
                box = (left, y - BAR / 2, right - left, BAR)
                if value:
                    outline = "muted" if status == "not_asked" else ""
                    sheet.rect(*box, fill=STATUS[status], stroke=outline, id=mark.id)
                    if status in HATCHED:
                        sheet.hatch(*box)
        return sheet

    def _keys(self) -> list[Key]:
        there = {status for _, marks in self.table for status, m in marks.items() if m.value}
        return [
            Key(
                word(f"participation.status.{status}", self.language),
                colour,
                "hatch" if status in HATCHED else "patch",
            )
            for status, colour in STATUS.items()
            if status in there
        ]
