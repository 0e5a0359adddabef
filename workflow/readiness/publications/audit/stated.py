"""What provenance records state, compared with the run that the sealed code made.

Whoever seals again can state anything. The sealed code leaves records of its own, so each statement
that no processor can move has to be the same: settings, data, what was read, and which steps there
are. Outputs are left out, for the last digit of a value may be another one on another machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from readiness.facts import Fact, Listed
from readiness.publications.archive import ARCHIVE
from readiness.publications.outcomes import Finding, Outcome

if TYPE_CHECKING:
    from readiness.lineage import Lineage
    from readiness.publications.chain import Chain


def stated_otherwise(
    frozen: Chain, present: Chain, *, whole: bool, edited: Collection[str] = ()
) -> Iterator[Finding]:
    """The provenance records of a publication that are not those that its own code leaves.

    `whole`: whether the run made charts and report too, so that a record more is one too many;
    `edited` are the hashes of the files it read that are not the sealed ones: of those no record
    can tell.
    """
    different = [s for s in frozen if s in present and present[s].code != frozen[s].code]
    if different:
        other = Fact("audit.stated.code", {"steps": Listed(tuple(different), "comma")})
        yield Finding(ARCHIVE, Outcome.BROKEN, other)
    for step in sorted(frozen.keys() | present.keys()):
        place = f"lineage/{step}.json"
        if step not in frozen:
            yield Finding(place, Outcome.BROKEN, Fact("audit.stated.absent"))
        elif step not in present:
            if whole:
                yield Finding(place, Outcome.BROKEN, Fact("audit.stated.surplus"))
        elif frozen[step].settings != present[step].settings:
            yield Finding(place, Outcome.BROKEN, Fact("audit.stated.settings"))
        else:
            apart = {role for role, digest in present[step].inputs.items() if digest in edited}
            if _origin(frozen[step], apart) != _origin(present[step], apart):
                yield Finding(place, Outcome.BROKEN, Fact("audit.stated.read"))


def _origin(lineage: Lineage, apart: Collection[str]) -> tuple[object, ...]:
    """The step, its data, what it read: files that no step made by hash, others by role, and so
    those in the roles `apart`."""
    raw = {role: d for role, d in lineage.inputs.items() if role not in lineage.parents}
    hashes = {role: "" if role in apart else digest for role, digest in raw.items()}
    return lineage.step, lineage.datasets, hashes, sorted(lineage.parents)
