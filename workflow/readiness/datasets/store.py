"""Finding the bytes of a dataset version, and proving that they are the right ones.

DVC verifies nothing when it reads: a changed object is delivered and called up to date. So the
bytes are looked for here - the embedded store (or any other local remote), DVC's cache, the
workspace - and hashed before they are used; only what no local place holds is fetched from the
remotes elsewhere. None of this needs git.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from readiness.datasets.hashing import ABSENT, Fault, fault_if_there, fault_of
from readiness.datasets.places import Foreign, cache_folder, local_remotes
from readiness.datasets.pointers import Pointer, check_pointer
from readiness.datasets.remotes import Remotes, UnreachableError
from readiness.datasets.versions import Version
from readiness.errors import DataError
from readiness.facts import Fact, Listed, Value
from readiness.files import left_behind, temporary_name

RESTORED = Path("results/inputs")
"""Where the restore step places verified copies."""
STORES, DVC_CACHE = "store ", "DVC cache"
"""How the place of a copy is called: a folder remote by its name, the cache."""
INSIDE = f"{STORES}store"
"""The place that is a foreign tree's own."""
DAMAGED = "audit.remote.damaged"
STRAYS = ("data", "results", ".dvc")
"""Where this program and DVC write; what lies elsewhere is its owner's."""


@dataclass(frozen=True)
class Copy:
    """One local copy of an object: where it lies, and what is wrong with it (None: nothing)."""

    place: str
    path: Path
    fault: Fault | None


def copies_beside_remotes(root: Path, version: Version) -> dict[str, Path]:
    """Where else the version may lie on this machine: place to path, whether it is there or not."""
    restored = root / RESTORED / version.dataset / version.version / "data.csv"
    return {
        DVC_CACHE: cache_folder(root) / version.object_name,
        "data/raw": root / version.pointer_path.with_suffix(""),
        "results/inputs": restored,
    }


def local_copies(
    root: Path, version: Version, pointer: Pointer, foreign: Foreign | None = None
) -> Iterator[Copy]:
    """Every copy to restore from, each one hashed: folder remotes, cache, data/raw.

    Of a foreign tree only its own store and the folders that the auditor named.
    """
    places = {
        f"{STORES}{name}": folder / pointer.object_name
        for name, folder in local_remotes(root, foreign).items()
    }
    if foreign is None:
        places |= copies_beside_remotes(root, version)
        del places["results/inputs"]  # a result is never a source
    for place, path in places.items():
        outside = _leads_out(root, path) if foreign and place == INSIDE else None
        fault = outside or fault_if_there(path, version)
        if fault != ABSENT:
            yield Copy(place, path, fault)


def _leads_out(root: Path, path: Path) -> Fault | None:
    """What is wrong with an object of a foreign store that is a link to elsewhere; else None."""
    inside = path.resolve().is_relative_to(root.resolve())
    said = "a link that leads out of the tree"
    return None if inside else Fault(said, Fact("audit.copy.leads_out"))


def stray_copies(root: Path, version: Version) -> Iterator[Path]:
    """Copies in no place of the version, below `data`, `results` and `.dvc`, sorted.

    Whole ones by their bytes (a copy that somebody asked for), and what killed processes have left,
    whole or not, where they wrote one.
    """
    folders = [*local_remotes(root).values(), cache_folder(root)]
    places = {folder / version.object_name for folder in folders}
    places |= set(copies_beside_remotes(root, version).values())
    found = {left for place in places for left in left_behind(place)}
    for path in (path for folder in STRAYS for path in (root / folder).rglob("*")):
        same_size = path.is_file() and path.stat().st_size == version.bytes
        if same_size and path not in places and not fault_of(path, version):
            found.add(path)
    yield from sorted(found)


def on_this_machine(root: Path, version: Version) -> bool:
    """Whether any place to restore from holds something under the version's name; not hashed."""
    folders = [folder / version.object_name for folder in local_remotes(root).values()]
    places = copies_beside_remotes(root, version)
    return any(path.is_file() for path in (*folders, places[DVC_CACHE], places["data/raw"]))


