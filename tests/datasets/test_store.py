"""Finding and proving the bytes of a version, adding one, and the register of versions."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project_copy import ROOT
from readiness.cli import main
from readiness.datasets.add import add_version
from readiness.datasets.places import remotes
from readiness.datasets.pointers import Pointer, parse_pointer
from readiness.datasets.store import find_object, local_copies, restore
from readiness.datasets.versions import find_version, read_versions
from readiness.ground.errors import ConfigError, DataError

TABLE = "respondent,answer\nA,yes\nB,no\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small project with a store and one dataset version."""
    (tmp_path / ".dvc").mkdir()
    (tmp_path / ".dvc/config").write_text((ROOT / ".dvc/config").read_text("utf-8"), "utf-8")
    (tmp_path / "export.csv").write_text(TABLE, "utf-8")
    add_version(tmp_path, tmp_path / "export.csv", "survey", "1", note="first")
    return tmp_path


def copies(root: Path) -> list[Path]:
    version = find_version(root, "survey@1")
    return [copy.path for copy in local_copies(root, version)]


@pytest.mark.parametrize("left", [0, 1, 2])
def test_one_right_copy_is_enough_wherever_it_lies(root: Path, left: int) -> None:
    for number, path in enumerate(copies(root)):
        if number != left:
            path.write_text(TABLE.replace("yes", "YES"), "utf-8")
    version = find_version(root, "survey@1")
    restore(root, version, root / "out/data.csv")
    assert (root / "out/data.csv").read_text("utf-8") == TABLE


def test_damage_of_the_same_size_and_time_is_seen(root: Path) -> None:
    for path in copies(root):
        path.write_text(TABLE.replace("yes", "yEs"), "utf-8")
    version = find_version(root, "survey@1")
    with pytest.raises(DataError, match=r"survey@1: every copy is damaged .*SHA-256") as caught:
        find_object(root, version)
    assert "\n" not in str(caught.value)
    with pytest.raises(DataError):
        restore(root, version, root / "out/data.csv")
    assert list((root / "out").iterdir() if (root / "out").exists() else []) == []


def test_a_version_that_lies_nowhere_names_the_places(root: Path) -> None:
    for path in copies(root):
        path.unlink()
    with pytest.raises(DataError, match=r"in none of the places searched \(.*store.*DVC cache"):
        find_object(root, find_version(root, "survey@1"))


def test_versions_are_appended_and_never_overwritten(root: Path) -> None:
    first = (root / "data/versions.csv").read_text("utf-8")
    (root / "export.csv").write_text(TABLE + "C,yes\n", "utf-8")
    with pytest.raises(
        ConfigError, match="survey@1 already exists, and versions are never overwritten"
    ):
        add_version(root, root / "export.csv", "survey", "1")
    assert (root / "data/versions.csv").read_text("utf-8") == first
    new = add_version(root, root / "export.csv", "survey", "2")
    assert (new.rows, new.name) == (3, "survey@2")
    assert (root / "data/versions.csv").read_text("utf-8").startswith(first)
    assert list(read_versions(root)) == ["survey@1", "survey@2"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("dataset,version", "dataset;version", "expected the columns"),
        (",29,", ",many,", "row 2: expected 9 cells"),
        (",first", "", "row 2: expected 9 cells"),
        ("survey,1", "survey,1,", "row 2: expected 9 cells"),
        (",29,", ",+29,", "row 2: expected 9 cells"),
        (",29,", ",29 ,", "row 2: expected 9 cells"),
        ("survey,1", "../survey,1", "row 2: dataset '../survey' is not valid"),
        ("survey,1", "survey,a/b", "row 2: version 'a/b' is not valid"),
        (",open", "", "row 2: expected 9 cells"),
    ],
)
def test_a_register_that_was_damaged_is_said_with_its_row(
    root: Path, old: str, new: str, message: str
) -> None:
    path = root / "data/versions.csv"
    assert old in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(DataError, match=message):
        read_versions(root)


def test_a_version_registered_twice_is_refused(root: Path) -> None:
    path = root / "data/versions.csv"
    path.write_text(
        path.read_text("utf-8") + path.read_text("utf-8").splitlines()[1] + "\n", "utf-8"
    )
    with pytest.raises(DataError, match=r"row 3: survey@1 is registered twice"):
        read_versions(root)


