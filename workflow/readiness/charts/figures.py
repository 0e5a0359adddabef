"""Numbers of the register in the form that charts need, their groups, and the marks of a row.

Alternative texts hold no number: every number of a report comes from the register, and the table
beside a chart gives it. The first sentence of a chart is chosen by its numbers
(`register.display`); no sentence is made of a number with a sign, nor of the largest share where an
unpublished share may be larger.
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
    """A text in a row, such as a number or an interval.

    `wide`: the text is left out on a narrow sheet.
    """

    text: str
    id: str = ""
    bold: bool = False
    muted: bool = False
    wide: bool = False

    @property
    def width(self) -> float:
        """Width in pixels of the text, set in the small font size."""
        return measure(self.text, size=SMALL, bold=self.bold)


@dataclass(frozen=True)
class Dot:
    """A marker at amount `at`; an unfilled marker shows the paper."""

    at: float
    shape: Shape = "circle"
    colour: str = "accent"
    filled: bool = True
    id: str = ""


@dataclass(frozen=True)
class LineMark:
    """A thin line from amount `low` to amount `high`."""

    low: float
    high: float
    colour: str = "ink"
    weight: float = 2.0
    id: str = ""


@dataclass(frozen=True)
class BarMark:
    """A bar, or a piece of a bar, from `low` to `high`.

    `height`: share (0-1) of the height of a row's bar. `colour`: "" draws a dashed empty box, for a
    value that is not published. `hatched`: marks a value to be read with caution, or tells bars
    apart in a grey print. The text is written where it fits.
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
    """An empty box for a value that is not published, at a place unrelated to the value."""

    text: TextMark | None = None


Mark = Dot | LineMark | BarMark | Gone


@dataclass(frozen=True)
class ChartRow:
    """A row of a chart.

    `label`, `small`: text at the beginning, and a small text below. `marks`: in drawing order.
    `reading`: texts beside the marks. `section`: the row opens a section. `head`: the main number
    of the row, written beside the marks, or across from the label on a narrow sheet. `aside`: a bar
    from zero in a separate panel, on the same scale.
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
    """A line across all rows at amount `at`."""

    at: float
    id: str
    colour: str = "ink"
    weight: float = 1.5
    dashed: bool = True


Unit = Literal["share", "number", "points", ""]


@dataclass(frozen=True)
class AmountAxis:
    """An axis with the unit of the amounts; an axis without a unit has no numbers.

    An axis of shares starts at 0, and so does an axis of numbers without negative ones. `rules`:
    lines across all rows. `sides`: texts left and right of zero.
    """

    unit: Unit = "share"
    rules: Sequence[Rule] = ()
    sides: tuple[str, str] | None = None

    def limits(self, rows: Sequence[ChartRow]) -> tuple[float, float]:
        """Return the lower and the upper end of the axis for these rows."""
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

# Characters of a printed share that are no digits: percent signs, spaces, direction marks.
_PERCENT = "%\u066a\u00a0\u202f\u200e\u200f\u061c "


@dataclass(frozen=True)
class DrawnFigure:
    """A number of the register, as drawn.

    `value`, `lower`, `upper` are in the unit's own scale (shares 0-1) or None where the register
    has no value; `n` is the unweighted base or None; `display` is the number's text in the chart's
    language, empty where the number is not published; `sign` is the sign beside the number or in
    its place. `place` is the id of the number in a report: the run's name before its id.
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
        """Parsed id of the number, which must be a share or a mean."""
        return FigureId.parse(self.id, "estimate")

    @property
    def text(self) -> TextMark:
        """Text of the number with its sign, bold; `(…)` where the number is not published."""
        return TextMark(f"{self.display or SUPPRESSED_TEXT}{self.sign.mark}", self.place, bold=True)

    @property
    def plain(self) -> TextMark:
        """Text of the number with its sign, without percent sign: the unit is stated once a
        chart.
        """
        digits_with_sign = f"{self.display.strip(_PERCENT) or SUPPRESSED_TEXT}{self.sign.mark}"
        return TextMark(digits_with_sign, self.place)

    def between(self, low: float, high: float, language: Language) -> TextMark:
        """Return the text of an interval, rounded as the number; shown where there is room.

        `low`, `high`: limits in the unit's own scale (shares 0-1).
        """
        shown = (self.unit, self.digits, self.rounding)
        ends = {"lower": Quantity(str(low), *shown), "upper": Quantity(str(high), *shown)}
        interval = tell(Fact("language.interval", {**ends}), language)
        return TextMark(interval, self.place, muted=True, wide=True)


