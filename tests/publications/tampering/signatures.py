"""Changes of signatures, and of what was signed: `readiness verify` judges them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from readiness.publications.attest import attest, new_key, private_key
from tampering import reseal
from tampering.model import Kind, unseen
from tampering.tree import Change, Made, Target, other_digit

LINES = "attestation.jsonl"
SIGNER = "signer.pem"
"""The key that is asked for lies beside the tree."""


def signed(target: Target, name: str = SIGNER) -> None:
    path = target.tree.root.parent / name
    for old in (path, Path(f"{path}.pub")):
        old.unlink(missing_ok=True)
    new_key(path, target.tree.root)
    target.tree.remove(target.name(LINES))
    attest(target.tree.root / target.folder, private_key(path))


def then(what: str, edit: Callable[[Target], object], place: str) -> Change:
    """Signed with the key that is asked for, and then changed."""

    def change(target: Target) -> Made:
        signed(target)
        edit(target)
        return Made(what, (place,))

    return change


def rewritten(edit: Callable[[Target, bytes], bytes]) -> Callable[[Target], None]:
    def change(target: Target) -> None:
        content = edit(target, target.tree.read(target.name(LINES)))
        target.tree.write(target.name(LINES), content)

    return change


def nothing(target: Target) -> None:
    pass


def other_signature(target: Target, content: bytes) -> bytes:
    """Some letters of the signature, put in another order."""
    record = json.loads(content)
    text = record["signatures"][0]["sig"]
    record["signatures"][0]["sig"] = text[4:24][::-1] + text[:4] + text[24:]
    return json.dumps(record, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def other_statement(target: Target, content: bytes) -> bytes:
    record = json.loads(content)
    text = record["payload"]
    record["payload"] = text[:40] + ("A" if text[40] != "A" else "B") + text[41:]
    return json.dumps(record, separators=(",", ":"), sort_keys=True).encode() + b"\n"


def unsigned(target: Target) -> None:
    target.tree.remove(target.name(LINES))


def other_signer(target: Target) -> None:
    (target.tree.root.parent / SIGNER).rename(target.tree.root.parent / "aside.pem")
    public = target.tree.root.parent / f"{SIGNER}.pub"
    kept = public.read_bytes()
    signed(target)
    public.write_bytes(kept)


def of_another(target: Target) -> None:
    """The signature over another publication, copied."""
    others = [p for p in target.tree.files("publications") if p.endswith("/seal.json")]
    other = next(p for p in sorted(others) if not p.startswith(f"{target.identity}/"))
    elsewhere = Target(target.tree, other.partition("/")[0], target.draw)
    content = target.tree.read(target.name(LINES))
    signed(elsewhere)
    assert content != target.tree.read(elsewhere.name(LINES))
    target.tree.write(target.name(LINES), target.tree.read(elsewhere.name(LINES)))


def number(target: Target) -> None:
    text = target.text("figures.csv")
    at = text.index("\n") + 1
    line = text[at : text.index("\n", at)]
    target.tree.write(target.name("figures.csv"), text.replace(line, f"{line}x", 1))


def number_sealed(target: Target) -> None:
    rows = target.ledger()
    row = next(r for r in rows if any(c.isdigit() for c in r["value"]))
    row["value"] = other_digit(target.draw, row["value"])
    reseal.ledger(target, rows)


def kind(name: str, what: str, code: int, edit: Callable[[Target], object], place: str) -> Kind:
    return Kind(f"signature-{name}", what, 0, VERDICTS[code], (code,) * 4, f"“{place}”",
                then(what, edit, place), command="verify")  # fmt: skip


VERDICTS = ("SIGNED", "A SIGNATURE DOES NOT FIT", "COULD NOT CHECK", "SEAL BROKEN")
"""What `readiness verify` says, by exit code."""


def added(target: Target) -> Made:
    signed(target)
    return Made("signed")


KINDS: tuple[Kind, ...] = (
    unseen("signed", "a signature added (`attestation.jsonl`)",
           "it lies outside of the seal; `readiness verify` judges it", added),
    kind("holds", "signed, and nothing changed", 0, nothing, "seal valid"),
    kind("number", "signed, then a number changed", 3, number, "figures.csv"),
    kind("resealed", "signed, then a number changed and sealed again", 1, number_sealed,
         "DOES NOT FIT"),
    kind("copied", "the signature over another publication, copied", 1, of_another, "DOES NOT FIT"),
    kind("letters", "letters of the signature", 1, rewritten(other_signature), "DOES NOT FIT"),
    kind("statement", "a letter of what is signed", 1, rewritten(other_statement), "DOES NOT FIT"),
    kind("torn", "the line cut off", 1, rewritten(lambda t, c: c[: len(c) // 2]), "DOES NOT FIT"),
    kind("bytes", "a line of bytes that are no text", 1,
         rewritten(lambda t, c: c + b"\xff\xfe\0\n"), "DOES NOT FIT"),
    kind("gone", "the signature removed", 2, unsigned, "HAS NOT SIGNED"),
    kind("signer", "signed by another key than the one asked for", 2, other_signer,
         "HAS NOT SIGNED"),
)  # fmt: skip
