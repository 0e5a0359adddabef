"""What a publication takes from earlier ones: their ledgers, and its erratum of one of them.

`inputs.csv` of a publication states the SHA-256 of each earlier ledger that it read, and whoever
seals the publication again can state another one. So a ledger is held against the seal of the
publication that it belongs to, against the log, and at level 2 against the numbers which the
earlier publication's own data and settings give. An erratum is held against the two ledgers.
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
