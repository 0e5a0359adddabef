"""Provenance records of the steps behind a register: read, order, check and compare them."""

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
    """Return the results folder of each finished step of a run, by step name.

    `run` is a folder below `results`, such as `waves/NAME`; its folder `report/fr` belongs to step
    `report-fr`. Each dataset adds a step `restore-<dataset>@<version>`.
    """
    folders = {
        f"{RESTORE}{version}": results.joinpath("inputs", *version.split("@"))
        for version in datasets
    }
    run_folder = results / run
    for provenance in sorted(
        [*run_folder.glob(f"*/{PROVENANCE}"), *run_folder.glob(f"*/*/{PROVENANCE}")]
    ):
        # No publication rests on these steps: they compare publications, list faulty answers,
        # attack the register before release, and report on suppressed cells.
        if provenance.parent.name not in ("reproduce", "faults", ATTACKED, "disclosure"):
            folders["-".join(provenance.parent.relative_to(run_folder).parts)] = provenance.parent
    return folders


def read_chain(folders: Mapping[str, Path]) -> dict[str, Lineage]:
    """Read the provenance records of these steps; each step follows the steps it depends on.

    Raises DataError when a record cannot be read.
    """
    return sort_chain({step: read_lineage(folder / PROVENANCE) for step, folder in folders.items()})


def frozen_chain(folder: Path) -> dict[str, Lineage]:
    """Read the provenance records in a publication's folder, sorted as by `sort_chain`.

    Raises DataError when there are more than `MOST_STEPS` records or one cannot be read.
    """
    records_folder = folder / "lineage"
    files = [p for p in files_below(folder) if p.parent == records_folder and p.suffix == ".json"]
    if len(files) > MOST_STEPS:
        raise DataError(
            f"{records_folder}: {len(files)} provenance records; a publication can have at most "
            f"{MOST_STEPS}."
        )
    return sort_chain({path.stem: read_lineage(path) for path in files})


def sort_chain(chain: Chain) -> dict[str, Lineage]:
    """Return the chain sorted so that each step follows the steps of its inputs; ties by name."""
    step_by_hash = {lineage.hash: step for step, lineage in chain.items()}
    sorted_steps: dict[str, Lineage] = {}

    def visit(step: str) -> None:
        if step in sorted_steps:
            return
        for parent in sorted(set(chain[step].parents.values())):
            if parent in step_by_hash:
                visit(step_by_hash[parent])
        sorted_steps[step] = chain[step]

    for step in sorted(chain):
        visit(step)
    return sorted_steps


def ancestors(chain: Chain, hashes: Iterable[str]) -> list[str]:
    """Return the steps with these lineage hashes and all their ancestors, in the chain's order."""
    step_by_hash = {lineage.hash: step for step, lineage in chain.items()}
    waiting = [step_by_hash[name] for name in hashes if name in step_by_hash]
    reached_steps: set[str] = set()
    while waiting:
        step = waiting.pop()
        if step not in reached_steps:
            reached_steps.add(step)
            waiting += [step_by_hash[p] for p in chain[step].parents.values() if p in step_by_hash]
    return [step for step in chain if step in reached_steps]


def code_today(step: str) -> str:
    """Return the hash of a step's present code; "" when the program has no step of this name."""
    module = f"readiness.steps.{step.replace('-', '_')}"
    return code_hash(module) if closure(module) else ""


def stale(
    results: Path, folders: Mapping[str, Path], chain: Chain, files: Mapping[str, Path]
) -> Iterator[str]:
    """Yield a line for each difference between a finished run and its provenance records.

    A difference is a changed output, changed code, or a changed input. `results` is the folder of
    all results, `folders` has the folder of each step, `files` the input files that no step wrote,
    by role (questionnaire, margins, ...).
    """
    known_hashes = {lineage.hash for lineage in chain.values()}
    for step, lineage in chain.items():
        for name in changed_outputs(folders[step], lineage, results):
            yield f"{folders[step] / name}: changed after it was made"
        if lineage.code != code_today(lineage.step):
            yield f"{folders[step]}: made by other code than today's"
        for role, digest in lineage.inputs.items():
            if (parent := lineage.parents.get(role)) is not None:
                if parent not in known_hashes:
                    yield f"{folders[step]}: made from another {role} than the present one"
            elif role in files and sha256_of(files[role]) != digest:
                yield f"{folders[step]}: made from another {files[role]}"


def refuse_stale(
    results: Path, folders: Mapping[str, Path], chain: Chain, files: Mapping[str, Path]
) -> None:
    """Raise DataError for the first line of `stale`, if there is one."""
    for fault in stale(results, folders, chain, files):
        raise DataError(f"{fault}. Delete the folder, run `make`, then freeze again.")


# The role of the ledger among the inputs of the register.
SEALED_LEDGER = "sealed"
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
    """The first step whose outputs differ between two chains, and the causes.

    `causes` are facts: data with roles, settings with keys, code, or else the environment.
    """

    step: str
    causes: tuple[Fact, ...]

    @property
    def step_name(self) -> Fact | str:
        """Step name as a fact with its catalogue text, or the bare name where no text exists."""
        kind = "restore" if self.step.startswith(RESTORE) else self.step.partition("-")[0]
        catalogue_key = f"audit.step.{kind}"
        return (
            Fact(catalogue_key, {"name": self.step}) if catalogue_key in STEP_KINDS else self.step
        )

    @property
    def fact(self) -> Fact:
        """The message that names the first step with other outputs, and the causes."""
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
        # Restored data have the hashes of their version. So other data mean another version, unless
        # only the code of this step differs.
        moved_code = before.code != after.code and before.settings == after.settings
        yield Fact("verdict.page.column.code") if moved_code else Fact("numbers.data")
        return
    # A rerun by another program reads the ledger to see what is withheld: that is not the data.
    moved = tuple(
        role for role in _find_moved(before.inputs, after.inputs) if role != SEALED_LEDGER
    )
    if moved:
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
