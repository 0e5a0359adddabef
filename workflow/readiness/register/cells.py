"""The respondents of a wave by what a reader knows of them: the frame's cell, the weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.analysis.names import crossed
from readiness.questionnaire.model import TOTAL

MOST_CELLS = 100
"""Kinds of respondents in one system; of more, those of the same groups weigh the same in it."""


@dataclass(frozen=True)
class Cells:
    """The respondents by what a reader knows of them.

    Attributes:
        of_row: the cell of each row of the answers.
        sizes: how many respondents a cell has.
        weights: what each of them weighs.
        groups: the cells of each group of the register, the total among them.
        weighted: whether shares are of weights; of people otherwise, and nothing tells the weights.
    """

    of_row: npt.NDArray[np.int64]
    sizes: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]
    groups: Mapping[str, npt.NDArray[np.int64]]
    weighted: bool = True

    @classmethod
    def by(
        cls, answers: pd.DataFrame, weights: pd.Series[float], variables: Sequence[str]
    ) -> list[Cells]:
        """The cells of all variables together; of each by itself where they would be too many."""
        whole = cls.of(answers, weights, variables)
        if len(whole.sizes) <= MOST_CELLS or len(variables) < 2:
            return [whole.coarse()]
        parts = []
        for k, variable in enumerate(variables):
            part = cls.of(answers, weights, [variable]).coarse()
            groups = {
                group if group == TOTAL or not k else crossed(variable, group): inside
                for group, inside in part.groups.items()
            }
            parts.append(replace(part, groups=groups))
        return parts

    def coarse(self) -> Cells:
        """The same with one cell for each combination of groups, where there are too many."""
        if len(self.sizes) <= MOST_CELLS:
            return self
        inside = np.zeros((len(self.sizes), len(self.groups)), dtype=bool)
        for k, cells in enumerate(self.groups.values()):
            inside[cells, k] = True
        _, merged = np.unique(inside, axis=0, return_inverse=True)
        sizes = np.bincount(merged, self.sizes).astype(np.float64)
        weights = np.bincount(merged, self.sizes * self.weights) / sizes
        groups = {
            group: np.unique(merged[cells]).astype(np.int64) for group, cells in self.groups.items()
        }
        return Cells(merged[self.of_row].astype(np.int64), sizes, weights, groups, self.weighted)

    @classmethod
    def of(
        cls, answers: pd.DataFrame, weights: pd.Series[float], variables: Sequence[str]
    ) -> Cells:
        """The cells of weighted respondents; the first variable's groups have their code alone."""
        keys = answers[list(variables)].astype(str).assign(_weight=weights.to_numpy())
        by = keys.groupby(list(keys.columns), sort=True, observed=True)
        of_row = np.asarray(by.ngroup(), dtype=np.int64)
        distinct = by.size().reset_index(name="_size")
        everybody = np.arange(len(distinct), dtype=np.int64)
        groups: dict[str, npt.NDArray[np.int64]] = {TOTAL: everybody}
        for k, variable in enumerate(variables):
            for code in sorted(distinct[variable].unique()):
                inside = everybody[distinct[variable].to_numpy() == code]
                groups[crossed(variable, code) if k else code] = inside
        sizes = distinct["_size"].to_numpy(dtype=np.float64)
        return cls(of_row, sizes, distinct["_weight"].to_numpy(dtype=np.float64), groups)

    def below(self, least: int) -> frozenset[str]:
        """The groups of fewer respondents."""
        return frozenset(
            group for group, inside in self.groups.items() if self.sizes[inside].sum() < least
        )

    @classmethod
    def apart(cls, n: int, group: str) -> Cells:
        """A group that is counted apart: one cell, everybody once."""
        one = np.ones(1)
        return cls(np.zeros(n, np.int64), one * n, one, {group: np.zeros(1, np.int64)}, False)
