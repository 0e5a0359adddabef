"""What a picture is made of: rows of marks on an axis of amounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from readiness.charts.sheet import SMALL, Shape, measure


@dataclass(frozen=True)
class TextMark:
    """A piece of what stands in a row: a number, its interval; `wide`: only where there is room."""

    text: str
    id: str = ""
    bold: bool = False
    muted: bool = False
    wide: bool = False

    @property
    def width(self) -> float:
        """How wide it is, in small type."""
        return measure(self.text, size=SMALL, bold=self.bold)


@dataclass(frozen=True)
class Dot:
    """A marker at an amount; an empty one shows the paper."""

    at: float
    shape: Shape = "circle"
    colour: str = "accent"
    filled: bool = True
    id: str = ""


@dataclass(frozen=True)
class LineMark:
    """A thin line from an amount to another."""

    low: float
    high: float
    colour: str = "ink"
    weight: float = 2.0
    id: str = ""


@dataclass(frozen=True)
class BarMark:
    """A bar, or a piece of one, with what it says where that has room.

    `height`: as a part of a row's bar. Without a `colour` it is a dashed empty box, for what is not
    published; `hatched`: to be read with caution, or told apart in grey.
    """

    low: float
    high: float
    colour: str = ""
    height: float = 1.0
    outline: str = ""
    hatched: bool = False
    text: TextMark | None = None
    id: str = ""


@dataclass(frozen=True)
class Gone:
    """An empty box in place of what is not published: where that would stand is not said."""

    text: TextMark | None = None


Mark = Dot | LineMark | BarMark | Gone


@dataclass(frozen=True)
class ChartRow:
    """A row: its label with a small text, its marks in drawing order, what is read at their side.

    `section`: it opens one. `head`: the number that stands for the row, beside its marks or on a
    telephone across from its label. `aside`: a bar from zero in a panel of its own, on the same
    scale of lengths.
    """

    label: str
    marks: Sequence[Mark] = ()
    reading: Sequence[TextMark] = ()
    small: str = ""
    bold: bool = False
    section: bool = False
    head: TextMark | None = None
    aside: BarMark | None = None


@dataclass(frozen=True)
class Rule:
    """A line across all rows at an amount."""

    at: float
    id: str
    colour: str = "ink"
    weight: float = 1.5
    dashed: bool = True


Unit = Literal["share", "number", "points", ""]


@dataclass(frozen=True)
class AmountAxis:
    """What amounts are, and where the axis ends; without a unit it has no numbers.

    The axis of shares starts at 0, that of numbers where none is below. `sides`: what lies left and
    right of 0.
    """

    unit: Unit = "share"
    rules: Sequence[Rule] = ()
    sides: tuple[str, str] | None = None

    def limits(self, rows: Sequence[ChartRow]) -> tuple[float, float]:
        """Where the axis begins and ends, for these rows."""
        amounts = [rule.at for rule in self.rules]
        for mark in (mark for row in rows for mark in row.marks):
            match mark:
                case Dot():
                    amounts.append(mark.at)
                case LineMark() | BarMark():
                    amounts += [mark.low, mark.high]
        low, high = min(amounts, default=0.0), max(amounts, default=1.0)
        if not self.unit:
            return min(low, 0.0), max(high, low + 0.1)
        if self.unit == "share":
            return 0.0, min(1.0, high + 0.03)
        pad = 0.06 * (high - low) or 1.0
        return 0.0 if self.unit == "number" and low >= 0 else low - pad, high + pad
