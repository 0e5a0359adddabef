"""Audit one publication, level by level; each level builds on the levels below it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from readiness.ground.errors import DataError, ReadinessError
from readiness.ground.facts import Fact, Listed
from readiness.ground.files import reading_once
from readiness.publications import program
from readiness.publications.attest import signatures
from readiness.publications.audit.again import Again
from readiness.publications.audit.agreeing import contradictions
from readiness.publications.audit.coverage import list_stated
from readiness.publications.audit.data import check_dataset, check_inputs, read_registered
from readiness.publications.audit.earlier import check_provenance, check_reproduced, replace_refuted
from readiness.publications.audit.erratum import check_erratum
from readiness.publications.audit.model import (
    DATA,
    NUMBERS,
    Audit,
    Changes,
    Signing,
    Terms,
    explain,
)
from readiness.publications.audit.numbers import ledger_rows, list_unchecked
from readiness.publications.audit.present_changes import UNREADABLE
from readiness.publications.ledger import CONFIG, DATASETS, INPUTS, read_datasets, read_inputs
from readiness.publications.outcomes import AuditFinding, Outcome, error_fact
from readiness.publications.plans import judge_publication
from readiness.publications.releases import tell_program
from readiness.publications.seal import ATTESTATIONS, DRAFT, check_seal, read_seal
from readiness.register.planned import PlanOutcome
from readiness.reporting.planned import count_marks, mark_number

# State of the signatures for the first line of a verdict, by outcome, the most severe first.
_SIGNING = {
    Outcome.DIFFERS: Signing.WRONG,
    Outcome.NOT_CHECKED: Signing.OTHERS,
    Outcome.REPRODUCED: Signing.SIGNED,
    Outcome.NOT_COMPARED: Signing.UNCHECKED,
}


def audit(
    root: Path,
    publication_id: str,
    level: int,
    *,
    changes: Changes,
    notes: Sequence[Fact] = (),
    listed: Sequence[AuditFinding] = (),
    folder: Path | None = None,
    list_numbers: bool = True,
    keys: Mapping[str, Ed25519PublicKey] | None = None,
    terms: Terms | None = None,
    judged: dict[str, Audit] | None = None,
) -> Audit:
    """Audit `publications/<publication_id>` of the project at `root` up to `level` (0 to 3).

    `changes`: how today's tree and environment differ from the sealed ones. `listed`: faults that
    the log of publications shows. `folder`: where the publication is, if not at its place yet.
    `list_numbers`: whether level 0 lists the numbers, which it does not compute, although the seal
    holds. `keys`: public keys by name, for signatures. `judged`: audits of earlier publications by
    id, filled on the way so that each is made once. No file of the tree is written.
    """
    folder = folder or root / "publications" / publication_id
    with reading_once(folder):
        seal = [*(check_seal(folder) if folder.is_dir() or not listed else ()), *listed]
        try:
            sealed = read_seal(folder)
        except DataError:
            sealed = {}
        limits = [Fact("audit.note.draft")] if sealed.get("status") == DRAFT else []
        if sealed:
            own_code = is_sealing(root, sealed, terms or Terms())
            limits.append(tell_program(sealed, same=own_code))
        if sealed and level >= DATA:
            names = tuple(
                list_stated(sealed["files"], level, own_code=own_code and level >= NUMBERS)
            )
            limits.append(Fact("audit.note.stated", {"names": Listed(names, "comma")}))
        rows = ledger_rows(folder) if level >= DATA or seal or list_numbers else []
        plan: dict[str, Fact] = {}
        if level >= DATA and not seal and (outcome := _judge_plan(folder, sealed)):
            limits += [count_marks(outcome, rows), Fact("plan.order")]
            plan = {row["id"]: mark_number(outcome, row) for row in rows}
        result = Audit(
            publication_id,
            level,
            sealed,
            changes,
            seal=tuple(seal),
            notes=(*notes, *limits),
            numbers=list_unchecked(rows, seal, Fact("audit.number.level")),
            plan=plan,
        )
        if level >= DATA:
            judged = {} if judged is None else judged
            result = _look_further(root, folder, result, rows, terms or Terms(), judged)
        return _add_signatures(result, folder, keys or {})


def is_sealing(root: Path, sealed: Mapping[str, Any], terms: Terms) -> bool:
    """Return whether this program sealed the publication."""
    present = program.present_program(root, own=terms.foreign is None)
    return program.is_present(sealed["program"], present)


def _judge_plan(folder: Path, sealed: Mapping[str, Any]) -> PlanOutcome | None:
    """Return the outcome of a publication's plan; None without a readable plan."""
    with suppress(ReadinessError, *UNREADABLE):
        return judge_publication(folder, sealed["code"])
    return None


