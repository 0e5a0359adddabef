"""Running code that is somebody else's, confined by bubblewrap.

Inside there is the interpreter with its packages, read-only, and the project: its inputs read-only,
the rest in memory and gone at the end. There is no network, no home, no variable of the auditor's
environment, no other process. What the run leaves comes out as a stream, which is checked as it is
unpacked. Time, memory, disk and processes are bounded. https://github.com/containers/bubblewrap
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

import psutil

from readiness.errors import DataError
from readiness.facts import Fact
from readiness.language import tell
from readiness.publications.program import members

# Where bubblewrap is looked for: not by PATH, which may name a folder that is somebody else's.
PROGRAMS = (Path("/usr/bin/bwrap"), Path("/usr/local/bin/bwrap"), Path("/bin/bwrap"))
# What of the system there is inside: programs and libraries, no settings.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
# And the settings without which these are not found.
LOADER = ("/etc/ld.so.cache", "/etc/alternatives")
PROJECT = "/project"
GIB = 1 << 30
MOST_FILES = 100_000
# Seconds between two looks at what runs inside.
INTERVAL = 0.25

INSIDE = """
import io, json, os, resource, shutil, subprocess, sys, tarfile
bounds, command = json.loads(sys.argv[1])
for name, most in bounds.items():
    kind = getattr(resource, name)
    hard = resource.getrlimit(kind)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (most, most))
if os.path.isdir("/program"):
    # A copy: Python keeps beside the code what it has compiled, for the next step to read.
    shutil.copytree("/program", "workflow", symlinks=True)
with open("/tmp/said", "w+b") as said:
    code = subprocess.call(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said
    )
    said.seek(max(0, said.seek(0, 2) - 60000))
    parts = {"said": said.read(), "code": str(code).encode()}
with tarfile.open(fileobj=sys.stdout.buffer, mode="w|", format=tarfile.PAX_FORMAT) as tar:
    for name, content in parts.items():
        member = tarfile.TarInfo(name)
        member.size = len(content)
        tar.addfile(member, io.BytesIO(content))
    for folder, _, names in os.walk("results"):
        for path in sorted(os.path.join(folder, name) for name in names):
            if os.path.isfile(path) and not os.path.islink(path):
                tar.add(path, recursive=False)
"""


@dataclass(frozen=True)
class RunBounds:
    """What a run inside may use: seconds, bytes of memory and of disk, processes."""

    seconds: float = 3600.0
    memory: int = 0
    disk: int = 0
    processes: int = 512

    @classmethod
    def of_this_machine(cls) -> RunBounds:
        """At most half of the memory, and a quarter more for what is written, which is memory."""
        present = psutil.virtual_memory().total
        return cls(memory=min(16 * GIB, present // 2), disk=min(4 * GIB, present // 4))


@cache
def bubblewrap() -> Path | None:
    """The program, where it is there and may be used; None otherwise."""
    for program in PROGRAMS:
        if program.is_file():
            probe = [str(program), *_NAMESPACES, *_system(), "--size", "4096", "--tmpfs", "/tmp"]
            done = subprocess.run(
                [*probe, "/usr/bin/env", "true"], capture_output=True, env={}, check=False
            )
            return program if done.returncode == 0 else None
    return None


_NAMESPACES = (
    "--unshare-all",
    "--unshare-user",
    "--disable-userns",
    "--die-with-parent",
    "--new-session",
    "--clearenv",
    "--cap-drop",
    "ALL",
    "--hostname",
    "sandbox",
)


def _system() -> Iterator[str]:
    """The arguments that bring the system's programs and libraries in."""
    for name in SYSTEM:
        path = Path(name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), name)
        elif path.is_dir():
            yield from ("--ro-bind", name, name)
    for name in LOADER:
        yield from ("--ro-bind-try", name, name)


def interpreter() -> list[Path]:
    """The folders that hold this interpreter and its packages, each after those that hold it.

    DataError when one of them holds the user's home.
    """
    found = {Path(name) for name in (sys.prefix, sys.base_prefix, *sys.path) if name}
    # An environment's `python` is a link, maybe to a link.
    link = Path(sys.executable)
    while link.is_symlink():
        link = link.parent / link.readlink()
        found.add(Path(os.path.normpath(link.parent)))
    found |= {path.resolve() for path in found}
    home = Path.home().resolve()
    own = (p for p in found if not any(p.is_relative_to(name) for name in SYSTEM))
    needed = sorted(p for p in own if p.exists())
    for path in needed:
        if home.is_relative_to(path.resolve()) or path == Path("/"):
            raise DataError(
                f"{path}: holds the home of the user and Python's own files; no sandbox"
            )
    return needed


