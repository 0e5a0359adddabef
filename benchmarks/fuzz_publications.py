"""Publications with random harm, each through one command: no traceback, no hang, no false VALID.

Each case is drawn from a seed: a publication, a file of it (or of the data, pointers and settings
beside it), the harm, whether its seal is made to fit again, and one command. The command runs in a
child process with bounds; a share runs as a real command. Nothing may end in an exception that
nobody handles, take 10 s or 1 GB, or write what steers a terminal; and where a sealed file is
another one, no command may take the publication for whole. One line a fault, then a tally; exit
code 1 when there was one.

    .venv/bin/python benchmarks/fuzz_publications.py                       # 2,000 cases
    .venv/bin/python benchmarks/fuzz_publications.py --cases 1 --from 381  # one of them again
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

# One BLAS thread: the child is a fork.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / part) for part in ("workflow", "tests", "tests/publications")]

from tampering.catalogue import KINDS  # noqa: E402
from tampering.model import Case, Kind  # noqa: E402
from tampering.reseal import seal_as  # noqa: E402
from tampering.run import Bench, Kept  # noqa: E402
from tampering.tree import Target  # noqa: E402

from bounded import Ended, call_command, fork_command  # noqa: E402
from harm import harm_file, replace_file  # noqa: E402
from readiness.publications.signing_keys import new_key  # noqa: E402

# docs/exit-codes.md, without the code for what nobody handles.
CODES = (0, 1, 2, 3, 4, 5, 6, 7)
ATTESTATION, SEAL = "attestation.jsonl", "seal.json"
KEY = "key.pem"
# The share of cases that are forged numbers and texts, for a rerun to see.
FORGED = 0.1
LARGE = 2**24


@dataclass(frozen=True)
class Shot:
    """One case: what was done to which publication, the command, how it ended."""

    number: int
    identity: str
    harm: str
    words: tuple[str, ...]
    ended: Ended
    faults: tuple[str, ...]

    def line(self) -> str:
        told = "; ".join(self.faults) or "right"
        return (
            f"{self.number:>5} {self.identity:<18} exit {self.ended.status} "
            f"{self.ended.seconds:.1f} s  {told}  [{self.harm} | {' '.join(self.words)}]"
        )


@dataclass
class Range:
    """A tree to harm, a folder beside it for what commands write, and the reruns made so far.

    Without a place to keep reruns nothing is forged.
    """

    bench: Bench
    beside: Path
    kept: Kept | None
    kinds: tuple[Kind, ...]
    numbers: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def at(cls, folder: Path, kept: Kept | None = None) -> Range:
        bench = Bench.at(folder / "tree")
        beside = folder / "beside"
        beside.mkdir()
        new_key(beside / KEY, bench.tree.root)
        forged = tuple(k for k in KINDS if k.level in (2, 3) and not k.fresh)
        ground = cls(bench, beside, kept, forged)
        for identity in bench.identities:
            rows = Target(bench.tree, identity, random.Random(0)).ledger()
            ground.numbers[identity] = [row["id"] for row in rows]
            attested = fork_command(
                ["attest", identity, "--key", str(beside / KEY)], bench.tree.root, beside / "log"
            )
            assert attested.status == 0, attested.said
        return ground

    def shoot(self, seed: int, number: int, real: float = 0.0) -> Shot:
        """The case of that number: harm, one command, and what is wrong with how it ended."""
        draw = random.Random(f"{seed} {number}")
        identity = draw.choice(self.bench.identities)
        target = Target(self.bench.tree, identity, draw)
        if self.kept and draw.random() < FORGED:
            return self._forged(self.kept, draw, number, identity)
        try:
            harm, broken = self._harm(target)
            words = self._command(target)
            run = call_command if draw.random() < real else fork_command
            ended = run(words, self.bench.tree.root, self.beside / "log")
            faults = ended.faults(CODES)
            if broken and ended.status == 0 and _rests_on(words, identity):
                faults.append("taken for whole, and a sealed file is another one")
            return Shot(number, identity, harm, tuple(words), ended, tuple(faults))
        finally:
            self.bench.tree.undo()

    def _forged(self, kept: Kept, draw: random.Random, number: int, identity: str) -> Shot:
        """A number or text of a publication that is sealed again: a rerun must not say VALID."""
        possible = [
            k for k in self.kinds if k.fits(Target(self.bench.tree, identity, random.Random(0)))
        ]
        kind = draw.choice(possible)
        case = Case(kind, identity, draw.getrandbits(32))
        level = kind.rerun or 2
        words = ["audit", identity, "--level", str(level), "--cores", "2"]
        with kept.used():
            # Makes the run again, once for all that are forged; the child inherits it.
            self.bench.untouched(identity, 3)
            try:
                # Signed is another seal.
                self.bench.tree.remove(f"publications/{identity}/{ATTESTATION}")
                made = case.make(self.bench.tree)
                ended = fork_command(words, self.bench.tree.root, self.beside / "log")
            finally:
                self.bench.tree.undo()
        faults = ended.faults(CODES)
        if ended.status != kind.codes[level]:
            faults.append(f"exit {ended.status} instead of {kind.codes[level]}")
        harm = f"{kind.name}: {made.what}"
        return Shot(number, identity, harm, tuple(words), ended, tuple(faults))

    def _harm(self, target: Target) -> tuple[str, bool]:
        """Harm one file; what was done, and whether a sealed file is another one for it."""
        draw, tree = target.draw, target.tree
        name = self._file(target)
        before = tree.read(name) if tree.has(name) else b""
        harms: list[str] = []
        if draw.random() < 0.15:
            tree.put(name, lambda path: harms.append(replace_file(draw, path)))
            harm = harms[0]
        else:
            harm, content = harm_file(draw, name, before)
            tree.write(name, content)
        sealed = name.startswith(f"{target.folder}/") and not name.endswith(ATTESTATION)
        plain = (tree.root / name).is_file() and (tree.root / name).stat().st_size < LARGE
        if sealed and plain and not name.endswith(SEAL) and draw.random() < 0.5:
            seal_as(target)
            return f"{name} {harm}, sealed again", False
        return f"{name} {harm}", sealed and not (plain and tree.read(name) == before)

    def _file(self, target: Target) -> str:
        draw, tree = target.draw, target.tree
        chance = draw.random()
        if chance < 0.55:
            return target.name(draw.choice(target.files()))
        if chance < 0.68:
            return target.name("seal.json")
        if chance < 0.76:
            return target.name(ATTESTATION)
        names = [f"data/{name}" for name in tree.files("data")]
        names += [".dvc/config", "config.yaml", "requirements.lock"]
        names += [f"publications/{n}" for n in tree.files("publications") if "/" not in n]
        return draw.choice(names)

    def _command(self, target: Target) -> list[str]:
        """One command with options, drawn."""
        draw, identity = target.draw, target.identity
        number = draw.choice(self.numbers[identity])
        out = self.beside
        key, public = str(out / KEY), str(out / KEY) + ".pub"
        more = [
            [],
            [],
            ["--json"],
            ["--html", str(out / "a.html")],
            ["--html", str(out / "a.html"), "--language", draw.choice(["en", "fr"])],
            ["--html", str(out / "a.html"), "--language", "ar"],
        ]
        version = draw.choice(["canteen-2025@1", "canteen-2025-sample@1", "menus-2023-claims@1"])
        return draw.choice(
            [
                ["audit", identity, "--level", "0", *draw.choice(more)],
                ["audit", identity, "--level", "1", *draw.choice(more)],
                ["audit", identity, "--level", "1", *draw.choice(more)],
                ["audit", "--level", "0"],
                ["audit", "--level", "1", "--json"],
                ["audit", identity, "--level", "0", "--key", public],
                ["which", f"{identity}/{number}"],
                ["which", number, "--json"],
                ["which", number.partition(".")[0]],
                ["affected", version],
                ["affected", version, "--json"],
                ["bundle", identity, "--to", str(out / "bundle.zip")],
                ["attest", identity, "--key", key],
                ["data", "verify"],
                ["data", "list"],
            ]
        )


def _rests_on(words: list[str], identity: str) -> bool:
    """Whether a command must not end with 0 where a sealed file of the publication is another."""
    if words[0] in ("data",):
        return False
    if words[0] == "which":
        return words[1].startswith(f"{identity}/")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--from", dest="first", type=int, default=0, help="which case first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--commands", type=float, default=0.03, help="share of real commands")
    parser.add_argument("--no-rerun", action="store_true", help="nothing that levels 2 and 3 see")
    parser.add_argument("--verbose", action="store_true", help="a line a case, and what it said")
    arguments = parser.parse_args()
    began = time.monotonic()
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, Kept() as kept:
        ground = Range.at(Path(folder), None if arguments.no_rerun else kept)
        for number in range(arguments.first, arguments.first + arguments.cases):
            one = ground.shoot(arguments.seed, number, arguments.commands)
            tally[f"exit {one.ended.status}"] += 1
            tally["faults"] += bool(one.faults)
            if one.faults or arguments.verbose:
                print(one.line(), flush=True)
            if arguments.verbose:
                print(one.ended.said[:4000])
    told = ", ".join(f"{count} {name}" for name, count in sorted(tally.items()))
    print(f"{arguments.cases} cases: {told}; {time.monotonic() - began:.0f} s")
    return int(tally["faults"] > 0)


if __name__ == "__main__":
    sys.exit(main())
