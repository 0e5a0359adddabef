"""The categories of a frame as auxiliaries: of respondents, and of all others in the population."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.arrays import FloatArray, TextArray

# Persons of the population by frame variable and category.
Targets = Mapping[str, Mapping[str, float]]

# Fewer answers of a kind than these in a category: it goes with the variable's largest one, or a
# model would fit those few without error.
LEAST = 5
TINY = 1e-9
# Of the test whether auxiliaries predict an answer.
LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class Answered:
    """Those with an answer, collapsed: a row for each answer in each combination of categories.

    Attributes:
        frame: the category of each row by variable.
        answers: shape (rows,).
        counts: respondents, shape (rows,).
        weights: the people whom they stand for, shape (rows,).
        effective: the number of respondents that equal weights would need (Kish).
    """

    frame: pd.DataFrame
    answers: FloatArray
    counts: FloatArray
    weights: FloatArray
    effective: float


class RespondentCells:
    """Respondents by the combination of their categories, so that a million cost what few do."""

    def __init__(self, data: pd.DataFrame, variables: list[str], weights: FloatArray) -> None:
        codes = data.groupby(variables, sort=True).ngroup()
        self.codes = codes.to_numpy(dtype=np.int64)
        self.frame = data[variables].groupby(self.codes, sort=True).first()
        self.weights = weights

    def keep_answered(self, values: FloatArray) -> Answered:
        """Those with a value (not NaN), collapsed."""
        known = np.isfinite(values)
        kinds, kind = np.unique(values[known], return_inverse=True)
        code = self.codes[known] * len(kinds) + kind.ravel()
        there, place = np.unique(code, return_inverse=True)
        own = self.weights[known]
        return Answered(
            self.frame.iloc[there // len(kinds)].reset_index(drop=True),
            kinds[there % len(kinds)],
            np.bincount(place.ravel()).astype(np.float64),
            np.bincount(place.ravel(), weights=own).astype(np.float64),
            float(own.sum() ** 2 / (own**2).sum()) if len(own) else 0.0,
        )


@dataclass(frozen=True, eq=False)
class Auxiliaries:
    """Indicators of categories, with what is known of those who gave no answer.

    Attributes:
        matrix: of the rows of `Answered`, shape (rows, p).
        weights: the people whom each row stands for, shape (rows,).
        others: how many of the population are left.
        others_mean: of the indicators among those, shape (p,).
        others_covariance: shape (p, p).
    """

    matrix: FloatArray
    weights: FloatArray
    others: float
    others_mean: FloatArray
    others_covariance: FloatArray

    @property
    def selected_total(self) -> float:
        """The people whom those who answered stand for."""
        return float(self.weights.sum())


def auxiliaries(answered: Answered, targets: Targets) -> Auxiliaries | None:
    """The auxiliaries of those who answered; None where too few answers leave none.

    The others' shares of the categories are the population's persons less those whom the answers
    stand for; where chance drew more of a category than there are left, nobody. Their covariance is
    exact within a variable; a frame of margins tells nothing of two together, so there the
    correlation is that of those who answered.
    """
    weights = answered.weights
    whole = float(np.mean([sum(totals.values()) for totals in targets.values()]))
    others = max(whole - float(weights.sum()), 0.0)
    if others <= TINY * whole:
        empty = np.empty((len(weights), 0))
        return Auxiliaries(empty, weights, 0.0, np.empty(0), np.empty((0, 0)))
    binary = np.isin(answered.answers, (0.0, 1.0)).all()
    columns: list[FloatArray] = []
    means: list[float] = []
    owners: list[str] = []
    for variable, totals in targets.items():
        values = answered.frame[variable].to_numpy(dtype=object)
        left = {
            category: max(total - float(weights[values == category].sum()), 0.0)
            for category, total in totals.items()
        }
        rest = sum(left.values())
        # A yes or no needs enough of both; of a number, answers are of one kind.
        kinds = answered.answers if binary else np.zeros(len(values))
        for category in choose_indicators(values, kinds, totals, answered.counts):
            inside = (values == category).astype(np.float64)
            if adds(columns, inside):
                columns.append(inside)
                means.append(left[category] / rest if rest > 0 else 0.0)
                owners.append(variable)
    if not columns:
        return None
    matrix, mean = np.column_stack(columns), np.array(means)
    covariance = _find_others_covariance(matrix, weights, mean, np.array(owners))
    return Auxiliaries(matrix, weights, others, mean, covariance)


def tells(answered: Answered, z: Auxiliaries) -> bool:
    """Whether the auxiliaries predict the answer better than chance would: F test at .05.

    Of an answer that they do not predict, any range by the proxy would be of noise.
    """
    from scipy import stats

    w = answered.weights / answered.weights.sum()
    y = answered.answers - w @ answered.answers
    x = z.matrix - w @ z.matrix
    spread = float(w @ y**2)
    beta, *_ = np.linalg.lstsq(x * np.sqrt(w)[:, None], y * np.sqrt(w), rcond=None)
    explained = float(w @ (x @ beta) ** 2)
    k, rest = x.shape[1], answered.effective - x.shape[1] - 1
    if not (spread > 0 and rest > 0):
        return False
    if explained >= spread:
        return True
    f = (explained / k) / ((spread - explained) / rest)
    return bool(stats.f.sf(f, k, rest) < LEVEL)


def choose_indicators(
    values: TextArray,
    kinds: FloatArray,
    categories: Iterable[str],
    counts: FloatArray | None = None,
) -> list[str]:
    """The categories that get an indicator: with `LEAST` cases of each kind, but the largest."""
    n = np.ones(len(values)) if counts is None else counts
    every = np.unique(kinds)
    size = {
        category: float(n[values == category].sum())
        for category in categories
        if all(n[(values == category) & (kinds == kind)].sum() >= LEAST for kind in every)
    }
    largest = max(size, key=size.__getitem__, default="")
    return [category for category in size if category != largest]


def adds(columns: list[FloatArray], column: FloatArray) -> bool:
    """Whether a column is no sum of a constant and the columns before it."""
    matrix = np.column_stack([np.ones(len(column)), *columns, column])
    return bool(np.linalg.matrix_rank(matrix.T @ matrix) == matrix.shape[1])


def _find_others_covariance(
    matrix: FloatArray, weights: FloatArray, mean: FloatArray, owners: npt.NDArray[np.str_]
) -> FloatArray:
    own = np.atleast_2d(np.cov(matrix.T, aweights=weights))
    spread = np.sqrt(np.diag(own))
    correlation = own / np.outer(spread, spread)
    deviation = np.sqrt(mean * (1 - mean))
    across = correlation * np.outer(deviation, deviation)
    within = np.diag(mean) - np.outer(mean, mean)
    same = owners[:, None] == owners[None, :]
    return np.where(same, within, across)
