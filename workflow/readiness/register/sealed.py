"""Read from a sealed ledger which numbers it suppresses, so that recomputing decides nothing again.

Suppression is decided once, by the rules of the day of a release. Later rules would suppress other
numbers: a published number would seem missing, or a suppressed one would be published. So whoever
recomputes a publication takes these decisions from its ledger, only here. The numbers themselves
are computed and compared as any others.

A ledger can suppress a number and says so in that number's row. A row that is missing without that
is a difference, found when the registers are compared.
"""

from dataclasses import dataclass

import pandas as pd

from readiness.ground.figure_id import EFFECTIVE, FIRMNESS, MISSING, FigureId
from readiness.ground.frames import list_rows
from readiness.register.rows.respondents import NO_ANSWER
from readiness.register.rows.shares import BAND_UNITS


@dataclass(frozen=True)
class Withholding:
    """Numbers that a register suppresses or publishes in another form.

    `ids`: ids of suppressed shares, means and bases. `exact`: ids of tests that are published as
    they were computed, whatever is suppressed beside them. `banded`: ids of p-values published as a
    band; None: all beside a suppressed number. `led`: ids of the leading tests of its day that are
    a band or suppressed; None: the test that leads today. `firm`: items whose variants are
    published. `former`: whether precision is that of 1.0: limits from unrounded shares, each with
    its own effective sample size. `merged`: items whose "don't know" and blanks are one number.
    """

    ids: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()
    banded: frozenset[str] | None = None
    led: frozenset[str] | None = None
    firm: frozenset[str] = frozenset()
    former: bool = False
    merged: frozenset[str] = frozenset()


def read_withholding(ledger: pd.DataFrame) -> Withholding:
    """Read the suppressed numbers from the register of a publication (as text)."""
    published = ledger["suppressed"] == ""
    is_band = ledger["unit"].isin(BAND_UNITS)
    tests = (ledger["kind"] == "test") & published & ~is_band
    firm = (item.partition(":")[2] for item in ledger.loc[ledger["kind"] == FIRMNESS, "item"])
    no_answers = (ledger["kind"] == MISSING) & (ledger["level"] == NO_ANSWER)
    return Withholding(
        ids=frozenset(ledger.loc[ledger["kind"].isin(["estimate", "count"]) & ~published, "id"]),
        exact=frozenset(ledger.loc[tests, "id"]),
        banded=frozenset(ledger.loc[is_band & published, "id"]),
        led=frozenset(ledger.loc[(ledger["kind"] == "test") & (is_band | ~published), "id"]),
        firm=frozenset(firm),
        former=_is_former(ledger),
        merged=frozenset(ledger.loc[no_answers, "item"]),
    )


def _is_former(ledger: pd.DataFrame) -> bool:
    """Return whether a ledger has effective sample sizes by share, like ledgers of 1.0."""
    limits = ledger["kind"] == "interval"
    ids = ledger.loc[limits, "id"]
    return any(FigureId.parse(text, "interval").part == EFFECTIVE for text in ids)


# Columns published only where the ledger has a cell.
_BESIDE = ("n", "se", "lower", "upper", "n_eff", "deff")


def follow_ledger(figures: pd.DataFrame, ledger: pd.DataFrame) -> pd.DataFrame:
    """Return a recomputed register (as text) with the digits and suppression of its ledger.

    Each number has the ledger's digits, and only the numbers beside it that the ledger publishes:
    later rules of digits and bases make no difference. Limits of shares are left out where the
    ledger does not publish their precision.
    """
    sealed = {row["id"]: row for row in list_rows(ledger)}
    shares_without_precision = {
        name for name, row in sealed.items() if row["kind"] == "estimate" and not row["se"]
    }
    rows = []
    for row in list_rows(figures):
        if row["kind"] == "interval" and row["id"] not in sealed:
            share = FigureId.parse(row["id"], row["kind"]).without_part()
            if share in shares_without_precision:
                continue
        if ledger_row := sealed.get(row["id"]):
            blank_cells = dict.fromkeys(
                (column for column in _BESIDE if not ledger_row[column]), ""
            )
            row = {**row, **blank_cells, "digits": ledger_row["digits"]}
        rows.append(row)
    return pd.DataFrame(rows, columns=figures.columns)
