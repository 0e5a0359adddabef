"""Find the bytes of a dataset version, and verify them by their hashes.

DVC verifies nothing when it reads, so the bytes are searched here (folder remotes, DVC's cache, the
workspace) and hashed before they are used. Only bytes without a local copy are fetched from other
remotes (S3, SSH, HTTP): streamed through DVC's file system of that remote, which knows its address
and credentials, and hashed on the way. This needs neither git nor DVC's cache.
"""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from readiness.datasets.access import protect
from readiness.datasets.places import (
    Foreign,
    cache_folder,
    check_settings,
    local_remotes,
    remote_settings,
)
from readiness.datasets.pointers import (
    ABSENT,
    check_pointer,
    chunks,
    fault_if_there,
    fault_of,
    fault_of_bytes,
    say_fault,
)
from readiness.datasets.versions import Version
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact, Listed
from readiness.ground.files import left_behind, temporary_name

log = logging.getLogger(__name__)


class UnreachableError(DataError):
    """A remote whose content is unknown, because it did not answer."""


class Remotes(ExitStack):
    """The project's remotes, the default one first; leaving the `with` block closes DVC."""

    def __init__(self, root: Path, foreign: Foreign | None = None) -> None:
        super().__init__()
        self._settings = remote_settings(root, foreign)
        self.addresses = {name: found["url"] for name, found in self._settings.items()}
        self.folders = local_remotes(root, foreign)
        self._root = root
        self._stores: dict[str, Any] = {}

    def fault(self, name: str, version: Version) -> Fact | None:
        """Return the fault of the version in the remote: None if it is right, `ABSENT` if missing.

        Raises UnreachableError when the remote does not answer.
        """
        if name in self.folders:
            with self._ask_remote(name):
                folder = self.folders[name]
                if not folder.is_dir():
                    raise NotADirectoryError("no such folder")
                if not os.access(folder, os.R_OK | os.X_OK):
                    raise PermissionError(f"{folder} cannot be read")
            # An unreadable file is a damaged object; the other objects may be right.
            return fault_if_there(self.folders[name] / version.object_name, version)
        try:
            with self._ask_remote(name), self._open(name, version) as file:
                return fault_of_bytes(chunks(file), version)
        except FileNotFoundError:
            return ABSENT

    def fetch(self, name: str, version: Version, target: Path) -> Fact | None:
        """Write the version's bytes to `target`, or return their fault (see `fault`).

        Raises UnreachableError when the remote does not answer.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        path = temporary_name(target)
        # Readable by the owner alone, also while it is being written.
        with open(path, "wb", opener=partial(os.open, mode=0o600)) as temporary:

            def kept(content: Iterator[bytes]) -> Iterator[bytes]:
                for chunk in content:
                    temporary.write(chunk)
                    yield chunk

            try:
                with self._ask_remote(name), self._open(name, version) as file:
                    fault = fault_of_bytes(kept(chunks(file)), version)
                if fault is None:
                    temporary.flush()
                    # Read-only, as DVC's cache requires.
                    path.chmod(0o400 if version.is_restricted else 0o444)
                    path.replace(target)
                return fault
            except FileNotFoundError:
                return ABSENT
            finally:
                path.unlink(missing_ok=True)

    def remove(self, name: str, version: Version) -> bool:
        """Remove the version's object from the remote; return whether there was one.

        Raises UnreachableError when the remote does not answer or refuses.
        """
        try:
            with self._ask_remote(name):
                if name in self.folders:
                    (self.folders[name] / version.object_name).unlink()
                    return True
                store = self._store(name)
                path = store.oid_to_path(version.md5)
                if not store.fs.exists(path):
                    return False
                store.fs.remove(path)
                return True
        except FileNotFoundError:
            return False

    def address(self, name: str, version: Version) -> str:
        """Return the path or address of the version's object, for messages."""
        if name in self.folders:
            return str(self.folders[name] / version.object_name)
        return f"{self.addresses[name].rstrip('/')}/{version.object_name}"

    def _open(self, name: str, version: Version) -> IO[bytes]:
        store = self._store(name)
        file: IO[bytes] = store.fs.open(store.oid_to_path(version.md5), mode="rb")
        return file

    def _store(self, name: str) -> Any:
        """Return DVC's object database of a remote, opened once."""
        if name not in self._stores:
            from dvc.repo import Repo

            # An address `remote://NAME/...` is relative to another remote.
            base = self.addresses[name].partition("remote://")[2].partition("/")[0]
            needed_settings = {
                remote: dict(self._settings[remote])
                for remote in (name, base)
                if remote in self._settings
            }
            for settings in needed_settings.values():
                check_settings(self._root, settings)
            # A temporary folder for each remote: DVC obeys all settings that it finds in a project,
            # and opens no remote where the settings of another are wrong.
            folder = self.enter_context(TemporaryDirectory(prefix="readiness-"))
            (Path(folder) / ".dvc").mkdir()
            # no_scm: there is no git, and DVC would refuse to start.
            core = {"no_scm": True, "analytics": False, "check_update": False}
            repo = self.enter_context(
                Repo(folder, config={"core": core, "remote": needed_settings})
            )
            store = repo.cloud.get_remote_odb(name)
            try:
                self.callback(_close_session, store.fs.fs)
            except (
                FileNotFoundError
            ) as error:  # a missing key file or the like; it says nothing about the object
                raise ConnectionError(str(error)) from None
            self._stores[name] = store
        return self._stores[name]

    @contextmanager
    def _ask_remote(self, name: str) -> Iterator[None]:
        """Turn any error of a remote's library into an UnreachableError; pass on a missing
        object.
        """
        problem: BaseException
        try:
            yield
            return
        except DataError:
            raise
        except FileNotFoundError as error:
            if _says_missing(error.__cause__):
                raise
            problem = error.__cause__ or error
        except Exception as error:
            # Each kind of remote has its own library, which raises its own errors.
            problem = error
        reason = (str(problem).strip() or type(problem).__name__).splitlines()[0][:200].rstrip(".")
        address = self.addresses[name]
        raise UnreachableError(
            f"remote {name} ({address}) cannot be reached: {reason}.",
            Fact("audit.remote.unreachable", {"remote": name, "address": address, "said": reason}),
        )


