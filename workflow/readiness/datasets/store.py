"""Finding the bytes of a dataset version, and proving that they are the right ones.

DVC verifies nothing when it reads, so the bytes are looked for here (folder remotes, DVC's cache,
the workspace) and hashed before they are used. Only what no local place holds is fetched from the
remotes elsewhere (S3, SSH, HTTP): streamed through DVC's own file system of that remote, which
knows its address and credentials, and hashed on the way. None of this needs git or DVC's cache.
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
from readiness.datasets.versions import (
    ABSENT,
    Version,
    check_pointer,
    chunks,
    fault_if_there,
    fault_of,
    fault_of_bytes,
    say_fault,
)
from readiness.ground.errors import DataError
from readiness.ground.facts import Fact, Listed
from readiness.ground.files import left_behind, temporary_name

log = logging.getLogger(__name__)


class UnreachableError(DataError):
    """A remote could not be asked; so nothing is known of what it holds."""


class Remotes(ExitStack):
    """The project's remotes, the default one first; leaving its `with` block ends DVC."""

    def __init__(self, root: Path, foreign: Foreign | None = None) -> None:
        super().__init__()
        self._settings = remote_settings(root, foreign)
        self.addresses = {name: found["url"] for name, found in self._settings.items()}
        self.folders = local_remotes(root, foreign)
        self._root = root
        self._stores: dict[str, Any] = {}

    def fault(self, name: str, version: Version) -> Fact | None:
        """What is wrong with the version in the remote: None for nothing, `ABSENT` if missing;
        UnreachableError when the remote cannot be asked.
        """
        if name in self.folders:
            with self._ask_remote(name):
                folder = self.folders[name]
                if not folder.is_dir():
                    raise NotADirectoryError("no such folder")
                if not os.access(folder, os.R_OK | os.X_OK):
                    raise PermissionError(f"{folder} cannot be read")
            # One file that cannot be read is a damaged object, and no word about the others.
            return fault_if_there(self.folders[name] / version.object_name, version)
        try:
            with self._ask_remote(name), self._open(name, version) as file:
                return fault_of_bytes(chunks(file), version)
        except FileNotFoundError:
            return ABSENT

    def fetch(self, name: str, version: Version, target: Path) -> Fact | None:
        """Bring the right bytes to `target`, or return what is wrong with them as `fault` does."""
        target.parent.mkdir(parents=True, exist_ok=True)
        path = temporary_name(target)
        # Nobody else reads the answers, not even before they are whole.
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
                    # Read-only, as DVC keeps what lies in its cache.
                    path.chmod(0o400 if version.is_restricted else 0o444)
                    path.replace(target)
                return fault
            except FileNotFoundError:
                return ABSENT
            finally:
                path.unlink(missing_ok=True)

    def remove(self, name: str, version: Version) -> bool:
        """Remove the version's object from the remote; whether there was one. UnreachableError when
        it cannot be asked or lets no object be removed.
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
        """Where the object of the version lies, for people to find it."""
        if name in self.folders:
            return str(self.folders[name] / version.object_name)
        return f"{self.addresses[name].rstrip('/')}/{version.object_name}"

    def _open(self, name: str, version: Version) -> IO[bytes]:
        store = self._store(name)
        file: IO[bytes] = store.fs.open(store.oid_to_path(version.md5), mode="rb")
        return file

    def _store(self, name: str) -> Any:
        """DVC's object database of a remote: one each, for each has connections of its own."""
        if name not in self._stores:
            from dvc.repo import Repo

            # `remote://NAME/...` lies in another one.
            base = self.addresses[name].partition("remote://")[2].partition("/")[0]
            used = {one: dict(self._settings[one]) for one in (name, base) if one in self._settings}
            for settings in used.values():
                check_settings(self._root, settings)
            # In a folder of its own: what DVC finds in a project's settings it obeys. And one for
            # each remote: DVC opens none where one of them is wrong.
            folder = self.enter_context(TemporaryDirectory(prefix="readiness-"))
            (Path(folder) / ".dvc").mkdir()
            # no_scm: there is no git, and DVC would refuse to start.
            core = {"no_scm": True, "analytics": False, "check_update": False}
            repo = self.enter_context(Repo(folder, config={"core": core, "remote": used}))
            store = repo.cloud.get_remote_odb(name)
            try:
                self.callback(_close_session, store.fs.fs)
            except FileNotFoundError as error:  # a key or the like, and no word of the object
                raise ConnectionError(str(error)) from None
            self._stores[name] = store
        return self._stores[name]

    @contextmanager
    def _ask_remote(self, name: str) -> Iterator[None]:
        """Turn whatever a remote's library raises into one line; a missing object stays missing."""
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
            # Each kind of remote has a library of its own, with errors of its own.
            problem = error
        reason = (str(problem).strip() or type(problem).__name__).splitlines()[0][:200].rstrip(".")
        address = self.addresses[name]
        raise UnreachableError(
            f"remote {name} ({address}) cannot be reached: {reason}.",
            Fact("audit.remote.unreachable", {"remote": name, "address": address, "said": reason}),
        )


def _close_session(system: Any) -> None:
    """Close the web connections of the file system behind one of DVC.

    Left to the garbage collector they stay open where it runs in the thread that serves them, or
    where the machine is busy: it then waits a tenth of a second.
    """
    import asyncio

    if (session := getattr(system, "_session", None)) is not None:
        asyncio.run_coroutine_threadsafe(session.close(), system.loop).result()


