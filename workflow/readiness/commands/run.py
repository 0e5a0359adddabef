"""Compute every result that is out of date: estimates, reports, and a check of all publications.

Only one run can work in a folder at a time. After a crash or an interruption, the next run
continues after the last finished step. Snakemake's own messages are in results/logs/snakemake.log.
Arguments after `--` go to Snakemake unchanged. Exit code 0 means done, 1 that a published number
differs; docs/commands.md lists all others.

Examples:
  readiness run                 everything
  readiness run --cores 2       with two cores
  readiness run -- docx         also write the reports as Word documents
  readiness run -- -n           list the steps that would run, and run nothing
"""

import argparse
import errno
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from readiness.datasets.access import protect_all
from readiness.ground.errors import BusyError, ConfigError, ReadinessError, StoppedError
from readiness.ground.files import write_atomically
from readiness.ground.locks import lock
from readiness.program.layout import PACKAGE_FOLDER, find_config, has_snakefile, project_files
from readiness.provenance.results_folder import JOBS
from readiness.running.edits import file_states, list_edited
from readiness.running.pseudonym_key import KEYS, key_folder
from readiness.running.repair import forget_readers, repair
from readiness.running.snakemake_log import (
    LOG,
    Listener,
    count_memory_kills,
    follow,
    reason,
    show_progress,
)

LOCK = Path("results/.run.lock")
FAILURE = Path("results/.failure")
# Copy of the closing table where a number differs or could not be checked: Snakemake deletes the
# outputs of a failed job.
DIFFERS = Path("results/differs.txt")
NOTHING = "Nothing to be done"
# Seconds from the first signal to Snakemake until it is killed.
PATIENCE = 8
# Options of Snakemake for a dry run.
DRY = {"-n", "--dry-run", "--dryrun"}
# Folder of Snakemake's settings, in the project or in the program.
PROFILE = "profiles/default"
# Most edited files that are named at the end of a run.
MOST_FILES = 5


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "--cores",
        default="all",
        metavar="N",
        help="number of processor cores to use (default: all)",
    )
    parser.add_argument(
        "snakemake",
        nargs="*",
        metavar="ARGUMENT",
        help="targets and options for Snakemake, after --",
    )


@contextmanager
def _lock_run(root: Path) -> Iterator[int]:
    """Hold the run's lock, whose descriptor Snakemake inherits: it may outlive this process.

    A job may outlive both. Each job holds the second lock, shared, and writes with the settings of
    its start, so no run begins before the last job has ended.
    """
    with ExitStack() as open_locks:
        try:
            descriptor = lock(root / LOCK)
            open_locks.callback(os.close, descriptor)
            os.close(lock(root / JOBS))
        except BlockingIOError:
            raise BusyError(
                f"another run is at work in {root}, or a job of a killed run has not ended.\n"
                "Wait until it has ended, then run again."
            ) from None
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise StoppedError(
                f"{root / 'results'}: {error.strerror}. Results are written to this folder; "
                "make it writable."
            ) from None
        yield descriptor


def make_environment(root: Path) -> dict[str, str]:
    """Return the environment of Snakemake and its jobs, with a HOME that can be written."""
    environment = {
        **os.environ,
        # Folder of pseudonym keys, which another HOME below must not move.
        KEYS: str(key_folder()),
        "READINESS_FAILURE": str(root / FAILURE),
        # The rules refuse to be run by another copy of the program.
        "READINESS_STARTED_BY": str(PACKAGE_FOLDER),
        "PYTHONUTF8": "1",
        # No Python below imports from its working folder, or from the user's site folder.
        "PYTHONSAFEPATH": "1",
        "PYTHONNOUSERSITE": "1",
    }
    environment.pop("PYTHONPATH", None)
    if not environment.get("HOME") or not os.access(environment["HOME"], os.W_OK):
        scratch = root / ".cache" / "home"
        scratch.mkdir(parents=True, exist_ok=True)
        environment |= {"HOME": str(scratch), "XDG_CACHE_HOME": str(scratch / "cache")}
    return environment


def _explain_failure(root: Path, code: int, memory_kills: int) -> ReadinessError:
    """Return the error of a failed run: of its first failed step, else of Snakemake."""
    try:
        first, message = (root / FAILURE).read_text("utf-8").split("\n", 1)
        exit_code = int(first)
    except (OSError, ValueError):
        if obstacle := _find_full_disk(root) or _read_only(root):
            return StoppedError(obstacle)
        return StoppedError(reason(root, code, memory_kills))
    error = ReadinessError(message.strip())
    error.exit_code = exit_code
    return error


