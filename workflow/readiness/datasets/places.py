"""Find where the bytes of dataset versions are stored: DVC's remotes and its cache.

Read from the project's own DVC settings (`.dvc/config`, `.dvc/config.local`) without DVC, which
would take a second to start; a user's settings for all projects are ignored. DVC never reads these
settings itself: some of them name commands that it would run.
"""

import configparser
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from readiness.ground.errors import ConfigError
from readiness.ground.files import read_file

# Exit codes of `git check-ignore`.
IGNORED, NO_WORK_TREE = 0, 128
# The remote inside a project.
STORE = Path("data/store")
# Settings of a remote that name a file of this machine, relative to the settings' folder.
FILES = {
    *("cert_path", "configpath", "credentialpath", "keyfile", "key_path"),
    *("gdrive_service_account_json_file_path", "gdrive_user_credentials_file"),
}
COMMAND = "bearer_token_command"


@dataclass(frozen=True)
class Foreign:
    """Places that may be read when another party's tree is audited, besides the tree's own store.

    `remotes`: addresses given by the auditor. `fetched`: folder for the objects fetched from them.
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
                raise ConfigError(f"{path}: not a valid DVC configuration ({reason}).") from None
    return parser


def remote_settings(root: Path, foreign: Foreign | None = None) -> dict[str, dict[str, str]]:
    """Return the settings of each remote by name, `url` among them; the default remote first.

    For the project at `root`, its DVC settings, with file paths made absolute; for a foreign tree
    its own store and the auditor's remotes, by address. Raises ConfigError for settings that cannot
    be read.
    """
    if foreign is not None:
        auditor_remotes = {url: {"url": url} for url in foreign.remotes}
        return {"store": {"url": str(root.resolve() / STORE)}, **auditor_remotes}
    parser = _read_settings(root)
    settings: dict[str, dict[str, str]] = {}
    for section in parser.sections():
        if section.startswith("'remote ") and parser.has_option(section, "url"):
            name = section.removeprefix("'remote \"").removesuffix("\"'")
            settings[name] = dict(parser.items(section))
            for key in FILES & settings[name].keys():
                path = root / ".dvc" / Path(settings[name][key]).expanduser()
                settings[name][key] = str(path.absolute())
    default = parser.get("core", "remote", fallback="")
    return dict(sorted(settings.items(), key=lambda item: (item[0] != default, item[0])))


def check_settings(root: Path, settings: Mapping[str, str]) -> None:
    """Raise ConfigError, by name, for a setting of a remote that could run a command.

    A file of credentials outside the project is the user's own; one inside came with the project.
    """
    if COMMAND in settings:
        raise ConfigError(
            f"{COMMAND} is not accepted from a project's settings, because it runs a command"
        )
    # These files may name a command that a library of DVC runs (`credential_process`).
    for key in ("configpath", "credentialpath"):
        if key in settings and Path(settings[key]).resolve().is_relative_to(root.resolve()):
            raise ConfigError(
                f"{key} is not accepted from a project's settings, because it may run a command; "
                "name a file outside the project"
            )


def remotes(root: Path, foreign: Foreign | None = None) -> dict[str, str]:
    """Return the addresses of the remotes by name; the default remote first."""
    return {name: settings["url"] for name, settings in remote_settings(root, foreign).items()}


def local_remotes(root: Path, foreign: Foreign | None = None) -> dict[str, Path]:
    """Return the remotes that are folders of this machine, by name."""
    addresses = remotes(root, foreign).items()
    return {name: (root / ".dvc" / url).resolve() for name, url in addresses if "://" not in url}


def default_store(root: Path) -> Path | None:
    """Return the folder of the default remote; None for a remote that is no local folder.

    No other folder remote replaces it: real answers must not be written to a store that git keeps.
    """
    default = next(iter(remotes(root)), None)
    return local_remotes(root).get(default) if default else None


def kept_by_git(root: Path, file: Path) -> bool:
    """Return whether a file written at `file` would be committed to this or any other work tree.

    A path in the project counts as kept unless git reports that it is ignored: a plain copy of the
    tree has no git, and may be committed later.
    """
    file = file.resolve()
    existing_folder = next(path for path in file.parents if path.is_dir())
    command = ["git", "-C", str(existing_folder), "check-ignore", "--quiet", "--", str(file)]
    # Git may have set variables for another work tree, as in a hook: ignore them.
    clean = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    try:
        exit_code = subprocess.run(
            command, env=clean, stdin=subprocess.DEVNULL, capture_output=True, check=False
        ).returncode
    except OSError:
        exit_code = NO_WORK_TREE
    return (
        file.is_relative_to(root.resolve()) if exit_code == NO_WORK_TREE else exit_code != IGNORED
    )


def cache_folder(root: Path, foreign: Foreign | None = None) -> Path:
    """Return the folder of DVC's cache; for a foreign tree the auditor's own folder instead."""
    if foreign is not None:
        return foreign.fetched
    return (root / ".dvc" / _read_settings(root).get("cache", "dir", fallback="cache")).resolve()
