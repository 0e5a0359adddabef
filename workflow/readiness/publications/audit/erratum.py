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
    """Return the differences between `erratum.csv` of a publication and the two ledgers.

    One REPRODUCED finding where there are none; no finding where the publication has no erratum.
    `sealed`: the content of the seal. The reasons (`why`) are stated by the publisher: only their
    presence is checked.
    """
    if not sealed:
        return []  # the seal cannot be read, and its own check says so
    superseded = sealed.get("supersedes")
    if not isinstance(superseded, dict) or "digest" not in superseded:
        # The seal has no digest of a superseded publication that was withdrawn and missing: nothing
        # could compute an erratum then.
        has_erratum = (folder / ERRATUM).is_file()
        surplus = AuditFinding(ERRATUM, Outcome.DIFFERS, Fact("audit.states.unused"))
        return [surplus] if has_erratum else []
    older_name = str(superseded.get("id"))
    older_folder = root / FOLDER / str(superseded.get("id"))
    try:
        older_seal = read_seal(older_folder) if older_folder.is_dir() else None
        older_ledger = read_file(older_folder / LEDGER) if older_seal else b""
    except (DataError, OSError) as error:
        reason = unreadable(error) if isinstance(error, OSError) else error.fact
        reason = Fact("audit.earlier.seal", {"name": older_name, "why": reason or str(error)})
        return [AuditFinding(ERRATUM, Outcome.NOT_CHECKED, reason)]
    if older_seal is None:
        absent = Fact("audit.earlier.absent", {"name": older_name})
        return [AuditFinding(ERRATUM, Outcome.NOT_CHECKED, absent)]
    if older_seal["digest"] != superseded["digest"]:
        return [
            AuditFinding(
                SEAL, Outcome.DIFFERS, Fact("audit.earlier.succeeds", {"name": older_name})
            )
        ]
    if older_seal["files"].get(LEDGER) != sha256(older_ledger):
        wrong_ledger = Fact("audit.earlier.other", {"name": older_name})
        return [AuditFinding(ERRATUM, Outcome.NOT_CHECKED, wrong_ledger)]
    if not (folder / ERRATUM).is_file():
        return [AuditFinding(ERRATUM, Outcome.DIFFERS, Fact("audit.states.absent"))]
    try:
        table = read_text_table(folder / ERRATUM, "the erratum", read_file(folder / ERRATUM))
    except DataError:
        table = pd.DataFrame()
    if list(table.columns) != list(COLUMNS):
        return [AuditFinding(ERRATUM, Outcome.DIFFERS, Fact("audit.states.cells"))]
    ledgers = (read_register(older_folder / LEDGER), read_register(folder / LEDGER))
    faults = dict(find_erratum_faults(*ledgers, table))
    findings = [
        AuditFinding(f"{ERRATUM}: {figure_id}", Outcome.DIFFERS, faults[figure_id])
        for figure_id in sorted(faults)[:NAMED]
    ]
    if len(faults) > NAMED:
        remaining = Fact("audit.seal.more_numbers", {"n": len(faults) - NAMED})
        findings.append(AuditFinding(ERRATUM, Outcome.DIFFERS, remaining))
    return findings or [AuditFinding(ERRATUM, Outcome.REPRODUCED, Fact("audit.input.right"))]


def find_erratum_faults(
    before: pd.DataFrame, after: pd.DataFrame, table: pd.DataFrame
) -> Iterator[tuple[str, Fact]]:
    """Yield the id and the fault of each row of an erratum that the ledgers contradict.

    Also of each number that moved and has no row. `before`, `after`: the two ledgers. `table`: the
    erratum, with columns id, was, is and why.
    """
    moved_numbers = {name: (was, now) for name, was, now in find_corrected(before, after)}
    # The check of the number itself reports cells that no register can hold.
    damaged = {
        row["id"]
        for row in list_rows(after)
        if row["reliability"] not in FLAGS or (row["n"] and number(row["n"]) is None)
    }
    row_counts = Counter(table["id"])
    for figure_id, was, now, why in table[list(COLUMNS)].itertuples(index=False):
        if figure_id in damaged:
            continue
        if row_counts[figure_id] > 1:
            yield (
                figure_id,
                Fact("audit.states.times", {"name": figure_id, "n": row_counts[figure_id]}),
            )
        elif figure_id not in moved_numbers:
            yield figure_id, Fact("audit.erratum.unmoved")
        elif not Correction(figure_id, was, now, why, "").gives(*moved_numbers[figure_id]):
            was, now = describe_change(*moved_numbers[figure_id])
            yield figure_id, Fact("audit.erratum.other", {"text_old": was, "text_new": now})
        elif not why.strip():
            yield figure_id, Fact("audit.erratum.no_reason")
    for figure_id in moved_numbers.keys() - row_counts.keys() - damaged:
        yield figure_id, Fact("audit.erratum.unnamed")
