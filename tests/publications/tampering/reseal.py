"""A publication sealed again after a change, by someone who knows how: every hash is made again.

Whoever can write the folder can do this, and no seal can tell. What it cannot do is to make the
data, the code and a changed number agree.
"""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from resealing import (
    MADE,
    pack_quickly,
    read_members,
    relist,
    seal_over,
    seal_with_status,
    set_status,
)

from readiness.datasets.pointers import Pointer
from readiness.datasets.versions import RESTRICTED, Version
from readiness.provenance.records import Lineage
from readiness.publications.audit.agreeing import STATED_TWICE
from readiness.publications.ledger import datasets_table, kept_as, languages_among, versions_table
from readiness.publications.log import LOG
from readiness.publications.program import ARCHIVE, program_hashes
from readiness.publications.seal import make_seal, sha256, values_table
from tampering.tree import Rows, Target, as_csv, copies


def reseal(
    target: Target,
    changes: Mapping[str, bytes],
    renamed: Mapping[str, str] | None = None,
    known: Sequence[Version] | None = None,
) -> None:
    """Write the changed files and make everything that hashes them agree with them.

    `renamed` are the hashes that the changes replace, old to new, where a record is among them;
    `known` the dataset versions, where they are among them.
    """
    files = {name: target.tree.read(target.name(name)) for name in target.files()}
    seal = json.loads(files.pop("seal.json"))
    files |= changes
    if "figures.csv" in changes:
        files |= {name: _follow_ledger(files, name) for name in files if name.endswith(TABLE)}
    _link_anew(files, dict(renamed or {}))
    files["values.csv"] = values_table(files["figures.csv"].decode()).encode()
    chain = _read_chain(files)
    versions = target.versions() if known is None else known
    facts = {k: v for k, v in seal.items() if k not in MADE}
    facts |= {
        "numbers": files["values.csv"].count(b"\n") - 1,
        "lineage": chain["register"].hash,
        "code": {lineage.step: lineage.code for lineage in chain.values()},
        "datasets": {v.name: {"md5": v.md5, "sha256": v.sha256} for v in versions},
        "program": program_hashes(read_members(files[ARCHIVE])),
    }
    files["seal.json"] = make_seal(files, facts).encode()
    for name, content in files.items():
        if not target.has(name) or target.tree.read(target.name(name)) != content:
            target.tree.write(target.name(name), content)
    target.tree.write(str(LOG), relist(target.tree.root))


def seal_as(
    target: Target,
    changes: Mapping[str, bytes | str] | None = None,
    edit: Callable[[dict[str, Any]], object] = lambda facts: None,
) -> None:
    """The publication with these files and facts as they are, and a seal over them."""
    for name, content in (changes or {}).items():
        target.tree.write(target.name(name), content)
    target.tree.write(target.name("seal.json"), seal_over(target.tree.root / target.folder, edit))
    target.tree.write(str(LOG), relist(target.tree.root))


# Table of the report, which has the ledger's numbers again.
TABLE = "/numbers.csv"


def _follow_ledger(files: Mapping[str, bytes], name: str) -> bytes:
    """Return the table `name` with the numbers and cells that the ledger has now."""
    ledger = {row["id"]: row for row in _read_rows(files["figures.csv"])}
    rows = [row for row in _read_rows(files[name]) if row["id"] in ledger]
    for row in rows:
        row |= {column: ledger[row["id"]][column] for column in STATED_TWICE}
    return as_csv(rows).encode()


def _read_rows(content: bytes) -> Rows:
    return [*csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))]


def reseal_ledger(target: Target, rows: Rows) -> None:
    """The publication with another ledger."""
    reseal(target, {"figures.csv": as_csv(rows).encode()})


def _read_chain(files: Mapping[str, bytes]) -> dict[str, Lineage]:
    found = {}
    for name, content in files.items():
        if name.startswith("lineage/"):
            record = json.loads(content)
            record["datasets"] = tuple(record["datasets"])
            lineage = Lineage(**{field.name: record[field.name] for field in fields(Lineage)})
            found[name.removeprefix("lineage/").removesuffix(".json")] = lineage
    return found


