"""Several ticked options in one cell: cut by the list of options, never by a sign alone."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache

from readiness.questionnaire.text import match_key

TICKED = "\x1f"
"""What stands between ticked options where a reader has told them apart."""
_MOST = 20_000
"""Signs of a cell that is cut; no list of options is so long."""


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
    keys = [sign if sign == " " else sign.strip() for sign in signs]
    after = _after(key, [sign for sign in keys if sign])
    found = _cut(key, longest_first, after)
    return None if found is None else list(dict.fromkeys(found))


def _after(key: str, signs: Collection[str]) -> Callable[[int], int | None]:
    """Where the next option begins if one ends at a place; None where none may end there."""

    @cache
    def after(at: int) -> int | None:
        if at == len(key):
            return at
        start = at
        while start < len(key) and key[start] == " ":
            start += 1
        for sign in signs:
            if sign != " " and key.startswith(sign, start):
                start += len(sign)
                while start < len(key) and key[start] == " ":
                    start += 1
                return start
        return start if " " in signs and start > at else None

    return after


def _cut(key: str, options: list[str], after: Callable[[int], int | None]) -> list[str] | None:
    """Depth first without recursion; a place that led nowhere is not tried twice."""
    dead: set[int] = set()
    path: list[tuple[int, str]] = []
    at, tried = 0, 0
    while at < len(key):
        for index in range(tried, len(options)):
            option = options[index]
            if key.startswith(option, at):
                begins = after(at + len(option))
                if begins is not None and begins not in dead:
                    path.append((at, option))
                    at, tried = begins, 0
                    break
        else:
            dead.add(at)
            if not path:
                return None
            at, option = path.pop()
            tried = options.index(option) + 1
    return [option for _, option in path]
