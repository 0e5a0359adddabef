"""Find questions that only some respondents were asked, from the pattern of answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Smallest share of the respondents in the condition who answer the question.
ASKED = 0.8
# Largest share of all other respondents who answer it.
OTHERS = 0.1
# Smallest number of respondents on either side: fewer may be chance.
FEWEST = 5


@dataclass(frozen=True)
class GateQuestion:
    """A single-choice question that may be a condition: its id, each row's answer, its codes.

    `codes`: index of each row's answer in `options`, -1 without one, shape (rows,).
    """

    item: str
    codes: npt.NDArray[np.int64]
    options: tuple[str, ...]


@dataclass(frozen=True)
class Hint:
    """A condition under which a question seems to be asked, with the evidence.

    `inside`, `outside`: shares (0-1) that answered among respondents in the condition and all
    others. `strays`: number of answers that the condition would discard, with those of respondents
    who left the condition's question blank.
    """

    item: str
    one_of: tuple[str, ...]
    inside: float
    outside: float
    strays: int


def find_routing_hint(
    answered: npt.NDArray[np.bool_], earlier: Sequence[GateQuestion]
) -> Hint | None:
    """Return the condition that best separates who answered; None without one.

    Of equally good conditions, that of the nearest question.

    Args:
        answered: who answered the question, shape (rows,).
        earlier: the questions before it, in their order.
    """
    best: Hint | None = None
    for source in earlier:
        has_code = source.codes >= 0
        size = np.bincount(source.codes[has_code], minlength=len(source.options))
        went_on = np.bincount(source.codes[has_code & answered], minlength=len(source.options))
        share = np.divide(went_on, size, out=np.zeros(len(size)), where=size > 0)
        chosen = (share >= ASKED) & (size > 0)
        not_chosen = ~chosen & (size > 0)
        if size[chosen].sum() < FEWEST or size[not_chosen].sum() < FEWEST:
            continue
        inside = np.isin(source.codes, np.flatnonzero(chosen))
        outside = went_on[not_chosen].sum() / size[not_chosen].sum()
        if (share[not_chosen] > 2 * OTHERS).any() or outside > OTHERS:
            continue
        hint = Hint(
            source.item,
            tuple(o for o, is_chosen in zip(source.options, chosen, strict=True) if is_chosen),
            float(went_on[chosen].sum() / size[chosen].sum()),
            float(outside),
            int((answered & ~inside).sum()),
        )
        if hint.strays > (answered & inside).sum():
            continue  # more respondents answered outside the condition than in it
        if best is None or hint.inside - hint.outside >= best.inside - best.outside:
            best = hint
    return best
