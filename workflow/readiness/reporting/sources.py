"""Count the sources of published figures by what each printed.

A source counts for a figure where it printed just that figure of that answer: one that writes
"about 64" does not print 64, and one that prints 83 does not print the 17 beside it. Whoever the
figures are of is no source beside itself, and an outlet that prints a figure twice is one.
"""

from collections.abc import Sequence

import pandas as pd

from readiness.ground.facts import Fact, Listed, Printed, Value

PRINTED, APPROXIMATE = "printed", "approximate"


def find_outlets(claims: pd.DataFrame, claim: str, exactness: str = PRINTED) -> list[str]:
    """List the outlets, sorted, that print the figure of a claim, exactly or as approximate.

    `claims`: the register of claims, as text. Without the one to whom the figure is attributed.
    """
    own = claims[claims["claim_id"] == claim].iloc[0]
    alike = claims[["item", "category", "value"]].eq(own[["item", "category", "value"]]).all(axis=1)
    found = claims[alike & claims["exactness"].eq(exactness)]
    return sorted({*found["outlet"]} - {own["attributed_to"]})


def state_sources(claims: pd.DataFrame, figures: Sequence[str]) -> Fact:
    """State how many sources print each of some figures of one question, by claims.

    One number where all figures have as many; those that print one as approximate come after.
    """
    exact = {name: len(find_outlets(claims, name)) for name in figures}
    about = {name: len(find_outlets(claims, name, APPROXIMATE)) for name in figures}
    if len({*exact.values()}) == 1 and not any(about.values()):
        return Fact("study.sources.all", {"n": exact[figures[0]]})
    value_of = dict(zip(claims["claim_id"], claims["value"], strict=True))
    told: list[Value] = []
    for name in figures:
        figure = Printed(str(value_of[name]))
        told.append(Fact("study.sources.of", {"figure": figure, "n": exact[name]}))
        if about[name]:
            told.append(Fact("study.sources.about", {"figure": figure, "n": about[name]}))
    return Fact("study.sources.each", {"figures": Listed(tuple(told), "comma")})
