"""What a chart says first, chosen by its numbers; nothing where a number is not firm enough.

"More than half" needs the lower end of the interval above a half, "less than half" the upper end
below it; in between it is about half. Where a number has no interval (all were asked, or
respondents were chosen) the number itself decides. No sentence is made of a number that carries a
sign.
"""

from __future__ import annotations

from collections.abc import Sequence

from readiness.charts.marks import Mark
from readiness.facts import Fact, Value
from readiness.register.signs import Sign

HALF = 0.5
_AGAINST = {
    "more": "charts.finding.more",
    "less": "charts.finding.less",
    "about": "charts.finding.about",
}
_FIRM = ("", "present")


def firm(mark: Mark | None) -> bool:
    """Whether a sentence may be made of a number."""
    return (
        mark is not None
        and mark.value is not None
        and mark.sign is Sign.NONE
        and mark.reliability in _FIRM
    )


def against_half(mark: Mark | None, item: str, levels: Value) -> Fact | None:
    """Whether a share of all is more or less than a half; `levels`: which answers it adds up."""
    if mark is None or mark.value is None or mark.unit != "share" or not firm(mark):
        return None
    low = mark.value if mark.lower is None else mark.lower
    high = mark.value if mark.upper is None else mark.upper
    side = "more" if low > HALF else "less" if high < HALF else "about"
    return Fact(_AGAINST[side], {"item": item, "levels": levels})


def foremost(marks: Sequence[tuple[str, Mark]], item: str) -> Fact | None:
    """Which answer was given most often: label and number of each, from the largest on.

    None where the largest is not firm, or equals the next.
    """
    if not marks or not firm(marks[0][1]):
        return None
    if len(marks) > 1 and marks[1][1].value == marks[0][1].value:
        return None
    return Fact("charts.finding.most", {"item": item, "label": marks[0][0]})
