"""Procedures that missed their aims in simulations: reports that print one carry a warning.

Aims: a test at .05 rejects in at most .07 of the samples without a difference, an interval of 95 %
covers the true value in at least .93. `benchmarks/printed.py` measures them, docs/measurements.md
has all rows, and a test compares this table with that page. A warning needs a miss beyond doubt: of
two simulation errors in at least 2,000 samples, or of four.
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

# Sample sizes of the simulations.
SIZES = (40, 150, 650)
# Sizes at which a procedure missed its aim beyond doubt (a star in docs/measurements.md), by the
# procedure's name there.
MISSED = {
    "interval: mean": (40, 150),
    "test: odds_ratio": (150, 650),  # any pair of groups
}


# Paired tests of which of two shares of the same respondents is larger. Their p-values choose the
# wording of a sentence; they are not printed as tests.
ORDER = (OF_FIRST, OF_ROWS)


def procedure_of(figure_id: FigureId) -> str:
    """Return the name in docs/measurements.md of the test or interval behind a number.

    `figure_id`: id of the p of a test, or of the lower limit of an interval. "" for other numbers.
    """
    if figure_id.family not in ("", CHANGE) or figure_id.statistic in ORDER:
        return ""
    if figure_id.part == P and figure_id.statistic == CONTRAST:
        return ""
    if figure_id.part == P:
        # The group part of the id of a test of one option names the option.
        options = figure_id.group and figure_id.statistic != ODDS_RATIO
        return f"test: {figure_id.statistic}" + (", options" if options else "")
    # Bounds of nonresponse are not a matter of chance.
    of_chance = not figure_id.variant or not figure_id.is_share() or figure_id.family == CHANGE
    if figure_id.part != LOWER or not of_chance:
        return ""
    if figure_id.statistic == CONTRAST:
        which = "one pair" if figure_id.variant == POINTWISE else "all pairs"
        return f"interval: contrast, scale, {which}"
    if figure_id.statistic:
        return f"interval: {figure_id.statistic}"
    change = "change of a " if figure_id.family == CHANGE else ""
    what = figure_id.level if figure_id.level in (MEAN, MEDIAN) else "share"
    return f"interval: {change}{what}"


def warn_of(procedure: str, n: float) -> Term | None:
    """Return the warning on a procedure, as measured at the size next to `n`; None within
    the aim.
    """
    nearest = min(SIZES, key=lambda size: abs(math.log(max(n, 1) / size)))
    if nearest not in MISSED.get(procedure, ()):
        return None
    if procedure.startswith("interval"):
        return Term("report.measured.interval")
    pairs = procedure.endswith("odds_ratio")
    return Term("report.measured.pairs" if pairs else "report.measured.test")
