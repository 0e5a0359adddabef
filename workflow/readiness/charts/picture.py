"""A picture: what is said around its panels, its words for who does not see it, its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from readiness.charts import frame
from readiness.charts.figures import Figure
from readiness.charts.frame import Key
from readiness.charts.sheet import WIDE, Sheet
from readiness.facts import Fact
from readiness.language import Language, tell

Cell = str | int | float | None
COLUMNS = ["id", "row", "column", "value", "lower", "upper", "unit", "n", "reliability"]
COLUMNS += ["suppressed"]
"""What the table of a chart of registered numbers says of each."""


class Panel(Protocol):
    """A part of a picture, below the one before."""

    def draw(self, sheet: Sheet, top: float) -> float:
        """Draw it from a height on; where it ends."""
        ...


@dataclass(frozen=True)
class Picture:
    """A chart in one language, for any width.

    `title`: what was found or asked; `facts`: what the alternative text says; `keys` are above the
    panels, in reading direction or, `keys_fixed`, as an ordered scale lies; `notes` below. Without
    panels it says so: `facts` begins with why. `table`: the numbers, the same columns in each row.
    """

    title: str
    facts: Sequence[Fact]
    language: Language
    panels: Sequence[Panel] = ()
    simulated: bool = False
    subtitle: str = ""
    keys: Sequence[Key] = ()
    keys_fixed: bool = False
    notes: Sequence[str] = ()
    table: Sequence[Mapping[str, Cell]] = ()

    @property
    def alt(self) -> str:
        """The alternative text, without digits: the numbers stand in the table beside it."""
        return " ".join(tell(fact, self.language) for fact in self.facts)

    def sheet(self, width: int = WIDE, name: str = "chart") -> Sheet:
        """The picture, drawn; every mark of a registered number carries its id."""
        sheet = Sheet(width, self.language, name)
        top = frame.head(sheet, self.title, self.subtitle, simulated=self.simulated)
        if not self.panels:
            sheet.height = frame.lines(sheet, tell(self.facts[0], self.language), top) + 4
            return sheet
        top = frame.keys(sheet, self.keys, top, reading=not self.keys_fixed) + 4
        for panel in self.panels:
            top = panel.draw(sheet, top) + 8
        for note in self.notes:
            top = frame.lines(sheet, note, top)
        sheet.height = top + 4
        return sheet

    def svg(self, width: int = WIDE, name: str = "chart") -> bytes:
        """The picture as SVG; `name` prefixes the ids in it."""
        return self.sheet(width, name).svg(self.title, self.alt)


def nothing(
    title: str, language: Language, *, simulated: bool = False, why: str = "charts.nothing"
) -> Picture:
    """The picture of what has no number: a sentence in its place."""
    facts = [Fact(why, {"item": title} if why == "charts.nothing" else {})]
    facts += [Fact("charts.alt.simulated")] if simulated else []
    return Picture(title, facts, language, simulated=simulated)


def table_of(numbers: Iterable[tuple[Figure, str, str]]) -> list[dict[str, Cell]]:
    """The numbers of a chart, as released, each with its row and its column."""
    return [
        {"id": each.id, "row": row, "column": column}
        | {name: getattr(each, name) for name in COLUMNS[3:]}
        for each, row, column in numbers
    ]
