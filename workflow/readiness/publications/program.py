"""Files of the running program, archives of its code, and its environment.

In a tree they lie as the tree has them. Installed from a wheel, the package holds in its folder
`project` what the tree has beside it: Snakefiles, rules, profiles, reports, the lock.

The environment (Python, processor, libraries, renderer) is recorded beside the lineage and never
mixed into it: the same values from another environment are the same values.
"""

import hashlib
import importlib.metadata
import io
import lzma
import platform
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import IO, Any

from readiness.ground.errors import DataError
from readiness.ground.facts import Fact, Term
from readiness.ground.files import LARGEST, read_file
from readiness.program.layout import (
    CODE_FOLDERS,
    LOCK,
    PLACES,
    code_files,
    place_of,
    program_files,
    project_files,
)
from readiness.provenance.digests import readable_json, sha256_of
from readiness.publications.ledger import FOLDER, PLANS

# Texts by the authors of the program's own project: reports and their names.
OF_THIS = re.compile(r"reports/|CITATION\.cff$")
# The place of reports: in an office they are its own, all other code is the program's.
REPORTS = "reports"


def lock_file() -> Path:
    """Return the path of the lock file: the package versions the program was tested with."""
    return project_files() / LOCK


def present_files(root: Path, *, own: bool) -> dict[str, bytes]:
    """Return the files of the running program for an archive of the project at `root`: content by
    name.

    Files about the program's own project are left out in another project. `own`: the project is the
    user's, so its report and texts (`report.qmd`, `reports/`) replace those of the program. Those
    of a foreign tree never do, because the code cells of a report are run.
    """
    files = read_program()
    if not own:
        return {
            name: file
            for name, file in files.items()
            if not OF_THIS.match(name) or (root / name).is_file()
        }
    report_paths = [path for path in code_files(root) if is_told(path.as_posix())]
    return {
        **{name: content for name, content in files.items() if not is_told(name)},
        **{path.as_posix(): read_file(root / path) for path in report_paths},
    }


def is_told(name: str) -> bool:
    """Return whether a file is part of the report, or a text about the program's own project."""
    return place_of(name) == REPORTS or bool(OF_THIS.match(name))


ARCHIVE = "code.tar.xz"
# Files that Python would import from its start folder.
LOADED = re.compile(r".*\.(?:py|pyc|pyd|pyo|pth|so)|.*\.(?:dist|egg)-info", re.ASCII)
DVC_FILE = ".dvc/config"
# Files of a run in an archive, besides pointers and inputs.
OWN = ("config.yaml", "data/versions.csv")
# A remote of its own: an audit fetches nothing by itself and needs no git.
DVC_CONFIG = """\
[core]
    remote = store
    no_scm = true
    analytics = false
    check_update = false
['remote "store"']
    url = ../data/store
"""


def strangers(root: Path) -> Iterator[Path]:
    """Yield files in code folders that are not part of the code, relative to the project's root.

    Caches of Python and hidden files are skipped: no archive has them and no run reads them.
    """
    for path in sorted(root.iterdir()):
        package = path.is_dir() and any(path.glob("__init__.*"))
        if not path.name.startswith(".") and (LOADED.fullmatch(path.name) or package):
            yield path.relative_to(root)
    for folder in CODE_FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root)
            hidden = any(part.startswith(".") or part == "__pycache__" for part in name.parts)
            is_code = (path.is_dir() and not path.is_symlink()) or place_of(name.as_posix())
            if not hidden and not is_code:
                yield name


def program_hashes(files: Mapping[str, bytes]) -> dict[str, str]:
    """Return a SHA-256 of the code in each place, over the names and hashes of its files.

    `files` are those of a project, by name; files that are not code are ignored. The settings of
    DVC count as code of the place `project`, because they can name programs.
    """
    lines: dict[str, list[str]] = {place: [] for place in PLACES}
    for name, content in sorted(files.items()):
        place = "project" if name == DVC_FILE else place_of(name)
        if place:
            lines[place].append(f"{name} {hashlib.sha256(content).hexdigest()}\n")
    return {
        place: hashlib.sha256("".join(names).encode()).hexdigest() for place, names in lines.items()
    }


