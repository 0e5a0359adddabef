"""Levels 2 and 3: the run again, in a scratch folder, with today's code or with the frozen code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from readiness.config import load_config
from readiness.datasets.pointers import Pointer
from readiness.errors import DataError
from readiness.facts import Fact
from readiness.files import read_file
from readiness.lineage import PROVENANCE, Lineage
from readiness.publications.archive import ARCHIVE, assemble
from readiness.publications.chain import REGISTER, read_chain, step_folders
from readiness.publications.documents import folder_of_step, languages_of, steps_shown
from readiness.publications.ledger import (
    CONFIG,
    SealedDataset,
    read_datasets,
    read_inputs,
    versions_table,
)
from readiness.publications.program import program_files
from readiness.publications.scratch import run_in, run_sealed, scratch_project
from readiness.publications.seal import LEDGER
from readiness.register.figures import read_register


@dataclass(frozen=True)
class Rerun:
    """A run that was made again: its register, its provenance records, the folders of its steps.

    The folders last as long as the context that gave them.
    """

    figures: pd.DataFrame
    chain: Mapping[str, Lineage]
    folders: Mapping[str, Path]


@contextmanager
def rerun(
    root: Path,
    folder: Path,
    run: str,
    objects: Mapping[Pointer, Path],
    *,
    frozen: bool,
    report: bool,
    cores: str,
    confined: bool = False,
) -> Iterator[Rerun]:
    """Make the run of the publication in `folder` again; DataError saying why it cannot be made.

    `run` is its folder below `results` in a project of its own; `report` makes charts and report
    too. The frozen code comes out of the archive: check the seal first. `confined`: it runs in a
    sandbox.
    """
    datasets = read_datasets(folder)
    code: Path | dict[str, bytes]
    code = folder / ARCHIVE if frozen else todays_project(root, folder, datasets)
    targets = [f"results/{run}/{REGISTER}/{LEDGER}"]
    if report:
        steps = steps_shown(languages_of(folder))
        targets += [f"results/{run}/{folder_of_step(step)}/{PROVENANCE}" for step in steps]
    with scratch_project(code, objects) as scratch:
        if frozen:
            failure = run_sealed(scratch, targets, cores, confined=confined)
        else:
            failure = run_in(scratch, targets, cores)
        if failure:
            raise DataError(failure)
        names = [dataset.version.name for dataset in datasets]
        folders = step_folders(scratch / "results", run, names)
        yield Rerun(read_register(folders[REGISTER] / LEDGER), read_chain(folders), folders)


def todays_project(root: Path, folder: Path, datasets: Sequence[SealedDataset]) -> dict[str, bytes]:
    """Today's code with the publication's configuration and dataset versions, as files by name."""
    missing = [path for path in read_inputs(folder) if not (root / path).is_file()]
    if missing:
        raise DataError(
            f"{missing[0]}: removed from the tree. Restore it with git.",
            Fact("audit.run.removed", {"path": str(missing[0])}),
        )
    source = load_config(folder / CONFIG).report.source
    if source not in program_files():
        # Its cells would run.
        raise DataError(
            f"a report that is none of this program's ({source})",
            Fact("audit.run.foreign_report", {"name": str(source)}),
        )
    return assemble(
        root,
        read_file(folder / CONFIG).decode("utf-8"),
        versions_table(dataset.version for dataset in datasets),
        {d.version.pointer_path: d.pointer_text for d in datasets},
        read_inputs(folder),
    )
