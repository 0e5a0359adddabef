"""Draft a questionnaire from a bare export: proposals, each marked for the analyst.

Pure: a table of text in, the text of a YAML file out. Nothing is guessed silently: doubtful
proposals carry the comment `# check: ...`, and the file holds `draft: true` until the analyst
deletes that line.
"""

from readiness.drafting.codebooks import Codebook, name_by_form, read_codebook
from readiness.drafting.documents import document_of, draft_text
from readiness.drafting.draft import Draft, make_draft
from readiness.drafting.following import follow
from readiness.drafting.sections import (
    merging_lines,
    study_section,
    wave_section,
    with_section,
)
from readiness.drafting.table import ExportColumn, ExportTable
