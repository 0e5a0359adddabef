"""Submissions that are not kept, set aside with their reasons: received = kept + quarantined."""

from __future__ import annotations

import numpy as np
import pandas as pd

from readiness.questionnaire import Questionnaire
from readiness.validation.rows import KEPT

WHERE = ("row", "respondent", "submitted", "rule", "fact")
"""What stands before the raw cells of the items."""


def set_aside(
    raw: pd.DataFrame, table: pd.DataFrame, issues: pd.DataFrame, questionnaire: Questionnaire
) -> pd.DataFrame:
    """One row a submission that is not kept, in the order of the export.

    `table`: as `rows.submissions` gives it. Columns `WHERE`, then the raw text of each item.
    """
    at = np.flatnonzero(table["status"] != KEPT)
    at = at[np.argsort(raw["_row"].to_numpy()[at], kind="stable")]
    rows, status = raw["_row"].to_numpy()[at], table["status"].to_numpy(dtype=object)[at]
    of_them = issues[issues["rule"].isin(set(status))]
    facts = dict(
        zip(zip(of_them["row"], of_them["rule"], strict=True), of_them["fact"], strict=True)
    )
    moments = table["submitted"].iloc[at].dt.strftime("%Y-%m-%dT%H:%M:%S").fillna("")
    made = {
        "row": rows,
        "respondent": table["respondent"].to_numpy(dtype=object)[at],
        "submitted": moments.to_numpy(dtype=object),
        "rule": status,
        "fact": [facts.get(key, "") for key in zip(rows.tolist(), status, strict=True)],
    }
    cells = {item.id: raw[item.id].iloc[at].astype(object) for item in questionnaire.items}
    return pd.DataFrame({**made, **{name: c.to_numpy(dtype=object) for name, c in cells.items()}})


def with_ineligible(sample: pd.DataFrame, quarantine: pd.DataFrame) -> pd.DataFrame:
    """The sample in which who was screened out is known not to be of the population.

    Both name people alike. AAPOR (2023): a case found ineligible by the interview's own screening.
    """
    out = quarantine.loc[quarantine["rule"] == "screened_out", "respondent"]
    here = sample["token"].isin(out)
    if not here.any():
        return sample
    said = sample.get("disposition", pd.Series("", index=sample.index))
    return sample.assign(disposition=said.mask(here, "ineligible"))
