"""Check that the files of a publication agree with each other, without data and without a rerun.

Every hash of a folder that was sealed again is right. But its files state many facts twice: the
ledger and the digests of its numbers, the limits beside a number and as numbers of their own, the
table of the report, the tables of inputs and the archive of the code, each provenance record and
the records before it. Where they differ, no freeze wrote the folder.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
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


def contradictions(folder: Path, sealed: Mapping[str, Any]) -> list[AuditFinding]:
    """Return the contradictions between the files of the publication in `folder` and its seal.

    `sealed`: the content of the seal. Raises DataError where a table, a record or the archive
    cannot be read.
    """
    tables = [AuditFinding(place, Outcome.BROKEN, fact) for place, fact in _check_tables(folder)]
    if tables:
        return tables  # with two rows of one dataset it is not known which one is meant
    statements = _Statements(
        folder,
        sealed,
        chain=frozen_chain(folder),
        code=program.read_archive(folder / program.ARCHIVE),
        datasets=ledger.read_datasets(folder),
        languages=ledger.languages_of(folder),
        inputs=ledger.read_inputs(folder),
    )
    parts = (
        *(
            statements.ledger,
            statements.numbers_twice,
            statements.provenances,
            statements.chain_in_order,
            statements.archive,
            statements.seal,
        ),
        statements.sealed_files,
    )
    return [AuditFinding(place, Outcome.BROKEN, fact) for part in parts for place, fact in part()]


def _read_table(path: Path) -> tuple[str, list[str], list[list[str]]]:
    """Return the text, the column names and the rows of a CSV file.

    Raises DataError where the file is not a CSV in UTF-8.
    """
    try:
        text = read_file(path).decode("utf-8")
        head, *rows = [*csv.reader(io.StringIO(text, newline=""))] or [[]]
    except (UnicodeDecodeError, csv.Error):
        raise DataError(f"{path}: not a table. Restore it with git.") from None
    return text, head, rows


def _check_tables(folder: Path) -> Iterator[tuple[str, Fact]]:
    """Yield faults of the tables of datasets and inputs: columns, cells, repeated rows."""
    for name, columns, key in (
        (ledger.DATASETS, (*VERSION_COLUMNS, "pointer"), 2),
        (ledger.INPUTS, ledger.INPUT_COLUMNS, 1),
    ):
        _, head, rows = _read_table(folder / name)
        if rows and (wrong_column := _find_other(head, columns)):
            yield name, Fact("audit.states.table_columns", {"name": wrong_column})
        if any(len(row) != len(head) for row in rows):
            yield name, Fact("audit.states.cells")
        for repeated_key, count in Counter("@".join(row[:key]) for row in rows).items():
            if count > 1:
                yield name, Fact("audit.states.times", {"name": repeated_key, "n": count})


@dataclass(frozen=True)
class _Statements:
    """Facts stated by a publication's files, to be compared with each other."""

    folder: Path
    sealed: Mapping[str, Any]
    chain: Mapping[str, Lineage]
    code: Mapping[str, bytes]
    datasets: Sequence[ledger.SealedDataset]
    languages: Sequence[str]
    inputs: Mapping[Path, str]

    def ledger(self) -> Iterator[tuple[str, Fact]]:
        """Yield faults of the ledger: precision, columns, digests of numbers."""
        text, head, rows = _read_table(self.folder / LEDGER)
        if any(row[-1:] != [PUBLISHED] for row in rows):
            yield LEDGER, _report_disagreement(PRECISION)
        if wrong_column := _find_other(head, ledger.LEDGER_COLUMNS):
            yield LEDGER, Fact("audit.states.table_columns", {"name": wrong_column})
        digests = values_table(text)
        if digests.encode() != read_file(self.folder / VALUES):
            yield VALUES, Fact("audit.states.digests")
        if self.sealed.get("numbers") != digests.count("\n") - 1:
            yield SEAL, _report_disagreement("numbers")

    def numbers_twice(self) -> Iterator[tuple[str, Fact]]:
        """Yield the first numbers that two places of the folder state differently.

        The ledger has the limits of a number beside it and as numbers of their own; the table of
        the report has the ledger's numbers again.
        """
        _, columns, rows = _read_table(self.folder / LEDGER)
        numbers = {row[0]: dict(zip(columns, row, strict=False)) for row in rows if row}
        yield from islice(_find_other_limits(numbers), MOST_TWICE)
        for path in sorted((self.folder / "tables").glob("*/numbers.csv")):
            name = path.relative_to(self.folder).as_posix()
            yield from islice(_find_other_cells(name, path, numbers), MOST_TWICE)

    def provenances(self) -> Iterator[tuple[str, Fact]]:
        """Yield faults of the folder of records: other files, unused and missing records."""
        for path in sorted((self.folder / "lineage").rglob("*")):
            name = path.relative_to(self.folder).as_posix()
            if name != f"lineage/{path.stem}.json":
                yield name, Fact("audit.states.no_step")
        final_steps = (REGISTER, *ledger.steps_shown(self.languages))
        used = ancestors(
            self.chain,
            [self.chain[final_step].hash for final_step in final_steps if final_step in self.chain],
        )
        for kind, steps in (
            ("audit.states.unused", [step for step in self.chain if step not in used]),
            ("audit.states.absent", [end for end in final_steps if end not in self.chain]),
        ):
            yield from ((f"lineage/{step}.json", Fact(kind)) for step in steps)

    def chain_in_order(self) -> Iterator[tuple[str, Fact]]:
        """Yield faults of each record against the records before it and the sealed files.

        An input must be an output of an earlier step or a sealed file, the datasets those of the
        earlier records, and the outputs the sealed files.
        """
        by_hash = {lineage.hash: step for step, lineage in self.chain.items()}
        texts = {sha256(content) for name, content in self.code.items() if place_of(name)}
        sealed_inputs = {*self.inputs.values(), *texts}
        shas = {dataset.version.name: dataset.version.sha256 for dataset in self.datasets}
        for step, lineage in self.chain.items():
            place = f"lineage/{step}.json"
            parent_steps = {role: by_hash.get(name) for role, name in lineage.parents.items()}
            for role, digest in lineage.inputs.items():
                if (parent_step := parent_steps.get(role, "")) is None:
                    yield place, Fact("audit.states.no_parent", {"role": role})
                elif parent_step and digest not in (
                    # The files that a step wrote, its provenance record included.
                    *self.chain[parent_step].outputs.values(),
                    self.sealed["files"].get(f"lineage/{parent_step}.json", ""),
                ):
                    yield place, Fact("audit.states.not_left", {"role": role, "step": parent_step})
                elif not parent_step and digest not in sealed_inputs:
                    yield place, Fact("audit.states.unsealed", {"role": role})
            parent_datasets = {
                name
                for parent in parent_steps.values()
                if parent
                for name in self.chain[parent].datasets
            }
            revises = any(program.is_earlier(path.as_posix()) for path in self.inputs)
            if step.startswith(RESTORE):
                parent_datasets.add(step.removeprefix(RESTORE))
                if lineage.outputs.get("data.csv") != shas.get(step.removeprefix(RESTORE)):
                    yield place, Fact("audit.states.no_version", {"role": "data.csv"})
            if parent_datasets - {*lineage.datasets} or (
                {*lineage.datasets} - parent_datasets and not revises
            ):
                yield place, Fact("audit.states.datasets")
            # Outputs of the step that the publication's folder holds.
            for name, digest in lineage.outputs.items():
                sealed_name = ledger.kept_as(step, name, self.languages)
                if sealed_name and self.sealed["files"].get(sealed_name) != digest:
                    yield place, _report_disagreement(name)

    def archive(self) -> Iterator[tuple[str, Fact]]:
        """Yield faults of the archive: missing or other files of the run, and files of no use."""
        pointers = {
            dataset.version.pointer_path.as_posix(): sha256(dataset.pointer_text.encode())
            for dataset in self.datasets
        }
        versions = ledger.versions_table(dataset.version for dataset in self.datasets).encode()
        input_hashes = {path.as_posix(): digest for path, digest in self.inputs.items()}
        inputs = {
            name: digest for name, digest in input_hashes.items() if not program.is_earlier(name)
        }
        run_files = {
            ledger.CONFIG: self.sealed["files"].get(ledger.CONFIG),
            program.OWN[1]: sha256(versions),
        }
        for name, digest in {**run_files, **pointers, **inputs}.items():
            if name not in self.code or sha256(self.code[name]) != digest:
                yield program.ARCHIVE, _report_disagreement(name)
        expected = {*run_files, *pointers, *inputs, program.DVC_FILE}
        stray = [name for name in self.code if name not in expected and not place_of(name)]
        yield from (
            (program.ARCHIVE, Fact("audit.states.no_code", {"name": name})) for name in stray
        )

    def sealed_files(self) -> Iterator[tuple[str, Fact]]:
        """Yield faults of the list of files: unknown files, and a missing or surplus attack."""
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
        # Publications of a wave have an attack, publications of a study have none.
        if is_wave != (ATTACK in files):
            yield ATTACK, Fact("audit.states.absent" if is_wave else "audit.states.unused")

    def seal(self) -> Iterator[tuple[str, Fact]]:
        """Yield the keys of the seal that the other files contradict."""
        versions = [dataset.version for dataset in self.datasets]
        expected = {
            "code": {lineage.step: lineage.code for lineage in self.chain.values()},
            "datasets": {
                version.name: {"md5": version.md5, "sha256": version.sha256} for version in versions
            },
            "lock": sha256(self.code[LOCK]) if LOCK in self.code else "",
            "program": program.program_hashes(self.code),
        }
        if "version" in self.sealed:  # seals before 1.1 do not state it
            expected["version"] = version_of(self.code)
        if REGISTER in self.chain:
            expected["lineage"] = self.chain[REGISTER].hash
        # The frozen configuration has one run, and names its publication.
        kinds = {kind: ledger.read_settings(self.folder, kind) for kind in ("waves", "studies")}
        runs = [f"{kind}/{run}" for kind, settings in kinds.items() for run in settings]
        expected["run"] = runs[0] if len(runs) == 1 else ""
        expected["id"] = ledger.read_settings(self.folder, "report").get("publication")
        wrong_keys = [key for key, value in expected.items() if self.sealed.get(key) != value]
        yield from ((SEAL, _report_disagreement(key)) for key in wrong_keys)


