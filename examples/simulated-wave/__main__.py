"""`python examples/simulated-wave FOLDER`: write the simulated wave below FOLDER."""

from __future__ import annotations

import sys
from pathlib import Path

from readiness.ground.errors import ReadinessError
from simulated_wave.files import write


def main(arguments: list[str]) -> int:
    """Write the files below the folder given (the repository by default) and list them."""
    folder = Path(arguments[0]) if arguments else Path.cwd()
    try:
        for path in write(folder):
            print(path)
    except ReadinessError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
