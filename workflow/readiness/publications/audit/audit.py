"""The audit of one publication: level by level, each on top of those below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readiness.datasets.places import Foreign
from readiness.errors import DataError, ReadinessError
from readiness.facts import Fact, Listed
from readiness.files import reading_once
from readiness.publications.attest import Fit, signatures
from readiness.publications.audit.model import (
    DATA,
    NUMBERS,
    REPORT,
    Audit,
    Changes,
    Confine,
    Number,
    Signing,
)
from readiness.publications.audit.numbers import ledger_rows, unavailable, unchecked
from readiness.publications.chain import ENVIRONMENT_ALONE
from readiness.publications.ledger import CONFIG, DATASETS, INPUTS, read_datasets, read_inputs
from readiness.publications.outcomes import PASSING, Finding, Outcome, error_fact
from readiness.publications.seal import ATTESTATIONS, DRAFT, check_seal, read_seal, withheld

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from readiness.publications.chain import Divergence
    from readiness.publications.erratum import Correction

TODAY, FROZEN = "today", "frozen"
LEVEL = Fact("audit.number.level")
_FITS = {
    Fit.DOES_NOT_FIT: Outcome.DIFFERS,
    Fit.UNSIGNED: Outcome.NOT_CHECKED,
    Fit.FITS: Outcome.REPRODUCED,
}
_SIGNING = {
    Fit.DOES_NOT_FIT: Signing.WRONG,
    Fit.UNSIGNED: Signing.OTHERS,
    Fit.FITS: Signing.SIGNED,
    Fit.UNKNOWN: Signing.UNCHECKED,
}
"""What the first line says, the most severe first."""
ANOTHER_BUILD, OTHER_OUTPUTS = "audit.diverges.build", "audit.diverges.outputs"
UNCONFINED = {
    Confine.NEEDED: Fact("audit.note.unconfined.needed"),
    Confine.WHERE_FOUND: Fact("audit.note.unconfined.where_found"),
    Confine.NEVER: Fact("audit.note.unconfined.never"),
}


@dataclass(frozen=True)
class Terms:
    """On which terms a tree is audited: what is read for one that is somebody else's (None for the
    tree of this program), and whether sealed code is confined."""

    foreign: Foreign | None = None
    confine: Confine = Confine.WHERE_FOUND


def audit(
    root: Path,
    identity: str,
    level: int,
    *,
    changes: Changes,
    code: str = TODAY,
    cores: str = "all",
    notes: Sequence[Fact] = (),
    listed: Sequence[Finding] = (),
    folder: Path | None = None,
    list_numbers: bool = True,
    keys: Mapping[str, Ed25519PublicKey] | None = None,
    terms: Terms | None = None,
) -> Audit:
    """Audit `publications/<identity>` of the project at `root` up to `level` (0 to 3).

    `listed` is what the log of publications says against it. `folder` is where the publication lies
    when it is not there yet. `list_numbers`: whether level 0
    lists the numbers, which it does not compute, though the seal holds.
    `changes` is in what today's tree and environment are not the sealed ones. The frozen code runs
    only when the seal holds. Nothing of the tree is written.
    """
    folder = folder or root / "publications" / identity
    with reading_once(folder):
        found = _audited(
            root, folder, identity, level, changes, code, cores, notes, listed, list_numbers,
            terms or Terms(),
        )  # fmt: skip
        return _with_signatures(found, folder, keys or {})


def _with_signatures(result: Audit, folder: Path, keys: Mapping[str, Ed25519PublicKey]) -> Audit:
    """The audit with who signed the seal. A signer whose key was not given changes no verdict."""
    try:
        found = signatures(folder, keys)
    except DataError as error:
        why = error.fact or error_fact(str(error))
        finding = Finding(ATTESTATIONS, Outcome.NOT_CHECKED, why)
        return replace(result, signatures=(finding,), signing=Signing.UNCHECKED)
    fits = {one.fit for one in found}
    signing = next((said for fit, said in _SIGNING.items() if fit in fits), Signing.UNSIGNED)
    told = tuple(
        Finding(f"{ATTESTATIONS}: {one.signer}".rstrip(": "), _FITS[one.fit], one.fact)
        for one in found
        if one.fit in _FITS
    )
    return replace(result, signatures=told, signing=signing)


def _audited(
    root: Path, folder: Path, identity: str, level: int, changes: Changes, code: str, cores: str,
    notes: Sequence[Fact], listed: Sequence[Finding], list_numbers: bool, terms: Terms,
) -> Audit:  # fmt: skip
    seal = [*check_seal(folder), *listed] if folder.is_dir() else list(listed) or check_seal(folder)
    try:
        sealed = read_seal(folder)
    except DataError:
        sealed = {}
    rows = ledger_rows(folder) if level >= DATA or seal or list_numbers else []
    result = Audit(
        identity, level, code, sealed, changes, seal=tuple(seal),
        notes=(*notes, *_limits(sealed, level, code)),
        numbers=tuple(unchecked(rows, seal, LEVEL)),
    )  # fmt: skip
    if level < DATA:
        return result
    against: tuple[Finding, ...] = ()
    try:
        if not seal:
            from readiness.publications.audit.agreeing import contradictions

            against = tuple(contradictions(folder, sealed))
        result = _with_data(root, folder, result, rows, cores, against, terms)
        # Beside what is said of the numbers: it is not the ledger that the seal does not fit.
        return replace(result, seal=(*result.seal, *against))
    except (ReadinessError, OSError) as error:
        why = _why(error, root)
        numbers = unchecked(rows, seal, Fact("audit.number.not_again", {"why": why}))
        finding = Finding(identity, Outcome.NOT_CHECKED, why)
        return replace(
            result,
            seal=(*result.seal, *against),
            data=(*result.data, finding),
            numbers=tuple(numbers),
        )


def _limits(sealed: Mapping[str, Any], level: int, code: str) -> Iterator[Fact]:
    """What the verdict does not cover."""
    if sealed.get("status") == DRAFT:
        yield Fact("audit.note.draft")
    if sealed and level >= DATA:
        from readiness.publications.audit.agreeing import only_stated

        yield only_stated(frozen=code == FROZEN and level >= NUMBERS)


def _why(error: ReadinessError | OSError, root: Path) -> Fact:
    """What an error says, without the machine's name for the project."""
    if isinstance(error, OSError):
        name = str(error.filename2 or error.filename or "disk").replace(f"{root}/", "")
        return Fact("audit.os_error", {"name": name, "said": error.strerror or "?"})
    return error.fact or error_fact(str(error).replace(f"{root}/", "").replace("\n", " "))


