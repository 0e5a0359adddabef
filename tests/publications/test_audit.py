"""The audit at every level, on the publications that ship and on what was done to them."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from released_tree import released_root
from relist import relist

from project_copy import Project, message
from readiness.publications.seal import SEAL, VALUES, make_seal, read_seal, values_table

LEDGER = "publications/menus-r1/figures.csv"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree in which nothing was run: what a zip holds. Never change it."""
    project = Project(released_root()).copy(tmp_path_factory.mktemp("tree") / "zip")
    for name in ("results", ".snakemake", "publications/menus-r2"):
        shutil.rmtree(project.root / name)
    return project.root


@pytest.fixture
def zipped(tree: Path, tmp_path: Path) -> Iterator[Project]:
    """The same, to be changed by one test."""
    project = Project(tree).copy(tmp_path / "zip")
    yield project
    shutil.rmtree(project.root, ignore_errors=True)


def audit(project: Project, *arguments: str) -> tuple[int, str]:
    result = project.readiness("audit", *arguments)
    assert "Traceback" not in result.stderr, result.stderr
    return result.returncode, result.stdout


def reseal(project: Project, publication: str) -> None:
    """Seal a changed folder again, as somebody would who wants to deceive."""
    folder = project.root / "publications" / publication
    sealed = read_seal(folder)
    files = {name: (folder / name).read_bytes() for name in sealed["files"]}
    files[VALUES] = values_table(files["figures.csv"].decode()).encode()
    (folder / VALUES).write_bytes(files[VALUES])
    facts = {k: v for k, v in sealed.items() if k not in ("format", "files", "values", "digest")}
    (folder / SEAL).write_text(make_seal(files, facts), "utf-8")
    relist(project.root)


def test_all_seals_hold_without_data(zipped: Project) -> None:
    shutil.rmtree(zipped.root / "data")
    code, out = audit(zipped, "--level", "0")
    assert code == 0, out
    assert out.count("VALID") == 4  # one a publication, and the closing line
    assert (
        list((zipped.root / "results").rglob("*") if (zipped.root / "results").exists() else [])
        == []
    )


def test_the_data_of_all_publications(zipped: Project) -> None:
    code, out = audit(zipped, "--level", "1")
    assert code == 0, out
    (zipped.root / "data/store").rename(zipped.root / "elsewhere")
    code, out = audit(zipped, "--level", "1", "menus-r1")
    assert code == 2
    assert "DATA MISSING" in out and "menus-2023-claims@1" in out


def test_every_number_of_a_study_and_its_own_code(zipped: Project) -> None:
    code, out = audit(zipped, "menus-r1", "--level", "2", "--code", "frozen")
    assert code == 0, out
    assert re.search(r"numbers +\d+ REPRODUCED, 3 JUDGED", out), out
    assert not (zipped.root / "results").exists()


def test_a_resealed_number_holds_at_level_0_and_differs_at_level_2(zipped: Project) -> None:
    rows = zipped.read(LEDGER).splitlines()
    name = "verdict.bases.soup.n_max"
    (number,) = [k for k, row in enumerate(rows) if row.startswith(f"{name},")]
    assert ",40," in rows[number]
    rows[number] = rows[number].replace(",40,", ",41,")
    (zipped.root / LEDGER).write_text("\n".join(rows) + "\n", "utf-8")
    code, out = audit(zipped, "menus-r1", "--level", "0")
    assert code == 3 and "figures.csv: verdict." in out
    reseal(zipped, "menus-r1")
    assert audit(zipped, "menus-r1", "--level", "0")[0] == 0
    code, out = audit(zipped, "menus-r1", "--level", "2")
    assert code == 1
    assert f"DIFFERS      {name}" in out, out


def test_where_the_chain_diverges(zipped: Project) -> None:
    """A claim structure edited today: named as data, at the step that reads it."""
    name = "data/claims/menus-2023-1.yaml"
    zipped.replace(name, "en: soup", "en: broth")
    code, out = audit(zipped, "menus-r1", "--level", "2")
    assert code == 1 and f"{name}: not the sealed bytes" in out
    assert re.search(r"diverges .*\bjudge\b.*data \(structure\)", out)


def test_json_says_everything(zipped: Project) -> None:
    code, out = audit(zipped, "menus-r1", "--level", "2", "--json")
    (record,) = json.loads(out)
    assert (code, record["exit_code"], record["verdict"]) == (0, 0, "VALID")
    assert len(record["numbers"]) == read_seal(zipped.root / "publications/menus-r1")["numbers"]
    line = record["numbers"][0]
    assert {"dataset", "published", "recomputed", "difference", "digits", "rounding", "code",
            "environment", "outcome", "fact", "detail"} <= set(line)  # fmt: skip
    assert {number["code"] for number in record["numbers"]} <= {"same", "CHANGED"}


def test_an_unknown_publication_is_one_line(zipped: Project) -> None:
    result = zipped.readiness("audit", "nothing")
    assert result.returncode == 2
    assert "nothing: no such publication; there are canteen-r1" in message(result)


def test_erased_data_are_said_by_the_audit_and_by_the_run(zipped: Project) -> None:
    result = zipped.readiness("data", "erase", "canteen-2025@1", "--reason", "withdrawn")
    assert result.returncode == 0, result.stderr
    code, out = audit(zipped, "canteen-r1", "--level", "2")
    assert code == 2 and "DATA ERASED" in out, out
    assert audit(zipped, "canteen-r1", "--level", "0")[0] == 0
    # The second release needs the first one's figures, not its data.
    assert audit(zipped, "canteen-r2", "--level", "1")[0] == 0
    targets = zipped.call(
        ".venv/bin/python", "-m", "snakemake", "--dry-run", "--cores", "1", "--quiet", "host"
    )
    assert targets.returncode == 0, targets.stderr
    assert "results/publications/canteen-r1" not in targets.stdout
    assert "results/publications/canteen-r2" in targets.stdout
