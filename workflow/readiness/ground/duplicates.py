"""Values that are given more than once."""

from collections import Counter
from collections.abc import Iterable


def find_repeated(values: Iterable[str]) -> list[str]:
    """What is given more than once, sorted."""
    return sorted(value for value, count in Counter(values).items() if count > 1)


def refuse_repeated(what: str, values: Iterable[str]) -> None:
    """ValueError naming the first value that is given more than once."""
    if twice := find_repeated(values):
        raise ValueError(f"{what} {twice[0]!r} is given twice")
