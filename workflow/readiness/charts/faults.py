"""What validation found, a bar a question: faults by how much they cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from readiness.charts.frame import Key
from readiness.charts.marks import Axis, Bar, Row, Text
from readiness.charts.picture import Picture, nothing
from readiness.charts.rows import Rows
from readiness.charts.words import about, closing, word
from readiness.language import Language, numbers
from readiness.questionnaire.model import Item

SEVERITIES = {"error": "second", "warning": "low2", "note": "cell"}
"""The severities, the worst first, with their colours; the hatched are told apart in grey."""
HATCHED = ("warning",)
KEYS = tuple(f"validation.severity.{severity}" for severity in SEVERITIES)


def faults(
    counts: pd.DataFrame, items: Sequence[Item], language: Language, *, simulated: bool
) -> Picture:
    """Faults by question and severity; `counts`: columns `item`, `severity`, `n`.

    `items`: the questions in their order, of which those without a fault have no bar.
    """
    title = word("validation.page.by_question", language)
    words = {severity: word(f"validation.severity.{severity}", language) for severity in SEVERITIES}
    known = {
        (item, severity): int(n)
        for item, severity, n in counts[["item", "severity", "n"]].itertuples(index=False)
    }
    table: list[tuple[Item, dict[str, int]]] = []
    for item in items:
        by = {severity: known.get((item.id, severity), 0) for severity in SEVERITIES}
        if any(by.values()):
            table.append((item, {severity: n for severity, n in by.items() if n}))
    if not table:
        return nothing(title, language, simulated=simulated)
    there = {severity for _, found in table for severity in found}
    return Picture(
        title,
        [
            *about("validation.page.by_question.alt", [i.label.text(language) for i, _ in table]),
            *closing(simulated=simulated),
        ],
        language,
        [Rows([_row(*each, language) for each in table], Axis("number"))],
        simulated=simulated,
        keys=[
            Key(words[severity], colour, "hatch" if severity in HATCHED else "patch")
            for severity, colour in SEVERITIES.items()
            if severity in there
        ],
        table=[
            {"question": item.label.text(language), "severity": words[severity], "n": n}
            for item, found in table
            for severity, n in found.items()
        ],
    )


def _row(item: Item, found: Mapping[str, int], language: Language) -> Row:
    bars, low = [], 0
    for severity, n in found.items():
        outline = "muted" if severity == "note" else ""
        look: dict[str, Any] = {
            "outline": outline,
            "hatched": severity in HATCHED,
            "id": f"{item.id}.{severity}",
        }
        bars.append(Bar(low, low + n, SEVERITIES[severity], **look))
        low += n
    total = numbers.number(str(low), "count", 0, language)
    return Row(item.label.text(language), bars, [Text(total, bold=True)])
