"""Gate: the last step. Prints the closing table, and fails when a published number differs."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from readiness.errors import DataError, DiffersError
from readiness.files import write_atomically
from readiness.lineage import leave_lineage
from readiness.publications.closing import (
    closing_lines,
    closing_text,
    read_verdicts,
    site_text,
)
from readiness.publications.outcomes import UNREADABLE

DIFFERS = "differs.txt"
"""The closing table where a number differs or could not be checked, beside the table's place."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    parser.add_argument("--code", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument(
        "--summaries", type=Path, nargs="*", default=[], help="each study in one paragraph"
    )
    parser.add_argument("--site", type=Path, required=True, help="where reading begins")
    parser.add_argument(
        "--unavailable", type=json.loads, default={}, help="publications not recomputed, and why"
    )
    parser.add_argument("--drafts", type=json.loads, default=[], help="which ones are drafts")
    parser.add_argument("--verdicts", type=Path, nargs="*", default=[])


def run(arguments: argparse.Namespace) -> int:
    """Print the table.

    DiffersError (exit 1) naming the first number that differs, DataError (exit 3) naming a
    publication of which nothing can be read.
    """
    verdicts = read_verdicts(arguments.verdicts)
    text = closing_text(verdicts, arguments.summaries, arguments.unavailable, arguments.drafts)
    print(text, end="")
    lines = closing_lines(verdicts)
    for line in lines:
        print(line)
    unread = sorted(name for name, why in arguments.unavailable.items() if why == UNREADABLE)
    if lines or unread:
        # `readiness run` shows it: of this job, Snakemake would remove the table itself.
        write_atomically(
            arguments.out.with_name(DIFFERS), "\n".join([text.rstrip("\n"), *lines, ""])
        )
    if lines:
        raise DiffersError(
            f"{lines[0]}\nAll results are kept; every number: results/publications/*/reproduce/"
        )
    if unread:
        raise DataError(
            f"publications/{unread[0]}: neither configuration, seal nor digests can be read, so it "
            "could not be checked.\nRestore it with git, or make it readable. All results are kept."
        )
    # A run with nothing to do shows it again without computing anything.
    write_atomically(arguments.out, text + site_text(arguments.site))
    inputs = {path.parent.parent.name: path for path in arguments.verdicts}
    inputs |= {path.parent.parent.name: path for path in arguments.summaries}
    inputs["site"] = arguments.site
    leave_lineage(
        "gate",
        arguments.out.parent,
        code=arguments.code,
        settings={"unavailable": arguments.unavailable, "drafts": arguments.drafts},
        inputs=inputs,
        outputs=[arguments.out.name],
    )
    return 0
