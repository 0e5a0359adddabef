"""Weighting: from base weights to weights that meet the population, and back to their precision."""

from readiness.survey.weighting.adjust import (
    adjust_nonresponse,
    calibrate,
    post_stratify,
    rake,
    reweight,
    trim,
)
from readiness.survey.weighting.bounded import bounded_rake
from readiness.survey.weighting.calibration import calibrate_weights
from readiness.survey.weighting.margins import Collapse, Margin, make_margins
from readiness.survey.weighting.raking import rake_weights
from readiness.survey.weighting.recipe import Trim, Weighting, weigh
from readiness.survey.weighting.replicating import replicate, with_replicates
from readiness.survey.weighting.report import WeightingReport, WeightSummary, summarise
from readiness.survey.weighting.trimming import trim_weights

__all__ = [
    "Collapse",
    "Margin",
    "Trim",
    "WeightSummary",
    "Weighting",
    "WeightingReport",
    "adjust_nonresponse",
    "bounded_rake",
    "calibrate",
    "calibrate_weights",
    "make_margins",
    "post_stratify",
    "rake",
    "rake_weights",
    "replicate",
    "reweight",
    "summarise",
    "trim",
    "trim_weights",
    "weigh",
    "with_replicates",
]
