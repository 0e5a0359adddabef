"""Compare a publication's figures with their recomputation: one verdict a number.

Verdicts compare values, never hashes: refactored code that gives the same number passes.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from readiness.analysis.comparing import OF_ANSWER
from readiness.ground.errors import StatisticsError
from readiness.ground.facts import Fact, Listed, TranslatedText
from readiness.ground.frames import list_rows
from readiness.language import LANGUAGES
from readiness.language.rounding import round_value
from readiness.publications import log
from readiness.publications.outcomes import Outcome, rounding_rule
from readiness.register.display import show_safely
from readiness.register.published import (
    find_moved_columns,
    gives_row,
    number,
    read_as_published,
    round_register,
)
from readiness.register.rows.shares import ORDERS

COLUMNS = (
    *("id", "kind", "dataset", "published", "recomputed"),
    *("difference", "digits", "rounding", "verdict", "fact"),
)

# Columns that must be equal as text: they state what the number measures and on which data.
MUST_AGREE = (
    *("kind", "unit", "item", "level", "group", "statistic", "digits", "rounding"),
    *("suppressed", "reliability", "n", "run", "dataset", "simulated", "note"),
)

# Kinds of numbers, as (kind, statistic), that the program computes since some of the publications
# that it audits were sealed. A ledger that has no number of such a kind may have been sealed
# before; a number of any other kind follows from the sealed configuration and data, and where it
# is missing it was left out. Whoever adds a statistic to the register adds a pair here.
LATER_STATISTICS: frozenset[tuple[str, str]] = frozenset(
    {
        ("setting", "smallest number of people of a group whose answer is published"),
        ("test", f"p of {OF_ANSWER}"),
        ("test", f"F of {OF_ANSWER}"),
        *(("test", says) for says in ORDERS.values()),
    }
)


@dataclass(frozen=True)
class Tally:
    """Numbers of a publication counted by verdict; WITHIN ROUNDING counts as reproduced."""

    reproduced: int
    corrected: int
    differs: int
    judged: int


def _judge_row(
    published: Mapping[Any, Any], recomputed: Mapping[Any, Any] | None
) -> tuple[Outcome, Fact | None]:
    if recomputed is None:
        return Outcome.DIFFERS, Fact("audit.number.gone")
    changed = [c for c in MUST_AGREE if published[c] != recomputed[c]]
    if changed:
        was, became = published[changed[0]], recomputed[changed[0]]
        return Outcome.DIFFERS, _describe_move(changed[0], was, became)
    moved = [c for c in find_moved_columns(published, recomputed) if c != "value"]
    if moved:
        moves = (
            _describe_move(c, published[c], read_as_published(published, recomputed, c))
            for c in moved
        )
        return Outcome.DIFFERS, Fact("audit.number.moves", {"moves": Listed(tuple(moves))})
    if published["kind"] == "claim":
        # The data of another publisher's figure are not here: it is judged, never reproduced.
        same = published["value"] == recomputed["value"]
        return (Outcome.JUDGED, None) if same else (Outcome.DIFFERS, Fact("audit.number.claim"))
    if gives_row(published, recomputed):
        return Outcome.REPRODUCED, None
    rule = rounding_rule(published)
    if rule and _round_text(published) == _round_text(recomputed):
        return Outcome.WITHIN_ROUNDING, Fact("audit.number.within", {"rule": rule})
    texts = {"text_old": quote_row(published), "text_new": quote_row(recomputed)}
    return Outcome.DIFFERS, Fact("audit.number.shown", texts)


def quote_row(row: Mapping[Any, Any]) -> TranslatedText:
    """Return the displayed text of a register row, in each language."""
    return TranslatedText({language: show_safely(row, language) for language in LANGUAGES})


def _describe_move(column: str, was: str, became: str) -> Fact:
    if column == "suppressed" and not (was and became):
        kind = "audit.number.released" if was else "audit.number.withheld"
        return Fact(kind, {"said": was or became})
    if not was:
        return Fact("audit.number.appeared", {"column": column, "new": became})
    if not became:
        return Fact("audit.number.vanished", {"column": column, "old": was})
    return Fact("audit.number.moved", {"column": column, "old": was, "new": became})


def _round_text(row: Mapping[Any, Any]) -> object:
    """Round the row's value by its own rule; return the value as it is where that fails."""
    if number(row["value"]) is None:
        return row["value"]
    try:
        return round_value(row["value"], row["unit"], int(row["digits"]), row["rounding"])
    except (StatisticsError, ValueError):  # an invalid value cannot equal the recomputed one
        return row["value"]


