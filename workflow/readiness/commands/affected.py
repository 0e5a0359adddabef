"""Every published number that a recall of a dataset version would touch.

readiness affected NAME@VERSION

Exit code 3 when a publication is not what was sealed: more numbers may then rest on the version.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

from readiness.datasets.versions import find_version
from readiness.publications.ledger import FOLDER
from readiness.publications.log import listed_ids, withdrawals
from readiness.publications.outcomes import told_plainly
from readiness.publications.trace import find_affected, refuse_broken
from readiness.register.display import show_safely
from readiness.terminal import one_line


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("version", help="NAME@VERSION")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")


def run(arguments: argparse.Namespace) -> int:
    """Print the numbers, one line each; DataError when there is no such version."""
    root = Path.cwd()
    find_version(root, arguments.version)
    found = find_affected(root, arguments.version)
    if arguments.json:
        rows = [{"publication": where, **row} for where, row in found]
        print(json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True))
    else:
        lines = [
            (one_line(f"{where}/{r['id']}"), one_line(show_safely(r, "en")), r["dataset"])
            for where, r in found
        ]
        name, shown = (max((len(line[k]) for line in lines), default=0) for k in (0, 1))
        for line in lines:
            print(f"{line[0]:<{name}}  {line[1]:<{shown}}  {one_line(line[2])}")
        counts = Counter(where for where, _ in found)
        told = ", ".join(f"{count} in {where}" for where, count in sorted(counts.items()))
        print(f"{arguments.version}: {len(found)} published numbers rest on it ({told or 'none'}).")
        for identity, fact in withdrawals(root).items():
            seen = "" if (root / FOLDER / identity).is_dir() else "; its numbers are not here"
            print(f"{told_plainly(fact, 'en')}{seen}.")
    refuse_broken(root, listed_ids(root), every=True)
    return 0
