"""Ticked options that stand in one cell, told apart although options may hold the separator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from readiness.drafting.table import MOST_OPTIONS

SEPARATORS = ("; ", ";", " | ", "|", "\n", ", ", ",", "\u060c ")
"""What tools join ticked options by, the ones that options hardly hold first."""
LEAST_JOINED = 0.05
"""Share of the cells that hold two options or more, at least."""


def joined_options(counts: Counter[str]) -> tuple[list[str], str] | None:
    """The options that cells join, most frequent first, and what joins them.

    Pieces that only ever stand side by side, in one order, are one option that holds the
    separator. None where the cells are no joined options: nothing is joined, pieces do not repeat
    in other company, or there are too many.
    """
    for separator in SEPARATORS:
        cells = {text: [p.strip() for p in text.split(separator) if p.strip()] for text in counts}
        if sum(counts[text] for text, pieces in cells.items() if len(pieces) > 1) < max(
            2, LEAST_JOINED * sum(counts.values())
        ):
            continue
        merged = _merge(cells, separator)
        sizes = Counter(piece for text, pieces in merged.items() for piece in set(pieces)
                        for _ in range(counts[text]))  # fmt: skip
        several = [pieces for pieces in merged.values() if len(pieces) > 1]
        company = {piece: {tuple(pieces) for pieces in merged.values() if piece in pieces}
                   for piece in sizes}  # fmt: skip
        mixed = sum(len(found) > 1 for found in company.values())
        if not several or len(sizes) < 2 or len(sizes) > MOST_OPTIONS or 2 * mixed < len(sizes):
            continue
        if any(len(set(pieces)) < len(pieces) for pieces in several):
            continue
        return [
            option for option, _ in sorted(sizes.items(), key=lambda s: (-s[1], s[0]))
        ], separator
    return None


def _merge(cells: dict[str, list[str]], separator: str) -> dict[str, list[str]]:
    """The cells with neighbours made one that never stand apart."""
    joiner = separator if separator.startswith((",", ";", "\u060c")) else f" {separator} "
    while True:
        alone = Counter(piece for pieces in cells.values() for piece in pieces)
        pairs = Counter(pair for pieces in cells.values() for pair in _pairs(pieces))
        stuck = {p for p, n in pairs.items() if n == alone[p[0]] == alone[p[1]] and n > 1}
        if not stuck:
            return cells
        first = min(stuck)
        cells = {text: _joined(pieces, first, joiner) for text, pieces in cells.items()}


def _pairs(pieces: Sequence[str]) -> list[tuple[str, str]]:
    return list(pairwise(pieces))


def _joined(pieces: Sequence[str], pair: tuple[str, str], joiner: str) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(pieces):
        if tuple(pieces[at : at + 2]) == pair:
            found.append(joiner.join(pair))
            at += 2
        else:
            found.append(pieces[at])
            at += 1
    return found
