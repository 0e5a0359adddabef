"""Questions that only some were asked: hints from who answered them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

# Share of those with an answer who go on to the question, where they are asked it.
ASKED = 0.8
# The same of all others, at most.
OTHERS = 0.1
# Respondents on either side: of fewer, chance tells as much.
FEWEST = 5


@dataclass(frozen=True)
class GateQuestion:
    """A question with one answer that others may depend on: its id, each row's answer, codes."""

    item: str
    codes: npt.NDArray[np.int64]
    options: tuple[str, ...]


@dataclass(frozen=True)
class Hint:
    """Who seems to have been asked: those with these answers; the shares that say so.

    `strays`: answers that the condition would discard, of those who left the gate blank, too.
    """

    item: str
    one_of: tuple[str, ...]
    inside: float
    outside: float
    strays: int


def find_routing_hint(
    answered: npt.NDArray[np.bool_], earlier: Sequence[GateQuestion]
) -> Hint | None:
    """The condition that tells best who answered, of the nearest question where several do.

    Args:
        answered: who answered the question, shape (rows,).
        earlier: the questions before it, in their order.
    """
    best: Hint | None = None
    for source in earlier:
        known = source.codes >= 0
        size = np.bincount(source.codes[known], minlength=len(source.options))
        went_on = np.bincount(source.codes[known & answered], minlength=len(source.options))
        share = np.divide(went_on, size, out=np.zeros(len(size)), where=size > 0)
        chosen = (share >= ASKED) & (size > 0)
        left = ~chosen & (size > 0)
        if size[chosen].sum() < FEWEST or size[left].sum() < FEWEST:
            continue
        inside = np.isin(source.codes, np.flatnonzero(chosen))
        outside = went_on[left].sum() / size[left].sum()
        if (share[left] > 2 * OTHERS).any() or outside > OTHERS:
            continue
        found = Hint(
            source.item,
            tuple(o for o, use in zip(source.options, chosen, strict=True) if use),
            float(went_on[chosen].sum() / size[chosen].sum()),
            float(outside),
            int((answered & ~inside).sum()),
        )
        if found.strays > (answered & inside).sum():
            continue  # more answered without it than with it
        if best is None or found.inside - found.outside >= best.inside - best.outside:
            best = found
    return best
