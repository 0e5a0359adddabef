"""Whether a share is precise enough to be shown: NCHS, Vital and Health Statistics 2(175) (2017).

A scale to measure against; no one outside that agency is bound by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

StringArray: TypeAlias = npt.NDArray[np.str_]


@dataclass(frozen=True)
class NchsRules:
    """Thresholds of the NCHS presentation standards for proportions.

    Attributes:
        minimum_n: least base and least effective size, in respondents.
        widest: absolute interval width from which a share is suppressed, in 0-1.
        narrow: absolute width up to which it is shown, in 0-1.
        relative: greatest width over p (and over 1-p), 1.3 = 130 %.
        minimum_df: degrees of freedom below which a statistician reviews.
    """

    minimum_n: float = 30
    widest: float = 0.30
    narrow: float = 0.05
    relative: float = 1.30
    minimum_df: float = 8


def nchs(
    p: npt.ArrayLike,
    n: npt.ArrayLike,
    n_eff: npt.ArrayLike,
    lower: npt.ArrayLike,
    upper: npt.ArrayLike,
    df: npt.ArrayLike,
    rules: NchsRules | None = None,
) -> StringArray:
    """Flag of each proportion by the NCHS standards.

    `suppress`: n or n_eff below 30, width >= .30, no limits, or width/p above 130 % where the width
    is above .05; `review`: p is 0 or 1, or df below 8; `caution`: width/(1-p) above 130 % (a
    footnote on the complement); else `present`.

    Args:
        p: shares in 0-1.
        n: unweighted bases.
        n_eff: effective sizes.
        lower, upper: Korn-Graubard limits, in 0-1.
        df: degrees of freedom of the domain.
        rules: other thresholds.
    """
    r = rules or NchsRules()
    share, size, effective, low, high, degrees = (
        np.asarray(a, dtype=np.float64) for a in (p, n, n_eff, lower, upper, df)
    )
    width = high - low
    with np.errstate(divide="ignore", invalid="ignore"):
        wide = width > r.narrow
        poor = wide & (width / share > r.relative) & (share > 0)
        complement = wide & (width / (1 - share) > r.relative) & (share < 1)
        few = ~(size >= r.minimum_n) | ~(effective >= r.minimum_n)
        suppressed = few | ~(width < r.widest) | poor
    review = (share <= 0) | (share >= 1) | (degrees < r.minimum_df)
    flags = np.select(
        [suppressed, review, complement], ["suppress", "review", "caution"], default="present"
    )
    return np.asarray(flags, dtype=np.str_)
