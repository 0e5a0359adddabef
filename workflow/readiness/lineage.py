"""Where a result comes from: one provenance record a step, the same bytes wherever it runs.

A step writes its outputs into one folder and `lineage.json` beside them. The record holds the
inputs and outputs by SHA-256, the parents' lineage hashes, the settings and the code hash; no
clock, no host, no path of the machine. The lineage hash covers what went in (inputs, parents,
settings, code), not what came out: two runs with the same lineage hash must give the same outputs.

The record is written last, so it also says that a step has ended, and what its files held then: a
step refuses an input that is no longer what the provenance record beside it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from readiness.errors import DataError
from readiness.files import read_file, write_atomically

PROVENANCE = "lineage.json"


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical_json(value: object) -> str:
    """JSON with sorted keys and no spaces: one text for one value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Lineage:
    """What a provenance record holds: the step, what went in, what came out."""

    step: str
    code: str
    settings: Mapping[str, Any]
    inputs: Mapping[str, str]
    parents: Mapping[str, str]
    outputs: Mapping[str, str]
    datasets: tuple[str, ...]

    @property
    def hash(self) -> str:
        """SHA-256 over step, code, settings, inputs and parents; the outputs are not part of it."""
        origin = {
            "step": self.step,
            "code": self.code,
            "settings": self.settings,
            "inputs": self.inputs,
            "parents": self.parents,
        }
        return hashlib.sha256(canonical_json(origin).encode()).hexdigest()

    def as_json(self) -> str:
        """The provenance record's text."""
        record = {
            "lineage": self.hash,
            "step": self.step,
            "code": self.code,
            "settings": self.settings,
            "inputs": self.inputs,
            "parents": self.parents,
            "datasets": self.datasets,
            "outputs": self.outputs,
        }
        record["digest"] = _digest(record)
        return json.dumps(record, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def _digest(record: Mapping[str, Any]) -> str:
    """SHA-256 of a record's content: what the lineage hash leaves out may not change either."""
    return hashlib.sha256(canonical_json(record).encode()).hexdigest()


def read_lineage(path: Path) -> Lineage:
    """The provenance record at `path`; DataError when it is missing or damaged.

    Publications hold older ones, without a digest of their own; a seal stands for them.
    """
    try:
        record = json.loads(read_file(path).decode("utf-8"))
        digest = record.pop("digest", None)
        intact = digest is None or digest == _digest(record)
        recorded = record.pop("lineage")
        lineage = Lineage(**{**record, "datasets": tuple(record["datasets"])})
        _check_kinds(lineage)
        intact = intact and lineage.hash == recorded
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise DataError(f"{path}: not a lineage record. Delete it and run `make` again.") from None
    if not intact:
        raise DataError(f"{path}: changed after it was written. Delete it and run `make` again.")
    return lineage


def _check_kinds(lineage: Lineage) -> None:
    """TypeError where a part of a record is of another kind than a step leaves."""
    hashes = (lineage.inputs, lineage.parents, lineage.outputs)
    texts = [lineage.step, lineage.code, *lineage.datasets]
    for part in (*hashes, lineage.settings):
        if not isinstance(part, dict):
            raise TypeError
    texts += [digest for part in hashes for digest in part.values()]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError


def changed_outputs(folder: Path, lineage: Lineage) -> list[str]:
    """The files in `folder` that are missing or no longer what the step wrote, sorted."""
    return [
        name
        for name, digest in sorted(lineage.outputs.items())
        if not (folder / name).is_file() or sha256_of(folder / name) != digest
    ]


def check_inputs(paths: Iterable[Path]) -> None:
    """Refuse an input that is not what the step that made it has left; DataError naming both.

    All files of that step count: one may be read beside the other. A file of `results/` must have a
    record beside it. What is kept elsewhere need not: margins are nobody's output, and the verdict
    on a frozen publication is the audit's.
    """
    for folder in sorted({path.parent for path in paths if not _is_frozen(path)}):
        provenance = folder / PROVENANCE
        if provenance.exists():
            lineage = read_lineage(provenance)
            for name in changed_outputs(folder, lineage):
                raise DataError(
                    f"{folder / name}: not what the step {lineage.step} wrote (SHA-256).\n"
                    "Run `make`: it makes the file again."
                )
        elif folder.parts[:1] == ("results",):
            raise DataError(f"{provenance}: missing; the step was cut short. Run `make` again.")


def _is_frozen(path: Path) -> bool:
    return path.parts[:1] == ("publications",)


def leave_lineage(
    step: str,
    folder: Path,
    *,
    code: str,
    settings: Mapping[str, Any],
    inputs: Mapping[str, Path],
    outputs: list[str],
    datasets: tuple[str, ...] = (),
) -> Lineage:
    """Write `folder/lineage.json` for the files `outputs` in `folder`.

    `inputs` maps a role ("answers", "margins") to a file. Where a record lies beside an input, its
    lineage hash becomes the parent of that role and its datasets are inherited. Raises DataError as
    `check_inputs` does: what was read at the beginning must still be there at the end.
    """
    check_inputs(inputs.values())
    parents: dict[str, str] = {}
    origin = set(datasets)
    for role, path in inputs.items():
        provenance = path.parent / PROVENANCE
        if provenance.exists():
            parent = read_lineage(provenance)
            parents[role] = parent.hash
            origin.update(parent.datasets)
    lineage = Lineage(
        step=step,
        code=code,
        settings=settings,
        inputs={role: sha256_of(path) for role, path in inputs.items()},
        parents=parents,
        outputs={name: sha256_of(folder / name) for name in sorted(outputs)},
        datasets=tuple(sorted(origin)),
    )
    write_atomically(folder / PROVENANCE, lineage.as_json())
    return lineage
