"""The command line: `readiness COMMAND`, and one command for each step of the workflow.

Nothing heavy is imported before the command is known. A problem that a user can cause ends in one
or two lines on standard error and the exit code of its kind (docs/exit-codes.md).
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from readiness.errors import ReadinessError

COMMANDS = {
    "run": ("readiness.commands.run", "run the whole workflow safely: one run at a time"),
    "data": ("readiness.commands.data", "list, add, get and verify dataset versions"),
    "claims": ("readiness.commands.claims", "judge published percentages: check, solve, add"),
    "freeze": ("readiness.commands.freeze", "keep the figures of a run as a publication"),
    "documents": ("readiness.commands.documents", "write config/README.md and the JSON schema"),
}
STEPS = {
    "restore": ("readiness.steps.restore", "step: place the verified bytes of a dataset version"),
    "validate": ("readiness.steps.validate", "step: code the answers and list every fault"),
    "weight": ("readiness.steps.weight", "step: rake to the margins, trim, report"),
    "estimate": ("readiness.steps.estimate", "step: shares with design-based precision"),
    "compare": ("readiness.steps.compare", "step: tests and contrasts across groups"),
    "judge": ("readiness.steps.judge", "step: what published figures can and cannot mean"),
    "register-wave": ("readiness.steps.register_wave", "step: the figures of a wave"),
    "register-study": ("readiness.steps.register_study", "step: the figures of a study"),
    "draw-wave": ("readiness.steps.draw_wave", "step: the charts of a wave"),
    "draw-study": ("readiness.steps.draw_study", "step: the charts of a study"),
    "render": ("readiness.steps.render", "step: the report as HTML and PDF, every number checked"),
    "reproduce": ("readiness.steps.reproduce", "step: a publication against its recomputation"),
    "gate": ("readiness.steps.gate", "step: the closing table; fails when a number differs"),
}
EPILOG = "Exit codes: docs/exit-codes.md. `readiness COMMAND --help` explains a command."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="readiness",
        description="From raw survey answers to published numbers that anyone can check.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    known = {**COMMANDS, **STEPS}
    width = max(len(name) for name in known)
    listing = "\n".join(f"  {name:<{width}}  {text}" for name, (_, text) in known.items())
    parser.usage = "readiness COMMAND [--help] ..."
    parser.description = f"{parser.description}\n\ncommands:\n{listing}"
    parser.add_argument("command", choices=known, metavar="COMMAND", help="one of the above")
    return parser


def _set_up_log(path: Path | None) -> None:
    """The package's log goes to the file; what a user must read goes to standard error."""
    logger = logging.getLogger("readiness")
    logger.setLevel(logging.INFO)
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path, mode="w", encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        logger.addHandler(handler)


def _report(error: ReadinessError, command: str) -> int:
    logging.getLogger("readiness").error("%s", error)
    print(f"readiness {command}: {error}", file=sys.stderr)
    # `readiness run` leaves the name of a file here: the first step that fails says why.
    failure = os.environ.get("READINESS_FAILURE")
    if failure and not Path(failure).exists():
        Path(failure).write_text(f"{error.exit_code}\n{command}: {error}\n", "utf-8")
    return error.exit_code


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # Under LC_ALL=C a French or Arabic message would otherwise be a UnicodeEncodeError.
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments:
        _parser().print_help()
        return 2
    name = _parser().parse_args(arguments[:1]).command
    module = importlib.import_module({**COMMANDS, **STEPS}[name][0])
    parser = argparse.ArgumentParser(prog=f"readiness {name}", description=module.__doc__)
    if name in STEPS:
        parser.add_argument("--log", type=Path, help="file for the step's log")
    module.configure(parser)
    parsed = parser.parse_args(arguments[1:])
    _set_up_log(getattr(parsed, "log", None))
    try:
        return int(module.run(parsed))
    except ReadinessError as error:
        return _report(error, name)
    except PermissionError as error:
        return _report(
            ReadinessError(f"{error.filename}: {error.strerror}; make it writable."), name
        )
    except OSError as error:
        return _report(ReadinessError(f"{error.filename or 'disk'}: {error.strerror}."), name)
    except KeyboardInterrupt:
        print(f"readiness {name}: interrupted; run it again to go on.", file=sys.stderr)
        return 130
