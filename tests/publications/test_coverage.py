"""Each file of a publication, and each column or key, stands in the table of what an audit does."""

import csv
import json
from pathlib import Path

import pytest

from project_copy import ROOT
from readiness.ground.files import files_below
from readiness.publications.audit.coverage import Held, find_parts, list_stated
from readiness.publications.audit.model import DATA, NUMBERS
from readiness.publications.seal import ATTESTATIONS, SEAL

PUBLICATIONS = sorted(path.parent for path in (ROOT / "publications").glob("*/seal.json"))


def names_in(path: Path) -> set[str]:
    """The columns of a table, the keys of a record; of another file none."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return set(next(csv.reader(file)))
    return set(json.loads(path.read_text("utf-8"))) if path.suffix == ".json" else set()


@pytest.mark.parametrize("folder", PUBLICATIONS, ids=lambda folder: folder.name)
def test_every_part_is_in_the_table_once(folder: Path) -> None:
    for path in files_below(folder):
        name = path.relative_to(folder).as_posix()
        if name == ATTESTATIONS:
            continue
        parts = find_parts(name)
        listed = [one for part in parts for one in part.names]
        assert parts and len(listed) == len(set(listed)), name
        if listed:
            # Seals of 1.0 name no version.
            later = {"version"} if name == SEAL else set()
            assert all(part.names for part in parts), name
            assert set(listed) - later <= names_in(path) <= set(listed), name


def test_a_file_that_no_publication_has_is_in_no_row() -> None:
    for name in ("corrected.csv", "figures-2.csv", "lineage.json", "data/answers.csv"):
        assert find_parts(name) == []


def test_what_is_only_stated_is_listed_and_nothing_that_is_not_there() -> None:
    files = ["figures.csv", "README.md", "lineage/weight.json", "code.tar.xz"]
    told = [*list_stated(files, NUMBERS, own_code=False)]
    assert f"{SEAL} (reviewer, erratum)" in told and "README.md" in told
    assert {"code.tar.xz", "lineage/*.json (code, settings)", "figures.csv (lineage)"} <= {*told}
    assert not [name for name in told if name.startswith(("erratum", "recompute", "attack"))]
    own = [*list_stated(files, NUMBERS, own_code=True)]
    assert "code.tar.xz" not in own and set(own) < set(told)
    assert "erratum.csv (why)" in [*list_stated(["erratum.csv"], DATA, own_code=False)]
    assert {part.held for part in find_parts("README.md")} == {Held.TEMPLATED}
