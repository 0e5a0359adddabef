"""On how many answers can published percentages rest?

Two pictures: which numbers of people can give a study's own figures, a cell a number; and one axis
for all claims, where each row is a published figure, a set of figures or several together, and a
mark stands at each base (number of answers) that can give it. Where no column has a mark in every
row, the figures have no common base. Verdicts on bases are no numbers of the register: they have no
id.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from readiness.charts import marks, palette
from readiness.charts.figures import about, word
from readiness.charts.picture import LegendKey, Picture, nothing
from readiness.charts.rows import NARROW_BELOW, Rows
from readiness.charts.sheet import Drawing, Shape
from readiness.facts import Fact, Listed, Printed, TranslatedText
from readiness.forensics.judging.structure import PRESS, Structure
from readiness.forensics.judging.study import TOGETHER, LeadBases, axis_data, lead_bases, read_study
from readiness.forensics.judging.study import BaseAxis as Claimed
from readiness.language import Language, numbers, show

# The axis goes to this base: far enough to show the first common ones beyond a small study.
LENGTH = 40
# The most questions that a label names one by one.
LISTED = 2
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
Look = tuple[Shape, str, str]
# Marks of publishers' figures, in their order of appearance, and how a text calls them.
_LOOKS: tuple[Look, ...] = (
    ("square", "accent", "charts.alt.square"),
    ("up", "third", "charts.alt.triangle"),
    ("down", "fourth", "charts.alt.triangle_down"),
)
_SPECIAL: dict[str, Look] = {
    PRESS: ("diamond", "second", "charts.alt.diamond"),
    TOGETHER: ("circle", "ink", "charts.alt.circle"),
}
# What the key says of a source that is no publisher.
_KEYS = {PRESS: "charts.key.press", TOGETHER: "charts.key.together"}


def bases_chart(claims: pd.DataFrame, structure: Structure, language: Language) -> Picture:
    """The axis of feasible bases of all claims; `claims` is the register as text.

    Raises DataError as `forensics.read_study`, and RenderError for a label that the structure lacks
    in the language.
    """
    study = read_study(claims, structure, LENGTH)
    labels = {name: study.item(name) for name in structure.items}
    lines = axis_data(claims, structure, LENGTH)
    totals = {study.count_people(total.claim): total.counts for total in structure.searched.totals}
    names = {line.whose: show(structure.whose(line.whose), language) for line in lines}
    return axis_chart(
        [(_label(line, labels, language), line) for line in lines],
        names | {TOGETHER: word("charts.key.together", language)},
        {n: SAYS.get(counts, UNKNOWN) for n, counts in sorted(totals.items()) if n <= LENGTH},
        structure.max_missing,
        language,
    )


def axis_chart(
    labelled: Sequence[tuple[str, Claimed]],
    names: Mapping[str, str],
    reported: Mapping[int, str],
    max_missing: int,
    language: Language,
) -> Picture:
    """Lines, each with its label, on one axis; joint ones are set apart below the others.

    `names`: how a reader knows each source of a line. `reported`: numbers of people that somebody
    printed, with the message on what they count.
    """
    labelled = sorted(labelled, key=lambda each: each[1].joint)
    title = word("charts.bases.axis", language)
    if not labelled:
        return nothing(title, language, why="charts.bases.nothing")
    lines = [line for _, line in labelled]
    looks = _looks(lines)
    rows = [
        marks.ChartRow(
            label,
            list(_marks(line, f"row.{k}", looks[line.whose], language)),
            small=names[line.whose],
            bold=line.joint,
            section=k > 0 and line.joint and not lines[k - 1].joint,
        )
        for k, (label, line) in enumerate(labelled)
    ]
    rules = [marks.Rule(n, "reported", text=numbers.whole(n, language)) for n in reported]
    return Picture(
        title,
        list(_facts(labelled, looks, names, bool(reported))),
        language,
        [Rows(rows, marks.AmountAxis("people", ends=(0.5, LENGTH + 0.5), rules=rules))],
        keys=_axis_keys(lines, looks, names, max_missing, language),
        notes=[word(says, language, n=n) for n, says in reported.items()],
        table=[
            {"row": label, "whose": names[line.whose], "base": n, "fits": FITS[fits]}
            for label, line in labelled
            for n in range(1, LENGTH + 1)
            for fits in [_state(n, line.bases, _missing(line))]
        ],
    )


def _state(n: int, bases: Sequence[int], missing: Sequence[int]) -> str:
    """How a number of people fits: if everyone answered, only if answers are missing, or not."""
    return "all" if n in bases else "missing" if n in missing else "no"


def _missing(line: Claimed) -> tuple[int, ...]:
    """The bases that fit only if answers are missing; of a single set that says nothing."""
    return tuple(n for n in line.bases_missing if n not in line.bases) if line.joint else ()


def _label(line: Claimed, labels: Mapping[str, TranslatedText], language: Language) -> str:
    """The questions of a line, and a single set's figures."""
    items = tuple(labels[item] for item in dict.fromkeys(line.items))
    if line.figures:
        figures = Listed(tuple(Printed(figure) for figure in line.figures), "slash")
        label = word("study.printed", language, figure=items[0], answer=figures)
    elif len(items) <= LISTED:
        label = show(Listed(items), language)
    else:
        label = word("charts.bases.many", language, n=len(items))
    # "67 / 33" is one thing: it is not broken over two lines.
    return label.replace(" / ", "\u00a0/\u00a0")


