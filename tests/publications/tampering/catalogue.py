"""Every kind of single change: what `kinds.csv` promises of it, and how it is made.

`docs/tampering.md` is written from it: alike changes of a group share a line.
"""

import csv
from collections import defaultdict
from pathlib import Path

from tampering import data, earlier, files, ledger, statements, today
from tampering.model import Kind

PARTS = (ledger, statements, files, data, today, earlier)
CHANGES = {name: change for part in PARTS for name, change in part.CHANGES.items()}


def read_kinds() -> dict[str, list[Kind]]:
    """The table's kinds by group, in its order."""
    groups: dict[str, list[Kind]] = {}
    table = Path(__file__).with_name("kinds.csv").read_text("utf-8")
    for row in csv.DictReader(table.splitlines()):
        groups.setdefault(row["group"], []).append(Kind.from_row(row, CHANGES[row["name"]]))
    return groups


GROUPS = read_kinds()
KINDS: tuple[Kind, ...] = tuple(kind for kinds in GROUPS.values() for kind in kinds)
# How many of the changes that share a line are named.
SHOWN = 3

HEAD = """\
<!-- written by benchmarks/tampering.py --page; do not edit -->
# What an audit sees

A catalogue contains {kinds} kinds of change to a publication, its data or its code. Tests make each
change alone, in a copy of the project. For each kind, the tables give the first level at which
`readiness audit` reports the change, the verdict, and the exit codes at the levels 0, 1, 2 and 3
(0 valid, 1 differs, 2 could not check, 3 seal broken). `tests/publications/test_tampering.py` tests
a random selection from a seed. To test more of them, or to list every kind by name:

```
.venv/bin/python benchmarks/tampering.py --changes 300 --seed 1
.venv/bin/python benchmarks/tampering.py --changes 30 --seed 1 --level2
.venv/bin/python benchmarks/tampering.py --list
```

## What an audit cannot see

- **Levels 0 and 1 recompute nothing.** A person with write access can change a number and seal the
  folder again. Level 2 recomputes the numbers from the data; level 3 also recomputes the charts,
  tables and pages.
- **A person who replaces all data, pointers and the register** has written a different publication.
  Only evidence outside the folder shows the difference: a signature over the seal, the digest in a
  successor, or a commit.
- **Replaced code in the archive** changes no verdict, because the audit uses its own program and
  never runs the archive. A note says whether the sealed program is a released version.
- **README, CITATION.cff, codecheck.yml and the recomputation scripts** are not recomputed.
- **A publication deleted together with its log entry** leaves no trace in the folder, unless a
  later seal contains the hash of the log. A publication that the log lists and a bundle lacks is
  only named in a note.

Changes of the current code, lock file or configuration are reported as CHANGED, which is not a
fault. [Signatures](auditing.md#signatures) are checked with `audit --key`.
"""

COLUMNS = "| change | kinds | reported at | verdict | exit codes |\n|---|--:|---|---|---|"


def tell_outcome(kind: Kind) -> tuple[str, str, str]:
    """Where a change is seen, with which verdict, and the exit codes."""
    seen = "-" if kind.level is None else f"level {kind.level}"
    return seen, kind.verdict, " ".join(map(str, kind.codes))


def list_kinds() -> str:
    """A line a kind: its group, what is changed, the outcome, and what the audit names."""
    return "\n".join(
        " | ".join([title, kind.what, *tell_outcome(kind), kind.place])
        for title, kinds in GROUPS.items()
        for kind in kinds
    )


def write_page() -> str:
    """The whole page."""
    parts = [HEAD.format(kinds=len(KINDS))]
    for title, kinds in GROUPS.items():
        alike = defaultdict(list)
        for kind in kinds:
            alike[tell_outcome(kind)].append(kind.what)
        rows = [
            f"| {'; '.join(what[:SHOWN])}{'; ...' if len(what) > SHOWN else ''} | {len(what)} | "
            f"{' | '.join(told)} |"
            for told, what in alike.items()
        ]
        parts.append(f"## {title}\n\n{COLUMNS}\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)
