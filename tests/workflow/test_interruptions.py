"""A run that is interrupted or killed, and two runs at once."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from project_copy import PATIENCE, Project, message

COMPARISONS = "results/waves/simulated-2026/compare/comparisons.csv"


@pytest.fixture
def at_work(project: Project) -> Iterator[subprocess.Popen[str]]:
    """A run of some seconds, caught while the comparisons are computed."""
    project.replace("config.yaml", "permutations: 9999", "permutations: 99999")
    log = project.root / "results/logs/waves/simulated-2026/compare.log"
    log.unlink()
    process = project.start(
        ".venv/bin/python", "-m", "readiness", "run", "--cores", "2", "--", COMPARISONS
    )
    deadline = time.monotonic() + PATIENCE
    while not log.exists():
        assert process.poll() is None, "the run ended before it could be interrupted"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    yield process
    if process.poll() is None:
        for child in [psutil.Process(process.pid), *family(process)]:
            child.kill()
    process.communicate(timeout=PATIENCE)


def family(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def finishes(project: Project) -> None:
    """The next run ends well and leaves nothing to do; the repaired config needs few seconds."""
    project.replace("config.yaml", "permutations: 99999", "permutations: 9999")
    result = project.run(COMPARISONS)
    assert result.returncode == 0, message(result) or result.stderr[-2000:]
    assert (project.root / COMPARISONS).is_file()
    again = project.run(COMPARISONS)
    assert "Nothing to be done" in again.stderr


def half_written(project: Project) -> list[Path]:
    folder = project.root / Path(COMPARISONS).parent
    return [path for path in folder.rglob("*") if path.name.endswith(".csv")]


def test_ctrl_c_ends_all_and_the_next_run_finishes(
    project: Project, at_work: subprocess.Popen[str]
) -> None:
    children = family(at_work)
    os.killpg(at_work.pid, signal.SIGINT)
    _, err = at_work.communicate(timeout=PATIENCE)
    assert at_work.returncode == 130
    assert "readiness run: interrupted; run it again to go on." in err
    assert "Traceback" not in err
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    assert half_written(project) == []
    finishes(project)


def test_kill_9_of_everything_and_the_next_run_finishes(
    project: Project, at_work: subprocess.Popen[str]
) -> None:
    everyone = [psutil.Process(at_work.pid), *family(at_work)]
    for process in everyone:
        process.kill()
    psutil.wait_procs(everyone, timeout=10)
    finishes(project)


def test_kill_9_of_the_command_alone_leaves_no_second_run_beside_the_first(
    project: Project, at_work: subprocess.Popen[str]
) -> None:
    children = family(at_work)
    at_work.kill()
    at_work.wait(timeout=10)
    result = project.run(COMPARISONS)
    assert result.returncode == 6
    assert "another run is at work" in message(result)
    for child in children:
        child.kill()
    psutil.wait_procs(children, timeout=10)
    finishes(project)


def test_a_job_that_outlives_its_run_is_waited_for(
    project: Project, at_work: subprocess.Popen[str]
) -> None:
    """It would write with the settings of yesterday into the results of today."""
    children = family(at_work)
    jobs = [child for child in children if "step" in child.cmdline()]
    assert jobs
    for process in [psutil.Process(at_work.pid), *(c for c in children if c not in jobs)]:
        process.kill()
    at_work.wait(timeout=10)
    assert any(job.is_running() for job in jobs)
    result = project.run(COMPARISONS)
    assert result.returncode == 6, result.stderr[-2000:]
    assert "a job of a killed one still is" in message(result)
    for job in jobs:
        job.kill()
    psutil.wait_procs(children, timeout=10)
    finishes(project)


def test_two_runs_at_once(project: Project, at_work: subprocess.Popen[str]) -> None:
    result = project.run(COMPARISONS)
    assert result.returncode == 6
    said = message(result)
    assert "another run is at work" in said and len(said.splitlines()) == 2
    assert at_work.poll() is None
