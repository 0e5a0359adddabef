"""Level 3: charts, tables and the report, made again by code that is trusted, byte for byte.

Where the code that was sealed is neither this program's nor one that the auditor has named, or
where processor, libraries and renderer are not the recorded ones, no page is compared: what looks
alike may have been made to mislead.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

from readiness.attack import given_away
from readiness.bounded import read_yaml_text
from readiness.facts import Fact
from readiness.files import files_below, read_file
from readiness.publications.archive import ARCHIVE
from readiness.publications.audit.rerun import Rerun
from readiness.publications.documents import shown
from readiness.publications.environment import ENVIRONMENT
from readiness.publications.ledger import CONFIG, DATASETS, INPUTS
from readiness.publications.outcomes import Finding, Outcome
from readiness.publications.seal import ATTESTATIONS, LEDGER, SEAL, VALUES, WITHHELD
from readiness.register.disclosure_risk import ATTACK, not_attacked, read_attack

SAME = Fact("audit.page.same")
BESIDE = {
    SEAL, ATTESTATIONS, WITHHELD, VALUES, LEDGER, CONFIG, DATASETS, INPUTS, ENVIRONMENT, ARCHIVE,
    ATTACK, "README.md", "CITATION.cff", "codecheck.yml", "erratum.csv",
}  # fmt: skip
"""What a publication holds beside its charts, tables and pages; other levels hold it to account, or
nothing recomputes it. Any further file is one that no run makes."""


def not_compared(why: Fact) -> Finding:
    """That no page is compared, and why; said once."""
    return Finding("report", Outcome.NOT_COMPARED, why)


def check_report(folder: Path, again: Rerun) -> Iterator[Finding]:
    """One finding a chart, table and report of the publication in `folder`."""
    made = dict(shown(again.folders))
    kept = {path.relative_to(folder).as_posix(): path for path in files_below(folder)}
    kept = {n: path for n, path in kept.items() if n not in BESIDE and not n.startswith("lineage/")}
    for name in sorted(made.keys() | kept.keys()):
        if name not in made:
            yield Finding(name, Outcome.DIFFERS, Fact("audit.page.no_longer"))
        elif name not in kept:
            yield Finding(name, Outcome.DIFFERS, Fact("audit.number.new"))
        elif read_file(kept[name]) == read_file(made[name]):
            yield Finding(name, Outcome.REPRODUCED, SAME)
        else:
            yield Finding(name, Outcome.DIFFERS, Fact("audit.page.other"))
    if (folder / ATTACK).is_file():
        yield _attacked(folder, again)


def _attacked(folder: Path, again: Rerun) -> Finding:
    """The disclosure-risk check rests on what readers had then, earlier releases among it: what was
    kept is held to attack every withheld share once and to have given none away."""
    try:
        table = read_attack(folder / ATTACK)
        rows = table.loc[table["published"] == "no", ["id", "counted"]]
        whole = not (not_attacked(again.figures, table) or rows.duplicated().any())
        holds = whole and given_away(table).empty
    except (KeyError, ValueError):
        holds = False
    if holds:
        return Finding(ATTACK, Outcome.REPRODUCED, SAME)
    return Finding(ATTACK, Outcome.DIFFERS, Fact("audit.page.other"))


def has_pseudonyms(folder: Path) -> bool:
    """Whether a key made pseudonyms: then tables between the data and the numbers have other bytes
    wherever it is not, and so other hashes stand in the pages."""
    try:
        return bool((read_yaml_text(read_file(folder / CONFIG)).get("privacy") or {}).get("key"))
    except (ValueError, yaml.YAMLError, AttributeError, OSError):
        return False
