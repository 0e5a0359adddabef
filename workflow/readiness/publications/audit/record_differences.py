"""Compare what provenance records state with the run that the same program made."""

from collections.abc import Collection, Iterator

from readiness.ground.facts import Fact, Listed
from readiness.provenance.records import Lineage
from readiness.publications.chain import (
    Chain,
)
from readiness.publications.outcomes import AuditFinding, Outcome
from readiness.publications.program import (
    ARCHIVE,
)


def stated_otherwise(
    frozen: Chain, present: Chain, *, whole: bool, edited: Collection[str] = ()
) -> Iterator[AuditFinding]:
    """The provenance records of a publication that are not those that its own code leaves.

    `whole`: whether the run made charts and report too, so that a record more is one too many;
    `edited` are hashes of files it read that are not the sealed ones: no record tells of those.
    """
    if different := [s for s in frozen if s in present and present[s].code != frozen[s].code]:
        other = Fact("audit.stated.code", {"steps": Listed(tuple(different), "comma")})
        yield AuditFinding(ARCHIVE, Outcome.BROKEN, other)
    for step in sorted(frozen.keys() | present.keys()):
        place = f"lineage/{step}.json"
        if step not in frozen:
            yield AuditFinding(place, Outcome.BROKEN, Fact("audit.stated.absent"))
        elif step not in present:
            if whole:
                yield AuditFinding(place, Outcome.BROKEN, Fact("audit.stated.surplus"))
        elif _take_settings(frozen[step]) != _take_settings(present[step]):
            yield AuditFinding(place, Outcome.BROKEN, Fact("audit.stated.settings"))
        else:
            apart = {role for role, digest in present[step].inputs.items() if digest in edited}
            if _take_origin(frozen[step], apart) != _take_origin(present[step], apart):
                yield AuditFinding(place, Outcome.BROKEN, Fact("audit.stated.read"))


def _take_settings(lineage: Lineage) -> dict[str, object]:
    """The settings of a step, but for where the files lie that a report is told of: in a draft's
    own folder, or in that of the wave.
    """
    part = lineage.settings.get("part")
    kept = {k: v for k, v in part.items() if k != "files"} if isinstance(part, dict) else part
    return {**lineage.settings, "part": kept}


def _take_origin(lineage: Lineage, apart: Collection[str]) -> tuple[object, ...]:
    """The step, its data, what it read: by hash, or by role what steps made or is `apart`."""
    # An audit hands the ledger itself to the register: no record of a publication names that.
    own = {role: d for role, d in lineage.inputs.items() if role != "sealed"}
    raw = {role: d for role, d in own.items() if role not in lineage.parents}
    hashes = {role: "" if role in apart else digest for role, digest in raw.items()}
    return lineage.step, lineage.datasets, hashes, sorted(lineage.parents)
