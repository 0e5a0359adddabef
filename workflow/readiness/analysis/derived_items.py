"""Describe derived variables as items of the questionnaire, in every language.

The computation is a separate module (`deriving`), which estimates import and which needs no
catalogue.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from readiness.analysis.deriving import ends_of
from readiness.config import NO, YES, DerivedVariable
from readiness.ground.facts import Fact, Value
from readiness.language import LANGUAGES, tell, text
from readiness.questionnaire import Item, Questionnaire, questionnaire_of

# Catalogue keys of the answers of a condition.
ANSWERS = {YES: "questionnaire.yes", NO: "questionnaire.no"}
ENDS = ("low", "high")
# Decimal places of a scale: a mean of whole numbers has many.
DECIMALS = 12


def with_derived(
    document: Mapping[str, Any], derived: Sequence[DerivedVariable], where: str
) -> dict[str, Any]:
    """Return the questionnaire's document (loaded, expanded) with derived items after the others.

    Raises ConfigError, which begins with `where`, for an invalid item.
    """
    extended = dict(document)
    for variable in derived:
        extended["items"] = [
            *extended["items"],
            _make_item(variable, questionnaire_of(extended, where)),
        ]
    questionnaire_of(extended, where)
    return extended


def _make_item(one: DerivedVariable, known: Questionnaire) -> dict[str, Any]:
    """Return the document of a derived item.

    A scale is a number between its possible ends, any other variable a single-choice item.
    """
    item: dict[str, Any] = {
        "id": one.id,
        "kind": one.kind,
        "column": one.id,
        "label": dict(one.label),
        "derived_from": list(one.sources),
    }
    if one.scale:
        item_ends = np.array(
            [ends_of(known.item(name)) for name in one.scale.items], dtype=np.float64
        )
        scale_ends = item_ends.sum(axis=0) if one.scale.measure == "sum" else item_ends.mean(axis=0)
        ends = {
            k: end for k, end in zip(ENDS, scale_ends.tolist(), strict=True) if np.isfinite(end)
        }
        if unit := dict(one.scale.unit or _name_points(ends)):
            unit.setdefault(known.language, next(iter(unit.values())))
        return {**item, "range": {**ends, "decimals": DECIMALS, **({"unit": unit} if unit else {})}}
    answers = {category.code: dict(category.label) for category in one.categories}
    if one.conditions:
        answers = {code: {n: text(key, n) for n in LANGUAGES} for code, key in ANSWERS.items()}
    item["categories"] = [
        {"code": code, "text": labels.get(known.language, code), "labels": labels}
        for code, labels in answers.items()
    ]
    if one.bands:
        item["boxes"] = {"low": one.codes[:1]}
    sources = [known.variable(name) for name in one.sources]
    outside = [s.dont_know for s in sources if isinstance(s, Item) and s.dont_know]
    if len(outside) == len(sources):
        item["dont_know"] = {"text": outside[0].text, "labels": dict(outside[0].labels)}
    return item


def _name_points(ends: Mapping[str, float]) -> dict[str, str]:
    """Return the unit "points" by language, for a scale whose unit is not stated.

    Empty unless both ends of the scale are whole numbers.
    """
    values: dict[str, Value] = {name: int(end) for name, end in ends.items() if end == int(end)}
    if len(values) < len(ENDS):
        return {}
    return {name: tell(Fact("questionnaire.points", values), name) for name in LANGUAGES}
