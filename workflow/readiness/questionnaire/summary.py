"""What a questionnaire holds: in a few facts for people, as a schema of its table for machines.

The schema is a Table Schema of the Data Package standard (version 2), which says of each column of
the coded table its type, its codes with their labels and their order, and what is no answer.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from readiness.facts import Fact, Listed, Value
from readiness.language import Language
from readiness.questionnaire.items import SPECIAL_CODES, Item
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
    yield from _name_items("routed", [item.id for item in q.items if item.asked_if])
    yield from _name_items("required", [item.id for item in q.items if item.required])
    yield from _name_items("personal", [item.id for item in q.items if item.personal])
    yield from _groups(q)
    if q.frame:
        variables = Listed(tuple(variable.id for variable in q.frame), "comma")
        yield Fact("questionnaire.read.frame", {"variables": variables})
    yield from _languages(q)


# What is said of the items that have something in common.
NAMED = tuple(f"questionnaire.read.{what}" for what in ("routed", "required", "personal"))


def _name_items(what: str, items: list[str]) -> Iterator[Fact]:
    if items:
        yield Fact(
            f"questionnaire.read.{what}", {"n": len(items), "items": Listed(tuple(items), "comma")}
        )


def _groups(q: Questionnaire) -> Iterator[Fact]:
    if q.group_item is None:
        yield Fact("questionnaire.read.one_group")
        return
    labels = {c.code: c.text for c in q.item(q.group_item).categories}
    values: dict[str, Value] = {"item": q.group_item}
    values["weighted"] = Listed(tuple(labels[code] for code in q.weighted_groups), "comma")
    if not q.groups_apart:
        yield Fact("questionnaire.read.groups", values)
        return
    values["apart"] = Listed(tuple(labels[code] for code in q.groups_apart), "comma")
    yield Fact("questionnaire.read.apart", values)


def _languages(q: Questionnaire) -> Iterator[Fact]:
    """In which languages every label is there, and what the others lack."""
    lacks = {language: list(_without(q, language)) for language in languages_of(q)}
    whole = [language for language, missing in lacks.items() if not missing]
    if whole:
        yield Fact("questionnaire.read.languages", {"languages": Listed(tuple(whole), "comma")})
    for language, missing in lacks.items():
        if missing:
            places = Listed(tuple(missing[:SHOWN]), "comma")
            values: dict[str, Value] = {"language": language, "n": len(missing), "places": places}
            yield Fact("questionnaire.read.lacks", values)


def _without(q: Questionnaire, language: str) -> Iterator[str]:
    """The places that have no label in a language."""
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


STANDARD = "https://datapackage.org/profiles/2.0/tableschema.json"


def header(questionnaire: Questionnaire) -> list[str]:
    """The header of an export, in the form's order: one column an item, or one each option."""
    own = (questionnaire.export.timestamp, questionnaire.export.invitation)
    columns = [text for text in own if text]
    for item in questionnaire.items:
        if item.derived_from:
            continue
        spread = [category.column for category in item.categories if category.column]
        columns += spread if spread and len(spread) == len(item.categories) else [item.column]
    return columns


def table_schema(questionnaire: Questionnaire, language: Language) -> dict[str, Any]:
    """The schema of the coded table (`answers.csv`), titles and labels in a language."""
    fields: list[dict[str, Any]] = [
        {"name": "respondent", "type": "string", "constraints": {"required": True, "unique": True}}
    ]
    for item in questionnaire.items:
        title = item.label.root.get(language) or item.column
        for column in item.columns:
            made: dict[str, Any] = {"name": column, "title": title, "description": item.column}
            made |= _type(item, column, language)
            if item.required and not item.asked_if and item.kind != "multi":
                made.setdefault("constraints", {})["required"] = True
            fields.append(made)
    return {
        "$schema": STANDARD,
        "title": questionnaire.id,
        "fields": fields,
        "missingValues": ["", *SPECIAL_CODES],
        "primaryKey": ["respondent"],
    }


def _type(item: Item, column: str, language: Language) -> dict[str, Any]:
    """The type of a column, its codes or its range."""
    if item.kind == "multi":
        code = column.rpartition(".")[2]
        option = next(category for category in item.categories if category.code == code)
        label = option.labels.get(language) or option.text
        return {"type": "integer", "constraints": {"enum": [0, 1]}, "option": label}
    if item.categories:
        codes = [
            {"value": c.code, "label": c.labels.get(language) or c.text} for c in item.categories
        ]
        return {
            "type": "string",
            "constraints": {"enum": list(item.codes)},
            "categories": codes,
            "categoriesOrdered": item.kind == "ordinal",
        }
    if item.range is None:
        return {"type": "date" if item.kind == "date" else "string"}
    ends = {"minimum": item.range.low, "maximum": item.range.high}
    constraints = {key: end for key, end in ends.items() if end is not None}
    kind = "number" if item.range.decimals else "integer"
    return {"type": kind, **({"constraints": constraints} if constraints else {})}
