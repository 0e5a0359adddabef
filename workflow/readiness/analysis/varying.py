"""One wave under every variant of its analysis that somebody could defend as well.

A variant is one choice of each dimension; `OWN` is what the configuration says. Each is computed by
the functions that the steps call, on tables that the choice has changed:

- `weights`: limits twice as wide, the first margin alone (post-stratification), none;
- `base`: "do not know" as an answer, in the base;
- `groups`: the small groups as one, or where fewer than two are small the two smallest;
- `test`: of a share another interval, of gaps Holm's adjustment in the place of max-t;
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
from readiness.analysis.estimating import Crossings, compare_first, compared_cuts, cuts
from readiness.analysis.selection import ANSWERED, Selection
from readiness.analysis.weighting import round_as_stored, weighted_design
from readiness.config import Compare, Estimate, Weight
from readiness.questionnaire import DONT_KNOW, TOTAL, Category, FrameVariable, Item, Questionnaire
from readiness.survey.comparisons.multiple import adjust_p
from readiness.survey.design import Design
from readiness.survey.intervals import Interval

# What the configuration says, and what there is beside it.
OWN = "own"
LIMITS, MARGIN, NONE = "limits", "margin", "none"
COUNTED, MERGED, OTHER = "dont_know", "merged", "other"
LINES, REPEATS = "lines", "repeats"
# Every dimension with what there is beside `OWN`.
CHOICES: Mapping[str, tuple[str, ...]] = {
    "weights": (LIMITS, MARGIN, NONE),
    "base": (COUNTED,),
    "groups": (MERGED,),
    "test": (OTHER,),
    "interviews": (LINES, REPEATS),
}
# The interviews that are left out, by the rule of validation that marks them.
MARKED = {LINES: "straight_line", REPEATS: "same_content"}
# The codes of an answer and of a group that no questionnaire can have.
AS_ANSWER, AS_GROUP = "dont_know-", "small-"
# Beside the kind of interval that a wave has, another one.
BESIDE: Mapping[str, Interval] = {"logit": "korn-graubard"}


@dataclass(frozen=True)
class Wave:
    """A wave as its steps have it.

    `answers` and `counts` are tables of the validate step, `margins` persons by variable and
    category, `by` the variable whose groups are compared ("" for none), `small` the base below
    which a group is small, `marked` the respondents by the choice that leaves them out.
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
        """Those that are one family with each item, whatever a variant makes of its answers."""
        return list_family(self.questionnaire, [*self.estimate.items, *self.compare.items])

    def choices(self, asked: Collection[str]) -> dict[str, tuple[str, ...]]:
        """The choices of each dimension that is `asked` for and changes this wave; `OWN` first."""
        groups = self.questionnaire.grouping(self.by).codes if self.by else ()
        items = [self.questionnaire.item(name) for name in self.estimate.items]
        there = {
            LIMITS: bool(self.margins and self.weight and not self.weight.given),
            MARGIN: len(self.margins) > 1,
            # Who was drawn together given weights know, and no weights of 1.
            NONE: self.weight is not None
            and not (self.weight.given and self.weight.given.has_design),
            COUNTED: any(has_dont_know(item) for item in items),
            MERGED: len(groups) > 2,
            OTHER: self.selection.inference,
            **{choice: bool(out) for choice, out in self.marked.items()},
        }
        return {
            name: (OWN, *(each for each in found if name in asked and there.get(each)))
            for name, found in CHOICES.items()
        }

    def weigh(self, weights: str, interviews: str) -> Design | None:
        """The design with the weights of a variant; None where there is nobody to weight."""
        out = list(self.marked.get(interviews, ()))
        kept = self.answers[~self.answers["respondent"].isin(out)].reset_index(drop=True)
        table = weighting.weighted_part(kept, self.counts, self.questionnaire.groups_apart)
        own, margins = self.weight, self.margins
        if own and weights == LIMITS:
            own = own.model_copy(update={"trim": [own.trim[0] / 2, own.trim[1] * 2]})
        if weights == MARGIN:
            margins = dict([*margins.items()][:1])
        settings = None if weights == NONE else own
        people = weighting.people(self.counts)
        made = weighting.weigh_wave(table, people, margins, settings, self.selection)
        if made.replicates is None:
            return None
        replicates = replace(made.replicates, matrix=round_as_stored(made.replicates.matrix))
        final = weighting.weights_table(table, made)
        known = final["stratum_population"].notna().all()
        text = final.assign(stratum_population=final["stratum_population"] if known else "")
        return weighted_design(kept, text, replicates)

    def vary(self, design: Design, base: str, groups: str) -> tuple[Design, Questionnaire]:
        """Its design with the answers and groups of a variant, and what was asked in it."""
        data, asked = design.data, self.questionnaire
        if base == COUNTED:
            data, asked = count_dont_know(data, asked, self.estimate.items)
        if groups == MERGED:
            data, asked = merge_groups(data, asked, self.by, self.small)
        return replace(design, data=data, _coded={}), asked

    def estimate_totals(
        self, design: Design, asked: Questionnaire, item: str, tests: Sequence[str]
    ) -> Iterator[pd.DataFrame]:
        """The estimates of an item of all as the estimate step makes them, by each of the tests."""
        found, crossings = asked.item(item), Crossings(design, "", ())
        made = [
            (cut, crossings.proportions(cut, grouped=False)) for cut in cuts(found, design.data)
        ]
        first, p = compare_first(design, found) or ("", np.nan)
        for test in tests:
            own = self.estimate.interval
            interval = BESIDE.get(own, "logit") if test == OTHER else own
            tables = [cut.table(one, self.estimate.level, interval) for cut, one in made]
            table = pd.concat(tables, ignore_index=True).assign(item=item, group=TOTAL)
            foremost = table["base"].eq(ANSWERED) & table["level"].eq(first)
            yield table.assign(p_first=np.where(foremost, p, np.nan))

    def contrast_groups(
        self, design: Design, asked: Questionnaire, item: str, tests: Sequence[str]
    ) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
        """The compared shares of an item by group, and the contrasts of all pairs, by each test."""
        found, groups = asked.item(item), asked.grouping(self.by).codes
        level, interval = self.estimate.level, self.estimate.interval
        crossings = Crossings(design, self.by, groups)
        made = [
            cut.table(crossings.proportions(cut, grouped=True), level, interval).assign(item=item)
            for cut in compared_cuts(found, design.data)
        ]
        chance = prepare_tests(design)
        rows = len(self._families[item])
        pairs = contrast_item(chance, found, self.by, groups, level, interval, rows)
        contrasts = pd.DataFrame(pairs, columns=COLUMNS).astype(dict.fromkeys(NUMBERS, "float64"))
        for test in tests:
            if test == OTHER and len(pairs):
                holm = adjust_p(contrasts["p_value"].astype(float), "holm")
                contrasts = contrasts.assign(p_adjusted=np.minimum(rows * holm, 1.0))
            yield pd.concat(made, ignore_index=True), close_pairs(contrasts, level)


