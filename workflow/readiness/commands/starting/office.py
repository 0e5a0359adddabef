"""Write an office: a folder of a few files that runs the installed program.

An office holds its configuration, its report, its data and its publications. The program comes from
a wheel that lies beside them, named in the lock by its hash; its rules are used as a module.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from readiness.datasets.versions import COLUMNS, VERSIONS
from readiness.ground.errors import ConfigError, StoppedError
from readiness.ground.files import write_atomically
from readiness.program.layout import (
    LOCK,
    SNAKEFILES,
    find_config,
    is_own,
    is_project,
    own_tree,
    project_files,
)
from readiness.program.wheel import make_wheel

TEMPLATES = Path(__file__).parent / "office"
SNAKEFILE = "Snakefile"
# Files of an office that the program brings, by template: an upgrade replaces them.
OF_PROGRAM = {"makefile.txt": "Makefile", "test-office.txt": "tests/test_office.py"}
# Files for data beside a configuration: remote, register, patterns that git ignores.
FOR_DATA = {
    "gitignore.txt": ".gitignore",
    "gitattributes.txt": ".gitattributes",
    "dvcignore.txt": ".dvcignore",
    "dvc-config.txt": ".dvc/config",
    "data-readme.txt": "data/README.md",
}
OF_OFFICE = {"config.txt": "config.yaml", "readme.txt": "README.md"}
REPORT = "report.qmd"
KEEP_FILE = "reports/.gitkeep"
# A rule written in the file; rules of a module are imported by name.
_RULE = re.compile(r"^(?:rule|checkpoint|use rule \w+(?: from \w+)? as) +(\w+)", re.M)


@contextmanager
def new_office(folder: Path) -> Iterator[Path]:
    """Make an office at `folder`: complete when the context ends well, absent otherwise.

    Yields the temporary folder that becomes the office. Raises ConfigError where something is in
    the way, or where `folder`, its links and `..` followed, lies in a project.
    """
    # "../office", typed in a project, lies beside the project: resolve `..` before the check.
    target = Path(os.path.realpath(folder))
    if os.path.lexists(folder) and (not target.is_dir() or any(target.iterdir())):
        raise ConfigError(f"{folder} exists and is not empty. Name a new folder.")
    for above in target.parents:
        if is_project(above):
            raise ConfigError(f"{folder} is inside the project {above}. Name a folder outside it.")
    place = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        place.mkdir(parents=True)
        for name, content in office_files(target.name).items():
            write_atomically(place / name, content)
        _init_git(place)
        yield place
        if target.is_dir():
            target.rmdir()
        place.rename(target)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def office_files(name: str) -> dict[str, bytes]:
    """Return the files of an office without a wave, by path; `name`: name of the office."""
    return {
        **program_part(),
        **data_part(),
        **_fill({"snakefile.txt": SNAKEFILE, **OF_OFFICE}, name=name),
        KEEP_FILE: b"",
    }


def program_part() -> dict[str, bytes]:
    """Return the files of an office that belong to the program: wheel, lock, Makefile, test."""
    wheel, content = make_wheel()
    digest = hashlib.sha256(content).hexdigest()
    pin = f"./{wheel} \\\n    --hash=sha256:{digest}\n".encode()
    lock = pin + (project_files() / LOCK).read_bytes()
    return {wheel: content, LOCK: lock, **_fill(OF_PROGRAM)}


def data_part() -> dict[str, bytes]:
    """Return the files that a folder needs beside its configuration: report, register, remote."""
    report = (project_files() / REPORT).read_bytes()
    return {
        **_fill(FOR_DATA),
        VERSIONS.as_posix(): (",".join(COLUMNS) + "\n").encode(),
        REPORT: report,
    }


def complete(root: Path) -> list[str]:
    """Write the files of `data_part`, and the configuration, that a folder with a Snakefile lacks;
    return their names, sorted.

    A workflow that Snakemake deployed has only rules, profiles and a configuration; one that uses
    the rules as a module may have only its Snakefile.
    """
    needed = data_part()
    if not find_config(root).exists():
        needed |= _fill({"config.txt": "config.yaml"})
    lacking = {name: content for name, content in needed.items() if not (root / name).exists()}
    for name, content in lacking.items():
        write_atomically(root / name, content)
    return sorted(lacking)


def list_own_rules(root: Path) -> list[str]:
    """Return the names of the rules in an office's Snakefile that are not the program's."""
    if is_own(root) and own_tree() is not None:
        return []
    texts = [
        (root / path).read_text("utf-8", "replace")
        for path in SNAKEFILES
        if (root / path).is_file()
    ]
    return [name for text in texts for name in _RULE.findall(text)]


def _fill(templates: dict[str, str], **values: str) -> dict[str, bytes]:
    # Text files: nothing is escaped for HTML.
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701
    return {
        place: environment.from_string((TEMPLATES / template).read_text("utf-8"))
        .render(values)
        .encode()
        for template, place in templates.items()
    }


def _init_git(place: Path) -> None:
    """Begin a git repository, where git is installed."""
    if shutil.which("git") is None:
        return
    process = subprocess.run(
        ["git", "init", "--quiet", "."],
        cwd=place,
        env={name: text for name, text in os.environ.items() if not name.startswith("GIT_")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if process.returncode:
        raise StoppedError(f"git init: {process.stderr.strip().splitlines()[-1:]}; mend git.")
