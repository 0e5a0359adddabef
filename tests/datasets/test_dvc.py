"""The repository is an ordinary DVC repository: what its users do works from a clone, offline."""

import csv
import hashlib
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from project_copy import PATIENCE, ROOT, Project, copy_project, shipped_files

# No user's or machine's settings of git or DVC, and nothing to reach by network.
ALONE = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@example.org",
    "DVC_NO_ANALYTICS": "1",
}


def call(folder: Path, *command: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **ALONE, "HOME": str(folder.parent), **more}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=PATIENCE
    )


def git(folder: Path, *arguments: str) -> str:
    result = call(folder, "git", *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def dvc(folder: Path, *arguments: str) -> str:
    result = call(folder, sys.executable, "-m", "dvc", *arguments)
    assert result.returncode == 0, result.stderr
    return result.stdout


def versions() -> list[Mapping[str, str]]:
    with (ROOT / "data/versions.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def object_of(root: Path, md5: str) -> Path:
    return root / "data/store/files/md5" / md5[:2] / md5[2:]


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as a git repository: what somebody would clone."""
    folder = tmp_path_factory.mktemp("origin") / "readiness"
    copy_project(folder)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "all")
    return folder


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Iterator[Path]:
    # A clone on a machine that turns every text into one with CR LF.
    git(tmp_path, "clone", "--quiet", "--config", "core.autocrlf=true", str(origin), "clone")
    yield tmp_path / "clone"


def test_pull_fills_the_workspace_and_what_is_added_is_clean_to_dvc(clone: Path) -> None:
    assert not list((clone / "data/raw").rglob("*.csv"))
    dvc(clone, "pull")
    for row in versions():
        path = clone / f"data/raw/{row['dataset']}/{row['version']}.csv"
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
    assert "up to date" in dvc(clone, "status")
    assert git(clone, "status", "--porcelain") == ""
    source = clone / "data/raw/simulated-2026/1.csv"
    (clone / "export.csv").write_bytes(source.read_bytes() + b"\n")
    words = "data add export.csv --dataset simulated-2026 --as 3 --note simulated"
    assert Project(clone).here(*words.split()).returncode == 0
    assert "up to date" in dvc(clone, "status")
    assert "in sync" in dvc(clone, "status", "--cloud")
    # DVC itself would write the very same pointer.
    pointer = clone / "data/raw/simulated-2026/3.csv.dvc"
    written = pointer.read_bytes()
    dvc(clone, "add", "--quiet", "data/raw/simulated-2026/3.csv")
    assert pointer.read_bytes() == written
    assert "3.csv.dvc" in git(clone, "status", "--porcelain", "--untracked-files=all")


def test_dvc_finds_and_fetches_what_its_owner_alone_may_read(clone: Path, tmp_path: Path) -> None:
    dvc(clone, "remote", "add", "--default", "private", str(tmp_path / "private"))
    (clone / "export.csv").write_text("respondent,answer\nA,yes\n", "utf-8")
    words = "data add export.csv --dataset survey --as 1 --restricted"
    assert Project(clone).here(*words.split()).returncode == 0
    pointer, workspace = "data/raw/survey/1.csv.dvc", clone / "data/raw/survey/1.csv"
    stored = [path for path in (tmp_path / "private").rglob("*") if path.is_file()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in stored] == [0o400]
    assert "up to date" in dvc(clone, "status", pointer)
    assert "in sync" in dvc(clone, "status", "--cloud", pointer)
    workspace.unlink()
    shutil.rmtree(clone / ".dvc/cache")
    dvc(clone, "pull", pointer)
    assert workspace.read_bytes() == (clone / "export.csv").read_bytes()


def test_a_clone_with_other_line_ends_keeps_every_byte(origin: Path, clone: Path) -> None:
    for row in versions():
        content = object_of(clone, row["md5"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"]
    for name in git(clone, "ls-files", "-z").split("\0")[:-1]:
        assert (clone / name).read_bytes() == (origin / name).read_bytes(), name


def test_data_and_publications_are_no_text_to_git(clone: Path) -> None:
    stored = object_of(clone, versions()[0]["md5"]).relative_to(clone)
    for name in (str(stored), "data/versions.csv", "publications/index.json"):
        assert git(clone, "check-attr", "text", name).strip().endswith("text: unset")


# --- the shipped files, without DVC ---------------------------------------------------------------
def test_pointers_register_and_store_agree() -> None:
    pointers = {path for path in shipped_files() if path.suffix == ".dvc" and path.name != ".dvc"}
    assert pointers == {Path(f"data/raw/{r['dataset']}/{r['version']}.csv.dvc") for r in versions()}
    for row in versions():
        content = object_of(ROOT, row["md5"]).read_bytes()
        assert hashlib.md5(content, usedforsecurity=False).hexdigest() == row["md5"]
        assert hashlib.sha256(content).hexdigest() == row["sha256"]
        assert len(content) == int(row["bytes"])
        assert len(list(csv.reader(content.decode("utf-8-sig").splitlines(True)))) == (
            int(row["rows"]) + 1
        )
        text = (ROOT / f"data/raw/{row['dataset']}/{row['version']}.csv.dvc").read_text("utf-8")
        (out,) = yaml.safe_load(text)["outs"]
        assert out == {
            "md5": row["md5"],
            "size": int(row["bytes"]),
            "hash": "md5",
            "path": f"{row['version']}.csv",
        }


def test_the_store_holds_nothing_that_no_version_names() -> None:
    stored = {path for path in shipped_files() if path.parts[:2] == ("data", "store")}
    assert stored == {object_of(ROOT, row["md5"]).relative_to(ROOT) for row in versions()}


def test_what_is_simulated_says_so_in_the_register() -> None:
    for row in versions():
        if row["dataset"].startswith("simulated"):
            assert "simulated" in row["note"]
