"""What validation found, a bar a question: faults by how much they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from readiness.charts.blank import nothing, nothing_to_show
from readiness.charts.dots import DotRows, Part, dot_frame
from readiness.charts.finished import Cell, Chart, finish
from readiness.charts.frame import Key
from readiness.charts.rows import Below, Place
from readiness.charts.sheet import WIDE, Sheet
from readiness.charts.words import about, closing, word
from readiness.facts import Fact
from readiness.language import Language, numbers
from readiness.questionnaire.model import Item

BAR = 16.0
SEVERITIES = {"error": "second", "warning": "low2", "note": "cell"}
"""The severities, the worst first, with their colours; the hatched are told apart in grey."""
HATCHED = ("warning",)
KEYS = tuple(f"validation.severity.{severity}" for severity in SEVERITIES)


@dataclass(frozen=True)
class Faults:
    """Faults by question and severity; `chart()` gives the SVG and its alternative text.

    `counts`: columns `item`, `severity`, `n`; `items`: the questions in their order, of which those
    without a fault have no bar; `width` in CSS pixels.
    """

    counts: pd.DataFrame
    items: Sequence[Item]
    language: Language
    simulated: bool
    width: int = WIDE

    def chart(self, name: str = "chart") -> Chart:
        """The finished chart; `name` prefixes the ids in its SVG."""
        table: list[dict[str, Cell]] = [
            {"question": place.label, "severity": word(f"validation.severity.{key}", self.language),
             "n": n}
            for place, found in self.table
            for key, n in found.items()
        ]  # fmt: skip
        return finish(self.sheet(name), self.title, self.facts(), table=table)

    @cached_property
    def table(self) -> list[tuple[Place, dict[str, int]]]:
        """The questions with a fault, and how many of each severity."""
        found = []
        for item in self.items:
            own = self.counts[self.counts["item"] == item.id]
            by = dict(zip(own["severity"], own["n"].astype(int), strict=True))
            there = {severity: by[severity] for severity in SEVERITIES if by.get(severity)}
            if there:
                found.append((Place(item.id, item.label.text(self.language)), there))
        return found

    @property
    def title(self) -> str:
        """What is drawn."""
        return word("validation.page.by_question", self.language)

    def facts(self) -> list[Fact]:
        """What the picture shows, without numbers."""
        if not self.table:
            return nothing(self.title, simulated=self.simulated)
        rows = about("validation.page.by_question.alt", [place.label for place, _ in self.table])
        return rows + closing(simulated=self.simulated)

    def sheet(self, name: str = "chart") -> Sheet:
        """The picture."""
        sheet = Sheet(self.width, self.language, name)
        if not self.table:
            return nothing_to_show(sheet, self.title, simulated=self.simulated)
        totals = [sum(found.values()) for _, found in self.table]
        rows = DotRows(
            [place for place, _ in self.table],
            [Below("") for _ in self.table],
            [(Part(numbers.number(str(n), "count", 0, self.language), bold=True),) for n in totals],
            extent=(0.0, float(max(totals))),
            unit="number",
        )
        placed = dot_frame(
            sheet, rows, title=self.title, subtitle="", keys=self._keys(), notes=[],
            simulated=self.simulated,
        )  # fmt: skip
        for (place, found), y in zip(self.table, placed.ys, strict=True):
            so_far = 0
            for severity, n in found.items():
                left, right = placed.scale.x(so_far), placed.scale.x(so_far + n)
                so_far += n
                box = (left, y - BAR / 2, max(right - left, 1.0), BAR)
                outline = "muted" if severity == "note" else ""
                sheet.rect(
                    *box, fill=SEVERITIES[severity], stroke=outline, id=f"{place.code}.{severity}"
                )
                if severity in HATCHED:
                    sheet.hatch(*box)
        return sheet

    def _keys(self) -> list[Key]:
        there = {severity for _, found in self.table for severity in found}
        return [
            Key(
                word(f"validation.severity.{severity}", self.language),
                colour,
                "hatch" if severity in HATCHED else "patch",
            )
            for severity, colour in SEVERITIES.items()
            if severity in there
        ]
