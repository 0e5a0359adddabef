"""Count the sources of published figures by what each printed.

A source counts for a figure where it printed exactly that figure of that answer: a source that
writes "about 64" does not print 64, and one that prints 83 does not print the 17 beside it. The
source to whom a figure is attributed is not counted, and an outlet that prints a figure twice
counts once.
"""

from collections.abc import Sequence

import pandas as pd

from readiness.ground.facts import Fact, Listed, Printed, Value

PRINTED, APPROXIMATE = "printed", "approximate"


def find_outlets(claims: pd.DataFrame, claim: str, exactness: str = PRINTED) -> list[str]:
    """List the outlets, sorted, that print the figure of a claim, exactly or as approximate.

    `claims`: the register of claims, as text. The source to whom the figure is attributed is left
    out.
    """
    claim_row = claims[claims["claim_id"] == claim].iloc[0]
    is_same_figure = (
        claims[["item", "category", "value"]]
        .eq(claim_row[["item", "category", "value"]])
        .all(axis=1)
    )
    same_claims = claims[is_same_figure & claims["exactness"].eq(exactness)]
    return sorted({*same_claims["outlet"]} - {claim_row["attributed_to"]})


def state_sources(claims: pd.DataFrame, figures: Sequence[str]) -> Fact:
    """Return how many sources print each of some figures of one question.

    `figures`: ids of claims. One number where all figures have as many sources; sources that print
    a figure as approximate are counted after it.
    """
    exact = {name: len(find_outlets(claims, name)) for name in figures}
    about = {name: len(find_outlets(claims, name, APPROXIMATE)) for name in figures}
    if len({*exact.values()}) == 1 and not any(about.values()):
        return Fact("study.sources.all", {"n": exact[figures[0]]})
    value_of = dict(zip(claims["claim_id"], claims["value"], strict=True))
    counts: list[Value] = []
    for name in figures:
        figure = Printed(str(value_of[name]))
        counts.append(Fact("study.sources.of", {"figure": figure, "n": exact[name]}))
        if about[name]:
            counts.append(Fact("study.sources.about", {"figure": figure, "n": about[name]}))
    return Fact("study.sources.each", {"figures": Listed(tuple(counts), "comma")})
