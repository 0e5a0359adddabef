"""Weighting cases of the reference: KIND -> function(case, data, design) that asserts."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from reference_designs import close, reference, taylor

from readiness.survey import Design, calibrate, means, post_stratify, rake, summarise, totals, trim

Case = dict[str, Any]


def _same(d: Design, result: Case) -> None:
    y = result["est_y"]
    close(d.full_weights, result["weights"])
    summary = summarise(d.full_weights)
    close(
        [summary.total, summary.kish_deff, summary.minimum, summary.maximum],
        [result["sum"], result["kish_deff"], result["min"], result["max"]],
    )
    m, t = means(d, y), totals(d, y)
    assert d.degrees_of_freedom == result["df"]
    close([m.values[0], m.se[0]], [result["mean"], result["mean_se"]])
    close([t.values[0], t.se[0]], [result["total"], result["total_se"]])
    if "by_profession" in result:
        by = means(d, y, by="profession")
        close(by.values, result["by_profession"]["estimate"])
        close(by.se, result["by_profession"]["se"])


def poststratify(case: Case, data: pd.DataFrame, d: Design) -> None:
    ((variable, margin),) = case["args"]["margin"].items()
    _same(post_stratify(d, variable, margin), case["result"])


def raking(case: Case, data: pd.DataFrame, d: Design) -> None:
    raked = rake(
        d, case["args"]["margins"], residuals="r-rake", tolerance=1e-14, max_iterations=5000
    )
    _same(raked, case["result"])


def calibration(case: Case, data: pd.DataFrame, d: Design) -> None:
    args = case["args"]
    if "margins" in args:
        # The same weights and standard errors through the fast path: raking, GREG residuals.
        _same(rake(d, args["margins"], tolerance=1e-13), case["result"])
        columns = {"Intercept": np.ones(len(data))}
        known = {"Intercept": float(sum(next(iter(args["margins"].values())).values()))}
        for variable, margin in args["margins"].items():
            for category in list(margin)[1:]:
                columns[variable + category] = (data[variable] == category).to_numpy().astype(float)
                known[variable + category] = margin[category]
    else:
        columns = {
            "Intercept": np.ones(len(data)),
            "stypeH": (data["stype"] == "H").to_numpy().astype(float),
            "stypeM": (data["stype"] == "M").to_numpy().astype(float),
            "api99": data["api99"].to_numpy().astype(float),
        }
        known = args["totals"]
    bounds = args.get("bounds")
    made = calibrate(
        d, columns, known, distance=args["calfun"], bounds=tuple(bounds) if bounds else None
    )
    _same(made, case["result"])


def trimming(case: Case, data: pd.DataFrame, d: Design) -> None:
    args = case["args"]
    base = next(c for c in reference()["cases"] if c["id"] == "synth600/" + args["base"])
    raked = rake(
        taylor("synth600"),
        base["args"]["margins"],
        residuals="r-rake",
        tolerance=1e-14,
        max_iterations=5000,
    )
    _same(trim(raked, args["lower"], args["upper"], strict=args["strict"]), case["result"])


def kish(case: Case, data: pd.DataFrame, d: Design) -> None:
    summary, result = summarise(d.full_weights), case["result"]
    close(
        [summary.kish_deff, summary.n_eff, summary.cv],
        [result["kish_deff"], result["n_eff"], result["cv"]],
    )


KINDS: dict[str, Callable[[Case, pd.DataFrame, Design], None]] = {
    "poststratify": poststratify,
    "rake": raking,
    "calibrate": calibration,
    "trim": trimming,
    "kish": kish,
}
