"""Find questions that only some respondents were asked, from the pattern of answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Smallest share of the respondents in the condition who answer the question.
ASKED = 0.8
# Largest share of the other respondents who answer the question.
OTHERS = 0.1
# Smallest number of respondents on either side: fewer may be chance.
FEWEST = 5


@dataclass(frozen=True)
class GateQuestion:
    """A single-choice question whose answers may decide who is asked later questions.

    `item`: id of the question. `options`: codes of the options. `codes`: index in `options` of the
    answer in each row, -1 for no answer, shape (rows,).
    """

    item: str
    codes: npt.NDArray[np.int64]
    options: tuple[str, ...]


@dataclass(frozen=True)
class Hint:
    """A condition under which a question seems to be asked, with the evidence.

    `item`, `one_of`: the earlier question, and the codes of the answers that lead to this question.
    `inside`, `outside`: share (0-1) who answered, among respondents who meet the condition and
    among the others. `strays`: number of answers of respondents who gave another answer to `item`;
    the condition would discard these answers. It keeps those of respondents without an answer to
    `item`.
    """

    item: str
    one_of: tuple[str, ...]
    inside: float
    outside: float
    strays: int


def find_routing_hint(
    answered: npt.NDArray[np.bool_], earlier: Sequence[GateQuestion]
) -> Hint | None:
    """Find the condition that best separates respondents with an answer from those without.

    None where no condition does. Of equally good conditions, the one on the nearest question wins.

    Args:
        answered: True for rows with an answer to the question, shape (rows,).
        earlier: the questions before this question, in the order of the file.
    """
    best: Hint | None = None
    for source in earlier:
        has_code = source.codes >= 0
        size = np.bincount(source.codes[has_code], minlength=len(source.options))
        answered_by_code = np.bincount(
            source.codes[has_code & answered], minlength=len(source.options)
        )
        share = np.divide(answered_by_code, size, out=np.zeros(len(size)), where=size > 0)
        chosen = (share >= ASKED) & (size > 0)
        not_chosen = ~chosen & (size > 0)
        if size[chosen].sum() < FEWEST or size[not_chosen].sum() < FEWEST:
            continue
        inside = np.isin(source.codes, np.flatnonzero(chosen))
        outside = answered_by_code[not_chosen].sum() / size[not_chosen].sum()
        if (share[not_chosen] > 2 * OTHERS).any() or outside > OTHERS:
            continue
        hint = Hint(
            source.item,
            tuple(o for o, is_chosen in zip(source.options, chosen, strict=True) if is_chosen),
            float(answered_by_code[chosen].sum() / size[chosen].sum()),
            float(outside),
            int((answered & has_code & ~inside).sum()),
        )
        if (answered & ~inside).sum() > (answered & inside).sum():
            continue  # more respondents answered outside the condition than in it
        if best is None or hint.inside - hint.outside >= best.inside - best.outside:
            best = hint
    return best
