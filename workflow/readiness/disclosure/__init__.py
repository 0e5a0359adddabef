"""Who must not be recognised: what may be published, and what must be changed before it is."""

from readiness.disclosure.export import escape_cell, escape_frame, escape_words
from readiness.disclosure.policy import PRESETS, Policy
from readiness.disclosure.primary import (
    Concentration,
    minimum_frequency,
    nk_rule,
    p_percent_rule,
)
from readiness.disclosure.rounding import restricted_values, true_interval
from readiness.disclosure.secondary import (
    Cell,
    Derived,
    Relation,
    derivable,
    derivable_sums,
    exposures,
    suppress,
)

__all__ = [
    "PRESETS",
    "Cell",
    "Concentration",
    "Derived",
    "Policy",
    "Relation",
    "derivable",
    "derivable_sums",
    "escape_cell",
    "escape_frame",
    "escape_words",
    "exposures",
    "minimum_frequency",
    "nk_rule",
    "p_percent_rule",
    "restricted_values",
    "suppress",
    "true_interval",
]
