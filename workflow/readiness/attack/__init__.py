"""Attack on a release: what its readers could compute, before it is published."""

from readiness.attack.attack import attack, doubt_held
from readiness.attack.knowledge import (
    COLUMNS,
    Attacked,
    AttackedCell,
    AttackRules,
    AttackTarget,
    CountVerdict,
    HeldDoubt,
    attack_table,
    classes_of,
    first_given_away,
    given_away,
    read_variants,
    summary,
)
from readiness.attack.released import (
    Merged,
    Release,
    Route,
    find_baseless,
    find_unread,
    read_release,
    tell_domain,
)
from readiness.attack.solving import Classes
