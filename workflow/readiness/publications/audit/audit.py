"""The audit of one publication: level by level, each on top of those below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from readiness.datasets.places import Foreign
from readiness.errors import DataError, ReadinessError
from readiness.facts import Fact, Listed
from readiness.files import reading_once
from readiness.publications.archive import (
    ARCHIVE,
    present_program,
    program_digest,
    program_hashes,
    read_archive,
)
from readiness.publications.attest import Fit, signatures
from readiness.publications.audit.model import (
    DATA,
    NUMBERS,
    REPORT,
    Audit,
    Changes,
    Number,
    Signing,
)
from readiness.publications.audit.numbers import (
    in_another_environment,
    ledger_rows,
    unavailable,
    unchecked,
)
from readiness.publications.audit.stated import stated_otherwise
from readiness.publications.chain import ENVIRONMENT_ALONE, frozen_chain
from readiness.publications.environment import lock_hash
from readiness.publications.ledger import CONFIG, DATASETS, INPUTS, read_datasets, read_inputs
from readiness.publications.outcomes import PASSING, Finding, Outcome, error_fact
from readiness.publications.seal import ATTESTATIONS, DRAFT, check_seal, read_seal, withheld

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from readiness.publications.audit.rerun import Rerun
    from readiness.publications.chain import Divergence
    from readiness.publications.erratum import Correction

TODAY, FROZEN, TRUSTED = "today", "frozen", "trusted"
"""Whose code ran: this program's; its own was asked beside; its own judged, for it is trusted."""
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
NEVER = "audit.note.unconfined.never"
ANOTHER_BUILD, OTHER_OUTPUTS = "audit.diverges.build", "audit.diverges.outputs"


