"""Design-based survey statistics, equal to R survey.

Begin with a design; every estimator takes one:

    d = design(frame, weights="weight", strata="stratum")
    d.subset(frame["region"] == "north")        # a domain of the full design, never of the data
    d.total_covariance(z)                       # covariance of sum_i w_i z_i, shape (k, k)

    w = weigh(d, {"region": {"north": 3e5, "south": 7e5}}, trim=Trim(0.3, 3.0))
    w.design, w.weights, w.report               # the weighted design goes into every estimator

    proportions(w.design, "level", ["none", "weak", "medium", "good"], by="profession")
    means(w.design, "experience", by="profession", missing="drop").to_frame()

Comparisons are in `readiness.survey.comparisons`.
"""

from readiness.survey.coding import Codes, encode, encode_declared, interaction
from readiness.survey.design import Design, design
from readiness.survey.estimates import (
    Estimates,
    Proportions,
    SurveyWarning,
    means,
    multi_response,
    net_score,
    proportion_estimates,
    proportion_table,
    proportions,
    quantiles,
    ratio,
    ratio_estimates,
    top_box,
    totals,
    variance,
)
from readiness.survey.intervals import proportion_interval
from readiness.survey.nonresponse import (
    Proxy,
    SelectedMoments,
    mubp,
    probit_proxy,
    smub,
    worst_case,
)
from readiness.survey.reliability import NchsRules, nchs, statistics_canada
from readiness.survey.replicates import Replicates
from readiness.survey.response import balance, r_indicator, response_table
from readiness.survey.weighting import (
    Collapse,
    Trim,
    Weighting,
    WeightingReport,
    adjust_nonresponse,
    calibrate,
    post_stratify,
    rake,
    replicate,
    reweight,
    summarise,
    trim,
    weigh,
    with_replicates,
)

__all__ = [
    "Codes",
    "Collapse",
    "Design",
    "Estimates",
    "NchsRules",
    "Proportions",
    "Proxy",
    "Replicates",
    "SelectedMoments",
    "SurveyWarning",
    "Trim",
    "Weighting",
    "WeightingReport",
    "adjust_nonresponse",
    "balance",
    "calibrate",
    "design",
    "encode",
    "encode_declared",
    "interaction",
    "means",
    "mubp",
    "multi_response",
    "nchs",
    "net_score",
    "post_stratify",
    "probit_proxy",
    "proportion_estimates",
    "proportion_interval",
    "proportion_table",
    "proportions",
    "quantiles",
    "r_indicator",
    "rake",
    "ratio",
    "ratio_estimates",
    "replicate",
    "response_table",
    "reweight",
    "smub",
    "statistics_canada",
    "summarise",
    "top_box",
    "totals",
    "trim",
    "variance",
    "weigh",
    "with_replicates",
    "worst_case",
]
