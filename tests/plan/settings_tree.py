"""The project's settings alone, for tests to change."""

import shutil
from pathlib import Path

from project_copy import ROOT

FILES = ("config.yaml", "report.qmd", "data/versions.csv")
FOLDERS = ("reports", "data/questionnaires", "data/margins", "data/claims", "data/corrections")


def copy_settings(target: Path, *more: str) -> Path:
    """A copy of what the plan reads, with no data and, unless named in `more`, no publications."""
    for name in FILES:
        (target / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, target / name)
    for name in (*FOLDERS, *more):
        shutil.copytree(ROOT / name, target / name)
    shutil.copytree(
        ROOT / "data/raw",
        target / "data/raw",
        ignore=lambda folder, names: [name for name in names if name.endswith(".csv")],
    )
    return target
