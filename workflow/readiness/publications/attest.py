"""Signatures over the seal of a publication: who certifies it, and whether the signature fits.

A signature is one line of `attestation.jsonl`: a DSSE envelope (version 1 of that protocol, its
payload an in-toto Statement v1 about `seal.json`), signed with ed25519 (RFC 8032). The statement
has no clock, so what must be in it can be computed from the folder, and a line that differs from
that by one byte does not fit.
"""

import base64
import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from readiness.datasets.versions import unreadable
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.facts import Fact
from readiness.ground.files import read_file, reading_once, write_atomically
from readiness.ground.printable import one_line, shorten
from readiness.ground.tables import read_bytes
from readiness.provenance.digests import canonical_json
from readiness.publications.chain import frozen_chain
from readiness.publications.outcomes import AuditFinding, Outcome, describe_finding
from readiness.publications.plans import SealedPlan
from readiness.publications.seal import ATTESTATIONS, SEAL, check_seal, read_seal, sha256

PAYLOAD = "application/vnd.in-toto+json"


def statement(folder: Path) -> bytes:
    """The in-toto Statement about the seal of the publication in `folder`, as canonical JSON.

    DataError when there is no seal that holds for itself, or a provenance record cannot be read.
    """
    seal = read_seal(folder)
    # The seal covers all of it. Here it can be read by who has the attestation alone.
    named = ("id", "values", "numbers", "datasets", "lock", "log", "status")
    predicate = {
        **{name: seal[name] for name in named},
        "seal": seal["digest"],
        # As in-toto has a step: the command, what it read (by role) and what it wrote.
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
            # No registered namespace begins with `x-`, and nothing is fetched by it.
            "predicateType": "urn:x-readiness:publication-seal:2",
            "predicate": predicate,
        }
    ).encode()


def _list_files(hashes: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"name": name, "digest": {"sha256": hashes[name]}} for name in sorted(hashes)]


def signed_bytes(payload: bytes) -> bytes:
    """What is signed of a payload: the pre-authentication encoding of DSSE."""
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
    """Sign the seal of the publication in `folder`, as one more line; returns the key's id.
    DataError when the seal is broken, ConfigError when the key has signed before.
    """
    # What is checked is what is signed.
    with _lock_folder(folder), reading_once(folder):
        if faults := check_seal(folder):
            raise DataError(
                f"{folder.name}: the seal is broken ({describe_finding(faults[0], 'en')}); what "
                "is not as sealed is not signed."
            )
        signer = key_id(key.public_key())
        lines = _read_lines(folder)
        if any(signer == (_read_parts(line) or {}).get("signer") for line in lines):
            raise ConfigError(f"{folder / ATTESTATIONS}: key {signer} has signed already.")
        payload = statement(folder)
        lines.append(_make_envelope(payload, signer, key.sign(signed_bytes(payload))))
        # Lines of others that are no text stay as they are.
        text = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape")
        write_atomically(folder / ATTESTATIONS, text)
    return signer


