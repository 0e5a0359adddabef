"""Signatures over the seal of a publication: sign a seal, list and verify its signatures.

A signature is one line of `attestation.jsonl`: a DSSE envelope (version 1 of that protocol, its
payload an in-toto Statement v1 about `seal.json`), signed with ed25519 (RFC 8032). The statement
has no timestamp, so an auditor can compute the expected statement from the folder; a line that
differs from the expected statement by one byte is refused.
"""

import base64
import fcntl
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from readiness.datasets.pointers import unreadable
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.facts import Fact
from readiness.ground.files import read_file, reading_once, write_atomically
from readiness.provenance.digests import canonical_json
from readiness.publications.chain import frozen_chain
from readiness.publications.outcome_texts import name_fault
from readiness.publications.outcomes import AuditFinding, Outcome
from readiness.publications.seal import ATTESTATIONS, SEAL, check_seal, read_seal, sha256
from readiness.publications.signing_keys import key_id

PAYLOAD = "application/vnd.in-toto+json"


def statement(folder: Path) -> bytes:
    """Return the in-toto Statement about the seal of the publication in `folder`.

    The statement is canonical JSON in UTF-8. Raises DataError when the seal is missing or broken,
    or when a provenance record cannot be read.
    """
    seal = read_seal(folder)
    # The seal covers these fields. They are repeated for readers who have the attestation alone.
    sealed_fields = ("id", "values", "numbers", "datasets", "lock", "log", "status")
    predicate = {
        **{name: seal[name] for name in sealed_fields},
        "seal": seal["digest"],
        # The fields of a step in in-toto: command, input files (by role) and output files.
        "steps": [
            {
                "name": name,
                "command": [
                    *("readiness", "step", step.step),
                    *("--settings", canonical_json(step.settings)),
                ],
                "code": {"sha256": step.code},
                "materials": _list_files(step.inputs),
                "products": _list_files(step.outputs),
            }
            for name, step in frozen_chain(folder).items()
        ],
    }
    return canonical_json(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": _list_files(
                {f"publications/{folder.name}/{SEAL}": sha256(read_file(folder / SEAL))}
            ),
            # `x-` cannot collide with a registered namespace, and a URN is never fetched.
            "predicateType": "urn:x-readiness:publication-seal:2",
            "predicate": predicate,
        }
    ).encode()


def _list_files(hashes: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"name": name, "digest": {"sha256": hashes[name]}} for name in sorted(hashes)]


def signed_bytes(payload: bytes) -> bytes:
    """Return the bytes that are signed for a payload: its DSSE pre-authentication encoding."""
    kind = PAYLOAD.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def _make_envelope(payload: bytes, signer: str, signature: bytes) -> str:
    return canonical_json(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": PAYLOAD,
            "signatures": [{"keyid": signer, "sig": base64.b64encode(signature).decode()}],
        }
    )


def attest(folder: Path, key: Ed25519PrivateKey) -> str:
    """Sign the seal of the publication in `folder` and return the id of the key.

    The signature is appended to `attestation.jsonl`. Raises DataError when the seal is broken or
    the signatures cannot be read, ConfigError when the key has already signed.
    """
    # Each file is read once, so the bytes that were checked are the bytes that are signed.
    with _lock_folder(folder), reading_once(folder):
        if faults := check_seal(folder):
            raise DataError(
                f"{folder.name}: {name_fault(faults[0])}. Only a valid publication can be signed. "
                "Restore it with git."
            )
        signer = key_id(key.public_key())
        lines = _read_lines(folder)
        if any(signer == (_read_parts(line) or {}).get("signer") for line in lines):
            raise ConfigError(
                f"{folder / ATTESTATIONS}: key {signer} has already signed this publication."
            )
        payload = statement(folder)
        lines.append(_make_envelope(payload, signer, key.sign(signed_bytes(payload))))
        # Lines of other signers are written back unchanged, even where they are not UTF-8.
        text = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        write_atomically(folder / ATTESTATIONS, text)
    return signer


@contextmanager
def _lock_folder(folder: Path) -> Iterator[None]:
    """Lock the folder: when two people sign at once, one signature would be overwritten."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read_lines(folder: Path) -> list[str]:
    """Return the lines of `attestation.jsonl`; an empty list when the file is missing.

    Raises DataError when the file cannot be read.
    """
    path = folder / ATTESTATIONS
    try:
        # 4 MiB: far more than the signatures over one seal need.
        text = read_file(path, 4 << 20).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}).", unreadable(error)) from None
    lines = text.split("\n")
    # A last line without a line end is kept and checked as the others.
    return lines if lines[-1] else lines[:-1]


def _read_parts(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
        (entry,) = record["signatures"]
        payload = base64.b64decode(record["payload"], validate=True)
        signature = base64.b64decode(entry["sig"], validate=True)
        # The line must be exactly what `attest` writes: no field may be added beside the signature.
        valid_key_id = re.fullmatch("[0-9a-f]{64}", entry["keyid"])
        if not valid_key_id or _make_envelope(payload, entry["keyid"], signature) != line:
            return None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return {"signer": entry["keyid"], "payload": payload, "signature": signature}


def signatures(folder: Path, keys: Mapping[str, Ed25519PublicKey]) -> list[AuditFinding]:
    """Check each signature over the seal of the publication in `folder`.

    `keys` maps key ids to public keys. Returns a finding for each line of `attestation.jsonl`, then
    one for each key that has not signed: REPRODUCED where the signature is valid, NOT COMPARED
    where its key is not in `keys`, DIFFERS where it is invalid or repeated, NOT CHECKED for a key
    without a signature. Raises DataError when the file cannot be read.
    """
    lines = _read_lines(folder)
    expected = b""
    with suppress(DataError):
        expected = statement(folder) if lines else b""
    findings: list[AuditFinding] = []
    signers: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if (parts := _read_parts(line)) is None:
            unreadable_line = Fact("audit.signature.no_envelope", {"line": number})
            findings.append(AuditFinding(ATTESTATIONS, Outcome.DIFFERS, unreadable_line))
            continue
        signer = parts["signer"]
        outcome, fact = Outcome.DIFFERS, Fact("audit.signature.repeated", {"line": number})
        if signer not in signers:
            outcome, fact = _judge_fit(parts, expected, keys)
        signers.add(signer)
        findings.append(AuditFinding(f"{ATTESTATIONS}: {signer}", outcome, fact))
    missing = Fact("audit.signature.no_signer")
    unsigned = [f"{ATTESTATIONS}: {name}" for name in keys if name not in signers]
    return findings + [AuditFinding(place, Outcome.NOT_CHECKED, missing) for place in unsigned]


def _judge_fit(
    parts: Mapping[str, Any], expected: bytes, keys: Mapping[str, Ed25519PublicKey]
) -> tuple[Outcome, Fact]:
    signers = [name for name, key in keys.items() if _is_made_by(key, parts)]
    if signers and parts["signer"] not in signers:
        return Outcome.DIFFERS, Fact("audit.signature.made_by", {"key": signers[0]})
    if parts["signer"] in keys and not signers:
        return Outcome.DIFFERS, Fact("audit.signature.other_key")
    if parts["payload"] != expected:
        return Outcome.DIFFERS, Fact("audit.signature.other_seal")
    if not signers:
        return Outcome.NOT_COMPARED, Fact("audit.signature.no_key")
    return Outcome.REPRODUCED, Fact("audit.signature.fits")


def _is_made_by(key: Ed25519PublicKey, parts: Mapping[str, Any]) -> bool:
    try:
        key.verify(parts["signature"], signed_bytes(parts["payload"]))
    except InvalidSignature:
        return False
    return True
