"""The examples in the docstrings print what they show."""

import doctest

from readiness.forensics import solve


def test_the_examples_of_the_solver_run() -> None:
    module = doctest.testmod(solve)
    assert module.attempted == 2 and module.failed == 0
