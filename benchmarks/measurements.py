"""docs/measurements.md: a section for each benchmark that measures what the numbers are worth."""

from __future__ import annotations

import re
from pathlib import Path

from readiness.ground.files import write_atomically

MEASUREMENTS = Path(__file__).resolve().parents[1] / "docs/measurements.md"


def section(page: str, heading: str) -> str:
    """The section of a page under `heading`, from it to the next of its level; "" for none."""
    found = re.search(rf"^## {re.escape(heading)}\n.*?(?=^## |\Z)", page, re.M | re.S)
    return found[0] if found else ""


def write_section(path: Path, text: str) -> None:
    """Write a benchmark's document (`# Heading`, ...) into a page, as a section of it.

    It stands where the section of the same heading stood, or at the end.
    """
    own = re.sub(r"^#", "##", text.strip() + "\n", flags=re.M)
    page = path.read_text("utf-8") if path.exists() else ""
    before = section(page, own.partition("\n")[0].removeprefix("## "))
    whole = page.replace(before, own + "\n") if before else f"{page.rstrip()}\n\n{own}"
    write_atomically(path, whole.strip() + "\n")
