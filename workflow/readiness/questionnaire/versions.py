"""What changed in a questionnaire from one version to the next, as facts.

A reader of two waves has to know which numbers are of the same question. An item is the same by its
id; one whose id changed and whose question did not is renamed.
"""

from collections.abc import Iterator

from readiness.ground.facts import Fact, Listed, Term
from readiness.questionnaire.items import Item
from readiness.questionnaire.kinds import KINDS
from readiness.questionnaire.model import Questionnaire
from readiness.questionnaire.text import match_key

# The text that names a kind to readers, by the kind's name.
KIND_LABELS = {kind: f"questionnaire.kind.{kind}" for kind in KINDS}
# Keys of an item of which a change is told by their name.
_TOLD = ("range", "blank_means", "required", "boxes", "dont_know", "missing", "confirms")


def kind_of(item: Item) -> Term:
    """What the kind of an item is called."""
    return Term(KIND_LABELS[item.kind.name])


def changes(old: Questionnaire, new: Questionnaire) -> list[Fact]:
    """What a reader of both versions has to know, in the order of the new one."""
    before = {item.id: item for item in old.items}
    after = {item.id: item for item in new.items}
    # Items whose question stands under another id in the old version.
    gone = {match_key(item.column): item.id for item in old.items if item.id not in after}
    added = {item.id: match_key(item.column) for item in new.items if item.id not in before}
    renamed = {own: gone[key] for own, key in added.items() if key in gone}
    found: list[Fact] = []
    for item in new.items:
        if was := before.get(renamed.get(item.id, item.id)):
            values = {"before": was.id, "item": item.id}
            found += [Fact("questionnaire.change.renamed", values)] if item.id in renamed else []
            found += item_changes(was, item)
        else:
            asked = {"item": item.id, "question": item.column}
            found.append(Fact("questionnaire.change.added", asked))
    lost = [i for i in old.items if i.id not in {*after, *renamed.values()}]
    removed = [{"item": item.id, "question": item.column} for item in lost]
    found += [Fact("questionnaire.change.removed", values) for values in removed]
    return [*found, *_compare_whole(old, new)]


def item_changes(old: Item, new: Item) -> Iterator[Fact]:
    """In what a question is another one than before, a fact each; labels are no part of it."""
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
    was, is_ = _describe_item(old), _describe_item(new)
    if changed := [key for key in _TOLD if was[key] != is_[key]]:
        yield Fact("questionnaire.change.keys", {**item, "keys": Listed(tuple(changed), "comma")})


def _describe_item(item: Item) -> dict[str, object]:
    """What is compared of an item under the names of its keys: what was asked, not its labels."""
    bounds = item.range and (*item.range.bounds, item.range.decimals, item.range.written_unit)
    outside = item.dont_know and match_key(item.dont_know.text)
    missing = {match_key(entry.text): entry.means for entry in item.missing}
    own = (item.blank_means, item.required, item.boxes)
    return dict(zip(_TOLD, (bounds, *own, outside, missing, item.confirms), strict=True))


def _compare_options(old: Item, new: Item) -> Iterator[Fact]:
    """Options by their codes; a text under another code is the change that counts most."""
    item = {"item": new.id}
    before = {category.code: category.text for category in old.categories}
    after = {category.code: category.text for category in new.categories}
    texts = {match_key(text): code for code, text in before.items()}
    told = {code: texts.get(match_key(text), code) for code, text in after.items()}
    recoded = {code: was for code, was in told.items() if was != code}
    for code, was in recoded.items():
        values = {"option": after[code], "before": was, "after": code}
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
    common = [[c for c in one if c in before and c in after] for one in (before, after)]
    if common[0] != common[1]:
        yield Fact("questionnaire.change.order", item)


def _compare_whole(old: Questionnaire, new: Questionnaire) -> Iterator[Fact]:
    was, is_ = ((one.group_item, one.weighted_groups, one.groups_apart) for one in (old, new))
    if was != is_:
        yield Fact("questionnaire.change.groups")
    before, after = ({v.id: v.codes for v in one.frame} for one in (old, new))
    names = sorted({*before, *after})
    if changed := tuple(name for name in names if before.get(name, ()) != after.get(name, ())):
        yield Fact("questionnaire.change.frame", {"variables": Listed(changed, "comma")})
