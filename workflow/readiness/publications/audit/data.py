"""Level 1: every copy of every dataset version, the pointers, the register, the other inputs.

All copies on the machine are hashed, not the first good one: a damaged copy is a finding although
another one is right. What no place of the machine holds is fetched by its hash.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from readiness.datasets.places import Foreign
from readiness.datasets.pointers import unreadable
from readiness.datasets.store import DVC_CACHE, STORES, Copy, find_object, local_copies
from readiness.datasets.versions import VERSIONS, Version, read_versions
from readiness.ground.errors import DataError, ReadinessError
from readiness.ground.facts import Fact, Listed
from readiness.ground.files import read_file
from readiness.publications.audit.model import explain
from readiness.publications.ledger import SealedDataset
from readiness.publications.outcomes import AuditFinding, Outcome, error_fact
from readiness.publications.seal import sha256
from readiness.readers import read_sheet
from readiness.readers.export import count_answers

RIGHT = Outcome.REPRODUCED


@dataclass(frozen=True)
class Availability:
    """Whether a dataset's bytes can be had: a verified copy, or the outcome that says why not."""

    path: Path | None
    outcome: Outcome
    fact: Fact | None = None


def read_registered(root: Path) -> tuple[dict[str, Version] | None, list[AuditFinding]]:
    """Today's register of versions; None and what is wrong with it when it cannot be read."""
    try:
        return read_versions(root), []
    except DataError as error:
        said = str(error).replace(f"{root}/", "").replace("\n", " ")
        said = said.removeprefix(str(VERSIONS)).lstrip(": ")
        return None, [AuditFinding(str(VERSIONS), Outcome.DIFFERS, error_fact(said))]


def check_dataset(
    root: Path,
    dataset: SealedDataset,
    today: Mapping[str, Version] | None,
    foreign: Foreign | None = None,
) -> tuple[list[AuditFinding], Availability]:
    """What there is of a dataset version in the tree, compared with what was sealed.

    `today` is the present register, None when it cannot be read. In a `foreign` tree only its own
    store is looked at, and what the auditor named.
    """
    sealed = dataset.version
    findings = [
        *(_check_row(sealed, today) if today is not None else ()),
        *_check_pointer(root, dataset),
    ]
    present = (today or {}).get(sealed.name, sealed)
    good: Path | None = None
    for copy in local_copies(root, sealed, foreign):
        fault = copy.fault or _find_rows_fault(copy.path, sealed, root)
        place = _place(sealed.name, copy, root)
        if present.is_erased:
            findings.append(AuditFinding(place, Outcome.DIFFERS, Fact("audit.copy.of_erased")))
        elif fault:
            findings.append(AuditFinding(place, Outcome.DIFFERS, fault))
        else:
            good = good or copy.path
            findings.append(AuditFinding(place, RIGHT, Fact("audit.copy.right")))
    if present.is_erased:
        erased = Fact("audit.copy.erased", {"text": present.note})
        found = Availability(None, Outcome.ERASED, erased)
    elif good:
        found = Availability(good, RIGHT)
    else:
        try:
            found = Availability(find_object(root, sealed, foreign), RIGHT)
        except DataError as error:
            outcome = Outcome.RESTRICTED if present.is_restricted else Outcome.MISSING
            found = Availability(None, outcome, explain(error, root))
    if found.fact is not None:
        findings.append(AuditFinding(sealed.name, found.outcome, found.fact))
    return findings, found


def _check_row(sealed: Version, today: Mapping[str, Version]) -> Iterator[AuditFinding]:
    """The version's row in `data/versions.csv`: never edited, but it may have a tombstone."""
    place = f"{VERSIONS}: {sealed.name}"
    if (row := today.get(sealed.name)) is None:
        yield AuditFinding(place, Outcome.DIFFERS, Fact("audit.version.no_row"))
        return
    if row.is_erased:
        row = replace(row, status=sealed.status, note=sealed.note)
    if changed := [name for name in vars(sealed) if getattr(sealed, name) != getattr(row, name)]:
        other = Fact("audit.version.other", {"columns": Listed(tuple(changed), "comma")})
        yield AuditFinding(place, Outcome.DIFFERS, other)


def _check_pointer(root: Path, dataset: SealedDataset) -> Iterator[AuditFinding]:
    path = dataset.version.pointer_path
    try:
        if read_file(root / path) != dataset.pointer_text.encode():
            yield AuditFinding(str(path), Outcome.DIFFERS, Fact("audit.pointer.other"))
    except OSError:
        yield AuditFinding(str(path), Outcome.DIFFERS, Fact("audit.pointer.missing"))


def check_inputs(
    root: Path, sealed: Mapping[Path, str]
) -> tuple[list[AuditFinding], dict[Path, bytes]]:
    """The files that went in beside the datasets: questionnaire, margins, a revised ledger; and
    their bytes, from which the levels above compute: who writes there meanwhile changes nothing.
    """
    findings, contents = [], {}
    for path, digest in sealed.items():
        outcome = Outcome.DIFFERS
        try:
            if not (root / path).is_file():
                fact = Fact("audit.seal.removed")
            else:
                contents[path] = read_file(root / path)
                fact = Fact("audit.input.other")
                if sha256(contents[path]) == digest:
                    outcome, fact = RIGHT, Fact("audit.input.right")
        except OSError as error:
            outcome, fact = Outcome.NOT_CHECKED, unreadable(error)
        findings.append(AuditFinding(str(path), outcome, fact))
    return findings, contents


def _find_rows_fault(path: Path, version: Version, root: Path) -> Fact | None:
    """Whether a copy has other rows: counted as a CSV of ours, else as whatever a tool exports.

    The sheet, the letters and the rows of headers are those that the questionnaire says.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = sum(1 for cells in csv.reader(file) if cells) - 1
    except (UnicodeDecodeError, csv.Error):
        rows = -1
    if rows != version.rows:
        try:
            said = root / f"data/questionnaires/{version.questionnaire}.yaml"
            rows = count_answers(path, None, said if said.is_file() else None)
            if rows != version.rows:  # Once rows of headers and empty ones were counted.
                rows = len(read_sheet(path))
        except ReadinessError:
            return Fact("audit.copy.no_table")
    other = Fact("audit.copy.rows", {"found": rows, "sealed": version.rows})
    return None if rows == version.rows else other


def _place(version: str, copy: Copy, root: Path) -> Fact:
    inside, base = copy.path.resolve(), root.resolve()
    path = str(inside.relative_to(base)) if inside.is_relative_to(base) else ""
    where = {"version": version, "path": path}
    if copy.place == DVC_CACHE:
        return Fact("audit.place.cache", where)
    if copy.place.startswith(STORES):
        return Fact("audit.place.store", {**where, "store": copy.place.removeprefix(STORES)})
    return Fact("audit.place.folder", {**where, "folder": copy.place})
