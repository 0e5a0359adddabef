"""Validate an export: collect and explain every fault, and exclude what cannot be used.

`validate` is the entry: raw text in; coded answers, all faults and all counts out.
"""

from readiness.validation.issues import ISSUE_COLUMNS, MEANINGS, RULES, SEVERITIES, sentence
from readiness.validation.losses import (
    LARGEST_LOSS,
    losses,
    refuse_mass_loss,
    write_loss_line,
    write_loss_lines,
    write_sums,
)
from readiness.validation.size import refuse_large_answers
from readiness.validation.validate import Validated, first_reading, validate
