"""Word: a finished report as a document that an office edits; on request, and in no publication."""

from readiness.config import StrictModel
from readiness.rendering.word import write_word
from readiness.running.step import Job

INPUTS = ("page", "charts")
SETTINGS: type[StrictModel] | None = None


def run(job: Job[None]) -> None:
    """Write the document, named like its page."""
    page = job["page"]
    job.file(f"{page.stem}.docx", write_word(page.read_text("utf-8"), job["charts"].parent))
