"""What a policy withholds of a small wave, and what then stands in its register."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from readiness.analysis.estimating import cuts
from readiness.analysis.selection import Selection
from readiness.config import FigureRules
from readiness.disclosure import Policy
from readiness.disclosure.policy import rare
from readiness.errors import StatisticsError
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.register.counts import KnownCells
from readiness.register.figures import Scheme
from readiness.register.rows.shares import share_rows
from readiness.register.withholding import COMPLEMENTARY, PRIMARY, Withheld, withhold

RULES = FigureRules(reliable_base=10)
POLICY = Policy.of({}, 5)
GROUPS = {"bakery": 1.0, "mill": 3.0, "shop": 2.0}
# By group: yes, no, don't know, blank.
COUNTS = {"bakery": (20, 15, 2, 1), "mill": (18, 9, 8, 5), "shop": (22, 20, 6, 7)}


@pytest.fixture(scope="module")
def questionnaire() -> Questionnaire:
    labels = {"en": "x"}
    return questionnaire_of(
        {
            "name": "made-up",
            "version": "1",
            "title": labels,
            "frame": [
                {
                    "id": "trade",
                    "label": labels,
                    "categories": [{"code": g, "text": g, "en": g} for g in GROUPS],
                }
            ],
            "items": [
                {
                    "id": "early",
                    "kind": "single",
                    "column": "Early?",
                    "label": labels,
                    "categories": [{"code": c, "text": c, "en": c} for c in ("yes", "no")],
                    "dont_know": {"text": "?", "en": "?"},
                }
            ],
        },
        "made up",
    )


def people() -> pd.DataFrame:
    states = ("yes", "no", "_dont_know", "_blank")
    rows = [
        (group, state, GROUPS[group])
        for group, counts in COUNTS.items()
        for state, count in zip(states, counts, strict=True)
        for _ in range(count)
    ]
    return pd.DataFrame(rows, columns=["trade", "early", "weight"])


def estimates(answers: pd.DataFrame, questionnaire: Questionnaire) -> pd.DataFrame:
    rows = []
    for group in ("all", *GROUPS):
        inside = answers if group == "all" else answers[answers["trade"] == group]
        inside = inside.reset_index(drop=True)
        for cut in cuts(questionnaire.item("early"), inside):
            n, counts = cut.counts()
            weights = inside["weight"].to_numpy()
            values = np.asarray(cut.values.astype(object))
            base = weights[np.isin(values, cut.categories)].sum()
            for category, count in counts.items():
                share = weights[values == category].sum() / base
                rows.append((cut.level or category, cut.base, group, n, count, share, base))
    names = ["level", "base", "group", "n", "count", "estimate", "weighted"]
    table = pd.DataFrame(rows, columns=names).assign(item="early", reliability="", note="")
    return table.assign(se=0.05, lower=0.1, upper=0.9, n_eff=30.0, deff=1.2)


def withheld(questionnaire: Questionnaire, policy: Policy = POLICY) -> Withheld:
    answers = people()
    table = estimates(answers, questionnaire)
    apart = pd.DataFrame({"group": pd.Series([], dtype=str)})
    return withhold(table, answers, apart, questionnaire, ["trade"], RULES, policy)


def test_a_small_count_is_protected_against_whoever_knows_the_weights(
    questionnaire: Questionnaire,
) -> None:
    found = withheld(questionnaire)
    reasons = dict(zip(found.facts["id"], found.facts["reason"], strict=True))
    # Two do not know, and three gave no answer: who knows the respondents knows that.
    assert reasons["early.dont_know.bakery"] == PRIMARY
    assert reasons["early.n.bakery"] == COMPLEMENTARY
    assert {"early.n.mill", "early.n.shop"} & reasons.keys()
    assert found.decisions.bounds and not found.decisions.unprotected
    assert all(each.most - each.least >= 5 for each in found.decisions.bounds.values())
    summary = found.summary(POLICY, estimates(people(), questionnaire))
    assert summary["primary"] == list(reasons.values()).count(PRIMARY)
    assert summary["narrowest"] >= 5 and summary["unprotected"] == 0


def test_a_weight_of_ones_own_is_no_cell_of_ones_own(questionnaire: Questionnaire) -> None:
    """More kinds of respondents than a system has cells: those of one group weigh the same."""
    answers = people()
    answers["weight"] *= np.linspace(0.9, 1.1, len(answers))
    answers["size"] = np.where(np.arange(len(answers)) % 3, "few", "many")
    alone, both = (
        KnownCells.by(answers, answers["weight"], v) for v in (["trade"], ["trade", "size"])
    )
    assert [len(cells.sizes) for cells in (*alone, *both)] == [3, 3, 2]
    assert set(both[1].groups) == {"all", "size:few", "size:many"}
    for cells in (*alone, *both):
        assert cells.sizes.sum() == len(answers) and len(cells.of_row) == len(answers)
        assert cells.sizes @ cells.weights == pytest.approx(answers["weight"].sum())
    apart = pd.DataFrame({"group": pd.Series([], dtype=str)})
    table = estimates(answers, questionnaire)
    found = withhold(table, answers, apart, questionnaire, ["trade"], RULES, POLICY)
    assert "early.dont_know.bakery" in found.ids and not found.decisions.unprotected


def test_a_share_stands_without_the_base_that_is_withheld(questionnaire: Questionnaire) -> None:
    ids = frozenset({"early.n.bakery", "early.dont_know.bakery"})
    rows = {
        row.id: row
        for row in share_rows(
            estimates(people(), questionnaire).astype(str),
            RULES,
            Scheme(),
            Selection.PROBABILITY,
            ids,
            weighted_bases=True,
        )
    }
    share = rows["early.yes.bakery"]
    assert share.value is not None and not share.suppressed
    # How precise a share is tells its base.
    assert {share.n, share.se, share.lower, share.upper, share.n_eff, share.deff} == {None}
    assert not {f"early.yes.bakery.{end}" for end in ("lower", "upper", "n_eff")} & rows.keys()
    for name in ("early.n.bakery", "early.n.bakery.weighted", "early.dont_know.bakery"):
        assert rows[name].value is None and rows[name].suppressed
    assert all(rows[f"early.yes.{group}"].n for group in ("all", "mill", "shop"))


def test_who_is_inside_sees_all(questionnaire: Questionnaire) -> None:
    assert not withheld(questionnaire, Policy.of({"preset": "internal"}, 5)).ids


def test_people_who_share_their_identifiers_with_few_are_counted() -> None:
    frame = pd.DataFrame({"town": ["a", "a", "b", "b", "b"], "size": ["1", "2", "1", "1", "1"]})
    assert rare(frame, ["town"], 3) == 2 and rare(frame, ["town", "size"], 2) == 2
    assert rare(frame.iloc[:0], ["town"], 3) == 0
    with pytest.raises(StatisticsError, match="street"):
        rare(frame, ["street"], 3)
