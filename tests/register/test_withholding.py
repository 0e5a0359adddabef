"""What a policy withholds of a small wave, and what then stands in its register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

from readiness.analysis.estimating import cuts
from readiness.analysis.selection import Selection
from readiness.config import FigureRules
from readiness.disclosure import Policy
from readiness.disclosure.policy import rare
from readiness.ground.errors import StatisticsError
from readiness.questionnaire import Questionnaire, questionnaire_of
from readiness.register.counts import KnownCells
from readiness.register.figures import Scheme
from readiness.register.precision import ShareDigits, print_precision
from readiness.register.rows.shares import share_rows
from readiness.register.withholding import COMPLEMENTARY, PRIMARY, Withheld, withhold

RULES = FigureRules(reliable_base=10)
DIGITS = ShareDigits()
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


def people(counts: Mapping[str, Sequence[int]] = COUNTS) -> pd.DataFrame:
    states = ("yes", "no", "_dont_know", "_blank")
    rows = [
        (group, state, GROUPS[group])
        for group, cells in counts.items()
        for state, count in zip(states, cells, strict=True)
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


def withheld(
    questionnaire: Questionnaire,
    policy: Policy = POLICY,
    counts: Mapping[str, Sequence[int]] = COUNTS,
) -> Withheld:
    answers = people(counts)
    table = estimates(answers, questionnaire)
    apart = pd.DataFrame({"group": pd.Series([], dtype=str)})
    return withhold(table, answers, apart, questionnaire, ["trade"], RULES, DIGITS, policy)


def test_a_small_count_is_protected_against_whoever_knows_the_weights(
    questionnaire: Questionnaire,
) -> None:
    """Three bakers say no. Every base is told, and so is who did not know."""
    counts = {**COUNTS, "bakery": (20, 3, 2, 1)}
    found = withheld(questionnaire, counts=counts)
    reasons = dict(zip(found.facts["id"], found.facts["reason"], strict=True))
    assert reasons["early.no.bakery"] == reasons["early.yes.bakery"] == PRIMARY
    # No number of all is given up for a group: another group's goes.
    assert COMPLEMENTARY in {reasons.get(f"early.no.{group}") for group in ("mill", "shop")}
    assert not any(name.endswith(".all") or ".n." in name for name in reasons)
    assert "early.dont_know.bakery" not in reasons
    assert found.decisions.bounds and not found.decisions.unprotected
    assert all(each.most - each.least >= 5 for each in found.decisions.bounds.values())
    summary = found.summary(POLICY, estimates(people(counts), questionnaire))
    assert summary["primary"] == list(reasons.values()).count(PRIMARY)
    assert summary["narrowest"] >= 5 and summary["unprotected"] == 0


def test_dont_know_is_protected_where_the_question_is_sensitive(
    questionnaire: Questionnaire,
) -> None:
    """Two of the bakers do not know."""
    assert not withheld(questionnaire).ids
    document = questionnaire.model_dump(mode="json", exclude_defaults=True)
    document["items"][0]["sensitive"] = True
    found = withheld(questionnaire_of(document, "sensitive"))
    assert "early.dont_know.bakery" in found.ids
    assert not any(".n." in name for name in found.ids)


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
    found = withhold(table, answers, apart, questionnaire, ["trade"], RULES, DIGITS, POLICY)
    assert not found.decisions.unprotected


def test_every_share_has_its_base_whatever_is_suppressed(questionnaire: Questionnaire) -> None:
    ids = frozenset({"early.yes.bakery", "early.no.bakery"})
    table = print_precision(
        estimates(people(), questionnaire).assign(df=90).astype(str),
        {"early": ("yes", "no")},
        DIGITS,
        0.95,
        ids,
    )
    shown = (RULES, DIGITS, Scheme(), Selection.PROBABILITY, ids)
    rows = {row.id: row for row in share_rows(table, *shown, weighted_bases=True)}
    hidden = rows["early.yes.bakery"]
    assert hidden.value is None and hidden.suppressed and hidden.n == 35
    assert {hidden.se, hidden.lower, hidden.upper, hidden.n_eff, hidden.deff} == {None}
    assert not {f"early.yes.bakery.{end}" for end in ("lower", "upper")} & rows.keys()
    assert rows["early.n.bakery"].value == 35 and rows["early.n.bakery.weighted"].value == 35
    for group in ("all", "mill", "shop"):
        share = rows[f"early.yes.{group}"]
        assert share.n and share.lower is not None and share.digits == 0


def test_limits_follow_from_what_is_printed(questionnaire: Questionnaire) -> None:
    """Whoever has the share, the effective sample size and a table of the beta distribution."""
    table = estimates(people(), questionnaire).assign(df=90)
    table = print_precision(table, {"early": ("yes", "no")}, DIGITS, 0.95)
    for row in table.to_dict("records"):
        share, n_eff = round(row["estimate"], 2), row["n_eff"]
        assert n_eff == int(n_eff) <= row["n"]
        size = 1 / (1 / n_eff + 0.01**2 / (12 * share * (1 - share)))
        count = share * size
        assert row["lower"] == pytest.approx(beta.ppf(0.025, count, size - count + 1))
        assert row["upper"] == pytest.approx(beta.ppf(0.975, count + 1, size - count))
    sizes = table.groupby(["group", "base"])["n_eff"].nunique()
    assert (sizes == 1).all()


def test_who_is_inside_sees_all(questionnaire: Questionnaire) -> None:
    assert not withheld(questionnaire, Policy.of({"preset": "internal"}, 5)).ids


def test_people_who_share_their_identifiers_with_few_are_counted() -> None:
    frame = pd.DataFrame({"town": ["a", "a", "b", "b", "b"], "size": ["1", "2", "1", "1", "1"]})
    assert rare(frame, ["town"], 3) == 2 and rare(frame, ["town", "size"], 2) == 2
    assert rare(frame.iloc[:0], ["town"], 3) == 0
    with pytest.raises(StatisticsError, match="street"):
        rare(frame, ["street"], 3)
