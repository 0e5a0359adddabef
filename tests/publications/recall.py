"""Brute force for `affected`: change a dataset, compute everything again, see what moved.

A dataset version is recalled by leaving every ninth row out (of published figures, which other
files name one by one: by raising every ninth value). Whatever number then moves rests on it;
`affected` must name it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from readiness.datasets.store import find_object
from readiness.datasets.versions import Pointer, Version
from readiness.publications.ledger import (
    read_datasets,
    read_inputs,
    versions_table,
)
from readiness.publications.program import assemble
from readiness.publications.scratch import run_in, scratch_project
from readiness.publications.seal import read_seal
from readiness.publications.trace import affected
from readiness.register.figures import read_register

SEEN = ["value", "se", "lower", "upper", "n", "n_eff", "deff"]
NINTH = 9
ID_LENGTH = 8


def another_table(content: bytes, named: str) -> bytes:
    """The table without every ninth row, or with every ninth value one higher.

    `named` is the text of the other inputs: a row that they name is kept, or they would be refused.
    """
    head, *rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    words = set(re.findall(r"\w+", named))
    if "value" in head:
        place = head.index("value")
        for number, row in enumerate(rows, start=1):
            if number % NINTH == 0 and row[place].isdigit() and int(row[place]) < 100:
                row[place] = str(int(row[place]) + 1)
        kept = rows
    else:
        kept = [
            row
            for number, row in enumerate(rows, start=1)
            if number % NINTH or words & {cell for cell in row if len(cell) >= ID_LENGTH}
        ]
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows([head, *kept])
    return buffer.getvalue().encode()


def altered(root: Path, publication: str, version: Version, folder: Path) -> tuple[Version, Path]:
    """The version as if it had been another one, and its bytes."""
    inputs = read_inputs(root / "publications" / publication)
    named = "".join((root / p).read_text("utf-8") for p in inputs if "publications" not in p.parts)
    content = another_table(find_object(root, version).read_bytes(), named)
    path = folder / f"{version.dataset}-{version.version}.csv"
    path.write_bytes(content)
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    sha256 = hashlib.sha256(content).hexdigest()
    rows = sum(1 for _ in csv.reader(io.StringIO(content.decode()))) - 1
    return replace(version, md5=md5, sha256=sha256, bytes=len(content), rows=rows), path


def recomputed(root: Path, publication: str, other: Mapping[str, tuple[Version, Path]]) -> bytes:
    """The register of a publication with other bytes for some dataset versions."""
    folder = root / "publications" / publication
    versions, objects, pointers = [], {}, {}
    for dataset in read_datasets(folder):
        name = dataset.version.name
        version, path = other.get(name) or (dataset.version, find_object(root, dataset.version))
        pointer = Pointer(version.md5, version.bytes, f"{version.version}.csv")
        versions.append(version)
        objects[pointer] = path
        pointers[version.pointer_path] = pointer.as_text()
    config = (folder / "config.yaml").read_text("utf-8")
    files = assemble(root, config, versions_table(versions), pointers, read_inputs(folder))
    register = f"results/{read_seal(folder)['run']}/register/figures.csv"
    with scratch_project(files, objects) as scratch:
        failure = run_in(scratch, [register], "2")
        assert failure == "", failure
        return (scratch / register).read_bytes()


def moved(before: pd.DataFrame, after: pd.DataFrame) -> set[str]:
    """The published ids whose value, precision or text is another one, or that are gone."""
    old, new = (frame.set_index("id")[SEEN].to_dict("index") for frame in (before, after))
    return {name for name in old if old[name] != new.get(name)}


def read(content: bytes, folder: Path) -> pd.DataFrame:
    path = folder / "register.csv"
    path.write_bytes(content)
    return read_register(path)


def recalls(root: Path, publication: str, folder: Path) -> Iterator[tuple[str, set[str], set[str]]]:
    """(dataset version, numbers that move, numbers that `affected` names), for each dataset."""
    ledger = read_register(root / "publications" / publication / "figures.csv")
    for dataset in read_datasets(root / "publications" / publication):
        name = dataset.version.name
        other = {name: altered(root, publication, dataset.version, folder)}
        after = read(recomputed(root, publication, other), folder)
        yield name, moved(ledger, after), named(root, publication, name)


def named(root: Path, publication: str, version: str) -> set[str]:
    return {row["id"] for where, row in affected(root, version) if where == publication}
