"""Random search where the tests try the same examples every time.

    .venv/bin/python benchmarks/properties.py                 # every property of the tests
    .venv/bin/python benchmarks/properties.py tests/ground    # of one room

Every file of tests that draws examples is run with other ones each time; what fails is printed with
the seed that brings it back. Exit code: that of pytest.
"""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run the files with the profile that searches."""
    places = [ROOT / name for name in sys.argv[1:]] or [ROOT / "tests"]
    files = sorted(
        str(path)
        for place in places
        for path in ([place] if place.is_file() else place.rglob("test_*.py"))
        if "from hypothesis import" in path.read_text("utf-8")
    )
    seed = str(random.SystemRandom().randrange(1 << 32))
    print(f"{len(files)} files, --hypothesis-seed={seed}", flush=True)
    command = [sys.executable, "-m", "pytest", "-q", "--hypothesis-profile=search"]
    return subprocess.run([*command, f"--hypothesis-seed={seed}", *files], cwd=ROOT).returncode


if __name__ == "__main__":
    raise SystemExit(main())
