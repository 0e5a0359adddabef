"""Every fault of every answer: collected, explained, and excluded where it must be.

`validate` is the whole room: raw text in, coded answers with all faults and counts out.
"""

from readiness.validation.issues import (
    ISSUE_COLUMNS,
    MEANINGS,
    RULES,
    SEVERITIES,
    sentence,
)
from readiness.validation.losses import (
    LARGEST_LOSS,
    loss_line,
    loss_lines,
    losses,
    refuse_mass_loss,
)
from readiness.validation.rows import DuplicateRule
from readiness.validation.validate import Validated, first_reading, validate

__all__ = [
    "ISSUE_COLUMNS",
    "LARGEST_LOSS",
    "MEANINGS",
    "RULES",
    "SEVERITIES",
    "DuplicateRule",
    "Validated",
    "first_reading",
    "loss_line",
    "loss_lines",
    "losses",
    "refuse_mass_loss",
    "sentence",
    "validate",
]
