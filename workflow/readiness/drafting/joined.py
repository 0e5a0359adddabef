"""Split cells with several ticked options, although options may contain the separator."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from readiness.drafting.table import MOST_OPTIONS
from readiness.questionnaire import match_key

# Separators that tools write between ticked options; those that are rare within options come first.
SEPARATORS = ("; ", ";", " | ", "|", "\n", ", ", ",", "\u060c ")
# Cells that can be names joined by spaces.
_CODES = re.compile(r"[\w.-]{1,40}( [\w.-]{1,40})*")
# Names of options in forms, as distinct from typed words, which begin with a capital.
_NAME = re.compile(r"[a-z0-9_.-]+")
# A record or a list, as programs write them.
_RECORD = re.compile(r"\{.*\}|\[.*\]", re.DOTALL)
# Largest number of different cells: with more, cells are not combinations of a few options.
MOST_CELLS = 20_000
# Largest number of different pieces of cells: with more, the cells are sentences.
MOST_PIECES = 10 * MOST_OPTIONS
# Texts of one person are typed texts if at least three options occur this often.
OFTEN = 3
# Largest number of people who type the same text.
MOST_ALIKE = 9
# Two neighbouring pieces are one option if this share of the cells with one piece has both.
STUCK = 0.99
# Smallest share of the cells that hold two options or more.
LEAST_JOINED = 0.05


@dataclass(frozen=True)
class JoinedOptions:
    """Options joined in cells, most frequent first, and the separator.

    `alone`: options that only occur alone in a cell. `typed`: number of different pieces that are
    no options, because few people gave them. `ranked`: True if every cell has all options, in
    different orders.
    """

    options: tuple[str, ...]
    separator: str
    alone: frozenset[str]
    typed: int
    ranked: bool = False


def find_joined_options(counts: Counter[str], more: Sequence[str] = ()) -> JoinedOptions | None:
    """Find the options that are joined in cells; None where cells do not join options.

    `counts`: number of answers by cell. `more`: further separators that the tool is known to use.
    Pieces that occur only side by side and in one order are one option that contains the separator.
    None where no cell has several pieces, where pieces do not occur in several combinations, or
    where there are too many.
    """
    if len(counts) > MOST_CELLS or any(map(_RECORD.fullmatch, counts)):
        return None
    # A separator at the end of every cell must be the one that joins options: try no other.
    final_separators = [
        separator
        for separator in more
        if separator.strip() and counts and all(text.endswith(separator) for text in counts)
    ]
    best: JoinedOptions | None = None
    for separator in final_separators or dict.fromkeys((*SEPARATORS, *more)):
        cells = _split_cells(counts, separator, spaces_known=" " in more[:1])
        merged_cells = _merge_split_options(cells, counts, separator) if cells else None
        found = _find_options(merged_cells, counts, separator) if merged_cells else None
        # The wrong separator leaves options joined: there are more of them.
        if found and (best is None or len(found.options) < len(best.options)):
            best = found
    return best


def _split_cells(
    counts: Counter[str], separator: str, *, spaces_known: bool
) -> dict[str, list[str]] | None:
    """Return the pieces of each cell; None where the separator does not join options.

    `spaces_known`: whether the tool is known to join options by spaces.
    """
    if separator == " " and not all(_CODES.fullmatch(text) for text in counts):
        return None
    # Keep spaces where the separator is a bare comma: an option may contain ", ".
    trim = str if separator == "," else str.strip
    cells = {
        text: [piece for piece in map(trim, text.split(separator)) if piece.strip()]
        for text in counts
    }
    if separator == " " and not spaces_known:
        # Without that knowledge, spaces join options only where every piece looks like the name of
        # an option, and at least one cell holds three names.
        all_are_names = all(map(_NAME.fullmatch, chain(*cells.values())))
        if not all_are_names or max(map(len, cells.values())) < 3:
            return None
    joined = {text: pieces for text, pieces in cells.items() if len(pieces) > 1}
    # `;` and `|` rarely occur inside an option: if every piece also occurs as a whole cell, two
    # joined cells are evidence enough.
    each_occurs_alone = separator in SEPARATORS[:4] and counts.keys() >= {*chain(*joined.values())}
    least_joined = 2.0 if each_occurs_alone else max(2, LEAST_JOINED * sum(counts.values()))
    if sum(counts[text] for text in joined) < least_joined:
        return None
    return cells if len({*chain(*cells.values())}) <= MOST_PIECES else None


def _merge_split_options(
    cells: dict[str, list[str]], counts: Counter[str], separator: str
) -> dict[str, list[str]] | None:
    """Merge the pieces of an option that itself contains the separator: "yes, often".

    Returns the pieces of each cell, with one spelling for each option. None where too many cells
    hold a piece twice.
    """
    merged = _merge(cells, counts, separator)
    # A ticked option occurs once in a cell. But one respondent in a hundred also types the text of
    # an option that is ticked.
    repeating = sum(
        counts[text] for text, pieces in merged.items() if len(set(pieces)) < len(pieces)
    )
    if repeating > (1 - STUCK) * sum(counts.values()):
        return None
    return _spell_alike(merged, counts)


def _find_options(
    cells: dict[str, list[str]], counts: Counter[str], separator: str
) -> JoinedOptions | None:
    """Find which pieces of cells are options and which are typed. None where none are options."""
    if all(len(pieces) < 2 for pieces in cells.values()):
        return None
    sizes = _count_pieces(cells, counts)
    typed = _find_typed(sizes)
    options = sorted(sizes.keys() - typed, key=lambda piece: (-sizes[piece], piece))
    combinations: dict[str, set[tuple[str, ...]]] = {}
    for pieces in cells.values():
        for piece in pieces:
            combinations.setdefault(piece, set()).add(tuple(pieces))
    recombined = sum(len(combinations[piece]) > 1 for piece in options)
    if not 2 <= len(options) <= MOST_OPTIONS or 2 * recombined < len(options):
        return None
    # If most pieces are typed texts, the question was open.
    if 2 * sum(sizes[piece] for piece in typed) > sizes.total():
        return None
    single_pieces = {pieces[0] for pieces in cells.values() if len(pieces) == 1}
    # Most options that a space joins also occur alone.
    # Where few pieces occur alone, the space is part of an option: "Not Easy".
    if separator == " " and (2 * len(single_pieces) < len(sizes) or len(single_pieces) < 2):
        return None
    alone = frozenset(piece for piece in options if combinations[piece] == {(piece,)})
    orders = {tuple(pieces) for pieces in cells.values()}
    ranked = len(orders) > 1 and all(len(pieces) == len(sizes) > 2 for pieces in orders)
    return JoinedOptions(tuple(options), separator, alone, len(typed), ranked)


def _find_typed(sizes: Counter[str]) -> set[str]:
    """Return the pieces that are typed texts and no options.

    `sizes`: number of answers by piece. If at least three options are frequent, a text of one
    person is a typed text. If more texts recur than a question has options, so are texts of up to
    `MOST_ALIKE` people.
    """
    if sum(n >= OFTEN for n in sizes.values()) < 3:
        return set()
    repeated = sum(n > 1 for n in sizes.values())
    most_typed = 1 if repeated <= MOST_OPTIONS else MOST_ALIKE
    return {piece for piece, n in sizes.items() if n <= most_typed}


def _count_pieces(cells: Mapping[str, Iterable[str]], counts: Counter[str]) -> Counter[str]:
    """Return the number of answers with each piece; a repeated piece counts once an answer."""
    sizes: Counter[str] = Counter()
    for text, pieces in cells.items():
        sizes.update(dict.fromkeys(pieces, counts[text]))
    return sizes


def _merge(
    cells: dict[str, list[str]], counts: Counter[str], separator: str
) -> dict[str, list[str]]:
    """Merge neighbouring pieces of cells if (nearly) no cell has one piece without the other."""
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
        # A respondent ticks an option once: a piece that repeats is a part of several options.
        shared = {p for pieces in cells.values() for p in pieces if pieces.count(p) > 1}
        stuck = {p for p, n in pairs.items() if _is_one(p, n, several[p] > 1, alone, shared)}
        if not stuck:
            return {text: [piece.strip() for piece in pieces] for text, pieces in cells.items()}
        # A piece with an open bracket is joined first: text within brackets is no option.
        first = min(stuck, key=lambda pair: (not _is_open(pair[0]), pair))
        cells = {text: _join_pieces(pieces, first, joiner) for text, pieces in cells.items()}


def _spell_alike(cells: dict[str, list[str]], counts: Counter[str]) -> dict[str, list[str]]:
    """Replace all spellings of an option by the most frequent one."""
    sizes = _count_pieces(cells, counts)
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
    """Return True if two neighbouring pieces are parts of one option.

    Either no cell has one piece without the other; or the second piece begins in lower case and
    always follows the first; or one piece is a part of several options (`shared`), and the other is
    always next to it. One exception in a hundred is tolerated: somebody may have typed the text.
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
