"""The program, installed elsewhere, audits what is hostile, and nothing of it runs or is asked."""

from __future__ import annotations

import os
import shutil
import socket
import stat
import subprocess
import sys
import sysconfig
import threading
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from released_tree import STUDY, released_root

from project_copy import ROOT, Project, shipped_files
from readiness.datasets.places import Foreign, remote_settings
from readiness.datasets.store import find_object, local_copies
from readiness.datasets.versions import check_pointer, find_version
from readiness.errors import DataError
from readiness.publications.program import program_files
from readiness.publications.sandbox import Bounds, bubblewrap, run_confined
from readiness.publications.tree import unpack_zip

SECRET = "only-the-auditor-knows"
CANARY = "import os\nopen(os.environ.get('CANARY') or {path!r}, 'a').write(__file__ + '\\n')\n"
sandboxed = pytest.mark.skipif(bubblewrap() is None, reason="bubblewrap cannot be used here")


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`readiness` as `pip install .` leaves it, in an environment of its own."""
    folder = tmp_path_factory.mktemp("program")
    source = folder / "source"
    for name in shipped_files():
        if name.parts[0] not in ("data", "publications", "tests", "docs", "benchmarks"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    quiet = ["--quiet", "--no-deps", "--no-index"]
    build = [*pip, "wheel", *quiet, "--no-build-isolation", "-w", str(folder), str(source)]
    subprocess.run(build, check=True)
    (wheel,) = folder.glob("readiness-*.whl")
    venv.create(folder / "env", with_pip=False, symlinks=True)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    packages = folder / "env/lib" / version / "site-packages"
    others = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    (packages / "others.pth").write_text("\n".join(others) + "\n", "utf-8")
    install = [*pip, "--python", str(folder / "env/bin/python"), "install", *quiet, str(wheel)]
    subprocess.run(install, check=True)
    shutil.rmtree(source)
    return folder / "env/bin/readiness"


def test_the_wheel_holds_the_whole_program(program: Path) -> None:
    code = (
        "from readiness.publications.program import own_tree, program_files\n"
        "from readiness.closure import package_hash\n"
        "assert own_tree() is None\n"
        "print(package_hash(), *sorted(n for n, p in program_files().items() if p.is_file()))"
    )
    python = program.parent / "python3"
    told = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    shipped = {path.as_posix() for path in shipped_files()}
    assert told.stdout.split()[1:] == sorted(shipped & set(program_files()))


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
        "s3": ("s3://bucket/data", f"configpath = {folder}/aws",
               f"endpointurl = http://127.0.0.1:{port}"),
        "web": (f"http://127.0.0.1:{port}/data", "ask_password = false"),
        "dav": (f"webdav://127.0.0.1:{port}/data",
                f"bearer_token_command = touch {folder.parent}/canary"),
        "ssh": (f"ssh://127.0.0.1:{port}/data", f"keyfile = {folder}/aws"),
        "gs": ("gs://bucket/data", f"credentialpath = {folder}/aws"),
        "outside": (str(folder.parent / "outside"), "verify = true"),
    }  # fmt: skip
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
        for name in ("argparse", "sitecustomize", "usercustomize", "json", "snakemake", "pandas"):
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
    (root / ".cache").mkdir()
    (root / ".cache/closure.json").write_text("{}", "utf-8")
    text = dvc_settings(root, listener[0])
    (root / ".dvc/config").write_text(text, "utf-8")
    (root / ".dvc/config.local").write_text(text, "utf-8")
    return root


def judged(program: Path, cwd: Path, *words: str) -> subprocess.CompletedProcess[str]:
    home = cwd.parent / "home"
    home.mkdir(exist_ok=True)
    environment = {
        "PATH": f".:{os.environ['PATH']}", "PYTHONPATH": ".:workflow", "HOME": str(home),
        "CANARY": str(cwd.parent / "canary"), "SECRET": SECRET, "AWS_EC2_METADATA_DISABLED": "true",
        "SNAKEMAKE_PROFILE": str(cwd / "profiles/default"), "PYTHONSTARTUP": "argparse.py",
    }  # fmt: skip
    return subprocess.run(
        [program, *words], cwd=cwd, env=environment, capture_output=True, text=True, timeout=500
    )


def untouched(root: Path, calls: list[object]) -> None:
    canary = root.parent / "canary"
    assert not canary.exists(), canary.read_text("utf-8")
    assert calls == []


def test_no_file_of_a_hostile_tree_runs(
    program: Path, hostile: Path, listener: tuple[int, list[object]]
) -> None:
    # Called in it, by its id.
    for words, code in ((("verify", STUDY), 2), (("audit", "--level", "0"), 0)):
        result = judged(program, hostile, *words)
        untouched(hostile, listener[1])
        assert result.returncode == code, result.stdout + result.stderr
    # From elsewhere, as a zip; today's code is the program's own.
    archive = hostile.parent / "hostile.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in hostile.rglob("*"):
            if path.is_file():
                packed.write(path, path.relative_to(hostile))
    levels = [("2",), ("3", "--code", "frozen")] if bubblewrap() else [("2",)]
    for level in levels:
        result = judged(program, hostile, "audit", str(archive), STUDY, "--level", *level)
        untouched(hostile, listener[1])
        assert result.returncode == 0, result.stdout + result.stderr
        assert f"{STUDY}: VALID at level {level[0]}" in result.stdout
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
    pointer = check_pointer(hostile, version)
    (copy,) = local_copies(hostile, version, pointer, Foreign((), tmp_path))
    assert copy.fault is not None and copy.fault.kind == "audit.copy.leads_out"


def test_only_plain_settings_of_a_remote_reach_dvc(
    hostile: Path, listener: tuple[int, list[object]]
) -> None:
    known = {"url", "endpointurl"}
    assert {key for found in remote_settings(hostile).values() for key in found} == known


ATTACK = """
import json, os, pathlib, socket, subprocess
said = {}
def attempt(name, what):
    try:
        said[name] = repr(what())
    except BaseException as error:
        said[name] = f"refused: {type(error).__name__}"
