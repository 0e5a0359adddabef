"""Open the audited project tree, and rerun its publications in a scratch folder.

The tree is this program's own, or a foreign one, which is read and never run. The scratch folder
holds a small project with verified datasets, which this program runs. It holds people's answers, so
it is always removed, also when the audit is interrupted or terminated. The tree is not changed.
"""

import logging
import os
import re
import shlex
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from runpy import run_module
from typing import TypeVar

from threadpoolctl import threadpool_limits

from readiness.datasets.places import STORE, Foreign
from readiness.datasets.pointers import Pointer
from readiness.ground.errors import ConfigError, DataError, ReadinessError, StoppedError
from readiness.program.layout import is_own
from readiness.publications.ledger import FOLDER

Done = TypeVar("Done")
# File with the output of a run, beside the run's folder.
SAID = "said.txt"


@contextmanager
def scratch_project(files: Mapping[str, bytes], objects: Mapping[Pointer, Path]) -> Iterator[Path]:
    """Make a project in a temporary folder from `files` (content by name) and datasets; yield its
    path.

    `objects`: verified copies of the datasets; they are copied, never linked. Raises DataError when
    the temporary folder cannot be used.
    """
    with ended_like_interrupted(), temporary_folder() as scratch:
        folder = scratch / "project"
        try:
            for name, content in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_bytes(content)
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
    """Make a temporary folder, and remove it at the end of the context.

    Raises DataError when no folder can be made.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix="readiness-"))
    except OSError as error:
        raise DataError(f"{error.filename}: {error.strerror}; set TMPDIR to a folder.") from None
    try:
        yield folder
    finally:
        # Wait this many seconds before each attempt: a job that is ending may still write.
        for pause in (0.0, 0.1, 0.5, 2.0):
            time.sleep(pause)
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break


@contextmanager
def ended_like_interrupted() -> Iterator[None]:
    """Raise KeyboardInterrupt on SIGTERM and SIGHUP, so that the scratch folder is removed before
    the process ends.
    """

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


def run_in(folder: Path, targets: Sequence[str]) -> str:
    """Run this program for some targets in the project in `folder`; return "" or why it failed.

    The run is a forked process with all modules loaded: starting Python takes longer than most
    steps.
    """
    _load_program()
    process = get_context("fork").Process(target=_perform_steps, args=(folder, targets))
    process.start()
    try:
        process.join()
    except BaseException:
        # End the whole process group: its children would go on in a folder that was removed.
        os.killpg(process.pid or 0, signal.SIGTERM)
        process.join()
        raise
    code = process.exitcode or 0
    if code < 0:
        return f"ended by {signal.Signals(-code).name}; perhaps the memory was full"
    return (
        _read_reason((folder.parent / SAID).read_text("utf-8", "replace"), folder) if code else ""
    )


def _load_program() -> None:
    """Import the modules that all runs need: the steps, and Snakemake's command line."""
    for module in ("snakemake.cli", *(m for m, _ in import_module("readiness.cli").STEPS.values())):
        import_module(module)


def _perform_steps(folder: Path, targets: Sequence[str]) -> None:
    """Perform the steps that Snakemake lists, one after the other, and end this process."""
    os.setsid()
    for name in list(os.environ):
        if name.startswith(("READINESS_", "SNAKEMAKE_", "PYTHON")):
            del os.environ[name]
    # Temporary files go to the scratch folder, which is removed at the end.
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder.parent)
    if not os.access(os.environ.get("HOME", ""), os.W_OK):
        # Snakemake makes a cache folder in the home folder.
        os.environ["HOME"] = os.environ["XDG_CACHE_HOME"] = str(folder.parent)
    with (folder.parent / SAID).open("wb") as said, Path(os.devnull).open("r+b") as nothing:
        for file, descriptor in ((nothing, 0), (said, 1), (said, 2)):
            os.dup2(file.fileno(), descriptor)
    sys.stdout, sys.stderr = (os.fdopen(n, "w", encoding="utf-8") for n in (1, 2))
    os.chdir(folder)
    # An import statement would add these modules to the code whose hash a step records.
    plan, cli = (import_module(f"readiness.{name}") for name in ("plan", "cli"))
    # Several threads would add numbers in an order that depends on the number of cores.
    with threadpool_limits(1):
        try:
            found = plan.load_plan(folder)
            found.check_document()
            found.check_kept(date.today())
            commands = _list_steps(targets)
        except ReadinessError as error:
            print(f"readiness run: {error}", file=sys.stderr)
            sys.exit(error.exit_code)
        for command in commands:
            if code := cli.main(command):
                sys.exit(code)


