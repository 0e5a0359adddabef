"""Adding a version: what is registered is what was read, and nothing of anybody is overwritten."""

import hashlib
import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from project_copy import ROOT
from readiness.cli import main
from readiness.datasets.add import add_version
from readiness.datasets.pointers import Pointer, check_pointer
from readiness.datasets.verify import find_unused, verify
from readiness.datasets.versions import changing_versions, find_version, read_versions
from readiness.ground.errors import BusyError, ConfigError, DataError

TABLE = "respondent,answer\nA,yes\nB,no\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project with a store, and an export that is not registered yet."""
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text((ROOT / ".dvc/config").read_text("utf-8"), "utf-8")
    (tmp_path / "export.csv").write_text(TABLE, "utf-8")
    return tmp_path


def faults(root: Path) -> list[str]:
    return [str(finding) for finding in verify(root) if finding.is_fault]


def test_a_damaged_object_in_the_way_is_replaced(root: Path) -> None:
    first = add_version(root, root / "export.csv", "survey", "1")
    for folder in ("data/store", ".dvc/cache"):
        (root / folder / first.object_name).write_text(TABLE.replace("yes", "yEs"), "utf-8")
    assert len(faults(root)) == 2
    add_version(root, root / "export.csv", "same", "1")
    assert faults(root) == []


