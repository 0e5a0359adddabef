"""Find values that occur more than once."""

from collections import Counter
from collections.abc import Iterable


def find_repeated(values: Iterable[str]) -> list[str]:
    """Return the values that occur more than once, sorted."""
    return sorted(value for value, count in Counter(values).items() if count > 1)


def refuse_repeated(what: str, values: Iterable[str]) -> None:
    """Raise ValueError for the first value that occurs more than once; `what`: kind of value."""
    if twice := find_repeated(values):
        raise ValueError(f"{what} {twice[0]!r} is given twice")