def _looks(lines: Sequence[Claimed]) -> dict[str, Look]:
    """Marker, colour and name of shape of each source that has a row, publishers first."""
    sources = dict.fromkeys(line.whose for line in lines)
    publishers = [whose for whose in sources if whose not in _SPECIAL]
    looks = {whose: _LOOKS[k % len(_LOOKS)] for k, whose in enumerate(publishers)}
    return looks | {whose: look for whose, look in _SPECIAL.items() if whose in sources}


def _marks(line: Claimed, name: str, look: Look, language: Language) -> Iterator[marks.Mark]:
    shape, colour, _ = look
    yield marks.LineMark(1, LENGTH, "grid", 1)
    for n in line.bases:
        yield marks.Dot(n, shape, colour, size=10, id=name)
    for n in _missing(line):
        yield marks.Dot(n, shape, colour, filled=False, size=10, id=f"{name}.missing")
    if not line.bases and not _missing(line):
        none = word("charts.bases.none", language, n=LENGTH)
        yield marks.BarMark(1, LENGTH, "paper", text=marks.TextMark(none))


def _axis_keys(
    lines: Sequence[Claimed],
    looks: Mapping[str, Look],
    names: Mapping[str, str],
    max_missing: int,
    language: Language,
) -> list[LegendKey]:
    keys = []
    for whose, (shape, colour, _) in looks.items():
        said = word(_KEYS.get(whose, "charts.key.publisher"), language, whose=names[whose])
        keys.append(LegendKey(said, colour, shape))
    source = next((line.whose for line in lines if _missing(line)), None)
    if source:
        shape, colour, _ = looks[source]
        said = word("charts.grid.missing", language, n=max_missing)
        keys.append(LegendKey(said, colour, shape, filled=False))
    return keys


def _facts(
    labelled: Sequence[tuple[str, Claimed]],
    looks: Mapping[str, Look],
    names: Mapping[str, str],
    reported: bool,
) -> Iterator[Fact]:
    """What the axis shows, without numbers (labels with figures are left out)."""
    shapes = tuple(Fact(shape, {"whose": names[whose]}) for whose, (*_, shape) in looks.items())
    yield Fact("charts.alt.bases", {"shapes": Listed(shapes, "comma")})
    if reported:
        yield Fact("charts.alt.reported")
    never = [label for label, line in labelled if not line.bases and not _missing(line)]
    if not any(c.isdigit() for label in never for c in label):
        yield from about("charts.alt.never", never)
    else:
        yield Fact("charts.alt.some_never")


def grid_chart(claims: pd.DataFrame, structure: Structure, language: Language) -> Picture:
    """Which numbers of people can give the study's own figures; errors as of `bases_chart`."""
    found = lead_bases(claims, structure)
    if found is None:
        title = word("charts.bases.axis", language)
        return nothing(title, language, why="charts.bases.nothing")
    return cells_chart(found, language)


def cells_chart(found: LeadBases, language: Language) -> Picture:
    """A cell a number of people: whether it can give a study's own figures.

    Filled: it fits if everyone answered every question. Outlined: it fits only if answers are
    missing. Grey: it does not fit. A frame marks a number of people that somebody printed.
    """
    last = min(found.last, MOST)
    states = {n: _state(n, found.bases, found.bases_missing) for n in range(1, last + 1)}
    reported = {each.n: SAYS.get(each.counts, UNKNOWN) for each in found.reported}
    sets = tuple(Listed(tuple(Printed(f) for f in each), "slash") for each in found.figures)
    said = [Fact("charts.alt.grid")]
    if states[last] == "all":
        said.append(Fact("charts.alt.grid.end"))
    elif "all" not in states.values():
        said.append(Fact("charts.alt.grid.none"))
    framed = dict.fromkeys(states[n] for n in reported if n in states)
    return Picture(
        word("charts.grid.title", language, figures=Listed(sets)),
        [*said, *(Fact(_REPORTED[state]) for state in framed)],
        language,
        [BasePanel(states, frozenset(reported))],
        subtitle=word("charts.grid.subtitle", language, n=last),
        keys=_grid_keys(set(states.values()), bool(framed), found.max_missing, language),
        notes=[word(reported[n], language, n=n) for n in sorted(reported)],
        table=[
            {"people": n, "fits": FITS[state], "reported": "yes" if n in reported else ""}
            for n, state in states.items()
        ],
    )


def _grid_keys(
    states: set[str], framed: bool, max_missing: int, language: Language
) -> list[LegendKey]:
    looks = {
        "all": LegendKey(word("charts.grid.all", language), "accent"),
        "missing": LegendKey(
            word("charts.grid.missing", language, n=max_missing), "accent", "outline"
        ),
        "no": LegendKey(word("charts.grid.no", language), "cell"),
    }
    keys = [key for state, key in looks.items() if state in states]
    if framed:
        keys.append(LegendKey(word("charts.grid.reported", language), "ink", "outline"))
    return keys


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
        size = (sheet.width + CELL_GAP) / columns
        row = 0
        for n in self.states:
            row, column = divmod(n - 1, columns)
            left = sheet.mirror(column * size, size - CELL_GAP)
            self._cell(sheet, n, left, top + row * (CELL_HEIGHT + CELL_GAP), size - CELL_GAP)
        return top + (row + 1) * (CELL_HEIGHT + CELL_GAP)

    def _cell(self, sheet: Drawing, n: int, left: float, top: float, width: float) -> None:
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
        middle = (left + width / 2, top + CELL_HEIGHT / 2)
        look: dict[str, Any] = {"bold": self.states[n] != "no" or n in self.framed, "colour": ink}
        text = numbers.whole(n, sheet.language)
        sheet.write(*middle, text, align="middle", tick=True, **look)