def compare(
    published: pd.DataFrame,
    recomputed: pd.DataFrame,
    *,
    today: bool = False,
    errata: Mapping[str, log.Correction] | None = None,
) -> pd.DataFrame:
    """Return a verdict for each number of either register: columns `COLUMNS`, sorted by id.

    Both registers hold text. `fact` is the reason (a Fact), or None where the verdict needs none.

    REPRODUCED: the same number and text (`figures.same`). WITHIN ROUNDING: another value, equal as
    shown under the declared rounding. JUDGED: a claim of somebody else. DIFFERS: anything else,
    also a number that only one side has, that stands there twice, is said to be of other data or
    something else, has another precision beside the same value, or no longer goes with its own
    text.

    Of `today`'s code a number that the ledger lacks is ADDED SINCE where it is of a kind that came
    later (`LATER_STATISTICS`) and the ledger has none of that kind; any other one was left out. One
    that differs as the erratum of a later publication says, and is now what stands there, is
    CORRECTED.
    """
    corrections = {**(errata or {})} if today else {}
    # An erratum states numbers with the precision in which they are published.
    fresh = recomputed[recomputed["id"].isin(list(corrections))]
    corrected_rows = {row["id"]: row for row in list_rows(round_register(fresh))}
    rows_by_id = Counter(published["id"])
    before = {row["id"]: row for row in list_rows(published)}
    after = {row["id"]: row for row in list_rows(recomputed)}
    sealed_kinds = {(row["kind"], row["statistic"]) for row in before.values()}
    later_kinds = LATER_STATISTICS - sealed_kinds if today else frozenset()
    rows = []
    for figure_id in sorted(before.keys() | after.keys()):
        old, new = before.get(figure_id), after.get(figure_id)
        if old is None:
            fact: Fact | None
            outcome, fact = (
                (Outcome.ADDED, Fact("audit.number.added"))
                if new and (new["kind"], new["statistic"]) in later_kinds
                else (Outcome.DIFFERS, Fact("audit.number.new"))
            )
        elif rows_by_id[figure_id] > 1:
            outcome = Outcome.DIFFERS
            fact = Fact("audit.number.times", {"n": rows_by_id[figure_id]})
        else:
            outcome, fact = _judge_row(old, new)
            correction = corrections.get(figure_id) if outcome is Outcome.DIFFERS else None
            if correction and correction.gives(old, corrected_rows.get(figure_id)):
                outcome = Outcome.CORRECTED
                fact = Fact(
                    "audit.number.corrected", {"other": correction.by, "text": correction.why}
                )
        first, second = (number(row["value"]) if row else None for row in (old, new))
        difference = "" if first is None or second is None else format(second - first, ".12g")
        present_row = old or new or {}
        rows.append(
            {
                **{name: present_row[name] for name in ("kind", "dataset", "digits", "rounding")},
                "id": figure_id,
                "published": old["value"] if old else "",
                "recomputed": new["value"] if new else "",
                "difference": difference,
                "verdict": str(outcome),
                "fact": fact,
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def tally(verdicts: pd.DataFrame) -> Tally:
    """Count the verdicts of a publication."""
    counts = Counter(verdicts["verdict"])
    return Tally(
        reproduced=counts[Outcome.REPRODUCED] + counts[Outcome.WITHIN_ROUNDING],
        corrected=counts[Outcome.CORRECTED],
        differs=counts[Outcome.DIFFERS],
        judged=counts[Outcome.JUDGED],
    )
