"""A publication as it would be, had its data had another status when it was sealed."""

from __future__ import annotations

import csv
import io
import json
import tarfile
from collections.abc import Collection
from pathlib import Path

from relist import relist

from readiness.files import files_below
from readiness.publications.ledger import read_datasets, versions_table
from readiness.publications.log import read_log
from readiness.publications.program import pack
from readiness.publications.seal import ATTESTATIONS, SEAL, make_seal
from readiness.tables import rows_to_csv


def restatus(path: Path, names: Collection[str], status: str) -> None:
    """Give these dataset versions a status in a table that has a row for each."""
    head, *rows = csv.reader(io.StringIO(path.read_text("utf-8"), newline=""))
    for row in rows:
        if "{dataset}@{version}".format(**dict(zip(head, row, strict=True))) in names:
            row[head.index("status")] = status
    path.write_bytes(rows_to_csv([head, *rows]).encode())


def sealed_with_status(folder: Path, names: Collection[str], status: str) -> None:
    """The publication, its archive among it, under a seal that fits."""
    restatus(folder / "datasets.csv", names, status)
    table = versions_table(dataset.version for dataset in read_datasets(folder))
    with tarfile.open(folder / "code.tar.xz") as tar:
        members = {m.name: tar.extractfile(m).read() for m in tar}  # type: ignore[union-attr]
    (folder / "code.tar.xz").write_bytes(pack({**members, "data/versions.csv": table.encode()}))
    seal_anew(folder)


def seal_anew(folder: Path) -> None:
    """A seal over what lies there, after that of the publication which this one supersedes, and
    after the entries that the log has before it."""
    seal = json.loads((folder / SEAL).read_text("utf-8"))
    facts = {k: v for k, v in seal.items() if k not in ("digest", "files", "format", "values")}
    if before := facts["supersedes"]:
        older = json.loads((folder.parent / before["id"] / SEAL).read_text("utf-8"))
        before["digest"] = older["digest"]
    entries = read_log(folder.parents[1]).entries
    facts["log"] = next((e.previous for e in entries if e.id == folder.name), facts["log"])
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in files_below(folder)
        if path.name not in (SEAL, ATTESTATIONS)
    }
    (folder / SEAL).write_text(make_seal(files, facts), "utf-8")
    relist(folder.parents[1])
