"""Nothing that lies in a folder runs because `readiness` is called there."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from released_tree import released_root

from project_copy import ROOT, Project

CANARY = "import os\nopen(os.environ['CANARY'], 'a').write(__file__ + '\\n')\n"
MODULES = ("argparse", "sitecustomize", "usercustomize", "snakemake", "json", "yaml", "readiness")
"""What a start would take for a library: of Python's own start, of the standard library, others."""


@pytest.fixture
def mined(tmp_path: Path) -> Project:
    """A project with a mine of every kind beside what is its program."""
    copied = Project(released_root()).copy(tmp_path / "tree")
    project = Project(copied.root, {"CANARY": str(tmp_path / "canary")})
    for name in MODULES:
        for place in (".", "workflow", "publications"):
            if (place, name) != ("workflow", "readiness"):
                (project.root / place / f"{name}.py").write_text(CANARY, "utf-8")
    for program in ("python3", "python", "bash", "readlink", "dirname", "git", "quarto"):
        path = project.root / program
        path.write_text(f'#!/bin/sh\necho {program} >>"$CANARY"\nexit 1\n', "utf-8")
        path.chmod(0o755)
    return project


def blown(project: Project) -> str:
    path = project.root.parent / "canary"
    return path.read_text("utf-8") if path.exists() else ""


@pytest.mark.parametrize(
    "words", [("audit", "--level", "0"), ("verify", "menus-r1"), ("data", "verify")]
)
def test_a_command_takes_no_file_of_the_folder_for_a_library(
    mined: Project, words: tuple[str, ...]
) -> None:
    path = f".:{mined.environment()['PATH']}"
    result = mined.readiness(*words, PYTHONPATH=".:workflow", PATH=path)
    assert blown(mined) == "", result.stderr
    assert result.returncode in (0, 2), result.stderr


def test_a_run_takes_no_file_of_the_folder_for_a_library(mined: Project) -> None:
    target = "results/studies/menus-2023/judge/verdicts.json"
    result = mined.run(target, PYTHONPATH=".:workflow")
    assert result.returncode == 0, result.stderr
    assert (mined.root / target).is_file()
    assert blown(mined) == ""


def test_a_step_runs_the_program_of_its_folder(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "workflow/readiness", tmp_path / "workflow/readiness")
    cli = tmp_path / "workflow/readiness/cli.py"
    cli.write_text(cli.read_text("utf-8").replace("what is behind", "THIS FOLDER's"), "utf-8")
    command = [sys.executable, "-I", "workflow/readiness"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "THIS FOLDER's a published number" in result.stdout
