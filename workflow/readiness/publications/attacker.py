"""The attacker's view of a release, before it is kept: which counts could a reader work out?

Percentages on a known base give counts away. The same exact arithmetic that judges other people's
figures is run on ours.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pandas as pd

from readiness.forensics.attack import attack_release
from readiness.tables import read_text_table

ATTACK = "attack.csv"
UNWEIGHTED = "(unweighted)"


def published_shares(figures: pd.DataFrame) -> pd.DataFrame:
    """The published shares of a register (as text), in the form that `attack_release` takes.

    The spread of the weights is published too, so a reader can use it.
    """
    values = dict(zip(figures["id"], figures["value"], strict=True))
    largest, smallest = (values.get(f"weighting.{m}", "") for m in ("maximum", "minimum"))
    ratio = str(Fraction(largest) / Fraction(smallest)) if largest and smallest else ""
    shares = figures[(figures["kind"] == "estimate") & (figures["suppressed"] == "")]
    unweighted = shares["statistic"].str.contains(UNWEIGHTED, regex=False)
    return pd.DataFrame(
        {
            "id": shares["id"],
            "percent": shares["display_en"],
            "base": shares["n"],
            "weighted": unweighted.map({True: "no", False: "yes"}),
            "weight_ratio": unweighted.map({True: "", False: ratio}),
        }
    ).reset_index(drop=True)


def attack(figures: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """What a reader could recover from the register's shares (`forensics.attack.attack_release`).

    `minimum` is the smallest count that may be known: a recovered one below it is `small`.
    """
    return attack_release(published_shares(figures), small=minimum)


def read_attack(path: Path) -> pd.DataFrame:
    """The attack's table, as `freeze` keeps it."""
    table = read_text_table(path, "the attacker's view")
    flags = ["recovered", "small", "everyone"]
    return table.assign(**{name: table[name] == "True" for name in flags})


def findings(attacked: pd.DataFrame) -> str:
    """One line: how many counts can be recovered, how many are small, and the first of these."""
    small = attacked[attacked["small"]]
    first = f" (first: {small['id'].iloc[0]})" if len(small) else ""
    return (
        f"{int(attacked['recovered'].sum())} of {len(attacked)} counts can be worked out by a "
        f"reader, {len(small)} of them below the minimum{first}"
    )


def unprotected(figures: pd.DataFrame, minimum: int) -> list[str]:
    return []
