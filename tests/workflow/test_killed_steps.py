"""Kill -9 of everything while a step is at work: the next plain run finishes, with the same bytes.

`pytest tests/workflow/test_killed_steps.py --thorough` kills all steps at all moments.
"""

from __future__ import annotations

import pytest
from chains import FIRST, QUICK, all_steps, catch, different, results, steps, unmake
from holding import Moment, kill

from project_copy import Project, message

MOMENTS = tuple(Moment)


def finishes_alike(project: Project, finished: Project) -> None:
    result = project.run()
    assert result.returncode == 0, message(result) or result.stderr[-2000:]
    assert different(results(project.root), results(finished.root)) == []


def test_a_run_that_is_killed_at_one_step_after_the_other(
    project: Project, finished: Project
) -> None:
    """Each run goes on from what the one before has left, until it is killed itself."""
    unmake(project.root, "restore")
    for k, step in enumerate(steps(finished, QUICK)):
        run, _ = catch(project, step, MOMENTS[(k + 1) % len(MOMENTS)])
        kill(run)
        assert not (project.root / step.folder / "lineage.json").exists()
    finishes_alike(project, finished)


@pytest.mark.thorough
def test_every_step_is_killed_at_every_moment(project: Project, finished: Project) -> None:
    for moment in MOMENTS:
        for name in FIRST:
            unmake(project.root, name)
        for step in all_steps(finished):
            run, _ = catch(project, step, moment)
            kill(run)
        finishes_alike(project, finished)
