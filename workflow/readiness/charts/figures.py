"""The register's numbers as charts need them, their groups, and the marks of which pictures are.

Alternative texts hold no number: every number of a report comes from the register, and the table
beside a chart gives it. What a chart says first is chosen by its numbers (`register.display`); no
sentence is made of a number that carries a sign, nor of the largest share where one that is not
shown may be larger.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from readiness.charts.sheet import SMALL, Shape, measure
from readiness.ground.errors import RenderError
from readiness.ground.facts import Fact, Listed, Quantity, Value
from readiness.ground.figure_id import FigureId
from readiness.ground.frames import list_rows
from readiness.language import Language, numbers, tell
from readiness.questionnaire import TOTAL
from readiness.register.display import (
    SIGNS,
    SUPPRESSED_TEXT,
    Sign,
    sign,
)
from readiness.register.figures import number
from readiness.register.wording import Wording


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
    telephone across from its label. `aside`: a bar from zero, apart, on the same scale.
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

    The axis of shares starts at 0, of numbers if none is below. `sides`: left and right of it.
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


COLUMNS = (
    *("id", "unit", "value", "lower", "upper", "n", "reliability", "suppressed"),
    *("digits", "rounding", "simulated"),
)

# What may stand beside the digits of a share.
_PERCENT = "%\u066a\u00a0\u202f\u200e\u200f\u061c "


@dataclass(frozen=True)
class DrawnFigure:
    """One number of the register, as drawn.

    `value`, `lower`, `upper` are in the unit's own scale (shares 0-1) or None where the register
    has none; `n` is the unweighted base or None; `display` is the number's text in the chart's
    language, empty where it is not published; `sign` what stands beside it or in its place. `place`
    is the id of its number in a report: the run's name before its own.
    """

    id: str
    place: str
    unit: str
    value: float | None
    lower: float | None
    upper: float | None
    n: int | None
    reliability: str
    suppressed: str
    digits: int
    rounding: str
    display: str
    sign: Sign = Sign.NONE

    @property
    def share(self) -> FigureId:
        """The parts of the id of a share or mean."""
        return FigureId.parse(self.id, "estimate")

    @property
    def text(self) -> TextMark:
        """What stands at its place, bold: the number or `(…)`, with its sign."""
        return TextMark(f"{self.display or SUPPRESSED_TEXT}{self.sign.mark}", self.place, bold=True)

    @property
    def plain(self) -> TextMark:
        """The number without its percent sign, where the unit is said once for all; its sign."""
        said = f"{self.display.strip(_PERCENT) or SUPPRESSED_TEXT}{self.sign.mark}"
        return TextMark(said, self.place)

    def between(self, low: float, high: float, language: Language) -> TextMark:
        """An interval by the rounding rule of the number, read where there is room."""
        shown = (self.unit, self.digits, self.rounding)
        ends = {"lower": Quantity(str(low), *shown), "upper": Quantity(str(high), *shown)}
        said = tell(Fact("language.interval", {**ends}), language)
        return TextMark(said, self.place, muted=True, wide=True)


class DrawnFigures:
    """The numbers of one run's register, by id, in one language.

    `rows` may hold numbers or the text of `figures.csv`. `simulated`: the wave is, or any of the
    rows comes from one that is. `is_drawn`: whether chance drew the respondents. Raises RenderError
    when a column is missing or an id is twice.
    """

    def __init__(
        self,
        rows: pd.DataFrame,
        language: Language,
        *,
        simulated: bool = False,
        is_drawn: bool = True,
    ) -> None:
        if missing := [c for c in COLUMNS if c not in rows.columns]:
            raise RenderError(f"chart: the register lacks the columns {', '.join(missing)}.")
        if twice := list(rows.loc[rows["id"].duplicated(), "id"]):
            raise RenderError(f"chart: the register has {twice[0]} twice; give one run's.")
        self.language = language
        self.wording = Wording(self._find_row, is_drawn)
        self.simulated = simulated or any(
            str(each).strip().lower() == "true" for each in rows["simulated"].unique()
        )
        self._rows = {row["id"]: row for row in list_rows(rows)}

    def _find_row(self, identity: str) -> dict[str, Any] | None:
        row = self._rows.get(identity)
        return row and {**row, "suppressed": _read_text(row["suppressed"])}

    def get(self, identity: str) -> DrawnFigure | None:
        """The number of an id; None where the register has none.

        Raises RenderError for a row with neither a value nor a reason for its absence.
        """
        if (row := self._rows.get(identity)) is None:
            return None
        suppressed, value = _read_text(row["suppressed"]), number(row["value"])
        if value is None and not suppressed:
            raise RenderError(
                f"chart: {row['id']} has neither a value nor a reason for suppression."
            )
        unit, digits = _read_text(row["unit"]), int(number(row["digits"]) or 0)
        rounding = _read_text(row["rounding"]) or "half_even"
        # The cell, not its float: its text is the number's.
        shown = (row["value"], unit, digits, self.language, rounding)
        run, n = _read_text(row.get("run")), number(row["n"])
        value, lower, upper = (
            None if suppressed else each
            for each in (value, number(row["lower"]), number(row["upper"]))
        )
        return DrawnFigure(
            id=str(row["id"]),
            place=f"{run}/{row['id']}" if run else str(row["id"]),
            unit=unit,
            value=value,
            lower=lower,
            upper=upper,
            n=None if n is None else int(n),
            reliability=_read_text(row["reliability"]),
            suppressed=suppressed,
            digits=digits,
            rounding=rounding,
            display="" if suppressed else numbers.number(*shown),
            sign=sign({**row, "suppressed": suppressed}),
        )


def _read_text(value: Any) -> str:
    return "" if value is None or value != value else str(value)


@dataclass(frozen=True)
class DrawnGroup:
    """A group and where it stands: `total`, or `apart`, outside weights and total.

    `item`: whose numbers it has, where rows are questions.
    """

    code: str
    label: str
    total: bool = False
    apart: bool = False
    item: str = ""


@dataclass(frozen=True)
class GroupLabels:
    """Code to label of the groups that add to the total and of those outside it; the total."""

    among: Mapping[str, str]
    total: tuple[str, str] | None = None
    apart: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[DrawnGroup]:
        if self.total:
            yield DrawnGroup(*self.total, total=True)
        yield from (DrawnGroup(*each) for each in self.among.items())
        yield from (DrawnGroup(*each, apart=True) for each in self.apart.items())


def in_sections(rows: Iterable[tuple[DrawnGroup, ChartRow]]) -> list[ChartRow]:
    """The rows, of which the total's is emphasised and the first of each kind opens a section."""
    found: list[ChartRow] = []
    before = None
    for group, row in rows:
        kind = (group.total, group.apart)
        found.append(replace(row, bold=group.total, section=before not in (None, kind)))
        before = kind
    return found


