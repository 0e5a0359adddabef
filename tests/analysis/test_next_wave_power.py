"""A difference is found about as often as its plan says: a slice of benchmarks/next_wave.py."""

import sys

from project_copy import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))
from next_wave import DESIGNS, POWER, run


def test_real_draws_find_a_planned_difference_as_often_as_was_said() -> None:
    [row] = run(draws=80, samples=60, workers=1, designs=DESIGNS[:1]).itertuples()
    # Chance alone moves so few draws by 0.06.
    assert abs(row.power - POWER) < 0.18
    assert 0.9 < row.difference / row.formula < 1.25
