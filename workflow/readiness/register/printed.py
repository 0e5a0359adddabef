"""What printed shares and bases say of counts, as rows of a system."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from readiness.disclosure.system import Row
from readiness.register.counts import Counts, Places


def share_rows(
    counts: Counts, base: Places, chosen: Places, group: str, digits: int
) -> Iterator[Row]:
    """A share, of `chosen` in `base`, lies within half a unit of its last digit (of `digits`
    decimals, as a share of 1) from what is shown."""
    weights = dict(zip(base.tolist(), counts.weights(base), strict=True))
    truth = {place: weight * counts.truth[place] for place, weight in weights.items()}
    picked = set(chosen.tolist())
    share = sum(v for p, v in truth.items() if p in picked) / sum(truth.values())
    share, half = round(share, digits), 0.5 * 10.0**-digits
    count = counts.people(chosen)
    if count in (0, counts.people(base)):
        # Nobody, or everybody, is shown as such.
        nobody = chosen if count == 0 else np.setdiff1d(base, chosen)
        yield Row.total(nobody.tolist(), 0.0)
        return
    people = counts.everybody(group)[1]
    for end, low, high in ((share - half, 0.0, np.inf), (share + half, -np.inf, 0.0)):
        row = {p: w * ((p in picked) - end) for p, w in weights.items()}
        yield Row.of(row, low, high, -end * people, (1 - end) * people)


def base_row(counts: Counts, base: Places, group: str) -> Row:
    """A base is a number of people."""
    n = float(counts.people(base))
    return Row.of(dict.fromkeys(base.tolist(), 1.0), n, n, 0.0, counts.everybody(group)[0])


def weight_row(counts: Counts, base: Places, group: str) -> Row:
    """What a base weighs is told as a whole number."""
    weights = counts.weights(base)
    value = sum(w * counts.truth[p] for p, w in zip(base, weights, strict=True))
    shown = round(value * counts.mean)
    row = dict(zip(base.tolist(), weights, strict=True))
    ends = (shown - 0.5) / counts.mean, (shown + 0.5) / counts.mean
    return Row.of(row, *ends, 0.0, counts.everybody(group)[1])
