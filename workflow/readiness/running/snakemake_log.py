"""What Snakemake says goes to a log: here it is followed, for a bar on a terminal, and explained.

Snakemake's words are for those who know it. Who runs `make` gets the closing table, and where
Snakemake stops for a reason of its own, that reason as the last line.
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
# Seconds between two lines of progress where there is no terminal.
MINUTE = 60.0
_TOTAL = re.compile(r"^total +(\d+)$", re.M)
_DONE = re.compile(r"^(\d+) of (\d+) steps ", re.M)
_FINISHED = re.compile(r"^Finished jobid: \d+ \(Rule: (\w+)\)$", re.M)
_CLOCK = re.compile(r"than input (\S+) \(.*?System time: ([-0-9]+ [:0-9]+)", re.S)
_SYSTEM = re.compile(r"^\w*Error: \[Errno \d+\] ([^:\n]+)(?:: '([^'\n]*)')?$", re.M)
# A job's shell, which ends as its step does: by the signal, or with 128 more than it.
_DIED = re.compile(
    r'"\$READINESS_PROGRAM" step (\S+) --log (\S+) .*\' '
    r"(?:died with <Signals\.\w+: (\d+)>|returned non-zero exit status (1(?:29|[3-5]\d)))\."
)
_RAISED = re.compile(r"^(\w+(?:Error|Exception|Exit|Interrupt)\b.*)$", re.M)
# Hears each new part of the log, whole lines or not.
Listener = Callable[[str], object]


def follow(process: subprocess.Popen[bytes], log: IO[bytes], listener: Listener) -> int:
    """Hand over what the process writes, as it comes; returns its exit code."""
    code = None
    while code is None:
        with suppress(subprocess.TimeoutExpired):
            # Seconds between two looks at the log.
            code = process.wait(0.1)
        listener(log.read().decode("utf-8", "replace"))
    return code


@contextmanager
def show_progress(command: str) -> Iterator[Listener]:
    """Yield a listener that shows how far a run is: a bar on a terminal, else a line a minute."""
    progress = _Bar() if sys.stderr.isatty() else _Lines(command)
    try:
        yield progress.hear
    finally:
        progress.end()


class _Steps:
    """The count of finished and planned steps, read from Snakemake's log as it grows."""

    def __init__(self) -> None:
        self.done = self.total = 0
        self.last_rule = ""

    def hear(self, text: str) -> None:
        """Read a new part of the log."""
        if found := _TOTAL.search(text):
            self.total = int(found[1])
        for name in _FINISHED.findall(text):
            self.last_rule = name.replace("_", " ")
        for done, total in _DONE.findall(text):
            self.done, self.total = int(done), int(total)

    def estimate_rest(self, seconds: float) -> float | None:
        """Estimate the seconds left, of as long a step each; None before the first is done."""
        return seconds / self.done * (self.total - self.done) if self.done else None


class _Lines:
    """A line a minute, for a file or a service that keeps what is printed."""

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
        said = f"{steps.done} of {steps.total} steps done after {_write_minutes(seconds)}"
        rest = steps.estimate_rest(seconds)
        return said + (f", about {_write_minutes(rest)} left" if rest is not None else "")

    def end(self) -> None:
        """Nothing is left to end."""


def _write_minutes(seconds: float) -> str:
    return f"{max(1, round(seconds / 60))} min"


class _Bar:
    """A bar with steps and time left, on a terminal; it goes when the run ends."""

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

        # The bar's own escape codes: past the stream that would escape them.
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
    """How many processes the system has ended since it started, as its memory was full."""
    try:
        found = re.search(r"^oom_kill (\d+)$", VMSTAT.read_text("ascii"), re.M)
    except OSError:
        return 0
    return int(found[1]) if found else 0


def reason(root: Path, code: int, memory_kills: int = 0) -> str:
    """Why Snakemake stopped, as its log and the folder tell, and what to do, in one line;
    `memory_kills`: the count before it began.
    """
    try:
        text = (root / LOG).read_text("utf-8", "replace")
    except OSError:
        text = ""
    killed = count_memory_kills() > memory_kills
    return (_find_known_reason(text, killed) or _quote_message(text, code)).replace(f"{root}/", "")


def _find_known_reason(text: str, memory_killed: bool) -> str:
    """The reason, where it is one that can be told better than Snakemake does."""
    if found := _DIED.search(text):
        number = int(found[3] or int(found[4]) - 128)
        name = signal.Signals(number).name
        said = f"{found[1]} was ended by {name}; its log: {found[2]}"
        if memory_killed:
            return f"{said}. The memory was full: free some, or use fewer --cores, then run again."
        if number == signal.SIGKILL:
            return f"{said}. Perhaps the memory was full; run again, maybe with fewer --cores."
        return f"{said}. Run again to go on."
    if found := _CLOCK.search(" ".join(text.split())):
        return (
            f"{found[1]}: its time lies ahead of this machine's clock, which says {found[2]}. "
            "Set the clock, or `touch` the file, then run again."
        )
    if re.search(r"MemoryError|Cannot allocate memory|can't start new thread", text):
        return "the memory is full; free some, or use fewer --cores, then run again."
    for told, name in reversed(_SYSTEM.findall(text)):
        if told == "No space left on device":
            # Without a name it is a file of its own, among the temporary ones.
            full = name or os.environ.get("TMPDIR", "/tmp")  # noqa: S108
            return f"{full}: {told}. Free some space, or set TMPDIR elsewhere, then run again."
        if name:
            return f"{name}: {told}; mend it, then run again."
    return ""


def _quote_message(text: str, code: int) -> str:
    raised = _RAISED.findall(text)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if code < 0:
        said = f"ended by signal {-code}; perhaps the memory is full"
    elif raised:
        said = raised[-1]
        following = text.rpartition(said)[2].strip().splitlines()
        if said.endswith(":") and following:
            said = f"{said} {following[0].strip()}"
    else:
        said = lines[-1] if lines else "without a word"
    return f"Snakemake stopped: {said.rstrip('.')}. All that it said: {LOG}; run again to go on."