def _add_signatures(result: Audit, folder: Path, keys: Mapping[str, Ed25519PublicKey]) -> Audit:
    """Return the audit with the signatures of the seal.

    A signer whose key was not given changes no verdict.
    """
    try:
        checked = signatures(folder, keys)
    except DataError as error:
        reason = error.fact or error_fact(str(error))
        finding = AuditFinding(ATTESTATIONS, Outcome.NOT_CHECKED, reason)
        return replace(result, signatures=(finding,), signing=Signing.UNREADABLE)
    outcomes = {one.outcome for one in checked}
    signing = next((state for one, state in _SIGNING.items() if one in outcomes), Signing.UNSIGNED)
    return replace(result, signatures=tuple(checked), signing=signing)


def _look_further(
    root: Path,
    folder: Path,
    result: Audit,
    rows: list[dict[str, str]],
    terms: Terms,
    judged: dict[str, Audit],
) -> Audit:
    """Return the audit with contradictions of the files and the findings of levels 1 to 3."""
    seal = result.seal
    disagreements: tuple[AuditFinding, ...] = ()
    try:
        if not seal:
            disagreements = tuple(contradictions(folder, result.sealed))
        result = _add_data(root, folder, result, rows, disagreements, terms, judged)
    except (ReadinessError, OSError) as error:
        reason = explain(error, root)
        numbers = list_unchecked(rows, seal, Fact("audit.number.not_again", {"why": reason}))
        data = (*result.data, AuditFinding(result.identity, Outcome.NOT_CHECKED, reason))
        result = replace(result, data=data, numbers=numbers)
    # Added after the numbers are marked: a contradiction does not mean that the ledger is broken.
    return replace(result, seal=(*result.seal, *disagreements))


def _add_data(
    root: Path,
    folder: Path,
    result: Audit,
    rows: list[dict[str, str]],
    against: Sequence[AuditFinding],
    terms: Terms,
    judged: dict[str, Audit],
) -> Audit:
    """Return the audit with the findings on data and, from level 2, on numbers and pages."""
    # Compare nothing with tables or a configuration other than the sealed ones: data and numbers
    # would be blamed for faults of these files.
    unfit = Fact("audit.input.unfit")
    findings = [
        AuditFinding(name, Outcome.NOT_CHECKED, unfit)
        for name in dict.fromkeys(finding.place for finding in (*result.seal, *against))
        if name in (CONFIG, DATASETS, INPUTS)
    ]
    if findings:
        unfit_file = Fact("audit.number.unfit", {"file": findings[0].place})
        numbers = list_unchecked(rows, result.seal, unfit_file)
        return replace(result, data=tuple(findings), numbers=numbers)
    registered, findings = read_registered(root)
    objects = {}
    missing = {}
    for dataset in read_datasets(folder):
        dataset_findings, available = check_dataset(root, dataset, registered, terms.foreign)
        findings += dataset_findings
        if available.path is None:
            missing[dataset.version.name] = available
        else:
            objects[dataset.pointer] = available.path
    input_findings, inputs = check_inputs(root, read_inputs(folder))
    input_findings = replace_refuted(folder, input_findings, partial(check_provenance, root))
    erratum_findings = check_erratum(root, folder, result.sealed)
    result = replace(result, data=(*findings, *input_findings, *erratum_findings))
    if missing:
        missing_names = Fact("audit.number.needs", {"names": Listed(tuple(missing), "comma")})
        return replace(result, numbers=list_unchecked(rows, result.seal, missing_names, missing))
    if result.level < NUMBERS:
        return result
    if terms.earlier:
        input_findings = replace_refuted(
            folder, input_findings, partial(_check_again, root, terms, judged)
        )
        result = replace(result, data=(*findings, *input_findings, *erratum_findings))
    no_pages_reason = None
    if faults := (*result.seal, *against):
        broken = any(fault.outcome is Outcome.BROKEN for fault in faults)
        no_pages_reason = Fact("audit.page.seal_broken" if broken else "audit.page.seal_unchecked")
    return Again(root, folder, rows, objects, inputs, terms, no_pages_reason).check(result)


def _check_again(
    root: Path,
    terms: Terms,
    judged: dict[str, Audit],
    publication_id: str,
    path: Path,
    _digest: str,
) -> AuditFinding | None:
    """Return the reason to doubt that an earlier ledger is reproducible, or None.

    The earlier publication `publication_id` is audited at level 2, once, for its ledger at `path`.
    """
    if publication_id not in judged:
        # A placeholder during the audit: a publication that depends on itself then has no numbers.
        judged[publication_id] = Audit(publication_id, NUMBERS, {}, Changes())
        judged[publication_id] = audit(
            root,
            publication_id,
            NUMBERS,
            changes=Changes(),
            terms=replace(terms, attacked=False),
            judged=judged,
        )
    return check_reproduced(path, judged[publication_id])
