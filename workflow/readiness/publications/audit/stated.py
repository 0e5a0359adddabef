"""What sidecars state, held against the run that the frozen code made.

Whoever seals anew can state anything. The frozen code leaves sidecars of its own, so each statement
that no processor can move has to be the same: settings, data, what was read, and which steps there
are. Outputs are left out, for the last digit of a value may be another one on another machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from readiness.publications.outcomes import Finding, Outcome

if TYPE_CHECKING:
    from readiness.lineage import Lineage
    from readiness.publications.chain import Chain


def stated_otherwise(frozen: Chain, present: Chain, *, whole: bool) -> Iterator[Finding]:
    """The sidecars of a publication that are not those that its own code leaves.

    `whole`: whether the run made charts and report too, so that a sidecar more is one too many.
    """
    for step in sorted(frozen.keys() | present.keys()):
        place = f"lineage/{step}.json"
        if step not in frozen:
            yield Finding(place, Outcome.BROKEN, "not there, but the frozen code leaves it")
        elif step not in present:
            if whole:
                yield Finding(place, Outcome.BROKEN, "no step of the frozen code leaves it")
        elif frozen[step].settings != present[step].settings:
            detail = "its settings are not those that the frozen code and configuration give"
            yield Finding(place, Outcome.BROKEN, detail)
        elif _origin(frozen[step]) != _origin(present[step]):
            detail = "what it says was read is not what the frozen code reads"
            yield Finding(place, Outcome.BROKEN, detail)


def _origin(lineage: Lineage) -> tuple[object, ...]:
    """The step, its data, what it read: files that no step made by hash, others by role."""
    raw = {role: d for role, d in lineage.inputs.items() if role not in lineage.parents}
    return lineage.step, lineage.datasets, raw, sorted(lineage.parents)
