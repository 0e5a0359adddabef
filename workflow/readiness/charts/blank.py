"""What stands in place of a chart that has nothing to show, in the picture and in words."""

from __future__ import annotations

from matplotlib.figure import Figure

from readiness.charts import style
from readiness.charts.style import Sheet
from readiness.charts.words import word
from readiness.facts import Fact
from readiness.language import Language


def nothing(title: str, *, simulated: bool) -> list[Fact]:
    """The alternative text of a chart without a number."""
    say = [Fact("charts.nothing", {"item": title})]
    return [*say, Fact("charts.alt.simulated")] if simulated else say


def blank(text: str, language: Language, width: int, *, simulated: bool = False) -> Figure:
    """A picture that is a sentence; `width` in CSS pixels."""
    lines = style.wrap(text, width * style.POINTS_PER_PIXEL, size=style.SMALL)
    top = style.STAMP_HEIGHT if simulated else 2.0
    sheet = Sheet(width, top + style.NOTE_LINE * len(lines) + 4, language)
    if simulated:
        style.draw_stamp(sheet, word("charts.simulated", language))
    style.draw_notes(sheet, lines, top)
    return sheet.figure


def nothing_to_show(title: str, language: Language, width: int, *, simulated: bool) -> Figure:
    """A picture that says that nothing of `title` is published."""
    text = word("charts.nothing", language, item=title)
    return blank(text, language, width, simulated=simulated)
