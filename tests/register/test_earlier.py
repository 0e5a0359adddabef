"""What was released before is known: what a later release may still tell beside it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from readiness.analysis.estimating import cuts
from readiness.config import FigureRules
from readiness.disclosure import Policy
from readiness.ground.figure_id import base_id, share_id
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.register.earlier import Earlier, Told, earlier_release
from readiness.register.precision import ShareDigits
from readiness.register.withholding import Withheld, withhold
from releases import FIRST, released_figures

POLICY = Policy.of({}, 5)
LABELS = {"en": "x"}
SAID = ("yes", "no")


def asked(*trades: str) -> Questionnaire:
    return questionnaire_of(
        {
            "name": "made-up",
            "version": "1",
            "title": LABELS,
            "frame": [
                {
                    "id": "trade",
                    "label": LABELS,
                    "categories": [{"code": t, "text": t, "en": t} for t in trades],
                }
            ],
            "items": [
                {
                    "id": "early",
                    "kind": "single",
                    "column": "Early?",
                    "label": LABELS,
                    "categories": [{"code": c, "text": c, "en": c} for c in SAID],
                }
            ],
        },
        "made up",
    )


def withheld(
    counts: dict[str, tuple[int, int]], *earlier: Earlier, policy: Policy = POLICY
) -> Withheld:
    """What is withheld of one question, where by trade so many say yes and no."""
    rows = [
        (trade, said, 1.0 + place)
        for place, (trade, both) in enumerate(counts.items())
        for said, count in zip(SAID, both, strict=True)
        for _ in range(count)
    ]
    answers = pd.DataFrame(rows, columns=["trade", "early", "weight"])
    questionnaire = asked(*counts)
    made = []
    for group in ("all", *counts):
        inside = answers if group == "all" else answers[answers["trade"] == group]
        for cut in cuts(questionnaire.item("early"), inside.reset_index(drop=True)):
            n, levels = cut.counts()
            made += [(cut.level or level, cut.base, group, n, k) for level, k in levels.items()]
    table = pd.DataFrame(made, columns=["level", "base", "group", "n", "count"])
    apart = pd.DataFrame({"group": pd.Series([], dtype=str)})
    return withhold(
        table.assign(item="early"),
        answers,
        apart,
        questionnaire,
        ["trade"],
        FigureRules(reliable_base=10),
        ShareDigits(total=1, group=1),
        policy,
        earlier,
    )


@given(st.lists(st.floats(1.0, 3.0), min_size=1, max_size=12), st.data())
def test_no_weights_between_the_ends_give_more_or_fewer_people(
    weights: list[float], data: st.DataObject
) -> None:
    heavy = np.array(weights)
    gave = np.array(data.draw(st.lists(st.booleans(), min_size=len(heavy), max_size=len(heavy))))
    share, n = float(heavy[gave].sum() / heavy.sum()), float(len(heavy))
    low, high = Told(share - 0.0005, share + 0.0005, 3.0).people((n, n))
    assert low <= gave.sum() <= high
    # Where all weigh the same a share is a number of people.
    count = float(gave.sum())
    assert Told(count / n, count / n).people((n, n)) == (count, count)


def test_a_release_is_read_as_its_readers_read_it() -> None:
    figures = released_figures(FIRST)
    data = figures.loc[figures["kind"] == "estimate", "dataset"].iloc[0]
    found = earlier_release(figures, data)
    assert found.same and not earlier_release(figures, "other@1").same
    hidden = figures[(figures["kind"] == "estimate") & (figures["suppressed"] != "")]
    assert set(hidden["id"]) <= found.withheld_ids
    rows = figures.set_index("id")
    assert found.respondents["all"] == int(rows.loc["quality.answered.all", "value"])
    for name, ends in found.bases.items():
        if ends is not None and name in rows.index:
            assert ends == (float(rows.loc[name, "value"]), float(rows.loc[name, "value"]))
    for name, told in found.shares.items():
        if told is None:
            continue
        row = rows.loc[name]
        low, high = told.people((float(row["n"]), float(row["n"])))
        if "unweighted" in row["statistic"]:
            # Of people, and of twelve digits.
            assert low == high == pytest.approx(float(row["value"]) * int(row["n"]))
        else:
            assert 0 <= low <= high <= int(row["n"])


COUNTS = {"bakery": (8, 32), "mill": (20, 20), "shop": (30, 14)}
YES, BASE = share_id("early", "yes", "bakery", "answered"), base_id("early", "bakery", "answered")


def before(people: int, yes: tuple[float, float] | None, *, same: bool = False) -> Earlier:
    """A release of so many bakers, of whom so many were told to have said yes."""
    share = None if yes is None else Told(yes[0] / people, yes[1] / people)
    return Earlier({YES: share}, {BASE: (float(people),) * 2}, {"bakery": people}, same)


@pytest.mark.parametrize(
    ("earlier", "hidden"),
    [
        (None, False),
        # Few of them, less the four who came: today's eight would tell.
        (before(36, None), True),
        # So many came that eight today may have been anything.
        (before(30, None), False),
        # Both who came said yes.
        (before(38, (6.0, 6.0)), True),
        # Nobody can tell what the two said.
        (before(38, (5.0, 10.0)), False),
        # Nobody came: the same data may tell now what they did not tell then, and eight are many.
        (before(40, None, same=True), False),
        (before(40, (8.0, 8.0), same=True), False),
    ],
)
def test_a_number_is_withheld_that_would_tell_what_was_withheld_before(
    earlier: Earlier | None, hidden: bool
) -> None:
    found = withheld(COUNTS, *([earlier] if earlier else []))
    assert (YES in found.ids) == hidden
    if not hidden:
        assert not found.ids


def test_what_was_told_narrows_what_must_stay_wide() -> None:
    """Three of the bakers said yes. A release told of all others what they said."""
    counts = {"bakery": (3, 35), "mill": (20, 20), "shop": (30, 14)}
    shares = {
        share_id("early", "yes", group, "answered"): Told(*(yes / (yes + no),) * 2)
        for group, (yes, no) in counts.items()
        if group != "bakery"
    }
    bases = {base_id("early", g, "answered"): (float(sum(b)),) * 2 for g, b in counts.items()}
    known = Earlier(shares, bases, {g: sum(both) for g, both in counts.items()}, True)
    alone, after = withheld(counts), withheld(counts, known)
    total = share_id("early", "yes", "all", "answered")
    # What one of the others withholds protects the bakers, unless all of them are known already.
    assert YES in alone.ids & after.ids and total not in alone.ids
    assert total in after.ids
    assert not after.decisions.unprotected
