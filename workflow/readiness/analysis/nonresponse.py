"""What those who did not answer could do to the headline numbers of a wave.

Item nonresponse: bounds that assume nothing (`survey.nonresponse.worst_case`). Unit nonresponse and
opt-in: a range by assumption, from the totals of the frame. What is published is weighted to those
totals already, so its bias is what selection does beyond the frame: MUBP(phi) - MUBP(0) of a share,
SMUB(phi) - SMUB(0) of a mean, the measure of adjusted bias of Little, West, Boonstra and Hu (2020,
J. Survey Statistics and Methodology 8). An unweighted number has the whole of MUBP or SMUB.

Those selected are those with an answer to the item, each for as many people as were drawn for (the
base weight), so that an unequal draw is not taken for nonresponse.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

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
# Groups of respondents that are left out in turn for the sampling error of the ends of a range.
GROUPS_LEFT_OUT = 20
NO_POPULATION, ROUTED, FEW, NO_PROXY = "no_population", "routed", "few", "no_proxy"
# Nothing is known beside the answers, and nobody said that anything would be: no reason is told,
# for no range was to be expected.
NOT_GIVEN = "not_given"
# Why a number has no range by assumption: respondents stand for nobody else; no totals are known;
# only a part was asked, of which the frame has no totals; too few answers for any auxiliary; the
# auxiliaries do not predict the answer better than chance, or predict it without error.
REASONS = (NO_POPULATION, NO_FRAME, ROUTED, FEW, NO_PROXY)


class Headline(NamedTuple):
    """A headline number: `values` of each respondent (NaN: no answer), and who was `asked`.

    Shares have the values 0 and 1; `ends` is what a value can be at least and at most.
    """

    level: str
    values: FloatArray
    asked: BoolArray
    ends: tuple[float, float]


@dataclass(frozen=True)
class Unanswered:
    """What is known of the population beside the answers.

    `base_weights`: persons that each respondent was drawn for, shape (n,). `targets`: persons of
    the population by frame variable and category; empty: not known, or respondents stand for nobody
    else. `weighted`: whether the published numbers are weighted to the targets. `reason`: why there
    is no range for any number; "" where there may be.
    """

    base_weights: FloatArray
    targets: Targets
    weighted: bool
    reason: str = ""


def headlines(item: Item, answers: pd.DataFrame) -> Iterator[Headline]:
    """The headline share or mean of an item; each option of a multiple-choice item.

    `answers`: the coded table. "Don't know" and excluded values are no answers.
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
        return  # a number without both ends can be anything where it is missing
    numbers = pd.to_numeric(codes, errors="coerce").to_numpy(dtype=np.float64)
    yield Headline(MEAN, numbers, (codes != NOT_ASKED).to_numpy(), item.range.bounds)


def _make_headline(
    level: str, codes: "pd.Series[str]", all_: Sequence[str], yes: Sequence[str]
) -> Headline:
    place = encode_declared(codes, [*all_, NOT_ASKED]).codes
    values = np.array([*(float(code in yes) for code in all_), np.nan, np.nan])[place]
    return Headline(level, values, place != len(all_), (0.0, 1.0))


