"""What a later version of the data changed: two dots and a line for each group.

A revision is shown and never tested: both versions hold mostly the same answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from readiness.charts.blank import nothing, nothing_to_show
from readiness.charts.dots import DotRows, Part, dot_frame
from readiness.charts.finished import Chart, finish, line
from readiness.charts.frame import Key
from readiness.charts.marks import Mark, Marks
from readiness.charts.rows import Below, Place, RowLayout
from readiness.charts.sheet import WIDE, Shape, Sheet
from readiness.charts.words import about, base_text, closing, word
from readiness.facts import Fact
from readiness.language import Language

_STAGES = {"before": "charts.revision.before", "after": "charts.revision.after"}
Pair = tuple[Place, Mark | None, Mark]
"""A row: its place, the share before (None where none was published) and after."""


@dataclass(frozen=True)
class Revision:
    """Two dots of one number a group, before and after; `chart()` gives the SVG and its text.

    `rows`: the register's rows of one run (columns in `marks.COLUMNS`) that revises a publication;
    shares 0-1, means in their own unit. `axis`: what the number of (`item`, `level`) is. `groups`,
    `total` as in `LevelBars`. `width` in CSS pixels.
    """

    rows: pd.DataFrame
    item: str
    level: str
    groups: Mapping[str, str]
    axis: str
    language: Language
    total: tuple[str, str] | None = None
    width: int = WIDE
    subtitle: str = ""

    def chart(self, name: str = "chart") -> Chart:
        """The finished chart, with the ids of both versions; `name` prefixes ids in its SVG."""
        drawn = [
            (mark, place.label, word(_STAGES[stage], self.language))
            for place, *pair in self.table
            for mark, stage in zip(pair, _STAGES, strict=True)
            if mark is not None
        ]
        return finish(
            self.sheet(name),
            self.axis,
            self.facts(),
            ids=[mark.id for mark, _, _ in drawn],
            table=[line(*each) for each in drawn],
        )

    @cached_property
    def _marks(self) -> Marks:
        return Marks(self.rows, self.language)

    @property
    def simulated(self) -> bool:
        """Whether one of the versions comes from a simulated wave."""
        return self._marks.simulated

    @cached_property
    def table(self) -> list[Pair]:
        """The rows from top to bottom: the total, then the groups as they are listed."""
        first = self._pair(Place(*self.total, bold=True)) if self.total else []
        groups = [
            row for code, name in self.groups.items() for row in self._pair(Place(code, name))
        ]
        if first and groups:
            place, old, new = groups[0]
            groups[0] = (Place(place.code, place.label, section=True), old, new)
        rows = first + groups
        return rows if any(_values(old, new) for _, old, new in rows) else []

    def _pair(self, place: Place) -> list[Pair]:
        old = self._marks.find(self.item, self.level, place.code, version="before")
        new = self._marks.find(self.item, self.level, place.code)
        return [(place, old, new)] if new is not None else []

    def facts(self) -> list[Fact]:
        """What the picture shows, without numbers."""
        if not self.table:
            return nothing(self.axis, simulated=self.simulated)
        both = [p.label for p, old, new in self.table if _values(old, new)]
        hidden = [p.label for p, old, new in self.table if not _values(old, new)]
        say = [Fact("charts.alt.revision", {"item": self.axis}), *about("charts.alt.order", both)]
        say += [Fact("charts.revision.note")]
        return say + closing(hidden=hidden, simulated=self.simulated)

    def sheet(self, name: str = "chart") -> Sheet:
        """The picture; dots have the ids `<id>.before` and `<id>.after`."""
        sheet = Sheet(self.width, self.language, name)
        if not self.table:
            return nothing_to_show(sheet, self.axis, simulated=self.simulated)
        pairs = [_values(old, new) for _, old, new in self.table]
        shown = [value for pair in pairs for value in pair or ()]
        placed = dot_frame(
            sheet,
            DotRows(
                [place for place, _, _ in self.table],
                [Below(base_text(new, self.language)) for _, _, new in self.table],
                [self._reading(old, new) for _, old, new in self.table],
                extent=(min(shown), max(shown)),
                unit=self.table[0][2].unit,
                from_zero=False,
            ),
            title=self.axis,
            subtitle=self.subtitle,
            keys=self._keys(),
            notes=[word("charts.revision.note", self.language)],
            simulated=self.simulated,
        )
        for (_, _, new), values, y in zip(self.table, pairs, placed.ys, strict=True):
            if not values:
                continue
            xs = [placed.scale.x(value) for value in values]
            sheet.line(xs[0], y, xs[1], y, colour="muted", weight=2)
            for x, stage, key in zip(xs, _STAGES, self._keys(), strict=True):
                shape: Shape = "diamond" if stage == "before" else "circle"
                look = (key.colour, key.filled)
                sheet.marker(
                    x, y, shape, size=11, colour=look[0], filled=look[1], id=f"{new.id}.{stage}"
                )
        return sheet

    def _reading(self, old: Mark | None, new: Mark) -> tuple[Part, ...]:
        if old is None or not _values(old, new):
            return (Part(word("charts.suppressed", self.language), muted=True),)
        now = Part(new.text, new.place, bold=True)
        if RowLayout.is_narrow(self.width):
            return (now,)
        arrow = word("charts.revision.arrow", self.language)
        return (Part(old.text, old.place), Part(arrow), now)

    def _keys(self) -> list[Key]:
        before, after = (word(label, self.language) for label in _STAGES.values())
        return [
            Key(before, "second", "diamond", filled=False),
            Key(after, "accent", "circle"),
        ]


def _values(old: Mark | None, new: Mark) -> tuple[float, float] | None:
    """Both shares; None where one is not published: the other's place would tell of it."""
    if old is None or old.value is None or new.value is None:
        return None
    return (old.value, new.value)
