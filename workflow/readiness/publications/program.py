"""The program that runs: all its files, wherever they lie.

In a tree they lie as the tree has them. Installed from a wheel, the package holds in its folder
`project` what the tree has beside it: Snakefiles, rules, profiles, reports, the lock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from readiness.closure import PACKAGE_FOLDER

PACKAGE = Path("workflow/readiness")
"""Where a tree has the package."""
PROJECT = "project"
LOCK = "requirements.lock"
PLACES: Mapping[str, str] = {
    "package": r"workflow/readiness/(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_.-]+"
    r"\.(?:css|html|js|json|lua|md|otf|po|py|qmd|sh|smk|svg|toml|ttf|typ|txt|yaml)",
    "workflow": r"workflow/(?:Snakefile|setup\.sh|bin/readiness|rules/[\w-]+\.smk|envs/[\w-]+\.yaml"
    r"|schemas/[\w.-]+\.json)",
    "profiles": r"profiles/[\w-]+/config\.yaml",
    "reports": r"(?:reports/)?[\w-]+\.qmd|reports/[\w-]+/[\w-]+/[\w-]+\.md",
    "project": r"Snakefile|Makefile|LICENSE|CITATION\.cff|pyproject\.toml|requirements[\w-]*\.lock",
}
"""What of a project can run or speak, by the place that a seal has a hash for: the one list for
hash, archive and bundle. A table or an archive among it is somebody's data."""
_PLACES = {place: re.compile(pattern, re.ASCII) for place, pattern in PLACES.items()}
CODE_FOLDERS = ("workflow", "profiles", "reports")


def own_tree() -> Path | None:
    """The tree whose program this is; None for an installed program."""
    tree = PACKAGE_FOLDER.parents[1]
    in_tree = tree / PACKAGE == PACKAGE_FOLDER and (tree / "Snakefile").is_file()
    return tree if in_tree else None


def lock_file() -> Path:
    """The lock of the packages with which the program was tested."""
    return (own_tree() or PACKAGE_FOLDER / PROJECT) / LOCK


def program_files() -> dict[str, Path]:
    """The program's files by the name that they have in a project: code, rules, reports, lock."""
    tree = own_tree()
    if tree is not None:
        return {name.as_posix(): tree / name for name in code_files(tree)}
    beside = PACKAGE_FOLDER / PROJECT
    found = {name.as_posix(): beside / name for name in code_files(beside)}
    for path in PACKAGE_FOLDER.rglob("*"):
        name = (PACKAGE / path.relative_to(PACKAGE_FOLDER)).as_posix()
        if path.is_file() and place_of(name) and not path.is_relative_to(beside):
            found[name] = path
    return found


def place_of(name: str) -> str:
    """The place of `PLACES` that a file belongs to, by its name; "" when it is no code."""
    if any(part.startswith(".") or part == "__pycache__" for part in name.split("/")):
        return ""
    return next((place for place, known in _PLACES.items() if known.fullmatch(name)), "")


def code_files(root: Path) -> Iterator[Path]:
    """The files of a project that are code, relative to its root."""
    found = [path for path in root.iterdir() if path.is_file()]
    found += [path for name in CODE_FOLDERS for path in (root / name).rglob("*") if path.is_file()]
    for path in sorted(found):
        name = path.relative_to(root)
        if place_of(name.as_posix()):
            yield name
