"""Describe response: dispositions, AAPOR's rates, balance, item nonresponse.

AAPOR (2023), Standard Definitions, 10th edition: a case with at least 80 % of the applicable
questions answered is complete, one with at least half of them partial, any other a break-off, which
counts as a refusal. A drawn case that returned nothing has, in a survey of named persons, an
unknown eligibility, unless the sample has another code (its column `disposition`).

The categories of a frame also serve as auxiliaries: of respondents, and of all others in the
population.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from readiness.analysis.selection import Selection
from readiness.ground.arrays import BoolArray, FloatArray, TextArray
from readiness.ground.errors import StatisticsError
from readiness.questionnaire import DONT_KNOW, NOT_ASKED, SPECIAL_CODES, TOTAL, Item, Questionnaire
from readiness.survey.coding import encode_declared
from readiness.survey.nonresponse import DISPOSITIONS, balance, r_indicator, response_table

# Persons of the population by frame variable and category.
Targets = Mapping[str, Mapping[str, float]]

# Categories with fewer answers of a kind get no indicator of their own: a model would fit those few
# without error.
LEAST = 5
# Significance level of the test whether auxiliaries predict an answer.
LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class Answered:
    """Respondents with an answer, collapsed: one row per answer in each combination of categories.

    `frame`: the category of each row by variable. `answers`: shape (rows,). `counts`: number of
    respondents, shape (rows,). `weights`: people represented, shape (rows,). `effective`: Kish's
    effective number of respondents.
    """

    frame: pd.DataFrame
    answers: FloatArray
    counts: FloatArray
    weights: FloatArray
    effective: float


class RespondentCells:
    """Respondents grouped by combination of categories, so that a million cost as little as few."""

    def __init__(self, data: pd.DataFrame, variables: list[str], weights: FloatArray) -> None:
        self.codes = data.groupby(variables, sort=True).ngroup().to_numpy(dtype=np.int64)
        self.frame = data[variables].groupby(self.codes, sort=True).first()
        self.weights = weights

    def keep_answered(self, values: FloatArray) -> Answered:
        """Return the respondents with a value (not NaN), collapsed."""
        has_value = np.isfinite(values)
        distinct_values, value_codes = np.unique(values[has_value], return_inverse=True)
        code = self.codes[has_value] * len(distinct_values) + value_codes.ravel()
        cells_present, place = np.unique(code, return_inverse=True)
        known_weights = self.weights[has_value]
        return Answered(
            self.frame.iloc[cells_present // len(distinct_values)].reset_index(drop=True),
            distinct_values[cells_present % len(distinct_values)],
            np.bincount(place.ravel()).astype(np.float64),
            np.bincount(place.ravel(), weights=known_weights).astype(np.float64),
            float(known_weights.sum() ** 2 / (known_weights**2).sum())
            if len(known_weights)
            else 0.0,
        )


@dataclass(frozen=True, eq=False)
class Auxiliaries:
    """Indicators of categories, with their moments among people without an answer.

    `matrix`: of the rows of `Answered`, shape (rows, p). `weights`: people represented by each row,
    shape (rows,). `others`: number of people not represented. `others_mean`: means of the
    indicators among these, shape (p,). `others_covariance`: shape (p, p).
    """

    matrix: FloatArray
    weights: FloatArray
    others: float
    others_mean: FloatArray
    others_covariance: FloatArray

    @property
    def selected_total(self) -> float:
        """Number of people represented by respondents with an answer."""
        return float(self.weights.sum())


def auxiliaries(answered: Answered, targets: Targets) -> Auxiliaries | None:
    """Return the auxiliaries of an item's respondents; None where there are too few answers for
    any.

    The others' shares of the categories are the population's persons less those represented; 0
    where chance drew more of a category than there are. Their covariance is exact within a
    variable; margins give no joint distribution, so the correlation between variables is that of
    respondents.
    """
    weights = answered.weights
    population = float(np.mean([sum(totals.values()) for totals in targets.values()]))
    others = max(population - float(weights.sum()), 0.0)
    if others <= 1e-9 * population:
        empty_moments = np.empty(0), np.empty((0, 0))
        return Auxiliaries(np.empty((len(weights), 0)), weights, 0.0, *empty_moments)
    binary = np.isin(answered.answers, (0.0, 1.0)).all()
    columns: list[FloatArray] = []
    means: list[float] = []
    owners: list[str] = []
    for variable, totals in targets.items():
        values = answered.frame[variable].to_numpy(dtype=object)
        others_by_category = {
            category: max(total - float(weights[values == category].sum()), 0.0)
            for category, total in totals.items()
        }
        others_total = sum(others_by_category.values())
        # A yes or no needs enough answers of both kinds; answers to a number are of one kind.
        answer_kinds = answered.answers if binary else np.zeros(len(values))
        for category in choose_indicators(values, answer_kinds, totals, answered.counts):
            in_category = (values == category).astype(np.float64)
            if adds(columns, in_category):
                columns.append(in_category)
                means.append(
                    others_by_category[category] / others_total if others_total > 0 else 0.0
                )
                owners.append(variable)
    if not columns:
        return None
    matrix, mean = np.column_stack(columns), np.array(means)
    covariance = _find_others_covariance(matrix, weights, mean, np.array(owners))
    return Auxiliaries(matrix, weights, others, mean, covariance)


def tells(answered: Answered, z: Auxiliaries) -> bool:
    """Return whether the auxiliaries predict the answer better than chance: F test at .05.

    Where they do not, a range by the proxy would be noise.
    """
    w = answered.weights / answered.weights.sum()
    y = answered.answers - w @ answered.answers
    x = z.matrix - w @ z.matrix
    spread = float(w @ y**2)
    beta, *_ = np.linalg.lstsq(x * np.sqrt(w)[:, None], y * np.sqrt(w), rcond=None)
    explained = float(w @ (x @ beta) ** 2)
    k, residual_df = x.shape[1], answered.effective - x.shape[1] - 1
    if not (spread > 0 and residual_df > 0):
        return False
    if explained >= spread:
        return True
    return bool(
        scipy.stats.f.sf((explained / k) / ((spread - explained) / residual_df), k, residual_df)
        < LEVEL
    )


def choose_indicators(
    values: TextArray,
    kinds: FloatArray,
    categories: Iterable[str],
    counts: FloatArray | None = None,
) -> list[str]:
    """Return the categories that get an indicator: `LEAST` cases of each kind, except the largest.

    `values`: category of each row, `kinds`: kind of answer of each row, `counts`: cases of each row
    (1 by default), all of shape (rows,).
    """
    n = np.ones(len(values)) if counts is None else counts
    distinct_kinds = np.unique(kinds)
    cases = {
        category: float(n[values == category].sum())
        for category in categories
        if all(n[(values == category) & (kinds == kind)].sum() >= LEAST for kind in distinct_kinds)
    }
    largest = max(cases, key=cases.__getitem__, default="")
    return [category for category in cases if category != largest]


def adds(columns: list[FloatArray], column: FloatArray) -> bool:
    """Return whether a column is linearly independent of a constant and the columns before it."""
    matrix = np.column_stack([np.ones(len(column)), *columns, column])
    return bool(np.linalg.matrix_rank(matrix.T @ matrix) == matrix.shape[1])


def _find_others_covariance(
    matrix: FloatArray, weights: FloatArray, mean: FloatArray, owners: npt.NDArray[np.str_]
) -> FloatArray:
    """Return the covariance of the indicators among the others, shape (p, p)."""
    respondents_covariance = np.atleast_2d(np.cov(matrix.T, aweights=weights))
    spread = np.sqrt(np.diag(respondents_covariance))
    correlation = respondents_covariance / np.outer(spread, spread)
    deviation = np.sqrt(mean * (1 - mean))
    between_variables = correlation * np.outer(deviation, deviation)
    return np.where(
        owners[:, None] == owners, np.diag(mean) - np.outer(mean, mean), between_variables
    )


# Shares of the applicable questions from which a case is complete, or partial.
COMPLETE, PARTIAL = 0.8, 0.5
WEIGHTED, R_INDICATOR = "_weighted", "r_indicator"
UNKNOWN = ("unknown_household", "unknown_other")
# Reasons why a measure of response cannot be computed: no drawn case is known to be ineligible, so
# the ineligible share of the unknown cases is unknown; cases of unknown eligibility cannot be
# excluded; everybody or nobody answered; the frame has no categories by which response could
# differ, or no more than chance explains.
NO_INELIGIBLE, UNKNOWN_ELIGIBILITY = "no_ineligible", "unknown_eligibility"
ALL_ALIKE, NO_FRAME, BY_CHANCE = "all_alike", "no_frame", "by_chance"
RESPONSE_COLUMNS = ["measure", "group", "unit", "value", "n", "reason"]
BALANCE_COLUMNS = ["variable", "category", "n", "population", "before", "after"]
MISSING = ("answered", "dont_know", "blank", "not_asked")
MISSING_COLUMNS = ["item", "status", "n", "respondents"]


def _find_states(item: Item, answers: pd.DataFrame) -> dict[str, BoolArray]:
    """Return who answered an item, said "don't know", left it blank, or was not asked; (rows,)
    each.

    A multiple-response item has an answer where any of its options has one.
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
    """Return the number of respondents by status and item: columns `MISSING_COLUMNS`.

    `answers`: coded answers of the weighted respondents. An excluded value is no answer; derived
    items are skipped.
    """
    rows = [
        (item.id, status, int(inside.sum()), len(answers))
        for item in map(questionnaire.item, items)
        if not item.derived_from
        for status, inside in _find_states(item, answers).items()
    ]
    return pd.DataFrame(rows, columns=MISSING_COLUMNS)


