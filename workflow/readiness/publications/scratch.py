"""A run in a scratch folder: a small project with verified datasets, and a snakemake of its own.

The project lies in a temporary folder that is gone afterwards; nothing of the tree is touched. The
code that runs is the scratch project's own, whatever is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from readiness.datasets.pointers import Pointer
from readiness.publications.archive import unpack, write_project

STORE = Path("data/store")


@contextmanager
def scratch_project(
    code: Path | Mapping[str, bytes], objects: Mapping[Pointer, Path]
) -> Iterator[Path]:
    """A project in a temporary folder: an archive (`code.tar`), or files by name, and datasets.

    `objects` are verified copies of the datasets; they are copied, never linked.
    """
    with tempfile.TemporaryDirectory(prefix="readiness-") as name:
        folder = Path(name)
        if isinstance(code, Path):
            unpack(code, folder)
        else:
            write_project(code, folder)
        for pointer, path in objects.items():
            target = folder / STORE / pointer.object_name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
        yield folder


def run_in(folder: Path, targets: Sequence[str], cores: str) -> str:
    """Run the project in `folder` for some targets; "" when it is done, else why it is not."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("READINESS_", "SNAKEMAKE_"))
    }
    environment["PYTHONPATH"] = str(folder / "workflow")
    command = [sys.executable, "-m", "readiness", "run", "--cores", cores, "--", *targets]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8",
        errors="replace", stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return "" if done.returncode == 0 else _reason(done.stderr, folder)


def _reason(stderr: str, folder: Path) -> str:
    """What `readiness run` said last, without the scratch folder's name."""
    lines = stderr.strip().splitlines()
    said = [k for k, line in enumerate(lines) if line.startswith("readiness run: ")]
    text = " ".join(lines[said[-1] :]) if said else (lines[-1] if lines else "no message")
    return text.removeprefix("readiness run: ").replace(f"{folder}/", "")
