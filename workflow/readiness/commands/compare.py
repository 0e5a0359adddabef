"""Compare groups in any CSV file: tests, differences with confidence intervals, effect sizes.

DESIGN is the YAML file of `readiness estimate`. Each --by column is compared separately. The output
begins with the primary test and the reason for its choice. Unweighted tests (Pearson's chi-square,
Kruskal-Wallis, Wilcoxon) are listed beside the design-based tests (docs/any-csv.md).

Examples:
  readiness compare library.csv library.yaml --by branch
  readiness compare export.csv --questionnaire ai-readiness-1 --selection opt-in --by profession
"""

import argparse
import sys

from readiness.analysis.any_csv.results import compare_all, estimate_all
from readiness.commands import estimate
from readiness.commands.showing import few
from readiness.ground.tables import write_csv


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    estimate.configure(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the comparisons; return 0."""
    output = estimate.load(arguments)
    table, choices = compare_all(output.sample, output.selection)
    if arguments.csv:
        write_csv(table, arguments.csv)
    if arguments.json:
        print(output.as_json(comparisons=table, choices=choices), end="")
    else:
        print(output.heading(), output.comparisons(table, choices), sep="\n\n")
    if warning := few(estimate_all(output.sample, output.selection)):
        print(f"readiness compare: {warning}", file=sys.stderr)
    return 0
