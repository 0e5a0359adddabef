"""Classical tests, unweighted and as if people were drawn one by one, mostly through scipy.

R equivalents: `chisq.test(correct = FALSE)`, `kruskal.test`, `wilcox.test`. Not in scipy: the exact
distribution of ranks with ties (Streitberg and Roehmel 1986), and Fisher's exact test of r x c
tables (Freeman and Halton 1951), by a network algorithm (Mehta and Patel 1983).

`scipy.stats` is written in full, so that it is imported on first use: each step of a run would wait
for it.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt
import scipy

from readiness.ground.arrays import FloatArray, IntArray
from readiness.ground.errors import StatisticsError
from readiness.survey.comparisons.cells import ComparisonRow

# Names of the classical tests in a table of comparisons.
CLASSICAL = ("pearson_chi_square", "kruskal_wallis", "wilcoxon_exact", "wilcoxon_asymptotic")
# Answers per group below which R's Wilcoxon test is exact, if there are no ties.
EXACT_BELOW = 50
# Expected count below which the chi-square distribution is a rough guide (Cochran, 1954).
SMALL = 5


def _check_samples(x: npt.ArrayLike, y: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return both samples as floats; StatisticsError for an empty, infinite or constant one."""
    a, b = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if len(a) == 0 or len(b) == 0:
        raise StatisticsError("a group has no answers: there is nothing to compare")
    both = np.concatenate([a, b])
    if not np.isfinite(both).all():
        raise StatisticsError("a value is missing or infinite; expected finite numbers")
    if np.ptp(both) == 0:
        raise StatisticsError("all answers are the same: there is nothing to compare")
    return a, b


def exact_wilcoxon(x: npt.ArrayLike, y: npt.ArrayLike) -> ComparisonRow:
    """Return the exact Wilcoxon rank-sum test, ties included.

    R equivalent: `exactRankTests::wilcox.exact`. The statistic W is Mann-Whitney's U of x.
    Two-sided p: all W at least as far from the mean.

    Raises StatisticsError: an empty group, missing or infinite values, all answers the same.
    """
    a, b = _check_samples(x, y)
    ranks = scipy.stats.rankdata(np.concatenate([a, b]))
    scores = np.rint(2 * ranks).astype(np.int64)  # mid-ranks are halves
    p = _compute_exact(scores, len(a))
    w = float(ranks[: len(a)].sum() - len(a) * (len(a) + 1) / 2)
    method = "Exact Wilcoxon rank-sum test with ties, unweighted"
    return ComparisonRow("wilcoxon_exact", w, "W", p_value=p, n=len(scores), method=method)


def exact_permutation(x: npt.ArrayLike, y: npt.ArrayLike) -> ComparisonRow:
    """Return the exact two-sample permutation test of whole numbers.

    R equivalent: `exactRankTests::perm.test`. The statistic is the sum of x.

    Raises StatisticsError: values that are not whole or range too widely; an empty group; all
    answers the same.
    """
    a, b = _check_samples(x, y)
    both = np.concatenate([a, b])
    if (both != np.round(both)).any() or np.ptp(both) > 100_000:
        raise StatisticsError("the exact permutation test takes whole numbers of a short range")
    scores = np.rint(both - both.min()).astype(np.int64)
    t, p = float(a.sum()), _compute_exact(scores, len(a))
    method = "Exact two-sample permutation test, unweighted"
    return ComparisonRow("permutation_exact", t, "T", p_value=p, n=len(scores), method=method)


def _compute_exact(scores: IntArray, m: int) -> float:
    """Return P(|S - E S| >= |s - E S|), S the sum of m random scores (shift algorithm).

    Counts are stored as probabilities of a sequential draw, so that they never overflow.
    """
    if 2 * m > len(scores):  # the other group's sum is equivalent
        scores, m = scores[::-1], len(scores) - m
    scores = scores - scores.min()
    scores = scores // max(int(np.gcd.reduce(scores)), 1)
    observed, n = int(scores[:m].sum()), len(scores)
    top = int(np.sort(scores)[-m:].sum())
    ways = np.zeros((m + 1, top + 1))
    ways[0, 0] = 1.0
    reach = 0
    for i, score in enumerate(np.sort(scores)):
        # Of i + 1 scores, a subset of size j contains this score with probability j / (i + 1).
        sizes = min(m, i + 1)
        reach = min(reach + int(score), top)
        share = np.arange(1, sizes + 1)[:, None] / (i + 1)
        taken = np.zeros((sizes, reach + 1))
        taken[:, score:] = ways[:sizes, : reach + 1 - score]
        kept = ways[1 : sizes + 1, : reach + 1]
        ways[1 : sizes + 1, : reach + 1] = (1 - share) * kept + share * taken
    # n times the distance from the mean stays a whole number: no rounding in ties.
    centre = m * int(scores.sum())
    far = np.abs(np.arange(top + 1) * n - centre) >= abs(observed * n - centre)
    return float(min(ways[m, far].sum(), 1.0))


