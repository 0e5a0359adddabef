"""Files that a command is told to write: never onto what it reads, and onto no other unasked."""

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

from readiness.ground.errors import ConfigError
from readiness.program.layout import find_config


def add_force(parser: argparse.ArgumentParser) -> None:
    """Add the option to replace an existing output file."""
    parser.add_argument("--force", action="store_true", help="replace an existing file")


def check_output(
    target: Path, option: str, inputs: Iterable[Path] = (), *, force: bool, root: Path | None = None
) -> None:
    """Refuse a file to be written, before the command begins its work.

    ConfigError when `target` is one of the `inputs`, under any name (a link to it, say), or one of
    the files that the project at `root` is made of; when it is a folder or no ordinary file; and
    when it exists, unless `force` says that it may be replaced.
    """
    for path in inputs:
        if _is_same(target, path):
            raise ConfigError(
                f"{option} {target}: is {path} itself, an input of this command. Name another file."
            )
    if root is not None and (kept := _find_in_project(root, target)):
        raise ConfigError(
            f"{option} {target}: {kept} is one of the project's input files. Name another file."
        )
    if target.is_dir():
        raise ConfigError(f"{option} {target} is a folder. Name a file to write.")
    if target.exists() and not target.is_file():
        raise ConfigError(f"{option} {target} is not a regular file. Name another file.")
    if os.path.lexists(target) and not force:
        raise ConfigError(
            f"{option} {target} already exists. Name another file, or add --force to replace it."
        )


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one.resolve() == other.resolve()


def _find_in_project(root: Path, target: Path) -> Path | None:
    """The file or folder of the project that `target` is or lies in; None for neither, and for a
    copy in `data/raw`, where `data get` puts one.
    """
    # The configuration's models take longer to build than a whole audit of seals.
    from readiness.datasets.versions import RAW

    place = target.resolve()
    if (root / RAW).resolve() in place.parents and place.suffix == ".csv":
        return None
    for name in ("data", "publications", "workflow", ".dvc"):
        if (root / name).resolve() in (place, *place.parents):
            return Path(name)
    files = (find_config(root), root / "Snakefile")
    return next((path for path in files if _is_same(target, path)), None)
