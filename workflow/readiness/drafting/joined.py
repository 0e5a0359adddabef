"""Split ticked options that are joined in one cell, although options may hold the separator."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from readiness.drafting.table import MOST_OPTIONS
from readiness.questionnaire import match_key

# Separators of tools between ticked options, those that options rarely hold first.
SEPARATORS = ("; ", ";", " | ", "|", "\n", ", ", ",", "\u060c ")
# Cells that can be names joined by spaces.
_CODES = re.compile(r"[\w.-]{1,40}( [\w.-]{1,40})*")
# Names of options in forms, where no tool is known to join by spaces: typed words begin with a
# capital.
_NAME = re.compile(r"[a-z0-9_.-]+")
# Several values as a program writes them.
_RECORD = re.compile(r"\{.*\}|\[.*\]", re.DOTALL)
# Largest number of different cells: few options have fewer combinations that occur.
MOST_CELLS = 20_000
# Largest number of different parts of cells: with more, they are sentences.
MOST_PIECES = 10 * MOST_OPTIONS
# Frequency that at least three options must reach before a text of one person is no option.
OFTEN = 3
# Largest number of people who type the same text.
MOST_ALIKE = 9
# Share of the cells with either of two neighbours that hold both, from which they are one option.
STUCK = 0.99
# Smallest share of the cells that hold two options or more.
LEAST_JOINED = 0.05


@dataclass(frozen=True)
class JoinedOptions:
    """The options that cells join, most frequent first, and their separator.

    `alone`: options that no cell joins with others. `typed`: number of different pieces that are no
    options because few people gave them. `ranked`: whether every cell holds all options, in
    different orders.
    """

    options: tuple[str, ...]
    separator: str
    alone: frozenset[str]
    typed: int
    ranked: bool = False


def find_joined_options(counts: Counter[str], more: Sequence[str] = ()) -> JoinedOptions | None:
    """Return the options that cells join; None where cells do not join options.

    `counts`: number of answers by cell. `more`: further separators that the tool is known to use.
    Pieces that only ever occur side by side, in one order, are one option that holds the separator.
    None where no cell is joined, pieces do not repeat in other combinations, or there are too many.
    """
    if len(counts) > MOST_CELLS or any(map(_RECORD.fullmatch, counts)):
        return None
    best: JoinedOptions | None = None
    # What stands behind the last option of every cell, too, joins them.
    ends = [s for s in more if s.strip() and counts and all(text.endswith(s) for text in counts)]
    for separator in ends or dict.fromkeys((*SEPARATORS, *more)):
        if separator == " " and not all(_CODES.fullmatch(text) for text in counts):
            continue
        # Behind a bare comma a blank stays, for options may hold one.
        bare = str if separator == "," else str.strip
        cells = {t: [p for p in map(bare, t.split(separator)) if p.strip()] for t in counts}
        if separator == " " != more[0]:
            # Names of options are three in a cell, and none in capitals.
            names = all(map(_NAME.fullmatch, chain(*cells.values())))
            if not names or max(map(len, cells.values())) < 3:
                continue
        joined = {text: pieces for text, pieces in cells.items() if len(pieces) > 1}
        # A sign that texts hardly hold joins what others chose alone, however few chose both.
        sure = separator in SEPARATORS[:4] and counts.keys() >= {*chain(*joined.values())}
        least = 2.0 if sure else max(2, LEAST_JOINED * sum(counts.values()))
        if sum(counts[text] for text in joined) < least:
            continue
        if len({piece for pieces in cells.values() for piece in pieces}) > MOST_PIECES:
            continue
        merged = _merge(cells, counts, separator)
        # Nobody ticks an option twice, but one in a hundred types what he ticked.
        twice = sum(counts[text] for text, own in merged.items() if len(set(own)) < len(own))
        if twice > (1 - STUCK) * sum(counts.values()):
            continue
        merged = _spell_alike(merged, counts)
        sizes: Counter[str] = Counter()
        for text, pieces in merged.items():
            sizes.update(dict.fromkeys(pieces, counts[text]))
        # What one person gave beside options that many ticked was typed; of many people a few do.
        rare = 1 if sum(n > 1 for n in sizes.values()) <= MOST_OPTIONS else MOST_ALIKE
        typed = {piece for piece, n in sizes.items() if n <= rare}
        several = [pieces for pieces in merged.values() if len(pieces) > 1]
        if not several:
            continue
        if sum(n >= OFTEN for n in sizes.values()) < 3:
            typed = set()
        company: dict[str, set[tuple[str, ...]]] = {}
        for pieces in merged.values():
            for piece in pieces:
                company.setdefault(piece, set()).add(tuple(pieces))
        options = [piece for piece, _ in sizes.most_common() if piece not in typed]
        options.sort(key=lambda piece: (-sizes[piece], piece))
        mixed = sum(len(company[piece]) > 1 for piece in options)
        if not 2 <= len(options) <= MOST_OPTIONS or 2 * mixed < len(options):
            continue
        # Where most wrote their own words, the question was open.
        if 2 * sum(sizes[piece] for piece in typed) > sizes.total():
            continue
        given = {pieces[0] for pieces in merged.values() if len(pieces) == 1}
        # "Not Easy" is no "Not" and "Easy": of names that a blank joins, most stand alone, too.
        if separator == " " and (2 * len(given) < len(sizes) or len(given) < 2):
            continue
        alone = frozenset(piece for piece in options if company[piece] == {(piece,)})
        # The wrong separator leaves options joined: there are more of them.
        if best is None or len(options) < len(best.options):
            ranked = {tuple(pieces) for pieces in merged.values()}
            whole = len(ranked) > 1 and all(len(pieces) == len(sizes) > 2 for pieces in ranked)
            best = JoinedOptions(tuple(options), separator, alone, len(typed), whole)
    return best


def _merge(
    cells: dict[str, list[str]], counts: Counter[str], separator: str
) -> dict[str, list[str]]:
    """Return the cells with neighbours merged that (nearly) never occur apart."""
    joiner = separator if separator.strip() else " "
    while True:
        alone: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        several = Counter(pair for pieces in cells.values() for pair in pairwise(pieces))
        for text, pieces in cells.items():
            for piece in pieces:
                alone[piece] += counts[text]
            for pair in pairwise(pieces):
                pairs[pair] += counts[text]
        # Nobody ticks an option twice: a repeated piece is a part of several options.
        shared = {p for pieces in cells.values() for p in pieces if pieces.count(p) > 1}
        stuck = {p for p, n in pairs.items() if _is_one(p, n, several[p] > 1, alone, shared)}
        if not stuck:
            return {text: [piece.strip() for piece in pieces] for text, pieces in cells.items()}
        # A piece with an open bracket is joined first: text within brackets is no option.
        first = min(stuck, key=lambda pair: (not _is_open(pair[0]), pair))
        cells = {text: _join_pieces(pieces, first, joiner) for text, pieces in cells.items()}


def _spell_alike(cells: dict[str, list[str]], counts: Counter[str]) -> dict[str, list[str]]:
    """Return the cells with all spellings of an option replaced by the most frequent one."""
    sizes: Counter[str] = Counter()
    for text, pieces in cells.items():
        sizes.update(dict.fromkeys(pieces, counts[text]))
    spelled: dict[str, str] = {}
    for piece in sorted(sizes, key=lambda piece: (-sizes[piece], piece)):
        spelled.setdefault(match_key(piece), piece)
    return {
        text: list(dict.fromkeys(spelled[match_key(piece)] for piece in pieces))
        for text, pieces in cells.items()
    }


def _is_one(
    pair: tuple[str, str], times: int, recurs: bool, alone: Counter[str], shared: Collection[str]
) -> bool:
    """Return whether two neighbours are the parts of one option.

    They never occur apart; or the second begins in lower case and only ever follows the first; or
    one is a part of several options, and the other only ever stands beside it. One exception in a
    hundred is tolerated, as a text in somebody's own words.
    """
    first, second = pair
    if _is_open(first) or second.startswith(" "):
        return True
    behind, before = (recurs and times >= STUCK * alone[piece] for piece in (second, first))
    if behind and ((second[:1].islower() and not first[:1].islower()) or first in shared):
        return True
    return before and (behind or second in shared)


def _is_open(piece: str) -> bool:
    """Return whether a piece has an open bracket."""
    return piece.count("(") > piece.count(")")


def _join_pieces(pieces: Sequence[str], pair: tuple[str, str], joiner: str) -> list[str]:
    """Return the pieces with each occurrence of the pair joined."""
    merged_pieces: list[str] = []
    for piece in pieces:
        if (*merged_pieces[-1:], piece) == pair:
            merged_pieces[-1] = joiner.join(pair)
        else:
            merged_pieces.append(piece)
    return merged_pieces
