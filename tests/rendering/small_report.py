"""The small report of every kind of block, and what its register shows."""

import time
from pathlib import Path
from typing import Any

import psutil

from project_copy import PATIENCE
from readiness.rendering.render import render

HERE = Path(__file__).parent
PAGE = HERE / "page.qmd"
CHARTS = {"charts": HERE / "charts"}
DISPLAYS = {"w/faible": "67,3 %", "w/base": "640", "w/deff": "1,42", "w/small": "< 30"}


def write(folder: Path, body: str, front: str = "title: Essai\nexecute:\n  echo: false") -> Path:
    """A document of that text at `folder`; its text begins in line 7."""
    source = folder / "essai.qmd"
    source.write_text(f"---\n{front}\n---\n\n{body}\n", encoding="utf-8")
    return source


def html_of(source: Path, quarto: Path | None = None, **options: Any) -> str:
    """The page of a document, of its own folder `out`."""
    made = render(source, source.parent / "out", formats=["html"], quarto=quarto, **options)
    assert made.html is not None
    return made.html.read_text("utf-8")


def wait_for_text(path: Path) -> str:
    """What another process writes there, once it has."""
    for _ in range(PATIENCE * 20):
        if path.exists() and (text := path.read_text("utf-8")):
            return text
        time.sleep(0.05)
    raise AssertionError(path)


def gone(pid: int) -> bool:
    """Whether a process ends within a while."""
    for _ in range(PATIENCE * 20):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False
