"""The command line: `readiness COMMAND`, and `readiness step NAME` for the steps of the workflow.

Nothing heavy is imported before the command is known. A problem that a user can cause ends in one
or two lines on standard error and the exit code of its kind (docs/commands.md).
"""

import argparse
import errno
import importlib
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from readiness.commands.parsing import Parser, split_examples
from readiness.ground.errors import (
    INTERRUPTED,
    ConfigError,
    ReadinessError,
    StoppedError,
    UnforeseenError,
)
from readiness.ground.files import note_once
from readiness.ground.locks import lock
from readiness.ground.printable import one_line, printable, shorten
from readiness.ground.terminal import Spoken, speaking
from readiness.program.layout import is_project, version
from readiness.provenance.records import check_inputs
from readiness.provenance.results_folder import JOBS
from readiness.running.step import add_arguments, perform

COMMANDS = {
    "new": ("readiness.commands.new", "begin an office, or add a wave, from a survey's export"),
    "questionnaire": (
        "readiness.commands.questionnaire",
        "check a questionnaire, or write its codebook",
    ),
    "validate": ("readiness.commands.validate", "show which rows and answers would be kept"),
    "data": ("readiness.commands.data", "list, add, fetch, compare, verify or erase datasets"),
    "plan": ("readiness.commands.plan", "show or seal a wave's plan; draw the next sample"),
    "run": ("readiness.commands.run", "compute every result that is out of date"),
    "status": ("readiness.commands.status", "show what is out of date, open or unpublished"),
    "freeze": ("readiness.commands.freeze", "seal numbers and report as a publication"),
    "audit": ("readiness.commands.audit", "check publications, number by number"),
    "which": ("readiness.commands.which", "trace a published number to its data and code"),
    "quote": ("readiness.commands.quote", "name what each number of a text is of"),
    "affected": ("readiness.commands.affected", "list the numbers that depend on a dataset"),
    "upgrade": ("readiness.commands.upgrade", "install another version of the program"),
    "bundle": ("readiness.commands.bundle", "pack a publication into a zip file"),
    "attest": ("readiness.commands.attest", "sign the seal of a publication"),
    "claims": ("readiness.commands.claims", "check published percentages"),
    "estimate": ("readiness.commands.estimate", "estimate shares from any CSV file"),
    "compare": ("readiness.commands.compare", "compare groups in any CSV file"),
}
# Groups of commands in `readiness --help`; commands in no group are listed last.
GROUPS = {
    "Run a survey": (
        "new",
        "questionnaire",
        "validate",
        "data",
        "plan",
        "run",
        "status",
        "freeze",
        "upgrade",
    ),
    "Check what was published": ("audit", "which", "quote", "affected", "bundle", "attest"),
    "Check percentages, analyse a table": ("claims", "estimate", "compare"),
}
STEPS = {
    "restore": ("readiness.steps.restore", "place a verified copy of a dataset version"),
    "validate": ("readiness.steps.validate", "code the answers and list every fault"),
    "faults": ("readiness.steps.faults", "write the pages of faults, for data preparation"),
    "derive": ("readiness.steps.derive", "compute derived variables from answers"),
    "weight": ("readiness.steps.weight", "calibrate weights to the margins and trim them"),
    "estimate": ("readiness.steps.estimate", "estimate shares, scales and nonresponse"),
    "attack": ("readiness.steps.attack", "test whether suppressed counts can be recovered"),
    "dpo": ("readiness.steps.dpo", "write the page for the data protection officer"),
    "compare": ("readiness.steps.compare", "test differences between groups"),
    "judge": ("readiness.steps.judge", "check the percentages that others published"),
    "register-wave": ("readiness.steps.register_wave", "register the numbers of a wave"),
    "register-study": ("readiness.steps.register_study", "register the numbers of a study"),
    "firmness": ("readiness.steps.firmness", "repeat each finding under other analyses"),
    "draw-wave": ("readiness.steps.draw_wave", "draw the charts of a wave"),
    "draw-study": ("readiness.steps.draw_study", "draw the charts of a study"),
    "tables": ("readiness.steps.tables", "write the workbook, tidy table and codebook"),
    "render": ("readiness.steps.render", "render the report (HTML, PDF) and check its numbers"),
    "reproduce": ("readiness.steps.reproduce", "compare a publication with its recomputation"),
    "word": ("readiness.steps.word", "write a report as a Word document"),
    "site": ("readiness.steps.site", "write reports, publications and guides as a site"),
    "gate": ("readiness.steps.gate", "fail when a published number differs"),
}
# Commands that need the extra `survey` of the package; all others need the extra `run`.
SURVEY = ("claims", "compare", "estimate", "questionnaire", "validate")
PURPOSE = (
    "Survey statistics that anyone can check: from raw answers to published numbers, and back."
)
SHELLS = ("bash", "zsh", "tcsh")
LOGS = Path("results/logs")


