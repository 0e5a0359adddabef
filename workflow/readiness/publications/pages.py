"""The pages of a publication for whoever opens its folder: README, codecheck.yml, CITATION.cff.

The README has the sections that the data editor of the American Economic Association asks for; the
CODECHECK file is the author's part of version 1.0 of that specification, the citation follows the
Citation File Format 1.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from readiness.config import Study, Wave
from readiness.datasets.versions import ERASED, RESTRICTED, Version

KEPT = "in the project's DVC remote; by default the folder `data/store`"
ACCESS = {
    RESTRICTED: "restricted: ask the publisher",
    ERASED: "erased after a respondent withdrew: the hashes remain",
}
"""What the status of a dataset version says to a reader; the others are kept."""
DRAFT = "Draft: "


@dataclass(frozen=True)
class Facts:
    """What the pages tell of a publication."""

    identity: str
    run: str
    section: Wave | Study
    versions: Sequence[Version]
    inputs: Sequence[str]
    numbers: int
    judged: int
    authors: Sequence[Mapping[str, str]]
    supersedes: str
    erratum: str
    reviewer: str
    draft: bool = False

    @property
    def title(self) -> str:
        """The English title with the id; of a draft it says so."""
        return f"{DRAFT if self.draft else ''}{self.section.title['en']} ({self.identity})"

    @property
    def simulated(self) -> bool:
        """Whether no real person gave the answers."""
        return isinstance(self.section, Wave) and self.section.simulated


def _what(facts: Facts) -> str:
    if isinstance(facts.section, Study):
        return (
            "The data behind the judged figures were never published: they are judged by exact "
            f"arithmetic, not reproduced. {facts.judged} of the {facts.numbers} numbers are "
            "figures as somebody else printed them, each with its source; the others are the "
            "numbers of our own verdicts."
        )
    kind = "The answers are **simulated**: no real person gave them. " if facts.simulated else ""
    return f"{kind}{facts.numbers} numbers, from raw answers to shares, tests and weights."


def _availability(facts: Facts) -> str:
    """Whether all of the data can be had, in one sentence."""
    kept = sum(version.status not in ACCESS for version in facts.versions)
    if kept == len(facts.versions):
        return "All data are available: they are kept with the project."
    return f"{kept} of {len(facts.versions)} dataset versions are available; the table says why."


def _details(facts: Facts) -> str:
    lines = [
        f"| `{version.name}` | {version.note or '-'} | {version.rows} | `{version.sha256}` | "
        f"{ACCESS.get(version.status, KEPT)} |\n"
        for version in facts.versions
    ]
    head = "| dataset version | what | rows | SHA-256 | access |\n|---|---|---|---|---|\n"
    return head + "".join(lines)


def _list(facts: Facts) -> str:
    files = [version.pointer_path.with_suffix("").as_posix() for version in facts.versions]
    others = "".join(f"- `{name}`, in `code.tar`\n" for name in facts.inputs)
    return "".join(f"- `{name}`\n" for name in files) + others


def _never(facts: Facts) -> str:
    if facts.draft:
        return "Once it is released nothing here is ever edited: a correction is a new publication."
    return "Nothing here is ever edited: a correction is a new publication."


def _history(facts: Facts) -> str:
    lines = []
    if facts.draft:
        lines.append("**This is a draft.** It may be frozen again, with other numbers.")
    if facts.supersedes:
        lines.append(f"It supersedes `{facts.supersedes}`, which stays as it was published.")
    if facts.erratum:
        lines.append(f"**Erratum.** {facts.erratum}")
    if facts.supersedes:
        lines.append("`erratum.csv` names every number of it that moved, and why.")
    if facts.reviewer:
        lines.append(f"Figures marked for review were reviewed by {facts.reviewer}.")
    return "\n\n".join(lines) + "\n\n" if lines else ""


def readme(facts: Facts) -> str:
    """README.md, in the sections of the AEA data editor's template."""
    identity = facts.identity
    random = (
        f"Permutation tests are seeded (`compare.seed: {facts.section.compare.seed}` in "
        "`config.yaml`); nothing else is random."
        if isinstance(facts.section, Wave)
        else "Nothing is random: the arithmetic is exact."
    )
    attack = (
        "| `attack.csv` | what a reader could work out from the published shares and bases |\n"
        if isinstance(facts.section, Wave)
        else ""
    )
    return f"""# {facts.title}

## Overview

{_what(facts)}

{_history(facts)}`figures.csv` has one number a row, each with its value as it is shown, precision,
rounding contract, display text in French, English and Arabic, dataset versions and lineage.
`report.html` and `report.pdf` show them, `charts/` and `tables/` hold each picture and table.
`seal.json` has the SHA-256 of every file. {_never(facts)}

## Data Availability and Provenance Statements

### Statement about Rights

The authors have legitimate access to the data and permission to use them as described here.

### Summary of Availability

{_availability(facts)}

### Details on each Data Source

{_details(facts)}
The text of each DVC pointer and the row of `data/versions.csv` are in `datasets.csv`.

## Dataset list

{_list(facts)}
The hashes of those in `code.tar` are in `inputs.csv`.

## Computational requirements

### Software Requirements

Python 3.11 to 3.13 and the packages of `requirements.lock` (in `code.tar`; `make` installs them).
The environment that made the numbers is in `environment.json`.

### Controlled Randomness

{random}

### Memory, Runtime, Storage Requirements

A laptop: under a minute on two cores, under 1 GB of memory, under 100 MB of disk beside the
environment.

## Description of programs/code

`code.tar` holds the code and the configuration that made the numbers, as a project of its own; its
hash and those of the code of every step are in `seal.json`. `lineage/` has one record a step:
inputs and outputs by SHA-256, settings, code. License for code: MIT.

## Instructions to Replicators

In the project's folder, after `make setup`:

```
.venv/bin/readiness audit {identity} --level 0
.venv/bin/readiness audit {identity} --level 3
.venv/bin/readiness audit {identity} --level 3 --code frozen
```

Level 0 checks the seal, 1 the data, 2 every number, 3 the report. Without the project: unpack
`code.tar` in an empty folder, add the datasets below `data/raw` under the names of their pointers,
run `make setup`, then

```
.venv/bin/readiness run -- results/{facts.run}/register/figures.csv
```

## List of tables and programs

| file | made by |
|---|---|
| `figures.csv` | step `register` |
| `charts/` | step `draw`, from `figures.csv` |
| `tables/` | from `figures.csv` |
| `report.html`, `report.pdf` | step `report`, every digit held against `figures.csv` |
{attack}
## References

The sources of published figures stand beside each one in `figures.csv` and in the report; how to
cite this publication: `CITATION.cff`.
"""


