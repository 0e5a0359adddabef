"""Finding the bytes of a dataset version, and proving that they are the right ones.

DVC verifies nothing when it reads: a changed object is delivered and called up to date. So the
bytes are looked for here - the embedded store (or any other local remote), DVC's cache, the
workspace - and hashed before they are used; only what no local place holds is left to DVC's
transport. None of this needs git.
"""

from __future__ import annotations

import configparser
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from readiness.datasets.pointers import Pointer, check_pointer
from readiness.datasets.versions import Version
from readiness.errors import DataError
from readiness.lineage import md5_of, sha256_of


@dataclass(frozen=True)
class Copy:
    """One local copy of an object: where it lies, and what is wrong with it ("" when nothing)."""

    place: str
    path: Path
    fault: str


def remotes(root: Path) -> dict[str, str]:
    """The configured DVC remotes: name to address, the default one first."""
    parser = configparser.ConfigParser(interpolation=None)
    for name in ("config", "config.local"):
        path = root / ".dvc" / name
        if path.is_file():
            parser.read_string(
                "\n".join(line.strip() for line in path.read_text("utf-8").splitlines()), name
            )
    found = {
        section.removeprefix("'remote \"").removesuffix("\"'"): parser.get(section, "url")
        for section in parser.sections()
        if section.startswith("'remote ") and parser.has_option(section, "url")
    }
    default = parser.get("core", "remote", fallback="")
    return dict(sorted(found.items(), key=lambda item: (item[0] != default, item[0])))


def local_remotes(root: Path) -> dict[str, Path]:
    """The remotes that are folders of this machine, by name."""
    folders = {}
    for name, url in remotes(root).items():
        if "://" not in url:
            folders[name] = (root / ".dvc" / url).resolve()
    return folders


def default_store(root: Path) -> Path | None:
    """The default remote where it is a folder of this machine; None where it is elsewhere.

    Never another folder remote: real answers must not land in a store that git keeps.
    """
    default = next(iter(remotes(root)), None)
    return local_remotes(root).get(default) if default else None


def fault_of(path: Path, version: Version) -> str:
    """What is wrong with the bytes at `path`, in a few words; "" when they are the version."""
    size = path.stat().st_size
    if size != version.bytes:
        return f"{size} bytes instead of {version.bytes}"
    if sha256_of(path) != version.sha256:
        return "its SHA-256 is not the registered one"
    if md5_of(path) != version.md5:
        return "its MD5 is not the registered one"
    return ""


def local_copies(root: Path, version: Version, pointer: Pointer) -> Iterator[Copy]:
    """Every copy of the object on this machine, each one hashed: remotes, cache, workspace."""
    places = [(f"store {name}", folder) for name, folder in local_remotes(root).items()]
    places.append(("DVC cache", root / ".dvc" / "cache"))
    candidates = [(place, folder / pointer.object_name) for place, folder in places]
    candidates.append(("workspace", root / version.pointer_path.with_suffix("")))
    for place, path in candidates:
        if path.is_file():
            yield Copy(place, path, fault_of(path, version))


def _fetch_with_dvc(root: Path, version: Version, pointer: Pointer) -> Path | None:
    """Let DVC bring the object into its cache from a remote elsewhere; None when it cannot."""
    elsewhere = [name for name, url in remotes(root).items() if "://" in url]
    if not elsewhere:
        return None
    from dvc.exceptions import DvcException
    from dvc.repo import Repo

    # no_scm: in a zip of the tree there is no git, and DVC would refuse to start.
    config = {} if (root / ".git").exists() else {"core": {"no_scm": True}}
    for remote in elsewhere:
        try:
            with Repo(str(root), config=config) as repo:
                repo.fetch(targets=[str(root / version.pointer_path)], remote=remote)
        except (DvcException, OSError):
            continue
        path = root / ".dvc" / "cache" / pointer.object_name
        if path.is_file() and not fault_of(path, version):
            return path
    return None


def on_this_machine(root: Path, version: Version) -> bool:
    """Whether any local place holds something under the version's name; nothing is hashed."""
    pointer = Pointer(version.md5, version.bytes, version.name)
    folders = [*local_remotes(root).values(), root / ".dvc" / "cache"]
    places = [folder / pointer.object_name for folder in folders]
    return any(path.is_file() for path in (*places, root / version.pointer_path.with_suffix("")))


def find_object(root: Path, version: Version) -> Path:
    """A verified copy of the version's bytes (MD5, SHA-256, size).

    Raises DataError when no place holds them, naming each damaged copy.
    """
    pointer = check_pointer(root, version)
    damaged = []
    for copy in local_copies(root, version, pointer):
        if not copy.fault:
            return copy.path
        damaged.append(f"{copy.path}: {copy.fault}")
    fetched = _fetch_with_dvc(root, version, pointer)
    if fetched:
        return fetched
    if damaged:
        raise DataError(
            f"{version.name}: every copy is damaged ({'; '.join(damaged)}).\n"
            "Restore data/store with git, or fetch the object from another remote."
        )
    looked = ", ".join(f"remote {name}" for name in remotes(root)) or "no remote configured"
    raise DataError(
        f"{version.name}: the object {pointer.md5} is in no place that was looked at ({looked}, "
        "DVC cache, data/raw).\nRestore data/store with git, or add the remote that holds it."
    )


def restore(root: Path, version: Version, target: Path) -> None:
    """Place a verified copy of the version at `target`, whole or not at all."""
    source = find_object(root, version)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as temporary:
        temporary_path = Path(temporary.name)
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
