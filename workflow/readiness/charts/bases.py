"""On how many answers can published percentages rest? A cell a number of people.

Verdicts on bases are no numbers of the register: they have no id.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from readiness.charts import palette
from readiness.charts.figures import word
from readiness.charts.picture import LegendKey, Picture, nothing
from readiness.charts.rows import NARROW_BELOW
from readiness.charts.sheet import Drawing
from readiness.forensics.judging.structure import Structure
from readiness.forensics.judging.study import LeadBases, lead_bases
from readiness.ground.facts import Fact, Listed, Printed
from readiness.language import Language, numbers

# What a reported total is known to count; anything else is not known.
SAYS = {"sent": "charts.reported.sent", "answered": "charts.reported.answered"}
UNKNOWN = "charts.reported.unknown"
# The largest number of people that has a cell.
MOST = 200
COLUMNS, FEW_COLUMNS = 20, 10
CELL_GAP, CELL_HEIGHT = 4.0, 30.0
# How a number of people fits, as the table says it.
FITS = {"all": "all answered", "missing": "some missing", "no": "no"}
_REPORTED = {
    "all": "charts.alt.grid.reported.all",
    "missing": "charts.alt.grid.reported.missing",
    "no": "charts.alt.grid.reported.no",
}


def grid_chart(claims: pd.DataFrame, structure: Structure, language: Language) -> Picture:
    """Which numbers of people can give the study's own figures; `claims` is the register as text.

    Raises DataError as `forensics.read_study`.
    """
    if (found := lead_bases(claims, structure)) is None:
        return nothing(word("charts.bases.axis", language), language, why="charts.bases.nothing")
    return cells_chart(found, language)


def cells_chart(found: LeadBases, language: Language) -> Picture:
    """A cell a number of people: whether it can give a study's own figures.

    Filled: it fits if everyone answered every question. Outlined: it fits only if answers are
    missing. Grey: it does not fit. A frame marks a number of people that somebody printed.
    """
    last = min(found.last, MOST)
    states = {
        n: "all" if n in found.bases else "missing" if n in found.bases_missing else "no"
        for n in range(1, last + 1)
    }
    reported = {each.n: SAYS.get(each.counts, UNKNOWN) for each in found.reported}
    sets = tuple(Listed(tuple(Printed(f) for f in each), "slash") for each in found.figures)
    said = [Fact("charts.alt.grid")]
    if states[last] == "all":
        said.append(Fact("charts.alt.grid.end"))
    elif "all" not in states.values():
        said.append(Fact("charts.alt.grid.none"))
    framed = dict.fromkeys(states[n] for n in reported if n in states)
    looks = {
        "all": LegendKey(word("charts.grid.all", language), "accent"),
        "missing": LegendKey(
            word("charts.grid.missing", language, n=found.max_missing), "accent", "outline"
        ),
        "no": LegendKey(word("charts.grid.no", language), "cell"),
    }
    keys = [key for state, key in looks.items() if state in states.values()]
    if framed:
        keys.append(LegendKey(word("charts.grid.reported", language), "ink", "outline"))
    return Picture(
        word("charts.grid.title", language, figures=Listed(sets)),
        [*said, *(Fact(_REPORTED[state]) for state in framed)],
        language,
        [BasePanel(states, frozenset(reported))],
        subtitle=word("charts.grid.subtitle", language, n=last),
        keys=keys,
        # A report says of whom a reported number is, and what it may count.
        signs=[word(reported[n], language, n=n) for n in sorted(reported)],
        table=[
            {"people": n, "fits": FITS[state], "reported": "yes" if n in reported else ""}
            for n, state in states.items()
        ],
    )


@dataclass(frozen=True)
class BasePanel:
    """A panel of cells, one a number from one on, each with how it fits; some with a frame.

    It is read as the page is: from right to left in Arabic. A cell has the id `people.<n>`.
    """

    states: Mapping[int, str]
    framed: frozenset[int]

    def draw(self, sheet: Drawing, top: float) -> float:
        """Draw the panel from `top` on; where it ends."""
        columns = FEW_COLUMNS if sheet.width < NARROW_BELOW else COLUMNS
        size, row = (sheet.width + CELL_GAP) / columns, 0
        for n in self.states:
            row, column = divmod(n - 1, columns)
            left = sheet.mirror(column * size, size - CELL_GAP)
            self._draw_cell(sheet, n, left, top + row * (CELL_HEIGHT + CELL_GAP), size - CELL_GAP)
        return top + (row + 1) * (CELL_HEIGHT + CELL_GAP)

    def _draw_cell(self, sheet: Drawing, n: int, left: float, top: float, width: float) -> None:
        fill, ink, inset = {
            "all": ("accent", palette.on("accent"), 0.0),
            "missing": ("paper", "accent", 1.0),
            "no": ("cell", "muted", 0.0),
        }[self.states[n]]
        box = (left + inset, top + inset, width - 2 * inset, CELL_HEIGHT - 2 * inset)
        stroke = "accent" if inset else ""
        sheet.rect(*box, fill=fill, stroke=stroke, weight=2, id=f"people.{n}", round=2)
        if n in self.framed:
            outer = (left - 1, top - 1, width + 2, CELL_HEIGHT + 2)
            sheet.rect(*outer, stroke="ink", weight=3, id=f"reported.{n}", round=3)
        x, y, said = left + width / 2, top + CELL_HEIGHT / 2, numbers.whole(n, sheet.language)
        bold = self.states[n] != "no" or n in self.framed
        sheet.write(x, y, said, align="middle", tick=True, bold=bold, colour=ink)