def _with_data(
    root: Path,
    folder: Path,
    result: Audit,
    rows: list[dict[str, str]],
    cores: str,
    against: Sequence[Finding],
    terms: Terms,
) -> Audit:
    from readiness.publications.audit.data import check_dataset, check_inputs, registered

    findings = list(_unfit((*result.seal, *against)))
    if findings:
        why = Fact("audit.number.unfit", {"file": findings[0].place})
        numbers = unchecked(rows, result.seal, why)
        return replace(result, data=tuple(findings), numbers=tuple(numbers))
    today, findings = registered(root)
    objects, missing = {}, {}
    for dataset in read_datasets(folder):
        found, available = check_dataset(root, dataset, today, terms.foreign)
        findings += found
        if available.path is None:
            missing[dataset.version.name] = available
        else:
            objects[dataset.pointer] = available.path
    findings += check_inputs(root, read_inputs(folder), withheld(folder))
    result = replace(result, data=tuple(findings))
    if missing:
        needs = Fact("audit.number.needs", {"names": Listed(tuple(missing), "comma")})
        numbers = unavailable(rows, result.seal, missing, needs)
        return replace(result, numbers=tuple(numbers))
    if result.level < NUMBERS:
        return result
    if result.code == FROZEN and (result.seal or against):
        broken = any(f.outcome is Outcome.BROKEN for f in (*result.seal, *against))
        why = Fact("audit.number.seal_broken" if broken else "audit.number.seal_unchecked")
        return replace(result, numbers=tuple(unchecked(rows, result.seal, why)))
    return _Again(root, folder, rows, objects, cores, terms.confine).check(result)


def _unfit(seal: Sequence[Finding]) -> Iterator[Finding]:
    """The tables that say what to check, where they are not the sealed ones.

    Compared with them, the data would be called wrong for what is wrong with the table, and the
    numbers for what is wrong with the configuration.
    """
    for name in dict.fromkeys(finding.place for finding in seal):
        if name in (CONFIG, DATASETS, INPUTS):
            yield Finding(name, Outcome.NOT_CHECKED, Fact("audit.input.unfit"))


