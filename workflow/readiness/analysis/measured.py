"""Procedures that simulations found outside their aims: whoever prints one of them says so.

Aims: a test at .05 rejects in at most .07 of the samples in which nothing differs, an interval of
95 % holds the truth in at least .93. `benchmarks/printed.py` measures them, docs/measurements.md
has all rows, and a test holds this table to that page. A warning needs a miss that is beyond doubt:
of two simulation errors in at least 2,000 samples, or of four.
"""

import math

from readiness.ground.facts import Term
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
ORDER = ("first", "rows")


def procedure_of(identity: str) -> str:
    """The test or interval behind a number of the register, as the page names it; "" for none.

    An interval is asked for by its lower limit, a test by its p.
    """
    pairs = ".odds_ratio." in identity
    test, *more = identity.partition(".test.")[2].split(".")
    if test in ORDER:
        return ""
    if identity.endswith(".p"):
        if pairs:
            return "test: odds_ratio"
        return f"test: {test}" + (", options" if more[:-1] else "") if test else ""
    # What nonresponse could do is no matter of chance.
    of_nonresponse = (".worst.lower", ".selection.lower", ".others.lower")
    if not identity.endswith(".lower") or identity.endswith(of_nonresponse):
        return ""
    if ".contrast." in identity:
        which = "one pair" if ".pointwise." in identity else "all pairs"
        return f"interval: contrast, scale, {which}"
    if test or pairs:
        return f"interval: {test or 'odds_ratio'}"
    if ".alpha." in identity:
        return "interval: alpha"
    change = "change of a " if identity.startswith("change.") else ""
    what = next((level for level in (MEAN, MEDIAN) if f".{level}." in identity), "share")
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
