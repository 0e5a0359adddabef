"""The code and configuration of a publication as a small project of its own, in one tar.

The tar is uncompressed and the same bytes everywhere: sorted names, no owner, no time, one mode.
With the datasets it is a project like any other: `readiness run` in the folder where it was
unpacked makes the numbers again.
"""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

from readiness.errors import DataError
from readiness.files import LARGEST, read_file, write_atomically

ARCHIVE = "code.tar"
MOST_MEMBERS = 5_000
"""How many files an archive may hold."""
CODE = (
    "Snakefile", "Makefile", "LICENSE", "pyproject.toml", "requirements.lock", "*.qmd",
    "workflow/bin/readiness",
)  # fmt: skip
"""What of the project's top folder is code."""
CODE_FOLDERS = ("workflow", "profiles", "reports")
CODE_KINDS = frozenset(
    {
        ".css", ".html", ".json", ".lua", ".md", ".otf", ".py", ".qmd", ".sh", ".smk", ".svg",
        ".ttf", ".typ", ".yaml",
    }
)  # fmt: skip
"""What of those folders is code: a table or an archive among it is somebody's data."""
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


def code_files(root: Path) -> Iterator[Path]:
    """The files of a project that are code, relative to its root."""
    for pattern in CODE:
        yield from (path.relative_to(root) for path in root.glob(pattern) if path.is_file())
    for folder in CODE_FOLDERS:
        for path in (root / folder).rglob("*"):
            name = path.relative_to(root)
            hidden = any(part.startswith(".") or part == "__pycache__" for part in name.parts)
            code = path.suffix in CODE_KINDS or path.name in CODE
            if path.is_file() and code and not hidden:
                yield name


def assemble(
    root: Path, config: str, versions: str, pointers: Mapping[Path, str], inputs: Iterable[Path]
) -> dict[str, bytes]:
    """The files of one run's project, by name: today's code with the run's own settings.

    `config` and `versions` become config.yaml and data/versions.csv, `pointers` the DVC pointers by
    path, `inputs` are files taken as they are (questionnaire, margins, a revised ledger).
    """
    files = {path.as_posix(): (root / path).read_bytes() for path in code_files(root)}
    files |= {path.as_posix(): read_file(root / path) for path in inputs}
    files |= {path.as_posix(): text.encode() for path, text in pointers.items()}
    files["config.yaml"] = config.encode()
    files["data/versions.csv"] = versions.encode()
    files[".dvc/config"] = DVC_CONFIG.encode()
    return dict(sorted(files.items()))


def pack(files: Mapping[str, bytes]) -> bytes:
    """An uncompressed tar of the files, the same bytes for the same content."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.mode = 0o644
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def unpack(archive: Path, folder: Path) -> None:
    """Write an archive's files below `folder`; DataError when it is no archive of this kind.

    Links, devices, sparse files, names that lead out of the folder and names that stand twice are
    refused, and so is more than `LARGEST` bytes or `MOST_MEMBERS` files. (Not by tarfile's own
    filter, which Python 3.11 has only since 3.11.4.)
    """
    left = LARGEST
    try:
        with tarfile.open(fileobj=io.BytesIO(read_file(archive)), mode="r:") as tar:
            for count, member in enumerate(tar):
                # A member may state a size that its bytes do not have, and the rest be a hole.
                left -= member.size
                if member.issparse() or left < 0 or count >= MOST_MEMBERS:
                    raise tarfile.TarError(f"{member.name!r}: more than an archive may hold")
                name = PurePosixPath(member.name)
                inside = name.parts and not name.is_absolute() and ".." not in name.parts
                if not inside or member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
                    raise tarfile.TarError(f"{member.name!r} is no file inside of it")
                if (folder / name).exists():
                    raise tarfile.TarError(f"{member.name!r} stands there twice")
                content = tar.extractfile(member)
                assert content is not None  # of an ordinary file
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                with (folder / name).open("xb") as file:
                    shutil.copyfileobj(content, file)
    except (tarfile.TarError, ValueError, EOFError) as error:
        raise DataError(f"{archive}: cannot be unpacked: {error}. Restore it with git.") from None


def write_project(files: Mapping[str, bytes], folder: Path) -> None:
    """Write the files of a project below `folder`."""
    for name, content in files.items():
        write_atomically(folder / name, content)
