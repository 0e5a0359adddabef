"""Estimates: means, totals, ratios, variances, proportions, each with its design covariance."""

from readiness.survey.estimates.means import means, ratio, ratio_estimates, totals, variance
from readiness.survey.estimates.proportions import (
    Proportions,
    SurveyWarning,
    proportion_estimates,
    proportion_table,
    proportions,
)
from readiness.survey.estimates.results import Estimates

__all__ = [
    "Estimates",
    "Proportions",
    "SurveyWarning",
    "means",
    "proportion_estimates",
    "proportion_table",
    "proportions",
    "ratio",
    "ratio_estimates",
    "totals",
    "variance",
]
