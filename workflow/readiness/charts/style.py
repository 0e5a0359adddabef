"""The one look of every chart: sizes, colours, font, and how a figure becomes the same bytes.

Charts are drawn in points (1/72 inch) at the width at which they are read, so that nothing is
scaled down on a telephone: `WIDE` for the report and its PDF, `NARROW` for a screen of 390 px.

Colours: ColorBrewer's BrBG for ordered levels (the two ends differ in hue and in side, neighbours
in lightness, so they hold for colour-blind readers and in a grey print), Okabe and Ito's blue and
vermilion for two sources. Nothing is said by colour alone: position, shape or hatching says it too.

The font is the DejaVu Sans that ships with matplotlib, taken by its path and not by its name, so a
font of the machine never takes its place; texts become outlines in the SVG. It holds Arabic, which
matplotlib shapes and orders itself (libraqm, from 3.11 on; checked on rendered pictures).
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, cast
from unicodedata import bidirectional

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from readiness.language import Language, direction, numbers

WIDE = 720
"""Width of a chart in the report, in CSS pixels (96 to the inch)."""

NARROW = 350
"""Width of a chart on a telephone of 390 px, without the page's margins."""

POINTS_PER_PIXEL = 0.75

BODY = 9.0
SMALL = 8.0
"""Type sizes in points: 12 and about 11 CSS pixels."""

INK = "#1a1a1a"
MUTED = "#555555"
GRID = "#d9d9d9"
NEUTRAL = "#c7c7c7"
STAMP = "#a50f15"
BLUE = "#0072b2"
VERMILION = "#c44e00"

LOW_COLOURS = ("#8c510a", "#d8b365", "#f0ddb4")
"""Levels left of the centre, the outermost first."""
HIGH_COLOURS = ("#01665e", "#5ab4ac", "#bfe3df")
"""Levels right of the centre, the outermost first."""
CATEGORIES = ("#0072b2", "#f0e442", "#c44e00", "#9fd4f2", "#4d4d4d", "#e3a6c6")
"""Levels without an order: neighbours differ in hue and, for a grey print, in lightness."""

STYLE: dict[str, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "readiness",
    "figure.dpi": 72,
    "savefig.dpi": 72,
    "text.hinting": "no_hinting",
    "path.simplify": False,
    "hatch.linewidth": 0.8,
    "axes.unicode_minus": True,
}


@dataclass(frozen=True)
class Chart:
    """A finished chart.

    `svg` is the picture, `alt` its alternative text (without digits: the numbers stand in the table
    beside it), `ids` the register ids of the numbers drawn.
    """

    svg: bytes
    alt: str
    ids: tuple[str, ...] = field(default=())


# Windows, and a setting that matplotlib 3.11 deprecates and warns about when it is named.
_NOT_STYLE = ("backend", "webagg", "tk.", "toolbar", "interactive", "text.hinting_factor")


@contextmanager
def chart_style() -> Iterator[None]:
    """Matplotlib's own defaults plus `STYLE`, whatever the user's matplotlibrc says."""
    settings: dict[str, Any] = {
        key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith(_NOT_STYLE)
    }
    settings.update(STYLE)
    with mpl.rc_context(cast("Any", settings)):
        yield


