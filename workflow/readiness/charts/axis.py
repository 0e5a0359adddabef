"""The pictures of a study's bases, from its claims and their structure, in one language."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from readiness.charts.bases import BaseRow, FeasibleBases, Reported
from readiness.charts.grid import BaseGrid
from readiness.charts.sheet import WIDE
from readiness.charts.words import word
from readiness.facts import Label, Listed, Printed
from readiness.forensics.judging.structure import Structure
from readiness.forensics.judging.study import (
    TOGETHER,
    Axis,
    axis_data,
    lead_bases,
    read_study,
)
from readiness.language import Language, show

LENGTH = 40
"""The axis goes to this base: far enough to show the first common ones beyond a small study."""
LISTED = 2
"""The most questions that a label names one by one."""
SAYS = {"sent": "charts.reported.sent", "answered": "charts.reported.answered"}
"""What a reported total is known to count; anything else is not known."""


def bases_chart(
    claims: pd.DataFrame, structure: Structure, language: Language, width: int = WIDE
) -> FeasibleBases:
    """The chart of feasible bases; `claims` is the register as text.

    Raises DataError as `forensics.read_study`, and RenderError for a label that the structure lacks
    in the language.
    """
    study = read_study(claims, structure, LENGTH)
    labels = {name: study.item(name) for name in structure.items}
    rows = [_row(line, labels, language) for line in axis_data(claims, structure, LENGTH)]
    totals = {study.total_of(total): total.counts for total in structure.totals}
    reported = [
        Reported(n, SAYS.get(counts, "charts.reported.unknown"))
        for n, counts in sorted(totals.items())
    ]
    names = {row.whose: show(structure.whose(row.whose), language) for row in rows}
    names[TOGETHER] = word("charts.whose.together", language)
    return FeasibleBases(
        rows, LENGTH, language, names, structure.max_missing, tuple(reported), width=width
    )


def grid_chart(
    claims: pd.DataFrame, structure: Structure, language: Language, width: int = WIDE
) -> BaseGrid:
    """The grid of the study's own figures; arguments and errors as of `bases_chart`."""
    found = lead_bases(claims, structure)
    if found is None:
        return BaseGrid((), 0, frozenset(), frozenset(), language, width=width)
    return BaseGrid(
        found.figures,
        found.last,
        frozenset(found.bases),
        frozenset(found.bases_missing),
        language,
        found.max_missing,
        tuple(
            Reported(each.n, SAYS.get(each.counts, "charts.reported.unknown"))
            for each in found.reported
        ),
        width,
    )


def _row(line: Axis, labels: Mapping[str, Label], language: Language) -> BaseRow:
    """A line with its label: the questions, and a single set's figures."""
    items = tuple(labels[item] for item in dict.fromkeys(line.items))
    if line.figures:
        figures = Listed(tuple(Printed(figure) for figure in line.figures), "slash")
        label = word("charts.bases.set", language, item=items[0], figures=figures)
    elif len(items) <= LISTED:
        label = show(Listed(items), language)
    else:
        label = word("charts.bases.many", language, n=len(items))
    # A single set fits nearly everywhere once answers may be missing: that says nothing.
    missing = tuple(b for b in line.bases_missing if b not in line.bases) if line.joint else ()
    # "67 / 33" is one thing: it is not broken over two lines.
    label = label.replace(" / ", "\u00a0/\u00a0")
    return BaseRow(label, line.whose, line.joint, line.bases, missing)
