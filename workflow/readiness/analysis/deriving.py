"""Compute derived variables from answers, as columns of the coded table.

A respondent without usable answers has no value here either: where all sources are missing in the
same way (a blank, a refusal, "don't know"), so is the variable; where they are missing in several
ways it is a blank. An answer that the variable leaves out counts as not asked. A condition of
several parts follows three-valued logic: one part that is met decides `any`, one part that is not
met decides `all`, whatever the missing parts; a part that was not asked counts as not met where
another part was asked.
"""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from readiness.config import NO, YES, Condition, DerivedVariable
from readiness.ground.arrays import BoolArray, FloatArray, TextArray
from readiness.ground.errors import ConfigError
from readiness.questionnaire import (
    BLANK,
    NOT_ASKED,
    SPECIAL_CODES,
    FrameVariable,
    Item,
    Questionnaire,
)

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def ends_of(item: Item) -> tuple[float, float]:
    """Return the smallest and the largest value that an item can have; infinite where open."""
    if item.range is not None:
        return item.range.bounds
    values = list(points(item).values())
    return min(values), max(values)


def points(item: Item) -> dict[str, float]:
    """Return the value of each level of an ordinal item: 1, 2, ..., or the numbers in its texts."""
    texts = [category.text for category in item.categories]
    if all(_NUMBER.fullmatch(text) for text in texts):
        return {code: float(text) for code, text in zip(item.codes, texts, strict=True)}
    return {code: float(place) for place, code in enumerate(item.codes, 1)}


def derive(
    answers: pd.DataFrame, questionnaire: Questionnaire, derived: Sequence[DerivedVariable]
) -> pd.DataFrame:
    """Return the coded answers with one more column for each derived variable.

    `questionnaire`: with the derived items (`with_derived`). Raises ConfigError where a variable
    cannot be made of its sources.
    """
    table = answers.copy()
    for variable in derived:
        if variable.scale:
            make = _scale
        elif variable.conditions:
            make = _derive_flag
        else:
            make = _find_categories
        table[variable.id] = make(variable, questionnaire, table)
    return table


def _read_codes(table: pd.DataFrame, name: str) -> TextArray:
    """Return the answers of a column; an empty frame variable counts as not asked.

    Raises ConfigError where the table lacks the column.
    """
    if name not in table:
        raise ConfigError(
            f"derive: {name} is a variable of the sample, and the wave has no sample. Add "
            "`sample` to the wave."
        )
    codes = table[name].to_numpy(dtype=object)
    return np.where(codes == "", NOT_ASKED, codes)


def _tell_missing(columns: Sequence[TextArray]) -> TextArray:
    """Return the special code of a variable whose sources are missing, shape (rows,)."""
    matrix = np.stack(columns)
    special = np.isin(matrix.astype(str), SPECIAL_CODES).all(axis=0)
    return np.where((matrix == matrix[0]).all(axis=0) & special, matrix[0], BLANK)


def _derive_flag(
    one: DerivedVariable, questionnaire: Questionnaire, table: pd.DataFrame
) -> TextArray:
    """Return `yes`, `no` or a special code for each respondent, shape (rows,)."""
    parts = [_judge_condition(c, questionnaire, table) for c in one.conditions]
    yes = np.stack([met for met, _, _ in parts])
    unasked = np.stack([codes == NOT_ASKED for *_, codes in parts])
    no = np.stack([unmet for _, unmet, _ in parts]) | (unasked & ~unasked.all(axis=0))
    deciding, opposing = (yes, no) if one.any else (no, yes)
    decided, other_answer = (YES, NO) if one.any else (NO, YES)
    undecided = np.where(
        opposing.all(axis=0), other_answer, _tell_missing([codes for *_, codes in parts])
    )
    return np.where(deciding.any(axis=0), decided, undecided)