def test_what_nobody_registered_is_told_with_the_line_that_does(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    about = ["--note", "first: export", "--source", "the portal", "--licence", "CC-BY-4.0"]
    assert main(["data", "add", "export.csv", "--dataset", "survey", "--as", "1", *about]) == 0
    pointer = root / "data/raw/survey/1.csv.dvc"
    said = yaml.safe_load(pointer.read_text("utf-8"))
    assert said["desc"] == "first: export"
    assert said["meta"] == {"source": "the portal", "licence": "CC-BY-4.0", "access": "open"}
    assert list(find_unused(root)) == []
    edited = root / "data/raw/survey/1.csv"
    edited.write_text(f"{TABLE}C,no\n", "utf-8")
    (told,) = find_unused(root)
    line = "readiness data add data/raw/survey/1.csv --dataset survey --as 2"
    assert (
        told == f"data/raw/survey/1.csv: is not used, for its pointer names other bytes. "
        f"Register it: {line}"
    )
    # As `dvc add` leaves it: the same remedy.
    before = pointer.read_text("utf-8")
    md5, size = hashlib.md5(edited.read_bytes()).hexdigest(), edited.stat().st_size
    pointer.write_text(Pointer(md5, size, "1.csv").as_text(), "utf-8")
    with pytest.raises(DataError, match=re.escape(line)):
        check_pointer(root, find_version(root, "survey@1"))
    pointer.write_text(before, "utf-8")
    assert main(line.split()[1:]) == 0
    assert "for it holds survey@2. readiness data get survey@1 --force" in next(find_unused(root))
    assert main(["data", "get", "survey@1", "--force"]) == 0 and list(find_unused(root)) == []
    edited.with_name("pilot.csv").write_text(TABLE, "utf-8")
    assert next(find_unused(root)).endswith("survey/pilot.csv --dataset survey --as pilot")
    capsys.readouterr()


def test_a_next_version_keeps_the_access_and_the_licence_of_the_version_before(
    root: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(root)
    private = tmp_path_factory.mktemp("private")
    remote = f"[core]\n    remote = private\n['remote \"private\"']\n    url = {private}\n"
    (root / ".dvc/config").write_text(remote, "utf-8")

    def add(version: str, *options: str) -> tuple[str, str, dict[str, str], bool]:
        """What is printed, status, entries of the pointer, and whether only the owner may read."""
        (root / "export.csv").write_text(f"{TABLE}C{version},no\n", "utf-8")
        capsys.readouterr()
        words = ["data", "add", "export.csv", "--dataset", "survey", "--as", version, *options]
        assert main(words) == 0
        added = find_version(root, f"survey@{version}")
        copies = [root / "data/raw/survey" / f"{version}.csv"]
        copies += [folder / added.object_name for folder in (root / ".dvc/cache", private)]
        hidden = {stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in copies}
        meta = yaml.safe_load((root / added.pointer_path).read_text("utf-8"))["meta"]
        assert meta["access"] == added.status and len(hidden) == 1
        return capsys.readouterr().out, added.status, meta, hidden.pop()

    assert add("1", "--restricted", "--licence", "on request")[1:] == (
        "restricted",
        {"licence": "on request", "access": "restricted"},
        True,
    )
    told, status, meta, hidden = add("2")
    assert (status, meta["licence"], hidden) == ("restricted", "on request", True)
    assert "access: restricted, as survey@1 (--open lets everybody read it)\n" in told
    assert "licence: on request, as survey@1 (--licence states another)\n" in told
    # Erased, a version was still one of few readers.
    assert main(["data", "erase", "survey@2", "--reason", "consent withdrawn"]) == 0
    told, status, _, hidden = add("3")
    assert (status, hidden) == ("restricted", True) and "as survey@2" in told
    told, status, meta, hidden = add("4", "--open", "--licence", "CC-BY-4.0")
    assert (status, meta["licence"], hidden) == ("open", "CC-BY-4.0", False)
    assert "access: open; survey@3 is restricted\n" in told
    told, status, meta, _ = add("5")
    assert (status, meta["licence"]) == ("open", "CC-BY-4.0")
    assert "access: open, as survey@4\n" in told
    # What git would keep is refused, and the reason is no option that nobody gave.
    add("6", "--restricted")
    (root / ".dvc/config").write_text((ROOT / ".dvc/config").read_text("utf-8"), "utf-8")
    (root / ".gitignore").write_text("", "utf-8")
    subprocess.run(["git", "init", "--quiet", str(root)], check=True)
    with pytest.raises(ConfigError, match=r"^survey@7 is restricted, as survey@6 is: "):
        add_version(root, root / "export.csv", "survey", "7")


def test_a_file_of_somebody_else_is_not_overwritten(root: Path) -> None:
    mine = root / "data/raw/survey/1.csv"
    mine.parent.mkdir(parents=True)
    mine.write_text("respondent\nmine\n", "utf-8")
    with pytest.raises(
        DataError, match=r"1.csv already exists, and survey@1 would be written there"
    ):
        add_version(root, root / "export.csv", "survey", "1")
    assert mine.read_text("utf-8") == "respondent\nmine\n"
    # Registered where it lies, it stays as it is.
    add_version(root, mine, "survey", "1")
    assert faults(root) == []


def test_a_pointer_that_the_register_does_not_know(root: Path) -> None:
    other = add_version(root, root / "export.csv", "other", "1")
    pointer = root / "data/raw/survey/1.csv.dvc"
    pointer.parent.mkdir()
    text = (root / other.pointer_path).read_text("utf-8")
    pointer.write_text(text, "utf-8")
    # `data verify` names it; the very bytes it names may be registered, others not.
    assert faults(root) == ["pointer  data/raw/survey/1.csv.dvc: no row of data/versions.csv"]
    (root / "export.csv").write_text(TABLE + "C,yes\n", "utf-8")
    with pytest.raises(DataError, match=r"1\.csv\.dvc points to another file, although data/vers"):
        add_version(root, root / "export.csv", "survey", "1")
    assert pointer.read_text("utf-8") == text
    (root / "export.csv").write_text(TABLE, "utf-8")
    add_version(root, root / "export.csv", "survey", "1")
    assert faults(root) == []


def test_an_object_of_no_version_is_named(root: Path) -> None:
    """What an interrupted `data add` has left in a store that git keeps."""
    new = add_version(root, root / "export.csv", "survey", "1")
    stray = root / "data/store/files/md5/00" / ("0" * 30)
    stray.parent.mkdir()
    stray.write_text(TABLE, "utf-8")
    (found,) = [finding for finding in verify(root) if not finding.version]
    assert (
        str(found) == (f"remote store  files/md5/00/{'0' * 30}: no row of data/versions.csv")
        and not found.is_fault
    )
    assert new.name in {finding.version for finding in verify(root)}


def test_two_at_once_lose_no_row(root: Path) -> None:
    add_version(root, root / "export.csv", "survey", "1")
    busy = pytest.raises(BusyError, match="another `readiness data` adds or erases a version")
    with changing_versions(root), busy:
        add_version(root, root / "export.csv", "survey", "2")
    add_version(root, root / "export.csv", "survey", "2")
    assert list(read_versions(root)) == ["survey@1", "survey@2"]


def test_what_the_register_holds_stays_to_the_byte(root: Path) -> None:
    first = add_version(root, root / "export.csv", "survey", "1", note='one\r\nline,\rof "two"')
    assert first.note == 'one line, of "two"'
    before = (root / "data/versions.csv").read_bytes()
    assert before.count(b"\n") == 2
    # Also where a hand has written a line end of another system.
    before = before.replace(b"of ", b"of\r")
    (root / "data/versions.csv").write_bytes(before)
    add_version(root, root / "export.csv", "survey", "2")
    assert (root / "data/versions.csv").read_bytes().startswith(before)
    assert list(read_versions(root)) == ["survey@1", "survey@2"]


def test_a_text_that_is_not_utf8_is_refused_before_anything_is_written(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    add = ["data", "add", "export.csv", "--dataset", "survey", "--as", "1"]
    assert main([*add, "--note", os.fsdecode(b"\xe9t\xe9")]) == 2
    assert capsys.readouterr().err.startswith("readiness data: --note: the text is not UTF-8.")
    assert not (root / "data").exists()
    assert main(add) == 0
    assert main(["data", "erase", "survey@1", "--reason", os.fsdecode(b"\xff")]) == 2
    assert "--reason: the text is not UTF-8." in capsys.readouterr().err
    assert not find_version(root, "survey@1").is_erased and faults(root) == []


@pytest.mark.parametrize("name", ["ai-readines-1", "../margins/x", "Ai-readiness-1"])
def test_a_questionnaire_that_is_not_there_is_refused(root: Path, name: str) -> None:
    (root / "data/questionnaires").mkdir(parents=True)
    (root / "data/questionnaires/ai-readiness-1.yaml").write_text("", "utf-8")
    with pytest.raises(ConfigError, match=r"not found in data/questionnaires.*are ai-readiness-1"):
        add_version(root, root / "export.csv", "survey", "1", questionnaire=name)
    assert not (root / "data/versions.csv").exists()
    add_version(root, root / "export.csv", "survey", "1", questionnaire="ai-readiness-1")


# The command, in a process that is disturbed the n-th time that it opens the export, or that it
# puts a file in its place.
DISTURBED = """
import os, sys
from pathlib import Path
what, left = sys.argv[1], int(sys.argv[2])
def disturb(event, arguments):
    global left
    if event == what and (event == "os.rename" or str(arguments[0]) == "export.csv"):
        left -= 1
        if not left and event == "os.rename":
            os.kill(os.getpid(), 9)
        if not left:
            Path("export.csv").write_text(sys.argv[3])
sys.addaudithook(disturb)
from readiness.datasets.add import add_version
add_version(Path("."), Path("export.csv"), "survey", "1")
"""


def disturbed(root: Path, *arguments: str) -> int:
    return subprocess.run(
        [sys.executable, "-c", DISTURBED, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(ROOT / "workflow")},
    ).returncode


def test_a_file_that_changes_meanwhile_is_one_version(root: Path) -> None:
    """Hashes, rows and bytes are those of one reading."""
    assert disturbed(root, "open", "2", TABLE + "C,late\n") == 0
    assert faults(root) == []
    new = find_version(root, "survey@1")
    stored = (root / "data/store" / new.object_name).read_text("utf-8")
    assert new.rows == stored.count("\n") - 1


@pytest.mark.parametrize("rename", ["1", "5"])
def test_after_a_kill_the_same_command_ends_it_and_nothing_is_left(root: Path, rename: str) -> None:
    """Killed before the store's object, then before the register, is in its place."""
    assert disturbed(root, "os.rename", rename) == -signal.SIGKILL
    assert len(list(root.rglob("*.tmp"))) == 1
    assert not (root / "data/versions.csv").exists()
    add_version(root, root / "export.csv", "survey", "1")
    assert faults(root) == []
    # What is left of the register holds no answers.
    assert not [path for path in root.rglob("*.tmp") if "versions" not in path.name]


@pytest.mark.parametrize("long", ["v" * 250, "م" * 100])
def test_a_name_that_no_file_system_holds_is_refused_before_anything_is_written(
    root: Path, long: str
) -> None:
    before = sorted(root.rglob("*"))
    for names in (("survey", long), (long if long.isascii() else "s" * 250, "1")):
        with pytest.raises(ConfigError, match="longer than 100 bytes"):
            add_version(root, root / "export.csv", *names)
    assert sorted(root.rglob("*")) == before
    longest = "v" * 100
    assert add_version(root, root / "export.csv", longest, longest).rows == 2
    assert faults(root) == []


def test_what_would_never_end_is_refused_at_once(root: Path) -> None:
    os.mkfifo(root / "pipe.csv")
    for path in (root / "pipe.csv", Path("/dev/zero")):
        with pytest.raises(DataError, match="not a regular file"):
            add_version(root, path, "survey", "1")
    # The system says 0 bytes of it, and there are more whenever one reads: it is being written.
    with pytest.raises(DataError, match="still writing this file"):
        add_version(root, Path("/proc/self/status"), "survey", "1")
    assert not (root / "data").exists()


def test_a_pointer_says_which_questionnaire_was_asked(root: Path) -> None:
    asked = root / "data/questionnaires/asked-1.yaml"
    asked.parent.mkdir(parents=True, exist_ok=True)
    asked.write_text("", "utf-8")
    made = add_version(root, root / "export.csv", "survey", "1", questionnaire="asked-1")
    said = yaml.safe_load((root / made.pointer_path).read_text("utf-8"))
    assert said["meta"]["questionnaire"] == "asked-1"
