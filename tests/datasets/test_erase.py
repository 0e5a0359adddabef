"""Erasing a version: the bytes leave every place, the register keeps what they were."""

import csv
from pathlib import Path

import pytest

from project_copy import ROOT, Project, message
from readiness.datasets.add import add_version
from readiness.datasets.store import find_object, restore
from readiness.datasets.verify import erase_versions, verify
from readiness.datasets.versions import find_version
from readiness.ground.errors import ConfigError, DataError

TABLE = "respondent,answer\nA,yes\nB,no\n"
REASON = "a respondent withdrew"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project with a store, another folder remote, and three versions."""
    (tmp_path / ".dvc").mkdir()
    (tmp_path / "near").mkdir()
    (tmp_path / ".dvc/config").write_text(
        (ROOT / ".dvc/config").read_text("utf-8") + "['remote \"near\"']\n    url = ../near\n",
        "utf-8",
    )
    export = tmp_path / "export.csv"
    for number, more in enumerate(("", "C,yes\n"), start=1):
        export.write_text(TABLE + more, "utf-8")
        add_version(tmp_path, export, "survey", str(number), note="an export")
    export.write_text(TABLE, "utf-8")
    add_version(tmp_path, export, "same", "1")
    export.unlink()
    return tmp_path


def copies_of(root: Path, content: str) -> list[str]:
    """Every file of the folder that holds these very bytes."""
    return sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and path.read_bytes() == content.encode()
    )


def test_no_copy_is_left_and_the_register_only_grew(root: Path) -> None:
    content = TABLE + "C,yes\n"
    version = find_version(root, "survey@2")
    restore(root, version, root / "results/inputs/survey/2/data.csv")
    near = root / "near" / version.object_name
    near.parent.mkdir(parents=True)
    near.write_text(content, "utf-8")
    before = (root / "data/versions.csv").read_text("utf-8")
    assert len(copies_of(root, content)) == 5
    erasure = erase_versions(root, ["survey@2"], f"{REASON}\n on paper")
    assert copies_of(root, content) == []
    assert len(erasure.removed) == 5
    assert erasure.left == []
    # What was there is untouched, and the new row differs in status and note alone.
    after = (root / "data/versions.csv").read_text("utf-8")
    assert after.startswith(before)
    first, second = (row for row in csv.reader(after.splitlines()) if row[:2] == ["survey", "2"])
    assert second == [*first[:-2], f"{REASON} on paper", "erased"]
    assert (root / version.pointer_path).is_file()
    # The other versions are whole.
    assert find_object(root, find_version(root, "survey@1")).read_text("utf-8") == TABLE
    gone = [str(f) for f in verify(root) if f.version == "survey@2"]
    assert gone == [
        f"survey@2  remote {name}  gone, as it must be: erased" for name in ("store", "near")
    ]


def test_an_erased_version_is_never_restored(root: Path) -> None:
    content = TABLE + "C,yes\n"
    erase_versions(root, ["survey@2"], REASON)
    version = find_version(root, "survey@2")
    # A copy that turns up again is a fault, not a source.
    (root / "data/raw/survey/2.csv").write_text(content, "utf-8")
    for attempt in (
        lambda: find_object(root, version),
        lambda: restore(root, version, root / "out.csv"),
    ):
        with pytest.raises(DataError, match=rf"survey@2 was erased \({REASON}\)"):
            attempt()
    assert not (root / "out.csv").exists()
    (fault,) = [f for f in verify(root) if f.is_fault and f.place != "remote near"]
    assert (fault.version, fault.place) == ("survey@2", "data/raw")
    assert fault.state == "still there, though it was erased"


def test_two_versions_of_the_same_bytes_are_erased_together_or_not_at_all(root: Path) -> None:
    with pytest.raises(ConfigError, match=r"same@1 is a copy of survey@1.*Erase both"):
        erase_versions(root, ["survey@1"], REASON)
    assert len(copies_of(root, TABLE)) == 4
    erase_versions(root, ["survey@1", "same@1", "survey@1"], REASON)
    assert copies_of(root, TABLE) == []
    assert find_version(root, "survey@1").is_erased and find_version(root, "same@1").is_erased


@pytest.mark.parametrize(
    ("names", "reason", "words"),
    [
        (
            ["survey@3"],
            REASON,
            r"no dataset version is called survey@3\. The versions are survey@1",
        ),
        (["survey@2"], "  ", "--reason is missing"),
    ],
)
def test_what_cannot_be_erased_is_refused(
    root: Path, names: list[str], reason: str, words: str
) -> None:
    before = (root / "data/versions.csv").read_bytes()
    with pytest.raises(ConfigError, match=words):
        erase_versions(root, names, reason)
    assert (root / "data/versions.csv").read_bytes() == before


def test_a_remote_that_cannot_be_reached_is_left_to_people(root: Path) -> None:
    (root / "near").rmdir()
    version = find_version(root, "survey@2")
    erasure = erase_versions(root, ["survey@2"], REASON)
    (left,) = erasure.left
    assert left.startswith(f"{root / 'near' / version.object_name}: remove it there by hand (")
    assert find_version(root, "survey@2").is_erased


def test_a_file_that_stays_keeps_the_tombstone_away(root: Path) -> None:
    """A folder in the file's place cannot be unlinked, whoever the user is."""
    raw = root / "data/raw/survey/2.csv"
    raw.unlink()
    (raw / "inside").mkdir(parents=True)
    with pytest.raises(
        DataError, match=r"2\.csv: cannot be removed.*the erasure was not registered"
    ):
        erase_versions(root, ["survey@2"], REASON)
    assert not find_version(root, "survey@2").is_erased
    (raw / "inside").rmdir()
    raw.rmdir()
    erase_versions(root, ["survey@2"], REASON)
    assert copies_of(root, TABLE + "C,yes\n") == []


