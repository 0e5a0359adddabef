"""Signatures over a seal: they fit, or the line, the key or the seal that does not is named."""

import base64
import hashlib
import json
import shutil
import stat
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st
from pytest import CaptureFixture, MonkeyPatch, TempPathFactory
from released_tree import copy_released
from resealing import seal_small

from readiness.cli import main
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.facts import Fact
from readiness.publications.attest import attest, signed_bytes
from readiness.publications.audit.audit import audit
from readiness.publications.audit.model import Audit, Changes
from readiness.publications.ledger import FOLDER
from readiness.publications.outcome_texts import describe_finding
from readiness.publications.outcomes import Outcome
from readiness.publications.presenting.terminal import audit_text
from readiness.publications.seal import ATTESTATIONS, check_seal
from readiness.publications.signing_keys import (
    PASSPHRASE,
    has_small_order,
    key_id,
    new_key,
    private_key,
    public_key,
)

KeyMaker = Callable[[str], Path]
LEDGER = "id,value,display_en,lineage\na.share,0.25,25.0,aa\nb.share,0.5,50.0,bb\n"
CONFIG = {"config.yaml": b"waves: {}\n"}


def publication(root: Path) -> Path:
    folder = root / FOLDER / "small-2026"
    seal_small(folder, LEDGER, CONFIG)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return publication(tmp_path / "project")


@pytest.fixture
def key(tmp_path: Path) -> KeyMaker:
    """Makes a key pair of this name outside the project; the private key's path."""

    def make(name: str) -> Path:
        new_key(tmp_path / name, tmp_path / "project")
        return tmp_path / name

    return make


def held(folder: Path, *keys: Path) -> Audit:
    """The audit of the seal with the public keys beside these private ones."""
    public = [public_key(path.with_name(f"{path.name}.pub")) for path in keys]
    by_id = {key_id(one): one for one in public}
    return audit(folder.parents[1], folder.name, 0, changes=Changes(), keys=by_id)


def test_the_line_is_an_envelope_around_a_statement_about_the_seal(
    folder: Path, key: KeyMaker
) -> None:
    office = key("office")
    attest(folder, private_key(office))
    text = (folder / ATTESTATIONS).read_text("utf-8")
    envelope = json.loads(text)
    assert text.count("\n") == 1 and text.endswith("\n")
    assert sorted(envelope) == ["payload", "payloadType", "signatures"]
    assert envelope["payloadType"] == "application/vnd.in-toto+json"
    said = json.loads(base64.b64decode(envelope["payload"]))
    seal = (folder / "seal.json").read_bytes()
    assert said["_type"] == "https://in-toto.io/Statement/v1"
    assert said["subject"] == [
        {
            "name": "publications/small-2026/seal.json",
            "digest": {"sha256": hashlib.sha256(seal).hexdigest()},
        }
    ]
    assert said["predicateType"].startswith("urn:x-")
    assert said["predicate"]["seal"] == json.loads(seal)["digest"]
    assert said["predicate"]["numbers"] == 2
    # No clock, no path: the same key over the same seal is the same line.
    (folder / ATTESTATIONS).unlink()
    attest(folder, private_key(office))
    assert (folder / ATTESTATIONS).read_text("utf-8") == text


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_another_program_finds_the_signature_right(
    folder: Path, key: KeyMaker, tmp_path: Path
) -> None:
    office = key("office")
    signer = attest(folder, private_key(office))
    envelope = json.loads((folder / ATTESTATIONS).read_text("utf-8"))
    message, signature = tmp_path / "message", tmp_path / "signature"
    message.write_bytes(signed_bytes(base64.b64decode(envelope["payload"])))
    signature.write_bytes(base64.b64decode(envelope["signatures"][0]["sig"]))
    public = f"{office}.pub"
    command = f"openssl pkeyutl -verify -pubin -inkey {public} -rawin -in {message}".split()
    command += ["-sigfile", str(signature)]
    assert subprocess.run(command, capture_output=True).returncode == 0
    der = subprocess.run(
        ["openssl", "pkey", "-pubin", "-in", public, "-outform", "DER"], capture_output=True
    ).stdout
    assert hashlib.sha256(der).hexdigest() == signer


