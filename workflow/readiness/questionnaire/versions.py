"""List the changes of a questionnaire from one version to the next, as facts.

A reader who compares two waves must know which numbers are about the same question. Items are
compared by id. An item with a new id and the text of a removed item counts as renamed.
"""

from collections.abc import Iterator

from readiness.ground.facts import Fact, Listed, Term
from readiness.questionnaire.items import Item
from readiness.questionnaire.kinds import KINDS
from readiness.questionnaire.model import Questionnaire
from readiness.questionnaire.text import match_key

# Catalogue key of each kind, by the kind's name.
KIND_LABELS = {kind: f"questionnaire.kind.{kind}" for kind in KINDS}
# Keys of an item for which a change is reported by the name of the key alone.
_TOLD = ("range", "blank_means", "required", "boxes", "dont_know", "missing", "confirms")


def kind_of(item: Item) -> Term:
    """Return the name of an item's kind for readers."""
    return Term(KIND_LABELS[item.kind.name])


def changes(old: Questionnaire, new: Questionnaire) -> list[Fact]:
    """Return the changes between two versions of a questionnaire.

    Changes of items come first, in the order of the new version, then removed items, then changes
    of groups and frame.
    """
    old_items = {item.id: item for item in old.items}
    new_items = {item.id: item for item in new.items}
    # Ids of the old version that the new version lacks, by match key of the question.
    removed_by_question = {
        match_key(item.column): item.id for item in old.items if item.id not in new_items
    }
    key_by_new_id = {
        item.id: match_key(item.column) for item in new.items if item.id not in old_items
    }
    old_id_by_new_id = {
        item_id: removed_by_question[key]
        for item_id, key in key_by_new_id.items()
        if key in removed_by_question
    }
    facts: list[Fact] = []
    for item in new.items:
        if old_item := old_items.get(old_id_by_new_id.get(item.id, item.id)):
            values = {"before": old_item.id, "item": item.id}
            facts += (
                [Fact("questionnaire.change.renamed", values)]
                if item.id in old_id_by_new_id
                else []
            )
            facts += item_changes(old_item, item)
        else:
            question = {"item": item.id, "question": item.column}
            facts.append(Fact("questionnaire.change.added", question))
    removed_items = [i for i in old.items if i.id not in {*new_items, *old_id_by_new_id.values()}]
    removed = [{"item": item.id, "question": item.column} for item in removed_items]
    facts += [Fact("questionnaire.change.removed", values) for values in removed]
    return [*facts, *_compare_whole(old, new)]


def item_changes(old: Item, new: Item) -> Iterator[Fact]:
    """Yield a fact for each change of a question; labels are not compared."""
    item = {"item": new.id}
    if match_key(old.column) != match_key(new.column):
        texts = {"before": old.column, "after": new.column}
        yield Fact("questionnaire.change.reworded", {**item, **texts})
    if old.kind != new.kind:
        kinds = {"before": kind_of(old), "after": kind_of(new)}
        yield Fact("questionnaire.change.kind", {**item, **kinds})
    yield from _compare_options(old, new)
    if old.asked_if != new.asked_if:
        yield Fact("questionnaire.change.routing", item)
    old_values, new_values = _describe_item(old), _describe_item(new)
    if changed := [key for key in _TOLD if old_values[key] != new_values[key]]:
        yield Fact("questionnaire.change.keys", {**item, "keys": Listed(tuple(changed), "comma")})


def _describe_item(item: Item) -> dict[str, object]:
    """Return the values of the keys `_TOLD` of an item, in a form that can be compared."""
    bounds = item.range and (*item.range.bounds, item.range.decimals, item.range.written_unit)
    outside = item.dont_know and match_key(item.dont_know.text)
    missing = {match_key(entry.text): entry.means for entry in item.missing}
    flags = (item.blank_means, item.required, item.boxes)
    return dict(zip(_TOLD, (bounds, *flags, outside, missing, item.confirms), strict=True))


def _compare_options(old: Item, new: Item) -> Iterator[Fact]:
    """Yield the changes of options: recoded, added, reworded, removed, in another order.

    A text that is now under another code is the gravest change: numbers by code would be compared
    between different answers.
    """
    item = {"item": new.id}
    before = {category.code: category.text for category in old.categories}
    after = {category.code: category.text for category in new.categories}
    old_code_by_text = {match_key(text): code for code, text in before.items()}
    old_codes = {code: old_code_by_text.get(match_key(text), code) for code, text in after.items()}
    recoded = {code: old_code for code, old_code in old_codes.items() if old_code != code}
    for code, old_code in recoded.items():
        values = {"option": after[code], "before": old_code, "after": code}
        yield Fact("questionnaire.change.recoded", {**item, **values})
    for code, text in after.items():
        if code not in before and code not in recoded:
            yield Fact("questionnaire.change.option_added", {**item, "option": text})
        elif code not in recoded and match_key(before[code]) != match_key(text):
            values = {"code": code, "before": before[code], "after": text}
            yield Fact("questionnaire.change.option_reworded", {**item, **values})
    for code, text in before.items():
        if code not in after and code not in recoded.values():
            yield Fact("questionnaire.change.option_removed", {**item, "option": text})
    common = [[c for c in options if c in before and c in after] for options in (before, after)]
    if common[0] != common[1]:
        yield Fact("questionnaire.change.order", item)


def _compare_whole(old: Questionnaire, new: Questionnaire) -> Iterator[Fact]:
    """Yield the changes of groups and frame variables."""
    old_groups, new_groups = (
        (version.group_item, version.weighted_groups, version.groups_apart)
        for version in (old, new)
    )
    if old_groups != new_groups:
        yield Fact("questionnaire.change.groups")
    before, after = ({v.id: v.codes for v in version.frame} for version in (old, new))
    names = sorted({*before, *after})
    if changed := tuple(name for name in names if before.get(name, ()) != after.get(name, ())):
        yield Fact("questionnaire.change.frame", {"variables": Listed(changed, "comma")})