def nonresponse_bounds(
    design: Design, questionnaire: Questionnaire, settings: Estimate, unanswered: Unanswered
) -> pd.DataFrame:
    """Bounds and ranges of the total of every headline number: columns `COLUMNS`.

    `design`: of the weighted respondents, with the coded answers as its data. `phi_*` are the
    model's own values of the population, `selection_*` the least and the largest of what the
    published number would be without its bias. `others_*` are of one number a wave, its first share
    of which everybody was asked: what those without an answer could do to it (`bound_others`).
    """
    variables = list(unanswered.targets)
    cells = RespondentCells(design.data, variables, unanswered.base_weights) if variables else None
    rows: list[dict[str, Any]] = []
    for name in settings.items:
        for headline in headlines(questionnaire.item(name), design.data):
            if np.isfinite(headline.values).any():
                own = _bound_headline(design, headline, settings)
                assumed = _find_range(cells, headline, unanswered, own["estimate"])
                row = {"item": name, "level": headline.level, **own, **assumed}
                first = headline.level != MEAN and bool(headline.asked.all())
                if first and not any("others_reason" in other for other in rows):
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
    """Return what everybody without an answer could do to a share, with the error of its ends.

    `others_worst_*` assume nothing: nobody of them, or all of them, would give the answer. With the
    share f of the population for which those who answered stand, they are f p_l and f p_u + 1 - f
    of the limits of the published share p. `others_*` are the lower limit of the least and the
    upper limit of the most that the share would be without its bias over phi of 0, .5 and 1, at the
    confidence `level`: t limits from a delete-a-group jackknife (Kott 2001), never outside the
    first. Where the frame says too little of the answer there are none, and `others_reason` says
    so.
    """
    if unanswered.reason or cells is None:
        return {"others_reason": unanswered.reason or NO_FRAME}
    known = np.isfinite(headline.values)
    whole = _adjust(design, headline.values, unanswered, np.ones(design.rows, dtype=np.bool_))
    answered = cells.keep_answered(headline.values)
    targets = unanswered.targets
    population = float(np.mean([sum(totals.values()) for totals in targets.values()]))
    share = min(float(answered.weights.sum()) / population, 1.0)
    clusters = design.find_clusters()
    group = (np.arange(design.rows) if clusters is None else clusters) % GROUPS_LEFT_OUT
    made = [
        _adjust(design, headline.values, unanswered, group != left)
        for left in range(GROUPS_LEFT_OUT)
    ]
    quantile = float(t_quantile(level, GROUPS_LEFT_OUT - 1))
    estimate = float(np.average(headline.values[known], weights=design.full_weights[known]))
    published = np.array([one.published for one in made])
    # Where everybody there is was asked and answered, nothing is left to chance.
    margin = 0.0 if known.sum() >= population else quantile * _jackknife(published)
    low, high = np.clip([estimate - margin, estimate + margin], 0.0, 1.0)
    worst = {
        "others_worst_lower": share * low,
        "others_worst_upper": share * high + 1 - share,
    }
    z = auxiliaries(answered, targets)
    parts = [one.over_phi for one in made if one.over_phi is not None]
    strong = z is not None and z.others > 0 and tells(answered, z)
    if not strong or whole.over_phi is None or len(parts) < GROUPS_LEFT_OUT:
        return {**worst, "others_reason": NO_PROXY}
    margins = quantile * _jackknife(np.array(parts))
    return {
        **worst,
        "others_lower": max(float((whole.over_phi - margins).min()), worst["others_worst_lower"]),
        "others_upper": min(float((whole.over_phi + margins).max()), worst["others_worst_upper"]),
        "others_reason": "",
    }


class _Adjusted(NamedTuple):
    """A published share, and without its bias for each phi, shape (phi,); None without a range."""

    published: float
    over_phi: FloatArray | None


def _adjust(
    design: Design, values: FloatArray, unanswered: Unanswered, kept: BoolArray
) -> _Adjusted:
    """Return a share from the respondents that are kept, who stand for those left out, too."""
    known = np.isfinite(values) & kept
    if not known.any():
        return _Adjusted(float("nan"), None)
    published = float(np.average(values[known], weights=design.full_weights[known]))
    base = unanswered.base_weights
    base = base * (base.sum() / base[kept].sum())
    cells = RespondentCells(design.data[kept], list(unanswered.targets), base[kept])
    answered = cells.keep_answered(values[kept])
    z = auxiliaries(answered, unanswered.targets)
    if z is None or not z.others > 0:
        return _Adjusted(published, None)
    try:
        made, _ = _model_share(answered, z)
    except StatisticsError:
        return _Adjusted(published, None)
    found = made["share"].to_numpy(dtype=np.float64)
    moved = found - found[0] + published if unanswered.weighted else found
    return _Adjusted(published, np.clip(moved, 0.0, 1.0))


def _jackknife(estimates: FloatArray) -> FloatArray:
    """Return the standard error over the first axis, each estimate without one group."""
    groups = len(estimates)
    spread = ((estimates - estimates.mean(axis=0)) ** 2).sum(axis=0)
    return np.asarray(np.sqrt((groups - 1) / groups * spread), dtype=np.float64)