def find_object(root: Path, version: Version, foreign: Foreign | None = None) -> Path:
    """A verified copy of the version's bytes (MD5, SHA-256, size).

    Raises DataError when the version was erased, or when no place holds its bytes, naming each
    damaged copy and each remote that could not be asked.
    """
    if version.erased:
        raise DataError(
            f"{version.name} was erased ({version.note or 'no reason given'}).\nIts hashes stay in "
            "data/versions.csv; what rests on it can no longer be computed."
        )
    pointer = check_pointer(root, version)
    damaged: list[Fault] = []
    for copy in local_copies(root, version, pointer, foreign):
        if copy.fault is None:
            return copy.path
        at = Fact("audit.copy.at", {"path": _seen(copy.path, root), "fault": copy.fault.fact})
        damaged.append(Fault(f"{copy.path}: {copy.fault}", at))
    fetched, faults = _fetch(root, version, pointer, foreign)
    if fetched:
        return fetched
    damaged += [fault for fault in faults if fault.fact.kind == DAMAGED]
    if damaged:
        raise DataError(
            f"{version.name}: every copy is damaged ({'; '.join(map(str, damaged))}).\n"
            "Restore data/store with git, or fetch the object from another remote.",
            Fact("audit.copy.damaged", {"copies": _listed(damaged)}),
        )
    looked = [
        Fault(f"remote {name}", Fact("audit.remote.folder", {"remote": name}))
        for name in local_remotes(root, foreign)
    ]
    raise _not_found(version, pointer, [*looked, *faults], foreign)


def _not_found(
    version: Version, pointer: Pointer, looked: list[Fault], foreign: Foreign | None
) -> DataError:
    """That the version is in none of the places that were looked at."""
    said = f"{version.name}: the object {pointer.md5} is in no place that was looked at"
    values: dict[str, Value] = {"object": pointer.md5, "looked": _listed(looked)}
    if foreign is not None:
        return DataError(
            f"{said} ({', '.join(map(str, looked))}).\nName the remote that holds it: --remote "
            "ADDRESS.",
            Fact("audit.copy.nowhere_foreign", values),
        )
    looked = looked or [Fault("no remote configured", Fact("audit.remote.none"))]
    looked += [_place(DVC_CACHE), _place("data/raw")]
    values["looked"] = _listed(looked)
    whose = "It is restricted: ask who may have it. " if version.restricted else ""
    return DataError(
        f"{said} ({', '.join(map(str, looked))}).\n{whose}Restore data/store with git, or add the "
        "remote that holds it.",
        Fact("audit.copy.nowhere_restricted" if whose else "audit.copy.nowhere", values),
    )


def _place(name: str) -> Fault:
    return Fault(name, Fact("audit.copy.place", {"name": name}))


def _listed(faults: list[Fault]) -> Listed:
    return Listed(tuple(fault.fact for fault in faults), "comma")


def _seen(path: Path, root: Path) -> str:
    """A path as it is said: from the project's root where it lies below it."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _fetch(
    root: Path, version: Version, pointer: Pointer, foreign: Foreign | None
) -> tuple[Path | None, list[Fault]]:
    """The object, brought into DVC's cache from a remote elsewhere; and why not from the others."""
    target = cache_folder(root, foreign) / pointer.object_name
    faults: list[Fault] = []
    with Remotes(root, foreign) as opened:
        for name in opened.elsewhere:
            try:
                fault = opened.fetch(name, version, target)
            except UnreachableError as error:
                said = str(error).rstrip(".")
                faults.append(Fault(said, error.fact or Fact("audit.error", {"said": said})))
                continue
            except OSError as error:
                faults.append(_unwritable(target.parent, root, error))
                break
            if fault is None:
                return target, []
            if fault == ABSENT:
                fact = Fact("audit.remote.missing", {"remote": name})
                faults.append(Fault(f"remote {name}: missing", fact))
            else:
                fact = Fact(DAMAGED, {"remote": name, "fault": fault.fact})
                faults.append(Fault(f"remote {name}: damaged, {fault}", fact))
    return None, faults


def _unwritable(folder: Path, root: Path, error: OSError) -> Fault:
    said = error.strerror or "?"
    fact = Fact("audit.remote.unwritable", {"path": _seen(folder, root), "said": said})
    return Fault(f"{folder} cannot be written: {said}", fact)


def restore(root: Path, version: Version, target: Path) -> None:
    """Place a verified copy of the version at `target`, whole or not at all."""
    source = find_object(root, version)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary_path = temporary_name(target)
    try:
        shutil.copyfile(source, temporary_path)
        # Hashed again after the copy: a disk that fails or a file that changes meanwhile is seen.
        fault = fault_of(temporary_path, version)
        if fault:
            raise DataError(f"{version.name}: the copy at {target} is damaged: {fault}. Try again.")
        temporary_path.chmod(0o644)
        temporary_path.replace(target)
    finally:
        temporary_path.unlink(missing_ok=True)
