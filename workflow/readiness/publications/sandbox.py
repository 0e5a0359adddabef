"""Running code that is somebody else's, confined by bubblewrap and libseccomp.

Inside there is the interpreter with its packages, read-only, and the project: its inputs read-only,
the rest in memory and gone at the end. There is no network, no home, no variable of the auditor's
environment, no other process, no call of the kernel that computing does not need. What the run
leaves comes out as a stream, which is checked as it is taken. Time, memory, disk and processes are
bounded. https://github.com/containers/bubblewrap, https://github.com/seccomp/libseccomp
"""

import ctypes
import errno
import json
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import IO

import psutil

from readiness.errors import DataError
from readiness.facts import Fact
from readiness.language import tell

# What of the system there is inside: programs and libraries, no settings.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
PROJECT = "/project"
GIB = 1 << 30
MOST_FILES = 100_000
MOST_SAID = 60_000
HEAD, CHUNK = struct.Struct(">HQ"), 1 << 20

INSIDE = """
import io, json, os, resource, shutil, struct, subprocess, sys
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

def leave(name, size, content):
    name = os.fsencode(name)
    sys.stdout.buffer.write(struct.pack(">HQ", len(name), size) + name)
    shutil.copyfileobj(content, sys.stdout.buffer)

for name, content in parts.items():
    leave(name, len(content), io.BytesIO(content))
for folder, _, names in os.walk("results"):
    for path in sorted(os.path.join(folder, name) for name in names):
        if os.path.isfile(path) and not os.path.islink(path):
            with open(path, "rb") as content:
                leave(path, os.fstat(content.fileno()).st_size, content)
"""


@dataclass(frozen=True)
class RunBounds:
    """What a run inside may use: seconds, bytes of memory and of disk, processes."""

    seconds: float = 3600.0
    memory: int = 0
    disk: int = 0
    processes: int = 512


@cache
def bubblewrap() -> Path | None:
    """The program, where it and its filter are there and may be used; None otherwise."""
    # Where bubblewrap is looked for: not by PATH, which may name a folder that is somebody else's.
    for program in (Path("/usr/bin/bwrap"), Path("/usr/local/bin/bwrap"), Path("/bin/bwrap")):
        if program.is_file():
            words = [str(program), *_NAMESPACES, *_bind_system(), "--size", "4096"]
            try:
                probe = _start([*words, "--tmpfs", "/tmp", "/usr/bin/env", "true"])
            except OSError:
                return None
            probe.communicate()
            return program if probe.returncode == 0 else None
    return None


def _start(words: Sequence[str]) -> subprocess.Popen[bytes]:
    """Bubblewrap with these arguments, and what is inside without the calls that are refused."""
    with open_filter() as calls:
        return subprocess.Popen(
            [words[0], "--seccomp", str(calls.fileno()), *words[1:]],
            env={},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            pass_fds=[calls.fileno()],
        )


_NAMESPACES = (
    *("--unshare-all", "--unshare-user", "--disable-userns", "--uid", "65534", "--gid", "65534"),
    *("--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"),
    *("--hostname", "sandbox"),
)


def _bind_system() -> Iterator[str]:
    for name in SYSTEM:
        path = Path(name)
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), name)
        elif path.is_dir():
            yield from ("--ro-bind", name, name)
    # And the settings without which these are not found.
    for name in ("/etc/ld.so.cache", "/etc/alternatives"):
        yield from ("--ro-bind-try", name, name)


