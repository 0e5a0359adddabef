"""Estimate the shares of answers and the means of numbers of a wave, overall and by group.

The cuts of answers into categories are the one list of levels. Each share names its base: levels
and boxes of a scale (`low`, `top`: its lowest or highest levels) rest on respondents who answered;
the share of "don't know" has these respondents in its base, too; an option of a multiple-response
item has two bases, respondents who were asked and who answered (an excluded answer is in neither).
Groups counted apart are unweighted and without interval: they are no sample of a known population.

Cronbach's alpha measures the reliability of a scale, with and without each item, on respondents who
answered all items, with the wave's weights and an interval from the design.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from readiness.analysis.deriving import read_numbers, scores
from readiness.analysis.selection import ANSWERED, WITH_DONT_KNOW, Selection, group_name
from readiness.config import DerivedVariable, Estimate
from readiness.ground.arrays import FloatArray
from readiness.ground.errors import StatisticsError
from readiness.questionnaire import DONT_KNOW, MEAN, MEDIAN, QUARTILES, TOTAL, Item, Questionnaire
from readiness.survey.coding import Base, Codes, Factorized, factorize_column, option_answers
from readiness.survey.comparisons.effects import cronbach_alpha
from readiness.survey.design import Design
from readiness.survey.estimates.means import means, quantile_function, quantiles
from readiness.survey.estimates.paired import test_differences
from readiness.survey.estimates.proportions import (
    Crossing,
    Proportions,
    can_cross,
    group_codes,
    no_proportions,
    proportion_estimates,
    proportion_table,
)
from readiness.survey.intervals import Interval

BASES: tuple[Base, ...] = ("asked", "answered")


@dataclass(frozen=True, eq=False)
class Cut:
    """Grouping of the answers to an item, or to one option, into categories.

    `level`: the name of the first category, or "" where each category is a level. `base`: name of
    the base. `answers`: the distinct answers, as the code of each row (-1: missing) and a list.
    `chosen`: the category of each distinct answer; None or a special code outside the base.
    `categories`: all categories, in order.
    """

    level: str
    base: str
    answers: Factorized
    chosen: tuple[str | None, ...]
    categories: tuple[str, ...]

    @property
    def values(self) -> "pd.Categorical[Any]":
        """Category of each respondent, shape (rows,)."""
        labels = list(dict.fromkeys(c for c in self.chosen if c is not None))
        place: dict[str | None, int] = {None: -1, **{c: k for k, c in enumerate(labels)}}
        table = np.array([*(place[c] for c in self.chosen), -1], dtype=np.int64)
        return pd.Categorical.from_codes(table[self.answers[0]], dtype=pd.CategoricalDtype(labels))

    @property
    def place(self) -> list[int]:
        """Position of the category of each distinct answer, -1 outside the base."""
        at = {category: k for k, category in enumerate(self.categories)}
        return [at.get(str(c), -1) for c in self.chosen]

    @property
    def estimated_categories(self) -> tuple[str, ...]:
        """Categories whose shares are estimates; without the remainder of a named level."""
        return self.categories[:1] if self.level else self.categories

    def table(self, made: Proportions, level: float, interval: Interval) -> pd.DataFrame:
        """Return the table of the estimated categories, with the columns `level` and `base`.

        `made`: the estimates of the cut; `level`: the confidence level, 0-1.
        """
        table = proportion_table(made, level=level, interval=interval)
        table = table[table["category"].isin(self.estimated_categories)]
        return table.assign(level=self.level or table["category"], base=self.base)

    def counts(self) -> tuple[int, dict[str, int]]:
        """Return the unweighted base, and the number of respondents in each estimated category."""
        codes, distinct = self.answers
        sizes = np.bincount(codes[codes >= 0], minlength=len(distinct))
        chosen = np.array(self.chosen, dtype=object)
        counts = {category: int(sizes[chosen == category].sum()) for category in self.categories}
        return sum(counts.values()), {name: counts[name] for name in self.estimated_categories}


class Crossings:
    """Shares of cuts by a grouping ("" for none).

    Answers are crossed with the groups once, and all cuts of the answers share the result.
    """

    def __init__(self, design: Design, by: str, groups: Sequence[str]) -> None:
        self._design, self._by, self._groups = design, by, groups
        self._made: dict[int, tuple[Factorized, Crossing]] = {}

    def proportions(self, cut: Cut, *, grouped: bool) -> Proportions:
        """Return the shares of a cut, by group or in total.

        Raises StatisticsError: an undeclared answer or group; an empty base, where the design has
        no replicates.
        """
        # An answer that is neither a category nor a special code needs the slower path, which
        # reports it.
        allowed = (*cut.categories, None)
        has_undeclared = any(c not in allowed and not str(c).startswith("_") for c in cut.chosen)
        if has_undeclared or not can_cross(self._design):
            by, groups = (self._by, self._groups) if grouped else (None, None)
            if not self._design.rows:
                return no_proportions(cut.categories, groups)
            return proportion_estimates(
                self._design, cut.values, cut.categories, by=by, groups=groups
            )
        key = id(cut.answers)
        if key not in self._made:
            nobody = Codes(np.full(self._design.rows, -1, dtype=np.int64), 0, ())
            codes = group_codes(self._design, self._by, self._groups) if self._by else nobody
            # Keep the answers in memory: another object could otherwise get their `id()`.
            self._made[key] = cut.answers, Crossing.make(self._design, cut.answers, codes)
        return self._made[key][1].proportions(cut.place, cut.categories, grouped=grouped)


def cut_by_flag(
    level: str, base: str, answers: Factorized, chosen: Collection[str], inside: Collection[str]
) -> Cut:
    """Return the grouping into `1` (answers `chosen`, named `level`) and `0` (others `inside`)."""
    _, distinct = answers
    flags: list[str | None] = []
    for answer in map(str, distinct):
        flag = "1" if answer in chosen else "0"
        flags.append(flag if answer in inside else None)
    return Cut(level, base, answers, tuple(flags), ("1", "0"))


def cuts(item: Item, answers: pd.DataFrame) -> Iterator[Cut]:
    """Yield all groupings (`Cut`) of the coded answers to a closed item, in their order."""
    if item.kind.takes_several:
        for column, option in zip(item.columns, item.codes, strict=True):
            distinct_answers = factorize_column(answers[column])
            for base in BASES:
                try:
                    chosen = tuple(option_answers(distinct_answers[1], option, base))
                except StatisticsError:
                    # raises an error that names the row
                    option_answers(answers[column], option, base)
                    raise
                yield Cut(option, base, distinct_answers, chosen, ("1", "0"))
        return
    distinct_answers = factorize_column(answers[item.id])
    yield Cut("", ANSWERED, distinct_answers, tuple(distinct_answers[1]), item.codes)
    yield from (
        cut_by_flag(name, ANSWERED, distinct_answers, levels, item.codes)
        for name, levels in item.levels_of.items()
    )
    if item.dont_know:
        inside = (*item.codes, DONT_KNOW)
        yield cut_by_flag(
            DONT_KNOW.strip("_"), WITH_DONT_KNOW, distinct_answers, (DONT_KNOW,), inside
        )


def compared_cuts(item: Item, answers: pd.DataFrame) -> Iterator[Cut]:
    """Yield the groupings of the answers to a closed item on which groups are compared.

    Of a scale: in the headline box or not. Of another single-choice item: its answers. Of a
    multiple-response item: chosen or not, for each option. The base is those who answered.
    """
    for cut in cuts(item, answers):
        chosen = cut.level == item.headline if item.headline else cut.base == ANSWERED
        if chosen and (not item.kind.is_nominal or not cut.level):
            yield cut


COLUMNS = [
    *("item", "level", "base", "group", "n", "count", "estimate", "se", "lower", "upper"),
    *("n_eff", "deff", "df", "reliability", "note", "weighted"),
    *("p_first", "p_rows", "last_row"),
]


def estimate(
    design: Design, apart: pd.DataFrame, questionnaire: Questionnaire, settings: Estimate
) -> pd.DataFrame:
    """Return the estimates of all items of the settings: columns `COLUMNS`, shares 0-1.

    `apart`: coded answers of the groups counted apart, with their code in `group`. The total of an
    item has one row per level; groups of further variables are named `variable:category`. An item
    is not crossed with itself, and a respondent without a category of a variable is in none of its
    groups.

    `p_first`: for the answer to an item that most of all respondents gave, p of "it is no more
    frequent than each other answer" (`compare_first`); missing elsewhere. `p_rows`: for the row of
    a grid with the largest headline share, p of "it is no larger than that of `last_row`", the item
    with the smallest share (`compare_rows`).
    """
    variables = settings.variables(v.id for v in questionnaire.frame if v.id in design.data)
    groups = {name: questionnaire.grouping(name).codes for name in variables}
    parts = []
    for name in settings.items:
        item = questionnaire.item(name)
        first = "" if variables[:1] in ((), (name,)) else variables[0]
        parts.append(estimate_item(design, item, first, groups.get(first, ()), settings))
        for variable in [v for v in variables[1:] if v != name]:
            table = estimate_item(design, item, variable, groups[variable], settings)
            table = table[table["group"] != TOTAL]
            parts.append(table.assign(group=[group_name(variable, g) for g in table["group"]]))
        for group in questionnaire.groups_apart:
            answers = apart.loc[apart["group"] == group].reset_index(drop=True)
            parts.append(count_apart(answers, item, group))
    table = pd.concat([part for part in parts if len(part)], ignore_index=True)
    table["last_row"] = table["last_row"].astype(object)
    for names in questionnaire.find_tables(settings.items).values():
        grid_items = [questionnaire.item(name) for name in names]
        if (order := compare_rows(design, grid_items)) is not None:
            largest, smallest, p = order
            is_largest = table["item"].eq(largest.id) & table["level"].eq(largest.first_level)
            is_largest &= table["group"].eq(TOTAL) & table["base"].eq(ANSWERED)
            table.loc[is_largest, "p_rows"] = p
            table.loc[is_largest, "last_row"] = smallest.id
    return table


def estimate_item(
    design: Design, item: Item, by: str, groups: Sequence[str], settings: Estimate
) -> pd.DataFrame:
    """Return all estimates of one item, overall and by group: columns `COLUMNS`.

    `by`: the variable whose categories are the groups; "" for totals alone. `groups`: their codes.
    """
    if item.kind.is_number:
        return _estimate_means(design, item, by, groups, settings.level)
    parts, crossings = [], Crossings(design, by, groups)
    with_groups = (False, True) if by else (False,)
    for cut in [cut for cut in cuts(item, design.data) if cut.counts()[0]]:
        for grouped in with_groups:
            proportions = crossings.proportions(cut, grouped=grouped)
            table = cut.table(proportions, settings.level, settings.interval)
            parts.append(table.assign(item=item.id, group=table["group"] if grouped else TOTAL))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    estimates = pd.concat(parts, ignore_index=True).assign(
        p_first=np.nan, p_rows=np.nan, last_row=""
    )
    if (first := compare_first(design, item)) is not None:
        level, p = first
        of_all = estimates["group"].eq(TOTAL) & estimates["base"].eq(ANSWERED)
        estimates.loc[of_all & estimates["level"].eq(level), "p_first"] = p
    return estimates[COLUMNS]


def read_indicators(item: Item, answers: pd.DataFrame) -> dict[str, FloatArray]:
    """Return for each answer or option 1 where a person gave it, 0 where not, NaN outside the base.

    By code, each of shape (rows,). The base is respondents who answered the item.
    """
    indicators: dict[str, FloatArray] = {}
    for cut in cuts(item, answers):
        # A box adds answers that have their own indicators.
        if cut.base != ANSWERED or (cut.level and not item.kind.takes_several):
            continue
        place = np.array([*cut.place, -1])[cut.answers[0]]
        for k, category in enumerate(cut.estimated_categories):
            values = np.where(place == k, 1.0, 0.0)
            indicators[cut.level or category] = np.where(place < 0, np.nan, values)
    return indicators


def compare_first(design: Design, item: Item) -> tuple[str, float] | None:
    """Return the most frequent answer, and p of "it is no more frequent than another one".

    The largest p of its paired differences from the other answers: the lead is established where
    all differences are (Gutmann and Maymin 1987). None for fewer than two answers that somebody
    gave or could have given.
    """
    indicators = read_indicators(item, design.data)
    inside = {name: np.isfinite(values) & design.mask for name, values in indicators.items()}
    indicators = {name: values for name, values in indicators.items() if inside[name].any()}
    if len(indicators) < 2:
        return None
    weights = design.full_weights
    shares = {
        name: float(np.average(values[inside[name]], weights=weights[inside[name]]))
        for name, values in indicators.items()
    }
    first = max(shares, key=lambda name: shares[name])
    other_indicators = np.column_stack(
        [values for name, values in indicators.items() if name != first]
    )
    p = test_differences(design, indicators[first], other_indicators)
    return first, float(np.max(p))


def count_apart(answers: pd.DataFrame, item: Item, group: str) -> pd.DataFrame:
    """Return unweighted shares, or mean and quartiles, of a group counted apart, without interval.

    Columns `COLUMNS`; no row for an empty base.
    """
    rows: list[tuple[str, str, int, int, float]] = []
    if item.kind.is_number:
        values = read_numbers(answers[item.id])
        values = values[~np.isnan(values)]
        if n := len(values):
            quantile_of = quantile_function(values, np.ones(n), "school")
            points = {MEAN: float(values.mean())} | {
                q: quantile_of(p) for q, p in QUARTILES.items()
            }
            rows = [(level, ANSWERED, n, n, value) for level, value in points.items()]
    else:
        for cut in cuts(item, answers):
            n, counts = cut.counts()
            if not n:
                continue
            rows += [
                (cut.level or category, cut.base, n, count, count / n)
                for category, count in counts.items()
            ]
    table = pd.DataFrame(rows, columns=["level", "base", "n", "count", "estimate"])
    return table.assign(item=item.id, group=group, note="unweighted").reindex(columns=COLUMNS)


def _estimate_means(
    design: Design, item: Item, by: str, groups: Sequence[str], level: float
) -> pd.DataFrame:
    """Return weighted means with t limits, medians with Woodruff's, quartiles; a note without
    answers.
    """
    values = read_numbers(design.data[item.id])
    answered = np.isfinite(values) & design.mask
    parts = []
    for grouping in (None, by) if by else (None,):
        names = [TOTAL] if grouping is None else list(groups)
        group_of = np.broadcast_to(TOTAL if grouping is None else design.data[by], len(answered))
        groups_with_answers = [group for group in names if (answered & (group_of == group)).any()]
        table = pd.DataFrame({"group": names}).assign(n=0, note="no respondent in the base")
        bases = pd.Series(np.where(answered, design.full_weights, 0.0)).groupby(group_of).sum()
        if groups_with_answers:
            estimates = means(
                design,
                values,
                by=grouping,
                groups=groups_with_answers if grouping else None,
                missing="drop",
                deff="replace",
            )
            estimated = (
                estimates.to_frame(level)
                .assign(group=groups_with_answers, note="")
                .drop(columns=["name", "cv"])
            )
            estimated["n_eff"] = np.minimum(estimated["n"] / estimated["deff"], estimated["n"])
            table = pd.concat(
                [estimated, table[~table["group"].isin(groups_with_answers)]], ignore_index=True
            )
            table = table.set_index("group").loc[names].reset_index()
        table["weighted"] = [float(bases.get(name, 0.0)) for name in names]
        table = table.assign(item=item.id, level=MEAN, base=ANSWERED, count=table["n"])
        parts.append(table)
        points = {
            name: _find_quartiles(design.subset(answered & (group_of == name)), values, level)
            for name in groups_with_answers
        }
        shared_columns = table[["group", "n", "count", "item", "base", "weighted", "note"]]
        for quartile in QUARTILES:
            estimated = pd.DataFrame([points.get(name, {}).get(quartile, {}) for name in names])
            parts.append(pd.concat([shared_columns.assign(level=quartile), estimated], axis=1))
    return pd.concat(parts, ignore_index=True).assign(reliability="").reindex(columns=COLUMNS)


def _find_quartiles(
    domain: Design, values: FloatArray, level: float
) -> dict[str, dict[str, float]]:
    """Return the estimate of each quartile, with confidence limits for the median only.

    Limits take most of the time.
    """
    quantile_of = quantile_function(values[domain.mask], domain.full_weights[domain.mask], "school")
    quartiles = {
        quartile: {"estimate": quantile_of(share)} for quartile, share in QUARTILES.items()
    }
    middle = quantiles(domain, values, [QUARTILES[MEDIAN]], rule="school", level=level).iloc[0]
    quartiles[MEDIAN] |= {end: float(middle[end]) for end in ("lower", "upper")}
    return quartiles


def compare_rows(design: Design, rows: Sequence[Item]) -> tuple[Item, Item, float] | None:
    """Return the rows of a grid with the largest and the smallest headline share, and p.

    p of "both shares are equal", on the same people. None for numbers, or for fewer than two rows
    with answers.
    """
    shares: dict[str, tuple[float, FloatArray]] = {}
    for item in rows:
        values = _read_headline(item, design.data) if item.kind.takes_one else None
        if values is not None and (inside := np.isfinite(values) & design.mask).any():
            share = np.average(values[inside], weights=design.full_weights[inside])
            shares[item.id] = float(share), values
    if len(shares) < 2:
        return None
    by_id, order = {item.id: item for item in rows}, sorted(shares, key=lambda n: -shares[n][0])
    first, last = order[0], order[-1]
    (p,) = test_differences(design, shares[first][1], shares[last][1][:, None])
    return by_id[first], by_id[last], float(p)


def _read_headline(item: Item, answers: pd.DataFrame) -> FloatArray | None:
    """Return 1 for each respondent with the headline answer, 0 with another, NaN without: (rows,).

    None for an item without the headline among its cuts.
    """
    for cut in cuts(item, answers):
        if cut.base == ANSWERED and item.first_level in (cut.level, *cut.categories):
            place = np.array([*cut.place, -1])[cut.answers[0]]
            chosen = 0 if cut.level else cut.categories.index(item.first_level)
            return np.where(place < 0, np.nan, (place == chosen).astype(np.float64))
    return None


SCALE_COLUMNS = ["item", "without", "items", "n", "alpha", "lower", "upper", "note"]


def scales_table(
    design: Design,
    questionnaire: Questionnaire,
    scales: Sequence[DerivedVariable],
    level: float,
    selection: Selection,
) -> pd.DataFrame:
    """Return alpha of each scale, and of the scale `without` each item: columns `SCALE_COLUMNS`.

    `n`: respondents who answered all items. The interval is missing where the selection bears no
    inference, and alpha where it does not exist: `note` has the reason.
    """
    rows: list[dict[str, Any]] = []
    for scale in scales:
        values = scores(scale, questionnaire, design.data)
        rows.append(_estimate_alpha(design, scale.id, "", values, level, selection))
        if values.shape[1] > 2:
            for place, name in enumerate(scale.sources):
                rest = np.delete(values, place, axis=1)
                rows.append(_estimate_alpha(design, scale.id, name, rest, level, selection))
    return pd.DataFrame(rows, columns=SCALE_COLUMNS)


def _estimate_alpha(
    design: Design, item: str, without: str, values: FloatArray, level: float, selection: Selection
) -> dict[str, Any]:
    """Return the record of one alpha; `note` is the reason why an alpha could not be computed."""
    complete_cases = int((np.isfinite(values).all(axis=1) & design.mask).sum())
    row: dict[str, Any] = {
        "item": item,
        "without": without,
        "items": values.shape[1],
        "n": complete_cases,
    }
    try:
        alpha = cronbach_alpha(design, values, level)
    except StatisticsError as error:
        return {**row, "note": str(error)}
    row |= {"alpha": alpha.effect, "note": alpha.note}
    return {**row, "lower": alpha.lower, "upper": alpha.upper} if selection.inference else row
