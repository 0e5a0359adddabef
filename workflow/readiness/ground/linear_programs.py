"""Solve many linear programs over one system with HiGHS, each from the basis of the one before.

A warm start takes a few steps of the simplex method, a tenth of the time of a cold start. scipy's
functions always start cold and do not let callers turn off the heuristics of HiGHS. So this module,
and no other, calls the solver that scipy calls (`scipy.optimize._highspy`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from readiness.ground.arrays import FloatArray
from readiness.ground.errors import StatisticsError

# Options of a cold start: presolve, dual simplex method. In a warm start presolve takes longer than
# it saves, and the primal simplex method can begin at the last solution.
FIRST = {"presolve": "on", "simplex_strategy": 1}
NEXT = {"presolve": "off", "simplex_strategy": 4}
# Of a second cold start: presolve can remove a row in a way after which no status is found.
AGAIN = {"presolve": "off", "simplex_strategy": 1}
# Limit of simplex steps per row and column; beyond it the program starts cold. The primal method of
# HiGHS 1.12 can flip columns between their bounds for ever, and its iteration limit does not count
# these steps.
STEPS_FOR_EACH = 20
# Options that turn off the heuristics before the first node. They take as long as several hundred
# nodes, seldom find whole numbers, and are not bounded by the limit of nodes.
PLAIN_NODES = {
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_root_reduced_cost": False,
}


@dataclass(frozen=True)
class ProgramSolution:
    """Solution of a linear program.

    `least`: the minimum of the objective (-inf: unbounded). `x`: the columns that reach it.
    `duals`: change of the minimum per unit of each row's bound.
    """

    least: float
    x: FloatArray
    duals: FloatArray


class LinearProgram:
    """Columns between `least` and `most`, and rows `low <= matrix @ columns <= high`."""

    def __init__(
        self,
        matrix: scipy.sparse.csr_matrix | scipy.sparse.csr_array,
        low: FloatArray,
        high: FloatArray,
        least: FloatArray,
        most: FloatArray,
    ) -> None:
        self._solver, core = _load_solver(matrix, low, high, least, most)
        self._states = core.HighsModelStatus
        self._every = np.arange(len(least), dtype=np.int32)
        self._options = FIRST
        # The callback must not refer to `self`. Otherwise the solver and this object refer to each
        # other, and stay in memory.
        self._steps = steps = [0]
        most_steps = STEPS_FOR_EACH * sum(matrix.shape)

        def count_step(kind: Any, said: str, state: Any, reply: Any, user: Any) -> None:
            steps[0] += 1
            reply.user_interrupt = steps[0] > most_steps

        self._solver.setCallback(count_step, None)
        self._solver.startCallback(core.cb.HighsCallbackType.kCallbackSimplexInterrupt)

    def change_row(self, row: int, low: float, high: float) -> None:
        """Set the lower and upper bound of a row."""
        self._solver.changeRowBounds(row, low, high)

    def change_column(self, column: int, least: float, most: float) -> None:
        """Set the lower and upper bound of a column."""
        self._solver.changeColBounds(column, least, most)

    def minimise(self, objective: npt.ArrayLike) -> ProgramSolution | None:
        """Minimise `objective @ columns`; return None where no columns satisfy all rows.

        Raises StatisticsError where the solver finds neither a solution nor that there is none.
        """
        costs = np.asarray(objective, dtype=np.float64)
        self._solver.changeColsCost(len(costs), self._every, costs)
        known = (self._states.kOptimal, self._states.kInfeasible, self._states.kUnbounded)
        status = self._run()
        for options in (FIRST, AGAIN):
            if status not in known:
                # Start cold: the solver failed from the last basis, or with its first options.
                self._solver.clearSolver()
                self._options = options
                status = self._run()
        if status == self._states.kInfeasible:
            return None
        if status not in known:
            said = self._solver.modelStatusToString(status)
            raise StatisticsError(f"a linear program was not solved: {said}")
        found = self._solver.getSolution()
        x, duals = np.array(found.col_value), np.array(found.row_dual)
        least = float(costs @ x) if status == self._states.kOptimal else -np.inf
        return ProgramSolution(least, x, duals)

    def _run(self) -> Any:
        self._steps[0] = 0
        for name, value in self._options.items():
            self._solver.setOptionValue(name, value)
        self._options = NEXT
        self._solver.run()
        return self._solver.getModelStatus()


def find_whole_numbers(
    matrix: scipy.sparse.csr_matrix | scipy.sparse.csr_array,
    low: FloatArray,
    high: FloatArray,
    least: FloatArray,
    most: FloatArray,
    whole: npt.NDArray[np.bool_],
    nodes: int,
) -> tuple[FloatArray | None, bool]:
    """Find columns that satisfy all rows of a linear program, whole numbers in the columns `whole`.

    Returns the columns, None where `nodes` nodes of the search find none; and whether it is proved
    that there are none.
    """
    solver, core = _load_solver(matrix, low, high, least, most, whole)
    for name, value in {**PLAIN_NODES, "mip_max_nodes": nodes}.items():
        solver.setOptionValue(name, value)
    solver.run()
    status, states = solver.getModelStatus(), core.HighsModelStatus
    x = np.array(solver.getSolution().col_value) if status == states.kOptimal else None
    return x, status == states.kInfeasible


def _load_solver(
    matrix: scipy.sparse.csr_matrix | scipy.sparse.csr_array,
    low: FloatArray,
    high: FloatArray,
    least: FloatArray,
    most: FloatArray,
    whole: npt.NDArray[np.bool_] | None = None,
) -> tuple[Any, Any]:
    """Return a HiGHS solver with a linear program without an objective, and the HiGHS module.

    `low`, `high`: bounds of the rows. `least`, `most`: bounds of the columns. `whole`: which
    columns must be whole numbers (a mixed-integer program); None for no column.
    """
    # Imported on first use: many modules import this one and never solve. scipy has no stubs for
    # `_highspy`, hence `Any` below.
    from scipy.optimize._highspy import _core  # type: ignore[import-not-found]

    by_column = scipy.sparse.csc_array(matrix)
    model = _core.HighsLp()
    model.num_row_, model.num_col_ = by_column.shape
    model.col_cost_ = np.zeros(len(least))
    model.col_lower_, model.col_upper_ = least, most
    model.row_lower_, model.row_upper_ = low, high
    model.a_matrix_.format_ = _core.MatrixFormat.kColwise
    model.a_matrix_.num_row_, model.a_matrix_.num_col_ = by_column.shape
    model.a_matrix_.start_ = by_column.indptr
    model.a_matrix_.index_ = by_column.indices
    model.a_matrix_.value_ = by_column.data
    if whole is not None:
        kinds = _core.HighsVarType
        model.integrality_ = [
            kinds.kInteger if is_whole else kinds.kContinuous for is_whole in whole
        ]
    solver: Any = _core._Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(model)
    return solver, _core