def _find_full_disk(root: Path) -> str:
    """Return a message where less than 1 MB of the disk is free; "" otherwise."""
    for folder in (root / "results", root):
        # Snakemake fails at its first written line when less is free.
        if folder.exists() and (free := shutil.disk_usage(folder).free) < 1_000_000:
            return (
                f"{folder}: the disk is full ({free} bytes free). Free some space, then run again."
            )
    return ""


def _read_only(root: Path) -> str:
    """Return a message where a folder of results cannot be written; "" otherwise."""
    for folder in (root / "results", *sorted((root / "results").rglob("*/"))):
        if folder.is_dir() and not os.access(folder, os.W_OK):
            return f"{folder}: cannot be written; make it writable, then run again."
    return ""


def _call_snakemake(
    root: Path, cores: str, arguments: list[str], descriptor: int, command: str
) -> int:
    """Run Snakemake in a process group of its own, which ends with this process; return its code.

    Its output goes to its log; `readiness run` with an option of Snakemake prints it, too. Raises
    KeyboardInterrupt when this process is asked to end: Snakemake's exit code would be that of any
    failure.
    """
    speaks_to_snakemake = command == "run" and any(word.startswith("-") for word in arguments)
    program = [sys.executable, "-I", "-X", "utf8", "-m", "snakemake"]
    if not any((root / name / PROFILE).is_dir() for name in ("", "workflow")):
        # A project without a profile uses the program's.
        program += ["--workflow-profile", str(project_files() / PROFILE)]
    (root / LOG).parent.mkdir(parents=True, exist_ok=True)
    with (root / LOG).open("wb") as log, (root / LOG).open("rb") as log_reader:
        process = subprocess.Popen(
            [*program, "--cores", cores, "--rerun-incomplete", *arguments],
            cwd=root,
            env=make_environment(root),
            pass_fds=(descriptor,),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        listening: AbstractContextManager[Listener] = show_progress(command)
        if speaks_to_snakemake:
            listening = nullcontext(sys.stdout.write)
        with (
            _guard_group(process.pid),
            _pass_signals(process) as received_signals,
            listening as listener,
        ):
            code = follow(process, log_reader, listener)
    if received_signals and code != 0:
        raise KeyboardInterrupt
    return code


@contextmanager
def _guard_group(group: int) -> Iterator[None]:
    """Guard a process group: a second process kills the group once this process is gone.

    No handler hears SIGKILL, which a timeout or a kernel without memory sends. The guard hears the
    other end of a pipe close; the run's lock is held until the group has been killed.
    """
    read_end, write_end = os.pipe()
    guard = os.fork()
    if guard == 0:
        os.setsid()
        os.close(write_end)
        if not os.read(read_end, 1):
            with suppress(OSError):
                os.killpg(group, signal.SIGKILL)
        os._exit(0)
    os.close(read_end)
    try:
        yield
    finally:
        os.write(write_end, b".")
        os.close(write_end)
        os.waitpid(guard, 0)


@contextmanager
def _pass_signals(process: subprocess.Popen[bytes]) -> Iterator[list[int]]:
    """Pass signals that ask this process to end on to Snakemake's group; yield the list of them.

    Repeated each second, since a job that Snakemake begins meanwhile has not heard; after
    `PATIENCE` seconds SIGKILL, from which the next run recovers. Signals that this process was
    started to ignore stay ignored, as Ctrl-C is in a shell's background job.
    """
    received_signals: list[int] = []

    def end(number: int, _frame: object) -> None:
        received_signals.append(number)
        sent_signal = signal.SIGINT if number == signal.SIGINT else signal.SIGTERM
        with suppress(ProcessLookupError):
            os.killpg(
                process.pid, sent_signal if len(received_signals) < PATIENCE else signal.SIGKILL
            )
        signal.alarm(1)

    end_signals = (signal.SIGINT, signal.SIGTERM)
    handled_signals = [
        number for number in end_signals if signal.getsignal(number) is not signal.SIG_IGN
    ]
    previous = {number: signal.signal(number, end) for number in (*handled_signals, signal.SIGALRM)}
    try:
        yield received_signals
    finally:
        signal.alarm(0)
        for number, handler in previous.items():
            signal.signal(number, handler)


def run(arguments: argparse.Namespace) -> int:
    """Run the default target (or what is named after `--`); return 0."""
    root = Path.cwd()
    if not has_snakefile(root):
        raise ConfigError(
            f"{root}: no Snakefile in this folder. Run readiness in a project's folder."
        )
    # Protect also what DVC fetched, or an earlier release of the program wrote.
    protect_all(root)
    from readiness.config import load_config
    from readiness.plan import load_plan
    from readiness.publications.ledger import publication_ids

    config = load_config(find_config(root))
    if not (config.studies or config.waves or publication_ids(root)):
        print("Nothing to compute yet. Begin with: readiness new --from EXPORT")
        return 0

    # Check here, to report a fault in one line; Snakemake would print many.
    plan = load_plan(root)
    plan.check_document()
    for wave, why in plan.waiting.items():
        print(f"readiness run: {wave}: {why}; it waits, the others run.", file=sys.stderr)
    plan.check_kept(date.today())
    check_cores(arguments.cores)
    began = time.time()
    finished = run_snakemake(root, arguments.cores, arguments.snakemake)
    if finished.nothing:
        print(f"{NOTHING}: every result is up to date.", file=sys.stderr)
    from readiness.datasets.verify import find_unused

    for line in (*find_unused(root), *_read_damages(root, began)):
        print(f"readiness run: {line}", file=sys.stderr)
    if not arguments.snakemake:
        from readiness.commands.closing import (
            closing_text,
            list_costs,
        )  # slow to import: they read tables

        for line in list_costs(plan):
            print(f"readiness run: {line}", file=sys.stderr)
        print(closing_text(plan), end="")
    elif "docx" in arguments.snakemake and not DRY.intersection(arguments.snakemake):
        print("Word documents: " + " ".join(plan.documents))
    finished.warn("run")
    return 0


def _read_damages(root: Path, began: float) -> list[str]:
    return [
        f"{line.partition('DAMAGED ')[2]}. "
        "Replace it with a correct copy, then: readiness data verify"
        for log in sorted((root / "results/logs/restore").glob("*.log"))
        if log.stat().st_mtime >= began
        for line in log.read_text("utf-8", "replace").splitlines()
        if line.startswith("WARNING DAMAGED")
    ]


def check_cores(cores: str) -> None:
    """Check a number of cores; raise ConfigError unless Snakemake accepts it."""
    if cores != "all" and not re.fullmatch("0*[1-9][0-9]*", cores):
        raise ConfigError(f"--cores {cores}: expected a whole number of at least 1, or `all`.")


@dataclass(frozen=True)
class FinishedRun:
    """Result of a completed run.

    `nothing`: whether there was nothing to be done; `edited`: files of the project that were edited
    meanwhile.
    """

    nothing: bool
    edited: Sequence[str]

    def warn(self, command: str) -> None:
        """Print the edited files, if any, on standard error."""
        _warn_of_edits(self.edited, command)


def run_snakemake(
    root: Path, cores: str, arguments: list[str], command: str = "run"
) -> FinishedRun:
    """Run Snakemake as the only run of this folder, on behalf of a command.

    `arguments`: targets and options of Snakemake; none for the default target. Raises the error of
    the first failed step; where a number differs, the closing table is printed before. Results of a
    file that was edited meanwhile are computed again by the next run: Snakemake alone would keep
    them.
    """
    with _lock_run(root) as descriptor:
        if obstacle := _find_full_disk(root):
            raise StoppedError(obstacle)
        notes = root / ".snakemake"
        if notes.exists() and not notes.is_dir():
            raise StoppedError(
                f"{notes}: a file where Snakemake keeps a folder; move it away, then run again."
            )
        # Reserve space for the failure message, which then fits even on a full disk.
        write_atomically(root / FAILURE, b" " * 4096)
        states_before = file_states(root)
        dry = bool(DRY.intersection(arguments))
        # This run holds the lock, so whatever a killed run left locked or half-written is stale.
        for line in [] if dry else repair(root):
            print(f"readiness {command}: {line}", file=sys.stderr)
        shutil.rmtree(root / ".snakemake/locks", ignore_errors=True)
        (root / DIFFERS).unlink(missing_ok=True)
        memory_kills = count_memory_kills()
        code = None
        try:
            code = _call_snakemake(root, cores, arguments, descriptor, command)
        finally:
            edited = [] if dry else list_edited(states_before, file_states(root))
            forget_readers(root, edited)
            if code != 0:
                _warn_of_edits(edited, command)
        if code != 0:
            if (root / DIFFERS).exists():
                print((root / DIFFERS).read_text("utf-8"), end="")
            raise _explain_failure(root, code, memory_kills)
        nothing = NOTHING in (root / LOG).read_text("utf-8", "replace")
        return FinishedRun(nothing and not edited, edited)


def _warn_of_edits(edited: Sequence[str], command: str) -> None:
    if not edited:
        return
    more = f" and {len(edited) - MOST_FILES} more" if len(edited) > MOST_FILES else ""
    print(
        f"readiness {command}: {', '.join(edited[:MOST_FILES])}{more}: edited while the run was at "
        "work; results may be of what it was before. Run again.",
        file=sys.stderr,
    )
