"""Kill -9 of everything while a step is at work: the next plain run finishes, with the same bytes.

All steps are killed at all moments with `--thorough`; without it test_interruptions.py kills one.
"""

import pytest
from chains import FIRST, all_steps, catch, different, results, unmake
from holding import Moment, kill

from project_copy import Project, message


@pytest.mark.thorough
def test_every_step_is_killed_at_every_moment(project: Project, finished: Project) -> None:
    for moment in Moment:
        for name in FIRST:
            unmake(project.root, name)
        for step in all_steps(finished):
            run, _ = catch(project, step, moment)
            kill(run)
        result = project.run()
        assert result.returncode == 0, message(result) or result.stderr[-2000:]
        assert different(results(project.root), results(finished.root)) == []
