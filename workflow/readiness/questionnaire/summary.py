"""What a questionnaire holds: in a few facts for people, as the header of its export."""

from collections import Counter
from collections.abc import Iterator

from readiness.facts import Fact, Listed, Value
from readiness.questionnaire.model import Questionnaire
from readiness.questionnaire.versions import kind_of
from readiness.questionnaire.xlsform.writing import languages_of

# How many places without a label are named.
SHOWN = 3


def summary(questionnaire: Questionnaire, file: str) -> Iterator[Fact]:
    """What stands in it, file first; what is missing of labels last."""
    q = questionnaire
    yield Fact("questionnaire.read.head", {"file": file, "questionnaire": q.id})
    kinds = Counter(kind_of(item) for item in q.items)
    listed = tuple(
        Fact("language.labelled", {"label": kind, "what": n}) for kind, n in kinds.items()
    )
    yield Fact("questionnaire.read.items", {"n": len(q.items), "kinds": Listed(listed, "comma")})
    if q.grids:
        grids = Listed(tuple(grid.id for grid in q.grids), "comma")
        yield Fact("questionnaire.read.grids", {"n": len(q.grids), "grids": grids})
    alike = {
        "questionnaire.read.routed": [item.id for item in q.items if item.asked_if],
        "questionnaire.read.required": [item.id for item in q.items if item.required],
        "questionnaire.read.personal": [item.id for item in q.items if item.personal],
    }
    for kind, items in alike.items():
        if items:
            yield Fact(kind, {"n": len(items), "items": Listed(tuple(items), "comma")})
    yield from _tell_groups(q)
    if q.frame:
        variables = Listed(tuple(variable.id for variable in q.frame), "comma")
        yield Fact("questionnaire.read.frame", {"variables": variables})
    yield from _tell_languages(q)


def _tell_groups(q: Questionnaire) -> Iterator[Fact]:
    if q.group_item is None:
        yield Fact("questionnaire.read.one_group")
        return
    labels = {c.code: c.text for c in q.item(q.group_item).categories}
    weighted = Listed(tuple(labels[code] for code in q.weighted_groups), "comma")
    values: dict[str, Value] = {"item": q.group_item, "weighted": weighted}
    if q.groups_apart:
        apart = Listed(tuple(labels[code] for code in q.groups_apart), "comma")
        yield Fact("questionnaire.read.apart", {**values, "apart": apart})
    else:
        yield Fact("questionnaire.read.groups", values)


def _tell_languages(q: Questionnaire) -> Iterator[Fact]:
    lacks = {language: list(_find_unlabelled(q, language)) for language in languages_of(q)}
    if whole := [language for language, missing in lacks.items() if not missing]:
        yield Fact("questionnaire.read.languages", {"languages": Listed(tuple(whole), "comma")})
    for language, missing in lacks.items():
        if missing:
            places = Listed(tuple(missing[:SHOWN]), "comma")
            values: dict[str, Value] = {"language": language, "n": len(missing), "places": places}
            yield Fact("questionnaire.read.lacks", values)


def _find_unlabelled(q: Questionnaire, language: str) -> Iterator[str]:
    if language not in q.title.root:
        yield "title"
    for item in q.items:
        if language not in item.label.root:
            yield item.id
        outside = (item.dont_know,) if item.dont_know else ()
        lacking = [o for o in (*item.categories, *outside) if language not in o.labels]
        yield from (f"{item.id}.{getattr(o, 'code', 'dont_know')}" for o in lacking)
        if item.range and item.range.unit and language not in item.range.unit.root:
            yield f"{item.id}.unit"
    for variable in q.frame:
        if language not in variable.label.root:
            yield variable.id
        yield from (
            f"{variable.id}.{c.code}" for c in variable.categories if language not in c.labels
        )


def header(questionnaire: Questionnaire) -> list[str]:
    """The header of an export, in the form's order: one column an item, or one each option."""
    own = (questionnaire.export.timestamp, questionnaire.export.invitation)
    columns = [text for text in own if text]
    for item in questionnaire.items:
        if item.derived_from:
            continue
        spread = [category.column for category in item.categories if category.column]
        whole = spread if len(spread) == len(item.categories) else ()
        columns += whole or item.slots or (item.column,)
    return columns
