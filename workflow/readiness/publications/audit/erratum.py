"""Check an erratum: it names each number of the superseded ledger that moved, and no other."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.datasets.pointers import unreadable
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact
from readiness.ground.files import read_file
from readiness.ground.frames import list_rows
from readiness.ground.tables import read_text_table
from readiness.publications.audit.earlier import FLAGS
from readiness.publications.erratum import find_corrected
from readiness.publications.ledger import FOLDER
from readiness.publications.log import (
    COLUMNS,
    ERRATUM,
    Correction,
    describe_change,
)
from readiness.publications.outcomes import AuditFinding, Outcome
from readiness.publications.seal import LEDGER, NAMED, SEAL, read_seal, sha256
from readiness.register.figures import read_register
from readiness.register.published import number


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
