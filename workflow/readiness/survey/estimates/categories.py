"""Answers and groups as codes of declared categories, nothing dropped in silence."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from readiness.errors import StatisticsError
from readiness.survey.coding import Codes, Factorized, encode_declared
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
    known = design.factorized(values)
    codes = encode_declared(None, categories, known)
    _refuse_undeclared(design, known, codes, values, outside)
    return codes


def group_codes(design: Design, by: Column, groups: Sequence[Any] | None = None) -> Codes:
    """Codes of a grouping column; the groups are those that occur in the domain, sorted.

    The categories of a pandas Categorical come in their own order.

    Raises:
        StatisticsError: no respondent has a group, or a value is not among the declared groups.
    """
    known = design.factorized(by)
    if groups is not None:
        codes = encode_declared(None, groups, known)
        _refuse_undeclared(design, known, codes, by, ())
        return codes
    raw, labels = known
    inside = raw if design.mask.all() else raw[design.mask]
    counts = np.bincount(inside + 1, minlength=len(labels) + 1)[1:]
    seen = [label for label, count in zip(labels, counts, strict=True) if count]
    if not seen:
        raise StatisticsError(f"nobody in the domain has a value of the grouping {_name(by)}")
    order = design.declared_order(by)
    try:
        seen = sorted(seen, key=None if order is None else order.index)
        return encode_declared(None, seen, known)
    except TypeError:
        return encode_declared(None, sorted(seen, key=str), known)


def _refuse_undeclared(
    design: Design, known: Factorized, codes: Codes, values: Column, outside: Collection[Any]
) -> None:
    raw, labels = known
    unknown = design.mask & (codes.codes < 0) & (raw >= 0)
    if not unknown.any():
        return
    for code in np.unique(raw[unknown]):
        value = labels[code]
        if (isinstance(value, str) and value.startswith("_")) or value in outside:
            continue
        row = int(np.flatnonzero(unknown & (raw == code))[0])
        declared = ", ".join(repr(label) for label in (codes.labels or ())[:12])
        raise StatisticsError(
            f"{_name(values)} is {value!r} in row {row}, which is not declared; "
            f"declared: {declared}"
        )


def _name(values: Column) -> str:
    return repr(values) if isinstance(values, str) else "the variable"
