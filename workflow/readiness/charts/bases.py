"""On how many answers can published percentages rest? One axis for all claims.

Each row is a published figure, a set of figures or all of them together; a mark stands at each base
(number of answers) that can give it. Where no column has a mark in every row, the figures have no
common base. The base that one outlet gives is a line, with its caveat in the picture itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from readiness.charts import style
from readiness.charts.rows import NARROW_BELOW
from readiness.charts.style import Chart, Key, Sheet
from readiness.charts.words import listed, word
from readiness.errors import RenderError
from readiness.language import numbers

SOURCES = ("HACA", "press", "both")
"""Whose figures a row holds; `both` for several rows judged together, whosever they are."""

KINDS = ("claim", "set", "joint", "joint_missing")
"""What a row is: one figure, figures of one question, rows together, together with one missing."""

COLUMNS = ("row_label", "source", "base", "feasible", "kind")

_COLOURS = {"HACA": style.BLUE, "press": style.VERMILION, "both": style.INK}
_MARKERS = {"HACA": "s", "press": "D", "both": "o"}


@dataclass(frozen=True)
class BaseRow:
    """One row: its label, source, whether it judges several claims together, and its bases.

    `feasible` if everyone answered, `missing` (the others) only if one answer is missing.
    """

    label: str
    source: str
    joint: bool
    feasible: tuple[int, ...]
    missing: tuple[int, ...]


@dataclass(frozen=True)
class FeasibleBases:
    """The axis of feasible bases; `chart()` gives the SVG and its alternative text.

    `data`: one row for each row label and base, columns `row_label` (in the chart's language),
    `source` (one of `SOURCES`), `base` (1 to N, each once), `feasible` (bool), `kind` (one of
    `KINDS`); rows are drawn in order of first appearance, joint ones set apart. A label may stand
    with both joint kinds: it is then one row, with open marks where only a missing answer helps.
    `reported`: the base that one outlet gives, or None. `simulated` is False for published figures.
    `width` in CSS pixels.

    Raises RenderError when a column lacks, a source or kind is unknown, or a row misses a base.
    """

    data: pd.DataFrame
    lang: str = "fr"
    reported: int | None = None
    simulated: bool = False
    width: int = style.WIDE

    def chart(self) -> Chart:
        """The finished chart; it draws verdicts on bases, which have no id of their own."""
        return Chart(style.to_svg(self.figure(), word(self.lang, "base")), self.alt())

    @cached_property
    def table(self) -> list[BaseRow]:
        """The rows from top to bottom, single claims before joint ones."""
        lacking = [c for c in COLUMNS if c not in self.data.columns]
        if lacking:
            raise RenderError(f"bases chart: the data lack the columns {', '.join(lacking)}.")
        rows = [
            self._row(str(label), part)
            for label, part in self.data.groupby("row_label", sort=False)
        ]
        return sorted(rows, key=lambda row: row.joint)

    def _row(self, label: str, part: pd.DataFrame) -> BaseRow:
        source = str(part["source"].iloc[0])
        kinds = list(dict.fromkeys(part["kind"].astype(str)))
        together = len(kinds) > 1 and set(kinds) <= {"joint", "joint_missing"}
        if source not in SOURCES or not set(kinds) <= set(KINDS) or len(kinds) > 1 + together:
            raise RenderError(
                f"bases chart: row {label!r}: source {source!r}, kind {' and '.join(kinds)!r}; "
                f"expected one of {', '.join(SOURCES)} and one of {', '.join(KINDS)}."
            )
        found: dict[str, set[int]] = {}
        for kind in kinds:
            rows = part[part["kind"].astype(str) == kind]
            if sorted(int(b) for b in rows["base"]) != list(range(1, self.last + 1)):
                raise RenderError(
                    f"bases chart: row {label!r}: expected each base from 1 to {self.last} once."
                )
            found[kind] = {int(b) for b in rows.loc[rows["feasible"].astype(bool), "base"]}
        missing = found.pop("joint_missing", set())
        whole = set().union(*found.values())
        joint = kinds[0].startswith("joint")
        # "67 / 33" is one thing: it is not broken over two lines.
        label = label.replace(" / ", "\u00a0/\u00a0")
        return BaseRow(label, source, joint, tuple(sorted(whole)), tuple(sorted(missing - whole)))

    @property
    def last(self) -> int:
        """The largest base on the axis."""
        return int(self.data["base"].max())

    def alt(self) -> str:
        """What the picture shows, in words without digits (labels with figures are left out)."""
        say = [word(self.lang, "bases_alt")]
        never = [row.label for row in self.table if not row.feasible and not row.missing]
        if never and not any(c.isdigit() for label in never for c in label):
            say.append(word(self.lang, "bases_never_alt", rows=listed(self.lang, never)))
        elif never:
            say.append(word(self.lang, "bases_some_never_alt"))
        if self.simulated:
            say.append(word(self.lang, "simulated_alt"))
        return " ".join(say)

    def figure(self) -> Figure:
        """The matplotlib figure; marks have the gid `row.<i>`, open ones `row.<i>.missing`."""
        with style.chart_style():
            return _Picture(self).draw()


class _Picture:
    """Places the panel of `FeasibleBases` and draws it."""

    def __init__(self, spec: FeasibleBases) -> None:
        self.spec = spec
        width = spec.width * style.POINTS_PER_PIXEL
        self.narrow = spec.width < NARROW_BELOW
        tags = [self._tag(row.source) for row in spec.table]
        self.tag_width = max(style.measure(tag, size=style.SMALL) for tag in tags) + 10
        longest = max(style.measure(r.label, bold=r.joint) for r in spec.table)
        self.label_width = 0.0 if self.narrow else min(longest, 0.34 * width) + self.tag_width + 8
        room = width if self.narrow else self.label_width - self.tag_width - 8
        room = room - self.tag_width - 4 if self.narrow else room
        self.lines = [style.wrap(r.label, room, bold=r.joint) for r in spec.table]
        self.heights = [11.0 * len(lines) + (22.0 if self.narrow else 11.0) for lines in self.lines]
        self.keys = style.key_lines(self._keys(), width)
        self.caveat = self._caveat(width)
        top = style.STAMP_HEIGHT if spec.simulated else 2.0
        self.keys_top = top
        self.caveat_top = top + style.KEY_LINE * len(self.keys) + 4
        self.axis_top = self.caveat_top + style.NOTE_LINE * len(self.caveat)
        self.plot_top = self.axis_top + 34
        first_joint = next((i for i, r in enumerate(spec.table) if r.joint), None)
        self.tops, at = [], 0.0
        for i, height in enumerate(self.heights):
            at += 10 if i == first_joint and i > 0 else 0
            self.tops.append(at)
            at += height
        self.plot_height = at
        self.sheet = Sheet(spec.width, self.plot_top + at + 6, rtl=spec.lang == "ar")

    def draw(self) -> Figure:
        spec, sheet = self.spec, self.sheet
        if spec.simulated:
            style.draw_stamp(sheet, word(spec.lang, "simulated"))
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
        for base in range(5, spec.last + 1, 5):
            if spec.reported is None or abs(base - spec.reported) > 2:
                text = numbers.number(base, "base", 0, spec.lang)
                sheet.write(
                    axes, base, -8, text, size=style.SMALL, colour=style.MUTED, align="center"
                )
        x, align = sheet.start(self.label_width + 4)
        title = word(spec.lang, "base")
        sheet.write(sheet.page, x, self.axis_top + 10, title, size=style.SMALL, align=align)
        if spec.reported is not None:
            text = numbers.number(spec.reported, "base", 0, spec.lang)
            sheet.write(axes, spec.reported, -8, text, size=style.SMALL, bold=True, align="center")
            for top, bottom in self._spans():
                (line,) = axes.plot(
                    [spec.reported] * 2,
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
        sheet = self.sheet
        x, align = sheet.start(0)
        inner, _ = sheet.start(self.tag_width)
        first = y + (7 if self.narrow else 11.0)
        sheet.write(
            sheet.page,
            x,
            first,
            self._tag(row.source),
            size=style.SMALL,
            colour=_COLOURS[row.source],
            align=align,
        )
        for i, line in enumerate(lines):
            sheet.write(sheet.page, inner, first + 11 * i, line, bold=row.joint, align=align)

    def _marks(self, axes: Axes, row: BaseRow, index: int, cell: float) -> None:
        spec, y = self.spec, self._mark_y(index)
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
                marker=_MARKERS[row.source],
                markersize=size * (0.85 if row.source == "press" else 1),
                linestyle="none",
                zorder=2,
                markerfacecolor="white" if hollow else _COLOURS[row.source],
                markeredgecolor=_COLOURS[row.source],
                markeredgewidth=1.2 if hollow else 0.6,
            )
            marks.set_gid(f"row.{index}.missing" if hollow else f"row.{index}")
        if not row.feasible and not row.missing:
            text = word(spec.lang, "none", n=numbers.number(spec.last, "base", 0, spec.lang))
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

    def _tag(self, source: str) -> str:
        names = {"HACA": "haca", "press": "press", "both": "both"}
        return word(self.spec.lang, names[source])

    def _keys(self) -> list[Key]:
        spec = self.spec
        names = {"HACA": "haca_key", "press": "press_key", "both": "both_key"}
        used = [s for s in SOURCES if any(r.source == s for r in spec.table)]
        keys = [Key(word(spec.lang, names[s]), _COLOURS[s], marker=_MARKERS[s]) for s in used]
        source = next((r.source for r in spec.table if r.missing), None)
        if source:
            label = word(spec.lang, "missing_key")
            keys.append(Key(label, _COLOURS[source], marker=_MARKERS[source], filled=False))
        return keys

    def _caveat(self, width: float) -> list[str]:
        if self.spec.reported is None:
            return []
        n = numbers.number(self.spec.reported, "base", 0, self.spec.lang)
        return style.wrap(word(self.spec.lang, "reported", n=n), width, size=style.SMALL)
