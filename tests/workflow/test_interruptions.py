"""A run that is interrupted or whose command is killed, and two runs at once.

Each test goes on in the project that the one before has left, until the step is at work again; the
last one lets it end, with the results of a run that nobody has disturbed.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from chains import STUDY, catch, steps
from holding import Moment, family, kill, wait_for_end

from project_copy import PATIENCE, Project, message

TABLE = f"{STUDY}/judge/verdicts.csv"
# The interrupt's bit in what the system tells of a process.
INTERRUPT = 1 << (signal.SIGINT - 1)


@dataclass
class Held:
    """A run whose step is stopped in the middle of its work."""

    run: subprocess.Popen[str]
    job: psutil.Process


@pytest.fixture(scope="module")
def disturbed(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project of all tests."""
    return finished.copy(tmp_path_factory.mktemp("disturbed") / "project")


@pytest.fixture
def held(disturbed: Project, finished: Project) -> Iterator[Held]:
    """A run, caught while the claims of a study are judged."""
    [step] = steps(finished, ("judge",))
    run, job = catch(disturbed, step, Moment.WRITING, None, TABLE)
    yield Held(run, job)
    if run.poll() is None:
        kill(run)
    for pipe in (run.stdout, run.stderr):
        if pipe:
            pipe.close()


def let_hear(job: psutil.Process) -> None:
    """Let the stopped job go on, once it has the interrupt before it.

    A command that waits for it in vain kills it: on a busy machine it may be gone by now.
    """
    deadline = time.monotonic() + PATIENCE
    status = Path(f"/proc/{job.pid}/status")
    with suppress(FileNotFoundError, psutil.NoSuchProcess):
        while not int(status.read_text().partition("ShdPnd:")[2].split()[0], 16) & INTERRUPT:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        job.resume()


def test_ctrl_c_ends_all(disturbed: Project, held: Held) -> None:
    children = family(held.run)
    os.killpg(held.run.pid, signal.SIGINT)
    # The command passes it on; a job that went on before that could end its work.
    let_hear(held.job)
    _, err = held.run.communicate(timeout=PATIENCE)
    assert held.run.returncode == 130
    assert "readiness run: interrupted; run it again to go on." in err
    assert "Traceback" not in err
    wait_for_end(children)
    assert not (disturbed.root / TABLE).with_name("lineage.json").exists()


def test_ctrl_c_is_ignored_where_a_shell_had_it_ignored(
    disturbed: Project, finished: Project
) -> None:
    """As `nohup make &` of a script has it: another program's Ctrl-C must not end the run."""
    [step] = steps(finished, ("judge",))
    deaf = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")
    run, job = catch(disturbed, step, Moment.WRITING, None, TABLE, starter=deaf)
    os.killpg(run.pid, signal.SIGINT)
    status = Path(f"/proc/{run.pid}/status").read_text()
    ignored, caught = (
        int(status.partition(f"{name}:")[2].split()[0], 16) for name in ("SigIgn", "SigCgt")
    )
    assert ignored & INTERRUPT and not caught & INTERRUPT
    job.resume()
    _, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, err[-2000:]


def test_a_run_that_is_asked_to_end_does(held: Held) -> None:
    """Also with a job that does not hear it: this one is stopped."""
    children = family(held.run)
    held.run.terminate()
    held.run.communicate(timeout=PATIENCE)
    assert held.run.returncode == 130
    wait_for_end(children)


def test_kill_9_of_a_step_is_told_with_its_name(held: Held) -> None:
    held.job.kill()
    _, err = held.run.communicate(timeout=PATIENCE)
    assert held.run.returncode == 7
    assert "judge+register-study was ended by SIGKILL; its log: results/logs/studies/" in err


def test_kill_9_of_the_command_alone_takes_all_with_it(held: Held) -> None:
    children = family(held.run)
    held.run.kill()
    held.run.wait(timeout=PATIENCE)
    wait_for_end(children)


def test_a_job_that_outlives_its_run_is_waited_for(disturbed: Project, held: Held) -> None:
    """It would write with the settings of yesterday into the results of today."""
    children = family(held.run)
    jobs = [child for child in children if "step" in child.cmdline()]
    assert held.job in jobs
    # What ends the jobs with their command goes first.
    for process in [*(c for c in children if c not in jobs), psutil.Process(held.run.pid)]:
        process.kill()
    held.run.wait(timeout=PATIENCE)
    assert any(job.is_running() for job in jobs)
    result = disturbed.run(TABLE)
    assert result.returncode == 6, result.stderr[-2000:]
    assert "a job of a killed run has not ended" in message(result)
    for job in jobs:
        job.kill()
    wait_for_end(children)


def test_two_runs_at_once(disturbed: Project, finished: Project, held: Held) -> None:
    """The second is refused at once, and the first ends as if nobody had come."""
    result = disturbed.run()
    assert result.returncode == 6
    said = message(result)
    assert "another run is at work" in said and len(said.splitlines()) == 2
    assert held.run.poll() is None
    held.job.resume()
    _, err = held.run.communicate(timeout=PATIENCE)
    assert held.run.returncode == 0, err[-2000:]
    for path in (finished.root / TABLE).parent.iterdir():
        assert (disturbed.root / TABLE).with_name(path.name).read_bytes() == path.read_bytes()
