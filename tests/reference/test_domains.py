"""Shares of part of the respondents (`estimate.where`) are those of R's subset() (`domains.R`)."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from reference_designs import FIXTURES, table

from readiness.analysis.domain import limit_design
from readiness.questionnaire import NOT_ASKED, questionnaire_of
from readiness.survey import Design, design, proportions, weigh

CASES = json.loads((FIXTURES / "domains.json").read_text("utf-8"))
CODES = {
    "stype": ["e", "h", "m"],
    "api_cat": ["c1", "c2", "c3", "c4"],
    "sch_wide": ["yes", "no"],
    "awards": ["yes", "no"],
    "comp_imp": ["yes", "no"],
}
WHERE = {
    "strata": {"sch_wide": ["yes"]},
    "clusters": {"awards": ["yes"], "stype": ["e", "m"]},
    "calibration": {"comp_imp": ["yes"], "awards": ["yes"]},
}
# Schools of California, of which the samples were drawn (`apipop`).
SCHOOLS = {"stype": {"e": 4421, "h": 755, "m": 1018}, "awards": {"no": 2027, "yes": 4167}}
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
            for name, codes in CODES.items()
        ],
    },
    "here",
)


def draw(name: str) -> Design:
    frame = table("apistrat.csv" if name == "strata" else "apiclus1.csv")
    frame = frame.rename(columns={"sch.wide": "sch_wide", "comp.imp": "comp_imp"})
    frame["api_cat"] = "c" + frame["api_cat"].astype(str)
    for column in CODES:
        frame[column] = frame[column].str.lower()
    drawn = {"strata": "stype"} if name == "strata" else {"psu": "dnum"}
    made = design(frame, weights="pw", fpc="fpc", **drawn)  # type: ignore[arg-type]
    return weigh(made, SCHOOLS, tolerance=1e-12).design if name == "calibration" else made


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['design']} {c['group']}")
def test_a_part_of_the_respondents_is_r_s_subset(case: dict[str, Any]) -> None:
    limited = limit_design(draw(case["design"]), ASKED, WHERE[case["design"]])
    by, groups = (None, None) if case["group"] == "all" else ("stype", CODES["stype"])
    shares = proportions(
        limited, "api_cat", CODES["api_cat"], by=by, groups=groups, outside={NOT_ASKED}
    )
    own = shares[shares["group"] == case["group"].lower()]
    assert set(own["n"]) == {case["n"]} and set(own["df"]) == {case["df"]}
    for column, expected in (("estimate", case["shares"]), ("se", case["se"])):
        assert own[column].to_numpy() == pytest.approx(np.array(expected), rel=1e-8, abs=1e-12)


def test_a_filter_of_rows_is_another_design() -> None:
    """Without the rows outside the domain, strata and units are lost that were drawn."""
    case = next(one for one in CASES if (one["design"], one["group"]) == ("clusters", "all"))
    whole = draw("clusters")
    kept = whole.data
    for name, codes in WHERE["clusters"].items():
        kept = kept[kept[name].isin(codes)]
    filtered = design(pd.DataFrame(kept), weights="pw", fpc="fpc", psu="dnum")
    shares = proportions(filtered, "api_cat", CODES["api_cat"])
    assert shares["estimate"].to_numpy() == pytest.approx(np.array(case["shares"]), rel=1e-8)
    assert not np.allclose(shares["se"], case["se"], rtol=1e-3)
