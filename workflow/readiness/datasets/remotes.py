"""What the remotes hold, hashed here, whatever kind they are: folder, S3, SSH, HTTP.

DVC compares names and calls a changed object up to date. So each object is streamed through DVC's
own file system of that remote, which knows its address and credentials, and hashed on the way.
Neither git nor DVC's cache is needed.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from readiness.datasets.places import (
    ABSENT,
    Foreign,
    chunks,
    fault_if_there,
    fault_of_bytes,
    local_remotes,
    remote_settings,
    say_fault,
)
from readiness.datasets.versions import Version
from readiness.errors import DataError
from readiness.facts import Fact
from readiness.files import temporary_name


class UnreachableError(DataError):
    """A remote could not be asked; so nothing is known of what it holds."""


class Remotes(ExitStack):
    """The project's remotes, the default one first; DVC is started when one is no folder.

    To be used in a `with` block, which ends DVC.
    """

    def __init__(self, root: Path, foreign: Foreign | None = None) -> None:
        super().__init__()
        self._settings = remote_settings(root, foreign)
        self.addresses = {name: found["url"] for name, found in self._settings.items()}
        self.folders = local_remotes(root, foreign)
        self._repo: Any = None
        self._stores: dict[str, Any] = {}

    @property
    def elsewhere(self) -> list[str]:
        """The names of the remotes that are no folder of this machine."""
        return [name for name in self.addresses if name not in self.folders]

    def fault(self, name: str, version: Version) -> Fact | None:
        """What is wrong with the version in the remote: None for nothing, `ABSENT` if missing.

        Raises UnreachableError when the remote cannot be asked.
        """
        if name in self.folders:
            with self._asking(name):
                folder = self.folders[name]
                if not folder.is_dir():
                    raise NotADirectoryError("no such folder")
                if not os.access(folder, os.R_OK | os.X_OK):
                    raise PermissionError(f"{folder} cannot be read")
            # One file that cannot be read is a damaged object, and no word about the others.
            return fault_if_there(self._file(name, version), version)
        try:
            with self._asking(name), self._open(name, version) as file:
                return fault_of_bytes(chunks(file), version)
        except FileNotFoundError:
            return ABSENT

    def fetch(self, name: str, version: Version, target: Path) -> Fact | None:
        """Bring the version to `target` when its bytes are right; returns what `fault` would.

        Nothing else is ever written there: damage does not spread into DVC's cache.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        path = temporary_name(target)
        with path.open("wb") as temporary:

            def kept(content: Iterator[bytes]) -> Iterator[bytes]:
                for chunk in content:
                    temporary.write(chunk)
                    yield chunk

            try:
                with self._asking(name), self._open(name, version) as file:
                    fault = fault_of_bytes(kept(chunks(file)), version)
                if fault is None:
                    temporary.flush()
                    path.chmod(0o444)  # as DVC keeps what lies in its cache
                    path.replace(target)
                return fault
            except FileNotFoundError:
                return ABSENT
            finally:
                path.unlink(missing_ok=True)

    def remove(self, name: str, version: Version) -> bool:
        """Remove the version's object from the remote; whether there was one.

        Raises UnreachableError when the remote cannot be asked or does not let objects be removed.
        """
        try:
            with self._asking(name):
                if name in self.folders:
                    self._file(name, version).unlink()
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
            return str(self._file(name, version))
        return f"{self.addresses[name].rstrip('/')}/{version.object_name}"

    def _file(self, name: str, version: Version) -> Path:
        return self.folders[name] / version.object_name

    def _open(self, name: str, version: Version) -> IO[bytes]:
        store = self._store(name)
        file: IO[bytes] = store.fs.open(store.oid_to_path(version.md5), mode="rb")
        return file

    def _store(self, name: str) -> Any:
        """DVC's object database of a remote: one each, for each has connections of its own."""
        if self._repo is None:
            from dvc.repo import Repo

            # In a folder of its own: what DVC finds in a project's settings it obeys.
            folder = self.enter_context(TemporaryDirectory(prefix="readiness-"))
            (Path(folder) / ".dvc").mkdir()
            elsewhere = {name: dict(self._settings[name]) for name in self.elsewhere}
            # no_scm: there is no git, and DVC would refuse to start.
            core = {"no_scm": True, "analytics": False, "check_update": False}
            repo = Repo(folder, config={"core": core, "remote": elsewhere})
            self._repo = self.enter_context(repo)
        if name not in self._stores:
            self._stores[name] = self._repo.cloud.get_remote_odb(name)
            self.callback(_close_session, self._stores[name].fs)
        return self._stores[name]

    @contextmanager
    def _asking(self, name: str) -> Iterator[None]:
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
    """Close the web connections of a file system of DVC.

    Left to the garbage collector they stay open where it runs in the thread that serves them, or
    where the machine is busy: it then waits a tenth of a second.
    """
    import asyncio

    session = getattr(system.fs, "_session", None)
    if session is not None:
        asyncio.run_coroutine_threadsafe(session.close(), system.fs.loop).result()


def _says_missing(cause: BaseException | None) -> bool:
    """Whether what lies behind a FileNotFoundError is a server's word that there is no such object.

    The file systems raise it also for a server that does not answer or does not let us in.
    """
    if cause is None or isinstance(cause, FileNotFoundError):
        return True
    response = getattr(cause, "response", None)
    if isinstance(response, dict):  # S3
        return bool(response.get("Error", {}).get("Code") != "NoSuchBucket")
    return getattr(cause, "status", None) in (404, 410)


def check_in_default_remote(root: Path, *versions: Version) -> None:
    """Prove that the default remote holds the right bytes of each version; each one is hashed.

    Raises DataError when there is no remote, it cannot be reached, or an object is missing or
    damaged there.
    """
    with Remotes(root) as opened:
        name = next(iter(opened.addresses), None)
        if name is None:
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