def _close_session(system: Any) -> None:
    """Close the web connections of the file system that DVC uses.

    Left to the garbage collector they stay open where it runs in the thread that serves them, or
    where the machine is busy: it then waits a tenth of a second.
    """
    import asyncio

    if (session := getattr(system, "_session", None)) is not None:
        asyncio.run_coroutine_threadsafe(session.close(), system.loop).result()


def _says_missing(cause: BaseException | None) -> bool:
    """Return whether the cause of a FileNotFoundError is a server's report of a missing object.

    The file systems raise it also for a server that does not answer or refuses access.
    """
    if cause is None or isinstance(cause, FileNotFoundError):
        return True
    response = getattr(cause, "response", None)
    if isinstance(response, dict):  # S3
        return bool(response.get("Error", {}).get("Code") != "NoSuchBucket")
    # Status of a web server, or code of SFTP.
    return getattr(cause, "status", None) in (404, 410) or getattr(cause, "code", None) == 2


def check_in_default_remote(root: Path, *versions: Version) -> None:
    """Check that the default remote holds the right bytes of each version; each one is hashed.

    Raises DataError: no remote, an unreachable one, an object that is missing or damaged.
    """
    with Remotes(root) as opened:
        if (name := next(iter(opened.addresses), None)) is None:
            raise DataError(
                f"{root / '.dvc/config'}: no DVC remote is configured. Add the one that holds the "
                "data: dvc remote add -d NAME ADDRESS."
            )
        for version in versions:
            fault = opened.fault(name, version)
            if fault == ABSENT:
                raise DataError(
                    f"{version.name}: missing in the default remote {name} "
                    f"({opened.address(name, version)}). Upload it: dvc push -r {name}."
                )
            if fault:
                raise DataError(
                    f"{version.name}: damaged in the default remote {name}: "
                    f"{say_fault(fault)} ({opened.address(name, version)}). Replace it with a "
                    "correct copy."
                )


# Names of places: prefix of a folder remote, the cache.
STORES, DVC_CACHE = "store ", "DVC cache"
DAMAGED = "audit.remote.damaged"


@dataclass(frozen=True)
class Copy:
    """A local copy of an object: place, path, and fault (None for a correct copy)."""

    place: str
    path: Path
    fault: Fact | None


def copies_beside_remotes(root: Path, version: Version) -> dict[str, Path]:
    """Return the path by place of further copies on this machine, whether they exist or not."""
    return {
        DVC_CACHE: cache_folder(root) / version.object_name,
        "data/raw": root / version.pointer_path.with_suffix(""),
        # The restore step writes verified copies here.
        "results/inputs": root / "results/inputs" / version.dataset / version.version / "data.csv",
    }


def local_copies(root: Path, version: Version, foreign: Foreign | None = None) -> Iterator[Copy]:
    """Yield every existing copy to restore from, hashed: folder remotes, cache, data/raw.

    For a foreign tree, only its own store and the folders that the auditor named.
    """
    places = {
        f"{STORES}{name}": folder / version.object_name
        for name, folder in local_remotes(root, foreign).items()
    }
    if foreign is None:
        places |= copies_beside_remotes(root, version)
        del places["results/inputs"]  # a result is never a source
    for place, path in places.items():
        fault = fault_if_there(path, version)
        inside = path.resolve().is_relative_to(root.resolve())
        # A link in a foreign tree's store could lead to any file of this machine.
        if foreign and place == f"{STORES}store" and not inside:
            fault = Fact("audit.copy.leads_out")
        if fault != ABSENT:
            yield Copy(place, path, fault)