def interpreter() -> list[Path]:
    """The folders of this interpreter and its packages; DataError if one holds the home."""
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
    Raises DataError when it did not start, exceeded a bound, or left what cannot be taken.
    """
    # At most half of the memory, and a quarter more for what is written, which is memory.
    there = psutil.virtual_memory().total
    bounds = bounds or RunBounds(memory=min(16 * GIB, there // 2), disk=min(4 * GIB, there // 4))
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
        *_list_mounts(folder, programs, bounds),
        *("--chdir", PROJECT),
        *(word for name, value in variables.items() for word in ("--setenv", name, value)),
        *(sys.executable, "-I", "-X", "utf8", "-c", INSIDE),
        json.dumps([inner, list(command)]),
    ]
    process = _start(words)
    faults: list[Fact] = []
    watch = threading.Thread(target=_watch, args=(process, bounds, faults), daemon=True)
    watch.start()
    assert process.stdout is not None and process.stderr is not None
    try:
        return _unpack_result(process.stdout, folder, bounds)
    except (OSError, ValueError, EOFError) as error:
        process.kill()
        watch.join()
        fact = faults[0] if faults else Fact("audit.run.left", {"said": str(error)})
        # What runs inside speaks elsewhere: this is bubblewrap's own word.
        said = process.stderr.read(MOST_SAID).decode("utf-8", "replace").strip().splitlines()
        if said and not faults:
            fact = Fact("audit.run.not_started", {"said": said[-1].removesuffix(".")})
        raise DataError(tell(fact, "en"), fact) from None
    finally:
        # With it everything inside ends.
        process.kill()
        process.wait()
        watch.join()
        process.stdout.close()
        process.stderr.close()


def _list_mounts(folder: Path, programs: Sequence[Path], bounds: RunBounds) -> Iterator[str]:
    yield from _bind_system()
    yield from ("--proc", "/proc", "--dev", "/dev")
    # Of the kernel's own files: whoever is root outside owns them inside, too.
    for name in ("sys", "fs", "driver", "acpi", "asound", "scsi", "pressure"):
        yield from ("--ro-bind-try", f"/proc/{name}", f"/proc/{name}")
    yield from ("--size", str(bounds.disk), "--tmpfs", "/tmp", "--dir", "/tmp/home")
    for path in (*interpreter(), *programs):
        yield from ("--ro-bind", str(path), str(path))
    yield from ("--size", str(bounds.disk), "--tmpfs", PROJECT)
    for path in sorted(folder.iterdir()):
        target = "/program" if path.name == "workflow" else f"{PROJECT}/{path.name}"
        yield from ("--ro-bind", str(path), target)


def _unpack_result(stream: IO[bytes], folder: Path, bounds: RunBounds) -> tuple[int, str]:
    """Take what came out: the exit code, the words, and the files below `results`.

    Each is the length of its name, its size, its name, its bytes; nothing else is kept of one than
    what is written. ValueError when there is more than the bounds allow, or it is something else.
    """
    told = {}
    for name in ("said", "code"):
        found, size = _read_head(stream) or ("", 0)
        if found != name or size > MOST_SAID:
            raise ValueError("not what the sandbox writes")
        told[name] = _take(stream, size).decode("utf-8", "replace")
    left, count = bounds.disk, 0
    while name_and_size := _read_head(stream):
        name, size = name_and_size
        left, count = left - size, count + 1
        parts = PurePosixPath(name).parts
        if left < 0 or count > MOST_FILES:
            raise ValueError(f"{name!r}: more than may come out")
        if parts[:1] != ("results",) or ".." in parts:
            raise ValueError(f"{name!r} is no result")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("xb") as file:
            while size:
                chunk = _take(stream, min(size, CHUNK))
                file.write(chunk)
                size -= len(chunk)
    return int(told["code"]), told["said"]


def _read_head(stream: IO[bytes]) -> tuple[str, int] | None:
    first = stream.read(HEAD.size)
    if not first:
        return None
    length, size = HEAD.unpack(first + _take(stream, HEAD.size - len(first)))
    return _take(stream, length).decode("utf-8"), size


def _take(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError("it ends in the middle of a file")
    return content


def _watch(process: subprocess.Popen[bytes], bounds: RunBounds, faults: list[Fact]) -> None:
    """End what runs inside when all of it exceeds the bounds; the system bounds each process."""
    end = time.monotonic() + bounds.seconds
    while process.poll() is None:
        if fault := _find_fault(process, bounds, end):
            faults.append(fault)
            process.kill()
            return
        time.sleep(0.25)


def _find_fault(process: subprocess.Popen[bytes], bounds: RunBounds, end: float) -> Fact | None:
    if time.monotonic() > end:
        return Fact("audit.run.seconds", {"n": round(bounds.seconds)})
    count = memory = 0
    try:
        inside = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return None
    for one in inside:
        try:
            memory += one.memory_info().rss
            count += 1
        except psutil.Error:
            continue
    if count > bounds.processes:
        return Fact("audit.run.processes", {"n": bounds.processes})
    return Fact("audit.run.memory", {"n": bounds.memory >> 20}) if memory > bounds.memory else None


# Those by which programs have left sandboxes, or that reach what no namespace divides: other
# processes, mounts, keys, modules, clocks, the kernel's own programs. As Flatpak's, and more.
REFUSED = """
    acct add_key adjtimex bpf chroot clock_adjtime clock_settime delete_module fanotify_init
    finit_module fsconfig fsmount fsopen fspick get_mempolicy init_module io_uring_enter
    io_uring_register io_uring_setup ioperm iopl kcmp kexec_file_load kexec_load keyctl
    lookup_dcookie mbind migrate_pages modify_ldt mount mount_setattr move_mount move_pages
    name_to_handle_at nfsservctl open_by_handle_at open_tree perf_event_open personality
    pidfd_getfd pivot_root process_vm_readv process_vm_writev ptrace quotactl quotactl_fd reboot
    request_key set_mempolicy setdomainname setns settimeofday sethostname swapoff swapon syslog
    umount umount2 unshare uselib userfaultfd vhangup
