"""Erratum of a publication: each number of the superseded one that moved, and why."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from readiness.ground.errors import ConfigError
from readiness.ground.figure_id import list_beginnings
from readiness.ground.frames import list_rows
from readiness.ground.tables import to_csv
from readiness.publications import log
from readiness.publications.outcomes import Outcome
from readiness.publications.reproduce import compare, quote_row
from readiness.register.published import round_register


def find_corrected(
    before: pd.DataFrame, after: pd.DataFrame
) -> Iterator[tuple[str, dict[Any, str], dict[Any, str] | None]]:
    """Yield the id of each number of the ledger `before` that the register `after` does not give,
    with its row before and its row after, rounded as published; None for a number that is gone.
    """
    verdicts = compare(before, after)
    old = {row["id"]: row for row in list_rows(before)}
    new = {row["id"]: row for row in list_rows(round_register(after))}
    for identity in verdicts[verdicts["verdict"] == Outcome.DIFFERS]["id"]:
        if identity not in old:
            continue  # it was not published: nothing of it is corrected
        was, now = old[identity], new.get(identity)
        same = now and (was["value"], quote_row(was)) == (now["value"], quote_row(now))
        if now and same and not log.find_moves(was, now):
            continue  # it rests on other data, which say the same
        yield identity, was, now


def erratum_table(
    before: pd.DataFrame, after: pd.DataFrame, why: str, reasons: Mapping[str, str]
) -> str:
    """`erratum.csv`: the numbers of the ledger `before` that the register `after` does not give.

    Columns: `id`; `was` and `is`, as they are shown in English, or as they are stored where both
    are shown alike, and with what moved beside it where the value is the same; `why`, the reason
    that `reasons` has for the id or the longest beginning of it, else `why`.
    ConfigError when a number moved and has no reason, or a reason has no number.
    """
    rows = []
    used = set()
    for identity, was, now in find_corrected(before, after):
        name = next((name for name in list_beginnings(identity) if name in reasons), "")
        used.add(name)
        reason = reasons.get(name, why)
        if not reason:
            raise ConfigError(
                f"--supersedes: {identity} has changed. Say why: --erratum TEXT for all changed "
                "numbers, or --erratum ID=TEXT for this one."
            )
        rows.append((identity, *log.describe_change(was, now), reason))
    if unused := sorted(reasons.keys() - used):
        raise ConfigError(f"--erratum {unused[0]}=...: no changed number has this name.")
    return to_csv(pd.DataFrame(rows, columns=list(log.COLUMNS)))
