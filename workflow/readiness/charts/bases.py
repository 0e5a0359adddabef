"""On how many answers can published percentages rest? One axis for all claims.

Each row is a published figure, a set of figures or several together; a mark stands at each base
(number of answers) that can give it. Where no column has a mark in every row, the figures have no
common base. A number of people that was reported is a line, with what it counts in the picture.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from readiness.charts import style
from readiness.charts.blank import blank
from readiness.charts.rows import NARROW_BELOW
from readiness.charts.style import Chart, Key, Sheet
from readiness.charts.words import about, said, word
from readiness.errors import RenderError
from readiness.facts import Fact, Listed
from readiness.forensics.judging.structure import PRESS
from readiness.forensics.judging.study import TOGETHER
from readiness.language import Language, numbers

_LOOKS = (
    ("s", style.BLUE, "charts.alt.square"),
    ("^", "#00735c", "charts.alt.triangle"),
    ("v", "#8a3d73", "charts.alt.triangle_down"),
)
"""Marks of publishers' figures, in their order of appearance, and how a text calls them."""
_KEYS = {
    PRESS: "charts.key.press",
    TOGETHER: "charts.key.together",
}
"""What the key says of a source that is no publisher."""
_PRESS = ("D", style.VERMILION, "charts.alt.diamond")
_TOGETHER = ("o", style.INK, "charts.alt.circle")


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
    width: int = style.WIDE

    def __post_init__(self) -> None:
        for row in self.rows:
            if not set(range(1, self.last + 1)).issuperset(row.feasible + row.missing):
                raise RenderError(f"bases chart: row {row.label!r}: a base beyond {self.last}.")

    def chart(self) -> Chart:
        """The finished chart; it draws verdicts on bases, which have no id of their own."""
        title = word("charts.bases.axis", self.language)
        return Chart(style.to_svg(self.figure(), title), said(self.facts(), self.language))

    @property
    def table(self) -> list[BaseRow]:
        """The rows from top to bottom, single sets before joint ones."""
        return sorted(self.rows, key=lambda row: row.joint)

    @property
    def within(self) -> list[Reported]:
        """The reported numbers that are on the axis, in order."""
        return sorted((r for r in self.reported if r.n <= self.last), key=lambda r: r.n)

    @property
    def looks(self) -> dict[str, tuple[str, str, str]]:
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

    def figure(self) -> Figure:
        """The matplotlib figure; marks have the gid `row.<i>`, open ones `row.<i>.missing`."""
        with style.chart_style():
            if not self.rows:
                text = word("charts.bases.nothing", self.language)
                return blank(text, self.language, self.width)
            return _Picture(self).draw()


