"""What a release tells of its people by other weights, or in wider bases.

The register names what is a share of whom by its choices, `weights-base`. Each choice of weights is
a release of its own, of the same people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from readiness.attack.released import (
    ANSWERED,
    DONT_KNOW,
    WITH_DONT_KNOW,
    Release,
    ReleasedShare,
    ReleasedTable,
    decimals,
    interval,
)
from readiness.attack.system import Classes

OWN = "own"


def read_variants(
    release: Release,
    figures: pd.DataFrame,
    weights: Mapping[str, pd.Series],
    classes: Mapping[str, Classes],
) -> tuple[Release, list[tuple[Release, Classes | None]]]:
    """A release with what its variants tell by its own weights, and one for each choice of others,
    of whose range a reader is taken to know. `weights` of each respondent and `classes`, by choice.
    """
    told: dict[str, dict[str, dict[str, ReleasedShare]]] = {}
    rows = figures[(figures["kind"] == "firmness") & (figures["statistic"] == "share")]
    for row in rows.to_dict("records"):
        _, item, _, choices, _ = row["id"].split(".")
        weighed, base = choices.split("-")
        of = WITH_DONT_KNOW if base == DONT_KNOW else ANSWERED
        value = interval(row["value"], decimals(row))
        share = ReleasedShare(row["id"], row["level"], row["group"], of, value, weighted=True)
        shares = told.setdefault(weighed, {}).setdefault(item, {})
        shares[f"{of} {row['level']} {row['group']}"] = share
    here = told.pop(OWN, {})
    tables = {
        item: replace(table, shares=[*table.shares, *here.get(item, {}).values()])
        for item, table in release.tables.items()
    }
    variants = []
    for name, found in told.items():
        varied = {}
        for item, shares in found.items():
            table = release.tables[item]
            hidden = [replace(share, value=None, whole=False) for share in table.shares]
            known = ([*hidden, *shares.values()], dict(table.bases))
            varied[item] = ReleasedTable(item, table.boxes, *known, data=table.data)
        unit = weights[name] / weights[name].mean()
        ends = float(unit.min()), float(unit.max())
        variants.append((Release(name, varied, release.respondents, *ends), classes.get(name)))
    return replace(release, tables=tables), variants
