"""Do the answers in any CSV differ between groups? Tests, differences, effect sizes.

    readiness compare FILE.csv DESIGN.yaml [--by COLUMN ...] [--csv FILE [--force]] [--json]
    readiness compare EXPORT [DESIGN.yaml] --questionnaire NAME [--selection opt-in] --by ITEM

DESIGN.yaml is that of `readiness estimate`, with the column of the groups as `by`; several are one
crossing each. Beside our tests stand those that most people know: Pearson's chi-square,
Kruskal-Wallis, Wilcoxon. Which test is
primary follows the number of answers, and the output says why: docs/any-csv.md.
"""

from __future__ import annotations

import argparse
import sys

from readiness.commands import estimate
from readiness.errors import StatisticsError


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    estimate.configure(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the comparisons; returns 0."""
    from readiness.analysis.any_csv.results import (
        compare_all,
        comparison_table,
        estimate_all,
        has_intervals,
    )
    from readiness.commands.any_csv.showing import as_json, few, heading, show_comparisons
    from readiness.language import tell
    from readiness.tables import write_csv

    sample = estimate.load(arguments)
    inference = has_intervals(sample, arguments.as_if_random)
    made = compare_all(sample)
    table = comparison_table(sample, made, inference=inference)
    if arguments.csv:
        write_csv(table, arguments.csv)
    if arguments.json:
        reasons = {
            f"{name} by {by}": tell(c.choice.reason, "en")
            for (name, by), c in made.items()
            if inference and not isinstance(c, StatisticsError)
        }
        more = {"choice": reasons}
        print(as_json(sample, arguments.as_if_random, "comparisons", table, **more), end="")
    else:
        print(heading(sample, arguments.as_if_random), end="\n\n")
        print(show_comparisons(sample, made, table, inference))
    if told := few(estimate_all(sample, intervals=False)):
        print(f"readiness compare: {told}", file=sys.stderr)
    return 0
