"""What the two commands compute: the tables of a wave, by question and crossing."""

from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import pandas as pd

from readiness.analysis.any_csv.sample import Sample
from readiness.analysis.comparing import CONTRASTED, close_pairs, compare_items, contrast_items
from readiness.analysis.estimating import COLUMNS, estimate_item, scales_table
from readiness.analysis.selection import Selection
from readiness.config import Compare, DerivedVariable, Estimate
from readiness.config.derived import DerivedScale
from readiness.ground.arrays import FloatArray
from readiness.ground.errors import ConfigError, StatisticsError
from readiness.questionnaire import BLANK, TOTAL, Item
from readiness.survey.comparisons.cells import ComparisonRow, frame
from readiness.survey.comparisons.classical import kruskal_wallis, pearson_chi_square, wilcoxon

PRECISION = ["se", "lower", "upper", "n_eff", "deff", "df", "reliability"]
INFERENCE = [
    *("statistic", "df1", "df2", "p_value", "p_adjusted", "lower", "upper"),
    *("lower_simultaneous", "upper_simultaneous"),
]


def estimate_all(sample: Sample, selection: Selection) -> pd.DataFrame:
    """Shares of every answer, of all and by group: `by` (the variable of the group), `COLUMNS`.

    Raises StatisticsError: an empty base, a lonely PSU under `fail`; begins with the question.
    """
    settings = Estimate.model_construct(
        level=sample.settings.level, interval=sample.settings.interval
    )
    parts = []
    for item in sample.items:
        blank = (sample.design.data[list(item.columns)] == BLANK).any(axis=None)
        for place, by in enumerate([c for c in sample.settings.by if c != item.id] or [""]):
            groups = sample.questionnaire.grouping(by).codes if by else ()
            try:
                table = estimate_item(sample.design, item, by, groups, settings)
            except StatisticsError as error:
                raise StatisticsError(f"{item.id}: {error}") from None
            if item.kind.takes_several and not blank:  # both bases are one
                table = table[table["base"] == "asked"]
            total = table["group"].eq(TOTAL)
            table = table.assign(by=np.where(total, "", by)).sort_values("by", kind="stable")
            parts.append(table[table["by"] != ""] if place else table)
    whole = pd.concat(parts, ignore_index=True)[["by", *COLUMNS]]
    if not selection.inference:
        note = whole["note"].where(whole["n"].eq(0), "")
        whole = whole.assign(**dict.fromkeys(PRECISION), note=note)
    return whole


def scales(sample: Sample, selection: Selection) -> pd.DataFrame:
    """Cronbach's alpha of each scale, and without each of its questions."""
    made = [
        DerivedVariable.model_construct(
            id=name, scale=DerivedScale.model_construct(items=scale.items)
        )
        for name, scale in sample.scales.items()
    ]
    return scales_table(sample.design, sample.questionnaire, made, sample.settings.level, selection)


def compare_all(sample: Sample, selection: Selection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Each question across the groups of each crossing but its own.

    One row a test, contrast or effect size, with `item`, `by` and, of a contrast, the `answer`
    whose share is compared; the tests that most people know stand among them (`CLASSICAL`). The
    second table has `item`, `by`, `lead` and `fact`, why that test is primary. A question without a
    result is a row with a note.

    Raises ConfigError: no `by` in the settings, or no question to compare; StatisticsError: not one
    question can be compared.
    """
    settings = sample.settings
    if not settings.by:
        raise ConfigError("by: missing. Name the column that holds the groups.")
    tables, choices = [], []
    for by in settings.by:
        items = [item for item in sample.items if item.id != by]
        how = Compare.model_construct(items=[item.id for item in items], seed=settings.seed)
        arguments = (sample.design, sample.questionnaire)
        contrasts = contrast_items(
            *arguments,
            [by],
            how.items,
            level=settings.level,
            interval=settings.interval,
            selection=selection,
        )
        table, chosen = compare_items(*arguments, by, how, settings.level, contrasts)
        table = table[table["test"].ne("contrast")]
        contrasts = (
            close_pairs(contrasts, settings.level)
            .assign(
                test="contrast",
                n=contrasts["n_a"] + contrasts["n_b"],
                answer=contrasts["level"],
                method=CONTRASTED,
            )
            .drop(columns=["base", "level", "p_leading"])
        )
        known = [compare_as_drawn(sample, item, by) for item in items]
        tables.append(pd.concat([table, *known, contrasts], ignore_index=True).assign(by=by))
        choices.append(chosen.assign(by=by))
    whole = pd.concat(tables, ignore_index=True)
    failed = whole[whole["test"].eq("comparison")]
    if not len(whole):
        raise ConfigError("by: the table has no other question to compare. Add one under items.")
    if len(failed) == sum(map(len, choices)):
        first = failed.iloc[0]
        raise StatisticsError(f"{first['item']}: {first['note'].removeprefix('no result: ')}")
    if not selection.inference:
        whole = whole[whole["effect"].notna()].assign(leads=False, statistic_name="")
        whole[INFERENCE] = np.nan
        whole["method"] = whole["method"].str.partition(",")[0]
    whole = whole.assign(leads=whole["leads"].eq(True), answer=whole["answer"].fillna(""))
    return whole, pd.concat(choices, ignore_index=True)


def compare_as_drawn(sample: Sample, item: Item, by: str) -> pd.DataFrame:
    """The tests of one question that most people know: unweighted, as if drawn one by one.

    Pearson's chi-square and, of a scale, Kruskal-Wallis and between two groups Wilcoxon's; of each
    option of several, which is `answer`. What cannot be computed is left out.
    """
    data, inside = sample.design.data, sample.design.mask
    group = _place_codes(data[by], sample.questionnaire.grouping(by).codes)
    parts = []
    for column, option in zip(item.columns, item.codes, strict=False):
        several = item.kind.takes_several
        answer = _place_codes(data[column], item.kind.list_column_codes(item.codes))
        known = np.isfinite(answer) & np.isfinite(group) & inside
        rows: list[ComparisonRow] = []
        with suppress(StatisticsError):
            rows.append(pearson_chi_square(answer[known], group[known]))
            if item.kind.is_ordered:
                rows.append(kruskal_wallis(answer[known], group[known]))
                pair = [answer[known & (group == g)] for g in np.unique(group[known])]
                rows += [wilcoxon(*pair)] if len(pair) == 2 else []
        parts.append(frame(rows).assign(item=item.id, answer=option if several else ""))
    return pd.concat(parts, ignore_index=True)


def _place_codes(column: "pd.Series[str]", codes: Sequence[str]) -> FloatArray:
    """The place of each code, from 1 on; NaN outside."""
    places = column.map({code: float(place) for place, code in enumerate(codes, 1)})
    return np.asarray(places, dtype=np.float64)


def sizes(sample: Sample, item: Item, by: str) -> dict[str, int]:
    """How many with an answer are in each group, unweighted."""
    data = sample.design.data
    codes = item.kind.list_column_codes(item.codes)
    known = data[list(item.columns)].isin(codes).any(axis=1).to_numpy() & sample.design.mask
    counts = data.loc[known, by].value_counts()
    return {code: int(counts.get(code, 0)) for code in sample.questionnaire.grouping(by).codes}
