"""Which column of an export holds which question.

A tool writes a header in its own way: the text of a question, its name, both; with the row of a
grid or a ticked option behind it. All that a questionnaire's columns may be called is listed here
by rank, and a header is looked up, never taken apart: a question may hold any sign itself.
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
    """A column of the sheet and what it holds; a lower `rank` is a name nearer to the given one."""

    at: int
    target: ItemColumn
    rank: tuple[int, int]


Names = dict[str, ItemColumn | None]
# How sure it is that a name means a column, the surest first.
_OWN, _VARIABLE, _ID, _ROW, _OPTION, _ALONE, _PLACE = range(7)

# How a question and its row or option are written beside each other; a space before `[` goes.
_BESIDE = (
    *("{} [{}]", "{}[{}]", "{}/{}", "{} - {}", "{}: {}", "{} {}"),
    *("{}_{}", "{}.{}", "{}-{}", "[{1}] {0}"),
)

_TEXTS, _NAMES = ("{0} [{1}]", "{0} - {1}", "{0}-{1}"), ("{0}_{1}", "{0}[{1}]", "{0}/{1}")
_ROW_IN_HEADER = re.compile(r"(.+?) ?\[([^\[\]]+)\]", re.DOTALL)


def list_names(questionnaire: Questionnaire, *, numbered: bool) -> tuple[Names, ...]:
    """Match keys of all that each column may be called, the surest first.

    A key that means two things at one rank means neither there (None). `numbered`: the tool also
    writes the place of a row or option in its list (`q4_2`, `q4[SQ002]`): the least sure, so last.
    """
    ranks: tuple[Names, ...] = tuple({} for _ in range(_PLACE + numbered))
    for rank, name, target in _list_every_name(questionnaire):
        if rank < len(ranks):
            key = match_key(name)
            ranks[rank][key] = target if ranks[rank].get(key, target) == target else None
    return ranks


def _list_every_name(questionnaire: Questionnaire) -> Iterator[tuple[int, str, ItemColumn]]:
    """All that a column of the export may be called, with the rank of the name."""
    every = [(c, item, n) for item in questionnaire.items for n, c in enumerate(item.categories, 1)]
    typed = {c.specify: (item, number) for c, item, number in every if c.specify}
    counts: Counter[str] = Counter()
    for item in questionnaire.items:
        if item.slots:
            yield from ((_OWN, name, ItemColumn(item.id, name)) for name in item.slots)
            continue
        target = ItemColumn(item.id)
        called = [*item.called]
        yield _OWN, item.column, target
        yield from ((_VARIABLE, name, target) for name in called[1:-1])
        yield _ID, item.id, target
        blocks, parts = _list_row_names(item, questionnaire)
        if blocks:
            counts[blocks[0]] += 1
            yield from ((_ROW, name, target) for name in _find_companions(blocks, parts))
            yield _ALONE, parts[0], target
            places = _find_places(blocks, counts[blocks[0]])
            yield from ((_PLACE, name, target) for name in places)
        if item.kind.takes_several or any(c.column for c in item.categories):
            # A box in a row of a grid: texts stand beside texts, names beside names.
            called += _find_companions(blocks[:1], parts[:1], _TEXTS)
            called += _find_companions(blocks[1:], parts[1:], _NAMES)
            yield from _list_option_names(item, called)
        if item.id in typed:
            yield from ((_ROW, name, target) for name in _list_typed_names(*typed[item.id]))


def _list_option_names(item: Item, called: Sequence[str]) -> Iterator[tuple[int, str, ItemColumn]]:
    """What the column of each ticked option may be called."""
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
    """What the grid and its row are called; nothing for an item that is no row of a grid."""
    if item.grid is None or item.row is None:
        found = _ROW_IN_HEADER.fullmatch(item.column)
        return ([found[1]], [found[2]]) if found else ([], [])
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
    """What the column of an answer typed beside an option is called."""
    for name in item.called:
        ends = ("[other]", " [other]", "_other", "/other", f"_{number}_TEXT", "_TEXT")
        yield from (f"{name}{end}" for end in ends)
        for words in (item.categories[number - 1].text, "other"):
            yield f"{name} - {words} - Text"


def find(headings: Sequence[Sequence[str]], names: Sequence[Names]) -> list[ColumnMatch]:
    """What each column holds; `headings` are the names of each, as the tool writes them.

    A column is given the surest of its names; one that holds nothing known is left out.
    """
    found = []
    for at, heading in enumerate(headings):
        keys = [match_key(name) for name in heading]
        hits = (
            ColumnMatch(at, target, (rank, place))
            for rank, known in enumerate(names)
            for place, key in enumerate(keys)
            if key and (target := known.get(key)) is not None
        )
        if (hit := next(hits, None)) is not None:
            found.append(hit)
    return found


def surest(found: Iterable[ColumnMatch]) -> dict[ItemColumn, list[ColumnMatch]]:
    """By target, the columns whose names are the surest: more than one is a header given twice."""
    made: dict[ItemColumn, list[ColumnMatch]] = {}
    for hit in found:
        held = made.setdefault(hit.target, [])
        if held and hit.rank < held[0].rank:
            held.clear()
        if not held or hit.rank == held[0].rank:
            held.append(hit)
    return made
