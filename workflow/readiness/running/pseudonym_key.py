"""Secret keys of pseudonyms: one for each dataset version, in files outside the project.

A key is in the user's own configuration (`$XDG_CONFIG_HOME/readiness/keys`, by default
`~/.config/readiness/keys`), or in the folder that the environment variable `READINESS_KEYS` names;
never where git, DVC or the project would copy the key together with the data that it protects.
`readiness.privacy.pseudonyms` loads pandas, and is imported where it is used: every run asks this
module for the folder of the keys.
"""

import os
import secrets
import stat
from pathlib import Path

from readiness.datasets.places import cache_folder, kept_by_git, local_remotes
from readiness.ground.errors import ConfigError
from readiness.ground.files import read_file
from readiness.provenance.digests import sha256_of

KEYS = "READINESS_KEYS"


def key_folder() -> Path:
    """Return the folder of the keys."""
    if named := os.environ.get(KEYS, ""):
        return Path(named).expanduser()
    home = os.environ.get("XDG_CONFIG_HOME", "")
    settings = Path(home) if Path(home).is_absolute() else Path("~/.config").expanduser()
    return settings / "readiness" / "keys"


def key_file(dataset: str) -> Path:
    """Return the file with the key of a dataset version (`name@version`)."""
    # Versions of one project have different names. Projects of one user with equal names share a
    # key: a code in both has one pseudonym, in tables that stay with that user.
    return key_folder() / f"{dataset}.key"


def new_key(root: Path, dataset: str) -> tuple[Path, str]:
    """Make the key of a dataset version; return its file and its name.

    Raises ConfigError where there is a key already, or the place is not safe.
    """
    from readiness.privacy.pseudonyms import KEY_BYTES, key_id

    path = key_file(dataset)
    refuse_place(root, path)
    key = secrets.token_bytes(KEY_BYTES)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Create the file with mode 600: other users must not read even an unfinished file.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigError(
            f"{path}: {dataset} already has a key. It is not overwritten, because the pseudonyms "
            f"of earlier results would change.\nIf the key belongs to another project, set {KEYS} "
            "to another folder; otherwise delete the key first."
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}. Set {KEYS} to another folder.") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{key.hex()}\n")
    return path, key_id(key)


def present_key(root: Path, dataset: str) -> bytes | None:
    """Return the key of a dataset version, None without one.

    Raises ConfigError where the key is damaged, in a place that is not safe, or readable by others.
    """
    from readiness.privacy.pseudonyms import KEY_BYTES

    path = key_file(dataset)
    try:
        text = read_file(path, 4096).decode("ascii").strip()
        state = path.stat()
        key = bytes.fromhex(text)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}).") from None
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError(
            f"{path}: not a key ({2 * KEY_BYTES} hexadecimal digits). Restore the key, or delete "
            f"it and create a new one: readiness data key {dataset}"
        )
    refuse_place(root, path)
    if stat.S_IMODE(state.st_mode) & 0o077:
        raise ConfigError(f"{path}: other users can read this key. Protect it: chmod 600 {path}")
    return key


def key_for(root: Path, dataset: str, sealed: str, export: Path) -> tuple[bytes, str]:
    """Return the key for the respondents of an export, and the key's name.

    `dataset`: the export's version (`name@version`). `sealed`: name of the key behind a
    publication, "" for a wave of today. Anyone can recompute a publication: without its key, by a
    key made from the data. Raises ConfigError where a wave of today needs a key and has none.
    """
    from readiness.privacy.pseudonyms import FROM_DATA, key_from_data, key_id

    key = present_key(root, dataset)
    if key is not None and (not sealed or key_id(key) == sealed):
        return key, key_id(key)
    if sealed:
        return key_from_data(sha256_of(export)), FROM_DATA
    raise ConfigError(
        f"{dataset}: its answers contain ids of respondents, and the key for their "
        f"pseudonyms is missing (looked for {key_file(dataset)}).\n"
        f"Create it: readiness data key {dataset}"
    )


def refuse_place(root: Path, path: Path) -> None:
    """Raise ConfigError for a key in a place that git, DVC or the project copies."""
    copied_folders = {"the project": root, "DVC's cache": cache_folder(root)}
    copied_folders |= {
        f"the DVC remote {name}": folder for name, folder in local_remotes(root).items()
    }
    place = path.resolve()
    copiers = [
        name for name, folder in copied_folders.items() if place.is_relative_to(folder.resolve())
    ]
    if kept_by_git(root, path):
        copiers.append("a folder that git keeps")
    if copiers:
        raise ConfigError(
            f"{path}: a key must not be stored in {copiers[0]}. Move it to another folder and set "
            f"{KEYS} to that folder."
        )
