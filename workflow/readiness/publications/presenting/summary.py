"""Describe an audit in sentences.

The first sentence is the verdict. The others state what it is based on, and which harmless causes a
difference can have.
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

# Key for figures reported by others, counted separately: no verdict certifies these figures.
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
    """Return the numbers by outcome, the most severe first."""
    groups = {
        outcome: [number for number in audit.numbers if number.outcome is outcome]
        for outcome in OUTCOMES
    }
    return {outcome: numbers for outcome, numbers in groups.items() if numbers}


def sentences(audit: Audit) -> list[Fact]:
    """Return the sentences on an audit, in reading order; those that count have values."""
    return [*_list_severe(audit), *_tell_valid(audit), *_tell_innocent(audit)]


def _list_severe(audit: Audit) -> Iterator[Fact]:
    """Yield the sentences on faults, the most severe first."""
    published_total = {"all": _count_published(audit)}
    numbers = audit.counts if audit.level >= NUMBERS else {}
    data = audit.data if audit.level >= DATA else ()
    report = audit.report if audit.level >= REPORT else ()
    broken = _count(audit.seal, Outcome.BROKEN)
    # If missing data stopped the rerun, the sentences on numbers report the missing data.
    data_to_report = data if audit.level < NUMBERS or has_numbers(audit) else ()
    unchecked = sum(
        finding.outcome not in PASSING | {Outcome.DIFFERS} for finding in data_to_report
    )
    counted_faults: list[tuple[str, int, dict[str, int]]] = [
        ("verdict.says.seal_broken", broken, {}),
        (
            "verdict.says.numbers_broken",
            broken and audit.counts.get(Outcome.BROKEN, 0),
            published_total,
        ),
        ("verdict.says.signature_wrong", _count(audit.signatures, Outcome.DIFFERS), {}),
        ("verdict.says.signature_missing", _count(audit.signatures, Outcome.NOT_CHECKED), {}),
        ("verdict.says.numbers_differ", numbers.get(Outcome.DIFFERS, 0), published_total),
        ("verdict.says.corrected", audit.counts.get(Outcome.CORRECTED, 0), {}),
        ("verdict.says.data_differ", _count(data, Outcome.DIFFERS), {}),
        ("verdict.says.report_differs", _count(report, Outcome.DIFFERS), {}),
        *((kind, numbers.get(outcome, 0), published_total) for outcome, kind in _UNAVAILABLE),
        ("verdict.says.data_unchecked", unchecked, {}),
    ]
    yield from (
        Fact(kind, {"n": n, **other_values}) for kind, n, other_values in counted_faults if n
    )
    if n := _count(report, Outcome.NOT_CHECKED):
        yield Fact("verdict.says.report_unchecked", {"n": n})


def _count(findings: Sequence[AuditFinding], outcome: Outcome) -> int:
    """Return the number of findings with an outcome."""
    return sum(finding.outcome is outcome for finding in findings)


def _tell_valid(audit: Audit) -> Iterator[Fact]:
    """Yield the sentences on what is valid."""
    counts = audit.counts
    own_numbers = counts.get(Outcome.REPRODUCED, 0) + counts.get(Outcome.WITHIN_ROUNDING, 0)
    if audit.level < NUMBERS:
        valid = ("verdict.says.seal_valid", "verdict.says.data_valid")[audit.level]
        yield Fact("verdict.says.no_code" if audit.exit_code else valid)
        return
    pages = audit.level >= REPORT and level_result(audit, REPORT) is not None
    # In a study that judges other figures, only the study's numbers can be valid.
    if Outcome.JUDGED in counts:
        valid = "verdict.says.ours_report_valid" if pages else "verdict.says.ours_valid"
    else:
        valid = "verdict.says.report_valid" if pages else "verdict.says.numbers_valid"
    if not audit.exit_code:
        yield (
            Fact(valid, {"n": own_numbers})
            if own_numbers
            else Fact("verdict.says.nothing_to_recompute")
        )
    elif own_numbers:
        # Figures that others reported cannot be recomputed.
        recomputable = _count_published(audit) - counts.get(Outcome.JUDGED, 0)
        yield Fact("verdict.says.numbers_as_published", {"n": own_numbers, "all": recomputable})
    yield from (
        Fact(kind, {"n": counts[outcome]}) for outcome, kind in _BESIDE if counts.get(outcome)
    )
    if audit.rows_apart:
        yield Fact("verdict.says.rows_not_compared", {"n": audit.rows_apart})
    if audit.level >= REPORT and not pages:
        # The reason may name a version that the reader must install.
        yield Fact("verdict.says.pages_not_compared", {"why": audit.report[0].fact})


def _count_published(audit: Audit) -> int:
    """Return how many numbers of the audit were published."""
    return len(audit.numbers) - audit.counts.get(Outcome.ADDED, 0)


def _tell_innocent(audit: Audit) -> Iterator[Fact]:
    """Yield the sentence on harmless causes, or on what a valid audit does not show."""
    code, changed = audit.exit_code, audit.changes
    if code == BROKEN:
        yield Fact("verdict.says.innocent_broken")
    elif code == DIFFERS:
        # If code, lock, environment and data are as sealed, no usual cause is left. The
        # configuration is always the publication's own.
        has_changes = (
            changed.code
            or changed.lock
            or changed.environment
            or _count(audit.data, Outcome.DIFFERS)
        )
        is_unexplained = has_numbers(audit) and not has_changes
        yield Fact(
            "verdict.says.innocent_unmoved" if is_unexplained else "verdict.says.innocent_differs"
        )
    elif code == COULD_NOT_CHECK:
        yield Fact("verdict.says.innocent_unchecked")
    elif audit.level >= NUMBERS:
        yield Fact("verdict.says.true_or_not")
