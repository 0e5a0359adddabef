"""Read files within bounds; write files whole or not at all."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

# How the hidden name ends of what is being written, and of what a killed process has left.
TEMPORARY = ".tmp"
# Bytes of the largest file that is read whole: a hole of a terabyte costs no disk, but memory.
LARGEST = 64 << 20
# Bytes that are kept of one folder while it is read once.
MOST_BYTES = 256 << 20
MOST_FILES = 10_000


@dataclass
class _FolderReading:
    folder: Path
    files: dict[Path, bytes | OSError] = field(default_factory=dict)
    listed: dict[Path, list[Path] | OSError] = field(default_factory=dict)
    size: int = 0


_reading: ContextVar[_FolderReading | None] = ContextVar("reading", default=None)


@contextmanager
def reading_once(folder: Path) -> Iterator[None]:
    """Within it, each file below `folder` is read from the disk once, whoever asks again.

    So what was checked is what is shown, also when another program writes there meanwhile.
    """
    home = folder.absolute()
    present = _reading.get()
    if present is not None and home.is_relative_to(present.folder):
        yield
        return
    token = _reading.set(_FolderReading(home))
    try:
        yield
    finally:
        _reading.reset(token)


def read_file(path: Path, limit: int = LARGEST) -> bytes:
    """The bytes of an ordinary file; OSError when it is none (a pipe never ends) or too large."""
    once = _reading.get()
    name = path.absolute()
    if once is None or not name.is_relative_to(once.folder):
        return _read(path, limit)
    if name not in once.files:
        try:
            content = once.files[name] = _read(path, min(limit, MOST_BYTES - once.size))
            once.size += len(content)
        except OSError as error:
            once.files[name] = error
    found = once.files[name]
    if isinstance(found, OSError):
        raise type(found)(found.errno, found.strerror, str(path))
    return found


def _read(path: Path, limit: int) -> bytes:
    # Without O_NONBLOCK, to open a pipe is to wait for somebody who writes.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a file", str(path))
    with os.fdopen(descriptor, "rb") as file:
        # Room for the file as it is, and for one byte of what was added since.
        content = b"" if state.st_size > limit else file.read(state.st_size + 1)
        now = os.fstat(descriptor).st_size
    if state.st_size > limit:
        raise OSError(errno.EFBIG, f"larger than {limit} bytes", str(path))
    if not len(content) == state.st_size == now:
        raise OSError(errno.EBUSY, "changed while it was read", str(path))
    return content


def files_below(folder: Path) -> list[Path]:
    """Everything below `folder` that is no folder, links among it, sorted; OSError where that is
    more than `MOST_FILES`. Of a folder that may not be listed, nothing.
    """
    once, name = _reading.get(), folder.absolute()
    if once is None or not name.is_relative_to(once.folder):
        return _list(folder)
    if name not in once.listed:
        try:
            once.listed[name] = _list(folder)
        except OSError as error:
            once.listed[name] = error
    found = once.listed[name]
    if isinstance(found, OSError):
        raise OSError(found.errno, found.strerror, str(folder))
    return found


def _list(folder: Path) -> list[Path]:
    found: list[Path] = []
    waiting, seen = [str(folder)], 0
    while waiting:
        try:
            entries = os.scandir(waiting.pop())
        except (PermissionError, FileNotFoundError, NotADirectoryError):
            continue
        with entries:
            for entry in entries:
                seen += 1
                if seen > MOST_FILES:
                    raise OSError(errno.EFBIG, f"more than {MOST_FILES} files", str(folder))
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    found.append(Path(entry.path))
    return sorted(found)


def write_atomically(path: Path, content: bytes | str, *, private: bool = False) -> None:
    """Write a whole file or nothing: to a temporary name beside it, then rename.

    `private`: nobody else on the machine can read it, not even before it is whole. Raises OSError
    that names `path`: that of a write on a full disk names no file.
    """
    temporary = temporary_name(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(
                temporary, "wb", opener=partial(os.open, mode=0o600) if private else None
            ) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def temporary_name(path: Path) -> Path:
    """The name beside `path` under which it is written until it is whole."""
    return path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")


def left_behind(path: Path) -> list[Path]:
    """What killed processes have left of writing `path`, whole or not; of nobody else's files."""
    name = re.compile(rf"\.{re.escape(path.name)}\.\d+{re.escape(TEMPORARY)}")
    return sorted(other for other in path.parent.glob(".*") if name.fullmatch(other.name))


def note_once(path: Path, text: str) -> None:
    """Write `text` into a file of blanks, unless somebody has written there before."""
    with path.open("r+b") as file:
        if not file.read().strip():
            file.seek(0)
            # One call, in place: it needs no more of the disk and is whole or not there.
            os.write(file.fileno(), text.encode("utf-8"))
