"""No command writes onto what it reads, nor onto another file unless it is told to."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from project_copy import ROOT, Project
from readiness.cli import main

ANY_CSV = ROOT / "tests/commands/any_csv"


def link(path: Path, to: Path) -> None:
    path.symlink_to(to)


def hard_link(path: Path, to: Path) -> None:
    os.link(to, path)


def other_case_of_dots(path: Path, to: Path) -> None:
    (path.parent / "folder").mkdir()


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("library.csv", "visitors.yaml"):
        shutil.copyfile(ANY_CSV / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", ["estimate", "compare"])
@pytest.mark.parametrize("read", ["library.csv", "visitors.yaml"])
@pytest.mark.parametrize("name", [None, link, hard_link, other_case_of_dots])
def test_a_command_never_writes_onto_its_inputs(
    library: Path, capsys: Any, command: str, read: str, name: Callable[[Path, Path], None] | None
) -> None:
    target = library / read if name is None else library / "alias"
    if name is other_case_of_dots:
        name(target, library / read)
        target = library / "folder/.." / read
    elif name is not None:
        name(target, library / read)
    before = (library / read).read_bytes()
    # Not even when it may replace files.
    call = [command, "library.csv", "visitors.yaml", "--csv", str(target), "--force"]
    assert main(call) == 2
    said = capsys.readouterr().err
    assert "an input of this command" in said and read in said and said.count("\n") == 1
    assert (library / read).read_bytes() == before


def test_an_existing_file_is_replaced_only_by_force(library: Path, capsys: Any) -> None:
    call = ["estimate", "library.csv", "visitors.yaml", "--csv", "table.csv"]
    assert main(call) == 0
    written = Path("table.csv").read_bytes()
    Path("table.csv").write_text("mine", "utf-8")
    assert main(call) == 2
    assert "already exists" in capsys.readouterr().err
    assert Path("table.csv").read_text("utf-8") == "mine"
    assert main([*call, "--force"]) == 0
    assert Path("table.csv").read_bytes() == written
    Path("dangling.csv").symlink_to("nowhere.csv")
    assert main([*call[:-1], "dangling.csv"]) == 2
    os.mkfifo("pipe.csv")
    assert main([*call[:-1], "pipe.csv", "--force"]) == 2
    Path("there").mkdir()
    assert main([*call[:-1], "there", "--force"]) == 2


@pytest.fixture(scope="module")
def copy(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project's files, for commands that write beside them."""
    return finished.copy(tmp_path_factory.mktemp("outputs") / "project").root


VERSION = "menus-2023-claims@1"
COMMANDS = {
    "data get": (["data", "get", VERSION, "--to"], []),
    "audit": (["audit", "menus-r1", "--level", "0", "--html"], []),
    "bundle": (["bundle", "menus-r1", "--to"], [".zip"]),
}
KEPT = (
    "config.yaml",
    "data/versions.csv",
    "data/raw/menus-2023-claims/1.csv.dvc",
    "data/margins/canteen-1.csv",
    "publications/menus-r1/figures.csv",
)


@pytest.mark.parametrize("name", COMMANDS)
def test_no_command_writes_onto_what_the_project_reads(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, name: str
) -> None:
    monkeypatch.chdir(copy)
    call, suffixes = COMMANDS[name]
    for kept in KEPT:
        before = (copy / kept).read_bytes()
        alias = copy / f"alias{name.replace(' ', '')}{''.join(suffixes)}"
        link(alias, copy / kept)
        for target in (alias, copy / kept):
            assert main([*call, str(target), "--force"]) == 2
            assert capsys.readouterr().err
        alias.unlink()
        assert (copy / kept).read_bytes() == before
    mine = copy / f"mine{''.join(suffixes)}"
    mine.write_text("mine", "utf-8")
    assert main([*call, str(mine)]) == 2
    assert "already exists" in capsys.readouterr().err
    assert mine.read_text("utf-8") == "mine"


def test_a_version_is_got_again_where_it_lies(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(copy)
    place = copy / "data/raw/menus-2023-claims/1.csv"
    for _ in range(2):
        assert main(["data", "get", VERSION]) == 0
    whole = place.read_bytes()
    place.write_text("claim_id\nmine\n", "utf-8")
    assert main(["data", "get", VERSION]) == 2
    assert place.read_text("utf-8") == "claim_id\nmine\n"
    assert main(["data", "get", VERSION, "--force"]) == 0
    assert place.read_bytes() == whole
    for path in [path for path in (copy / "data/store").rglob("*") if path.is_file()]:
        assert main(["data", "get", VERSION, "--to", str(path), "--force"]) == 2
