"""A run in a scratch folder: a small project with verified datasets, and a snakemake of its own.

The project lies in a temporary folder that is gone afterwards, also when the audit is interrupted
or asked to end: it holds people's answers. Nothing of the tree is touched. The code that runs is
the scratch project's own, whatever is installed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from readiness.datasets.places import STORE
from readiness.datasets.versions import Pointer
from readiness.errors import DataError
from readiness.files import write_atomically
from readiness.publications.sandbox import PROJECT, run_confined
from readiness.rendering.engines import find_quarto

# Starts the program that lies in a folder, and takes nothing else there for a library.
START = """
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
import readiness
del sys.path[0]
runpy.run_module("readiness", run_name="__main__")
"""
# What of the auditor's environment reaches sealed code: which kernels of the processor to use.
KERNELS = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES")
# Seconds before each attempt to remove a folder in which a job that ends may still write.
PAUSES = (0.0, 0.1, 0.5, 2.0)


@contextmanager
def scratch_project(code: Mapping[str, bytes], objects: Mapping[Pointer, Path]) -> Iterator[Path]:
    """A project in a temporary folder: files by name, and datasets.

    `objects` are verified copies of the datasets; they are copied, never linked. DataError when the
    temporary folder cannot be used.
    """
    with ended_like_interrupted(), temporary_folder() as scratch:
        folder = scratch / "project"
        try:
            for name, content in code.items():
                write_atomically(folder / name, content)
            for pointer, path in objects.items():
                target = folder / STORE / pointer.object_name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        except OSError as error:
            raise DataError(
                f"{scratch.parent}: {error.strerror}. Free some space, or set TMPDIR to another "
                "folder."
            ) from None
        yield folder


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for the time of a context; DataError when there is no place for one."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="readiness-"))
    except OSError as error:
        raise DataError(f"{error.filename}: {error.strerror}; set TMPDIR to a folder.") from None
    try:
        if os.pathsep in str(folder):
            # Python would look for the code elsewhere, and find today's.
            raise DataError(
                f"{folder.parent}: its name holds {os.pathsep!r}; set TMPDIR to another folder."
            )
        yield folder
    finally:
        for pause in PAUSES:
            time.sleep(pause)
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break


@contextmanager
def ended_like_interrupted() -> Iterator[None]:
    """Within it, a signal that asks the process to end does what an interrupt from the keyboard
    does: the scratch folder goes before the process."""

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    asks = (signal.SIGTERM, signal.SIGHUP)
    mine = threading.current_thread() is threading.main_thread()
    heard = [n for n in asks if mine and signal.getsignal(n) is signal.SIG_DFL]
    for number in heard:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_DFL)


def run_in(folder: Path, targets: Sequence[str], cores: str) -> str:
    """Run the program of the project in `folder`, which is this one, for some targets.

    "" when it is done, else why it is not.
    """
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("READINESS_", "SNAKEMAKE_", "PYTHON"))
    }
    # What the run's programs leave there goes with the scratch folder.
    environment["TMPDIR"] = str(folder.parent)
    code, said = _run(folder, _command(folder / "workflow", targets, cores), environment)
    return "" if code == 0 else _reason(said, folder)


def run_sealed(folder: Path, targets: Sequence[str], cores: str, *, confined: bool) -> str:
    """Run the program of the project in `folder`, which is somebody else's, for some targets.

    "" when it is done, else why it is not. `confined`: in a sandbox.
    """
    variables = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
        # An older program starts its steps by `python -m`, in a folder that is no place of
        # libraries.
        "PYTHONSAFEPATH": "1",
        "PYTHONNOUSERSITE": "1",
        "USER": "auditor",
    }
    variables |= {name: os.environ[name] for name in KERNELS if name in os.environ}
    quarto = find_quarto()
    if quarto:
        variables["QUARTO_PATH"] = str(quarto)
    if confined:
        variables |= {"HOME": "/tmp/home", "TMPDIR": "/tmp"}
        command = _command(Path(PROJECT) / "workflow", targets, cores)
        programs = [quarto.parent, quarto.resolve().parents[1]] if quarto else []
        code, said = run_confined(folder, command, variables, programs)
        return "" if code == 0 else _reason(said, Path(PROJECT))
    home = folder.parent / "home"
    home.mkdir()
    variables |= {"HOME": str(home), "TMPDIR": str(folder.parent)}
    code, said = _run(folder, _command(folder / "workflow", targets, cores), variables)
    return "" if code == 0 else _reason(said, folder)


def _command(program: Path, targets: Sequence[str], cores: str) -> list[str]:
    start = [sys.executable, "-I", "-X", "utf8", "-c", START, str(program)]
    return [*start, "run", "--cores", cores, "--", *targets]


def _run(folder: Path, command: Sequence[str], variables: Mapping[str, str]) -> tuple[int, str]:
    # A session of its own: an interrupt from the keyboard is for this process to pass on.
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        _, said = process.communicate()
    except BaseException:
        # It ends its own workflow, which would go on for long, in a folder that is gone.
        process.send_signal(signal.SIGTERM)
        process.communicate()
        raise
    return process.returncode, said


def _reason(stderr: str, folder: Path) -> str:
    """What `readiness run` said last, without the scratch folder's name."""
    lines = stderr.strip().splitlines()
    said = [k for k, line in enumerate(lines) if line.startswith("readiness run: ")]
    text = " ".join(lines[said[-1] :]) if said else (lines[-1] if lines else "no message")
    return text.removeprefix("readiness run: ").replace(f"{folder}/", "")
