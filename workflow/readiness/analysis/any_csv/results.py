"""Compute the tables of the commands `estimate` and `compare`, by question and crossing."""

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
    """Return the shares of every answer, of all and by group: `by` and the columns `COLUMNS`.

    `by` is the variable of the group, "" for totals. Shares are 0-1. Where the selection bears no
    inference, precision and limits are missing. Raises StatisticsError, with the question first: an
    empty base, a lonely PSU under `fail`.
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
            if item.kind.takes_several and not blank:  # both bases are equal
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
    """Return Cronbach's alpha of each scale, and without each of its questions
    (`SCALE_COLUMNS`).
    """
    variables = [
        DerivedVariable.model_construct(
            id=name, scale=DerivedScale.model_construct(items=scale.items)
        )
        for name, scale in sample.scales.items()
    ]
    return scales_table(
        sample.design, sample.questionnaire, variables, sample.settings.level, selection
    )


def compare_all(sample: Sample, selection: Selection) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare each question across the groups of each crossing, except a question by itself.

    The first table has one row per test, contrast or effect size, with `item`, `by` and, for a
    contrast or an option's unweighted test, `answer`; classical unweighted tests are among the
    tests. The second table has `item`, `by`, `lead` and `fact`, the reason why that test is
    primary. A question without a result is a row with a note. Where the selection bears no
    inference, only effect sizes remain.

    Raises ConfigError: no `by` in the settings, or no question to compare; StatisticsError: not one
    question can be compared.
    """
    settings = sample.settings
    if not settings.by:
        raise ConfigError("by: missing. Name the column that holds the groups.")
    tables, choices = [], []
    for by in settings.by:
        items = [item for item in sample.items if item.id != by]
        item_settings = Compare.model_construct(
            items=[item.id for item in items], seed=settings.seed
        )
        arguments = (sample.design, sample.questionnaire)
        contrasts = contrast_items(
            *arguments,
            [by],
            item_settings.items,
            level=settings.level,
            interval=settings.interval,
            selection=selection,
        )
        table, lead_tests = compare_items(*arguments, by, item_settings, settings.level, contrasts)
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
        classical_tests = [compare_as_drawn(sample, item, by) for item in items]
        tables.append(
            pd.concat([table, *classical_tests, contrasts], ignore_index=True).assign(by=by)
        )
        choices.append(lead_tests.assign(by=by))
    whole = pd.concat(tables, ignore_index=True)
    failed = whole[whole["test"].eq("comparison")]
    if not len(whole):
        raise ConfigError("by: the table has no other question to compare. Add one under `items`.")
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
    """Return the classical tests of one question: unweighted, as if sampled one by one.

    Pearson's chi-square and, for a scale, Kruskal-Wallis and between two groups Wilcoxon; for each
    option of a multiple-response question, named in `answer`. Tests that cannot be computed are
    left out.
    """
    data, in_domain = sample.design.data, sample.design.mask
    group = _place_codes(data[by], sample.questionnaire.grouping(by).codes)
    parts = []
    for column, option in zip(item.columns, item.codes, strict=False):
        several = item.kind.takes_several
        answer = _place_codes(data[column], item.kind.list_column_codes(item.codes))
        has_both = np.isfinite(answer) & np.isfinite(group) & in_domain
        rows: list[ComparisonRow] = []
        with suppress(StatisticsError):
            rows.append(pearson_chi_square(answer[has_both], group[has_both]))
            if item.kind.is_ordered:
                rows.append(kruskal_wallis(answer[has_both], group[has_both]))
                pair = [answer[has_both & (group == g)] for g in np.unique(group[has_both])]
                rows += [wilcoxon(*pair)] if len(pair) == 2 else []
        parts.append(frame(rows).assign(item=item.id, answer=option if several else ""))
    return pd.concat(parts, ignore_index=True)


def _place_codes(column: "pd.Series[str]", codes: Sequence[str]) -> FloatArray:
    """Return the position of each code in `codes`, from 1 on; NaN for any other value."""
    places = column.map({code: float(place) for place, code in enumerate(codes, 1)})
    return np.asarray(places, dtype=np.float64)


def sizes(sample: Sample, item: Item, by: str) -> dict[str, int]:
    """Return the unweighted number of respondents with an answer in each group, by code."""
    data = sample.design.data
    codes = item.kind.list_column_codes(item.codes)
    has_answer = data[list(item.columns)].isin(codes).any(axis=1).to_numpy() & sample.design.mask
    counts = data.loc[has_answer, by].value_counts()
    return {code: int(counts.get(code, 0)) for code in sample.questionnaire.grouping(by).codes}
