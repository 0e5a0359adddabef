"""Check the signatures over a publication's seal with the signers' public keys.

readiness verify ID [--key PUBLIC ...] [--language LANGUAGE]

Exit codes of this command, as of `readiness audit`: 0 every given key has signed this seal, 1 a
signature does not fit, 2 could not check (no signature, no key, or one that has not signed), 3 seal
broken.
"""

import argparse
from functools import partial
from pathlib import Path

from readiness.facts import Fact, Term
from readiness.language import LANGUAGES, Language
from readiness.publications import attest
from readiness.publications.ledger import find_publication
from readiness.publications.outcomes import BROKEN, COULD_NOT_CHECK, DIFFERS, VALID, plain
from readiness.terminal import one_line

VERDICTS = {
    VALID: "terminal.signing.signed",
    DIFFERS: "terminal.signing.does_not_fit",
    COULD_NOT_CHECK: "verdict.of.could_not_check",
    BROKEN: "verdict.outcome.broken",
}
# What is said before a signature that does not fit, and why.
FITS = {
    attest.Fit.DOES_NOT_FIT: "terminal.signing.fit.does_not_fit",
    attest.Fit.UNSIGNED: "terminal.signing.fit.unsigned",
    attest.Fit.UNKNOWN: "verdict.outcome.not_checked",
}
SHOWN = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("id", metavar="ID", help="the publication")
    parser.add_argument(
        "--key",
        type=Path,
        metavar="PUBLIC",
        action="append",
        default=[],
        help="a signer's public key (PEM); may be given several times",
    )
    parser.add_argument("--language", choices=LANGUAGES, default="en", help="of what is said")


def run(arguments: argparse.Namespace) -> int:
    """Verify and say who signed; returns the command's own exit code."""
    folder = find_publication(Path.cwd(), arguments.id)
    paths = {attest.key_id(attest.public_key(path)): path for path in arguments.key}
    found = attest.verify(folder, attest.public_keys(arguments.key))
    print("\n".join(map(one_line, _lines(found, paths, arguments.language))))
    return found.exit_code


def _lines(found: attest.Verification, paths: dict[str, Path], language: Language) -> list[str]:
    says = partial(plain, language=language)
    verdict = Term(VERDICTS[found.exit_code])
    lines = [says("language.labelled", label=found.identity, what=verdict)]
    for fault in found.faults[:SHOWN]:
        told = says("language.labelled", label=fault.place, what=fault.fact)
        lines.append(f"  {says(VERDICTS[BROKEN]):<12} {told}")
    if len(found.faults) > SHOWN:
        lines.append(f"  {'':<12} {says('terminal.more', n=len(found.faults) - SHOWN)}")
    if not found.faults:
        lines.append(f"  {says('terminal.name.seal'):<12} {says('terminal.signing.seal_valid')}")
    for signature in found.signatures:
        what = signature.fact
        # Whose it is: a key, with the file where that was given.
        who = Fact("terminal.signing.key", {"key": signature.signer})
        if not signature.signer:
            who = Fact("terminal.signing.no_key")
        elif file := paths.get(signature.signer):
            who = Fact("terminal.signing.key_of", {"key": signature.signer, "file": str(file)})
        if signature.fit is attest.Fit.FITS:
            line = says("language.labelled", label=who, what=what)
        else:
            fit = Term(FITS[signature.fit])
            line = says("terminal.signing.line_fit", who=who, fit=fit, what=what)
        lines.append(f"  {line}")
    if not any(signature.fit is not attest.Fit.UNSIGNED for signature in found.signatures):
        lines.append(f"  {says('terminal.signing.nobody')}")
    return lines
