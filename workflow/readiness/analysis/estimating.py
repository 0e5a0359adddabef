"""The estimates of a wave: shares of every answer and means of numbers, overall and by group.

Groups counted apart are counted, unweighted and without interval: they are no sample of a known
population.

How well the items of a scale measure the same: Cronbach's alpha, and without each item.

Alpha is computed of those who answered all items, with the wave's weights, and its interval from
the design (`survey.comparisons.effects.cronbach_alpha`). Levels of ordinal items count as whole
numbers, as the scale itself counts them.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from readiness.analysis.cuts import Crossings, cuts
from readiness.analysis.deriving import read_numbers, scores
from readiness.analysis.names import ANSWERED, group_name
from readiness.analysis.selection import Selection
from readiness.arrays import FloatArray
from readiness.config import DerivedVariable, Estimate
from readiness.errors import StatisticsError
from readiness.questionnaire import MEAN, MEDIAN, QUARTILES, TOTAL, Item, Questionnaire
from readiness.survey.comparisons.effects import cronbach_alpha
from readiness.survey.design import Design
from readiness.survey.estimates.means import means, quantile_function, quantiles

UNWEIGHTED = "unweighted"
COLUMNS = [
    *("item", "level", "base", "group", "n", "count", "estimate", "se", "lower", "upper"),
    *("n_eff", "deff", "df", "reliability", "note", "weighted"),
]


def estimate(
    design: Design, apart: pd.DataFrame, questionnaire: Questionnaire, settings: Estimate
) -> pd.DataFrame:
    """The estimates of all items of the settings: columns `COLUMNS`, shares 0-1.

    `apart`: coded answers of the groups counted apart, with their code in `group`. The total of an
    item stands once; the groups of variables beside the one that is compared are `crossed`. An item
    is not told by its own answers, and who has no category of a variable is in none of its groups.
    """
    variables = settings.variables(v.id for v in questionnaire.frame if v.id in design.data)
    groups = {name: questionnaire.grouping(name).codes for name in variables}
    parts = []
    for name in settings.items:
        item = questionnaire.item(name)
        first = "" if variables[:1] in ((), (name,)) else variables[0]
        parts.append(estimate_item(design, item, first, groups.get(first, ()), settings))
        for variable in [v for v in variables[1:] if v != name]:
            table = estimate_item(design, item, variable, groups[variable], settings)
            table = table[table["group"] != TOTAL]
            parts.append(table.assign(group=[group_name(variable, g) for g in table["group"]]))
        for group in questionnaire.groups_apart:
            answers = apart.loc[apart["group"] == group].reset_index(drop=True)
            parts.append(count_apart(answers, item, group))
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def estimate_item(
    design: Design, item: Item, by: str, groups: Sequence[str], settings: Estimate
) -> pd.DataFrame:
    """All estimates of one item, overall and by group: columns `COLUMNS`.

    `by`: the variable whose categories are the groups; "" for totals alone.
    """
    if item.kind == "number":
        return _estimate_means(design, item, by, groups, settings.level)
    parts, crossings = [], Crossings(design, by, groups)
    both = (False, True) if by else (False,)
    for cut in [cut for cut in cuts(item, design.data) if cut.counts()[0]]:
        for grouped in both:
            made = crossings.proportions(cut, grouped=grouped)
            table = cut.table(made, settings.level, settings.interval)
            group = table["group"] if grouped else TOTAL
            parts.append(table.assign(item=item.id, group=group))
    return pd.concat(parts, ignore_index=True)[COLUMNS] if parts else pd.DataFrame(columns=COLUMNS)


def count_apart(answers: pd.DataFrame, item: Item, group: str) -> pd.DataFrame:
    """Unweighted shares, or mean and quartiles, of a group counted apart, without interval."""
    found: list[tuple[str, str, int, int, float]] = []
    if item.kind == "number":
        known = read_numbers(answers[item.id])
        known = known[~np.isnan(known)]
        if n := len(known):
            find = quantile_function(known, np.ones(n), "school")
            points = {MEAN: float(known.mean())} | {q: find(p) for q, p in QUARTILES.items()}
            found = [(level, ANSWERED, n, n, value) for level, value in points.items()]
    else:
        found = [
            (cut.level or category, cut.base, n, count, count / n)
            for cut in cuts(item, answers)
            for n, counted in [cut.counts()]
            for category, count in (counted.items() if n else ())
        ]
    table = pd.DataFrame(found, columns=["level", "base", "n", "count", "estimate"])
    return table.assign(item=item.id, group=group, note=UNWEIGHTED).reindex(columns=COLUMNS)


def _estimate_means(
    design: Design, item: Item, by: str, groups: Sequence[str], level: float
) -> pd.DataFrame:
    """Weighted means with t limits, medians with Woodruff's, and quartiles; none of a group without
    answers.
    """
    known = read_numbers(design.data[item.id])
    answered = np.isfinite(known) & design.mask
    parts = []
    for grouping in (None, by) if by else (None,):
        names = [TOTAL] if grouping is None else list(groups)
        of = np.broadcast_to(TOTAL if grouping is None else design.data[by], len(answered))
        there = [group for group in names if (answered & (of == group)).any()]
        table = pd.DataFrame({"group": names}).assign(n=0, note="no respondent in the base")
        bases = pd.Series(np.where(answered, design.full_weights, 0.0)).groupby(of).sum()
        if there:
            made = means(
                design,
                known,
                by=grouping,
                groups=there if grouping else None,
                missing="drop",
                deff="replace",
            )
            found = made.to_frame(level).assign(group=there, note="").drop(columns=["name", "cv"])
            found["n_eff"] = np.minimum(found["n"] / found["deff"], found["n"])
            table = pd.concat([found, table[~table["group"].isin(there)]], ignore_index=True)
            table = table.set_index("group").loc[names].reset_index()
        table["weighted"] = [float(bases.get(name, 0.0)) for name in names]
        table = table.assign(item=item.id, level=MEAN, base=ANSWERED, count=table["n"])
        parts.append(table)
        points = {
            name: _find_quartiles(design.subset(answered & (of == name)), known, level)
            for name in there
        }
        same = table[["group", "n", "count", "item", "base", "weighted", "note"]]
        for quartile in QUARTILES:
            found = pd.DataFrame([points.get(name, {}).get(quartile, {}) for name in names])
            parts.append(pd.concat([same.assign(level=quartile), found], axis=1))
    return pd.concat(parts, ignore_index=True).assign(reliability="").reindex(columns=COLUMNS)


def _find_quartiles(
    domain: Design, values: FloatArray, level: float
) -> dict[str, dict[str, float]]:
    """The estimate of each quartile, with limits of the median alone: they cost most."""
    find = quantile_function(values[domain.mask], domain.full_weights[domain.mask], "school")
    found = {quartile: {"estimate": find(share)} for quartile, share in QUARTILES.items()}
    middle = quantiles(domain, values, [QUARTILES[MEDIAN]], rule="school", level=level).iloc[0]
    found[MEDIAN] |= {end: float(middle[end]) for end in ("lower", "upper")}
    return found


SCALE_COLUMNS = ["item", "without", "items", "n", "alpha", "lower", "upper", "note"]


def scales_table(
    design: Design,
    questionnaire: Questionnaire,
    scales: Sequence[DerivedVariable],
    level: float,
    selection: Selection,
) -> pd.DataFrame:
    """Alpha of each scale, and of the scale `without` each of its items: columns `SCALE_COLUMNS`.

    `n`: respondents who answered all items. What the selection gives no meaning (an interval of
    chosen respondents) is missing, and so is an alpha that does not exist: `note` says why.
    """
    rows: list[dict[str, Any]] = []
    for one in scales:
        values = scores(one, questionnaire, design.data)
        rows.append(_estimate_alpha(design, one.id, "", values, level, selection))
        if values.shape[1] > 2:
            for place, name in enumerate(one.sources):
                rest = np.delete(values, place, axis=1)
                rows.append(_estimate_alpha(design, one.id, name, rest, level, selection))
    return pd.DataFrame(rows, columns=SCALE_COLUMNS)


def _estimate_alpha(
    design: Design, item: str, without: str, values: FloatArray, level: float, selection: Selection
) -> dict[str, Any]:
    known = int((np.isfinite(values).all(axis=1) & design.mask).sum())
    row: dict[str, Any] = {"item": item, "without": without, "items": values.shape[1], "n": known}
    try:
        made = cronbach_alpha(design, values, level)
    except StatisticsError as error:
        return {**row, "note": str(error)}
    row |= {"alpha": made.effect, "note": made.note}
    return {**row, "lower": made.lower, "upper": made.upper} if selection.inference else row
