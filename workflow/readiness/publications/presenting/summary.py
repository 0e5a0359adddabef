"""An audit told in sentences: which texts, with which numbers, in which order.

The first sentence is the verdict for whoever reads one sentence only; the others say where it comes
from, and the innocent reading. Page and certificate say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from readiness.publications.audit.glossary import OUTCOMES
from readiness.publications.audit.model import DATA, NUMBERS, REPORT, SEAL, Audit, Number
from readiness.publications.outcomes import (
    BROKEN,
    COULD_NOT_CHECK,
    DIFFERS,
    HOLDING,
    Finding,
    Outcome,
    exit_code,
)

Sentence = tuple[str, dict[str, int]]
"""The name of a text, and the numbers that it is filled with."""

_UNAVAILABLE = (
    ("no_erased", Outcome.ERASED),
    ("no_restricted", Outcome.RESTRICTED),
    ("no_missing", Outcome.MISSING),
    ("no_check", Outcome.NOT_CHECKED),
)

_BESIDE = (
    ("within", Outcome.WITHIN_ROUNDING),
    ("corrected", Outcome.CORRECTED),
    ("judged", Outcome.JUDGED),
    ("added", Outcome.ADDED),
)


def by_outcome(audit: Audit) -> dict[Outcome, list[Number]]:
    """The numbers by verdict, the gravest first."""
    groups: dict[Outcome, list[Number]] = {outcome: [] for outcome in OUTCOMES}
    for number in audit.numbers:
        groups[number.outcome].append(number)
    return {outcome: numbers for outcome, numbers in groups.items() if numbers}


def findings(audit: Audit, level: int) -> Sequence[Finding]:
    """What was found at the level of the seal, the data or the report."""
    seal = (*audit.seal, *audit.signatures)
    return {SEAL: seal, DATA: audit.data, REPORT: audit.report}.get(level, ())


def computed(audit: Audit) -> bool:
    """Whether the numbers were recomputed: a level that asks for it may not get that far."""
    return any(number.code for number in audit.numbers)


def level_result(audit: Audit, level: int) -> int | None:
    """The exit code of one level alone; None when the audit did not look at it."""
    if level > audit.level:
        return None
    found = [one.outcome for one in (audit.numbers if level == NUMBERS else findings(audit, level))]
    if found and set(found) == {Outcome.NOT_COMPARED}:
        return None
    # Only of a seal does nothing to report mean that all is well.
    return exit_code(found) if found or level == SEAL else COULD_NOT_CHECK


def sentences(audit: Audit) -> list[Sentence]:
    """The sentences on an audit, in the order to read them."""
    return [*_graver(audit), *_what_holds(audit), *_innocent(audit)]


def _graver(audit: Audit) -> Iterator[Sentence]:
    """What does not hold or could not be told, the gravest first."""
    every = _published(audit)
    if broken := _count(audit.seal, Outcome.BROKEN):
        yield "broken", {"n": broken}
        if n := audit.counts.get(Outcome.BROKEN):
            yield "broken_numbers", {"n": n, "all": every}
    for name, outcome in (
        ("signature_wrong", Outcome.DIFFERS),
        ("signature_missing", Outcome.NOT_CHECKED),
    ):
        if n := _count(audit.signatures, outcome):
            yield name, {"n": n}
    if audit.level >= NUMBERS and (differs := audit.counts.get(Outcome.DIFFERS)):
        yield "differs_numbers", {"n": differs, "all": every}
    for level, name in ((DATA, "differs_data"), (REPORT, "differs_report")):
        if audit.level >= level and (n := _count(findings(audit, level), Outcome.DIFFERS)):
            yield name, {"n": n}
    if audit.level >= NUMBERS:
        for name, outcome in _UNAVAILABLE:
            if n := audit.counts.get(outcome):
                yield (name if n < every else f"{name}_all"), {"n": n, "all": every}
    elif audit.level >= DATA:
        gone = [f for f in audit.data if f.outcome not in HOLDING | {Outcome.DIFFERS}]
        if gone:
            yield "data_unchecked", {"n": len(gone)}
    if audit.level >= REPORT and (n := _count(audit.report, Outcome.NOT_CHECKED)):
        yield "report_unchecked", {"n": n}


def _count(found: Sequence[Finding], outcome: Outcome) -> int:
    return sum(finding.outcome is outcome for finding in found)


def _what_holds(audit: Audit) -> Iterator[Sentence]:
    counts = audit.counts
    ours = counts.get(Outcome.REPRODUCED, 0) + counts.get(Outcome.WITHIN_ROUNDING, 0)
    if audit.level < NUMBERS:
        if not audit.exit_code:
            yield ("holds_seal", "holds_data")[audit.level], {}
        else:
            yield "no_code", {}
        return
    pages = audit.level >= REPORT and level_result(audit, REPORT) is not None
    if not audit.exit_code and Outcome.CORRECTED not in counts:
        # The numbers of a judged study are ours; those that others printed do not "hold" by it.
        whose = "ours" if counts.get(Outcome.JUDGED) else "holds"
        yield f"{whose}_report" if pages else f"{whose}_numbers", {"n": ours}
    elif ours:
        # What others printed is not for us to recompute.
        every = _published(audit) - counts.get(Outcome.JUDGED, 0)
        yield "numbers_hold", {"n": ours, "all": every}
    for name, outcome in _BESIDE:
        if n := counts.get(outcome):
            yield name, {"n": n}
    if audit.level >= REPORT and not pages:
        yield "pages_not_compared", {}


def _published(audit: Audit) -> int:
    """How many numbers were published."""
    return len(audit.numbers) - audit.counts.get(Outcome.ADDED, 0)


def _unmoved(audit: Audit) -> bool:
    """Whether a difference is left with none of the usual causes: all that went in is as sealed.

    The configuration is the publication's own, and so is frozen code.
    """
    changed = audit.changes
    other_code = audit.code != "frozen" and (changed.code or changed.lock)
    data = _count(audit.data, Outcome.DIFFERS)
    return computed(audit) and not (other_code or changed.environment or data)


def _innocent(audit: Audit) -> Iterator[Sentence]:
    name = {
        BROKEN: "innocent_broken",
        DIFFERS: "innocent_differs",
        COULD_NOT_CHECK: "innocent_unchecked",
    }.get(audit.exit_code)
    if name == "innocent_differs" and _unmoved(audit):
        name = "innocent_unmoved"
    if name:
        yield name, {}
    elif audit.level >= NUMBERS:
        yield "true_or_not", {}
