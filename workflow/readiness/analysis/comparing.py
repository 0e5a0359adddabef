"""Does an answer differ between the groups? One item at a time, by the kind of the item.

Between which groups does the share of an answer differ? Every item by every variable.

One family is a question by a variable, and a grid that is told as one is one question: p-values are
adjusted over all its pairs of groups and all the answers that are compared, and the simultaneous
limits hold for all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace

import numpy as np
import pandas as pd

from readiness.analysis.estimating import Crossings, compared_cuts
from readiness.analysis.selection import ANSWERED, Selection
from readiness.config import PERMUTATIONS, Compare
from readiness.errors import StatisticsError
from readiness.facts import Fact, to_json
from readiness.questionnaire import Item, Questionnaire
from readiness.survey.coding import encode_declared
from readiness.survey.comparisons.cells import ComparisonRow, frame
from readiness.survey.comparisons.compare import compare_groups
from readiness.survey.comparisons.families import GroupShares, family_of
from readiness.survey.comparisons.multiple import multiple_marginal_independence
from readiness.survey.design import Column, Design
from readiness.survey.intervals import Interval

# The test of the differences, where it leads.
CONTRASTS_LEAD = "contrasts_max_t"
CHOICES = ["item", "lead", "fact"]
CONTRASTED = (
    "Difference of shares (b - a), MOVER limits from the shares' own limits on each group's "
    "degrees of freedom; simultaneous limits by max-t over the family"
)
# Most weights of replicates (rows times replicates) under which tests are fitted again.
REFITTED = 20_000_000


def compare_items(
    design: Design,
    questionnaire: Questionnaire,
    by: str,
    settings: Compare,
    level: float,
    contrasts: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All items of the settings: one row a test, contrast or effect size; one row a choice.

    Intervals are at the confidence `level` (0-1). The second table has `item`, `lead` (the primary
    test) and `fact` (why, as JSON). An item without two groups or two answers to compare has a row
    whose note says so, and no primary test. `contrasts` (from `contrast_items`) are told of the
    level by which an item is reported; where they have p-values, the least of their family leads,
    so that it and they cannot contradict each other. No finite population counts.
    """
    groups = list(questionnaire.grouping(by).codes) if by else []
    design = design.without_finite_population()
    replicates = design.replicates
    if replicates is not None and design.rows * replicates.count <= REFITTED:
        design = design.refitting()
    tables, choices = [], []
    for name in settings.items:
        item, lead, reason = questionnaire.item(name), "", Fact("report.choice.nothing")
        try:
            if item.kind == "multi":
                table, lead, reason = compare_options(design, item, by, groups, settings)
            else:
                made = compare_groups(
                    design,
                    design.data[item.id].where(design.data[item.id].isin(item.codes)).to_numpy(),
                    item.codes,
                    by,
                    groups,
                    seed=settings.seed,
                    ordered=item.headline is not None,
                    permutations=PERMUTATIONS,
                    level=level,
                )
                table, lead, reason = made.frame(), made.choice.lead, made.choice.reason
        except StatisticsError as error:
            nothing = ComparisonRow("comparison", note=f"no result: {error}")
            table = nothing.frame().assign(leads=False)
        family = contrasts[contrasts["item"].eq(item.id) & contrasts["by"].eq(by)]
        if lead and family["p_adjusted"].notna().any():
            row = ComparisonRow(
                CONTRASTS_LEAD,
                p_value=float(family["p_adjusted"].min()),
                n=int(table["n"].max()),
                method="Least p of all pairs of groups, adjusted over the family by max-t",
            )
            test = row.frame().assign(leads=False)
            if lead != "effect_size":
                lead, reason = CONTRASTS_LEAD, Fact("report.choice.contrasts")
                table, test = table.assign(leads=False), test.assign(leads=True)
            table = pd.concat([test, table], ignore_index=True)
        if item.kind != "multi":
            rows = family[family["level"].eq(item.first_level)]
            rows = rows.assign(
                test="contrast", n=rows["n_a"] + rows["n_b"], method=CONTRASTED, leads=False
            )
            table = pd.concat([table, rows.drop(columns=["item", "by", "base"])], ignore_index=True)
        table.insert(0, "item", name)
        tables.append(table)
        choices.append({"item": name, "lead": lead, "fact": to_json(reason)})
    empty = frame([]).assign(leads=False)
    empty.insert(0, "item", "")
    return pd.concat(tables or [empty], ignore_index=True), pd.DataFrame(choices, columns=CHOICES)


def without_tests(comparisons: pd.DataFrame) -> pd.DataFrame:
    """The comparisons of a selection in which chance drew nobody: effects, and no p-value."""
    return comparisons.assign(p_value=np.nan, p_adjusted=np.nan, statistic=np.nan)


def compare_options(
    design: Design, item: Item, by: str, groups: Sequence[str], settings: Compare
) -> tuple[pd.DataFrame, str, Fact]:
    """The tests of a multiple choice across the groups, its primary test, and why it is.

    All options together (F, then chi-square), on those who answered; then each by itself, its code
    in `b`, with p adjusted over the options.
    """
    options: dict[str, Column] = dict(zip(item.codes, item.columns, strict=True))
    made = multiple_marginal_independence(
        design, options, by, base=ANSWERED, group_levels=groups, adjust=settings.adjust
    )
    how = "refitted under each replicate" if design.refits else "linearised"
    rows = [made.second_order(), made.first_order(), *made.options]
    if design.replicates is not None:
        rows = [replace(row, method=f"{row.method}, {how}") for row in rows]
    table = frame(rows).assign(leads=[place == 0 for place in range(len(rows))])
    return table, "multiple_marginal", Fact("report.choice.options")


_RENAMED = {"simultaneous_lower": "lower_simultaneous", "simultaneous_upper": "upper_simultaneous"}
TESTED = ("p_value", "p_adjusted")
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
    `lower_simultaneous` and `upper_simultaneous` those that belong beside `p_adjusted`. What the
    selection gives no meaning (all of a census) is missing. No finite population counts.
    """
    design = design.without_finite_population()
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

    No row for a number or where nobody answered.
    """
    found: dict[str, tuple[str, GroupShares]] = {}
    crossings = Crossings(design, by, groups)
    known = (encode_declared(None, groups, design.factorize(by)).codes >= 0) & design.mask
    if item.kind not in ("number", "text"):
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
    return [
        {"item": item.id, "level": name, "base": found[name][0], "by": by, **values}
        for name, pairs in family_of(own, groups, level=level, rows=rows).items()
        for row in pairs
        for values in [{_RENAMED.get(key, key): value for key, value in asdict(row).items()}]
    ]
