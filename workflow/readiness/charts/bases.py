"""On how many answers can published percentages rest? One axis for all claims.

Each row is a published figure, a set of figures or several together; a mark stands at each base
(number of answers) that can give it. Where no column has a mark in every row, the figures have no
common base. A number of people that was reported is a line, with what it counts in the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from readiness.charts import frame
from readiness.charts.axes import AXIS_HEIGHT
from readiness.charts.blank import blank
from readiness.charts.finished import Cell, Chart, finish
from readiness.charts.frame import Key
from readiness.charts.metrics import BODY, SMALL, measure, wrap
from readiness.charts.rows import NARROW_BELOW
from readiness.charts.sheet import WIDE, Scale, Shape, Sheet
from readiness.charts.words import about, word
from readiness.errors import RenderError
from readiness.facts import Fact, Listed
from readiness.forensics.judging.structure import PRESS
from readiness.forensics.judging.study import TOGETHER
from readiness.language import Language, numbers

Look = tuple[Shape, str, str]
_LOOKS: tuple[Look, ...] = (
    ("square", "accent", "charts.alt.square"),
    ("up", "third", "charts.alt.triangle"),
    ("down", "fourth", "charts.alt.triangle_down"),
)
"""Marks of publishers' figures, in their order of appearance, and how a text calls them."""
_KEYS = {
    PRESS: "charts.key.press",
    TOGETHER: "charts.key.together",
}
"""What the key says of a source that is no publisher."""
_PRESS: Look = ("diamond", "second", "charts.alt.diamond")
_TOGETHER: Look = ("circle", "ink", "charts.alt.circle")
LINE, CELL = 17.0, 10.0


@dataclass(frozen=True)
class BaseRow:
    """One row: its label, whose figures it holds, whether it judges several sets, and its bases.

    `whose`: the publisher's name, `press`, or `together`. `feasible` if everyone answered,
    `missing` (the others) only if answers are missing.
    """

    label: str
    whose: str
    joint: bool
    feasible: tuple[int, ...]
    missing: tuple[int, ...]


@dataclass(frozen=True)
class Reported:
    """A reported number of people; `says`: the message on what it counts."""

    n: int
    says: str


@dataclass(frozen=True)
class FeasibleBases:
    """The axis of feasible bases; `chart()` gives the SVG and its alternative text.

    `rows`: drawn in their order, joint ones set apart below. `last`: the largest base on the axis.
    `names`: how a reader knows each `whose` of a row.
    `max_missing`: how many answers may be missing in each question where a row has open marks.
    `reported`: numbers of people that somebody printed; those beyond the axis are left out.
    `width` in CSS pixels.

    Raises RenderError for a base that is not on the axis.
    """

    rows: Sequence[BaseRow]
    last: int
    language: Language
    names: Mapping[str, str]
    max_missing: int = 1
    reported: tuple[Reported, ...] = ()
    width: int = WIDE

    def __post_init__(self) -> None:
        for row in self.rows:
            if not set(range(1, self.last + 1)).issuperset(row.feasible + row.missing):
                raise RenderError(f"bases chart: row {row.label!r}: a base beyond {self.last}.")

    def chart(self, name: str = "chart") -> Chart:
        """The finished chart; it draws verdicts on bases, which have no id of their own."""
        title = word("charts.bases.axis", self.language)
        return finish(self.sheet(name), title, self.facts(), table=self.lines())

    def lines(self) -> list[dict[str, Cell]]:
        """What is drawn: for each row and base, whether it can give the row's figures, and how."""
        return [
            {"row": row.label, "whose": self.names[row.whose], "base": base, "fits": fits}
            for row in self.table
            for base in range(1, self.last + 1)
            for fits in [
                "all answered"
                if base in row.feasible
                else "some missing"
                if base in row.missing
                else "no"
            ]
        ]

    @property
    def table(self) -> list[BaseRow]:
        """The rows from top to bottom, single sets before joint ones."""
        return sorted(self.rows, key=lambda row: row.joint)

    @property
    def within(self) -> list[Reported]:
        """The reported numbers that are on the axis, in order."""
        return sorted((r for r in self.reported if r.n <= self.last), key=lambda r: r.n)

    @property
    def looks(self) -> dict[str, Look]:
        """Marker, colour and name of shape of each source that has a row, publishers first."""
        publishers = [r.whose for r in self.table if r.whose not in (PRESS, TOGETHER)]
        named = dict.fromkeys(publishers)
        looks = {name: _LOOKS[k % len(_LOOKS)] for k, name in enumerate(named)}
        special = {PRESS: _PRESS, TOGETHER: _TOGETHER}
        there = {row.whose for row in self.rows}
        return looks | {whose: look for whose, look in special.items() if whose in there}

    def key(self, whose: str) -> str:
        """What the key says of a source."""
        return word(
            _KEYS.get(whose, "charts.key.publisher"), self.language, whose=self.names[whose]
        )

    def facts(self) -> list[Fact]:
        """What the picture shows, without numbers (labels with figures are left out)."""
        if not self.rows:
            return [Fact("charts.bases.nothing")]
        shapes = [
            Fact(shape, {"whose": self.names[whose]}) for whose, (_, _, shape) in self.looks.items()
        ]
        say = [Fact("charts.alt.bases", {"shapes": Listed(tuple(shapes), "comma")})]
        if self.within:
            say.append(Fact("charts.alt.reported"))
        never = [row.label for row in self.table if not row.feasible and not row.missing]
        if never and not any(c.isdigit() for label in never for c in label):
            say += about("charts.alt.never", never)
        elif never:
            say.append(Fact("charts.alt.some_never"))
        return say

    def sheet(self, name: str = "chart") -> Sheet:
        """The picture; marks have the id `row.<i>`, open ones `row.<i>.missing`."""
        sheet = Sheet(self.width, self.language, name)
        if not self.rows:
            title = word("charts.bases.axis", self.language)
            return blank(sheet, title, word("charts.bases.nothing", self.language))
        return _Picture(self, sheet).draw()


