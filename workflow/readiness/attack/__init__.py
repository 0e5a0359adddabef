"""What readers of a release could find out: the attack that decides whether it may leave."""

from readiness.attack.attack import attack
from readiness.attack.decoding import decoded
from readiness.attack.model import (
    COLUMNS,
    Attacked,
    How,
    Reader,
    Rules,
    Target,
    Verdict,
    attack_table,
    classes_of,
    first_given_away,
    given_away,
    summary,
)
from readiness.attack.released import Release, read_release
from readiness.attack.system import Classes

__all__ = [
    "COLUMNS",
    "Attacked",
    "Classes",
    "How",
    "Reader",
    "Release",
    "Rules",
    "Target",
    "Verdict",
    "attack",
    "attack_table",
    "classes_of",
    "decoded",
    "first_given_away",
    "given_away",
    "read_release",
    "summary",
]