# What a picture says of a share on either side of one half.
SIDES = {
    "majority": "charts.finding.more",
    "minority": "charts.finding.less",
    "half": "charts.finding.about",
}


def word(key: str, language: str, **values: Value) -> str:
    """A phrase of the catalogue, filled in."""
    return tell(Fact(key, values), language)


def quote_labels(labels: Sequence[str]) -> Listed:
    """Labels between quotes, of which one or the other is meant."""
    return Listed(tuple(Fact("charts.quoted", {"label": label}) for label in labels), "or")


def about(kind: str, rows: Sequence[str]) -> list[Fact]:
    """The fact that names these rows, between quotes where a comma is in one; [] without rows."""
    if not rows:
        return []
    named: tuple[Value, ...] = tuple(rows)
    if any(comma in row for row in rows for comma in ",،"):
        named = tuple(Fact("charts.quoted", {"label": row}) for row in rows)
    return [Fact(kind, {"rows": Listed(named)})]


def closing(
    *,
    few: Sequence[str] = (),
    partly: Sequence[str] = (),
    hidden: Sequence[str] = (),
    simulated: bool,
) -> list[Fact]:
    """What ends an alternative text: few answers, unpublished rows, what is simulated.

    `few`, `partly`, `hidden` are labels of rows; the last fact points to the chart's table.
    """
    return [
        *about("charts.alt.small", few),
        *about("charts.alt.partly", partly),
        *about("charts.alt.suppressed", hidden),
        *([Fact("charts.alt.simulated")] if simulated else []),
        Fact("charts.alt.table"),
    ]


def base_text(figure: DrawnFigure, language: str, *, unweighted: bool = False) -> str:
    """ "n = 57", with the word for unweighted answers; empty where the base is unknown."""
    if figure.n is None:
        return ""
    return word("charts.base.unweighted" if unweighted else "charts.base", language, n=figure.n)


def sign_notes(figures: Iterable[DrawnFigure], language: str) -> list[str]:
    """The explanation of each sign that occurs among `figures`."""
    there = {figure.sign for figure in figures}
    signs = {one: SUPPRESSED_TEXT * one.replaces_number + one.mark for one in SIGNS if one in there}
    return [
        word("tables.note.sign", language, sign=said, words=one.words(language))
        for one, said in signs.items()
    ]


def firm(figure: DrawnFigure) -> bool:
    """Whether a sentence may be made of a number."""
    sure = figure.sign is Sign.NONE and figure.reliability in ("", "present")
    return sure and figure.value is not None


def against_half(
    figures: DrawnFigures, figure: DrawnFigure | None, item: str, levels: Value
) -> Fact | None:
    """Whether a share of all is more or less than a half; `levels`: which answers it adds up.

    None where that depends on those who gave no answer: a title has no room to say so.
    """
    if figure is None or figure.value is None or figure.unit != "share" or not firm(figure):
        return None
    side = figures.wording.compare_with_half(figure.share)
    if not side.name or side.depends:
        return None
    return Fact(SIDES[side.name], {"item": item, "levels": levels})


def foremost(
    figures: DrawnFigures, order: Sequence[tuple[str, DrawnFigure]], item: str, *, exclusive: bool
) -> Fact | None:
    """Which answer was given most often: label and number of each, from the largest on.

    None where the largest is not firm, or where a report says that the order may be chance
    (`register.wording`). `exclusive`: whether each person gave one answer.
    """
    if not order or not firm(order[0][1]):
        return None
    shares = [figure.share for _, figure in order]
    codes = [share.level for share in shares]
    of_all = all(share.group == TOTAL and not share.base for share in shares)
    first = figures.wording.comes_first
    if not of_all or not first(shares[0].item, codes, exclusive=exclusive):
        return None
    return Fact("charts.finding.most", {"item": item, "label": order[0][0]})
