"""Draw the numbers of people on which published percentages can rest, one cell per number.

Verdicts on bases are no numbers of the register: the cells have no id of the register.
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

# Phrase for what a reported total counts; another total gets `UNKNOWN`.
SAYS = {"sent": "charts.reported.sent", "answered": "charts.reported.answered"}
UNKNOWN = "charts.reported.unknown"
# Largest number of people that gets a cell.
MOST = 200
COLUMNS, FEW_COLUMNS = 20, 10
CELL_GAP, CELL_HEIGHT = 4.0, 30.0
# Fit of a number of people, as written in the chart's table.
FITS = {"all": "all answered", "missing": "some missing", "no": "no"}
_REPORTED = {
    "all": "charts.alt.grid.reported.all",
    "missing": "charts.alt.grid.reported.missing",
    "no": "charts.alt.grid.reported.no",
}


def grid_chart(claims: pd.DataFrame, structure: Structure, language: Language) -> Picture:
    """Draw the numbers of people on which the study's own figures are possible.

    `claims`: the register of claims as text. The picture of a study without a lead base is one
    sentence. Raises DataError as `forensics.read_study`.
    """
    if (bases := lead_bases(claims, structure)) is None:
        return nothing(word("charts.bases.axis", language), language, why="charts.bases.nothing")
    return cells_chart(bases, language)


def cells_chart(found: LeadBases, language: Language) -> Picture:
    """Draw one cell for each number of people, from 1 to at most `MOST`.

    Filled: the study's figures fit if everyone answered every question. Outlined: they fit only if
    answers are missing. Grey: they do not fit. A frame marks a number of people that a publication
    reports.
    """
    last = min(found.last, MOST)
    states = dict.fromkeys(range(1, last + 1), "no")
    states |= {n: "missing" for n in found.bases_missing if n in states}
    states |= {n: "all" for n in found.bases if n in states}
    reported = {figures.n: SAYS.get(figures.counts, UNKNOWN) for figures in found.reported}
    sets = tuple(Listed(tuple(Printed(f) for f in figures), "slash") for figures in found.figures)
    facts = [Fact("charts.alt.grid")]
    if states[last] == "all":
        facts.append(Fact("charts.alt.grid.end"))
    elif "all" not in states.values():
        facts.append(Fact("charts.alt.grid.none"))
    framed = {n: states[n] for n in sorted(reported) if n in states}
    looks = {
        "all": LegendKey(word("charts.grid.all", language), "accent"),
        "missing": LegendKey(
            word("charts.grid.missing", language, n=found.max_missing), "accent", "outline"
        ),
        "no": LegendKey(word("charts.grid.no", language), "cell"),
    }
    keys = [key for state, key in looks.items() if state in states.values()]
    for n, state in framed.items():
        kind = "charts.grid.reported.no" if state == "no" else "charts.grid.reported"
        fill = "cell" if state == "no" else "accent" if state == "all" else "paper"
        keys.append(LegendKey(word(kind, language, n=n), fill, "framed"))
    return Picture(
        word("charts.grid.title", language, figures=Listed(sets)),
        [*facts, *(Fact(_REPORTED[state]) for state in dict.fromkeys(framed.values()))],
        language,
        [BasePanel(states, frozenset(reported))],
        subtitle=word("charts.grid.subtitle", language, n=last, figures=Listed(sets)),
        keys=keys,
        # The chart only marks a reported number; the report explains whom the number counts.
        signs=[word(reported[n], language, n=n) for n in sorted(reported)],
        table=[
            {"people": n, "fits": FITS[state], "reported": "yes" if n in reported else ""}
            for n, state in states.items()
        ],
    )


@dataclass(frozen=True)
class BasePanel:
    """A panel with one cell for each number of people from 1 on, coloured by fit.

    `states`: fit by number (`all`, `missing`, `no`). `framed`: numbers with a frame, because a
    publication reports them. Cells run in the page's reading direction: from right to left in
    Arabic. A cell has the id `people.<n>`.
    """

    states: Mapping[int, str]
    framed: frozenset[int]

    def draw(self, sheet: Drawing, top: float) -> float:
        """Draw the panel from height `top` on; return the height at which it ends."""
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
        x, y, label = left + width / 2, top + CELL_HEIGHT / 2, numbers.whole(n, sheet.language)
        bold = self.states[n] != "no" or n in self.framed
        sheet.write(x, y, label, align="middle", tick=True, bold=bold, colour=ink)
