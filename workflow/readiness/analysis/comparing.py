"""Compare groups: does an answer differ between them, which answer, and between which groups?

One procedure a question and variable, from the whole to its parts:

1. *The leading test*: Rao-Scott's F of the whole table, of several options the sum over them
   (`lead_comparison`). It alone says whether groups differ.
2. *Which answer*: the same test of each answer that is printed against all others, p adjusted over
   these answers (Holm).
3. *Between which groups*: the differences of the compared shares, p and limits adjusted over all
   pairs of groups and all compared answers (max-t).

Nothing is said of the second and third where the first establishes nothing: `close_pairs`. So
letters, sentences and tables cannot contradict the leading test, and whatever is not true is said
in at most one of twenty samples where no group differs.

One family is a question by a variable, and a grid that is told as one is one question: each of its
rows has an equal part of the error.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

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

# The least p of all pairs of groups: beside the leading test, in the workbook.
LEAST_OF_PAIRS = "contrasts_max_t"
# The tests that lead: of an item with one answer, of one with several.
LEADING_TESTS = ("rao_scott_f", "multiple_marginal_f")
# The test of one answer beside all others: after the leading test, which answers differ.
OF_ANSWER = "rao_scott_answer"
CHOICES = ["item", "lead", "fact"]
CONTRASTED = (
    "Difference of shares (b - a), MOVER limits from the shares' own limits on each group's "
    "degrees of freedom; simultaneous limits by max-t over the family"
)
# Most weights of replicates (rows times replicates) under which tests are fitted again.
REFITTED = 20_000_000


def prepare_tests(design: Design) -> Design:
    """Return the design by which groups are tested.

    No finite population counts; few clusters are corrected for; under up to 20 million replicate
    weights tests are fitted again.
    """
    made = design.without_finite_population().correcting()
    if made.replicates is not None and made.rows * made.replicates.count <= REFITTED:
        made = made.refitting()
    return made


def lead_comparison(design: Design, item: Item, by: str, groups: Sequence[str]) -> ComparisonRow:
    """Run the test that leads what a report says of an item by a variable.

    Rao-Scott's F of the groups by all answers; of a multiple choice its sum over the options
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
    """Return the codes of the answers to an item; whatever is no answer of it is missing."""
    answers = design.data[item.id]
    return answers.where(answers.isin(item.codes)).to_numpy()


def options_of(item: Item) -> dict[str, Column]:
    """Return the column of each option of a multiple choice, by its code."""
    return dict(zip(item.codes, item.columns, strict=True))


