"""Install another version of the program in this office, after showing which numbers would change.

The present and the new program both recompute all results in a temporary folder, and the command
prints which numbers would change. Without --yes the office stays as it is. WHEEL is the file
`readiness-X.Y.Z-py3-none-any.whl`. An office of version 1.0 contains a full copy of the program:
install the new version in a separate environment and run this command in the office.

Examples:
  readiness upgrade readiness-1.1.0-py3-none-any.whl          print which numbers would change
  readiness upgrade readiness-1.1.0-py3-none-any.whl --yes    the same, then install the program
"""

import argparse
from pathlib import Path

from readiness.ground.errors import ConfigError
from readiness.program.layout import is_project


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("wheel", type=Path, metavar="WHEEL", help="wheel of the new program")
    parser.add_argument("--yes", action="store_true", help="install the new program in the office")
    help_cores = "number of processor cores to use (default: all)"
    parser.add_argument("--cores", default="all", metavar="N", help=help_cores)


def run(arguments: argparse.Namespace) -> int:
    """Print which numbers would move, and take the program if asked; return the exit code."""
    from readiness.commands.run import check_cores
    from readiness.commands.upgrading.change import apply_change, plan_change
    from readiness.commands.upgrading.measuring import hand_over, measure
    from readiness.commands.upgrading.moving import describe
    from readiness.commands.upgrading.wheel import is_running, read_wheel

    root = Path.cwd()
    check_cores(arguments.cores)
    if not is_project(root):
        raise ConfigError(
            f"{root}: this folder is not an office. Run the command in an office's folder."
        )
    wheel = read_wheel(arguments.wheel)
    if not is_running(wheel):
        # The new program knows best how its own office looks.
        words = ["--yes"] if arguments.yes else []
        return hand_over(root, wheel, ["--cores", arguments.cores, *words])
    change = plan_change(root, wheel)
    before, after = measure(root, arguments.cores)
    print(describe(before, after, change.version, wheel))
    if not arguments.yes:
        print("Nothing was changed. To take the new program: the same command with --yes.")
        return 0
    apply_change(root, change)
    print(
        f"readiness {wheel.version} taken: {', '.join(change.written)} written; "
        f"{len(change.removed)} files removed. Now: make, then commit."
    )
    return 0
