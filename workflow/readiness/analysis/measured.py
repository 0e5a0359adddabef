"""Procedures that simulations found outside their aims: whoever prints one of them says so.

Aims: a test at .05 rejects in at most .07 of the samples in which nothing differs, an interval of
95 % holds the truth in at least .93. `benchmarks/printed.py` measures them, docs/measurements.md
has all rows, and a test holds this table to that page. A warning needs a miss that is beyond doubt:
of two simulation errors in at least 2,000 samples, or of four.
"""

import math

from readiness.ground.facts import Term
from readiness.ground.figure_id import (
    CHANGE,
    CONTRAST,
    LOWER,
    ODDS_RATIO,
    OF_FIRST,
    OF_ROWS,
    POINTWISE,
    FigureId,
    P,
)
from readiness.questionnaire import MEAN, MEDIAN

# Numbers of answers of the samples.
SIZES = (40, 150, 650)
# The sizes at which a procedure missed its aim beyond doubt, as the page names it (a star).
MISSED = {
    "interval: mean": (40, 150),
    "test: odds_ratio": (150, 650),  # any pair of groups
}


# The order of two shares of the same people, by their paired difference: it decides the words of a
# sentence and is not printed as a test.
ORDER = (OF_FIRST, OF_ROWS)


def procedure_of(identity: FigureId) -> str:
    """Return the test or interval behind a number of the register, as the page names it; "" for
    none.

    An interval is asked for by its lower limit, a test by its p.
    """
    if identity.family not in ("", CHANGE) or identity.statistic in ORDER:
        return ""
    if identity.part == P and identity.statistic == CONTRAST:
        return ""
    if identity.part == P:
        # Behind a test of one option of several stands the option.
        options = identity.group and identity.statistic != ODDS_RATIO
        return f"test: {identity.statistic}" + (", options" if options else "")
    # What nonresponse could do is no matter of chance.
    of_chance = not identity.variant or not identity.is_share() or identity.family == CHANGE
    if identity.part != LOWER or not of_chance:
        return ""
    if identity.statistic == CONTRAST:
        which = "one pair" if identity.variant == POINTWISE else "all pairs"
        return f"interval: contrast, scale, {which}"
    if identity.statistic:
        return f"interval: {identity.statistic}"
    change = "change of a " if identity.family == CHANGE else ""
    what = identity.level if identity.level in (MEAN, MEDIAN) else "share"
    return f"interval: {change}{what}"


def warn_of(procedure: str, n: float) -> Term | None:
    """The sentence on a procedure, as measured at the size next to `n`; None within the aim."""
    nearest = min(SIZES, key=lambda size: abs(math.log(max(n, 1) / size)))
    if nearest not in MISSED.get(procedure, ()):
        return None
    if procedure.startswith("interval"):
        return Term("report.measured.interval")
    pairs = procedure.endswith("odds_ratio")
    return Term("report.measured.pairs" if pairs else "report.measured.test")