@cache
def font(size: float, *, bold: bool = False) -> FontProperties:
    """The bundled DejaVu Sans at `size` points."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return FontProperties(fname=str(Path(mpl.get_data_path(), "fonts", "ttf", name)), size=size)


class Sheet:
    """A figure of a fixed width whose panels are placed in points from the top left corner.

    In a language that is read from right to left panels are mirrored, so that row labels stand at
    the right; axes of amounts keep their direction, as they do in Moroccan schools and statistics.
    """

    def __init__(self, width_px: int, height: float, language: Language) -> None:
        self.width = width_px * POINTS_PER_PIXEL
        self.height = height
        self.rtl = direction(language) == "rtl"
        self.figure = Figure(figsize=(self.width / 72, height / 72), dpi=72)
        FigureCanvasAgg(self.figure)
        # The whole sheet, in points, y downwards: legends, headers, notes.
        self.page = self.panel(0, 0, self.width, height, (0, self.width), (height, 0))

    def panel(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        xlim: tuple[float, float],
        ylim: tuple[float, float],
    ) -> Axes:
        """Bare axes at a place given in points, with data limits; no ticks, no frame."""
        if self.rtl:
            left = self.width - left - width
        axes = self.figure.add_axes(
            (
                left / self.width,
                1 - (top + height) / self.height,
                width / self.width,
                height / self.height,
            )
        )
        axes.set_axis_off()
        axes.set_xlim(*xlim)
        axes.set_ylim(*ylim)
        return axes

    def start(self, left: float) -> tuple[float, str]:
        """Where text that begins `left` points from the reading edge stands, and its alignment."""
        return (self.width - left, "right") if self.rtl else (left, "left")

    def write(
        self,
        axes: Axes,
        x: float,
        y: float,
        text: str,
        *,
        size: float = BODY,
        bold: bool = False,
        colour: str = INK,
        align: str = "left",
        vertical: str = "center",
        **more: Any,
    ) -> Text:
        """A text in the bundled font; never read as mathematics."""
        return axes.text(
            x,
            y,
            directed(text),
            fontproperties=font(size, bold=bold),
            color=colour,
            ha=align,
            va=vertical,
            parse_math=False,
            clip_on=False,
            **more,
        )


_RIGHT_TO_LEFT_MARK = "\u200f"


def directed(text: str) -> str:
    """A text with letters that run from right to left, marked as such whatever it begins with."""
    mirrored = any(bidirectional(character) in ("R", "AL") for character in text)
    return _RIGHT_TO_LEFT_MARK + text if mirrored else text


@cache
def _ruler() -> tuple[Figure, FigureCanvasAgg]:
    figure = Figure(figsize=(1, 1), dpi=72)
    return figure, FigureCanvasAgg(figure)


def _renderer(canvas: Any) -> Any:
    return canvas.get_renderer()  # matplotlib leaves it untyped


@cache
def measure(text: str, *, size: float = BODY, bold: bool = False) -> float:
    """The width of a text in the bundled font, in points."""
    figure, canvas = _ruler()
    artist = figure.text(
        0, 0, directed(text), fontproperties=font(size, bold=bold), parse_math=False
    )
    width = artist.get_window_extent(_renderer(canvas)).width
    artist.remove()
    return float(width)


def wrap(text: str, width: float, *, size: float = BODY, bold: bool = False) -> list[str]:
    """A text broken at spaces into lines of at most `width` points (a longer word stands alone)."""
    lines: list[str] = []
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer, size=size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shades(colours: tuple[str, ...], count: int) -> list[str]:
    """`count` colours from the first of `colours` on; more than there are lie between them."""
    if count <= len(colours):
        return list(colours[:count])
    parts = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in colours]
    found = []
    for k in range(count):
        place = k * (len(colours) - 1) / (count - 1)
        i = min(int(place), len(colours) - 2)
        pairs = zip(parts[i], parts[i + 1], strict=True)
        mixed = [round(a + (b - a) * (place - i)) for a, b in pairs]
        found.append("#{:02x}{:02x}{:02x}".format(*mixed))
    return found


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on `colour` (relative luminance, WCAG 2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else INK


def to_svg(figure: Figure, title: str) -> bytes:
    """The figure as SVG: the same bytes for the same figure, with no date, host or version."""
    buffer = io.BytesIO()
    with chart_style():
        figure.savefig(
            buffer, format="svg", metadata={"Date": None, "Creator": None, "Title": title}
        )
    return buffer.getvalue()


STAMP_HEIGHT = 22.0


def draw_stamp(sheet: Sheet, text: str) -> None:
    """A framed stamp at the top, on the side where reading ends: what is simulated says so."""
    x, align = (4, "left") if sheet.rtl else (sheet.width - 4, "right")
    artist = sheet.write(sheet.page, x, 9, text, bold=True, colour=STAMP, align=align)
    artist.set_bbox({"boxstyle": "square,pad=0.3", "facecolor": "none", "edgecolor": STAMP})
    artist.set_gid("stamp")


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a patch of `colour` (with a hatch) or a marker, and its label."""

    label: str
    colour: str
    hatch: str = ""
    marker: str = ""
    filled: bool = True


KEY_LINE = 15.0


def key_lines(keys: list[Key], width: float) -> list[list[Key]]:
    """Legend entries broken into lines of at most `width` points."""
    lines: list[list[Key]] = []
    used = 0.0
    for key in keys:
        need = _key_width(key)
        if not lines or used + need > width:
            lines.append([])
            used = 0.0
        lines[-1].append(key)
        used += need
    return lines


def _key_width(key: Key) -> float:
    return 15 + measure(key.label, size=SMALL) + 14


