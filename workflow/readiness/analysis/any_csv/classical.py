"""The tests that most people know, beside those of the design: unweighted, as if drawn at random.

Equivalents in R: `chisq.test(correct = FALSE)`, `kruskal.test`, `wilcox.test`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from readiness.analysis.any_csv.sample import Crossed, Sample
from readiness.arrays import FloatArray, IntArray, TextArray
from readiness.errors import StatisticsError
from readiness.survey.comparisons.classical import (
    asymptotic_wilcoxon,
    exact_wilcoxon,
    kruskal_wallis,
)
from readiness.survey.comparisons.effects import cronbach_alpha
from readiness.survey.comparisons.results import ComparisonRow

CLASSICAL = ("pearson_chi_square", "kruskal_wallis", "wilcoxon_exact", "wilcoxon_asymptotic")
"""Names of the tests of this module in a table of comparisons."""
EXACT_BELOW = 50
"""Answers of each group: with fewer, and no ties, R's Wilcoxon test is exact."""
SMALL = 5
"""The expected count below which the chi-square distribution is a rough guide (Cochran, 1954)."""


def scores(answers: TextArray, categories: Sequence[str]) -> FloatArray:
    """The place of each answer on its scale, 1 for the first category; NaN outside, shape (n,)."""
    place = {category: float(k) for k, category in enumerate(categories, 1)}
    return np.array([place.get(answer, np.nan) for answer in answers], dtype=np.float64)


def classical_tests(
    sample: Sample, answers: TextArray, categories: Sequence[str], groups: Crossed, *, ordered: bool
) -> tuple[ComparisonRow, ...]:
    """Pearson's chi-square and, of a scale, Kruskal-Wallis and between two groups Wilcoxon's.

    What cannot be computed (one group, all answers the same) is left out: the comparison says why.
    """
    answer = scores(answers, categories)
    group = scores(groups.values, groups.names)
    known = np.isfinite(answer) & np.isfinite(group) & sample.design.mask
    answer, group = answer[known], group[known]
    table = np.zeros((len(categories), len(groups.names)), dtype=np.int64)
    np.add.at(table, (answer.astype(int) - 1, group.astype(int) - 1), 1)
    rows: list[ComparisonRow] = []
    try:
        rows.append(pearson_chi_square(table))
        if ordered:
            rows.append(kruskal_wallis(answer, group))
            present = np.unique(group)
            if len(present) == 2:
                rows.append(wilcoxon(answer[group == present[0]], answer[group == present[1]]))
    except StatisticsError:
        return tuple(rows)
    return tuple(rows)


def pearson_chi_square(table: IntArray) -> ComparisonRow:
    """Pearson's chi-square of independence, without Yates' correction; counts, shape (r, c).

    Raises:
        StatisticsError: fewer than two answers or two groups that occur.
    """
    from scipy import stats

    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        raise StatisticsError("a chi-square test needs two answers and two groups that occur")
    found = stats.chi2_contingency(table, correction=False)
    few = int((found.expected_freq < SMALL).sum())
    return ComparisonRow(
        "pearson_chi_square",
        float(found.statistic),
        "X2",
        float(found.dof),
        p_value=float(found.pvalue),
        n=int(table.sum()),
        method="Pearson's chi-square test, unweighted, without continuity correction",
        note=f"{few} of {table.size} expected counts are below {SMALL}" if few else "",
    )


def wilcoxon(x: FloatArray, y: FloatArray) -> ComparisonRow:
    """The rank-sum test as R makes it: exact of small samples without ties; W is that of `x`.

    Raises:
        StatisticsError: an empty group, all answers the same.
    """
    ties = len(np.unique(np.concatenate([x, y]))) < len(x) + len(y)
    small = max(len(x), len(y)) < EXACT_BELOW
    return exact_wilcoxon(x, y) if small and not ties else asymptotic_wilcoxon(x, y)


def alphas(sample: Sample) -> list[dict[str, object]]:
    """Cronbach's alpha of each scale: name, items, n, alpha, lower, upper (or a note).

    Respondents who left an item without an answer are not in its base.
    """
    found = []
    for name, scale in sample.settings.scales.items():
        columns = [
            scores(sample.items[item], sample.settings.items[item].categories)
            for item in scale.items
        ]
        line: dict[str, object] = {"scale": name, "items": list(scale.items)}
        try:
            row = cronbach_alpha(sample.design, np.column_stack(columns), sample.settings.level)
            line |= {"n": row.n, "alpha": row.effect, "lower": row.lower, "upper": row.upper}
            line["note"] = row.note
        except StatisticsError as error:
            line |= {"n": None, "alpha": None, "lower": None, "upper": None, "note": str(error)}
        found.append(line)
    return found
