"""No bundle without restricted data names a respondent, however the code is packed."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import random
import re
import shutil
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest import CaptureFixture, MonkeyPatch
from released_tree import FIRST, SECOND, released_root
from resealing import seal_with_status, set_status
from tampering.reseal import pack_archive, reseal
from tampering.tree import Target, Tree

from project_copy import Project
from readiness.cli import main
from readiness.datasets.versions import RESTRICTED
from readiness.errors import DataError
from readiness.publications.audit.audit import audit
from readiness.publications.audit.model import Changes
from readiness.publications.bundle.respondents import Respondents
from readiness.publications.outcomes import Outcome
from readiness.publications.program import ARCHIVE
from readiness.publications.seal import LEFT_OUT, WITHHELD, sha256
from tiny_project import TINY

WAVE = SECOND
WAVES = (FIRST, SECOND)
ANSWERS = ("canteen-2025@1", "canteen-2025@2")
CORRECTIONS = "data/corrections/canteen-1.csv"


@pytest.fixture(scope="module")
def restricted(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose answers are restricted, in the register and as they were sealed, and one of
    whose answers was corrected. Never change it: copy it."""
    project = Project(released_root()).copy(tmp_path_factory.mktemp("restricted") / "tree")
    set_status(project.root / "data/versions.csv", ANSWERS, RESTRICTED)
    correct(project.root, f"{min(codes())},minutes,47,48,typed wrong,M. B.\n")
    for name in WAVES:
        seal_with_status(project.root / "publications" / name, ANSWERS, RESTRICTED)
    return project


@pytest.fixture
def tree(restricted: Project, tmp_path: Path, monkeypatch: MonkeyPatch) -> Iterator[Path]:
    root = restricted.copy(tmp_path / "tree").root
    monkeypatch.chdir(root)
    yield root
    shutil.rmtree(tmp_path)


def correct(root: Path, row: str) -> None:
    """The publications of the wave as they would be, had an answer been corrected."""
    path = root / CORRECTIONS
    before = path.read_bytes()
    path.write_bytes(before + row.encode())
    renamed = {sha256(before): sha256(path.read_bytes())}
    for name in WAVES:
        target = Target(Tree(root), name, random.Random(0))
        ledger, inputs = (root / "publications" / name / n for n in ("figures.csv", "inputs.csv"))
        old, table = sha256(ledger.read_bytes()), inputs.read_text("utf-8")
        for digest, new in renamed.items():
            table = table.replace(digest, new)
        code = pack_archive(target, {CORRECTIONS: path.read_bytes()})
        reseal(target, {"inputs.csv": table.encode(), ARCHIVE: code}, renamed)
        renamed[old] = sha256(ledger.read_bytes())


def codes() -> set[str]:
    """The codes of those who were invited and answered, read without the program."""
    found = set()
    for name in ANSWERS:
        with (TINY / f"exports/{name}.csv").open(encoding="utf-8", newline="") as file:
            found |= {row["Invitation"] for row in csv.DictReader(file)}
    return found


