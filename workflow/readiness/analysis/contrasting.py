"""Between which groups does the share of an answer differ? Every item by every variable.

One family is an item by a variable: p-values are adjusted over all its pairs of groups and all the
answers that are compared, and the simultaneous limits hold for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd

from readiness.analysis.cuts import Crossings, Cut, compared_cuts
from readiness.analysis.selection import Selection
from readiness.arrays import BoolArray
from readiness.config import Compare
from readiness.questionnaire import Questionnaire
from readiness.questionnaire.model import Item
from readiness.survey.comparisons.families import ContrastRow, Shares, family_of
from readiness.survey.design import Design
from readiness.survey.intervals import Interval

_RENAMED = {
    "simultaneous_lower": "lower_simultaneous",
    "simultaneous_upper": "upper_simultaneous",
}
TESTED = ("p_value", "p_adjusted")
LIMITS = ("lower", "upper", "lower_simultaneous", "upper_simultaneous")
NUMBERS = ("effect", *LIMITS, *TESTED)
COLUMNS = ["item", "level", "base", "by", "a", "b", *NUMBERS, "n_a", "n_b",
           "family", "untested", "note"]  # fmt: skip


def contrast_items(
    design: Design,
    questionnaire: Questionnaire,
    by: Sequence[str],
    items: Sequence[str],
    settings: Compare,
    *,
    level: float,
    interval: Interval,
    selection: Selection,
) -> pd.DataFrame:
    """The contrasts of all closed items by each of the variables: columns `COLUMNS`.

    `effect` is the share of `b` less that of `a` (-1 to 1), `lower` and `upper` its own limits,
    `lower_simultaneous` and `upper_simultaneous` those that belong beside `p_adjusted`. What the
    selection gives no meaning (p-values of a census) is missing.
    """
    rows = [
        row
        for name in items
        for variable in by
        if variable != name
        for groups in [questionnaire.grouping(variable).codes]
        for row in contrast_item(
            design, questionnaire.item(name), variable, groups, settings, level, interval
        )
    ]
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(NUMBERS, "float64"))
    forbidden = (*(() if selection.p_values else TESTED), *(() if selection.intervals else LIMITS))
    return table.assign(**dict.fromkeys(forbidden, float("nan")))


def contrast_item(
    design: Design,
    item: Item,
    by: str,
    groups: Sequence[str],
    settings: Compare,
    level: float,
    interval: Interval,
) -> list[dict[str, object]]:
    """The family of one item and one variable; no row for a number or where nobody answered."""
    found: dict[str, tuple[Cut, Shares]] = {}
    crossings = Crossings(design, by, groups)
    known = design.data[by].isin(groups).to_numpy() & design.mask
    if item.kind not in ("number", "text"):
        for cut in compared_cuts(item, design.data):
            for name, shares in _shares(cut, known, interval, crossings):
                found[name] = (cut, shares)
    if not found:
        return []
    family = family_of(
        {name: shares for name, (_, shares) in found.items()},
        groups, adjust=settings.adjust, level=level,
    )  # fmt: skip
    return [
        {"item": item.id, "level": name, "base": found[name][0].base, "by": by, **_columns(row)}
        for name, rows in family.items()
        for row in rows
    ]


def _shares(
    cut: Cut, known: BoolArray, interval: Interval, crossings: Crossings
) -> Iterator[tuple[str, Shares]]:
    """The share of each compared category of a cut, by the name of its level.

    `known`: who is in the domain and in a group.
    """
    codes, _ = cut.answers
    inside = np.array([*(place >= 0 for place in cut.place), False])[codes]
    if not (inside & known).any():
        return
    made = crossings.proportions(cut, grouped=True)
    for category in cut.compared:
        place = cut.categories.index(category)
        yield cut.level or category, Shares.of(made, place, interval)


def _columns(row: ContrastRow) -> dict[str, object]:
    """A contrast as a row of the table."""
    return {_RENAMED.get(name, name): value for name, value in asdict(row).items()}