def run_confined(
    folder: Path,
    command: Sequence[str],
    variables: Mapping[str, str],
    programs: Sequence[Path] = (),
    bounds: RunBounds | None = None,
) -> tuple[int, str]:
    """Run `command` in a sandbox that has the project in `folder` as `PROJECT`.

    What it leaves below `results` is in `folder` afterwards. Returns its exit code and the end of
    what it said on standard error. `programs` are further folders that are visible, read-only.
    Raises DataError when it exceeded a bound, or left what cannot be taken.
    """
    bounds = bounds or RunBounds.of_this_machine()
    program = bubblewrap()
    assert program is not None  # asked before
    inner = {
        "RLIMIT_DATA": bounds.memory,
        "RLIMIT_FSIZE": bounds.disk,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 4096,
        "RLIMIT_NPROC": 8 * bounds.processes,
    }
    words = [
        str(program),
        *_NAMESPACES,
        *_mounts(folder, programs, bounds),
        "--chdir",
        PROJECT,
        *(word for name, value in variables.items() for word in ("--setenv", name, value)),
        sys.executable,
        "-I",
        "-X",
        "utf8",
        "-c",
        INSIDE,
        json.dumps([inner, list(command)]),
    ]
    process = subprocess.Popen(
        words,
        env={},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    watch = _Watch(process, bounds)
    watch.start()
    try:
        assert process.stdout is not None
        return _unpack_result(process.stdout, folder, bounds)
    except (tarfile.TarError, OSError, ValueError, EOFError) as error:
        process.kill()
        watch.join()
        fact = watch.fault or Fact("audit.run.left", {"said": str(error)})
        raise DataError(tell(fact, "en"), fact) from None
    finally:
        # With it everything inside ends.
        process.kill()
        process.wait()
        watch.join()
        if process.stdout is not None:
            process.stdout.close()


def _mounts(folder: Path, programs: Sequence[Path], bounds: RunBounds) -> Iterator[str]:
    yield from _system()
    yield from ("--proc", "/proc", "--dev", "/dev")
    yield from ("--size", str(bounds.disk), "--tmpfs", "/tmp", "--dir", "/tmp/home")
    for path in (*interpreter(), *programs):
        yield from ("--ro-bind", str(path), str(path))
    yield from ("--size", str(bounds.disk), "--tmpfs", PROJECT)
    for path in sorted(folder.iterdir()):
        target = "/program" if path.name == "workflow" else f"{PROJECT}/{path.name}"
        yield from ("--ro-bind", str(path), target)


def _unpack_result(stream: IO[bytes], folder: Path, bounds: RunBounds) -> tuple[int, str]:
    """Unpack what came out: the exit code, the words, and the files below `results`."""
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as tar:
        told = {}
        for name in ("said", "code"):
            member = tar.next()
            if member is None or member.name != name or member.size > 60_000:
                raise tarfile.TarError("not what the sandbox writes")
            word = tar.extractfile(member)
            assert word is not None  # of an ordinary file
            told[name] = word.read().decode("utf-8", "replace")
        for name, content in members(tar, most_bytes=bounds.disk, most_files=MOST_FILES):
            if not name.startswith("results/"):
                raise tarfile.TarError(f"{name!r} is no result")
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            with (folder / name).open("xb") as file:
                shutil.copyfileobj(content, file)
    return int(told["code"]), told["said"]


class _Member(tarfile.TarInfo):
    """A member whose extended header is no larger than names need: it is read into memory whole."""

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo | None:
        if self.size > 1 << 16 and self.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
            raise tarfile.ReadError("a header larger than any name")
        found: tarfile.TarInfo | None = super()._proc_member(archive)  # type: ignore[misc]
        return found


class _Watch(threading.Thread):
    """Ends what runs inside as soon as all of it together is more than the bounds allow.

    The system bounds each process; a limit on their number does not hold for root.
    """

    def __init__(self, process: subprocess.Popen[bytes], bounds: RunBounds) -> None:
        super().__init__(daemon=True)
        self.process = process
        self.bounds = bounds
        self.fault: Fact | None = None

    def run(self) -> None:
        """Look at it until it has ended."""
        end = time.monotonic() + self.bounds.seconds
        while self.process.poll() is None:
            self.fault = self._fault(end)
            if self.fault:
                self.process.kill()
                return
            time.sleep(INTERVAL)

    def _fault(self, end: float) -> Fact | None:
        if time.monotonic() > end:
            return Fact("audit.run.seconds", {"n": round(self.bounds.seconds)})
        count = memory = 0
        try:
            inside = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return None
        for one in inside:
            try:
                memory += one.memory_info().rss
                count += 1
            except psutil.Error:
                continue
        if count > self.bounds.processes:
            return Fact("audit.run.processes", {"n": self.bounds.processes})
        if memory > self.bounds.memory:
            return Fact("audit.run.memory", {"n": self.bounds.memory >> 20})
        return None
