"""A step of the workflow: its inputs, its outputs, and the provenance record of both.

A step is a module of `readiness.steps` with three names, from which its arguments and its
provenance record follow:

- `INPUTS`, the files that it reads, by role: `name?` for one that may be missing, `name*` for any
  number of them;
- `SETTINGS`, the model of its settings; None where it has none;
- `run`, which takes a `Job` and writes files with it.
"""

import argparse
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from readiness.ground.errors import ConfigError, DataError
from readiness.ground.files import write_atomically
from readiness.provenance.digests import sha256_of
from readiness.provenance.records import leave_lineage
from readiness.provenance.results_folder import PROVENANCE

if TYPE_CHECKING:
    import pandas as pd

    from readiness.config import StrictModel

log = logging.getLogger("readiness")
Settings = TypeVar("Settings")


class StepModule(Protocol):
    """Names that the module of a step defines."""

    INPUTS: tuple[str, ...]
    SETTINGS: "type[StrictModel] | None"
    run: "Callable[[Job[Any]], None]"


@dataclass
class Job(Generic[Settings]):
    """One run of a step: settings, input files by role, folder of outputs.

    Where the record must differ from what was given: `record`, the settings; `reads`, the inputs;
    `datasets`, versions that the step rests on beside those of the inputs. `public`: readers get
    the outputs.
    """

    settings: Settings
    inputs: Mapping[str, list[Path]]
    out: Path
    record: dict[str, Any] = field(default_factory=dict)
    reads: dict[str, Path] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()
    public: bool = False
    names: list[str] = field(default_factory=list)
    hidden: bool = False

    def __getitem__(self, role: str) -> Path:
        if not self.inputs[role]:
            raise ConfigError(f"--{role} is required. Name the file.")
        return self.inputs[role][0]

    def get(self, role: str) -> Path | None:
        """Return the file of a role, None where there is none."""
        return next(iter(self.inputs[role]), None)

    def csv(
        self, name: str, frame: "pd.DataFrame", *, people: bool = False, private: bool = False
    ) -> None:
        """Write a table.

        `private`: readable by its owner alone; `people`: rows are people, so the whole folder
        becomes private.
        """
        from readiness.ground.tables import write_csv

        if people:
            self.hide()
        write_csv(frame, self.out / name, private=private or self.hidden)
        self.names.append(name)

    def remove_others(self) -> None:
        """Remove files in the folder of outputs that an earlier run wrote and this run did not."""
        for path in self.out.iterdir():
            if path.is_file() and path.name not in (*self.names, PROVENANCE):
                path.unlink()

    def hide(self) -> None:
        """Make the folder of outputs, and all files written from now on, private to their owner."""
        self.out.mkdir(parents=True, exist_ok=True)
        self.out.chmod(0o700)
        self.hidden = True

    def file(self, name: str, content: bytes | str, *, private: bool = False) -> None:
        """Write a file; `private`: readable by its owner alone."""
        write_atomically(self.out / name, content, private=private or self.hidden)
        self.names.append(name)


def add_arguments(steps: Sequence[StepModule], parser: argparse.ArgumentParser) -> None:
    """Add the arguments of steps that one process performs.

    An option for each role that one of the steps has, and the options of all steps, with a value
    for each step.
    """
    roles = dict.fromkeys(role for step in steps for role in step.INPUTS)
    for role in roles:
        name, number = role.rstrip("?*"), "*" if role.endswith("*") else 1
        if name != role and name in roles:
            continue  # another step requires it
        parser.add_argument(
            f"--{name}", type=Path, nargs=number, required=name == role, default=[], metavar="FILE"
        )
    count, no_settings = len(steps), ["{}"] * len(steps)
    parser.add_argument(
        "--settings", nargs=count, default=no_settings, help="the settings, as JSON"
    )
    parser.add_argument("--code", nargs=count, required=True, help="hash of the code")
    parser.add_argument(
        "--out", nargs=count, type=Path, required=True, help="folder of the outputs"
    )


def perform(
    name: str,
    step: StepModule,
    inputs: Mapping[str, list[Path]],
    settings: str,
    code: str,
    out: Path,
) -> None:
    """Run a step; its provenance record, written last, makes the step complete.

    Raises DataError where an input was edited meanwhile.
    """
    job: Job[Any] = Job(None, inputs, out)
    for role, paths in inputs.items():
        is_list = f"{role}*" in step.INPUTS
        for path in paths:
            job.reads[f"{role}-{path.parent.name}" if is_list else role] = path
    if step.SETTINGS is not None:
        # Slow to import: it builds the models of the configuration.
        from readiness.config import parse_json

        job.settings = parse_json(step.SETTINGS, settings)
        job.record = job.settings.model_dump()
    hashes_before = _hash_unmade(inputs)
    step.run(job)
    hashes_after = _hash_unmade(inputs)
    for path in (path for path in hashes_before if hashes_after.get(path) != hashes_before[path]):
        # The record would name the file as it is now, and Snakemake takes outputs that are newer
        # than their inputs for up to date.
        raise DataError(f"{path} changed while the step {name} was reading it. Run again.")
    lineage = leave_lineage(
        name,
        job.out,
        code=code,
        settings=job.record,
        inputs=job.reads,
        outputs=job.names,
        datasets=job.datasets,
        public=job.public,
    )
    log.info("%s: lineage %s", name, lineage.hash)


def _hash_unmade(inputs: Mapping[str, list[Path]]) -> dict[Path, str]:
    """Return the SHA-256 of the inputs that no step made; a record proves the others."""
    paths = sorted({path for role_files in inputs.values() for path in role_files})
    raw_files = (path for path in paths if not (path.parent / PROVENANCE).exists())
    return {path: sha256_of(path) for path in raw_files if path.is_file()}