def test_two_sign_and_each_is_checked_with_its_own_key(folder: Path, key: KeyMaker) -> None:
    office, reviewer = key("office"), key("reviewer")
    signers = [attest(folder, private_key(signer)) for signer in (office, reviewer)]
    assert len((folder / ATTESTATIONS).read_text("utf-8").splitlines()) == 2
    both = held(folder, office, reviewer)
    right = Outcome.REPRODUCED
    assert [s.outcome for s in both.signatures] == [right, right] and both.exit_code == 0
    assert [s.place for s in both.signatures] == [f"{ATTESTATIONS}: {name}" for name in signers]
    # One key is enough for its own signature; the other signer is named.
    one = held(folder, reviewer)
    assert [s.outcome for s in one.signatures] == [Outcome.NOT_COMPARED, right]
    assert one.exit_code == 0


def test_of_those_who_sign_at_once_nobody_is_lost(folder: Path, key: KeyMaker) -> None:
    keys = [key(f"signer-{number}") for number in range(8)]
    with ThreadPoolExecutor(len(keys)) as pool:
        list(pool.map(lambda path: attest(folder, private_key(path)), keys))
    assert held(folder, *keys).exit_code == 0
    assert len((folder / ATTESTATIONS).read_text("utf-8").splitlines()) == len(keys)


def test_nobody_signs_twice_and_a_copied_line_is_not_a_second_signature(
    folder: Path, key: KeyMaker
) -> None:
    office = key("office")
    attest(folder, private_key(office))
    path = folder / ATTESTATIONS
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="has already signed"):
        attest(folder, private_key(office))
    assert path.read_bytes() == before
    path.write_bytes(before * 2)
    assert held(folder, office).exit_code == 1


def test_without_a_signature_or_its_key_nothing_was_checked(folder: Path, key: KeyMaker) -> None:
    office, stranger = key("office"), key("stranger")
    assert held(folder, office).exit_code == 2
    attest(folder, private_key(office))
    found = held(folder, stranger)
    assert {s.outcome for s in found.signatures} == {Outcome.NOT_COMPARED, Outcome.NOT_CHECKED}
    assert found.exit_code == held(folder, office, stranger).exit_code == 2


def test_what_was_changed_after_it_was_signed(folder: Path, key: KeyMaker) -> None:
    """The seal breaks first; sealed anew, or with another statement, the signature does not fit."""
    office = key("office")
    attest(folder, private_key(office))
    forged = LEDGER.replace("0.25", "0.26")
    (folder / "figures.csv").write_text(forged, "utf-8")
    found = held(folder, office)
    assert found.exit_code == 3
    assert "figures.csv: changed" in [describe_finding(fault, "en") for fault in found.seal]
    with pytest.raises(DataError, match="Only a valid publication can be signed") as refused:
        attest(folder, private_key(office))
    # As the audit says it.
    [line] = [line for line in audit_text(found).splitlines() if "figures.csv: changed" in line]
    assert " ".join(line.split()) in str(refused.value)
    seal_small(folder, forged, CONFIG)
    assert check_seal(folder) == []
    found = held(folder, office)
    assert (found.seal, found.exit_code) == ((), 1)
    assert found.signatures[0].fact.kind == "audit.signature.other_seal"
    seal_small(folder, LEDGER, CONFIG)
    assert held(folder, office).exit_code == 0
    envelope = json.loads((folder / ATTESTATIONS).read_text("utf-8"))
    said = base64.b64decode(envelope["payload"]).replace(b'"numbers":2', b'"numbers":3')
    envelope["payload"] = base64.b64encode(said).decode()
    line = json.dumps(envelope, sort_keys=True, separators=(",", ":"))
    (folder / ATTESTATIONS).write_text(f"{line}\n", "utf-8")
    found = held(folder, office)
    assert found.exit_code == 1
    assert found.signatures[0].fact.kind == "audit.signature.other_key"


