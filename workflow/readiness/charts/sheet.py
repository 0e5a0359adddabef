"""The sheet that a chart is drawn on, in CSS pixels from the top left corner, and its SVG.

Texts stay texts: readers can select, translate and search them. In a language that is read from
right to left panels and labels are mirrored; axes of amounts keep their direction.

A page shows its charts in the reader's own font, so widths of texts are those of the packages' font
family, enlarged to the widths of DejaVu Sans, which is wider than nearly every other sans-serif.
Arabic letters are as wide as their isolated forms; combining marks and direction characters have no
width.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Literal
from unicodedata import bidirectional, category, normalize
from xml.sax.saxutils import escape, quoteattr

from readiness.charts import palette
from readiness.language import Language, direction
from readiness.pages import fonts

# Type sizes in CSS pixels; nothing is smaller than SMALL.
TITLE, BODY, SMALL = 16.0, 13.5, 12.0

# Width of a text in DejaVu Sans relative to the font that the package brings; key: bold or not.
_WIDER = {False: 1.16, True: 1.26}


@cache
def _read_advances(bold: bool) -> dict[int, float]:
    """Return the width of each character code of the family as a part of the type size."""
    from fontTools.ttLib import TTFont

    with TTFont(fonts.own_file(fonts.BOLD if bold else fonts.REGULAR), lazy=True) as font:
        em, widths = font["head"].unitsPerEm, font["hmtx"].metrics
        return {code: widths[name][0] / em for code, name in font.getBestCmap().items()}


@cache
def _measure_advance(character: str, bold: bool) -> float:
    """Return the width of a character in em; a character without a glyph counts as one em."""
    if category(character) in ("Mn", "Cf"):
        return 0.0
    plain = normalize("NFKC", character)
    if len(plain) == 1 and plain.isascii():
        character = plain  # a narrow space or a raised letter is no wider than its plain form
    width = _read_advances(bold).get(ord(character), 1.0)
    return width if bidirectional(character) == "AL" else width * _WIDER[bold]


@cache
def measure(text: str, *, size: float = BODY, bold: bool = False) -> float:
    """Return the width of a text in CSS pixels; `size`: type size in pixels."""
    return size * sum(_measure_advance(character, bold) for character in text)


def wrap(text: str, width: float, *, size: float = BODY, bold: bool = False) -> list[str]:
    """Return a text broken at spaces into lines of at most `width` pixels; a longer word is cut."""
    lines: list[str] = []
    width += 1e-6  # a room computed from the text's own width must fit the text
    words = [part for word in text.split(" ") for part in _cut_word(word, width, size, bold)]
    for word in words:
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and measure(longer, size=size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut_word(word: str, width: float, size: float, bold: bool) -> Iterator[str]:
    """Cut a word into parts of at most `width` pixels, each with at least one character."""

    def width_of(end: int) -> float:
        return measure(word[:end], size=size, bold=bold)

    while len(word) > 1 and width_of(len(word)) > width:
        end = max(1, bisect_right(range(len(word)), width, key=width_of) - 1)
        yield word[:end]
        word = word[end:]
    yield word


# Width of a chart in CSS pixels: in the report, and on a telephone of 390 px without its margins.
WIDE, NARROW = 720, 350
# Margin in pixels around a chart in a file.
MARGIN = 16.0

Align = Literal["left", "middle", "right"]
Shape = Literal["circle", "square"]
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_RAISED = re.compile("([\u1d2c-\u1dbf])([^\u1d2c-\u1dbf]*)")


@dataclass(frozen=True)
class Word:
    """A text on the sheet; `x`: its `align`ed end, `y`: the middle of its height."""

    text: str
    x: float
    y: float
    size: float
    bold: bool
    align: Align
    id: str = ""

    @property
    def width(self) -> float:
        """Largest width in pixels."""
        return measure(self.text, size=self.size, bold=self.bold)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the text, in pixels."""
        left = self.x - {"left": 0.0, "middle": self.width / 2, "right": self.width}[self.align]
        return (left, self.y - 0.5 * self.size, left + self.width, self.y + 0.5 * self.size)


@dataclass(frozen=True)
class Mark:
    """A shape on the sheet.

    `id`: id of the number that is drawn. `box`: left, top, right and bottom in pixels.
    """

    kind: str
    id: str
    box: tuple[float, float, float, float]
    fill: str = ""
    stroke: str = ""
    dashed: bool = False

    @property
    def x(self) -> float:
        """Middle of the width."""
        return (self.box[0] + self.box[2]) / 2

    @property
    def y(self) -> float:
        """Middle of the height."""
        return (self.box[1] + self.box[3]) / 2


@dataclass(frozen=True)
class Panel:
    """A panel `width` pixels wide from `left` on, in which amounts go from `low` to `high`."""

    left: float
    width: float
    low: float
    high: float

    def x(self, amount: float) -> float:
        """Return the horizontal position of an amount, in pixels."""
        return self.left + (amount - self.low) * self.unit

    @property
    def unit(self) -> float:
        """Number of pixels per amount of 1."""
        return self.width / (self.high - self.low)


