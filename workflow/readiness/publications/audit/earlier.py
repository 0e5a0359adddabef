"""Check what a publication takes from earlier ones: their ledgers.

`inputs.csv` of a publication states the SHA-256 of each earlier ledger that it read, and whoever
seals the publication again can state another one. So a ledger is compared with the seal of its own
publication, with the log, and at level 2 with the numbers that the earlier publication's data and
settings give.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from readiness.ground.errors import DataError
from readiness.ground.facts import Fact, Value
from readiness.publications.audit.model import Audit
from readiness.publications.ledger import FOLDER, read_inputs
from readiness.publications.log import (
    check_listed,
    read_log,
)
from readiness.publications.outcomes import PASSING, AuditFinding, Outcome
from readiness.publications.program import is_earlier
from readiness.publications.seal import LEDGER, UnreadableError, read_seal

# The reliability flags of a register.
FLAGS = frozenset(("", "present", "review", "caution", "suppress"))

# Outcomes that explain why an earlier ledger could not be recomputed, the most specific first.
_UNAVAILABLE = (Outcome.ERASED, Outcome.RESTRICTED, Outcome.MISSING)


def check_provenance(
    root: Path, publication_id: str, path: Path, digest: str
) -> AuditFinding | None:
    """Return the reason to doubt that `publication_id` published an earlier ledger, or None.

    `path`: the ledger's path from the project's `root`; `digest`: its SHA-256, both as the
    publication that read it states them. The other files of the earlier publication are not
    checked.
    """
    folder = root / FOLDER / publication_id
    ledger_place = path.as_posix()
    try:
        sealed = read_seal(folder)
    except DataError as error:
        outcome = Outcome.NOT_CHECKED if isinstance(error, UnreadableError) else Outcome.DIFFERS
        reason = Fact(
            "audit.earlier.seal", {"name": publication_id, "why": error.fact or str(error)}
        )
        return AuditFinding(ledger_place, outcome, reason)
    is_its_ledger = path == FOLDER / publication_id / LEDGER and sealed["id"] == publication_id
    if not is_its_ledger or sealed["files"].get(LEDGER) != digest:
        return AuditFinding(
            ledger_place, Outcome.DIFFERS, Fact("audit.earlier.other", {"name": publication_id})
        )
    for fault in check_listed(root, publication_id, read_log(root)):
        # A broken log is reported elsewhere; here it makes the ledger untrusted.
        is_broken = fault.outcome is Outcome.BROKEN
        reason = Fact("audit.earlier.log", {"name": publication_id, "why": fault.fact})
        return AuditFinding(
            ledger_place, Outcome.DIFFERS if is_broken else Outcome.NOT_CHECKED, reason
        )
    return None


def check_reproduced(place: Path, audit: Audit) -> AuditFinding | None:
    """Return the reason to doubt that an earlier ledger is reproducible, or None.

    Each number must come out again. `place`: the ledger's path. `audit`: the audit of its
    publication at level 2. A number CORRECTED since counts as not checked: this program cannot
    compute the published value.
    """
    outcomes = Counter(number.outcome for number in audit.numbers)
    outcomes.update(one.outcome for one in audit.data if is_ledger(one))
    failures = {outcome: n for outcome, n in outcomes.items() if outcome not in PASSING}
    if audit.numbers and not failures:
        return None
    n: dict[str, Value] = {"name": audit.identity, "n": sum(failures.values())}
    if failures.keys() & {Outcome.DIFFERS, Outcome.BROKEN}:
        return AuditFinding(str(place), Outcome.DIFFERS, Fact("audit.earlier.differs", n))
    outcome = next((one for one in _UNAVAILABLE if one in failures), Outcome.NOT_CHECKED)
    return AuditFinding(str(place), outcome, Fact("audit.earlier.not_again", n))


def is_ledger(finding: AuditFinding) -> bool:
    """Return whether a finding is about the ledger of an earlier publication."""
    return isinstance(finding.place, str) and is_earlier(finding.place)


def replace_refuted(
    folder: Path,
    findings: Sequence[AuditFinding],
    check: Callable[[str, Path, str], AuditFinding | None],
) -> list[AuditFinding]:
    """Return the findings on a publication's inputs, with refuted earlier ledgers replaced.

    Each finding that passed an earlier ledger is replaced by the finding of `check`, if that
    returns one. `check` gets the id of the earlier publication, the ledger's path and its SHA-256.
    """
    earlier = {
        path.as_posix(): (name, path, digest) for name, path, digest in _list_earlier(folder)
    }
    checked = []
    for finding in findings:
        ledger = earlier.get(str(finding.place))
        has_passed = ledger is not None and finding.outcome is Outcome.REPRODUCED
        fault = check(*ledger) if ledger and has_passed else None
        checked.append(fault or finding)
    return checked


def _list_earlier(folder: Path) -> Iterator[tuple[str, Path, str]]:
    """Yield publication, path and SHA-256 of each earlier ledger among the inputs."""
    for path, digest in read_inputs(folder).items():
        if is_earlier(path.as_posix()):
            yield path.parts[1], path, digest