def kruskal_wallis(y: npt.ArrayLike, group: npt.ArrayLike) -> ComparisonRow:
    """Return the Kruskal-Wallis test with ties, unweighted. R equivalent: `kruskal.test`.

    Raises StatisticsError: fewer than two groups, missing values, all answers the same.
    """
    values, labels = np.asarray(y, dtype=np.float64), np.asarray(group)
    groups = [values[labels == g] for g in np.unique(labels)]
    if len(groups) < 2:
        raise StatisticsError("Kruskal-Wallis needs two groups or more")
    _check_samples(groups[0], np.concatenate(groups[1:]))
    x2, p = (float(value) for value in scipy.stats.kruskal(*groups))
    df, method = float(len(groups) - 1), "Kruskal-Wallis test with ties, unweighted"
    return ComparisonRow("kruskal_wallis", x2, "X2", df, p_value=p, n=len(values), method=method)


def pearson_chi_square(y: npt.ArrayLike, group: npt.ArrayLike) -> ComparisonRow:
    """Return Pearson's chi-square of independence, without Yates' correction.

    Raises StatisticsError: fewer than two answers or two groups that occur.
    """
    _, table = scipy.stats.contingency.crosstab(np.asarray(y), np.asarray(group))
    if min(table.shape) < 2:
        raise StatisticsError("a chi-square test needs two answers and two groups that occur")
    result = scipy.stats.chi2_contingency(table, correction=False)
    few = int((result.expected_freq < SMALL).sum())
    return ComparisonRow(
        "pearson_chi_square",
        float(result.statistic),
        "X2",
        float(result.dof),
        p_value=float(result.pvalue),
        n=int(table.sum()),
        method="Pearson's chi-square test, unweighted, without continuity correction",
        note=f"{few} of {table.size} expected counts are below {SMALL}" if few else "",
    )


def wilcoxon(x: npt.ArrayLike, y: npt.ArrayLike, exact: bool | None = None) -> ComparisonRow:
    """Return the rank-sum test. R equivalent: `wilcox.test(x, y, exact=)`; W is that of x.

    Args:
        x, y: the answers of each group.
        exact: True: the exact distribution, which takes no ties; False: the normal one, with ties
            and continuity corrected; None: as R chooses, exact for small samples without ties.

    Raises StatisticsError: an empty group, missing or infinite values, all answers the same.
    """
    a, b = _check_samples(x, y)
    if exact is None:
        ties = len(np.unique(np.concatenate([a, b]))) < len(a) + len(b)
        exact = max(len(a), len(b)) < EXACT_BELOW and not ties
    kind: Literal["exact", "asymptotic"] = "exact" if exact else "asymptotic"
    how = "exact" if exact else "normal with ties and continuity"
    w, p = (float(value) for value in scipy.stats.mannwhitneyu(a, b, method=kind))
    method = f"Wilcoxon rank-sum test, {how}, unweighted"
    return ComparisonRow(f"wilcoxon_{kind}", w, "W", p_value=p, n=len(a) + len(b), method=method)


