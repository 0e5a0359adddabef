"""Design-based survey statistics, equal to R survey.

Begin with a design; every estimator takes one:

    d = design(frame, weights="weight", strata="stratum")
    d.subset(frame["region"] == "north")        # a domain of the full design, never of the data
    d.total_covariance(z)                       # covariance of sum_i w_i z_i, shape (k, k)
"""

from readiness.survey.coding import Codes, encode, encode_declared, interaction
from readiness.survey.design import Design, design
from readiness.survey.replicates import Replicates

__all__ = [
    "Codes",
    "Design",
    "Replicates",
    "design",
    "encode",
    "encode_declared",
    "interaction",
]
