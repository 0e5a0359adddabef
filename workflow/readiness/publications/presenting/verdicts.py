"""The keys of what an audit says in a word: outcomes, verdicts, levels; and their signs."""

from __future__ import annotations

from readiness.publications.audit.model import DATA, NUMBERS, REPORT, SEAL, Signing
from readiness.publications.outcomes import BROKEN, COULD_NOT_CHECK, DIFFERS, HOLDS, Outcome

HOLD, OPEN, BAD, NEUTRAL = "hold", "open", "bad", "neutral"
"""The tones: it is valid, it could not be told, it is not valid, it is not for us to certify."""

OUTCOMES: dict[Outcome, str] = {
    Outcome.BROKEN: "verdict.outcome.broken",
    Outcome.DIFFERS: "verdict.outcome.differs",
    Outcome.ERASED: "verdict.outcome.erased",
    Outcome.RESTRICTED: "verdict.outcome.restricted",
    Outcome.MISSING: "verdict.outcome.missing",
    Outcome.NOT_CHECKED: "verdict.outcome.not_checked",
    Outcome.WITHIN_ROUNDING: "verdict.outcome.within_rounding",
    Outcome.REPRODUCED: "verdict.outcome.reproduced",
    Outcome.CORRECTED: "verdict.outcome.corrected",
    Outcome.ADDED: "verdict.outcome.added",
    Outcome.NOT_COMPARED: "verdict.outcome.not_compared",
    Outcome.JUDGED: "verdict.outcome.judged",
}
"""What can be said of a number or a file, the most severe first. Each has `.says` and `.says_not`
as well: what it means, and what it does not."""
CHANGED = "verdict.outcome.changed"
"""What is said of code or an environment that is not the sealed one."""
MEANINGS = (*OUTCOMES.values(), CHANGED)

SIGNS: dict[Outcome, tuple[str, str]] = {
    Outcome.BROKEN: ("!", BAD),
    Outcome.DIFFERS: ("≠", BAD),
    Outcome.ERASED: ("?", OPEN),
    Outcome.RESTRICTED: ("?", OPEN),
    Outcome.MISSING: ("?", OPEN),
    Outcome.NOT_CHECKED: ("?", OPEN),
    Outcome.WITHIN_ROUNDING: ("≈", HOLD),
    Outcome.REPRODUCED: ("✓", HOLD),
    Outcome.CORRECTED: ("↻", NEUTRAL),
    Outcome.ADDED: ("+", NEUTRAL),
    Outcome.NOT_COMPARED: ("·", NEUTRAL),
    # No tick: that somebody else's figure stands here unchanged does not certify it.
    Outcome.JUDGED: ("§", NEUTRAL),
}
"""For the eye: a sign and a tone."""
CHANGED_SIGN = ("Δ", OPEN)

VERDICTS = {
    HOLDS: "verdict.of.valid",
    DIFFERS: "verdict.of.differs",
    COULD_NOT_CHECK: "verdict.of.could_not_check",
    BROKEN: "verdict.of.broken",
}
"""The verdict on a publication, by the exit code of its audit."""
TONES = {HOLDS: ("✓", HOLD), DIFFERS: ("≠", BAD), COULD_NOT_CHECK: ("?", OPEN), BROKEN: ("!", BAD)}

LEVELS = {
    SEAL: "verdict.level.seal",
    DATA: "verdict.level.data",
    NUMBERS: "verdict.level.numbers",
    REPORT: "verdict.level.report",
}
"""The levels. Each has `.looks_at` and `.not_shown` as well."""

SIGNINGS = {
    Signing.UNSIGNED: "verdict.signing.unsigned",
    Signing.UNCHECKED: "verdict.signing.unchecked",
    Signing.OTHERS: "verdict.signing.others",
    Signing.WRONG: "verdict.signing.wrong",
    Signing.SIGNED: "verdict.signing.signed",
}
"""Whose a publication is."""

CODES = {"today": "verdict.code_today", "frozen": "verdict.code_frozen"}
"""Whose code computed."""

KINDS = {
    "claim": "verdict.kind.claim",
    "count": "verdict.kind.count",
    "estimate": "verdict.kind.estimate",
    "interval": "verdict.kind.interval",
    "quality": "verdict.kind.quality",
    "revision": "verdict.kind.revision",
    "setting": "verdict.kind.setting",
    "test": "verdict.kind.test",
    "verdict": "verdict.kind.verdict",
    "weighting": "verdict.kind.weighting",
}
"""The kinds of number in a register."""
