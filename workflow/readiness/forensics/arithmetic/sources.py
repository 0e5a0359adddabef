"""Outlets that print different figures for one item, and the smallest edit that reconciles them.

A figure copied by hand loses a digit, doubles it, or swaps two. If one outlet prints 3 % where
others print 83 %, and one digit leads from one to the other, the simplest reading is a typo;
nothing is said about who made it.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from readiness.errors import DataError
from readiness.forensics.arithmetic.figures import NEAREST_ROUNDINGS, Rounding, parse_figure
from readiness.forensics.arithmetic.sums import sum_to_whole


@dataclass(frozen=True)
class Edit:
    """One typo: an inserted, dropped, replaced digit, or two neighbours swapped."""

    # Which figure of the set, from 0.
    position: int
    before: str
    after: str
    # insertion, deletion, substitution, transposition.
    kind: str


def one_edit_away(text: str) -> dict[str, str]:
    """Every other percentage that one typo in a printed one leads to, with the kind of the edit."""
    decimals = parse_figure(text).decimals
    places, digits = range(len(text)), "0123456789"
    edits = {
        "deletion": [text[:i] + text[i + 1 :] for i in places],
        "insertion": [text[:i] + d + text[i:] for i in (*places, len(text)) for d in digits],
        "substitution": [text[:i] + d + text[i + 1 :] for i in places for d in digits],
        "transposition": [
            text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)
        ],
    }
    kinds = {candidate: kind for kind, made in reversed(edits.items()) for candidate in made}
    found = {}
    for candidate in sorted(kinds.keys() - {text}):
        with suppress(DataError):
            figure = parse_figure(candidate)
            # "03" is not how a figure is printed, and a lost decimal mark changes the decimals.
            if figure.decimals == decimals and str(figure) == candidate.replace(",", "."):
                found[candidate] = kinds[candidate]
    return found


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
        for candidate, kind in one_edit_away(text).items():
            changed = [*texts[:position], candidate, *texts[position + 1 :]]
            figures = [parse_figure(t) for t in changed]
            if exhaustive and not sum_to_whole(figures, roundings).ok:
                continue
            if reference is not None and figures != [parse_figure(t) for t in reference]:
                continue
            found.append(Edit(position, text, candidate, kind))
    return found
