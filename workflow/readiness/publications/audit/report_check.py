"""Compare charts, tables and report byte for byte with those of the rerun."""

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

# Files of a publication that are no charts, tables or pages. Other levels check them, or nothing
# recomputes them. No run makes any further file.
BESIDE = {
    *(SEAL, ATTESTATIONS, VALUES, LEDGER, CONFIG, DATASETS, INPUTS, ENVIRONMENT, ARCHIVE, ATTACK),
    *("README.md", "CITATION.cff", "codecheck.yml", "erratum.csv"),
    *(RECOMPUTE, RECOMPUTE_R),
}


def check_report(folder: Path, again: Rerun) -> Iterator[AuditFinding]:
    """Yield one finding for each chart, table and report of the publication in `folder`."""
    recomputed = dict(iterate_documents(again.folders))
    sealed = {path.relative_to(folder).as_posix(): path for path in files_below(folder)}
    sealed = {
        name: path
        for name, path in sealed.items()
        if name not in BESIDE and not name.startswith("lineage/")
    }
    for name in sorted(recomputed.keys() | sealed.keys()):
        if name not in recomputed:
            yield AuditFinding(name, Outcome.DIFFERS, Fact("audit.page.no_longer"))
        elif name not in sealed:
            yield AuditFinding(name, Outcome.DIFFERS, Fact("audit.number.new"))
        elif read_file(sealed[name]) == read_file(recomputed[name]):
            yield AuditFinding(name, Outcome.REPRODUCED, SAME)
        else:
            yield AuditFinding(name, Outcome.DIFFERS, Fact("audit.input.other"))