"""
# Families of sockets within the sandbox's own network: AF_UNIX, AF_INET, AF_INET6.
FAMILIES = (1, 2, 10)
TIOCSTI, TIOCLINUX, CLONE_NEWUSER = 0x5412, 0x541C, 0x10000000
# libseccomp's `SCMP_ACT_ALLOW`, `SCMP_ACT_ERRNO` and `SCMP_CMP_*`.
ALLOW, REFUSE = 0x7FFF0000, 0x00050000
EQUAL, GREATER, MASKED_EQUAL = 4, 6, 7


class _Condition(ctypes.Structure):
    """`scmp_arg_cmp`: which argument of a call, how it is compared, and with what."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("comparison", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


def open_filter() -> IO[bytes]:
    """The filter as the kernel reads it, in memory; OSError where there is no libseccomp."""
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    rules = ctypes.c_void_p(library.seccomp_init(ALLOW))

    def refuse(call: str, code: int, *conditions: _Condition) -> None:
        number = library.seccomp_syscall_resolve_name(call.encode())
        array = (_Condition * len(conditions))(*conditions)
        # -1: a call that this library has never heard of.
        if number != -1 and library.seccomp_rule_add_array(
            rules, REFUSE | code, number, len(conditions), array
        ):
            raise OSError(f"libseccomp refuses no {call}")

    try:
        for call in REFUSED.split():
            refuse(call, errno.EPERM)
        # Its arguments lie in memory, where no filter reads: callers then fall back to `clone`.
        refuse("clone3", errno.ENOSYS)
        refuse("clone", errno.EPERM, _Condition(0, MASKED_EQUAL, CLONE_NEWUSER, CLONE_NEWUSER))
        for request in (TIOCSTI, TIOCLINUX):
            refuse("ioctl", errno.EPERM, _Condition(1, MASKED_EQUAL, 0xFFFFFFFF, request))
        for family in {*range(max(FAMILIES))} - {*FAMILIES}:
            refuse("socket", errno.EAFNOSUPPORT, _Condition(0, EQUAL, family, 0))
        refuse("socket", errno.EAFNOSUPPORT, _Condition(0, GREATER, max(FAMILIES), 0))
        file = os.fdopen(os.memfd_create("calls"), "w+b")
        if library.seccomp_export_bpf(rules, file.fileno()):
            file.close()
            raise OSError("libseccomp writes no filter")
    finally:
        library.seccomp_release(rules)
    file.seek(0)
    return file
