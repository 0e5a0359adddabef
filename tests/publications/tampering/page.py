"""docs/tampering.md, written from the catalogue."""

from __future__ import annotations

from tampering.catalogue import GROUPS, KINDS
from tampering.model import Kind

HEAD = """\
<!-- written by benchmarks/tampering.py --page; do not edit -->
# What an audit sees

Each row is one kind of change, made alone; the columns say what `readiness audit` makes of it.
*Seen at* is the lowest level at which a line tells of it; every level above tells of it too.
*Exit* has the codes at the levels 0, 1, 2 and 3: 0 valid, 1 differs, 2 could not check, 3 seal
broken; a level answers for what it covers and for nothing more. *Named* is what the line names,
so whoever reads it knows where to look. What each level does is in [auditing](auditing.md).

The rows are checked: `tests/publications/test_tampering.py` draws single changes of these
{kinds} kinds from a seed, makes each one in a copy of the tree, and compares verdict, exit
code and place with its row. Those that have the numbers run again are too slow for every test run;
this draws them as well:

```
.venv/bin/python benchmarks/tampering.py --changes 300 --seed 1
.venv/bin/python benchmarks/tampering.py --changes 30 --seed 1 --level2
```

It prints a line a change, then a tally, and ends with 1 when an audit said anything else than
the table.

## What an audit cannot see

- **Levels 0 and 1 compute nothing.** Whoever can write the folder can change a number and seal
  it again, and every hash agrees. Level 2 makes the numbers again from the data, level 3 the
  charts, tables and pages.
- **Who seals again and replaces the data too**, by others that give the changed numbers, in
  every copy, with pointer and register, has made another publication. Only something outside
  the folder tells the two apart: a signature over the seal (`attestation.jsonl`), the digest of
  it that a successor's seal states, a commit, or somebody else's copy.
- **Who replaces the code in the archive too**, by other code that gives the changed numbers: the
  audit still says DIFFERS, for its own program judges. Only whoever says `--trust` of that code
  believes it.
- **Pages for people are not recomputed**: README, CITATION.cff and codecheck.yml of a folder
  that was sealed again say what they say.
- **A publication that is gone altogether** is missed only by who asks for it by name, and by
  its successor.

Today's code, lock and configuration may change: that is told as CHANGED and breaks nothing. When
other code gives other numbers, level 2 says DIFFERS and names the first step where the chains
diverge. Charts, tables and pages are compared byte for byte, with what trusted code makes on the
recorded build; elsewhere they are NOT COMPARED.
"""

ROW = "| {what} | {seen} | {verdict} | {codes} | {place} |"
COLUMNS = "| what is changed | seen at | verdict | exit | named |\n|---|---|---|---|---|"


def row(kind: Kind) -> str:
    seen = "-" if kind.level is None else f"level {kind.level}"
    codes = " ".join(map(str, kind.codes))
    if kind.command != "audit":
        seen, codes = kind.command, str(kind.codes[0])
    return ROW.format(
        what=kind.what, seen=seen, verdict=kind.verdict, codes=codes, place=kind.place
    )


def page() -> str:
    """The whole page."""
    parts = [HEAD.format(kinds=len(KINDS))]
    for title, kinds in GROUPS.items():
        parts.append(f"## {title}\n\n{COLUMNS}\n" + "\n".join(row(kind) for kind in kinds) + "\n")
    return "\n".join(parts)
