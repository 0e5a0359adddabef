"""What can be said of a published number, a file, a dataset; and the exit code that says it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from readiness.ground.facts import Fact, Term
from readiness.language.rounding import ROUNDINGS


class Outcome(StrEnum):
    """A verdict."""

    REPRODUCED = "REPRODUCED"
    WITHIN_ROUNDING = "WITHIN ROUNDING"
    DIFFERS = "DIFFERS"
    RESTRICTED = "DATA RESTRICTED"
    MISSING = "DATA MISSING"
    ERASED = "DATA ERASED"
    BROKEN = "SEAL BROKEN"
    NOT_CHECKED = "NOT CHECKED"
    JUDGED = "JUDGED"
    CORRECTED = "CORRECTED"
    ADDED = "ADDED SINCE"
    NOT_COMPARED = "NOT COMPARED"


# What the closing table says of a publication of which nothing can be read.
UNREADABLE = "COULD NOT CHECK"
# The exit codes of `readiness audit`.
VALID, DIFFERS, COULD_NOT_CHECK, BROKEN, CORRECTED = 0, 1, 2, 3, 4
# The same, the most severe first.
SEVERITY = (BROKEN, DIFFERS, COULD_NOT_CHECK, CORRECTED, VALID)

_CODES = {
    Outcome.BROKEN: BROKEN,
    Outcome.DIFFERS: DIFFERS,
    **dict.fromkeys(
        (Outcome.ERASED, Outcome.RESTRICTED, Outcome.MISSING, Outcome.NOT_CHECKED), COULD_NOT_CHECK
    ),
    # What was published is not the number, so nothing of it passes; but who asks is told so.
    Outcome.CORRECTED: CORRECTED,
}

# The outcomes that speak against nothing.
PASSING = frozenset(outcome for outcome in Outcome if outcome not in _CODES)


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """The code of the most severe outcome; that of none is valid."""
    return most_severe(_CODES.get(outcome, VALID) for outcome in outcomes)


def most_severe(codes: Iterable[int]) -> int:
    """The most severe of several exit codes of an audit; of none it is valid."""
    return min(codes, key=SEVERITY.index, default=VALID)


@dataclass(frozen=True)
class AuditFinding:
    """What was found at one place: a file of the publication, a page, a copy of a dataset."""

    place: str | Fact
    outcome: Outcome
    fact: Fact


def error_fact(said: str) -> Fact:
    """What a program said, or somebody else: nothing that this program could say otherwise."""
    return Fact("audit.error", {"said": said})


_MODES = {mode: f"forensics.rounding.{mode}" for mode in ROUNDINGS}


def rounding_rule(row: Mapping[Any, Any]) -> Fact | None:
    """A number's rounding rule, its decimals and the mode; None where its row names none."""
    digits, mode = str(row.get("digits", "")), str(row.get("rounding", ""))
    if not re.fullmatch("[0-9]{1,2}", digits) or mode not in _MODES:
        return None
    return Fact("audit.rounding", {"n": int(digits), "rounding": Term(_MODES[mode])})
