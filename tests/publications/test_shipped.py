"""The publications that ship: their seals are valid, and the data they rest on are kept."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from project_copy import ROOT
from readiness.datasets.versions import read_versions
from readiness.publications.chain import frozen_chain
from readiness.publications.ledger import publication_ids, read_datasets, read_inputs
from readiness.publications.seal import DRAFT, check_seal, read_seal

PUBLICATIONS = publication_ids(ROOT)


def folder(publication: str) -> Path:
    return ROOT / "publications" / publication


def test_three_are_released_and_the_second_wave_supersedes_the_first() -> None:
    released = [name for name in PUBLICATIONS if read_seal(folder(name)).get("status") != DRAFT]
    assert released == ["haca-2024", "simulated-2026-r1", "simulated-2026-r2"]
    first, second = (read_seal(folder(name)) for name in released[1:])
    assert second["supersedes"] == {"id": "simulated-2026-r1", "digest": first["digest"]}
    assert set(first["datasets"]) ^ set(second["datasets"]) == {
        "simulated-2026@1", "simulated-2026@2"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("draft", "before"),
    [("haca-2024-r2", "haca-2024"), ("simulated-2026-r3", "simulated-2026-r2")],
)
def test_a_draft_successor_names_what_moved(draft: str, before: str) -> None:
    sealed = read_seal(folder(draft))
    assert sealed["status"] == DRAFT
    assert sealed["supersedes"] == {"id": before, "digest": read_seal(folder(before))["digest"]}
    with (folder(draft) / "erratum.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows and all(row["why"] and row["was"] != row["is"] for row in rows)


@pytest.mark.parametrize("publication", PUBLICATIONS)
def test_the_seal_holds(publication: str) -> None:
    assert check_seal(folder(publication)) == []


@pytest.mark.parametrize("publication", PUBLICATIONS)
def test_every_pointer_stands_in_the_tree_byte_by_byte(publication: str) -> None:
    """So `dvc gc` keeps what it rests on; and none stands here, for `dvc pull` would fill it."""
    versions = read_versions(ROOT)
    for dataset in read_datasets(folder(publication)):
        path = ROOT / dataset.version.pointer_path
        assert path.read_bytes() == dataset.pointer_text.encode()
        assert versions[dataset.version.name] == dataset.version
        assert dataset.pointer.md5 == dataset.version.md5
    assert not list(folder(publication).rglob("*.dvc"))


@pytest.mark.parametrize("publication", PUBLICATIONS)
def test_what_else_went_in_was_not_edited(publication: str) -> None:
    from readiness.lineage import sha256_of

    inputs = read_inputs(folder(publication))
    assert inputs
    for path, digest in inputs.items():
        assert sha256_of(ROOT / path) == digest, path


@pytest.mark.parametrize("publication", PUBLICATIONS)
def test_the_chain_is_whole(publication: str) -> None:
    chain = frozen_chain(folder(publication))
    known = {lineage.hash for lineage in chain.values()}
    sealed = read_seal(folder(publication))
    assert chain["register"].hash == sealed["lineage"]
    for step, lineage in chain.items():
        assert set(lineage.parents.values()) <= known, step
        assert sealed["code"][lineage.step] == lineage.code
    if sealed["format"] == 1:  # later ones publish no more digits than are shown
        assert chain["register"].outputs["figures.csv"] == sealed["files"]["figures.csv"]


@pytest.mark.parametrize("publication", PUBLICATIONS)
def test_pages_for_people_and_machines(publication: str) -> None:
    readme = (folder(publication) / "README.md").read_text("utf-8")
    for section in ("Data Availability and Provenance Statements", "Computational requirements",
                    "Description of programs/code", "Instructions to Replicators"):  # fmt: skip
        assert f"## {section}" in readme
    if publication.startswith("simulated"):
        assert "simulated" in readme
    check = yaml.safe_load((folder(publication) / "codecheck.yml").read_text("utf-8"))
    assert check["version"] == "https://codecheck.org.uk/spec/config/1.0/"
    for entry in check["manifest"]:
        assert (folder(publication) / entry["file"]).is_file()
    citation = yaml.safe_load((folder(publication) / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)


@pytest.mark.parametrize("publication", PUBLICATIONS)
def test_ledgers_hold_every_number_once_and_tables_are_of_it(publication: str) -> None:
    with (folder(publication) / "figures.csv").open(encoding="utf-8", newline="") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    assert len(ids) == len(set(ids)) == read_seal(folder(publication))["numbers"]
    assert list((folder(publication) / "tables").glob("*.csv"))
