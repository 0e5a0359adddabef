"""Levels 2 and 3: the run again, in a scratch folder, with today's code or with the frozen code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from readiness.attack import given_away
from readiness.bounded import read_yaml_text
from readiness.datasets.hashing import fault_of
from readiness.datasets.places import STORE
from readiness.datasets.versions import Pointer
from readiness.errors import DataError
from readiness.facts import Fact
from readiness.files import files_below, read_file
from readiness.lineage import PROVENANCE, Lineage
from readiness.publications.chain import REGISTER, read_chain, step_folders
from readiness.publications.documents import (
    folder_of_step,
    iterate_documents,
    languages_of,
    steps_shown,
)
from readiness.publications.environment import ENVIRONMENT
from readiness.publications.ledger import (
    CONFIG,
    DATASETS,
    INPUTS,
    SealedDataset,
    read_datasets,
    read_inputs,
    versions_table,
)
from readiness.publications.outcomes import AuditFinding, Outcome
from readiness.publications.program import ARCHIVE, assemble, is_earlier, read_archive
from readiness.publications.recomputing import RECOMPUTE
from readiness.publications.scratch import run_in, run_sealed, scratch_project
from readiness.publications.seal import ATTESTATIONS, LEDGER, SEAL, VALUES, WITHHELD, sha256
from readiness.register.disclosure_risk import ATTACK, not_attacked, read_attack
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
    inputs: Mapping[Path, bytes],
    *,
    frozen: bool,
    report: bool,
    cores: str,
    confined: bool = False,
) -> Iterator[Rerun]:
    """Make the run of the publication in `folder` again; DataError saying why it cannot be made.

    `run` is its folder below `results` in a project of its own; `inputs` are the files that went in
    beside its datasets, as they were read; `report` makes charts and report too. The sealed code
    (`frozen`) comes out of the archive: check the seal first; `confined`: it runs in a sandbox.
    """
    datasets = read_datasets(folder)
    project = (
        sealed_project(folder, inputs) if frozen else todays_project(root, folder, datasets, inputs)
    )
    targets = [f"results/{run}/{REGISTER}/{LEDGER}"]
    if report:
        steps = steps_shown(languages_of(folder))
        targets += [f"results/{run}/{folder_of_step(step)}/{PROVENANCE}" for step in steps]
    with scratch_project(project, objects) as scratch:
        for dataset in datasets:
            # What was right when it was looked at may have been written since.
            fault = fault_of(scratch / STORE / dataset.pointer.object_name, dataset.version)
            if fault:
                raise DataError(f"{dataset.version.name}: changed while it was copied", fault)
        if frozen:
            failure = run_sealed(scratch, targets, cores, confined=confined)
        else:
            failure = run_in(scratch, targets, cores)
        if failure:
            raise DataError(failure)
        names = [dataset.version.name for dataset in datasets]
        folders = step_folders(scratch / "results", run, names)
        yield Rerun(read_register(folders[REGISTER] / LEDGER), read_chain(folders), folders)


def sealed_project(folder: Path, inputs: Mapping[Path, bytes]) -> dict[str, bytes]:
    """The archived code with its own configuration, and what earlier publications published."""
    files = read_archive(folder / ARCHIVE)
    for path, digest in read_inputs(folder).items():
        if is_earlier(path.as_posix()):
            files[path.as_posix()] = content = _find_input(path, inputs)
            if sha256(content) != digest:
                raise DataError(f"{path}: not what was read then", Fact("audit.input.other"))
    return files


def _find_input(path: Path, inputs: Mapping[Path, bytes]) -> bytes:
    if path in inputs:
        return inputs[path]
    raise DataError(
        f"{path}: removed from the tree. Restore it with git.",
        Fact("audit.run.removed", {"path": str(path)}),
    )


def todays_project(
    root: Path, folder: Path, datasets: Sequence[SealedDataset], inputs: Mapping[Path, bytes]
) -> dict[str, bytes]:
    """Today's code with the publication's configuration and dataset versions, as files by name."""
    needed = {path.as_posix(): _find_input(path, inputs) for path in read_inputs(folder)}
    project = assemble(
        root,
        read_file(folder / CONFIG).decode("utf-8"),
        versions_table(dataset.version for dataset in datasets),
        {d.version.pointer_path: d.pointer_text for d in datasets},
        (),
    )
    return {**project, **needed}


# --- Level 3: charts, tables and the report, made again by code that is trusted, byte for byte.
SAME = Fact("audit.page.same")
# What a publication holds beside its charts, tables and pages; other levels hold it to account, or
# nothing recomputes it. Any further file is one that no run makes.
BESIDE = {
    SEAL,
    ATTESTATIONS,
    WITHHELD,
    VALUES,
    LEDGER,
    CONFIG,
    DATASETS,
    INPUTS,
    ENVIRONMENT,
    ARCHIVE,
    ATTACK,
    "README.md",
    "CITATION.cff",
    "codecheck.yml",
    RECOMPUTE,
    "erratum.csv",
}


def check_report(folder: Path, again: Rerun) -> Iterator[AuditFinding]:
    """One finding a chart, table and report of the publication in `folder`."""
    made = dict(iterate_documents(again.folders))
    kept = {path.relative_to(folder).as_posix(): path for path in files_below(folder)}
    kept = {n: path for n, path in kept.items() if n not in BESIDE and not n.startswith("lineage/")}
    for name in sorted(made.keys() | kept.keys()):
        if name not in made:
            yield AuditFinding(name, Outcome.DIFFERS, Fact("audit.page.no_longer"))
        elif name not in kept:
            yield AuditFinding(name, Outcome.DIFFERS, Fact("audit.number.new"))
        elif read_file(kept[name]) == read_file(made[name]):
            yield AuditFinding(name, Outcome.REPRODUCED, SAME)
        else:
            yield AuditFinding(name, Outcome.DIFFERS, Fact("audit.page.other"))
    if (folder / ATTACK).is_file():
        yield _judge_attack(folder, again)


def _judge_attack(folder: Path, again: Rerun) -> AuditFinding:
    """The disclosure-risk check rests on what readers had then, earlier releases among it: what was
    kept is held to attack every withheld share once and to have given none away."""
    try:
        table = read_attack(folder / ATTACK)
        rows = table.loc[table["published"] == "no", ["id", "counted"]]
        whole = not (not_attacked(again.figures, table) or rows.duplicated().any())
        holds = whole and given_away(table).empty
    except (KeyError, ValueError):
        holds = False
    if holds:
        return AuditFinding(ATTACK, Outcome.REPRODUCED, SAME)
    return AuditFinding(ATTACK, Outcome.DIFFERS, Fact("audit.page.other"))


def has_pseudonyms(folder: Path) -> bool:
    """Whether a key made pseudonyms: then tables between the data and the numbers have other bytes
    wherever it is not, and so other hashes stand in the pages."""
    try:
        return bool((read_yaml_text(read_file(folder / CONFIG)).get("privacy") or {}).get("key"))
    except (ValueError, yaml.YAMLError, AttributeError, OSError):
        return False
