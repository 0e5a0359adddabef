"""What `LevelBars` shows: rows, numbers, sentences, and where each level stands.

Low levels of a scale stand left of the axis and high ones right of it, so a row that lies to the
left is a group with low answers (Robbins and Heiberger 2011). "Don't know" is no level: it stands
apart, on the same scale of lengths. The total comes first; groups follow in the order that tables
have (`register.order`); groups that are counted apart stand last.

Levels that are not published are drawn as `charts.levels` says, or the row has no bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from readiness.charts import palette
from readiness.charts.blank import nothing
from readiness.charts.findings import against_half, foremost
from readiness.charts.levels import Row, Segment, box_of, segments
from readiness.charts.marks import Mark, Marks
from readiness.charts.sheet import WIDE
from readiness.charts.words import about, closing, quoted
from readiness.errors import RenderError
from readiness.facts import Fact, Listed, Value
from readiness.language import show


@dataclass(frozen=True)
class LevelSpec:
    """Stacked bars of one item's levels.

    `rows`: the register's rows of one run (columns in `marks.COLUMNS`), shares 0-1. `title`: the
    item's label; `subtitle`: unit and base. `levels`: code to label, from low to high or as listed;
    `ordered`: whether they are a scale. Of a scale the lower half stands left of the axis, and the
    middle level of an odd one lies across it; all others start at the axis. `boxes`: codes of
    levels that the register also has together, by the name of that share, the headline first.
    `groups` in their order, `apart`: code to label of the groups that add to the total and of those
    outside it; `total`, `dont_know`: code and label. A group of which the register has nothing has
    no row. Bars of fewer than `small` answers are hatched, as are shares whose precision is too
    low. `width` in CSS pixels; below 480 labels stand above their bars.

    Raises RenderError when the register lacks a level of a group of which it has others.
    """

    rows: pd.DataFrame
    item: str
    title: str
    levels: Mapping[str, str]
    groups: Mapping[str, str]
    language: str
    subtitle: str = ""
    ordered: bool = True
    boxes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dont_know: tuple[str, str] | None = None
    total: tuple[str, str] | None = None
    apart: Mapping[str, str] = field(default_factory=dict)
    small: int = field(kw_only=True)
    width: int = WIDE

    def numbers(self) -> Iterator[tuple[Mark, str, str]]:
        """Every number drawn: its mark, its row and its column."""
        for row in self.table:
            for mark, label in zip(row.levels, self.levels.values(), strict=True):
                yield mark, row.label, label
            if row.dont_know is not None and self.dont_know:
                yield row.dont_know, row.label, self.dont_know[1]
        for row in self.table:
            head = self.headline(row) or box_of(row, self.left, self.across)
            if head:
                yield head, row.label, self._box_label(head)

    def _box_label(self, mark: Mark) -> str:
        name = mark.id.split(".")[-2]
        labels = tuple(self.levels[code] for code in self.boxes[name])
        return show(Listed(labels, "or"), self.language)

    @cached_property
    def _marks(self) -> Marks:
        return Marks(self.rows, self.language)

    @property
    def simulated(self) -> bool:
        """Whether the numbers come from a simulated wave."""
        return self._marks.simulated

    @cached_property
    def table(self) -> list[Row]:
        """The rows from top to bottom."""
        first = self._rows([self.total] if self.total else [])
        groups = self._rows(self.groups.items())
        if first and groups:
            groups[0] = replace(groups[0], section=True)
        last = [replace(row, apart=True) for row in self._rows(self.apart.items())]
        if last:
            last[0] = replace(last[0], section=True)
        return first + groups + last

    def _rows(self, groups: Iterable[tuple[str, str]]) -> list[Row]:
        found = (self._row(code, label) for code, label in groups)
        return [row for row in found if row is not None]

    def _row(self, code: str, label: str) -> Row | None:
        """A group's row; None where the register has no level of it."""
        levels = {level: self._marks.find(self.item, level, code) for level in self.levels}
        known = [mark for mark in levels.values() if mark is not None]
        if not known:
            return None
        if len(known) < len(levels):
            lacking = next(level for level, mark in levels.items() if mark is None)
            raise RenderError(
                f"chart of {self.item!r}: the register has no share of level {lacking!r} in group "
                f"{code!r}; what is not published needs a suppressed row."
            )
        codes = list(self.levels)
        boxes = []
        for name, members in self.boxes.items():
            box = self._marks.find(self.item, name, code)
            places = sorted(codes.index(member) for member in members)
            run = range(places[0], places[-1] + 1)
            if box and list(run) == places:
                boxes.append((run, box))
        outside = self._marks.find(self.item, self.dont_know[0], code) if self.dont_know else None
        return Row(code, label, known, outside, section=False, boxes=boxes)

    # -- what it says -------------------------------------------------------------------------

    @property
    def heading(self) -> str:
        """The finding as a title, or what was asked where the numbers do not carry one."""
        return show(self.finding or self.title, self.language)

    @property
    def finding(self) -> Fact | None:
        """What the total says, where it is firm."""
        if not self.total or not self.table or self.table[0].code != self.total[0]:
            return None
        row = self.table[0]
        if self.ordered:
            head = self.headline(row)
            codes = next(iter(self.boxes.values()), ())
            return against_half(head, self.title, quoted([self.levels[c] for c in codes]))
        labelled = list(zip(self.levels.values(), row.levels, strict=True))
        return foremost(sorted(labelled, key=lambda each: -(each[1].value or 0.0)), self.title)

    def facts(self) -> list[Fact]:
        """What the alternative text says, each chosen by what is drawn."""
        if not self.table:
            return nothing(self.title, simulated=self.simulated)
        shown = [row for row in self.table if row.code in self.groups]
        drawn = [row for row in self.table if self.segments(row)]
        say = [Fact("charts.alt.finding", {"finding": self.finding})] if self.finding else []
        say += [self._axis_fact()] if drawn else []
        say += about("charts.alt.order", [row.label for row in shown if self.segments(row)])
        if self.total and self.table[0].code == self.total[0]:
            say.append(Fact("charts.alt.total_first", {"label": self.total[1]}))
        if self.dont_know and any(row.dont_know for row in self.table):
            say.append(Fact("charts.alt.dont_know", {"label": self.dont_know[1]}))
        say += about("charts.alt.apart", [row.label for row in self.table if row.apart])
        return say + closing(
            few=[row.label for row in drawn if self.is_small(row)],
            partly=[row.label for row in self.table if row.partly],
            hidden=[row.label for row in self.table if not row.published],
            simulated=self.simulated,
        )

    def _axis_fact(self) -> Fact:
        names = list(self.levels.values())
        if not self.ordered:
            return Fact("charts.alt.stacked", {"item": self.title, "levels": Listed(tuple(names))})
        values: dict[str, Value] = {
            "item": self.title,
            "low": Listed(tuple(names[: self.left])),
            "high": Listed(tuple(names[self.left + self.across :])),
        }
        if not self.across:
            return Fact("charts.alt.levels", values)
        return Fact("charts.alt.levels_across", {**values, "middle": names[self.left]})

    # -- where a level stands -----------------------------------------------------------------

    @property
    def across(self) -> int:
        """1 when the middle level of an odd scale lies across the axis."""
        return len(self.levels) % 2 if self.ordered else 0

    @property
    def left(self) -> int:
        """How many levels stand left of the axis."""
        return len(self.levels) // 2 if self.ordered else 0

    def is_small(self, row: Row) -> bool:
        """Whether a row's base is below `small`."""
        return row.n is not None and row.n < self.small

    def headline(self, row: Row) -> Mark | None:
        """The share that stands for the item in a row, where the register has one."""
        return row.boxes[0][1] if row.boxes else None

    @property
    def colours(self) -> list[str]:
        """One colour a level: brown left, green right, the outermost darkest, grey across.

        Levels without an order have colours that differ in lightness from their neighbours.
        """
        if not self.ordered:
            some = palette.CATEGORIES
            return [some[k % len(some)] for k in range(len(self.levels))]
        right = len(self.levels) - self.left - self.across
        return [
            *palette.shades(palette.LOW, self.left),
            *(["neutral"] * self.across),
            *reversed(palette.shades(palette.HIGH, right)),
        ]

    def segments(self, row: Row) -> list[Segment]:
        """The pieces of a row, from the axis outwards on each side; none where it has no bar."""
        return segments(row, self.left, self.across, self.colours)