def test_after_a_run_no_file_names_a_respondent_of_the_erased_version(project: Project) -> None:
    """By the invitation codes of its answers, searched in every file there is."""
    erased = ("canteen-2025@1", "canteen-2025@2")  # the same people, three answers corrected
    path = find_object(project.root, find_version(project.root, erased[0]))
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    codes = [row[1].encode() for row in rows[1:]]
    assert len(codes) > 50

    def holders() -> set[str]:
        places = (project.root / "results", project.root / "data/raw", project.root / "data/store")
        files = [path for place in places for path in place.rglob("*") if path.is_file()]
        # The sample names everybody who was invited, whether they answered or not.
        sample = find_version(project.root, "canteen-2025-sample@1")
        return {
            path.relative_to(project.root).as_posix()
            for path in files
            if path.name not in (sample.md5[2:], "sample.csv")
            and "canteen-2025-sample" not in path.parts
            and any(code in path.read_bytes() for code in codes)
        }

    assert len(holders()) > 4
    result = project.readiness("data", "erase", *erased, "--reason", REASON)
    assert result.returncode == 0, result.stderr
    assert holders() == set()
    assert "data/store is kept by git" in result.stdout
    result = project.readiness("data", "get", erased[1])
    assert result.returncode == 3
    assert message(result).startswith(f"readiness data: {erased[1]} was erased ({REASON})")
    listed = project.readiness("data", "list").stdout.splitlines()
    (line,) = [text for text in listed if text.startswith(erased[1])]
    assert f"erased  {REASON}" in line


def test_copies_that_no_place_of_the_version_holds_go_too(root: Path) -> None:
    """A copy that somebody asked for, and what killed processes have left, whole or not."""
    content = TABLE + "C,yes\n"
    version = find_version(root, "survey@2")
    stored = root / "near" / version.object_name
    restored = root / "results/inputs/survey/2"
    strays = [
        root / "results/mine.csv",
        root / "data/raw/survey/.2.csv.17.tmp",
        restored / ".data.csv.17.tmp",
        stored.with_name(f".{stored.name}.17.tmp"),
    ]
    for number, path in enumerate(strays):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if number < 2 else content[:20], "utf-8")
    other = root / "data/raw/survey/.1.csv.17.tmp"
    other.write_text(TABLE, "utf-8")
    erasure = erase_versions(root, ["survey@2"], REASON)
    assert {str(path) for path in strays} <= set(erasure.removed)
    assert copies_of(root, content) == [] and not any(path.exists() for path in strays)
    assert other.exists()
    # Where one comes back, `data verify` says so.
    strays[0].write_text(content, "utf-8")
    (fault,) = [str(f) for f in verify(root) if f.is_fault and f.version == "survey@2"]
    assert fault == "survey@2  results/mine.csv  still there, though it was erased"
