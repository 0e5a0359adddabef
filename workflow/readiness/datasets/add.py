"""Register a new dataset version: object in the store, pointer, row in the register."""

import errno
import hashlib
import os
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote, urlsplit

import yaml

from readiness.datasets.access import protect
from readiness.datasets.places import cache_folder, default_store, kept_by_git, remotes
from readiness.datasets.pointers import Pointer, fault_of, read_licence, read_pointer
from readiness.datasets.versions import (
    OPEN,
    RESTRICTED,
    VERSIONS,
    Version,
    append_versions,
    changing_versions,
    find_last,
    one_line,
    read_versions,
)
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.files import left_behind, read_file, write_atomically
from readiness.ground.patterns import NAME, VERSION, WORDS
from readiness.ground.tables import read_text_table

# Longest name in bytes: file systems allow 255, and the names of temporary files are longer.
LONGEST_NAME = 100


def add_version(
    root: Path,
    file: Path,
    dataset: str,
    version: str,
    *,
    questionnaire: str = "",
    note: str = "",
    restricted: bool | None = None,
    meta: Mapping[str, str] = MappingProxyType({}),
    check: Callable[[bytes], None] | None = None,
    count: Callable[[bytes], int] | None = None,
) -> Version:
    """Put `file` under DVC as `dataset@version` and append a row to `data/versions.csv`.

    The bytes are written to the default remote when that is a folder, to DVC's cache and to the
    workspace; with `restricted`, readable by their owner alone. None keeps the access of the
    dataset's version before; a first version is open. `meta`: further entries of the pointer
    (source, licence, citation); without a licence, that of the version before is kept. `check` gets
    the bytes before anything is written, and raises an error to refuse them. `count` returns the
    number of rows of bytes that are no CSV.

    A version is never overwritten. Raises ConfigError when the version exists or its name is not
    valid, the questionnaire does not exist, or git would take restricted bytes; DataError when the
    file is no table, has no row, is still being written, or holds the bytes of an erased version,
    or another file or pointer stands in its place; BusyError when another process changes the
    register.
    """
    note = one_line(note, "--note")
    for label, text, pattern in (("dataset", dataset, NAME), ("version", version, VERSION)):
        if len(os.fsencode(text)) > LONGEST_NAME:
            raise ConfigError(
                f"{label} {text[:20]!r}...: longer than {LONGEST_NAME} bytes, too long for a file "
                "name. Choose a shorter name."
            )
        if not re.fullmatch(pattern, text):
            raise ConfigError(
                f"{label} {text!r}: expected {WORDS[pattern].removesuffix(', in quotes')}."
            )
    check_questionnaire(root, questionnaire)
    content = read_whole(file)
    if check is not None:
        check(content)
    with changing_versions(root):
        versions = read_versions(root) if (root / VERSIONS).exists() else {}
        if f"{dataset}@{version}" in versions:
            raise ConfigError(
                f"{dataset}@{version} already exists, and versions are never overwritten. Choose "
                "another name with --as."
            )
        before = find_last(root, dataset)
        if restricted is None:
            reason = f"{dataset}@{version} is restricted, as {before.name} is" if before else ""
            restricted = before is not None and before.is_restricted
        else:
            reason = "--restricted"
        if before and not meta.get("licence"):
            meta = {**meta, "licence": read_licence(root / before.pointer_path)}
        new = Version(
            dataset=dataset,
            version=version,
            md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
            sha256=hashlib.sha256(content).hexdigest(),
            bytes=len(content),
            rows=count(content)
            if count is not None
            else len(read_text_table(file, "the new dataset version", content)),
            questionnaire=questionnaire,
            note=note,
            status=RESTRICTED if restricted else OPEN,
        )
        if new.rows == 0:
            raise DataError(
                f"{file}: the file has a header but no rows. A version needs at least one row."
            )
        for known in versions.values():
            if known.is_erased and known.md5 == new.md5:
                raise DataError(
                    f"{file}: this file is identical to {known.name}, which was erased "
                    f"({known.note}). Remove the respondents who withdrew, then add the file."
                )
        workspace, pointer = root / new.pointer_path.with_suffix(""), root / new.pointer_path
        if (
            workspace.exists()
            and workspace.resolve() != file.resolve()
            and fault_of(workspace, new)
        ):
            raise DataError(
                f"{workspace} already exists, and {new.name} would be written there. Move the "
                "file, or choose another name."
            )
        if pointer.exists() and read_pointer(pointer).md5 != new.md5:
            raise DataError(
                f"{pointer} points to another file, although {VERSIONS} has no {new.name}. If the "
                "pointer is not needed, delete it; then add the file again."
            )
        if restricted:
            _refuse_git(root, new, reason)
        _write(root, file, new, content, meta)
        append_versions(root, [new])
    return new


