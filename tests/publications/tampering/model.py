"""What a kind of change is, and whether an audit said of one what the table promises."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tampering.tree import Change, Made, Target, Tree

BROKEN, CHANGED, NOTHING = "SEAL BROKEN", "CHANGED", "nothing"
DATA = ("DATA MISSING", "DATA ERASED", "DATA RESTRICTED")
# How a line of an audit that tells of a problem begins.
SAID = (BROKEN, "DIFFERS", CHANGED, *DATA, "NOT CHECKED", "WITHIN ROUNDING")


def is_revised(target: Target) -> bool:
    """Whether another publication has read its ledger."""
    names = [n for n in target.tree.files("publications") if n.endswith("/inputs.csv")]
    return any(f"{target.folder}/" in target.tree.text(f"publications/{n}") for n in names)


# To which publications a kind of change can happen, by the table's word for it.
FITS: dict[str, Callable[[Target], bool]] = {
    "": lambda target: True,
    "wave": lambda target: target.wave,
    "study": lambda target: not target.wave,
    "revising": lambda target: any(p.startswith("publications/") for p in target.inputs()),
    "unrevised": lambda target: not is_revised(target),
}


@dataclass(frozen=True)
class Kind:
    """One kind of change, and what the audit must make of it.

    `codes` are the exit codes at levels 0 to 3; `verdict` how the lines begin that tell of it, from
    `level` on (None: no line ever does); `place` what they name, in words. `also` are verdicts that
    follow from the change and may stand beside it. `program`: whether the tree's own program audits
    it, for it is what was changed; `fresh` whether it changes what goes into the run that makes the
    numbers again; `every` whether the audit is that of all publications, none named.
    """

    name: str
    what: str
    level: int | None
    verdict: str
    codes: tuple[int, ...]
    place: str
    change: Change
    fits: Callable[[Target], bool]
    also: tuple[str, ...]
    program: bool
    fresh: bool
    every: bool

    @classmethod
    def from_row(cls, row: Mapping[str, str], change: Change) -> Kind:
        """The kind of a row of the table."""
        flags = row["flags"].split()
        return cls(
            name=row["name"],
            what=row["what"],
            level=int(row["level"]) if row["level"] else None,
            verdict=row["verdict"],
            codes=tuple(map(int, row["codes"].split())),
            place=row["place"],
            change=change,
            fits=FITS[row["fits"]],
            also=tuple(row["also"].split("; ")) if row["also"] else (),
            program="program" in flags,
            fresh="fresh" in flags,
            every="every" in flags,
        )

    @property
    def rerun(self) -> int | None:
        """The level at which a rerun has more to say than levels 0 and 1; None when never.

        That is 3 when charts and pages are meant, else 2.
        """
        if self.codes[1] != self.codes[2] or self.level == 2:
            return 2
        if self.codes[2] != self.codes[3]:
            return 3
        # Code and configuration of today: a rerun must show that no number moves.
        return 2 if self.level == 0 and self.verdict == CHANGED else None


@dataclass(frozen=True)
class Case:
    """One single change, drawn from a seed."""

    kind: Kind
    identity: str
    seed: int

    def make(self, tree: Tree) -> Made:
        return self.kind.change(self.target(tree))

    def target(self, tree: Tree) -> Target:
        return Target(tree, self.identity, random.Random(self.seed))


@dataclass(frozen=True)
class Judged:
    """One audit of a changed tree: what was done, what it said, and what is wrong with that."""

    case: Case
    made: Made
    level: int
    status: int
    faults: tuple[str, ...]

    def line(self) -> str:
        what = " ".join(self.made.what.split())
        told = "right" if not self.faults else "WRONG: " + "; ".join(self.faults)
        return (
            f"{self.case.kind.name:<28} {self.case.identity:<18} level {self.level} "
            f"exit {self.status}  {told}  [{what}]"
        )


def list_problems(page: str) -> list[str]:
    """The lines of an audit that tell of a problem, blanks evened out."""
    lines = [" ".join(line.split()) for line in page.splitlines()[1:]]
    return [line for line in lines if line.startswith(SAID)]


def find_faults(
    kind: Kind, made: Made, level: int, found: tuple[int, str], untouched: tuple[int, str]
) -> list[str]:
    """In what an audit of the changed tree is not what the table promises.

    It is compared with the audit of the untouched tree at the same level: below the kind's level
    both must say the same; from there on it must name every place with the kind's verdict, and at
    levels 0 and 1, where nothing follows from anything, no place besides.
    """
    status, page = found
    wrong = []
    expected = max(kind.codes[level], untouched[0], key=(0, 2, 1, 3).index)
    if status != expected:
        wrong.append(f"exit {status} instead of {expected}")
    if "Traceback" in page:
        wrong.append("a traceback")
    before = list_problems(untouched[1])
    new = [line for line in list_problems(page) if line not in before]
    if kind.level is None or level < kind.level:
        early = CHANGED if CHANGED in kind.also else NOTHING
        wrong += [f"said without need: {line}" for line in new if not line.startswith(early)]
        return wrong
    lines = [" ".join(line.split()) for line in page.splitlines()]
    everything = [line for line in lines if line.startswith("diverges")] + list_problems(page)
    for place in (*made.places, *(made.later if level >= 2 else ())):
        if not any(place in line for line in everything):
            wrong.append(f"{place!r} is not named")
    told = [line for line in list_problems(page) if line.startswith(kind.verdict)]
    if not told:
        wrong.append(f"no line says {kind.verdict}")
    # What runs again may differ in turn, and where the seal is broken in any way.
    allowed = SAID if kind.verdict == BROKEN and level >= 2 else (kind.verdict, *kind.also)
    near = [place.partition(": ")[0] for place in made.places]
    # A contradiction has two ends, and what was read of one publication is that of another.
    anywhere = kind.every or (kind.verdict == BROKEN and kind.level == 1)
    for line in new:
        if not line.startswith(allowed):
            wrong.append(f"said without need: {line}")
        elif level < 2 and not anywhere and not any(place in line for place in near):
            wrong.append(f"names another place: {line}")
    return wrong


def list_applicable(
    kinds: tuple[Kind, ...], tree: Tree, identities: list[str]
) -> list[tuple[Kind, str]]:
    """Every kind with every publication that it can happen to."""
    return [
        (kind, identity)
        for kind in kinds
        for identity in identities
        if kind.fits(Target(tree, identity, random.Random(0)))
    ]


def draw_cases(
    kinds: tuple[Kind, ...], tree: Tree, identities: list[str], count: int, seed: int
) -> list[Case]:
    """`count` single changes from a seed: every kind in turn, in any order, and its target."""
    draw = random.Random(seed)
    targets: dict[str, list[str]] = {}
    for kind, identity in list_applicable(kinds, tree, identities):
        targets.setdefault(kind.name, []).append(identity)
    possible = [kind for kind in kinds if kind.name in targets]
    cases: list[Case] = []
    while len(cases) < count:
        for kind in draw.sample(possible, len(possible)):
            cases.append(Case(kind, draw.choice(targets[kind.name]), draw.getrandbits(32)))
    return cases[:count]