def _build_parser(program: str, commands: Mapping[str, tuple[str, str]]) -> Parser:
    """Return the parser of the command's name; its help lists the commands in their groups."""
    kind = "command" if commands is COMMANDS else "step"
    listed = {name: text for name, (_, text) in commands.items()}
    if commands is COMMANDS:
        listed["step"] = "run one step of the workflow; see readiness step --help"
    parser = Parser(
        prog=program,
        usage=f"{program} {kind.upper()} [OPTION ...]",
        description=f"{PURPOSE}\n\n{_list_commands(listed)}",
        epilog=f"`{program} {kind.upper()} --help` explains one of them, with examples. "
        "Exit codes: docs/commands.md.",
    )
    if commands is COMMANDS:
        parser.add_argument(
            "--version",
            action=_PrintVersion,
            nargs=0,
            help="print the versions of this program and of Python",
        )
        parser.add_argument(
            "--print-completion",
            action=_PrintCompletion,
            choices=SHELLS,
            metavar="SHELL",
            help=f"print a completion script for a shell: {', '.join(SHELLS)}",
        )
    parser.add_argument("command", choices=listed, metavar=kind.upper(), help=argparse.SUPPRESS)
    return parser


def _list_commands(texts: Mapping[str, str]) -> str:
    """Return the text that lists commands by group, one per line; steps have no groups."""
    width = max(map(len, texts))
    groups = {title: [name for name in names if name in texts] for title, names in GROUPS.items()}
    grouped = {name for title, names in groups.items() for name in names}
    if "run" not in texts:
        groups, grouped = {}, set()
    groups["Other" if groups else "Steps"] = [name for name in texts if name not in grouped]
    return "\n\n".join(
        "\n".join([f"{title}:", *(f"  {name:<{width}}  {texts[name]}" for name in names)])
        for title, names in groups.items()
    )


class _PrintVersion(argparse.Action):
    """Print the version of the program that runs, and of Python."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"readiness {version()} (Python {sys.version.split()[0]})")
        parser.exit()


class _PrintCompletion(argparse.Action):
    def __call__(
        self, parser: argparse.ArgumentParser, _names: object, shell: object, *_: object
    ) -> None:
        import shtab

        whole = Parser(prog="readiness", description=PURPOSE)
        names = whole.add_subparsers()
        for name, (module, text) in COMMANDS.items():
            command = names.add_parser(name, help=text)
            importlib.import_module(module).configure(command)
            _complete_paths(command, shtab.FILE)
        print(shtab.complete(whole, str(shell)))
        parser.exit()


def _complete_paths(parser: argparse.ArgumentParser, how: object) -> None:
    for action in parser._actions:
        if action.type is Path:
            action.complete = how  # type: ignore[attr-defined]
        for inner in (action.choices or {}).values() if isinstance(action.choices, dict) else ():
            _complete_paths(inner, how)


class _PlainHandler(logging.Formatter):
    """Formatter that escapes messages, because a log may be shown on a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def _set_up_log(path: Path | None) -> None:
    """Send the package's log to the file, and messages for the user to standard error."""
    logger = logging.getLogger("readiness")
    logger.setLevel(logging.INFO)
    # A log that cannot be written must not add a traceback to the step's message.
    logging.raiseExceptions = False
    # Without a handler, logging also prints errors, and each would be printed twice.
    logger.addHandler(logging.NullHandler())
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = logging.FileHandler(path, mode="w", encoding="utf-8")
        handler.setFormatter(_PlainHandler("%(levelname)s %(message)s"))
        logger.addHandler(handler)


