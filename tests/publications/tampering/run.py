"""Making single changes in a tree, one at a time, and judging what an audit says of each.

A forged number, chart or page changes nothing that goes into the run which makes it again. So a
run is made once, for real, and compared with every forgery. Whatever goes in is in its key: where
the configuration, the data, the inputs, the archive or the tree's code is another one, it is made
again.
"""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

from released_tree import DRAFT, released_root

from project_copy import Project
from readiness.datasets.versions import read_versions
from readiness.publications.audit import again as room
from readiness.publications.ledger import CONFIG, DATASETS, INPUTS, read_inputs
from readiness.publications.program import ENVIRONMENT, environment_text
from tampering.catalogue import KINDS
from tampering.model import Case, Judged, draw_cases, find_faults
from tampering.reseal import reseal
from tampering.tree import Target, Tree, pull


@dataclass
class Kept:
    """The reruns made so far; `real` is the program's own way to make one."""

    real: Any = room.rerun
    made: dict[str, Any] = field(default_factory=dict)
    held: ExitStack = field(default_factory=ExitStack)

    @contextmanager
    def rerun(
        self, folder: Path, run: str, objects: Any, inputs: Any, reports: Any, **how: Any
    ) -> Iterator[Any]:
        how["report"] = True  # once made, the run serves every level
        key = _hash_inputs(folder, run, objects, reports)
        if key not in self.made:
            again = self.real(folder, run, objects, inputs, reports, **how)
            self.made[key] = self.held.enter_context(again)
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


def _hash_inputs(folder: Path, run: str, objects: Any, reports: Any) -> str:
    root = folder.parents[1]
    digest = hashlib.sha256(repr((folder.name, run, sorted(reports.items()))).encode())
    names = [folder / name for name in (CONFIG, DATASETS, INPUTS)]
    names += [Path(path) for _, path in sorted(objects.items(), key=lambda pair: str(pair))]
    names += [root / path for path in read_inputs(folder)]
    names += sorted((root / "workflow").rglob("*"))
    for path in names:
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@dataclass
class Bench:
    """A tree with what its audits say while it is untouched, by publication and level.

    `kept` holds what was run again, for all changes that a run does not read.
    """

    tree: Tree
    known: dict[tuple[str, int], tuple[int, str]] = field(default_factory=dict)
    kept: Kept = field(default_factory=Kept)

    @classmethod
    def at(cls, folder: Path, kept: Kept | None = None) -> Bench:
        """A copy of the project at `folder`, with every dataset pulled to every place.

        As if its publications had been sealed in this environment: another Python changes nothing
        that is looked at here.
        """
        root = Project(released_root()).copy(folder).root
        shutil.rmtree(root / "publications" / DRAFT)
        pull(root, read_versions(root))
        bench = cls(Tree(root), kept=kept or Kept())
        present = environment_text().encode()
        for identity in bench.identities:
            target = Target(bench.tree, identity, random.Random(0))
            if bench.tree.read(target.name(ENVIRONMENT)) != present:
                reseal(target, {ENVIRONMENT: present})
        bench.tree.before.clear()
        return bench

    @property
    def identities(self) -> list[str]:
        return sorted(path.parent.name for path in self.tree.root.glob("publications/*/seal.json"))

    def untouched(self, identity: str, level: int) -> tuple[int, str]:
        key = (identity, level)
        if key not in self.known:
            with self.kept.used():
                self.known[key] = self.tree.audit(identity, level)
        return self.known[key]

    def judge(self, case: Case, levels: Sequence[int]) -> list[Judged]:
        """One change, audited at some levels, and undone."""
        kind = case.kind
        identity = "" if kind.every else case.identity
        before = {level: self.untouched(identity, level) for level in levels}
        try:
            made = case.make(self.tree)
            found = []
            for level in levels:
                with self.kept.used():
                    said = self.tree.audit(identity, level, own_program=kind.program)
                wrong = find_faults(kind, made, level, said, before[level])
                found.append(Judged(case, made, level, said[0], tuple(wrong)))
            return found
        finally:
            self.tree.undo()

    def draw(self, count: int, seed: int, *, programs: bool = True) -> list[Case]:
        """`count` changes of every kind, or of every kind that this program can audit itself."""
        kinds = tuple(kind for kind in KINDS if programs or not kind.program)
        return draw_cases(kinds, self.tree, self.identities, count, seed)