def dispositions(
    sample: pd.DataFrame, answers: pd.DataFrame, questionnaire: Questionnaire
) -> TextArray:
    """Return the disposition of each drawn case (`survey.nonresponse.DISPOSITIONS`), in sample
    order.

    `answers`: coded answers of the weighted respondents.
    """
    closed = [
        item for item in questionnaire.items if not item.kind.is_free_text and not item.derived_from
    ]
    applicable, answered_count = np.zeros(len(answers)), np.zeros(len(answers))
    for item in closed:
        states = _find_states(item, answers)
        applicable += ~states["not_asked"]
        answered_count += states["answered"] | states["dont_know"]
    share = np.divide(answered_count, applicable, out=np.zeros(len(answers)), where=applicable > 0)
    ended = np.select([share >= COMPLETE, share >= PARTIAL], ["complete", "partial"], "refusal")
    by_token = dict(zip(answers["respondent"], ended, strict=True))
    stated_codes = sample["disposition"] if "disposition" in sample else [""] * len(sample)
    pairs = zip(sample["token"], stated_codes, strict=True)
    final_codes = [by_token.get(token, stated or "unknown_other") for token, stated in pairs]
    return np.array(final_codes, dtype=object)


def response(
    sample: pd.DataFrame | None,
    answers: pd.DataFrame,
    questionnaire: Questionnaire,
    selection: Selection,
    least: int,
) -> pd.DataFrame:
    """Return AAPOR's rates with their counts, and the R-indicator: columns `RESPONSE_COLUMNS`.

    Rates are 0-1 for all drawn cases, unweighted and weighted by the base weights, and unweighted
    by stratum; a measure that cannot be computed has a reason instead of a value. No row where the
    people asked are no known set (`sample` is None), or are fewer than `least`.
    """
    if sample is None or not selection.response_rate or len(sample) < least:
        return pd.DataFrame(columns=RESPONSE_COLUMNS)
    ended = dispositions(sample, answers, questionnaire)
    shared_fields = {"group": TOTAL, "unit": "count", "n": len(ended)}
    rows: list[dict[str, Any]] = [
        {"measure": name, **shared_fields, "value": int((ended == name).sum())}
        for name in DISPOSITIONS
    ]
    rows += _compute_rates(ended, sample["base_weight"].to_numpy(dtype=np.float64), TOTAL)
    for stratum, table in sample.groupby("stratum", sort=True):
        stratum_rates = _compute_rates(
            ended[sample.index.get_indexer(table.index)], None, str(stratum)
        )
        # A measure that cannot be computed for the total is reported once.
        rows += [row for row in stratum_rates if not row["reason"]]
    rows.append(_measure_representativity(sample, ended, questionnaire))
    return pd.DataFrame(rows, columns=RESPONSE_COLUMNS).fillna({"reason": ""})


