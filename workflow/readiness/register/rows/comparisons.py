"""Tests, contrasts and effect sizes of a wave.

Ids: `<item>.test.<test>`, `<item>.contrast.<a>.<b>`, `<item>.odds_ratio.<a>.<b>`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from readiness.analysis.cuts import ANSWERED
from readiness.analysis.selection import Selection
from readiness.config import Figures
from readiness.register.figures import FigureRow
from readiness.register.protection import Scheme, withheld
from readiness.register.rows.cells import number
from readiness.register.rows.shares import reason_of

P_DIGITS = 3
EFFECT_DIGITS = 2


def comparison_rows(
    comparisons: pd.DataFrame,
    estimates: pd.DataFrame,
    rules: Figures,
    scheme: Scheme,
    selection: Selection,
) -> Iterator[FigureRow]:
    """Tests (p and statistic), contrasts (points, interval, adjusted p) and effect sizes.

    What compares a group whose share is not published is not published either: the share could be
    worked out from it. A contrast compares one share (the headline box of a scale); odds ratios and
    probabilities of superiority rest on all levels.
    """
    unknown = _unknown(estimates, rules, scheme)
    shown = []
    for row in comparisons.to_dict("records"):
        groups = [group for group in (row["a"], row["b"]) if group]
        if not any((row["item"], g, row["test"] == "contrast") in unknown for g in groups):
            shown.append(row)
            yield from _comparison_row(row, rules, selection)
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
            yield FigureRow(
                id=f"{item}.contrast.{name}", kind="test", unit="count", value=len(pairs),
                item=item, statistic=words,
            )  # fmt: skip


def _comparison_row(
    row: dict[Any, Any], rules: Figures, selection: Selection
) -> Iterator[FigureRow]:
    """The numbers of one test, contrast or effect size."""
    item, test, n = row["item"], row["test"], int(row["n"])
    pair = ".".join(part for part in (row["a"], row["b"]) if part)
    name = {"contrast": "contrast", "odds_ratio": "odds_ratio"}.get(test, f"test.{test}")
    identity = f"{item}.{name}" + (f".{pair}" if pair else "")
    common: dict[str, Any] = {
        "item": item,
        "n": n,
        "rounding": rules.rounding,
        "note": row["note"],
    }
    p = number(row["p_adjusted"]) if test == "contrast" else number(row["p_value"])
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
    ends: dict[str, Any] = {
        end: number(row[end]) if selection.intervals else None for end in ("lower", "upper")
    }
    for suffix, value in (("", effect), (".lower", ends["lower"]), (".upper", ends["upper"])):
        if value is not None:
            yield FigureRow(
                id=f"{identity}{suffix}", kind="test", unit=unit, value=value, group=pair,
                statistic=f"{test}{suffix.replace('.', ' ')}", digits=digits,
                **(ends if not suffix else {}), **common,
            )  # fmt: skip


def _unknown(estimates: pd.DataFrame, rules: Figures, scheme: Scheme) -> set[tuple[str, str, bool]]:
    """(item, group, whether of the contrasted share alone) of which something is not published."""
    ids = withheld(estimates, rules, scheme)
    answered = estimates[estimates["base"] == ANSWERED]
    unknown = set()
    for row in answered.to_dict("records"):
        if reason_of(row, rules, scheme, ids):
            item, group, level = row["item"], row["group"], row["level"]
            unknown.add((item, group, False))
            if level == scheme.headlines.get(item, level):
                unknown.add((item, group, True))
    return unknown
