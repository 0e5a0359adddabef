"""The tree that is audited: this program's own, or somebody else's as a folder or a zip.

Somebody else's is read and never run: it is judged by this program, from its own store and from the
remotes that the auditor names.
"""

from __future__ import annotations

import io
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from readiness.datasets.places import Foreign
from readiness.errors import ConfigError, DataError
from readiness.publications.ledger import FOLDER
from readiness.publications.program import own_tree
from readiness.publications.scratch import ended_like_interrupted, temporary_folder

# How much a zip may hold, unpacked.
MOST_BYTES = 4 << 30
MOST_FILES = 20_000
# Of what comes out to what lay in the zip; tables come to 50, zeros to 1000.
MOST_RATIO = 200
# Bytes for which no ratio is asked.
FREE = 16 << 20
# Bytes of a zip's own directory, which is read at once.
MOST_DIRECTORY = 32 << 20
CHUNK = 1 << 20


def is_tree(word: str) -> bool:
    """Whether a word on the command line names a folder or a zip, and not a publication."""
    path = Path(word)
    named = "/" in word or word in (".", "..") or path.suffix == ".zip"
    return named or (path / FOLDER).is_dir()


@contextmanager
def open_tree(
    path: Path, remotes: Sequence[str | Path] = ()
) -> Iterator[tuple[Path, Foreign | None]]:
    """The root of the tree at `path`, and what may be read for it when it is somebody else's.

    A zip is unpacked into a temporary folder. `remotes` are addresses that the auditor named:
    folders or URLs. ConfigError when there is no tree, DataError when a zip cannot be unpacked.
    """
    own = own_tree()
    if path.is_dir() and own is not None and own.samefile(path):
        if remotes:
            raise ConfigError("--remote: this tree's own settings name its remotes (.dvc/config).")
        yield path, None
        return
    with ended_like_interrupted(), temporary_folder() as folder:
        if path.is_file():
            unpack_zip(path, folder / "tree")
            root = _root(path, folder / "tree")
        elif path.is_dir():
            root = path
        else:
            raise ConfigError(f"{path}: no such folder and no such zip.")
        yield root, Foreign(tuple(map(_address, remotes)), folder / "fetched")


def _address(remote: str | Path) -> str:
    if isinstance(remote, str):
        return remote
    if not remote.is_dir():
        raise ConfigError(f"--remote {remote}: no such folder; expected one, or a URL as s3://...")
    return str(remote.resolve())


def _root(path: Path, folder: Path) -> Path:
    """The tree in an unpacked zip, which may have one folder around it."""
    found = [
        root for root in (folder, *sorted(p for p in folder.iterdir())) if (root / FOLDER).is_dir()
    ]
    if not found:
        raise ConfigError(f"{path}: no folder {FOLDER} in it; expected a bundle or a tree.")
    return found[0]


class _Bounded(io.FileIO):
    """A file of which no more is read at once than a zip's directory may be."""

    def read(self, size: int | None = -1, /) -> bytes:
        """At most so many bytes; BadZipFile when more are asked for."""
        rest = size is None or size < 0
        content = super().read(MOST_DIRECTORY + 1 if rest else min(size or 0, MOST_DIRECTORY + 1))
        if len(content) > MOST_DIRECTORY:
            raise zipfile.BadZipFile("its directory is larger than that of any bundle")
        return content


def unpack_zip(path: Path, folder: Path) -> None:
    """Write a zip's files below `folder`, each checked as it is unpacked.

    DataError at the first name that leads out of the folder or stands twice, at a link, a device or
    an encrypted file, and when more comes out than the bounds above allow.
    """
    folder.mkdir()
    try:
        with _Bounded(path) as file, zipfile.ZipFile(file) as archive:
            members = archive.infolist()
            if len(members) > MOST_FILES:
                raise zipfile.BadZipFile(f"more than {MOST_FILES} files")
            written = 0
            for member in members:
                target = folder / _name(member)
                if member.is_dir():
                    target.mkdir(parents=True, exist_ok=True)
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as content, target.open("xb") as out:
                    while chunk := content.read(CHUNK):
                        written += len(chunk)
                        _within_bounds(written, path)
                        out.write(chunk)
    except FileExistsError as error:
        name = Path(str(error.filename)).relative_to(folder)
        raise DataError(f"{path}: {str(name)!r} stands there twice; nothing was audited.") from None
    except NotADirectoryError:
        raise DataError(f"{path}: a file where a folder is needed; nothing was audited.") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
        # A RuntimeError (and a NotImplementedError, which is one) says how it is packed.
        shutil.rmtree(folder, ignore_errors=True)
        raise DataError(f"{path}: cannot be unpacked: {error}; nothing was audited.") from None


def _name(member: zipfile.ZipInfo) -> PurePosixPath:
    """The member's name, when it is that of a file or folder inside."""
    name = PurePosixPath(member.filename)
    kind = stat.S_IFMT(member.external_attr >> 16)
    inside = name.parts and not name.is_absolute() and ".." not in name.parts
    if not inside or "\\" in member.filename or kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise zipfile.BadZipFile(f"{member.filename!r} is no file inside of it")
    if member.flag_bits & 1:
        raise zipfile.BadZipFile(f"{member.filename!r} is encrypted")
    return name


def _within_bounds(written: int, path: Path) -> None:
    if written > MOST_BYTES:
        raise zipfile.BadZipFile(f"more than {MOST_BYTES >> 30} GiB come out of it")
    if written > FREE and written > MOST_RATIO * path.stat().st_size:
        raise zipfile.BadZipFile(f"more than {MOST_RATIO} times its size come out of it")