def codecheck(facts: Facts, outputs: Sequence[str]) -> str:
    """codecheck.yml: what an independent checker is asked to make again.

    The specification wants the document marker in the first line, and the checker's name, report
    and certificate once there is a check: an author's file leaves them out.
    """
    record: dict[str, Any] = {
        "version": "https://codecheck.org.uk/spec/config/1.0/",
        "paper": {
            "title": facts.title,
            "authors": [{"name": author["name"]} for author in facts.authors],
            "reference": f"publications/{facts.identity}/report.pdf",
        },
        "manifest": [{"file": name, "comment": comment} for name, comment in _manifest(outputs)],
    }
    head = (
        f"---\n# To make everything again: readiness audit {facts.identity} --level 3\n"
        "# Who checks adds: codechecker, report, summary, check_time, certificate.\n"
    )
    return head + yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=100)


def _manifest(outputs: Sequence[str]) -> list[tuple[str, str]]:
    comments = {
        "figures.csv": "every number",
        "report.html": "the report",
        "report.pdf": "the report, on paper",
    }
    folders = {"charts": "a chart of the report", "tables": "a table, from figures.csv"}
    listed = []
    for name in outputs:
        folder = name.partition("/")[0]
        if name.endswith(".txt") and folder == "charts":
            listed.append((name, "what the chart shows, in words"))
        elif name in comments or folder in folders:
            listed.append((name, comments.get(name) or folders[folder]))
    return listed


def citation(facts: Facts) -> str:
    """CITATION.cff of the publication."""
    record: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": "If you use these figures, please cite them as below.",
        "title": facts.title,
        "type": "dataset",
        "version": facts.identity,
        "license": "MIT",
        "authors": [dict(author) for author in facts.authors],
        "abstract": _what(facts).replace("**", ""),
    }
    return yaml.safe_dump(record, allow_unicode=True, sort_keys=False, width=100)
