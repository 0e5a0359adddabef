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


def check_attack(folder: Path, again: Rerun, *, is_sealing_code: bool) -> list[AuditFinding]:
    """Return the differences between `attack.csv` of a publication and the recomputed attack.

    One REPRODUCED finding where there are none. `is_sealing_code`: whether the sealed code
    attacked, so that every cell must be the same. Another version of the attack may prove more or
    less: the table DIFFERS if today's attack discloses a count. Rows that differ but can both be
    right are NOT COMPARED, counted in one finding. Other rows are NOT CHECKED, and DIFFER if they
    cannot be right.
    """
    if again.attack is None:
        reason = Fact("audit.number.not_again", {"why": error_fact(again.attack_failure)})
        return [AuditFinding(ATTACK, Outcome.NOT_CHECKED, reason)]
    other_table = [AuditFinding(ATTACK, Outcome.DIFFERS, Fact("audit.input.other"))]
    recomputed = read_attack(again.attack)
    if not given_away(recomputed).empty:
        count = {"n": len(given_away(recomputed))}
        return [AuditFinding(ATTACK, Outcome.DIFFERS, Fact("audit.attack.given_away", count))]
    if read_file(folder / ATTACK) == read_file(again.attack):
        return [AuditFinding(ATTACK, Outcome.REPRODUCED, SAME)]
    try:
        sealed_table = read_attack(folder / ATTACK)
    except DataError:
        return other_table
    if (
        list(sealed_table.columns) != list(recomputed.columns)
        or sealed_table[ATTACK_KEY].duplicated().any()
    ):
        return other_table
    unattacked = {*not_attacked(again.figures, sealed_table)}
    most_people = _count_people(again.figures)
    suppressed = set(again.figures.loc[again.figures["suppressed"] != "", "id"])
    faults: list[AuditFinding] = []
    compatible_rows = 0
    sealed, present = (
        {_attack_key(row): row for row in list_rows(table)} for table in (sealed_table, recomputed)
    )
    for key in sorted(sealed.keys() | present.keys()):
        sealed_row = sealed.get(key)
        recomputed_row = present.get(key)
        if sealed_row == recomputed_row:
            continue
        is_wrong = (
            is_sealing_code
            or key[0] in unattacked
            or (sealed_row is not None and _is_impossible(sealed_row, most_people))
        )
        if not is_wrong and _go_together(sealed_row, recomputed_row, suppressed):
            compatible_rows += 1
            continue
        fact = _describe_attacked(sealed_row, recomputed_row)
        outcome = Outcome.DIFFERS if is_wrong else Outcome.NOT_CHECKED
        faults.append(AuditFinding(f"{ATTACK}: {key[0]}", outcome, fact))
    faults.sort(key=lambda fault: fault.outcome is not Outcome.DIFFERS)
    if len(faults) > NAMED:
        remaining = Fact(MORE_NUMBERS, {"n": len(faults) - NAMED})
        faults = [*faults[:NAMED], AuditFinding(ATTACK, faults[NAMED].outcome, remaining)]
    if compatible_rows:
        reason = Fact("audit.attack.other_version", {"n": compatible_rows})
        faults.append(AuditFinding(ATTACK, Outcome.NOT_COMPARED, reason))
    # Files without a differing row differ in order or formatting only.
    return faults or other_table


# Key columns of the attack's table: share, and counted people (answer or rest).
ATTACK_KEY = ["id", "counted"]


def _attack_key(row: Mapping[Any, str]) -> tuple[str, str]:
    return row["id"], row["counted"]


def _count_people(figures: pd.DataFrame) -> int:
    """Return the largest base of a register (as text): no count of its people is larger."""
    stated = figures.loc[figures["unit"] == "base", "value"]
    return max((int(text) for text in (*figures["n"], *stated) if text.isdecimal()), default=0)


def _is_impossible(row: Mapping[Any, str], most_people: int) -> bool:
    """Return whether no attack can have written this row.

    Its interval is none, or goes beyond all people of the survey. Counts of earlier releases
    (`name/id`) are of other people.
    """
    lowest, highest = row["lowest"], row["highest"]
    if not lowest.isdecimal() or not (highest.isdecimal() or highest == ""):
        return True
    if highest == "":
        return False
    return int(lowest) > int(highest) or ("/" not in row["id"] and int(highest) > most_people)


# Results of the attack, which may differ between two of its versions for the same count.
_FOUND = {"lowest", "highest", "reader", "how", "knows"}


def _go_together(
    old: Mapping[Any, str] | None, new: Mapping[Any, str] | None, suppressed: Collection[str]
) -> bool:
    """Return whether sealed and recomputed rows on one count can both be right.

    The interval of a protected count is only computed until it is wide enough, so two searches can
    end at intervals without a count in common. A row that is sealed but no longer attacked must be
    of a protected count and state correctly whether its share is published. `suppressed`: ids of
    suppressed shares.
    """
    if old is None:
        return True
    if new is None:
        withheld = old["id"].removeprefix("~") in suppressed
        return old["verdict"] == "held" and (old["published"] == "no") == withheld
    return all(old[column] == new[column] for column in old.keys() - _FOUND)


def _describe_attacked(old: Mapping[Any, str] | None, new: Mapping[Any, str] | None) -> Fact:
    """Return the message on a row that differs."""
    if old is None or new is None:
        return Fact("audit.number.gone" if new is None else "audit.states.absent")
    moved = next(column for column in old if old[column] != new[column])
    if not (old[moved] and new[moved]):
        kind = "audit.number.appeared" if new[moved] else "audit.number.vanished"
        return Fact(kind, {"column": moved, "old": old[moved], "new": new[moved]})
    return Fact("audit.number.moved", {"column": moved, "old": old[moved], "new": new[moved]})
