"""The tree that is audited, and the scratch folder in which it is run again.

The tree is this program's own, or somebody else's as a folder or a zip. Somebody else's is read and
never run: it is judged by this program, from its own store and from the remotes that the auditor
names.

The scratch folder holds a small project with verified datasets, for a snakemake of its own. It is
gone afterwards, also when the audit is interrupted or asked to end: it holds people's answers.
Nothing of the tree is touched. The code that runs is the scratch project's own, whatever is
installed.
"""

import io
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from readiness.datasets.places import STORE, Foreign
from readiness.datasets.versions import Pointer
from readiness.errors import ConfigError, DataError
from readiness.files import write_atomically
from readiness.publications.ledger import FOLDER
from readiness.publications.program import own_tree
from readiness.publications.sandbox import PROJECT, run_confined
from readiness.rendering.engines import find_quarto

# Starts the program that lies in a folder, and takes nothing else there for a library.
START = """
import runpy, sys
sys.path.insert(0, sys.argv.pop(1))
import readiness
del sys.path[0]
runpy.run_module("readiness", run_name="__main__")
"""
# What of the auditor's environment reaches sealed code: which kernels of the processor to use.
KERNELS = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES")
# Seconds before each attempt to remove a folder in which a job that ends may still write.
PAUSES = (0.0, 0.1, 0.5, 2.0)


@contextmanager
def scratch_project(code: Mapping[str, bytes], objects: Mapping[Pointer, Path]) -> Iterator[Path]:
    """A project in a temporary folder: files by name, and datasets.

    `objects` are verified copies of the datasets; they are copied, never linked. DataError when the
    temporary folder cannot be used.
    """
    with ended_like_interrupted(), temporary_folder() as scratch:
        folder = scratch / "project"
        try:
            for name, content in code.items():
                write_atomically(folder / name, content)
            for pointer, path in objects.items():
                target = folder / STORE / pointer.object_name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, target)
        except OSError as error:
            raise DataError(
                f"{scratch.parent}: {error.strerror}. Free some space, or set TMPDIR to another "
                "folder."
            ) from None
        yield folder


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for the time of a context; DataError when there is no place for one."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="readiness-"))
    except OSError as error:
        raise DataError(f"{error.filename}: {error.strerror}; set TMPDIR to a folder.") from None
    try:
        if os.pathsep in str(folder):
            # Python would look for the code elsewhere, and find today's.
            raise DataError(
                f"{folder.parent}: its name holds {os.pathsep!r}; set TMPDIR to another folder."
            )
        yield folder
    finally:
        for pause in PAUSES:
            time.sleep(pause)
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                break


@contextmanager
def ended_like_interrupted() -> Iterator[None]:
    """Within it, a signal that asks the process to end does what an interrupt from the keyboard
    does: the scratch folder goes before the process."""

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    asks = (signal.SIGTERM, signal.SIGHUP)
    mine = threading.current_thread() is threading.main_thread()
    heard = [n for n in asks if mine and signal.getsignal(n) is signal.SIG_DFL]
    for number in heard:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, signal.SIG_DFL)


def run_in(folder: Path, targets: Sequence[str], cores: str) -> str:
    """Run this program in the project in `folder` for some targets; "" when done, else why not."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("READINESS_", "SNAKEMAKE_", "PYTHON"))
    }
    # What the run's programs leave there goes with the scratch folder.
    environment["TMPDIR"] = str(folder.parent)
    code, said = _run(folder, _command(folder / "workflow", targets, cores), environment)
    return "" if code == 0 else _reason(said, folder)


def run_sealed(folder: Path, targets: Sequence[str], cores: str, *, confined: bool) -> str:
    """Run the program of the project in `folder`, which is somebody else's, for some targets.

    "" when it is done, else why it is not. `confined`: in a sandbox.
    """
    variables = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
        # An older program starts its steps by `python -m`, in a folder that is no place of
        # libraries.
        "PYTHONSAFEPATH": "1",
        "PYTHONNOUSERSITE": "1",
        "USER": "auditor",
    }
    variables |= {name: os.environ[name] for name in KERNELS if name in os.environ}
    quarto = find_quarto()
    if quarto:
        variables["QUARTO_PATH"] = str(quarto)
    if confined:
        variables |= {"HOME": "/tmp/home", "TMPDIR": "/tmp"}
        command = _command(Path(PROJECT) / "workflow", targets, cores)
        programs = [quarto.parent, quarto.resolve().parents[1]] if quarto else []
        code, said = run_confined(folder, command, variables, programs)
        return "" if code == 0 else _reason(said, Path(PROJECT))
    home = folder.parent / "home"
    home.mkdir()
    variables |= {"HOME": str(home), "TMPDIR": str(folder.parent)}
    code, said = _run(folder, _command(folder / "workflow", targets, cores), variables)
    return "" if code == 0 else _reason(said, folder)


def _command(program: Path, targets: Sequence[str], cores: str) -> list[str]:
    start = [sys.executable, "-I", "-X", "utf8", "-c", START, str(program)]
    return [*start, "run", "--cores", cores, "--", *targets]


def _run(folder: Path, command: Sequence[str], variables: Mapping[str, str]) -> tuple[int, str]:
    # A session of its own: an interrupt from the keyboard is for this process to pass on.
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=dict(variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        _, said = process.communicate()
    except BaseException:
        # It ends its own workflow, which would go on for long, in a folder that is gone.
        process.send_signal(signal.SIGTERM)
        process.communicate()
        raise
    return process.returncode, said


def _reason(stderr: str, folder: Path) -> str:
    """What `readiness run` said last, without the scratch folder's name."""
    lines = stderr.strip().splitlines()
    said = [k for k, line in enumerate(lines) if line.startswith("readiness run: ")]
    text = " ".join(lines[said[-1] :]) if said else (lines[-1] if lines else "no message")
    return text.removeprefix("readiness run: ").replace(f"{folder}/", "")


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
