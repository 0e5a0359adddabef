"""Which answers of which people a weighted share can be, for a reader who knows the weights.

A group's respondents fall into frame cells of known size and weight. A share of their weights is
then one of finitely many numbers, and twelve digits of it tell nearly always which (meet in the
middle: all sums of one half of the cells, sorted, against what is left of the other half's).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from readiness.attack.released import TOTAL, Release
from readiness.attack.system import Classes

# The most sums of one half that are made.
HALF = 3_000_000
# The most ways in which those who did not answer are spread over the cells that are tried.
MISSING = 5_000
# A share that about so many worlds fit is not decoded.
MANY = 1e4
# Sums of weights are equal below this, in mean weights.
ROUND = 1e-10


@dataclass(frozen=True)
class Decoded:
    """One possible world: who answered at all, and who gave the answer, by frame cell."""

    answered: tuple[int, ...]
    gave: tuple[int, ...]


class TooMany(Exception):
    """The worlds are too many to be listed, which protects by itself."""


def decode(
    people: Sequence[int],
    weights: Sequence[float],
    share: tuple[float, float],
    base: int,
    most: int = 2,
) -> list[Decoded]:
    """The worlds in which a weighted share lies within `share`; `most` of them at most.

    `people` and `weights` of each frame cell of the group, `base`: how many of them answered. One
    world alone: the share is decoded. Raises TooMany where they cannot be listed.
    """
    n, w = np.asarray(people, dtype=int), np.asarray(weights, dtype=float)
    halves = _Halves.of(n, w)
    found: list[Decoded] = []
    for missing in _spread(n, int(n.sum()) - base):
        answered = n - np.array(missing)
        whole = float(w @ answered)
        ends = share[0] * whole - ROUND, share[1] * whole + ROUND
        for gave in halves.between(*ends, answered):
            found.append(Decoded(tuple(map(int, answered)), tuple(map(int, gave))))
            if len(found) >= most:
                return found
    return found


def reachable(people: Sequence[int], weights: Sequence[float], low: float, high: float) -> set[int]:
    """The numbers of people whose weights can add to something from `low` to `high`."""
    n, w = np.asarray(people, dtype=int), np.asarray(weights, dtype=float)
    halves = _Halves.of(n, w)
    return halves.counts(low - ROUND, high + ROUND)


def _spread(people: np.ndarray, missing: int) -> Iterator[tuple[int, ...]]:
    """The ways in which `missing` people can be those of the cells who did not answer.

    TooMany after as many as are tried.
    """
    if not 0 <= missing <= people.sum():
        return
    for tried, way in enumerate(_place(people, missing)):
        if tried == MISSING:
            raise TooMany
        yield way


def _place(people: np.ndarray, missing: int) -> Iterator[tuple[int, ...]]:
    if not len(people):
        if missing == 0:
            yield ()
        return
    for here in range(min(int(people[0]), missing) + 1):
        if missing - here <= int(people[1:].sum()):
            for rest in _place(people[1:], missing - here):
                yield (here, *rest)


@dataclass(frozen=True)
class _Side:
    """The sums of one half of the cells: sorted, each with the counts behind it."""

    cells: np.ndarray
    sums: np.ndarray
    codes: np.ndarray
    sizes: np.ndarray

    @classmethod
    def of(cls, cells: np.ndarray, people: np.ndarray, weights: np.ndarray) -> _Side:
        sizes = people[cells] + 1
        codes = np.arange(int(np.prod(sizes)) if len(cells) else 1)
        side = cls(cells, np.zeros(len(codes)), codes, sizes)
        sums = side.counts(codes) @ weights[cells] if len(cells) else side.sums
        order = np.argsort(sums, kind="stable")
        return cls(cells, sums[order], codes[order], sizes)

    def counts(self, codes: np.ndarray) -> np.ndarray:
        """The people of each cell behind some codes, one row each."""
        out = np.empty((len(codes), len(self.sizes)), dtype=int)
        for at, size in enumerate(self.sizes):
            codes, out[:, at] = np.divmod(codes, size)
        return out


@dataclass(frozen=True)
class _Halves:
    one: _Side
    other: _Side

    @classmethod
    def of(cls, people: np.ndarray, weights: np.ndarray) -> _Halves:
        """Two halves of about as many sums each; TooMany where one has more than `HALF`."""
        sides: tuple[list[int], list[int]] = ([], [])
        sizes = [1, 1]
        for cell in np.argsort(-people, kind="stable"):
            at = 0 if sizes[0] <= sizes[1] else 1
            sides[at].append(int(cell))
            sizes[at] *= int(people[cell]) + 1
        if max(sizes) > HALF:
            raise TooMany
        return cls(*(_Side.of(np.array(side, dtype=int), people, weights) for side in sides))

    def pairs(self, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
        """For each sum of the one half, from where to where the other half's fit."""
        start = np.searchsorted(self.other.sums, low - self.one.sums, side="left")
        stop = np.searchsorted(self.other.sums, high - self.one.sums, side="right")
        return start, stop

    def between(self, low: float, high: float, answered: np.ndarray) -> Iterator[np.ndarray]:
        """Worlds whose sum lies in between and in which nobody answers who did not."""
        start, stop = self.pairs(low, high)
        for row in np.flatnonzero(stop > start):
            mine = self.one.counts(self.one.codes[row : row + 1])[0]
            if (mine > answered[self.one.cells]).any():
                continue
            theirs = self.other.counts(self.other.codes[start[row] : stop[row]])
            for each in theirs[(theirs <= answered[self.other.cells]).all(axis=1)]:
                gave = np.zeros(len(answered), dtype=int)
                gave[self.one.cells], gave[self.other.cells] = mine, each
                yield gave

    def counts(self, low: float, high: float) -> set[int]:
        """The numbers of people behind the sums in between."""
        start, stop = self.pairs(low, high)
        mine = self.one.counts(self.one.codes).sum(axis=1)
        theirs = self.other.counts(self.other.codes).sum(axis=1)
        found: set[int] = set()
        for row in np.flatnonzero(stop > start):
            found.update((mine[row] + np.unique(theirs[start[row] : stop[row]])).tolist())
        return found


def decode_shares(
    release: Release, classes: Classes, items: Collection[str] = (), unanswered: int = 4
) -> dict[str, Decoded]:
    """Published weighted shares that leave one world alone for who knows all weights, by id.

    Zero and everybody are no secret that arithmetic finds. Not decoded is what thousands of worlds
    would give as well, and a share of a group in which more than `unanswered` gave no answer.
    `items`: all when empty.
    """
    found: dict[str, Decoded] = {}
    for item, table in release.tables.items():
        for share in table.shares if not items or item in items else ():
            if share.value is None or share.whole or not share.weighted or share.group == TOTAL:
                continue
            base, inside = table.bases.get((share.base, share.group)), classes.inside(share.group)
            people, weights = classes.people[inside], classes.weights[inside]
            if base is None or not len(people) or people.sum() - base > unanswered:
                continue
            if np.prod(people + 1.0) * (share.value.high - share.value.low) > MANY:
                continue
            try:
                worlds = decode(people, weights, (share.value.low, share.value.high), base)
            except TooMany:
                continue
            if len(worlds) == 1:
                found[share.id] = worlds[0]
    return found
