"""Check that a publication's attack covers each suppressed share and that no attack succeeded."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.attack import given_away
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact
from readiness.ground.files import read_file
from readiness.ground.frames import list_rows
from readiness.publications.audit.numbers import SAME, Rerun
from readiness.publications.outcomes import AuditFinding, Outcome, error_fact
from readiness.publications.seal import (
    MORE_NUMBERS,
    NAMED,
)
from readiness.register.disclosure_risk import ATTACK, not_attacked, read_attack


def check_attack(folder: Path, again: Rerun, *, known: bool) -> list[AuditFinding]:
    """Return in what `attack.csv` of the publication in `folder` is not what the attack on the
    register gives that was made again; one REPRODUCED finding where it is.

    `known`: whether the code that attacked is the sealed code, so that every cell has to be the
    same. Another version of the attack may prove more, or less. That nothing is given away holds by
    today's attack, or the table DIFFERS; rows that are otherwise and go with it are NOT COMPARED,
    counted in one finding. A row that goes with nothing is NOT CHECKED, and DIFFERS where it cannot
    be right.
    """
    if again.attack is None:
        why = Fact("audit.number.not_again", {"why": error_fact(again.attack_failure)})
        return [AuditFinding(ATTACK, Outcome.NOT_CHECKED, why)]
    other = [AuditFinding(ATTACK, Outcome.DIFFERS, Fact("audit.input.other"))]
    made = read_attack(again.attack)
    if not given_away(made).empty:
        n = {"n": len(given_away(made))}
        return [AuditFinding(ATTACK, Outcome.DIFFERS, Fact("audit.attack.given_away", n))]
    if read_file(folder / ATTACK) == read_file(again.attack):
        return [AuditFinding(ATTACK, Outcome.REPRODUCED, SAME)]
    try:
        kept = read_attack(folder / ATTACK)
    except DataError:
        return other
    if list(kept.columns) != list(made.columns) or kept[ATTACK_KEY].duplicated().any():
        return other
    unattacked = {*not_attacked(again.figures, kept)}
    most = _count_people(again.figures)
    suppressed = set(again.figures.loc[again.figures["suppressed"] != "", "id"])
    faults: list[AuditFinding] = []
    apart = 0
    sealed, present = ({_attack_key(r): r for r in list_rows(table)} for table in (kept, made))
    for key in sorted(sealed.keys() | present.keys()):
        old, new = sealed.get(key), present.get(key)
        if old == new:
            continue
        wrong = known or key[0] in unattacked or (old is not None and _is_impossible(old, most))
        if not wrong and _go_together(old, new, suppressed):
            apart += 1
            continue
        fact = _describe_attacked(old, new)
        outcome = Outcome.DIFFERS if wrong else Outcome.NOT_CHECKED
        faults.append(AuditFinding(f"{ATTACK}: {key[0]}", outcome, fact))
    faults.sort(key=lambda fault: fault.outcome is not Outcome.DIFFERS)
    if len(faults) > NAMED:
        more = Fact(MORE_NUMBERS, {"n": len(faults) - NAMED})
        faults = [*faults[:NAMED], AuditFinding(ATTACK, faults[NAMED].outcome, more)]
    if apart:
        why = Fact("audit.attack.other_version", {"n": apart})
        faults.append(AuditFinding(ATTACK, Outcome.NOT_COMPARED, why))
    # The same rows in another order, or written in another way.
    return faults or other


# What names a row of the attack's table: the share, and whether it is those who gave the answer.
ATTACK_KEY = ["id", "counted"]


def _attack_key(row: Mapping[Any, str]) -> tuple[str, str]:
    return row["id"], row["counted"]


def _count_people(figures: pd.DataFrame) -> int:
    """Return the largest base of a register, as text: no count of its people is larger."""
    stated = figures.loc[figures["unit"] == "base", "value"]
    return max((int(text) for text in (*figures["n"], *stated) if text.isdecimal()), default=0)


def _is_impossible(row: Mapping[Any, str], most: int) -> bool:
    """Return whether no attack can have left this row: an interval that is none, or that goes
    beyond all people of the survey. Counts of earlier releases (`name/id`) are of other people.
    """
    lowest, highest = row["lowest"], row["highest"]
    if not lowest.isdecimal() or not (highest.isdecimal() or highest == ""):
        return True
    if highest == "":
        return False
    return int(lowest) > int(highest) or ("/" not in row["id"] and int(highest) > most)


# What versions of the attack may tell otherwise of one count.
_FOUND = {"lowest", "highest", "reader", "how", "knows"}


def _go_together(
    old: Mapping[Any, str] | None, new: Mapping[Any, str] | None, suppressed: Collection[str]
) -> bool:
    """Return whether both rows on a count can be right, or the one that there is.

    The interval of a count that is held is only as much as shows that it is wide enough, so two
    searches can end at two that have no count in common. A sealed row that is attacked no more
    states whether its share is published, as the register does. `suppressed`: the ids that it
    withholds.
    """
    if old is None:
        return True
    if new is None:
        withheld = old["id"].removeprefix("~") in suppressed
        return old["verdict"] == "held" and (old["published"] == "no") == withheld
    return all(old[column] == new[column] for column in old.keys() - _FOUND)


def _describe_attacked(old: Mapping[Any, str] | None, new: Mapping[Any, str] | None) -> Fact:
    if old is None or new is None:
        return Fact("audit.number.gone" if new is None else "audit.states.absent")
    moved = next(column for column in old if old[column] != new[column])
    if not (old[moved] and new[moved]):
        kind = "audit.number.appeared" if new[moved] else "audit.number.vanished"
        return Fact(kind, {"column": moved, "old": old[moved], "new": new[moved]})
    return Fact("audit.number.moved", {"column": moved, "old": old[moved], "new": new[moved]})
