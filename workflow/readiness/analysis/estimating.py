"""The estimates of a wave: shares of every answer and means of numbers, overall and by group.

How answers are cut into categories is the one list of levels. Each share names its base: levels and
boxes of a scale (`low`, `top`: its lowest or highest levels) rest on those who answered; "don't
know" is a share of all who answered; an option of a multiple choice has two bases, those who were
asked and those who answered (an answer that was excluded is in neither). Groups counted apart are
unweighted and without interval: they are no sample of a known population.

How well the items of a scale measure the same: Cronbach's alpha, and without each item, of those
who answered all items, with the wave's weights and an interval from the design.
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
    """Answers cut into categories.

    `level`: what is in the first category, or "" where each category is a level by itself. `base`:
    whose answers they are. `answers`: the distinct answers that occur, as the code of each row (-1:
    missing) and a list. `chosen`: the category of each distinct answer; None or a special code
    outside the base. `categories`: all of them, in order.
    """

    level: str
    base: str
    answers: Factorized
    chosen: tuple[str | None, ...]
    categories: tuple[str, ...]

    @property
    def values(self) -> "pd.Categorical[Any]":
        """A category of each respondent, shape (rows,)."""
        labels = list(dict.fromkeys(c for c in self.chosen if c is not None))
        place: dict[str | None, int] = {None: -1, **{c: k for k, c in enumerate(labels)}}
        table = np.array([*(place[c] for c in self.chosen), -1], dtype=np.int64)
        return pd.Categorical.from_codes(table[self.answers[0]], dtype=pd.CategoricalDtype(labels))

    @property
    def place(self) -> list[int]:
        """The position of the category of each distinct answer, -1 outside the base."""
        at = {category: k for k, category in enumerate(self.categories)}
        return [at.get(str(c), -1) for c in self.chosen]

    @property
    def estimated_categories(self) -> tuple[str, ...]:
        """The categories whose shares are estimates: the second of two is only the rest."""
        return self.categories[:1] if self.level else self.categories

    def table(self, made: Proportions, level: float, interval: Interval) -> pd.DataFrame:
        """The table of the kept categories of estimates, with the columns `level` and `base`."""
        table = proportion_table(made, level=level, interval=interval)
        table = table[table["category"].isin(self.estimated_categories)]
        return table.assign(level=self.level or table["category"], base=self.base)

    def counts(self) -> tuple[int, dict[str, int]]:
        """The unweighted base, and how many are in each kept category."""
        codes, distinct = self.answers
        sizes = np.bincount(codes[codes >= 0], minlength=len(distinct))
        chosen = np.array(self.chosen, dtype=object)
        counts = {category: int(sizes[chosen == category].sum()) for category in self.categories}
        return sum(counts.values()), {name: counts[name] for name in self.estimated_categories}


class Crossings:
    """The shares of cuts by a grouping ("" for none): an answer counts once, whatever its cuts."""

    def __init__(self, design: Design, by: str, groups: Sequence[str]) -> None:
        self._design, self._by, self._groups = design, by, groups
        self._made: dict[int, tuple[Factorized, Crossing]] = {}

    def proportions(self, cut: Cut, *, grouped: bool) -> Proportions:
        """The shares of a cut, by group or in all.

        Raises StatisticsError: an answer or a group that is not declared; a base that is empty,
        where the design has no replicates.
        """
        # Whether an answer occurs that is neither a category nor a special code.
        inside = (*cut.categories, None)
        strange = any(c not in inside and not str(c).startswith("_") for c in cut.chosen)
        if strange or not can_cross(self._design):
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
            # Answers are kept, so that their id stays their own.
            self._made[key] = cut.answers, Crossing.make(self._design, cut.answers, codes)
        return self._made[key][1].proportions(cut.place, cut.categories, grouped=grouped)


def cut_by_flag(
    level: str, base: str, answers: Factorized, chosen: Collection[str], inside: Collection[str]
) -> Cut:
    """The cut into `1`, which is `level`, and `0`: the answers `chosen` among those `inside`."""
    _, distinct = answers
    flags = (("1" if str(a) in chosen else "0") if str(a) in inside else None for a in distinct)
    return Cut(level, base, answers, tuple(flags), ("1", "0"))


def cuts(item: Item, answers: pd.DataFrame) -> Iterator[Cut]:
    """All cuts of the coded answers to a closed item (single, ordinal, multi), in their order."""
    if item.kind.takes_several:
        for column, option in zip(item.columns, item.codes, strict=True):
            found = factorize_column(answers[column])
            for base in BASES:
                try:
                    chosen = tuple(option_answers(found[1], option, base))
                except StatisticsError:
                    option_answers(answers[column], option, base)  # its error names the row
                    raise
                yield Cut(option, base, found, chosen, ("1", "0"))
        return
    found = factorize_column(answers[item.id])
    yield Cut("", ANSWERED, found, tuple(found[1]), item.codes)
    yield from (
        cut_by_flag(name, ANSWERED, found, levels, item.codes)
        for name, levels in item.levels_of.items()
    )
    if item.dont_know:
        inside = (*item.codes, DONT_KNOW)
        yield cut_by_flag(DONT_KNOW.strip("_"), WITH_DONT_KNOW, found, (DONT_KNOW,), inside)


def compared_cuts(item: Item, answers: pd.DataFrame) -> Iterator[Cut]:
    """The cuts of a closed item by which groups are compared, on those who answered.

    The headline box of a scale, each answer of a single choice, each option of a multiple one.
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
    """The estimates of all items of the settings: columns `COLUMNS`, shares 0-1.

    `p_first`: of the answer to an item that most of all respondents gave, p of "it is no more
    frequent than each other answer" (`compare_first`); missing elsewhere. `p_rows`: of the row of a
    grid with the largest headline share, p of "it is no larger than that of `last_row`", the item
    with the smallest one (`compare_rows`).
    `apart`: coded answers of the groups counted apart, with their code in `group`. The total of an
    item stands once; the groups of variables beside the one that is compared are `crossed`. An item
    is not told by its own answers, and who has no category of a variable is in none of its groups.
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
        rows = [questionnaire.item(name) for name in names]
        if (order := compare_rows(design, rows)) is not None:
            largest, smallest, p = order
            own = table["item"].eq(largest.id) & table["level"].eq(largest.first_level)
            own &= table["group"].eq(TOTAL) & table["base"].eq(ANSWERED)
            table.loc[own, "p_rows"] = p
            table.loc[own, "last_row"] = smallest.id
    return table


def estimate_item(
    design: Design, item: Item, by: str, groups: Sequence[str], settings: Estimate
) -> pd.DataFrame:
    """All estimates of one item, overall and by group: columns `COLUMNS`.

    `by`: the variable whose categories are the groups; "" for totals alone.
    """
    if item.kind.is_number:
        return _estimate_means(design, item, by, groups, settings.level)
    parts, crossings = [], Crossings(design, by, groups)
    both = (False, True) if by else (False,)
    for cut in [cut for cut in cuts(item, design.data) if cut.counts()[0]]:
        for grouped in both:
            made = crossings.proportions(cut, grouped=grouped)
            table = cut.table(made, settings.level, settings.interval)
            parts.append(table.assign(item=item.id, group=table["group"] if grouped else TOTAL))
    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    found = pd.concat(parts, ignore_index=True).assign(p_first=np.nan, p_rows=np.nan, last_row="")
    if (first := compare_first(design, item)) is not None:
        level, p = first
        of_all = found["group"].eq(TOTAL) & found["base"].eq(ANSWERED)
        found.loc[of_all & found["level"].eq(level), "p_first"] = p
    return found[COLUMNS]


def read_indicators(item: Item, answers: pd.DataFrame) -> dict[str, FloatArray]:
    """Return of each answer or option 1 where a person gave it, 0 where not, NaN outside the base.

    The base is those who answered the item, the shape of each (rows,).
    """
    found: dict[str, FloatArray] = {}
    for cut in cuts(item, answers):
        # A box adds answers up that stand by themselves.
        if cut.base != ANSWERED or (cut.level and not item.kind.takes_several):
            continue
        place = np.array([*cut.place, -1])[cut.answers[0]]
        for k, category in enumerate(cut.estimated_categories):
            values = np.where(place == k, 1.0, 0.0)
            found[cut.level or category] = np.where(place < 0, np.nan, values)
    return found


def compare_first(design: Design, item: Item) -> tuple[str, float] | None:
    """Return the answer that most of all gave, and p of "it is no more frequent than another one".

    The largest p of its paired differences from each other answer: that it comes first is
    established where all of them are (Gutmann and Maymin 1987). None of fewer than two answers, or
    where nobody answered.
    """
    known = read_indicators(item, design.data)
    inside = {name: np.isfinite(values) & design.mask for name, values in known.items()}
    known = {name: values for name, values in known.items() if inside[name].any()}
    if len(known) < 2:
        return None
    weights = design.full_weights
    shares = {
        name: float(np.average(values[inside[name]], weights=weights[inside[name]]))
        for name, values in known.items()
    }
    first = max(shares, key=lambda name: shares[name])
    others = np.column_stack([values for name, values in known.items() if name != first])
    p = test_differences(design, known[first], others)
    return first, float(np.max(p))


def count_apart(answers: pd.DataFrame, item: Item, group: str) -> pd.DataFrame:
    """Unweighted shares, or mean and quartiles, of a group counted apart, without interval."""
    found: list[tuple[str, str, int, int, float]] = []
    if item.kind.is_number:
        known = read_numbers(answers[item.id])
        known = known[~np.isnan(known)]
        if n := len(known):
            find = quantile_function(known, np.ones(n), "school")
            points = {MEAN: float(known.mean())} | {q: find(p) for q, p in QUARTILES.items()}
            found = [(level, ANSWERED, n, n, value) for level, value in points.items()]
    else:
        found = [
            (cut.level or category, cut.base, n, count, count / n)
            for cut in cuts(item, answers)
            for n, counted in [cut.counts()]
            for category, count in (counted.items() if n else ())
        ]
    table = pd.DataFrame(found, columns=["level", "base", "n", "count", "estimate"])
    return table.assign(item=item.id, group=group, note="unweighted").reindex(columns=COLUMNS)


def _estimate_means(
    design: Design, item: Item, by: str, groups: Sequence[str], level: float
) -> pd.DataFrame:
    """Weighted means with t limits, medians with Woodruff's, quartiles; none without answers."""
    known = read_numbers(design.data[item.id])
    answered = np.isfinite(known) & design.mask
    parts = []
    for grouping in (None, by) if by else (None,):
        names = [TOTAL] if grouping is None else list(groups)
        of = np.broadcast_to(TOTAL if grouping is None else design.data[by], len(answered))
        there = [group for group in names if (answered & (of == group)).any()]
        table = pd.DataFrame({"group": names}).assign(n=0, note="no respondent in the base")
        bases = pd.Series(np.where(answered, design.full_weights, 0.0)).groupby(of).sum()
        if there:
            made = means(
                design,
                known,
                by=grouping,
                groups=there if grouping else None,
                missing="drop",
                deff="replace",
            )
            found = made.to_frame(level).assign(group=there, note="").drop(columns=["name", "cv"])
            found["n_eff"] = np.minimum(found["n"] / found["deff"], found["n"])
            table = pd.concat([found, table[~table["group"].isin(there)]], ignore_index=True)
            table = table.set_index("group").loc[names].reset_index()
        table["weighted"] = [float(bases.get(name, 0.0)) for name in names]
        table = table.assign(item=item.id, level=MEAN, base=ANSWERED, count=table["n"])
        parts.append(table)
        points = {
            name: _find_quartiles(design.subset(answered & (of == name)), known, level)
            for name in there
        }
        same = table[["group", "n", "count", "item", "base", "weighted", "note"]]
        for quartile in QUARTILES:
            found = pd.DataFrame([points.get(name, {}).get(quartile, {}) for name in names])
            parts.append(pd.concat([same.assign(level=quartile), found], axis=1))
    return pd.concat(parts, ignore_index=True).assign(reliability="").reindex(columns=COLUMNS)


