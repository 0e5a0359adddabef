"""What an audit found, a line each, by kinds and names: its sentences are for people.

`VERDICT place: kind names`, where a fact within a fact stands as its own kind and names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from readiness.facts import Fact, Listed, Value, decode
from readiness.publications.audit.model import DATA, NUMBERS, REPORT, Audit
from readiness.publications.outcomes import Finding, Outcome

FINE = (Outcome.REPRODUCED, Outcome.JUDGED)
"""What tells of no problem."""
NAMELESS = "a row without an id"
PLACES = {"audit.place.store": "store {store}", "audit.place.folder": "{folder}",
          "audit.place.cache": "DVC cache"}  # fmt: skip


def flat(value: Value) -> str:
    """A value of a fact, or a fact with all that is in it."""
    if isinstance(value, Fact):
        return " ".join([value.kind, *(flat(value.values[name]) for name in sorted(value.values))])
    if isinstance(value, Listed):
        return ", ".join(map(flat, value.items))
    return str(value)


def where(place: str | Fact) -> str:
    """A file, or a copy of a dataset: what, in which place, and its path."""
    if isinstance(place, str):
        return place
    named = PLACES[place.kind].format(**place.values)
    return f"{place.values['version']} in {named} ({place.values['path']})"


def lines(audit: Audit) -> Iterator[str]:
    """The lines on one audit, the verdict first."""
    yield f"{audit.identity}: {audit.verdict}"
    yield from (f"note {flat(note)}" for note in audit.notes)
    yield from _found((*audit.seal, *audit.signatures))
    if audit.level >= DATA:
        yield from _found(audit.data)
    if audit.level >= NUMBERS:
        for number in audit.numbers:
            if number.outcome not in FINE:
                why = flat(number.fact) if number.fact else ""
                yield f"{number.outcome} {number.id or NAMELESS} ({number.dataset}): {why}"
    if audit.divergence:
        yield f"diverges {flat(audit.divergence)}"
    if audit.level >= REPORT:
        yield from _found(audit.report)
    changes = audit.changes
    if changes.code:
        yield f"CHANGED code: {', '.join(changes.code)}"
    if changes.lock:
        yield "CHANGED requirements.lock"
    yield from (f"CHANGED config.yaml: {flat(key)}" for key in changes.config)
    for change in changes.environment:
        yield f"CHANGED environment: {change.values['name']}: {flat(change)}"


def _found(findings: Iterable[Finding]) -> Iterator[str]:
    for one in findings:
        if one.outcome not in FINE:
            yield f"{one.outcome} {where(one.place)}: {flat(one.fact)}"


def of_record(record: Any) -> Iterator[str]:
    """The lines on an audit that `readiness audit --json` printed."""
    yield f"{record['publication']}: {record['verdict']}"
    for name, level in (("seal", 0), ("signatures", 0), ("data", DATA), ("report", REPORT)):
        found = record[name] if record["level"] >= level else []
        yield from _found(
            Finding(_value(one["place"]), Outcome(one["outcome"]), _fact(one["fact"]))
            for one in found
        )
    for number in record["numbers"] if record["level"] >= NUMBERS else ():
        if number["outcome"] not in FINE:
            why = flat(_fact(number["fact"])) if number["fact"] else ""
            yield f"{number['outcome']} {number['id'] or NAMELESS} ({number['dataset']}): {why}"
    if record["divergence"]["fact"]:
        yield f"diverges {flat(_fact(record['divergence']['fact']))}"
    if record["changes"]["code"]:
        yield f"CHANGED code: {', '.join(record['changes']['code'])}"
    if record["changes"]["lock"]:
        yield "CHANGED requirements.lock"


def of_json(text: str) -> str:
    """The lines of all audits that were printed; what is no record stays as it is."""
    try:
        records = json.loads(text)
    except ValueError:
        return text
    return "\n".join(line for record in records for line in of_record(record)) + "\n"


def _value(place: Any) -> str | Fact:
    return place if isinstance(place, str) else _fact(place)


def _fact(record: Any) -> Fact:
    fact = decode(record)
    assert isinstance(fact, Fact)
    return fact
