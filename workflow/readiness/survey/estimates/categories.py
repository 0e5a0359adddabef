"""Answers and groups as codes of declared categories, nothing dropped in silence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from readiness.errors import StatisticsError
from readiness.survey.coding import Codes, encode_declared
from readiness.survey.design import Column, Design


def answer_codes(
    design: Design, values: Column, categories: Sequence[Any], outside: Collection[Any] = ()
) -> Codes:
    """Codes of declared categories; -1 for what is outside the base.

    Outside the base are missing values, special codes that begin with `_` (blank, not asked, don't
    know) and the values in `outside`.

    Raises:
        StatisticsError: another value inside the domain, a category declared twice or never.
    """
    column = design.column(values)
    codes = encode_declared(column, categories)
    _refuse_undeclared(design, column, codes, values, outside)
    return codes


def group_codes(design: Design, by: Column, groups: Sequence[Any] | None = None) -> Codes:
    """Codes of a grouping column; the groups are those that occur in the domain, sorted.

    Raises:
        StatisticsError: no respondent has a group, or a value is not among the declared groups.
    """
    column = design.column(by)
    if groups is not None:
        codes = encode_declared(column, groups)
        _refuse_undeclared(design, column, codes, by, ())
        return codes
    seen = pd.Series(column[design.mask]).dropna().unique().tolist()
    if not seen:
        raise StatisticsError(f"nobody in the domain has a value of the grouping {_name(by)}")
    try:
        return encode_declared(column, sorted(seen))
    except TypeError:
        return encode_declared(column, sorted(seen, key=str))


def _refuse_undeclared(
    design: Design, column: Any, codes: Codes, values: Column, outside: Collection[Any]
) -> None:
    unknown = design.mask & (codes.codes < 0)
    if not unknown.any():
        return
    for value in pd.Series(column[unknown]).dropna().unique().tolist():
        if (isinstance(value, str) and value.startswith("_")) or value in outside:
            continue
        row = int(np.flatnonzero(unknown & (column == value))[0])
        declared = ", ".join(repr(label) for label in (codes.labels or ())[:12])
        raise StatisticsError(
            f"{_name(values)} is {value!r} in row {row}, which is not declared; "
            f"declared: {declared}"
        )


def _name(values: Column) -> str:
    return repr(values) if isinstance(values, str) else "the variable"
