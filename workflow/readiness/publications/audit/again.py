"""Levels 2 and 3: the numbers and the pages, by a run that this program makes again.

Whether a number is right is judged by this program, and no other code runs. Where it is the one
that sealed the publication, its records and pages have to come out to the byte as well; who wants
that of another one installs that version, whose name the audit prints.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from readiness.config import load_config
from readiness.ground.errors import DataError, ReadinessError
from readiness.ground.facts import Fact
from readiness.ground.files import reading_once
from readiness.program.layout import place_of
from readiness.publications.audit.attack_check import check_attack
from readiness.publications.audit.model import (
    REPORT,
    Audit,
    Number,
    Terms,
    explain,
)
from readiness.publications.audit.numbers import (
    Rerun,
    compare_recomputed,
    in_another_environment,
    list_unchecked,
    rerun,
)
from readiness.publications.audit.record_differences import stated_otherwise
from readiness.publications.audit.report_check import check_report
from readiness.publications.chain import (
    ENVIRONMENT_ALONE,
    REGISTER,
    Divergence,
    ancestors,
    first_divergence,
    frozen_chain,
)
from readiness.publications.ledger import FOLDER, read_inputs, read_settings
from readiness.publications.log import errata_of, read_errata
from readiness.publications.outcomes import PASSING, AuditFinding, Outcome
from readiness.publications.program import (
    ARCHIVE,
    REPORTS,
    is_present,
    present_files,
    present_program,
    program_hashes,
    read_archive,
)
from readiness.publications.releases import find_release
from readiness.publications.seal import sha256
from readiness.register.disclosure_risk import ATTACK


@dataclass(frozen=True)
class Again:
    """The levels that run the publication's chain again."""

    root: Path
    folder: Path
    rows: list[dict[str, str]]
    objects: Mapping[Any, Path]
    # The other files, as they were read to be hashed.
    inputs: Mapping[Path, bytes]
    terms: Terms
    # Why the archive of the code counts for nothing; None where it was found whole.
    unread: Fact | None

    @cached_property
    def archive(self) -> Mapping[str, bytes]:
        """The code that was sealed; nothing of a seal that does not hold."""
        return {} if self.unread is not None else read_archive(self.folder / ARCHIVE)

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """The hashes of the code that was sealed, by place."""
        return program_hashes(self.archive)

    @cached_property
    def present(self) -> Mapping[str, str]:
        """The hashes of this program, with the reports of its own project where it is that one."""
        return present_program(self.root, own=self.terms.foreign is None)

    @cached_property
    def is_known(self) -> bool:
        """Whether this program is the one that sealed the numbers; reports apart."""
        return self.unread is None and is_present(self.hashes, self.present)

    @property
    def is_read(self) -> bool:
        """Whether the auditor has read the sealed report and believes it, by its hash."""
        return self.unread is None and self.hashes[REPORTS] in self.terms.trust

    @property
    def reports(self) -> dict[str, bytes]:
        """The report that is rendered: never one that lies in somebody else's tree, but for the
        sealed one where the auditor has read it.
        """
        files = self.archive
        if not self.is_read:
            files = present_files(self.root, own=self.terms.foreign is None)
        return {name: content for name, content in files.items() if place_of(name) == REPORTS}

    @property
    def is_attacked(self) -> bool:
        """Whether the table of the attack on the register is to be made again."""
        return self.terms.attacked and (self.folder / ATTACK).is_file()

    def check(self, result: Audit) -> Audit:
        """Return the audit with the numbers and, at its level, the report."""
        apart = self._explain_pages_apart(result) if result.level >= REPORT else None
        pages = result.level >= REPORT and apart is None
        try:
            with rerun(
                self.folder,
                self._run(result),
                self.objects,
                self.inputs,
                self.reports,
                report=pages,
                attack=self.is_attacked,
                # The program that sealed it decides by the rule of its day.
                rows=() if self.is_known else self.rows,
            ) as again:
                return self._compare(result, again, apart)
        except (ReadinessError, OSError) as error:
            why = Fact("audit.number.not_again", {"why": explain(error, self.root)})
            finding = AuditFinding("report", Outcome.NOT_CHECKED, why)
            return replace(
                result,
                numbers=list_unchecked(self.rows, result.seal, why),
                report=(finding,) if result.level >= REPORT else (),
                divergence=why,
            )

    def _explain_pages_apart(self, result: Audit) -> Fact | None:
        """Why no page is compared; None where each one has to be the same bytes."""
        if self.unread is not None:
            return self.unread
        if not self.is_known:
            return _name_other_program(result.sealed)
        if self.hashes[REPORTS] != self.present[REPORTS] and not self.is_read:
            return Fact("audit.page.other_report", {"digest": self.hashes[REPORTS]})
        if not result.changes.recorded_build:
            return Fact("audit.page.other_build")
        if read_settings(self.folder, "privacy").get("key"):
            # Where it is not, tables between the data and the numbers have other pseudonyms, and
            # so other hashes stand in the pages.
            return Fact("audit.page.other_names")
        return None

    def _run(self, result: Audit) -> str:
        if result.sealed:
            return str(result.sealed["run"])
        config = load_config(self.folder / "config.yaml")
        runs = [f"{kind}/{name}" for kind in ("waves", "studies") for name in getattr(config, kind)]
        if not runs:
            raise DataError(f"{self.folder}/config.yaml: no wave, no study")
        return runs[0]

    def _compare(self, result: Audit, again: Rerun, apart: Fact | None) -> Audit:
        frozen = frozen_chain(self.folder)
        if REGISTER not in frozen:
            raise DataError(f"{self.folder}/lineage/{REGISTER}.json: not found")
        steps = ancestors(frozen, [frozen[REGISTER].hash])
        environment = result.changes.environment
        # What later publications name as corrected; of its own code nothing is.
        with reading_once(self.root / FOLDER):
            errata = {} if self.is_known else read_errata(errata_of(self.root, result.identity))
        numbers = compare_recomputed(
            self.rows,
            again,
            frozen,
            environment,
            result.seal,
            today=not self.is_known,
            errata=errata,
        )
        pages = check_report(self.folder, again) if result.level >= REPORT else ()
        # That no page is compared, and why, is said once.
        report = [AuditFinding("report", Outcome.NOT_COMPARED, apart)] if apart else list(pages)
        attacked = check_attack(self.folder, again, known=self.is_known) if self.is_attacked else ()
        seal = list(result.seal)
        if self.is_known:
            # Files of the tree that are not the sealed ones.
            sealed = read_inputs(self.folder)
            read = {path: sha256(content) for path, content in self.inputs.items()}
            edited = {digest for path, digest in read.items() if digest != sealed.get(path, digest)}
            whole = bool(report) and apart is None
            seal += stated_otherwise(frozen, again.chain, whole=whole, edited=edited)
            numbers = in_another_environment(numbers, environment)
        divergence = first_divergence({step: frozen[step] for step in steps}, again.chain)
        return replace(
            result,
            seal=tuple(seal),
            data=(*result.data, *attacked),
            numbers=tuple(numbers),
            report=tuple(report),
            divergence=_describe_divergence(divergence, numbers),
        )


def _name_other_program(sealed: Mapping[str, Any]) -> Fact:
    """Return that another program made the pages, by version and commit where it is a release."""
    if (release := find_release(sealed.get("program", {}))) is None:
        return Fact("audit.page.other_code")
    told = {"version": release.version, "commit": release.commit}
    return Fact("audit.page.other_release", told)


def _describe_divergence(divergence: Divergence | None, numbers: Iterable[Number]) -> Fact | None:
    """Where the chains diverge, and what is known of it.

    A register also holds the lineage of its numbers: other code before it is no divergence.
    """
    if divergence is None:
        return None
    same = all(number.outcome in PASSING for number in numbers)
    if divergence.step == "register" and same:
        return None
    if divergence.causes == ENVIRONMENT_ALONE:
        # Hashes say where to look, never what to think of it.
        kind = "audit.diverges.build" if same else "audit.diverges.outputs"
        return Fact(kind, {"step": divergence.step_name})
    return divergence.fact
