"""Draw: the axis of feasible bases of a study's published figures."""

from __future__ import annotations

import argparse

import pandas as pd

from readiness.figures.charts import NARROW, WIDE, FeasibleBases
from readiness.figures.register import read_register
from readiness.steps.common import Outputs, add_step_arguments
from readiness.tables import read_text_table

LANGUAGE = "fr"
LISTED = 2
"""The most questions that a label names one by one."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The step's arguments."""
    add_step_arguments(parser, "axis", "figures", settings=False)


def chart_data(axis: pd.DataFrame, language: str) -> pd.DataFrame:
    """The judge step's axis as the chart takes it.

    Questions judged together come twice: everyone answered, and one answer may be missing.
    """
    parts = []
    joint = axis["joint"] == "True"
    together = axis["whose"].replace({"together": "both"})
    for rows, column, kind in (
        (~joint, "feasible", "set"),
        (joint, "feasible", "joint"),
        (joint, "feasible_missing", "joint_missing"),
    ):
        part = axis[rows]
        labels = [_short(label) for label in part[f"label_{language}"]]
        parts.append(
            pd.DataFrame(
                {
                    "row_label": labels,
                    "source": together[rows].to_list(),
                    "base": part["base"].astype(int).to_list(),
                    "feasible": (part[column] == "True").to_list(),
                    "kind": kind,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _short(label: str) -> str:
    """Many questions judged together are counted, not listed."""
    questions = label.split(" + ")
    return label if len(questions) <= LISTED else f"Les {len(questions)} questions ensemble"


def run(arguments: argparse.Namespace) -> int:
    """Write `bases.svg` and `bases-narrow.svg`."""
    data = chart_data(read_text_table(arguments.axis, "the axis"), LANGUAGE)
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
