"""Pictures: panels with the texts around them, the alternative text, and the files of a chart.

Ribbon, title, subtitle and legend stand above the panels, notes below: each function draws from a
height on and returns the height at which it ended, so that a chart is built from top to bottom.

A label that a spreadsheet would run as a formula is escaped in the table; the register has it
unescaped. Typst draws the PNG, for users who cannot place an SVG, with the fonts of the packages
alone: the same bytes on every machine.
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

import pandas as pd

from readiness.charts import palette
from readiness.charts.figures import DrawnFigure
from readiness.charts.sheet import (
    BODY,
    NARROW,
    SMALL,
    TITLE,
    WIDE,
    Align,
    Drawing,
    Shape,
    measure,
    wrap,
)
from readiness.disclosure import escape_words
from readiness.ground.errors import RenderError
from readiness.ground.facts import Fact
from readiness.ground.tables import to_csv
from readiness.language import Language, tell, text
from readiness.pages.fonts import own_folder

RIBBON, NOTE_LINE, KEY_LINE, KEY_SIZE = 24.0, 17.0, 22.0, 15.0
_KEY_GAP, _BETWEEN = 7.0, 18.0
BETWEEN_NOTES = " · "


@dataclass(frozen=True)
class LegendKey:
    """An entry of a legend: its look and its label.

    `look`: `patch`, `hatch`, `outline` (an empty patch), `framed` (a patch with a frame of ink),
    `stroke` (a line), or a marker's shape.
    """

    label: str
    colour: str
    look: Literal["patch", "hatch", "outline", "framed", "stroke"] | Shape = "patch"
    filled: bool = True

    @property
    def width(self) -> float:
        """Width in pixels, with the space after the entry."""
        return KEY_SIZE + _KEY_GAP + measure(self.label, size=BODY) + _BETWEEN

    def draw(self, sheet: Drawing, x: float, y: float) -> None:
        """Draw the sample of the look; `x`: its left side, `y`: the middle of its height."""
        box = (x, y - KEY_SIZE / 2, KEY_SIZE, KEY_SIZE)
        match self.look:
            case "stroke":
                sheet.line(x, y, x + KEY_SIZE, y, colour=self.colour, weight=2)
            case "outline":
                inner = (x + 1, box[1] + 1, KEY_SIZE - 2, KEY_SIZE - 2)
                sheet.rect(*inner, stroke=self.colour, weight=2)
            case "framed":
                inner = (x + 1, box[1] + 1, KEY_SIZE - 2, KEY_SIZE - 2)
                sheet.rect(*inner, fill=self.colour, stroke="ink", weight=2)
            case "patch" | "hatch":
                sheet.rect(*box, fill=self.colour)
                if self.look == "hatch":
                    sheet.hatch(*box)
            case shape:
                at = (x + KEY_SIZE / 2, y)
                sheet.marker(*at, shape, size=12, colour=self.colour, filled=self.filled)


def draw_head(
    sheet: Drawing, title: str, question: str = "", subtitle: str = "", *, simulated: bool
) -> float:
    """Draw the ribbon of a simulated wave, title, question and subtitle; return where they end."""
    y, (x, align) = 0.0, sheet.start()
    if simulated:
        sheet.rect(0, 0, sheet.width, RIBBON, fill="stamp", id="stamp")
        ribbon, ribbon_colour = text("report.simulated.title", sheet.language), palette.on("stamp")
        middle = (sheet.width / 2, RIBBON / 2)
        sheet.write(*middle, ribbon, bold=True, colour=ribbon_colour, align="middle", id="stamp")
        y = RIBBON + 8
    for line in wrap(title, sheet.width, size=TITLE, bold=True):
        sheet.write(x, y + 11, line, size=TITLE, bold=True, align=align)
        y += 22
    y = draw_lines(sheet, question, y)
    sheet.close_head(y)
    return draw_lines(sheet, subtitle, y) + 6


def draw_lines(sheet: Drawing, said: str, top: float, *, bold: bool = False) -> float:
    """Draw a text in lines, small or `bold`, from `top` on; return where it ends.

    An empty text draws nothing.
    """
    x, align = sheet.start()
    size, colour = (BODY, "ink") if bold else (SMALL, "muted")
    for line in wrap(said, sheet.width, size=size, bold=bold) if said else []:
        sheet.write(x, top + NOTE_LINE / 2, line, size=size, bold=bold, colour=colour, align=align)
        top += NOTE_LINE
    return top


def draw_keys(
    sheet: Drawing, entries: Sequence[LegendKey], top: float, *, reading: bool = True
) -> float:
    """Draw a legend in as many lines as it needs; return the height at which it ends.

    `reading`: in reading direction, else from left to right.
    """
    mirrored = sheet.rtl and reading
    room, text_offset = sheet.width - KEY_SIZE - _KEY_GAP, KEY_SIZE + _KEY_GAP
    lines: list[list[LegendKey]] = []
    used = 0.0
    for key in entries:
        if not lines or used + key.width - _BETWEEN > sheet.width:
            lines.append([])
            used = 0.0
        lines[-1].append(key)
        used += key.width
    for line in lines:
        y = top + KEY_LINE / 2
        x = sheet.width if mirrored else 0.0
        if sheet.rtl and not reading:
            x = max(0.0, sheet.width - sum(key.width for key in line) + _BETWEEN)
        most_lines = 1
        for key in line:
            key.draw(sheet, x - KEY_SIZE if mirrored else x, y)
            label_end: tuple[float, Align] = (
                (x - text_offset, "right") if mirrored else (x + text_offset, "left")
            )
            label_lines = wrap(key.label, room, size=BODY)
            for k, part in enumerate(label_lines):
                sheet.write(label_end[0], y + NOTE_LINE * k, part, align=label_end[1])
            most_lines = max(most_lines, len(label_lines))
            x += -key.width if mirrored else key.width
        top += KEY_LINE + NOTE_LINE * (most_lines - 1)
    return top


Cell = str | int | float | None
# Columns of the table of a chart of registered numbers.
COLUMNS = [
    *("id", "row", "column", "value", "lower", "upper"),
    *("unit", "n", "reliability", "suppressed"),
]


class Panel(Protocol):
    """A part of a picture, below the part before."""

    def draw(self, sheet: Drawing, top: float) -> float:
        """Draw the panel from height `top` on; return the height at which it ends."""
        ...


@dataclass(frozen=True)
class Picture:
    """A chart in one language, for any width.

    `title`: the finding, else the question; `question`: the question, where the title states the
    finding; both stand beside the picture in a report. `facts`: the alternative text. `keys`: the
    legend above the panels, in reading direction or, with `keys_fixed`, from left to right as an
    ordered scale. `notes` stand below, then the explanations of `signs` and the `standing` of the
    numbers, which a report states once for all its pictures. A picture without panels prints the
    first of `facts`: the reason. `table`: the numbers, the same columns in each row.
    """

    title: str
    facts: Sequence[Fact]
    language: Language
    panels: Sequence[Panel] = ()
    simulated: bool = False
    question: str = ""
    subtitle: str = ""
    keys: Sequence[LegendKey] = ()
    keys_fixed: bool = False
    notes: Sequence[str] = ()
    signs: Sequence[str] = ()
    standing: str = ""
    table: Sequence[Mapping[str, Cell]] = ()

    @property
    def alt(self) -> str:
        """Alternative text; the chart's numbers stand in the table beside it."""
        return " ".join(tell(fact, self.language) for fact in self.facts)

    def sheet(self, width: int = WIDE, name: str = "chart") -> Drawing:
        """Draw the picture; every mark of a registered number carries its id.

        `width`: in CSS pixels. `name`: prefix of the ids in the SVG.
        """
        sheet = Drawing(width, self.language, name)
        head_texts = (self.title, self.question, self.subtitle)
        top = draw_head(sheet, *head_texts, simulated=self.simulated)
        if self.panels:
            top = draw_keys(sheet, self.keys, top, reading=not self.keys_fixed) + 4
        else:
            top = draw_lines(sheet, tell(self.facts[0], self.language), top)
        for panel in self.panels:
            top = panel.draw(sheet, top) + 8
        top = draw_lines(sheet, BETWEEN_NOTES.join(self.notes), top)
        sheet.open_foot(top)
        for note in (BETWEEN_NOTES.join(self.signs), self.standing):
            top = draw_lines(sheet, note, top)
        sheet.height = top + 4
        return sheet

    def svg(self, width: int = WIDE, name: str = "chart") -> bytes:
        """Return the picture as SVG; `width`: in CSS pixels, `name`: prefix of the ids in it."""
        title = " ".join(filter(None, [self.title, self.question]))
        return self.sheet(width, name).svg(title, self.alt)