# Columns of numbers that the ledger and the table of the report both have.
STATED_TWICE = ("value", "lower", "upper", "se", "n", "n_eff", "deff")
# Largest number of contradictions that are listed for one kind. A single one breaks a publication.
MOST_TWICE = 5


def _find_other_limits(numbers: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, Fact]]:
    """Yield the rows whose limits differ from the rows of these limits."""
    for figure_id, row in numbers.items():
        for column in ("lower", "upper"):
            limit = numbers.get(f"{figure_id}.{column}", {})
            if limit.get("kind") == "interval" and limit.get("value") != row.get(column):
                cells = {"here": row.get(column, ""), "there": limit.get("value", "")}
                place = {"id": figure_id, "column": column, "other": f"{figure_id}.{column}"}
                yield LEDGER, Fact("audit.states.twice", place | cells)


def _find_other_cells(
    name: str, path: Path, numbers: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, Fact]]:
    """Yield the cells of the table `name` that differ from the ledger's cells of the same id."""
    _, columns, rows = _read_table(path)
    for cells in rows:
        row = dict(zip(columns, cells, strict=False))
        ledger_row = numbers.get(row.get("id", ""), {})
        for column in STATED_TWICE:
            here, there = row.get(column, ""), ledger_row.get(column, "")
            if here != there:
                place = {"id": row.get("id", ""), "column": column, "other": LEDGER}
                yield name, Fact("audit.states.twice", place | {"here": here, "there": there})


def _report_disagreement(name: str) -> Fact:
    """Return the message that a named part disagrees with the publication's other files."""
    return Fact("audit.states.folder", {"name": name})


def _find_other(head: Sequence[str], columns: Sequence[str]) -> str | Fact | None:
    """Return the first wrong, missing or misplaced column; None for the right columns."""
    if list(head) == list(columns):
        return None
    wrong = [name for name in head if name not in columns or list(head).count(name) > 1]
    wrong += [name for name in columns if name not in head]
    return (wrong[0] or Fact("audit.states.nameless")) if wrong else Fact("audit.states.order")
