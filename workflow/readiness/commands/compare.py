"""Do the answers in any CSV differ between groups? Tests, differences, effect sizes.

    readiness compare FILE.csv DESIGN.yaml [--csv FILE [--force]] [--json] [--as-if-random]

DESIGN.yaml is that of `readiness estimate`, with the column of the groups as `by`. Which test is
primary follows the number of answers, and the output says why: docs/any-csv.md.
"""

from __future__ import annotations

import argparse

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
        has_intervals,
    )
    from readiness.commands.any_csv.showing import as_json, heading, show_comparisons
    from readiness.language import tell
    from readiness.tables import write_csv

    sample = estimate.load(arguments)
    inference = has_intervals(sample, arguments.as_if_random)
    made = compare_all(sample)
    table = comparison_table(made, inference=inference)
    if arguments.csv:
        write_csv(table, arguments.csv)
    if arguments.json:
        reasons = {
            name: tell(c.choice.reason, "en")
            for name, c in made.items()
            if inference and not isinstance(c, StatisticsError)
        }
        more = {"choice": reasons}
        print(as_json(sample, arguments.as_if_random, "comparisons", table, **more), end="")
    else:
        print(heading(sample, arguments.as_if_random), end="\n\n")
        print(show_comparisons(sample, made, table, inference))
    return 0