def stray_copies(root: Path, version: Version) -> Iterator[Path]:
    """Yield the copies in no place of the version, below `data`, `results` and `.dvc`, sorted.

    Whole copies, found by their bytes (a user's own copy), and leftovers of killed processes, whole
    or not, beside the places of the version.
    """
    folders = [*local_remotes(root).values(), cache_folder(root)]
    places = {folder / version.object_name for folder in folders}
    places |= set(copies_beside_remotes(root, version).values())
    strays = {leftover for place in places for leftover in left_behind(place)}
    # This program and DVC write here; files elsewhere belong to their owners.
    folders_written = ("data", "results", ".dvc")
    for path in (path for folder in folders_written for path in (root / folder).rglob("*")):
        same_size = path.is_file() and path.stat().st_size == version.bytes
        if same_size and path not in places and not fault_of(path, version):
            strays.add(path)
    yield from sorted(strays)


def on_this_machine(root: Path, version: Version) -> bool:
    """Return True if a local place has a file for the version; the content is not checked."""
    folders = [folder / version.object_name for folder in local_remotes(root).values()]
    places = copies_beside_remotes(root, version)
    return any(path.is_file() for path in (*folders, places[DVC_CACHE], places["data/raw"]))


def find_object(root: Path, version: Version, foreign: Foreign | None = None) -> Path:
    """Return the path of a verified copy of the version's bytes (MD5, SHA-256, size).

    Damaged copies that were passed over are logged. Raises DataError when the version was erased,
    when its pointer is missing or disagrees, or when no place holds its bytes, naming each damaged
    copy and each remote that did not answer.
    """
    if version.is_erased:
        raise DataError(
            f"{version.name} was erased ({version.note or 'no reason given'}).\nIts hashes stay in "
            "data/versions.csv, but results that depend on it can no longer be computed."
        )
    check_pointer(root, version)
    object_path, damaged, faults = None, list[Fact](), list[Fact]()
    for copy in local_copies(root, version, foreign):
        if copy.fault is None:
            object_path = copy.path
            break
        shown_path = show_path(copy.path, root)
        damaged.append(Fact("language.labelled", {"label": shown_path, "what": copy.fault}))
    else:
        object_path, faults = _fetch(root, version, foreign)
        damaged += [fault for fault in faults if fault.kind == DAMAGED]
    if object_path:
        for fact in damaged:
            log.warning("DAMAGED %s: %s; another copy served", version.name, say_fault(fact))
        return object_path
    if damaged:
        fact = Fact("audit.copy.damaged", {"copies": Listed(tuple(damaged), "comma")})
    else:
        kind = "audit.copy.nowhere_restricted" if version.is_restricted else "audit.copy.nowhere"
        folders = (Fact("audit.remote.folder", {"remote": n}) for n in local_remotes(root, foreign))
        places_searched = [*folders, *faults]
        if foreign is not None:
            kind = "audit.copy.nowhere_foreign"
        else:
            places_searched = places_searched or [Fact("audit.remote.none")]
            places_searched += [
                Fact("audit.error", {"said": name}) for name in (DVC_CACHE, "data/raw")
            ]
        fact = Fact(
            kind, {"object": version.md5, "looked": Listed(tuple(places_searched), "comma")}
        )
    raise DataError(f"{version.name}: {say_fault(fact)}", fact)


def show_path(path: Path, root: Path) -> str:
    """Return a path for messages: relative to the project's root where it lies below."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _fetch(root: Path, version: Version, foreign: Foreign | None) -> tuple[Path | None, list[Fact]]:
    """Fetch the object into DVC's cache from another remote; return its path and the faults met."""
    target = cache_folder(root, foreign) / version.object_name
    faults: list[Fact] = []
    with Remotes(root, foreign) as opened:
        for name in (n for n in opened.addresses if n not in opened.folders):
            try:
                fault = opened.fetch(name, version, target)
            except UnreachableError as error:
                faults.append(error.fact or Fact("audit.error", {"said": str(error).rstrip(".")}))
                continue
            except OSError as error:
                values = {"path": show_path(target.parent, root), "said": error.strerror or "?"}
                faults.append(Fact("audit.remote.unwritable", values))
                break
            if fault is None:
                if foreign is None:
                    protect(root, version)
                return target, faults
            if fault == ABSENT:
                remote = Fact("audit.remote.folder", {"remote": name})
                absent = {"label": remote, "what": Fact("audit.states.absent")}
                faults.append(Fact("language.labelled", absent))
            else:
                faults.append(Fact(DAMAGED, {"remote": name, "fault": fault}))
    return None, faults


def restore(root: Path, version: Version, target: Path) -> None:
    """Write a verified copy of the version to `target`, readable by its owner, whole or not at
    all.
    """
    source = find_object(root, version)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary_path = temporary_name(target)
    try:
        # Readable by the owner alone, also while it is being written.
        temporary_path.touch(mode=0o600)
        shutil.copyfile(source, temporary_path)
        # Hashed again after the copy: the disk may fail or the file change meanwhile.
        if fault := fault_of(temporary_path, version):
            fault_text = say_fault(fault)
            raise DataError(
                f"{version.name}: the copy at {target} is damaged ({fault_text}). Try again."
            )
        temporary_path.replace(target)
    finally:
        temporary_path.unlink(missing_ok=True)
