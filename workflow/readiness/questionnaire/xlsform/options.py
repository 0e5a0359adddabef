"""The options of a list: what can be answered, and what is chosen and is no answer."""

from __future__ import annotations

import re
from typing import Any

from readiness.questionnaire.items import MEANINGS
from readiness.questionnaire.naming import option_code
from readiness.questionnaire.text import match_key
from readiness.questionnaire.xlsform.expressions import Unsaid, read_exclusive_options
from readiness.questionnaire.xlsform.sheets import (
    MEANS,
    OUTSIDE,
    SCREENS,
    SPECIFY,
    SheetRow,
    XlsForm,
)


def options_of(form: XlsForm, row: SheetRow, listed: str, kind: str) -> dict[str, Any]:
    """The options of a list: categories, the one outside the scale, those that are no answers."""
    own = form.language
    categories: list[dict[str, Any]] = []
    others: dict[str, Any] = {}
    missing: list[dict[str, Any]] = []
    codes: set[str] = set()
    # An option may stand there once for each answer by which a form filters its list.
    options = list({option.get("name"): option for option in form.choices[listed]}.values())
    texts = [match_key(o.labels.get(own, o.get("name"))) for o in options]
    for option, key in zip(options, texts, strict=True):
        name = option.get("name")
        text = option.labels.get(own, name)
        text = f"{text} ({name})" if texts.count(key) > 1 else text
        labels = {k: v for k, v in option.labels.items() if k != own}
        entry = {"text": text, "value": name, **({"labels": labels} if labels else {})}
        means = option.get(MEANS)
        if means == OUTSIDE and "dont_know" not in others:
            others["dont_know"] = entry
        elif means in MEANINGS:
            missing.append({**entry, "means": means})
        else:
            # A number as a name says nothing: the code is made of the label then.
            codes.add(code := option_code(text if re.fullmatch(r"-?\d+", name) else name, codes))
            flags: dict[str, Any] = {"screens_out": True} if option.get(SCREENS) else {}
            flags |= {"specify": option.get(SPECIFY)} if option.get(SPECIFY) else {}
            categories.append({"code": code, **entry, **flags})
    if len(categories) < (1 if kind == "multi" else 2):
        raise form.refuse_row(row, f"{row.get('name')!r}: the list {listed!r} has too few options.")
    if missing:
        others["missing"] = missing
    return {"categories": categories, **others}


def mark_exclusive(item: dict[str, Any], row: SheetRow) -> list[str]:
    """Mark the options that a constraint lets nobody tick beside others; notes what is not read."""
    constraint = row.get("constraint")
    if not constraint:
        return []
    try:
        alone = read_exclusive_options(constraint)
    except Unsaid as error:
        return [f"constraint {constraint!r}: not carried over ({error})."]
    for category in item["categories"]:
        if category["value"] in alone:
            category["exclusive"] = True
    return []
