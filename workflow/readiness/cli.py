"""The command line: `readiness COMMAND`, and `readiness step NAME` for the steps of the workflow.

Nothing heavy is imported before the command is known. A problem that a user can cause ends in one
or two lines on standard error and the exit code of its kind (docs/exit-codes.md).
"""

from __future__ import annotations

import argparse
import errno
import importlib
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from readiness.errors import INTERRUPTED, ReadinessError, StoppedError
from readiness.files import JOBS, lock, note_once
from readiness.lineage import check_inputs

COMMANDS = {
    "run": ("readiness.commands.run", "run the whole workflow safely: one run at a time"),
    "data": ("readiness.commands.data", "list, add, compare, verify and erase dataset versions"),
    "claims": ("readiness.commands.claims", "judge published percentages: check, solve, add"),
    "freeze": ("readiness.commands.freeze", "seal the figures of a run as a publication"),
    "audit": ("readiness.commands.audit", "does a publication hold? seal, data, numbers, report"),
    "which": ("readiness.commands.which", "what is behind a published number"),
    "affected": ("readiness.commands.affected", "the numbers that rest on a dataset version"),
    "bundle": ("readiness.commands.bundle", "one zip in which a publication can be audited"),
    "attest": ("readiness.commands.attest", "sign the seal of a publication"),
    "verify": ("readiness.commands.verify", "check the signatures over a publication's seal"),
    "estimate": ("readiness.commands.estimate", "shares of any CSV with a small YAML design"),
    "compare": ("readiness.commands.compare", "compare groups of any CSV with a small YAML design"),
    "documents": ("readiness.commands.documents", "write config/README.md and the JSON schema"),
}
STEPS = {
    "restore": ("readiness.steps.restore", "place the verified bytes of a dataset version"),
    "validate": ("readiness.steps.validate", "code the answers and list every fault"),
    "weight": ("readiness.steps.weight", "rake to the margins, trim, report"),
    "estimate": ("readiness.steps.estimate", "shares with design-based precision"),
    "compare": ("readiness.steps.compare", "tests and contrasts across groups"),
    "judge": ("readiness.steps.judge", "what published figures can and cannot mean"),
    "register-wave": ("readiness.steps.register_wave", "the figures of a wave"),
    "register-study": ("readiness.steps.register_study", "the figures of a study"),
    "draw-wave": ("readiness.steps.draw_wave", "the charts of a wave"),
    "draw-study": ("readiness.steps.draw_study", "the charts of a study"),
    "render": ("readiness.steps.render", "the report as HTML and PDF, every number checked"),
    "reproduce": ("readiness.steps.reproduce", "a publication against its recomputation"),
    "gate": ("readiness.steps.gate", "the closing table; fails when a number differs"),
}
PURPOSE = "From raw survey answers to published numbers that anyone can check."
EPILOG = "Exit codes: docs/exit-codes.md. `readiness NAME --help` explains a command."


def _parser(program: str, commands: Mapping[str, tuple[str, str]]) -> argparse.ArgumentParser:
    listed = {name: text for name, (_, text) in commands.items()}
    if commands is COMMANDS:
        listed["step"] = "run one step of the workflow by itself: readiness step --help"
    width = max(len(name) for name in listed)
    listing = "\n".join(f"  {name:<{width}}  {text}" for name, text in listed.items())
    parser = argparse.ArgumentParser(
        prog=program,
        usage=f"{program} NAME [--help] ...",
        description=f"{PURPOSE}\n\n{listing}",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=listed, metavar="NAME", help="one of the above")
    return parser


def _set_up_log(path: Path | None) -> None:
    """The package's log goes to the file; what a user must read goes to standard error."""
    logger = logging.getLogger("readiness")
    logger.setLevel(logging.INFO)
    # A log that cannot be written must not add a traceback to what the step has to say.
    logging.raiseExceptions = False
    # Without a handler, logging prints errors by itself, and each would stand there twice.
    logger.addHandler(logging.NullHandler())
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path, mode="w", encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
        logger.addHandler(handler)


def _say_at_work() -> None:
    """A step holds a lock to its end: no run starts beside the job of one that was killed."""
    if JOBS.parent.is_dir():
        with suppress(OSError):
            lock(JOBS, shared=True)


def _report(error: ReadinessError, command: str) -> int:
    logging.getLogger("readiness").error("%s", error)
    print(f"readiness {command}: {error}", file=sys.stderr)
    # `readiness run` leaves the name of a file here: the first step that fails says why.
    if failure := os.environ.get("READINESS_FAILURE"):
        with suppress(OSError):
            note_once(Path(failure), f"{error.exit_code}\n{command}: {error}\n")
    return error.exit_code


def _stopped(error: OSError) -> StoppedError:
    """What the system refuses, as one line: which file, why, what to do."""
    # Where a copy fails, the second name is the one that is written.
    written = error.filename2 or error.filename or "disk"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoppedError(f"{written}: {error.strerror}. Free some space, then run again.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoppedError(f"{written}: {error.strerror}; make it writable, then run again.")
    return StoppedError(f"{error.filename or 'disk'}: {error.strerror}.")


def _check_inputs_of_step(arguments: argparse.Namespace) -> None:
    """Refuse inputs that are not what their step wrote, before they are read as if they were."""
    files = [
        path
        for name, value in vars(arguments).items()
        if name not in ("out", "log")
        for path in (value if isinstance(value, list) else [value])
        if isinstance(path, Path) and not path.is_dir()
    ]
    check_inputs(files)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # Under LC_ALL=C a French or Arabic message would otherwise be a UnicodeEncodeError.
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    arguments = list(sys.argv[1:] if argv is None else argv)
    program, commands = "readiness", COMMANDS
    if arguments[:1] == ["step"]:
        program, commands, arguments = "readiness step", STEPS, arguments[1:]
    if not arguments:
        _parser(program, commands).print_help()
        return 2
    name = _parser(program, commands).parse_args(arguments[:1]).command
    module = importlib.import_module(commands[name][0])
    parser = argparse.ArgumentParser(prog=f"{program} {name}", description=module.__doc__)
    if commands is STEPS:
        parser.add_argument("--log", type=Path, help="file for the step's log")
    module.configure(parser)
    parsed = parser.parse_args(arguments[1:])
    try:
        _set_up_log(getattr(parsed, "log", None))
        if commands is STEPS:
            _say_at_work()
            _check_inputs_of_step(parsed)
        return int(module.run(parsed))
    except ReadinessError as error:
        return _report(error, name)
    except BrokenPipeError:
        # The reader (`| head`) has what it wants; the interpreter must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _report(_stopped(error), name)
    except KeyboardInterrupt:
        print(f"readiness {name}: interrupted; run it again to go on.", file=sys.stderr)
        return INTERRUPTED