def searched(content: bytes) -> Iterator[bytes]:
    """All that is in a zip, and in the archives in it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            member = archive.read(name)
            yield name.encode() + b"\n" + member
            if name.endswith(".tar"):
                with tarfile.open(fileobj=io.BytesIO(member)) as tar:
                    for inner in tar:
                        file = tar.extractfile(inner)
                        assert file is not None
                        yield file.read()


def test_no_code_of_the_answers_is_in_the_zip(
    tree: Path, tmp_path: Path, capsys: CaptureFixture[str]
) -> None:
    target = tmp_path / "out.zip"
    arguments = ["bundle", WAVE, "--without-restricted", "--to", str(target)]
    assert main(arguments) == 0, capsys.readouterr().err
    said = capsys.readouterr().out
    for name in (CORRECTIONS, f"publications/{WAVE}/code.tar.xz"):
        assert name in said
    known = codes()
    assert len(known) == 60
    parts = list(searched(target.read_bytes()))
    assert len(parts) > 200
    everything = b"\n".join(parts)
    words = {word.decode() for word in re.findall(rb"[0-9A-Za-z]+", everything)}
    assert known.isdisjoint(words)
    assert not [code for code in sorted(known)[:40] if code.encode() in everything]

    # What an auditor of it is told: not that it holds, and not that somebody broke it.
    bundle = tmp_path / "bundle"
    with zipfile.ZipFile(target) as archive:
        archive.extractall(bundle)
        readme = archive.read("README.md").decode()
    assert "name respondents" in readme
    found = audit(bundle, WAVE, 2, changes=Changes())
    assert [(f.place, f.outcome, f.fact) for f in found.seal] == [
        ("code.tar.xz", Outcome.RESTRICTED, LEFT_OUT)
    ]
    assert Outcome.BROKEN not in found.covered_outcomes and Outcome.REPRODUCED not in found.counts
    assert found.exit_code == 2
    assert [f.place for f in found.data if f.fact == LEFT_OUT] == [CORRECTIONS]
    # A word about another file than the sealed one is none, and neither is one of a file beside.
    table = bundle / "publications" / WAVE / WITHHELD
    table.write_text(table.read_text("utf-8").replace("code.tar.xz,", "code.tar.xz,0"), "utf-8")
    assert audit(bundle, WAVE, 0, changes=Changes()).exit_code == 3


def test_the_command_refuses_what_it_cannot_leave_out(
    tree: Path, tmp_path: Path, capsys: CaptureFixture[str]
) -> None:
    target = tmp_path / "out.zip"
    code = "open-20250301T120000"  # of somebody who came by the open link
    with (tree / "Snakefile").open("a", encoding="utf-8") as file:
        file.write(f"# asked {code.lower()} again\n")
    assert main(["bundle", WAVE, "--without-restricted", "--to", str(target)]) == 3
    said = capsys.readouterr().err
    assert "Snakefile: names a respondent" in said and code.casefold() not in said.casefold()
    assert not target.exists()


def test_where_the_answers_are_not_nothing_can_be_proven(
    tree: Path, tmp_path: Path, capsys: CaptureFixture[str]
) -> None:
    shutil.rmtree(tree / ".dvc/cache", ignore_errors=True)
    for name in ANSWERS:
        content = (TINY / f"exports/{name}.csv").read_bytes()
        for copy in [path for path in (tree / "data").rglob("*") if path.is_file()]:
            if copy.read_bytes() == content:
                copy.unlink()
    target = tmp_path / "out.zip"
    assert main(["bundle", WAVE, "--without-restricted", "--to", str(target)]) == 3
    assert "nobody can tell which files name a respondent" in capsys.readouterr().err
    assert not target.exists()


def packed(name: str, content: bytes) -> dict[str, bytes]:
    """A file in each kind of archive."""
    tar, zipped = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as other:
        other.writestr(name, content)
    return {
        "plain": content,
        "utf-16": content.decode("latin-1").encode("utf-16"),
        "tar": tar.getvalue(),
        "tar.gz": gzip.compress(tar.getvalue()),
        "zip": zipped.getvalue(),
        "zip in tar.xz": lzma.compress(zipped.getvalue()),
        "bz2": bz2.compress(content),
    }


def test_a_code_is_found_however_it_is_packed() -> None:
    people = Respondents(frozenset({"w2ac2er6", "a.b@c.ma"}), frozenset({"12"}), frozenset({"id"}))
    for text in ("x,W2AC2ER6,y", "write to A.B@c.ma today", "id,a\n12,b\n", "open-20260302T101112"):
        for kind, content in packed("f.csv", text.encode()).items():
            assert people.named_in("f", content), (kind, text)
    for text in ("x,W2AC2ER61,y", "12 of 12", "nid,a\n12,b\n", "a@b.c@c.ma", "b"):
        for kind, content in packed("f.csv", text.encode()).items():
            assert not people.named_in("f", content), (kind, text)
    assert people.named_in("list-w2ac2er6.txt", b"")
    assert not Respondents().named_in("f", b"x")


def test_an_archive_that_cannot_be_searched_does_not_leave() -> None:
    people = Respondents(frozenset({"w2ac2er6"}))
    bomb = b"x"
    for _ in range(6):
        bomb = packed("a", bomb)["zip"]
    for content in (bomb, packed("a", b"x" * 99)["zip"][:-9], b"\x1f\x8bnot"):
        with pytest.raises(DataError, match="searched"):
            people.named_in("f", content)
