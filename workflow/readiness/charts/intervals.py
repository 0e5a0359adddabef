"""One number a row: a dot and its interval, sorted; rows are groups, or the answers of an item.

Whether there is an interval the register says, and what it may be called depends on how respondents
were selected: the note below the chart comes from the caller, who knows. Groups that are counted
apart have a square and no interval.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from readiness.charts.blank import nothing, nothing_to_show
from readiness.charts.dots import DotFrame, DotRows, Part, dot_frame
from readiness.charts.findings import against_half, foremost
from readiness.charts.finished import Chart, finish, line
from readiness.charts.frame import Key
from readiness.charts.marks import Mark, Marks
from readiness.charts.rows import Below, Place, RowLayout
from readiness.charts.sheet import WIDE, Sheet
from readiness.charts.words import about, base_text, closing, sign_notes, word
from readiness.facts import Fact, Value
from readiness.language import Language, numbers, show
from readiness.register.signs import Sign


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
    """Rows of one number by group: the total, the groups as they are listed, groups apart.

    `groups`, `apart`: code to label. A group of which the register has nothing has no row.
    """

    def rows(labels: Iterable[tuple[str, str]]) -> list[DotRow]:
        found = ((Place(*label), marks.find(item, level, label[0])) for label in labels)
        return [DotRow(place, mark) for place, mark in found if mark is not None]

    first = [replace(r, place=replace(r.place, bold=True)) for r in rows([total] if total else [])]
    middle, last = (
        rows(groups.items()),
        [replace(r, apart=True) for r in rows((apart or {}).items())],
    )
    return first + (_section(middle) if first else middle) + _section(last)


def by_answer(marks: Marks, item: str, levels: Mapping[str, str], group: str) -> list[DotRow]:
    """Rows of the shares of an item's answers (code to label, as listed) in one group."""
    found = ((Place(code, label), marks.find(item, code, group)) for code, label in levels.items())
    return [DotRow(place, mark) for place, mark in found if mark is not None]


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
    reference, a dashed line. `title`: what was asked, empty where another
    picture says the finding; `axis`: what the number is; `subtitle`: unit
    and base. `levels`: the answers whose share it is, for the finding on all; None where the first
    row leads (answers of one group) or the number is no share. `note`: the caller's sentence on
    what the intervals mean. Fewer than `small` answers, or too low a precision: an open circle.
    `width` in CSS pixels.
    """

    table: Sequence[DotRow]
    axis: str
    language: Language
    simulated: bool
    title: str = ""
    subtitle: str = ""
    levels: Value | None = None
    note: str = ""
    small: int = field(kw_only=True)
    width: int = WIDE

    def chart(self, name: str = "chart") -> Chart:
        """The finished chart; `name` prefixes the ids in its SVG."""
        return finish(
            self.sheet(name),
            self.heading,
            self.facts(),
            ids=[row.mark.id for row in self.table],
            table=[line(row.mark, row.place.label, self.axis) for row in self.table],
        )

    @property
    def finding(self) -> Fact | None:
        """What the numbers say first, where they are firm."""
        if self.levels is not None:
            total = next((row.mark for row in self.table if row.place.bold), None)
            return against_half(total, self.title, self.levels)
        if not self.title or not self.table or any(row.place.bold for row in self.table):
            return None
        return foremost([(row.place.label, row.mark) for row in self.table], self.title)

    @property
    def heading(self) -> str:
        """The finding as a title, or what the number is."""
        return show(self.finding or self.axis, self.language)

    def facts(self) -> list[Fact]:
        """What the picture shows, without numbers; each fact chosen by what is drawn."""
        if not self.table:
            return nothing(self.axis, simulated=self.simulated)
        shown = [row for row in self.table if not row.place.bold and not row.apart]
        published = [row for row in self.table if row.mark.value is not None]
        say = [Fact("charts.alt.finding", {"finding": self.finding})] if self.finding else []
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

    def sheet(self, name: str = "chart") -> Sheet:
        """The picture; every dot, interval and number carries its register id."""
        sheet = Sheet(self.width, self.language, name)
        if not self.table:
            return nothing_to_show(sheet, self.axis, simulated=self.simulated)
        placed = dot_frame(
            sheet,
            self._rows(),
            title=self.heading,
            subtitle=self.subtitle,
            keys=self._keys(),
            notes=self._notes(),
            simulated=self.simulated,
        )
        if self._reference is not None:
            x = placed.scale.x(self._reference[1])
            for top, bottom in placed.spans:
                sheet.line(x, top, x, bottom, colour="accent", dash="4 3", id="reference")
        for row, y in zip(self.table, placed.ys, strict=True):
            self._draw(sheet, placed, row, y)
        return sheet

    def _rows(self) -> DotRows:
        marks = [row.mark for row in self.table]
        shown = [v for m in marks for v in (m.value, m.lower, m.upper) if v is not None]
        return DotRows(
            [row.place for row in self.table],
            [Below(text) for text in self._bases[0]],
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
            self._bases[1],
            word("charts.reference", self.language, label=reference[0]) if reference else "",
            *sign_notes((row.mark for row in self.table), self.language),
            self.note,
        ]

    def _reading(self, mark: Mark) -> tuple[Part, ...]:
        """The number as the register shows it, with its interval where there is room."""
        number = Part(mark.text, mark.place, bold=True)
        if mark.lower is None or mark.upper is None or RowLayout.is_narrow(self.width):
            return (number,)
        return (number, Part(interval_text(mark, self.language), mark.place, muted=True))

    def _draw(self, sheet: Sheet, placed: DotFrame, row: DotRow, y: float) -> None:
        mark, x = row.mark, placed.scale.x
        if mark.value is None:
            # Where it would stand is not said: an empty box over the start of the axis.
            left = placed.scale.left
            sheet.rect(left, y - 8, 44, 16, fill="paper", stroke="muted", dashed=True)
            return
        if mark.lower is not None and mark.upper is not None:
            weight = 3 if row.place.bold else 2
            sheet.line(x(mark.lower), y, x(mark.upper), y, weight=weight, id=f"{mark.id}.interval")
        weak = self.is_small(mark) or mark.sign is Sign.WEAK
        sheet.marker(
            x(mark.value),
            y,
            "square" if row.apart else "circle",
            colour="muted" if row.apart else "accent",
            filled=not weak,
            size=11,
            id=mark.id,
        )

    def _keys(self) -> list[Key]:
        if not any(r.mark.value is not None and self.is_small(r.mark) for r in self.table):
            return []
        label = word("charts.small.dots", self.language, n=self.small)
        return [Key(label, "accent", "circle", filled=False)]


def interval_text(mark: Mark, language: Language) -> str:
    """The interval of a mark by the rounding rule of its number."""
    assert mark.lower is not None and mark.upper is not None
    ends = (mark.lower, mark.upper, mark.unit)
    return numbers.interval(*ends, mark.digits, language, mark.rounding)