os.makedirs("results", exist_ok=True)
said["environment"] = sorted(os.environ)
attempt("network", lambda: socket.create_connection(("127.0.0.1", PORT), 2))
attempt("canary", lambda: pathlib.Path("CANARY").write_text("x"))
attempt("home", lambda: os.listdir("HOME_FOLDER"))
attempt("input", lambda: pathlib.Path("data/input.csv").write_text("x"))
attempt("interpreter", lambda: pathlib.Path(os.__file__).write_text("x"))
attempt("root", lambda: pathlib.Path("/usr/x").write_text("x"))
attempt("processes", lambda: [p for p in os.listdir("/proc") if p.isdigit() and int(p) > 1000])
os.symlink("/etc/passwd", "results/link")
pathlib.Path("results/said.json").write_text(json.dumps(said))
"""


@sandboxed
def test_code_in_the_sandbox_sees_and_reaches_nothing(
    tmp_path: Path, listener: tuple[int, list[object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    import json

    monkeypatch.setenv("SECRET", SECRET)
    folder = tmp_path / "project"
    (folder / "data").mkdir(parents=True)
    (folder / "data/input.csv").write_text("1", "utf-8")
    attack = ATTACK.replace("PORT", str(listener[0])).replace("CANARY", str(tmp_path / "canary"))
    attack = attack.replace("HOME_FOLDER", str(tmp_path))
    code, said = run_confined(folder, [sys.executable, "-I", "-c", attack], {"LANG": "C.UTF-8"})
    assert code == 0, said
    found = json.loads((folder / "results/said.json").read_text("utf-8"))
    assert set(found.pop("environment")) <= {"LANG", "LC_CTYPE", "PWD"}
    assert SECRET not in (folder / "results/said.json").read_text("utf-8")
    assert {name for name, text in found.items() if text.startswith("refused")} == {
        "network", "canary", "home", "input", "interpreter", "root",
    }  # fmt: skip
    assert found["processes"] == "[]"
    assert (folder / "data/input.csv").read_text("utf-8") == "1"
    assert [path.name for path in (folder / "results").iterdir()] == ["said.json"]
    assert not (tmp_path / "canary").exists()
    assert listener[1] == []


BOMBS = {
    "seconds": ("import time; time.sleep(60)", "seconds"),
    "memory": ("x = [bytearray(1 << 24) for _ in range(400)]; import time; time.sleep(60)", ""),
    "disk": ("f = open('/tmp/x', 'wb')\nwhile True: f.write(bytes(1 << 20))", ""),
    "results": ("import os; os.mkdir('results'); [open(f'results/{n}', 'wb').write(bytes(1 << 20))"
                " for n in range(500)]", ""),
    "processes": ("import os, time\nwhile True:\n    if os.fork() == 0: time.sleep(60)",
                  "processes"),
}  # fmt: skip


@sandboxed
@pytest.mark.parametrize("kind", BOMBS)
def test_a_bomb_in_the_sandbox_is_ended(tmp_path: Path, kind: str) -> None:
    bounds = Bounds(seconds=4.0, memory=1 << 28, disk=1 << 26, processes=100)
    (tmp_path / "project").mkdir()
    source, word = BOMBS[kind]
    command = [sys.executable, "-I", "-c", source]
    try:
        code, said = run_confined(tmp_path / "project", command, {}, bounds=bounds)
    except DataError as error:
        assert word in str(error)
    else:
        assert not word
        assert code != 0, said


def a_zip(path: Path, *members: tuple[zipfile.ZipInfo | str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
    return path


def special(name: str, kind: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = (kind | 0o777) << 16
    return member


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([("../canary", b"x")], "is no file inside"),
        ([("/tmp/readiness-canary", b"x")], "is no file inside"),
        ([("a/../../canary", b"x")], "is no file inside"),
        ([("..\\canary", b"x")], "is no file inside"),
        ([(special("link", stat.S_IFLNK), b"/etc/passwd")], "is no file inside"),
        ([(special("device", stat.S_IFCHR), b"")], "is no file inside"),
        ([(special("pipe", stat.S_IFIFO), b"")], "is no file inside"),
        ([("a", b"1"), ("a", b"2")], "stands there twice"),
        ([("a", b"1"), ("a/b", b"2")], "stands there twice"),
        ([("bomb", bytes(64 << 20))], "times its size"),
    ],
)
def test_a_zip_is_checked_as_it_is_unpacked(
    tmp_path: Path, members: list[tuple[zipfile.ZipInfo | str, bytes]], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        unpack_zip(a_zip(tmp_path / "x.zip", *members), tmp_path / "tree")
    assert not (tmp_path / "canary").exists()
    assert not Path("/tmp/readiness-canary").exists()
