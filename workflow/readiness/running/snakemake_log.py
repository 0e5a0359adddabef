"""Follow Snakemake's log: show progress on a terminal, and explain why a run stopped.

Snakemake's messages are for those who know Snakemake. A user of `make` gets the closing table, and
where Snakemake stops for a reason of its own, that reason as the last line.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import IO, TYPE_CHECKING

from readiness.ground.terminal import Spoken

if TYPE_CHECKING:
    from rich.progress import Progress

LOG = Path("results/logs/snakemake.log")
VMSTAT = Path("/proc/vmstat")
# Seconds between two lines of progress without a terminal.
MINUTE = 60.0
_TOTAL = re.compile(r"^total +(\d+)$", re.M)
_DONE = re.compile(r"^(\d+) of (\d+) steps ", re.M)
_FINISHED = re.compile(r"^Finished jobid: \d+ \(Rule: (\w+)\)$", re.M)
_CLOCK = re.compile(r"than input (\S+) \(.*?System time: ([-0-9]+ [:0-9]+)", re.S)
_SYSTEM = re.compile(r"^\w*Error: \[Errno \d+\] ([^:\n]+)(?:: '([^'\n]*)')?$", re.M)
# A job's shell ends as its step does: by the signal, or with code 128 plus the signal's number.
_DIED = re.compile(
    r'"\$READINESS_PROGRAM" step (\S+) --log (\S+) .*\' '
    r"(?:died with <Signals\.\w+: (\d+)>|returned non-zero exit status (1(?:29|[3-5]\d)))\."
)
_RAISED = re.compile(r"^(\w+(?:Error|Exception|Exit|Interrupt)\b.*)$", re.M)
# Function that receives each new part of the log, whole lines or not.
Listener = Callable[[str], object]


def follow(process: subprocess.Popen[bytes], log: IO[bytes], listener: Listener) -> int:
    """Pass the process's output to the listener as it comes; return the exit code."""
    code = None
    while code is None:
        with suppress(subprocess.TimeoutExpired):
            # Seconds between two reads of the log.
            code = process.wait(0.1)
        listener(log.read().decode("utf-8", "replace"))
    return code


@contextmanager
def show_progress(command: str) -> Iterator[Listener]:
    """Yield a listener that shows progress: a bar on a terminal, else a line a minute."""
    progress = _Bar() if sys.stderr.isatty() else _Lines(command)
    try:
        yield progress.hear
    finally:
        progress.end()


class _Steps:
    """Numbers of finished and planned steps, read from Snakemake's log as it grows."""

    def __init__(self) -> None:
        self.done = self.total = 0
        self.last_rule = ""

    def hear(self, text: str) -> None:
        """Read a new part of the log."""
        if matched := _TOTAL.search(text):
            self.total = int(matched[1])
        for name in _FINISHED.findall(text):
            self.last_rule = name.replace("_", " ")
        for done, total in _DONE.findall(text):
            self.done, self.total = int(done), int(total)

    def estimate_rest(self, seconds: float) -> float | None:
        """Estimate the seconds left by the mean duration of a step; None before the first."""
        return seconds / self.done * (self.total - self.done) if self.done else None


class _Lines:
    """Progress as a line a minute, for a file or a service that keeps the output."""

    def __init__(self, command: str) -> None:
        self.command = command
        self.steps = _Steps()
        self.began = self.spoke = monotonic()

    def hear(self, text: str) -> None:
        self.steps.hear(text)
        now = monotonic()
        if not self.steps.total or now - self.spoke < MINUTE:
            return
        self.spoke = now
        print(f"readiness {self.command}: {self._describe(now - self.began)}", file=sys.stderr)
        sys.stderr.flush()

    def _describe(self, seconds: float) -> str:
        steps = self.steps
        line = f"{steps.done} of {steps.total} steps done after {_write_minutes(seconds)}"
        rest = steps.estimate_rest(seconds)
        return line + (f", about {_write_minutes(rest)} left" if rest is not None else "")

    def end(self) -> None:
        """Do nothing: lines need no end."""


def _write_minutes(seconds: float) -> str:
    return f"{max(1, round(seconds / 60))} min"


