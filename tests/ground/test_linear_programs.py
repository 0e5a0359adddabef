"""Linear programs asked one after the other give what each gives from the start."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from readiness.ground import linear_programs as programs
from readiness.ground.errors import StatisticsError
from readiness.ground.linear_programs import LinearProgram, find_whole_numbers


@pytest.mark.parametrize("seed", range(5))
def test_what_was_asked_before_changes_no_answer(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-2, 4, (6, 9)).astype(float)
    low = matrix @ rng.integers(0, 5, 9) - rng.integers(0, 3, 6)
    high, most = low + 4, np.full(9, 8.0)
    program = LinearProgram(sparse.csr_matrix(matrix), low, high, np.zeros(9), most)
    for change in range(12):
        if change % 3 == 1:
            row = int(rng.integers(6))
            low[row], high[row] = (-np.inf, np.inf) if np.isfinite(low[row]) else (0.0, 9.0)
            program.change_row(row, low[row], high[row])
        elif change % 3 == 2:
            column = int(rng.integers(9))
            most[column] = rng.integers(2, 9)
            program.change_column(column, 0.0, most[column])
        cost = rng.normal(size=9)
        seen = np.isfinite(low)
        sides = np.vstack([matrix[seen], -matrix[seen]]), np.append(high[seen], -low[seen])
        cold = linprog(cost, *sides, bounds=[(0, end) for end in most])
        found = program.minimise(cost)
        assert (found is None) == (cold.status == 2)
        if found is not None:
            assert found.least == pytest.approx(cold.fun, abs=1e-6)
            ends = np.where(found.duals > 0, low, high)
            inside = np.abs(found.duals) > 1e-9
            assert matrix[inside] @ found.x == pytest.approx(ends[inside], abs=1e-6)


def test_nothing_that_fits_and_no_least_value() -> None:
    row, none, every = sparse.csr_matrix([[1.0, 1.0]]), np.zeros(2), np.full(2, np.inf)
    program = LinearProgram(row, np.array([3.0]), np.array([np.inf]), none, every)
    unbounded = program.minimise([-1.0, 0.0])
    assert unbounded is not None and unbounded.least == -np.inf
    program.change_column(0, 0.0, 1.0)
    program.change_column(1, 0.0, 1.0)
    assert program.minimise([1.0, 0.0]) is None


def test_a_search_that_does_not_end_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    # No step is allowed: what simplifying solves takes none, what goes on from a basis takes some.
    monkeypatch.setattr(programs, "STEPS_FOR_EACH", 0)
    none, five = np.zeros(2), np.full(2, 5.0)
    program = LinearProgram(sparse.identity(2, format="csr"), none + 1, five - 1, none, five)
    for costs, least in (([1, 2], 3), ([-2, 1], -7), ([-1, -2], -12), ([1, -1], -3)):
        found = program.minimise(costs)
        assert found is not None and found.least == pytest.approx(least)
    rng = np.random.default_rng(1)
    rows = sparse.csr_matrix(rng.normal(size=(8, 9)))
    program = LinearProgram(rows, np.full(8, -1.0), np.full(8, 1.0), np.full(9, -4.0), np.ones(9))
    with pytest.raises(StatisticsError, match="not solved"):
        program.minimise(rng.normal(size=9))


def test_a_program_left_undecided_is_begun_without_presolve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    every = np.full(2, 5.0)
    program = LinearProgram(sparse.identity(2, format="csr"), every - 4, every, every - 5, every)
    begun, run = [], program._run

    def leave_undecided() -> object:
        begun.append(dict(program._options))
        state = run()
        return state if begun[-1] == programs.AGAIN else program._states.kUnknown

    monkeypatch.setattr(program, "_run", leave_undecided)
    found = program.minimise([1.0, 2.0])
    assert found is not None and found.least == pytest.approx(3)
    assert begun == [programs.FIRST, programs.FIRST, programs.AGAIN]


@pytest.mark.parametrize("seed", range(8))
def test_whole_numbers_are_found_or_proved_to_be_none(seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = rng.uniform(0.5, 2.0, (2, 3))
    low = matrix @ rng.uniform(0, 4, 3)
    high, none, most = low + 0.3, np.zeros(3), np.full(3, 4.0)
    every = np.array(list(product(range(5), repeat=3)), dtype=float) @ matrix.T
    there = ((every >= low - 1e-6) & (every <= high + 1e-6)).all(axis=1).any()
    system = (sparse.csr_matrix(matrix), low, high, none, most, np.ones(3, dtype=bool))
    x, proved = find_whole_numbers(*system, nodes=500)
    assert (x is not None, proved) == (there, not there)
    if x is not None:
        assert np.abs(x - np.round(x)).max() < 1e-6
        assert (matrix @ x >= low - 1e-6).all() and (matrix @ x <= high + 1e-6).all()
