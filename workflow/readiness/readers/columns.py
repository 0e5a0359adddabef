"""Match the columns of an export to the questions.

Each tool writes headers in its own way: the text of a question, its name, or both; followed by the
row of a grid or a ticked option. All names that a questionnaire's columns may have are listed here
by rank, and a header is looked up, never split: a question may contain any character.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from readiness.questionnaire import Item, Questionnaire, list_own_keys, match_key
from readiness.questionnaire.items import Answer


@dataclass(frozen=True)
class ItemColumn:
    """An item, or the option (or slot) of a multiple-choice item that has a column of its own."""

    item: str
    option: str | None = None


@dataclass(frozen=True)
class ColumnMatch:
    """A column of the sheet and its target; a lower `rank` is a name closer to the
    questionnaire's.
    """

    at: int
    target: ItemColumn
    rank: tuple[int, int]


Names = dict[str, ItemColumn | None]
# Ranks of the names by which a column is matched to a question, the most certain source first.
_OWN, _VARIABLE, _ID, _ROW, _OPTION, _ALONE, _PLACE = range(7)

# Notations of a question with its row or option; a space before `[` is optional.
_BESIDE = (
    *("{} [{}]", "{}[{}]", "{}/{}", "{} - {}", "{}: {}", "{} {}"),
    *("{}_{}", "{}.{}", "{}-{}", "[{1}] {0}"),
)

_TEXTS, _NAMES = ("{0} [{1}]", "{0} - {1}", "{0}-{1}"), ("{0}_{1}", "{0}[{1}]", "{0}/{1}")
_ROW_IN_HEADER = re.compile(r"(.+?) ?\[([^\[\]]+)\]", re.DOTALL)


def list_names(questionnaire: Questionnaire, *, numbered: bool) -> tuple[Names, ...]:
    """Return match keys of all names of each column, by rank, the most certain first.

    A key with two targets at one rank has none there (None). `numbered`: the tool also writes the
    number of a row or option in its list (`q4_2`, `q4[SQ002]`): the least certain rank.
    """
    ranks: tuple[Names, ...] = tuple({} for _ in range(_PLACE + numbered))
    for rank, name, target in _list_every_name(questionnaire):
        if rank < len(ranks):
            key = match_key(name)
            ranks[rank][key] = target if ranks[rank].get(key, target) == target else None
    return ranks


def _list_every_name(questionnaire: Questionnaire) -> Iterator[tuple[int, str, ItemColumn]]:
    """Yield rank, name and target of all names that a column of the export may have."""
    categories = [
        (c, item, n) for item in questionnaire.items for n, c in enumerate(item.categories, 1)
    ]
    specified = {c.specify: (item, number) for c, item, number in categories if c.specify}
    counts: Counter[str] = Counter()
    for item in questionnaire.items:
        if item.slots:
            yield from ((_OWN, name, ItemColumn(item.id, name)) for name in item.slots)
            continue
        target = ItemColumn(item.id)
        item_names = [*item.called]
        yield _OWN, item.column, target
        yield from ((_VARIABLE, name, target) for name in item_names[1:-1])
        yield _ID, item.id, target
        blocks, parts = _list_row_names(item, questionnaire)
        if blocks:
            counts[blocks[0]] += 1
            yield from ((_ROW, name, target) for name in _find_companions(blocks, parts))
            yield _ALONE, parts[0], target
            places = _find_places(blocks, counts[blocks[0]])
            yield from ((_PLACE, name, target) for name in places)
        if item.kind.takes_several or any(c.column for c in item.categories):
            # A checkbox in a row of a grid: the text of the grid is combined with the text of the
            # row, and each other name of the grid with each other name of the row.
            item_names += _find_companions(blocks[:1], parts[:1], _TEXTS)
            item_names += _find_companions(blocks[1:], parts[1:], _NAMES)
            yield from _list_option_names(item, item_names)
        if item.id in specified:
            yield from ((_ROW, name, target) for name in _list_typed_names(*specified[item.id]))


def _list_option_names(item: Item, called: Sequence[str]) -> Iterator[tuple[int, str, ItemColumn]]:
    """Yield the names that the column of each ticked option may have."""
    yield from ((_OWN, c.column, ItemColumn(item.id, c.code)) for c in item.categories if c.column)
    options: list[tuple[str, Answer]] = [(c.code, c) for c in item.categories]
    if item.dont_know:
        options.append(("_dont_know", item.dont_know))
    for number, (code, answer) in enumerate(options, 1):
        option = ItemColumn(item.id, code)
        beside = _find_companions(called, sorted(list_own_keys(answer, item)))
        yield from ((_OPTION, name, option) for name in beside)
        yield from ((_PLACE, name, option) for name in _find_places(called, number))


def _find_companions(
    called: Iterable[str], parts: Sequence[str], forms: Sequence[str] = _BESIDE
) -> Iterable[str]:
    for name in called:
        for part in parts:
            for form in forms:
                yield form.format(name, part)


def _list_row_names(item: Item, questionnaire: Questionnaire) -> tuple[list[str], list[str]]:
    """Return the names of the grid and of its row; empty for an item in no grid."""
    if item.grid is None or item.row is None:
        header_match = _ROW_IN_HEADER.fullmatch(item.column)
        return ([header_match[1]], [header_match[2]]) if header_match else ([], [])
    block = questionnaire.grid(item.grid)
    blocks = [name for name in (block.column, block.variable, block.id) if name]
    start = f"{item.grid}_"
    code = item.id.removeprefix(start) if item.id.startswith(start) else None
    parts = (item.row.text, item.row.value, *item.called[1:], code)
    return blocks, [name for name in parts if name]


def _find_places(called: Iterable[str], number: int) -> Iterable[str]:
    for name in called:
        yield from (f"{name}_{number}", f"{name}[SQ{number:03d}]", f"{name}_SQ{number:03d}")


def _list_typed_names(item: Item, number: int) -> Iterable[str]:
    """Yield the names of the column of a text typed beside an option."""
    for name in item.called:
        ends = ("[other]", " [other]", "_other", "/other", f"_{number}_TEXT", "_TEXT")
        yield from (f"{name}{end}" for end in ends)
        for words in (item.categories[number - 1].text, "other"):
            yield f"{name} - {words} - Text"


def find(headings: Sequence[Sequence[str]], names: Sequence[Names]) -> list[ColumnMatch]:
    """Return the target of each column; `headings` are the names of each, as the tool writes them.

    A column is matched by its most certain name; unknown columns are left out.
    """
    matches = []
    for at, heading in enumerate(headings):
        match = _match_heading(at, [match_key(name) for name in heading], names)
        if match is not None:
            matches.append(match)
    return matches


def _match_heading(at: int, keys: Sequence[str], names: Sequence[Names]) -> ColumnMatch | None:
    """Return the match of a column by the most certain of its names; None for an unknown one."""
    for rank, known in enumerate(names):
        for place, key in enumerate(keys):
            target = known.get(key) if key else None
            if target is not None:
                return ColumnMatch(at, target, (rank, place))
    return None


def surest(found: Iterable[ColumnMatch]) -> dict[ItemColumn, list[ColumnMatch]]:
    """Return by target the columns with the most certain names; several share one header."""
    by_target: dict[ItemColumn, list[ColumnMatch]] = {}
    for hit in found:
        best = by_target.setdefault(hit.target, [])
        if best and hit.rank < best[0].rank:
            best.clear()
        if not best or hit.rank == best[0].rank:
            best.append(hit)
    return by_target
