"""A publication sealed again, as somebody does who can write its folder and knows of the log."""

import csv
import io
import json
import lzma
import tarfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from readiness.datasets.versions import ERASED
from readiness.ground.files import files_below
from readiness.ground.tables import rows_to_csv
from readiness.publications.ledger import read_datasets, versions_table
from readiness.publications.log import LOG, Log, read_log
from readiness.publications.program import ARCHIVE, pack
from readiness.publications.seal import (
    ATTESTATIONS,
    LEDGER,
    SEAL,
    VALUES,
    make_seal,
    sha256,
    values_table,
)

# What `make_seal` computes; all else that a seal states is a fact it was given.
MADE = ("digest", "format", "files", "values")


# What a seal states of the small publication.
FACTS = {
    "run": "waves/w",
    "lock": "",
    "code": {},
    "numbers": 2,
    "datasets": {},
    "status": "released",
    "log": "",
    "program": {},
}


def seal_small(folder: Path, ledger: str, more: Mapping[str, bytes]) -> None:
    """A small publication of this ledger and more files, under a seal of its own."""
    files = {LEDGER: ledger.encode(), VALUES: values_table(ledger).encode(), **more}
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / SEAL).write_text(make_seal(files, {**FACTS, "id": folder.name}), "utf-8")


def seal_over(folder: Path, edit: Callable[[dict[str, Any]], object] = lambda facts: None) -> bytes:
    """A seal that fits what lies in the folder; `edit` changes what else it states."""
    seal = json.loads((folder / SEAL).read_text("utf-8"))
    facts = {key: value for key, value in seal.items() if key not in MADE}
    edit(facts)
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in files_below(folder)
        if path.name not in (SEAL, ATTESTATIONS)
    }
    return make_seal(files, facts).encode("utf-8", "surrogatepass")


def relist(root: Path) -> str:
    """The log's text, every entry with the seal that lies there now."""
    log = Log()
    for entry in read_log(root).entries:
        path = root / "publications" / entry.id / SEAL
        seal = sha256(path.read_bytes()) if path.is_file() else entry.seal
        log = Log((*log.entries, replace(entry, seal=seal, previous=log.head)))
    return log.as_text()


def seal_again(folder: Path, edit: Callable[[dict[str, Any]], object] = lambda facts: None) -> None:
    """Write such a seal, and the log that lists it."""
    (folder / SEAL).write_bytes(seal_over(folder, edit))
    (folder.parents[1] / LOG).write_text(relist(folder.parents[1]), "utf-8")


def read_members(archive: bytes) -> dict[str, bytes]:
    """The files in an archive of the code, by name."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar if m.isfile()}  # type: ignore[union-attr]


def set_status(path: Path, names: Collection[str], status: str) -> None:
    """Give these dataset versions a status in a table that has a row for each."""
    head, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
    for row in rows:
        if "{dataset}@{version}".format(**dict(zip(head, row, strict=True))) in names:
            row[head.index("status")] = status
    path.write_bytes(rows_to_csv([head, *rows]).encode())


def add_tombstone(path: Path, name: str, **other: str) -> None:
    """Register a dataset version as erased, under another hash where one is given."""
    head, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
    dataset, version = name.split("@")
    (row,) = (row for row in rows if row[:2] == [dataset, version])
    stone = dict(zip(head, row, strict=True)) | {"note": "a respondent withdrew", "status": ERASED}
    rows.append([*(stone | other).values()])
    path.write_bytes(rows_to_csv([head, *rows]).encode())


def pack_quickly(files: Mapping[str, bytes]) -> bytes:
    """An archive that is less tight than the program's own: of the same files, as a seal asks."""
    tight = lzma.compress
    with mock.patch.object(lzma, "compress", lambda raw, *how, **_: tight(raw, *how, preset=0)):
        return pack(files)


def seal_with_status(folder: Path, names: Collection[str], status: str) -> None:
    """The publication, its archive among it, as if its data had had the status when it was sealed.

    Its seal follows that of the publication which it supersedes, and what the log has before it.
    """
    set_status(folder / "datasets.csv", names, status)
    table = versions_table(dataset.version for dataset in read_datasets(folder))
    members = read_members((folder / ARCHIVE).read_bytes())
    (folder / ARCHIVE).write_bytes(pack_quickly({**members, "data/versions.csv": table.encode()}))
    entries = read_log(folder.parents[1]).entries

    def follow(facts: dict[str, Any]) -> None:
        if before := facts["supersedes"]:
            older = json.loads((folder.parent / before["id"] / SEAL).read_text("utf-8"))
            before["digest"] = older["digest"]
        facts["log"] = next((e.previous for e in entries if e.id == folder.name), facts["log"])

    seal_again(folder, follow)