def _judge_condition(
    condition: Condition, questionnaire: Questionnaire, table: pd.DataFrame
) -> tuple[BoolArray, BoolArray, TextArray]:
    """Return who meets a condition, who does not, and the codes (special: neither); shape
    (rows,).
    """
    source = questionnaire.variable(condition.item)
    wanted = list(condition.of or ())
    if condition.top:
        wanted = list(source.codes[-condition.top :])
    if condition.low:
        wanted = list(source.codes[: condition.low])
    if isinstance(source, Item) and source.kind.takes_several:
        columns = [_read_codes(table, f"{source.id}.{code}") for code in wanted]
        ticked = np.asarray(np.stack([codes == "1" for codes in columns]).any(axis=0))
        none_ticked = np.asarray(np.stack([codes == "0" for codes in columns]).all(axis=0))
        return ticked, none_ticked, np.where(ticked | none_ticked, NO, _tell_missing(columns))
    codes = _read_codes(table, source.id)
    meets = np.isin(codes.astype(str), wanted)
    return meets, np.isin(codes.astype(str), source.codes) & ~meets, codes


def _find_categories(
    one: DerivedVariable, questionnaire: Questionnaire, table: pd.DataFrame
) -> TextArray:
    """Return the category of each respondent; an answer in no category counts as not asked.

    Raises ConfigError for a recoded answer that the source does not have.
    """
    (name,) = one.sources
    source: Item | FrameVariable = questionnaire.variable(name)
    codes = _read_codes(table, name)
    categories = np.where(np.isin(codes.astype(str), SPECIAL_CODES), codes, NOT_ASKED)
    if one.recode:
        for category in one.recode.categories:
            if unknown_codes := [code for code in category.of if code not in source.codes]:
                raise ConfigError(f"derive, {one.id}: {name} has no answer {unknown_codes[0]!r}.")
            categories = np.where(
                np.isin(codes.astype(str), category.of), category.code, categories
            )
    elif one.bands:
        numbers = read_numbers(codes)
        for band in one.bands.categories:
            low = -np.inf if band.at_least is None else band.at_least
            high = np.inf if band.below is None else band.below
            categories = np.where((numbers >= low) & (numbers < high), band.code, categories)
    return categories


def read_numbers(codes: Any) -> FloatArray:
    """Return the numbers of a coded column; NaN where it holds a special code."""
    return pd.to_numeric(pd.Series(codes), errors="coerce").to_numpy(dtype=np.float64)


def scores(one: DerivedVariable, questionnaire: Questionnaire, table: pd.DataFrame) -> FloatArray:
    """Return the scores of respondents on the items of a scale, shape (rows, items); NaN: no
    answer.

    Reversed items are mirrored between the ends of their range. Raises ConfigError where such an
    end is open.
    """
    assert one.scale is not None
    columns = []
    for name in one.scale.items:
        item, codes = questionnaire.item(name), _read_codes(table, name)
        values = read_numbers(pd.Series(codes).map(points(item)) if item.range is None else codes)
        if name in one.scale.reverse:
            low, high = ends_of(item)
            if not np.isfinite(low + high):
                raise ConfigError(
                    f"derive, {one.id}: {name} cannot be reversed, because its range has only one "
                    "end. Give both ends in the questionnaire."
                )
            values = low + high - values
        columns.append(values)
    return np.column_stack(columns)


def _scale(one: DerivedVariable, questionnaire: Questionnaire, table: pd.DataFrame) -> TextArray:
    """Return the mean or sum of each respondent, as text, or a special code: shape (rows,)."""
    assert one.scale is not None
    values = scores(one, questionnaire, table)
    answered = np.isfinite(values).sum(axis=1)
    enough = answered >= (one.scale.answered or values.shape[1])
    mean = np.nansum(values, axis=1) / np.maximum(answered, 1)
    measures = mean * values.shape[1] if one.scale.measure == "sum" else mean
    texts = np.array([format(value, ".12g") for value in measures], dtype=object)
    missing = _tell_missing([_read_codes(table, name) for name in one.scale.items])
    return np.where(enough, texts, missing)