def perform_side_by_side(
    perform: Callable[[str], Done], names: Sequence[str], cores: int
) -> Iterator[Done]:
    """Yield `perform(name)` for each name, in order; with several cores in forked processes."""
    if cores == 1:
        # With `map`, a StopIteration raised by `perform` would silently end the iteration.
        yield from (perform(name) for name in names)
        return
    _load_program()
    context, started, ends = get_context("fork"), [], []
    with ended_like_interrupted():
        try:
            for k in range(cores):
                mine, its = context.Pipe(duplex=False)
                started.append(
                    context.Process(target=_send_each, args=(perform, names[k::cores], its))
                )
                started[-1].start()
                its.close()
                ends.append(mine)
            for k in range(len(names)):
                done = ends[k % cores].recv()
                if isinstance(done, BaseException):
                    raise done
                yield done
        except EOFError:
            raise StoppedError("a process was ended; perhaps the memory was full.") from None
        finally:
            for process in started:
                process.terminate()
                process.join()


def _send_each(perform: Callable[[str], object], names: Sequence[str], end: Connection) -> None:
    try:
        for name in names:
            end.send(perform(name))
    except Exception as error:
        end.send(error)


def _list_steps(targets: Sequence[str]) -> list[list[str]]:
    """Return the program's arguments for each step that the targets need, in an order that works.

    They come from a dry run of Snakemake on the project in the current folder.
    """
    told: list[str] = []

    def hear(record: logging.LogRecord) -> bool:
        # Snakemake logs each command twice: with its job, and by itself.
        if (command := getattr(record, "shellcmd", None)) and command not in told[-1:]:
            told.append(command)
        return True

    logging.getLogger("snakemake.logging").addFilter(hear)
    sys.argv = ["snakemake", "--dry-run", "--cores", "1", *targets]
    try:
        run_module("snakemake", run_name="__main__")
    except SystemExit as error:
        if error.code:
            raise
    # Drop the words `python -I -X utf8 "$READINESS_PROGRAM"`: that program is running already.
    return [shlex.split(command)[5:] for command in told]


def _read_reason(stderr: str, folder: Path) -> str:
    lines = stderr.strip().splitlines()
    starts = [k for k, line in enumerate(lines) if line.startswith("readiness ")]
    reason_lines = lines[starts[-1] :] if starts else lines[-1:]
    text = " ".join(reason_lines) or "no message"
    return re.sub("^readiness (?:run: )?", "", text).replace(f"{folder}/", "")


def is_tree(word: str) -> bool:
    """Return whether a word on the command line names a folder rather than a publication."""
    path = Path(word)
    return "/" in word or word in (".", "..") or path.suffix == ".zip" or (path / FOLDER).is_dir()


@contextmanager
def open_tree(path: Path, remotes: Sequence[str | Path] = ()) -> Iterator[Foreign | None]:
    """Yield the sources that may be read for a foreign tree at `path`; None for this program's own.

    `remotes`: addresses that the auditor named, folders or URLs. Raises ConfigError:
    no such folder.
    """
    if not path.is_dir():
        raise ConfigError(
            f"{path}: no such folder. For a bundle, name the folder in which you unpacked it."
        )
    if is_own(path):
        if remotes:
            raise ConfigError(
                "--remote cannot be used here: this project's own .dvc/config names its remotes."
            )
        yield None
        return
    with ended_like_interrupted(), temporary_folder() as folder:
        yield Foreign(tuple(map(_check_address, remotes)), folder / "fetched")


def _check_address(remote: str | Path) -> str:
    if isinstance(remote, str):
        return remote
    if not remote.is_dir():
        raise ConfigError(
            f"--remote {remote}: no such folder; expected a folder, or a URL such as s3://..."
        )
    return str(remote.resolve())
