"""An audit in words, for the terminal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from readiness.publications.audit.model import DATA, LEVELS, NUMBERS, REPORT, Audit, Number
from readiness.publications.outcomes import (
    BROKEN,
    COULD_NOT_CHECK,
    DIFFERS,
    HOLDS,
    Finding,
    Outcome,
    exit_code,
)

SHOWN = 10
"""How many problems of one kind are named unless all are asked for."""
NAMELESS = "a row without an id"
FINE = (Outcome.REPRODUCED, Outcome.JUDGED)
_MOVES = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""Control characters but the tab, breaks of lines, overrides of the writing direction."""
COLUMNS = ("number", "dataset version", "published", "recomputed", "difference", "contract",
           "code", "environment", "verdict", "detail")  # fmt: skip


def audit_text(audit: Audit, *, every_number: bool = False) -> str:
    """What was found: the verdict, one line a part, every problem; on request every number."""
    lines = [f"{audit.identity}: {audit.verdict} at {_at(audit)}"]
    lines += [f"  note         {note}" for note in audit.notes]
    lines += _part("seal", audit.seal, f"holds: {len(audit.sealed.get('files', ()))} files")
    if audit.level >= DATA:
        lines += _part("data", audit.data, "")
    lines += _numbers(audit, every_number)
    if audit.divergence:
        lines.append(f"  parts at     {audit.divergence}")
    if audit.level >= REPORT:
        lines += _part("report", audit.report, "")
    lines += _changes(audit)
    return "\n".join(_plain(line) for line in lines) + "\n"


def _plain(text: str) -> str:
    """A line without what would move a terminal's cursor, break the line or turn its direction.

    Names and notes come from the folder that is audited, and may be anything.
    """
    return _MOVES.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def _at(audit: Audit) -> str:
    """The level in words, and whose code ran where code was run."""
    level = f"level {audit.level} ({LEVELS[audit.level]})"
    ran = "today's code" if audit.code == "today" else "the frozen code"
    return f"{level}, {ran}" if audit.level >= NUMBERS else level


def _part(name: str, findings: Sequence[Finding], holds: str) -> Iterator[str]:
    wrong = sorted((f for f in findings if f.outcome not in FINE), key=_gravity)
    right = len(findings) - len(wrong)
    if holds and not findings:
        yield f"  {name:<12} {holds}"
    elif right:
        yield f"  {name:<12} {right} of {len(findings)} as sealed"
    for finding in wrong[:SHOWN]:
        yield f"  {finding.outcome:<12} {finding.place}: {finding.detail}"
    if len(wrong) > SHOWN:
        yield f"  {'':<12} and {len(wrong) - SHOWN} more"


def _gravity(one: Finding | Number) -> int:
    """The gravest first: what is named first must not be a thousand numbers within rounding."""
    return (BROKEN, DIFFERS, COULD_NOT_CHECK, HOLDS).index(exit_code([one.outcome]))


def _numbers(audit: Audit, every_number: bool) -> Iterator[str]:
    if audit.level >= NUMBERS or set(audit.counts) - {Outcome.NOT_CHECKED}:
        counts = ", ".join(f"{count} {outcome}" for outcome, count in audit.counts.items())
        yield f"  {'numbers':<12} {counts or 'none'}"
    wrong = sorted((n for n in audit.numbers if n.outcome not in FINE), key=_gravity)
    if every_number:
        yield from (f"  {line}" for line in number_lines(audit.numbers))
    elif audit.level >= NUMBERS:
        if len({(number.outcome, number.detail) for number in wrong}) == 1 and len(wrong) > SHOWN:
            yield f"  {wrong[0].outcome:<12} all of them: {wrong[0].detail}"
            return
        for number in wrong[:SHOWN]:
            yield (
                f"  {number.outcome:<12} {number.id or NAMELESS} ({number.dataset or 'no data'}): "
                f"published {number.published or '-'}, "
                f"recomputed {number.recomputed or '-'}; {number.detail}"
            )
        if len(wrong) > SHOWN:
            yield f"  {'':<12} and {len(wrong) - SHOWN} more; --numbers shows every number"


def number_lines(numbers: Iterable[Number]) -> Iterator[str]:
    """One line a number, columns `COLUMNS`, separated by tabs."""
    yield "\t".join(COLUMNS)
    for n in numbers:
        cells = (n.id, n.dataset, n.published, n.recomputed, n.difference, n.contract, n.code,
                 n.environment, str(n.outcome), n.detail)  # fmt: skip
        yield "\t".join(_plain(cell.replace("\t", "\\t")) for cell in cells)


def _changes(audit: Audit) -> Iterator[str]:
    changes = audit.changes
    if changes.code:
        yield f"  CHANGED      code of today's {', '.join(changes.code)}"
    if changes.lock:
        yield "  CHANGED      requirements.lock"
    if changes.config:
        yield f"  CHANGED      config.yaml: {', '.join(changes.config)}"
    if changes.environment:
        more = len(changes.environment) - 3
        shown = ", ".join(changes.environment[:3]) + (f" and {more} more" if more > 0 else "")
        yield f"  CHANGED      environment: {shown}"


def summary_text(audits: Sequence[Audit]) -> str:
    """The closing line over several publications."""
    counts = Counter(audit.verdict for audit in audits)
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    return f"{len(audits)} publications: {told}\n"