def _says_missing(cause: BaseException | None) -> bool:
    """Whether what lies behind a FileNotFoundError is a server's word that there is no such object.

    The file systems raise it also for a server that does not answer or does not let us in.
    """
    if cause is None or isinstance(cause, FileNotFoundError):
        return True
    response = getattr(cause, "response", None)
    if isinstance(response, dict):  # S3
        return bool(response.get("Error", {}).get("Code") != "NoSuchBucket")
    # A web server's answer, or SFTP's.
    return getattr(cause, "status", None) in (404, 410) or getattr(cause, "code", None) == 2


def check_in_default_remote(root: Path, *versions: Version) -> None:
    """Prove that the default remote holds the right bytes of each version; each one is hashed.

    Raises DataError: no remote, one out of reach, an object that is missing or damaged there.
    """
    with Remotes(root) as opened:
        if (name := next(iter(opened.addresses), None)) is None:
            raise DataError(
                f"{root / '.dvc/config'}: no remote. Add one that holds the data: "
                "dvc remote add -d NAME ADDRESS."
            )
        for version in versions:
            fault = opened.fault(name, version)
            if fault == ABSENT:
                raise DataError(
                    f"{version.name}: missing in the default remote {name} "
                    f"({opened.address(name, version)}). Bring it there: dvc push -r {name}."
                )
            if fault:
                raise DataError(
                    f"{version.name}: damaged in the default remote {name}: "
                    f"{say_fault(fault)} ({opened.address(name, version)}). Replace it there by a "
                    "right copy."
                )


# How the place of a copy is called: a folder remote by its name, the cache.
STORES, DVC_CACHE = "store ", "DVC cache"
DAMAGED = "audit.remote.damaged"


@dataclass(frozen=True)
class Copy:
    """One local copy of an object: where it lies, and what is wrong with it (None: nothing)."""

    place: str
    path: Path
    fault: Fact | None


def copies_beside_remotes(root: Path, version: Version) -> dict[str, Path]:
    """Where else the version may lie on this machine: place to path, whether it is there or not."""
    return {
        DVC_CACHE: cache_folder(root) / version.object_name,
        "data/raw": root / version.pointer_path.with_suffix(""),
        # Where the restore step places verified copies.
        "results/inputs": root / "results/inputs" / version.dataset / version.version / "data.csv",
    }


def local_copies(root: Path, version: Version, foreign: Foreign | None = None) -> Iterator[Copy]:
    """Every copy to restore from, each one hashed: folder remotes, cache, data/raw; of a foreign
    tree only its own store and the folders that the auditor named.
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
        # A foreign tree's own.
        if foreign and place == f"{STORES}store" and not inside:
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
    # Where this program and DVC write; what lies elsewhere is its owner's.
    written = ("data", "results", ".dvc")
    for path in (path for folder in written for path in (root / folder).rglob("*")):
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

    Damaged copies that were passed over are logged. Raises DataError when the version was erased,
    or when no place holds its bytes, naming each damaged copy and each remote that could not be
    asked.
    """
    if version.is_erased:
        raise DataError(
            f"{version.name} was erased ({version.note or 'no reason given'}).\nIts hashes stay in "
            "data/versions.csv; what rests on it can no longer be computed."
        )
    check_pointer(root, version)
    found, damaged, faults = None, list[Fact](), list[Fact]()
    for copy in local_copies(root, version, foreign):
        if copy.fault is None:
            found = copy.path
            break
        seen = show_path(copy.path, root)
        damaged.append(Fact("language.labelled", {"label": seen, "what": copy.fault}))
    else:
        found, faults = _fetch(root, version, foreign)
        damaged += [fault for fault in faults if fault.kind == DAMAGED]
    if found:
        for fact in damaged:
            log.warning("DAMAGED %s: %s; another copy served", version.name, say_fault(fact))
        return found
    if damaged:
        fact = Fact("audit.copy.damaged", {"copies": Listed(tuple(damaged), "comma")})
    else:
        kind = "audit.copy.nowhere_restricted" if version.is_restricted else "audit.copy.nowhere"
        folders = (Fact("audit.remote.folder", {"remote": n}) for n in local_remotes(root, foreign))
        looked = [*folders, *faults]
        if foreign is not None:
            kind = "audit.copy.nowhere_foreign"
        else:
            looked = looked or [Fact("audit.remote.none")]
            looked += [Fact("audit.error", {"said": name}) for name in (DVC_CACHE, "data/raw")]
        fact = Fact(kind, {"object": version.md5, "looked": Listed(tuple(looked), "comma")})
    raise DataError(f"{version.name}: {say_fault(fact)}", fact)


def show_path(path: Path, root: Path) -> str:
    """A path as it is said: from the project's root where it lies below it."""
    return str(path.relative_to(root) if path.is_relative_to(root) else path)


def _fetch(root: Path, version: Version, foreign: Foreign | None) -> tuple[Path | None, list[Fact]]:
    """The object, brought into DVC's cache from a remote elsewhere; and why not from the others."""
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
    """Place a verified copy of the version at `target`, for its owner, whole or not at all."""
    source = find_object(root, version)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary_path = temporary_name(target)
    try:
        # Nobody else reads the answers, not even before they are whole.
        temporary_path.touch(mode=0o600)
        shutil.copyfile(source, temporary_path)
        # Hashed again after the copy: a disk that fails or a file that changes meanwhile is seen.
        if fault := fault_of(temporary_path, version):
            said = say_fault(fault)
            raise DataError(f"{version.name}: the copy at {target} is damaged: {said}. Try again.")
        temporary_path.replace(target)
    finally:
        temporary_path.unlink(missing_ok=True)
