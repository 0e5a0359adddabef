"""What earlier releases of a wave told of counts: rows that no later one can take back.

Between two releases people came: a count grew by those of its group at most. So what an earlier one
printed bounds today's count, and where few came, today's number tells what was withheld before, or
what those few answered (differencing).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil, floor, inf
from typing import Any

import pandas as pd

from readiness.analysis.names import crossed
from readiness.patterns import SIGNIFICANT_DIGITS
from readiness.questionnaire.model import TOTAL
from readiness.register.precision import PRECISION, PUBLISHED
from readiness.register.protection import base_id, read_statistic

NEAR = 1e-9
"""How far a printed number of people may be from a whole one."""
Ends = tuple[float, float]


@dataclass(frozen=True)
class Earlier:
    """One earlier release.

    Attributes:
        counts: by the id of a share or base, between which counts what was printed puts it; None
            where it was withheld.
        respondents: by group, as far as they are printed.
        same: whether it is of today's data.
    """

    counts: Mapping[str, Ends | None] = field(default_factory=dict)
    respondents: Mapping[str, int] = field(default_factory=dict)
    same: bool = False

    def came(self, group: str, people: float) -> float:
        """How many more a group of so many `people` has at most; infinite where nobody can tell."""
        if self.same:
            return 0.0
        before = self.respondents.get(group)
        return inf if before is None or before > people else people - before

    @property
    def withheld(self) -> frozenset[str]:
        """The ids of what was not told."""
        return frozenset(name for name, ends in self.counts.items() if ends is None)

    def told(self, share: str, others: str, base: str) -> dict[str, Ends | None]:
        """The ends of a share's count, of those who answered otherwise and of its base, by these
        names; None: withheld. What this release knows nothing of is not there."""
        found = {name: self.counts[name] for name in (share, base) if name in self.counts}
        if share in found:
            count, whole = found[share], found.get(base)
            found[others] = (whole[0] - count[1], whole[1] - count[0]) if count and whole else None
        return found


def people_of(low: float, high: float, base: Ends, ratio: float) -> Ends:
    """Between which numbers of people a share (0-1) of weights puts those who gave an answer.

    `base`: between which numbers of people all are; `ratio`: of the heaviest weight to the lightest
    (1: a share of people). k people of n have between k / (k + (n - k) ratio) and
    k ratio / (k ratio + n - k) of the weight.
    """
    low, high = max(low, 0.0), min(high, 1.0)
    least = base[0] * low / (low + (1.0 - low) * ratio)
    most = base[1] * high * ratio / (high * ratio + 1.0 - high)
    return float(ceil(least - NEAR)), float(floor(most + NEAR))


def earlier_release(figures: pd.DataFrame, data: str) -> Earlier:
    """What a published register (as text) told; `data`: the versions of today's data."""
    rows = figures.to_dict("records")
    shown = {row["id"]: row["value"] for row in rows if not row["suppressed"]}
    lightest, heaviest = (shown.get(f"weighting.{end}", "") for end in ("minimum", "maximum"))
    # Printed with two decimals.
    ratio = (float(heaviest) + 0.005) / (float(lightest) - 0.005) if lightest and heaviest else 1.0
    counts: dict[str, Ends | None] = {}
    snapshots = set()
    for row in rows:
        if row["kind"] == "count":
            value = shown.get(row["id"])
            if row["unit"] == "base" and row["statistic"].startswith("answers"):
                counts[row["id"]] = (float(value), float(value)) if value else None
        elif row["kind"] == "estimate" and row["unit"] == "share":
            _, base, unweighted = read_statistic(row["statistic"])
            told = (float(row["n"]), float(row["n"])) if row["n"] else None
            snapshots.add(row["dataset"])
            counts.setdefault(base_id(row["item"], row["group"], base), told)
            value = shown.get(row["id"])
            if value and told:
                ends = _printed(row, float(value))
                counts[row["id"]] = people_of(*ends, told, 1.0 if unweighted else ratio)
            else:
                counts[row["id"]] = None
    return Earlier(counts, _respondents(rows), snapshots == {data})


def _respondents(rows: list[dict[Any, str]]) -> dict[str, int]:
    """The printed numbers of people by group, of the quality report and of the margins."""
    found = {}
    for row in rows:
        if row["suppressed"]:
            continue
        if row["kind"] == "quality" and (
            row["statistic"] == "answered" or (row["statistic"] == "kept" and row["group"] != TOTAL)
        ):
            found[row["group"]] = int(row["value"])
        elif row["kind"] == "balance" and row["n"]:
            variable = row["id"].split(".")[1]
            found[crossed(variable, row["level"] or row["item"])] = int(row["n"])
    return found


def _printed(row: dict[Any, str], value: float) -> Ends:
    """Between what a printed share puts the share; nobody and everybody are shown as such."""
    if value in (0.0, 1.0) and row["se"] in ("", "0"):
        return value, value
    if row[PRECISION] == PUBLISHED:
        half = 0.5 * 10.0 ** -(int(row["digits"]) + 2)
    else:
        half = value * 10.0 ** (1 - SIGNIFICANT_DIGITS)
    return value - half, value + half
