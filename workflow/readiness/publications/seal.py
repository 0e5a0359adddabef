"""The seal of a publication: the SHA-256 of every file, and a digest of every number.

`seal.json` names each file with its hash and carries a digest of itself, so any single change of
the folder is seen without data, network or git. `values.csv` has one digest a number, over all that
a reader sees of it: it says which number was changed. Who changes a number and seals again is not
caught here but by recomputing, or by a signature over the digest.
"""

import csv
import hashlib
import io
import json
import os
import re
import stat
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from readiness.datasets.pointers import unreadable
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact
from readiness.ground.files import files_below, read_file
from readiness.ground.patterns import NAME
from readiness.ground.tables import rows_to_csv
from readiness.provenance.digests import canonical_json, hash_record, readable_json
from readiness.publications.ledger import CONFIG, read_settings
from readiness.publications.outcomes import AuditFinding, Outcome, error_fact

SEAL = "seal.json"
LEDGER = "figures.csv"
VALUES = "values.csv"
# Signatures over the seal; the seal cannot cover this file.
ATTESTATIONS = "attestation.jsonl"
NO_FILE = Fact("audit.seal.no_file")
CHANGED = Fact("audit.seal.changed")
MORE_NUMBERS = "audit.seal.more_numbers"
# Version of the seal. Older formats are read by the releases that wrote them.
FORMAT = 3
DRAFT, RELEASED = "draft", "released"
# Maximum number of findings on changed numbers.
NAMED = 10
# Required fields of a seal and their types.
FACTS = {
    **dict.fromkeys(("id", "run", "lock", "values", "status", "log"), str),
    **dict.fromkeys(("code", "files", "datasets", "program"), dict),
    "numbers": int,
}
# Folder of a run below `results`. The pattern keeps a hostile seal from naming another path.
RUN = r"(waves|studies)/[a-z0-9][a-z0-9-]*"


class UnreadableError(DataError):
    """Error for a seal that this user has no permission to read."""