def fisher_freeman_halton(
    counts: npt.ArrayLike, *, limit: int = 1_000_000, monte_carlo: int | None = None, seed: int = 0
) -> ComparisonRow:
    """Return Fisher's exact test of an r x c table, both margins fixed. R equivalent:
    `fisher.test`.

    `counts`: unweighted counts, shape (r, c). `limit`: largest number of partial tables stored at
    once; more raise an error. `monte_carlo`: number of random tables instead of the exact count, p
    = (b+1)/(B+1); chosen by the caller, never silently. `seed`: of the random tables.

    Raises StatisticsError: an invalid table, or one too large for the limit.
    """
    values = np.asarray(counts, dtype=np.float64)
    if values.ndim != 2 or not np.isfinite(values).all() or (values < 0).any():
        raise StatisticsError("an exact test needs a two-way table of counts, none negative")
    if (values != np.round(values)).any():
        raise StatisticsError(
            "an exact test needs whole unweighted counts; weighted totals are no counts"
        )
    table: IntArray = values.astype(np.int64)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if min(table.shape) < 2:
        raise StatisticsError("an exact test needs two rows and two columns with answers")
    if table.shape[1] > table.shape[0]:
        table = table.T
    n = int(table.sum())
    if monte_carlo is not None:
        p = _simulate_tables(table, monte_carlo, seed)
        method = f"Fisher-Freeman-Halton test, Monte Carlo ({monte_carlo} tables, seed {seed})"
    else:
        p, method = (
            _sum_network(table, limit),
            "Fisher-Freeman-Halton exact test, unweighted counts",
        )
    return ComparisonRow("fisher_freeman_halton", p_value=p, n=n, method=method)


def _log_factorials(n: int) -> FloatArray:
    """Return log k! for k = 0..n, shape (n + 1,)."""
    return np.asarray(scipy.special.gammaln(np.arange(n + 1) + 1.0), dtype=np.float64)


def _number_of_compositions(total: int, caps: IntArray) -> float:
    """Return the number of rows of `_list_compositions`."""
    ways = np.ones(1)
    for cap in caps:
        ways = np.convolve(ways, np.ones(int(cap) + 1))[: total + 1]
    return float(ways[total])


def _list_compositions(total: int, caps: IntArray) -> IntArray:
    """Return all vectors 0 <= x <= caps with sum `total`, shape (m, c)."""
    rows = np.zeros((1, 0), dtype=np.int64)
    left = np.array([total])
    for j, cap in enumerate(caps):
        low, high = np.maximum(0, left - int(caps[j + 1 :].sum())), np.minimum(cap, left)
        repeat = np.maximum(high - low + 1, 0)
        start = np.repeat(np.cumsum(repeat) - repeat, repeat)
        value = np.arange(int(repeat.sum())) - start + np.repeat(low, repeat)
        rows = np.column_stack([np.repeat(rows, repeat, axis=0), value])
        left = np.repeat(left, repeat) - value
    return rows


def _sum_network(table: IntArray, limit: int) -> float:
    """Return the sum of the probabilities of all tables no likelier than the observed one.

    Rows are laid one after the other; a node is the rest of the column margins. The longest and
    shortest path from a node to the end decide most partial tables without laying the remaining
    rows.
    """
    rows, columns, n = np.sort(table.sum(axis=1))[::-1], table.sum(axis=0), int(table.sum())
    lf = _log_factorials(n)
    bound = float(-lf[table].sum()) + 1e-7  # R's relative tolerance for ties in probability
    radix = np.concatenate([[1], np.cumprod(columns[:-1] + 1)]).astype(np.int64)
    stages, arcs = _build_stages(rows, columns, radix, lf, limit)
    longest, shortest = _bound_rest(stages, arcs)
    after, tail = np.cumsum(rows[::-1])[::-1], 0.0
    node, past, mass = np.zeros(1, dtype=np.int64), np.zeros(1), np.ones(1)
    for i in range(len(rows)):
        # For each node, the sum of 1 / prod(cells!) over all tables of the rows left:
        # n_left! / (prod(rows left!) * prod(columns left!)).
        finish = np.exp(lf[after[i]] - lf[rows[i:]].sum() - lf[stages[i]].sum(axis=1))
        counted = past + longest[i][node] <= bound
        tail += float((mass[counted] * np.exp(past[counted]) * finish[node[counted]]).sum())
        open_ = ~counted & (past + shortest[i][node] <= bound)
        node, past, mass = node[open_], past[open_], mass[open_]
        if len(node) == 0:
            break
        node, past, mass = _lay_row(node, past, mass, arcs[i], limit)
    else:
        counted = past <= bound
        tail += float((mass[counted] * np.exp(past[counted])).sum())
    constant = lf[rows].sum() + lf[columns].sum() - lf[n]
    return float(min(tail * np.exp(constant), 1.0))


_Arcs = tuple[IntArray, IntArray, FloatArray]


