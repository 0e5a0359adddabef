"""Where the bytes of dataset versions may lie: DVC's remotes and its cache.

Read from the project's own DVC settings (`.dvc/config`, `.dvc/config.local`) without DVC, which
would take a second to start; what a user has set for all projects is no part of this one. DVC never
reads these settings itself: some of them name commands that it would run.
"""

import configparser
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from readiness.ground.errors import ConfigError
from readiness.ground.files import read_file

# What `git check-ignore` ends with.
IGNORED, NO_WORK_TREE = 0, 128
# The remote inside of a tree.
STORE = Path("data/store")
# The settings of a remote that name a file of this machine, from the folder of the settings on.
FILES = {
    *("cert_path", "configpath", "credentialpath", "keyfile", "key_path"),
    *("gdrive_service_account_json_file_path", "gdrive_user_credentials_file"),
}
COMMAND = "bearer_token_command"


@dataclass(frozen=True)
class Foreign:
    """What may be read for a tree that is somebody else's: its own store, and what is named here.

    `remotes` are addresses that the auditor gave; into `fetched` goes what comes from there.
    """

    remotes: tuple[str, ...]
    fetched: Path


def _read_settings(root: Path) -> configparser.ConfigParser:
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


def remote_settings(root: Path, foreign: Foreign | None = None) -> dict[str, dict[str, str]]:
    """The remotes: name to settings, `url` among them; the default one first.

    Those of the project at `root` in its DVC settings, whatever DVC knows, with the places of files
    made whole; of a foreign tree its own store and those that the auditor named, by address.
    """
    if foreign is not None:
        named = {url: {"url": url} for url in foreign.remotes}
        return {"store": {"url": str(root.resolve() / STORE)}, **named}
    parser = _read_settings(root)
    found = {
        section.removeprefix("'remote \"").removesuffix("\"'"): {
            key: str((root / ".dvc" / Path(value).expanduser()).absolute())
            if key in FILES
            else value
            for key, value in parser.items(section)
        }
        for section in parser.sections()
        if section.startswith("'remote ") and parser.has_option(section, "url")
    }
    default = parser.get("core", "remote", fallback="")
    return dict(sorted(found.items(), key=lambda item: (item[0] != default, item[0])))


def check_settings(root: Path, settings: Mapping[str, str]) -> None:
    """ConfigError, by name, at a setting of a remote with which a project could run a command.

    A file outside of the project is the user's own; one in it came with the project.
    """
    if COMMAND in settings:
        raise ConfigError(f"{COMMAND} is not taken from a project: it runs a command")
    # In these files a command may stand that a library of DVC runs (`credential_process`).
    for key in ("configpath", "credentialpath"):
        if key in settings and Path(settings[key]).resolve().is_relative_to(root.resolve()):
            raise ConfigError(
                f"{key} is not taken from a project: it may run a command; name a file outside"
            )


def remotes(root: Path, foreign: Foreign | None = None) -> dict[str, str]:
    """The addresses of the remotes, by name; the default one first."""
    return {name: found["url"] for name, found in remote_settings(root, foreign).items()}


def local_remotes(root: Path, foreign: Foreign | None = None) -> dict[str, Path]:
    """The remotes that are folders of this machine, by name."""
    found = remotes(root, foreign).items()
    return {name: (root / ".dvc" / url).resolve() for name, url in found if "://" not in url}


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
    return file.is_relative_to(root.resolve()) if said == NO_WORK_TREE else said != IGNORED


def cache_folder(root: Path, foreign: Foreign | None = None) -> Path:
    """DVC's cache; of a foreign tree the auditor's own folder in its place."""
    if foreign is not None:
        return foreign.fetched
    return (root / ".dvc" / _read_settings(root).get("cache", "dir", fallback="cache")).resolve()