class _Picture:
    """Places the panel of `FeasibleBases` and draws it."""

    def __init__(self, spec: FeasibleBases) -> None:
        self.spec = spec
        width = spec.width * style.POINTS_PER_PIXEL
        self.narrow = spec.width < NARROW_BELOW
        tags = [self._tag(row.whose) for row in spec.table]
        self.tag_width = max(style.measure(tag, size=style.SMALL) for tag in tags) + 10
        longest = max(style.measure(r.label, bold=r.joint) for r in spec.table)
        self.label_width = 0.0 if self.narrow else min(longest, 0.34 * width) + self.tag_width + 8
        room = width if self.narrow else self.label_width - self.tag_width - 8
        room = room - self.tag_width - 4 if self.narrow else room
        self.lines = [style.wrap(r.label, room, bold=r.joint) for r in spec.table]
        self.heights = [11.0 * len(lines) + (22.0 if self.narrow else 11.0) for lines in self.lines]
        self.keys = style.key_lines(self._keys(), width)
        self.caveat = self._caveat(width)
        self.keys_top = 2.0
        self.caveat_top = self.keys_top + style.KEY_LINE * len(self.keys) + 4
        self.axis_top = self.caveat_top + style.NOTE_LINE * len(self.caveat)
        self.plot_top = self.axis_top + 34
        first_joint = next((i for i, r in enumerate(spec.table) if r.joint), None)
        self.tops, at = [], 0.0
        for i, height in enumerate(self.heights):
            at += 10 if i == first_joint and i > 0 else 0
            self.tops.append(at)
            at += height
        self.plot_height = at
        self.sheet = Sheet(spec.width, self.plot_top + at + 6, spec.language)

    def draw(self) -> Figure:
        spec, sheet = self.spec, self.sheet
        style.draw_keys(sheet, self.keys, 0, self.keys_top)
        style.draw_notes(sheet, self.caveat, self.caveat_top)
        width = sheet.width - self.label_width - 8
        place = (self.label_width + 4, self.plot_top, width, self.plot_height)
        axes = sheet.panel(*place, (0.5, spec.last + 0.5), (self.plot_height, 0.0))
        self._axis(axes)
        for i, (row, top) in enumerate(zip(spec.table, self.tops, strict=True)):
            self._label(row, self.lines[i], self.plot_top + top)
            self._marks(axes, row, i, width / spec.last)
        return sheet.figure

    def _axis(self, axes: Axes) -> None:
        spec, sheet = self.spec, self.sheet
        reported = [each.n for each in spec.within]
        for base in range(5, spec.last + 1, 5):
            if all(abs(base - n) > 2 for n in reported):
                text = numbers.whole(base, spec.language)
                sheet.write(
                    axes, base, -8, text, size=style.SMALL, colour=style.MUTED, align="center"
                )
        x, align = sheet.start(self.label_width + 4)
        title = word("charts.bases.axis", spec.language)
        sheet.write(sheet.page, x, self.axis_top + 10, title, size=style.SMALL, align=align)
        for n in reported:
            text = numbers.whole(n, spec.language)
            sheet.write(axes, n, -8, text, size=style.SMALL, bold=True, align="center")
            for top, bottom in self._spans():
                (line,) = axes.plot(
                    [n, n],
                    [top, bottom],
                    color=style.INK,
                    linewidth=1.2,
                    linestyle=(0, (4, 2)),
                    zorder=1,
                )
                line.set_gid("reported")

    def _mark_y(self, index: int) -> float:
        height = self.heights[index]
        return self.tops[index] + (height - 12 if self.narrow else height / 2)

    def _spans(self) -> list[tuple[float, float]]:
        """From where to where the reported base is drawn: throughout, or beside the marks only."""
        if not self.narrow:
            return [(0.0, self.plot_height)]
        centres = [self._mark_y(i) for i in range(len(self.heights))]
        return [(y - 7, y + 9) for y in centres]

    def _label(self, row: BaseRow, lines: list[str], y: float) -> None:
        spec, sheet = self.spec, self.sheet
        x, align = sheet.start(0)
        inner, _ = sheet.start(self.tag_width)
        first = y + (7 if self.narrow else 11.0)
        sheet.write(
            sheet.page,
            x,
            first,
            self._tag(row.whose),
            size=style.SMALL,
            colour=spec.looks[row.whose][1],
            align=align,
        )
        for i, line in enumerate(lines):
            sheet.write(sheet.page, inner, first + 11 * i, line, bold=row.joint, align=align)

    def _marks(self, axes: Axes, row: BaseRow, index: int, cell: float) -> None:
        spec, y = self.spec, self._mark_y(index)
        marker, colour, _ = spec.looks[row.whose]
        every = list(range(1, spec.last + 1))
        axes.plot(
            every,
            [y] * len(every),
            marker="|",
            markersize=4,
            linestyle="none",
            color=style.GRID,
            zorder=0.8,
        )
        size = min(8.0, 0.8 * cell)
        for bases, hollow in ((row.feasible, False), (row.missing, True)):
            (marks,) = axes.plot(
                list(bases),
                [y] * len(bases),
                marker=marker,
                markersize=size * (0.85 if marker == "D" else 1),
                linestyle="none",
                zorder=2,
                markerfacecolor="white" if hollow else colour,
                markeredgecolor=colour,
                markeredgewidth=1.2 if hollow else 0.6,
            )
            marks.set_gid(f"row.{index}.missing" if hollow else f"row.{index}")
        if not row.feasible and not row.missing:
            text = word("charts.bases.none", spec.language, n=spec.last)
            self.sheet.write(
                axes,
                spec.last / 2,
                y,
                text,
                size=style.SMALL,
                colour=style.STAMP,
                align="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 2},
                zorder=3,
            )

    def _tag(self, whose: str) -> str:
        return self.spec.names[whose]

    def _keys(self) -> list[Key]:
        spec = self.spec
        keys = [
            Key(spec.key(whose), colour, marker=marker)
            for whose, (marker, colour, _) in spec.looks.items()
        ]
        source = next((row.whose for row in spec.table if row.missing), None)
        if source:
            label = word("charts.key.missing", spec.language, n=spec.max_missing)
            marker, colour, _ = spec.looks[source]
            keys.append(Key(label, colour, marker=marker, filled=False))
        return keys

    def _caveat(self, width: float) -> list[str]:
        spec = self.spec
        texts = [word(each.says, spec.language, n=each.n) for each in spec.within]
        return [line for text in texts for line in style.wrap(text, width, size=style.SMALL)]
