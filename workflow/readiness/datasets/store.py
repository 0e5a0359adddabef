"""Finding the bytes of a dataset version, and proving that they are the right ones.

DVC verifies nothing when it reads: a changed object is delivered and called up to date. So the
bytes are looked for here - the embedded store (or any other local remote), DVC's cache, the
workspace - and hashed before they are used; only what no local place holds is fetched from the
remotes elsewhere. None of this needs git.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from readiness.datasets.places import (
    ABSENT,
    Foreign,
    cache_folder,
    fault_if_there,
    fault_of,
    local_remotes,
    say_fault,
)
from readiness.datasets.remotes import Remotes, UnreachableError
from readiness.datasets.versions import Pointer, Version, check_pointer
from readiness.errors import DataError
from readiness.facts import Fact, Listed
from readiness.files import left_behind, temporary_name

# Where the restore step places verified copies.
RESTORED = Path("results/inputs")
# How the place of a copy is called: a folder remote by its name, the cache.
STORES, DVC_CACHE = "store ", "DVC cache"
# The place that is a foreign tree's own.
INSIDE = f"{STORES}store"
DAMAGED = "audit.remote.damaged"
# Where this program and DVC write; what lies elsewhere is its owner's.
STRAYS = ("data", "results", ".dvc")


@dataclass(frozen=True)
class Copy:
    """One local copy of an object: where it lies, and what is wrong with it (None: nothing)."""

    place: str
    path: Path
    fault: Fact | None


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
        fault = fault_if_there(path, version)
        inside = path.resolve().is_relative_to(root.resolve())
        if foreign and place == INSIDE and not inside:
            fault = Fact("audit.copy.leads_out")
        if fault != ABSENT:
            yield Copy(place, path, fault)


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
    if version.is_erased:
        raise DataError(
            f"{version.name} was erased ({version.note or 'no reason given'}).\nIts hashes stay in "
            "data/versions.csv; what rests on it can no longer be computed."
        )
    pointer = check_pointer(root, version)
    damaged: list[Fact] = []
    for copy in local_copies(root, version, pointer, foreign):
        if copy.fault is None:
            return copy.path
        seen = _show_path(copy.path, root)
        damaged.append(Fact("audit.copy.at", {"path": seen, "fault": copy.fault}))
    fetched, faults = _fetch(root, version, pointer, foreign)
    if fetched:
        return fetched
    damaged += [fault for fault in faults if fault.kind == DAMAGED]
    if damaged:
        fact = Fact("audit.copy.damaged", {"copies": Listed(tuple(damaged), "comma")})
    else:
        looked = [
            *(Fact("audit.remote.folder", {"remote": n}) for n in local_remotes(root, foreign)),
            *faults,
        ]
        fact = _not_found(version, pointer, looked, foreign)
    raise DataError(f"{version.name}: {say_fault(fact)}", fact)


def _not_found(
    version: Version, pointer: Pointer, looked: list[Fact], foreign: Foreign | None
) -> Fact:
    """That the version is in none of the places that were looked at."""
    kind = "audit.copy.nowhere_restricted" if version.is_restricted else "audit.copy.nowhere"
    if foreign is not None:
        kind = "audit.copy.nowhere_foreign"
    else:
        looked = looked or [Fact("audit.remote.none")]
        looked += [Fact("audit.copy.place", {"name": name}) for name in (DVC_CACHE, "data/raw")]
    return Fact(kind, {"object": pointer.md5, "looked": Listed(tuple(looked), "comma")})


def _show_path(path: Path, root: Path) -> str:
    """A path as it is said: from the project's root where it lies below it."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _fetch(
    root: Path, version: Version, pointer: Pointer, foreign: Foreign | None
) -> tuple[Path | None, list[Fact]]:
    """The object, brought into DVC's cache from a remote elsewhere; and why not from the others."""
    target = cache_folder(root, foreign) / pointer.object_name
    faults: list[Fact] = []
    with Remotes(root, foreign) as opened:
        for name in opened.elsewhere:
            try:
                fault = opened.fetch(name, version, target)
            except UnreachableError as error:
                faults.append(error.fact or Fact("audit.error", {"said": str(error).rstrip(".")}))
                continue
            except OSError as error:
                values = {"path": _show_path(target.parent, root), "said": error.strerror or "?"}
                faults.append(Fact("audit.remote.unwritable", values))
                break
            if fault is None:
                return target, []
            if fault == ABSENT:
                faults.append(Fact("audit.remote.missing", {"remote": name}))
            else:
                faults.append(Fact(DAMAGED, {"remote": name, "fault": fault}))
    return None, faults


def restore(root: Path, version: Version, target: Path) -> None:
    """Place a verified copy of the version at `target`, for its owner, whole or not at all."""
    source = find_object(root, version)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary_path = temporary_name(target)
    try:
        # Nobody else reads the answers, not even before they are whole.
        temporary_path.touch(mode=0o600)
        shutil.copyfile(source, temporary_path)
        # Hashed again after the copy: a disk that fails or a file that changes meanwhile is seen.
        fault = fault_of(temporary_path, version)
        if fault:
            said = say_fault(fault)
            raise DataError(f"{version.name}: the copy at {target} is damaged: {said}. Try again.")
        temporary_path.replace(target)
    finally:
        temporary_path.unlink(missing_ok=True)
