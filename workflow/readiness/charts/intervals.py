"""One number a row: a dot and its interval, sorted; rows are groups, or the answers of an item.

Whether there is an interval the register says, and what it may be called depends on how respondents
were selected: the note below the chart comes from the caller, who knows. Groups that are counted
apart have a square and no interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from readiness.charts import style
from readiness.charts.blank import nothing, nothing_to_show
from readiness.charts.dots import DotFrame, DotRows, dot_frame
from readiness.charts.marks import Mark, Marks
from readiness.charts.rows import NARROW_BELOW, Place
from readiness.charts.style import Chart, Key
from readiness.charts.words import about, base_text, closing, flag_notes, said, word
from readiness.facts import Fact
from readiness.language import Language, numbers


@dataclass(frozen=True)
class DotRow:
    """One row: where it stands, its number, and whether the group is outside weights and total."""

    place: Place
    mark: Mark
    apart: bool = False


def by_group(
    marks: Marks,
    item: str,
    level: str,
    groups: Mapping[str, str],
    *,
    total: tuple[str, str] | None = None,
    apart: Mapping[str, str] | None = None,
) -> list[DotRow]:
    """Rows of one number by group: the total, groups from the highest value, groups apart.

    `groups`, `apart`: code to label. A group of which the register has nothing has no row.
    """

    def rows(labels: Iterable[tuple[str, str]]) -> list[DotRow]:
        found = ((Place(*label), marks.find(item, level, label[0])) for label in labels)
        return _sorted(DotRow(place, mark) for place, mark in found if mark is not None)

    first = [replace(r, place=replace(r.place, bold=True)) for r in rows([total] if total else [])]
    middle, last = (
        rows(groups.items()),
        [replace(r, apart=True) for r in rows((apart or {}).items())],
    )
    return first + (_section(middle) if first else middle) + _section(last)


def by_answer(marks: Marks, item: str, levels: Mapping[str, str], group: str) -> list[DotRow]:
    """Rows of the shares of an item's answers (code to label) in one group, the highest first."""
    found = ((Place(code, label), marks.find(item, code, group)) for code, label in levels.items())
    return _sorted(DotRow(place, mark) for place, mark in found if mark is not None)


def _sorted(rows: Iterable[DotRow]) -> list[DotRow]:
    """From the highest value to the lowest; what is not published last, by code."""

    def order(row: DotRow) -> tuple[bool, float, str]:
        value = row.mark.value
        return (value is None, -(value or 0.0), row.place.code)

    return sorted(rows, key=order)


def _section(rows: list[DotRow]) -> list[DotRow]:
    """The rows, the first of which opens a section."""
    return [
        replace(row, place=replace(row.place, section=True)) if k == 0 else row
        for k, row in enumerate(rows)
    ]