@contextmanager
def _hold_work(out: Path) -> Iterator[None]:
    """Hold a lock while a step writes results: no run starts while a job of a killed run still
    works.

    A step that writes outside of `results` needs no lock.
    """
    descriptor = None
    if JOBS.parent.is_dir() and out.resolve().is_relative_to(JOBS.parent.resolve()):
        with suppress(OSError):
            descriptor = lock(JOBS, shared=True)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _report(error: ReadinessError, command: str) -> int:
    message = str(error)
    logging.getLogger("readiness").error("%s", message)
    print(f"readiness {command}: {message}", file=sys.stderr)
    # `readiness run` sets the name of a file: the first step that fails writes its message there.
    if failure := os.environ.get("READINESS_FAILURE"):
        with suppress(OSError):
            note_once(Path(failure), f"{error.exit_code}\n{command}: {message}\n")
    return error.exit_code


def _report_unforeseen(error: Exception, command: str, log: Path | None) -> ReadinessError:
    """Write the traceback of an unforeseen error to a file; return the error for the user."""
    # A library that cannot be loaded for lack of memory is an ImportError.
    if isinstance(error, MemoryError) or "failed to map segment" in str(error):
        return StoppedError("the memory is full; free some, or use fewer cores, then run again.")
    import traceback

    told = shorten(one_line(f"{type(error).__name__}: {error}"), 200)
    text = "".join(traceback.format_exception(error))
    where = _keep(text, log.with_suffix(".traceback") if log else LOGS / f"{command}.traceback")
    return UnforeseenError(f"a fault of the program: {told}. Please report it, with {where}.")


def _name_extra(command: str, module: str) -> ConfigError:
    """Return the error for a missing module; it names the package's extra that installs it."""
    extra = "survey" if command in SURVEY else "run"
    if command == "claims" and module == "pypdf":
        extra = "scan"
    return ConfigError(
        f"needs {module.partition('.')[0]}, which is not installed. In the program's folder, type: "
        f"pip install '.[{extra}]'"
    )


def _keep(text: str, path: Path) -> str:
    """Write the traceback to the logs, or to a temporary file where they cannot be written."""
    content = text.encode("utf-8", "backslashreplace")
    with suppress(OSError):
        if path.parent.is_dir() or path.parent.parent.is_dir():
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content)
            return str(path)
    import tempfile

    with suppress(OSError):
        # A traceback may quote answers: only the user can read the file, under a random name.
        descriptor, name = tempfile.mkstemp(prefix="readiness-", suffix=".traceback")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        return name
    return "the command's own words (its traceback could not be written)"


