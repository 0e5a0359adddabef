"""Who must not be recognised: what may be published, and what must be changed before it is."""

from readiness.disclosure.export import escape_cell, escape_frame, escape_words
from readiness.disclosure.policy import PRESETS, Policy
from readiness.disclosure.primary import minimum_frequency, p_percent_rule
from readiness.disclosure.secondary import Relation, TableCell, suppress

__all__ = [
    "PRESETS",
    "Policy",
    "Relation",
    "TableCell",
    "escape_cell",
    "escape_frame",
    "escape_words",
    "minimum_frequency",
    "p_percent_rule",
    "suppress",
]
