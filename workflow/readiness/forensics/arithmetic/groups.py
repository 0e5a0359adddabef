"""Two groups that add up to a reported total: which splits can stand behind the figures?

Each set of figures may rest on the first group, on the second, or on everyone; the split is tried
for every size of the groups, with up to m answers missing on each item.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from readiness.forensics.arithmetic.bases import NEAREST, Convention, FigureSet, joint_mask


@dataclass(frozen=True)
class Split:
    """Groups of `smaller` and `larger` people, and what each set can rest on.

    `places[i]` holds, for set i, the possible bases among "smaller", "larger" and "total".
    """

    smaller: int
    larger: int
    places: tuple[tuple[str, ...], ...]


def joint_splits(
    sets: Sequence[FigureSet],
    total: int,
    max_missing: int = 0,
    allow_total: bool = True,
    allowed: Sequence[Convention] = NEAREST,
) -> list[Split]:
    """Every split of `total` into two groups that fits all sets, smaller groups first.

    One convention holds for all sets. Both groups have at least one person. A split for which all
    sets rest on everyone says nothing about groups: if the sets fit the total, every split fits.
    """
    found: dict[int, Split] = {}
    for convention in allowed:
        masks = [joint_mask([s], total, max_missing, [convention]) for s in sets]
        for smaller in range(1, total // 2 + 1):
            sizes = {"smaller": smaller, "larger": total - smaller}
            if allow_total:
                sizes["total"] = total
            places = tuple(
                tuple(name for name, size in sizes.items() if mask[size]) for mask in masks
            )
            if all(places) and smaller not in found:
                found[smaller] = Split(smaller, total - smaller, places)
    return [found[smaller] for smaller in sorted(found)]