def has_dont_know(item: Item) -> bool:
    """Whether "do not know" can be an answer to an item like the others."""
    return item.dont_know is not None and item.kind.takes_one


def count_dont_know(
    data: pd.DataFrame, asked: Questionnaire, items: Collection[str]
) -> tuple[pd.DataFrame, Questionnaire]:
    """Answers and questionnaire in which "do not know" is the last answer to each of the items."""
    told = {item.id: item for item in map(asked.item, items) if has_dont_know(item)}
    columns = {name: data[name].replace(DONT_KNOW, AS_ANSWER) for name in told}
    changed = {}
    for name, item in told.items():
        assert item.dont_know is not None
        last = Category.model_construct(**dict(item.dont_know), code=AS_ANSWER)
        more = {"categories": (*item.categories, last), "boxes": item.levels_of, "dont_know": None}
        changed[name] = item.model_copy(update=more)
    own = tuple(changed.get(item.id, item) for item in asked.items)
    return data.assign(**columns), asked.model_copy(update={"items": own})


def merge_groups(
    data: pd.DataFrame, asked: Questionnaire, by: str, small: int
) -> tuple[pd.DataFrame, Questionnaire]:
    """Answers and questionnaire in which the groups of fewer than `small` people are one."""
    variable = asked.grouping(by)
    sizes = data[by].value_counts().reindex(list(variable.codes), fill_value=0)
    order = sizes.sort_values(kind="stable").index
    merged = [code for code in order if sizes[code] < small]
    merged = merged if len(merged) > 1 else [*order[:2]]
    first = next(category for category in variable.categories if category.code in merged)
    rest = tuple(c for c in variable.categories if c.code not in merged)
    whole = {"categories": (*rest, first.model_copy(update={"code": AS_GROUP}))}
    where = "frame" if by in {each.id for each in asked.frame} else "items"
    parts: Sequence[FrameVariable | Item] = getattr(asked, where)
    own = tuple(p.model_copy(update=whole) if p.id == by else p for p in parts)
    codes = data[by].where(~data[by].isin(merged), AS_GROUP)
    return data.assign(**{by: codes}), asked.model_copy(update={where: own})
