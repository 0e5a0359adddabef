"""Fisher's exact test of a 2 x 2 table with the conditional odds ratio and its exact interval.

Given both margins, the first count x has probability proportional to c_x psi^x, with c_x the
central hypergeometric and psi the odds ratio (Fisher's noncentral hypergeometric). All of its
support is held at once, in logarithms, so that 40,000 answers cost milliseconds. Sources: Fisher
(1935); Cornfield (1956) for the interval; R `fisher.test`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from readiness.arrays import FloatArray, IntArray
from readiness.errors import StatisticsError
from readiness.survey.comparisons.fisher import log_factorials, whole_table
from readiness.survey.comparisons.results import ComparisonRow
from readiness.survey.intervals import check_level

# Tables as likely as the observed one count up to this relative difference, as in R.
_TIES = 1e-7


def fisher_2x2(counts: npt.ArrayLike, level: float = 0.95) -> ComparisonRow:
    """Fisher's exact test of a 2 x 2 table with the conditional odds ratio and its exact interval.

    R: `fisher.test`; the odds ratio is the conditional maximum-likelihood estimate, infinite
    or 0 where a cell is empty (the interval then has one finite end).

    Args:
        counts: unweighted counts, shape (2, 2).
        level: of the interval, 0-1.

    Raises:
        StatisticsError: not a 2 x 2 table of counts with answers in each row and column, a level
            outside (0, 1).
    """
    check_level(level)
    table = whole_table(counts)
    if table.shape != (2, 2):
        raise StatisticsError(f"a table of {table.shape[0]} x {table.shape[1]}; expected 2 x 2")
    n = int(table.sum())
    row, column, x = int(table[0].sum()), int(table[:, 0].sum()), int(table[0, 0])
    support = np.arange(max(0, column - (n - row)), min(row, column) + 1)
    lf = log_factorials(n)
    central = -(lf[support] + lf[row - support] + lf[column - support])
    central -= lf[n - row - column + support]
    central -= central.max()
    at = x - int(support[0])
    shares = _shares(central, support, 0.0)
    p = float(shares[shares <= shares[at] * (1 + _TIES)].sum())
    half = (1 - level) / 2

    def mean(log_ratio: float) -> float:
        return float(_shares(central, support, log_ratio) @ support) - x

    def upper_tail(log_ratio: float) -> float:
        return float(_shares(central, support, log_ratio)[at:].sum()) - half

    def lower_tail(log_ratio: float) -> float:
        return half - float(_shares(central, support, log_ratio)[: at + 1].sum())

    first, last = at == 0, at == len(support) - 1
    return ComparisonRow(
        "fisher_2x2",
        p_value=min(p, 1.0),
        effect=0.0 if first else np.inf if last else _root(mean),
        lower=0.0 if first else _root(upper_tail),
        upper=np.inf if last else _root(lower_tail),
        n=n,
        method="Fisher's exact test, conditional odds ratio, unweighted",
    )


def _shares(central: FloatArray, support: IntArray, log_ratio: float) -> FloatArray:
    """Probabilities of the support at an odds ratio, sum 1."""
    exponent = central + support * log_ratio
    mass = np.exp(exponent - exponent.max())
    shares: FloatArray = mass / mass.sum()
    return shares


def _root(rising: Callable[[float], float]) -> float:
    """exp of the root of a rising function of the log odds ratio."""
    from scipy import optimize

    low, high = -1.0, 1.0
    while rising(low) > 0:
        low *= 2
    while rising(high) < 0:
        high *= 2
    return float(np.exp(optimize.brentq(rising, low, high, xtol=1e-13, rtol=1e-13)))
