"""A publication of which nothing can be read is in the closing table, and the run says so."""

import json
import shutil

import pytest

from project_copy import Project
from readiness.cli import main
from readiness.plan import load_plan


def test_a_publication_that_cannot_be_read_is_not_passed_over(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = project.root
    monkeypatch.chdir(root)
    assert load_plan(root).unavailable == {}
    # To whoever may not enter a folder it has none of its files.
    (root / "publications/lost").mkdir()
    shutil.rmtree(root / "publications/menus-r1")
    unavailable = load_plan(root).unavailable
    assert unavailable == {"lost": "COULD NOT CHECK", "menus-r1": "COULD NOT CHECK"}
    gate = ["step", "gate", "--code", "x", "--out", "results/out", "--site", "config.yaml"]
    assert main([*gate, "--settings", json.dumps({"unavailable": unavailable, "drafts": []})]) == 3
    out, err = capsys.readouterr()
    assert {"lost: COULD NOT CHECK", "menus-r1: COULD NOT CHECK"} <= set(out.splitlines())
    assert "publications/lost: the configuration, the seal and the digests cannot be read" in err
    assert not (root / "results/out/gate.txt").exists()
    # What `readiness run` shows, for Snakemake removes what a job that fails has made.
    assert "COULD NOT CHECK" in (root / "results/out/differs.txt").read_text("utf-8")
    assert main([*gate, "--settings", json.dumps({"unavailable": {}, "drafts": []})]) == 0
