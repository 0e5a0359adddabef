"""What an audit found, a line each, by kinds and names: its sentences are for people.

`VERDICT place: kind names`, where a fact within a fact stands as its own kind and names.
"""

import json
from collections.abc import Iterator
from typing import Any

from readiness.ground.facts import Fact, Listed, Value, decode
from readiness.ground.printable import one_line
from readiness.publications.audit.model import DATA, NUMBERS, REPORT
from readiness.publications.outcomes import Outcome

# What tells of no problem.
FINE = (Outcome.REPRODUCED, Outcome.JUDGED)
NAMELESS = "a row without an id"
PLACES = {
    "audit.place.store": "store {store}",
    "audit.place.folder": "{folder}",
    "audit.place.cache": "DVC cache",
}


def flatten(value: Value | None) -> str:
    """A value of a fact, or a fact with all that is in it."""
    if isinstance(value, Fact):
        inner = (flatten(value.values[name]) for name in sorted(value.values))
        return " ".join([value.kind, *inner])
    if isinstance(value, Listed):
        return ", ".join(map(flatten, value.items))
    return str(value or "")


def name_place(place: str | dict[str, Any]) -> str:
    """A file, or a copy of a dataset: what, in which place, and its path."""
    if isinstance(place, str):
        return place
    fact = decode(place)
    assert isinstance(fact, Fact)
    named = PLACES[fact.kind].format(**fact.values)
    return f"{fact.values['version']} in {named} ({fact.values['path']})"


def describe_record(record: Any) -> Iterator[str]:
    """The lines on an audit that `readiness audit --json` printed, the verdict first."""
    yield f"{record['publication']}: {record['verdict']}"
    for name, level in (("seal", 0), ("signatures", 0), ("data", DATA), ("report", REPORT)):
        for one in record[name] if record["level"] >= level else ():
            if one["outcome"] not in FINE:
                place, why = name_place(one["place"]), flatten(decode(one["fact"]))
                yield f"{one['outcome']} {place}: {why}"
    for number in record["numbers"] if record["level"] >= NUMBERS else ():
        if number["outcome"] not in FINE:
            why = flatten(decode(number["fact"])) if number["fact"] else ""
            yield f"{number['outcome']} {number['id'] or NAMELESS} ({number['dataset']}): {why}"
    if record["divergence"]["fact"]:
        yield f"diverges {flatten(decode(record['divergence']['fact']))}"
    changes = record["changes"]
    if changes["code"]:
        yield f"CHANGED code: {', '.join(changes['code'])}"
    if changes["lock"]:
        yield "CHANGED requirements.lock"
    yield from (f"CHANGED config.yaml: {flatten(decode(key))}" for key in changes["config"])
    for change in changes["environment"]:
        fact = decode(change["fact"])
        assert isinstance(fact, Fact)
        yield f"CHANGED environment: {fact.values['name']}: {flatten(fact)}"


def describe_audits(text: str) -> str:
    """The lines of all audits that were printed; what is no record stays as it is."""
    try:
        records = json.loads(text)
    except ValueError:
        return text
    return "".join(f"{one_line(line)}\n" for record in records for line in describe_record(record))
