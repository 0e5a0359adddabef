"""Verdicts of an audit on numbers, files and datasets, and its exit codes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from readiness.ground.facts import Fact, Term
from readiness.language.rounding import ROUNDINGS


class Outcome(StrEnum):
    """Verdict on one number, file or dataset."""

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


# Status of a publication that cannot be read at all.
UNREADABLE = "COULD NOT CHECK"
# The exit codes of `readiness audit`.
VALID, DIFFERS, COULD_NOT_CHECK, BROKEN, CORRECTED = 0, 1, 2, 3, 4
# Exit codes, the most severe first.
SEVERITY = (BROKEN, DIFFERS, COULD_NOT_CHECK, CORRECTED, VALID)

_CODES = {
    Outcome.BROKEN: BROKEN,
    Outcome.DIFFERS: DIFFERS,
    **dict.fromkeys(
        (Outcome.ERASED, Outcome.RESTRICTED, Outcome.MISSING, Outcome.NOT_CHECKED), COULD_NOT_CHECK
    ),
    # A corrected number is not the published one, so it fails, though less than an unexplained one.
    Outcome.CORRECTED: CORRECTED,
}

# Verdicts that leave the exit code at VALID.
PASSING = frozenset(outcome for outcome in Outcome if outcome not in _CODES)


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """Return the exit code of the most severe outcome; VALID (0) when there are none."""
    return most_severe(_CODES.get(outcome, VALID) for outcome in outcomes)


def most_severe(codes: Iterable[int]) -> int:
    """Return the most severe of several exit codes; VALID (0) when there are none.

    Raises ValueError for a number that is no exit code of an audit.
    """
    return min(codes, key=SEVERITY.index, default=VALID)


@dataclass(frozen=True)
class AuditFinding:
    """Verdict and its reason for one place: a file, a page, or a copy of a dataset."""

    place: str | Fact
    outcome: Outcome
    fact: Fact


def error_fact(said: str) -> Fact:
    """Return a fact that quotes an error text for which the catalogues have no sentence."""
    return Fact("audit.error", {"said": said})


_MODES = {mode: f"forensics.rounding.{mode}" for mode in ROUNDINGS}


def rounding_rule(row: Mapping[Any, Any]) -> Fact | None:
    """Return the rounding rule of a register row (decimals and mode); None where it is invalid."""
    digits, mode = str(row.get("digits", "")), str(row.get("rounding", ""))
    if not re.fullmatch("[0-9]{1,2}", digits) or mode not in _MODES:
        return None
    return Fact("audit.rounding", {"n": int(digits), "rounding": Term(_MODES[mode])})
