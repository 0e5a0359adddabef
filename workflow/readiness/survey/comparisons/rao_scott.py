"""Test independence in a two-way table of a survey: Rao-Scott, Wald and adjusted Wald tests.

R: `svychisq`. Sources: Rao and Scott (1981, 1984); Koch, Freeman and Freeman (1975) for the Wald
test; Thomas and Rao (1987) for the choice between them. Pearson's statistic is computed on weighted
counts scaled to the unweighted n and referred to its distribution under the design.

The null distribution of a Pearson or likelihood-ratio statistic under a complex design is sum_j
lambda_j chi2_1 (Rao and Scott 1984); with an estimated covariance on `ddf` degrees of freedom it is
compared with x * chi2_ddf / ddf, by Satterthwaite's F (second order) or Kuonen's saddlepoint
(1999), as in R survey.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import scipy

from readiness.ground.arrays import FloatArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import one_of
from readiness.survey.comparisons.cells import (
    CellTotals,
    ComparisonRow,
    Factor,
    cell_totals,
    f_row,
    factor,
    needs_degrees_of_freedom,
    two_or_more,
    upper_f,
)
from readiness.survey.design import Column, Design


def tail_probability(x: float, weights: FloatArray, ddf: float) -> float:
    """Return P(sum_j weights_j chi2_1 / (chi2_ddf / ddf) > x), 0-1; as R's, off by some percent.

    `x`: observed value of the statistic, >= 0. `weights`: eigenvalues (generalised design effects),
    shape (k,). `ddf`: denominator degrees of freedom.
    """
    a = np.asarray(weights, dtype=np.float64)
    if x <= 0:
        return 1.0
    # R repeats the denominator's term a whole number of times; so does this saddlepoint. A product
    # of floats may miss its whole number by rounding: 397.99999999999994 is 398.
    times = np.floor(ddf * (1 + 1e-12)) if ddf >= 1 else ddf
    p = _approximate_tail(np.append(a, -x / ddf), np.append(np.ones(len(a)), times))
    return upper_f(x / float(a.sum()), float(a.sum() ** 2 / (a**2).sum()), ddf) if p is None else p


def _approximate_tail(a: FloatArray, df: FloatArray) -> float | None:
    """Return P(sum_j a_j chi2_df_j > 0), some a_j negative: Lugannani-Rice as in Kuonen (1999).

    None near the mean, where the formula is 0/0.
    """
    a = a / float(a.max())

    def k0(z: float) -> float:
        return float(-(df * np.log1p(-2 * z * a)).sum() / 2)

    def k1(z: float) -> float:
        return float((df * a / (1 - 2 * z * a)).sum())

    low = float((1 / (2 * a[a < 0])).max()) * 0.99999
    high = float((1 / (2 * a[a > 0])).min()) * 0.99999
    if k1(low) * k1(high) > 0:
        # Far in the tail the root lies within 1e-5 of the end, so the bracket moves closer to the
        # end.
        high = float((1 / (2 * a[a > 0])).min()) * (1 - 1e-13)
    z = float(scipy.optimize.brentq(k1, low, high, xtol=1e-14, rtol=1e-14))
    if abs(z) < 1e-4:
        return None
    w = float(np.sign(z) * np.sqrt(-2 * k0(z)))
    v = z * np.sqrt(2 * (df * a**2 / (1 - 2 * z * a) ** 2).sum())
    return float(scipy.special.ndtr(-(w + np.log(v / w) / w)))


Statistic = Literal["F", "Chisq", "Wald", "adjWald", "saddlepoint"]


@dataclass(frozen=True, eq=False)
class Corrected:
    """A sum of Pearson's statistics with its design effects.

    `pearson`: X2 of the weighted counts scaled to n. `delta`: eigenvalues of the generalised design
    effects, shape (df,). `design_df`: degrees of freedom of the design on the table. `n`:
    unweighted base. `note`: qualification of the result, or empty. `name`, `statistic`: names of
    the tests and of the corrected statistic.
    """

    name: ClassVar = "rao_scott"
    statistic: ClassVar = "Pearson X2"
    pearson: float
    delta: FloatArray
    design_df: int
    n: int
    note: str

    @property
    def trace(self) -> float:
        """Sum of the generalised design effects."""
        return float(self.delta.sum())

    @property
    def satterthwaite_df(self) -> float:
        """Second-order numerator degrees of freedom, trace^2 / trace of the square."""
        return self.trace**2 / float((self.delta**2).sum())

    def first_order(self) -> ComparisonRow:
        """Return the first-order correction: X2 over the mean design effect against chi-square."""
        df, test = float(len(self.delta)), f"{self.name}_chisq"
        p = float(scipy.special.chdtrc(df, self.pearson / self.delta.mean()))
        method = f"{self.statistic} with the first-order Rao-Scott correction"
        return ComparisonRow(
            test, self.pearson, "X2", df, None, p, n=self.n, method=method, note=self.note
        )

    def second_order(self) -> ComparisonRow:
        """Return the second-order correction: an F with Satterthwaite degrees of freedom."""
        d0 = self.satterthwaite_df
        value, ddf = self.pearson / self.trace, d0 * self.design_df
        method = f"{self.statistic} with the second-order Rao-Scott correction (F)"
        return f_row(f"{self.name}_f", value, d0, ddf, self.n, method, self.note)


@dataclass(frozen=True, eq=False)
class RaoScott(Corrected):
    """Pearson's statistic of a table with its design effects.

    `cells`: the table without empty levels.
    """

    cells: CellTotals

    def saddlepoint(self) -> ComparisonRow:
        """Return X2 against the linear combination of F that is its distribution (p to 1e-4
        of R).
        """
        p = tail_probability(self.pearson, self.delta, self.satterthwaite_df * self.design_df)
        return ComparisonRow(
            "rao_scott_saddlepoint",
            self.pearson,
            "X2",
            p_value=p,
            n=self.n,
            method="Pearson X2 against its linear combination of F (saddlepoint)",
            note=self.note,
        )


def table(
    design: Design,
    row: Column,
    column: Column,
    *,
    row_levels: Sequence[Any] | None = None,
    column_levels: Sequence[Any] | None = None,
) -> CellTotals:
    """Return the weighted two-way table over declared levels. R equivalent: `svytable`.

    Raises StatisticsError: a value that is no declared level, or no respondent with both answers.
    """
    return cell_totals(
        design, factor(design, row, row_levels), factor(design, column, column_levels)
    )


def association(
    design: Design,
    row: Column,
    column: Column,
    statistic: Statistic = "F",
    *,
    row_levels: Sequence[Any] | None = None,
    column_levels: Sequence[Any] | None = None,
) -> ComparisonRow:
    """Test independence of two factors. R equivalent: `svychisq(~row+column, statistic=)`.

    `row`, `column`: column names or one value per row. `statistic`: `F` (second order), `Chisq`
    (first order), `Wald`, `adjWald`, `saddlepoint` (R's `lincom` too, without CompQuadForm).
    `row_levels`, `column_levels`: declared levels; those without answers are left out and named.

    Raises StatisticsError: an unknown statistic; fewer than two observed levels on a side; a Wald
    test with more cells than the design has degrees of freedom.
    """
    one_of(statistic, Statistic, "statistic")
    rows, columns = factor(design, row, row_levels), factor(design, column, column_levels)
    if statistic in ("Wald", "adjWald"):
        return wald(design, rows, columns, adjusted=statistic == "adjWald")
    result = rao_scott_test(design, rows, columns)
    corrections = {"F": result.second_order, "Chisq": result.first_order}
    return corrections.get(statistic, result.saddlepoint)()


def observed_table(design: Design, row: Factor, column: Factor) -> tuple[CellTotals, list[str]]:
    """Return the table on the levels that occur together, and the names of the other declared
    levels.

    Raises StatisticsError: fewer than two observed levels on a side.
    """
    has_both = row.has_level & column.has_level
    both_factors = [row.within(has_both), column.within(has_both)]
    if not has_both.any():
        raise StatisticsError(
            f"no respondent has both {row.name} and {column.name}: there is nothing to compare"
        )
    left_out = []
    for f in both_factors:
        two_or_more(f, "a test of association")
        left_out += [level for level, k in zip(f.levels, f.counts(), strict=True) if k == 0]
    return cell_totals(
        design, both_factors[0].drop_unobserved(), both_factors[1].drop_unobserved()
    ), left_out


def rao_scott_test(design: Design, row: Factor, column: Factor) -> RaoScott:
    """Return Pearson's X2 and the generalised design effects of a table, empty levels left out.

    Raises StatisticsError: fewer than two observed levels on a side; no variance under the design.
    """
    cells, left_out = observed_table(design, row, column)
    needs_degrees_of_freedom(cells.degrees_of_freedom, "the Rao-Scott test")
    p = cells.proportions
    expected = np.outer(p.sum(axis=1), p.sum(axis=0))
    pearson = float(cells.n * ((p - expected) ** 2 / expected).sum())
    # A basis of the interaction space, orthogonal to the main effects.
    bases = map(_make_centred_basis, p.shape)
    contrasts, v = np.asarray(np.kron(*bases), dtype=np.float64), cells.proportion_covariance()
    notes = [f"no answers, left out of the test: {', '.join(left_out)}"] if left_out else []
    if (delta := _find_design_effects(contrasts, p.ravel(), v, cells.n)) is None:
        # With too many empty cells the observed shares fail; those under independence always exist.
        delta = _find_design_effects(contrasts, expected.ravel(), v, cells.n)
        notes.append("many empty cells: design effects taken at the shares under independence")
    if delta is None or delta.sum() <= 1e-10 * len(delta):
        raise StatisticsError(
            f"the design gives {row.name} by {column.name} no variance: "
            "every stratum is constant, or too few respondents; collapse levels"
        )
    has_both = row.has_level & column.has_level
    delta, df = correct_for_clusters(design, row.within(has_both), delta, cells.degrees_of_freedom)
    return RaoScott(pearson, delta, df, cells.n, "; ".join(notes), cells)


def correct_for_clusters(
    design: Design, groups: Factor, delta: FloatArray, df: int
) -> tuple[FloatArray, int]:
    """Correct design effects and degrees of freedom where every cluster lies within one group.

    Such groups are compared between clusters, as in an analysis of variance of cluster means: each
    group except the first takes one of the `df` degrees of freedom of the design, unless the strata
    took it before, and the variance around the group means is too small by the factor (df - taken)
    / df. With 24 clusters in four groups the uncorrected test rejects .08 where nothing differs
    (docs/measurements.md). Only for designs that correct (`Design.correcting`).

    Args:
        design: the design with its domain.
        groups: the group of each row of the domain.
        delta: generalised design effects, any shape.
        df: degrees of freedom of the design on those rows.

    Returns the corrected `delta` and `df`; both unchanged where people were drawn one by one, or a
    cluster holds several groups.

    Raises StatisticsError: the groups take every degree of freedom.
    """
    clusters = design.find_clusters() if design.corrects else None
    if clusters is None:
        return delta, df
    has_group = groups.has_level & design.mask
    units, first = np.unique(clusters[has_group], return_index=True)
    group = groups.codes[has_group]
    pairs = np.unique(np.column_stack([clusters[has_group], group]), axis=0)
    if len(pairs) > len(units):
        return delta, df
    of_group = group[first][:, None] == np.arange(groups.size)
    # Replicate weights do not show the strata: then all groups except one count.
    strata = np.zeros(len(units), np.int64)
    if design.replicates is None:
        strata = design.strata[has_group][first]
    of_stratum = strata[:, None] == np.unique(strata)
    both = np.column_stack([of_stratum, of_group]).astype(np.float64)
    taken = int(np.linalg.matrix_rank(both)) - of_stratum.shape[1]
    needs_degrees_of_freedom(df - taken, "a test between groups of whole clusters")
    return delta * (df / (df - taken)), df - taken


def _make_centred_basis(k: int) -> FloatArray:
    """Return an orthonormal basis of the contrasts of k levels, shape (k, k - 1)."""
    q, _ = np.linalg.qr(np.column_stack([np.ones(k), np.eye(k)[:, 1:]]))
    return np.asarray(q[:, 1:], dtype=np.float64)


def _find_design_effects(
    contrasts: FloatArray, p: FloatArray, v: FloatArray, n: int
) -> FloatArray | None:
    """Return the eigenvalues of (C'D^-1 C / n)^-1 (C' D^-1 V D^-1 C).

    None if the first matrix is singular.
    """
    scaled = contrasts * np.divide(1.0, p, out=np.zeros_like(p), where=p > 0)[:, None]
    denominator = contrasts.T @ scaled / n
    try:
        values = np.asarray(scipy.linalg.eigvalsh(scaled.T @ v @ scaled, denominator), np.float64)
    except scipy.linalg.LinAlgError:
        return None
    if np.linalg.cond(denominator) > 1e12 or not np.isfinite(values).all():
        return None
    return values[::-1]


def wald(design: Design, row: Factor, column: Factor, *, adjusted: bool = True) -> ComparisonRow:
    """Return the Wald test of p_ij = p_i p_j on (r-1)(c-1) cells, F with design degrees of freedom.

    `adjusted`: Fellegi's adjustment of the denominator (nu - k + 1), as `adjWald`.

    Raises StatisticsError: fewer than two observed levels; fewer design degrees of freedom than
    cells; a singular covariance (empty cells).
    """
    cells, left_out = observed_table(design, row, column)
    totals, size = cells.totals, cells.totals.sum()
    rows, columns = totals.sum(axis=1), totals.sum(axis=0)
    r, c = totals.shape
    k, nu = (r - 1) * (c - 1), cells.degrees_of_freedom
    ddf = nu - k + 1 if adjusted else nu
    if ddf <= 0 or nu < k:
        raise StatisticsError(
            f"a Wald test of {k} cells on {nu} degrees of freedom of the design does not exist; "
            "use the Rao-Scott F or collapse levels"
        )
    i, j = np.divmod(np.arange(r * c), c)
    jacobian = (
        np.eye(r * c)
        - (i[:, None] == i[None, :]) * (columns[j] / size)[:, None]
        - (j[:, None] == j[None, :]) * (rows[i] / size)[:, None]
        + (rows[i] * columns[j] / size**2)[:, None]
    )
    y = (totals - np.outer(rows, columns) / size).ravel()
    use = (i > 0) & (j > 0)
    v = cells.delta(jacobian)[np.ix_(use, use)]
    value = quadratic(y[use], v, f"the Wald test of {row.name} by {column.name}") / k
    if adjusted:
        value *= ddf / nu
    note = f"no answers, left out of the test: {', '.join(left_out)}" if left_out else ""
    name, words = ("adjusted_wald", "Adjusted design") if adjusted else ("wald", "Design")
    return f_row(name, value, k, ddf, cells.n, f"{words}-based Wald test of independence", note)


def quadratic(y: FloatArray, v: FloatArray, what: str) -> float:
    """Return y' V^-1 y for a covariance V.

    Raises StatisticsError: V is singular (in its correlation form), so the statistic does not
    exist.
    """
    scale = np.sqrt(np.diag(v))
    if (scale <= 0).any() or not np.isfinite(scale).all():
        raise StatisticsError(
            f"{what} does not exist: a covariance of zero (a constant group or an empty cell)"
        )
    correlation = v / np.outer(scale, scale)
    if np.linalg.cond(correlation) > 1e12:
        raise StatisticsError(
            f"{what} does not exist: the design covariance is singular; collapse levels"
        )
    z = y / scale
    return float(z @ np.linalg.solve(correlation, z))
