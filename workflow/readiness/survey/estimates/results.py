"""A vector of estimates with its design covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from readiness.arrays import FloatArray, IntArray
from readiness.survey.intervals import check_level, t_quantile


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimates, in the unit of the variable, with what is known of their precision.

    Attributes:
        names: what each one is, k of them.
        values: the estimates, shape (k,).
        covariance: their design covariance, shape (k, k).
        n: unweighted base of each, shape (k,).
        degrees_of_freedom: of the design in the domain.
        deff: design effect of each, when asked for, shape (k,).
    """

    names: tuple[str, ...]
    values: FloatArray
    covariance: FloatArray
    n: IntArray
    degrees_of_freedom: int
    deff: FloatArray | None = None

    @property
    def se(self) -> FloatArray:
        """Standard errors, shape (k,); NaN where the base is one respondent."""
        return np.asarray(np.sqrt(np.maximum(np.diag(self.covariance), 0.0)))

    @property
    def cv(self) -> FloatArray:
        """Coefficients of variation, se over the absolute estimate (NaN where that is 0)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.values == 0, np.nan, self.se / np.abs(self.values))

    def interval(
        self, level: float = 0.95, df: float | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Symmetric limits on `df` degrees of freedom (the design's when None; inf: normal).

        Raises:
            StatisticsError: a level outside (0, 1).
        """
        check_level(level)
        half = t_quantile(level, self.degrees_of_freedom if df is None else df) * self.se
        return self.values - half, self.values + half

    def to_frame(self, level: float = 0.95) -> pd.DataFrame:
        """One row an estimate: name, n, estimate, se, lower, upper, cv, df (and deff)."""
        lower, upper = self.interval(level)
        frame = pd.DataFrame(
            {
                "name": self.names,
                "n": self.n,
                "estimate": self.values,
                "se": self.se,
                "lower": lower,
                "upper": upper,
                "cv": self.cv,
                "df": self.degrees_of_freedom,
            }
        )
        if self.deff is not None:
            frame["deff"] = self.deff
        return frame
