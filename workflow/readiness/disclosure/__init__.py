"""Who must not be recognised: what may be published, and what must be changed before it is."""

from readiness.disclosure.export import escape_cell, escape_frame
from readiness.disclosure.primary import (
    Concentration,
    minimum_frequency,
    nk_rule,
    p_percent_rule,
)
from readiness.disclosure.rounding import restricted_values, true_interval

__all__ = [
    "Concentration",
    "escape_cell",
    "escape_frame",
    "minimum_frequency",
    "nk_rule",
    "p_percent_rule",
    "restricted_values",
    "true_interval",
]
