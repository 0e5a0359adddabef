"""A system of linear equations and inequalities, and who knows every respondent's frame cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from readiness.attack.released import TOTAL

if TYPE_CHECKING:
    from scipy.sparse import csr_array

# How far a sum of weights may miss its printed value, in mean weights: a solver's tolerance.
SLACK = 1e-7
PEOPLE, WEIGHT, REST, CELL = "people", "weight", "rest", "cell"
# Those of later data who were not in earlier ones.
CAME = "came"
# (answer or base, group).
Key = tuple[str, str]
Name = tuple[str, ...]


@dataclass
class LinearSystem:
    """Variables with bounds, and rows low <= a.x <= high."""

    names: dict[Name, int] = field(default_factory=dict)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    whole: list[bool] = field(default_factory=list)
    rows: list[dict[int, float]] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)

    def variable(
        self, name: Name, low: float = 0.0, high: float = inf, *, whole: bool = True
    ) -> int:
        """The column of a variable, made where it is not there yet; bounds are tightened."""
        if name not in self.names:
            self.names[name] = len(self.low)
            self.low.append(low)
            self.high.append(high)
            self.whole.append(whole)
        at = self.names[name]
        self.low[at] = max(self.low[at], low)
        self.high[at] = min(self.high[at], high)
        return at

    def row(self, coefficients: Mapping[int, float], low: float, high: float) -> None:
        """One equation or inequality; coefficients of the same column were added up before."""
        self.rows.append({at: value for at, value in coefficients.items() if value})
        self.row_low.append(low)
        self.row_high.append(high)

    def matrix(self) -> csr_array:
        """The rows as a sparse matrix."""
        from scipy.sparse import csr_array

        indices = [at for row in self.rows for at in row]
        values = [value for row in self.rows for value in row.values()]
        ends = np.cumsum([0, *(len(row) for row in self.rows)])
        shape = (len(self.rows), len(self.low))
        return csr_array((np.array(values), np.array(indices, dtype=int), ends), shape=shape)


@dataclass(frozen=True)
class Classes:
    """What a reader knows who knows the frame cell of every respondent of a release.

    Attributes:
        groups: for each cell its group in each variable, columns named as the register does.
        people: respondents of each cell.
        weights: the weight of each of them, in mean weights.
    """

    groups: pd.DataFrame
    people: np.ndarray
    weights: np.ndarray

    def inside(self, group: str) -> np.ndarray:
        """Which cells a group is made of."""
        return self._inside.get(group, np.zeros(len(self.people), dtype=bool))

    @cached_property
    def _inside(self) -> dict[str, np.ndarray]:
        found = {TOTAL: np.ones(len(self.people), dtype=bool)}
        for variable in self.groups:
            column = self.groups[variable].to_numpy(dtype=object)
            found |= {group: column == group for group in dict.fromkeys(column) if group}
        return found

    def knows(self, group: str) -> bool:
        """Whether a group is one of the frame's."""
        return bool(self.inside(group).any())