NO_ENVELOPES = (
    b"",
    b"null",
    b"[1]",
    b'{"payload":"","payloadType":"","signatures":[]}',
    b'{"payload":3,"payloadType":"x","signatures":[{"keyid":"k","sig":"s"}]}',
    b'{"payload":"YQ","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"YQ=="}]}',
    b"\xff\xfe",
    "توقيع".encode(),
    b'{"payload": ' + b"[" * 100_000,
)


def test_a_line_that_is_no_signature_is_one_that_does_not_fit(folder: Path, key: KeyMaker) -> None:
    office = key("office")
    attest(folder, private_key(office))
    path = folder / ATTESTATIONS
    before = path.read_bytes()
    for line in NO_ENVELOPES:
        path.write_bytes(before + line + b"\n")
        found = held(folder, office)
        assert found.exit_code == 1, line[:20]
        assert found.signatures[1].fact == Fact("audit.signature.no_envelope", {"line": 2})
    assert check_seal(folder) == []


@pytest.fixture(scope="module")
def signed(tmp_path_factory: TempPathFactory) -> tuple[Path, Path]:
    base = tmp_path_factory.mktemp("signed")
    folder, office = publication(base / "project"), base / "office"
    new_key(office, base / "project")
    attest(folder, private_key(office))
    return folder, office


@given(data=st.data())
def test_any_changed_byte_is_seen(signed: tuple[Path, Path], data: st.DataObject) -> None:
    folder, office = signed
    path = folder / ATTESTATIONS
    line = path.read_bytes()
    place = data.draw(st.integers(0, len(line) - 1))
    change = data.draw(st.integers(1, 255))
    flipped = line[:place] + bytes([line[place] ^ change]) + line[place + 1 :]
    try:
        # A byte is another one, or the line ends there.
        for forged in (flipped, line[: min(place + 1, len(line) - 2)]):
            path.write_bytes(forged)
            assert held(folder, office).exit_code == 1
    finally:
        path.write_bytes(line)
    assert held(folder, office).exit_code == 0


def test_a_private_key_is_for_nobody_else_and_never_within_the_project(
    folder: Path, key: KeyMaker, tmp_path: Path
) -> None:
    office = key("office")
    assert stat.S_IMODE(office.stat().st_mode) == 0o600
    with pytest.raises(ConfigError, match="not overwritten"):
        key("office")
    with pytest.raises(ConfigError, match="must not be stored in the project"):
        new_key(folder / "office", tmp_path / "project")
    with pytest.raises(ConfigError, match="no such folder"):
        new_key(tmp_path / "none" / "office", tmp_path / "project")


def test_an_encrypted_key_needs_its_passphrase(
    folder: Path, tmp_path: Path, monkeypatch: MonkeyPatch
) -> None:
    office = tmp_path / "office"
    monkeypatch.setenv(PASSPHRASE, "une phrase, عبارة")
    new_key(office, tmp_path / "project")
    assert b"ENCRYPTED" in office.read_bytes()
    attest(folder, private_key(office))
    assert held(folder, office).exit_code == 0
    for phrase in ("another", ""):
        monkeypatch.setenv(PASSPHRASE, phrase)
        with pytest.raises(ConfigError, match=PASSPHRASE):
            private_key(office)


def test_a_passphrase_is_bytes_and_one_that_is_too_long_is_said_in_one_line(
    tmp_path: Path, monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path / "project")
    monkeypatch.setenv(PASSPHRASE, "phras\udce9")  # typed in Latin-1
    assert main(["attest", "--new-key", str(tmp_path / "office")]) == 0
    private_key(tmp_path / "office")
    capsys.readouterr()
    monkeypatch.setenv(PASSPHRASE, "a" * 2000)
    assert main(["attest", "--new-key", str(tmp_path / "long")]) == 2
    said = capsys.readouterr()
    assert said.out == "" and PASSPHRASE in said.err and said.err.count("\n") == 1
    assert not (tmp_path / "long").exists()


def test_a_key_in_the_project_is_neither_made_nor_used(
    folder: Path, key: KeyMaker, monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder.parents[1])
    assert main(["attest", "--new-key", "office"]) == 2
    assert capsys.readouterr().out == ""
    shutil.copyfile(key("office"), "office")
    assert main(["attest", "small-2026", "--key", "office"]) == 2
    assert "must not be stored in the project" in capsys.readouterr().err
    assert not (folder / ATTESTATIONS).exists()


