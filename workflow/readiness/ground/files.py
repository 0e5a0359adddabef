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

# Ending of the hidden file that is being written, or that a killed process has left.
TEMPORARY = ".tmp"
# Size in bytes of the largest file that is read whole. A sparse file of a terabyte takes no disk
# space, but would fill the memory.
LARGEST = 64 << 20
# Bytes of one folder's files kept in memory by `reading_once`.
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
    """Read each file below `folder` from the disk only once, and keep the content.

    The content that was checked is then the content that is shown, even if another program changes
    the file in the meantime.
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
    """Return the bytes of a regular file. Raises OSError for any other file (a pipe never ends),
    and for a file larger than `limit` bytes.
    """
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
    # Without O_NONBLOCK, opening a pipe waits for a process that writes into it.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a file", str(path))
    with os.fdopen(descriptor, "rb") as file:
        # One byte more than the size shows whether the file has grown.
        content = b"" if state.st_size > limit else file.read(state.st_size + 1)
        now = os.fstat(descriptor).st_size
    if state.st_size > limit:
        raise OSError(errno.EFBIG, f"larger than {limit} bytes", str(path))
    if not len(content) == state.st_size == now:
        raise OSError(errno.EBUSY, "changed while it was read", str(path))
    return content


def files_below(folder: Path) -> list[Path]:
    """Return the sorted files and links below `folder`; none for a folder that cannot be listed.

    Raises OSError for more than `MOST_FILES` entries.
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
    """Write a file whole or not at all: write a temporary file in the folder, then rename it.

    `private`: no other user of the machine can read the file, not even while it is written. Raises
    OSError with `path` as file name; the system's error of a full disk names no file.
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
    """Return the temporary path, beside `path`, of a file that is being written."""
    return path.with_name(f".{path.name}.{os.getpid()}{TEMPORARY}")


def left_behind(path: Path) -> list[Path]:
    """Return the temporary files that killed processes left while writing `path`."""
    name = re.compile(rf"\.{re.escape(path.name)}\.\d+{re.escape(TEMPORARY)}")
    return sorted(other for other in path.parent.glob(".*") if name.fullmatch(other.name))


def note_once(path: Path, text: str) -> None:
    """Write `text` into a file that holds only blanks; leave any other file unchanged."""
    with path.open("r+b") as file:
        if not file.read().strip():
            file.seek(0)
            # A single write in place: it needs no more disk space, and cannot stop halfway.
            os.write(file.fileno(), text.encode("utf-8"))
