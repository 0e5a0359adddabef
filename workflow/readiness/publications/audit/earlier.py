"""What a publication takes from earlier ones: their ledgers, and its erratum of one of them.

`inputs.csv` of a publication states the SHA-256 of each earlier ledger that it read, and whoever
seals the publication again can state another one. So a ledger is held against the seal of the
publication that it belongs to, against the log, and at level 2 against the numbers which the
earlier publication's own data and settings give. An erratum is held against the two ledgers.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.datasets.versions import unreadable
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact, Value
from readiness.ground.files import read_file
from readiness.ground.frames import list_rows
from readiness.ground.tables import read_text_table
from readiness.publications.audit.model import Audit
from readiness.publications.ledger import FOLDER, read_inputs
from readiness.publications.log import (
    COLUMNS,
    ERRATUM,
    Correction,
    check_listed,
    describe_change,
    read_log,
)
from readiness.publications.outcomes import PASSING, AuditFinding, Outcome
from readiness.publications.program import is_earlier
from readiness.publications.reproduce import find_corrected
from readiness.publications.seal import LEDGER, NAMED, SEAL, UnreadableError, read_seal, sha256
from readiness.register.figures import read_register
from readiness.register.published import number

# The reliability flags of a register.
FLAGS = frozenset(("", "present", "review", "caution", "suppress"))

# Outcomes that say why an earlier ledger could not be made again, the most telling first.
_UNAVAILABLE = (Outcome.ERASED, Outcome.RESTRICTED, Outcome.MISSING)


def check_provenance(root: Path, identity: str, path: Path, digest: str) -> AuditFinding | None:
    """Return what speaks against an earlier ledger being the one that `identity` published; None
    where nothing does.

    `path` is the ledger's, from the project's `root`, and `digest` its SHA-256, as the publication
    that read it states both. The other files of the earlier publication are of no concern here.
    """
    folder, place = root / FOLDER / identity, path.as_posix()
    try:
        sealed = read_seal(folder)
    except DataError as error:
        outcome = Outcome.NOT_CHECKED if isinstance(error, UnreadableError) else Outcome.DIFFERS
        why = Fact("audit.earlier.seal", {"name": identity, "why": error.fact or str(error)})
        return AuditFinding(place, outcome, why)
    named = path == FOLDER / identity / LEDGER and sealed["id"] == identity
    if not named or sealed["files"].get(LEDGER) != digest:
        return AuditFinding(place, Outcome.DIFFERS, Fact("audit.earlier.other", {"name": identity}))
    for fault in check_listed(root, identity, read_log(root)):
        # A BROKEN log is told of by itself; here it is the ledger that does not count.
        broken = fault.outcome is Outcome.BROKEN
        why = Fact("audit.earlier.log", {"name": identity, "why": fault.fact})
        return AuditFinding(place, Outcome.DIFFERS if broken else Outcome.NOT_CHECKED, why)
    return None


def check_reproduced(place: Path, found: Audit) -> AuditFinding | None:
    """Return why the ledger at `place` is not known to be what the earlier publication's data and
    settings give, by its audit at level 2; None where each number came out again.

    A number that is CORRECTED since counts as not checked: it was published so, perhaps, but this
    program cannot make it again.
    """
    outcomes = Counter(number.outcome for number in found.numbers)
    outcomes.update(one.outcome for one in found.data if is_ledger(one))
    wrong = {outcome: n for outcome, n in outcomes.items() if outcome not in PASSING}
    if found.numbers and not wrong:
        return None
    n: dict[str, Value] = {"name": found.identity, "n": sum(wrong.values())}
    if wrong.keys() & {Outcome.DIFFERS, Outcome.BROKEN}:
        return AuditFinding(str(place), Outcome.DIFFERS, Fact("audit.earlier.differs", n))
    outcome = next((one for one in _UNAVAILABLE if one in wrong), Outcome.NOT_CHECKED)
    return AuditFinding(str(place), outcome, Fact("audit.earlier.not_again", n))


def is_ledger(finding: AuditFinding) -> bool:
    """Return whether a finding is about the ledger of an earlier publication."""
    return isinstance(finding.place, str) and is_earlier(finding.place)


def replace_refuted(
    folder: Path,
    findings: Sequence[AuditFinding],
    check: Callable[[str, Path, str], AuditFinding | None],
) -> list[AuditFinding]:
    """Return the findings on the inputs of the publication in `folder`; each that passed an earlier
    ledger is replaced by what `check` says against it, which gets the id of the earlier
    publication, the ledger's path and its SHA-256.
    """
    earlier = {
        path.as_posix(): (name, path, digest) for name, path, digest in _list_earlier(folder)
    }
    settled = []
    for finding in findings:
        ledger = earlier.get(str(finding.place))
        passed = ledger is not None and finding.outcome is Outcome.REPRODUCED
        fault = check(*ledger) if ledger and passed else None
        settled.append(fault or finding)
    return settled


def _list_earlier(folder: Path) -> Iterator[tuple[str, Path, str]]:
    for path, digest in read_inputs(folder).items():
        if is_earlier(path.as_posix()):
            yield path.parts[1], path, digest


# --- The erratum: each number of the superseded ledger that is another one now, and no other.
def check_erratum(root: Path, folder: Path, sealed: Mapping[str, Any]) -> list[AuditFinding]:
    """Return in what `erratum.csv` of the publication in `folder` is not what the ledgers say; one
    REPRODUCED finding where it is, none where there is to be none.

    `sealed` is what the seal states. The reasons (`why`) are stated by the publisher; that each row
    has one is all that is checked of them.
    """
    if not sealed:
        return []  # the seal cannot be read, and its own check says so
    before = sealed.get("supersedes")
    if not isinstance(before, dict) or "digest" not in before:
        # Of one that was withdrawn and was not there the seal has no digest, and nothing computed
        # an erratum of it.
        here = (folder / ERRATUM).is_file()
        stray = AuditFinding(ERRATUM, Outcome.DIFFERS, Fact("audit.states.unused"))
        return [stray] if here else []
    name, home = str(before.get("id")), root / FOLDER / str(before.get("id"))
    try:
        older = read_seal(home) if home.is_dir() else None
        own_ledger = read_file(home / LEDGER) if older else b""
    except (DataError, OSError) as error:
        why = unreadable(error) if isinstance(error, OSError) else error.fact
        why = Fact("audit.earlier.seal", {"name": name, "why": why or str(error)})
        return [AuditFinding(ERRATUM, Outcome.NOT_CHECKED, why)]
    if older is None:
        absent = Fact("audit.earlier.absent", {"name": name})
        return [AuditFinding(ERRATUM, Outcome.NOT_CHECKED, absent)]
    if older["digest"] != before["digest"]:
        return [AuditFinding(SEAL, Outcome.DIFFERS, Fact("audit.earlier.succeeds", {"name": name}))]
    if older["files"].get(LEDGER) != sha256(own_ledger):
        other = Fact("audit.earlier.other", {"name": name})
        return [AuditFinding(ERRATUM, Outcome.NOT_CHECKED, other)]
    if not (folder / ERRATUM).is_file():
        return [AuditFinding(ERRATUM, Outcome.DIFFERS, Fact("audit.states.absent"))]
    try:
        table = read_text_table(folder / ERRATUM, "the erratum", read_file(folder / ERRATUM))
    except DataError:
        table = pd.DataFrame()
    if list(table.columns) != list(COLUMNS):
        return [AuditFinding(ERRATUM, Outcome.DIFFERS, Fact("audit.states.cells"))]
    ledgers = (read_register(home / LEDGER), read_register(folder / LEDGER))
    faults = dict(find_erratum_faults(*ledgers, table))
    found = [
        AuditFinding(f"{ERRATUM}: {identity}", Outcome.DIFFERS, faults[identity])
        for identity in sorted(faults)[:NAMED]
    ]
    if len(faults) > NAMED:
        more = Fact("audit.seal.more_numbers", {"n": len(faults) - NAMED})
        found.append(AuditFinding(ERRATUM, Outcome.DIFFERS, more))
    return found or [AuditFinding(ERRATUM, Outcome.REPRODUCED, Fact("audit.input.right"))]


def find_erratum_faults(
    before: pd.DataFrame, after: pd.DataFrame, table: pd.DataFrame
) -> Iterator[tuple[str, Fact]]:
    """Yield the id of each row in which an erratum (columns id, was, is, why) is not what the
    ledgers `before` and `after` say, and of each number that moved and has no row, with the fault.
    """
    moved = {name: (was, now) for name, was, now in find_corrected(before, after)}
    # A cell that no register holds is told where the number itself is checked.
    odd = {
        row["id"]
        for row in list_rows(after)
        if row["reliability"] not in FLAGS or (row["n"] and number(row["n"]) is None)
    }
    times = Counter(table["id"])
    for identity, was, now, why in table[list(COLUMNS)].itertuples(index=False):
        if identity in odd:
            continue
        if times[identity] > 1:
            yield identity, Fact("audit.states.times", {"name": identity, "n": times[identity]})
        elif identity not in moved:
            yield identity, Fact("audit.erratum.unmoved")
        elif not Correction(identity, was, now, why, "").gives(*moved[identity]):
            was, now = describe_change(*moved[identity])
            yield identity, Fact("audit.erratum.other", {"text_old": was, "text_new": now})
        elif not why.strip():
            yield identity, Fact("audit.erratum.no_reason")
    for identity in moved.keys() - times.keys() - odd:
        yield identity, Fact("audit.erratum.unnamed")
