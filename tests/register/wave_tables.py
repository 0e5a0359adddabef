"""Tables of the estimate step, written from counts: what the register of a wave is made from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from readiness.analysis.selection import Selection
from readiness.config import FigureRules
from readiness.register.figures import Origin, Scheme, make_register
from readiness.register.precision import ShareDigits
from readiness.register.rows.shares import share_rows

LEVELS = ("none", "weak", "medium", "good")
SCHEME = Scheme(("expert",), {"readiness": "low"})
DRAWN = Selection.PROBABILITY


def share(
    item: str, level: str, base: str, group: str, count: int, n: int, share: float
) -> dict[str, str]:
    """One row of `estimates.csv`, as text."""
    precision = dict.fromkeys(("se", "lower", "upper", "n_eff", "deff", "df"), "")
    if group != "expert":
        precision |= {"se": "0.05", "lower": "0.01", "upper": "0.99", "n_eff": "31", "deff": "1.2"}
    return {
        "item": item,
        "level": level,
        "base": base,
        "group": group,
        "n": str(n),
        "count": str(count),
        "estimate": format(share, ".12g"),
        "reliability": "present",
        "note": "",
        **precision,
    }


def ordinal(
    counts: Mapping[str, Sequence[int]], weights: Mapping[str, float], item: str = "readiness"
) -> pd.DataFrame:
    """An ordinal item: counts of its levels and of "don't know" by group (`expert` apart).

    `weights`: the weight of each answer of a group; the total is weighted, experts are not.
    """
    rows: list[dict[str, Any]] = []
    professions = [group for group in counts if group != "expert"]
    for group in ("all", *counts):
        parts = professions if group == "all" else [group]
        cells = [sum(counts[part][k] for part in parts) for k in range(5)]
        sizes = [sum(counts[part][k] * weights.get(part, 1.0) for part in parts) for k in range(5)]
        n, mass = sum(cells[:4]), sum(sizes[:4])
        for level, count, size in zip(LEVELS, cells[:4], sizes[:4], strict=True):
            rows.append(share(item, level, "answered", group, count, n, size / mass if n else 0))
        low = sum(sizes[:2]) / mass if n else 0
        rows.append(share(item, "low", "answered", group, sum(cells[:2]), n, low))
        outside = sizes[4] / sum(sizes) if sum(cells) else 0
        rows.append(
            share(item, "dont_know", "with_dont_know", group, cells[4], sum(cells), outside)
        )
    return pd.DataFrame(rows)


def register(
    estimates: pd.DataFrame,
    hidden: Collection[str] = (),
    rules: FigureRules | None = None,
) -> pd.DataFrame:
    """The register of shares and bases, as text; `hidden`: what is withheld of them."""
    rules = rules or FigureRules()
    made = make_register(
        share_rows(estimates, rules, ShareDigits(), SCHEME, DRAWN, frozenset(hidden)),
        run="waves/made-up",
        origin=lambda row: Origin.of(),
        simulated=True,
    )
    return made.astype(str)


def everything(estimates: pd.DataFrame) -> pd.DataFrame:
    """The register as it would be if nothing were held back."""
    return register(estimates, (), FigureRules.model_construct(minimum_base=1, reliable_base=1))