def nothing(
    title: str, language: Language, *, simulated: bool = False, why: str = "charts.nothing"
) -> Picture:
    """Return a picture without numbers: one sentence, the fact `why`, in place of the panels."""
    facts = [Fact(why, {"item": title} if why == "charts.nothing" else {})]
    facts += [Fact("charts.alt.simulated")] if simulated else []
    return Picture(title, facts, language, simulated=simulated)


def table_of(numbers: Iterable[tuple[DrawnFigure, str, str]]) -> list[dict[str, Cell]]:
    """Return the table of a chart: the numbers as released, each with its row and its column."""
    return [
        {
            "id": figure.id,
            "row": row,
            "column": column,
            **{n: getattr(figure, n) for n in COLUMNS[3:]},
        }
        for figure, row, column in numbers
    ]


def files_of(pictures: Mapping[str, Picture], standing: str) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file: SVG wide and narrow, text, CSV and PNG of each picture.

    `pictures`: by name. `standing`: the line below each picture. Raises RenderError as `to_png`.
    """
    pictures = {n: replace(original, standing=standing) for n, original in pictures.items()}
    wide = {name: picture.svg(WIDE, f"{name}-w") for name, picture in pictures.items()}
    for name, picture in pictures.items():
        yield f"{name}.svg", wide[name]
        yield f"{name}-narrow.svg", picture.svg(NARROW, f"{name}-n")
        yield f"{name}.txt", f"{picture.alt}\n".encode()
        columns = list(picture.table[0]) if picture.table else COLUMNS
        table = pd.DataFrame(list(picture.table), columns=columns)
        yield f"{name}.csv", to_csv(escape_words(table)).encode()
    for name, drawn in zip(wide, to_png(list(wide.values())), strict=True):
        yield f"{name}.png", drawn


# A fixed time, so that the PNG does not depend on the hour at which it was drawn.
TIMESTAMP = 946_684_800


def to_png(pictures: Sequence[bytes]) -> list[bytes]:
    """Return each SVG as a PNG, in the same order.

    Raises RenderError where Typst cannot draw a picture.
    """
    import typst

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        for k, picture in enumerate(pictures):
            (work / f"{k}.svg").write_bytes(picture)
        pages = [f'#page(image("{k}.svg"))' for k in range(len(pictures))]
        head = "#set page(width: auto, height: auto, margin: 0pt)"
        (work / "charts.typ").write_text("\n".join([head, *pages]) + "\n", "utf-8")
        try:
            compiled = typst.compile(
                str(work / "charts.typ"),
                root=str(work),
                font_paths=[str(own_folder())],
                ignore_system_fonts=True,
                format="png",
                # One and a half pixels per CSS pixel: 96 CSS pixels an inch.
                ppi=144,
                timestamp=TIMESTAMP,
            )
        except typst.TypstError as error:
            raise RenderError(f"charts as PNG: Typst: {error}") from None
    images = compiled if isinstance(compiled, list) else [compiled]
    if len(images) != len(pictures):
        raise RenderError(f"charts as PNG: {len(images)} pages for {len(pictures)} charts.")
    return images
