"""An audit told in sentences: which facts, in which order.

The first sentence is the verdict for whoever reads one sentence only; the others say where it comes
from, and the innocent reading.
"""

from collections.abc import Iterator, Sequence

from readiness.ground.facts import Fact
from readiness.publications.audit.model import DATA, NUMBERS, REPORT, Audit, Number
from readiness.publications.outcomes import (
    BROKEN,
    COULD_NOT_CHECK,
    DIFFERS,
    PASSING,
    AuditFinding,
    Outcome,
)
from readiness.publications.presenting.summary_terms import OUTCOMES, has_numbers, level_result

# Of figures that others reported: no verdict beside their name may be taken for one on them.
JUDGED = "verdict.says.judged"

_UNAVAILABLE = (
    (Outcome.ERASED, "verdict.says.some_erased"),
    (Outcome.RESTRICTED, "verdict.says.some_restricted"),
    (Outcome.MISSING, "verdict.says.some_missing"),
    (Outcome.NOT_CHECKED, "verdict.says.some_unchecked"),
)

_BESIDE = (
    (Outcome.WITHIN_ROUNDING, "verdict.says.within"),
    (Outcome.JUDGED, JUDGED),
    (Outcome.ADDED, "verdict.says.added"),
)


def by_outcome(audit: Audit) -> dict[Outcome, list[Number]]:
    """The numbers by verdict, the most severe first."""
    groups = {one: [n for n in audit.numbers if n.outcome is one] for one in OUTCOMES}
    return {outcome: numbers for outcome, numbers in groups.items() if numbers}


def sentences(audit: Audit) -> list[Fact]:
    """The sentences on an audit, in the order to read them; those that count have values."""
    return [*_list_severe(audit), *_tell_valid(audit), *_tell_innocent(audit)]


def _list_severe(audit: Audit) -> Iterator[Fact]:
    all_ = {"all": _count_published(audit)}
    numbers = audit.counts if audit.level >= NUMBERS else {}
    data = audit.data if audit.level >= DATA else ()
    report = audit.report if audit.level >= REPORT else ()
    broken = _count(audit.seal, Outcome.BROKEN)
    # Where no number could be made again for want of data, the numbers say so.
    gone = data if audit.level < NUMBERS or has_numbers(audit) else ()
    unchecked = sum(one.outcome not in PASSING | {Outcome.DIFFERS} for one in gone)
    told: list[tuple[str, int, dict[str, int]]] = [
        ("verdict.says.seal_broken", broken, {}),
        ("verdict.says.numbers_broken", broken and audit.counts.get(Outcome.BROKEN, 0), all_),
        ("verdict.says.signature_wrong", _count(audit.signatures, Outcome.DIFFERS), {}),
        ("verdict.says.signature_missing", _count(audit.signatures, Outcome.NOT_CHECKED), {}),
        ("verdict.says.numbers_differ", numbers.get(Outcome.DIFFERS, 0), all_),
        ("verdict.says.corrected", audit.counts.get(Outcome.CORRECTED, 0), {}),
        ("verdict.says.data_differ", _count(data, Outcome.DIFFERS), {}),
        ("verdict.says.report_differs", _count(report, Outcome.DIFFERS), {}),
        *((kind, numbers.get(outcome, 0), all_) for outcome, kind in _UNAVAILABLE),
        ("verdict.says.data_unchecked", unchecked, {}),
    ]
    yield from (Fact(kind, {"n": n, **more}) for kind, n, more in told if n)
    if n := _count(report, Outcome.NOT_CHECKED):
        yield Fact("verdict.says.report_unchecked", {"n": n})


def _count(found: Sequence[AuditFinding], outcome: Outcome) -> int:
    return sum(finding.outcome is outcome for finding in found)


def _tell_valid(audit: Audit) -> Iterator[Fact]:
    counts = audit.counts
    ours = counts.get(Outcome.REPRODUCED, 0) + counts.get(Outcome.WITHIN_ROUNDING, 0)
    if audit.level < NUMBERS:
        valid = ("verdict.says.seal_valid", "verdict.says.data_valid")[audit.level]
        yield Fact("verdict.says.no_code" if audit.exit_code else valid)
        return
    pages = audit.level >= REPORT and level_result(audit, REPORT) is not None
    # The numbers of a judged study are ours; those that others reported are not valid by it.
    if Outcome.JUDGED in counts:
        valid = "verdict.says.ours_report_valid" if pages else "verdict.says.ours_valid"
    else:
        valid = "verdict.says.report_valid" if pages else "verdict.says.numbers_valid"
    if not audit.exit_code:
        yield Fact(valid, {"n": ours}) if ours else Fact("verdict.says.nothing_to_recompute")
    elif ours:
        # What others reported is not for us to recompute.
        every = _count_published(audit) - counts.get(Outcome.JUDGED, 0)
        yield Fact("verdict.says.numbers_as_published", {"n": ours, "all": every})
    yield from (Fact(kind, {"n": counts[one]}) for one, kind in _BESIDE if counts.get(one))
    if audit.level >= REPORT and not pages:
        yield Fact("verdict.says.pages_not_compared")


def _count_published(audit: Audit) -> int:
    return len(audit.numbers) - audit.counts.get(Outcome.ADDED, 0)


def _tell_innocent(audit: Audit) -> Iterator[Fact]:
    code, changed = audit.exit_code, audit.changes
    if code == BROKEN:
        yield Fact("verdict.says.innocent_broken")
    elif code == DIFFERS:
        # None of the usual causes is left where all that went in is as sealed. The configuration
        # is the publication's own.
        moved = (
            changed.code
            or changed.lock
            or changed.environment
            or _count(audit.data, Outcome.DIFFERS)
        )
        unmoved = has_numbers(audit) and not moved
        yield Fact("verdict.says.innocent_unmoved" if unmoved else "verdict.says.innocent_differs")
    elif code == COULD_NOT_CHECK:
        yield Fact("verdict.says.innocent_unchecked")
    elif audit.level >= NUMBERS:
        yield Fact("verdict.says.true_or_not")
