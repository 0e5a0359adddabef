"""Compute a copy of an office, with its own program and with the new one.

The copy is in a temporary folder that only its owner can read, and that is removed afterwards: the
office stays as it is, byte for byte.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path

import pandas as pd
from packaging.requirements import Requirement

from readiness.commands.upgrading.wheel import Wheel
from readiness.datasets.places import local_remotes
from readiness.ground.errors import ConfigError, StoppedError
from readiness.program.layout import LOCK, PACKAGE_FOLDER, SNAKEFILES, rules_file
from readiness.publications.closing import read_verdicts
from readiness.publications.reproduce import Tally, tally
from readiness.publications.scratch import ended_like_interrupted, temporary_folder
from readiness.register.figures import read_register

# Folders of an office that are not copied: environment, history, caches.
NOT_COPIED = (".venv", ".git", ".cache")
# Exit codes of a completed run; 1: a number differs, which an upgrade may cause.
COMPUTED = (0, 1)
SETUP = "workflow/setup.sh"


@dataclass(frozen=True)
class Measured:
    """Results of an office under one program.

    `registers`: today's figures (as text) by run, `waves/NAME` or `studies/NAME`. `tallies`:
    outcome of each publication's numbers, by its id.
    """

    registers: Mapping[str, pd.DataFrame]
    tallies: Mapping[str, Tally]


def measure(root: Path, cores: str) -> tuple[Measured, Measured]:
    """Compute an office with its own program and with this one; return both results.

    Raises ConfigError where the office has no installed program, or where a program cannot compute
    it, with its message.
    """
    own_program = root / ".venv/bin/readiness"
    if not own_program.is_file():
        raise ConfigError(
            ".venv is missing, so there is no installed program to compare with. Run make first, "
            "then upgrade."
        )
    with ended_like_interrupted(), temporary_folder() as scratch:
        copy = scratch / root.name
        _copy_office(root, copy)
        _compute(copy, [str(own_program)], cores, "the office's own program")
        own_results = _read(copy)
        for name in SNAKEFILES:
            (copy / name).unlink(missing_ok=True)
        shutil.rmtree(copy / "workflow", ignore_errors=True)
        (copy / "Snakefile").write_text(
            f"include: {str(rules_file())!r}\n"
            "rule default:\n    default_target: True\n    input: rules.all.input\n",
            "utf-8",
        )
        new = [sys.executable, "-I", "-X", "utf8", str(PACKAGE_FOLDER)]
        _compute(copy, new, cores, "the new program")
        return own_results, _read(copy)


def hand_over(root: Path, wheel: Wheel, words: Sequence[str]) -> int:
    """Run the upgrade with the new program, in an environment of its own; return its exit code."""
    with ended_like_interrupted(), temporary_folder() as scratch:
        (scratch / wheel.name).write_bytes(wheel.content)
        lock = wheel.text(LOCK)
        if _has_all(lock):
            python = _borrow_packages(scratch / ".venv", wheel)
        else:
            python = _set_up(scratch, wheel, lock)
        command = [str(python), "-I", "-X", "utf8", "-m", "readiness", "upgrade"]
        process = subprocess.run(
            [*command, str(scratch / wheel.name), *words],
            cwd=root,
            env=_make_environment(),
            check=False,
        )
        return process.returncode


def _has_all(lock: str) -> bool:
    """Return whether this environment has each package that a lock pins, in that version."""
    for line in re.findall(r"^([A-Za-z0-9][^\\\n]*==[^\\\n]*)", lock, re.M):
        pin = Requirement(line.strip())
        if pin.marker is not None and not pin.marker.evaluate():
            continue  # pinned for another system
        try:
            present_version = installed(pin.name)
        except PackageNotFoundError:
            return False
        if not pin.specifier.contains(present_version, prereleases=True):
            return False
    return True


def _borrow_packages(folder: Path, wheel: Wheel) -> Path:
    """Make an environment with a wheel's program and this one's packages; return its Python."""
    _call([sys.executable, "-m", "venv", "--without-pip", str(folder)], folder.parent)
    python = folder / "bin/python3"
    [site] = (folder / "lib").glob("python*/site-packages")
    for name, content in wheel.members.items():
        if ".data/" not in name:
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            (site / name).write_bytes(content)
    places = sorted(
        {path for path in sys.path if path.endswith(("site-packages", "dist-packages"))}
    )
    lines = "".join(f"import site; site.addsitedir({path!a})\n" for path in places)
    (site / "others.pth").write_text(lines, "ascii")
    return python


def _set_up(scratch: Path, wheel: Wheel, lock: str) -> Path:
    """Set up the new program's environment from its lock (network); return its Python."""
    pin = f"./{wheel.name} \\\n    --hash=sha256:{wheel.digest}\n"
    (scratch / LOCK).write_text(pin + lock, "utf-8")
    (scratch / "setup.sh").write_text(wheel.text(SETUP), "utf-8")
    print("upgrade: setting up the new program's packages (needs the network)", file=sys.stderr)
    _call(["sh", "setup.sh", ".venv"], scratch)
    return scratch / ".venv/bin/python3"


