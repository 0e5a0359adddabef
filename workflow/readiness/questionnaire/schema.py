"""What is compiled of a questionnaire for machines: the header of a form, the schema of its table.

The schema is a Table Schema of the Data Package standard (version 2), which says of each column of
the coded table its type, its codes with their labels and their order, and what is no answer.
"""

from typing import Any

from readiness.language import Language
from readiness.questionnaire.items import SPECIAL_CODES, Item
from readiness.questionnaire.model import Questionnaire

STANDARD = "https://datapackage.org/profiles/2.0/tableschema.json"


def header(questionnaire: Questionnaire) -> list[str]:
    """The header of an export without answers, in the order of the form.

    An item whose options stand in columns of their own has those.
    """
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