def read_whole(file: Path) -> bytes:
    """Read the bytes of a file once, so that a file that changes meanwhile gives one version.

    Raises DataError when the file does not exist, is no regular file (a pipe would never end), or
    changes its size while it is read: another program is still writing it.
    """
    if file.is_dir():
        raise DataError(f"{file} is a folder; expected a CSV file.")
    try:
        return read_file(file, sys.maxsize)
    except FileNotFoundError:
        raise DataError(f"{file}: file not found. Correct the name.") from None
    except OSError as error:
        if error.errno == errno.EINVAL:
            raise DataError(f"{file} is not a regular file; expected a CSV file.") from None
        if error.errno == errno.EBUSY:
            raise DataError(
                f"{file}: another program is still writing this file. Add it when it is complete."
            ) from None
        raise DataError(f"{file}: cannot be read ({error.strerror}).") from None


def check_questionnaire(root: Path, name: str) -> None:
    """Raise ConfigError unless the questionnaire exists or none is named.

    The register is append-only: a misspelt name could not be corrected.
    """
    if name and not (
        re.fullmatch(NAME, name) and (root / f"data/questionnaires/{name}.yaml").is_file()
    ):
        existing = sorted(path.stem for path in (root / "data/questionnaires").glob("*.yaml"))
        raise ConfigError(
            f"--questionnaire {name!r}: not found in data/questionnaires. Its questionnaires are "
            f"{', '.join(existing) or 'none'}."
        )


def _refuse_git(root: Path, new: Version, reason: str) -> None:
    """Raise ConfigError where git would keep the bytes; `reason`: why they are restricted."""
    store = default_store(root)
    address = next(iter(remotes(root).values()), "")
    if address.startswith("file://"):
        store = Path(unquote(urlsplit(address).path))
    if store and kept_by_git(root, store / new.object_name):
        raise ConfigError(
            f"{reason}: the default remote {store} is committed to git, so everyone with the "
            "repository could read the data.\nSet another remote first: dvc remote add -d NAME "
            "ADDRESS."
        )
    for place in (cache_folder(root) / new.object_name, root / new.pointer_path.with_suffix("")):
        if kept_by_git(root, place) and (root / ".git").exists():
            raise ConfigError(
                f"{reason}: git does not ignore {place}, which would hold a copy of the data. "
                "Add it to .gitignore first."
            )


def _write(root: Path, file: Path, new: Version, content: bytes, meta: Mapping[str, str]) -> None:
    workspace = root / new.pointer_path.with_suffix("")
    folders = filter(None, [default_store(root), cache_folder(root)])
    for place in [*(folder / new.object_name for folder in folders), workspace]:
        for leftover in left_behind(place):
            leftover.unlink(missing_ok=True)
        if place.resolve() != file.resolve() and fault_of(place, new):
            write_atomically(place, content, private=new.is_restricted)
    protect(root, new)
    pointer = Pointer(md5=new.md5, size=new.bytes, name=new.pointer_path.stem)
    # DVC's own commands preserve `desc` and `meta`.
    texts = {name: one_line(text, f"--{name}") for name, text in meta.items() if text}
    questionnaire_entry = {"questionnaire": new.questionnaire} if new.questionnaire else {}
    meta_of_pointer = {**texts, **questionnaire_entry, "access": new.status}
    entries = {**({"desc": new.note} if new.note else {}), "meta": meta_of_pointer}
    text = yaml.safe_dump(entries, allow_unicode=True, sort_keys=False, width=sys.maxsize)
    write_atomically(root / new.pointer_path, text + pointer.as_text())
