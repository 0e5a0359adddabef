"""Who was asked and who answered: dispositions, AAPOR's rates, balance, answers that are missing.

AAPOR (2023), Standard Definitions, 10th edition: a case with at least 80 % of what applied to it
answered is complete, one with at least half of it partial, any other a break-off, which counts as a
refusal. Who was drawn and returned nothing has, in a survey of named persons, an unknown
eligibility, unless the sample says otherwise (its column `disposition`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from readiness.analysis.auxiliaries import Targets, adds, choose_indicators
from readiness.analysis.selection import Selection
from readiness.arrays import BoolArray, FloatArray, TextArray
from readiness.errors import StatisticsError
from readiness.questionnaire import DONT_KNOW, NOT_ASKED, SPECIAL_CODES, TOTAL, Item, Questionnaire
from readiness.survey.coding import encode_declared
from readiness.survey.response import DISPOSITIONS, balance, r_indicator, response_table

# Shares of the applicable questions from which on a case is complete, or partial.
COMPLETE, PARTIAL = 0.8, 0.5
RATES = ("RR1", "RR2", "RR3", "RR4", "RR5", "RR6")
WEIGHTED = "_weighted"
R_INDICATOR = "r_indicator"
UNKNOWN = ("unknown_household", "unknown_other")
NO_INELIGIBLE = "no_ineligible"
UNKNOWN_ELIGIBILITY = "unknown_eligibility"
ALL_ALIKE = "all_alike"
NO_FRAME = "no_frame"
BY_CHANCE = "by_chance"
# Why a measure of response is not computable: no drawn case is known to be ineligible, so how many
# of the unknown ones are is not known; cases of unknown eligibility cannot be left out; everybody
# or nobody answered; the frame tells nothing by which response could differ.
RESPONSE_REASONS = (NO_INELIGIBLE, UNKNOWN_ELIGIBILITY, ALL_ALIKE, NO_FRAME, BY_CHANCE)
RESPONSE_COLUMNS = ["measure", "group", "unit", "value", "n", "reason"]
BALANCE_COLUMNS = ["variable", "category", "n", "population", "before", "after"]
MISSING = ("answered", "dont_know", "blank", "not_asked")
MISSING_COLUMNS = ["item", "status", "n", "respondents"]


def _find_states(item: Item, answers: pd.DataFrame) -> dict[str, BoolArray]:
    """Who answered an item, said "don't know", was not asked, or left it without a usable answer.

    A multiple-choice item has an answer where any of its options has one.
    """
    special = [*SPECIAL_CODES]
    codes = np.array([encode_declared(answers[column], special).codes for column in item.columns])
    answered = (codes < 0).any(axis=0)
    not_asked = ~answered & (codes == special.index(NOT_ASKED)).all(axis=0)
    outside = ~answered & ~not_asked & (codes == special.index(DONT_KNOW)).any(axis=0)
    blank = ~(answered | not_asked | outside)
    return dict(zip(MISSING, (answered, outside, blank, not_asked), strict=True))


def missing_table(
    answers: pd.DataFrame, questionnaire: Questionnaire, items: list[str]
) -> pd.DataFrame:
    """Respondents by what they did with each item: columns `MISSING_COLUMNS`.

    `answers`: coded answers of the weighted respondents. A value that was excluded is no answer;
    nobody was asked what is derived.
    """
    rows = []
    asked = [item for item in map(questionnaire.item, items) if not item.derived_from]
    for item in asked:
        name = item.id
        for status, inside in _find_states(item, answers).items():
            rows.append((name, status, int(inside.sum()), len(answers)))
    return pd.DataFrame(rows, columns=MISSING_COLUMNS)


def dispositions(
    sample: pd.DataFrame, answers: pd.DataFrame, questionnaire: Questionnaire
) -> TextArray:
    """How each drawn case ended (`survey.response.DISPOSITIONS`), in the order of the sample.

    `answers`: coded answers of the weighted respondents.
    """
    closed = [item for item in questionnaire.items if item.kind != "text" and not item.derived_from]
    asked, given = np.zeros(len(answers)), np.zeros(len(answers))
    for item in closed:
        states = _find_states(item, answers)
        asked += ~states["not_asked"]
        given += states["answered"] | states["dont_know"]
    share = np.divide(given, asked, out=np.zeros(len(answers)), where=asked > 0)
    ended = np.select([share >= COMPLETE, share >= PARTIAL], ["complete", "partial"], "refusal")
    by_token = dict(zip(answers["respondent"], ended, strict=True))
    said = sample["disposition"] if "disposition" in sample else [""] * len(sample)
    silent = [text or "unknown_other" for text in said]
    found = [
        by_token.get(token, other) for token, other in zip(sample["token"], silent, strict=True)
    ]
    return np.array(found, dtype=object)


def response(
    sample: pd.DataFrame | None,
    answers: pd.DataFrame,
    questionnaire: Questionnaire,
    selection: Selection,
    least: int,
) -> pd.DataFrame:
    """AAPOR's rates with the counts behind them, and the R-indicator: `RESPONSE_COLUMNS`.

    Rates in 0-1 for all drawn cases, unweighted and weighted by the base weights, and unweighted by
    stratum; a measure that is not computable has a reason instead of a value. Nothing where those
    who were asked are no known set (`sample` is None), or are fewer than `least`.
    """
    if sample is None or not selection.response_rate or len(sample) < least:
        return pd.DataFrame(columns=RESPONSE_COLUMNS)
    ended = dispositions(sample, answers, questionnaire)
    n = len(ended)
    rows: list[dict[str, Any]] = [
        {
            "measure": name,
            "group": TOTAL,
            "unit": "count",
            "value": int((ended == name).sum()),
            "n": n,
        }
        for name in DISPOSITIONS
    ]
    weights = sample["base_weight"].to_numpy(dtype=np.float64)
    rows += _compute_rates(ended, weights, TOTAL)
    for stratum, table in sample.groupby("stratum", sort=True):
        own = _compute_rates(ended[sample.index.get_indexer(table.index)], None, str(stratum))
        # What is not computable of all is said once.
        rows += [row for row in own if not row["reason"]]
    rows.append(_measure_representativity(sample, ended, questionnaire))
    return pd.DataFrame(rows, columns=RESPONSE_COLUMNS).fillna({"reason": ""})


def _compute_rates(
    ended: TextArray, weights: FloatArray | None, group: str
) -> Iterator[dict[str, Any]]:
    """RR1-RR6 of cases, each with its value or the reason why it has none."""
    table = response_table(ended, weights).set_index("rate")
    unknown = bool(np.isin(ended, UNKNOWN).any())
    ineligible = bool((ended == "ineligible").any())
    columns = {"unweighted": "", "weighted": WEIGHTED}
    for column in table.columns:
        for rate in RATES:
            reason = ""
            if unknown and rate in ("RR3", "RR4") and not ineligible:
                reason = NO_INELIGIBLE
            elif unknown and rate in ("RR5", "RR6"):
                reason = UNKNOWN_ELIGIBILITY
            value = table.loc[rate, column]
            yield {
                "measure": f"{rate.lower()}{columns[column]}",
                "group": group,
                "unit": "share",
                "value": np.nan if reason else value,
                "n": len(ended),
                "reason": reason,
            }


def _measure_representativity(
    sample: pd.DataFrame, ended: TextArray, questionnaire: Questionnaire
) -> dict[str, Any]:
    """The R-indicator of the frame's categories, less what a small sample adds."""
    answered = np.isin(ended, ("complete", "partial"))
    columns = _choose_indicators(sample, answered, questionnaire)
    row = {"measure": R_INDICATOR, "group": "", "unit": "number", "n": len(sample)}
    if answered.all() or not answered.any():
        return {**row, "value": np.nan, "reason": ALL_ALIKE}
    if not columns:
        return {**row, "value": np.nan, "reason": NO_FRAME}
    weights = sample["base_weight"].to_numpy(dtype=np.float64)
    try:
        indicator, is_told = r_indicator(answered, np.column_stack(columns), weights)
    except StatisticsError:
        return {**row, "value": np.nan, "reason": NO_FRAME}
    if not is_told:
        return {**row, "value": np.nan, "reason": BY_CHANCE}
    return {**row, "value": indicator, "reason": ""}