class DrawnFigures:
    """Numbers of the register of one run, by id, written in one language.

    `rows`: rows of the register, as numbers or as the text of `figures.csv`. `simulated`: the wave
    is simulated, or a row comes from a simulated wave. `is_drawn`: respondents were drawn by
    chance. Raises RenderError when a column is missing or an id is repeated.
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
        if repeated := list(rows.loc[rows["id"].duplicated(), "id"]):
            raise RenderError(f"chart: the register has {repeated[0]} twice; give one run's.")
        self.language = language
        self.wording = Wording(self._find_row, is_drawn)
        self.simulated = simulated or any(
            str(flag).strip().lower() == "true" for flag in rows["simulated"].unique()
        )
        self._rows = {row["id"]: row for row in list_rows(rows)}

    def _find_row(self, figure_id: str) -> dict[str, Any] | None:
        """Return the row with this id, `suppressed` as text; None for an id without a row."""
        row = self._rows.get(figure_id)
        return row and {**row, "suppressed": _read_text(row["suppressed"])}

    def get(self, figure_id: str) -> DrawnFigure | None:
        """Return the number with this id; None for an id without a row.

        Raises RenderError for a row with neither a value nor a reason for suppression.
        """
        if (row := self._rows.get(figure_id)) is None:
            return None
        suppressed, value = _read_text(row["suppressed"]), number(row["value"])
        if value is None and not suppressed:
            raise RenderError(
                f"chart: {row['id']} has neither a value nor a reason for suppression."
            )
        unit, digits = _read_text(row["unit"]), int(number(row["digits"]) or 0)
        rounding = _read_text(row["rounding"]) or "half_even"
        # The cell itself, not a float of it: the displayed digits come from its text.
        shown = (row["value"], unit, digits, self.language, rounding)
        run, n = _read_text(row.get("run")), number(row["n"])
        value, lower, upper = (
            None if suppressed else amount
            for amount in (value, number(row["lower"]), number(row["upper"]))
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
    """Return a cell as text, empty for None and NaN."""
    return "" if value is None or value != value else str(value)


@dataclass(frozen=True)
class DrawnGroup:
    """A group of respondents, as a row of a chart.

    `total`: the row is the total of all groups. `apart`: the group is outside weights and total.
    `item`: item of the row's numbers, in a chart with one row per question.
    """

    code: str
    label: str
    total: bool = False
    apart: bool = False
    item: str = ""


@dataclass(frozen=True)
class GroupLabels:
    """Labels of groups by code: `among` (groups that add to the total), `apart`; code and label of
    `total`.
    """

    among: Mapping[str, str]
    total: tuple[str, str] | None = None
    apart: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[DrawnGroup]:
        """Yield the groups: the total, the groups of the total, the groups apart."""
        if self.total:
            yield DrawnGroup(*self.total, total=True)
        yield from (DrawnGroup(*code_and_label) for code_and_label in self.among.items())
        yield from (
            DrawnGroup(*code_and_label, apart=True) for code_and_label in self.apart.items()
        )


def in_sections(rows: Iterable[tuple[DrawnGroup, ChartRow]]) -> list[ChartRow]:
    """Return the rows: the total's in bold, a section before each further kind of group."""
    sectioned: list[ChartRow] = []
    kind_before = None
    for group, row in rows:
        kind = (group.total, group.apart)
        sectioned.append(replace(row, bold=group.total, section=kind_before not in (None, kind)))
        kind_before = kind
    return sectioned


# Key in the catalogues of the finding on a share: more, less, or about one half.
SIDES = {
    "majority": "charts.finding.more",
    "minority": "charts.finding.less",
    "half": "charts.finding.about",
}


def word(key: str, language: str, **values: Value) -> str:
    """Return a phrase of the catalogue in `language`, filled in with `values`."""
    return tell(Fact(key, values), language)


def quote_labels(labels: Sequence[str]) -> Listed:
    """Return labels between quotes, joined by "or"."""
    return Listed(tuple(Fact("charts.quoted", {"label": label}) for label in labels), "or")


def about(kind: str, rows: Sequence[str]) -> list[Fact]:
    """Return a list of one fact of `kind` that names these rows; [] without rows.

    Labels are between quotes where a label holds a comma.
    """
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
    """Return the last facts of an alternative text: few answers, unpublished rows, simulated data.

    `few`, `partly`, `hidden` are labels of rows: with a small base, with some values not published,
    with no value published. The last fact points to the chart's table.
    """
    return [
        *about("charts.alt.small", few),
        *about("charts.alt.partly", partly),
        *about("charts.alt.suppressed", hidden),
        *([Fact("charts.alt.simulated")] if simulated else []),
        Fact("charts.alt.table"),
    ]


def base_text(figure: DrawnFigure, language: str, *, unweighted: bool = False) -> str:
    """Return the base as text ("n = 57"), empty where it is unknown.

    `unweighted`: with the word for unweighted answers.
    """
    if figure.n is None:
        return ""
    return word("charts.base.unweighted" if unweighted else "charts.base", language, n=figure.n)


def sign_notes(figures: Iterable[DrawnFigure], language: str) -> list[str]:
    """Return the explanation of each sign that occurs among `figures`."""
    signs_used = {figure.sign for figure in figures}
    return [explain_sign(each, language) for each in SIGNS if each in signs_used]


def explain_sign(one: Sign, language: str) -> str:
    """Return the explanation of a sign: `†: unreliable, use with caution.`"""
    shown = SUPPRESSED_TEXT * one.replaces_number + one.mark
    return word("tables.note.sign", language, sign=shown, words=one.words(language))


def firm(figure: DrawnFigure) -> bool:
    """Return True if a sentence may state a number.

    The number must be published, without a warning sign, and its reliability not limited.
    """
    reliable = figure.sign is Sign.NONE and figure.reliability in ("", "present")
    return reliable and figure.value is not None


def against_half(
    figures: DrawnFigures, figure: DrawnFigure | None, item: str, levels: Value
) -> Fact | None:
    """Return a fact that a share of all respondents is above, below or about one half.

    `levels`: the answers that are added up. None where no sentence may state the share, and where
    item nonresponse could change the side: a title has no room for this condition.
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
    """Return a fact that names the most frequent answer.

    `order`: label and share of each answer, the largest first. `exclusive`: whether each person
    gave one answer. None where the largest share is not firm, is not of all respondents, or where
    its lead may be chance (`register.wording`).
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
