"""The audit at every level, as a command, on the publications that ship and what was done to them.

Each kind of change at levels 0 and 1, and of forgeries at 2 and 3, is in `test_tampering.py`.
"""

import json
import random
import re
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
import yaml
from released_tree import released_root
from tampering.reseal import reseal_ledger
from tampering.tree import Target, Tree, as_csv

from project_copy import Project, message
from readiness.config import WaveSettings
from readiness.publications.audit.present_changes import _list_config_changes
from readiness.publications.frozen_config import frozen_config
from readiness.publications.seal import read_seal

LEDGER = "publications/menus-r1/figures.csv"
STRUCTURE = "data/claims/menus-2023-1.yaml"


@pytest.fixture
def zipped(tmp_path: Path) -> Iterator[Project]:
    """A tree in which nothing was run, as in a zip, to be changed by one test."""
    project = Project(released_root()).copy(tmp_path / "zip")
    for name in ("results", ".snakemake", "publications/menus-r2"):
        shutil.rmtree(project.root / name)
    yield project
    shutil.rmtree(project.root, ignore_errors=True)


def test_a_setting_in_one_word_is_no_other_one(tmp_path: Path) -> None:
    """What is frozen is written in full: `true` and a word stand for the same."""
    section = {"selection": "opt-in", "answers": "w@1", "questionnaire": "w-1"}
    section |= {"title": {"en": "W"}, "firmness": True, "disclosure": "researchers"}
    frozen = frozen_config("w", WaveSettings.model_validate(section)).encode()
    (tmp_path / "config.yaml").write_bytes(frozen)
    seal = {"run": "waves/w", "files": {"config.yaml": sha256(frozen).hexdigest()}}
    root = tmp_path / "root"
    root.mkdir()
    for key, value, told in (
        ("firmness", True, []),
        ("firmness", ["weights"], ["waves/w.firmness"]),
        ("disclosure", "public", ["waves/w.disclosure"]),
        ("selection", "purposive", ["waves/w.selection"]),
    ):
        today = {"waves": {"w": {**section, key: value}}}
        (root / "config.yaml").write_text(yaml.safe_dump(today), "utf-8")
        assert _list_config_changes(root, tmp_path, seal) == told


def audit(project: Project, *arguments: str) -> tuple[int, str]:
    """By the program of the tree where numbers are made again, else by this one."""
    command = project.readiness if "2" in arguments else project.here
    result = command("audit", *arguments)
    assert "Traceback" not in result.stderr, result.stderr
    return result.returncode, result.stdout


def test_seals_hold_with_the_data_and_without_it(zipped: Project) -> None:
    code, out = audit(zipped, "--level", "1")
    assert code == 0, out
    assert out.count("VALID") == 4  # one a publication, and the closing line
    (zipped.root / "data/store").rename(zipped.root / "elsewhere")
    code, out = audit(zipped, "--level", "1", "menus-r1")
    assert code == 2
    assert "DATA MISSING" in out and "menus-2023-claims@1" in out
    shutil.rmtree(zipped.root / "data")
    code, out = audit(zipped, "--level", "0")
    assert code == 0 and out.count("VALID") == 4, out
    assert not (zipped.root / "results").exists()


def test_a_resealed_number_and_an_edited_input_differ_where_they_are(zipped: Project) -> None:
    """The seal holds; the number is named, and where the chains diverge: at the step that reads
    the claim structure.
    """
    name = "verdict.bases.soup.n_max"
    target = Target(Tree(zipped.root), "menus-r1", random.Random(1))
    rows = target.ledger()
    next(row for row in rows if row["id"] == name)["value"] = "41"
    as_sealed = zipped.read(LEDGER)
    (zipped.root / LEDGER).write_text(as_csv(rows), "utf-8")
    code, out = audit(zipped, "menus-r1", "--level", "0")
    assert code == 3 and f"figures.csv: {name}" in out
    (zipped.root / LEDGER).write_text(as_sealed, "utf-8")
    reseal_ledger(target, rows)
    assert audit(zipped, "menus-r1", "--level", "1")[0] == 0
    zipped.replace(STRUCTURE, "en: soup", "en: broth")
    code, out = audit(zipped, "menus-r1", "--level", "2")
    assert code == 1
    assert f"DIFFERS      {name}" in out, out
    assert f"{STRUCTURE}: differs from the sealed file" in out
    assert re.search(r"diverges .*\bjudge\b.*data \(structure\)", out)


def test_a_refactoring_forces_no_new_seal(zipped: Project) -> None:
    """Another name inside a step: its code hash changes, no value does, every verdict stays."""
    name = "workflow/readiness/steps/judge.py"
    renamed = re.sub(r"\brecords\b", "given", zipped.read(name))
    assert renamed != zipped.read(name)
    (zipped.root / name).write_text(renamed, "utf-8")
    code, out = audit(zipped, "menus-r1", "--level", "2", "--json")
    (record,) = json.loads(out)
    assert (code, record["exit_code"], record["verdict"]) == (0, 0, "VALID")
    assert record["divergence"]["fact"] is None and record["changes"]["code"] == ["judge"]
    assert set(record["counts"]) == {"REPRODUCED", "JUDGED"}
    # The record says everything of each number.
    assert len(record["numbers"]) == read_seal(zipped.root / "publications/menus-r1")["numbers"]
    told = {"dataset", "published", "recomputed", "difference", "digits", "rounding", "code"}
    assert told | {"environment", "outcome", "fact", "detail"} <= set(record["numbers"][0])
    verdicts = {n["id"] for n in record["numbers"] if n["kind"] == "verdict"}
    assert verdicts == {n["id"] for n in record["numbers"] if n["code"] == "CHANGED"}


def test_an_unknown_publication_is_one_line(released: Project) -> None:
    result = released.here("audit", "nothing")
    assert result.returncode == 2
    assert "nothing: no publication has this id. The publications are canteen-r1" in message(result)


def test_erased_data_are_said_by_the_audit_and_by_the_run(zipped: Project) -> None:
    result = zipped.here("data", "erase", "canteen-2025@1", "--reason", "withdrawn")
    assert result.returncode == 0, result.stderr
    kept = [line for line in result.stdout.splitlines() if line.startswith("remains")]
    for place in ("questionnaires/canteen-1.yaml: options", "publications/canteen-r1: published"):
        assert [line for line in kept if place in line], kept
    # The second release needs the first one's figures, not its data.
    code, out = audit(zipped, "canteen-r1", "canteen-r2", "--level", "1")
    assert code == 2 and "DATA ERASED" in out, out
    assert "canteen-r2: VALID" in out
    targets = zipped.call(
        *(".venv/bin/python", "-m", "snakemake", "--dry-run", "--cores", "1", "--quiet", "host")
    )
    assert targets.returncode == 0, targets.stderr
    assert "results/publications/canteen-r1" not in targets.stdout
    assert "results/publications/canteen-r2" in targets.stdout
