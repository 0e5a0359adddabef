"""Which numbers of people can give a study's own figures? One cell a number, from one on.

Filled: it fits if everyone answered every question. Outlined: it fits only if answers are missing.
Grey: it does not fit. A frame marks a number of people that somebody printed. The grid is read as
the page is: from right to left in Arabic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.charts import frame, palette
from readiness.charts.bases import Reported
from readiness.charts.blank import blank
from readiness.charts.finished import Cell, Chart, finish
from readiness.charts.frame import Key
from readiness.charts.metrics import BODY
from readiness.charts.rows import NARROW_BELOW
from readiness.charts.sheet import WIDE, Sheet
from readiness.charts.words import word
from readiness.facts import Fact, Listed, Printed
from readiness.language import Language, numbers

MOST = 200
"""The largest number of people that has a cell."""
COLUMNS, FEW_COLUMNS = 20, 10
GAP, HEIGHT = 4.0, 30.0
_REPORTED = {
    "all": "charts.alt.grid.reported.all",
    "missing": "charts.alt.grid.reported.missing",
    "no": "charts.alt.grid.reported.no",
}


@dataclass(frozen=True)
class BaseGrid:
    """The grid of a study's own figures; `chart()` gives the SVG and its alternative text.

    `figures`: those of each question, as printed; none, and there is nothing to show. `last`: the
    largest number of people, of which cells go up to `MOST`. `bases`: the numbers that fit if
    everyone answered; `missing`: those that fit with at most `max_missing` missing answers on each
    question. `reported`: numbers of people that somebody printed. `width` in CSS pixels.
    """

    figures: Sequence[Sequence[str]]
    last: int
    bases: frozenset[int]
    missing: frozenset[int]
    language: Language
    max_missing: int = 1
    reported: tuple[Reported, ...] = ()
    width: int = WIDE

    def chart(self, name: str = "chart") -> Chart:
        """The finished chart; it draws verdicts on numbers, which have no id of their own."""
        return finish(self.sheet(name), self.heading, self.facts(), table=self.table())

    @property
    def cells(self) -> range:
        """The numbers that have a cell."""
        return range(1, min(self.last, MOST) + 1) if self.figures else range(0)

    def state(self, n: int) -> str:
        """How a number of people fits: `all`, `missing` or `no`."""
        return "all" if n in self.bases else "missing" if n in self.missing else "no"

    def table(self) -> list[dict[str, Cell]]:
        """What is drawn: each number of people, and how it fits."""
        said = {"all": "all answered", "missing": "some missing", "no": "no"}
        printed = {each.n for each in self.reported}
        return [
            {"people": n, "fits": said[self.state(n)], "reported": "yes" if n in printed else ""}
            for n in self.cells
        ]

    @property
    def heading(self) -> str:
        """The question that the grid answers."""
        if not self.figures:
            return word("charts.bases.axis", self.language)
        sets = tuple(Listed(tuple(Printed(f) for f in each), "slash") for each in self.figures)
        return word("charts.grid.title", self.language, figures=Listed(sets))

    def facts(self) -> list[Fact]:
        """What the picture shows, without numbers; each fact chosen by what is drawn."""
        if not self.cells:
            return [Fact("charts.bases.nothing")]
        say = [Fact("charts.alt.grid")]
        states = [self.state(n) for n in self.cells]
        if states[-1] == "all":
            say.append(Fact("charts.alt.grid.end"))
        elif "all" not in states:
            say.append(Fact("charts.alt.grid.none"))
        framed = [self.state(each.n) for each in self.reported if each.n in self.cells]
        say += [Fact(_REPORTED[state]) for state in dict.fromkeys(framed)]
        return say

    def sheet(self, name: str = "chart") -> Sheet:
        """The picture; every cell has the id `people.<n>`."""
        sheet = Sheet(self.width, self.language, name)
        if not self.cells:
            text = word("charts.bases.nothing", self.language)
            return blank(sheet, self.heading, text)
        said = word("charts.grid.subtitle", self.language, n=self.cells[-1])
        y = frame.head(sheet, self.heading, said, simulated=False)
        y = frame.keys(sheet, self._keys(), y) + 6
        columns = FEW_COLUMNS if self.width < NARROW_BELOW else COLUMNS
        size = (self.width + GAP) / columns
        framed = {each.n for each in self.reported}
        for n in self.cells:
            row, column = divmod(n - 1, columns)
            left = sheet.mirrored(column * size, size - GAP)
            top = y + row * (HEIGHT + GAP)
            self._cell(sheet, n, left, top, size - GAP, framed=n in framed)
        rows = -(-len(self.cells) // columns)
        notes = [
            word(each.says, self.language, n=each.n)
            for each in sorted(self.reported, key=lambda each: each.n)
        ]
        sheet.height = frame.notes(sheet, notes, y + rows * (HEIGHT + GAP) + 4) + 4
        return sheet

    def _cell(
        self, sheet: Sheet, n: int, left: float, top: float, width: float, *, framed: bool
    ) -> None:
        state, name = self.state(n), f"people.{n}"
        fill = {"all": "accent", "missing": "paper", "no": "cell"}[state]
        ink = {"all": palette.on("accent"), "missing": "accent", "no": "muted"}[state]
        inset = 1.0 if state == "missing" else 0.0
        box = (left + inset, top + inset, width - 2 * inset, HEIGHT - 2 * inset)
        stroke = "accent" if state == "missing" else ""
        sheet.rect(*box, fill=fill, stroke=stroke, weight=2, id=name, round=2)
        if framed:
            outer = (left - 1, top - 1, width + 2, HEIGHT + 2)
            sheet.rect(*outer, stroke="ink", weight=3, id=f"reported.{n}", round=3)
        sheet.write(
            left + width / 2, top + HEIGHT / 2, numbers.whole(n, self.language), size=BODY,
            bold=state != "no" or framed, colour=ink, align="middle", tick=True,
        )  # fmt: skip

    def _keys(self) -> list[Key]:
        states = {self.state(n) for n in self.cells}
        looks = {
            "all": (word("charts.grid.all", self.language), "accent", "patch"),
            "missing": (
                word("charts.grid.missing", self.language, n=self.max_missing),
                "accent",
                "outline",
            ),
            "no": (word("charts.grid.no", self.language), "cell", "patch"),
        }
        keys = [Key(*look) for state, look in looks.items() if state in states]
        if any(each.n in self.cells for each in self.reported):
            keys.append(Key(word("charts.grid.reported", self.language), "ink", "outline"))
        return keys
