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
# The closing table where a number differs or could not be checked.
DIFFERS = "differs.txt"


class Closing(StrictModel):
    """The publications that are not recomputed, and why; which ones are drafts."""

    unavailable: dict[str, str]
    drafts: list[str]


INPUTS = ("verdicts*", "site")
SETTINGS = Closing


def run(job: Job[Closing]) -> None:
    """Print the table; DiffersError names a number that differs, DataError an unreadable folder."""
    job.public = True
    verdicts = read_verdicts(job.inputs["verdicts"])
    told = job.settings
    text, lines = closing_text(verdicts, told.unavailable, told.drafts), closing_lines(verdicts)
    print(text, *(f"{line}\n" for line in lines), sep="", end="")
    unread = sorted(name for name, why in told.unavailable.items() if why == UNREADABLE)
    if lines or unread:
        # `readiness run` shows it: of this job, Snakemake would remove the table itself.
        write_atomically(job.out / DIFFERS, "\n".join([text.rstrip("\n"), *lines, ""]))
    if lines:
        raise DiffersError(
            f"{lines[0]}\nAll results are kept; every number: results/publications/*/reproduce/"
        )
    if unread:
        raise DataError(
            f"publications/{unread[0]}: the configuration, the seal and the digests cannot be "
            "read, so the publication was not checked.\nRestore it with git, or make it readable. "
            "All results are kept."
        )
    # A run with nothing to do shows it again without computing anything.
    page = Fact("audit.closing.site", {"page": str(job["site"])})
    job.file(TABLE, f"{text}{told_plainly(page, 'en')}\n")
    job.reads = {path.parent.parent.name: path for path in job.inputs["verdicts"]}
    job.reads |= {"site": job["site"]}
