"""A publication's figures against their recomputation: one verdict a number.

Verdicts compare values, never hashes: the same number from refactored code is the same number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from readiness.errors import StatisticsError
from readiness.language import LANGUAGES
from readiness.language.rounding import round_value
from readiness.publications.erratum import Correction
from readiness.publications.outcomes import Outcome, contract
from readiness.register.display import own_texts, said
from readiness.register.published import gives_row, moved
from readiness.register.same import number, plain, same_text

COLUMNS = ["id", "kind", "dataset", "published", "recomputed", "difference", "contract",
           "verdict", "detail"]  # fmt: skip

MUST_AGREE = ("kind", "unit", "item", "level", "group", "statistic", "digits", "rounding",
              "suppressed", "reliability", "n", "run", "dataset", "simulated", "note")  # fmt: skip
"""What of a row must be the same text: what the number is, and of which data."""


@dataclass(frozen=True)
class Tally:
    """The closing line of one publication."""

    publication: str
    datasets: tuple[str, ...]
    reproduced: int
    corrected: int
    differs: int
    judged: int


def _outcome(
    published: Mapping[Any, Any], recomputed: Mapping[Any, Any] | None
) -> tuple[Outcome, str]:
    if recomputed is None:
        return Outcome.DIFFERS, "no longer computed"
    changed = [c for c in MUST_AGREE if published[c] != recomputed[c]]
    if published["kind"] == "claim" and not changed:
        # Somebody else's figure, without data: it can be judged, never reproduced.
        same = published["value"] == recomputed["value"] and all(
            same_text(text, recomputed, language) for language, text in own_texts(published).items()
        )
        return (Outcome.JUDGED, "") if same else (Outcome.DIFFERS, "another value in the register")
    changed += [c for c in moved(published, recomputed) if c != "value"]
    if changed:
        was, became = published[changed[0]], recomputed[changed[0]]
        return Outcome.DIFFERS, f"{changed[0]} was {was or 'empty'}, became {became or 'empty'}"
    if gives_row(published, recomputed):
        return Outcome.REPRODUCED, ""
    # What is said of it is English, and so is the text that it quotes where there is a choice.
    for language in sorted(LANGUAGES, key=lambda language: language != "en"):
        was, became = said(published, language), said(recomputed, language)
        if not same_text(was, recomputed, language) and plain(was) != plain(became):
            return Outcome.DIFFERS, f"{was} became {became}"
    if _rounded_text(published) == _rounded_text(recomputed):
        return Outcome.WITHIN_ROUNDING, f"the same under {contract(published)}"
    return Outcome.DIFFERS, f"shown as {said(published, 'en')}, but its value is another one"


def _rounded_text(row: Mapping[Any, Any]) -> object:
    """What the row's value is under its own rounding: the text alone may have been altered."""
    if number(row["value"]) is None:
        return row["value"]
    try:
        return round_value(row["value"], row["unit"], int(row["digits"]), row["rounding"])
    except (StatisticsError, ValueError):  # no such share: it cannot be the one that came out
        return row["value"]


def compare(
    published: pd.DataFrame,
    recomputed: pd.DataFrame,
    *,
    today: bool = False,
    errata: Mapping[str, Correction] | None = None,
) -> pd.DataFrame:
    """One row a number of either register (both as text), sorted by id: columns `COLUMNS`.

    REPRODUCED: the same number and text (`figures.same`). WITHIN ROUNDING: another value, equal as
    shown under the declared rounding. JUDGED: a claim of somebody else. DIFFERS: anything else,
    also a number that only one side has, that stands there twice, is said to be of other data or
    something else, has another precision beside the same value, or no longer goes with its own
    text.

    Of `today`'s code only the published ids are judged: a number that it computes besides is ADDED
    SINCE, and one that differs as a later publication's erratum says is CORRECTED.
    """
    times = Counter(published["id"])
    before = {row["id"]: row for row in published.to_dict("records")}
    after = {row["id"]: row for row in recomputed.to_dict("records")}
    rows = []
    for identity in sorted(before.keys() | after.keys()):
        old, new = before.get(identity), after.get(identity)
        if old is None:
            outcome, detail = (
                (Outcome.ADDED, "computed by today's code, no part of the publication")
                if today
                else (Outcome.DIFFERS, "was not published")
            )
        elif times[identity] > 1:
            outcome, detail = Outcome.DIFFERS, f"stands {times[identity]} times in the ledger"
        else:
            outcome, detail = _outcome(old, new)
            named = (errata or {}).get(identity) if today else None
            if outcome is Outcome.DIFFERS and named and named.is_about(old):
                outcome, detail = Outcome.CORRECTED, f"corrected by {named.by}: {named.why}"
        first, second = (number(row["value"]) if row else None for row in (old, new))
        difference = "" if first is None or second is None else format(second - first, ".12g")
        rows.append(
            {
                "id": identity,
                "kind": (old or new or {})["kind"],
                "dataset": (old or new or {})["dataset"],
                "published": old["value"] if old else "",
                "recomputed": new["value"] if new else "",
                "difference": difference,
                "contract": contract(old or new or {}),
                "verdict": str(outcome),
                "detail": detail,
            }
        )
    return pd.DataFrame(rows, columns=COLUMNS)


def tally(publication: str, verdicts: pd.DataFrame) -> Tally:
    """The closing line of a publication's verdicts."""
    counts = Counter(verdicts["verdict"])
    return Tally(
        publication=publication,
        datasets=tuple(sorted({name for cell in verdicts["dataset"] for name in cell.split()})),
        reproduced=counts[Outcome.REPRODUCED] + counts[Outcome.WITHIN_ROUNDING],
        corrected=counts[Outcome.CORRECTED],
        differs=counts[Outcome.DIFFERS],
        judged=counts[Outcome.JUDGED],
    )