def _compute_rates(
    ended: TextArray, weights: FloatArray | None, group: str
) -> Iterator[dict[str, Any]]:
    """Yield RR1-RR6 of cases, each with its value or the reason why it has none."""
    table = response_table(ended, weights).set_index("rate")
    has_unknown, has_ineligible = np.isin(ended, UNKNOWN).any(), (ended == "ineligible").any()
    reasons = dict.fromkeys(("RR5", "RR6") if has_unknown else (), UNKNOWN_ELIGIBILITY)
    reasons |= dict.fromkeys(
        ("RR3", "RR4") if has_unknown and not has_ineligible else (), NO_INELIGIBLE
    )
    for column in table.columns:
        for rate in ("RR1", "RR2", "RR3", "RR4", "RR5", "RR6"):
            yield {
                "measure": rate.lower() + (WEIGHTED if column == "weighted" else ""),
                "group": group,
                "unit": "share",
                "value": np.nan if rate in reasons else table.loc[rate, column],
                "n": len(ended),
                "reason": reasons.get(rate, ""),
            }


def _measure_representativity(
    sample: pd.DataFrame, ended: TextArray, questionnaire: Questionnaire
) -> dict[str, Any]:
    """Return the R-indicator of the frame's categories, corrected for small samples."""
    answered = np.isin(ended, ("complete", "partial"))
    # Categories with enough respondents and enough nonrespondents, except the largest of each
    # variable.
    columns: list[FloatArray] = []
    for variable in questionnaire.frame:
        values = sample[variable.id].to_numpy(dtype=object)
        for code in choose_indicators(values, answered.astype(np.float64), variable.codes):
            in_category = (values == code).astype(np.float64)
            if adds(columns, in_category):
                columns.append(in_category)
    row = {"measure": R_INDICATOR, "group": "", "unit": "number", "n": len(sample)}
    without_value = {**row, "value": np.nan}
    if answered.all() or not answered.any():
        return {**without_value, "reason": ALL_ALIKE}
    if not columns:
        return {**without_value, "reason": NO_FRAME}
    weights = sample["base_weight"].to_numpy(dtype=np.float64)
    try:
        indicator, exceeds_chance = r_indicator(answered, np.column_stack(columns), weights)
    except StatisticsError:
        return {**without_value, "reason": NO_FRAME}
    return (
        {**row, "value": indicator, "reason": ""}
        if exceeds_chance
        else {**without_value, "reason": BY_CHANCE}
    )


