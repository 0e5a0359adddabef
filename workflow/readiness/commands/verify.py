"""Check the signatures over a publication's seal with the signers' public keys.

readiness verify ID [--key PUBLIC ...]

Exit codes of this command, as of `readiness audit`: 0 every given key has signed this seal, 1 a
signature does not fit, 2 could not check (no signature, no key, or one that has not signed), 3 seal
broken.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from readiness.language import tell
from readiness.publications.attest import Fit, Verification, verify
from readiness.publications.keys import key_id, public_key, public_keys
from readiness.publications.ledger import find_publication
from readiness.publications.outcomes import BROKEN, COULD_NOT_CHECK, DIFFERS, VALID
from readiness.publications.telling import told
from readiness.terminal import one_line

WORDS = {
    VALID: "SIGNED",
    DIFFERS: "A SIGNATURE DOES NOT FIT",
    COULD_NOT_CHECK: "COULD NOT CHECK",
    BROKEN: "SEAL BROKEN",
}
SHOWN = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("id", metavar="ID", help="the publication")
    parser.add_argument(
        "--key", type=Path, metavar="PUBLIC", action="append", default=[],
        help="a signer's public key (PEM); may be given several times",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Verify and say who signed; returns the command's own exit code."""
    folder = find_publication(Path.cwd(), arguments.id)
    paths = {key_id(public_key(path)): path for path in arguments.key}
    found = verify(folder, public_keys(arguments.key))
    print("\n".join(map(one_line, _lines(found, paths))))
    return found.exit_code


def _lines(found: Verification, paths: dict[str, Path]) -> list[str]:
    lines = [f"{found.identity}: {WORDS[found.exit_code]}"]
    lines += [f"  SEAL BROKEN  {told(fault, 'en')}" for fault in found.faults[:SHOWN]]
    if len(found.faults) > SHOWN:
        lines.append(f"               and {len(found.faults) - SHOWN} more")
    if not found.faults:
        lines.append("  seal         valid")
    for signature in found.signatures:
        name = paths.get(signature.signer)
        whose = f"key {signature.signer}" + (f" ({name})" if name else "")
        said = "" if signature.fit is Fit.FITS else f"{signature.fit}: "
        lines.append(
            f"  {whose if signature.signer else 'unknown'}: {said}{tell(signature.fact, 'en')}"
        )
    if not any(signature.fit is not Fit.UNSIGNED for signature in found.signatures):
        lines.append("  nobody has signed it")
    return lines
