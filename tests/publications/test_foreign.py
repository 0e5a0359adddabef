"""The program, installed elsewhere, audits what is hostile, and nothing of it runs or is asked."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest import MonkeyPatch, TempPathFactory
from released_tree import STUDY, released_root

from project_copy import PATIENCE, ROOT, Project, install_wheel, shipped_files
from readiness.datasets.places import Foreign, check_settings, remote_settings
from readiness.datasets.store import find_object, local_copies
from readiness.datasets.versions import find_version
from readiness.ground.errors import ConfigError, DataError
from readiness.program import layout
from readiness.program.layout import program_files

SECRET = "only-the-auditor-knows"
CANARY = "import os\nopen(os.environ.get('CANARY') or {path!r}, 'a').write(__file__ + '\\n')\n"
# What a start would take for a library: of Python's own start, of the standard library, others.
MODULES = ("argparse", "sitecustomize", "usercustomize", "snakemake", "json", "yaml", "readiness")


@pytest.fixture(scope="module")
def program(tmp_path_factory: TempPathFactory) -> Path:
    """`readiness` as `pip install '.[run]'` leaves it, in an environment of its own."""
    return install_wheel(tmp_path_factory.mktemp("program"))


def test_the_wheel_holds_the_whole_program(program: Path) -> None:
    code = (
        "from readiness.program.layout import own_tree, program_files\n"
        "assert own_tree() is None\n"
        "print(*sorted(n for n, p in program_files().items() if p.is_file()))"
    )
    python = program.parent / "python3"
    told = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    shipped = {path.as_posix() for path in shipped_files()}
    assert told.stdout.split() == sorted(shipped & set(program_files()))


@pytest.fixture
def listener() -> Iterator[tuple[int, list[object]]]:
    """A port of this machine, and who has called there."""
    calls: list[object] = []
    server = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, caller = server.accept()
            except OSError:
                return
            calls.append(caller)
            connection.close()

    threading.Thread(target=accept, daemon=True).start()
    yield server.getsockname()[1], calls
    server.close()


def dvc_settings(folder: Path, port: int) -> str:
    """Remotes of every kind, each with a setting that runs a command or asks this machine."""
    (folder / "aws").write_text(
        f"[default]\ncredential_process = sh -c 'echo aws >>{folder.parent}/canary'\n", "utf-8"
    )
    kinds = {
        "s3": (
            "s3://bucket/data",
            f"configpath = {folder}/aws",
            f"endpointurl = http://127.0.0.1:{port}",
        ),
        "web": (f"http://127.0.0.1:{port}/data", "ask_password = false"),
        "dav": (
            f"webdav://127.0.0.1:{port}/data",
            f"bearer_token_command = touch {folder.parent}/canary",
        ),
        "ssh": (f"ssh://127.0.0.1:{port}/data", f"keyfile = {folder}/aws"),
        "gs": ("gs://bucket/data", f"credentialpath = {folder}/aws"),
        "outside": (str(folder.parent / "outside"), "verify = true"),
    }
    text = "[core]\n    remote = s3\n    no_scm = true\n"
    for name, (url, *more) in kinds.items():
        lines = "".join(f"    {line}\n" for line in (f"url = {url}", *more))
        text += f"['remote \"{name}\"']\n{lines}"
    return text


@pytest.fixture
def hostile(tmp_path: Path, listener: tuple[int, list[object]]) -> Path:
    """A tree whose publications are valid, with a mine wherever a program might step."""
    root = tmp_path / "hostile"
    Project(released_root()).copy(root)
    for name in (".venv", "results", ".snakemake", "publications/menus-r2"):
        shutil.rmtree(root / name)
    mine = CANARY.format(path=str(tmp_path / "canary"))
    for folder in (".", "workflow", "publications", "data", "profiles"):
        for name in MODULES[:-1]:
            (root / folder / f"{name}.py").write_text(mine, "utf-8")
    for path in (root / "workflow/readiness").rglob("*.py"):
        path.write_text(mine, "utf-8")
    for name in ("Snakefile", "workflow/Snakefile", "workflow/rules/common.smk"):
        (root / name).write_text(mine.replace("__file__", "'Snakefile'"), "utf-8")
    packages = root / ".venv/lib/python3.11/site-packages"
    packages.mkdir(parents=True)
    (packages / "x.pth").write_text(
        f"import os; open({str(tmp_path / 'canary')!r}, 'a')\n", "utf-8"
    )
    for program in ("python3", "python", "bash", "sh", "git", "quarto", "readlink", "uname"):
        (root / program).write_text(f"#!/bin/sh\necho {program} >>{tmp_path}/canary\n", "utf-8")
        (root / program).chmod(0o755)
    (root / ".cache").mkdir(exist_ok=True)
    (root / ".cache/closure.json").write_text("{}", "utf-8")
    text = dvc_settings(root, listener[0])
    (root / ".dvc/config").write_text(text, "utf-8")
    (root / ".dvc/config.local").write_text(text, "utf-8")
    return root


def judged(program: Path, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    home = cwd.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": f".:{os.environ['PATH']}",
        "PYTHONPATH": ".:workflow",
        "HOME": str(home),
        "CANARY": str(cwd.parent / "canary"),
        "SECRET": SECRET,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SNAKEMAKE_PROFILE": str(cwd / "profiles/default"),
        "PYTHONSTARTUP": "argparse.py",
    }
    return subprocess.run(
        [program, *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def untouched(root: Path, calls: list[object]) -> None:
    canary = root.parent / "canary"
    assert not canary.exists(), canary.read_text("utf-8")
    assert calls == []


def test_no_file_of_a_hostile_tree_runs(
    program: Path, hostile: Path, listener: tuple[int, list[object]]
) -> None:
    # Called in it, by its id.
    result = judged(program, hostile, "audit", "--level", "0")
    untouched(hostile, listener[1])
    assert result.returncode == 0, result.stdout + result.stderr
    # From elsewhere; also asked for the sealed code, which it names and does not run.
    words = ("audit", str(hostile), STUDY, "--level", "2", "--code", "frozen")
    result = judged(program, hostile, *words)
    untouched(hostile, listener[1])
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{STUDY}: VALID at level 2 (numbers)" in result.stdout, result.stdout
    # Where its store has no data, nobody is asked for them.
    shutil.rmtree(hostile / "data/store")
    result = judged(program, hostile, "audit", STUDY, "--level", "1")
    untouched(hostile, listener[1])
    assert result.returncode == 2, result.stdout + result.stderr
    assert "--remote ADDRESS" in result.stdout


def test_the_auditor_names_where_data_may_come_from(hostile: Path, tmp_path: Path) -> None:
    shutil.move(hostile / "data/store", tmp_path / "store")
    version = find_version(hostile, "menus-2023-claims@1")
    foreign = Foreign((str(tmp_path / "store"),), tmp_path / "fetched")
    with pytest.raises(DataError, match="--remote ADDRESS"):
        find_object(hostile, version, Foreign((), tmp_path / "fetched"))
    assert find_object(hostile, version, foreign) == tmp_path / "store" / version.object_name
    # A link out of the tree is no store of its own.
    (hostile / "data/store").symlink_to(tmp_path / "store")
    (copy,) = local_copies(hostile, version, Foreign((), tmp_path))
    assert copy.fault is not None and copy.fault.kind == "audit.copy.leads_out"


def test_no_setting_of_a_hostile_project_runs_a_command(
    hostile: Path, listener: tuple[int, list[object]]
) -> None:
    refused = set()
    for name, settings in remote_settings(hostile).items():
        try:
            check_settings(hostile, settings)
        except ConfigError as error:
            refused.add((name, str(error).partition(" ")[0]))
    assert refused == {
        ("s3", "configpath"),
        ("dav", "bearer_token_command"),
        ("gs", "credentialpath"),
    }


def test_no_link_makes_a_tree_the_program_s_own(tmp_path: Path, monkeypatch: MonkeyPatch) -> None:
    """The cells of an own report run: a tree must not become that by a link to an environment."""
    office, bundle = tmp_path / "office", tmp_path / "bundle"
    package = office / ".venv/lib/python3/site-packages/readiness"
    package.mkdir(parents=True)
    bundle.mkdir()
    (bundle / ".venv").symlink_to(office / ".venv")
    (tmp_path / "way").symlink_to(office)
    monkeypatch.setattr(layout, "PACKAGE_FOLDER", package)
    assert layout.own_tree() is None
    assert layout.is_own(office) and layout.is_own(tmp_path / "way")
    assert not layout.is_own(bundle) and not layout.is_own(tmp_path)


# In a project of one's own.


def test_a_command_takes_no_file_of_the_folder_for_a_library(tmp_path: Path) -> None:
    """A project with a mine of every kind beside what is its program."""
    project = Project(released_root()).copy(tmp_path / "tree")
    mine = CANARY.format(path="")
    for name in MODULES:
        for place in (".", "workflow", "publications"):
            if (place, name) != ("workflow", "readiness"):
                (project.root / place / f"{name}.py").write_text(mine, "utf-8")
    for program in ("python3", "python", "bash", "readlink", "dirname", "git", "quarto"):
        path = project.root / program
        path.write_text(f'#!/bin/sh\necho {program} >>"$CANARY"\nexit 1\n', "utf-8")
        path.chmod(0o755)
    canary = tmp_path / "canary"
    path = f".:{project.environment()['PATH']}"
    variables = {"CANARY": str(canary), "PYTHONPATH": ".:workflow"}
    for words in ("audit --level 0", "verify menus-r1", "data verify"):
        result = project.readiness(*words.split(), PATH=path, **variables)
        assert result.returncode in (0, 2), result.stderr
        assert not canary.exists(), canary.read_text("utf-8")
    target = "results/studies/menus-2023/judge/verdicts.json"
    result = project.run(target, **variables)
    assert result.returncode == 0, result.stderr
    assert (project.root / target).is_file() and not canary.exists()


def test_a_step_runs_the_program_of_its_folder(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "workflow/readiness", tmp_path / "workflow/readiness")
    cli = tmp_path / "workflow/readiness/cli.py"
    cli.write_text(cli.read_text("utf-8").replace("Survey statistics", "THIS FOLDER's"), "utf-8")
    command = [sys.executable, "-I", "workflow/readiness"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "THIS FOLDER's that anyone can check" in result.stdout