def test_what_is_no_key_is_refused_in_one_line(tmp_path: Path, key: KeyMaker) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    own = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    file = tmp_path / "other"
    for read, content in ((private_key, own), (public_key, public)):
        file.write_bytes(content)
        with pytest.raises(ConfigError, match="not an ed25519 key"):
            read(file)
        for text in (
            b"",
            b"\0\xff",
            b"-----BEGIN PRIVATE KEY-----\nxx\n-----END PRIVATE KEY-----\n",
        ):
            file.write_bytes(text)
            with pytest.raises(ConfigError, match="not a p"):
                read(file)
    with pytest.raises(ConfigError, match="file not found"):
        public_key(tmp_path / "none")
    # A private key is not what `audit --key` is to be given.
    with pytest.raises(ConfigError, match="not a public key"):
        public_key(key("office"))


def test_the_command_signs(
    folder: Path, tmp_path: Path, monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder.parents[1])
    office = str(tmp_path / "office")
    assert main(["attest", "--new-key", office]) == 0
    assert main(["attest", "small-2026", "--key", office]) == 0
    assert "publications/small-2026/attestation.jsonl" in capsys.readouterr().out


REFUSED = (
    "attest",
    "attest small-2026",
    "attest --key office",
    "attest small-2026 --key a --new-key b",
    "attest none-2026 --key office",
    "attest ../small-2026 --key office",
    "attest small-2026 --key none",
    "audit small-2026 --key none",
)


def test_the_commands_refuse_in_one_line(
    folder: Path, monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder.parents[1])
    for words in REFUSED:
        assert main(words.split()) == 2, words
        said = capsys.readouterr().err
        assert said.startswith(f"readiness {words.split()[0]}: ") and said.count("\n") == 1


# The statement, and whose a publication is.


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: TempPathFactory) -> tuple[Path, Path]:
    """A project with a shipped publication, signed; and the key."""
    base = tmp_path_factory.mktemp("shipped")
    copy_released(base / "tree")
    folder = base / "tree/publications/menus-r1"
    office = base / "office"
    new_key(office, base / "tree")
    attest(folder, private_key(office))
    return folder, office


def payload(folder: Path) -> dict[str, Any]:
    """What the first line states."""
    envelope = json.loads((folder / ATTESTATIONS).read_text("utf-8").splitlines()[0])
    said: dict[str, Any] = json.loads(base64.b64decode(envelope["payload"]))
    return said


def sign(folder: Path, key: Path, said: dict[str, Any]) -> None:
    """A line over whatever `said` is, as somebody with the key can make it."""
    private = private_key(key)
    content = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    signature = {
        "keyid": key_id(private.public_key()),
        "sig": base64.b64encode(private.sign(signed_bytes(content))).decode(),
    }
    line = {
        "payload": base64.b64encode(content).decode(),
        "payloadType": "application/vnd.in-toto+json",
        "signatures": [signature],
    }
    text = json.dumps(line, sort_keys=True, separators=(",", ":"))
    (folder / ATTESTATIONS).write_text(f"{text}\n", "utf-8")


def test_the_statement_holds_materials_products_and_command_of_every_step(
    shipped: tuple[Path, Path],
) -> None:
    folder, office = shipped
    said = payload(folder)["predicate"]
    provenances = {p.stem: json.loads(p.read_text("utf-8")) for p in (folder / "lineage").iterdir()}
    assert {step["name"] for step in said["steps"]} == set(provenances)
    for step in said["steps"]:
        provenance = provenances[step["name"]]
        assert step["command"][:4] == ["readiness", "step", provenance["step"], "--settings"]
        assert json.loads(step["command"][4]) == provenance["settings"]
        assert step["code"] == {"sha256": provenance["code"]}
        for name, held_there in (("materials", "inputs"), ("products", "outputs")):
            files = {one["name"]: one["digest"]["sha256"] for one in step[name]}
            assert files == provenance[held_there]
    assert held(folder, office).exit_code == 0


