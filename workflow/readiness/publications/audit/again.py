"""Audit levels 2 and 3: compare the numbers and pages with a rerun by this program.

Numbers are computed by this program alone; no other code runs. If it is the program that sealed the
publication, records and pages must be the same bytes too. To compare the pages of another version,
install that version, whose name the audit prints.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from readiness.config import load_config
from readiness.ground.errors import DataError, ReadinessError
from readiness.ground.facts import Fact
from readiness.ground.files import reading_once
from readiness.program.layout import place_of
from readiness.publications.audit.attack_check import check_attack, read_published
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
    """Reruns a publication's chain for levels 2 and 3."""

    root: Path
    folder: Path
    rows: list[dict[str, str]]
    objects: Mapping[Any, Path]
    # Content of the input files beside the datasets, as hashed.
    inputs: Mapping[Path, bytes]
    terms: Terms
    # Reason not to trust the archive of the code; None for a valid seal.
    unread: Fact | None

    @cached_property
    def archive(self) -> Mapping[str, bytes]:
        """The sealed code by name; empty where the seal does not hold."""
        return {} if self.unread is not None else read_archive(self.folder / ARCHIVE)

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """The hashes of the sealed code, by place."""
        return program_hashes(self.archive)

    @cached_property
    def present(self) -> Mapping[str, str]:
        """Hashes of this program, with the project's reports if the project is its own."""
        return present_program(self.root, own=self.terms.foreign is None)

    @cached_property
    def is_known(self) -> bool:
        """True if this program sealed the numbers; reports may differ."""
        return self.unread is None and is_present(self.hashes, self.present)

    @property
    def is_read(self) -> bool:
        """True if the auditor trusts the sealed report, by its hash."""
        return self.unread is None and self.hashes[REPORTS] in self.terms.trust

    @property
    def reports(self) -> dict[str, bytes]:
        """The files of the report to render.

        Those of the present program's project; the sealed ones only if the auditor trusts them. A
        report in another person's tree never runs otherwise.
        """
        files = self.archive
        if not self.is_read:
            files = present_files(self.root, own=self.terms.foreign is None)
        return {name: content for name, content in files.items() if place_of(name) == REPORTS}

    @property
    def is_attacked(self) -> bool:
        """True if the attack's table must be recomputed."""
        return self.terms.attacked and (self.folder / ATTACK).is_file()

    def check(self, result: Audit) -> Audit:
        """Return the audit with compared numbers and, at level 3, the compared report."""
        no_pages_reason = self._explain_missing_pages(result) if result.level >= REPORT else None
        with_pages = result.level >= REPORT and no_pages_reason is None
        try:
            with rerun(
                self.folder,
                self._name_run(result),
                self.objects,
                self.inputs,
                self.reports,
                report=with_pages,
                attack=self.is_attacked,
                # Another program takes the suppression from the ledger's rows.
                rows=() if self.is_known else self.rows,
            ) as again:
                return self._compare(result, again, no_pages_reason)
        except (ReadinessError, OSError) as error:
            reason = Fact("audit.number.not_again", {"why": explain(error, self.root)})
            finding = AuditFinding("report", Outcome.NOT_CHECKED, reason)
            return replace(
                result,
                numbers=list_unchecked(self.rows, result.seal, reason),
                report=(finding,) if result.level >= REPORT else (),
                divergence=reason,
            )

    def _explain_missing_pages(self, result: Audit) -> Fact | None:
        """Return why no page can be compared; None if all pages must be identical."""
        if self.unread is not None:
            return self.unread
        if not self.is_known:
            return _name_other_program(result.sealed)
        if self.hashes[REPORTS] != self.present[REPORTS] and not self.is_read:
            return Fact("audit.page.other_report", {"digest": self.hashes[REPORTS]})
        if not result.changes.recorded_build:
            return Fact("audit.page.other_build")
        if read_settings(self.folder, "privacy").get("key"):
            # Without that key intermediate tables have other pseudonyms: pages show other hashes.
            return Fact("audit.page.other_names")
        return None

    def _name_run(self, result: Audit) -> str:
        """Return the publication's run: from the seal, or from the frozen configuration.

        Raises DataError where the configuration has no run.
        """
        if result.sealed:
            return str(result.sealed["run"])
        config = load_config(self.folder / "config.yaml")
        runs = [f"{kind}/{name}" for kind in ("waves", "studies") for name in getattr(config, kind)]
        if not runs:
            raise DataError(f"{self.folder}/config.yaml: it has neither a wave nor a study")
        return runs[0]

    def _compare(self, result: Audit, again: Rerun, apart: Fact | None) -> Audit:
        """Return the audit with the results of a rerun.

        Raises DataError where the register's provenance record is missing.
        """
        frozen = frozen_chain(self.folder)
        if REGISTER not in frozen:
            raise DataError(f"{self.folder}/lineage/{REGISTER}.json: not found")
        steps = ancestors(frozen, [frozen[REGISTER].hash])
        environment = result.changes.environment
        # Corrections by later publications. The sealed code must give the sealed numbers, corrected
        # or not.
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
        # One finding for the whole report if no page is compared.
        report = [AuditFinding("report", Outcome.NOT_COMPARED, apart)] if apart else list(pages)
        attacked: Sequence[AuditFinding] = ()
        if self.is_attacked:
            release = (
                None if self.is_known else partial(read_published, self._name_run(result), again)
            )
            other_program = _name_other_program(result.sealed, ATTACK_APART)
            attacked = check_attack(self.folder, again, release, other_program)
        seal = list(result.seal)
        if self.is_known:
            # Hashes of the input files that differ from the sealed ones.
            sealed = read_inputs(self.folder)
            input_hashes = {path: sha256(content) for path, content in self.inputs.items()}
            edited = {
                digest
                for path, digest in input_hashes.items()
                if digest != sealed.get(path, digest)
            }
            with_pages = bool(report) and apart is None
            seal += stated_otherwise(frozen, again.chain, whole=with_pages, edited=edited)
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


# Messages on what another program made: its release is not known, or is.
PAGES_APART = ("audit.page.other_code", "audit.page.other_release")
ATTACK_APART = ("audit.attack.other_code", "audit.attack.other_release")


def _name_other_program(sealed: Mapping[str, Any], kinds: tuple[str, str] = PAGES_APART) -> Fact:
    """Return the message that another program made something, with its release if known."""
    if (release := find_release(sealed.get("program", {}))) is None:
        return Fact(kinds[0])
    return Fact(kinds[1], {"version": release.version, "commit": release.commit})


def _describe_divergence(divergence: Divergence | None, numbers: Iterable[Number]) -> Fact | None:
    """Return the message on the first step where sealed and recomputed chains diverge, or None.

    A register includes the lineage of its numbers: if only earlier code differs and every number is
    the same, that is no divergence.
    """
    if divergence is None:
        return None
    numbers_agree = all(number.outcome in PASSING for number in numbers)
    if divergence.step == "register" and numbers_agree:
        return None
    if divergence.causes == ENVIRONMENT_ALONE:
        # Hashes show which step differs, not whether its numbers are right.
        kind = "audit.diverges.build" if numbers_agree else "audit.diverges.outputs"
        return Fact(kind, {"step": divergence.step_name})
    return divergence.fact
