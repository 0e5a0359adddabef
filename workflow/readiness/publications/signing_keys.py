"""Signing keys (ed25519): create, read and identify them."""

import os
from collections.abc import Iterable
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
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

from readiness.ground.errors import ConfigError
from readiness.ground.files import write_atomically
from readiness.publications.seal import sha256

# The environment variable that holds the passphrase of an encrypted private key.
PASSPHRASE = "READINESS_KEY_PASSPHRASE"  # noqa: S105


def key_id(key: Ed25519PublicKey) -> str:
    """Return the SHA-256 of the public key (SubjectPublicKeyInfo, DER), hexadecimal."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def new_key(path: Path, root: Path) -> str:
    """Write a new private key to `path` (mode 0600) and `path`.pub; return the id of the key.

    The key is encrypted when the environment has a passphrase. Raises ConfigError for an existing
    file, a missing folder, an unusable passphrase, or a path in the project at `root`: a private
    key must never be committed or bundled.
    """
    public = path.with_name(f"{path.name}.pub")
    refuse_within(path, root)
    for taken in (path, public):
        if taken.exists() or taken.is_symlink():
            raise ConfigError(f"{taken} already exists and is not overwritten. Name another file.")
    if not path.parent.is_dir():
        raise ConfigError(f"{path.parent}: no such folder. Create it first.")
    phrase = _read_passphrase()
    encryption = BestAvailableEncryption(phrase) if phrase else NoEncryption()
    key = Ed25519PrivateKey.generate()
    try:
        text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    except ValueError as error:
        raise ConfigError(f"{PASSPHRASE}: cannot be used: {error}") from None
    # The mode is set at creation, so that nobody else can read the key while it is written.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(text)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_atomically(public, pem)
    return key_id(key.public_key())


def refuse_within(path: Path, root: Path) -> None:
    """Raise ConfigError for a key in the project, where it would be committed or bundled."""
    if path.resolve().is_relative_to(root.resolve()):
        raise ConfigError(
            f"{path}: a private key must not be stored in the project. Name a file outside it."
        )


def _read_passphrase() -> bytes | None:
    # The bytes as typed: the passphrase must not depend on the locale.
    return os.fsencode(os.environ.get(PASSPHRASE, "")) or None


def _read_key(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: file not found. Correct the name of the ed25519 key (PEM)."
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; expected an ed25519 key (PEM).") from None


def private_key(path: Path) -> Ed25519PrivateKey:
    """Read a private ed25519 key (PEM, PKCS 8).

    Raises ConfigError when the file is unreadable, is no such key, or the passphrase is wrong.
    """
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
    """Read a public ed25519 key (PEM).

    Raises ConfigError when the file is unreadable, is no such key, or the key is of small order.
    """
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
            f"{path}: an insecure key (of small order), for which anybody can forge signatures. "
            "Ask the signer for another key."
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
            return False  # not a point of the curve: no signature verifies with this key
        y = (y_square + x_square) * pow(denominator, -1, _PRIME) % _PRIME
    return y == 1


def public_keys(paths: Iterable[Path]) -> dict[str, Ed25519PublicKey]:
    """Read the public keys in these files, by id; raises ConfigError for the first invalid file."""
    return {key_id(key): key for key in map(public_key, paths)}
