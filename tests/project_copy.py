"""Copies of this project that tests may run and break.

A copy holds what git would hold (the working files, so also what is not committed yet) and a small
virtual environment of its own, which adds the packages of the environment that runs the tests. So
its commands run its own code, whatever is installed elsewhere.
"""

from __future__ import annotations

import importlib.util
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from readiness.cli import main
from readiness.program.wheel import make_wheel

ROOT = Path(__file__).parents[1]
NOT_SHIPPED = {
    ".git",
    ".venv",
    ".cache",
    ".snakemake",
    "__pycache__",
    "results",
    ".hypothesis",
    ".ruff_cache",
}
# Seconds until a command is taken to hang: far more than it takes on the busiest machine.
PATIENCE = 1800
# The stamp by which a Makefile knows that its environment is set up, so that it asks no network.
STAMP = 'touch ".venv/.ready-$({ cat requirements.lock; pwd; } | cksum | cut -d " " -f 1)"'
# The steps that Snakemake would run, one after the other in one process.
AT_ONCE = """
import shlex, sys
from readiness.cli import main
for line in sys.stdin:
    if code := main(shlex.split(line)):
        sys.exit(code)
"""
COMMAND = re.compile(r"""^Shell command: python -I -X utf8 "\$READINESS_PROGRAM" (.*)$""", re.M)
JOB = re.compile(r"^(?:local)?(?:rule|checkpoint) (\w+):$")
# Another machine, as far as one machine can be another.
ABROAD = {
    "LC_ALL": "C",
    "LANG": None,
    "TZ": "Pacific/Auckland",
    "PYTHONHASHSEED": "random",
    "HOME": "/dev/null/home",  # which cannot be written
    "XDG_CACHE_HOME": None,
}


def shipped_files(root: Path = ROOT) -> list[Path]:
    """The project's own files, relative to `root`, sorted: what git would hold of it."""
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        names = {Path(name) for name in listed.split("\0") if name}
        return sorted(name for name in names if (root / name).is_file())
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in NOT_SHIPPED]
        found += [Path(folder).relative_to(root) / name for name in files]
    # In a zip of the tree, git cannot say that the bytes below data/raw are not its own.
    return sorted(p for p in found if p.parts[:2] != ("data", "raw") or p.suffix != ".csv")


def copied_files() -> list[Path]:
    """Those that a copy for a test has: all but drafts, which cost a chain of their own as soon as
    a test changes the configuration that they were made from.
    """
    seals = (ROOT / "publications").glob("*/seal.json")
    drafts = {s.parent.name for s in seals if json.loads(s.read_text("utf-8"))["status"] == "draft"}
    return [p for p in shipped_files() if p.parts[0] != "publications" or p.parts[1] not in drafts]


def pattern(lines: list[str]) -> re.Pattern[str]:
    """Lines of a page as a pattern, in which a line `...` stands for any lines."""
    parts = ["(?:.*\n)*?" if line.strip() == "..." else re.escape(f"{line}\n") for line in lines]
    return re.compile("".join(parts))


def add_environment(root: Path) -> None:
    binaries = root / ".venv" / "bin"
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    packages = root / ".venv" / "lib" / version / "site-packages"
    binaries.mkdir(parents=True)
    packages.mkdir(parents=True)
    base = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    (root / ".venv/pyvenv.cfg").write_text(f"home = {base.parent}\n", "utf-8")
    for name in ("python", "python3"):
        (binaries / name).symlink_to(base)
    # A path with letters that the locale lacks is written in ASCII, for Python to read.
    others = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    line = f"import sys; sys.path.extend({sorted(others)!a})\n"
    (packages / "others.pth").write_text(line, "ascii")
    (packages / "readiness").symlink_to("../../../../workflow/readiness")
    shutil.copyfile(ROOT / "workflow/bin/readiness", binaries / "readiness")
    (binaries / "readiness").chmod(0o755)


def install_wheel(folder: Path) -> Path:
    """`readiness` as `pip install '.[run]'` leaves it, in an environment of its own.

    It comes from the wheel alone and lies below `folder`; the packages that it needs are those of
    this environment.
    """
    name, content = make_wheel()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    add_installed(folder / "env", folder / name)
    return folder / "env/bin/readiness"


def add_installed(environment: Path, wheel: Path) -> None:
    """Make an environment with the program of a wheel, and the packages of this one beside it."""
    venv.create(environment, with_pip=False, symlinks=True)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    others = sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
    # A path with letters that the locale lacks is written in ASCII, for Python to read.
    line = f"import sys; sys.path.extend({others!a})\n"
    (environment / "lib" / version / "site-packages/others.pth").write_text(line, "ascii")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    words = ["--python", str(environment / "bin/python"), "install", "--no-deps", "--no-index"]
    subprocess.run([*pip, *words, "--quiet", str(wheel)], check=True)


def set_up_office(root: Path) -> Project:
    """Do what an office's set-up does, with the packages of the environment that runs the tests."""
    [wheel] = root.glob("*.whl")
    add_installed(root / ".venv", wheel)
    project = Project(root)
    assert project.call("sh", "-c", STAMP).returncode == 0
    return project


