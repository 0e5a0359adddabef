"""The rules as Snakemake reads them: without the package's libraries, and alike for many waves."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from project_copy import ROOT

ALONE = """
import runpy, sys
for name in ("babel", "numpy", "pandas", "scipy"):
    sys.modules[name] = None
sys.argv = ["snakemake", "--lint"]
runpy.run_module("snakemake", run_name="__main__")
"""


def called(*arguments: str, folder: Path = ROOT) -> str:
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_snakemake_alone_finds_nothing_to_mend() -> None:
    assert "good condition" in called("-c", ALONE)


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """The names of all rules in a project of one wave, and in one of nine."""
    spec = importlib.util.spec_from_file_location("graph", ROOT / "benchmarks/graph.py")
    assert spec and spec.loader
    graph = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(graph)
    found = []
    for waves in (1, 9):
        folder = tmp_path_factory.mktemp("waves")
        graph.project_of_waves(folder, waves)
        found.append(called("-m", "snakemake", "--list-rules", folder=folder).splitlines())
    return found


def test_more_waves_are_no_more_rules(rules: list[list[str]]) -> None:
    """Snakemake tries for each file each rule that could make it: rules of each wave's own would
    make the work grow with the square of the waves (benchmarks/graph.py).
    """
    one, nine = rules
    assert "report_wave" in one
    assert one == nine
