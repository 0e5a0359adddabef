"""What a publication states in one place, compared with what it states in another.

Every hash of a folder that was sealed again is right. But its files say many things twice: the
ledger and the digests of its numbers, the tables of inputs and the archive of the code, each
provenance record and those before it. Where they differ, the folder is not what a freeze leaves. No
data and no rerun.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness.datasets.versions import COLUMNS as VERSION_COLUMNS
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact
from readiness.ground.files import read_file
from readiness.program.layout import LOCK, place_of
from readiness.provenance.records import Lineage
from readiness.publications import ledger, program
from readiness.publications.audit.coverage import find_parts
from readiness.publications.chain import REGISTER, RESTORE, ancestors, frozen_chain
from readiness.publications.outcomes import AuditFinding, Outcome
from readiness.publications.releases import version_of
from readiness.publications.seal import LEDGER, SEAL, VALUES, sha256, values_table
from readiness.register.disclosure_risk import ATTACK
from readiness.register.figures import PRECISION, PUBLISHED

PACKAGE = "workflow/readiness/"


def contradictions(folder: Path, sealed: Mapping[str, Any]) -> list[AuditFinding]:
    """In what the files of the publication in `folder` and its seal contradict each other.

    `sealed` is what the seal states. DataError where a table, a record or the archive is none.
    """
    tables = [AuditFinding(place, Outcome.BROKEN, fact) for place, fact in _check_tables(folder)]
    if tables:
        return tables  # of two rows that differ, nobody can say which one counts
    stated = _Stated(
        folder,
        sealed,
        chain=frozen_chain(folder),
        code=program.read_archive(folder / program.ARCHIVE),
        datasets=ledger.read_datasets(folder),
        languages=ledger.languages_of(folder),
        inputs=ledger.read_inputs(folder),
    )
    parts = (
        *(stated.ledger, stated.provenances, stated.chain_in_order, stated.archive, stated.seal),
        stated.sealed_files,
    )
    return [AuditFinding(place, Outcome.BROKEN, fact) for part in parts for place, fact in part()]


def _read_table(path: Path) -> tuple[str, list[str], list[list[str]]]:
    try:
        text = read_file(path).decode("utf-8")
        head, *rows = [*csv.reader(io.StringIO(text, newline=""))] or [[]]
    except (UnicodeDecodeError, csv.Error):
        raise DataError(f"{path}: not a table. Restore it with git.") from None
    return text, head, rows


def _check_tables(folder: Path) -> Iterator[tuple[str, Fact]]:
    """The tables of datasets and inputs: one row for each, and nothing beside."""
    for name, columns, key in (
        (ledger.DATASETS, (*VERSION_COLUMNS, "pointer"), 2),
        (ledger.INPUTS, ledger.INPUT_COLUMNS, 1),
    ):
        _, head, rows = _read_table(folder / name)
        if rows and (other := _find_other(head, columns)):
            yield name, Fact("audit.states.table_columns", {"name": other})
        if any(len(row) != len(head) for row in rows):
            yield name, Fact("audit.states.cells")
        for what, count in Counter("@".join(row[:key]) for row in rows).items():
            if count > 1:
                yield name, Fact("audit.states.times", {"name": what, "n": count})


@dataclass(frozen=True)
class _Stated:
    folder: Path
    sealed: Mapping[str, Any]
    chain: Mapping[str, Lineage]
    code: Mapping[str, bytes]
    datasets: Sequence[ledger.SealedDataset]
    languages: Sequence[str]
    inputs: Mapping[Path, str]

    def ledger(self) -> Iterator[tuple[str, Fact]]:
        """The ledger: its columns, and the digests of its numbers."""
        text, head, rows = _read_table(self.folder / LEDGER)
        if any(row[-1:] != [PUBLISHED] for row in rows):
            yield LEDGER, _tell_unlike(PRECISION)
        if other := _find_other(head, ledger.LEDGER_COLUMNS):
            yield LEDGER, Fact("audit.states.table_columns", {"name": other})
        digests = values_table(text)
        if digests.encode() != read_file(self.folder / VALUES):
            yield VALUES, Fact("audit.states.digests")
        if self.sealed.get("numbers") != digests.count("\n") - 1:
            yield SEAL, _tell_unlike("numbers")

    def provenances(self) -> Iterator[tuple[str, Fact]]:
        """The folder of the records: nothing else in it, and none that nothing rests on."""
        for path in sorted((self.folder / "lineage").rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if name != f"lineage/{path.stem}.json":
                yield name, Fact("audit.states.no_step")
        ends = (REGISTER, *ledger.steps_shown(self.languages))
        used = ancestors(self.chain, [self.chain[e].hash for e in ends if e in self.chain])
        for kind, steps in (
            ("audit.states.unused", [step for step in self.chain if step not in used]),
            ("audit.states.absent", [end for end in ends if end not in self.chain]),
        ):
            yield from ((f"lineage/{step}.json", Fact(kind)) for step in steps)

    def chain_in_order(self) -> Iterator[tuple[str, Fact]]:
        """Each record: what it read is what those before it left, or a file that is sealed."""
        by_hash = {lineage.hash: step for step, lineage in self.chain.items()}
        texts = {sha256(content) for name, content in self.code.items() if place_of(name)}
        raw = {*self.inputs.values(), *texts}
        shas = {d.version.name: d.version.sha256 for d in self.datasets}
        for step, lineage in self.chain.items():
            place = f"lineage/{step}.json"
            before = {role: by_hash.get(name) for role, name in lineage.parents.items()}
            for role, digest in lineage.inputs.items():
                if (left := before.get(role, "")) is None:
                    yield place, Fact("audit.states.no_parent", {"role": role})
                elif left and digest not in (
                    # What a step left, its provenance record included.
                    *self.chain[left].outputs.values(),
                    self.sealed["files"].get(f"lineage/{left}.json", ""),
                ):
                    yield place, Fact("audit.states.not_left", {"role": role, "step": left})
                elif not left and digest not in raw:
                    yield place, Fact("audit.states.unsealed", {"role": role})
            behind = {name for b in before.values() if b for name in self.chain[b].datasets}
            revises = any(program.is_earlier(path.as_posix()) for path in self.inputs)
            if step.startswith(RESTORE):
                behind.add(step.removeprefix(RESTORE))
                if lineage.outputs.get("data.csv") != shas.get(step.removeprefix(RESTORE)):
                    yield place, Fact("audit.states.no_version", {"role": "data.csv"})
            if behind - {*lineage.datasets} or ({*lineage.datasets} - behind and not revises):
                yield place, Fact("audit.states.datasets")
            # The outputs of the step that lie in the folder.
            for name, digest in lineage.outputs.items():
                kept = ledger.kept_as(step, name, self.languages)
                if kept and self.sealed["files"].get(kept) != digest:
                    yield place, _tell_unlike(name)

    def archive(self) -> Iterator[tuple[str, Fact]]:
        """The archive: the code that the seal has hashes of, this run's own files, nothing else."""
        pointers = {
            d.version.pointer_path.as_posix(): sha256(d.pointer_text.encode())
            for d in self.datasets
        }
        versions = ledger.versions_table(d.version for d in self.datasets).encode()
        named = {path.as_posix(): digest for path, digest in self.inputs.items()}
        inputs = {name: digest for name, digest in named.items() if not program.is_earlier(name)}
        own = {
            ledger.CONFIG: self.sealed["files"].get(ledger.CONFIG),
            program.OWN[1]: sha256(versions),
        }
        for name, digest in {**own, **pointers, **inputs}.items():
            if name not in self.code or sha256(self.code[name]) != digest:
                yield program.ARCHIVE, _tell_unlike(name)
        known = {*own, *pointers, *inputs, program.DVC_FILE}
        stray = [n for n in self.code if n not in known and not place_of(n)]
        yield from ((program.ARCHIVE, Fact("audit.states.no_code", {"name": n})) for n in stray)

    def sealed_files(self) -> Iterator[tuple[str, Fact]]:
        """The files: each one of a publication, and what every one has of its kind."""
        files = self.sealed["files"]
        documents = {
            ledger.kept_as(step, output, self.languages)
            for step, lineage in self.chain.items()
            for output in lineage.outputs
        }
        unknown = [
            name
            for name in files
            if not find_parts(name)
            or (name.partition("/")[0] in ledger.SHOWN and name not in documents)
        ]
        yield from ((name, Fact("audit.states.unused")) for name in sorted(unknown))
        is_wave = str(self.sealed["run"]).startswith("waves/")
        # What readers could prove of withheld counts is proved before a wave is published.
        if is_wave != (ATTACK in files):
            yield ATTACK, Fact("audit.states.absent" if is_wave else "audit.states.unused")

    def seal(self) -> Iterator[tuple[str, Fact]]:
        versions = [dataset.version for dataset in self.datasets]
        held = {
            "code": {lineage.step: lineage.code for lineage in self.chain.values()},
            "datasets": {v.name: {"md5": v.md5, "sha256": v.sha256} for v in versions},
            "lock": sha256(self.code[LOCK]) if LOCK in self.code else "",
            "program": program.program_hashes(self.code),
        }
        if "version" in self.sealed:  # seals before 1.1 do not state it
            held["version"] = version_of(self.code)
        if REGISTER in self.chain:
            held["lineage"] = self.chain[REGISTER].hash
        # The frozen configuration has one run, and says of which publication it is.
        kinds = {kind: ledger.read_settings(self.folder, kind) for kind in ("waves", "studies")}
        runs = [f"{kind}/{name}" for kind, named in kinds.items() for name in named]
        held["run"] = runs[0] if len(runs) == 1 else ""
        held["id"] = ledger.read_settings(self.folder, "report").get("publication")
        other = [name for name, value in held.items() if self.sealed.get(name) != value]
        yield from ((SEAL, _tell_unlike(name)) for name in other)


def _tell_unlike(name: str) -> Fact:
    return Fact("audit.states.folder", {"name": name})


def _find_other(head: Sequence[str], columns: Sequence[str]) -> str | Fact | None:
    """The first column that is not the one that belongs there; None when all do."""
    if list(head) == list(columns):
        return None
    wrong = [name for name in head if name not in columns or list(head).count(name) > 1]
    wrong += [name for name in columns if name not in head]
    return (wrong[0] or Fact("audit.states.nameless")) if wrong else Fact("audit.states.order")
