"""The schema of the coded table, checked on what the table that is about to be written holds.

Each distinct value of a column is checked once, however many rows hold it. Coding could only break
the schema through a fault of our own, so a failure here says which column and value, and stops: a
wrong table is never handed on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

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
from readiness.readers.texts import Texts


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
    expected = {"group": _one_of(_groups(questionnaire))}
    expected |= {v.id: _one_of((*v.codes, "")) for v in questionnaire.frame if v.id in columns}
    expected |= {
        name: _expected_pattern(item) for item in questionnaire.items for name in item.columns
    }
    strange = {
        name: next((text for text in columns[name].texts if not pattern.fullmatch(text)), None)
        for name, pattern in expected.items()
    }
    if held := [f"{name} holds {text!r}" for name, text in strange.items() if text is not None]:
        raise DataError(f"coded answers of {questionnaire.id}: {'; '.join(held)}.")


def _groups(questionnaire: Questionnaire) -> list[str]:
    """The codes that the column of groups may hold."""
    weighted = questionnaire.weighted_groups or (TOTAL,)
    unknown = (BLANK, INVALID) if len(weighted) > 1 else ()
    return [*weighted, *questionnaire.groups_apart, *unknown]


def _one_of(codes: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, codes)))


def _expected_pattern(item: Item) -> re.Pattern[str]:
    """What a column of an item may hold."""
    special = [BLANK, NOT_ASKED, INVALID, REFUSED, BROKEN_OFF]
    if item.dont_know or any(m.special == DONT_KNOW for m in item.missing):
        special.append(DONT_KNOW)
    if item.kind in ("text", "date"):
        return re.compile(".+", re.DOTALL)
    if item.kind == "number":
        return re.compile(rf"-?\d+(\.\d+)?|{'|'.join(special)}")
    return _one_of([*(("0", "1") if item.kind == "multi" else item.codes), *special])
