"""A publication as `freeze` leaves it: whole, described, and resting on data that are kept."""

from __future__ import annotations

import csv

import pytest
import yaml
from released_tree import DRAFT, FIRST, PUBLICATIONS, SECOND, released_root

from readiness.datasets.versions import read_versions
from readiness.lineage import sha256_of
from readiness.publications.chain import frozen_chain
from readiness.publications.ledger import publication_ids, read_datasets, read_inputs
from readiness.publications.seal import check_seal, read_seal

of_each = pytest.mark.parametrize("name", PUBLICATIONS)


def test_each_states_what_it_supersedes_and_whether_it_is_final() -> None:
    assert tuple(publication_ids(released_root())) == PUBLICATIONS
    seals = {name: read_seal(released_root() / "publications" / name) for name in PUBLICATIONS}
    assert [name for name in seals if seals[name]["status"] == "draft"] == [DRAFT]
    first, second = seals[FIRST], seals[SECOND]
    assert second["supersedes"] == {"id": FIRST, "digest": first["digest"]}
    assert set(first["datasets"]) ^ set(second["datasets"]) == {
        "canteen-2025@1", "canteen-2025@2"
    }  # fmt: skip


@of_each
def test_the_folder_is_whole(name: str) -> None:
    folder = released_root() / "publications" / name
    assert check_seal(folder) == []
    with (folder / "figures.csv").open(encoding="utf-8", newline="") as file:
        ids = [row["id"] for row in csv.DictReader(file)]
    sealed = read_seal(folder)
    assert len(ids) == len(set(ids)) == sealed["numbers"]
    chain = frozen_chain(folder)
    known = {lineage.hash for lineage in chain.values()}
    assert chain["register"].hash == sealed["lineage"]
    for step, lineage in chain.items():
        assert set(lineage.parents.values()) <= known or name == SECOND, step
        assert sealed["code"][lineage.step] == lineage.code


@of_each
def test_what_went_in_stands_in_the_tree_byte_by_byte(name: str) -> None:
    """So `dvc gc` keeps what it rests on; and no pointer stands here, for `dvc pull` to fill."""
    root = released_root()
    folder = root / "publications" / name
    versions = read_versions(root)
    for dataset in read_datasets(folder):
        path = root / dataset.version.pointer_path
        assert path.read_bytes() == dataset.pointer_text.encode()
        assert versions[dataset.version.name] == dataset.version
        assert dataset.pointer.md5 == dataset.version.md5
    assert not list(folder.rglob("*.dvc"))
    inputs = read_inputs(folder)
    assert inputs
    for path, digest in inputs.items():
        assert sha256_of(root / path) == digest, path


@of_each
def test_pages_for_people_and_machines(name: str) -> None:
    folder = released_root() / "publications" / name
    readme = (folder / "README.md").read_text("utf-8")
    for section in ("Data Availability and Provenance Statements", "Computational requirements",
                    "Description of programs/code", "Instructions to Replicators"):  # fmt: skip
        assert f"## {section}" in readme
    assert "simulated" in readme or not name.startswith("canteen")
    check = yaml.safe_load((folder / "codecheck.yml").read_text("utf-8"))
    assert check["version"] == "https://codecheck.org.uk/spec/config/1.0/"
    for entry in check["manifest"]:
        assert (folder / entry["file"]).is_file()
    citation = yaml.safe_load((folder / "CITATION.cff").read_text("utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= set(citation)
