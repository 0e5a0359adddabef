"""How well the items of a scale measure the same: Cronbach's alpha, and without each item.

Alpha is computed of those who answered all items, with the wave's weights, and its interval from
the design (`survey.comparisons.effects.cronbach_alpha`). Levels of ordinal items count as whole
numbers, as the scale itself counts them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from readiness.analysis.deriving import scores
from readiness.analysis.selection import Selection
from readiness.arrays import FloatArray
from readiness.config import Derived
from readiness.errors import StatisticsError
from readiness.questionnaire import Questionnaire
from readiness.survey.comparisons.effects import cronbach_alpha
from readiness.survey.design import Design

COLUMNS = ["item", "without", "items", "n", "alpha", "lower", "upper", "note"]


def scales_table(
    design: Design,
    questionnaire: Questionnaire,
    scales: Sequence[Derived],
    level: float,
    selection: Selection,
) -> pd.DataFrame:
    """Alpha of each scale, and of the scale `without` each of its items: columns `COLUMNS`.

    `n`: respondents who answered all items. What the selection gives no meaning (an interval of
    chosen respondents) is missing, and so is an alpha that does not exist: `note` says why.
    """
    rows: list[dict[str, Any]] = []
    for one in scales:
        values = scores(one, questionnaire, design.data)
        rows.append(_alpha(design, one.id, "", values, level, selection))
        if values.shape[1] > 2:
            for place, name in enumerate(one.sources):
                rest = np.delete(values, place, axis=1)
                rows.append(_alpha(design, one.id, name, rest, level, selection))
    return pd.DataFrame(rows, columns=COLUMNS)


def _alpha(
    design: Design,
    item: str,
    without: str,
    values: FloatArray,
    level: float,
    selection: Selection,
) -> dict[str, Any]:
    known = int((np.isfinite(values).all(axis=1) & design.mask).sum())
    row: dict[str, Any] = {"item": item, "without": without, "items": values.shape[1], "n": known}
    try:
        made = cronbach_alpha(design, values, level)
    except StatisticsError as error:
        return {**row, "note": str(error)}
    row |= {"alpha": made.effect, "note": made.note}
    return {**row, "lower": made.lower, "upper": made.upper} if selection.intervals else row
