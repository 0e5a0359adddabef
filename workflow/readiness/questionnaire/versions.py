"""List the changes of a questionnaire from one version to the next, as facts.

A reader of two waves has to know which numbers are about the same question. Items are compared by
id; an item with a new id and the same question is renamed.
"""

from collections.abc import Iterator

from readiness.ground.facts import Fact, Listed, Term
from readiness.questionnaire.items import Item
from readiness.questionnaire.kinds import KINDS
from readiness.questionnaire.model import Questionnaire
from readiness.questionnaire.text import match_key

# Catalogue key of each kind, by the kind's name.
KIND_LABELS = {kind: f"questionnaire.kind.{kind}" for kind in KINDS}
# Keys of an item whose changes are reported by the key's name.
_TOLD = ("range", "blank_means", "required", "boxes", "dont_know", "missing", "confirms")


def kind_of(item: Item) -> Term:
    """Return the name of an item's kind for readers."""
    return Term(KIND_LABELS[item.kind.name])


def changes(old: Questionnaire, new: Questionnaire) -> list[Fact]:
    """Return the changes between two versions, in the order of the new one, then removed items."""
    before = {item.id: item for item in old.items}
    after = {item.id: item for item in new.items}
    # Items of the old version whose id is gone, by question.
    gone = {match_key(item.column): item.id for item in old.items if item.id not in after}
    key_by_new_id = {item.id: match_key(item.column) for item in new.items if item.id not in before}
    renamed = {item_id: gone[key] for item_id, key in key_by_new_id.items() if key in gone}
    facts: list[Fact] = []
    for item in new.items:
        if old_item := before.get(renamed.get(item.id, item.id)):
            values = {"before": old_item.id, "item": item.id}
            facts += [Fact("questionnaire.change.renamed", values)] if item.id in renamed else []
            facts += item_changes(old_item, item)
        else:
            question = {"item": item.id, "question": item.column}
            facts.append(Fact("questionnaire.change.added", question))
    removed_items = [i for i in old.items if i.id not in {*after, *renamed.values()}]
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
    """Return the compared values of an item by key: routing and labels are not among these."""
    bounds = item.range and (*item.range.bounds, item.range.decimals, item.range.written_unit)
    outside = item.dont_know and match_key(item.dont_know.text)
    missing = {match_key(entry.text): entry.means for entry in item.missing}
    flags = (item.blank_means, item.required, item.boxes)
    return dict(zip(_TOLD, (bounds, *flags, outside, missing, item.confirms), strict=True))


def _compare_options(old: Item, new: Item) -> Iterator[Fact]:
    """Yield the changes of options by code; a text under another code is the gravest change."""
    item = {"item": new.id}
    before = {category.code: category.text for category in old.categories}
    after = {category.code: category.text for category in new.categories}
    texts = {match_key(text): code for code, text in before.items()}
    old_codes = {code: texts.get(match_key(text), code) for code, text in after.items()}
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
