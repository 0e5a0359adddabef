"""Take another version of the program into this office; show first which numbers would move.

Both programs compute the office in a temporary folder, and what moves is printed. Nothing of the
office changes without --yes, and with it all or nothing. WHEEL is the file
`readiness-X.Y.Z-py3-none-any.whl`. An office that is a full copy of the program (1.0) becomes one
of a few files: install the new version in an environment of its own, and call it in the office.

Examples:
  readiness upgrade readiness-1.1.0-py3-none-any.whl          print what would move
  readiness upgrade readiness-1.1.0-py3-none-any.whl --yes    the same, then take the program
"""

import argparse
from pathlib import Path

from readiness.ground.errors import ConfigError
from readiness.program.layout import is_project


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("wheel", type=Path, metavar="WHEEL", help="wheel of the new program")
    parser.add_argument("--yes", action="store_true", help="take the new program into the office")
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
