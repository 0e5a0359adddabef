"""From the columns of a data frame to the stages and weights of a design, with every check."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.errors import StatisticsError
from readiness.survey.coding import Codes, encode, interaction
from readiness.survey.variance import Stage

FloatArray: TypeAlias = npt.NDArray[np.float64]
Named: TypeAlias = "tuple[str, pd.Series[Any]]"


def named_columns(data: pd.DataFrame, given: Any, *, several: bool = False) -> list[Named]:
    """The named (or given) columns, each with a name for messages.

    A list of texts names `several` columns, or else holds the values of one.

    Raises:
        StatisticsError: an unknown column, or another number of values than rows.
    """
    if given is None:
        return []
    names = isinstance(given, (list, tuple)) and all(isinstance(item, str) for item in given)
    items = given if several and names else [given]
    columns = []
    for item in items:
        if isinstance(item, str):
            if item not in data.columns:
                raise StatisticsError(
                    f"no column {item!r} in the data; it has: "
                    + ", ".join(map(str, list(data.columns)[:12]))
                )
            columns.append((item, data[item]))
        else:
            series = pd.Series(np.asarray(item))
            if len(series) != len(data):
                raise StatisticsError(f"{len(series)} values given for {len(data)} rows")
            columns.append(("(array)", series))
    return columns


def unit_columns(data: pd.DataFrame, psu: Any) -> list[Named]:
    """The columns of PSUs, outermost first: none, one or two.

    Raises:
        StatisticsError: unknown columns, or more than two stages.
    """
    units = named_columns(data, psu, several=True)
    if len(units) > 2:
        raise StatisticsError(f"{len(units)} stages of PSUs; one or two are supported")
    return units


def make_stages(
    data: pd.DataFrame,
    strata: Any,
    units: list[Named],
    population: list[Named],
    nest: bool,
) -> tuple[Stage, ...]:
    """Codes of each stage: units unique across strata, second-stage strata are the PSUs."""
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
            if level == 0:
                unit = _nested(unit, stratum, name, nest)
            else:
                unit = interaction(stages[-1].units, unit)
        if unit.size == n and level >= len(units) - 1:
            unit = Codes.rows(n)
        fpc = population[level] if level < len(population) else None
        stages.append(Stage.make(stratum, unit, fpc))
        stratum = unit
    return tuple(stages)


def _nested(unit: Codes, stratum: Codes, name: str, nest: bool) -> Codes:
    crossed = interaction(stratum, unit)
    if nest:
        return crossed
    if crossed.size != unit.size:
        first = pd.Series(stratum.codes).groupby(unit.codes).nunique()
        bad = unit.label(int(first[first > 1].index[0]))
        raise StatisticsError(
            f"PSU {bad} (column {name!r}) is in more than one stratum; "
            "if PSU numbers start anew in each stratum, give nest=True"
        )
    return unit


def make_weights(data: pd.DataFrame, given: Any, stages: tuple[Stage, ...]) -> FloatArray:
    """The sampling weights, shape (rows,): given, or from the FPC, or 1.

    Raises:
        StatisticsError: weights that are not numbers, missing, infinite or not positive.
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
    """Refuse weights that are missing, infinite, zero or negative, naming the first bad row.

    Raises:
        StatisticsError: with the number of bad weights and the first bad row (counted from 0).
    """
    bad = ~(np.isfinite(values) & (values > 0))
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise StatisticsError(
            f"{int(bad.sum())} of {len(values)} weights in {name!r} are missing, infinite or not "
            f"positive (first: row {row}, {values[row]}); expected numbers above 0"
        )
