"""Reruns that are kept: a run is made again once for all changes that it does not read.

A forged number, chart or page changes nothing that goes into the run which makes it again. So the
run is made once, for real, and compared with every forgery. Whatever goes in is in the key: where
the configuration, the data, the inputs, the archive or the tree's code is another one, the run is
made again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from readiness.publications.audit import rerun as room
from readiness.publications.ledger import CONFIG, DATASETS, INPUTS, read_inputs
from readiness.publications.program import ARCHIVE

PROJECT = ("workflow", "reports", "profiles", "Snakefile", "requirements.lock", "report.qmd")


@dataclass
class Kept:
    """The reruns made so far; `real` is the program's own way to make one."""

    real: Any = room.rerun
    made: dict[str, Any] = field(default_factory=dict)
    held: ExitStack = field(default_factory=ExitStack)

    @contextmanager
    def rerun(self, root: Path, folder: Path, run: str, objects: Any, **how: Any) -> Iterator[Any]:
        how["report"] = True  # once made, the run serves every level
        key = _key(root, folder, run, objects, how["frozen"])
        if key not in self.made:
            self.made[key] = self.held.enter_context(self.real(root, folder, run, objects, **how))
        yield self.made[key]

    def __enter__(self) -> Kept:
        """Their folders last until the end of this context."""
        return self

    def __exit__(self, *_: object) -> None:
        self.held.close()

    @contextmanager
    def used(self) -> Iterator[None]:
        """As long as this lasts, audits in this process use them."""
        with mock.patch.object(room, "rerun", self.rerun):
            yield


def _key(root: Path, folder: Path, run: str, objects: Any, frozen: bool) -> str:
    digest = hashlib.sha256(repr((folder.name, run, frozen)).encode())
    names = [folder / name for name in (CONFIG, DATASETS, INPUTS)]
    names += [Path(path) for _, path in sorted(objects.items(), key=lambda pair: str(pair))]
    names += [root / path for path in read_inputs(folder)]
    if frozen:
        names.append(folder / ARCHIVE)
    else:
        for name in PROJECT:
            top = root / name
            names += sorted(top.rglob("*")) if top.is_dir() else [top]
    for path in names:
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