@contextmanager
def _lock_folder(folder: Path) -> Iterator[None]:
    """Wait until nobody else signs here: of two who write the lines at once, one would be lost."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read_lines(folder: Path) -> list[str]:
    """The lines of the attestations; none when there is no file. A last line must end, too."""
    path = folder / ATTESTATIONS
    try:
        # Bytes of the signatures over one seal.
        text = read_file(path, 4 << 20).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror}).", unreadable(error)) from None
    lines = text.split("\n")
    # What follows the last end of a line is a torn line, or nothing.
    return lines if lines[-1] else lines[:-1]


def _read_parts(line: str) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
        (entry,) = record["signatures"]
        payload = base64.b64decode(record["payload"], validate=True)
        signature = base64.b64decode(entry["sig"], validate=True)
        # Written again it must be the same bytes: nothing beside what was signed is let in.
        known = re.fullmatch("[0-9a-f]{64}", entry["keyid"])
        if not known or _make_envelope(payload, entry["keyid"], signature) != line:
            return None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return {"signer": entry["keyid"], "payload": payload, "signature": signature}


def signatures(folder: Path, keys: Mapping[str, Ed25519PublicKey]) -> list[AuditFinding]:
    """Every signature over the seal of the publication in `folder`, checked by public keys by id,
    and every key that has not signed; DataError when the lines cannot be read.

    One that fits is REPRODUCED, one whose key was not given NOT COMPARED, one that does not fit
    DIFFERS, a key that has not signed NOT CHECKED.
    """
    lines = _read_lines(folder)
    expected = b""
    with suppress(DataError):
        expected = statement(folder) if lines else b""
    found: list[AuditFinding] = []
    signed: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if (parts := _read_parts(line)) is None:
            torn = Fact("audit.signature.no_envelope", {"line": number})
            found.append(AuditFinding(ATTESTATIONS, Outcome.DIFFERS, torn))
            continue
        signer = parts["signer"]
        outcome, fact = Outcome.DIFFERS, Fact("audit.signature.repeated", {"line": number})
        if signer not in signed:
            outcome, fact = _judge_fit(parts, expected, keys)
        signed.add(signer)
        found.append(AuditFinding(f"{ATTESTATIONS}: {signer}", outcome, fact))
    missing = Fact("audit.signature.no_signer")
    unsigned = [f"{ATTESTATIONS}: {name}" for name in keys if name not in signed]
    return found + [AuditFinding(place, Outcome.NOT_CHECKED, missing) for place in unsigned]


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


# --- Keys for signatures: made, read, named by their hash.
# The environment variable that holds the passphrase of an encrypted private key.
PASSPHRASE = "READINESS_KEY_PASSPHRASE"  # noqa: S105


def key_id(key: Ed25519PublicKey) -> str:
    """SHA-256 of the public key (SubjectPublicKeyInfo, DER), hexadecimal."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def new_key(path: Path, root: Path) -> str:
    """Write a new private key to `path` (mode 0600) and its public key to `path`.pub; its id.

    It is encrypted when the environment has a passphrase. Refuses an existing file and, as a key
    must never be committed or bundled, a place below `root`, the project.
    """
    public = path.with_name(f"{path.name}.pub")
    refuse_within(path, root)
    for taken in (path, public):
        if taken.exists() or taken.is_symlink():
            raise ConfigError(f"{taken}: exists and is not overwritten; name another file.")
    if not path.parent.is_dir():
        raise ConfigError(f"{path.parent}: no such folder; make it first.")
    phrase = _read_passphrase()
    encryption = BestAvailableEncryption(phrase) if phrase else NoEncryption()
    key = Ed25519PrivateKey.generate()
    try:
        text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    except ValueError as error:
        raise ConfigError(f"{PASSPHRASE}: cannot be used: {error}") from None
    # Nobody else may read it, not even before it is whole.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_atomically(public, pem)
    return key_id(key.public_key())


def refuse_within(path: Path, root: Path) -> None:
    """ConfigError for a private key in the project: there it would be committed or bundled."""
    if path.resolve().is_relative_to(root.resolve()):
        raise ConfigError(f"{path}: a private key must not lie in the project; name a place apart.")


def _read_passphrase() -> bytes | None:
    # The bytes as they were typed, whatever the locale takes them for.
    return os.fsencode(os.environ.get(PASSPHRASE, "")) or None