def compare_items(
    design: Design,
    questionnaire: Questionnaire,
    by: str,
    settings: Compare,
    level: float,
    contrasts: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare all items of the settings: one row a test, contrast or effect size; and the choices.

    Intervals are at the confidence `level` (0-1). `contrasts` (from `contrast_items`) are told of
    the level by which an item is reported. The second table has `item`, `lead` (what leads) and
    `fact` (why, as JSON). An item without two groups or two answers to compare has a row whose note
    says so, and nothing that leads.
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
                made = compare_groups(
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
                table, lead, reason = made.frame(), made.choice.lead, made.choice.reason
                own = frame(compare_answers(design, item, by, groups)).assign(leads=False)
                table = pd.concat([table, own], ignore_index=True) if len(own) else table
        except StatisticsError as error:
            nothing = ComparisonRow("comparison", note=f"no result: {error}")
            table = nothing.frame().assign(leads=False)
        family = contrasts[contrasts["item"].eq(item.id) & contrasts["by"].eq(by)]
        leading = table["test"].isin(LEADING_TESTS) & table["b"].eq("")
        if (family["p_leading"].max() > table.loc[leading, "p_value"]).any():
            # The rows of a grid are one question.
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
            left_out = ["item", "by", "base", "p_leading"]
            table = pd.concat([table, rows.drop(columns=left_out)], ignore_index=True)
        table.insert(0, "item", name)
        tables.append(table)
        choices.append({"item": name, "lead": lead, "fact": to_json(reason)})
    empty = frame([]).assign(leads=False)
    empty.insert(0, "item", "")
    return pd.concat(tables or [empty], ignore_index=True), pd.DataFrame(choices, columns=CHOICES)


def compare_answers(
    design: Design, item: Item, by: str, groups: Sequence[str]
) -> list[ComparisonRow]:
    """Test each printed answer of an item with one answer: in which do the groups differ?

    Rao-Scott's F of the groups by the answer (or box) against all other answers; `b` is its code,
    p is adjusted over them (Holm). None of two answers, of which one says all.
    """
    if len(item.codes) <= 2:
        return []
    rows, known = [], factor(design, by, groups, "the groups")
    for cut in cuts(item, design.data):
        if cut.base != ANSWERED:
            continue
        for category in cut.estimated_categories:
            place = np.array([*cut.place, -1])[cut.answers[0]]
            chosen = np.where(place < 0, np.nan, place == cut.categories.index(category))
            answer = factor(design, chosen, [1.0, 0.0], "the answer")
            name = cut.level or category
            try:
                row = rao_scott_test(design, known, answer).second_order()
            except StatisticsError as error:
                row = ComparisonRow(OF_ANSWER, note=f"no result: {error}")
            rows.append(replace(row, test=OF_ANSWER, b=name))
    p = adjust_p([np.nan if row.p_value is None else row.p_value for row in rows], "holm")
    return [
        replace(row, p_adjusted=None if np.isnan(own) else float(own))
        for row, own in zip(rows, p, strict=True)
    ]


def without_tests(comparisons: pd.DataFrame) -> pd.DataFrame:
    """The comparisons of a selection in which chance drew nobody: effects, and no p-value."""
    return comparisons.assign(p_value=np.nan, p_adjusted=np.nan, statistic=np.nan)


def compare_options(
    design: Design, item: Item, by: str, groups: Sequence[str], settings: Compare
) -> tuple[pd.DataFrame, str, Fact]:
    """The tests of a multiple choice across the groups, what leads, and why it does.

    All options together (F, then chi-square), on those who answered; then each by itself, its code
    in `b`, with p adjusted over the options.
    """
    made = multiple_marginal_independence(
        design, options_of(item), by, base=ANSWERED, group_levels=groups, adjust=settings.adjust
    )
    how = "refitted under each replicate" if design.refits else "linearised"
    rows = [made.second_order(), made.first_order(), *made.options]
    if design.replicates is not None:
        rows = [replace(row, method=f"{row.method}, {how}") for row in rows]
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
    """The contrasts of all closed items by each of the variables: columns `COLUMNS`.

    `effect` is the share of `b` less that of `a` (-1 to 1), `lower` and `upper` its own limits,
    `lower_simultaneous` and `upper_simultaneous` those that belong beside `p_adjusted`. `p_leading`
    is the p of the leading test of the item by the variable, adjusted over the rows of its grid;
    missing where it cannot be computed. What the selection gives no meaning (all of a census) is
    missing. No finite population counts.
    """
    design = prepare_tests(design)
    beside = list_family(questionnaire, items)
    rows = [
        row
        for name in items
        for variable in by
        if variable != name
        for groups in [questionnaire.grouping(variable).codes]
        for row in contrast_item(
            design, questionnaire.item(name), variable, groups, level, interval, len(beside[name])
        )
    ]
    table = pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(NUMBERS, "float64"))
    # What each row of a grid has counted of itself the family has of all its rows.
    block, once = [table["item"].map(beside).str[0], table["by"]], ~table.duplicated(["item", "by"])
    for name in ("family", "untested"):
        table[name] = table[name].where(once, 0).groupby(block).transform("sum")
    forbidden = () if selection.inference else (*TESTED, *LIMITS)
    return table.assign(**dict.fromkeys(forbidden, float("nan")))


def list_family(questionnaire: Questionnaire, items: Iterable[str]) -> dict[str, list[str]]:
    """Of each of the items those that are one family with it: the rows of its grid, or itself."""
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
    """The contrasts of one item and one variable, of a family of so many `rows` of a grid.

    `design`: from `prepare_tests`. No row for a number or where nobody answered.
    """
    found: dict[str, tuple[str, GroupShares]] = {}
    crossings = Crossings(design, by, groups)
    known = (encode_declared(None, groups, design.factorize(by)).codes >= 0) & design.mask
    if item.kind.takes_options:
        for cut in compared_cuts(item, design.data):
            inside = np.array([*(place >= 0 for place in cut.place), False])[cut.answers[0]]
            if not (inside & known).any():
                continue
            made = crossings.proportions(cut, grouped=True)
            # Of two categories one says all.
            compared = cut.categories[:1] if len(cut.categories) == 2 else cut.categories
            for place, category in enumerate(compared):
                shares = GroupShares.of(made, place, interval)
                found[cut.level or category] = (cut.base, shares)
    if not found:
        return []
    own = {name: shares for name, (_, shares) in found.items()}
    try:
        lead = lead_comparison(design, item, by, groups).p_value
    except StatisticsError:
        lead = None
    leading = None if lead is None else min(rows * lead, 1.0)
    told = {"item": item.id, "by": by, "p_leading": leading}
    return [
        {**told, "level": name, "base": found[name][0], **values}
        for name, pairs in family_of(own, groups, level=level, rows=rows).items()
        for row in pairs
        for values in [{_RENAMED.get(key, key): value for key, value in asdict(row).items()}]
    ]


def close_pairs(contrasts: pd.DataFrame, level: float) -> pd.DataFrame:
    """Return the contrasts as they may be told beside the leading test, which comes first.

    p of a pair is at least that of the leading test, and missing where that could not be computed.
    Where so nothing is established at the confidence `level` (0-1), simultaneous limits reach to 0:
    a difference of 0 is not ruled out (limits of a closed test, Strassburger and Bretz 2008).
    """
    p = contrasts[["p_adjusted", "p_leading"]].max(axis=1, skipna=False)
    open_end = ~(p < round(1 - level, 12))
    lower, upper = contrasts["lower_simultaneous"], contrasts["upper_simultaneous"]
    return contrasts.assign(
        p_adjusted=p,
        lower_simultaneous=lower.mask(open_end & (lower > 0), 0.0),
        upper_simultaneous=upper.mask(open_end & (upper < 0), 0.0),
    )
