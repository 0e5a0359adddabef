"""Who answered in both waves of a panel counts as one unit: R survey on the stacked table."""

import json

import numpy as np
from reference_designs import FIXTURES, close, table

from readiness.analysis.any_csv.results import compare_all
from readiness.analysis.any_csv.sample import Survey, make_sample
from readiness.analysis.selection import Selection
from readiness.survey import design, means

CASES = json.loads((FIXTURES / "panel.json").read_text("utf-8"))


def test_the_change_of_a_partly_overlapping_panel_is_that_of_r() -> None:
    frame = table("panel.csv").assign(yes=lambda d: d["agrees"].eq("yes").astype(float))
    d = design(frame, psu="person", weights="w")
    assert d.degrees_of_freedom + 1 == CASES["persons"] < len(frame)
    for name in ("y", "yes"):
        made = means(d, name, by="wave")
        change = np.array([-1.0, 1.0])
        se = np.sqrt(change @ made.covariance @ change)
        close([*made.values, made.covariance[0, 1], change @ made.values, se], CASES[name])


def test_a_stacked_table_tells_the_change_of_a_panel() -> None:
    asked = {"agrees": {"categories": ["yes", "no"]}}
    told = {"selection": "probability", "weights": "w", "items": asked, "by": "wave"}
    limits = []
    for more in ({"psu": "person"}, {}):
        settings = Survey.model_validate({**told, **more})
        sample = make_sample(table("panel.csv").astype(str), settings, "panel.csv")
        rows, _ = compare_all(sample, Selection.PROBABILITY)
        (pair,) = rows[rows["test"].eq("contrast") & rows["answer"].eq("yes")].to_dict("records")
        limits.append(pair["upper"] - pair["lower"])
        close(pair["effect"], CASES["yes"][-2])
    # What both waves share of a person does not move a change.
    assert limits[0] < 0.9 * limits[1]