def hear_ctrl_c() -> None:
    """Hear an interrupt also where the tests were started to ignore it, as `nohup ... &` does; to
    be called in a process that is being started.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True)
class Project:
    """A copy of the project, and what its commands find in their environment (None: unset)."""

    root: Path
    variables: Mapping[str, str | None] = field(default_factory=dict)

    def environment(self, **more: str | None) -> dict[str, str]:
        """The environment of a command: no variable of the test run leaks into it."""
        environment = dict(os.environ)
        for name in list(environment):
            if name.startswith(("READINESS_", "PYTEST_", "SNAKEMAKE_", "QUARTO_")):
                del environment[name]
        for name in ("PYTHONPATH", "VIRTUAL_ENV", "MAKELEVEL", "MAKEFLAGS", "MFLAGS"):
            environment.pop(name, None)
        environment["PATH"] = f"{self.root / '.venv/bin'}{os.pathsep}{environment['PATH']}"
        for name, value in {**self.variables, **more}.items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        return environment

    def start(self, *command: str, **more: str | None) -> subprocess.Popen[str]:
        """Start a command in a process group of its own."""
        return subprocess.Popen(
            command,
            cwd=self.root,
            env=self.environment(**more),
            text=True,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=hear_ctrl_c,
        )

    def call(self, *command: str, **more: str | None) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        process = self.start(*command, **more)
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(command, process.returncode, out, err)

    def readiness(self, *arguments: str, **more: str | None) -> subprocess.CompletedProcess[str]:
        """Run `readiness ...`."""
        return self.call(".venv/bin/readiness", *arguments, **more)

    def here(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`readiness ...` in this process, and so by the program that is tested: for what ends
        before another process is begun.
        """
        out, err = io.StringIO(), io.StringIO()
        with chdir(self.root), redirect_stdout(out), redirect_stderr(err):
            code = main(arguments)
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    def run(self, *targets: str, **more: str | None) -> subprocess.CompletedProcess[str]:
        """Run `readiness run` on two cores, for the default target or for `targets`."""
        return self.readiness("run", "--cores", "2", *(["--", *targets] if targets else []), **more)

    def plan(self, *more: str) -> str:
        """What `snakemake --dry-run` says of the next run."""
        python = (".venv/bin/python", "-I", "-X", "utf8", "-m", "snakemake")
        result = self.call(*python, "--dry-run", "--cores", "1", "--quiet", "host", *more)
        assert result.returncode == 0, result.stderr
        return result.stdout + result.stderr

    def make(self, *targets: str, **more: str | None) -> subprocess.CompletedProcess[str]:
        """Make the targets by the steps of a run, without Snakemake around them and in one process:
        where what they say is tested and not how they run, in half the time.
        """
        commands = "\n".join(COMMAND.findall(self.plan("--printshellcmds", "--", *targets)))
        python = [str(self.root / ".venv/bin/python"), "-I", "-X", "utf8", "-c", AT_ONCE]
        environment = self.environment(PYTHONUTF8="1", **more)
        done = subprocess.run(
            python, cwd=self.root, env=environment, input=commands, text=True, capture_output=True
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done

    def to_do(self) -> set[str]:
        """What a run would do now, `rule run`."""
        jobs: list[str] = []
        for line in self.plan().splitlines():
            if match := JOB.match(line):
                jobs.append(match[1])
            elif match := re.match(r"    wildcards: (.*)$", line):
                values = [part.partition("=")[2] for part in match[1].split(", ")]
                jobs[-1] += " " + "@".join(values)
        return set(jobs) - {"all", "default"}

    def copy(self, target: Path) -> Project:
        """A copy of all of it, results and Snakemake's own notes included, times kept."""
        subprocess.run(["cp", "-a", str(self.root), str(target)], check=True)
        return Project(target, self.variables)

    def read(self, name: str) -> str:
        """A file of the project, as text."""
        return (self.root / name).read_text("utf-8")

    def replace(self, name: str, old: str, new: str) -> None:
        """Replace `old`, which must be there, by `new` in a file."""
        text = self.read(name)
        assert old in text, f"{name} has no {old!r}"
        (self.root / name).write_text(text.replace(old, new), "utf-8")


def copy_project(target: Path, variables: Mapping[str, str | None] | None = None) -> Project:
    """A fresh copy at `target`, as after a checkout and the set-up; nothing has run in it."""
    for name in copied_files():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target / name)
    leave_revision(target)
    add_environment(target)
    return Project(target, dict(variables or {}))


def leave_revision(root: Path) -> None:
    """Take `revises` out of a copy's configuration where it names a draft, which a copy has not."""
    config, kept = root / "config.yaml", root / "publications"
    told = re.compile(r"^    revises: (.*)\n", re.M)
    text = config.read_text("utf-8")
    config.write_text(told.sub(lambda m: m[0] if (kept / m[1]).is_dir() else "", text), "utf-8")


def benchmark_module(name: str) -> ModuleType:
    """A script of `benchmarks/`; under a name of its own, for some are called as packages are."""
    folder = ROOT / "benchmarks"
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    spec = importlib.util.spec_from_file_location(f"{name}_benchmark", folder / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def message(result: subprocess.CompletedProcess[str]) -> str:
    """What `readiness` itself said on standard error: its last lines, from `readiness ...:` on."""
    lines = result.stderr.strip().splitlines()
    starts = [k for k, line in enumerate(lines) if re.match(r"readiness [a-z-]+: ", line)]
    return "\n".join(lines[starts[-1] :]) if starts else ""
