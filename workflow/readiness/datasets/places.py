"""Where the bytes of dataset versions may lie: DVC's remotes and its cache.

Read from the project's own DVC settings (`.dvc/config`, `.dvc/config.local`) without DVC, which
would take a second to start; what a user has set for all projects is no part of this one.
"""

from __future__ import annotations

import configparser
import os
import subprocess
from pathlib import Path

from readiness.errors import ConfigError
from readiness.files import read_file

IGNORED, NO_WORK_TREE = 0, 128
"""What `git check-ignore` ends with."""


def _settings(root: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    for name in ("config", "config.local"):
        path = root / ".dvc" / name
        if path.exists():
            try:
                lines = read_file(path).decode("utf-8").splitlines()
                if any("\0" in line for line in lines):
                    raise configparser.Error("a null byte")
                parser.read_string("\n".join(line.strip() for line in lines), str(path))
            except OSError as error:
                raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from None
            except (configparser.Error, UnicodeDecodeError) as error:
                reason = str(error).splitlines()[0]
                raise ConfigError(f"{path}: not settings of DVC ({reason}).") from None
    return parser


def remotes(root: Path) -> dict[str, str]:
    """The configured DVC remotes: name to address, the default one first."""
    parser = _settings(root)
    found = {
        section.removeprefix("'remote \"").removesuffix("\"'"): parser.get(section, "url")
        for section in parser.sections()
        if section.startswith("'remote ") and parser.has_option(section, "url")
    }
    default = parser.get("core", "remote", fallback="")
    return dict(sorted(found.items(), key=lambda item: (item[0] != default, item[0])))


def local_remotes(root: Path) -> dict[str, Path]:
    """The remotes that are folders of this machine, by name."""
    folders = {}
    for name, url in remotes(root).items():
        if "://" not in url:
            folders[name] = (root / ".dvc" / url).resolve()
    return folders


def default_store(root: Path) -> Path | None:
    """The default remote where it is a folder of this machine; None where it is elsewhere.

    Never another folder remote: real answers must not land in a store that git keeps.
    """
    default = next(iter(remotes(root)), None)
    return local_remotes(root).get(default) if default else None


def kept_by_git(root: Path, file: Path) -> bool:
    """Whether what is written to `file` would go into a commit of the project at `root`, or of
    any other work tree that it lies in.

    A place in the project counts unless git says that it is ignored: a plain copy of the tree has
    no git, and is somebody's next commit.
    """
    file = file.resolve()
    there = next(path for path in file.parents if path.is_dir())
    command = ["git", "-C", str(there), "check-ignore", "--quiet", "--", str(file)]
    # What is set for another work tree (in a hook, say) says nothing of this one.
    clean = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    try:
        said = subprocess.run(
            command, env=clean, stdin=subprocess.DEVNULL, capture_output=True, check=False
        ).returncode
    except OSError:
        said = NO_WORK_TREE
    if said == NO_WORK_TREE:
        return file.is_relative_to(root.resolve())
    return said != IGNORED


def cache_folder(root: Path) -> Path:
    """DVC's cache."""
    folder = _settings(root).get("cache", "dir", fallback="cache")
    return (root / ".dvc" / folder).resolve()
