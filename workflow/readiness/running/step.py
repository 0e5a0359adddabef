"""A step of the workflow: what it is given, what it leaves, and the record of both.

A step is a module of `readiness.steps` with three names, from which its arguments and its
provenance record follow:

- `INPUTS`, the files that it reads, by role: `name?` for one that may be missing, `name*` for any
  number of them;
- `SETTINGS`, the model of what it is told beside them; None where that is nothing;
- `run`, which takes a `Job` and leaves files by it.
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
    """What the module of a step says of it."""

    INPUTS: tuple[str, ...]
    SETTINGS: "type[StrictModel] | None"
    run: "Callable[[Job[Any]], None]"


@dataclass
class Job(Generic[Settings]):
    """One run of a step: its settings, its input files by role, and the folder of its outputs.

    What the record is to say otherwise than it was given: `record`, of the settings; `reads`, of
    the inputs; `datasets`, the versions that it rests on beside those of the inputs. `public`:
    readers get what it leaves.
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
        """The same where there may be none."""
        return next(iter(self.inputs[role]), None)

    def csv(
        self, name: str, frame: "pd.DataFrame", *, people: bool = False, private: bool = False
    ) -> None:
        """Write a table; a `private` one for its owner's eyes, and one whose rows are `people`
        with the whole folder.
        """
        from readiness.ground.tables import write_csv

        if people:
            self.hide()
        write_csv(frame, self.out / name, private=private or self.hidden)
        self.names.append(name)

    def remove_others(self) -> None:
        """Remove what an earlier run left in the folder of the outputs and this one did not."""
        for path in self.out.iterdir():
            if path.is_file() and path.name not in (*self.names, PROVENANCE):
                path.unlink()

    def hide(self) -> None:
        """Let nobody but its owner look into the folder of the outputs, nor into what is written
        from now on.
        """
        self.out.mkdir(parents=True, exist_ok=True)
        self.out.chmod(0o700)
        self.hidden = True

    def file(self, name: str, content: bytes | str, *, private: bool = False) -> None:
        """Write a file; a `private` one for its owner's eyes."""
        write_atomically(self.out / name, content, private=private or self.hidden)
        self.names.append(name)


def add_arguments(steps: Sequence[StepModule], parser: argparse.ArgumentParser) -> None:
    """The arguments of steps that one process performs: an option for each role that one of them
    has, and those that all steps have, with a value a step.
    """
    roles = dict.fromkeys(role for step in steps for role in step.INPUTS)
    for role in roles:
        name, number = role.rstrip("?*"), "*" if role.endswith("*") else 1
        if name != role and name in roles:
            continue  # another step needs it
        parser.add_argument(
            f"--{name}", type=Path, nargs=number, required=name == role, default=[], metavar="FILE"
        )
    each, none = len(steps), ["{}"] * len(steps)
    parser.add_argument("--settings", nargs=each, default=none, help="the settings, as JSON")
    parser.add_argument("--code", nargs=each, required=True, help="hash of the code")
    parser.add_argument("--out", nargs=each, type=Path, required=True, help="folder of the outputs")


def perform(
    name: str,
    step: StepModule,
    inputs: Mapping[str, list[Path]],
    settings: str,
    code: str,
    out: Path,
) -> None:
    """Run a step; it is complete with the provenance record, which is written last."""
    job: Job[Any] = Job(None, inputs, out)
    for role, paths in inputs.items():
        several = f"{role}*" in step.INPUTS
        for path in paths:
            job.reads[f"{role}-{path.parent.name}" if several else role] = path
    if step.SETTINGS is not None:
        # The models of the configuration take a while to build.
        from readiness.config import parse_json

        job.settings = parse_json(step.SETTINGS, settings)
        job.record = job.settings.model_dump()
    before = _hash_unmade(inputs)
    step.run(job)
    after = _hash_unmade(inputs)
    for path in (path for path in before if after.get(path) != before[path]):
        # Its record would name the file as it is now, and Snakemake takes what is newer than its
        # inputs for made of them.
        raise DataError(f"{path} was edited while the step {name} read it. Run again.")
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
    """SHA-256 of the inputs that no step made: what a step made is proved by its record."""
    paths = sorted({path for given in inputs.values() for path in given})
    unmade = (path for path in paths if not (path.parent / PROVENANCE).exists())
    return {path: sha256_of(path) for path in unmade if path.is_file()}
