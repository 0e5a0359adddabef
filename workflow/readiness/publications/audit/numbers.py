"""Rerun a publication in a scratch folder by this program, and compare each number.

The result has one line for each number: the published and the recomputed value, and why they may
differ.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from readiness.datasets.places import STORE
from readiness.datasets.pointers import Pointer, fault_of
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact
from readiness.ground.files import read_file
from readiness.ground.frames import list_rows
from readiness.ground.tables import to_csv
from readiness.program.layout import rules_file
from readiness.provenance.records import Lineage
from readiness.provenance.results_folder import PROVENANCE
from readiness.publications.audit.data import Availability
from readiness.publications.audit.model import Number
from readiness.publications.chain import ATTACKED, REGISTER, ancestors, read_chain, step_folders
from readiness.publications.ledger import (
    CONFIG,
    SEALED,
    SealedDataset,
    folder_of_step,
    languages_of,
    read_datasets,
    read_inputs,
    steps_shown,
    versions_table,
)
from readiness.publications.log import Correction
from readiness.publications.outcomes import PASSING, AuditFinding, Outcome
from readiness.publications.program import state_run
from readiness.publications.reproduce import compare
from readiness.publications.scratch import run_in, scratch_project
from readiness.publications.seal import (
    LEDGER,
    MORE_NUMBERS,
    SEAL,
)
from readiness.register.disclosure_risk import ATTACK
from readiness.register.display import show_safely
from readiness.register.figures import COLUMNS, PRECISION, read_register


@dataclass(frozen=True)
class Rerun:
    """Results of a rerun while its context lasts: register, provenance records, step folders.

    `attack`: the table of the attack on the register; None where it was not asked for or failed.
    `attack_failure`: why it failed, "" where it did not. `root`: the project that was run.
    """

    figures: pd.DataFrame
    chain: Mapping[str, Lineage]
    folders: Mapping[str, Path]
    attack: Path | None = None
    attack_failure: str = ""
    root: Path = Path()


@contextmanager
def rerun(
    folder: Path,
    run: str,
    objects: Mapping[Pointer, Path],
    inputs: Mapping[Path, bytes],
    reports: Mapping[str, bytes],
    *,
    report: bool,
    attack: bool = False,
    rows: Sequence[Mapping[str, str]] = (),
) -> Iterator[Rerun]:
    """Rerun the publication in `folder` by this program, in a scratch project.

    `run`: its folder below `results`. `inputs`: the input files beside its datasets, with the
    content that was hashed. `reports`: the report and its authors' texts, by name. `report`:
    whether to make charts and report too. `attack`: whether to make the attack's table. `rows`: the
    ledger's rows, which decide what is suppressed where another program sealed it.

    Raises DataError with the reason where the rerun fails.
    """
    datasets = read_datasets(folder)
    project = make_project(folder, datasets, inputs, reports, rows)
    steps = steps_shown(languages_of(folder)) if report else ()
    targets = [f"results/{run}/{REGISTER}/{LEDGER}"]
    targets += [f"results/{run}/{folder_of_step(step)}/{PROVENANCE}" for step in steps]
    attack_target = f"results/{run}/{ATTACKED}/{ATTACK}"
    with scratch_project(project, objects) as scratch:
        for dataset in datasets:
            # Check again: a file may have changed since the data check.
            if fault := fault_of(scratch / STORE / dataset.pointer.object_name, dataset.version):
                raise DataError(f"{dataset.version.name}: changed while it was copied", fault)
        if failure := run_in(scratch, targets):
            raise DataError(failure)
        names = [dataset.version.name for dataset in datasets]
        folders = step_folders(scratch / "results", run, names)
        # Run separately: if the attack fails, the numbers are still compared.
        failure = run_in(scratch, [attack_target]) if attack else ""
        yield Rerun(
            read_register(folders[REGISTER] / LEDGER),
            read_chain(folders),
            folders,
            scratch / attack_target if attack and not failure else None,
            failure,
            scratch,
        )


def _find_input(path: Path, inputs: Mapping[Path, bytes]) -> bytes:
    """Return the content of an input file. Raises DataError where it is missing."""
    if path in inputs:
        return inputs[path]
    raise DataError(
        f"{path}: file not found. Restore it with git.",
        Fact("audit.run.removed", {"path": str(path)}),
    )


def make_project(
    folder: Path,
    datasets: Sequence[SealedDataset],
    inputs: Mapping[Path, bytes],
    reports: Mapping[str, bytes],
    rows: Sequence[Mapping[str, str]] = (),
) -> dict[str, bytes]:
    """Return a project for the rerun, as content by file name.

    It has the rules of this program, and the publication's configuration, dataset versions and
    inputs. `rows`: rows of the ledger, which are added if there are any.
    """
    input_files = {path.as_posix(): _find_input(path, inputs) for path in read_inputs(folder)}
    run_files = state_run(
        read_file(folder / CONFIG).decode("utf-8"),
        versions_table(dataset.version for dataset in datasets),
        {dataset.version.pointer_path: dataset.pointer_text for dataset in datasets},
    )
    if rows:
        input_files[SEALED.as_posix()] = to_csv(ledger_table(rows, COLUMNS)[COLUMNS]).encode()
    return {
        "Snakefile": f"include: {str(rules_file())!r}\n".encode(),
        **reports,
        **run_files,
        **input_files,
    }


SAME = Fact("audit.input.right")


NumberLine = TypeVar("NumberLine", Number, AuditFinding)

UNCHANGED, CHANGED = "same", "CHANGED"


def ledger_rows(folder: Path) -> list[dict[str, str]]:
    """Read the rows of a ledger as text, by column; none where it cannot be read.

    A damaged row may have too few cells or too many: surplus cells are joined in the column "". A
    repeated column name has its position added, so that no cell is lost.
    """
    try:
        text = read_file(folder / LEDGER).decode("utf-8")
        head, *lines = csv.reader(io.StringIO(text, newline=""))
    except (OSError, ValueError, csv.Error):
        return []
    names = [
        f"{name} {position}" if name in head[:position] else name
        for position, name in enumerate(head)
    ]
    rows = []
    for cells in lines:
        row = {"id": "", **dict(zip_longest(names, cells[: len(names)], fillvalue=""))}
        if surplus_cells := "".join(cells[len(names) :]):
            row[""] = surplus_cells
        if any(row.values()):
            rows.append(row)
    return rows


def list_unchecked(
    rows: Sequence[Mapping[str, str]],
    seal: Sequence[AuditFinding],
    why: Fact,
    missing: Mapping[str, Availability] | None = None,
) -> tuple[Number, ...]:
    """Return the numbers as NOT CHECKED, or SEAL BROKEN, where nothing was computed.

    `why`: the reason. `missing`: datasets that are not available; their numbers get that reason.
    """
    numbers = []
    for row in rows:
        names = row.get("dataset", "").split()
        missing_dataset = (
            next((missing[name] for name in names if name in missing), None) if missing else None
        )
        numbers.append(
            Number(
                id=row["id"],
                **{name: row.get(name, "") for name in ("kind", "dataset", "digits", "rounding")},
                published=row.get("value", ""),
                shown=show_safely(row, "en"),
                **dict.fromkeys(("recomputed", "difference", "code", "environment"), ""),
                outcome=missing_dataset.outcome if missing_dataset else Outcome.NOT_CHECKED,
                fact=missing_dataset.fact if missing_dataset else why,
            )
        )
    return tuple(_put_under_seal(seal, numbers))


def _put_under_seal(seal: Sequence[AuditFinding], numbers: list[Number]) -> list[Number]:
    """Return the numbers with those that the seal does not fit marked BROKEN."""
    broken_findings = [finding for finding in seal if finding.outcome is Outcome.BROKEN]
    if not broken_findings:
        return numbers
    facts_by_place = {
        finding.place: finding.fact for finding in broken_findings if isinstance(finding.place, str)
    }
    prefix = f"{LEDGER}: "
    unfit_ledger = Fact("audit.number.unfit", {"file": LEDGER})
    facts_by_number = {
        place.removeprefix(prefix): place_fact
        for place, place_fact in facts_by_place.items()
        if place.startswith(prefix)
    }
    has_more = any(
        finding.place == LEDGER and finding.fact.kind == MORE_NUMBERS for finding in broken_findings
    )
    is_whole_ledger = SEAL in facts_by_place or (
        LEDGER in facts_by_place and (has_more or not facts_by_number)
    )
    marked = []
    for number in numbers:
        fact = unfit_ledger if is_whole_ledger else facts_by_number.get(number.id)
        if not is_whole_ledger and fact and number.outcome is Outcome.DIFFERS and number.fact:
            fact = Fact("audit.both", {"first": number.fact, "second": fact})
        marked.append(replace(number, outcome=Outcome.BROKEN, fact=fact) if fact else number)
    return marked


def compare_recomputed(
    rows: Sequence[Mapping[str, str]],
    again: Rerun,
    frozen: Mapping[str, Lineage],
    environment: Sequence[Fact],
    seal: Sequence[AuditFinding],
    *,
    today: bool = False,
    errata: Mapping[str, Correction] | None = None,
) -> list[Number]:
    """Return comparisons of all numbers in the ledger or the rerun, by id.

    `environment`: how today's environment differs from the recorded one. `today`: whether today's
    code ran, which may compute more numbers. `errata`: corrections by later publications.
    """
    published = ledger_table(rows, again.figures.columns)
    verdicts = list_rows(compare(published, again.figures, today=today, errata=errata))
    by_id = {row["id"]: row for row in rows}
    recomputed_rows = {row["id"]: row for row in list_rows(again.figures)}
    code_states: dict[str, str] = {}
    # Compare step names, not lineage hashes: equal code can have other hashes here.
    steps_by_hash = [
        {lineage.hash: step for step, lineage in chain.items()} for chain in (frozen, again.chain)
    ]
    numbers = []
    for verdict in verdicts:
        row: Mapping[Any, str] = by_id.get(verdict["id"]) or recomputed_rows[verdict["id"]]
        hashes = row.get("lineage", "")
        if hashes not in code_states:
            steps = ancestors(frozen, hashes.split())
            chain_today = again.chain
            is_same_code = all(
                step in chain_today and chain_today[step].code == frozen[step].code
                for step in steps
            )
            code_states[hashes] = UNCHANGED if is_same_code else CHANGED
        copied = ("id", "kind", "published", "recomputed", "difference", "digits", "rounding")
        numbers.append(
            Number(
                **{name: verdict[name] for name in copied},
                dataset=row.get("dataset", ""),
                shown=show_safely(row, "en"),
                code=code_states[hashes],
                environment=CHANGED if environment else UNCHANGED,
                outcome=Outcome(verdict["verdict"]),
                fact=verdict["fact"],
            )
        )
        recomputed_row = recomputed_rows.get(verdict["id"], row)
        # Columns of the ledger's row that the recomputed row does not have.
        surplus_columns = [
            column
            for column in row
            if column not in recomputed_row and row[column] and column != PRECISION
        ]
        ledger_steps, recomputed_steps = (
            sorted(steps.get(digest, digest) for digest in cells.get("lineage", "").split())
            for cells, steps in zip((row, recomputed_row), steps_by_hash, strict=True)
        )
        fault = None
        if surplus_columns:
            fault = Fact(
                "audit.number.beside", {"column": surplus_columns[0] or Fact("audit.number.beyond")}
            )
        elif not today and recomputed_row is not row and ledger_steps != recomputed_steps:
            fault = Fact("audit.number.lineage")
        if fault and numbers[-1].outcome in {*PASSING, Outcome.CORRECTED}:
            numbers[-1] = replace(numbers[-1], outcome=Outcome.DIFFERS, fact=fault)
    return _put_under_seal(seal, numbers)


def in_another_environment(
    lines: Iterable[NumberLine], environment: Sequence[Fact]
) -> list[NumberLine]:
    """Add to each number that differs how the `environment` differs."""
    return [
        replace(
            line,
            fact=Fact("audit.another_environment", {"what": line.fact, "change": environment[0]}),
        )
        if environment and line.outcome is Outcome.DIFFERS and line.fact
        else line
        for line in lines
    ]


def ledger_table(
    rows: Sequence[Mapping[str, str]], register_columns: Iterable[str]
) -> pd.DataFrame:
    """Return a ledger's rows as a table with the columns of a register and their precision."""
    columns = list(dict.fromkeys([*register_columns, PRECISION]))
    return pd.DataFrame(rows, columns=columns, dtype=object).fillna("")
