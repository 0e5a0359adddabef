"""Compare groups: do answers differ between them, which answers, and between which groups?

One procedure per question and variable, from the whole to its parts:

1. *The leading test*: Rao-Scott's F of the whole table, or for multiple response the sum over
   the options (`lead_comparison`). It alone decides whether groups differ.
2. *Which answer*: the same test of each printed answer against all others, p adjusted over
   these answers (Holm).
3. *Between which groups*: the differences of the compared shares, p and limits adjusted over all
   pairs of groups and all compared answers (max-t).

Results of steps 2 and 3 count only where step 1 establishes a difference: `close_pairs`. So
letters, sentences and tables cannot contradict the leading test, and where no group differs, a
false statement occurs in at most one of twenty samples.

A family is a question by a variable. A grid that is reported as one table is one question: each of
its rows has an equal part of the error.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from itertools import product

import numpy as np
import pandas as pd

from readiness.analysis.estimating import Crossings, compared_cuts, cuts
from readiness.analysis.selection import ANSWERED, Selection
from readiness.config import PERMUTATIONS, Compare
from readiness.ground.errors import StatisticsError
from readiness.ground.facts import Fact, to_json
from readiness.questionnaire import Item, Questionnaire
from readiness.survey.coding import encode_declared
from readiness.survey.comparisons.cells import ComparisonRow, factor, frame
from readiness.survey.comparisons.compare import ComparedItem, compare_groups
from readiness.survey.comparisons.families import GroupShares, family_of
from readiness.survey.comparisons.multiple import adjust_p, multiple_marginal_independence
from readiness.survey.comparisons.rao_scott import rao_scott_test
from readiness.survey.design import Column, Design
from readiness.survey.intervals import Interval

# Test name of the smallest p of all pairs of groups; the workbook has it beside the leading test.
LEAST_OF_PAIRS = "contrasts_max_t"
# Leading tests compare all answers of all groups at once: of a single-choice item, of a
# multiple-response item.
LEADING_TESTS = ("rao_scott_f", "multiple_marginal_f")
# Follow-up test after the leading test of an item: one answer against all others, to find which
# answers differ.
OF_ANSWER = "rao_scott_answer"
CHOICES = ["item", "lead", "fact"]
CONTRASTED = (
    "Difference of shares (b - a), MOVER limits from the shares' own limits on each group's "
    "degrees of freedom; simultaneous limits by max-t over the family"
)
# Largest number of replicate weights (rows times replicates) for which tests are refitted.
REFITTED = 20_000_000


def prepare_tests(design: Design) -> Design:
    """Return the design for testing groups.

    Without finite population correction; with the correction for few clusters; with up to
    `REFITTED` replicate weights tests are refitted under each replicate.
    """
    test_design = design.without_finite_population().correcting()
    if (
        test_design.replicates is not None
        and test_design.rows * test_design.replicates.count <= REFITTED
    ):
        test_design = test_design.refitting()
    return test_design


def lead_comparison(design: Design, item: Item, by: str, groups: Sequence[str]) -> ComparisonRow:
    """Return the result of the leading test of an item by a variable.

    Rao-Scott's F of the groups by all answers; for multiple response its sum over the options
    (`multiple_marginal_f`). Every leading test of a report, of `readiness compare` and of
    docs/measurements.md ("The test that leads") is this function.

    Args:
        design: from `prepare_tests`.
        item: a closed item.
        by: the column of the groups.
        groups: their codes.

    Raises StatisticsError: fewer than two groups or two answers, a design without variance.
    """
    if item.kind.takes_several:
        return multiple_marginal_independence(
            design, options_of(item), by, base=ANSWERED, group_levels=groups
        ).second_order()
    return ComparedItem.make(design, code_answers(design, item), item.codes, by, groups).lead()


def code_answers(design: Design, item: Item) -> Column:
    """Return the codes of the answers to an item, missing where the value is no answer: shape
    (rows,).
    """
    answers = design.data[item.id]
    return answers.where(answers.isin(item.codes)).to_numpy()


def options_of(item: Item) -> dict[str, Column]:
    """Return the column of each option of a multiple-response item, by the option's code."""
    return dict(zip(item.codes, item.columns, strict=True))


