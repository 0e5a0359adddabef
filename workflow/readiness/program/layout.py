"""Places of the program's own files, and of a project's Snakefile and configuration.

In a tree the program lies in `workflow/readiness`, with Snakefiles, rules, profiles and lock around
it. Installed from a wheel, the package holds those in its folder `project`.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path("workflow/readiness")
PACKAGE_FOLDER = Path(__file__).resolve().parents[1]
PROJECT = "project"
# Patterns of code and texts of the program, by the part of a project that a seal has a hash of.
# Hash, archive, bundle and wheel all use this list. It has no tables or archives: they may be data.
_PATTERNS = {
    "package": r"workflow/readiness/(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_.-]+"
    r"\.(?:css|html|js|json|lua|md|otf|po|py|qmd|sh|smk|svg|toml|ttf|typ|txt|yaml)",
    "workflow": r"workflow/(?:Snakefile|setup\.sh|bin/readiness|rules/[\w-]+\.smk|envs/[\w-]+\.yaml"
    r"|schemas/[\w.-]+\.json)",
    "profiles": r"profiles/[\w-]+/config\.yaml",
    "reports": r"(?:reports/)?[\w-]+\.qmd|reports/[\w-]+/[\w-]+/[\w-]+\.md",
    "project": r"Snakefile|Makefile|LICENSE|CITATION\.cff|pyproject\.toml|requirements[\w-]*\.lock",
}
PLACES = {place: re.compile(pattern, re.ASCII) for place, pattern in _PATTERNS.items()}
CODE_FOLDERS = ("workflow", "profiles", "reports")
LOCK = "requirements.lock"
# Paths where Snakemake looks for a workflow, and paths of a project's configuration.
SNAKEFILES = ("Snakefile", "workflow/Snakefile")
CONFIGS = ("config.yaml", "config/config.yaml")


def own_tree() -> Path | None:
    """Return the tree that this program lies in; None for an installed program."""
    tree = PACKAGE_FOLDER.parents[1]
    return tree if tree / PACKAGE == PACKAGE_FOLDER and (tree / "Snakefile").is_file() else None


def project_files() -> Path:
    """Return the folder of what lies around the package: Snakefiles, rules, profiles, lock."""
    return own_tree() or PACKAGE_FOLDER / PROJECT


def rules_file() -> Path:
    """Return the Snakefile that a module names to use this program's rules."""
    return project_files() / "workflow/Snakefile"


def version() -> str:
    """Return the version of this program, as its pyproject.toml states it."""
    settings = tomllib.loads((project_files() / "pyproject.toml").read_text("utf-8"))
    return str(settings["project"]["version"])


def place_of(name: str) -> str:
    """Return the place of `PLACES` that a file belongs to, by its name; "" when it is no code."""
    if any(part.startswith(".") or part == "__pycache__" for part in name.split("/")):
        return ""
    return next((place for place, known in PLACES.items() if known.fullmatch(name)), "")


def code_files(root: Path) -> Iterator[Path]:
    """Yield the files of a project that are code, relative to its root."""
    found = [path for path in root.iterdir() if path.is_file()]
    found += [path for name in CODE_FOLDERS for path in (root / name).rglob("*") if path.is_file()]
    names = (path.relative_to(root) for path in sorted(found))
    return (name for name in names if place_of(name.as_posix()))


def program_files() -> dict[str, Path]:
    """Return the program's files by their names in a tree: code, rules, reports, lock."""
    around = project_files()
    found = {name.as_posix(): around / name for name in code_files(around)}
    if own_tree() is not None:
        return found
    for path in PACKAGE_FOLDER.rglob("*"):
        name = (PACKAGE / path.relative_to(PACKAGE_FOLDER)).as_posix()
        if path.is_file() and place_of(name) and not path.is_relative_to(around):
            found[name] = path
    return found


def is_own(root: Path) -> bool:
    """Return whether `root` is the project that this program belongs to.

    That is the tree which it lies in, or the office in whose `.venv` it is installed. Any other
    folder is somebody else's, an unpacked bundle say.
    """
    if (tree := own_tree()) is not None:
        return root.exists() and tree.samefile(root)
    # Links are resolved: a foreign tree could contain a link to another environment.
    return PACKAGE_FOLDER.is_relative_to(root.resolve() / ".venv")


def has_snakefile(folder: Path) -> bool:
    """Return whether a folder has a Snakefile in one of its usual places."""
    return any((folder / name).is_file() for name in SNAKEFILES)


def is_project(folder: Path) -> bool:
    """Return whether a folder is a project: it has a Snakefile and a configuration."""
    return has_snakefile(folder) and any((folder / name).is_file() for name in CONFIGS)


def find_config(root: Path) -> Path:
    """Return the configuration of the project at `root`: `config.yaml`, where that is not there
    `config/config.yaml`, which a deployed workflow begins with.
    """
    return root / next((name for name in CONFIGS if (root / name).is_file()), CONFIGS[0])
