"""Provenance records: one a step, the same bytes wherever it runs.

A step leaves `lineage.json` beside its outputs, last of all: inputs and outputs by SHA-256, the
parents' lineage hashes, settings and code hash; no clock, no host, no path of the machine. The
lineage hash covers what went in, not what came out: two runs with the same one must give the same.

Records are published, most results are not: those are recorded by keyed digests
(`readiness.provenance.digests`).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from readiness.ground.errors import DataError
from readiness.ground.files import read_file, write_atomically
from readiness.provenance.digests import (
    KEY,
    KEYED,
    hash_record,
    keyed_digest,
    read_key,
    readable_json,
    sha256_of,
)
from readiness.provenance.results_folder import PROVENANCE, RESULTS


@dataclass(frozen=True)
class Lineage:
    """What a provenance record holds: the step, what went in, what came out; `keys` are the dataset
    versions whose keys are that of its keyed digests.
    """

    step: str
    code: str
    settings: Mapping[str, Any]
    inputs: Mapping[str, str]
    parents: Mapping[str, str]
    outputs: Mapping[str, str]
    datasets: tuple[str, ...]
    keys: tuple[str, ...] = ()

    @cached_property
    def hash(self) -> str:
        """SHA-256 over step, code, settings, inputs and parents; the outputs are not part of it."""
        origin = ("step", "code", "settings", "inputs", "parents")
        return hash_record({name: getattr(self, name) for name in origin})

    def as_json(self) -> str:
        """The provenance record's text."""
        record: dict[str, Any] = {"lineage": self.hash}
        record |= {field.name: getattr(self, field.name) for field in fields(self)}
        return readable_json({**record, "digest": hash_record(record)})


def read_lineage(path: Path) -> Lineage:
    """The provenance record at `path`; DataError when it is missing or damaged."""
    try:
        record = json.loads(read_file(path).decode("utf-8"))
        intact = record.pop("digest") == hash_record(record)
        recorded = record.pop("lineage")
        lists = {name: tuple(record[name]) for name in ("datasets", "keys")}
        lineage = Lineage(**{**record, **lists})
        texts = [lineage.step, lineage.code, *lineage.datasets, *lineage.keys]
        # What is no mapping has no values: an AttributeError.
        for part in (lineage.inputs, lineage.parents, lineage.outputs):
            texts += part.values()
        if not (isinstance(lineage.settings, dict) and all(isinstance(t, str) for t in texts)):
            raise TypeError
        intact = intact and lineage.hash == recorded
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(
            f"{path} is not a provenance record. Delete it and run `make` again."
        ) from None
    if not intact:
        raise DataError(f"{path} was changed after it was written. Delete it and run `make` again.")
    return lineage


def changed_outputs(folder: Path, lineage: Lineage, results: Path = RESULTS) -> list[str]:
    """The files in `folder` that are missing or no longer what the step wrote, sorted.

    `results` is the folder of all results; without the keys there, no keyed digest can be right.
    """
    key = read_key(results, lineage.keys)
    files = [(name, digest, folder / name) for name, digest in sorted(lineage.outputs.items())]
    return [
        name
        for name, digest, path in files
        if not path.is_file()
        or digest != (keyed_digest(path, key) if digest.startswith(KEYED) else sha256_of(path))
    ]


def check_inputs(paths: Iterable[Path]) -> None:
    """Refuse an input that is not what the step that made it has left; DataError naming both.

    All files of that step count: one may be read beside the other. A file of `results/` must have a
    record beside it. What is kept elsewhere need not: margins are nobody's output, and the verdict
    on a frozen publication is the audit's.
    """
    for folder in sorted({path.parent for path in paths if path.parts[:1] != ("publications",)}):
        provenance = folder / PROVENANCE
        if provenance.exists():
            lineage = read_lineage(provenance)
            for name in changed_outputs(folder, lineage):
                raise DataError(
                    f"{folder / name}: not what the step {lineage.step} wrote (SHA-256).\n"
                    "Run `make`: it makes the file again."
                )
        elif folder.parts[:1] == ("results",):
            raise DataError(
                f"{provenance}: missing, because the step was interrupted. Run `make` again."
            )


def leave_lineage(
    step: str,
    folder: Path,
    *,
    code: str,
    settings: Mapping[str, Any],
    inputs: Mapping[str, Path],
    outputs: list[str],
    datasets: tuple[str, ...] = (),
    public: bool = False,
) -> Lineage:
    """Write `folder/lineage.json` for the files `outputs` in `folder`.

    `inputs` maps a role ("answers", "margins") to a file. Where a record lies beside an input, its
    lineage hash becomes the parent of that role, its datasets are inherited, and the file has the
    digest that stands there. `public`: readers get the outputs, or a register has their plain hash.
    Raises DataError as `check_inputs`: what was read at first must still be there at the end.
    """
    check_inputs(inputs.values())
    parents: dict[str, str] = {}
    origin, keys = set(datasets), set[str]()
    digests = dict[str, str]()
    for role, path in inputs.items():
        provenance = path.parent / PROVENANCE
        if not provenance.exists():
            digests[role] = sha256_of(path)
        else:
            parent = read_lineage(provenance)
            parents[role] = parent.hash
            origin.update(parent.datasets)
            keys.update(parent.datasets if KEY in parent.outputs else parent.keys)
            digests[role] = parent.outputs.get(path.name) or sha256_of(path)
    key = b"" if public else read_key(RESULTS, keys)
    if keys and not (public or key):
        raise DataError(
            f"{RESULTS}/inputs: no file has the {KEY} {', '.join(sorted(keys))}. Run `make` again."
        )
    digest = partial(keyed_digest, key=key) if key else sha256_of
    lineage = Lineage(
        step=step,
        code=code,
        settings=settings,
        inputs=digests,
        parents=parents,
        outputs={name: digest(folder / name) for name in sorted(outputs)},
        datasets=tuple(sorted(origin)),
        keys=tuple(sorted(keys)),
    )
    write_atomically(folder / PROVENANCE, lineage.as_json())
    return lineage
