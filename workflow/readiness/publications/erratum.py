"""Erratum of a publication: each changed number of the superseded release, and the reason."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from readiness.ground.errors import ConfigError
from readiness.ground.figure_id import LIMITS, FigureId, list_beginnings
from readiness.ground.frames import list_rows
from readiness.ground.tables import to_csv
from readiness.publications import log
from readiness.publications.outcomes import Outcome
from readiness.publications.reproduce import compare, quote_row
from readiness.register.published import decimals, number, round_register

# Kinds of change: the number no longer exists; was published and is withheld; was withheld and is
# published; is a limit of an interval and moved; is the same with fewer digits; moved otherwise; is
# the same, and a number beside it (such as its base) changed.
GONE, WITHHELD, SHOWN, LIMIT = "gone", "withheld", "shown", "limit"
ROUNDED, MOVED, BESIDE = "rounded", "moved", "beside"
KINDS = (GONE, WITHHELD, SHOWN, LIMIT, ROUNDED, MOVED, BESIDE)
# Each kind can have its reason: `--erratum kind:rounded=TEXT`.
KIND_PREFIX = "kind:"


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
    for figure_id in verdicts[verdicts["verdict"] == Outcome.DIFFERS]["id"]:
        if figure_id not in old:
            continue  # a new number corrects nothing that was published
        was, now = old[figure_id], new.get(figure_id)
        same = now and (was["value"], quote_row(was)) == (now["value"], quote_row(now))
        if now and same and not log.find_moves(was, now):
            continue  # only the dataset changed: value and text are the same
        yield figure_id, was, now


def name_kind(was: Mapping[Any, str], now: Mapping[Any, str] | None) -> str:
    """Return the kind of a change, one of `KINDS`.

    `was`, `now`: the row of the number in the ledger before, and in the register now at its
    published precision; None where the number no longer exists.
    """
    if now is None:
        return GONE
    if was["value"] == now["value"]:
        return BESIDE
    if not was["value"] or not now["value"]:
        return SHOWN if now["value"] else WITHHELD
    if FigureId.parse(was["id"], was["kind"]).part in LIMITS:
        return LIMIT
    return ROUNDED if _is_rounded(was, now) else MOVED


def _is_rounded(was: Mapping[Any, str], now: Mapping[Any, str]) -> bool:
    """Return whether one number can stand behind both rows, with fewer digits in the second."""
    old_value, new_value = number(was["value"]), number(now["value"])
    old_digits, new_digits = decimals(was, "value"), decimals(now, "value")
    if old_value is None or new_value is None or old_digits is None or new_digits is None:
        return False
    if new_digits >= old_digits:
        return False
    half_units = 0.5 * (10.0**-old_digits + 10.0**-new_digits)
    return abs(old_value - new_value) <= half_units * (1 + 1e-9)


def erratum_table(
    before: pd.DataFrame, after: pd.DataFrame, why: str, reasons: Mapping[str, str]
) -> str:
    """Return the text of `erratum.csv`: the numbers that changed from `before` to `after`.

    Columns: `id`; `was` and `is`, the old and new number (see `log.describe_change`); `why`, the
    reason that `reasons` has for the id or its longest prefix, else for the kind of the change
    (`kind:rounded`), else the argument `why`.
    Raises ConfigError when a changed number has no reason, or a reason fits no changed number.
    """
    rows = []
    used = set()
    for figure_id, was, now in find_corrected(before, after):
        names = [*list_beginnings(figure_id), KIND_PREFIX + name_kind(was, now)]
        name = next((name for name in names if name in reasons), "")
        used.add(name)
        reason = reasons.get(name, why)
        if not reason:
            raise ConfigError(
                f"--supersedes: {figure_id} has changed. Say why: --erratum TEXT for all changed "
                f"numbers, --erratum {names[-1]}=TEXT for those that changed like this one, or "
                "--erratum ID=TEXT for this one."
            )
        rows.append((figure_id, *log.describe_change(was, now), reason))
    if unused := sorted(reasons.keys() - used):
        raise ConfigError(
            f"--erratum {unused[0]}=...: no changed number has this name, or is of this kind "
            f"(kinds: {', '.join(KINDS)})."
        )
    return to_csv(pd.DataFrame(rows, columns=list(log.COLUMNS)))


def count_reasons(table: str) -> list[tuple[str, int]]:
    """Return each reason of an `erratum.csv` and how many numbers have it, the most frequent first.

    `table`: the text of the file.
    """
    counts = Counter(row["why"] for row in csv.DictReader(io.StringIO(table)))
    return sorted(counts.items(), key=lambda reason: (-reason[1], reason[0]))
