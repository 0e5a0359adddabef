"""The market's letters are z tests as R computes them (`letters.R`), and only of enough answers."""

import json

import numpy as np
import pandas as pd
import pytest
from reference_designs import FIXTURES, table

from readiness.analysis.lettering import LEAST_BASE, Letters, add_letters
from readiness.questionnaire import questionnaire_of
from readiness.reporting.banners import Contrasts, letters
from readiness.survey import Design, design
from readiness.survey.comparisons.columns import compare_two_shares, effective_base

CASES = json.loads((FIXTURES / "letters.json").read_text("utf-8"))
OPTIONS = {"stype": ["e", "h", "m"], "api_cat": ["c1", "c2", "c3", "c4"]}
ASKED = questionnaire_of(
    {
        "name": "schools",
        "version": "1",
        "title": {"en": "Schools"},
        "items": [
            {
                "id": name,
                "kind": "single",
                "label": {"en": name},
                "column": name,
                "categories": [{"code": code, "text": code} for code in codes],
            }
            for name, codes in OPTIONS.items()
        ],
    },
    "here",
)


def draw() -> Design:
    frame = table("apistrat.csv").copy()
    frame["w"] = frame["pw"] * (1 + frame["meals"] / 100)
    frame["stype"] = frame["stype"].str.lower()
    frame["api_cat"] = "c" + frame["api_cat"].astype(str)
    return design(frame, weights="w", strata="stype")


def contrasts() -> pd.DataFrame:
    """Return the pairs that are compared, with adjusted p that letter nothing."""
    rows = [
        {
            **{"item": "api_cat", "by": "stype", "level": f"c{case['answer']}"},
            **{"a": case["a"].lower(), "b": case["b"].lower(), "effect": 0.1, "p_adjusted": 0.9},
        }
        for case in CASES
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize("rule", ["pooled", "unpooled"])
def test_p_of_each_pair_of_columns_is_r_s(rule: Letters) -> None:
    found = add_letters(contrasts(), draw(), ASKED, ["stype"], ["api_cat"], rule)
    expected = [case[rule] for case in CASES]
    assert found[f"p_{rule}"].to_numpy() == pytest.approx(np.array(expected), rel=1e-9)
    assert (np.array(expected) < 0.05).any() and (np.array(expected) > 0.1).any()


def test_the_rule_decides_the_letters_and_no_sentence() -> None:
    adjusted = Contrasts.of(contrasts().astype(str))
    made = add_letters(contrasts(), draw(), ASKED, ["stype"], ["api_cat"], "pooled")
    pooled = Contrasts.of(made.astype(str))
    assert (adjusted.rule, pooled.rule) == ("adjusted", "pooled")
    of_level = [case for case in CASES if case["answer"] == "4"]
    level, groups = "c4", OPTIONS["stype"]
    # Sentences ask for the adjusted contrasts, whatever rule letters follow.
    assert not pooled.gaps("api_cat", level, "stype", groups)
    gaps = pooled.gaps("api_cat", level, "stype", groups, 0.1, pooled.rule)
    assert len(gaps) == sum(case["pooled"] < 0.1 for case in of_level) > 0
    said = "".join(letters(gaps, dict(zip(groups, "ABC", strict=True))).values())
    assert sum(letter.isupper() for letter in said) == sum(c["pooled"] < 0.05 for c in of_level)


def test_a_column_of_few_answers_has_no_letter() -> None:
    whole = draw()
    high = whole.data["stype"].eq("h")
    few = whole.subset((~high | (high.cumsum() < LEAST_BASE)).to_numpy())
    found = add_letters(contrasts(), few, ASKED, ["stype"], ["api_cat"], "pooled")
    with_high = found["a"].eq("h") | found["b"].eq("h")
    assert found.loc[with_high, "p_pooled"].isna().all()
    assert found.loc[~with_high, "p_pooled"].notna().all()


def test_what_does_not_vary_is_not_tested() -> None:
    assert np.isnan(compare_two_shares(0.0, 0.0, 40.0, 50.0, pooled=True))
    assert effective_base(np.full(40, 2.5)) == pytest.approx(40)