def _model_share(answered: Answered, z: Auxiliaries) -> tuple[pd.DataFrame, str]:
    """Return MUBP of a share for each phi; StatisticsError where the proxy has no estimate."""
    proxy = probit_proxy(answered.answers, z.matrix, z.weights)
    mean, variance = proxy.moments(z.others_mean, z.others_covariance)
    others = (mean, max(variance, 0.0), z.selected_total / (z.selected_total + z.others))
    return mubp(answered.answers, proxy.values, *others, weights=z.weights), "share"


def _bound_headline(design: Design, headline: Headline, settings: Estimate) -> dict[str, Any]:
    """What is published, and what it would be had all who were asked answered alike."""
    known = np.isfinite(headline.values)
    size = {"asked": int(headline.asked.sum()), "answered": int(known.sum())}
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
        return float(np.average(np.where(known, headline.values, blank), weights=weights))

    estimate = np.average(headline.values[known], weights=weights[known])
    lowest, highest = map(mean, headline.ends)
    means = {"estimate": float(estimate), "worst_lower": lowest, "worst_upper": highest}
    return {"unit": "number", **size, **means}


def _find_range(
    cells: RespondentCells | None, headline: Headline, unanswered: Unanswered, published: float
) -> dict[str, Any]:
    """The range of a number by assumption, or the reason why there is none."""
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
            made, name = smub(moments, z.others_mean, z.others), "mean"
        else:
            made, name = _model_share(answered, z)
    except StatisticsError:
        return {"reason": NO_PROXY}
    found = made[name].to_numpy(dtype=np.float64)
    moved = found - found[0] + published if unanswered.weighted else found
    moved = np.clip(moved, *headline.ends)
    return {
        **{f"phi_{phi:g}": value for phi, value in zip(PHI, found, strict=True)},
        "selection_lower": float(moved.min()),
        "selection_upper": float(moved.max()),
        "correlation": float(made["correlation"].iloc[0]),
        "reason": "",
    }


def describe_nonresponse(
    design: Design,
    margins: Mapping[str, Mapping[str, float]],
    sample: pd.DataFrame | None,
    questionnaire: Questionnaire,
    selection: Selection,
) -> Unanswered:
    """What is known beside the answers, as far as the selection lets them speak of others.

    `design`: of the weighted respondents, with their base weights in the column `base_weight` of
    its data; nobody drew those who came in by themselves: each stands for one. Without `margins` of
    the frame the totals are those of all who were drawn (`sample`; None without their list).
    """
    base = np.ones(design.rows)
    if sample is not None and selection.response_rate:
        base = design.data["base_weight"].to_numpy(dtype=np.float64)
    ratio = design.full_weights / base
    weighted = not np.allclose(ratio, ratio[:1])
    if not selection.population:
        return Unanswered(base, {}, weighted, NO_POPULATION)
    if not margins and sample is None:
        return Unanswered(base, {}, weighted, NOT_GIVEN)
    if not margins and sample is not None and selection.response_rate:
        margins = drawn_totals(sample, questionnaire)
    return Unanswered(base, margins, weighted, "" if margins else NO_FRAME)


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
    """All that is told of those who answered and those who did not, by the name of its table.

    `design`: of the weighted respondents; `respondents`: coded answers of all who are not counted
    apart; `sample`: all who were asked, of whom nothing is told where they are fewer than `least`;
    None where there is no list of them.
    """
    weights = {"before": known.base_weights, "after": design.full_weights}
    drawn = sample if selection.response_rate else None
    frame = {variable.id for variable in questionnaire.frame}
    groups = (name for name in settings.variables(()) if name not in frame)
    told = list(dict.fromkeys([*settings.items, *groups]))
    return {
        "bounds": nonresponse_bounds(design, questionnaire, settings, known),
        "response": response(sample, respondents, questionnaire, selection, least),
        "balance": balance_table(design.data, weights, questionnaire, known.targets, drawn),
        "missing": missing_table(respondents, questionnaire, told),
    }
