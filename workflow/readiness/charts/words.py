"""What charts say by themselves, from the catalogue `charts`.

Labels of groups, levels and claims come from the questionnaire and the claims' structure; the
catalogue has only stamps, keys and alternative texts. Alternative texts hold no number: every
number of a report comes from the register, and the table beside a chart gives it.

What a chart says first is chosen by its numbers; nothing where a number is not firm enough. "More
than half" needs the lower end of the interval above a half, "less than half" the upper end below
it; in between it is about half. Where a number has no interval (all were asked, or respondents were
chosen) the number itself decides. No sentence is made of a number that carries a sign.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from readiness.charts.figures import Figure
from readiness.facts import Fact, Listed, Value
from readiness.language import tell
from readiness.register.display import SUPPRESSED_TEXT
from readiness.register.signs import SIGNS, Sign

HALF = 0.5


def word(key: str, language: str, **values: Value) -> str:
    """A phrase of the catalogue, filled in."""
    return tell(Fact(key, values), language)


def quoted(labels: Sequence[str]) -> Listed:
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

    `few`, `partly` and `hidden` are labels of rows; the last fact points to the table beside the
    chart.
    """
    return [
        *about("charts.alt.small", few),
        *about("charts.alt.partly", partly),
        *about("charts.alt.suppressed", hidden),
        *([Fact("charts.alt.simulated")] if simulated else []),
        Fact("charts.alt.table"),
    ]


def base_text(figure: Figure, language: str, *, unweighted: bool = False) -> str:
    """ "n = 57", with the word for unweighted answers; empty where the base is unknown."""
    if figure.n is None:
        return ""
    return word("charts.base.unweighted" if unweighted else "charts.base", language, n=figure.n)


def sign_notes(figures: Iterable[Figure], language: str) -> list[str]:
    """The explanation of each sign that occurs among `figures`."""
    there = {figure.sign for figure in figures}
    shown = {each: SUPPRESSED_TEXT * each.withheld + each.mark for each in SIGNS if each in there}
    return [
        word("tables.note.sign", language, sign=mark, words=each.words(language))
        for each, mark in shown.items()
    ]


def firm(figure: Figure) -> bool:
    """Whether a sentence may be made of a number."""
    sure = figure.sign is Sign.NONE and figure.reliability in ("", "present")
    return sure and figure.value is not None


def against_half(figure: Figure | None, item: str, levels: Value) -> Fact | None:
    """Whether a share of all is more or less than a half; `levels`: which answers it adds up."""
    if figure is None or figure.value is None or figure.unit != "share" or not firm(figure):
        return None
    values = {"item": item, "levels": levels}
    if (figure.value if figure.lower is None else figure.lower) > HALF:
        return Fact("charts.finding.more", values)
    if (figure.value if figure.upper is None else figure.upper) < HALF:
        return Fact("charts.finding.less", values)
    return Fact("charts.finding.about", values)


def foremost(figures: Sequence[tuple[str, Figure]], item: str) -> Fact | None:
    """Which answer was given most often: label and number of each, from the largest on.

    None where the largest is not firm, or equals the next.
    """
    if not figures or not firm(figures[0][1]):
        return None
    if len(figures) > 1 and figures[1][1].value == figures[0][1].value:
        return None
    return Fact("charts.finding.most", {"item": item, "label": figures[0][0]})
