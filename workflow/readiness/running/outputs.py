"""Check files that a command is to write: no input, and no existing file without --force."""

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
    """Check a file to be written, before the command begins its work.

    Raises ConfigError when `target` is one of the `inputs` under any name (by a link, say), or an
    input file of the project at `root`; when it is a folder or no regular file; and when it exists,
    unless `force`.
    """
    for path in inputs:
        if _is_same(target, path):
            raise ConfigError(
                f"{option} {target}: this is {path}, an input of this command. Name another file."
            )
    if root is not None and (entry := _find_in_project(root, target)):
        raise ConfigError(
            f"{option} {target}: {entry} is one of the project's input files. Name another file."
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
    """Return the file or folder of the project that `target` is or lies in.

    None for neither, and for a CSV in `data/raw`, where `data get` writes copies.
    """
    # Slow to import: building the configuration's models takes longer than an audit of seals.
    from readiness.datasets.versions import RAW

    place = target.resolve()
    if (root / RAW).resolve() in place.parents and place.suffix == ".csv":
        return None
    for name in ("data", "publications", "workflow", ".dvc"):
        if (root / name).resolve() in (place, *place.parents):
            return Path(name)
    files = (find_config(root), root / "Snakefile")
    return next((path for path in files if _is_same(target, path)), None)
