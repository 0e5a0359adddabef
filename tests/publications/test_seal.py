"""The seal of a publication: what it holds, and that any change of the folder is seen."""

import errno
import lzma
import os
import tarfile
from pathlib import Path

import pytest
from pytest import CaptureFixture, MonkeyPatch
from released_tree import released_root
from resealing import FACTS, seal_small

from readiness.cli import main
from readiness.ground.errors import DataError
from readiness.ground.files import LARGEST, read_file
from readiness.language import tell
from readiness.publications.outcomes import Outcome, exit_code
from readiness.publications.program import ARCHIVE, pack, read_archive
from readiness.publications.seal import LEDGER, SEAL, check_seal, make_seal, read_seal

LEDGER_TEXT = 'id,value,display_en,lineage\na.b,0.5,50%,abc\nc.d,1,"1,0",def\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small sealed folder."""
    target = tmp_path / "p-1"
    seal_small(target, LEDGER_TEXT, {"charts/one.svg": b"<svg/>", "README.md": b"# Read me\n"})
    return target


def places(folder: Path) -> list[str]:
    found = check_seal(folder)
    assert {finding.outcome for finding in found} <= {Outcome.BROKEN}
    return [finding.place for finding in found]


def test_changed_removed_added_swapped(folder: Path) -> None:
    (folder / "README.md").write_bytes(b"# Read me!\n")
    (folder / "charts/one.svg").unlink()
    (folder / "charts/two.svg").write_bytes(b"<svg/>")
    assert places(folder) == ["README.md", "charts/one.svg", "charts/two.svg"]
    (folder / "README.md").write_bytes(b"<svg/>")
    details = {str(one.place): tell(one.fact, "en") for one in check_seal(folder)}
    assert details["README.md"] == "has the content of charts/one.svg"


def test_a_changed_ledger_names_the_number(folder: Path) -> None:
    (folder / LEDGER).write_text(LEDGER_TEXT.replace("50%", "51%"), "utf-8")
    assert places(folder) == [LEDGER, f"{LEDGER}: a.b"]
    (folder / LEDGER).write_text(LEDGER_TEXT + "e.f,2,2,x\n", "utf-8")
    assert f"{LEDGER}: e.f" in places(folder)
    (folder / LEDGER).write_text(LEDGER_TEXT.replace("abc", "abd"), "utf-8")
    assert places(folder) == [LEDGER]  # a lineage is no part of what a reader sees


def test_a_seal_under_another_name_is_broken(folder: Path) -> None:
    folder.rename(folder.with_name("p-2"))
    assert places(folder.with_name("p-2")) == [SEAL]


def test_a_name_that_is_no_text(folder: Path) -> None:
    (folder / os.fsdecode(b"\xff.txt")).write_bytes(b"")
    assert places(folder) == ["\\xff.txt"]


def test_a_seal_states_all_that_is_read_of_it(folder: Path) -> None:
    files = {n: (folder / n).read_bytes() for n in read_seal(folder)["files"]}
    for fact in FACTS:
        for other in ({**FACTS, fact: None}, {k: v for k, v in FACTS.items() if k != fact}):
            (folder / SEAL).write_text(make_seal(files, {**other, "id": "p-1"}), "utf-8")
            assert places(folder) == [SEAL], fact
    (folder / SEAL).write_bytes(b"[" * 100_000)
    assert places(folder) == [SEAL]


def test_what_cannot_be_read_is_not_checked(folder: Path, monkeypatch: MonkeyPatch) -> None:
    """Root reads everything, so the system's refusal is played."""

    def refuse(path: Path, limit: int = 0) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    def refuse_others(path: Path, limit: int = 0) -> bytes:
        return read_file(path) if path.name == SEAL else refuse(path)

    monkeypatch.setattr("readiness.publications.seal.read_file", refuse_others)
    found = check_seal(folder)
    assert len(found) == len(read_seal(folder)["files"])
    assert {f.outcome for f in found} == {Outcome.NOT_CHECKED}
    assert tell(found[0].fact, "en") == "cannot be read (Permission denied)"
    monkeypatch.setattr("readiness.publications.seal.read_file", refuse)
    assert [(f.place, f.outcome) for f in check_seal(folder)] == [(SEAL, Outcome.NOT_CHECKED)]


def test_archives_are_the_same_bytes_and_read_back(tmp_path: Path) -> None:
    files = {"b/ü.txt": b"2", "a.txt": b"1", "b/" + "long/" * 30 + "c": b"3"}
    assert pack(files) == pack(dict(reversed(files.items())))
    # What earlier publications published lies in their own folders.
    assert pack({**files, "publications/r1/figures.csv": b"4"}) == pack(files)
    (tmp_path / ARCHIVE).write_bytes(pack(files))
    assert read_archive(tmp_path / ARCHIVE) == files


def test_an_archive_writes_into_its_folder_alone(tmp_path: Path) -> None:
    for name in ("../out.txt", "/out.txt", "a/../../out.txt", "link", "twice", "file/in"):
        members = [tarfile.TarInfo(name)] * (2 if name == "twice" else 1)
        if name == "link":
            members[0].type, members[0].linkname = tarfile.SYMTYPE, "/etc/hostname"
        if name == "file/in":
            members.append(tarfile.TarInfo("file"))
        with tarfile.open(tmp_path / ARCHIVE, "w:xz") as tar:
            for member in members:
                tar.addfile(member)
        with pytest.raises(DataError, match=r"cannot be unpacked \('.*(out\.txt|link|twice|in)' "):
            read_archive(tmp_path / ARCHIVE)


def test_what_is_no_whole_archive_of_its_size_is_refused(tmp_path: Path) -> None:
    archive = pack({"a.txt": b"1"})
    bomb = lzma.compress(bytes(LARGEST + 1), preset=0)
    for content in (b"", b"none", lzma.decompress(archive), archive[:-9], archive * 2, bomb):
        (tmp_path / ARCHIVE).write_bytes(content)
        with pytest.raises(DataError, match="cannot be unpacked"):
            read_archive(tmp_path / ARCHIVE)


@pytest.mark.parametrize(
    ("outcomes", "code"),
    [
        ([], 0),
        ([Outcome.REPRODUCED, Outcome.JUDGED, Outcome.WITHIN_ROUNDING], 0),
        ([Outcome.REPRODUCED, Outcome.DIFFERS, Outcome.ERASED], 1),
        ([Outcome.REPRODUCED, Outcome.RESTRICTED], 2),
        ([Outcome.NOT_CHECKED, Outcome.DIFFERS, Outcome.BROKEN], 3),
    ],
)
def test_the_most_severe_outcome_counts(outcomes: list[Outcome], code: int) -> None:
    assert exit_code(outcomes) == code


def test_no_command_writes_into_what_was_sealed(
    monkeypatch: MonkeyPatch, capsys: CaptureFixture[str]
) -> None:
    monkeypatch.chdir(released_root())
    name = "publications/menus-r1/new.zip"
    for words in ("audit menus-r1 --level 0 --html", "bundle menus-r1 --to"):
        assert main([*words.split(), name]) == 2
        assert "to which nothing can be added" in capsys.readouterr().err
        assert not Path(name).exists()
