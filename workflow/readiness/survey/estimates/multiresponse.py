"""The options of a question with several answers, as 1 and 0 on the declared base.

A respondent may tick several options, so the shares do not add up to 1. The base is declared: all
who were asked (a blank counts as "not this one"), or those who answered (a blank leaves the base);
both are shown.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np

from readiness.arrays import TextArray
from readiness.errors import StatisticsError
from readiness.survey.coding import factorized

Base: TypeAlias = Literal["asked", "answered"]
NOT_ASKED = ("_not_asked", "_invalid", "_broken_off")
NO_ANSWER = ("_blank", "_dont_know", "_refused")


def option_answers(values: Any, option: str, base: Base) -> TextArray:
    """The answers to one option, `1` (chosen), `0` (not) or a special code, on a base.

    Args:
        values: one a row; numbers and truth values count as their texts.
        option: its name, for messages.
        base: `asked`: everyone asked, where no answer counts as not chosen; `answered`: only those
            who answered.

    Returns:
        `1` and `0` within the base, a code that begins with `_` outside it, shape (rows,).

    Raises:
        StatisticsError: a value that is neither 1, 0 nor a special code.
    """
    codes, distinct = factorized(values)
    known = {"1": "1", "0": "0"}
    known |= dict.fromkeys(NOT_ASKED, "_outside")
    known |= dict.fromkeys(NO_ANSWER, "0" if base == "asked" else "_blank")
    texts = [*map(_plain, distinct), "_blank"]  # the last one: a missing value, code -1
    bad = np.array([text not in known for text in texts])[codes]
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise StatisticsError(
            f"option {option!r} is {texts[codes[row]]!r} in row {row}; expected 1, 0 or one of "
            + ", ".join((*NOT_ASKED, *NO_ANSWER))
        )
    mapped = np.array([known.get(text, "_outside") for text in texts], dtype=object)
    return np.asarray(mapped[codes])


def _plain(value: Any) -> str:
    """Text of a value; 1.0 and True read as 1."""
    if isinstance(value, (bool, np.bool_, float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)
