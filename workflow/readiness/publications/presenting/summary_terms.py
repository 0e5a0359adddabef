"""Keys of the words and signs of an audit: outcomes, verdicts, levels."""

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
    """Whether the numbers were recomputed: a level that asks for it may not get that far."""
    return any(number.code for number in audit.numbers)


def level_result(audit: Audit, level: int) -> int | None:
    """The exit code of one level alone; None when the audit did not look at it."""
    if level > audit.level:
        return None
    found = [one.outcome for one in audit.list_found(level)]
    if level == NUMBERS:
        found += [number.outcome for number in audit.numbers]
    if level == REPORT and set(found) == {Outcome.NOT_COMPARED}:
        return None
    # Only of a seal does nothing to report mean that all is well.
    return exit_code(found) if found or level == SEAL else COULD_NOT_CHECK


def lacks_pages(audit: Audit) -> bool:
    """Whether level 3 was asked for and no page was compared: then no headline may name it."""
    return audit.level >= REPORT and has_numbers(audit) and level_result(audit, REPORT) is None


# The tones: it is valid, it could not be told, it is not valid, it is not for us to certify.
GOOD, OPEN, BAD, NEUTRAL = "good", "open", "bad", "neutral"


# For the eye: a sign and a tone, the most severe outcome first.
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

# What can be said of a number or a file.
OUTCOMES = {outcome: f"verdict.outcome.{outcome.name.lower()}" for outcome in SIGNS}

# What is said of code or an environment that is not the sealed one.
CHANGED = "verdict.outcome.changed"

# Key of the sentence on what an outcome means, by the outcome's own key.
SAYS = {key: f"{key}.says" for key in (*OUTCOMES.values(), CHANGED)}

# Key of the sentence on what an outcome does not mean.
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

# What was done where no page was compared.
PAGES_APART = "verdict.level.pages_apart"

# What each level looks at, and what it does not show.
LOOKS_AT = {level: f"{key}.looks_at" for level, key in LEVELS.items()}

NOT_SHOWN = {level: f"{key}.not_shown" for level, key in LEVELS.items()}

SIGNINGS = {signing: f"verdict.signing.{signing.name.lower()}" for signing in Signing}

CODE = "verdict.code_today"


def ran(audit: Audit) -> Fact:
    """The audit's level: the last one that was looked at."""
    if lacks_pages(audit):
        return Fact("verdict.ran", {"level": NUMBERS, "what": Term(PAGES_APART)})
    return Fact("verdict.ran", {"level": audit.level, "what": Term(LEVELS[audit.level])})