@cache
def present_program(root: Path, *, own: bool) -> dict[str, str]:
    """Return the hashes of the program that runs, as an archive of a project at `root` has it."""
    return program_hashes({**present_files(root, own=own), DVC_FILE: DVC_CONFIG.encode()})


def is_present(sealed: Mapping[str, str], present: Mapping[str, str]) -> bool:
    """Return whether code with the hashes `sealed` is the `present` program, reports apart."""
    return all(sealed.get(place) == digest for place, digest in present.items() if place != REPORTS)


@cache
def read_program() -> dict[str, bytes]:
    """Read the files of the running program, by name. The mapping is cached: do not change it."""
    return {name: path.read_bytes() for name, path in program_files().items()}


def assemble(
    root: Path, config: str, versions: str, pointers: Mapping[Path, str], inputs: Iterable[Path]
) -> dict[str, bytes]:
    """Return the files of one run's project, by name: the running program with the run's settings.

    `config` and `versions` become config.yaml and data/versions.csv, `pointers` the DVC pointers by
    path, `inputs` are files taken as they are (questionnaire, margins, a revised ledger).
    """
    files = present_files(root, own=True)
    files |= {path.as_posix(): read_file(root / path) for path in inputs}
    return dict(sorted({**files, **state_run(config, versions, pointers)}.items()))


def state_run(config: str, versions: str, pointers: Mapping[Path, str]) -> dict[str, bytes]:
    """Return the files that say what a run computes: its configuration, its dataset versions."""
    texts = {path.as_posix(): text for path, text in pointers.items()}
    texts |= {"config.yaml": config, "data/versions.csv": versions, DVC_FILE: DVC_CONFIG}
    return {name: text.encode() for name, text in texts.items()}


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a reproducible tar.xz archive, without files of earlier publications."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in sorted(files.items()):
            if is_earlier(name):
                continue
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(content), 0o644
            tar.addfile(member, io.BytesIO(content))
    return lzma.compress(buffer.getvalue(), lzma.FORMAT_XZ, lzma.CHECK_CRC64, preset=6)


def is_earlier(name: str) -> bool:
    """Return whether an input's path belongs to an earlier publication (plans do not)."""
    return name.startswith(f"{FOLDER}/") and not name.startswith(f"{FOLDER}/{PLANS}/")


def read_archive(archive: Path) -> dict[str, bytes]:
    """Read the files of an archive, by name. Raises DataError when the archive is invalid.

    Links, devices, sparse files, names that lead out of the folder and names that stand twice are
    refused, and so is more than `LARGEST` bytes or 5,000 files. (Not by tarfile's own
    filter, which Python 3.11 has only since 3.11.4.)
    """
    try:
        return {**_read_tar(read_file(archive))}
    except (tarfile.TarError, lzma.LZMAError, ValueError, EOFError) as error:
        raise DataError(f"{archive}: cannot be unpacked ({error}). Restore it with git.") from None


@lru_cache(maxsize=1)  # an audit asks for it twice
def _read_tar(packed: bytes) -> dict[str, bytes]:
    # Limit of the memory for unpacking, in bytes: ten times what the program's own archives need.
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=1 << 27)
    content = decompressor.decompress(packed, LARGEST + 1)
    if len(content) > LARGEST or not decompressor.eof or decompressor.unused_data:
        raise lzma.LZMAError("more than an archive may hold, or not the whole of one")
    files: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
        for name, member in members(tar, most_bytes=LARGEST, most_files=5_000):
            if name in files:
                raise tarfile.TarError(f"{name!r} stands there twice")
            files[name] = member.read()
    for name in files:
        if any(str(folder) in files for folder in PurePosixPath(name).parents):
            raise tarfile.TarError(f"{name!r} lies in what is a file")
    return files


