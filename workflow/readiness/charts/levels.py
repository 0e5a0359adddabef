"""One stacked bar of an item's levels, and what stands for those not published.

Levels that are not published are two or more, and their sum follows from the others (`disclosure`).
Side by side on one side of the axis they are drawn as one piece; otherwise there is no bar, for the
place and length of each piece would hint at what is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from readiness.charts.marks import Mark


@dataclass(frozen=True)
class Row:
    """One bar: its group, the marks of its levels in scale order, and of "don't know" if asked.

    `boxes`: shares of several levels together that the register has, each with the places of its
    levels. `apart`: the group is counted, outside weights and total.
    """

    code: str
    label: str
    levels: list[Mark]
    dont_know: Mark | None
    section: bool
    boxes: Sequence[tuple[range, Mark]] = ()
    apart: bool = False

    @property
    def n(self) -> int | None:
        """The unweighted base of the levels."""
        return self.levels[0].n

    @property
    def published(self) -> bool:
        """Whether at least one level has a value."""
        return any(mark.value is not None for mark in self.levels)

    @property
    def partly(self) -> bool:
        """Whether some levels have a value and others have none."""
        return self.published and any(mark.value is None for mark in self.levels)


@dataclass(frozen=True)
class Segment:
    """A drawn piece of a bar, in shares from the axis; `colour` is None for levels together."""

    level: int
    id: str
    display: str
    width: float
    colour: str | None
    left: float = 0.0


def together(row: Row, left: int, across: int) -> range:
    """The levels that are drawn as one piece, for each is not published; may be empty.

    `left` levels stand left of the axis, `across` (0 or 1) lies across it.
    """
    hidden = [i for i, mark in enumerate(row.levels) if mark.value is None]
    if len(hidden) < 2 or not row.published:
        return range(0)
    run = range(hidden[0], hidden[-1] + 1)
    one_side = run.stop <= left or run.start >= left + across
    return run if len(run) == len(hidden) and one_side else range(0)


def box_of(row: Row, left: int, across: int) -> Mark | None:
    """The published share of just those levels that are drawn together, where there is one."""
    run = together(row, left, across)
    found = (mark for levels, mark in row.boxes if levels == run and mark.value is not None)
    return next(found, None) if run else None


def segments(row: Row, left: int, across: int, colours: Sequence[str]) -> list[Segment]:
    """The pieces of a row, from the axis outwards on each side; none where it has no bar."""
    run = together(row, left, across)
    if not row.published or (row.partly and not run):
        return []
    pieces = []
    box = box_of(row, left, across)
    for level, mark in enumerate(row.levels):
        if mark.value is not None:
            pieces.append(Segment(level, mark.id, mark.display, mark.value, colours[level]))
        elif level == run.start:
            rest = max(0.0, 1 - sum(mark.value or 0.0 for mark in row.levels))
            name, text = (box.id, box.display) if box else (f"{mark.id}.together", "")
            pieces.append(Segment(level, name, text, rest, None))
    return _placed(pieces, left, across)


def _placed(pieces: Sequence[Segment], left: int, across: int) -> list[Segment]:
    centre = [piece for piece in pieces if left <= piece.level < left + across]
    half = sum(piece.width for piece in centre) / 2
    placed = [replace(piece, left=-half) for piece in centre]
    edge = -half
    for piece in reversed([piece for piece in pieces if piece.level < left]):
        edge -= piece.width
        placed.append(replace(piece, left=edge))
    edge = half
    for piece in (piece for piece in pieces if piece.level >= left + across):
        placed.append(replace(piece, left=edge))
        edge += piece.width
    return placed
