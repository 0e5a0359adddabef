"""A difference is found about as often as its plan says: a slice of benchmarks/next_wave.py."""

import sys

import numpy as np
import pandas as pd

from project_copy import ROOT
from readiness.analysis import planning

sys.path.insert(0, str(ROOT / "benchmarks"))
from next_wave import DESIGNS, POWER, run


def test_real_draws_find_a_planned_difference_as_often_as_was_said() -> None:
    [row] = run(draws=80, samples=60, workers=1, designs=DESIGNS[:1]).itertuples()
    # Chance alone moves so few draws by 0.06.
    assert abs(row.power - POWER) < 0.18
    assert 0.9 < row.difference / row.formula < 1.25


def test_all_that_can_answer_are_counted_and_no_more_are_asked() -> None:
    # In binary, 100 times 0.29 is less than 29, and 29 divided by 0.29 is more than 100.
    strata = pd.DataFrame({"population": [100, 100, 3], "response": [0.29, 0.5, 0.1]})
    assert planning.most_answers(strata).tolist() == [29, 50, 1]
    assert planning.invite(strata, np.array([28, 20, 1])).tolist() == [97, 40, 3]
    fourteen = strata.assign(population=1000)
    assert planning.invite(fourteen, np.array([29, 20, 1])).tolist() == [100, 40, 10]
