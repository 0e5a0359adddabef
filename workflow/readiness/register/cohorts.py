"""The respondents of a wave by when they came: between which of its releases.

Nobody says of a respondent when he came, but how many of a group did is printed. So of each cell
the people of every cohort are counts of their own: what an earlier release told is of those who
were there, and what only today's tells is of the others, too.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt

from readiness.register.cells import Cells
from readiness.register.earlier import Earlier

Parts = npt.NDArray[np.int64]
"""Positions of parts."""


@dataclass(frozen=True)
class Cohorts:
    """Parts: the people of one cell who came at one time.

    Where so `many` may have come to a cell that nobody's answers can be told from theirs, they are
    one part with those who were there.

    Attributes:
        cell: the cell of each part.
        since: how many of the earlier releases were out when they came.
        most: how many people a part has at most.
        came: by earlier release and group, how many came since, where that is printed.
        mixed: by earlier release, how many came at most to each cell who are not a part.
    """

    cell: Parts
    since: Parts
    most: npt.NDArray[np.float64]
    came: tuple[dict[str, float], ...]
    mixed: tuple[npt.NDArray[np.float64], ...]

    @classmethod
    def of(
        cls,
        cells: Cells,
        sizes: npt.NDArray[np.float64],
        earlier: Sequence[Earlier],
        unknown: Collection[str],
        many: int,
    ) -> Cohorts:
        """The parts of cells of at most `sizes`; of `unknown` groups no reader has the number."""
        everybody = np.arange(len(sizes), dtype=np.int64)
        cell, since, most = [everybody], [np.zeros_like(everybody)], [sizes]
        came, mixed = [], []
        left = np.full(len(sizes), inf)
        for k, each in enumerate(earlier, 1):
            people = {
                group: each.came(group, float(cells.sizes[inside].sum()))
                for group, inside in cells.groups.items()
                if each.same or group not in unknown
            }
            # Who came after k releases came after each of them.
            for group, number in people.items():
                inside = cells.groups[group]
                left[inside] = np.minimum(left[inside], number)
            there = np.flatnonzero((left > 0) & (left < many))
            cell.append(there)
            since.append(np.full_like(there, k))
            most.append(np.minimum(left, sizes)[there])
            came.append({group: number for group, number in people.items() if number < inf})
            mixed.append(np.where(left >= many, np.minimum(left, sizes), 0.0))
        parts = np.concatenate(cell), np.concatenate(since), np.concatenate(most)
        return cls(*parts, tuple(came), tuple(mixed))

    def inside(self, cells: Parts) -> Parts:
        """The parts of some cells."""
        return np.flatnonzero(np.isin(self.cell, cells))