def _describe_refusal(error: OSError) -> StoppedError:
    # A failed copy has two file names; the second names the file that was written.
    written = error.filename2 or error.filename or "disk"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoppedError(f"{written}: {error.strerror}. Free some space, then run again.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StoppedError(f"{written}: {error.strerror}; make it writable, then run again.")
    return StoppedError(f"{error.filename or 'disk'}: {error.strerror}.")


def _run_step(parsed: argparse.Namespace, steps: Mapping[str, Any], name: str) -> int:
    place = list(steps).index(name)
    out: Path = parsed.out[place]
    roles = [role.rstrip("?*") for role in steps[name].INPUTS]
    inputs: dict[str, list[Path]] = {role: getattr(parsed, role) for role in roles}
    files = [path for paths in inputs.values() for path in paths if not path.is_dir()]
    for path, (option, written) in product(files, (("out", out), ("log", parsed.log))):
        if written and written.resolve() in (path.resolve(), path.resolve().parent):
            raise ConfigError(
                f"--{option} {written}: {path} is an input of this step. Name another file to "
                "write."
            )
    _set_up_log(None if place else parsed.log)
    with _hold_work(out):
        # Refuse changed inputs before the step reads them.
        check_inputs(files)
        perform(name, steps[name], inputs, parsed.settings[place], parsed.code[place], out)
    return 0


def _run_command(parsed: argparse.Namespace, command: Any) -> int:
    _set_up_log(None)
    _go_to_root(parsed)
    return int(command.run(parsed))


def _parse_arguments(arguments: list[str]) -> tuple[dict[str, Callable[[], int]], Path | None]:
    program, commands = "readiness", COMMANDS
    if arguments[:1] == ["step"]:
        program, commands, arguments = "readiness step", STEPS, arguments[1:]
    if not arguments:
        _build_parser(program, commands).print_help()
        raise SystemExit(2)
    # People also type `readiness help audit` for `readiness audit --help`.
    if commands is COMMANDS and arguments[0] == "help":
        arguments = [*arguments[1:2], "--help"]
    # Options before the command's name are the program's; options after it are the command's.
    options = arguments if arguments[0].startswith("-") else None
    words = arguments[0].split("+") if commands is STEPS else arguments[:1]
    names = [_build_parser(program, commands).parse_args(options or [w]).command for w in words]
    modules: dict[str, Any] = {name: importlib.import_module(commands[name][0]) for name in names}
    told = [split_examples(module.__doc__) for module in modules.values()]
    parser = Parser(
        prog=f"{program} {'+'.join(names)}",
        description="\n\n".join(description for description, _ in told),
        epilog="\n".join(examples for _, examples in told),
    )
    if commands is COMMANDS:
        [command] = modules.values()
        command.configure(parser)
        parsed = parser.parse_args(arguments[1:])
        return {names[0]: partial(_run_command, parsed, command)}, None
    parser.add_argument("--log", type=Path, metavar="FILE", help="file to write the log to")
    add_arguments([*modules.values()], parser)
    parsed = parser.parse_args(arguments[1:])
    return {name: partial(_run_step, parsed, modules, name) for name in modules}, parsed.log


def _go_to_root(parsed: argparse.Namespace) -> None:
    """Change from a folder inside a project to its root, as git does, and adapt relative paths."""
    here = Path.cwd()
    projects = (folder for folder in (here, *here.parents) if is_project(folder))
    root = next(projects, here)
    if root == here:
        return
    if root.stat().st_uid != os.geteuid():
        # The owner of a folder above could otherwise make others run a foreign Snakefile.
        raise ConfigError(
            f"{root} is a project owned by another user. To use it anyway, change to that folder "
            "and run the command there."
        )

    def moved(value: object) -> object:
        if isinstance(value, list):
            return [moved(each) for each in value]
        return here.relative_to(root) / value if isinstance(value, Path) else value

    for name, value in vars(parsed).items():
        setattr(parsed, name, moved(value))
    os.chdir(root)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code."""
    # Drop relative folders from PATH: a file of the current folder must not be run as a program.
    folders = os.environ.get("PATH", "").split(os.pathsep)
    os.environ["PATH"] = os.pathsep.join(f for f in folders if Path(f).is_absolute())
    with speaking() as (out, _):
        return _run_main(list(sys.argv[1:] if argv is None else argv), out)


def _run_main(arguments: list[str], out: Spoken) -> int:
    name, log = next((word for word in arguments[:1] if word in COMMANDS), "step"), None
    try:
        work, log = _parse_arguments(arguments)
        for name in work:
            if code := work[name]():
                break
        out.flush()
        if out.reason_lost and code == 0:
            raise StoppedError(f"standard output: {out.reason_lost}; what it was to show is lost.")
        return code
    except ReadinessError as error:
        return _report(error, name)
    except OSError as error:
        return _report(_describe_refusal(error), name)
    except ModuleNotFoundError as error:
        if (error.name or "readiness").partition(".")[0] == "readiness":
            return _report(_report_unforeseen(error, name, log), name)
        # The log is set up after the import of the command's module, which has failed.
        _set_up_log(None)
        return _report(_name_extra(name, str(error.name)), name)
    except KeyboardInterrupt:
        print(f"readiness {name}: interrupted; run it again to go on.", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:
        return _report(_report_unforeseen(error, name, log), name)
