"""Tests, contrasts and effect sizes of a wave.

Ids: `<item>.test.<test>`, `<item>.contrast.<a>.<b>`, `<item>.odds_ratio.<a>.<b>`; a test of one
option of a multiple choice has its code behind it. The limits of a contrast are those that hold for
the whole family, as its p does; its own ones are `.pointwise.lower` and `.pointwise.upper`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from readiness.analysis.names import ANSWERED
from readiness.analysis.selection import Selection
from readiness.config import Figures
from readiness.questionnaire.model import TOTAL
from readiness.register.figures import FigureRow, number
from readiness.register.protection import Scheme, base_id
from readiness.register.rows.shares import reason_of

P_DIGITS = 3
EFFECT_DIGITS = 2


def comparison_rows(
    comparisons: pd.DataFrame,
    estimates: pd.DataFrame,
    rules: Figures,
    scheme: Scheme,
    selection: Selection,
    ids: frozenset[str],
) -> Iterator[FigureRow]:
    """Tests (p and statistic), contrasts (points, interval, adjusted p) and effect sizes.

    What compares a group whose share is not published is not published either: the share could be
    worked out from it. A contrast compares one share (the headline box of a scale); odds ratios and
    probabilities of superiority rest on all levels. `ids`: as `share_rows` takes them; a sum of
    bases of which one is withheld is not told.
    """
    unknown = _unknown(estimates, rules, scheme, ids)
    shown = []
    for row in comparisons.to_dict("records"):
        groups = [group for group in (row["a"], row["b"]) if group] if _of_groups(row) else []
        if not any((row["item"], g, row["test"] == "contrast") in unknown for g in groups):
            shown.append(row)
            bases = [base_id(row["item"], group, ANSWERED) for group in groups or [TOTAL]]
            told = not ids.intersection(bases)
            yield from _comparison_row(row, rules, selection, told=told)
    if selection.p_values:
        yield from _family_rows(comparisons.to_dict("records"), shown)


def _family_rows(made: list[dict[Any, Any]], shown: list[dict[Any, Any]]) -> Iterator[FigureRow]:
    """Over how many pairs of groups the p-values of an item are adjusted, and how many are shown.

    Not the number hidden by itself: a reader of a report must know both to read "adjusted".
    """
    for item in dict.fromkeys(row["item"] for row in made):
        for name, rows, words in (
            ("family", made, "pairs of groups over which p is adjusted"),
            ("shown", shown, "pairs of groups that are shown"),
        ):
            pairs = [
                row for row in rows
                if (row["item"], row["test"]) == (item, "contrast")
                and number(row["p_adjusted"]) is not None
            ]  # fmt: skip
            value = len(pairs)
            if name == "family" and pairs:
                value = _family(pairs[0]) or value
            yield FigureRow(
                id=f"{item}.contrast.{name}", kind="test", unit="count", value=value,
                item=item, statistic=words,
            )  # fmt: skip


def _comparison_row(
    row: dict[Any, Any], rules: Figures, selection: Selection, *, told: bool
) -> Iterator[FigureRow]:
    """The numbers of one test, contrast or effect size."""
    item, test, n = row["item"], row["test"], int(row["n"])
    pair = ".".join(part for part in (row["a"], row["b"]) if part)
    name = {"contrast": "contrast", "odds_ratio": "odds_ratio"}.get(test, f"test.{test}")
    identity = f"{item}.{name}" + (f".{pair}" if pair else "")
    common: dict[str, Any] = {
        "item": item,
        "n": n if told else None,
        "rounding": rules.rounding,
        "note": row["note"],
    }
    adjusted = number(row["p_adjusted"])
    p = number(row["p_value"]) if adjusted is None and test != "contrast" else adjusted
    if p is not None and selection.p_values:
        yield FigureRow(
            id=f"{identity}.p", kind="test", unit="p", value=p, statistic=f"p of {test}",
            digits=P_DIGITS, group=pair, **common,
        )  # fmt: skip
    value = number(row["statistic"])
    tested = selection.p_values and test not in ("contrast", "odds_ratio")
    if value is not None and tested:
        yield FigureRow(
            id=f"{identity}.statistic", kind="test", unit="number", value=value,
            statistic=f"{row['statistic_name']} of {test}", digits=EFFECT_DIGITS, **common,
        )  # fmt: skip
    effect = number(row["effect"])
    if effect is None:
        return
    unit = "points" if test == "contrast" else "number"
    digits = rules.digits if test == "contrast" else EFFECT_DIGITS
    limits = [("", "lower", "upper")]
    if number(row.get("lower_simultaneous")) is not None:
        limits = [
            ("", "lower_simultaneous", "upper_simultaneous"),
            (".pointwise", "lower", "upper"),
        ]
    ends: list[tuple[str, float | None]] = [
        (f"{kind}.{end}", number(row[column]) if selection.intervals else None)
        for kind, *columns in limits
        for end, column in zip(("lower", "upper"), columns, strict=True)
    ]
    own: dict[str, Any] = {"lower": ends[0][1], "upper": ends[1][1]}
    for suffix, value in (("", effect), *ends):
        if value is not None:
            yield FigureRow(
                id=f"{identity}{suffix}", kind="test", unit=unit, value=value, group=pair,
                statistic=f"{test}{suffix.replace('.', ' ')}", digits=digits,
                **(own if not suffix else {}), **common,
            )  # fmt: skip


def _of_groups(row: dict[Any, Any]) -> bool:
    """Whether `a` and `b` are groups: beside a test of several groups stands an option."""
    return row["test"] in ("contrast", "odds_ratio", "probability_of_superiority")


def _family(row: dict[Any, Any]) -> int | None:
    """Over how many tests the p of a contrast is adjusted, where its row says so."""
    family, untested = (number(row.get(name)) for name in ("family", "untested"))
    return None if family is None else int(family - (untested or 0))


def _unknown(
    estimates: pd.DataFrame, rules: Figures, scheme: Scheme, ids: frozenset[str]
) -> set[tuple[str, str, bool]]:
    """(item, group, whether of the contrasted share alone) of which something is not published."""
    answered = estimates[estimates["base"] == ANSWERED]
    unknown = set()
    for row in answered.to_dict("records"):
        if reason_of(row, rules, scheme, ids):
            item, group, level = row["item"], row["group"], row["level"]
            unknown.add((item, group, False))
            if level == scheme.headlines.get(item, level):
                unknown.add((item, group, True))
    return unknown
