"""Recompute a wave under every defensible variant of its analysis.

A variant is one choice in each dimension; `OWN` is the configuration's choice. The functions of the
steps compute each variant, on tables that the choice has changed:

- `weights`: limits twice as wide, the first margin alone (post-stratification), none;
- `base`: "do not know" as an answer, in the base;
- `groups`: the small groups as one, or where fewer than two are small the two smallest;
- `test`: another interval of a share, Holm's adjustment of gaps in place of max-t;
- `interviews`: without those that gave one answer to a whole block, or that repeat another.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from readiness.analysis import weighting
from readiness.analysis.comparing import (
    COLUMNS,
    NUMBERS,
    close_pairs,
    contrast_item,
    list_family,
    prepare_tests,
)
from readiness.analysis.domain import limit_design
from readiness.analysis.estimating import Crossings, compare_first, compared_cuts, cuts
from readiness.analysis.selection import ANSWERED, Selection
from readiness.analysis.weighting import round_as_stored, weighted_design
from readiness.config import Compare, Estimate, Weight
from readiness.questionnaire import DONT_KNOW, TOTAL, Category, FrameVariable, Item, Questionnaire
from readiness.survey.comparisons.multiple import adjust_p
from readiness.survey.design import Design
from readiness.survey.intervals import Interval

# The configuration's choice, and the alternatives.
OWN = "own"
LIMITS, MARGIN, NONE = "limits", "margin", "none"
COUNTED, MERGED, OTHER = "dont_know", "merged", "other"
LINES, REPEATS = "lines", "repeats"
# Every dimension with its alternatives to `OWN`.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "weights": (LIMITS, MARGIN, NONE),
    "base": (COUNTED,),
    "groups": (MERGED,),
    "test": (OTHER,),
    "interviews": (LINES, REPEATS),
}
# Rules of validation that mark the interviews to exclude.
MARKED = {LINES: "straight_line", REPEATS: "same_content"}
# Codes of an answer and of a group that no questionnaire can have.
AS_ANSWER, AS_GROUP = "dont_know-", "small-"
# Another kind of interval, by the wave's own; `logit` by default.
BESIDE: Mapping[str, Interval] = {"logit": "korn-graubard"}


@dataclass(frozen=True)
class Wave:
    """A wave as the steps read it.

    `answers` and `counts` are tables of the validate step, `margins` persons by variable and
    category, `by` the variable whose groups are compared ("" for none), `small` the base below
    which a group is small, `marked` the respondents to exclude, by choice.
    """

    answers: pd.DataFrame
    counts: pd.DataFrame
    questionnaire: Questionnaire
    margins: weighting.Margins
    weight: Weight | None
    estimate: Estimate
    compare: Compare
    selection: Selection
    by: str
    small: int
    marked: Mapping[str, Collection[str]]

    @cached_property
    def _families(self) -> dict[str, list[str]]:
        """Family of each item, whatever a variant changes in its answers."""
        return list_family(self.questionnaire, [*self.estimate.items, *self.compare.items])

    def choices(self, asked: Collection[str]) -> dict[str, tuple[str, ...]]:
        """Return the choices of each dimension that are `asked` for and change this wave; `OWN`
        first.
        """
        groups = self.questionnaire.grouping(self.by).codes if self.by else ()
        items = [self.questionnaire.item(name) for name in self.estimate.items]
        has_effect = {
            LIMITS: bool(self.margins and self.weight and not self.weight.given),
            MARGIN: len(self.margins) > 1,
            # Given weights with a design contain the clustering, which weights of 1 would lose.
            NONE: self.weight is not None
            and not (self.weight.given and self.weight.given.has_design),
            COUNTED: any(has_dont_know(item) for item in items),
            MERGED: len(groups) > 2,
            OTHER: self.selection.inference,
            **{choice: bool(respondents) for choice, respondents in self.marked.items()},
        }
        return {
            name: (
                OWN,
                *(choice for choice in alternatives if name in asked and has_effect.get(choice)),
            )
            for name, alternatives in CHOICES.items()
        }

    def weigh(self, weights: str, interviews: str) -> Design | None:
        """Return the design with the weights of a variant; None where nobody can be weighted."""
        excluded = list(self.marked.get(interviews, ()))
        included = self.answers[~self.answers["respondent"].isin(excluded)].reset_index(drop=True)
        table = weighting.weighted_part(included, self.counts, self.questionnaire.groups_apart)
        weight_settings, margins = self.weight, self.margins
        if weight_settings and weights == LIMITS:
            weight_settings = weight_settings.model_copy(
                update={"trim": [weight_settings.trim[0] / 2, weight_settings.trim[1] * 2]}
            )
        if weights == MARGIN:
            margins = dict([*margins.items()][:1])
        settings = None if weights == NONE else weight_settings
        people = weighting.people(self.counts)
        adapted = weighting.weigh_wave(table, people, margins, settings, self.selection)
        if adapted.replicates is None:
            return None
        replicates = replace(adapted.replicates, matrix=round_as_stored(adapted.replicates.matrix))
        final = weighting.weights_table(table, adapted)
        populations_known = final["stratum_population"].notna().all()
        text = final.assign(
            stratum_population=final["stratum_population"] if populations_known else ""
        )
        varied = weighted_design(included, text, replicates)
        return limit_design(varied, self.questionnaire, self.estimate.where)

    def vary(self, design: Design, base: str, groups: str) -> tuple[Design, Questionnaire]:
        """Return the design with the answers and groups of a variant, and its questionnaire."""
        data, questionnaire = design.data, self.questionnaire
        if base == COUNTED:
            data, questionnaire = count_dont_know(data, questionnaire, self.estimate.items)
        if groups == MERGED:
            data, questionnaire = merge_groups(data, questionnaire, self.by, self.small)
        return replace(design, data=data, _coded={}), questionnaire

    def estimate_totals(
        self, design: Design, asked: Questionnaire, item: str, tests: Sequence[str]
    ) -> Iterator[pd.DataFrame]:
        """Yield the estimates of an item's totals as the estimate step makes them, one table per
        test.
        """
        question, crossings = asked.item(item), Crossings(design, "", ())
        proportions = [
            (cut, crossings.proportions(cut, grouped=False)) for cut in cuts(question, design.data)
        ]
        first, p = compare_first(design, question) or ("", np.nan)
        for test in tests:
            own_interval = self.estimate.interval
            interval = BESIDE.get(own_interval, "logit") if test == OTHER else own_interval
            tables = [
                cut.table(estimates, self.estimate.level, interval)
                for cut, estimates in proportions
            ]
            table = pd.concat(tables, ignore_index=True).assign(item=item, group=TOTAL)
            is_first = table["base"].eq(ANSWERED) & table["level"].eq(first)
            yield table.assign(p_first=np.where(is_first, p, np.nan))

    def contrast_groups(
        self, design: Design, asked: Questionnaire, item: str, tests: Sequence[str]
    ) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
        """Yield the compared shares of an item by group, and the contrasts of all pairs, by
        test.
        """
        question, groups = asked.item(item), asked.grouping(self.by).codes
        level, interval = self.estimate.level, self.estimate.interval
        crossings = Crossings(design, self.by, groups)
        share_tables = [
            cut.table(crossings.proportions(cut, grouped=True), level, interval).assign(item=item)
            for cut in compared_cuts(question, design.data)
        ]
        test_design = prepare_tests(design)
        rows = len(self._families[item])
        pairs = contrast_item(test_design, question, self.by, groups, level, interval, rows)
        contrasts = pd.DataFrame(pairs, columns=COLUMNS).astype(dict.fromkeys(NUMBERS, "float64"))
        for test in tests:
            if test == OTHER and len(pairs):
                holm = adjust_p(contrasts["p_value"].astype(float), "holm")
                contrasts = contrasts.assign(p_adjusted=np.minimum(rows * holm, 1.0))
            yield pd.concat(share_tables, ignore_index=True), close_pairs(contrasts, level)


def has_dont_know(item: Item) -> bool:
    """Return whether "do not know" can be counted as an answer to the item."""
    return item.dont_know is not None and item.kind.takes_one


def count_dont_know(
    data: pd.DataFrame, asked: Questionnaire, items: Collection[str]
) -> tuple[pd.DataFrame, Questionnaire]:
    """Return answers and questionnaire with "do not know" as the last answer to each of the
    items.
    """
    items_with_dont_know = {item.id: item for item in map(asked.item, items) if has_dont_know(item)}
    columns = {name: data[name].replace(DONT_KNOW, AS_ANSWER) for name in items_with_dont_know}
    changed = {}
    for name, item in items_with_dont_know.items():
        assert item.dont_know is not None
        last = Category.model_construct(**dict(item.dont_know), code=AS_ANSWER)
        changes = {
            "categories": (*item.categories, last),
            "boxes": item.levels_of,
            "dont_know": None,
        }
        changed[name] = item.model_copy(update=changes)
    all_items = tuple(changed.get(item.id, item) for item in asked.items)
    return data.assign(**columns), asked.model_copy(update={"items": all_items})


def merge_groups(
    data: pd.DataFrame, asked: Questionnaire, by: str, small: int
) -> tuple[pd.DataFrame, Questionnaire]:
    """Return answers and questionnaire with the groups of fewer than `small` people merged.

    The two smallest groups are merged where fewer than two are small.
    """
    variable = asked.grouping(by)
    sizes = data[by].value_counts().reindex(list(variable.codes), fill_value=0)
    order = sizes.sort_values(kind="stable").index
    merged = [code for code in order if sizes[code] < small]
    merged = merged if len(merged) > 1 else [*order[:2]]
    first = next(category for category in variable.categories if category.code in merged)
    other_categories = tuple(c for c in variable.categories if c.code not in merged)
    merged_categories = {
        "categories": (*other_categories, first.model_copy(update={"code": AS_GROUP}))
    }
    where = "frame" if by in {frame_variable.id for frame_variable in asked.frame} else "items"
    parts: Sequence[FrameVariable | Item] = getattr(asked, where)
    changed_parts = tuple(
        p.model_copy(update=merged_categories) if p.id == by else p for p in parts
    )
    codes = data[by].where(~data[by].isin(merged), AS_GROUP)
    return data.assign(**{by: codes}), asked.model_copy(update={where: changed_parts})
