"""Sign the seal of a publication, to vouch for its numbers.

The signature is a line in publications/ID/attestation.jsonl. The command refuses to sign a broken
seal, or the same seal twice with one key. READINESS_KEY_PASSPHRASE holds the passphrase of an
encrypted key.

Examples:
  readiness attest --new-key ~/office.pem           make a key pair: office.pem and office.pem.pub
  readiness attest libraries-r1 --key ~/office.pem  sign
"""

import argparse
from pathlib import Path

from readiness.ground.errors import ConfigError
from readiness.publications.attest import attest
from readiness.publications.ledger import find_publication
from readiness.publications.seal import ATTESTATIONS
from readiness.publications.signing_keys import new_key, private_key, refuse_within


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("id", nargs="?", metavar="ID", help="publication to sign")
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="private ed25519 key (PEM) to sign with"
    )
    parser.add_argument(
        "--new-key",
        type=Path,
        metavar="FILE",
        help="file for a new private key; its public key is written beside it as FILE.pub",
    )


def run(arguments: argparse.Namespace) -> int:
    """Make a key, sign a publication, or both.

    Raises ConfigError where neither is asked for.
    """
    root = Path.cwd()
    path = arguments.key or arguments.new_key
    if not path or (arguments.key and (arguments.new_key or not arguments.id)):
        raise ConfigError(
            "nothing to do. Sign a publication with ID --key FILE, or create a key with --new-key "
            "FILE."
        )
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
