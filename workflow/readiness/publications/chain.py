"""The chain of steps behind a register: are their records fresh, and where do two diverge?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from readiness.ground.errors import DataError
from readiness.ground.facts import Fact, Listed
from readiness.ground.files import files_below
from readiness.provenance.closure import closure, code_hash
from readiness.provenance.digests import sha256_of
from readiness.provenance.records import Lineage, changed_outputs, read_lineage
from readiness.provenance.results_folder import PROVENANCE

# Provenance records by step: `validate`, `weight`, ...; `restore-<dataset>@<version>` for data.
Chain = Mapping[str, Lineage]

RESTORE = "restore-"
REGISTER = "register"
ATTACKED = "attack"
MOST_STEPS = 200


def step_folders(results: Path, run: str, datasets: Iterable[str]) -> dict[str, Path]:
    """The folder of each finished step of a run (`waves/NAME`): `report/fr` is step `report-fr`."""
    folders = {f"{RESTORE}{n}": results.joinpath("inputs", *n.split("@")) for n in datasets}
    home = results / run
    for provenance in sorted([*home.glob(f"*/{PROVENANCE}"), *home.glob(f"*/*/{PROVENANCE}")]):
        # On these no publication rests: it compares publications; it tells of answers; it judges
        # a register before it leaves; it tells of what is hidden.
        if provenance.parent.name not in ("reproduce", "faults", ATTACKED, "disclosure"):
            folders["-".join(provenance.parent.relative_to(home).parts)] = provenance.parent
    return folders


def read_chain(folders: Mapping[str, Path]) -> dict[str, Lineage]:
    """The records of these steps, in the order in which the steps depend on each other."""
    return sort_chain({step: read_lineage(folder / PROVENANCE) for step, folder in folders.items()})


def frozen_chain(folder: Path) -> dict[str, Lineage]:
    """The provenance records that a publication keeps, in order."""
    home = folder / "lineage"
    files = [p for p in files_below(folder) if p.parent == home and p.suffix == ".json"]
    if len(files) > MOST_STEPS:
        raise DataError(
            f"{home}: {len(files)} provenance records; a publication can have at most {MOST_STEPS}."
        )
    return sort_chain({path.stem: read_lineage(path) for path in files})


def sort_chain(chain: Chain) -> dict[str, Lineage]:
    """The same chain, each step after those that made its inputs; ties by name."""
    owner = {lineage.hash: step for step, lineage in chain.items()}
    done: dict[str, Lineage] = {}

    def visit(step: str) -> None:
        if step in done:
            return
        for parent in sorted(set(chain[step].parents.values())):
            if parent in owner:
                visit(owner[parent])
        done[step] = chain[step]

    for step in sorted(chain):
        visit(step)
    return done


def ancestors(chain: Chain, hashes: Iterable[str]) -> list[str]:
    """The steps with these lineage hashes and all steps before them, in the chain's order."""
    owner = {lineage.hash: step for step, lineage in chain.items()}
    waiting = [owner[name] for name in hashes if name in owner]
    found: set[str] = set()
    while waiting:
        step = waiting.pop()
        if step not in found:
            found.add(step)
            waiting += [owner[p] for p in chain[step].parents.values() if p in owner]
    return [step for step in chain if step in found]


def code_today(step: str) -> str:
    """Today's code hash of a step, by the name in its record; "" when there is no such step."""
    module = f"readiness.steps.{step.replace('-', '_')}"
    return code_hash(module) if closure(module) else ""


def stale(
    results: Path, folders: Mapping[str, Path], chain: Chain, files: Mapping[str, Path]
) -> Iterator[str]:
    """Each thing in which a finished run is no longer what its provenance records say, in one line.

    `results` is the folder of all results, `folders` are those of the run's steps, `files` the
    inputs that no step made, by role: questionnaire, margins, ...
    """
    known = {lineage.hash for lineage in chain.values()}
    for step, lineage in chain.items():
        for name in changed_outputs(folders[step], lineage, results):
            yield f"{folders[step] / name}: changed after it was made"
        if lineage.code != code_today(lineage.step):
            yield f"{folders[step]}: made by other code than today's"
        for role, digest in lineage.inputs.items():
            if (parent := lineage.parents.get(role)) is not None:
                if parent not in known:
                    yield f"{folders[step]}: made from another {role} than the present one"
            elif role in files and sha256_of(files[role]) != digest:
                yield f"{folders[step]}: made from another {files[role]}"


def refuse_stale(
    results: Path, folders: Mapping[str, Path], chain: Chain, files: Mapping[str, Path]
) -> None:
    """DataError naming the first stale result."""
    for fault in stale(results, folders, chain, files):
        raise DataError(f"{fault}. Delete the folder, run `make`, then freeze again.")


STEP_KINDS = tuple(
    f"audit.step.{name}"
    for name in (
        *("restore", "validate", "derive", "scale", "weight", "estimate", "compare", "judge"),
        *("register", "nonresponse", "draw", "tables", "report"),
    )
)
ENVIRONMENT_ALONE = (Fact("verdict.page.column.environment"),)


@dataclass(frozen=True)
class Divergence:
    """The first step whose outputs are other ones, and what of it changed.

    `causes` are facts: data with roles, settings with keys, code, or else the environment.
    """

    step: str
    causes: tuple[Fact, ...]

    @property
    def step_name(self) -> Fact | str:
        """The step by its name in the chain and in words, where it is one that has words."""
        kind = "restore" if self.step.startswith(RESTORE) else self.step.partition("-")[0]
        known = f"audit.step.{kind}"
        return Fact(known, {"name": self.step}) if known in STEP_KINDS else self.step

    @property
    def fact(self) -> Fact:
        """Where the chains diverge, and what changed there."""
        return Fact(
            "audit.diverges.changed", {"step": self.step_name, "causes": Listed(self.causes)}
        )


def first_divergence(frozen: Chain, present: Chain) -> Divergence | None:
    """Where two chains diverge: the first step, in order, whose outputs differ, or None."""
    for step, before in frozen.items():
        after = present.get(step)
        if after is None or after.outputs != before.outputs:
            return Divergence(step, tuple(_find_causes(step, before, after)))
    return None


def _find_causes(step: str, before: Lineage, after: Lineage | None) -> Iterator[Fact]:
    if after is None:
        yield Fact("audit.cause.not_run")
        return
    if step.startswith(RESTORE):
        # What is restored is what the version's hashes name, unless it is the code that strays.
        moved_code = before.code != after.code and before.settings == after.settings
        yield Fact("verdict.page.column.code") if moved_code else Fact("numbers.data")
        return
    if moved := _find_moved(before.inputs, after.inputs):
        yield Fact("audit.cause.roles", {"roles": Listed(moved, "comma")})
    if other := _find_moved(before.settings, after.settings):
        yield Fact("audit.cause.settings", {"keys": Listed(other, "comma")})
    if before.code != after.code:
        yield Fact("verdict.page.column.code")
    elif not moved and not other:
        yield from ENVIRONMENT_ALONE


def _find_moved(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[str, ...]:
    names = sorted(before.keys() | after.keys())
    return tuple(name for name in names if before.get(name) != after.get(name))
