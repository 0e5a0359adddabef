"""Audit level 1: every copy of every dataset version, the pointers, the register, the other inputs.

All copies on the machine are hashed: a damaged copy is a finding even if another one is right. A
version without a copy is fetched by its hash.
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
    """A verified copy of a dataset version, or an outcome explaining the missing copy."""

    path: Path | None
    outcome: Outcome
    fact: Fact | None = None


def read_registered(root: Path) -> tuple[dict[str, Version] | None, list[AuditFinding]]:
    """Return today's register of versions; None and a finding where it cannot be read."""
    try:
        return read_versions(root), []
    except DataError as error:
        message = str(error).replace(f"{root}/", "").replace("\n", " ")
        message = message.removeprefix(str(VERSIONS)).lstrip(": ")
        return None, [AuditFinding(str(VERSIONS), Outcome.DIFFERS, error_fact(message))]


def check_dataset(
    root: Path,
    dataset: SealedDataset,
    today: Mapping[str, Version] | None,
    foreign: Foreign | None = None,
) -> tuple[list[AuditFinding], Availability]:
    """Return the findings on a dataset version in the tree against the seal, and its availability.

    `today`: the present register, None where it cannot be read. In a `foreign` tree only its own
    store and the places that the auditor named are read.
    """
    sealed = dataset.version
    findings = [
        *(_check_row(sealed, today) if today is not None else ()),
        *_check_pointer(root, dataset),
    ]
    present = (today or {}).get(sealed.name, sealed)
    good_copy: Path | None = None
    for copy in local_copies(root, sealed, foreign):
        fault = copy.fault or _find_rows_fault(copy.path, sealed, root)
        place = _place(sealed.name, copy, root)
        if present.is_erased:
            findings.append(AuditFinding(place, Outcome.DIFFERS, Fact("audit.copy.of_erased")))
        elif fault:
            findings.append(AuditFinding(place, Outcome.DIFFERS, fault))
        else:
            good_copy = good_copy or copy.path
            findings.append(AuditFinding(place, RIGHT, Fact("audit.copy.right")))
    if present.is_erased:
        erased = Fact("audit.copy.erased", {"text": present.note})
        availability = Availability(None, Outcome.ERASED, erased)
    elif good_copy:
        availability = Availability(good_copy, RIGHT)
    else:
        try:
            availability = Availability(find_object(root, sealed, foreign), RIGHT)
        except DataError as error:
            outcome = Outcome.RESTRICTED if present.is_restricted else Outcome.MISSING
            availability = Availability(None, outcome, explain(error, root))
    if availability.fact is not None:
        findings.append(AuditFinding(sealed.name, availability.outcome, availability.fact))
    return findings, availability


def _check_row(sealed: Version, today: Mapping[str, Version]) -> Iterator[AuditFinding]:
    """Check the version's row in `data/versions.csv`: unchanged, except for a tombstone."""
    place = f"{VERSIONS}: {sealed.name}"
    if (row := today.get(sealed.name)) is None:
        yield AuditFinding(place, Outcome.DIFFERS, Fact("audit.version.no_row"))
        return
    if row.is_erased:
        row = replace(row, status=sealed.status, note=sealed.note)
    if changed := [name for name in vars(sealed) if getattr(sealed, name) != getattr(row, name)]:
        finding_fact = Fact("audit.version.other", {"columns": Listed(tuple(changed), "comma")})
        yield AuditFinding(place, Outcome.DIFFERS, finding_fact)


def _check_pointer(root: Path, dataset: SealedDataset) -> Iterator[AuditFinding]:
    """Check that the version's pointer file is the sealed one."""
    path = dataset.version.pointer_path
    try:
        if read_file(root / path) != dataset.pointer_text.encode():
            yield AuditFinding(str(path), Outcome.DIFFERS, Fact("audit.pointer.other"))
    except OSError:
        yield AuditFinding(str(path), Outcome.DIFFERS, Fact("audit.pointer.missing"))


def check_inputs(
    root: Path, sealed: Mapping[Path, str]
) -> tuple[list[AuditFinding], dict[Path, bytes]]:
    """Check the input files beside the datasets: questionnaire, margins, a revised ledger.

    Returns the findings and the files' content by path. The higher levels compute from this
    content, so changes of the files in the meantime have no effect.
    """
    findings = []
    contents = {}
    for path, digest in sealed.items():
        outcome = Outcome.DIFFERS
        try:
            if not (root / path).is_file():
                fact = Fact("audit.seal.removed")
            else:
                contents[path] = read_file(root / path)
                fact = Fact("audit.input.other")
                if sha256(contents[path]) == digest:
                    outcome = RIGHT
                    fact = Fact("audit.input.right")
        except OSError as error:
            outcome = Outcome.NOT_CHECKED
            fact = unreadable(error)
        findings.append(AuditFinding(str(path), outcome, fact))
    return findings, contents


def _find_rows_fault(path: Path, version: Version, root: Path) -> Fact | None:
    """Return a fault if a copy has another number of rows.

    A CSV of the package is counted first, then the export of any survey tool, with sheet, encoding
    and header rows as the questionnaire states them.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = sum(1 for cells in csv.reader(file) if cells) - 1
    except (UnicodeDecodeError, csv.Error):
        rows = -1
    if rows != version.rows:
        try:
            questionnaire = root / f"data/questionnaires/{version.questionnaire}.yaml"
            rows = count_answers(path, None, questionnaire if questionnaire.is_file() else None)
            if rows != version.rows:  # Old versions counted header rows and empty rows too.
                rows = len(read_sheet(path))
        except ReadinessError:
            return Fact("audit.copy.no_table")
    wrong_rows = Fact("audit.copy.rows", {"found": rows, "sealed": version.rows})
    return None if rows == version.rows else wrong_rows


def _place(version: str, copy: Copy, root: Path) -> Fact:
    """Return the message on the location of a copy: cache, store or folder."""
    copy_path = copy.path.resolve()
    project = root.resolve()
    path = str(copy_path.relative_to(project)) if copy_path.is_relative_to(project) else ""
    place_values = {"version": version, "path": path}
    if copy.place == DVC_CACHE:
        return Fact("audit.place.cache", place_values)
    if copy.place.startswith(STORES):
        return Fact("audit.place.store", {**place_values, "store": copy.place.removeprefix(STORES)})
    return Fact("audit.place.folder", {**place_values, "folder": copy.place})