def draw_keys(
    sheet: Sheet, lines: list[list[Key]], left: float, top: float, *, reading: bool = True
) -> None:
    """Draw a legend from (`left`, `top`) on; ordered in reading direction, or always left to right.

    An ordered scale keeps the direction of its axis (`reading=False`), also in Arabic.
    """
    mirrored = sheet.rtl and reading
    for i, line in enumerate(lines):
        y = top + KEY_LINE * i + KEY_LINE / 2
        x = sheet.width - left if mirrored else left
        if sheet.rtl and not reading:
            x = sheet.width - left - sum(_key_width(key) for key in line) + 14
        for key in line:
            _draw_key(sheet, key, x, y, mirrored=mirrored)
            x += -_key_width(key) if mirrored else _key_width(key)


def _draw_key(sheet: Sheet, key: Key, x: float, y: float, *, mirrored: bool) -> None:
    centre = x - 5.5 if mirrored else x + 5.5
    if key.marker:
        sheet.page.plot(
            [centre],
            [y],
            marker=key.marker,
            markersize=7,
            linestyle="none",
            markerfacecolor=key.colour if key.filled else "white",
            markeredgecolor=key.colour,
        )
    else:
        sheet.page.add_patch(
            Rectangle(
                (centre - 4.5, y - 4.5),
                9,
                9,
                facecolor=key.colour,
                edgecolor=MUTED if key.colour == "white" else "white" if key.hatch else "none",
                hatch=key.hatch,
                linewidth=0,
            )
        )
    sheet.write(
        sheet.page,
        x - 15 if mirrored else x + 15,
        y,
        key.label,
        size=SMALL,
        align="right" if mirrored else "left",
    )


def draw_notes(sheet: Sheet, notes: list[str], top: float) -> None:
    """Lines of small text below a chart."""
    x, align = sheet.start(0)
    for i, note in enumerate(notes):
        sheet.write(
            sheet.page, x, top + NOTE_LINE * (i + 0.5), note, size=SMALL, colour=MUTED, align=align
        )


NOTE_LINE = 13.0


AXIS_HEIGHT = 18.0


def draw_share_axis(
    sheet: Sheet,
    axes: Axes,
    spans: list[tuple[float, float]],
    language: Language,
    *,
    zero: bool = False,
) -> None:
    """Grid lines of a panel of shares, labelled above it in percent.

    Lines stand every 5, 10, 25 or 50 points, as their labels have room; `zero` emphasises the line
    at 0, on both sides of which shares count from it.
    """
    step = next(s for s in (0.05, 0.1, 0.25, 0.5) if _room(sheet, axes, s) >= 34 or s == 0.5)
    low, high = axes.get_xlim()
    ticks = [k * step for k in range(-20, 21) if max(low, -1.0) - 1e-9 <= k * step]
    ticks = [tick for tick in ticks if tick <= min(high, 1.0) + 1e-9]
    labels = [numbers.number(round(abs(tick), 2), "share", 0, language) for tick in ticks]
    _draw_axis(sheet, axes, spans, dict(zip(ticks, labels, strict=True)), zero=zero)


def draw_number_axis(
    sheet: Sheet, axes: Axes, spans: list[tuple[float, float]], language: Language
) -> None:
    """Grid lines of a panel of numbers, labelled above it, at round steps."""
    low, high = axes.get_xlim()
    sizes = [(m, e) for e in range(-6, 13) for m in (1, 2, 5)]
    m, e = next((m, e) for m, e in sizes if _room(sheet, axes, m * 10.0**e) >= 44)
    step = m * 10.0**e
    ticks = [k * step for k in range(math.ceil(low / step), math.floor(high / step + 1e-9) + 1)]
    digits = max(0, -e)
    labels = [numbers.number(round(tick, digits), "number", digits, language) for tick in ticks]
    _draw_axis(sheet, axes, spans, dict(zip(ticks, labels, strict=True)))


def _room(sheet: Sheet, axes: Axes, step: float) -> float:
    """The points between two ticks that are `step` apart."""
    low, high = axes.get_xlim()
    return axes.get_position().width * sheet.width / (high - low) * step


def _draw_axis(
    sheet: Sheet,
    axes: Axes,
    spans: list[tuple[float, float]],
    labels: dict[float, str],
    *,
    zero: bool = False,
) -> None:
    for tick, label in labels.items():
        strong = zero and abs(tick) < 1e-9
        for top, bottom in spans:
            axes.plot(
                [tick, tick],
                [top, bottom],
                color=INK if strong else GRID,
                linewidth=1.2 if strong else 0.8,
                zorder=3 if strong else 0.5,
                solid_capstyle="butt",
            )
        middle = axes.transData.transform((tick, 0))[0]  # points: the figure has 72 to the inch
        half = measure(label, size=SMALL) / 2
        if half <= middle <= sheet.width - half:  # else it would be cut
            sheet.write(axes, tick, -7, label, size=SMALL, colour=MUTED, align="center")
