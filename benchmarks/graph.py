"""What the graph of many waves costs: CPU seconds of a dry run, which are to grow as the waves do.

    .venv/bin/python benchmarks/graph.py [--waves 10 50 100 200]

Each project is a copy of this one, without its publications, that has so many waves of the same
answers; nothing of it is run. Prints a line a project, and what each further wave costs.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
PARTS = ("data", "profiles", "reports", "workflow", "Snakefile", "report.qmd", "CITATION.cff")
SNAKEMAKE = [sys.executable, "-I", "-X", "utf8", "-m", "snakemake", "-n", "--quiet", "all"]


def project_of_waves(folder: Path, waves: int) -> None:
    """Make the project in an empty folder."""
    for name in PARTS:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, folder / name)
    config = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    wave = next(iter(config["waves"].values()))
    wave.pop("revises", None)
    config["waves"] = {f"wave-{number:03}": wave for number in range(waves)}
    config["studies"] = {}
    config["report"]["show"] = sorted(config["waves"])
    (folder / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")


def graph_seconds(waves: int) -> float:
    """CPU seconds of a dry run of a project with so many waves; it must have all to do."""
    with tempfile.TemporaryDirectory() as name:
        project_of_waves(Path(name), waves)
        before = os.times()
        done = subprocess.run(SNAKEMAKE, cwd=name, capture_output=True, text=True)
        after = os.times()
    assert done.returncode == 0, done.stdout[-1000:] + done.stderr[-1000:]
    return (after.children_user + after.children_system) - (
        before.children_user + before.children_system
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--waves", type=int, nargs="+", default=[10, 50, 100, 200])
    fewer, took = 1, graph_seconds(1)
    for waves in parser.parse_args().waves:
        more = graph_seconds(waves)
        each = (more - took) / (waves - fewer) * 1000
        print(f"{waves:4} waves {more:7.1f} CPU s, {each:5.0f} ms for each more")
        fewer, took = waves, more


if __name__ == "__main__":
    main()
