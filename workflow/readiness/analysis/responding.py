"""Who was asked and who answered: dispositions, AAPOR's rates, balance, answers that are missing.

AAPOR (2023), Standard Definitions, 10th edition: a case with at least 80 % of what applied to it
answered is complete, one with at least half of it partial, any other a break-off, which counts as a
refusal. Who was drawn and returned nothing has, in a survey of named persons, an unknown
eligibility, unless the sample says otherwise (its column `disposition`).

The categories of a frame are auxiliaries, too: of respondents, and of all others in the population.
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

# Fewer answers of a kind than these in a category: it goes with the variable's largest one, or a
# model would fit those few without error.
LEAST = 5
# Of the test whether auxiliaries predict an answer.
LEVEL = 0.05


@dataclass(frozen=True, eq=False)
class Answered:
    """Those with an answer, collapsed: a row for each answer in each combination of categories.

    `frame`: the category of each row by variable. `answers`: shape (rows,). `counts`: respondents,
    shape (rows,). `weights`: the people whom they stand for, shape (rows,). `effective`: the number
    of respondents that equal weights would need (Kish).
    """

    frame: pd.DataFrame
    answers: FloatArray
    counts: FloatArray
    weights: FloatArray
    effective: float


class RespondentCells:
    """Respondents by the combination of their categories, so that a million cost what few do."""

    def __init__(self, data: pd.DataFrame, variables: list[str], weights: FloatArray) -> None:
        self.codes = data.groupby(variables, sort=True).ngroup().to_numpy(dtype=np.int64)
        self.frame = data[variables].groupby(self.codes, sort=True).first()
        self.weights = weights

    def keep_answered(self, values: FloatArray) -> Answered:
        """Those with a value (not NaN), collapsed."""
        known = np.isfinite(values)
        kinds, kind = np.unique(values[known], return_inverse=True)
        code = self.codes[known] * len(kinds) + kind.ravel()
        there, place = np.unique(code, return_inverse=True)
        own = self.weights[known]
        return Answered(
            self.frame.iloc[there // len(kinds)].reset_index(drop=True),
            kinds[there % len(kinds)],
            np.bincount(place.ravel()).astype(np.float64),
            np.bincount(place.ravel(), weights=own).astype(np.float64),
            float(own.sum() ** 2 / (own**2).sum()) if len(own) else 0.0,
        )


@dataclass(frozen=True, eq=False)
class Auxiliaries:
    """Indicators of categories, with what is known of those who gave no answer.

    `matrix`: of the rows of `Answered`, shape (rows, p). `weights`: the people whom each row stands
    for, shape (rows,). `others`: how many of the population are left. `others_mean`: of the
    indicators among those, shape (p,). `others_covariance`: shape (p, p).
    """

    matrix: FloatArray
    weights: FloatArray
    others: float
    others_mean: FloatArray
    others_covariance: FloatArray

    @property
    def selected_total(self) -> float:
        """The people whom those who answered stand for."""
        return float(self.weights.sum())


def auxiliaries(answered: Answered, targets: Targets) -> Auxiliaries | None:
    """The auxiliaries of those who answered; None where too few answers leave none.

    The others' shares of the categories are the population's persons less those whom the answers
    stand for; where chance drew more of a category than there are left, nobody. Their covariance is
    exact within a variable; a frame of margins tells nothing of two together, so there the
    correlation is that of those who answered.
    """
    weights = answered.weights
    whole = float(np.mean([sum(totals.values()) for totals in targets.values()]))
    others = max(whole - float(weights.sum()), 0.0)
    if others <= 1e-9 * whole:
        none = np.empty(0), np.empty((0, 0))
        return Auxiliaries(np.empty((len(weights), 0)), weights, 0.0, *none)
    binary = np.isin(answered.answers, (0.0, 1.0)).all()
    columns: list[FloatArray] = []
    means: list[float] = []
    owners: list[str] = []
    for variable, totals in targets.items():
        values = answered.frame[variable].to_numpy(dtype=object)
        left = {
            category: max(total - float(weights[values == category].sum()), 0.0)
            for category, total in totals.items()
        }
        rest = sum(left.values())
        # A yes or no needs enough of both; of a number, answers are of one kind.
        kinds = answered.answers if binary else np.zeros(len(values))
        for category in choose_indicators(values, kinds, totals, answered.counts):
            inside = (values == category).astype(np.float64)
            if adds(columns, inside):
                columns.append(inside)
                means.append(left[category] / rest if rest > 0 else 0.0)
                owners.append(variable)
    if not columns:
        return None
    matrix, mean = np.column_stack(columns), np.array(means)
    covariance = _find_others_covariance(matrix, weights, mean, np.array(owners))
    return Auxiliaries(matrix, weights, others, mean, covariance)


def tells(answered: Answered, z: Auxiliaries) -> bool:
    """Whether the auxiliaries predict the answer better than chance would: F test at .05.

    Of an answer that they do not predict, any range by the proxy would be of noise.
    """
    w = answered.weights / answered.weights.sum()
    y = answered.answers - w @ answered.answers
    x = z.matrix - w @ z.matrix
    spread = float(w @ y**2)
    beta, *_ = np.linalg.lstsq(x * np.sqrt(w)[:, None], y * np.sqrt(w), rcond=None)
    explained = float(w @ (x @ beta) ** 2)
    k, rest = x.shape[1], answered.effective - x.shape[1] - 1
    if not (spread > 0 and rest > 0):
        return False
    if explained >= spread:
        return True
    return bool(scipy.stats.f.sf((explained / k) / ((spread - explained) / rest), k, rest) < LEVEL)


def choose_indicators(
    values: TextArray,
    kinds: FloatArray,
    categories: Iterable[str],
    counts: FloatArray | None = None,
) -> list[str]:
    """The categories that get an indicator: with `LEAST` cases of each kind, but the largest."""
    n = np.ones(len(values)) if counts is None else counts
    every = np.unique(kinds)
    size = {
        category: float(n[values == category].sum())
        for category in categories
        if all(n[(values == category) & (kinds == kind)].sum() >= LEAST for kind in every)
    }
    largest = max(size, key=size.__getitem__, default="")
    return [category for category in size if category != largest]


def adds(columns: list[FloatArray], column: FloatArray) -> bool:
    """Whether a column is no sum of a constant and the columns before it."""
    matrix = np.column_stack([np.ones(len(column)), *columns, column])
    return bool(np.linalg.matrix_rank(matrix.T @ matrix) == matrix.shape[1])


def _find_others_covariance(
    matrix: FloatArray, weights: FloatArray, mean: FloatArray, owners: npt.NDArray[np.str_]
) -> FloatArray:
    own = np.atleast_2d(np.cov(matrix.T, aweights=weights))
    spread = np.sqrt(np.diag(own))
    correlation = own / np.outer(spread, spread)
    deviation = np.sqrt(mean * (1 - mean))
    across = correlation * np.outer(deviation, deviation)
    return np.where(owners[:, None] == owners, np.diag(mean) - np.outer(mean, mean), across)


# Shares of the applicable questions from which on a case is complete, or partial.
COMPLETE, PARTIAL = 0.8, 0.5
WEIGHTED, R_INDICATOR = "_weighted", "r_indicator"
UNKNOWN = ("unknown_household", "unknown_other")
# Why a measure of response is not computable: no drawn case is known to be ineligible, so how many
# of the unknown ones are is not known; cases of unknown eligibility cannot be left out; everybody
# or nobody answered; the frame tells nothing by which response could differ, or what chance does.
NO_INELIGIBLE, UNKNOWN_ELIGIBILITY = "no_ineligible", "unknown_eligibility"
ALL_ALIKE, NO_FRAME, BY_CHANCE = "all_alike", "no_frame", "by_chance"
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
    """How each drawn case ended (`survey.nonresponse.DISPOSITIONS`), in the order of the sample.

    `answers`: coded answers of the weighted respondents.
    """
    closed = [
        item for item in questionnaire.items if not item.kind.is_free_text and not item.derived_from
    ]
    asked, given = np.zeros(len(answers)), np.zeros(len(answers))
    for item in closed:
        states = _find_states(item, answers)
        asked += ~states["not_asked"]
        given += states["answered"] | states["dont_know"]
    share = np.divide(given, asked, out=np.zeros(len(answers)), where=asked > 0)
    ended = np.select([share >= COMPLETE, share >= PARTIAL], ["complete", "partial"], "refusal")
    by_token = dict(zip(answers["respondent"], ended, strict=True))
    said = sample["disposition"] if "disposition" in sample else [""] * len(sample)
    pairs = zip(sample["token"], said, strict=True)
    found = [by_token.get(token, stated or "unknown_other") for token, stated in pairs]
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
    of = {"group": TOTAL, "unit": "count", "n": len(ended)}
    rows: list[dict[str, Any]] = [
        {"measure": name, **of, "value": int((ended == name).sum())} for name in DISPOSITIONS
    ]
    rows += _compute_rates(ended, sample["base_weight"].to_numpy(dtype=np.float64), TOTAL)
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
    unknown, ineligible = np.isin(ended, UNKNOWN).any(), (ended == "ineligible").any()
    reasons = dict.fromkeys(("RR5", "RR6") if unknown else (), UNKNOWN_ELIGIBILITY)
    reasons |= dict.fromkeys(("RR3", "RR4") if unknown and not ineligible else (), NO_INELIGIBLE)
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
    """The R-indicator of the frame's categories, less what a small sample adds."""
    answered = np.isin(ended, ("complete", "partial"))
    # Categories with enough cases that answered and that did not, but the largest of each.
    columns: list[FloatArray] = []
    for variable in questionnaire.frame:
        values = sample[variable.id].to_numpy(dtype=object)
        for code in choose_indicators(values, answered.astype(np.float64), variable.codes):
            inside = (values == code).astype(np.float64)
            if adds(columns, inside):
                columns.append(inside)
    row = {"measure": R_INDICATOR, "group": "", "unit": "number", "n": len(sample)}
    none = {**row, "value": np.nan}
    if answered.all() or not answered.any():
        return {**none, "reason": ALL_ALIKE}
    if not columns:
        return {**none, "reason": NO_FRAME}
    weights = sample["base_weight"].to_numpy(dtype=np.float64)
    try:
        indicator, is_told = r_indicator(answered, np.column_stack(columns), weights)
    except StatisticsError:
        return {**none, "reason": NO_FRAME}
    return {**row, "value": indicator, "reason": ""} if is_told else {**none, "reason": BY_CHANCE}


def drawn_totals(sample: pd.DataFrame, questionnaire: Questionnaire) -> dict[str, dict[str, float]]:
    """The population by frame variable and category, as all who were drawn stand for it."""
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
        if (inside := respondents[name].isin(list(by_category)).to_numpy()).any():
            own = {key: np.asarray(values)[inside] for key, values in weights.items()}
            parts.append(balance(respondents[inside], {name: by_category}, own))
    if not parts:
        return pd.DataFrame(columns=BALANCE_COLUMNS)
    return pd.concat(parts, ignore_index=True)[BALANCE_COLUMNS]