def drawn_totals(sample: pd.DataFrame, questionnaire: Questionnaire) -> dict[str, dict[str, float]]:
    """Return the population by frame variable and category, estimated from all drawn cases."""
    drawn = {v.id: sample.groupby(v.id)["base_weight"].sum() for v in questionnaire.frame}
    return {
        v.id: {code: float(drawn[v.id].get(code, 0.0)) for code in v.codes}
        for v in questionnaire.frame
    }


def balance_table(
    respondents: pd.DataFrame,
    weights: Mapping[str, FloatArray],
    questionnaire: Questionnaire,
    targets: Targets,
    sample: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return the frame's shares beside those of respondents: columns `BALANCE_COLUMNS`.

    `weights` has `before` and `after` of each respondent; `population` is the frame's share, or
    without totals that of all drawn cases, weighted (`sample`; None: left out).
    """
    drawn = {} if sample is None else drawn_totals(sample, questionnaire)
    totals_known = {**drawn, **targets}
    totals = {v.id: totals_known[v.id] for v in questionnaire.groupings if v.id in totals_known}
    parts = []
    for name, by_category in totals.items():
        # A respondent without an answer to a margin's question is in none of its shares.
        if (inside := respondents[name].isin(list(by_category)).to_numpy()).any():
            weights_inside = {key: np.asarray(values)[inside] for key, values in weights.items()}
            parts.append(balance(respondents[inside], {name: by_category}, weights_inside))
    if not parts:
        return pd.DataFrame(columns=BALANCE_COLUMNS)
    return pd.concat(parts, ignore_index=True)[BALANCE_COLUMNS]
