"""Provenance records: one per step, the same bytes on any machine.

A step writes `lineage.json` beside its outputs as its last file: inputs and outputs by SHA-256, the
parents' lineage hashes, settings and code hash; no clock, host or path of the machine. The lineage
hash covers the inputs and not the outputs: two runs with the same lineage hash must give the same
outputs.

Records are published, most results are not. Unpublished results are recorded by keyed digests
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
    """Provenance record of a step: its code, settings, inputs, parents and outputs.

    `keys`: the dataset versions from which the key of its keyed digests is made.
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
        """SHA-256 of step, code, settings, inputs and parents, without the outputs."""
        origin = ("step", "code", "settings", "inputs", "parents")
        return hash_record({name: getattr(self, name) for name in origin})

    def as_json(self) -> str:
        """Return the provenance record as JSON."""
        record: dict[str, Any] = {"lineage": self.hash}
        record |= {field.name: getattr(self, field.name) for field in fields(self)}
        return readable_json({**record, "digest": hash_record(record)})


def read_lineage(path: Path) -> Lineage:
    """Return the provenance record at `path`. Raises DataError: it is missing or damaged."""
    try:
        record = json.loads(read_file(path).decode("utf-8"))
        intact = record.pop("digest") == hash_record(record)
        recorded = record.pop("lineage")
        lists = {name: tuple(record[name]) for name in ("datasets", "keys")}
        lineage = Lineage(**{**record, **lists})
        texts = [lineage.step, lineage.code, *lineage.datasets, *lineage.keys]
        # A damaged record may hold another type than a mapping: `values()` is an AttributeError.
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
    """Return the sorted outputs in `folder` that are missing, or that changed since the step.

    `results`: the folder of all results, with the keys of datasets. Without these, every file with
    a keyed digest counts as changed.
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
    """Check that no input has changed since a step wrote it.

    All outputs of that step are checked, because steps read several of them together. A file in
    `results/` must have a record beside it; a file elsewhere need not (margins, for example, are no
    step's output). Raises DataError naming the input and the step.
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
    lineage hash becomes the parent of that role, its datasets are inherited, and the input has the
    digest in that record. `public`: the outputs are published, or a register holds their SHA-256.
    Raises DataError as `check_inputs`, also for an input that changed while the step ran.
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
