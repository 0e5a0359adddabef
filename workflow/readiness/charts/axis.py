"""The axis of feasible bases as a table: from a study's judged figures to what the chart draws."""

from __future__ import annotations

import pandas as pd

from readiness.forensics.judging.structure import Structure
from readiness.forensics.judging.study import axis_data

LENGTH = 40
"""The axis goes to this base: far enough to show the first common ones beyond a small study."""
LISTED = 2
"""The most questions that a label names one by one."""
MANY = {
    "fr": "Les {n} questions ensemble",
    "en": "The {n} questions together",
    "ar": "{n} أسئلة معا",
}


def axis_table(claims: pd.DataFrame, structure: Structure) -> pd.DataFrame:
    """One row a line and base: id, whose, joint, base, feasible, feasible_missing, labels."""
    return pd.DataFrame(
        {
            "id": line.id,
            "whose": line.whose,
            "joint": line.joint,
            "base": base,
            "feasible": base in line.bases,
            "feasible_missing": base in line.bases_missing,
            **{f"label_{language}": text for language, text in line.label.items()},
        }
        for line in axis_data(claims, structure, LENGTH)
        for base in range(1, LENGTH + 1)
    )


def typed(axis: pd.DataFrame) -> pd.DataFrame:
    """An axis read from CSV (all text), with its types back."""
    flags = {name: axis[name] == "True" for name in ("joint", "feasible", "feasible_missing")}
    return axis.assign(**flags, base=axis["base"].astype(int))


def chart_data(axis: pd.DataFrame, language: str) -> pd.DataFrame:
    """What `charts.FeasibleBases` takes.

    Questions judged together come twice: everyone answered, and one answer may be missing.
    """
    parts = []
    for rows, column, kind in (
        (~axis["joint"], "feasible", "set"),
        (axis["joint"], "feasible", "joint"),
        (axis["joint"], "feasible_missing", "joint_missing"),
    ):
        part = axis[rows]
        parts.append(
            pd.DataFrame(
                {
                    "row_label": [_short(x, language) for x in part[f"label_{language}"]],
                    "source": part["whose"].replace({"together": "both"}).to_list(),
                    "base": part["base"].to_list(),
                    "feasible": part[column].to_list(),
                    "kind": kind,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _short(label: str, language: str) -> str:
    """Many questions judged together are counted, not listed."""
    questions = label.split(" + ")
    return label if len(questions) <= LISTED else MANY[language].format(n=len(questions))
