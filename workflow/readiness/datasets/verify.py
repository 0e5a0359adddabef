"""Verify every copy of a version, and erase versions.

A version must be whole in each remote, unless it is restricted; an erased one, after a respondent
withdrew, must be nowhere. Other places of this machine may lack a version, but must not hold a
damaged copy. An erasure leaves pointer and row, which hold no answer; the tombstone is written
last, so that an interrupted erasure can be repeated.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from readiness.datasets import store
from readiness.datasets.places import local_remotes
from readiness.datasets.pointers import ABSENT, check_pointer, fault_if_there, say_fault
from readiness.datasets.versions import (
    ERASED,
    RAW,
    VERSIONS,
    Version,
    append_versions,
    changing_versions,
    one_line,
    read_versions,
    register_line,
)
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.facts import Fact
from readiness.provenance.results_folder import PRIVATE, PROVENANCE, RESULTS

RIGHT = "right"


def find_unused(root: Path) -> Iterator[str]:
    """Yield a line for each file of `data/raw` that no run reads, with the command that registers
    it.

    Such a file differs from its pointer, or was never registered.
    """
    versions = read_versions(root)
    registered = {version.pointer_path: version for version in versions.values()}
    for place in sorted(
        {p.with_suffix("") for p in (root / RAW).glob("*/*.csv.dvc")}
        | set((root / RAW).glob("*/*.csv"))
    ):
        file = place.relative_to(root)
        if (version := registered.get(file.with_name(f"{file.name}.dvc"))) is None:
            line = register_line(root, file, file.parent.name, file.stem)
            yield f"{file}: is not used, for nobody registered it. Register it: {line}"
        elif not version.is_erased and fault_if_there(place, version) not in (None, ABSENT):
            reason = "its pointer names other bytes. Register it: "
            reason += register_line(root, file, version.dataset)
            for other in versions.values():
                if fault_if_there(place, other) is None:
                    reason = f"it holds {other.name}. readiness data get {version.name} --force"
            yield f"{file}: is not used, for {reason}"


@dataclass(frozen=True)
class CopyFinding:
    """State of a version ("": of a whole remote) in one place; `where`: path of its object."""

    version: str
    place: str
    state: str
    where: str
    is_fault: bool

    def __str__(self) -> str:
        return "  ".join(part for part in (self.version, self.place, self.state) if part)


def _judge_object(version: Version, place: str, fault: Fact | None, where: str) -> CopyFinding:
    """Return the finding for an object with a `fault` (None: right, `ABSENT`: missing)."""
    if version.is_erased:
        is_right = fault == ABSENT
        state = "gone, as it must be: erased" if is_right else "still there, though it was erased"
    elif fault == ABSENT:
        is_right = version.is_restricted
        state = "missing (restricted)" if is_right else "missing"
    else:
        is_right, state = not fault, f"damaged: {say_fault(fault)}" if fault else RIGHT
    return CopyFinding(version.name, place, state, where, not is_right)


def verify(root: Path) -> Iterator[CopyFinding]:
    """Hash every object of every version in every place; yield one finding each.

    Files in a folder remote or below `data/raw` without a row are reported, too. An unreachable
    remote is one finding and is asked only once. Raises DataError when the register cannot be read.
    """
    versions = read_versions(root)
    unreachable: set[str] = set()
    with store.Remotes(root) as opened:
        for version in versions.values():
            has_copy = False
            for finding in _verify_copies(root, version, opened, unreachable):
                has_copy |= bool(finding.version)  # otherwise the finding is about a whole remote
                yield finding
            asked_all = not unreachable and opened.addresses
            if not has_copy and not asked_all and not (version.is_restricted or version.is_erased):
                yield CopyFinding(version.name, "", "in no place of this machine", "", True)
    yield from _find_unregistered(root, versions)


def _verify_copies(
    root: Path, version: Version, opened: store.Remotes, unreachable: set[str]
) -> Iterator[CopyFinding]:
    try:
        check_pointer(root, version)
    except DataError as error:
        yield CopyFinding(version.name, "pointer", str(error), str(version.pointer_path), True)
    for name in opened.addresses:
        if name in unreachable:
            continue
        try:
            fault = opened.fault(name, version)
        except store.UnreachableError as error:
            unreachable.add(name)
            yield CopyFinding("", "", str(error).rstrip("."), opened.addresses[name], True)
            continue
        yield _judge_object(version, f"remote {name}", fault, opened.address(name, version))
    for place, path in store.copies_beside_remotes(root, version).items():
        fault = fault_if_there(path, version)
        if fault != ABSENT:
            yield _judge_object(version, place, fault, str(path))
    if version.is_erased:
        for path in store.stray_copies(root, version):
            yield _judge_object(version, store.show_path(path, root), None, str(path))


def _find_unregistered(root: Path, versions: dict[str, Version]) -> Iterator[CopyFinding]:
    """Yield pointers and objects without a row in the register; a remote may be a shared one."""
    pointers = {version.pointer_path for version in versions.values()}
    for path in sorted((root / RAW).rglob("*.csv.dvc")):
        pointer = path.relative_to(root)
        if pointer not in pointers:
            yield CopyFinding("", "pointer", f"{pointer}: no row of {VERSIONS}", str(path), True)
    objects = {version.object_name for version in versions.values()}
    for name, folder in local_remotes(root).items():
        for path in sorted(folder.glob("files/md5/??/*")):
            stored = path.relative_to(folder).as_posix()
            if stored not in objects:
                state = f"{stored}: no row of {VERSIONS}"
                yield CopyFinding("", f"remote {name}", state, str(path), False)


@dataclass
class Erasure:
    """Paths removed, and copies left for people to remove."""

    removed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def erase_versions(root: Path, names: Sequence[str], reason: str) -> Erasure:
    """Remove the bytes of the versions from every reachable place, and register the erasure.

    Places: every remote, DVC's cache, `data/raw`, the results computed from them, which have a row
    for each respondent, and every other copy below `data`, `results` and `.dvc`, including
    leftovers of killed processes. Each version then gets its tombstone, with the reason. Raises
    ConfigError when a version is unknown or erased already, the reason is empty, or another
    version, neither named nor erased, has the same bytes; DataError when a file of this machine
    cannot be removed, and then nothing is registered; BusyError when another process changes the
    register.
    """
    note = one_line(reason, "--reason")
    if not note:
        raise ConfigError(
            "--reason is missing. Say why the version is erased; data/versions.csv keeps the "
            "reason."
        )
    with changing_versions(root):
        return _erase(root, names, note)


def _erase(root: Path, names: Sequence[str], note: str) -> Erasure:
    versions = read_versions(root)
    chosen = []
    for name in dict.fromkeys(names):
        if name not in versions:
            raise ConfigError(
                f"no dataset version is called {name}. The versions are {', '.join(versions)}."
            )
        if versions[name].is_erased:
            raise ConfigError(f"{name} has already been erased ({versions[name].note}).")
        chosen.append(versions[name])
    for version in chosen:
        for other in versions.values():
            if other.md5 == version.md5 and not other.is_erased and other not in chosen:
                raise ConfigError(
                    f"{other.name} is a copy of {version.name}: the two share one stored file. "
                    f"Erase both: readiness data erase {version.name} {other.name}."
                )
    erasure = Erasure()
    with store.Remotes(root) as opened:
        for version in chosen:
            _erase_on_this_machine(root, version, erasure)
            _erase_in_remotes(opened, version, erasure)
    try:
        append_versions(root, [replace(version, status=ERASED, note=note) for version in chosen])
    except OSError as error:
        raise DataError(
            f"The data were deleted, but {root / VERSIONS} cannot be written ({error.strerror}). "
            "Make data/ writable, then run the command again."
        ) from None
    return erasure


def _erase_on_this_machine(root: Path, version: Version, erasure: Erasure) -> None:
    """Remove the copies of a dataset version on this machine, and the results computed from it.

    Adds the removed paths to `erasure`. Raises DataError for a file that cannot be removed.
    """
    copies = store.copies_beside_remotes(root, version).values()
    for path in (*copies, *results_of(root, version), *store.stray_copies(root, version)):
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise DataError(
                f"{path}: cannot be removed ({error.strerror}), so the erasure was not "
                "registered. Make its folder writable, then run the command again."
            ) from None
        erasure.removed.append(str(path))


def results_of(root: Path, version: Version) -> Iterator[Path]:
    """Yield the files below `results/` computed from the version, by their provenance records.

    The protected files beside them are included.
    """
    for provenance in sorted((root / RESULTS).rglob(PROVENANCE)):
        try:
            record = json.loads(provenance.read_text("utf-8"))
            if version.name not in record["datasets"]:
                continue
            names = sorted(record["outputs"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # not a valid provenance record: the next run reports it
        yield from (provenance.parent / name for name in names)
        yield provenance
        yield from sorted((provenance.parent.parent / PRIVATE).glob("*"))


def _erase_in_remotes(opened: store.Remotes, version: Version, erasure: Erasure) -> None:
    folders = opened.folders
    for name in opened.addresses:
        where = opened.address(name, version)
        try:
            was_there = opened.remove(name, version)
            # Only the remote itself can confirm that the object is gone.
            if opened.fault(name, version) != ABSENT:
                raise store.UnreachableError("the object is still there after its removal")
        except store.UnreachableError as error:
            if name in folders and folders[name].is_dir():
                raise DataError(
                    f"{where}: cannot be removed, so the erasure was not registered. Make its "
                    "folder writable, then run the command again."
                ) from None
            erasure.left.append(f"{where}: remove it there by hand ({str(error).rstrip('.')})")
            continue
        if was_there:
            erasure.removed.append(where)