@dataclass(frozen=True)
class Intervals:
    """Dots with intervals; `chart()` gives the SVG and its alternative text.

    `table`: the rows from top to bottom (`by_group`, `by_answer`); the emphasised one is the
    reference, a dashed line. `axis`: what the number is; `note`: the caller's sentence on what the
    intervals mean. Fewer than `small` answers: an open circle. `width` in CSS pixels.
    """

    table: Sequence[DotRow]
    axis: str
    language: Language
    simulated: bool
    note: str = ""
    small: int = field(kw_only=True)
    width: int = style.WIDE

    def chart(self) -> Chart:
        """The finished chart."""
        title = word("charts.simulated", self.language) if self.simulated else self.axis
        ids = tuple(row.mark.id for row in self.table)
        return Chart(style.to_svg(self.figure(), title), said(self.facts(), self.language), ids)

    def facts(self) -> list[Fact]:
        """What the picture shows, without numbers; each fact chosen by what is drawn."""
        if not self.table:
            return nothing(self.axis, simulated=self.simulated)
        shown = [row for row in self.table if not row.place.bold and not row.apart]
        published = [row for row in self.table if row.mark.value is not None]
        say = []
        if published:
            with_interval = any(row.mark.lower is not None for row in published)
            kind = "charts.alt.intervals" if with_interval else "charts.alt.dots"
            say.append(Fact(kind, {"item": self.axis}))
        say += about("charts.alt.order", [r.place.label for r in shown if r.mark.value is not None])
        if self._reference is not None:
            say.append(Fact("charts.alt.reference", {"label": self._reference[0]}))
        say += about("charts.alt.apart", [row.place.label for row in self.table if row.apart])
        return say + closing(
            few=[row.place.label for row in published if self.is_small(row.mark)],
            hidden=[row.place.label for row in self.table if row.mark.value is None],
            simulated=self.simulated,
        )

    @property
    def _reference(self) -> tuple[str, float] | None:
        """Label and value of the emphasised row, where it is published."""
        rows = ((r.place.label, r.mark.value) for r in self.table if r.place.bold)
        return next(((label, value) for label, value in rows if value is not None), None)

    def is_small(self, mark: Mark) -> bool:
        """Whether the base is below `small`."""
        return mark.n is not None and mark.n < self.small

    def figure(self) -> Figure:
        """The matplotlib figure; every dot and every interval carries its register id as gid."""
        with style.chart_style():
            if not self.table:
                return nothing_to_show(
                    self.axis, self.language, self.width, simulated=self.simulated
                )
            frame = dot_frame(
                self._rows(),
                axis=self.axis,
                keys=self._keys(),
                notes=self._notes(),
                language=self.language,
                simulated=self.simulated,
                width=self.width,
            )
            self._draw_reference(frame)
            for row, y in zip(self.table, frame.ys, strict=True):
                if row.mark.value is not None:
                    self._dot(frame.axes, row, row.mark.value, y)
            return frame.sheet.figure

    def _rows(self) -> DotRows:
        marks = [row.mark for row in self.table]
        shown = [v for m in marks for v in (m.value, m.lower, m.upper) if v is not None]
        return DotRows(
            [row.place for row in self.table],
            self._bases[0],
            [self._reading(mark) for mark in marks],
            extent=(min(shown, default=0.0), max(shown, default=1.0)),
            unit=marks[0].unit,
        )

    @property
    def _bases(self) -> tuple[list[str], str]:
        """The base of each row, or the one base of them all, said once."""
        texts = [base_text(row.mark, self.language, unweighted=row.apart) for row in self.table]
        if len(texts) > 1 and len(set(texts)) == 1:
            return [""] * len(texts), texts[0]
        return texts, ""

    def _notes(self) -> list[str]:
        reference = self._reference
        return [
            *filter(None, [self._bases[1]]),
            *([word("charts.reference", self.language, label=reference[0])] if reference else []),
            *flag_notes((row.mark for row in self.table), self.language),
            *([self.note] if self.note else []),
        ]  # fmt: skip

    def _reading(self, mark: Mark) -> str:
        """The number as the register shows it, with its interval where there is room."""
        if mark.value is None:
            return word("charts.suppressed", self.language)
        text = f"{mark.display} {mark.flag}".strip()
        if self.width < NARROW_BELOW or mark.lower is None or mark.upper is None:
            return text
        return f"{text}  ({interval_text(mark, self.language)})"

    def _draw_reference(self, frame: DotFrame) -> None:
        if self._reference is None:
            return
        _, value = self._reference
        for top, bottom in frame.spans:
            frame.axes.plot(
                [value, value],
                [top, bottom],
                color=style.BLUE,
                linewidth=1,
                linestyle=(0, (3, 2)),
                zorder=1,
            )

    def _dot(self, axes: Axes, row: DotRow, value: float, y: float) -> None:
        mark = row.mark
        if mark.lower is not None and mark.upper is not None:
            (line,) = axes.plot(
                [mark.lower, mark.upper],
                [y, y],
                color=style.INK,
                linewidth=2.2 if row.place.bold else 1.6,
                solid_capstyle="butt",
                zorder=2,
            )
            line.set_gid(f"{mark.id}.interval")
        colour = style.MUTED if row.apart else style.BLUE
        (dot,) = axes.plot(
            [value],
            [y],
            marker="s" if row.apart else "o",
            markersize=6.5 if row.apart else 7.5,
            markerfacecolor="white" if self.is_small(mark) else colour,
            markeredgecolor=colour,
            markeredgewidth=1.5,
            linestyle="none",
            zorder=3,
        )
        dot.set_gid(mark.id)

    def _keys(self) -> list[Key]:
        if not any(r.mark.value is not None and self.is_small(r.mark) for r in self.table):
            return []
        label = word("charts.small.dots", self.language, n=self.small)
        return [Key(label, style.BLUE, marker="o", filled=False)]


def interval_text(mark: Mark, language: Language) -> str:
    """The interval of a mark by the rounding rule of its number."""
    assert mark.lower is not None and mark.upper is not None
    ends = (mark.lower, mark.upper, mark.unit)
    return numbers.interval(*ends, mark.digits, language, mark.rounding)
