"""What survey tools export -> tables of raw text with the questionnaire's own column names."""

from readiness.readers.google_forms import INVITATION, ROW, TIMESTAMP, read_export
from readiness.readers.wave_tables import (
    SAMPLE_COLUMNS,
    read_corrections,
    read_margins,
    read_sample,
)

__all__ = [
    "INVITATION",
    "ROW",
    "SAMPLE_COLUMNS",
    "TIMESTAMP",
    "read_corrections",
    "read_export",
    "read_margins",
    "read_sample",
]