def _choose_indicators(
    sample: pd.DataFrame, answered: BoolArray, questionnaire: Questionnaire
) -> list[FloatArray]:
    """Categories with enough cases that answered and that did not, without the largest of each."""
    columns: list[FloatArray] = []
    for variable in questionnaire.frame:
        values = sample[variable.id].to_numpy(dtype=object)
        for code in choose_indicators(values, answered.astype(np.float64), variable.codes):
            inside = (values == code).astype(np.float64)
            if adds(columns, inside):
                columns.append(inside)
    return columns


def drawn_totals(sample: pd.DataFrame, questionnaire: Questionnaire) -> dict[str, dict[str, float]]:
    """The population by frame variable and category, as all who were drawn stand for it."""
    totals = {}
    for variable in questionnaire.frame:
        drawn = sample.groupby(variable.id)["base_weight"].sum()
        totals[variable.id] = {code: float(drawn.get(code, 0.0)) for code in variable.codes}
    return totals


def balance_table(
    respondents: pd.DataFrame,
    weights: Mapping[str, FloatArray],
    questionnaire: Questionnaire,
    targets: Targets,
    sample: pd.DataFrame | None,
) -> pd.DataFrame:
    """The frame's shares beside those of the respondents: columns `BALANCE_COLUMNS`.

    `weights` has `before` and `after` of each respondent; `population` is the frame's own share, or
    where it has no totals that of all who were drawn, weighted (`sample`; None: left out).
    """
    drawn = {} if sample is None else drawn_totals(sample, questionnaire)
    known = {**drawn, **targets}
    totals = {v.id: known[v.id] for v in questionnaire.groupings if v.id in known}
    parts = []
    for name, by_category in totals.items():
        # Who gave no answer to a margin's question is in none of its shares.
        inside = respondents[name].isin(list(by_category)).to_numpy()
        if inside.any():
            own = {key: np.asarray(values)[inside] for key, values in weights.items()}
            parts.append(balance(respondents[inside], {name: by_category}, own))
    if not parts:
        return pd.DataFrame(columns=BALANCE_COLUMNS)
    return pd.concat(parts, ignore_index=True)[BALANCE_COLUMNS]
