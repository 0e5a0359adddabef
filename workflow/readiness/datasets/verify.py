"""Is every version where it should be, and are its bytes the right ones?

Every object is hashed here, in every remote and in every other place of this machine. A version
must lie whole in each remote, unless only some may have it (restricted); one that was erased must
lie nowhere. Whether DVC's cache and `data/raw` hold a copy is nobody's business, but a damaged one
is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from readiness.datasets.hashing import ABSENT, fault_if_there, say_fault
from readiness.datasets.places import local_remotes
from readiness.datasets.remotes import Remotes, UnreachableError
from readiness.datasets.store import copies_beside_remotes, stray_copies
from readiness.datasets.versions import RAW, VERSIONS, Version, check_pointer, read_versions
from readiness.errors import DataError
from readiness.facts import Fact

RIGHT = "right"


@dataclass(frozen=True)
class CopyFinding:
    """What was found of one version in one place; of a whole remote when `version` is "".

    `where` is the file or address of the object.
    """

    version: str
    place: str
    state: str
    where: str
    is_fault: bool

    def __str__(self) -> str:
        return "  ".join(part for part in (self.version, self.place, self.state) if part)


def _judge_object(version: Version, place: str, fault: Fact | None, where: str) -> CopyFinding:
    """The finding for an object that has `fault` (None for none), or is missing (`ABSENT`)."""
    if version.is_erased:
        gone = fault == ABSENT
        state = "gone, as it must be: erased" if gone else "still there, though it was erased"
        return CopyFinding(version.name, place, state, where, not gone)
    if fault == ABSENT:
        state = "missing (restricted)" if version.is_restricted else "missing"
        return CopyFinding(version.name, place, state, where, not version.is_restricted)
    state = f"damaged: {say_fault(fault)}" if fault else RIGHT
    return CopyFinding(version.name, place, state, where, bool(fault))


def verify(root: Path) -> Iterator[CopyFinding]:
    """Hash every object of every version in every place, one finding each.

    What lies in a folder remote or below `data/raw` and has no row is named, too. A remote that
    cannot be reached is one finding, and asked no more. Raises DataError when the register itself
    cannot be read.
    """
    versions = read_versions(root)
    unreachable: set[str] = set()
    with Remotes(root) as opened:
        for version in versions.values():
            seen = False
            for finding in _of_version(root, version, opened, unreachable):
                seen |= bool(finding.version)  # else it is the word on a whole remote
                yield finding
            asked_all = not unreachable and opened.addresses
            if not seen and not asked_all and not (version.is_restricted or version.is_erased):
                yield CopyFinding(version.name, "", "in no place of this machine", "", True)
    yield from _find_unregistered(root, versions)


def _of_version(
    root: Path, version: Version, opened: Remotes, unreachable: set[str]
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
        except UnreachableError as error:
            unreachable.add(name)
            yield CopyFinding("", "", str(error).rstrip("."), opened.addresses[name], True)
            continue
        yield _judge_object(version, f"remote {name}", fault, opened.address(name, version))
    for place, path in copies_beside_remotes(root, version).items():
        fault = fault_if_there(path, version)
        if fault != ABSENT:
            yield _judge_object(version, place, fault, str(path))
    if version.is_erased:
        for path in stray_copies(root, version):
            inside = path.is_relative_to(root)
            place = str(path.relative_to(root) if inside else path)
            yield _judge_object(version, place, None, str(path))


def _find_unregistered(root: Path, versions: dict[str, Version]) -> Iterator[CopyFinding]:
    """What the register does not know: pointers, and objects in the remotes that are folders.

    A remote may be shared with other projects, so an object is no fault.
    """
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
