"""How wide the limits of each group would be: with half as many answers, as planned, with twice."""

from collections.abc import Sequence

from readiness.charts.figures import about, closing, word
from readiness.charts.marks import AmountAxis, ChartRow, Dot, LineMark, Mark, Rule, TextMark
from readiness.charts.picture import LegendKey, Picture
from readiness.charts.rows import Rows
from readiness.facts import Quantity
from readiness.language import Language, show

# The dots of a row: half of the answers, those that are planned, twice as many.
LOOKS = {
    "plan.next.chart.half": ("muted", False),
    "plan.next.chart.planned": ("accent", True),
    "plan.next.chart.double": ("accent", False),
}


def precision(
    groups: Sequence[tuple[str, int, Sequence[float]]],
    margin: float | None,
    language: Language,
    *,
    simulated: bool,
) -> Picture:
    """A row a group, in points; `margin` (0-1) is a line across.

    `groups`: label, answers, and half the width of a share's limits (0-1) by `LOOKS`.
    """
    rows = []
    for label, answers, margins in groups:
        points = [100 * half for half in margins]
        dots = [Dot(at, "circle", *look) for at, look in zip(points, LOOKS.values(), strict=True)]
        read = show(Quantity.of(points[1], "number", 1), language)
        small = word("count.answer", language, n=answers)
        line = LineMark(min(points), max(points), "muted", 1.5)
        # What is planned lies over the others, which a small group may share its place with.
        marks: list[Mark] = [line, dots[0], dots[2], dots[1]]
        rows.append(ChartRow(label, marks, [TextMark(read, bold=True)], small))
    rules = [Rule(100 * margin, "margin", "second")] if margin else []
    keys = [
        LegendKey(word(key, language), c, "circle", filled) for key, (c, filled) in LOOKS.items()
    ]
    keys += (
        [LegendKey(word("plan.next.chart.margin", language), "second", "stroke")] if margin else []
    )
    return Picture(
        word("plan.next.chart.title", language),
        [
            *about("plan.next.chart.alt", [label for label, *_ in groups]),
            *closing(simulated=simulated),
        ],
        language,
        [Rows(rows, AmountAxis("number", rules))],
        simulated=simulated,
        subtitle=word("plan.next.chart.subtitle", language),
        keys=keys,
    )
