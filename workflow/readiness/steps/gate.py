"""Gate: the last step. Prints the closing table, and fails when a published number differs."""

from readiness.config import StrictModel
from readiness.ground.errors import DataError, DiffersError
from readiness.ground.facts import Fact
from readiness.ground.files import write_atomically
from readiness.publications.closing import closing_lines, closing_text, read_verdicts
from readiness.publications.outcome_texts import told_plainly
from readiness.publications.outcomes import UNREADABLE
from readiness.running.step import Job

TABLE = "gate.txt"
# Copy of the closing table where a number differs or could not be checked.
DIFFERS = "differs.txt"


class Closing(StrictModel):
    """Settings: publications that are not recomputed, with the reason; drafts."""

    unavailable: dict[str, str]
    drafts: list[str]


INPUTS = ("verdicts*", "site")
SETTINGS = Closing


def run(job: Job[Closing]) -> None:
    """Print the closing table.

    Raises DiffersError where a number differs, DataError where a publication cannot be read.
    """
    job.public = True
    verdicts = read_verdicts(job.inputs["verdicts"])
    settings = job.settings
    text, lines = (
        closing_text(verdicts, settings.unavailable, settings.drafts),
        closing_lines(verdicts),
    )
    print(text, *(f"{line}\n" for line in lines), sep="", end="")
    unreadable = sorted(name for name, why in settings.unavailable.items() if why == UNREADABLE)
    if lines or unreadable:
        # `readiness run` prints it: Snakemake removes the table itself when this job fails.
        write_atomically(job.out / DIFFERS, "\n".join([text.rstrip("\n"), *lines, ""]))
    if lines:
        raise DiffersError(
            f"{lines[0]}\nAll results are kept; every number: results/publications/*/reproduce/"
        )
    if unreadable:
        raise DataError(
            f"publications/{unreadable[0]}: the configuration, the seal and the digests cannot be "
            "read, so the publication was not checked.\nRestore it with git, or make it readable. "
            "All results are kept."
        )
    # The table stays: a run with nothing to do prints it without computing anything.
    page = Fact("audit.closing.site", {"page": str(job["site"])})
    job.file(TABLE, f"{text}{told_plainly(page, 'en')}\n")
    job.reads = {path.parent.parent.name: path for path in job.inputs["verdicts"]}
    job.reads |= {"site": job["site"]}
