"""List the published numbers that rest on a dataset version, such as one that must be recalled.

Exit code 3: a publication is not what was sealed, so more numbers may rest on the version.

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

# The kinds of numbers that a release is known by, and how many are shown of a publication.
HEADLINE = ("estimate", "claim")
SHOWN = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("version", metavar="NAME@VERSION", help="dataset version to look for")
    parser.add_argument(
        "--all", action="store_true", help="print every number (default: the main estimates)"
    )
    parser.add_argument("--json", action="store_true", help="print every number as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print how many, and which; DataError when there is no such version."""
    root = Path.cwd()
    find_version(root, arguments.version)
    found = find_affected(root, arguments.version)
    if arguments.json:
        rows = [{"publication": where, **row} for where, row in found]
        print_json(rows)
    else:
        print(f"{arguments.version}: {len(found)} published numbers rest on it.")
        log = read_log(root)
        for where, group in groupby(found, key=lambda pair: pair[0]):
            rows = [dict(row) for _, row in group]
            print(f"{one_line(state_line(root, where, log))}: {len(rows)} numbers")
            # A column that the ledger of somebody else lacks is said below.
            leading = [
                row for row in rows if row.get("kind") in HEADLINE and row.get("group") == "all"
            ]
            shown = rows if arguments.all else (leading or rows)[:SHOWN]
            width = max(len(row["id"]) for row in shown)
            for row in shown:
                print(one_line(f"  {where}/{row['id']:<{width}}  {show_safely(row, 'en')}"))
            if len(shown) < len(rows):
                print(f"  and {len(rows) - len(shown)} more: --all")
        for identity, fact in withdrawals(root).items():
            seen = "" if (root / FOLDER / identity).is_dir() else "; its numbers are not here"
            print(f"{told_plainly(fact, 'en')}{seen}.")
    refuse_broken(root, listed_ids(root), every=True)
    return 0
