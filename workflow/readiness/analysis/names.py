"""What bases and groups are called in tables: names alone, so that who reads a table needs no
statistics.
"""

from typing import Final

ANSWERED: Final = "answered"
WITH_DONT_KNOW: Final = "with_dont_know"


def group_name(variable: str, category: str) -> str:
    """The group of a table that a category is, where other variables have their columns beside."""
    return f"{variable}:{category}"


def variable_of(group: str) -> str:
    """The variable that `crossed` named; "" for the groups that are compared, and for the total."""
    return group.rpartition(":")[0]
