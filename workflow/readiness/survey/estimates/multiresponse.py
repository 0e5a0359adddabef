"""Multi-response items: each option is a proportion on the declared base.

A respondent may tick several options, so the shares do not add up to 1. The base is declared: all
who were asked (a blank counts as "not this one"), or those who answered (a blank leaves the base);
both are shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from readiness.arrays import BoolArray, TextArray
from readiness.errors import StatisticsError
from readiness.survey.coding import factorized
from readiness.survey.design import Column, Design
from readiness.survey.estimates.proportions import proportion_estimates, proportion_table
from readiness.survey.intervals import Interval
from readiness.survey.options import one_of
from readiness.survey.reliability import NchsRules

Base: TypeAlias = Literal["asked", "answered"]
NOT_ASKED = ("_not_asked", "_invalid", "_broken_off")
NO_ANSWER = ("_blank", "_dont_know", "_refused")


def multi_response(
    design: Design,
    options: Mapping[str, Column],
    *,
    base: Base,
    by: Column | None = None,
    groups: Sequence[Any] | None = None,
    not_asked: Collection[str] = NOT_ASKED,
    no_answer: Collection[str] = NO_ANSWER,
    level: float = 0.95,
    interval: Interval = "korn-graubard",
    rules: NchsRules | None = None,
) -> pd.DataFrame:
    """Share of respondents who chose each option.

    Args:
        design: the design, or a domain of it.
        options: column of each option, holding `1` (chosen), `0` (not chosen) or a special code.
        base: `asked`: everyone asked, where no answer counts as not chosen; `answered`: only those
            who answered.
        by, groups: as in `proportions`.
        not_asked: codes that are outside both bases.
        no_answer: codes of those who were asked and did not answer.
        level, interval, rules: as in `proportions`.

    Returns:
        One row a group and option, in declared order: the columns of `proportions` with the option
        as `category`, and `n_asked` and `n_answered`, the two unweighted bases.

    Raises:
        StatisticsError: no options, an unknown base, a value that is neither 1, 0 nor a special
            code, an empty base.
    """
    if not options:
        raise StatisticsError("no options given for the multi-response item")
    one_of(base, Base, "base")
    tables = []
    for option, column in options.items():
        values = design.column(column)
        chosen = _chosen(values, option, not_asked, no_answer, design.mask)
        asked = proportion_estimates(design, chosen, ["1", "0", "blank"], by=by, groups=groups)
        answer = _on_base(chosen, base)
        estimates = proportion_estimates(design, answer, ["1", "0"], by=by, groups=asked.groups)
        table = proportion_table(estimates, level=level, interval=interval, rules=rules)
        table = table[table["category"] == "1"].assign(category=option)
        table["n_asked"] = asked.n
        table["n_answered"] = asked.n - asked.counts[:, 2]
        table["_group"] = np.arange(len(table))
        tables.append(table)
    whole = pd.concat(tables, ignore_index=True)
    whole = whole.sort_values("_group", kind="stable", ignore_index=True)
    return whole.drop(columns="_group")


def option_answers(
    values: Any,
    option: str,
    base: Base,
    *,
    not_asked: Collection[str] = NOT_ASKED,
    no_answer: Collection[str] = NO_ANSWER,
) -> TextArray:
    """The answers to one option as `multi_response` counts them, for those without a design.

    Returns `1` and `0` within the base, a code that begins with `_` outside it. Raises
    StatisticsError as `multi_response` does.
    """
    return _on_base(_chosen(values, option, not_asked, no_answer), base)


def _on_base(chosen: TextArray, base: Base) -> TextArray:
    return np.where(chosen == "blank", "0" if base == "asked" else "_blank", chosen)


def _chosen(
    values: Any,
    option: str,
    not_asked: Collection[str],
    no_answer: Collection[str],
    mask: BoolArray | None = None,
) -> TextArray:
    """`1`, `0`, `blank` or `_outside` for each row."""
    codes, distinct = factorized(values)
    known = {"1": "1", "0": "0"}
    known |= dict.fromkeys(not_asked, "_outside") | dict.fromkeys(no_answer, "blank")
    texts = [*map(_plain, distinct), "_blank"]  # the last one: a missing value, code -1
    bad = np.array([text not in known for text in texts])[codes]
    if mask is not None:
        bad &= mask
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise StatisticsError(
            f"option {option!r} is {texts[codes[row]]!r} in row {row}; expected 1, 0 or one of "
            + ", ".join((*not_asked, *no_answer))
        )
    mapped = np.array([known.get(text, "_outside") for text in texts], dtype=object)
    return np.asarray(mapped[codes])


def _plain(value: Any) -> str:
    """Text of a value; 1.0 and True read as 1."""
    if isinstance(value, (bool, np.bool_, float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)
