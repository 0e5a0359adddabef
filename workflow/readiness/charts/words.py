"""What charts say by themselves, from the catalogue `charts`.

Labels of groups, levels and claims come from the questionnaire and the claims' structure; the
catalogue has only stamps, keys and alternative texts. Alternative texts hold no number: every
number of a report comes from the register, and the table beside a chart gives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from readiness.charts.marks import Mark
from readiness.facts import Fact, Listed, Value
from readiness.language import tell
from readiness.register.display import SUPPRESSED_TEXT
from readiness.register.signs import SIGNS, Sign


def word(key: str, language: str, **values: Value) -> str:
    """A phrase of the catalogue, filled in."""
    return tell(Fact(key, values), language)


def said(facts: Iterable[Fact], language: str) -> str:
    """Facts as running text."""
    return " ".join(tell(fact, language) for fact in facts)


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


def base_text(mark: Mark, language: str, *, unweighted: bool = False) -> str:
    """ "n = 57", with the word for unweighted answers; empty where the base is unknown."""
    if mark.n is None:
        return ""
    return word("charts.base.unweighted" if unweighted else "charts.base", language, n=mark.n)


def sign_notes(marks: Iterable[Mark], language: str) -> list[str]:
    """The explanation of each sign that occurs among `marks`."""
    found = {mark.sign for mark in marks}
    return [
        word("charts.sign", language, sign=_shown(sign), words=sign.words(language))
        for sign in SIGNS
        if sign in found
    ]


def _shown(sign: Sign) -> str:
    return f"{SUPPRESSED_TEXT}{sign.mark}" if sign.withheld else sign.mark
