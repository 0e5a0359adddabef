"""Population margins, checked against the sample before weighting; the report.

A margin is a variable with the population total of each of its categories. Everything that can make
raking fail or drop respondents silently raises an error here that names it. Strata and categories
with few respondents are merged by size, never by an answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.ground.arrays import BoolArray, FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import Codes, encode_declared

Totals: TypeAlias = Mapping[str, Mapping[Any, float]]

# Largest relative difference between the sums of two margins of one population.
_SAME_TOTAL = 1e-6


@dataclass(frozen=True, eq=False)
class Margin:
    """One margin.

    `variable`: its name. `codes`: category of each row (any code where the row is outside the
    domain). `totals`: population totals by code. `counts`: respondents of each category in the
    domain.
    """

    variable: str
    codes: Codes
    totals: FloatArray
    counts: IntArray


@dataclass(frozen=True)
class Collapse:
    """Categories of a margin merged into another one, declared before the data are seen."""

    variable: str
    categories: tuple[Any, ...]
    into: Any
    reason: str


def make_margins(
    data: pd.DataFrame,
    totals: Totals,
    collapse: Sequence[Collapse] = (),
    mask: BoolArray | None = None,
) -> tuple[Margin, ...]:
    """Return the checked margins of a sample.

    `data`: one row per respondent, with a column for each margin. `totals`: population total of
    each category, by variable. `collapse`: merges, applied to the sample and to the totals. `mask`:
    the rows that represent the population; None: all.

    Raises StatisticsError: no margin; an unknown column; a category in the sample without a total;
    a positive total without respondents; a total that is negative, not finite, or 0 with
    respondents; margins whose totals disagree; a merge of a category without a total.
    """
    if not totals:
        raise StatisticsError("no margins given; raking needs at least one")
    margins = []
    for variable, by_category in totals.items():
        if variable not in data.columns:
            raise StatisticsError(
                f"margin {variable!r} is no column of the data; they have: "
                + ", ".join(map(str, list(data.columns)[:12]))
            )
        merges = [c for c in collapse if c.variable == variable]
        column, merged = _collapse_column(data[variable], dict(by_category), merges)
        margins.append(_make_margin(variable, column, merged, mask))
    first, expected = margins[0], float(margins[0].totals.sum())
    for margin in margins[1:]:
        total = float(margin.totals.sum())
        if abs(total - expected) > _SAME_TOTAL * max(abs(expected), abs(total)):
            raise StatisticsError(
                f"margins disagree: {first.variable!r} adds up to {expected:.12g}, "
                f"{margin.variable!r} to {total:.12g}; they must describe one population"
            )
    return tuple(margins)


def _collapse_column(
    column: "pd.Series[Any]", totals: dict[Any, float], merges: Sequence[Collapse]
) -> "tuple[pd.Series[Any], dict[Any, float]]":
    """Return column and totals with the declared merges applied.

    Raises StatisticsError: a merged category without a total.
    """
    for merge in merges:
        # The target may be a new name: only the merged categories must exist.
        if unknown := [c for c in merge.categories if c not in totals and c != merge.into]:
            raise StatisticsError(
                f"cannot collapse {unknown[0]!r} of margin {merge.variable!r}: it has no total"
            )
        moved = sum(totals.pop(c) for c in merge.categories if c != merge.into)
        totals[merge.into] = totals.get(merge.into, 0.0) + moved
        column = column.where(~column.isin(list(merge.categories)), merge.into)
    return column, totals


def _make_margin(
    variable: str, column: "pd.Series[Any]", totals: dict[Any, float], mask: BoolArray | None
) -> Margin:
    """Return the checked margin of one variable; StatisticsError as `make_margins`."""
    codes = encode_declared(column, list(totals))
    values = np.array(list(totals.values()), dtype=np.float64)
    unknown = codes.codes < 0 if mask is None else (codes.codes < 0) & mask
    if unknown.any():
        row = int(np.flatnonzero(unknown)[0])
        raise StatisticsError(
            f"margin {variable!r}, category {column.iloc[row]!r} (row {row}): in the sample but "
            "not in the margin; add its total or collapse it"
        )
    if mask is not None:
        # Rows outside have weight 0, but need a valid code.
        codes = Codes(np.where(mask, codes.codes, 0), codes.size, codes.labels)
    inside = codes.codes if mask is None else codes.codes[mask]
    counts = np.bincount(inside, minlength=codes.size).astype(np.int64)
    for wrong, words in (
        (~(np.isfinite(values) & (values >= 0)), "; expected a finite number, 0 or more"),
        ((counts == 0) & (values > 0), " but no respondent; collapse it into another category"),
        (
            (counts > 0) & (values == 0),
            " but {n} respondents; give its total or take them out of the population",
        ),
    ):
        if wrong.any():
            k = int(np.argmax(wrong))
            raise StatisticsError(
                f"margin {variable!r}, category {codes.label(k)}: total {values[k]:g}"
                + words.format(n=counts[k])
            )
    return Margin(variable, codes, values, counts)


# Respondents and people of merged categories, by their codes in order.
Groups: TypeAlias = dict[tuple[str, ...], tuple[int, float]]
# Separator between the codes of merged categories in the merged name.
JOINED = "+"


def join_codes(codes: Sequence[str]) -> str:
    """Return the name of merged categories."""
    return JOINED.join(codes)


def merged_strata(
    answered: Mapping[str, int], people: Mapping[str, float], declared: Sequence[Sequence[str]]
) -> Groups:
    """Return strata of two respondents or more each: declared merges, then the smallest merged
    first.

    `answered` and `people` are counts by stratum; a stratum without respondents has people only.
    Returns respondents and people by the tuple of merged strata.
    """
    together = {name: tuple(sorted(merge)) for merge in declared for name in merge}
    groups: Groups = {}
    for name, total in sorted(people.items()):
        members = tuple(m for m in together.get(name, (name,)) if m in people)
        n, people_so_far = groups.get(members, (0, 0.0))
        groups[members] = (n + int(answered.get(name, 0)), people_so_far + float(total))
    return _grow_groups(groups, 2)


def merged_categories(
    column: "pd.Series[Any]", totals: Mapping[Any, float], declared: Sequence[Collapse], least: int
) -> list[Collapse] | None:
    """Return the merges that leave `least` respondents in each category, after the declared merges.

    None where fewer than two categories remain.
    """
    into = {str(category): str(merge.into) for merge in declared for category in merge.categories}
    people: dict[str, float] = {}
    for category, total in totals.items():
        name = into.get(str(category), str(category))
        people[name] = people.get(name, 0.0) + float(total)
    answered: dict[str, int] = {}
    for category, n in column.value_counts().items():
        name = into.get(str(category), str(category))
        answered[name] = answered.get(name, 0) + int(n)
    # A category without people and without respondents needs no merge.
    groups: Groups = {
        (name,): (answered.get(name, 0), total)
        for name, total in people.items()
        if total > 0 or answered.get(name, 0)
    }
    groups = _grow_groups(groups, least)
    if len(groups) < 2:
        return None
    return [
        Collapse(str(column.name), members, join_codes(members), "few respondents")
        for members in sorted(groups)
        if len(members) > 1
    ]


def _grow_groups(groups: Groups, least: int) -> Groups:
    """Return the groups, the smallest merged with the next until each has `least` respondents."""
    groups = dict(groups)
    while len(groups) > 1:
        smallest, next_smallest = sorted(groups, key=lambda members: (groups[members], members))[:2]
        if groups[smallest][0] >= least:
            break
        (a, b), (c, d) = groups.pop(smallest), groups.pop(next_smallest)
        groups[tuple(sorted((*smallest, *next_smallest)))] = (a + c, b + d)
    return groups


@dataclass(frozen=True)
class WeightSummary:
    """Summary of a set of weights.

    `n`: respondents with a positive weight. `total`: sum of the weights. `minimum`, `maximum`:
    extremes, in the unit of the weights. `cv`: standard deviation (n - 1) over mean. `kish_deff`: n
    sum w^2 / (sum w)^2, >= 1: the factor by which unequal weights inflate a variance. `n_eff`: n /
    kish_deff.
    """

    n: int
    total: float
    minimum: float
    maximum: float
    cv: float
    kish_deff: float
    n_eff: float


def summarise(weights: npt.ArrayLike) -> WeightSummary:
    """Return the summary of weights (zeros left out)."""
    w = np.asarray(weights, dtype=np.float64)
    w = w[w > 0]
    n, total = len(w), float(w.sum())
    deff = n * float((w**2).sum()) / total**2
    cv = float(w.std(ddof=1) / w.mean()) if n > 1 else 0.0
    return WeightSummary(n, total, float(w.min()), float(w.max()), cv, deff, n / deff)


@dataclass(frozen=True, eq=False)
class WeightingReport:
    """Report on a weighting: method, summaries, margins.

    `method`: the steps, in words, in order. `base`, `final`: summaries of the weights before and
    after. `margins`: one row per margin and category: `variable`, `category`, `n` (respondents),
    `target`, `base` (weighted total before), `final` (after), `gap` (final/target - 1; 0 where the
    margin holds). `trimmed`: respondents whose raked weight was beyond the limits.
    """

    method: tuple[str, ...]
    base: WeightSummary
    final: WeightSummary
    margins: pd.DataFrame
    trimmed: int = 0

    @property
    def largest_gap(self) -> float:
        """Largest absolute relative gap left in a margin (0.01 = 1 %)."""
        return float(self.margins["gap"].abs().max()) if len(self.margins) else 0.0

    def to_frame(self) -> pd.DataFrame:
        """Return the two summaries side by side: columns `measure`, `base`, `final`."""
        measures = ["n", "total", "minimum", "maximum", "cv", "kish_deff", "n_eff"]
        return pd.DataFrame(
            {
                "measure": measures,
                "base": [float(getattr(self.base, m)) for m in measures],
                "final": [float(getattr(self.final, m)) for m in measures],
            }
        )


def margin_table(margins: Sequence[Margin], base: FloatArray, final: FloatArray) -> pd.DataFrame:
    """Return targets and weighted totals before and after, by margin and category."""
    parts = [
        pd.DataFrame(
            {
                "variable": margin.variable,
                "category": margin.codes.labels,
                "n": margin.counts,
                "target": margin.totals,
                "base": np.bincount(margin.codes.codes, base, margin.codes.size),
                "final": np.bincount(margin.codes.codes, final, margin.codes.size),
            }
        )
        for margin in margins
    ]
    table = pd.concat(parts, ignore_index=True)
    positive_target = table["target"].where(table["target"] > 0)
    return table.assign(gap=(table["final"] / positive_target - 1).fillna(0.0))