@pytest.mark.parametrize("name", ["data/versions.csv", "data/raw/survey/1.csv.dvc"])
def test_what_is_no_text_is_said_in_one_line(root: Path, name: str) -> None:
    content = (root / name).read_bytes()
    (root / name).write_bytes(content[:20] + b"\xff" + content[21:])
    with pytest.raises(DataError, match=r"Restore it with git\.$") as caught:
        find_object(root, find_version(root, "survey@1"))
    assert "\n" not in str(caught.value)


def test_settings_of_dvc_that_cannot_be_read(root: Path) -> None:
    (root / ".dvc/config.local").write_text("remote = far\n", "utf-8")
    with pytest.raises(
        ConfigError, match=r"config\.local: not a valid DVC configuration \(.*\)\.$"
    ):
        remotes(root)
    (root / ".dvc/config.local").unlink()
    (root / ".dvc/config").unlink()
    (root / ".dvc/config").mkdir()
    with pytest.raises(ConfigError, match=r"config: cannot be read \(not a file\)\.$"):
        remotes(root)


def test_a_cache_elsewhere_is_used_as_dvc_uses_it(root: Path) -> None:
    (root / ".dvc/config.local").write_text("[cache]\n    dir = ../elsewhere\n", "utf-8")
    (root / "export.csv").write_text(TABLE + "C,yes\n", "utf-8")
    new = add_version(root, root / "export.csv", "survey", "2")
    assert (root / "elsewhere" / new.object_name).read_text("utf-8") == TABLE + "C,yes\n"
    assert not (root / ".dvc/cache" / new.object_name).exists()
    for path in (root / "data/store" / new.object_name, root / "data/raw/survey/2.csv"):
        path.unlink()
    assert find_object(root, new) == root / "elsewhere" / new.object_name


def with_rows(root: Path, *rows: str) -> None:
    """Add rows to the register by hand."""
    path = root / "data/versions.csv"
    path.write_text(path.read_text("utf-8") + "".join(f"{row}\n" for row in rows), "utf-8")


def private_remote(root: Path, folder: Path) -> None:
    """Make `folder` the default remote."""
    text = (ROOT / ".dvc/config").read_text("utf-8").replace("../data/store", str(folder))
    (root / ".dvc/config").write_text(text, "utf-8")


def test_a_status_is_open_unless_said_otherwise(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (root / "export.csv").write_text(TABLE + "C,yes\n", "utf-8")
    private_remote(root, tmp_path_factory.mktemp("private"))
    add_version(root, root / "export.csv", "survey", "2", restricted=True)
    first, second = read_versions(root).values()
    assert (first.status, first.is_restricted, first.is_erased) == ("open", False, False)
    assert (second.status, second.is_restricted, second.is_erased) == ("restricted", True, False)
    assert (root / "data/versions.csv").read_text("utf-8").endswith(",,,restricted\n")


@pytest.mark.parametrize("address", ["../data/store", "file://{root}/data/store"])
@pytest.mark.parametrize("git", [True, False])
def test_restricted_bytes_never_go_where_git_keeps_them(
    root: Path,
    address: str,
    git: bool,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if git:
        subprocess.run(["git", "init", "-q", str(root)], check=True)
    monkeypatch.chdir(root)
    secret = TABLE + "C,yes\n"
    (root / "export.csv").write_text(secret, "utf-8")
    command = ["data", "add", "export.csv", "--dataset", "survey", "--as", "2", "--restricted"]
    private_remote(root, Path("x"))
    config = root / ".dvc/config"
    config.write_text(config.read_text("utf-8").replace("= x", f"= {address.format(root=root)}"))
    assert main(command) == 2
    said = capsys.readouterr()
    assert "the default remote" in said.err and "commit" not in said.out
    assert "survey@2" not in read_versions(root)
    holders = [p for p in root.rglob("*") if p.is_file() and p.read_bytes() == secret.encode()]
    assert holders == [root / "export.csv"]
    # Elsewhere they may lie, where git ignores every copy in the project.
    private_remote(root, tmp_path_factory.mktemp("private"))
    assert main(command) == (2 if git else 0)
    if git:
        assert ".gitignore" in capsys.readouterr().err
        (root / ".gitignore").write_text("/.dvc/cache\n/data/raw/*/*.csv\n")
        assert main(command) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[-1] == ("Now commit data/raw/survey/2.csv.dvc, data/versions.csv.")


def test_a_tombstone_is_a_second_row_and_the_last_one_counts(root: Path) -> None:
    row = (root / "data/versions.csv").read_text("utf-8").splitlines()[1]
    before = find_version(root, "survey@1")
    with_rows(root, row.replace(",first,open", ",a respondent withdrew,erased"))
    after = find_version(root, "survey@1")
    assert after.is_erased and not after.is_restricted and after.note == "a respondent withdrew"
    assert (after.md5, after.sha256, after.rows) == (before.md5, before.sha256, before.rows)
    assert list(read_versions(root)) == ["survey@1"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["{erased}", "{erased}"], "row 4: survey@1 has a row after its erasure"),
        (["{erased}", "{row}"], "row 4: survey@1 has a row after its erasure"),
        (["{new}", "{row}"], "row 3: survey@2 is erased before any row registers it"),
        (["{unknown}"], "row 3: survey@1 has the status 'gone'; expected one of open, restr"),
        (["{sha256}"], "row 3: survey@1 is erased with other hashes"),
        (["{md5}"], "row 3: survey@1 is erased with other hashes"),
        (["{rows}"], "row 3: survey@1 is erased with other hashes, rows"),
    ],
)
def test_a_tombstone_that_cannot_be_one_is_said_with_its_row(
    root: Path, rows: list[str], message: str
) -> None:
    row = (root / "data/versions.csv").read_text("utf-8").splitlines()[1]
    erased = row.replace(",open", ",erased")
    version = find_version(root, "survey@1")
    made = {
        "row": row,
        "erased": erased,
        "new": erased.replace("survey,1", "survey,2"),
        "unknown": row.replace(",open", ",gone"),
        "sha256": erased.replace(version.sha256, "0" * 64),
        "md5": erased.replace(version.md5, "0" * 32),
        "rows": erased.replace(",29,2,", ",29,3,"),
    }
    with_rows(root, *(text.format(**made) for text in rows))
    with pytest.raises(DataError, match=message):
        read_versions(root)


