"""Levels 2 and 3: the numbers, the pages, and what its own code gives, by runs that are made again.

Whether a number is right is judged by this program, or by sealed code that the auditor trusts by
its hash. Whether it still comes out of its own code is another question: what code from the audited
folder prints makes nothing valid.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.arrays import list_rows
from readiness.config import load_config
from readiness.errors import DataError, ReadinessError
from readiness.facts import Fact, Listed
from readiness.files import reading_once
from readiness.lineage import Lineage
from readiness.publications.audit.model import (
    FROZEN,
    REPORT,
    TRUSTED,
    Audit,
    Number,
    Terms,
    explain,
)
from readiness.publications.audit.numbers import (
    Rerun,
    check_attack,
    check_report,
    compare_recomputed,
    in_another_environment,
    ledger_table,
    list_unchecked,
    rerun,
)
from readiness.publications.chain import (
    ENVIRONMENT_ALONE,
    REGISTER,
    Chain,
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
    lock_hash,
    present_program,
    program_digest,
    program_hashes,
    read_archive,
)
from readiness.publications.reproduce import compare, quote_row
from readiness.publications.sandbox import bubblewrap
from readiness.publications.seal import sha256
from readiness.register.disclosure_risk import ATTACK
from readiness.register.published import same_cell

NEVER = "audit.note.unconfined.never"


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
    # Why the sealed code must not run; None where it may.
    runnable: Fact | None

    @cached_property
    def digest(self) -> str:
        """The one hash of the code in the archive; "" where that code must not run."""
        if self.runnable is not None:
            return ""
        return program_digest(program_hashes(read_archive(self.folder / ARCHIVE)))

    @cached_property
    def is_trusted(self) -> bool:
        """Whether the sealed code judges, for its hash is one that the auditor named."""
        return self.digest != "" and self.digest in self.terms.trust

    @cached_property
    def is_known(self) -> bool:
        """Whether the code that judges is the sealed code."""
        return self.is_trusted or self.digest == program_digest(present_program(self.root))

    @property
    def is_attacked(self) -> bool:
        """Whether the table of the attack on the register is to be made again."""
        return self.terms.attacked and (self.folder / ATTACK).is_file()

    def check(self, result: Audit) -> Audit:
        """The audit with the numbers, at its level the report, and what its own code gives."""
        asked = result.code == FROZEN
        if self.is_trusted:
            result = self._note_no_sandbox(replace(result, code=TRUSTED))
        elif self.terms.trust and self.digest:
            note = Fact("audit.note.untrusted", {"digest": self.digest})
            result = replace(result, notes=(*result.notes, note))
        apart = self._explain_pages_apart(result) if result.level >= REPORT else None
        pages = result.level >= REPORT and apart is None
        figures = None
        try:
            with self._run_again(
                result, sealed=self.is_trusted, report=pages, attack=True
            ) as again:
                result = self._compare(result, again, apart)
                figures = again.figures
        except (ReadinessError, OSError) as error:
            why = (
                self._tell_not_started(result, error)
                if self.is_trusted
                else Fact("audit.number.not_again", {"why": explain(error, self.root)})
            )
            finding = AuditFinding("report", Outcome.NOT_CHECKED, why)
            result = replace(
                result,
                numbers=list_unchecked(self.rows, result.seal, why),
                report=(finding,) if result.level >= REPORT else (),
                divergence=why,
            )
        # A program that cannot judge the numbers may still ask their own code.
        return self._ask_own_code(result, figures) if asked else result

    def _run_again(
        self, result: Audit, *, sealed: bool, report: bool = False, attack: bool = False
    ) -> AbstractContextManager[Rerun]:
        if sealed and self.terms.sandbox and self.terms.foreign and not self._can_confine:
            raise DataError(
                "bubblewrap with libseccomp cannot be used here, and without it the code of "
                "another tree is not run. Install it, or say --no-sandbox.",
                Fact("audit.run.no_sandbox"),
            )
        return rerun(
            self.root,
            self.folder,
            self._run(result),
            self.objects,
            self.inputs,
            frozen=sealed,
            report=report,
            cores=self.terms.cores,
            confined=self._can_confine,
            attack=attack and self.is_attacked,
            # The sealed code decides by the rule of its day, and its pages are compared, too.
            rows=() if sealed or self.is_known else self.rows,
        )

    @property
    def _can_confine(self) -> bool:
        return self.terms.sandbox and bubblewrap() is not None

    def _note_no_sandbox(self, result: Audit) -> Audit:
        if self._can_confine:
            root = (Fact("audit.note.root"),) if os.geteuid() == 0 else ()
            return replace(result, notes=(*result.notes, *root))
        note = "audit.note.unconfined.where_found" if self.terms.sandbox else NEVER
        return replace(result, notes=(*result.notes, Fact(note)))

    def _explain_pages_apart(self, result: Audit) -> Fact | None:
        """Why no page is compared; None where each one has to be the same bytes."""
        if self.runnable is not None:
            return self.runnable
        if not self.is_known:
            return Fact("audit.page.other_code", {"digest": self.digest})
        if not result.changes.recorded_build:
            return Fact("audit.page.other_build")
        if read_settings(self.folder, "privacy").get("key"):
            # Where it is not, tables between the data and the numbers have other pseudonyms, and
            # so other hashes stand in the pages.
            return Fact("audit.page.other_names")
        return None

    def _tell_not_started(self, result: Audit, error: ReadinessError | OSError) -> Fact:
        """That sealed code did not come to its end; with the lock where that is another one."""
        why = explain(error, self.root)
        if not (result.changes.lock or result.changes.environment):
            return Fact("audit.number.not_again", {"why": why})
        locks = {"sealed": str(result.sealed.get("lock"))[:12], "now": lock_hash()[:12]}
        return Fact("audit.code.another_lock", {"why": why, **locks})

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
            # Files of the tree that are not the sealed ones; sealed code reads none of them.
            sealed = {} if self.is_trusted else read_inputs(self.folder)
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

    def _ask_own_code(self, result: Audit, present: pd.DataFrame | None) -> Audit:
        """The audit with the second answer: whether the numbers still come out of their own code;
        `present` is the register of the code that judges, None where it made none.
        """
        why = self.runnable or (result.divergence if self.is_known and present is None else None)
        if why is not None:
            return replace(result, own_code=(AuditFinding(ARCHIVE, Outcome.NOT_CHECKED, why),))
        if self.is_known and present is not None:
            return replace(result, own_code=(own_answer(self.rows, present, self.digest),))
        try:
            with self._run_again(result, sealed=True) as own:
                chain, figures = own.chain, own.figures
        except (ReadinessError, OSError) as error:
            why = self._tell_not_started(result, error)
            return replace(result, own_code=(AuditFinding(ARCHIVE, Outcome.NOT_CHECKED, why),))
        frozen = frozen_chain(self.folder)
        result = self._note_no_sandbox(result)
        answer = own_answer(self.rows, figures, self.digest, known=False)
        if present is not None:
            numbers = tuple(with_own_numbers(result.numbers, figures, present))
            result = replace(result, numbers=numbers)
        return replace(
            result,
            seal=(*result.seal, *stated_otherwise(frozen, chain, whole=False)),
            own_code=tuple(in_another_environment([answer], result.changes.environment)),
        )


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


# --- Whether published numbers still come out of the code that was sealed with them.
def own_answer(
    rows: Sequence[Mapping[str, str]], figures: pd.DataFrame, digest: str, *, known: bool = True
) -> AuditFinding:
    """Whether the numbers of a ledger still come out of the code that was sealed with them.

    `figures` is what that code computed, `digest` its hash; `known` whether it is trusted: the
    answer makes no number right.
    """
    compared = compare(ledger_table(rows, figures.columns), figures)
    if wrong := sum(Outcome(verdict) not in PASSING for verdict in compared["verdict"]):
        n = {"n": wrong, "all": len(compared)}
        return AuditFinding(ARCHIVE, Outcome.DIFFERS, Fact("audit.code.other_numbers", n))
    kind = "audit.code.known" if known else "audit.code.unknown"
    return AuditFinding(ARCHIVE, Outcome.REPRODUCED, Fact(kind, {"digest": digest}))


def with_own_numbers(
    numbers: Iterable[Number], own: pd.DataFrame, present: pd.DataFrame
) -> Iterator[Number]:
    """The numbers, each of which the sealed code computes otherwise than this program with both
    values: `own` is the register that it left, `present` this program's.
    """
    before, after = ({row["id"]: row for row in list_rows(t)} for t in (own, present))
    for number in numbers:
        old, new = before.get(number.id), after.get(number.id)
        if not (old and new) or same_cell(old["value"], new["value"]):
            yield number
            continue
        fact = Fact("audit.code.gives", {"text_own": quote_row(old), "text_now": quote_row(new)})
        if number.fact:
            fact = Fact("audit.both", {"first": number.fact, "second": fact})
        yield replace(number, fact=fact)


# --- What provenance records state, compared with the run that the sealed code made.
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
