"""Check that a publication's attack covers each suppressed share and that no attack succeeded."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.attack import AttackTarget, CountVerdict, HeldDoubt, doubt_held, given_away
from readiness.config import Disclosure, load_config
from readiness.disclosure import Policy
from readiness.ground.errors import DataError, ReadinessError
from readiness.ground.facts import Fact, Listed, Value
from readiness.ground.files import read_file
from readiness.ground.frames import list_rows
from readiness.publications.audit.numbers import SAME, Rerun
from readiness.publications.ledger import CONFIG
from readiness.publications.outcomes import AuditFinding, Outcome, error_fact
from readiness.publications.seal import (
    MORE_NUMBERS,
    NAMED,
)
from readiness.questionnaire import load_questionnaire
from readiness.register.attacking import read_target
from readiness.register.disclosure_risk import ATTACK, not_attacked, read_attack


def check_attack(
    folder: Path, again: Rerun, release: Callable[[], AttackTarget] | None, by: Fact | None = None
) -> list[AuditFinding]:
    """Return the differences between `attack.csv` of a publication and the recomputed attack.

    One REPRODUCED finding where there are none. `release`: reads the release as its readers have
    it; None where the sealed code attacked, so that every cell must be the same. Another version of
    the attack may prove more or less: the table DIFFERS if today's attack discloses a count. A row
    on a protected count that differs in its interval alone is NOT COMPARED if the published numbers
    allow both ends and the interval is wide enough; all such rows are named in one finding. Other
    rows are NOT CHECKED, and DIFFER if they cannot be right. `by`: which program compares them all.
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
    sealed, present = (
        {_attack_key(row): row for row in list_rows(table)} for table in (sealed_table, recomputed)
    )
    different = [
        key for key in sorted(sealed.keys() | present.keys()) if sealed.get(key) != present.get(key)
    ]
    unattacked = {*not_attacked(again.figures, sealed_table)}
    most_people = _count_people(again.figures)
    wrong = {
        key
        for key in different
        if release is None
        or key[0] in unattacked
        or (key in sealed and _is_impossible(sealed[key], most_people))
    }
    elsewhere = [
        key
        for key in different
        if key not in wrong and _is_interval_alone(sealed.get(key), present.get(key))
    ]
    doubts: Mapping[tuple[str, str], Fact] = {}
    if release is not None and elsewhere:
        doubts = _doubt(sealed_table.set_index(ATTACK_KEY, drop=False).loc[elsewhere], release)
    not_compared = [key for key in elsewhere if key not in doubts]
    faults = [
        AuditFinding(
            f"{ATTACK}: {key[0]}",
            Outcome.DIFFERS if key in wrong else Outcome.NOT_CHECKED,
            doubts.get(key) or _describe_attacked(sealed.get(key), present.get(key)),
        )
        for key in different
        if key not in not_compared
    ]
    faults.sort(key=lambda fault: fault.outcome is not Outcome.DIFFERS)
    if len(faults) > NAMED:
        remaining = Fact(MORE_NUMBERS, {"n": len(faults) - NAMED})
        faults = [*faults[:NAMED], AuditFinding(ATTACK, faults[NAMED].outcome, remaining)]
    if not_compared:
        told: dict[str, Value] = {
            "n": len(not_compared),
            "all": len(sealed),
            "first": not_compared[0][0],
            # For who reads the record; a line would be too long.
            "rows": Listed(tuple(" ".join(key) for key in not_compared), "comma"),
            "by": by or Fact("audit.attack.other_code"),
        }
        reason = Fact("audit.attack.other_version", told)
        faults.append(AuditFinding(ATTACK, Outcome.NOT_COMPARED, reason))
    # Files without a differing row differ in order or formatting only.
    return faults or other_table


def read_published(run: str, again: Rerun) -> AttackTarget:
    """Return the release of a wave as a reader sees it who has nothing but the publication.

    `run`: as `waves/NAME`. Raises a ReadinessError where the register or a file of the run cannot
    be read.
    """
    wave = load_config(again.root / CONFIG).waves[run.partition("/")[2]]
    questionnaire = again.root / f"data/questionnaires/{wave.questionnaire}.yaml"
    if wave.derive:
        questionnaire = again.root / f"results/{run}/derive/questionnaire.yaml"
    settings = (wave.disclosure or Disclosure()).model_dump(exclude_none=True)
    policy = Policy.of(settings, wave.figures.minimum_base)
    # Without the variants, which need the weights of each: fewer numbers allow more.
    figures = again.figures[again.figures["kind"] != "firmness"]
    asked = load_questionnaire(questionnaire)
    return read_target(figures, (), {}, asked, policy, {}, pd.DataFrame())


_DOUBTS = {
    HeldDoubt.OTHER: "audit.attack.other",
    HeldDoubt.IMPOSSIBLE: "audit.attack.impossible",
    HeldDoubt.NARROW: "audit.attack.narrow",
}


def _doubt(rows: pd.DataFrame, release: Callable[[], AttackTarget]) -> dict[tuple[str, str], Fact]:
    """Return why sealed rows on protected counts are doubtful, by their key."""
    try:
        doubts = doubt_held(release(), rows)
    except ReadinessError as error:
        reason = Fact("audit.number.not_again", {"why": error_fact(str(error))})
        return dict.fromkeys(rows.index, reason)
    told = rows.to_dict("index")
    return {
        key: Fact(
            _DOUBTS[doubt],
            {"lowest": told[key]["lowest"], "highest": told[key]["highest"]}
            | {"least": least, "most": most},
        )
        for key, (doubt, least, most) in doubts.items()
    }


# Key of a row of the attack's table: the share, and whether its answer or its rest is counted.
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


def _is_interval_alone(old: Mapping[Any, str] | None, new: Mapping[Any, str] | None) -> bool:
    """Return whether a sealed row on a protected count differs from today's in its interval alone.

    Or whether today's attack has none, for it protects fewer counts.
    """
    if old is None or old["verdict"] != CountVerdict.HELD.value:
        return False
    return new is None or all(old[c] == new[c] for c in old.keys() - {"lowest", "highest"})


def _describe_attacked(old: Mapping[Any, str] | None, new: Mapping[Any, str] | None) -> Fact:
    """Return the message on a row that differs."""
    if old is None or new is None:
        return Fact("audit.number.gone" if new is None else "audit.states.absent")
    moved = next(column for column in old if old[column] != new[column])
    if not (old[moved] and new[moved]):
        kind = "audit.number.appeared" if new[moved] else "audit.number.vanished"
        return Fact(kind, {"column": moved, "old": old[moved], "new": new[moved]})
    return Fact("audit.number.moved", {"column": moved, "old": old[moved], "new": new[moved]})
