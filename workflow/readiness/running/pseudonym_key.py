"""The secret keys of pseudonyms: one a dataset version, in files outside the tree.

A key lies in the user's own configuration (`$XDG_CONFIG_HOME/readiness/keys`, by default
`~/.config/readiness/keys`), or in the folder that the environment variable `READINESS_KEYS` names;
never where git, DVC or the project would carry it along with what it protects.
`readiness.privacy.pseudonyms` loads pandas, and is imported where it is used: every run asks here
where the keys lie.
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
    """The folder of the keys."""
    if named := os.environ.get(KEYS, ""):
        return Path(named).expanduser()
    home = os.environ.get("XDG_CONFIG_HOME", "")
    settings = Path(home) if Path(home).is_absolute() else Path("~/.config").expanduser()
    return settings / "readiness" / "keys"


def key_file(dataset: str) -> Path:
    """Where the key of a dataset version (`name@version`) lies."""
    # Versions of one project have different names. Projects of one user that name theirs alike
    # share a key: a code in both has one pseudonym, in tables that stay with that user.
    return key_folder() / f"{dataset}.key"


def new_key(root: Path, dataset: str) -> tuple[Path, str]:
    """Make a version's key; its file and name. ConfigError if there is one, or no safe place."""
    from readiness.privacy.pseudonyms import KEY_BYTES, key_id

    path = key_file(dataset)
    refuse_place(root, path)
    key = secrets.token_bytes(KEY_BYTES)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Nobody else may read it, not even before it is whole.
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
    """The key of a dataset version, None without one; ConfigError if unsafe or damaged."""
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
    """The key for the respondents of an export, which is `dataset` (`name@version`), and its name.

    `sealed`: the name of the key with which a publication was made, "" for a wave that is none yet.

    What was published is recomputed by anyone: without its key, by one made of the data. Raises
    ConfigError where a wave of today needs a key and has none.
    """
    from readiness.privacy.pseudonyms import FROM_DATA, key_from_data, key_id

    key = present_key(root, dataset)
    if key is not None and (not sealed or key_id(key) == sealed):
        return key, key_id(key)
    if sealed:
        return key_from_data(sha256_of(export)), FROM_DATA
    raise ConfigError(
        f"{dataset}: its answers name their respondents, and no key makes pseudonyms of "
        f"them (looked for {key_file(dataset)}).\n"
        f"Make it: readiness data key {dataset}"
    )


def refuse_place(root: Path, path: Path) -> None:
    """ConfigError for a secret where git, DVC or the project carries it along."""
    kept = {"the project": root, "DVC's cache": cache_folder(root)}
    kept |= {f"the DVC remote {name}": folder for name, folder in local_remotes(root).items()}
    place = path.resolve()
    carried = [name for name, folder in kept.items() if place.is_relative_to(folder.resolve())]
    if kept_by_git(root, path):
        carried.append("a folder that git keeps")
    if carried:
        raise ConfigError(
            f"{path}: a key must not be stored in {carried[0]}. Move it to another folder and set "
            f"{KEYS} to that folder."
        )
