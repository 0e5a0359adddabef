"""Bound the effect that nonresponse could have on the headline numbers of a wave.

Item nonresponse: bounds without assumptions (`survey.nonresponse.worst_case`). Unit nonresponse and
opt-in: a range by assumption, from the totals of the frame. Published numbers are weighted to those
totals already, so the remaining bias is the selection's effect beyond the frame: MUBP(phi) -
MUBP(0) of a share, SMUB(phi) - SMUB(0) of a mean, the measure of adjusted bias of Little, West,
Boonstra and Hu (2020, J. Survey Statistics and Methodology 8). An unweighted number has the whole
of MUBP or SMUB.

The selected are respondents with an answer to the item, each with the base weight, so that an
unequal draw is not mistaken for nonresponse.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from readiness.analysis.domain import limit_answers, limit_design
from readiness.analysis.responding import (
    NO_FRAME,
    Answered,
    Auxiliaries,
    RespondentCells,
    Targets,
    auxiliaries,
    balance_table,
    drawn_totals,
    missing_table,
    response,
    tells,
)
from readiness.analysis.selection import Selection
from readiness.config import Estimate
from readiness.ground.arrays import BoolArray, FloatArray
from readiness.ground.errors import StatisticsError
from readiness.questionnaire import MEAN, NOT_ASKED, Item, Questionnaire
from readiness.survey.coding import encode_declared
from readiness.survey.design import Design
from readiness.survey.intervals import t_quantile
from readiness.survey.nonresponse import PHI, SelectedMoments, mubp, probit_proxy, smub, worst_case

COLUMNS = [
    *("item", "level", "unit", "asked", "answered", "estimate", "worst_lower", "worst_upper"),
    *("limit_lower", "limit_upper", *(f"phi_{phi:g}" for phi in PHI)),
    *("selection_lower", "selection_upper", "correlation", "reason"),
    *("others_lower", "others_upper", "others_worst_lower", "others_worst_upper", "others_reason"),
]
# Number of random groups of the delete-a-group jackknife for the ends of a range.
GROUPS_LEFT_OUT = 20
NO_POPULATION, ROUTED, FEW, NO_PROXY = "no_population", "routed", "few", "no_proxy"
# Neither margins nor a sampling frame exist beside the answers, so nobody expects a range: no
# reason is reported.
NOT_GIVEN = "not_given"
# Reasons why a number has no range by assumption: respondents represent nobody else; no totals are
# known; the question was routed, and the frame has no totals for those asked; too few answers for
# any auxiliary; the auxiliaries do not predict the answer better than chance, or predict it without
# error.
REASONS = (NO_POPULATION, NO_FRAME, ROUTED, FEW, NO_PROXY)


class Headline(NamedTuple):
    """A headline number: `values` of each respondent (NaN: no answer), and who was `asked`;
    (rows,).

    Shares have the values 0 and 1; `ends` are the smallest and largest possible value.
    """

    level: str
    values: FloatArray
    asked: BoolArray
    ends: tuple[float, float]


@dataclass(frozen=True)
class Unanswered:
    """Data on the population beside the answers.

    `base_weights`: persons that each respondent was drawn for, shape (n,). `targets`: persons of
    the population by frame variable and category; empty where unknown, or where respondents
    represent nobody else. `weighted`: whether the published numbers are weighted to the targets.
    `reason`: the reason why no number has a range; "" where numbers may have one.
    """

    base_weights: FloatArray
    targets: Targets
    weighted: bool
    reason: str = ""


def headlines(item: Item, answers: pd.DataFrame) -> Iterator[Headline]:
    """Yield the headline share or mean of an item; of each option for multiple response.

    `answers`: the coded table. "Don't know" and excluded values are no answers. None for a number
    with an open range.
    """
    if item.kind.takes_several:
        yield from (
            _make_headline(option, answers[column], ("1", "0"), ("1",))
            for column, option in zip(item.columns, item.codes, strict=True)
        )
        return
    codes = answers[item.id]
    if item.range is None:
        yield _make_headline(item.first_level, codes, item.codes, item.shown_codes)
        return
    if not all(map(np.isfinite, item.range.bounds)):
        return  # a missing number of an open range can be anything
    numbers = pd.to_numeric(codes, errors="coerce").to_numpy(dtype=np.float64)
    yield Headline(MEAN, numbers, (codes != NOT_ASKED).to_numpy(), item.range.bounds)


def _make_headline(
    level: str, codes: "pd.Series[str]", base_codes: Sequence[str], numerator_codes: Sequence[str]
) -> Headline:
    """Return the headline share of a level, from the codes of its base and of its numerator."""
    place = encode_declared(codes, [*base_codes, NOT_ASKED]).codes
    values = np.array([*(float(code in numerator_codes) for code in base_codes), np.nan, np.nan])[
        place
    ]
    return Headline(level, values, place != len(base_codes), (0.0, 1.0))


def nonresponse_bounds(
    design: Design, questionnaire: Questionnaire, settings: Estimate, unanswered: Unanswered
) -> pd.DataFrame:
    """Return bounds and ranges of the total of every headline number: columns `COLUMNS`.

    `design`: of the weighted respondents, with the coded answers as its data. `phi_*` are the
    model's estimates for the population, `selection_*` the least and the largest published number
    without its bias. `others_*` are of one number per wave, its first share of which everybody was
    asked (`bound_others`).
    """
    variables = list(unanswered.targets)
    cells = RespondentCells(design.data, variables, unanswered.base_weights) if variables else None
    rows: list[dict[str, Any]] = []
    for name in settings.items:
        for headline in headlines(questionnaire.item(name), design.data):
            if np.isfinite(headline.values).any():
                bounds = _bound_headline(design, headline, settings)
                range_columns = _find_range(cells, headline, unanswered, bounds["estimate"])
                row = {"item": name, "level": headline.level, **bounds, **range_columns}
                is_candidate = headline.level != MEAN and bool(headline.asked.all())
                if is_candidate and not any("others_reason" in earlier for earlier in rows):
                    row |= bound_others(design, cells, headline, unanswered, settings.level)
                rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS)


def bound_others(
    design: Design,
    cells: RespondentCells | None,
    headline: Headline,
    unanswered: Unanswered,
    level: float,
) -> dict[str, Any]:
    """Return the bounds of a share over everybody without an answer, with the error of the bounds.

    `others_worst_*` assume nothing: none, or all, of these people would give the answer. With the
    share f of the population that respondents represent, they are f p_l and f p_u + 1 - f of the
    limits of the published share p. `others_*` are the lower limit of the least and the upper limit
    of the most that the share would be without its bias over phi of 0, .5 and 1, at the confidence
    `level`: t limits from a delete-a-group jackknife (Kott 2001), never outside the worst case.
    Where the frame predicts the answer too poorly they are missing, and `others_reason` has the
    reason.
    """
    if unanswered.reason or cells is None:
        return {"others_reason": unanswered.reason or NO_FRAME}
    has_answer = np.isfinite(headline.values)
    whole = _adjust(design, headline.values, unanswered, np.ones(design.rows, dtype=np.bool_))
    answered = cells.keep_answered(headline.values)
    targets = unanswered.targets
    population = float(np.mean([sum(totals.values()) for totals in targets.values()]))
    share = min(float(answered.weights.sum()) / population, 1.0)
    clusters = design.find_clusters()
    group = (np.arange(design.rows) if clusters is None else clusters) % GROUPS_LEFT_OUT
    jackknife_estimates = [
        _adjust(design, headline.values, unanswered, group != left_out)
        for left_out in range(GROUPS_LEFT_OUT)
    ]
    quantile = float(t_quantile(level, GROUPS_LEFT_OUT - 1))
    estimate = float(
        np.average(headline.values[has_answer], weights=design.full_weights[has_answer])
    )
    published = np.array([replicate.published for replicate in jackknife_estimates])
    # A complete census of answers has no sampling error.
    margin = 0.0 if has_answer.sum() >= population else quantile * _jackknife(published)
    lower_limit, upper_limit = np.clip([estimate - margin, estimate + margin], 0.0, 1.0)
    worst = {
        "others_worst_lower": share * lower_limit,
        "others_worst_upper": share * upper_limit + 1 - share,
    }
    z = auxiliaries(answered, targets)
    parts = [
        replicate.over_phi for replicate in jackknife_estimates if replicate.over_phi is not None
    ]
    has_proxy = z is not None and z.others > 0 and tells(answered, z)
    if not has_proxy or whole.over_phi is None or len(parts) < GROUPS_LEFT_OUT:
        return {**worst, "others_reason": NO_PROXY}
    margins = quantile * _jackknife(np.array(parts))
    return {
        **worst,
        "others_lower": max(float((whole.over_phi - margins).min()), worst["others_worst_lower"]),
        "others_upper": min(float((whole.over_phi + margins).max()), worst["others_worst_upper"]),
        "others_reason": "",
    }


class _Adjusted(NamedTuple):
    """A published share, and the share without its bias by phi, shape (phi,); None without a
    range.
    """

    published: float
    over_phi: FloatArray | None


def _adjust(
    design: Design, values: FloatArray, unanswered: Unanswered, kept: BoolArray
) -> _Adjusted:
    """Return a share of the kept respondents, weighted to represent the others as well."""
    has_answer = np.isfinite(values) & kept
    if not has_answer.any():
        return _Adjusted(float("nan"), None)
    published = float(np.average(values[has_answer], weights=design.full_weights[has_answer]))
    base = unanswered.base_weights
    base = base * (base.sum() / base[kept].sum())
    cells = RespondentCells(design.data[kept], list(unanswered.targets), base[kept])
    answered = cells.keep_answered(values[kept])
    z = auxiliaries(answered, unanswered.targets)
    if z is None or not z.others > 0:
        return _Adjusted(published, None)
    try:
        by_phi, _ = _model_share(answered, z)
    except StatisticsError:
        return _Adjusted(published, None)
    shares = by_phi["share"].to_numpy(dtype=np.float64)
    moved = shares - shares[0] + published if unanswered.weighted else shares
    return _Adjusted(published, np.clip(moved, 0.0, 1.0))


def _jackknife(estimates: FloatArray) -> FloatArray:
    """Return the delete-a-group standard error over the first axis; one estimate per group left
    out.
    """
    groups = len(estimates)
    spread = ((estimates - estimates.mean(axis=0)) ** 2).sum(axis=0)
    return np.asarray(np.sqrt((groups - 1) / groups * spread), dtype=np.float64)


def _model_share(answered: Answered, z: Auxiliaries) -> tuple[pd.DataFrame, str]:
    """Return MUBP of a share for each phi, and the column's name.

    Raises StatisticsError where the proxy has no estimate.
    """
    proxy = probit_proxy(answered.answers, z.matrix, z.weights)
    mean, variance = proxy.moments(z.others_mean, z.others_covariance)
    others_moments = (mean, max(variance, 0.0), z.selected_total / (z.selected_total + z.others))
    return mubp(answered.answers, proxy.values, *others_moments, weights=z.weights), "share"


def _bound_headline(design: Design, headline: Headline, settings: Estimate) -> dict[str, Any]:
    """Return the published number with its bounds over item nonresponse.

    For a share with limits; for a mean, each missing answer at either end of the range.
    """
    has_answer = np.isfinite(headline.values)
    size = {"asked": int(headline.asked.sum()), "answered": int(has_answer.sum())}
    if headline.level != MEAN:
        ends = worst_case(
            design,
            headline.values,
            asked=headline.asked,
            level=settings.level,
            interval=settings.interval,
        )
        return {"unit": "share", **size, **ends}
    weights = design.full_weights * headline.asked

    def mean(blank: float) -> float:
        return float(np.average(np.where(has_answer, headline.values, blank), weights=weights))

    estimate = np.average(headline.values[has_answer], weights=weights[has_answer])
    lowest, highest = map(mean, headline.ends)
    means = {"estimate": float(estimate), "worst_lower": lowest, "worst_upper": highest}
    return {"unit": "number", **size, **means}


def _find_range(
    cells: RespondentCells | None, headline: Headline, unanswered: Unanswered, published: float
) -> dict[str, Any]:
    """Return the range of a number under assumptions, or the reason why there is no range."""
    if unanswered.reason or cells is None:
        return {"reason": unanswered.reason or NO_FRAME}
    if not headline.asked.all():
        return {"reason": ROUTED}
    answered = cells.keep_answered(headline.values)
    if (z := auxiliaries(answered, unanswered.targets)) is None:
        return {"reason": FEW}
    if not z.others > 0:
        return {"selection_lower": published, "selection_upper": published, "reason": ""}
    if not tells(answered, z):
        return {"reason": NO_PROXY}
    try:
        if headline.level == MEAN:
            moments = SelectedMoments.of(answered.answers, z.matrix, z.weights)
            moments = replace(moments, n=z.selected_total)
            by_phi, name = smub(moments, z.others_mean, z.others), "mean"
        else:
            by_phi, name = _model_share(answered, z)
    except StatisticsError:
        return {"reason": NO_PROXY}
    estimates = by_phi[name].to_numpy(dtype=np.float64)
    moved = estimates - estimates[0] + published if unanswered.weighted else estimates
    moved = np.clip(moved, *headline.ends)
    return {
        **{f"phi_{phi:g}": value for phi, value in zip(PHI, estimates, strict=True)},
        "selection_lower": float(moved.min()),
        "selection_upper": float(moved.max()),
        "correlation": float(by_phi["correlation"].iloc[0]),
        "reason": "",
    }


def describe_nonresponse(
    design: Design,
    margins: Mapping[str, Mapping[str, float]],
    sample: pd.DataFrame | None,
    questionnaire: Questionnaire,
    selection: Selection,
) -> Unanswered:
    """Return the data on the population, as far as the selection permits inference on it.

    `design`: of the weighted respondents, with their base weights in the column `base_weight` of
    its data. Self-selected respondents were not drawn: each counts once. Without `margins` of the
    frame the totals are those of all who were drawn (`sample`; None without a list of them).
    """
    base_weights = np.ones(design.rows)
    if sample is not None and selection.response_rate:
        base_weights = design.data["base_weight"].to_numpy(dtype=np.float64)
    ratio = design.full_weights / base_weights
    weighted = not np.allclose(ratio, ratio[:1])
    if not selection.population:
        return Unanswered(base_weights, {}, weighted, NO_POPULATION)
    if not margins and sample is None:
        return Unanswered(base_weights, {}, weighted, NOT_GIVEN)
    if not margins and sample is not None and selection.response_rate:
        margins = drawn_totals(sample, questionnaire)
    return Unanswered(base_weights, margins, weighted, "" if margins else NO_FRAME)


def nonresponse_tables(
    design: Design,
    respondents: pd.DataFrame,
    sample: pd.DataFrame | None,
    questionnaire: Questionnaire,
    settings: Estimate,
    known: Unanswered,
    selection: Selection,
    least: int,
) -> dict[str, pd.DataFrame]:
    """Return all tables on response and nonresponse, by name: bounds, response, balance, missing.

    `design`: of the weighted respondents; `respondents`: coded answers of all who are not counted
    apart; `sample`: all who were asked, None without a list of them; smaller samples than `least`
    are not described.
    """
    counted = limit_design(design, questionnaire, settings.where)
    weights = {"before": known.base_weights, "after": design.full_weights}
    drawn_sample = sample if selection.response_rate else None
    frame = {variable.id for variable in questionnaire.frame}
    groups = (name for name in settings.variables(()) if name not in frame)
    reported_items = list(dict.fromkeys([*settings.items, *groups]))
    return {
        "bounds": nonresponse_bounds(counted, questionnaire, settings, known),
        "response": response(sample, respondents, questionnaire, selection, least),
        "balance": balance_table(design.data, weights, questionnaire, known.targets, drawn_sample),
        "missing": missing_table(
            limit_answers(respondents, questionnaire, settings.where), questionnaire, reported_items
        ),
    }
