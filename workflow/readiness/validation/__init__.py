"""Every fault of every answer: collected, explained, and set aside where it must be.

`validate` is the whole room: raw text in, coded answers with all faults and counts out.
"""

from readiness.validation.issues import ISSUE_COLUMNS, RULES
from readiness.validation.rows import DuplicateRule
from readiness.validation.validate import Validated, validate

__all__ = ["ISSUE_COLUMNS", "RULES", "DuplicateRule", "Validated", "validate"]
