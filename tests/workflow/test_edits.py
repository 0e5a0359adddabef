"""What is edited while a run is at work is said at its end, and never taken for what was read."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
from chains import WAVE, catch, steps, unmake
from holding import Moment

from project_copy import PATIENCE, Project, message
from readiness.provenance.digests import sha256_of
from readiness.provenance.records import read_lineage

MARGINS = "data/margins/canteen-1.csv"
WEIGHTS = f"{WAVE}/weight/weights.csv"
# A moment before anything here was made, in seconds since 1970.
EARLIER = 1_600_000_000


def let_end(run: subprocess.Popen[str], job: psutil.Process) -> subprocess.CompletedProcess[str]:
    """Let the step that is held go on, and the run come to its end."""
    os.kill(job.pid, signal.SIGCONT)
    out, err = run.communicate(timeout=PATIENCE)
    return subprocess.CompletedProcess([], run.returncode, out, err)


def edit_margins(project: Project) -> None:
    """Move ten persons from one table of the canteen to the other."""
    project.replace(MARGINS, "harbour,400", "harbour,390")
    project.replace(MARGINS, "hill,200", "hill,210")


def margins_of_record(project: Project) -> str:
    """The hash of the margins that the weights were made of, as their record has it."""
    return read_lineage((project.root / WEIGHTS).with_name("lineage.json")).inputs["margins"]


def test_the_run_after_an_edit_computes_with_it(project: Project, finished: Project) -> None:
    """Also where the file says that it was last changed before the results were made, as a copy
    that keeps times does: by times alone, Snakemake takes them for made of it.
    """
    [gate] = steps(finished, ("gate",))
    run, job = catch(project, gate, Moment.BEGUN)
    project.replace("config.yaml", "reliable_base: 10", "reliable_base: 12")
    edit_margins(project)
    os.utime(project.root / MARGINS, (EARLIER, EARLIER))
    ended = let_end(run, job)
    assert ended.returncode == 0, ended.stderr[-2000:]
    assert message(ended) == (
        f"readiness run: config.yaml, {MARGINS}: edited while the run was at work; results may be "
        "of what it was before. Run again."
    )
    again = project.run()
    assert again.returncode == 0, again.stderr[-2000:]
    assert "Nothing to be done" not in again.stderr
    assert margins_of_record(project) == sha256_of(project.root / MARGINS)
    register = read_lineage(project.root / WAVE / "register/lineage.json")
    assert register.settings["figures"]["reliable_base"] == 12
    assert project.to_do() == set()
    assert "edited" not in project.run().stderr


def test_an_input_that_is_edited_while_a_step_reads_it_stops_the_step(
    project: Project, finished: Project
) -> None:
    """Else the record would say that the weights were made of what they were not."""
    unmake(project.root, "weight")
    [weight] = steps(finished, ("weight",))
    run, job = catch(project, weight, Moment.WRITING, None, WEIGHTS)
    edit_margins(project)
    ended = let_end(run, job)
    assert ended.returncode == 3, ended.stderr[-2000:]
    assert f"{MARGINS} changed while the step weight was reading it. Run again." in ended.stderr
    assert not (project.root / WEIGHTS).exists()
    assert project.run(WEIGHTS).returncode == 0
    assert margins_of_record(project) == sha256_of(project.root / MARGINS)


def test_editors_and_git_leave_nothing_that_is_taken_for_an_edit(fresh: Project) -> None:
    from readiness.running.edits import file_states, list_edited

    before = file_states(fresh.root)
    for name in (".config.yaml.swp", "data/.versions.csv.1.tmp", ".git/index", "results/x.csv"):
        path = fresh.root / name
        path.parent.mkdir(exist_ok=True)
        Path(path).write_text("x", "utf-8")
    assert list_edited(before, file_states(fresh.root)) == []
    (fresh.root / "data/corrections/new.csv").write_text("x", "utf-8")
    (fresh.root / MARGINS).unlink()
    edited = list_edited(before, file_states(fresh.root))
    assert edited == ["data/corrections/new.csv", MARGINS]
