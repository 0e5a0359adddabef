"""List the published numbers that depend on a dataset version, such as one that must be recalled.

Exit code 3 means that a publication differs from its seal, so the list may be incomplete.

Examples:
  readiness affected jobs-2027@1
  readiness affected jobs-2027@1 --all
"""

import argparse
from itertools import groupby
from pathlib import Path

from readiness.datasets.versions import find_version
from readiness.ground.printable import one_line
from readiness.ground.terminal import print_json
from readiness.publications.ledger import FOLDER
from readiness.publications.log import listed_ids, read_log, withdrawals
from readiness.publications.outcome_texts import told_plainly
from readiness.publications.trace import find_affected, refuse_broken, state_line
from readiness.register.display import show_safely

# Kinds of headline numbers, and how many of them are printed of a publication.
HEADLINE = ("estimate", "claim")
MOST_NUMBERS = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("version", metavar="NAME@VERSION", help="dataset version to look for")
    parser.add_argument(
        "--all", action="store_true", help="print every number (default: the main estimates)"
    )
    parser.add_argument("--json", action="store_true", help="print every number as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print how many published numbers rest on a dataset version, and which.

    Raises DataError where there is no such version.
    """
    root = Path.cwd()
    find_version(root, arguments.version)
    affected = find_affected(root, arguments.version)
    if arguments.json:
        rows = [{"publication": where, **row} for where, row in affected]
        print_json(rows)
    else:
        print(f"{arguments.version}: {len(affected)} published numbers rest on it.")
        log = read_log(root)
        for where, group in groupby(affected, key=lambda pair: pair[0]):
            rows = [dict(row) for _, row in group]
            print(f"{one_line(state_line(root, where, log))}: {len(rows)} numbers")
            # A ledger from elsewhere may lack a column; the check below reports it.
            leading = [
                row for row in rows if row.get("kind") in HEADLINE and row.get("group") == "all"
            ]
            printed_rows = rows if arguments.all else (leading or rows)[:MOST_NUMBERS]
            width = max(len(row["id"]) for row in printed_rows)
            for row in printed_rows:
                print(one_line(f"  {where}/{row['id']:<{width}}  {show_safely(row, 'en')}"))
            if len(printed_rows) < len(rows):
                print(f"  and {len(rows) - len(printed_rows)} more: --all")
        for publication_id, fact in withdrawals(root).items():
            remark = (
                "" if (root / FOLDER / publication_id).is_dir() else "; its numbers are not here"
            )
            print(f"{told_plainly(fact, 'en')}{remark}.")
    refuse_broken(root, listed_ids(root), every=True)
    return 0
