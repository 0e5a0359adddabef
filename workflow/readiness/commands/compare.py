"""Do the answers in any CSV differ between groups? Tests, differences, effect sizes.

    readiness compare FILE.csv DESIGN.yaml [--by COLUMN ...] [--csv FILE [--force]] [--json]
    readiness compare EXPORT [DESIGN.yaml] --questionnaire NAME [--selection opt-in] --by ITEM

DESIGN.yaml is that of `readiness estimate`, with the column of the groups as `by`; several are one
crossing each. Beside our tests stand those that most people know: Pearson's chi-square,
Kruskal-Wallis, Wilcoxon. Which test is
primary follows the number of answers, and the output says why: docs/any-csv.md.
"""

import argparse
import sys

from readiness.analysis.any_csv.results import compare_all, estimate_all
from readiness.commands import estimate
from readiness.commands.showing import few
from readiness.tables import write_csv


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    estimate.configure(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the comparisons; returns 0."""
    shown = estimate.load(arguments)
    table, choices = compare_all(shown.sample, shown.selection)
    if arguments.csv:
        write_csv(table, arguments.csv)
    if arguments.json:
        print(shown.as_json(comparisons=table, choices=choices), end="")
    else:
        print(shown.heading(), shown.comparisons(table, choices), sep="\n\n")
    if told := few(estimate_all(shown.sample, shown.selection)):
        print(f"readiness compare: {told}", file=sys.stderr)
    return 0