def test_a_step_otherwise_than_in_its_provenance_does_not_fit(shipped: tuple[Path, Path]) -> None:
    """Also with a good signature over it: who holds the key cannot state another origin."""
    folder, office = shipped
    before = (folder / ATTESTATIONS).read_bytes()
    try:
        for part in ("command", "materials", "products", "code"):
            said = payload(folder)
            step = next(step for step in said["predicate"]["steps"] if step["name"] == "judge")
            step[part] = step[part][:-1] if isinstance(step[part], list) else {"sha256": "0" * 64}
            sign(folder, office, said)
            found = held(folder, office)
            assert found.exit_code == 1, part
            assert found.signatures[0].fact == Fact("audit.signature.other_seal")
            (folder / ATTESTATIONS).write_bytes(before)
        said["predicate"]["steps"] = []
        sign(folder, office, said)
        assert held(folder, office).exit_code == 1
    finally:
        (folder / ATTESTATIONS).write_bytes(before)


def test_the_first_line_says_whose_it_is(
    shipped: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: MonkeyPatch,
    capsys: CaptureFixture[str],
) -> None:
    folder, office = shipped
    monkeypatch.chdir(folder.parents[1])
    stranger = tmp_path / "stranger"
    new_key(stranger, folder.parents[1])
    mine, other = f"{office}.pub", f"{stranger}.pub"
    path = folder / ATTESTATIONS
    before = path.read_bytes()
    try:
        for content, keys, code, verdict in (
            (before, (), 0, "VALID at level 0 (seal); signature not checked, no key was given"),
            (before, (mine,), 0, "VALID at level 0 (seal); signed by the given key"),
            (before, (other,), 2, "COULD NOT CHECK at level 0 (seal); not signed by the given key"),
            (before, (mine, other), 2, "COULD NOT CHECK at level 0 (seal); not signed by"),
            (before + b"{}\n", (mine,), 1, "DIFFERS at level 0 (seal); a signature does not fit"),
            (before + b"{}\n", (), 1, "DIFFERS at level 0 (seal); a signature does not fit"),
            (before[:-9], (mine,), 1, "DIFFERS at level 0 (seal); a signature does not fit"),
            (None, (mine,), 2, "COULD NOT CHECK at level 0 (seal); not signed by the given key"),
            (None, (), 0, "VALID at level 0 (seal); unsigned"),
        ):
            path.unlink(missing_ok=True)
            if content is not None:
                path.write_bytes(content)
            options = [text for key in keys for text in ("--key", str(key))]
            found = main(["audit", folder.name, "--level", "0", *options])
            said = capsys.readouterr().out
            assert found == code and said.startswith(f"menus-r1: {verdict}"), (keys, said)
    finally:
        path.write_bytes(before)


# The points of ed25519 whose order divides 8, as libsodium refuses them, and second encodings of
# three of them (y as much as, or more than, the prime).
SMALL = (
    *("00" * 32, "01" + "00" * 31, "ec" + "ff" * 30 + "7f", "00" * 31 + "80"),
    *("01" + "00" * 30 + "80", "ed" + "ff" * 30 + "7f", "ee" + "ff" * 30 + "7f"),
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
)


@pytest.mark.parametrize("text", SMALL)
def test_a_key_in_whose_name_anybody_can_sign_is_refused(tmp_path: Path, text: str) -> None:
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(text))
    path = tmp_path / "weak.pub"
    path.write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    with pytest.raises(ConfigError, match=r"weak\.pub: an insecure key .of small order"):
        public_key(path)


def test_without_a_private_key_a_weak_key_fits_any_message() -> None:
    """Why it is refused: the library lets this signature pass."""
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex("01" + "00" * 31))
    key.verify(bytes.fromhex("01" + "00" * 63), b"any message at all")
    assert not any(
        has_small_order(Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32).public_key())
        for n in range(32)
    )


def test_signatures_that_cannot_be_read_are_said_in_every_language(folder: Path) -> None:
    (folder / ATTESTATIONS).mkdir()
    [finding] = held(folder).signatures
    assert (finding.place, finding.outcome) == (ATTESTATIONS, Outcome.NOT_CHECKED)
    assert finding.fact.kind == "audit.unreadable"