def _call(command: Sequence[str], folder: Path) -> None:
    process = subprocess.run(
        command, cwd=folder, env=_make_environment(), capture_output=True, text=True, check=False
    )
    if process.returncode:
        last_line = (process.stderr.strip().splitlines() or ["without a word"])[-1]
        raise StoppedError(f"the new program cannot be set up: {last_line}")


def _make_environment() -> dict[str, str]:
    """Return the user's environment without variables that change how a program runs."""
    alien = ("READINESS_", "SNAKEMAKE_", "PYTHON", "VIRTUAL_ENV")
    return {name: text for name, text in os.environ.items() if not name.startswith(alien)}


def _copy_office(root: Path, copy: Path) -> None:
    """Copy an office with data, results and file times, so that nothing is computed twice."""

    def leave_out(folder: str, names: list[str]) -> list[str]:
        return [name for name in names if name in NOT_COPIED] if Path(folder) == root else []

    shutil.copytree(root, copy, symlinks=True, ignore=leave_out)
    settings = copy / ".dvc/config"
    if settings.is_file():
        # A relative path to a remote outside the office is wrong in the copy.
        text = settings.read_text("utf-8")
        for path in local_remotes(root).values():
            inside = path.is_relative_to(root.resolve())
            for url in re.findall(r"^\s*url\s*=\s*(\S+)\s*$", text, re.M):
                if not inside and (root / ".dvc" / url).resolve() == path:
                    text = text.replace(url, str(path))
        settings.write_text(text, "utf-8")


def _compute(folder: Path, program: Sequence[str], cores: str, called: str) -> None:
    """Run a program in the copy of an office; raise ConfigError where it cannot compute."""
    process = subprocess.run(
        [*program, "run", "--cores", cores],
        cwd=folder,
        env=_make_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if process.returncode not in COMPUTED or (process.returncode and not _registers(folder)):
        messages = [line for line in process.stderr.splitlines() if line.startswith("readiness ")]
        why = (messages or process.stderr.strip().splitlines() or ["without a word"])[-1]
        why = re.sub("^readiness (?:run: )?", "", why).replace(f"{folder}/", "")
        raise ConfigError(f"{called} cannot compute the results of this office: {why}")


def _registers(folder: Path) -> dict[str, Path]:
    folders = (
        path for kind in ("waves", "studies") for path in (folder / "results" / kind).glob("*")
    )
    registers = {
        f"{path.parent.name}/{path.name}": path / "register/figures.csv" for path in folders
    }
    return {run: path for run, path in sorted(registers.items()) if path.is_file()}


def _read(folder: Path) -> Measured:
    verdicts = sorted((folder / "results/publications").glob("*/reproduce/verdicts.csv"))
    return Measured(
        {run: read_register(path) for run, path in _registers(folder).items()},
        {name: tally(table) for name, table in read_verdicts(verdicts).items()},
    )