def number(value: float) -> str:
    """Return a coordinate as text, to a tenth of a pixel."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def drop_forbidden(text: str) -> str:
    """Return a text with U+FFFD in place of characters that XML forbids."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def write_raised(text: str) -> str:
    """Return a text as XML; raised letters, which few fonts have, become shifted small letters."""

    def lift(found: re.Match[str]) -> str:
        letter, after = normalize("NFKC", found[1]), found[2]
        back = f'<tspan dy="4">{after}</tspan>' if after else ""
        return f'<tspan dy="-4" font-size="9">{letter}</tspan>{back}'

    return _RAISED.sub(lift, escape(text))


def set_direction(text: str) -> str:
    """Prepare a text for a picture.

    Apostrophes become curved, a text with right-to-left letters is isolated, and characters that
    XML forbids become U+FFFD.
    """
    text = re.sub(r"(?<=\w)'(?=\w)", "\N{RIGHT SINGLE QUOTATION MARK}", drop_forbidden(text))
    mirrored = any(bidirectional(character) in ("R", "AL") for character in text)
    return text.join(("\u2067", "\u2069")) if mirrored else text


@dataclass
class Drawing:
    """A drawing that grows downwards; the caller sets `height` at the end.

    `words` and `marks` hold the texts and shapes in drawing order; `name` is a prefix of the ids in
    the SVG, so that several drawings can stand in one page.
    """

    width: float
    language: Language
    name: str = "chart"
    height: float = 0.0
    words: list[Word] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    _parts: list[str] = field(default_factory=list)
    _hatched: bool = False
    # `head`: number of parts in the head, and its lower edge. `foot`: number of parts before the
    # foot, and its upper edge.
    head: tuple[int, float] = (0, 0.0)
    foot: tuple[int, float] = (0, 0.0)

    @property
    def rtl(self) -> bool:
        """True for a language that is read from right to left."""
        return direction(self.language) == "rtl"

    def close_head(self, y: float) -> None:
        """End the head at `y`: a page states these texts beside the picture."""
        self.head = (len(self._parts), y)

    def open_foot(self, y: float) -> None:
        """Begin the foot at `y`: a report states these texts once for all its pictures."""
        self.foot = (len(self._parts), y)

    def start(self, left: float = 0.0) -> tuple[float, Align]:
        """Return x and alignment of a text that begins `left` pixels from the reading edge."""
        return (self.width - left, "right") if self.rtl else (left, "left")

    def end(self, right: float = 0.0) -> tuple[float, Align]:
        """Return x and alignment of a text that ends `right` pixels before the far edge."""
        return (right, "left") if self.rtl else (self.width - right, "right")

    def mirror(self, left: float, width: float) -> float:
        """Return the left side of a box `width` wide, `left` pixels from the reading edge."""
        return self.width - left - width if self.rtl else left

    def panel(self, left: float, width: float, low: float, high: float) -> Panel:
        """Return a scale of amounts, `left` pixels from the reading edge; it grows to the right."""
        return Panel(self.mirror(left, width), width, low, high)

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = BODY,
        bold: bool = False,
        colour: str = "ink",
        align: Align = "left",
        id: str = "",
        tick: bool = False,
    ) -> Word:
        """Write a text whose middle height is at `y`; return it.

        `id`: the id of the register's number shown; `tick`: the text is a number of an axis.
        """
        word = Word(text, x, y, size, bold, align, id)
        self.words.append(word)
        more = {
            "x": number(x),
            "y": number(y + 0.355 * size),
            "text-anchor": {"left": "", "middle": "middle", "right": "end"}[align],
            "font-size": "" if size == SMALL else number(size),
            "font-weight": "700" if bold else "",
            "data-id": id,
        }
        self._add("text", more, fill=colour, kind="tick" if tick else "", text=set_direction(text))
        return word

    def rect(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "",
        stroke: str = "",
        dashed: bool = False,
        weight: float = 1.0,
        id: str = "",
        round: float = 0.0,
    ) -> None:
        """Draw a rectangle from its top left corner; without `fill` it is empty."""
        more = {**_write_box(x, y, width, height), "rx": number(round) if round else ""}
        more |= _style_lines(stroke, weight, "5 4" if dashed else "")
        self._add("rect", more, fill=fill or "none", stroke=stroke)
        box = (x, y, x + width, y + height)
        self.marks.append(Mark("rect", id, box, fill, stroke, dashed=dashed))

    def hatch(self, x: float, y: float, width: float, height: float, *, id: str = "") -> None:
        """Draw diagonal stripes in the paper's colour over a rectangle."""
        self._hatched = True
        self._add("rect", {**_write_box(x, y, width, height), "fill": f"url(#{self.name}-hatch)"})
        self.marks.append(Mark("hatch", id, (x, y, x + width, y + height)))

    def line(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        colour: str = "ink",
        weight: float = 1.0,
        dash: str = "",
        id: str = "",
    ) -> None:
        """Draw a straight line."""
        more = {"d": f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}"}
        self._add("path", more | _style_lines(colour, weight, dash), stroke=colour)
        box = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
        self.marks.append(Mark("line", id, box, stroke=colour, dashed=bool(dash)))

    def marker(
        self,
        x: float,
        y: float,
        shape: Shape,
        *,
        size: float = 10.0,
        colour: str = "accent",
        filled: bool = True,
        id: str = "",
    ) -> None:
        """Draw a marker centred on a point, `size` pixels wide; an unfilled one shows the paper."""
        half, fill = size / 2 - 0.75, colour if filled else "paper"
        tag, more = "circle", {"cx": number(x), "cy": number(y), "r": number(half)}
        if shape == "square":
            tag, more = "rect", _write_box(x - half, y - half, 2 * half, 2 * half)
        self._add(tag, more | _style_lines(colour, 1.5, ""), fill=fill, stroke=colour)
        self.marks.append(Mark(shape, id, (x - half, y - half, x + half, y + half), fill, colour))

    def _add(
        self,
        tag: str,
        attributes: dict[str, str],
        *,
        fill: str = "",
        stroke: str = "",
        kind: str = "",
        text: str | None = None,
    ) -> None:
        """Append an SVG element; colour tokens become attributes and classes."""
        classes = [kind] if kind else []
        if fill == "none":
            attributes["fill"] = fill
        # Texts are in ink unless they have another colour, so ink needs no attribute.
        elif fill and (tag, fill) != ("text", "ink"):
            attributes["fill"] = palette.light(fill)
            classes += [f"k-{fill}"] if not fill.startswith("#") else []
        if stroke:
            attributes["stroke"] = palette.light(stroke)
            classes += [f"s-{stroke}"]
        attributes["class"] = " ".join(classes)
        inside = "/>" if text is None else f">{write_raised(text)}</{tag}>"
        self._parts.append(f"<{tag}{_write_attributes(attributes)}{inside}")

    def svg(self, title: str, description: str = "") -> bytes:
        """Return the sheet as SVG, with the same bytes on every machine.

        `title`, `description`: texts for assistive technology.
        """
        size = number(self.width + 2 * MARGIN), number(self.height + 2 * MARGIN)
        corner = number(-MARGIN)
        attributes = {
            "xmlns": "http://www.w3.org/2000/svg",
            "class": "chart",
            "viewBox": f"{corner} {corner} {size[0]} {size[1]}",
            "width": size[0],
            "height": size[1],
            "data-head": number(self.head[1]),
            "data-foot": number(self.foot[1] if self.foot[0] else self.height),
            "direction": "ltr",
            "role": "img",
            "xml:lang": self.language,
            "font-family": fonts.css(),
            "font-size": number(SMALL),
            "fill": palette.light("ink"),
        }
        paper, shown = palette.light("paper"), _write_attributes(attributes)
        head = [f"<svg{shown}>", f"<title>{escape(drop_forbidden(title))}</title>"]
        if description:
            head.append(f"<desc>{escape(drop_forbidden(description))}</desc>")
        if self._hatched:
            head.append(
                f'<defs><pattern id="{self.name}-hatch" width="6" height="6"'
                ' patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M1 0V6"'
                f' stroke-width="2" stroke="{paper}" class="s-paper"/></pattern></defs>'
            )
        place = f'x="{corner}" y="{corner}" width="{size[0]}" height="{size[1]}"'
        head.append(f'<rect {place} fill="{paper}" class="k-paper"/>')
        first, last = self.head[0], self.foot[0] or len(self._parts)
        parts = {"head": self._parts[:first], "foot": self._parts[last:]}
        above, below = (
            [f'<g data-part="{name}">', *group_parts, "</g>"] if group_parts else []
            for name, group_parts in parts.items()
        )
        return "\n".join([*head, *above, *self._parts[first:last], *below, "</svg>", ""]).encode()


def _write_attributes(attributes: dict[str, str]) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items() if value)


_AROUND = re.compile(r'<g data-part="(?:head|foot)">.*?</g>\n', re.DOTALL)
_SIZE = re.compile(
    r'viewBox="\S+ \S+ (\S+) \S+" width="\S+" height="\S+" data-head="(\S+)" data-foot="(\S+)"'
)


def crop(svg: str) -> str:
    """Return a sheet's SVG without head, foot and margins: a report has these beside it."""

    def resize(found: re.Match[str]) -> str:
        width = number(float(found[1]) - 2 * MARGIN)
        height = number(float(found[3]) - float(found[2]))
        return f'viewBox="0 {found[2]} {width} {height}" width="{width}" height="{height}"'

    return _SIZE.sub(resize, _AROUND.sub("", svg), count=1)


def _write_box(*sides: float) -> dict[str, str]:
    return dict(zip(("x", "y", "width", "height"), map(number, sides), strict=True))


def _style_lines(colour: str, weight: float, dash: str) -> dict[str, str]:
    if not colour:
        return {}
    return {"stroke-width": "" if weight == 1 else number(weight), "stroke-dasharray": dash}
