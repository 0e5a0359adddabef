"""The rules as Snakemake reads them: without the package's libraries, and alike for many waves."""

import re
import subprocess
import sys
from pathlib import Path

from project_copy import ROOT, benchmark_module

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


def test_more_waves_are_no_more_rules(tmp_path: Path) -> None:
    """Snakemake tries for each file each rule that could make it: rules of each wave's own would
    make the work grow with the square of the waves (benchmarks/graph.py).
    """
    benchmark_module("graph").project_of_waves(tmp_path, 9)
    files = [ROOT / "Snakefile", *(ROOT / "workflow").rglob("*.smk"), ROOT / "workflow/Snakefile"]
    named = re.compile(r"^(?:rule|use rule \w+ as) (\w+)", re.M)
    written = {name for path in files for name in named.findall(path.read_text("utf-8"))}
    assert "report_wave" in written
    listed = called("-m", "snakemake", "--list-rules", folder=tmp_path)
    assert set(re.findall(r"^\w+$", listed, re.M)) == written