def test_bytes_that_were_erased_are_not_added_again(root: Path) -> None:
    row = (root / "data/versions.csv").read_text("utf-8").splitlines()[1]
    with_rows(root, row.replace(",first,open", ",a respondent withdrew,erased"))
    before = (root / "data/versions.csv").read_bytes()
    with pytest.raises(DataError, match=r"survey@1, which was erased \(a respondent withdrew\)"):
        add_version(root, root / "export.csv", "survey", "2")
    assert (root / "data/versions.csv").read_bytes() == before
    assert not (root / "data/raw/survey/2.csv").exists()


def test_answers_never_land_in_a_store_that_is_not_the_default(root: Path) -> None:
    """The embedded store is kept by git: whoever set another default meant that one."""
    (root / ".dvc/config.local").write_text(
        "[core]\n    remote = far\n['remote \"far\"']\n    url = s3://bucket/data\n", "utf-8"
    )
    before = sorted((root / "data/store").rglob("*"))
    (root / "export.csv").write_text(TABLE + "C,yes\n", "utf-8")
    new = add_version(root, root / "export.csv", "survey", "2")
    assert sorted((root / "data/store").rglob("*")) == before
    restore(root, new, root / "out.csv")
    assert (root / "out.csv").read_text("utf-8") == TABLE + "C,yes\n"


@given(st.text("outs:-md5{}[]'\" \n0123456789abcdef", max_size=60))
def test_any_text_is_a_pointer_or_one_line(text: str) -> None:
    try:
        assert isinstance(parse_pointer(text, "p.dvc"), Pointer)
    except DataError as error:
        assert "\n" not in str(error) and "p.dvc" in str(error)


def test_a_pointer_is_written_as_dvc_writes_it_and_reads_back() -> None:
    from dvc.utils.serialize import dumps_yaml

    # A hash of digits alone, or one that YAML could take for a number, is text all the same.
    for md5 in ("0" * 32, "12345678901234567890123456789e10", "1e" + "3" * 30, "a" * 32, "e" * 32):
        pointer = Pointer(md5=md5, size=3, name="1.csv")
        out = {"md5": md5, "size": 3, "hash": "md5", "path": "1.csv"}
        assert pointer.as_text() == dumps_yaml({"outs": [out]})
        assert parse_pointer(pointer.as_text(), "p.dvc") == pointer
