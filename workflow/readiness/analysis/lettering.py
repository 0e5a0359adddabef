"""Letters of banner tables by the rules of market research (`compare.letters`).

The house's own letters follow adjusted contrasts of the design (`comparing.close_pairs`). These
follow each pair by itself (`survey.comparisons.columns`), as agencies print them.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from readiness.analysis.estimating import compared_cuts
from readiness.questionnaire import Questionnaire
from readiness.survey.coding import encode_declared
from readiness.survey.comparisons.columns import compare_two_shares, effective_base
from readiness.survey.design import Design

Letters = Literal["adjusted", "pooled", "unpooled"]
# A column of fewer answers is compared with none.
LEAST_BASE = 30
_Pair = tuple[str, str, str, str, str]


def add_letters(
    contrasts: pd.DataFrame,
    design: Design,
    questionnaire: Questionnaire,
    by: Sequence[str],
    items: Sequence[str],
    letters: Letters,
) -> pd.DataFrame:
    """Return the contrasts with the p of the rule in a column of its name (`p_pooled`).

    The column is missing for `adjusted` letters, which follow `p_adjusted`; p is NaN where a column
    has fewer than `LEAST_BASE` answers.
    """
    if letters == "adjusted":
        return contrasts
    found = {
        pair: p
        for name in items
        for variable in by
        if variable != name
        for pair, p in _compare_columns(
            design, questionnaire, name, variable, pooled=letters == "pooled"
        )
    }
    rows = contrasts[["item", "level", "by", "a", "b"]].itertuples(index=False, name=None)
    return contrasts.assign(**{f"p_{letters}": [found.get(row, float("nan")) for row in rows]})


def _compare_columns(
    design: Design, questionnaire: Questionnaire, name: str, by: str, *, pooled: bool
) -> Iterator[tuple[_Pair, float]]:
    """Yield p of each pair of columns, in either order, for each answer to an item."""
    item, groups = questionnaire.item(name), questionnaire.grouping(by).codes
    if not item.kind.takes_options:
        return
    group_of_row = encode_declared(None, groups, design.factorize(by)).codes
    weights = design.full_weights
    for cut in compared_cuts(item, design.data):
        category_of_row = np.array([*cut.place, -1])[cut.answers[0]]
        shares, bases = {}, {}
        for place, group in enumerate(groups):
            members = design.mask & (group_of_row == place) & (category_of_row >= 0)
            if members.sum() < LEAST_BASE:
                continue
            totals = np.bincount(
                category_of_row[members], weights[members], minlength=len(cut.categories)
            )
            shares[group] = totals / totals.sum()
            bases[group] = effective_base(weights[members])
        for a, b in combinations(shares, 2):
            for place, category in enumerate(cut.categories):
                p = compare_two_shares(
                    shares[a][place], shares[b][place], bases[a], bases[b], pooled=pooled
                )
                for one, other in ((a, b), (b, a)):
                    yield (name, cut.level or category, by, one, other), p
