"""Every fault of every answer: collected, explained, and excluded where it must be.

`validate` is the whole room: raw text in, coded answers with all faults and counts out.
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
from readiness.validation.validate import Validated, first_reading, validate
