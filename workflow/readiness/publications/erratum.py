"""Erratum of a publication: each changed number of the superseded release, and the reason."""

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
    """Yield each published number that changed: its id, old row and new row.

    `before` is the ledger of the superseded release, `after` the new register. Rows are rounded as
    published; the new row is None where the number no longer exists.
    """
    verdicts = compare(before, after)
    old = {row["id"]: row for row in list_rows(before)}
    new = {row["id"]: row for row in list_rows(round_register(after))}
    for identity in verdicts[verdicts["verdict"] == Outcome.DIFFERS]["id"]:
        if identity not in old:
            continue  # a new number corrects nothing that was published
        was, now = old[identity], new.get(identity)
        same = now and (was["value"], quote_row(was)) == (now["value"], quote_row(now))
        if now and same and not log.find_moves(was, now):
            continue  # only the dataset changed: value and text are the same
        yield identity, was, now


def erratum_table(
    before: pd.DataFrame, after: pd.DataFrame, why: str, reasons: Mapping[str, str]
) -> str:
    """Return the text of `erratum.csv`: the numbers that changed from `before` to `after`.

    Columns: `id`; `was` and `is`, the old and new number (see `log.describe_change`); `why`, the
    reason that `reasons` has for the id or its longest prefix, else the argument `why`.
    Raises ConfigError when a changed number has no reason, or a reason fits no changed number.
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
