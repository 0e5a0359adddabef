"""Compare a publication's provenance records with those of a rerun by the same program."""

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
    """Yield a finding for each provenance record that the sealed code does not write.

    `whole`: whether the rerun made charts and report too, so that a record without a step is
    surplus. `edited`: hashes of input files that differ from the sealed ones; records are not
    compared in these.
    """
    different = [
        step for step in frozen if step in present and present[step].code != frozen[step].code
    ]
    if different:
        other_code = Fact("audit.stated.code", {"steps": Listed(tuple(different), "comma")})
        yield AuditFinding(ARCHIVE, Outcome.BROKEN, other_code)
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
            edited_roles = {
                role for role, digest in present[step].inputs.items() if digest in edited
            }
            if _take_origin(frozen[step], edited_roles) != _take_origin(
                present[step], edited_roles
            ):
                yield AuditFinding(place, Outcome.BROKEN, Fact("audit.stated.read"))


def _take_settings(lineage: Lineage) -> dict[str, object]:
    """Return the settings of a step, without the places of the files that a report reads.

    These differ between a draft's own folder and that of the wave.
    """
    part = lineage.settings.get("part")
    compared_part = (
        {key: value for key, value in part.items() if key != "files"}
        if isinstance(part, dict)
        else part
    )
    return {**lineage.settings, "part": compared_part}


def _take_origin(lineage: Lineage, apart: Collection[str]) -> tuple[object, ...]:
    """Return a step's name, datasets and inputs: raw inputs by hash, others by role."""
    # During an audit the register step also reads the ledger: ignore that input.
    inputs = {role: digest for role, digest in lineage.inputs.items() if role != "sealed"}
    raw_inputs = {role: digest for role, digest in inputs.items() if role not in lineage.parents}
    hashes = {role: "" if role in apart else digest for role, digest in raw_inputs.items()}
    return lineage.step, lineage.datasets, hashes, sorted(lineage.parents)
