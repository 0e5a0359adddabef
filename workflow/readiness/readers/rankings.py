"""Options put in order: in one cell, or a column a rank, as one column an option with its rank.

A tool that writes a column an option, with the rank in it, needs nothing of this: that is a grid.
"""

from collections.abc import Collection, Sequence
from functools import reduce

from readiness.questionnaire import TICKED, Item, Questionnaire, match_key, split_joined
from readiness.readers.assigned import Assigned
from readiness.readers.texts import Texts

# What stands for an option without a rank where others of the list have one.
NOT_RANKED = "-"
_A_RANK = ("{}[{}]", "{} [{}]", "{}_{}", "{}/{}", "{} [rank {}]", "{} [ranking {}]", "{} - rank {}")


def find(
    questionnaire: Questionnaire,
    assigned: Assigned,
    keys: Sequence[Collection[str]],
    taken: Collection[int],
) -> dict[str, list[int]]:
    """By ranking whose options have no columns: its one column, or one a rank in their order."""
    made: dict[str, list[int]] = {}
    for block in questionnaire.grids:
        items = [item for item in questionnaire.items if item.grid == block.id]
        if not block.kind.is_ranking or any(item.id in assigned.items for item in items):
            continue
        called = [name for name in (block.column, block.variable, block.id) if name]
        whole = _find_places(keys, taken, called)
        ranks: list[int] = []
        for rank in range(1, len(items) + 1):
            names = [form.format(name, rank) for name in called for form in _A_RANK]
            places = _find_places(keys, taken, names)
            if len(places) != 1:
                break
            ranks += places
        if ranks or len(whole) == 1:
            made[block.id] = ranks or whole
    return made


def _find_places(
    keys: Sequence[Collection[str]], taken: Collection[int], names: Sequence[str]
) -> list[int]:
    wanted = {match_key(name) for name in names}
    return [at for at, called in enumerate(keys) if at not in taken and wanted & set(called)]


def read_ranks(
    item: Item, questionnaire: Questionnaire, columns: Sequence[Texts], signs: Sequence[str]
) -> Texts:
    """The rank of the item's option a row; "-" where only others were ranked, "" where none.

    A cell that holds anything else than options is handed on as it is.
    """
    options = _list_options(item, questionnaire)
    if len(columns) == 1:
        return columns[0].change_texts(lambda text: _rank(text, item, options, signs))
    named = [
        column.change_texts(lambda text: options.get(match_key(text), text)) for column in columns
    ]
    made = reduce(lambda one, other: one.join_with(other, lambda *pair: TICKED.join(pair)), named)
    return made.change_texts(lambda text: _rank_of(text.split(TICKED), item))


def _list_options(item: Item, questionnaire: Questionnaire) -> dict[str, str]:
    """Match key of what an option of the ranking may be in a cell -> the id of its item.

    The text of an option comes before the id of another; what is the text of one and the value of
    another is none of both.
    """
    start = f"{item.grid}_"
    rows = [(each.row, each) for each in questionnaire.items if each.grid == item.grid]
    texts = {match_key(row.text): each.id for row, each in rows if row}
    values = {match_key(row.value): each.id for row, each in rows if row and row.value}
    ids = {match_key(each.id.removeprefix(start)): each.id for _, each in rows}
    claimed = {key for key in texts.keys() & values.keys() if texts[key] != values[key]}
    found = {**ids, **values, **texts}
    return {key: own for key, own in found.items() if key not in claimed}


def _rank(text: str, item: Item, options: dict[str, str], signs: Sequence[str]) -> str:
    if not match_key(text):
        return ""
    found = split_joined(text, options, signs)
    return text if found is None else _rank_of([options[key] for key in found], item)


def _rank_of(ranked: Sequence[str], item: Item) -> str:
    """The place of the item in a list of ids; "" where it has none and no level for that."""
    if item.id in ranked:
        return str(ranked.index(item.id) + 1)
    known = any(option.value == NOT_RANKED for option in item.categories)
    return NOT_RANKED if known and any(ranked) else ""
