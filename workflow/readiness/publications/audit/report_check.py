"""Compare charts, tables and report byte for byte with those that trusted code makes again."""

from collections.abc import Iterator
from pathlib import Path

from readiness.analysis.recomputing import RECOMPUTE
from readiness.analysis.recomputing_in_r import RECOMPUTE_R
from readiness.ground.facts import Fact
from readiness.ground.files import files_below, read_file
from readiness.publications.audit.numbers import SAME, Rerun
from readiness.publications.ledger import (
    CONFIG,
    DATASETS,
    INPUTS,
    iterate_documents,
)
from readiness.publications.outcomes import AuditFinding, Outcome
from readiness.publications.program import ARCHIVE, ENVIRONMENT
from readiness.publications.seal import (
    ATTESTATIONS,
    LEDGER,
    SEAL,
    VALUES,
)
from readiness.register.disclosure_risk import ATTACK

# What a publication holds beside its charts, tables and pages; other levels hold it to account, or
# nothing recomputes it. Any further file is one that no run makes.
BESIDE = {
    *(SEAL, ATTESTATIONS, VALUES, LEDGER, CONFIG, DATASETS, INPUTS, ENVIRONMENT, ARCHIVE, ATTACK),
    *("README.md", "CITATION.cff", "codecheck.yml", "erratum.csv"),
    *(RECOMPUTE, RECOMPUTE_R),
}


def check_report(folder: Path, again: Rerun) -> Iterator[AuditFinding]:
    """One finding a chart, table and report of the publication in `folder`."""
    made = dict(iterate_documents(again.folders))
    kept = {path.relative_to(folder).as_posix(): path for path in files_below(folder)}
    kept = {n: path for n, path in kept.items() if n not in BESIDE and not n.startswith("lineage/")}
    for name in sorted(made.keys() | kept.keys()):
        if name not in made:
            yield AuditFinding(name, Outcome.DIFFERS, Fact("audit.page.no_longer"))
        elif name not in kept:
            yield AuditFinding(name, Outcome.DIFFERS, Fact("audit.number.new"))
        elif read_file(kept[name]) == read_file(made[name]):
            yield AuditFinding(name, Outcome.REPRODUCED, SAME)
        else:
            yield AuditFinding(name, Outcome.DIFFERS, Fact("audit.input.other"))