def _link_anew(files: dict[str, bytes], renamed: dict[str, str]) -> None:
    """Records that state the outputs as they are now, and each other's hashes."""
    chain = _read_chain(files)
    original = files["figures.csv"].decode()
    provenances = {step: sha256(files[f"lineage/{step}.json"]) for step in chain}
    stated = {step: json.loads(files[f"lineage/{step}.json"])["lineage"] for step in chain}
    while True:
        before = dict(renamed)
        for step, lineage in chain.items():
            new = replace(
                lineage,
                inputs={role: renamed.get(d, d) for role, d in lineage.inputs.items()},
                parents={role: renamed.get(d, d) for role, d in lineage.parents.items()},
                outputs=_hash_outputs(step, lineage, files),
            )
            renamed |= {
                d: new.outputs[n] for n, d in lineage.outputs.items() if d != new.outputs[n]
            }
            if new.hash != stated[step]:
                renamed[stated[step]] = new.hash
            files[f"lineage/{step}.json"] = new.as_json().encode()
            renamed[provenances[step]] = sha256(files[f"lineage/{step}.json"])
        text = original
        for old, name in renamed.items():
            text = text.replace(old, name)
        files["figures.csv"] = text.encode()
        if renamed == before:
            return


def _hash_outputs(step: str, lineage: Lineage, files: Mapping[str, bytes]) -> dict[str, str]:
    languages = languages_among(name.split("/")[-1].removesuffix(".json") for name in files)
    kept = {name: kept_as(step, name, languages) for name in lineage.outputs}
    return {
        name: sha256(files[kept[name]]) if kept[name] in files else digest
        for name, digest in lineage.outputs.items()
    }


def pack_archive(target: Target, edits: Mapping[str, bytes]) -> bytes:
    """The archive of the code with other files in it."""
    return pack_quickly({**read_members(target.tree.read(target.name(ARCHIVE))), **edits})


def read_archived(target: Target, name: str) -> str:
    """A file of the archive of the code, as text."""
    return read_members(target.tree.read(target.name(ARCHIVE)))[name].decode()


def restrict(target: Target, name: str) -> None:
    """The publication as it would be had the dataset version been restricted from the start."""
    own = (target.name(file) for file in ("datasets.csv", ARCHIVE, "seal.json"))
    target.tree.keep("data/versions.csv", str(LOG), *own)
    set_status(target.tree.root / "data/versions.csv", [name], RESTRICTED)
    seal_with_status(target.tree.root / target.folder, [name], RESTRICTED)


def restate(target: Target, step: str, **other: object) -> tuple[dict[str, bytes], dict[str, str]]:
    """The record of a step with other statements, as a file that changed; the renamed hashes."""
    name = f"lineage/{step}.json"
    before = _read_chain({name: target.tree.read(target.name(name))})[step]
    after = replace(before, **other)  # type: ignore[arg-type]
    return {name: after.as_json().encode()}, {before.hash: after.hash}


def replace_data(target: Target, version: Version, content: bytes) -> Version:
    """Other bytes under the name of a version: in every copy, with pointer, register and seal."""
    sha256, md5 = (hashlib.new(name, content).hexdigest() for name in ("sha256", "md5"))
    # An answer may hold a line break.
    rows = sum(1 for _ in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))) - 1
    other = replace(version, md5=md5, sha256=sha256, bytes=len(content), rows=rows)
    for path in copies(version).values():
        target.tree.remove(path)
    for path in copies(other).values():
        target.tree.write(path, content)
    pointer = Pointer(md5, len(content), f"{version.version}.csv").as_text()
    target.tree.write(str(version.pointer_path), pointer)
    register = target.tree.text("data/versions.csv")
    old, new = (f"{v.md5},{v.sha256},{v.bytes},{v.rows}," for v in (version, other))
    target.tree.write("data/versions.csv", register.replace(old, new))
    versions = [other if v.name == version.name else v for v in target.versions()]
    settings = {"version": version.name, "sha256": sha256, "md5": md5}
    step = f"restore-{version.name}"
    changes, renamed = restate(target, step, settings=settings, outputs={"data.csv": sha256})
    changes["datasets.csv"] = datasets_table(target.tree.root, versions).encode()
    own = {
        "data/versions.csv": versions_table(versions).encode(),
        version.pointer_path.as_posix(): pointer.encode(),
    }
    changes[ARCHIVE] = pack_archive(target, own)
    reseal(target, changes, {**renamed, version.sha256: sha256}, versions)
    return other
