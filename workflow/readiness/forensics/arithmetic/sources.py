"""Outlets that print different figures for one item, and the smallest edit that reconciles them.

A figure copied by hand loses a digit, doubles it, or swaps two. If one outlet prints 3 % where
others print 83 %, and one digit leads from one to the other, the simplest reading is a typo;
nothing is said about who made it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from readiness.errors import DataError
from readiness.forensics.arithmetic.figures import NEAREST_ROUNDINGS, Rounding, parse_figure
from readiness.forensics.arithmetic.sums import sum_to_whole


@dataclass(frozen=True)
class Edit:
    """One typo: an inserted, dropped, replaced digit, or two neighbours swapped."""

    position: int
    """Which figure of the set, from 0."""
    before: str
    after: str
    kind: str
    """insertion, deletion, substitution, transposition."""


def edit_kind(before: str, after: str) -> str | None:
    """The one typo between two strings of digits; None if none or more are needed."""
    if before == after:
        return None
    if len(after) == len(before) + 1:
        return "insertion" if _drops_to(after, before) else None
    if len(after) == len(before) - 1:
        return "deletion" if _drops_to(before, after) else None
    if len(after) != len(before):
        return None
    apart = [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
    if len(apart) == 1:
        return "substitution"
    if len(apart) == 2 and apart[1] == apart[0] + 1:
        i, j = apart
        if before[i] == after[j] and before[j] == after[i]:
            return "transposition"
    return None


def _drops_to(longer: str, shorter: str) -> bool:
    return any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))


def one_edit_away(text: str) -> Iterator[tuple[str, str]]:
    """Every other percentage that one typo in a printed one leads to: (text, kind of edit)."""
    decimals = parse_figure(text).decimals
    digits = "0123456789"
    candidates = {text[:i] + text[i + 1 :] for i in range(len(text))}
    candidates |= {text[:i] + d + text[i:] for i in range(len(text) + 1) for d in digits}
    candidates |= {text[:i] + d + text[i + 1 :] for i in range(len(text)) for d in digits}
    candidates |= {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)}
    for candidate in sorted(candidates - {text}):
        try:
            figure = parse_figure(candidate)
        except DataError:
            continue
        # "03" is not how a figure is printed, and a lost decimal mark changes the decimals.
        if figure.decimals == decimals and str(figure) == candidate.replace(",", "."):
            kind = edit_kind(text, candidate)
            if kind is not None:
                yield candidate, kind


def repairs(
    texts: Sequence[str],
    reference: Sequence[str] | None = None,
    exhaustive: bool = True,
    roundings: Sequence[Rounding] = NEAREST_ROUNDINGS,
) -> list[Edit]:
    """Every single edit that makes a set of figures add up, and agree with `reference` if given.

    `reference` is the same set as other outlets print it. Empty when no single edit does.
    """
    found = []
    for position, text in enumerate(texts):
        for candidate, kind in one_edit_away(text):
            changed = [*texts[:position], candidate, *texts[position + 1 :]]
            figures = [parse_figure(t) for t in changed]
            if exhaustive and not sum_to_whole(figures, roundings).ok:
                continue
            if reference is not None and figures != [parse_figure(t) for t in reference]:
                continue
            found.append(Edit(position, text, candidate, kind))
    return found
