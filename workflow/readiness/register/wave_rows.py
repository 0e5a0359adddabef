"""A wave's publishable numbers, from the tables of its steps.

Ids are dotted: `<item>.<level>.<group>` for shares and means, with `.asked` behind it where a
multiple-choice option is a share of those asked; `<item>.test.<test>`, `<item>.contrast.<a>.<b>`,
`weighting.<measure>`, `quality.<quantity>.<group>`, `revision.<id of the share>`.

What the selection of respondents does not allow has no row: an interval, a p-value, a response
rate.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pandas as pd

from readiness.analysis.cuts import ANSWERED
from readiness.analysis.selection import Selection
from readiness.config import Figures
from readiness.questionnaire.model import MEAN
from readiness.register.figures import FigureRow
from readiness.register.protection import (
    BASE,
    UNRELIABLE,
    WITHHELD,
    Scheme,
    base_id,
    share_id,
    statistic_text,
    withheld,
)

P_DIGITS = 3
EFFECT_DIGITS = 2


def _number(value: Any) -> float | None:
    if value in ("", None):
        return None
    number = float(value)
    return None if math.isnan(number) else number


def share_rows(
    estimates: pd.DataFrame, rules: Figures, scheme: Scheme, selection: Selection
) -> Iterator[FigureRow]:
    """Shares and means with their precision, and each base once.

    What is withheld (`register.protection`) has a row without numbers.
    """
    intervals = selection.intervals
    ids = withheld(estimates, rules, scheme)
    bases_seen: set[str] = set()
    for row in estimates.to_dict("records"):
        item, base, group, n = row["item"], row["base"], row["group"], int(row["n"])
        size = base_id(item, group, base)
        reason = _reason(row, rules, scheme, ids)
        hidden = bool(reason)
        precision: dict[str, Any] = {
            name: _number(row[name]) if intervals and not hidden else None
            for name in ("se", "lower", "upper", "n_eff", "deff")
        }
        yield FigureRow(
            id=share_id(item, row["level"], group, base),
            kind="estimate",
            unit=_unit(row),
            value=None if hidden else _number(row["estimate"]),
            item=item,
            level=row["level"],
            group=group,
            statistic=statistic_text(
                MEAN if row["level"] == MEAN else "share", base, unweighted=group in scheme.apart
            ),
            n=None if size in ids else n,
            # A flag and a note are made of the count: they go with it. A flag is of precision.
            reliability="" if reason == WITHHELD or not intervals else row["reliability"],
            suppressed=reason,
            digits=rules.digits,
            rounding=rules.rounding,
            note="" if reason == WITHHELD else row["note"],
            **precision,
        )
        if intervals and not hidden:
            yield from _precision_rows(row, rules)
        if size not in bases_seen:
            bases_seen.add(size)
            yield FigureRow(
                id=size, kind="count", unit="base", value=None if size in ids else n, item=item,
                group=group, statistic=f"answers ({base})",
                suppressed=_base_reason(n, rules) if size in ids else "",
            )  # fmt: skip


def _unit(row: dict[Any, Any]) -> str:
    return "number" if row["level"] == MEAN else "share"


def _base_reason(n: int, rules: Figures) -> str:
    return BASE if n < rules.minimum_base else WITHHELD


def _reason(row: dict[Any, Any], rules: Figures, scheme: Scheme, ids: frozenset[str]) -> str:
    """Why a share has no number in the register; empty when it has one."""
    n = int(row["n"])
    if n < rules.minimum_base:
        return BASE
    if row["group"] not in scheme.apart and n < rules.reliable_base:
        return UNRELIABLE
    known = share_id(row["item"], row["level"], row["group"], row["base"])
    return WITHHELD if known in ids else ""


def _precision_rows(row: dict[Any, Any], rules: Figures) -> Iterator[FigureRow]:
    """The ends of an interval and the effective n are numbers of the report too: one row each."""
    share = share_id(row["item"], row["level"], row["group"], row["base"])
    for name, unit, digits in (
        ("lower", _unit(row), rules.digits),
        ("upper", _unit(row), rules.digits),
        ("n_eff", "count", 0),
    ):
        value = _number(row[name])
        if value is not None:
            yield FigureRow(
                id=f"{share}.{name}",
                kind="interval", unit=unit, value=value, item=f"{row['item']}:{name}",
                level=row["level"], group=row["group"], statistic=name,
                digits=digits, rounding=rules.rounding,
            )  # fmt: skip


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
                and _number(row["p_adjusted"]) is not None
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
    p = _number(row["p_adjusted"]) if test == "contrast" else _number(row["p_value"])
    if p is not None and selection.p_values:
        yield FigureRow(
            id=f"{identity}.p", kind="test", unit="p", value=p, statistic=f"p of {test}",
            digits=P_DIGITS, group=pair, **common,
        )  # fmt: skip
    value = _number(row["statistic"])
    tested = selection.p_values and test not in ("contrast", "odds_ratio")
    if value is not None and tested:
        yield FigureRow(
            id=f"{identity}.statistic", kind="test", unit="number", value=value,
            statistic=f"{row['statistic_name']} of {test}", digits=EFFECT_DIGITS, **common,
        )  # fmt: skip
    effect = _number(row["effect"])
    if effect is None:
        return
    unit = "points" if test == "contrast" else "number"
    digits = rules.digits if test == "contrast" else EFFECT_DIGITS
    ends: dict[str, Any] = {
        end: _number(row[end]) if selection.intervals else None for end in ("lower", "upper")
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
        if _reason(row, rules, scheme, ids):
            item, group, level = row["item"], row["group"], row["level"]
            unknown.add((item, group, False))
            if level == scheme.headlines.get(item, level):
                unknown.add((item, group, True))
    return unknown


def weighting_rows(
    summary: pd.DataFrame, margins: pd.DataFrame, selection: Selection, *, simulated: bool
) -> Iterator[FigureRow]:
    """The weighting report: spread of the weights, effective n, what is left of each margin.

    The margins of a `simulated` wave are a scenario, and their rows say so.
    """
    target = "target share (scenario)" if simulated else "target share"
    shown = {"n": ("base", 0), "cv": ("number", 2), "trimmed": ("count", 0)}
    if selection.intervals:
        shown |= {"kish_deff": ("number", 2), "n_eff": ("count", 0)}
    final = {row["measure"]: float(row["final"]) for row in summary.to_dict("records")}
    for measure, (unit, digits) in shown.items():
        yield FigureRow(
            id=f"weighting.{measure}", kind="weighting", unit=unit, value=final[measure],
            statistic=measure, digits=digits,
        )  # fmt: skip
    mean = final["total"] / final["n"]
    for measure in ("minimum", "maximum"):
        yield FigureRow(
            id=f"weighting.{measure}", kind="weighting", unit="number", digits=2,
            value=final[measure] / mean, statistic=f"{measure}, in mean weights",
        )  # fmt: skip
    for row in margins.to_dict("records"):
        total = margins.loc[margins["variable"] == row["variable"], "target"].astype(float).sum()
        for suffix, column, statistic in (
            ("", "final", "share after trimming minus target"),
            (".raked", "raked", "share after raking minus target"),
        ):
            yield FigureRow(
                id=f"weighting.gap.{row['variable']}.{row['category']}{suffix}",
                kind="weighting", unit="points", digits=2, statistic=statistic,
                value=(float(row[column]) - float(row["target"])) / total,
                item=row["variable"], level=row["category"], n=int(row["n"]),
            )  # fmt: skip
        yield FigureRow(
            id=f"weighting.target.{row['variable']}.{row['category']}", kind="weighting",
            unit="share", digits=1, value=float(row["target"]) / total, item=row["variable"],
            level=row["category"], statistic=target, n=int(row["n"]),
        )  # fmt: skip


def quality_rows(
    counts: pd.DataFrame, issues: pd.DataFrame, selection: Selection
) -> Iterator[FigureRow]:
    """What was received, kept and excluded; response rates; faults by rule."""
    for row in counts.to_dict("records"):
        if row["quantity"] == "population" and not selection.population:
            continue
        yield FigureRow(
            id=f"quality.{row['quantity']}.{row['group']}", kind="quality", unit="count",
            value=int(row["value"]), statistic=row["quantity"], group=row["group"],
        )  # fmt: skip
    value = {(r["quantity"], r["group"]): int(r["value"]) for r in counts.to_dict("records")}
    strata = sorted(group for quantity, group in value if quantity == "invited")
    rates = {s: (value["answered", s], value["invited", s]) for s in strata}
    rates["all"] = (sum(a for a, _ in rates.values()), sum(i for _, i in rates.values()))
    for quantity, place in (("answered", 0), ("invited", 1)):
        yield FigureRow(
            id=f"quality.{quantity}.all", kind="quality", unit="count", value=rates["all"][place],
            statistic=quantity, group="all",
        )  # fmt: skip
    for stratum, (answered, invited) in rates.items() if selection.response_rate else ():
        yield FigureRow(
            id=f"quality.response_rate.{stratum}", kind="quality", unit="share", digits=1,
            value=answered / invited, statistic="AAPOR RR1: answered / invited", group=stratum,
            n=invited,
        )  # fmt: skip
    for rule, found in issues.groupby("rule", sort=True):
        yield FigureRow(
            id=f"quality.issues.{rule}", kind="quality", unit="count", value=len(found),
            statistic="faults found", item=str(rule),
        )  # fmt: skip
    yield FigureRow(
        id="quality.issues.all", kind="quality", unit="count", value=len(issues),
        statistic="faults found",
    )  # fmt: skip


def settings_rows(
    level: float, permutations: int, rules: Figures, selection: Selection
) -> Iterator[FigureRow]:
    """Choices of the analyst that a reader must know to read the numbers."""
    if selection.intervals:
        yield FigureRow(
            id="settings.level", kind="setting", unit="share", value=level,
            statistic="confidence level of the intervals",
        )  # fmt: skip
    if selection.p_values:
        yield FigureRow(
            id="settings.permutations", kind="setting", unit="count", value=permutations,
            statistic="draws of the permutation tests",
        )  # fmt: skip
    yield FigureRow(
        id="settings.reliable_base", kind="setting", unit="base", value=rules.reliable_base,
        statistic="smallest base of a published weighted share",
    )  # fmt: skip
    yield FigureRow(
        id="settings.minimum_base", kind="setting", unit="base", value=rules.minimum_base,
        statistic="smallest published number of answers, of a cell or a base",
    )  # fmt: skip


def revision_rows(
    new: list[FigureRow], published: pd.DataFrame, rules: Figures
) -> Iterator[FigureRow]:
    """How each share moved since the publication that this version revises: shown, never tested.

    The published value stands beside the change, so that both can be quoted.
    """
    before = dict(zip(published["id"], published["value"], strict=True))
    for row in new:
        old = _number(before.get(row.id))
        if row.kind != "estimate" or row.value is None or old is None:
            continue
        yield FigureRow(
            id=f"revision.{row.id}", kind="revision",
            unit="points" if row.unit == "share" else row.unit,
            value=float(row.value) - old, group=row.group, level=row.level,
            item=f"revision:{row.item}", statistic="change since the revised publication",
            digits=rules.digits, rounding=rules.rounding,
        )  # fmt: skip
        yield FigureRow(
            id=f"revision.{row.id}.before", kind="revision", unit=row.unit,
            value=old, group=row.group, level=row.level,
            item=f"revision:{row.item}", statistic="as published before",
            digits=rules.digits, rounding=rules.rounding,
        )  # fmt: skip