def members(
    tar: tarfile.TarFile, *, most_bytes: int, most_files: int
) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield name and content of each remaining file of an open tar.

    Raises TarError for a link, device, directory or sparse file, a name that leads out of the
    folder, and for more than `most_bytes` bytes or `most_files` files.
    """
    left = most_bytes
    # `for member in tar` would begin again with the members that were read before.
    for count, member in enumerate(iter(tar.next, None)):
        # A member may state a size that its bytes do not have, and the rest be a hole.
        left -= member.size
        if member.issparse() or member.size < 0 or left < 0 or count >= most_files:
            raise tarfile.TarError(f"{member.name!r}: more than an archive may hold")
        name = PurePosixPath(member.name)
        inside = name.parts and not name.is_absolute() and ".." not in name.parts
        if not inside or member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
            raise tarfile.TarError(f"{member.name!r} is no file inside of it")
        content = tar.extractfile(member)
        assert content is not None  # of an ordinary file
        yield name.as_posix(), content


ENVIRONMENT = "environment.json"
# Properties, besides packages, that can change the last bits of a sum or the bytes of a page.
PLACE = ("python", "implementation", "system", "machine", "processor", "blas", "simd", "engine")


def present_environment(lock: str, further: Iterable[str] = ()) -> dict[str, Any]:
    """Return the versions of Python, the machine and the installed packages of `lock`.

    `further` are names of packages to look for as well. `processor` is its family, `blas` the
    kernels of each BLAS, `simd` what numpy uses of the processor's vector instructions, `engine`
    what makes the pages.
    """
    import numpy as np
    import numpy.linalg  # loads what is asked about, as the next
    import scipy.linalg  # noqa: F401
    import threadpoolctl

    from readiness.rendering.render import present_engine

    locked = re.findall(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", lock, re.M)
    installed = {name: _find_version(name) for name in sorted({*locked, *further})}
    shown: Any = np.show_config(mode="dicts")
    return {
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": _name_processor(),
        "blas": sorted(
            f"{one['internal_api']} {one['version']} {one.get('architecture', '')}".strip()
            for one in threadpoolctl.threadpool_info()
            if one["user_api"] == "blas"
        ),
        "simd": sorted(shown["SIMD Extensions"]["found"]),
        "engine": present_engine(),
        # A package without a version is not installed: it is pinned for another system.
        "packages": {name: version for name, version in installed.items() if version},
    }


@cache
def _find_version(package: str) -> str:
    """Return the installed version of a package; "" where it is not installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def environment_text() -> str:
    """Return the text of `environment.json` for the present environment."""
    return readable_json(present_environment(lock_file().read_text("utf-8")))


def _name_processor() -> str:
    """Return vendor and family of the processor only: a publication must not identify a machine."""
    try:
        cpu_info = Path("/proc/cpuinfo").read_text("utf-8", "replace")
    except OSError:
        return platform.processor() or platform.machine()
    matches = (
        re.search(rf"^{key}\s*:\s*(.+)$", cpu_info, re.M) for key in ("vendor_id", "cpu family")
    )
    return " ".join(match[1] for match in matches if match) or platform.machine()


def changes(frozen: Mapping[str, Any], present: Mapping[str, Any]) -> list[Fact]:
    """Return a fact for each difference between the frozen and the present environment."""
    property_changes = [
        _describe_change(name, _write_words(frozen[name]), _write_words(present[name]))
        for name in PLACE
        if frozen[name] != present[name]
    ]
    old, new = frozen["packages"], present["packages"]
    return property_changes + [
        _describe_change(name, old.get(name), new.get(name))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _describe_change(name: str, old: str | None, new: str | None) -> Fact:
    was, now = (Term("audit.states.absent") if one is None else str(one) for one in (old, new))
    return Fact("audit.change.version", {"name": name, "old": was, "new": now})


def lock_hash() -> str:
    """Return the SHA-256 of the program's lock file; "" when there is none."""
    return sha256_of(lock_file()) if lock_file().is_file() else ""


def _write_words(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
