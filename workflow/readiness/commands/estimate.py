"""Shares of the answers in any CSV, with the precision that its design gives.

    readiness estimate FILE.csv DESIGN.yaml [--csv FILE [--force]] [--json] [--as-if-random]

DESIGN.yaml says how respondents came in, their weights, strata and units, and which columns are
questions: docs/any-csv.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from readiness.running.outputs import add_force, check_output

if TYPE_CHECKING:
    from readiness.analysis.any_csv.sample import Sample


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", type=Path, help="one row a respondent, UTF-8, a header row")
    parser.add_argument("design", type=Path, help="the YAML that describes it")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the table, shares in 0-1")
    add_force(parser)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument(
        "--as-if-random",
        action="store_true",
        help="show what a purposive sample could tell if it were a random one",
    )


def load(arguments: argparse.Namespace) -> Sample:
    """The answers and the design of the command line.

    Raises:
        ConfigError, DataError, StatisticsError: what cannot be used, and where; `--csv` that is one
            of the inputs, or exists.
    """
    from readiness.analysis.any_csv.sample import make_sample
    from readiness.commands.any_csv.reading import read_answers, read_settings, read_totals

    settings = read_settings(arguments.design)
    frame = read_answers(arguments.file)
    margins = settings.margins
    inputs = [arguments.file, arguments.design]
    if settings.margins_file is not None:
        # As a link in a page: beside the file that names it.
        inputs.append(arguments.design.parent / settings.margins_file)
        margins = read_totals(inputs[-1])
    if arguments.csv:
        check_output(arguments.csv, "--csv", inputs, force=arguments.force)
    return make_sample(frame, settings, margins, str(arguments.file))


def run(arguments: argparse.Namespace) -> int:
    """Print the shares; returns 0."""
    from readiness.analysis.any_csv.results import estimate_all, has_intervals
    from readiness.commands.any_csv.showing import as_json, heading, show_estimates
    from readiness.tables import write_csv

    sample = load(arguments)
    intervals = has_intervals(sample, arguments.as_if_random)
    table = estimate_all(sample, intervals=intervals)
    if arguments.csv:
        write_csv(table, arguments.csv)
    if arguments.json:
        print(as_json(sample, arguments.as_if_random, "estimates", table), end="")
    else:
        print(heading(sample, arguments.as_if_random), end="\n\n")
        print(show_estimates(sample, table, intervals))
    return 0
