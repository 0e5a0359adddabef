"""Catalogue keys and signs of an audit: outcomes, verdicts, levels."""

from readiness.ground.facts import Fact, Term
from readiness.publications.audit.model import LEVELS as LEVEL_NAMES
from readiness.publications.audit.model import NUMBERS, REPORT, SEAL, Audit, Signing
from readiness.publications.outcomes import (
    BROKEN,
    CORRECTED,
    COULD_NOT_CHECK,
    DIFFERS,
    VALID,
    Outcome,
    exit_code,
)


def has_numbers(audit: Audit) -> bool:
    """Return whether the numbers were recomputed: an audit may end before that."""
    return any(number.code for number in audit.numbers)


def level_result(audit: Audit, level: int) -> int | None:
    """Return the exit code of a single level; None for a level without a check."""
    if level > audit.level:
        return None
    level_outcomes = [finding.outcome for finding in audit.list_found(level)]
    if level == NUMBERS:
        level_outcomes += [number.outcome for number in audit.numbers]
    if level == REPORT and set(level_outcomes) == {Outcome.NOT_COMPARED}:
        return None
    # An empty list of findings means valid for the seal, and not checked for other levels.
    return exit_code(level_outcomes) if level_outcomes or level == SEAL else COULD_NOT_CHECK


# Tones: valid, could not be checked, not valid, not certified by an audit.
GOOD = "good"
OPEN = "open"
BAD = "bad"
NEUTRAL = "neutral"


# Sign and tone of each outcome, the most severe first.
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
    # No tick: another publisher's figure is quoted unchanged, not certified.
    Outcome.JUDGED: ("§", NEUTRAL),
}

# Catalogue keys of outcomes of numbers and files.
OUTCOMES = {outcome: f"verdict.outcome.{outcome.name.lower()}" for outcome in SIGNS}

# Key for code or an environment that differs from the sealed one.
CHANGED = "verdict.outcome.changed"

# Key of the sentence on what an outcome means, by the outcome's own key.
SAYS = {key: f"{key}.says" for key in (*OUTCOMES.values(), CHANGED)}

# Catalogue keys of sentences against misreading an outcome.
SAYS_NOT = {key: f"{key}.says_not" for key in SAYS}

# The verdict on a publication, by the exit code of its audit.
VERDICTS = {
    VALID: "verdict.of.valid",
    DIFFERS: "verdict.outcome.differs",
    COULD_NOT_CHECK: "verdict.of.could_not_check",
    BROKEN: "verdict.outcome.broken",
    CORRECTED: "verdict.outcome.corrected",
}

TONES = {
    VALID: ("✓", GOOD),
    DIFFERS: ("≠", BAD),
    COULD_NOT_CHECK: ("?", OPEN),
    BROKEN: ("!", BAD),
    CORRECTED: ("↻", NEUTRAL),
}

LEVELS = {level: f"verdict.level.{name}" for level, name in enumerate(LEVEL_NAMES)}

# Key of the level that was reached where no page was compared.
PAGES_APART = "verdict.level.pages_apart"

# Catalogue keys of each level's checks and limitations.
LOOKS_AT = {level: f"{key}.looks_at" for level, key in LEVELS.items()}

NOT_SHOWN = {level: f"{key}.not_shown" for level, key in LEVELS.items()}

SIGNINGS = {signing: f"verdict.signing.{signing.name.lower()}" for signing in Signing}

CODE = "verdict.code_today"


def ran(audit: Audit) -> Fact:
    """Return the sentence on the last level that was checked."""
    if audit.lacks_pages:
        return Fact("verdict.ran", {"level": NUMBERS, "what": Term(PAGES_APART)})
    return Fact("verdict.ran", {"level": audit.level, "what": Term(LEVELS[audit.level])})
