"""Comparisons of answers across groups of a survey: tests, contrasts, models, effect sizes.

`compare_ordinal` and `compare_nominal` make the whole comparison of one item; the parts are here
too, each with the name of its R equivalent in its docstring.
"""

from readiness.survey.comparisons.cells import CellTotals, Factor, cell_totals, factor
from readiness.survey.comparisons.choice import Choice, Procedure, choose
from readiness.survey.comparisons.compare import compare_nominal, compare_ordinal
from readiness.survey.comparisons.comparison import Comparison
from readiness.survey.comparisons.conditional_odds import fisher_2x2
from readiness.survey.comparisons.contrasts import adjust_p, pairwise
from readiness.survey.comparisons.covariates import Covariates, covariates
from readiness.survey.comparisons.effects import (
    cramers_v,
    cronbach_alpha,
    kappa,
    odds_ratio,
    probability_of_superiority,
)
from readiness.survey.comparisons.exact import (
    asymptotic_wilcoxon,
    cochran_armitage,
    exact_permutation,
    exact_wilcoxon,
    kruskal_wallis,
    rank_correlation,
)
from readiness.survey.comparisons.families import ContrastRow, share_contrasts
from readiness.survey.comparisons.fisher import fisher_freeman_halton
from readiness.survey.comparisons.linear import LinearFit, linear_model, t_test
from readiness.survey.comparisons.multiple import (
    MarginalIndependence,
    multiple_marginal_independence,
)
from readiness.survey.comparisons.ordinal import OrdinalFit, ordinal_model
from readiness.survey.comparisons.permutation import permutation_test
from readiness.survey.comparisons.ranks import mid_ranks, rank_test
from readiness.survey.comparisons.rao_scott import (
    RaoScott,
    Table,
    association,
    rao_scott_test,
    table,
)
from readiness.survey.comparisons.results import ComparisonRow, frame

__all__ = [
    "CellTotals",
    "Choice",
    "Comparison",
    "ComparisonRow",
    "ContrastRow",
    "Covariates",
    "Factor",
    "LinearFit",
    "MarginalIndependence",
    "OrdinalFit",
    "Procedure",
    "RaoScott",
    "Table",
    "adjust_p",
    "association",
    "asymptotic_wilcoxon",
    "cell_totals",
    "choose",
    "cochran_armitage",
    "compare_nominal",
    "compare_ordinal",
    "covariates",
    "cramers_v",
    "cronbach_alpha",
    "exact_permutation",
    "exact_wilcoxon",
    "factor",
    "fisher_2x2",
    "fisher_freeman_halton",
    "frame",
    "kappa",
    "kruskal_wallis",
    "linear_model",
    "mid_ranks",
    "multiple_marginal_independence",
    "odds_ratio",
    "ordinal_model",
    "pairwise",
    "permutation_test",
    "probability_of_superiority",
    "rank_correlation",
    "rank_test",
    "rao_scott_test",
    "share_contrasts",
    "t_test",
    "table",
]
