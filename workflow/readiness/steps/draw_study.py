"""Draw: the axis of feasible bases of a study's published figures."""

from __future__ import annotations

import argparse

from readiness.charts import NARROW, WIDE, FeasibleBases
from readiness.charts.axis import chart_data, typed
from readiness.register.figures import read_register
from readiness.steps.common import Outputs, add_step_arguments
from readiness.tables import read_text_table

LANGUAGE = "fr"


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "axis", "figures", settings=False)


def run(arguments: argparse.Namespace) -> int:
    """Write `bases.svg` and `bases-narrow.svg`."""
    data = chart_data(typed(read_text_table(arguments.axis, "the axis")), LANGUAGE)
    figures = read_register(arguments.figures)
    totals = figures.loc[figures["id"].str.fullmatch(r"verdict\.total\..*\.total"), "value"]
    reported = int(totals.iloc[0]) if len(totals) else None
    outputs = Outputs("draw-study", arguments.out)
    for suffix, width in (("", WIDE), ("-narrow", NARROW)):
        chart = FeasibleBases(data, lang=LANGUAGE, reported=reported, width=width).chart()
        outputs.file(f"bases{suffix}.svg", chart.svg)
    outputs.file("bases.txt", chart.alt + "\n")
    outputs.finish(
        code=arguments.code,
        settings={"language": LANGUAGE},
        inputs={"axis": arguments.axis, "figures": arguments.figures},
    )
    return 0
