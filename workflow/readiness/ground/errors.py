"""Errors with a message of one or two lines, and their exit codes.

Every error a user can cause derives from `ReadinessError`; the command line prints its message
(never a traceback) and exits with its code. The codes are documented in docs/commands.md.
"""

from typing import TYPE_CHECKING

from readiness.ground.printable import cut_lines

if TYPE_CHECKING:
    from readiness.ground.facts import Fact

# The exit code of a command that was interrupted from the keyboard, by custom.
INTERRUPTED = 130


class ReadinessError(Exception):
    """An error that the user can mend: a message of one or two lines, and an exit code.

    The message says what is wrong, where (file, row, column, question), what was expected and what
    to do next. Long lines are cut in the middle. `fact`: the message in a form that an audit can
    report in any language.
    """

    exit_code = 7

    def __init__(self, message: str = "", fact: "Fact | None" = None) -> None:
        super().__init__(message)
        self.fact = fact

    def __str__(self) -> str:
        return cut_lines(super().__str__())


class DiffersError(ReadinessError):
    """A recomputed number differs from the published one."""

    exit_code = 1


class ConfigError(ReadinessError):
    """The configuration, the command line or a questionnaire cannot be used as it is."""

    exit_code = 2


class DataError(ReadinessError):
    """A dataset is missing, changed, or is not what its questionnaire describes."""

    exit_code = 3


class StatisticsError(ReadinessError):
    """The numbers asked for do not exist: no convergence, empty domain, lonely PSU."""

    exit_code = 4


class RenderError(ReadinessError):
    """The report could not be rendered, or holds a number that is not in the register."""

    exit_code = 5


class BusyError(ReadinessError):
    """The folder is locked by another run."""

    exit_code = 6


class StoppedError(ReadinessError):
    """The workflow stopped: a file or folder cannot be written, or Snakemake itself failed."""


class DisclosureError(ReadinessError):
    """A release is refused because readers could compute protected counts from it."""

    exit_code = 8


class UnforeseenError(ReadinessError):
    """A bug of the program, whose traceback was written to a file.

    The exit code is EX_SOFTWARE of sysexits.h, distinct from the codes of faults in the data.
    """

    exit_code = 70
