"""Does an answer differ between the groups? One item at a time, by the kind of the item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from readiness.config import Compare
from readiness.errors import StatisticsError
from readiness.facts import Fact, to_json
from readiness.questionnaire import Questionnaire
from readiness.questionnaire.model import Item
from readiness.survey.comparisons.compare import compare_nominal, compare_ordinal
from readiness.survey.comparisons.comparison import Comparison
from readiness.survey.comparisons.results import ComparisonRow
from readiness.survey.design import Column, Design


@dataclass(frozen=True, eq=False)
class Groups:
    """The groups that are compared, and how.

    Attributes:
        column: the group of each row, by name or by value.
        names: the groups, in order.
        how: seed, adjustment, permutations, blocks, primary test and level, by their names in
            `compare_ordinal`.
    """

    column: Column
    names: Sequence[str]
    how: dict[str, Any]

    @classmethod
    def of(cls, column: Column, names: Sequence[str], settings: Any, **more: Any) -> Groups:
        """The groups with what `settings` (a section of a configuration) says of the tests."""
        how = {name: getattr(settings, name) for name in ("seed", "adjust", "permutations")}
        lead = None if settings.lead == "auto" else settings.lead
        return cls(column, names, {**how, "lead": lead, **more})

    def compare(
        self,
        design: Design,
        values: Column,
        categories: Sequence[str],
        *,
        box: Sequence[str] | None = None,
        category: str | None = None,
    ) -> Comparison:
        """An answer compared: a scale whose `box` is contrasted, or else a nominal answer of which
        one `category` is (None: the first)."""
        if box is not None:
            return compare_ordinal(
                design, values, categories, self.column, self.names, box=box, **self.how
            )
        return compare_nominal(
            design, values, categories, self.column, self.names, category=category, **self.how
        )


NOTHING = "report.choice.nothing"
"""The kind of fact that says that there is nothing to compare."""


def compare_items(
    design: Design, questionnaire: Questionnaire, by: str, settings: Compare, level: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All items of the settings: one row a test, contrast or effect size; one row a choice.

    Intervals are at the confidence `level` (0-1). The second table has `item`, `lead` (the primary
    test) and `fact` (why, as JSON). An item without two groups or two answers to compare has a row
    whose note says so, and no primary test.
    """
    groups = list(questionnaire.frame_variable(by).codes)
    tables, choices = [], []
    for name in settings.items:
        lead, reason = "", Fact(NOTHING)
        try:
            made = compare_item(design, questionnaire.item(name), by, groups, settings, level)
            table, lead, reason = made.frame(), made.choice.lead, made.choice.reason
        except StatisticsError as error:
            table = ComparisonRow("comparison", note=f"no result: {error}").frame()
        table.insert(0, "item", name)
        tables.append(table)
        choices.append({"item": name, "lead": lead, "fact": to_json(reason)})
    return pd.concat(tables, ignore_index=True), pd.DataFrame(choices)


def compare_item(
    design: Design, item: Item, by: str, groups: Sequence[str], settings: Compare, level: float
) -> Comparison:
    """The comparison of a single or an ordinal item across the groups of the variable `by`."""
    values = design.data[item.id].where(design.data[item.id].isin(item.codes))
    box = None if item.headline is None else item.levels_of[item.headline]
    made = Groups.of(by, groups, settings, blocks=settings.blocks, level=level)
    return made.compare(design, values.to_numpy(dtype=object), list(item.codes), box=box)
