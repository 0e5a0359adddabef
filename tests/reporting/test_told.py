"""The reader of benchmarks/told.py confirms what is true of raw answers, and finds what is not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from project_copy import benchmark_module
from reading_back import Answers, name_questions

told = benchmark_module("told")
DOCUMENT: dict[str, Any] = {
    "title": {"en": "Habits"},
    "items": [
        {
            "id": "smoke_now",
            "kind": "single",
            "column": "Do you smoke?",
            "categories": [{"code": "yes", "text": "Yes"}, {"code": "no", "text": "No"}],
        },
        {
            "id": "team",
            "kind": "single",
            "column": "Team",
            "categories": [{"code": "a", "text": "Red"}, {"code": "b", "text": "Blue"}],
        },
    ],
}
PAGE = """
<h1>Do you smoke? Fewer than half of the <b>200</b> people who answered, <b>40%</b>, answered
“<i>Yes</i>”</h1>
<p>200 people volunteered and answered.</p>
<section id="sec-habits-item-smoke-now"><h2>Do you smoke?</h2>
<div class="finding"><p>60% of people in the group “Red” (n = 100) answered “Yes”, but only 20% of
people in the group “Blue” (n = 100).</p></div>
<svg class="wide" aria-label="Do you smoke? “Yes”, fewer than half of the answers. Value shown: Do
you smoke? “Yes”. From top to bottom: Red and Blue. The values are in the table."><text>Red</text>
<text>n = 100</text></svg>
<p>Answers offered: Yes / No</p>
<p>This test establishes, at the confidence level of 95%, that the groups differ (Rao-Scott F:
p &lt; 0.001). Differences established after adjustment: Red – Blue.</p>
<p>Id: <code>smoke_now.yes.all</code></p></section>
"""
# What is put in the place of what is true.
FALSE = (
    ("<b>40%</b>", "<b>41%</b>"),
    ("<b>200</b>", "<b>201</b>"),
    ("Fewer than", "More than"),
    ("<p>200 people", "<p>199 people"),
    ("only 20%", "only 22%"),
    ("“Red” (n = 100)", "“Red” (n = 90)"),
    ("“Yes”, fewer than", "“Yes”, more than"),
    ("<text>n = 100", "<text>n = 99"),
    ("Yes / No", "No / Yes"),
    ("establishes", "does not establish"),
    ("<h2>Do you smoke?", "<h2>Do you drink?"),
)


@pytest.fixture(scope="module")
def habits() -> Any:
    yes = pd.Series(["yes" if k % 10 < 6 else "no" for k in range(100)])
    fewer = pd.Series(["yes" if k % 10 < 2 else "no" for k in range(100)])
    codes = {
        "smoke_now": pd.concat([yes, fewer], ignore_index=True),
        "team": pd.Series(["a"] * 100 + ["b"] * 100),
    }
    groups = {"en": {"Red": "a", "Blue": "b"}}
    weight = pd.Series(1.0, index=range(200))
    asked = name_questions(DOCUMENT, codes, ("en",))
    return told.Told("en", DOCUMENT, Answers(asked, weight, codes["team"], groups), 200, "team")


def test_what_is_true_of_the_answers_is_confirmed(habits: Any) -> None:
    verdicts = list(told.Reader(habits).judge(PAGE))
    bad = [v for v in verdicts if v.verdict in (told.FALSE, told.NOT_READ)]
    assert bad == []
    assert sum(v.verdict == told.CONFIRMED for v in verdicts) == 11
    assert list(told.find_code(PAGE, habits)) == []


@pytest.mark.parametrize(("true", "false"), FALSE)
def test_what_is_false_of_the_answers_is_found(habits: Any, true: str, false: str) -> None:
    assert PAGE.count(true) == 1
    verdicts = list(told.Reader(habits).judge(PAGE.replace(true, false)))
    assert [v.verdict for v in verdicts].count(told.FALSE) == 1


@pytest.mark.parametrize("word", ["smoke_now", "{n} people", "None", "nan", "[en]"])
def test_a_word_of_the_code_is_found(habits: Any, word: str) -> None:
    page = PAGE.replace("<p>Answers offered", f"<p>{word}</p><p>Answers offered")
    assert len(list(told.find_code(page, habits))) == 1
