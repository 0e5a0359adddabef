"""Design-based survey statistics, equal to R survey: the interface for users of data frames.

Begin with a design; every estimator and every test takes one:

    d = design(frame, weights="weight", strata="stratum")
    d.subset(frame["region"] == "north")        # a domain of the full design, never of the data
    d.total_covariance(z)                       # covariance of sum_i w_i z_i, shape (k, k)

    w = weigh(d, {"region": {"north": 3e5, "south": 7e5}}, trim=Trim(0.3, 3.0))
    proportions(w.design, "level", ["none", "weak", "medium", "good"], by="profession")

docs/survey-for-r-users.md documents each name beside its equivalent in R. The workflow imports the
modules themselves.
"""

from readiness.survey.comparisons.classical import (
    exact_permutation,
    exact_wilcoxon,
    fisher_freeman_halton,
    kruskal_wallis,
    pearson_chi_square,
    wilcoxon,
)
from readiness.survey.comparisons.compare import compare_groups
from readiness.survey.comparisons.covariates import covariates
from readiness.survey.comparisons.effects import cronbach_alpha, kappa
from readiness.survey.comparisons.families import share_contrasts
from readiness.survey.comparisons.linear import linear_model, t_test
from readiness.survey.comparisons.multiple import adjust_p, multiple_marginal_independence, pairwise
from readiness.survey.comparisons.ordinal import ordinal_model
from readiness.survey.comparisons.permutation import permutation_test
from readiness.survey.comparisons.ranks import rank_test
from readiness.survey.comparisons.rao_scott import association, table
from readiness.survey.design import Design, design
from readiness.survey.estimates.means import means, quantiles, ratio, totals, variance
from readiness.survey.estimates.proportions import proportion_estimates, proportions
from readiness.survey.intervals import proportion_interval
from readiness.survey.weighting.margins import Collapse, summarise
from readiness.survey.weighting.recipe import (
    Trim,
    calibrate,
    post_stratify,
    rake,
    replicate,
    trim,
    weigh,
    with_replicates,
)

__all__ = [
    "Collapse",
    "Design",
    "Trim",
    "adjust_p",
    "association",
    "calibrate",
    "compare_groups",
    "covariates",
    "cronbach_alpha",
    "design",
    "exact_permutation",
    "exact_wilcoxon",
    "fisher_freeman_halton",
    "kappa",
    "kruskal_wallis",
    "linear_model",
    "means",
    "multiple_marginal_independence",
    "ordinal_model",
    "pairwise",
    "pearson_chi_square",
    "permutation_test",
    "post_stratify",
    "proportion_estimates",
    "proportion_interval",
    "proportions",
    "quantiles",
    "rake",
    "rank_test",
    "ratio",
    "replicate",
    "share_contrasts",
    "summarise",
    "t_test",
    "table",
    "totals",
    "trim",
    "variance",
    "weigh",
    "wilcoxon",
    "with_replicates",
]
