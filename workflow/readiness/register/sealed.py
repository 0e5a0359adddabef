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

from readiness.ground.figure_id import EFFECTIVE, FIRMNESS, MISSING, FigureId
from readiness.ground.frames import list_rows
from readiness.register.rows.respondents import NO_ANSWER
from readiness.register.rows.shares import BAND_UNITS


@dataclass(frozen=True)
class Withholding:
    """What a register does not tell, by whatever rule.

    `ids`: the ids of shares, means and bases that are withheld. `exact`: those of tests that are
    told as they were computed beside whatever is withheld.
    `banded`: those of the p-values that are told as a band; None: of all that stand beside
    something withheld. `led`: those of the leading tests of its day that stand there as a band, or
    as withheld; None: the test that leads today. `firm`: the items of whose variants something is
    told. `former`: whether precision is that of 1.0: limits from unrounded shares, each with its
    own effective sample size.
    `merged`: the items of which "don't know" and blanks are one number.
    """

    ids: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()
    banded: frozenset[str] | None = None
    led: frozenset[str] | None = None
    firm: frozenset[str] = frozenset()
    former: bool = False
    merged: frozenset[str] = frozenset()


def read_withholding(ledger: pd.DataFrame) -> Withholding:
    """What the register of a publication (as text) does not tell, as its own rows say."""
    told = ledger["suppressed"] == ""
    in_bands = ledger["unit"].isin(BAND_UNITS)
    tests = (ledger["kind"] == "test") & told & ~in_bands
    firm = (item.partition(":")[2] for item in ledger.loc[ledger["kind"] == FIRMNESS, "item"])
    no_answers = (ledger["kind"] == MISSING) & (ledger["level"] == NO_ANSWER)
    return Withholding(
        ids=frozenset(ledger.loc[ledger["kind"].isin(["estimate", "count"]) & ~told, "id"]),
        exact=frozenset(ledger.loc[tests, "id"]),
        banded=frozenset(ledger.loc[in_bands & told, "id"]),
        led=frozenset(ledger.loc[(ledger["kind"] == "test") & (in_bands | ~told), "id"]),
        firm=frozenset(firm),
        former=_is_former(ledger),
        merged=frozenset(ledger.loc[no_answers, "item"]),
    )


def _is_former(ledger: pd.DataFrame) -> bool:
    """Return whether a ledger has an effective sample size for each share, as those of 1.0 do."""
    limits = ledger["kind"] == "interval"
    ids = ledger.loc[limits, "id"]
    return any(FigureId.parse(text, "interval").part == EFFECTIVE for text in ids)


# What stands beside a number and is told, or not, as its ledger says.
_BESIDE = ("n", "se", "lower", "upper", "n_eff", "deff")


def follow_ledger(figures: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return a recomputed register (as text) as its ledger tells it.

    Each number has the digits that the ledger states for it, and beside it what the ledger tells:
    later rules of digits and bases are no difference. Limits of shares whose precision the ledger
    does not tell are left out.
    """
    sealed = {row["id"]: row for row in list_rows(ledger)}
    without = {name for name, row in sealed.items() if row["kind"] == "estimate" and not row["se"]}
    rows = []
    for row in list_rows(figures):
        if row["kind"] == "interval" and row["id"] not in sealed:
            share = FigureId.parse(row["id"], row["kind"]).without_part()
            if share in without:
                continue
        if told := sealed.get(row["id"]):
            untold = dict.fromkeys((c for c in _BESIDE if not told[c]), "")
            row = {**row, **untold, "digits": told["digits"]}
        rows.append(row)
    return pd.DataFrame(rows, columns=figures.columns)
