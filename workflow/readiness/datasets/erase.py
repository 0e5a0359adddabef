"""Erasing a dataset version: a respondent withdraws, and the bytes must go, everywhere.

What stays is the pointer and the row of the register, which name the bytes by hash and hold no
answer: so a publication that rested on them can still say on what it rested. The tombstone comes
last: an erasure that was interrupted is not taken for a finished one, and can be given again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from readiness.datasets.hashing import ABSENT
from readiness.datasets.remotes import Remotes, UnreachableError
from readiness.datasets.store import copies_beside_remotes, stray_copies
from readiness.datasets.versions import (
    ERASED,
    VERSIONS,
    Version,
    append_versions,
    changing_versions,
    one_line,
    read_versions,
)
from readiness.errors import ConfigError, DataError
from readiness.files import PRIVATE
from readiness.lineage import PROVENANCE, RESULTS


@dataclass
class Erasure:
    """What was removed from where, and what is left for people to remove."""

    removed: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def erase_versions(root: Path, names: Sequence[str], reason: str) -> Erasure:
    """Remove the bytes of the versions from every place that can be reached, and say so for good.

    Places: every remote, DVC's cache, `data/raw`, the results that were computed from them, which
    have a row for each respondent, and every other copy below `data`, `results` and `.dvc`, also
    what a killed process has left. Each version then gets its tombstone, with the reason.

    Raises ConfigError when a version is unknown or erased already, the reason is empty, or another
    version, not named and not erased, has the same bytes; DataError when a file of this machine
    cannot be removed, and then nothing is registered; BusyError when another process changes the
    register.
    """
    note = one_line(reason, "--reason")
    if not note:
        raise ConfigError("--reason: say why; it is kept in data/versions.csv.")
    with changing_versions(root):
        return _erase(root, names, note)


def _erase(root: Path, names: Sequence[str], note: str) -> Erasure:
    versions = read_versions(root)
    chosen = [_chosen(versions, name) for name in dict.fromkeys(names)]
    for version in chosen:
        for other in versions.values():
            if other.md5 == version.md5 and not other.is_erased and other not in chosen:
                raise ConfigError(
                    f"{other.name} has the very bytes of {version.name}, which would be lost with "
                    f"them. Erase both: readiness data erase {version.name} {other.name}."
                )
    erasure = Erasure()
    with Remotes(root) as opened:
        for version in chosen:
            _erase_on_this_machine(root, version, erasure)
            _erase_in_remotes(opened, version, erasure)
    try:
        append_versions(root, [replace(version, status=ERASED, note=note) for version in chosen])
    except OSError as error:
        raise DataError(
            f"{root / VERSIONS}: cannot be written ({error.strerror}), though the bytes are gone. "
            "Make data/ writable, then give the command again."
        ) from None
    return erasure


def _chosen(versions: dict[str, Version], name: str) -> Version:
    version = versions.get(name)
    if version is None:
        raise ConfigError(f"no dataset version {name}; there are {', '.join(versions)}.")
    if version.is_erased:
        raise ConfigError(f"{name} was erased already ({version.note}).")
    return version


def _erase_on_this_machine(root: Path, version: Version, erasure: Erasure) -> None:
    files = list(copies_beside_remotes(root, version).values())
    files += results_of(root, version)
    files += stray_copies(root, version)
    for path in files:
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise DataError(
                f"{path}: cannot be removed ({error.strerror}); nothing is registered as erased. "
                "Make its folder writable, then give the command again."
            ) from None
        erasure.removed.append(str(path))


def results_of(root: Path, version: Version) -> Iterator[Path]:
    """The files below `results/` that were computed from the version, as their records say, and
    what is kept apart for its owner beside them."""
    for provenance in sorted((root / RESULTS).rglob(PROVENANCE)):
        try:
            record = json.loads(provenance.read_text("utf-8"))
            if version.name not in record["datasets"]:
                continue
            names = sorted(record["outputs"])
        except (OSError, ValueError, KeyError, TypeError):
            continue  # no provenance record of ours: the next run says so
        yield from (provenance.parent / name for name in names)
        yield provenance
        yield from sorted((provenance.parent.parent / PRIVATE).glob("*"))


def _erase_in_remotes(opened: Remotes, version: Version, erasure: Erasure) -> None:
    folders = opened.folders
    for name in opened.addresses:
        where = opened.address(name, version)
        try:
            was_there = opened.remove(name, version)
            # Believed only when the remote itself says that it is gone.
            if opened.fault(name, version) != ABSENT:
                raise UnreachableError("the object is still there after its removal")
        except UnreachableError as error:
            if name in folders and folders[name].is_dir():
                raise DataError(
                    f"{where}: cannot be removed; nothing is registered as erased. "
                    "Make its folder writable, then give the command again."
                ) from None
            erasure.left.append(f"{where}: remove it there by hand ({str(error).rstrip('.')})")
            continue
        if was_there:
            erasure.removed.append(where)
