"""Rules of a release: which counts are sensitive, and what to suppress before publishing."""

from readiness.disclosure.export import escape_cell, escape_frame, escape_words
from readiness.disclosure.policy import PRESETS, Policy, p_percent_rule
