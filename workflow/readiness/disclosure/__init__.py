"""Who must not be recognised: what may be published, and what must be changed before it is."""

from readiness.disclosure.export import escape_cell, escape_frame, escape_words
from readiness.disclosure.policy import PRESETS, Policy, p_percent_rule