class _Picture:
    """Places the panel of `FeasibleBases` and draws it."""

    def __init__(self, spec: FeasibleBases, sheet: Sheet) -> None:
        self.spec, self.sheet = spec, sheet
        width = sheet.width
        self.narrow = width < NARROW_BELOW
        tags = [spec.names[row.whose] for row in spec.table]
        self.tag_width = max(measure(tag, size=SMALL) for tag in tags) + 12
        longest = max(measure(r.label, bold=r.joint) for r in spec.table)
        self.label_width = 0.0 if self.narrow else min(longest, 0.34 * width) + self.tag_width + 10
        room = (width if self.narrow else self.label_width - 10) - self.tag_width
        self.lines = [wrap(r.label, room, size=BODY, bold=r.joint) for r in spec.table]
        self.heights = [LINE * len(lines) + (24.0 if self.narrow else 14.0) for lines in self.lines]
        first_joint = next((i for i, r in enumerate(spec.table) if r.joint), None)
        self.tops, at = [], 0.0
        for i, height in enumerate(self.heights):
            at += 12 if i == first_joint and i > 0 else 0
            self.tops.append(at)
            at += height
        self.plot_height = at

    def draw(self) -> Sheet:
        spec, sheet = self.spec, self.sheet
        top = frame.head(sheet, word("charts.bases.axis", spec.language), simulated=False)
        top = frame.keys(sheet, self._keys(), top)
        top = frame.notes(sheet, self._caveat(), top) + AXIS_HEIGHT + 2
        width = sheet.width - self.label_width - 8
        scale = sheet.panel(self.label_width + 4, width, 0.5, spec.last + 0.5)
        self._axis(scale, top)
        for i, row in enumerate(spec.table):
            self._label(row, self.lines[i], top + self.tops[i])
            self._marks(scale, row, i, top + self._mark_y(i))
        sheet.height = top + self.plot_height + 4
        return sheet

    def _axis(self, scale: Scale, top: float) -> None:
        spec, sheet = self.spec, self.sheet
        reported = [each.n for each in spec.within]
        for base in range(5, spec.last + 1, 5):
            if all(abs(base - n) > 2 for n in reported):
                self._tick(scale, base, top, bold=False)
        for n in reported:
            self._tick(scale, n, top, bold=True)
            for start, end in self._spans(top):
                x = scale.x(n)
                sheet.line(x, start, x, end, weight=1.5, dash="4 3", id="reported")

    def _tick(self, scale: Scale, base: int, top: float, *, bold: bool) -> None:
        text = numbers.whole(base, self.spec.language)
        colour = "ink" if bold else "muted"
        self.sheet.write(
            scale.x(base), top - 9, text, size=SMALL, bold=bold, colour=colour, align="middle",
            tick=True,
        )  # fmt: skip

    def _mark_y(self, index: int) -> float:
        height = self.heights[index]
        return self.tops[index] + (height - 12 if self.narrow else height / 2)

    def _spans(self, top: float) -> list[tuple[float, float]]:
        """From where to where the reported base is drawn: throughout, or beside the marks only."""
        if not self.narrow:
            return [(top, top + self.plot_height)]
        centres = [top + self._mark_y(i) for i in range(len(self.heights))]
        return [(y - 8, y + 8) for y in centres]

    def _label(self, row: BaseRow, lines: list[str], y: float) -> None:
        spec, sheet = self.spec, self.sheet
        x, align = sheet.start()
        inner, _ = sheet.start(self.tag_width)
        first = y + LINE / 2 + (0 if self.narrow else 7)
        colour = spec.looks[row.whose][1]
        sheet.write(x, first, spec.names[row.whose], size=SMALL, colour=colour, align=align)
        for i, line in enumerate(lines):
            sheet.write(inner, first + LINE * i, line, bold=row.joint, align=align)

    def _marks(self, scale: Scale, row: BaseRow, index: int, y: float) -> None:
        spec, sheet = self.spec, self.sheet
        shape, colour, _ = spec.looks[row.whose]
        sheet.line(scale.x(1), y, scale.x(spec.last), y, colour="grid")
        size = min(CELL, 0.85 * scale.unit)
        for bases, name, filled in ((row.feasible, "", True), (row.missing, ".missing", False)):
            for base in bases:
                sheet.marker(
                    scale.x(base), y, shape, size=size, colour=colour, filled=filled,
                    id=f"row.{index}{name}",
                )  # fmt: skip
        if not row.feasible and not row.missing:
            text = word("charts.bases.none", spec.language, n=spec.last)
            half = measure(text, size=SMALL) / 2
            x = scale.left + scale.width / 2
            sheet.rect(x - half - 4, y - 9, 2 * half + 8, 18, fill="paper")
            sheet.write(x, y, text, size=SMALL, colour="second", align="middle", tick=True)

    def _keys(self) -> list[Key]:
        spec = self.spec
        keys = [Key(spec.key(whose), look[1], look[0]) for whose, look in spec.looks.items()]
        source = next((row.whose for row in spec.table if row.missing), None)
        if source:
            label = word("charts.key.missing", spec.language, n=spec.max_missing)
            shape, colour, _ = spec.looks[source]
            keys.append(Key(label, colour, shape, filled=False))
        return keys

    def _caveat(self) -> list[str]:
        return [word(each.says, self.spec.language, n=each.n) for each in self.spec.within]
