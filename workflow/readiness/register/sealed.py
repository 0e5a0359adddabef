"""What a sealed ledger withholds, taken from it: of a publication nothing is decided again.

Which numbers of a register are told is decided once, by the rule of the day of its release. Another
rule of a later day withholds others, and a number that was published would seem to be gone, or one
that was withheld would be told. So whoever recomputes a publication takes all of these decisions
from its ledger, here and nowhere else; its numbers are computed, and judged, like any others.

A ledger is somebody's word: it can withhold a number, and then says so in that number's place. That
it leaves out a number which nothing withholds is no decision, and is seen when both are compared.
"""

from dataclasses import dataclass

import pandas as pd

from readiness.register.firmness import FIRMNESS
from readiness.register.rows.shares import BAND_UNITS


@dataclass(frozen=True)
class Withholding:
    """What a register does not tell, by whatever rule.

    `ids`: the ids of shares, means and bases that are withheld. `exact`: those of tests, and of
    shares with their precision, that are told as they were computed beside whatever is withheld.
    `banded`: those of the p-values that are told as a band; None: of all that stand beside
    something withheld. `firm`: the items of whose variants something is told.
    """

    ids: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()
    banded: frozenset[str] | None = None
    firm: frozenset[str] = frozenset()


def read_withholding(ledger: pd.DataFrame) -> Withholding:
    """What the register of a publication (as text) does not tell, as its own rows say."""
    told = ledger["suppressed"] == ""
    in_bands = ledger["unit"].isin(BAND_UNITS)
    tests = (ledger["kind"] == "test") & told & ~in_bands
    precise = (ledger["kind"] == "estimate") & told & (ledger["se"] != "")
    firm = (item.partition(":")[2] for item in ledger.loc[ledger["kind"] == FIRMNESS, "item"])
    return Withholding(
        ids=frozenset(ledger.loc[ledger["kind"].isin(["estimate", "count"]) & ~told, "id"]),
        exact=frozenset(ledger.loc[tests | precise, "id"]),
        banded=frozenset(ledger.loc[in_bands & told, "id"]),
        firm=frozenset(firm),
    )
