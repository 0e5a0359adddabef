"""What can go wrong, in one or two lines, and the exit code that says so.

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
    """A message of one or two lines for the user, with the exit code of its kind.

    The message says what is wrong, where (file, row, column, question), what was expected and what
    to do next. A line that a long cell or name would make endless is cut in its middle.
    `fact` is the same for readers of any language, where an audit tells of it.
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
    """Another run holds the lock of this folder."""

    exit_code = 6


class StoppedError(ReadinessError):
    """The workflow could not go on: a place that cannot be written, or Snakemake itself stopped."""


class DisclosureError(ReadinessError):
    """A release from which readers could prove what must not be known does not leave."""

    exit_code = 8


class UnforeseenError(ReadinessError):
    """The program met what it was not written for: a fault of its own, with a traceback in a file.

    The code is that of sysexits.h (EX_SOFTWARE), far from those that say something of the data.
    """

    exit_code = 70
