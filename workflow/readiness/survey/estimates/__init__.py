"""Estimates: means, totals, ratios, variances, proportions, each with its design covariance."""

from readiness.survey.estimates.means import means, ratio, ratio_estimates, totals, variance
from readiness.survey.estimates.multiresponse import multi_response
from readiness.survey.estimates.proportions import (
    Proportions,
    SurveyWarning,
    proportion_estimates,
    proportion_table,
    proportions,
)
from readiness.survey.estimates.quantiles import quantiles
from readiness.survey.estimates.results import Estimates
from readiness.survey.estimates.scores import net_score, top_box

__all__ = [
    "Estimates",
    "Proportions",
    "SurveyWarning",
    "means",
    "multi_response",
    "net_score",
    "proportion_estimates",
    "proportion_table",
    "proportions",
    "quantiles",
    "ratio",
    "ratio_estimates",
    "top_box",
    "totals",
    "variance",
]