def _build_stages(
    rows: IntArray, columns: IntArray, radix: IntArray, lf: FloatArray, limit: int
) -> tuple[list[IntArray], list[_Arcs]]:
    """Return nodes of each stage, shape (nodes, c), and the arcs (from, to, -log prod x!).

    Raises StatisticsError: too many nodes and rows for the limit.
    """
    nodes = columns[None, :]
    stages, arcs = [nodes], []
    for i, total in enumerate(rows):
        if len(nodes) * _number_of_compositions(int(total), columns) > limit:
            raise StatisticsError(
                f"the table ({len(rows)} x {len(columns)}, n = {int(rows.sum())}) is too large for "
                "an exact count; collapse levels, or declare monte_carlo"
            )
        laid = _list_compositions(int(total), columns)
        start, move = _find_feasible(nodes, laid, rows[i + 1 :].sum() == 0)
        reached = nodes[start] - laid[move]
        keys, target = np.unique(reached @ radix, return_inverse=True)
        first = np.zeros(len(keys), dtype=np.int64)
        first[target] = np.arange(len(target))
        arcs.append((start, target.astype(np.int64), -lf[laid].sum(axis=1)[move]))
        nodes = reached[first]
        stages.append(nodes)
    return stages, arcs


def _find_feasible(nodes: IntArray, laid: IntArray, last: bool) -> tuple[IntArray, IntArray]:
    """Return the pairs (node, row) where the row fits into the rest of the margins."""
    fits, compare = (
        np.ones((len(nodes), len(laid)), np.bool_),
        np.equal if last else np.greater_equal,
    )
    for j in range(nodes.shape[1]):
        fits &= compare(nodes[:, j, None], laid[:, j])
    start, move = np.nonzero(fits)
    return start.astype(np.int64), move.astype(np.int64)


def _bound_rest(
    stages: list[IntArray], arcs: list[_Arcs]
) -> tuple[list[FloatArray], list[FloatArray]]:
    """Return the largest and smallest log-probability of the rest, from each node of each stage."""
    longest, shortest = [np.zeros(len(stages[-1]))], [np.zeros(len(stages[-1]))]
    for nodes, (start, target, value) in zip(stages[-2::-1], arcs[::-1], strict=True):
        high, low = np.full(len(nodes), -np.inf), np.full(len(nodes), np.inf)
        np.maximum.at(high, start, value + longest[0][target])
        np.minimum.at(low, start, value + shortest[0][target])
        longest.insert(0, high)
        shortest.insert(0, low)
    return longest, shortest


def _lay_row(
    node: IntArray, past: FloatArray, mass: FloatArray, arcs: _Arcs, limit: int
) -> tuple[IntArray, FloatArray, FloatArray]:
    """Lay one row on every open partial table; merge those with equal node and value.

    Raises StatisticsError: too many partial tables for the limit.
    """
    start, target, value = arcs
    order = np.argsort(start, kind="stable")
    start, target, value = start[order], target[order], value[order]
    first = np.searchsorted(start, node, side="left")
    many = np.searchsorted(start, node, side="right") - first
    total = int(many.sum())
    if total > limit * 5:
        raise StatisticsError(
            f"{total} partial tables are too many for an exact count; collapse levels, or declare "
            "monte_carlo"
        )
    arc = np.arange(total) - np.repeat(np.cumsum(many) - many, many) + np.repeat(first, many)
    new_node = target[arc]
    new_past = np.repeat(past, many) + value[arc]
    rounded = np.round(new_past * 1e9).astype(np.int64)
    order = np.lexsort((rounded, new_node))
    a, b = new_node[order], rounded[order]
    edge = np.flatnonzero(np.concatenate([[True], (np.diff(a) != 0) | (np.diff(b) != 0)]))
    return a[edge], new_past[order][edge], np.add.reduceat(np.repeat(mass, many)[order], edge)


def _simulate_tables(table: IntArray, draws: int, seed: int) -> float:
    """Return the Monte Carlo p-value from random tables with the same margins."""
    lf = _log_factorials(int(table.sum()))
    tables = scipy.stats.random_table(table.sum(axis=1), table.sum(axis=0)).rvs(
        draws, random_state=np.random.Generator(np.random.PCG64(seed))
    )
    values = -lf[np.asarray(tables, dtype=np.int64)].sum(axis=(1, 2))
    exceeding = int((values <= -lf[table].sum() + 1e-7).sum())
    return (exceeding + 1) / (draws + 1)
