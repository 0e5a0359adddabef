"""Catching a step of a run at a chosen moment, from outside and by the system's own means."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil
import pytest

from project_copy import PATIENCE
from readiness.provenance.results_folder import PROVENANCE

PRIVATE = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]


def mounts() -> bool:
    """Whether this machine lets us mount a file system that only we can see."""
    if not (shutil.which("unshare") and shutil.which("nsenter")):
        return False
    command = ["unshare", *PRIVATE, "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(command, capture_output=True).returncode == 0


mounting = pytest.mark.skipif(
    not mounts(), reason="no private mounts here (unshare --mount): neither root nor user namespace"
)


class Moment(StrEnum):
    """When a step is caught."""

    BEGUN = "just begun"
    WRITING = "at its first file"
    UNSEALED = "between its files and the provenance record"


@dataclass(frozen=True)
class Step:
    """A step of one run: its name, the folder of its outputs and what it leaves there."""

    name: str
    folder: str
    outputs: frozenset[str]

    def reached(self, folder: Path, moment: Moment) -> bool:
        """Whether the files in the folder say that the moment has come."""
        if moment is Moment.BEGUN:
            return True
        with suppress(FileNotFoundError):
            there = {path.name for path in folder.iterdir()}
            if moment is Moment.UNSEALED:
                return self.outputs <= there
            return any(name in self.outputs or name.endswith(".tmp") for name in there)
        return False


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The children of a process, and theirs."""
    try:
        return list(psutil.Process(process.pid).children(recursive=True))
    except psutil.NoSuchProcess:
        return []


GONE = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


def _state(job: psutil.Process) -> str:
    try:
        return str(job.status()) if job.is_running() else str(psutil.STATUS_DEAD)
    except psutil.NoSuchProcess:
        return str(psutil.STATUS_DEAD)


def wait_for_end(processes: Sequence[psutil.Process]) -> None:
    """Wait until all have ended; whose parent is gone may stay a zombie for a while."""
    deadline = time.monotonic() + PATIENCE
    while left := [process for process in processes if _state(process) not in GONE]:
        assert time.monotonic() < deadline, left
        time.sleep(0.01)


def kill(process: subprocess.Popen[str]) -> None:
    """Kill -9 of all of it, parents first, so that nobody can clean up after another."""
    everyone = family(process)
    process.kill()
    for child in everyone:
        with suppress(psutil.NoSuchProcess):
            child.kill()
    wait_for_end(everyone)
    process.communicate(timeout=PATIENCE)


def _job(process: subprocess.Popen[str], step: Step) -> psutil.Process | None:
    for child in family(process):
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            words = child.cmdline()
            if words[5:6] == ["step"] and step.folder in words:
                return child
    return None


def hold(
    process: subprocess.Popen[str], step: Step, moment: Moment, folder: Path
) -> psutil.Process | None:
    """Stop the step of the run `process` at the moment; None when the moment was missed.

    `folder` is where the step's folder is seen from here.
    """
    deadline = time.monotonic() + PATIENCE
    while (job := _job(process, step)) is None:
        if process.poll() is not None:
            if (folder / PROVENANCE).exists():  # it came and went between two looks
                return None
            raise AssertionError(f"the run ended without {step.name}: {process.communicate()[1]}")
        assert time.monotonic() < deadline, step
        time.sleep(0.02)
    while not step.reached(folder, moment):
        if _state(job) in GONE:
            return None
    with suppress(ProcessLookupError):
        os.kill(job.pid, signal.SIGSTOP)
    while (state := _state(job)) not in (psutil.STATUS_STOPPED, *GONE):
        time.sleep(0.001)
    caught = state == psutil.STATUS_STOPPED
    return job if caught and not (folder / PROVENANCE).exists() else None
