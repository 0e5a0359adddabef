"""Read exports of survey tools as tables of raw text, with the questionnaire's own column names."""

from readiness.readers.export import (
    HEADERS,
    SLOTS,
    SPARE,
    read_cells,
    read_export,
    read_ignored,
    read_sheet,
)
from readiness.readers.table import Sheet
from readiness.readers.texts import Booleans, Texts
from readiness.readers.tools.base import CONTESTED, LEFT_OUT
from readiness.readers.wave_tables import (
    SAMPLE_COLUMNS,
    read_corrections,
    read_frame,
    read_margins,
    read_populations,
    read_sample,
)
