"""The keys of what an audit says in a word: outcomes, verdicts, levels; and their signs."""

from __future__ import annotations

from readiness.facts import Fact, Term
from readiness.publications.audit.model import DATA, NUMBERS, REPORT, SEAL, Audit, Signing
from readiness.publications.outcomes import BROKEN, COULD_NOT_CHECK, DIFFERS, VALID, Outcome

GOOD, OPEN, BAD, NEUTRAL = "good", "open", "bad", "neutral"
"""The tones: it is valid, it could not be told, it is not valid, it is not for us to certify."""

_NAMES = {
    Outcome.BROKEN: "broken",
    Outcome.DIFFERS: "differs",
    Outcome.ERASED: "erased",
    Outcome.RESTRICTED: "restricted",
    Outcome.MISSING: "missing",
    Outcome.NOT_CHECKED: "not_checked",
    Outcome.WITHIN_ROUNDING: "within_rounding",
    Outcome.REPRODUCED: "reproduced",
    Outcome.CORRECTED: "corrected",
    Outcome.ADDED: "added",
    Outcome.NOT_COMPARED: "not_compared",
    Outcome.JUDGED: "judged",
}
OUTCOMES = {outcome: f"verdict.outcome.{name}" for outcome, name in _NAMES.items()}
"""What can be said of a number or a file, the most severe first."""
CHANGED = "verdict.outcome.changed"
"""What is said of code or an environment that is not the sealed one."""
_MEANT = (*_NAMES.values(), "changed")
SAYS = {f"verdict.outcome.{name}": f"verdict.outcome.{name}.says" for name in _MEANT}
SAYS_NOT = {f"verdict.outcome.{name}": f"verdict.outcome.{name}.says_not" for name in _MEANT}
"""What each of them means, and what it does not."""

SIGNS: dict[Outcome, tuple[str, str]] = {
    Outcome.BROKEN: ("!", BAD),
    Outcome.DIFFERS: ("≠", BAD),
    Outcome.ERASED: ("?", OPEN),
    Outcome.RESTRICTED: ("?", OPEN),
    Outcome.MISSING: ("?", OPEN),
    Outcome.NOT_CHECKED: ("?", OPEN),
    Outcome.WITHIN_ROUNDING: ("≈", GOOD),
    Outcome.REPRODUCED: ("✓", GOOD),
    Outcome.CORRECTED: ("↻", NEUTRAL),
    Outcome.ADDED: ("+", NEUTRAL),
    Outcome.NOT_COMPARED: ("·", NEUTRAL),
    # No tick: that somebody else's figure stands here unchanged does not certify it.
    Outcome.JUDGED: ("§", NEUTRAL),
}
"""For the eye: a sign and a tone."""
CHANGED_SIGN = ("Δ", OPEN)

VERDICTS = {
    VALID: "verdict.of.valid",
    DIFFERS: "verdict.outcome.differs",
    COULD_NOT_CHECK: "verdict.of.could_not_check",
    BROKEN: "verdict.outcome.broken",
}
"""The verdict on a publication, by the exit code of its audit."""
TONES = {VALID: ("✓", GOOD), DIFFERS: ("≠", BAD), COULD_NOT_CHECK: ("?", OPEN), BROKEN: ("!", BAD)}

_LEVELS = {SEAL: "seal", DATA: "data", NUMBERS: "numbers", REPORT: "report"}
LEVELS = {level: f"verdict.level.{name}" for level, name in _LEVELS.items()}
"""The levels."""
LOOKS_AT = {level: f"verdict.level.{name}.looks_at" for level, name in _LEVELS.items()}
NOT_SHOWN = {level: f"verdict.level.{name}.not_shown" for level, name in _LEVELS.items()}
"""What each level looks at, and what it does not show."""

SIGNINGS = {
    Signing.UNSIGNED: "verdict.signing.unsigned",
    Signing.UNCHECKED: "verdict.signing.unchecked",
    Signing.OTHERS: "verdict.signing.others",
    Signing.WRONG: "verdict.signing.wrong",
    Signing.SIGNED: "verdict.signing.signed",
}
"""Whose a publication is."""

CODES = {
    "today": "verdict.code_today",
    "frozen": "verdict.code_frozen",
    "trusted": "verdict.code_trusted",
}
"""Whose code computed."""


def ran(audit: Audit) -> Fact:
    """The audit's level."""
    return Fact("verdict.ran", {"level": audit.level, "what": Term(LEVELS[audit.level])})
