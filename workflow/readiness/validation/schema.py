"""The schema of the coded table, checked on the table that is about to be written.

Coding could only break it through a fault of our own, so a failure here says which column and
value, and stops: a wrong table is never handed on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from readiness.errors import DataError
from readiness.questionnaire import (
    BLANK,
    BROKEN_OFF,
    DONT_KNOW,
    INVALID,
    NOT_ASKED,
    REFUSED,
    Item,
    Questionnaire,
)
from readiness.questionnaire.model import TOTAL

if TYPE_CHECKING:
    import pandera.pandas as pa


def check_coded(table: pd.DataFrame, questionnaire: Questionnaire, frame: bool) -> None:
    """Check the coded table of `questionnaire`, with or without columns of the `frame`.

    Raises DataError with every column that fails and its first value.
    """
    import pandera.pandas as pa

    columns = {
        "respondent": pa.Column(str, pa.Check.str_length(min_value=1), unique=True),
        "group": pa.Column(str, pa.Check.isin(_groups(questionnaire))),
    }
    if frame:
        for variable in questionnaire.frame:
            columns[variable.id] = pa.Column(str, pa.Check.isin([*variable.codes, ""]))
    for item in questionnaire.items:
        for name in item.columns:
            columns[name] = pa.Column(str, _check(item))
    schema = pa.DataFrameSchema(columns, strict=False)
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases = error.failure_cases.drop_duplicates(["column", "check"])
        listed = "; ".join(
            f"{case['column']} holds {case['failure_case']!r}" for case in cases.to_dict("records")
        )
        raise DataError(f"coded answers of {questionnaire.id}: {listed}.") from None


def _groups(questionnaire: Questionnaire) -> list[str]:
    """The codes that the column of groups may hold."""
    weighted = questionnaire.weighted or (TOTAL,)
    unknown = (BLANK, INVALID) if len(weighted) > 1 else ()
    return [*weighted, *questionnaire.apart, *unknown]


def _check(item: Item) -> pa.Check:
    import pandera.pandas as pa

    special = [BLANK, NOT_ASKED, INVALID, REFUSED, BROKEN_OFF]
    if item.dont_know or any(m.special == DONT_KNOW for m in item.missing):
        special.append(DONT_KNOW)
    if item.kind in ("text", "date"):
        return pa.Check.str_length(min_value=1)
    if item.kind == "number":
        return pa.Check.str_matches(rf"^(-?\d+(\.\d+)?|{'|'.join(special)})$")
    return pa.Check.isin([*(("0", "1") if item.kind == "multi" else item.codes), *special])