@dataclass(frozen=True)
class Terms:
    """On which terms a tree is audited: what is read for one that is somebody else's (None for the
    tree of this program), whether sealed code has to run in a sandbox, and which is trusted by its
    hash. In the tree of this program it also runs where there is no sandbox."""

    foreign: Foreign | None = None
    sandbox: bool = True
    trust: tuple[str, ...] = ()


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
    `changes` is in what today's tree and environment are not the sealed ones. With `code` FROZEN
    the sealed code runs beside this program, when the seal holds. Nothing of the tree is written.
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
    faults = (*result.seal, *against)
    broken = any(f.outcome is Outcome.BROKEN for f in faults)
    why_not = Fact("audit.code.seal_broken" if broken else "audit.code.seal_unchecked")
    again = _Again(root, folder, rows, objects, cores, terms, why_not if faults else None)
    return again.check(result)


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
    """The levels that run the publication's chain again.

    Whether a number is right is judged by this program, or by sealed code that the auditor trusts
    by its hash. Whether it still comes out of its own code is another question: what code from the
    audited folder prints makes nothing valid.
    """

    root: Path
    folder: Path
    rows: list[dict[str, str]]
    objects: Mapping[Any, Path]
    cores: str
    terms: Terms
    runnable: Fact | None
    """Why the sealed code must not run; None where it may."""

    @cached_property
    def digest(self) -> str:
        """The one hash of the code in the archive; "" where that code must not run."""
        if self.runnable is not None:
            return ""
        return program_digest(program_hashes(read_archive(self.folder / ARCHIVE)))

    @cached_property
    def trusted(self) -> bool:
        """Whether the sealed code judges, for its hash is one that the auditor named."""
        return self.digest != "" and self.digest in self.terms.trust

    @cached_property
    def known(self) -> bool:
        """Whether the code that judges is the sealed code."""
        return self.trusted or self.digest == program_digest(present_program())

    def check(self, result: Audit) -> Audit:
        """The audit with the numbers, at its level the report, and what its own code gives."""
        asked = result.code == FROZEN
        if self.trusted:
            result = self._unconfined(replace(result, code=TRUSTED))
        elif self.terms.trust and self.digest:
            note = Fact("audit.note.untrusted", {"digest": self.digest})
            result = replace(result, notes=(*result.notes, note))
        apart = self._pages_apart(result) if result.level >= REPORT else None
        pages = result.level >= REPORT and apart is None
        try:
            with self._rerun(result, sealed=self.trusted, report=pages) as again:
                result = self._compared(result, again, apart)
        except (ReadinessError, OSError) as error:
            return self._not_again(result, error)
        return self._by_own_code(result, again) if asked else result

    def _rerun(
        self, result: Audit, *, sealed: bool, report: bool = False
    ) -> AbstractContextManager[Rerun]:
        from readiness.publications.audit.rerun import rerun

        if sealed and self.terms.sandbox and self.terms.foreign and not self._confined:
            raise DataError(
                "bubblewrap cannot be used here, and without it the code of another tree is "
                "not run. Install it, or say --no-sandbox.",
                Fact("audit.run.no_sandbox"),
            )
        return rerun(
            self.root, self.folder, self._run(result), self.objects, frozen=sealed,
            report=report, cores=self.cores, confined=self._confined,
        )  # fmt: skip

    @property
    def _confined(self) -> bool:
        from readiness.publications.sandbox import bubblewrap

        return self.terms.sandbox and bubblewrap() is not None

    def _unconfined(self, result: Audit) -> Audit:
        """The audit with a note where sealed code ran without a sandbox."""
        if self._confined:
            return result
        note = "audit.note.unconfined.where_found" if self.terms.sandbox else NEVER
        return replace(result, notes=(*result.notes, Fact(note)))

    def _pages_apart(self, result: Audit) -> Fact | None:
        """Why no page is compared; None where each one has to be the same bytes."""
        from readiness.publications.audit.report import has_pseudonyms

        if self.runnable is not None:
            return self.runnable
        if not self.known:
            return Fact("audit.page.other_code", {"digest": self.digest})
        if not result.changes.recorded_build:
            return Fact("audit.page.other_build")
        if has_pseudonyms(self.folder):
            return Fact("audit.page.other_names")
        return None

    def _not_again(self, result: Audit, error: ReadinessError | OSError) -> Audit:
        why = Fact("audit.number.not_again", {"why": _why(error, self.root)})
        if self.trusted:
            why = self._not_started(result, error)
        finding = Finding("report", Outcome.NOT_CHECKED, why)
        return replace(
            result,
            numbers=tuple(unchecked(self.rows, result.seal, why)),
            report=(finding,) if result.level >= REPORT else (),
            divergence=why,
        )

    def _not_started(self, result: Audit, error: ReadinessError | OSError) -> Fact:
        """That sealed code did not come to its end; with the lock where that is another one."""
        why = _why(error, self.root)
        if not (result.changes.lock or result.changes.environment):
            return Fact("audit.number.not_again", {"why": why})
        locks = {"sealed": str(result.sealed.get("lock"))[:12], "now": lock_hash()[:12]}
        return Fact("audit.code.another_lock", {"why": why, **locks})

    def _errata(self, result: Audit) -> dict[str, Correction]:
        """What later publications name as corrected; of its own code nothing is."""
        from readiness.publications.erratum import errata_of, read_errata

        return {} if self.known else read_errata(errata_of(self.root, result.identity))

    def _run(self, result: Audit) -> str:
        """The run's folder: as sealed or, where the seal cannot be read, as configured."""
        if result.sealed:
            return str(result.sealed["run"])
        from readiness.config import load_config

        config = load_config(self.folder / "config.yaml")
        runs = [f"waves/{name}" for name in config.waves]
        return (runs + [f"studies/{name}" for name in config.studies])[0]

    def _compared(self, result: Audit, again: Rerun, apart: Fact | None) -> Audit:
        from readiness.publications.audit.numbers import recomputed
        from readiness.publications.audit.report import check_report, not_compared
        from readiness.publications.chain import REGISTER, ancestors, first_divergence

        frozen = frozen_chain(self.folder)
        if REGISTER not in frozen:
            raise DataError(f"{self.folder}/lineage/{REGISTER}.json: not found")
        steps = ancestors(frozen, [frozen[REGISTER].hash])
        environment = result.changes.environment
        numbers = recomputed(
            self.rows, again, frozen, environment, result.seal,
            today=not self.known, errata=self._errata(result),
        )  # fmt: skip
        report: list[Finding] = []
        if result.level >= REPORT:
            report = [not_compared(apart)] if apart else [*check_report(self.folder, again)]
        seal = list(result.seal)
        if self.known:
            seal += stated_otherwise(frozen, again.chain, whole=bool(report) and apart is None)
            numbers = in_another_environment(numbers, environment)
        divergence = first_divergence({step: frozen[step] for step in steps}, again.chain)
        return replace(
            result,
            seal=tuple(seal),
            numbers=tuple(numbers),
            report=tuple(report),
            divergence=_told(divergence, numbers),
        )

    def _by_own_code(self, result: Audit, again: Rerun) -> Audit:
        """The audit with the second answer: whether the numbers still come out of their own
        code."""
        from readiness.publications.audit.own_code import own_answer, with_own_numbers

        if self.runnable is not None:
            finding = Finding(ARCHIVE, Outcome.NOT_CHECKED, self.runnable)
            return replace(result, own_code=(finding,))
        if self.known:
            return replace(result, own_code=(own_answer(self.rows, again.figures, self.digest),))
        try:
            with self._rerun(result, sealed=True) as own:
                chain, figures = own.chain, own.figures
        except (ReadinessError, OSError) as error:
            why = self._not_started(result, error)
            finding = Finding(ARCHIVE, Outcome.NOT_CHECKED, why)
            return replace(result, own_code=(finding,))
        frozen = frozen_chain(self.folder)
        result = self._unconfined(result)
        answer = own_answer(self.rows, figures, self.digest, known=False)
        return replace(
            result,
            seal=(*result.seal, *stated_otherwise(frozen, chain, whole=False)),
            numbers=tuple(with_own_numbers(result.numbers, figures, again.figures)),
            own_code=tuple(in_another_environment([answer], result.changes.environment)),
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
