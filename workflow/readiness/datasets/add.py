"""Registering a new dataset version: pointer, object in the store, row in the register."""

from __future__ import annotations

import re
from pathlib import Path

from readiness.config import NAME, VERSION, WORDS
from readiness.datasets.places import cache_folder, default_store
from readiness.datasets.pointers import Pointer, write_pointer
from readiness.datasets.versions import (
    OPEN,
    RAW,
    RESTRICTED,
    Version,
    append_versions,
    read_versions,
)
from readiness.errors import ConfigError, DataError
from readiness.files import write_atomically
from readiness.lineage import md5_of, sha256_of
from readiness.tables import read_text_table


def add_version(
    root: Path,
    file: Path,
    dataset: str,
    version: str,
    *,
    questionnaire: str = "",
    note: str = "",
    restricted: bool = False,
) -> Version:
    """Put `file` under DVC as `dataset@version` and append it to `data/versions.csv`.

    The bytes go to the default remote when that is a folder, and to DVC's cache. A version is never
    overwritten: ConfigError when it exists or has no proper name, DataError when the file is no
    table or holds the very bytes of a version that was erased.
    """
    for what, text, pattern in (("dataset", dataset, NAME), ("version", version, VERSION)):
        if not re.fullmatch(pattern, text):
            raise ConfigError(
                f"{what} {text!r}: expected {WORDS[pattern].removesuffix(', in quotes')}."
            )
    if not file.is_file():
        raise DataError(f"{file}: no such file.")
    versions = read_versions(root) if (root / "data/versions.csv").exists() else {}
    if f"{dataset}@{version}" in versions:
        raise ConfigError(
            f"{dataset}@{version} exists and is never overwritten. Choose another name with --as."
        )
    new = Version(
        dataset=dataset,
        version=version,
        md5=md5_of(file),
        sha256=sha256_of(file),
        bytes=file.stat().st_size,
        rows=len(read_text_table(file, "the new dataset version")),
        questionnaire=questionnaire,
        note=note,
        status=RESTRICTED if restricted else OPEN,
    )
    if new.rows == 0:
        raise DataError(f"{file}: has a header but no rows; a version needs at least one.")
    for known in versions.values():
        if known.erased and known.md5 == new.md5:
            raise DataError(
                f"{file}: these are the bytes of {known.name}, which was erased ({known.note}). "
                "Leave out who withdrew, then add the file."
            )
    pointer = Pointer(md5=new.md5, size=new.bytes, name=f"{version}.csv")
    content = file.read_bytes()
    store = default_store(root)
    for folder in filter(None, [store, cache_folder(root)]):
        target = folder / pointer.object_name
        if not target.exists():
            write_atomically(target, content)
    workspace = root / RAW / dataset / f"{version}.csv"
    if workspace.resolve() != file.resolve():
        write_atomically(workspace, content)
    write_pointer(root / new.pointer_path, pointer)
    append_versions(root, [new])
    return new
