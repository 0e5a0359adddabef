"""No bundle without restricted data names a respondent."""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest import CaptureFixture, MonkeyPatch
from released_tree import FIRST, SECOND, released_root
from resealing import seal_with_status, set_status
from tampering.reseal import pack_archive, reseal
from tampering.tree import Target, Tree

from project_copy import Project
from readiness.cli import main
from readiness.datasets.versions import RESTRICTED
from readiness.publications.program import ARCHIVE
from readiness.publications.seal import sha256
from tiny_project import TINY

WAVE = SECOND
WAVES = (FIRST, SECOND)
ANSWERS = ("canteen-2025@1", "canteen-2025@2")
CORRECTIONS = "data/corrections/canteen-1.csv"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: MonkeyPatch) -> Iterator[Path]:
    """A project whose answers are restricted, in the register and as they were sealed, and one of
    whose answers was corrected.
    """
    root = Project(released_root()).copy(tmp_path / "tree").root
    set_status(root / "data/versions.csv", ANSWERS, RESTRICTED)
    monkeypatch.chdir(root)
    yield root
    shutil.rmtree(tmp_path)


def correct(root: Path, row: str) -> None:
    """The publications of the wave as they would be, had an answer been corrected."""
    path = root / CORRECTIONS
    before = path.read_bytes()
    path.write_bytes(before + row.encode())
    renamed = {sha256(before): sha256(path.read_bytes())}
    for name in WAVES:
        target = Target(Tree(root), name, random.Random(0))
        ledger, inputs = (root / "publications" / name / n for n in ("figures.csv", "inputs.csv"))
        old, table = sha256(ledger.read_bytes()), inputs.read_text("utf-8")
        for digest, new in renamed.items():
            table = table.replace(digest, new)
        code = pack_archive(target, {CORRECTIONS: path.read_bytes()})
        reseal(target, {"inputs.csv": table.encode(), ARCHIVE: code}, renamed)
        renamed[old] = sha256(ledger.read_bytes())
    for name in WAVES:
        seal_with_status(root / "publications" / name, ANSWERS, RESTRICTED)


def test_no_bundle_without_the_answers_names_a_respondent(
    tree: Path, tmp_path: Path, capsys: CaptureFixture[str]
) -> None:
    with (TINY / f"exports/{ANSWERS[0]}.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["Invitation"] for row in csv.DictReader(file)]
    correct(tree, f"row-17,minutes,47,48,typed wrong,M. B.\n{codes[0]},minutes,9,8,again,M. B.\n")
    target = tmp_path / "out.zip"
    assert main(["bundle", WAVE, "--without-restricted", "--to", str(target)]) == 3
    said = capsys.readouterr().err
    assert f"{CORRECTIONS}, row 3: names a respondent" in said and codes[0] not in said
    assert not target.exists()
