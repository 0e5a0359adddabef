"""Options by name: an unknown one is refused, never passed over or taken for another."""

from typing import Any, get_args

from readiness.errors import StatisticsError


def one_of(value: Any, known: Any, what: str) -> None:
    """Refuse an option that is none of the names of a `Literal`.

    Args:
        value: what the caller gave.
        known: the `Literal` of the names.
        what: how the message calls the option.

    Raises:
        StatisticsError: a name that is not known.
    """
    names = get_args(known)
    # By type too: an array has no truth.
    if not (isinstance(value, str) and value in names):
        raise StatisticsError(f"{what} {value!r} is unknown; expected one of {', '.join(names)}")
