"""The schema of the coded table, checked on what the table that is about to be written holds.

Each distinct value of a column is checked once, however many rows hold it. Coding could only break
the schema through a fault of our own, so a failure here says which column and value, and stops: a
wrong table is never handed on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
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
from readiness.validation.columns import Texts

if TYPE_CHECKING:
    import pandera.pandas as pa


def check_coded(
    respondents: npt.NDArray[np.object_], columns: Mapping[str, Texts], questionnaire: Questionnaire
) -> None:
    """Check the coded `columns` of `questionnaire`: `group`, those of its items and, where there is
    a sample, of its frame.

    Raises DataError with every column that fails and its first value.
    """
    # They are sorted: equal ones stand beside each other.
    if "" in respondents[:1] or (respondents[1:] == respondents[:-1]).any():
        raise DataError(
            f"coded answers of {questionnaire.id}: respondents without a name of theirs."
        )
    free = {item.id for item in questionnaire.items if item.kind in ("text", "date")}
    # Of a column that may hold any text the shortest tells all.
    held = {n: (min(c.texts, key=len),) if n in free else c.texts for n, c in columns.items()}
    longest = max(map(len, held.values()))
    # Columns of one length: a shorter one repeats its first value.
    table = pd.DataFrame({n: [*v, *v[:1] * (longest - len(v))] for n, v in held.items()}, dtype=str)
    _check_held(table, questionnaire)


def _check_held(table: pd.DataFrame, questionnaire: Questionnaire) -> None:
    import pandera.pandas as pa

    columns = {"group": pa.Column(str, pa.Check.isin(_groups(questionnaire)))}
    for variable in questionnaire.frame:
        if variable.id in table:
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
