"""The same truth on every processor: a run whose every number is moved by 1e-12 still holds.

All publications, and more seeds: benchmarks/perturbation.py.
"""

from __future__ import annotations

from perturbed import perturbed_runs

from project_copy import ROOT
from readiness.publications.audit.audit import ANOTHER_BUILD, FROZEN, Terms, audit
from readiness.publications.audit.model import Changes, Confine
from readiness.publications.outcomes import Outcome

PUBLICATION = "simulated-2026-r1"


def test_every_number_and_page_holds_on_another_processor() -> None:
    terms = Terms(confine=Confine.NEVER)
    with perturbed_runs():
        found = audit(ROOT, PUBLICATION, 3, changes=Changes(), code=FROZEN, terms=terms)
    assert {number.outcome for number in found.numbers} == {Outcome.REPRODUCED}
    assert found.exit_code == 0 and found.verdict == "VALID"
    # It took effect, and what is said of it is no reproach.
    assert any(number.published != number.recomputed for number in found.numbers)
    assert found.divergence is not None and found.divergence.kind == ANOTHER_BUILD
    assert {finding.outcome for finding in found.report} == {Outcome.REPRODUCED}
    assert any(finding.place == "report.pdf" for finding in found.report)
