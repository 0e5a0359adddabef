"""A stranger's first hour: from the wheel alone, in an empty folder, to a released publication.

    .venv/bin/python benchmarks/first_hour.py [--export FILE]

The wheel of this tree is installed in an environment of its own; an export is made a project, its
draft settled by deleting one line, computed, frozen, released, audited. Prints each command with
its seconds; the first that fails ends it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
COMMANDS = (
    "run",
    "freeze export-r1 --wave export --reviewer analyst",
    "freeze export-r1 --release --reviewer analyst",
    "audit --level 2",
)


def main() -> int:
    """Walk the way; the exit code of the first command that failed, else 0."""
    from project_copy import install_wheel

    parser = argparse.ArgumentParser(description=__doc__)
    export = ROOT / "tests/tiny/exports/canteen-2025@1.csv"
    parser.add_argument("--export", type=Path, default=export)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = install_wheel(folder)
        (folder / "export.csv").write_bytes(given.export.read_bytes())
        place, began = folder, time.perf_counter()
        for command in ("new office --from export.csv --selection opt-in", *COMMANDS):
            start = time.perf_counter()
            done = subprocess.run(
                [program, *command.split()], cwd=place, capture_output=True, text=True
            )
            print(f"{time.perf_counter() - start:5.0f} s  readiness {command}")
            if done.returncode:
                print(done.stdout, done.stderr)
                return done.returncode
            if place == folder:
                place = folder / "office"
                draft = place / "data/questionnaires/export-1.yaml"
                draft.write_text(draft.read_text("utf-8").replace("draft: true\n", ""), "utf-8")
        print(f"{len(COMMANDS) + 1} commands, {time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