def compare_items(
    design: Design,
    questionnaire: Questionnaire,
    by: str,
    settings: Compare,
    level: float,
    contrasts: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare groups on all items of the settings; return two tables.

    First table: a row for each test, contrast or effect size. Second table: a row for each item,
    with `item`, `lead` (its primary test) and `fact` (why that test was chosen, as JSON).

    Intervals are at the confidence `level` (0-1). Of `contrasts` (from `contrast_items`), those on
    an item's first level are included. An item without two groups or two answers to compare has a
    row with a note, and no primary test.
    """
    groups = list(questionnaire.grouping(by).codes) if by else []
    design = prepare_tests(design)
    tables, choices = [], []
    for name in settings.items:
        item, lead, reason = questionnaire.item(name), "", Fact("report.choice.nothing")
        try:
            if item.kind.takes_several:
                table, lead, reason = compare_options(design, item, by, groups, settings)
            else:
                comparison = compare_groups(
                    design,
                    code_answers(design, item),
                    item.codes,
                    by,
                    groups,
                    seed=settings.seed,
                    ordered=item.headline is not None,
                    permutations=PERMUTATIONS,
                    level=level,
                )
                table, lead, reason = (
                    comparison.frame(),
                    comparison.choice.lead,
                    comparison.choice.reason,
                )
                answer_tests = frame(compare_answers(design, item, by, groups)).assign(leads=False)
                table = (
                    pd.concat([table, answer_tests], ignore_index=True)
                    if len(answer_tests)
                    else table
                )
        except StatisticsError as error:
            nothing = ComparisonRow("comparison", note=f"no result: {error}")
            table = nothing.frame().assign(leads=False)
        family = contrasts[contrasts["item"].eq(item.id) & contrasts["by"].eq(by)]
        leading = table["test"].isin(LEADING_TESTS) & table["b"].eq("")
        if (family["p_leading"].max() > table.loc[leading, "p_value"]).any():
            # The rows of a grid count as one question.
            adjusted = table["p_adjusted"].mask(leading, family["p_leading"].max())
            table = table.assign(p_adjusted=adjusted)
        if lead and family["p_adjusted"].notna().any():
            row = ComparisonRow(
                LEAST_OF_PAIRS,
                p_value=float(family["p_adjusted"].min()),
                n=int(table["n"].max()),
                method="Least p of all pairs of groups, adjusted over the family by max-t",
            )
            table = pd.concat([table, row.frame().assign(leads=False)], ignore_index=True)
        if not item.kind.takes_several:
            rows = family[family["level"].eq(item.first_level)]
            rows = rows.assign(
                test="contrast", n=rows["n_a"] + rows["n_b"], method=CONTRASTED, leads=False
            )
            dropped_columns = ["item", "by", "base", "p_leading"]
            table = pd.concat([table, rows.drop(columns=dropped_columns)], ignore_index=True)
        table.insert(0, "item", name)
        tables.append(table)
        choices.append({"item": name, "lead": lead, "fact": to_json(reason)})
    empty = frame([]).assign(leads=False)
    empty.insert(0, "item", "")
    return pd.concat(tables or [empty], ignore_index=True), pd.DataFrame(choices, columns=CHOICES)


def compare_answers(
    design: Design, item: Item, by: str, groups: Sequence[str]
) -> list[ComparisonRow]:
    """Test each printed answer of a single-choice item: in which answers do groups differ?

    Return rows of Rao-Scott's F of the groups by the answer (or box) against all other answers; `b`
    is its code, p is adjusted over the answers (Holm). [] for two answers, where the leading test
    suffices.
    """
    if len(item.codes) <= 2:
        return []
    rows, group_factor = [], factor(design, by, groups, "the groups")
    for cut in cuts(item, design.data):
        if cut.base != ANSWERED:
            continue
        for category in cut.estimated_categories:
            place = np.array([*cut.place, -1])[cut.answers[0]]
            chosen = np.where(place < 0, np.nan, place == cut.categories.index(category))
            answer = factor(design, chosen, [1.0, 0.0], "the answer")
            name = cut.level or category
            try:
                row = rao_scott_test(design, group_factor, answer).second_order()
            except StatisticsError as error:
                row = ComparisonRow(OF_ANSWER, note=f"no result: {error}")
            rows.append(replace(row, test=OF_ANSWER, b=name))
    p = adjust_p([np.nan if row.p_value is None else row.p_value for row in rows], "holm")
    return [
        replace(row, p_adjusted=None if np.isnan(adjusted) else float(adjusted))
        for row, adjusted in zip(rows, p, strict=True)
    ]


def without_tests(comparisons: pd.DataFrame) -> pd.DataFrame:
    """Return comparisons without p-values and statistics, for a selection without chance: effects
    stay.
    """
    return comparisons.assign(p_value=np.nan, p_adjusted=np.nan, statistic=np.nan)


def compare_options(
    design: Design, item: Item, by: str, groups: Sequence[str], settings: Compare
) -> tuple[pd.DataFrame, str, Fact]:
    """Return the tests of a multiple-response item across groups, the lead, and its reason.

    All options together (F, then chi-square), on those who answered; then each option alone, its
    code in `b`, with p adjusted over the options. Raises StatisticsError where the item cannot be
    tested.
    """
    joint_test = multiple_marginal_independence(
        design, options_of(item), by, base=ANSWERED, group_levels=groups, adjust=settings.adjust
    )
    replicate_method = "refitted under each replicate" if design.refits else "linearised"
    rows = [joint_test.second_order(), joint_test.first_order(), *joint_test.options]
    if design.replicates is not None:
        rows = [replace(row, method=f"{row.method}, {replicate_method}") for row in rows]
    table = frame(rows).assign(leads=[place == 0 for place in range(len(rows))])
    return table, "multiple_marginal", Fact("report.choice.options")


_RENAMED = {"simultaneous_lower": "lower_simultaneous", "simultaneous_upper": "upper_simultaneous"}
TESTED = ("p_value", "p_adjusted", "p_leading")
LIMITS = ("lower", "upper", "lower_simultaneous", "upper_simultaneous")
NUMBERS = ("effect", *LIMITS, *TESTED)
COLUMNS = [
    *("item", "level", "base", "by", "a", "b"),
    *(*NUMBERS, "n_a", "n_b", "family", "untested", "note"),
]


def contrast_items(
    design: Design,
    questionnaire: Questionnaire,
    by: Sequence[str],
    items: Sequence[str],
    *,
    level: float,
    interval: Interval,
    selection: Selection,
) -> pd.DataFrame:
    """Return the contrasts of all closed items by each of the variables: columns `COLUMNS`.

    `effect` is the share of `b` less that of `a` (-1 to 1), `lower` and `upper` its pointwise
    limits, `lower_simultaneous` and `upper_simultaneous` the limits that belong to `p_adjusted`.
    `p_leading` is the p of the leading test of the item by the variable, adjusted over the rows of
    its grid; missing where it cannot be computed. Without inference in the selection (a census), p
    and limits are missing. No finite population correction.
    """
    design = prepare_tests(design)
    family_of_item = list_family(questionnaire, items)
    rows = []
    for name, variable in product(items, by):
        if variable == name:
            continue
        rows += contrast_item(
            design,
            questionnaire.item(name),
            variable,
            questionnaire.grouping(variable).codes,
            level,
            interval,
            len(family_of_item[name]),
        )
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(NUMBERS, "float64"))
    # Each row of a grid has counted only its own contrasts; a family has those of all rows.
    family_keys, is_first = (
        [table["item"].map(family_of_item).str[0], table["by"]],
        ~table.duplicated(["item", "by"]),
    )
    for name in ("family", "untested"):
        table[name] = table[name].where(is_first, 0).groupby(family_keys).transform("sum")
    forbidden = () if selection.inference else (*TESTED, *LIMITS)
    return table.assign(**dict.fromkeys(forbidden, float("nan")))


def list_family(questionnaire: Questionnaire, items: Iterable[str]) -> dict[str, list[str]]:
    """Return the family of tests of each item: all rows of the item's grid, or the item alone."""
    items = list(dict.fromkeys(items))
    grids = questionnaire.find_tables(items).values()
    return {name: [name] for name in items} | {row: rows for rows in grids for row in rows}


def contrast_item(
    design: Design,
    item: Item,
    by: str,
    groups: Sequence[str],
    level: float,
    interval: Interval,
    rows: int,
) -> list[dict[str, object]]:
    """Compare the answers to one item between each pair of groups of the variable `by`.

    `design`: from `prepare_tests`. `level`: confidence level (0-1). `rows`: number of rows of the
    grid, because the tests of all rows are one family; 1 for an item outside of grids. Returns one
    record for each answer and pair of groups; [] for a number item, or where nobody answered.
    """
    base_and_shares: dict[str, tuple[str, GroupShares]] = {}
    crossings = Crossings(design, by, groups)
    has_group = (encode_declared(None, groups, design.factorize(by)).codes >= 0) & design.mask
    if item.kind.takes_options:
        for cut in compared_cuts(item, design.data):
            in_cut = np.array([*(place >= 0 for place in cut.place), False])[cut.answers[0]]
            if not (in_cut & has_group).any():
                continue
            estimates = crossings.proportions(cut, grouped=True)
            # With two categories, the second contrast is the negative of the first.
            compared = cut.categories[:1] if len(cut.categories) == 2 else cut.categories
            for place, category in enumerate(compared):
                shares = GroupShares.of(estimates, place, interval)
                base_and_shares[cut.level or category] = (cut.base, shares)
    if not base_and_shares:
        return []
    shares_by_level = {name: shares for name, (_, shares) in base_and_shares.items()}
    try:
        leading_p = lead_comparison(design, item, by, groups).p_value
    except StatisticsError:
        leading_p = None
    adjusted_p = None if leading_p is None else min(rows * leading_p, 1.0)
    shared_fields = {"item": item.id, "by": by, "p_leading": adjusted_p}
    contrasts = []
    for name, pairs in family_of(shares_by_level, groups, level=level, rows=rows).items():
        base, _ = base_and_shares[name]
        for pair in pairs:
            values = {_RENAMED.get(key, key): value for key, value in asdict(pair).items()}
            contrasts.append({**shared_fields, "level": name, "base": base, **values})
    return contrasts


def close_pairs(contrasts: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return the contrasts adjusted to the leading test, which comes first.

    p of a pair is at least that of the leading test, and missing where that could not be computed.
    Where no difference is established at the confidence `level` (0-1), simultaneous limits reach to
    0: a difference of 0 is not ruled out (limits of a closed test, Strassburger and Bretz 2008).
    """
    p = contrasts[["p_adjusted", "p_leading"]].max(axis=1, skipna=False)
    open_end = ~(p < round(1 - level, 12))
    lower, upper = contrasts["lower_simultaneous"], contrasts["upper_simultaneous"]
    return contrasts.assign(
        p_adjusted=p,
        lower_simultaneous=lower.mask(open_end & (lower > 0), 0.0),
        upper_simultaneous=upper.mask(open_end & (upper < 0), 0.0),
    )
