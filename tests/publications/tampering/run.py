"""Making single changes in a tree, one at a time, and judging what an audit says of each."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from released_tree import DRAFT, released_root

from project_copy import Project
from readiness.datasets.versions import read_versions
from readiness.publications.environment import ENVIRONMENT, environment_text
from tampering.catalogue import KINDS
from tampering.kept import Kept
from tampering.machine import canary
from tampering.model import Case, Judged, applicable, drawn, faults
from tampering.reseal import reseal
from tampering.tree import Target, Tree, pull


@dataclass
class Bench:
    """A tree with what its audits say while it is untouched, by publication, level and code.

    `kept` holds what was run again, for all changes that a run does not read.
    """

    tree: Tree
    known: dict[tuple[str, int, str], tuple[int, str]] = field(default_factory=dict)
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

    def untouched(self, identity: str, level: int, code: str) -> tuple[int, str]:
        key = (identity, level, code)
        if key not in self.known:
            with self.kept.used():
                self.known[key] = self.tree.audit(identity, level, code)
        return self.known[key]

    def judge(self, case: Case, levels: Sequence[int], code: str = "") -> list[Judged]:
        """One change, audited at some levels, and undone; `code` when not that of its kind."""
        kind = case.kind
        code = code or kind.code
        identity = "" if kind.every else case.identity
        before = {level: self.untouched(identity, level, code) for level in levels}
        try:
            made = case.make(self.tree)
            found = []
            for level in levels:
                if kind.command == "audit":
                    with self.kept.used():
                        said = self.tree.audit(identity, level, code, own_program=kind.program)
                else:
                    key = self.tree.root.parent / "signer.pem.pub"
                    said = self.tree.said([kind.command, identity, "--key", str(key)])
                wrong = faults(kind, made, level, said, before[level])
                if canary(case.target(self.tree)).exists():
                    canary(case.target(self.tree)).unlink()
                    wrong.append("a file of the folder was run")
                found.append(Judged(case, made, level, said[0], tuple(wrong)))
            return found
        finally:
            self.tree.undo()

    def draw(self, count: int, seed: int, *, programs: bool = True) -> list[Case]:
        """`count` changes of every kind, or of every kind that this program can audit itself."""
        kinds = tuple(kind for kind in KINDS if programs or not kind.program)
        return drawn(kinds, self.tree, self.identities, count, seed)

    def each(self) -> list[Case]:
        """Every kind once for every publication that it can happen to."""
        return [
            Case(kind, identity, k)
            for k, (kind, identity) in enumerate(applicable(KINDS, self.tree, self.identities))
        ]
