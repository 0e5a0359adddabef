"""An audit in words, for the terminal."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from readiness.facts import Fact
from readiness.language import tell
from readiness.publications.audit.model import DATA, LEVELS, NUMBERS, REPORT, Audit, Number
from readiness.publications.outcomes import (
    BROKEN,
    COULD_NOT_CHECK,
    DIFFERS,
    HOLDS,
    Finding,
    Outcome,
    exit_code,
    rounding_rule,
    told,
)
from readiness.publications.seal import DRAFT
from readiness.terminal import one_line

SHOWN = 10
"""How many problems of one kind are named unless all are asked for."""
NAMELESS = "a row without an id"
FINE = (Outcome.REPRODUCED, Outcome.JUDGED)
"""What is counted and not named one by one."""
COLUMNS = ("verdict", "number", "published", "recomputed", "difference", "rounding rule",
           "dataset version", "code", "environment", "detail")  # fmt: skip
EN = "en"
INDENT = 15
"""Where the text of a line begins, behind the name of its part or its verdict."""


def audit_text(audit: Audit, *, every_number: bool = False, width: int = 0) -> str:
    """What was found: the verdict, one line a part, every problem; on request every number.

    With a `width`, lines are folded to so many columns; without, each finding stays on one.
    """
    draft = " (draft)" if audit.status == DRAFT else ""
    lines = [f"{audit.identity}{draft}: {audit.verdict} at {_at(audit)}; {audit.signing}"]
    lines += [f"  note         {tell(note, EN)}" for note in audit.notes]
    lines += _part("seal", audit.seal, f"holds: {len(audit.sealed.get('files', ()))} files")
    lines += _part("signatures", audit.signatures, "")
    if audit.level >= DATA:
        lines += _part("data", audit.data, "")
    lines += _numbers(audit)
    if audit.divergence:
        lines.append(f"  {'diverges':<12} {tell(audit.divergence, EN)}")
    if audit.level >= REPORT:
        lines += _part("report", audit.report, "")
    lines = [one_line(line) for line in (*lines, *_changes(audit))]
    if width > 2 * INDENT:
        lines = [folded for line in lines for folded in _folded(line, width)]
    if every_number:
        # A table is not folded: its columns stand below each other.
        lines += [f"  {line}" for line in number_lines(audit.numbers)]
    return "\n".join(lines) + "\n"


def _folded(line: str, width: int) -> list[str]:
    return textwrap.wrap(
        line, width, subsequent_indent=" " * INDENT, break_long_words=False, break_on_hyphens=False
    )


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
        yield f"  {finding.outcome:<12} {told(finding, EN)}"
    if len(wrong) > SHOWN:
        yield f"  {'':<12} and {len(wrong) - SHOWN} more"


def _said(fact: Fact | None) -> str:
    return tell(fact, EN) if fact else ""


def _gravity(one: Finding | Number) -> int:
    """The gravest first: what is named first must not be a thousand numbers within rounding."""
    return (BROKEN, DIFFERS, COULD_NOT_CHECK, HOLDS).index(exit_code([one.outcome]))


def _numbers(audit: Audit) -> Iterator[str]:
    if audit.level >= NUMBERS or set(audit.counts) - {Outcome.NOT_CHECKED}:
        counts = ", ".join(f"{count} {outcome}" for outcome, count in audit.counts.items())
        yield f"  {'numbers':<12} {counts or 'none'}"
    if audit.level < NUMBERS:
        return
    alike: dict[tuple[Outcome, Fact | None], list[Number]] = {}
    for number in sorted(audit.numbers, key=_gravity):
        if number.outcome not in FINE:
            alike.setdefault((number.outcome, number.fact), []).append(number)
    single = []
    for (outcome, fact), numbers in alike.items():
        if len(numbers) > SHOWN:  # what is true of many is said once
            yield f"  {outcome:<12} {len(numbers)} numbers: {_said(fact)}"
        else:
            single += numbers
    for number in single[:SHOWN]:
        yield (
            f"  {number.outcome:<12} {number.id or NAMELESS} ({number.dataset or 'no data'}): "
            f"published {number.published or '-'}, recomputed {number.recomputed or '-'}; "
            f"{_said(number.fact)}"
        )
    if len(single) > SHOWN:
        yield f"  {'':<12} and {len(single) - SHOWN} more; --numbers shows every number"


def number_lines(numbers: Iterable[Number]) -> Iterator[str]:
    """One line a number, columns `COLUMNS` below each other; a dash where there is nothing."""
    cells_of = [COLUMNS] + [
        (str(n.outcome), n.id, n.published or "-", n.recomputed or "-", n.difference or "-",
         _said(rounding_rule(vars(n))) or "-", n.dataset or "-", n.code or "-",
         n.environment or "-", _said(n.fact))
        for n in numbers
    ]  # fmt: skip
    rows = [[one_line(cell) for cell in cells] for cells in cells_of]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _changes(audit: Audit) -> Iterator[str]:
    changes = audit.changes
    if changes.code:
        yield f"  CHANGED      code of today's {', '.join(changes.code)}"
    if changes.lock:
        yield "  CHANGED      requirements.lock"
    if changes.config:
        told = ", ".join(one if isinstance(one, str) else tell(one, EN) for one in changes.config)
        yield f"  CHANGED      config.yaml: {told}"
    if changes.environment:
        more = len(changes.environment) - 3
        told = ", ".join(tell(one, EN) for one in changes.environment[:3])
        shown = told + (f" and {more} more" if more > 0 else "")
        yield f"  CHANGED      environment: {shown}"


def summary_text(audits: Sequence[Audit]) -> str:
    """The closing line over several publications."""
    counts = Counter(audit.verdict for audit in audits)
    told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(counts.items()))
    return f"{len(audits)} publications: {told}\n"