class _Bar:
    """Progress bar with steps and time left, on a terminal; removed when the run ends."""

    def __init__(self) -> None:
        self.steps = _Steps()
        self.progress: Progress | None = None

    def hear(self, text: str) -> None:
        steps = self.steps
        steps.hear(text)
        if self.progress is None and steps.total:
            self._begin()
        if self.progress is not None:
            (task,) = self.progress.task_ids
            self.progress.update(
                task, description=steps.last_rule, completed=steps.done, total=steps.total
            )

    def _begin(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeElapsedColumn,
            TimeRemainingColumn,
        )

        # Use the raw stream: the other one would escape the bar's own escape codes.
        raw = sys.stderr.stream if isinstance(sys.stderr, Spoken) else sys.stderr
        self.progress = Progress(
            MofNCompleteColumn(),
            TextColumn("steps"),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
            console=Console(file=raw),
            transient=True,
            refresh_per_second=4,
        )
        self.progress.add_task("", total=self.steps.total)
        self.progress.start()

    def end(self) -> None:
        if self.progress is not None:
            self.progress.stop()


def count_memory_kills() -> int:
    """Return how many processes the system has killed for lack of memory; 0 where unknown."""
    try:
        matched = re.search(r"^oom_kill (\d+)$", VMSTAT.read_text("ascii"), re.M)
    except OSError:
        return 0
    return int(matched[1]) if matched else 0


def reason(root: Path, code: int, memory_kills: int = 0) -> str:
    """Return one line: the reason why Snakemake stopped, from the log, and the remedy.

    `memory_kills`: `count_memory_kills` before the run.
    """
    try:
        text = (root / LOG).read_text("utf-8", "replace")
    except OSError:
        text = ""
    memory_killed = count_memory_kills() > memory_kills
    return (
        find_known_reason(text, memory_killed=memory_killed) or _quote_message(text, code)
    ).replace(f"{root}/", "")


def find_known_reason(text: str, *, memory_killed: bool = False) -> str:
    """Return the reason where this program explains it better than Snakemake; "" otherwise.

    `text`: all that Snakemake printed. `memory_killed`: True if the system ended a process of the
    run because the memory was full.
    """
    if matched := _DIED.search(text):
        number = int(matched[3] or int(matched[4]) - 128)
        name = signal.Signals(number).name
        ending = f"{matched[1]} was ended by {name}; its log: {matched[2]}"
        if memory_killed:
            return (
                f"{ending}. The memory was full: free some, or use fewer --cores, then run again."
            )
        if number == signal.SIGKILL:
            return f"{ending}. Perhaps the memory was full; run again, maybe with fewer --cores."
        return f"{ending}. Run again to go on."
    if matched := _CLOCK.search(" ".join(text.split())):
        return (
            f"{matched[1]}: its time lies ahead of this machine's clock, which says {matched[2]}. "
            "Set the clock, or `touch` the file, then run again."
        )
    # An office names the rules of the installed program, which a checkout's program does not have.
    if "No module named 'readiness.project'" in text:
        return (
            "this project uses the program that is installed in it, and another one was started. "
            "Type `make` here, then `.venv/bin/readiness`."
        )
    if re.search(r"MemoryError|Cannot allocate memory|can't start new thread", text):
        return "the memory is full; free some, or use fewer --cores, then run again."
    for problem, name in reversed(_SYSTEM.findall(text)):
        if problem == "No space left on device":
            # An error without a file name concerns one of Snakemake's temporary files.
            full = name or os.environ.get("TMPDIR", "/tmp")  # noqa: S108
            return f"{full}: {problem}. Free some space, or set TMPDIR elsewhere, then run again."
        if name:
            return f"{name}: {problem}; mend it, then run again."
    return ""


def _quote_message(text: str, code: int) -> str:
    """Return Snakemake's own last message as the reason."""
    raised = _RAISED.findall(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if code < 0:
        message = f"ended by signal {-code}; perhaps the memory is full"
    elif raised:
        message = raised[-1]
        following = text.rpartition(message)[2].strip().splitlines()
        if message.endswith(":") and following:
            message = f"{message} {following[0].strip()}"
    else:
        message = lines[-1] if lines else "without a word"
    return f"Snakemake stopped: {message.rstrip('.')}. All that it said: {LOG}; run again to go on."
