"""Sign the seal of a publication: whoever holds the key certifies these figures.

readiness attest --new-key FILE     a new private key, and its public key as FILE.pub
readiness attest ID --key FILE      one more line in publications/ID/attestation.jsonl

A key may be encrypted; its passphrase is read from READINESS_KEY_PASSPHRASE. Only a seal that holds
is signed, and never twice with the same key.
"""

import argparse
from pathlib import Path

from readiness.errors import ConfigError
from readiness.publications.attest import attest, new_key, private_key, refuse_within
from readiness.publications.ledger import find_publication
from readiness.publications.seal import ATTESTATIONS


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("id", nargs="?", metavar="ID", help="the publication")
    parser.add_argument("--key", type=Path, metavar="FILE", help="an ed25519 private key (PEM)")
    parser.add_argument("--new-key", type=Path, metavar="FILE", help="make a key first")


def run(arguments: argparse.Namespace) -> int:
    """Make a key, sign, or both; ConfigError when neither was asked for."""
    root = Path.cwd()
    path = arguments.key or arguments.new_key
    if not path or (arguments.key and (arguments.new_key or not arguments.id)):
        raise ConfigError("expected ID with --key FILE, or --new-key FILE (with ID to sign, too).")
    folder = find_publication(root, arguments.id) if arguments.id else None
    if arguments.new_key:
        signer = new_key(path, root)
        print(
            f"{path}: a new private key; {path}.pub: its public key, to be made known\nkey {signer}"
        )
    if folder is not None:
        key = private_key(path)
        refuse_within(path, root)
        commit = f"Now commit {folder.relative_to(root) / ATTESTATIONS}."
        print(f"{arguments.id}: signed by key {attest(folder, key)}\n{commit}")
    return 0