def _find_quartiles(
    domain: Design, values: FloatArray, level: float
) -> dict[str, dict[str, float]]:
    """The estimate of each quartile, with limits of the median alone: they cost most."""
    find = quantile_function(values[domain.mask], domain.full_weights[domain.mask], "school")
    found = {quartile: {"estimate": find(share)} for quartile, share in QUARTILES.items()}
    middle = quantiles(domain, values, [QUARTILES[MEDIAN]], rule="school", level=level).iloc[0]
    found[MEDIAN] |= {end: float(middle[end]) for end in ("lower", "upper")}
    return found


def compare_rows(design: Design, rows: Sequence[Item]) -> tuple[Item, Item, float] | None:
    """Return the rows of a grid with the largest and the smallest headline share, and p.

    p of "both shares are equal", of the same people. None of numbers, or of fewer than two rows
    that somebody answered.
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
    """Return 1 for each who gave the headline answer, 0 for who gave another, NaN for no answer."""
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
    """Alpha of each scale, and of the scale `without` each of its items: columns `SCALE_COLUMNS`.

    `n`: respondents who answered all items. What the selection gives no meaning (an interval of
    chosen respondents) is missing, and so is an alpha that does not exist: `note` says why.
    """
    rows: list[dict[str, Any]] = []
    for one in scales:
        values = scores(one, questionnaire, design.data)
        rows.append(_estimate_alpha(design, one.id, "", values, level, selection))
        if values.shape[1] > 2:
            for place, name in enumerate(one.sources):
                rest = np.delete(values, place, axis=1)
                rows.append(_estimate_alpha(design, one.id, name, rest, level, selection))
    return pd.DataFrame(rows, columns=SCALE_COLUMNS)


def _estimate_alpha(
    design: Design, item: str, without: str, values: FloatArray, level: float, selection: Selection
) -> dict[str, Any]:
    known = int((np.isfinite(values).all(axis=1) & design.mask).sum())
    row: dict[str, Any] = {"item": item, "without": without, "items": values.shape[1], "n": known}
    try:
        made = cronbach_alpha(design, values, level)
    except StatisticsError as error:
        return {**row, "note": str(error)}
    row |= {"alpha": made.effect, "note": made.note}
    return {**row, "lower": made.lower, "upper": made.upper} if selection.inference else row
