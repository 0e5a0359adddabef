"""Keys for signatures: made, read, named by their hash.

The package `cryptography` is imported where it is used, here and where a signature is checked.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.errors import ConfigError
from readiness.files import write_atomically
from readiness.publications.seal import sha256

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

PASSPHRASE = "READINESS_KEY_PASSPHRASE"
"""The environment variable that holds the passphrase of an encrypted private key."""


def _cryptography() -> None:
    try:
        import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401
    except ImportError:
        raise ConfigError(
            "signatures need the package cryptography; `make setup` installs it."
        ) from None


def key_id(key: Ed25519PublicKey) -> str:
    """SHA-256 of the public key (SubjectPublicKeyInfo, DER), hexadecimal."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


def new_key(path: Path, root: Path) -> str:
    """Write a new private key to `path` (mode 0600) and its public key to `path`.pub; its id.

    It is encrypted when the environment has a passphrase. Refuses an existing file and, as a key
    must never be committed or bundled, a place below `root`, the project.
    """
    _cryptography()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        KeySerializationEncryption,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    public = path.with_name(f"{path.name}.pub")
    refuse_within(path, root)
    for taken in (path, public):
        if taken.exists() or taken.is_symlink():
            raise ConfigError(f"{taken}: exists and is not overwritten; name another file.")
    if not path.parent.is_dir():
        raise ConfigError(f"{path.parent}: no such folder; make it first.")
    phrase = _passphrase()
    encryption: KeySerializationEncryption
    encryption = BestAvailableEncryption(phrase) if phrase else NoEncryption()
    key = Ed25519PrivateKey.generate()
    try:
        text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    except ValueError as error:
        raise ConfigError(f"{PASSPHRASE}: cannot be used: {error}") from None
    # Nobody else may read it, not even before it is whole.
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_atomically(public, pem)
    return key_id(key.public_key())


def refuse_within(path: Path, root: Path) -> None:
    """ConfigError for a private key in the project: there it would be committed or bundled."""
    if path.resolve().is_relative_to(root.resolve()):
        raise ConfigError(f"{path}: a private key must not lie in the project; name a place apart.")


def _passphrase() -> bytes | None:
    # The bytes as they were typed, whatever the locale takes them for.
    return os.fsencode(os.environ.get(PASSPHRASE, "")) or None


def _read_key(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; expected an ed25519 key (PEM).") from None


def private_key(path: Path) -> Ed25519PrivateKey:
    """The private key in `path` (PEM, PKCS 8); ConfigError when there is none."""
    _cryptography()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    text = _read_key(path)
    phrase = _passphrase() if b"ENCRYPTED" in text else None
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
    _cryptography()
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key = load_pem_public_key(_read_key(path))
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError(
            f"{path}: not a public key in PEM; `readiness attest --new-key` writes one as .pub."
        ) from None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigError(f"{path}: not an ed25519 key.")
    return key


def public_keys(paths: Iterable[Path]) -> dict[str, Ed25519PublicKey]:
    """The public keys in these files, by id; ConfigError naming the first that is none."""
    return {key_id(key): key for key in map(public_key, paths)}
