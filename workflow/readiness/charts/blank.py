"""What stands in place of a chart that has nothing to show, in the picture and in words."""

from __future__ import annotations

from readiness.charts import frame
from readiness.charts.sheet import Sheet
from readiness.charts.words import word
from readiness.facts import Fact


def nothing(title: str, *, simulated: bool) -> list[Fact]:
    """The alternative text of a chart without a number."""
    say = [Fact("charts.nothing", {"item": title})]
    return [*say, Fact("charts.alt.simulated")] if simulated else say


def blank(sheet: Sheet, title: str, text: str, *, simulated: bool = False) -> Sheet:
    """The sheet with a sentence instead of a picture."""
    top = frame.head(sheet, title, simulated=simulated)
    sheet.height = frame.notes(sheet, [text], top) + 4
    return sheet


def nothing_to_show(sheet: Sheet, title: str, *, simulated: bool) -> Sheet:
    """The sheet, saying that nothing of `title` is published."""
    text = word("charts.nothing", sheet.language, item=title)
    return blank(sheet, title, text, simulated=simulated)
