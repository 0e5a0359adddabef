"""One command of the program in a child process of its own, with bounds on time and memory.

The child is a fork: the program is imported once, and a thousand commands take a minute.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from readiness import cli

# A command that needs more of the processor hangs, or more of the clock, for cores may be busy.
SECONDS, PATIENCE = 10.0, 400.0
MEGABYTES = 1024
# No command of the benchmarks has need of a larger file.
FILE_BYTES = 2**30
# What a child ends with that left by an exception which the program does not handle.
UNCAUGHT = 199


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (None: it was stopped), what it said, seconds by the
    clock and of the processor, megabytes.
    """

    status: int | None
    said: str
    seconds: float
    busy: float
    megabytes: float

    def faults(self, codes: Sequence[int]) -> list[str]:
        """In what it did not end as every command must; `codes` are those that it may end with."""
        wrong = []
        if self.status is None:
            wrong.append(f"hangs: stopped after {self.seconds:.1f} s")
        elif self.busy > SECONDS:
            wrong.append(f"hangs: {self.busy:.1f} s of the processor")
        elif self.status == UNCAUGHT:
            wrong.append("an exception nobody handles: " + self.said.strip().rpartition("\n")[2])
        elif self.status not in codes:
            wrong.append(f"exit {self.status}")
        if "Traceback" in self.said and self.status != UNCAUGHT:
            wrong.append("a traceback")
        if self.megabytes > MEGABYTES:
            wrong.append(f"{self.megabytes:.0f} MB of memory")
        if bad := unprintable(self.said):
            wrong.append(f"raw control characters: {bad}")
        return wrong


def unprintable(text: str) -> str:
    """The characters of a text that steer a terminal: escape codes, marks of direction."""
    steer = {c for c in text if (ord(c) < 32 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0}
    steer |= {c for c in text if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
    return " ".join(sorted(f"U+{ord(c):04X}" for c in steer))


def fork_command(words: Sequence[str], root: Path, log: Path, seconds: float = PATIENCE) -> Ended:
    """`readiness WORDS` in the folder `root`, by the program that is imported here."""
    sys.stdout.flush()
    sys.stderr.flush()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        _run(words, root, log)
    usage, status = _wait(child, began + seconds)
    return _ended(status, log, time.monotonic() - began, usage)


def _run(words: Sequence[str], root: Path, log: Path) -> None:
    """The child's life; never returns."""
    status = UNCAUGHT
    try:
        os.setsid()
        output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, number in ((nothing, 0), (output, 1), (output, 2)):
            os.dup2(source, number)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS) + 1, int(SECONDS) + 1))
        os.chdir(root)
        try:
            status = cli.main(words)
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else 2
    except BaseException:
        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(status)


def _wait(child: int, until: float) -> tuple[resource.struct_rusage, int | None]:
    """What the child used, and its exit code (None: its time was over)."""
    pause, ended = 0.001, False
    while True:
        pid, raw, usage = os.wait4(child, os.WNOHANG)
        if pid:
            return usage, None if ended else os.waitstatus_to_exitcode(raw)
        if time.monotonic() > until and not ended:
            ended = True
            os.killpg(child, signal.SIGKILL)
        time.sleep(pause)
        pause = min(pause * 1.5, 0.02)


def call_command(words: Sequence[str], root: Path, log: Path, seconds: float = PATIENCE) -> Ended:
    """`readiness WORDS` as a real command, in a process of its own, by the program of `root`."""
    began = time.monotonic()
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(root / ".venv/bin/python"), "-m", "readiness", *words],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        usage, status = _wait(process.pid, began + seconds)
    process.returncode = status if status is not None else -signal.SIGKILL
    return _ended(status, log, time.monotonic() - began, usage)


def _ended(status: int | None, log: Path, seconds: float, usage: resource.struct_rusage) -> Ended:
    busy = usage.ru_utime + usage.ru_stime
    return Ended(status, _text(log), seconds, busy, usage.ru_maxrss / 1024)


def _text(log: Path) -> str:
    return log.read_bytes().decode("utf-8", "replace") if log.exists() else ""