def sha256(content: bytes) -> str:
    """Return the SHA-256 of some bytes, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def number_digests(ledger: str) -> dict[str, str]:
    """Return a digest (16 hexadecimal digits) of each ledger row, without its lineage, by id."""
    digests = {}
    for row in csv.DictReader(io.StringIO(ledger, newline="")):
        # Cells beyond the last column have no name.
        seen = {name or "": cell for name, cell in row.items() if name != "lineage"}
        digest = sha256(canonical_json(seen).encode("utf-8", "replace"))
        # 16 digits are enough to locate a changed number; the seal itself proves the change.
        digests[row.get("id") or ""] = digest[:16]
    return digests


def values_table(ledger: str) -> str:
    """Return the text of `values.csv` for a ledger (CSV text): columns id and digest."""
    return rows_to_csv([("id", "digest"), *number_digests(ledger).items()])


def make_seal(files: Mapping[str, bytes], facts: Mapping[str, Any]) -> str:
    """Return the text of `seal.json` for the files of a publication (name to content).

    `facts` are the other fields of the seal: id, run, lineage, code, lock, datasets, ... Raises
    KeyError when `files` lacks `values.csv`.
    """
    hashes = {name: sha256(content) for name, content in sorted(files.items())}
    sealed_fields = {"format": FORMAT, **facts, "values": hashes[VALUES], "files": hashes}
    return readable_json({"digest": hash_record(sealed_fields), **sealed_fields})


def read_seal(folder: Path) -> dict[str, Any]:
    """Read the fields of a seal.

    Raises UnreadableError without permission, DataError when the seal is missing, invalid, or does
    not match its own digest.
    """
    path = folder / SEAL
    try:
        seal, whole = _seal_in(read_file(path))
    except PermissionError as error:
        raise UnreadableError(
            f"{path}: cannot be read ({error.strerror})", unreadable(error)
        ) from None
    except OSError:
        raise DataError(
            f"{path}: file not found. Restore it with git.", Fact("audit.seal.missing")
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(
            f"{path} is not a valid seal. Restore it with git.", Fact("audit.seal.none")
        ) from None
    if not whole:
        raise DataError(
            f"{path} was changed after it was written. Restore it with git.",
            Fact("audit.seal.rewritten"),
        )
    return dict(seal)


@cache
def _seal_in(content: bytes) -> tuple[dict[str, Any], bool]:
    """Parse a seal: its fields, and whether they match its digest.

    Raises ValueError, KeyError, TypeError, AttributeError or RecursionError for another file.
    Cached, because an audit reads the seal of each publication five times.
    """
    text = content.decode("utf-8")
    seal = json.loads(text)
    sealed_fields = {name: value for name, value in seal.items() if name != "digest"}
    # Another layout could show a key twice: one value for people, another for the program.
    is_intact = seal["digest"] == hash_record(sealed_fields) and text == readable_json(seal)
    if not (
        seal["format"] == FORMAT
        and all(isinstance(seal[name], kind) for name, kind in FACTS.items())
        and seal["status"] in (DRAFT, RELEASED)
        # ASCII alone: look-alike letters could hide which publication is meant.
        and re.fullmatch(NAME, seal["id"])
        and re.fullmatch(RUN, seal["run"])
        and all(isinstance(text, str) for text in seal["files"].values())
    ):
        raise TypeError
    return seal, is_intact


def check_seal(folder: Path) -> list[AuditFinding]:
    """Return a finding for each difference between a publication's folder and its seal.

    The check needs no data, network or git. Empty when the folder is intact; BROKEN for a changed,
    added or removed file, NOT CHECKED for an unreadable one.
    """
    try:
        if (folder / SEAL).is_symlink():
            return [AuditFinding(SEAL, Outcome.BROKEN, NO_FILE)]
        seal = read_seal(folder)
    except DataError as error:
        outcome = Outcome.NOT_CHECKED if isinstance(error, UnreadableError) else Outcome.BROKEN
        return [AuditFinding(SEAL, outcome, error.fact or error_fact(str(error)))]
    if seal["id"] != folder.name:
        # The seal of another publication has hashes of other files.
        mismatch = Fact("audit.seal.of_another", {"other": seal["id"]})
        return [AuditFinding(SEAL, Outcome.BROKEN, mismatch)]
    findings = list(_check_files(folder, seal["files"]))
    changed = {finding.place for finding in findings}
    if LEDGER in changed and VALUES not in changed:
        findings += _find_numbers(folder)
    as_draft = read_settings(folder, "report").get("status") == DRAFT
    if seal["status"] != DRAFT and CONFIG not in changed and as_draft:
        # The frozen configuration is that of a draft, so the release is false.
        mismatch = Fact("audit.states.folder", {"name": "status"})
        findings.append(AuditFinding(SEAL, Outcome.BROKEN, mismatch))
    return findings


def _check_files(folder: Path, sealed: Mapping[str, str]) -> Iterator[AuditFinding]:
    try:
        # Bytes of a file name that are not UTF-8 are shown as `\\xff`.
        names = {
            os.fsencode(path.relative_to(folder)).decode("utf-8", "backslashreplace"): path
            for path in files_below(folder)
        }
    except OSError as error:
        yield AuditFinding(folder.name, Outcome.NOT_CHECKED, unreadable(error))
        return
    names.pop(SEAL, None)
    signed = names.pop(ATTESTATIONS, None)
    if signed and not stat.S_ISREG(signed.lstat().st_mode):
        yield AuditFinding(ATTESTATIONS, Outcome.BROKEN, NO_FILE)
    owners: dict[str, str] = {digest: name for name, digest in sealed.items()}
    for name in sorted(sealed.keys() | names.keys()):
        if name not in sealed:
            yield AuditFinding(name, Outcome.BROKEN, Fact("audit.seal.added"))
            continue
        path = names.get(name, folder / name)
        try:
            # An unreadable folder lists no files, which need not be missing.
            if not stat.S_ISREG(path.lstat().st_mode):
                yield AuditFinding(name, Outcome.BROKEN, NO_FILE)
            elif (digest := sha256(read_file(path))) != sealed[name]:
                other = owners.get(digest)
                swapped = Fact("audit.seal.bytes_of", {"other": other}) if other else CHANGED
                yield AuditFinding(name, Outcome.BROKEN, swapped)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            yield AuditFinding(name, Outcome.BROKEN, Fact("audit.seal.removed"))
        except OSError as error:
            yield AuditFinding(name, Outcome.NOT_CHECKED, unreadable(error))


def _find_numbers(folder: Path) -> list[AuditFinding]:
    try:
        values = io.StringIO(read_file(folder / VALUES).decode("utf-8"), newline="")
        sealed = {row["id"]: row["digest"] for row in csv.DictReader(values)}
        present = number_digests(read_file(folder / LEDGER).decode("utf-8"))
    except (OSError, UnicodeDecodeError, KeyError, csv.Error):
        return []
    facts = dict.fromkeys(present.keys() - sealed.keys(), Fact("audit.number.new"))
    facts |= dict.fromkeys(sealed.keys() - present.keys(), Fact("audit.seal.number_gone"))
    names = sorted(sealed.keys() | present.keys())
    wrong = [name for name in names if sealed.get(name) != present.get(name)]
    findings = [
        AuditFinding(f"{LEDGER}: {name}", Outcome.BROKEN, facts.get(name, CHANGED))
        for name in wrong[:NAMED]
    ]
    if len(wrong) > NAMED:
        more = Fact(MORE_NUMBERS, {"n": len(wrong) - NAMED})
        findings.append(AuditFinding(LEDGER, Outcome.BROKEN, more))
    return findings
