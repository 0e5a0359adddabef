"""The erratum of a publication: every number of the one it supersedes that moved, and why."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from readiness.errors import ConfigError
from readiness.publications.erratum import COLUMNS
from readiness.publications.outcomes import Outcome
from readiness.publications.reproduce import compare
from readiness.register.display import said
from readiness.register.published import published
from readiness.tables import to_csv

BESIDE = ("lower", "upper", "se", "n", "n_eff", "deff", "reliability", "suppressed", "note")
"""What may move of a number whose value stays."""


def erratum_table(
    before: pd.DataFrame, after: pd.DataFrame, why: str, reasons: Mapping[str, str]
) -> str:
    """`erratum.csv`: the numbers of the ledger `before` that the register `after` does not give.

    Columns: `id`; `was` and `is`, as they are shown in English, or as they are stored where both
    are shown alike, and with what moved beside it where the value is the same; `why`, the reason
    that `reasons` has for the id or the longest beginning of it, else `why`.
    ConfigError when a number moved and has no reason, or a reason has no number.
    """
    verdicts = compare(before, after)
    moved = verdicts[verdicts["verdict"] == Outcome.DIFFERS]["id"]
    old = {row["id"]: row for row in before.to_dict("records")}
    new = {row["id"]: row for row in published(after).to_dict("records")}
    rows = []
    used = set()
    for identity in moved:
        if identity not in old:
            continue  # it was not published: nothing of it is corrected
        was, now = old[identity], new.get(identity)
        texts = said(was, "en"), said(now, "en") if now else ""
        moves = [name for name in BESIDE if now and was.get(name) != now[name]]
        if now and (was["value"], texts[0]) == (now["value"], texts[1]) and not moves:
            continue  # it rests on other data, which say the same
        name = _reason(identity, reasons)
        used.add(name)
        reason = reasons.get(name, why)
        if not reason:
            raise ConfigError(
                f"--supersedes: {identity} is another number now; say why: --erratum TEXT, or "
                "--erratum ID=TEXT for it alone."
            )
        if now and texts[0] == texts[1]:
            texts = was["value"], now["value"]
        if now and texts[0] == texts[1]:
            # The value stays: what else of the number moved stands behind it.
            texts = texts[0], f"{texts[1]} ({', '.join(f'{c} {now[c]}' for c in moves)})"
        rows.append((identity, *texts, reason))
    if unused := sorted(reasons.keys() - used):
        raise ConfigError(f"--erratum {unused[0]}=...: no number of that name moved.")
    return to_csv(pd.DataFrame(rows, columns=list(COLUMNS)))


def _reason(identity: str, reasons: Mapping[str, str]) -> str:
    """The key of `reasons` that is the id or the longest beginning of it; "" for none."""
    parts = identity.split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
    return next((name for name in names if name in reasons), "")
