"""Options by name: an unknown one is refused, never passed over or taken for another.

R's names stand beside ours only where they mean exactly the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from readiness.errors import StatisticsError


def one_of(
    value: Any, known: Any, what: str, aliases: Mapping[Any, str] | None = None, hint: str = ""
) -> Any:
    """The option's own name.

    Args:
        value: what the caller gave.
        known: the `Literal` of the names.
        what: how the message calls the option.
        aliases: further names (R's) and the name that each stands for.
        hint: added to the message.

    Raises:
        StatisticsError: a name that is neither known nor an alias.
    """
    names = get_args(known)
    # By type too: 1 == True, and an array has no truth.
    if isinstance(value, str) and value in names:
        return value
    for alias, name in (aliases or {}).items():
        if type(alias) is type(value) and alias == value:
            return name
    raise StatisticsError(f"{what} {value!r} is unknown; expected one of {', '.join(names)}{hint}")
