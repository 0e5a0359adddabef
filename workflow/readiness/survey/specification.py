"""Convert the columns of a data frame to the stages and weights of a design, with every check."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.ground.arrays import BoolArray, FloatArray
from readiness.ground.errors import StatisticsError
from readiness.survey.coding import Codes, encode, interaction
from readiness.survey.variance import Stage

Named: TypeAlias = "tuple[str, pd.Series[Any]]"


def one_column(data: pd.DataFrame, name: str) -> "pd.Series[Any]":
    """Return the column of a name. Raises StatisticsError: no such column, or several."""
    if name not in data.columns:
        raise StatisticsError(
            f"no column {name!r} in the data; it has: "
            + ", ".join(map(str, list(data.columns)[:12]))
        )
    column = data[name]
    if isinstance(column, pd.DataFrame):
        raise StatisticsError(
            f"the data have {column.shape[1]} columns named {name!r}; rename all but one"
        )
    return column


def one_value_a_row(data: pd.DataFrame, values: Any) -> npt.NDArray[Any]:
    """Return values as an array with one value per row of the data.

    Raises StatisticsError: another number of values than rows; a table or a mapping; a Series with
    another index than the data's, which could only be matched by position.
    """
    if isinstance(values, pd.Series) and not values.index.equals(data.index):
        raise StatisticsError(
            "a Series with another index than the data's; align it (reindex) or, if its values "
            "are in the order of the rows, give them as an array (to_numpy())"
        )
    array = np.asarray(values)
    if array.ndim != 1 or isinstance(values, pd.DataFrame):
        description = (
            f"{type(values).__name__} of shape {array.shape}" if array.ndim else repr(values)
        )
        if isinstance(values, Mapping):
            description = f"a {type(values).__name__}"
        raise StatisticsError(
            f"{description[:60]} given; expected a column name or {len(data)} values, one a row"
        )
    if len(array) != len(data):
        raise StatisticsError(
            f"{len(array)} values for a design of {len(data)} rows; "
            "give one value a row of the full design, also outside the domain"
        )
    return array


def booleans(values: npt.NDArray[Any], what: str) -> BoolArray:
    """Return booleans (or 0/1) as a boolean array; missing values become False.

    Raises StatisticsError: a value that is neither true nor false, such as the text "no".
    """
    if values.dtype == np.bool_:
        return values
    absent = np.asarray(pd.isna(values))
    if values.dtype.kind in "iuf":
        true, false = values == 1, values == 0
    else:
        kinds = (bool, np.bool_, int, float)
        true = np.array([isinstance(v, kinds) and v == 1 for v in values], dtype=np.bool_)
        false = np.array([isinstance(v, kinds) and v == 0 for v in values], dtype=np.bool_)
    if (is_invalid := ~(true | false | absent)).any():
        row = int(np.flatnonzero(is_invalid)[0])
        raise StatisticsError(
            f"{what} is {values[row : row + 1].tolist()[0]!r} in row {row}; expected true or false "
            "(a comparison, such as frame['region'] == 'north')"
        )
    return np.asarray(true, dtype=np.bool_)


def named_columns(data: pd.DataFrame, given: Any, *, several: bool = False) -> list[Named]:
    """Return the named (or given) columns, each with a name for messages.

    A list of texts names `several` columns, or else holds the values of one.

    Raises StatisticsError: an unknown column, or another number of values than rows.
    """
    if given is None:
        return []
    names = isinstance(given, (list, tuple)) and all(isinstance(item, str) for item in given)
    items = given if several and names else [given]
    return [
        (item, one_column(data, item))
        if isinstance(item, str)
        else ("(array)", pd.Series(one_value_a_row(data, item)))
        for item in items
    ]


def make_stages(
    data: pd.DataFrame, strata: Any, units: list[Named], population: list[Named], nest: bool
) -> tuple[Stage, ...]:
    """Return the stages: units are unique across strata, second-stage strata are the PSUs.

    Raises StatisticsError: a missing stratum or PSU, a PSU in two strata without `nest`, an invalid
    FPC.
    """
    n = len(data)
    named = named_columns(data, strata)
    stratum = encode(named[0][1], f"stratum {named[0][0]!r}") if named else Codes.constant(n)
    stages: list[Stage] = []
    for level in range(max(len(units), 1)):
        if not units:
            unit = Codes.rows(n)
        else:
            name, column = units[level]
            unit = encode(column, f"PSU {name!r}")
            crossed = interaction(stages[-1].units if level else stratum, unit)
            if level or nest:
                unit = crossed
            elif crossed.size != unit.size:
                first = pd.Series(stratum.codes).groupby(unit.codes).nunique()
                psu_label = unit.label(int(first[first > 1].index[0]))
                raise StatisticsError(
                    f"PSU {psu_label} (column {name!r}) is in more than one stratum; "
                    "if PSU numbers start again in each stratum, give nest=True"
                )
        if unit.size == n and level >= len(units) - 1:
            unit = Codes.rows(n)
        fpc = population[level] if level < len(population) else None
        stages.append(Stage.make(stratum, unit, fpc))
        stratum = unit
    return tuple(stages)


def make_weights(data: pd.DataFrame, given: Any, stages: tuple[Stage, ...]) -> FloatArray:
    """Return the sampling weights, shape (rows,): given, or from the FPC, or 1.

    Raises StatisticsError: weights that are not numbers, missing, infinite or negative, or all 0.
    """
    n = len(data)
    if given is None:
        weights = np.ones(n)
        for stage in stages:
            weights = weights * stage.inverse_fraction()
        return weights
    if isinstance(given, (int, float, np.integer, np.floating)):
        values, name = np.full(n, float(given)), "weight"
    else:
        name, column = named_columns(data, given)[0]
        try:
            values = np.asarray(pd.to_numeric(column), dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise StatisticsError(f"weights {name!r} are not numeric: {error}") from None
    check_weights(values, name)
    return values


def check_weights(values: FloatArray, name: str = "weight") -> None:
    """Check that weights are finite and not negative, and not all 0.

    Raises StatisticsError: with the number of invalid weights and the first such row (counted from
    0); or all weights are 0.
    """
    if (wrong := ~(np.isfinite(values) & (values >= 0))).any():
        row = int(np.flatnonzero(wrong)[0])
        raise StatisticsError(
            f"{int(wrong.sum())} of {len(values)} weights in {name!r} are missing, infinite or "
            f"negative (first: row {row}, {values[row]}); expected numbers, 0 or more"
        )
    if not (values > 0).any():
        raise StatisticsError(f"all {len(values)} weights in {name!r} are 0; nobody is represented")
