"""Levels 2 and 3: the run again, in a scratch folder, by this program.

One line a number: what was published, what was reproduced, and why it may be another one.
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
    """A run made again, as long as its context lasts: register, records, folders of its steps.

    `attack` is the table of the attack on the register, None where it was not asked for or could
    not be made; `attack_failure` says why not, "" where nothing failed.
    """

    figures: pd.DataFrame
    chain: Mapping[str, Lineage]
    folders: Mapping[str, Path]
    attack: Path | None = None
    attack_failure: str = ""


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
    """Make the run of the publication in `folder` again by this program; DataError saying why it
    cannot be made.

    `run` is its folder below `results` in a project of its own; `inputs` are the files that went in
    beside its datasets, as they were read, `reports` the report and its authors' words, by name.
    `report` makes charts and report too, `attack` the table of what readers could prove of counts
    that are not published. `rows`: of the ledger, which says what is suppressed, where another
    program than the present one sealed it.
    """
    datasets = read_datasets(folder)
    project = make_project(folder, datasets, inputs, reports, rows)
    steps = steps_shown(languages_of(folder)) if report else ()
    targets = [f"results/{run}/{REGISTER}/{LEDGER}"]
    targets += [f"results/{run}/{folder_of_step(step)}/{PROVENANCE}" for step in steps]
    attacked = f"results/{run}/{ATTACKED}/{ATTACK}"
    with scratch_project(project, objects) as scratch:
        for dataset in datasets:
            # What was right when it was looked at may have been written since.
            if fault := fault_of(scratch / STORE / dataset.pointer.object_name, dataset.version):
                raise DataError(f"{dataset.version.name}: changed while it was copied", fault)
        if failure := run_in(scratch, targets):
            raise DataError(failure)
        names = [dataset.version.name for dataset in datasets]
        folders = step_folders(scratch / "results", run, names)
        # By itself: what this program's attack cannot read keeps no number from being compared.
        failure = run_in(scratch, [attacked]) if attack else ""
        yield Rerun(
            read_register(folders[REGISTER] / LEDGER),
            read_chain(folders),
            folders,
            scratch / attacked if attack and not failure else None,
            failure,
        )


def _find_input(path: Path, inputs: Mapping[Path, bytes]) -> bytes:
    if path in inputs:
        return inputs[path]
    raise DataError(
        f"{path}: file missing. Restore it with git.",
        Fact("audit.run.removed", {"path": str(path)}),
    )


def make_project(
    folder: Path,
    datasets: Sequence[SealedDataset],
    inputs: Mapping[Path, bytes],
    reports: Mapping[str, bytes],
    rows: Sequence[Mapping[str, str]] = (),
) -> dict[str, bytes]:
    """Return a project that uses the rules of this program, with the publication's configuration,
    dataset versions and inputs, as files by name; and the `rows` of its ledger, if any are given.
    """
    needed = {path.as_posix(): _find_input(path, inputs) for path in read_inputs(folder)}
    stated = state_run(
        read_file(folder / CONFIG).decode("utf-8"),
        versions_table(dataset.version for dataset in datasets),
        {d.version.pointer_path: d.pointer_text for d in datasets},
    )
    if rows:
        needed[SEALED.as_posix()] = to_csv(ledger_table(rows, COLUMNS)[COLUMNS]).encode()
    return {
        "Snakefile": f"include: {str(rules_file())!r}\n".encode(),
        **reports,
        **stated,
        **needed,
    }


SAME = Fact("audit.input.right")


NumberLine = TypeVar("NumberLine", Number, AuditFinding)

UNCHANGED, CHANGED = "same", "CHANGED"


def ledger_rows(folder: Path) -> list[dict[str, str]]:
    """The rows of a ledger as text, by column; none when it cannot be read.

    A damaged row may have too few cells, or too many: those stand under the column "". A column
    whose name stands there before does so with its place, so that no cell is passed over.
    """
    try:
        text = read_file(folder / LEDGER).decode("utf-8")
        head, *lines = csv.reader(io.StringIO(text, newline=""))
    except (OSError, ValueError, csv.Error):
        return []
    names = [f"{n} {k}" if n in head[:k] else n for k, n in enumerate(head)]
    rows = []
    for cells in lines:
        row = {"id": "", **dict(zip_longest(names, cells[: len(names)], fillvalue=""))}
        if beyond := "".join(cells[len(names) :]):
            row[""] = beyond
        if any(row.values()):
            rows.append(row)
    return rows


def list_unchecked(
    rows: Sequence[Mapping[str, str]],
    seal: Sequence[AuditFinding],
    why: Fact,
    missing: Mapping[str, Availability] | None = None,
) -> tuple[Number, ...]:
    """The numbers where nothing was computed: NOT CHECKED, or SEAL BROKEN; of what rests on
    datasets that cannot be had (`missing`) it is said why not.
    """
    numbers = []
    for row in rows:
        names = row.get("dataset", "").split()
        gone = next((missing[name] for name in names if name in missing), None) if missing else None
        numbers.append(
            Number(
                id=row["id"],
                **{name: row.get(name, "") for name in ("kind", "dataset", "digits", "rounding")},
                published=row.get("value", ""),
                shown=show_safely(row, "en"),
                **dict.fromkeys(("recomputed", "difference", "code", "environment"), ""),
                outcome=gone.outcome if gone else Outcome.NOT_CHECKED,
                fact=gone.fact if gone else why,
            )
        )
    return tuple(_put_under_seal(seal, numbers))


def _put_under_seal(seal: Sequence[AuditFinding], numbers: list[Number]) -> list[Number]:
    found = [finding for finding in seal if finding.outcome is Outcome.BROKEN]
    if not found:
        return numbers
    places = {f.place: f.fact for f in found if isinstance(f.place, str)}
    prefix, unfit = f"{LEDGER}: ", Fact("audit.number.unfit", {"file": LEDGER})
    named = {p.removeprefix(prefix): d for p, d in places.items() if p.startswith(prefix)}
    more = any(f.place == LEDGER and f.fact.kind == MORE_NUMBERS for f in found)
    # Whether the seal says it of all of them.
    whole = SEAL in places or (LEDGER in places and (more or not named))
    under = []
    for number in numbers:
        fact = unfit if whole else named.get(number.id)
        if not whole and fact and number.outcome is Outcome.DIFFERS and number.fact:
            fact = Fact("audit.both", {"first": number.fact, "second": fact})
        under.append(replace(number, outcome=Outcome.BROKEN, fact=fact) if fact else number)
    return under


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
    """Every number of the ledger or of the rerun, by id.

    `environment` is in what today's environment is another one than the frozen one; `today` whether
    today's code ran, which may compute more, and `errata` what later publications have corrected.
    """
    published = ledger_table(rows, again.figures.columns)
    verdicts = list_rows(compare(published, again.figures, today=today, errata=errata))
    by_id = {row["id"]: row for row in rows}
    new = {row["id"]: row for row in list_rows(again.figures)}
    behind: dict[str, str] = {}
    # The frozen code leaves the same steps behind each number, whatever their hashes are here.
    step_of = [{one.hash: step for step, one in chain.items()} for chain in (frozen, again.chain)]
    numbers = []
    for verdict in verdicts:
        row: Mapping[Any, str] = by_id.get(verdict["id"]) or new[verdict["id"]]
        hashes = row.get("lineage", "")
        if hashes not in behind:
            # Whether the code of all steps behind a number is the sealed one.
            steps, now = ancestors(frozen, hashes.split()), again.chain
            same = all(step in now and now[step].code == frozen[step].code for step in steps)
            behind[hashes] = UNCHANGED if same else CHANGED
        known = ("id", "kind", "published", "recomputed", "difference", "digits", "rounding")
        numbers.append(
            Number(
                **{name: verdict[name] for name in known},
                dataset=row.get("dataset", ""),
                shown=show_safely(row, "en"),
                code=behind[hashes],
                environment=CHANGED if environment else UNCHANGED,
                outcome=Outcome(verdict["verdict"]),
                fact=verdict["fact"],
            )
        )
        made = new.get(verdict["id"], row)
        # What a row of the ledger says and the reproduced one does not.
        beside = [c for c in row if c not in made and row[c] and c != PRECISION]
        before, after = (
            sorted(steps.get(digest, digest) for digest in cells.get("lineage", "").split())
            for cells, steps in zip((row, made), step_of, strict=True)
        )
        told = None
        if beside:
            told = Fact("audit.number.beside", {"column": beside[0] or Fact("audit.number.beyond")})
        elif not today and made is not row and before != after:
            told = Fact("audit.number.lineage")
        if told and numbers[-1].outcome in {*PASSING, Outcome.CORRECTED}:
            numbers[-1] = replace(numbers[-1], outcome=Outcome.DIFFERS, fact=told)
    return _put_under_seal(seal, numbers)


def in_another_environment(
    lines: Iterable[NumberLine], environment: Sequence[Fact]
) -> list[NumberLine]:
    """Say of each number that differs in what the `environment` is another one."""
    return [
        replace(
            line,
            fact=Fact("audit.another_environment", {"what": line.fact, "change": environment[0]}),
        )
        if environment and line.outcome is Outcome.DIFFERS and line.fact
        else line
        for line in lines
    ]


def ledger_table(rows: Sequence[Mapping[str, str]], made: Iterable[str]) -> pd.DataFrame:
    """A ledger's rows with the columns of a register, and their precision."""
    columns = list(dict.fromkeys([*made, PRECISION]))
    return pd.DataFrame(rows, columns=columns, dtype=object).fillna("")
