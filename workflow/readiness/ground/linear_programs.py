"""Linear programs over one system, asked one after the other: HiGHS goes on from the last answer.

From the basis of the last program the next one is a few steps of the simplex method, a tenth of
what a new start takes. scipy has HiGHS, but asks it from the start each time, and lets nobody turn
its heuristics off; so this is the one place that calls what scipy itself calls
(`scipy.optimize._highspy`).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from readiness.ground.arrays import FloatArray
from readiness.ground.errors import StatisticsError

# How the first program is solved: simplified, by the dual simplex method. For those that go on from
# what the last one left, simplifying takes longer than it saves, and the primal one is for them.
FIRST = {"presolve": "on", "simplex_strategy": 1}
NEXT = {"presolve": "off", "simplex_strategy": 4}
# The primal method of HiGHS 1.12 can move columns from end to end for ever, which no limit of
# iterations counts. After so many steps for each row and column another start is made.
STEPS_FOR_EACH = 20
# Where any whole numbers do, nodes find them: the heuristics before the first node take as long as
# several hundred nodes, seldom find any, and no limit of nodes bounds them.
PLAIN_NODES = {
    "mip_heuristic_effort": 0.0,
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_rins": False,
    "mip_heuristic_run_root_reduced_cost": False,
}


@dataclass(frozen=True)
class ProgramSolution:
    """The least value of an objective (-inf: there is none), what reaches it, and by how much more
    or less it were per unit by which each row's end moved.
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
        self._solver, core = _pass_model(matrix, low, high, least, most)
        self._states = core.HighsModelStatus
        self._every = np.arange(len(least), dtype=np.int32)
        self._options = FIRST
        # Nothing of this object is in what the solver calls: they would keep each other for good.
        self._steps = steps = [0]
        most_steps = STEPS_FOR_EACH * sum(matrix.shape)

        def count_step(kind: Any, said: str, state: Any, reply: Any, user: Any) -> None:
            steps[0] += 1
            reply.user_interrupt = steps[0] > most_steps

        self._solver.setCallback(count_step, None)
        self._solver.startCallback(core.cb.HighsCallbackType.kCallbackSimplexInterrupt)

    def change_row(self, row: int, low: float, high: float) -> None:
        """Other ends of a row."""
        self._solver.changeRowBounds(row, low, high)

    def change_column(self, column: int, least: float, most: float) -> None:
        """Other ends of a column."""
        self._solver.changeColBounds(column, least, most)

    def minimise(self, objective: npt.ArrayLike) -> ProgramSolution | None:
        """The least value of `objective @ columns`; None where no columns fulfil all rows;
        StatisticsError where the solver finds neither.
        """
        costs = np.asarray(objective, dtype=np.float64)
        self._solver.changeColsCost(len(costs), self._every, costs)
        status = self._run()
        if status not in (self._states.kOptimal, self._states.kInfeasible, self._states.kUnbounded):
            # Away from the last basis, from which it found no way.
            self._solver.clearSolver()
            self._options = FIRST
            status = self._run()
        if status == self._states.kInfeasible:
            return None
        if status not in (self._states.kOptimal, self._states.kUnbounded):
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
    """Columns, those that are `whole` in whole numbers, that fulfil all rows of a program; None
    where so many nodes find none, and whether it is proved that there are none.
    """
    solver, core = _pass_model(matrix, low, high, least, most, whole)
    for name, value in {**PLAIN_NODES, "mip_max_nodes": nodes}.items():
        solver.setOptionValue(name, value)
    solver.run()
    status, states = solver.getModelStatus(), core.HighsModelStatus
    x = np.array(solver.getSolution().col_value) if status == states.kOptimal else None
    return x, status == states.kInfeasible


def _pass_model(
    matrix: scipy.sparse.csr_matrix | scipy.sparse.csr_array,
    low: FloatArray,
    high: FloatArray,
    least: FloatArray,
    most: FloatArray,
    whole: npt.NDArray[np.bool_] | None = None,
) -> tuple[Any, Any]:
    """A solver of a program that has no objective yet, and the module that it is of."""
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
        model.integrality_ = [kinds.kInteger if each else kinds.kContinuous for each in whole]
    solver: Any = _core._Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.passModel(model)
    return solver, _core
