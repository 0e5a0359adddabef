"""Read rankings, in one cell or in one column a rank, as one column an option with its rank.

A tool that writes one column an option, with the rank in it, needs no conversion: that is a grid.
"""

from collections.abc import Collection, Sequence
from functools import reduce

from readiness.questionnaire import TICKED, Item, Questionnaire, match_key, split_joined
from readiness.readers.assigned import Assigned
from readiness.readers.texts import Texts

# Value of an option without a rank where others of the list have one.
NOT_RANKED = "-"
_A_RANK = ("{}[{}]", "{} [{}]", "{}_{}", "{}/{}", "{} [rank {}]", "{} [ranking {}]", "{} - rank {}")


def find(
    questionnaire: Questionnaire,
    assigned: Assigned,
    keys: Sequence[Collection[str]],
    taken: Collection[int],
) -> dict[str, list[int]]:
    """Return the columns of each ranking without option columns: one, or one a rank in order."""
    columns_of: dict[str, list[int]] = {}
    for block in questionnaire.grids:
        items = [item for item in questionnaire.items if item.grid == block.id]
        if not block.kind.is_ranking or any(item.id in assigned.items for item in items):
            continue
        called = [name for name in (block.column, block.variable, block.id) if name]
        single_column = _find_places(keys, taken, called)
        ranks: list[int] = []
        for rank in range(1, len(items) + 1):
            names = [form.format(name, rank) for name in called for form in _A_RANK]
            places = _find_places(keys, taken, names)
            if len(places) != 1:
                break
            ranks += places
        if ranks or len(single_column) == 1:
            columns_of[block.id] = ranks or single_column
    return columns_of


def _find_places(
    keys: Sequence[Collection[str]], taken: Collection[int], names: Sequence[str]
) -> list[int]:
    """Return the positions of the columns with one of these names, except positions in `taken`.

    `keys`: match keys of the possible names of each column.
    """
    wanted_keys = {match_key(name) for name in names}
    return [
        place
        for place, column_keys in enumerate(keys)
        if place not in taken and wanted_keys & set(column_keys)
    ]


def read_ranks(
    item: Item, questionnaire: Questionnaire, columns: Sequence[Texts], signs: Sequence[str]
) -> Texts:
    """Return the rank of the item's option in each row; "-" if only others were ranked, "" if none.

    A cell that holds anything else than options is returned unchanged.
    """
    options = _list_options(item, questionnaire)
    if len(columns) == 1:
        return columns[0].change_texts(lambda text: _rank(text, item, options, signs))
    named = [
        column.change_texts(lambda text: options.get(match_key(text), text)) for column in columns
    ]
    joined = reduce(lambda one, other: one.join_with(other, lambda *pair: TICKED.join(pair)), named)
    return joined.change_texts(lambda text: _rank_of(text.split(TICKED), item))


def _list_options(item: Item, questionnaire: Questionnaire) -> dict[str, str]:
    """Return the item id of each option of the ranking, by the match keys of its text, value and
    id.

    A text has priority over another option's id; a key that is the text of one option and the value
    of another belongs to neither.
    """
    start = f"{item.grid}_"
    rows = [
        (row_item.row, row_item) for row_item in questionnaire.items if row_item.grid == item.grid
    ]
    texts = {match_key(row.text): row_item.id for row, row_item in rows if row}
    values = {match_key(row.value): row_item.id for row, row_item in rows if row and row.value}
    ids = {match_key(row_item.id.removeprefix(start)): row_item.id for _, row_item in rows}
    claimed = {key for key in texts.keys() & values.keys() if texts[key] != values[key]}
    id_of_key = {**ids, **values, **texts}
    return {key: item_id for key, item_id in id_of_key.items() if key not in claimed}


def _rank(text: str, item: Item, options: dict[str, str], signs: Sequence[str]) -> str:
    if not match_key(text):
        return ""
    keys_ranked = split_joined(text, options, signs)
    return text if keys_ranked is None else _rank_of([options[key] for key in keys_ranked], item)


def _rank_of(ranked: Sequence[str], item: Item) -> str:
    """Return the position of the item in a list of ids; "-" or "" where it is not in the list."""
    if item.id in ranked:
        return str(ranked.index(item.id) + 1)
    has_not_ranked = any(option.value == NOT_RANKED for option in item.categories)
    return NOT_RANKED if has_not_ranked and any(ranked) else ""