@dataclass(frozen=True)
class _Again:
    """The levels that run the publication's chain again."""

    root: Path
    folder: Path
    rows: list[dict[str, str]]
    objects: Mapping[Any, Path]
    cores: str
    confine: Confine

    def check(self, result: Audit) -> Audit:
        """The audit with the numbers and, at its level, the report."""
        from readiness.publications.audit.rerun import rerun
        from readiness.publications.sandbox import bubblewrap

        frozen = result.code == FROZEN
        confined = frozen and self.confine is not Confine.NEVER and bubblewrap() is not None
        if frozen and not confined:
            result = replace(result, notes=(*result.notes, UNCONFINED[self.confine]))
        try:
            if frozen and not confined and self.confine is Confine.NEEDED:
                raise DataError(
                    "bubblewrap cannot be used here, and without it the code of another tree is "
                    "not run. Install it, or say --no-sandbox.",
                    Fact("audit.run.no_sandbox"),
                )
            with rerun(
                self.root, self.folder, self._run(result), self.objects, frozen=frozen,
                report=frozen and result.level >= REPORT, cores=self.cores, confined=confined,
            ) as again:  # fmt: skip
                return self._compared(result, again)
        except (ReadinessError, OSError) as error:
            why = Fact("audit.number.not_again", {"why": _why(error, self.root)})
            numbers = unchecked(self.rows, result.seal, why)
            finding = Finding("report", Outcome.NOT_CHECKED, why)
            return replace(
                result,
                numbers=tuple(numbers),
                report=(finding,) if result.level >= REPORT else (),
                divergence=why,
            )

    def _errata(self, result: Audit) -> dict[str, Correction]:
        """What later publications name as corrected; of the frozen code nothing is."""
        from readiness.publications.erratum import errata_of, read_errata

        if result.code == FROZEN:
            return {}
        return read_errata(errata_of(self.root, result.identity))

    def _run(self, result: Audit) -> str:
        """The run's folder: as sealed or, where the seal cannot be read, as configured."""
        if result.sealed:
            return str(result.sealed["run"])
        from readiness.config import load_config

        config = load_config(self.folder / "config.yaml")
        runs = [f"waves/{name}" for name in config.waves]
        return (runs + [f"studies/{name}" for name in config.studies])[0]

    def _compared(self, result: Audit, again: Any) -> Audit:
        from readiness.publications.audit.alike import terms_of
        from readiness.publications.audit.numbers import in_another_environment, recomputed
        from readiness.publications.audit.report import NOT_COMPARED, check_report
        from readiness.publications.audit.stated import stated_otherwise
        from readiness.publications.chain import (
            REGISTER,
            ancestors,
            first_divergence,
            frozen_chain,
        )

        frozen = frozen_chain(self.folder)
        if REGISTER not in frozen:
            raise DataError(f"{self.folder}/lineage/{REGISTER}.json: not found")
        steps = ancestors(frozen, [frozen[REGISTER].hash])
        different = [
            s for s in frozen if s in again.chain and again.chain[s].code != frozen[s].code
        ]
        environment = result.changes.environment
        numbers: list[Number] = recomputed(
            self.rows, again, frozen, environment, result.seal,
            today=result.code != FROZEN, errata=self._errata(result),
        )  # fmt: skip
        divergence = first_divergence({step: frozen[step] for step in steps}, again.chain)
        report: list[Finding] = []
        seal = list(result.seal)
        if result.level >= REPORT and result.code != FROZEN:
            report.append(NOT_COMPARED)
        elif result.level >= REPORT:
            terms = terms_of(frozen, again.chain, self.rows, again.figures.to_dict("records"))
            same = result.changes.recorded_build
            report += check_report(self.folder, again, terms, same_build=same)
        if result.code == FROZEN:
            if different:
                other = Fact("audit.stated.code", {"steps": Listed(tuple(different), "comma")})
                seal.append(Finding("code.tar", Outcome.BROKEN, other))
            seal += stated_otherwise(frozen, again.chain, whole=result.level >= REPORT)
            numbers = in_another_environment(numbers, environment)
            report = in_another_environment(report, environment)
        return replace(
            result,
            seal=tuple(seal),
            numbers=tuple(numbers),
            report=tuple(report),
            divergence=_told(divergence, numbers),
        )


def _told(divergence: Divergence | None, numbers: Iterable[Number]) -> Fact | None:
    """Where the chains diverge, and what is known of it.

    A register also holds the lineage of its numbers: other code before it and the same numbers are
    no divergence.
    """
    if divergence is None:
        return None
    same = all(number.outcome in PASSING for number in numbers)
    if divergence.step == "register" and same:
        return None
    if divergence.causes == ENVIRONMENT_ALONE:
        # Hashes say where to look, never what to think of it.
        return Fact(ANOTHER_BUILD if same else OTHER_OUTPUTS, {"step": divergence.named})
    return divergence.fact
