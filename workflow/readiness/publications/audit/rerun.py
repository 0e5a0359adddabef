"""Levels 2 and 3: the run again, in a scratch folder, with today's code or with the frozen code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from readiness.datasets.pointers import Pointer
from readiness.errors import DataError
from readiness.facts import Fact
from readiness.files import read_file
from readiness.lineage import PROVENANCE, Lineage
from readiness.publications.archive import ARCHIVE, assemble, is_earlier, read_archive
from readiness.publications.chain import REGISTER, read_chain, step_folders
from readiness.publications.documents import folder_of_step, languages_of, steps_shown
from readiness.publications.ledger import (
    CONFIG,
    SealedDataset,
    read_datasets,
    read_inputs,
    versions_table,
)
from readiness.publications.scratch import run_in, run_sealed, scratch_project
from readiness.publications.seal import LEDGER, sha256
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
    too. The sealed code (`frozen`) comes out of the archive: check the seal first; `confined`: it
    runs in a sandbox.
    """
    datasets = read_datasets(folder)
    project = sealed_project(root, folder) if frozen else todays_project(root, folder, datasets)
    targets = [f"results/{run}/{REGISTER}/{LEDGER}"]
    if report:
        steps = steps_shown(languages_of(folder))
        targets += [f"results/{run}/{folder_of_step(step)}/{PROVENANCE}" for step in steps]
    with scratch_project(project, objects) as scratch:
        if frozen:
            failure = run_sealed(scratch, targets, cores, confined=confined)
        else:
            failure = run_in(scratch, targets, cores)
        if failure:
            raise DataError(failure)
        names = [dataset.version.name for dataset in datasets]
        folders = step_folders(scratch / "results", run, names)
        yield Rerun(read_register(folders[REGISTER] / LEDGER), read_chain(folders), folders)


def sealed_project(root: Path, folder: Path) -> dict[str, bytes]:
    """The archived code with its own configuration, and what earlier publications published."""
    files = read_archive(folder / ARCHIVE)
    for path, digest in read_inputs(folder).items():
        if is_earlier(path.as_posix()):
            files[path.as_posix()] = content = _read_input(root, path)
            if sha256(content) != digest:
                raise DataError(f"{path}: not what was read then", Fact("audit.input.other"))
    return files


def _read_input(root: Path, path: Path) -> bytes:
    try:
        return read_file(root / path)
    except FileNotFoundError:
        raise DataError(
            f"{path}: removed from the tree. Restore it with git.",
            Fact("audit.run.removed", {"path": str(path)}),
        ) from None


def todays_project(root: Path, folder: Path, datasets: Sequence[SealedDataset]) -> dict[str, bytes]:
    """Today's code with the publication's configuration and dataset versions, as files by name."""
    inputs = read_inputs(folder)
    for path in inputs:
        _read_input(root, path)
    return assemble(
        root,
        read_file(folder / CONFIG).decode("utf-8"),
        versions_table(dataset.version for dataset in datasets),
        {d.version.pointer_path: d.pointer_text for d in datasets},
        inputs,
    )
