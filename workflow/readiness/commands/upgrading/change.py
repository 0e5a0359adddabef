"""Plan the change of an office to another program; apply it as a whole or not at all."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from readiness.commands.starting.office import OF_PROGRAM, REPORT, SNAKEFILE, office_files
from readiness.commands.upgrading.wheel import FILE_NAME, Wheel
from readiness.ground.errors import ConfigError
from readiness.ground.files import write_atomically
from readiness.program.layout import LOCK, PACKAGE, code_files, place_of, project_files
from readiness.publications.program import REPORTS, program_hashes
from readiness.publications.releases import RELEASES, find_release

# Files outside the code in a full copy of version 1.0: guides, and the files of their examples.
COPIED = (
    *("config/README.md", "tests/test_project.py", "examples/first-use/README.md"),
    *("examples/first-use/invented-answers.csv", "examples/first-use/make_sample.py"),
    *(
        f"docs/{name}.md"
        for name in (
            *("adding-a-survey", "any-csv", "auditing", "commands", "first-use", "languages"),
            *("methods", "questionnaire", "remotes-and-clusters", "survey-for-r-users"),
            "tampering",
        )
    ),
)


@dataclass(frozen=True)
class Change:
    """Files of an office to be written and removed, by name; `version`: of its present program."""

    version: str
    written: Mapping[str, bytes]
    removed: tuple[str, ...] = field(default=())


def plan_change(root: Path, wheel: Wheel) -> Change:
    """Plan what the office at `root` must change to take the program of a wheel.

    Raises ConfigError where the office has a program that was changed: its changes would be lost.
    """
    files = office_files(root.resolve().name)
    wanted = {wheel.name, LOCK, *OF_PROGRAM.values()}
    removed: list[str] = []
    if (root / PACKAGE).is_dir():
        version = _find_copied(root)
        wanted.add(SNAKEFILE)
        names = (path.as_posix() for path in code_files(root))
        code = [name for name in names if place_of(name) != REPORTS and name != "CITATION.cff"]
        removed += [name for name in (*code, *COPIED) if (root / name).is_file()]
    else:
        matches = (FILE_NAME.fullmatch(path.name) for path in sorted(root.glob("readiness-*.whl")))
        version = next((match[1] for match in matches if match), "")
        removed += [path.name for path in root.glob("readiness-*.whl")]
    if _is_default(root / REPORT):
        wanted.add(REPORT)
    written = {name: files[name] for name in sorted(wanted)}
    different = {
        name: content for name, content in written.items() if not _holds(root / name, content)
    }
    return Change(version, different, tuple(sorted({*removed} - {*written})))


def _find_copied(root: Path) -> str:
    """Return the version of the program that a full copy has.

    Raises ConfigError where the copy is no released version.
    """
    files = {path.as_posix(): (root / path).read_bytes() for path in code_files(root)}
    release = find_release(program_hashes(files))
    if release is None:
        versions = ", ".join(known_release.version for known_release in RELEASES)
        raise ConfigError(
            f"{PACKAGE}: this program is not a released version ({versions}), so an upgrade would "
            "discard its changes. Restore the released program, or build a wheel of your own in a "
            "copy of its source: make dist."
        )
    return release.version


def _is_default(report: Path) -> bool:
    """Return whether a report is a released one, unchanged: an upgrade may replace it.

    True also where there is no report.
    """
    if not report.is_file():
        return True
    shipped = {known_release.report for known_release in RELEASES}
    shipped.add(hashlib.sha256((project_files() / REPORT).read_bytes()).hexdigest())
    return hashlib.sha256(report.read_bytes()).hexdigest() in shipped


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def apply_change(root: Path, change: Change) -> None:
    """Write and remove the files; where one fails, restore the office."""
    names = (*change.written, *change.removed)
    former_contents = {n: (root / n).read_bytes() if (root / n).is_file() else None for n in names}
    try:
        for name, content in change.written.items():
            write_atomically(root / name, content)
        for name in change.removed:
            (root / name).unlink()
    except BaseException:
        for name, former in former_contents.items():
            if former is None:
                (root / name).unlink(missing_ok=True)
            elif not _holds(root / name, former):
                write_atomically(root / name, former)
        raise
    for name in change.removed:
        _remove_empty(root, (root / name).parent)


def _remove_empty(root: Path, folder: Path) -> None:
    """Remove a folder and its parents while these are empty but for compiled Python."""
    while folder != root and folder.is_dir():
        for compiled in folder.glob("__pycache__/*.pyc"):
            compiled.unlink()
        if any(path.name != "__pycache__" for path in folder.iterdir()):
            return
        if (folder / "__pycache__").is_dir():
            (folder / "__pycache__").rmdir()
        folder.rmdir()
        folder = folder.parent
