"""Several ticked options in one cell: cut by the list of options, never by a sign alone."""

from __future__ import annotations

import re
from collections.abc import Collection

from readiness.questionnaire.text import match_key

# What stands between ticked options where a reader has told them apart.
TICKED = "\x1f"
# Signs of a cell that is cut; no list of options is so long.
_MOST = 20_000


def split_joined(
    text: str, options: Collection[str], signs: Collection[str] = (",", ";")
) -> list[str] | None:
    """The options that a cell joins, as match keys in its order; None where it is not all options.

    `options` are match keys; options may hold the `signs` that stand between them, so at each place
    the longest option is tried first, and a shorter one where that leads nowhere. A sign may have
    spaces around it, or stand once more at the end. Each option is given once.
    """
    key = match_key(text.replace(TICKED, "\n") if TICKED in text else text)
    if TICKED in text:
        parts = [match_key(part) for part in text.split(TICKED)]
        return parts if all(part in options for part in parts) else None
    if not key or len(key) > _MOST:
        return None
    longest_first = sorted(set(options) - {""}, key=lambda option: (-len(option), option))
    stripped = {sign if sign == " " else sign.strip() for sign in signs}
    between = re.compile(
        "|".join(
            " +" if sign == " " else f" *{re.escape(sign)} *"
            # A space alone stands between options where no other sign does.
            for sign in sorted(stripped - {""}, reverse=True)
        )
    )
    # From the end: at each place the longest option from which the end can be reached.
    leads: dict[int, tuple[str, int]] = {}
    for at in range(len(key) - 1, -1, -1):
        for option in longest_first:
            end = at + len(option)
            if not key.startswith(option, at):
                continue
            gap = between.match(key, end)
            end = gap.end() if gap else end
            if end == len(key) or (gap and end in leads):
                leads[at] = (option, end)
                break
    found, at = [], 0
    while at in leads:
        option, at = leads[at]
        found.append(option)
    return list(dict.fromkeys(found)) if at == len(key) else None
