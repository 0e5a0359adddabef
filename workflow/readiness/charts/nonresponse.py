"""What those without an answer could do: a share a row, with three ranges around it.

From the narrowest line to the widest band: the interval, the range by assumption, the bounds that
assume nothing. Each has its own height as well as its own colour, so that a grey print tells them
apart. Whatever is not published of a share is not drawn, and its row says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from readiness.charts.blank import nothing, nothing_to_show
from readiness.charts.dots import DotFrame, DotRows, Part, dot_frame
from readiness.charts.finished import Chart, finish, line
from readiness.charts.frame import Key
from readiness.charts.marks import Mark, Marks
from readiness.charts.rows import Below, Place, RowLayout
from readiness.charts.sheet import WIDE, Sheet
from readiness.charts.words import closing, sign_notes, word
from readiness.facts import Fact
from readiness.language import Language, numbers, show
from readiness.questionnaire.model import TOTAL, Item

KINDS = ("worst", "selection")
COLUMNS = tuple(f"participation.chart.key.{name}" for name in ("estimate", "selection", "worst"))
HEIGHTS = {"worst": 20.0, "selection": 10.0}
COLOURS = {"worst": "neutral", "selection": "high2"}
DOT = 11.0
Ends = tuple[Mark, Mark]


@dataclass(frozen=True)
class Row:
    """A share with its ranges, by kind; a kind without one is not there."""

    place: Place
    level: str
    mark: Mark
    ranges: dict[str, Ends]

    def ends(self, kind: str) -> tuple[float, float] | None:
        """From where to where a range goes, where it is published."""
        values = [mark.value for mark in self.ranges.get(kind, ())]
        low, high = values or (None, None)
        return None if low is None or high is None else (low, high)


@dataclass(frozen=True)
class Ranges:
    """The headline shares of a wave with what nonresponse could do; `chart()` gives the SVG.

    `rows`: the register's rows of one run; `items`: those that are told of, in order; `width` in
    CSS pixels. Items without a share that leads (numbers, several answers) have no row.
    """

    rows: pd.DataFrame
    items: list[Item]
    language: Language
    simulated: bool
    width: int = WIDE

    def chart(self, name: str = "chart") -> Chart:
        """The finished chart; `name` prefixes the ids in its SVG."""
        numbers_ = [
            (mark, row.place.label, word(key, self.language))
            for row in self.table
            for mark, key in self._numbers(row)
        ]
        return finish(
            self.sheet(name),
            self.heading,
            self.facts(),
            ids=[mark.id for mark, *_ in numbers_],
            table=[line(*each) for each in numbers_],
        )

    @staticmethod
    def _numbers(row: Row) -> Iterator[tuple[Mark, str]]:
        yield row.mark, COLUMNS[0]
        for kind, key in zip(("selection", "worst"), COLUMNS[1:], strict=True):
            for mark in row.ranges.get(kind, ()):
                yield mark, key

    @cached_property
    def table(self) -> list[Row]:
        """The rows from top to bottom."""
        marks, found = Marks(self.rows, self.language), []
        for item in self.items:
            if item.kind not in ("single", "ordinal"):
                continue
            share = f"{item.id}.{item.shown}.{TOTAL}"
            mark = marks.get(share)
            pairs = {
                kind: (marks.get(f"{share}.{kind}.lower"), marks.get(f"{share}.{kind}.upper"))
                for kind in KINDS
            }
            ranges = {kind: (a, b) for kind, (a, b) in pairs.items() if a and b}
            if mark is not None and "worst" in ranges:
                labels = item.labels(self.language)
                level = " + ".join(labels[code] for code in item.shown_codes)
                place = Place(item.id, item.label.text(self.language))
                found.append(Row(place, level, mark, ranges))
        return found

    @property
    def title(self) -> str:
        """What is drawn."""
        return word("participation.chart.bounds", self.language)

    @property
    def finding(self) -> Fact | None:
        """Which share its missing answers leave most open; None where none is moved."""
        widths = {
            row.place.label: b - a for row in self.table for a, b in [row.ends("worst") or (0, 0)]
        }
        label = max(widths, key=lambda one: widths[one], default="")
        if not widths.get(label):
            return None
        return Fact("participation.chart.bounds.widest", {"item": label})

    @property
    def heading(self) -> str:
        """The finding as a title, or what is drawn."""
        return show(self.finding or self.title, self.language)

    def facts(self) -> list[Fact]:
        """What the picture shows, without numbers."""
        if not self.table:
            return nothing(self.title, simulated=self.simulated)
        say = [self.finding] if self.finding else []
        say.append(Fact("participation.chart.bounds.alt"))
        hidden = [row.place.label for row in self.table if row.mark.value is None]
        return say + closing(hidden=hidden, simulated=self.simulated)

    def sheet(self, name: str = "chart") -> Sheet:
        """The picture; every dot and range carries its register id."""
        sheet = Sheet(self.width, self.language, name)
        if not self.table:
            return nothing_to_show(sheet, self.title, simulated=self.simulated)
        placed = dot_frame(
            sheet, self._rows(), title=self.heading,
            subtitle=self.title if self.finding else "", keys=self._keys(),
            notes=sign_notes((row.mark for row in self.table), self.language),
            simulated=self.simulated,
        )  # fmt: skip
        for row, y in zip(self.table, placed.ys, strict=True):
            _draw(sheet, placed, row, y)
        return sheet

    def _rows(self) -> DotRows:
        shown = [end for row in self.table for end in row.ends("worst") or ()]
        shown += [end for row in self.table for end in row.ends("selection") or ()]
        shown += [
            end for row in self.table for end in (row.mark.lower, row.mark.upper) if end is not None
        ]
        return DotRows(
            [row.place for row in self.table],
            [Below(row.level) for row in self.table],
            [self._reading(row) for row in self.table],
            extent=(min(shown, default=0.0), max(shown, default=1.0)),
        )

    def _reading(self, row: Row) -> tuple[Part, ...]:
        number = Part(row.mark.text, row.mark.place, bold=True)
        ends = row.ends("worst")
        if ends is None or RowLayout.is_narrow(self.width):
            return (number,)
        low = row.ranges["worst"][0]
        text = numbers.interval(*ends, low.unit, low.digits, self.language, low.rounding)
        return (number, Part(text, low.place, muted=True))

    def _keys(self) -> list[Key]:
        drawn = {kind for row in self.table for kind in row.ranges if row.ends(kind)}
        keys = [Key(word(COLUMNS[0], self.language), "accent", "circle")]
        if any(row.mark.lower is not None for row in self.table):
            keys.append(
                Key(word("participation.chart.key.interval", self.language), "ink", "stroke")
            )
        for kind, key in zip(("selection", "worst"), COLUMNS[1:], strict=True):
            if kind in drawn:
                keys.append(Key(word(key, self.language), COLOURS[kind]))
        return keys


def _draw(sheet: Sheet, placed: DotFrame, row: Row, y: float) -> None:
    """The ranges, the widest first, and the dot on them."""
    mark, x = row.mark, placed.scale.x
    if mark.value is None:
        sheet.rect(placed.scale.left, y - 8, 44, 16, fill="paper", stroke="muted", dashed=True)
        return
    for kind in KINDS:
        ends = row.ends(kind)
        if ends is not None:
            left, right = map(x, ends)
            half = HEIGHTS[kind] / 2
            sheet.rect(
                left, y - half, max(right - left, 1.0), 2 * half, fill=COLOURS[kind],
                id=f"{mark.id}.{kind}",
            )  # fmt: skip
    if mark.lower is not None and mark.upper is not None:
        sheet.line(x(mark.lower), y, x(mark.upper), y, weight=2, id=f"{mark.id}.interval")
    sheet.marker(x(mark.value), y, "circle", size=DOT, id=mark.id)
