"""Fills docs/any-csv.md: files and outputs that it shows are those of this folder.

.venv/bin/python tests/commands/any_csv/page.py
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs/any-csv.md"
OUTPUT = re.compile(r"(```sh\n\.venv/bin/(readiness [^\n]+)\n```\n\n```text\n)(.*?)(```\n)", re.S)
SHOWN = re.compile(r"(`([\w/]+\.yaml)`:\n\n```yaml\n)(.*?)(```\n)", re.S)


def output(command: str) -> str:
    """What a `readiness ...` command prints, run at the top of the project."""
    done = subprocess.run(
        [sys.executable, "-m", *shlex.split(command)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT / "workflow"), "LC_ALL": "C", "OMP_NUM_THREADS": "1"},
    )
    return done.stdout


def filled(page: str) -> str:
    """The page with each shown file and output as it is now."""
    page = SHOWN.sub(lambda m: m[1] + (ROOT / m[2]).read_text("utf-8") + m[4], page)
    return OUTPUT.sub(lambda m: m[1] + output(m[2]) + m[4], page)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text("utf-8")), "utf-8")