def _read_key(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; expected an ed25519 key (PEM).") from None


def private_key(path: Path) -> Ed25519PrivateKey:
    """The private key in `path` (PEM, PKCS 8); ConfigError when there is none."""
    text = _read_key(path)
    phrase = _read_passphrase() if b"ENCRYPTED" in text else None
    try:
        key = load_pem_private_key(text, phrase)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        hint = f"; its passphrase is read from {PASSPHRASE}" if b"ENCRYPTED" in text else ""
        raise ConfigError(f"{path}: not a private key in PEM that can be read{hint}.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigError(f"{path}: not an ed25519 key; `readiness attest --new-key` makes one.")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The public key in `path` (PEM); ConfigError when there is none."""
    try:
        key = load_pem_public_key(_read_key(path))
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError(
            f"{path}: not a public key in PEM; `readiness attest --new-key` writes one as .pub."
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(f"{path}: not an ed25519 key.")
    if has_small_order(key):
        raise ConfigError(
            f"{path}: a key of small order, in whose name anybody can sign; ask the signer for "
            "another one."
        )
    return key


# The field and the curve of ed25519 (RFC 8032, section 5.1): -x^2 + y^2 = 1 + d x^2 y^2.
_PRIME = 2**255 - 19
_D = -121665 * pow(121666, -1, _PRIME) % _PRIME
# Three doublings are a multiplication by the curve's cofactor, 8.
_DOUBLINGS = 3


def has_small_order(key: Ed25519PublicKey) -> bool:
    """Return whether eight times the point of a public key is the neutral element of the curve.

    There are eight such points. A signature that needs no private key fits every message, or one
    in eight, and the library that verifies signatures lets it pass. A y-coordinate that is not
    below the prime, which RFC 8032 (section 5.1.3) refuses, counts as well.
    """
    y = int.from_bytes(key.public_bytes_raw(), "little") % 2**255
    if y >= _PRIME:
        return True
    # The double of a point (x, y) has y' = (y^2 + x^2) / (1 - d x^2 y^2). Of x only the square is
    # needed, and the equation of the curve gives it from y.
    for _ in range(_DOUBLINGS):
        y_square = y * y % _PRIME
        x_square = (y_square - 1) * pow(_D * y_square + 1, -1, _PRIME) % _PRIME
        denominator = (1 - _D * x_square * y_square) % _PRIME
        if denominator == 0:
            return False  # of no point of the curve: with such a key no signature verifies
        y = (y_square + x_square) * pow(denominator, -1, _PRIME) % _PRIME
    return y == 1


def public_keys(paths: Iterable[Path]) -> dict[str, Ed25519PublicKey]:
    """The public keys in these files, by id; ConfigError naming the first that is none."""
    return {key_id(key): key for key in map(public_key, paths)}


# --- The answer of a time-stamp authority over a sealed plan (RFC 3161), without a network: whoever
# trusts the authority, whose certificates are given, knows that the plan was there then.
def read_moment(
    plans: Sequence[SealedPlan], token: Path, authority: Path
) -> tuple[SealedPlan, str, str]:
    """Which of the plans an answer is over, the moment (UTC) and who says so.

    `authority`: its certificates as PEM, the root among them. ConfigError where there is none in
    it; DataError where the answer is none, is over something else or does not verify.
    """
    # Only who asks for a time stamp needs it.
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        certificates = x509.load_pem_x509_certificates(read_bytes(authority, "--authority"))
    except ValueError:
        raise ConfigError(
            f"{authority}: no certificates (PEM) of a time-stamp authority."
        ) from None
    roots = [one for one in certificates if one.issuer == one.subject]
    others = [one for one in certificates if one not in roots]
    if not roots:
        raise ConfigError(f"{authority}: no root certificate; add that of the authority.")
    try:
        answer = decode_timestamp_response(read_bytes(token, "--timestamp"))
        moment = answer.tst_info.gen_time.strftime("%Y-%m-%d %H:%M:%S UTC")
        names = [
            name.rfc4514_string()
            for name in {one.issuer for one in answer.signed_data.signer_infos}
        ]
    except ValueError as error:
        said = shorten(one_line(str(error)), 200)
        raise DataError(
            f"{token}: no answer by RFC 3161 of a time-stamp authority ({said})."
        ) from None
    verifier = VerifierBuilder(roots=roots, intermediates=others).build()
    why = ""
    for plan in plans:
        try:
            verifier.verify_message(answer, plan.as_text().encode())
            return plan, moment, ", ".join(names)
        except VerificationError as error:
            why = str(error)
    if "Mismatch between messages" in why:
        raise DataError(
            f"{token}: over something else than a plan of this wave; ask for one over it."
        )
    raise DataError(f"{token}: does not verify by {authority} ({why}).")
