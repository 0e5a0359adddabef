"""Shares of the answers in any CSV, with the precision that its design gives.

    readiness estimate FILE.csv DESIGN.yaml [--by COLUMN ...] [--csv FILE [--force]] [--json]
    readiness estimate EXPORT [DESIGN.yaml] --questionnaire NAME [--selection opt-in] [--by ITEM]

DESIGN.yaml says how respondents came in, their weights, strata and units, and which columns are
questions: docs/any-csv.md. With a questionnaire the file is read as its export: questions, answers
and their labels are the questionnaire's, and the columns that DESIGN.yaml names are its items.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from readiness.config import SelectionName
from readiness.errors import ConfigError
from readiness.running.outputs import add_force, check_output

if TYPE_CHECKING:
    from readiness.analysis.any_csv.sample import Sample

SELECTIONS: tuple[str, ...] = get_args(SelectionName)


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("file", type=Path, help="one row a respondent, UTF-8, a header row")
    parser.add_argument(
        "design",
        type=Path,
        nargs="?",
        help="the YAML that describes it (with a questionnaire: "
        "of its design, if there is more to say than --selection)",
    )
    parser.add_argument(
        "--questionnaire",
        metavar="NAME",
        help="below data/questionnaires, or a YAML file: FILE is read as its export",
    )
    parser.add_argument("--selection", choices=SELECTIONS, help="how respondents came in")
    parser.add_argument(
        "--by",
        action="append",
        metavar="COLUMN",
        help="the groups; may be given several times",
    )
    parser.add_argument(
        "--language", help="of the questionnaire's labels (its own unless given)", metavar="CODE"
    )
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
    from readiness.analysis.any_csv.sample import Words, make_sample
    from readiness.commands.any_csv.reading import read_answers, read_settings, read_totals

    more = {"selection": arguments.selection, "by": arguments.by}
    inputs = [path for path in (arguments.file, arguments.design) if path]
    if arguments.questionnaire is None:
        if arguments.design is None:
            raise ConfigError("a design file or --questionnaire: which columns are questions?")
        called = Words()
        settings = read_settings(arguments.design, **more)
        frame = read_answers(arguments.file)
    else:
        from readiness.commands.any_csv import questionnaire as asked
        from readiness.questionnaire import load_questionnaire

        path = asked.find_questionnaire(Path.cwd(), arguments.questionnaire)
        described = load_questionnaire(path)
        inputs.append(path)
        settings = read_settings(arguments.design, **more, **asked.questions(described))
        called = asked.words(described, arguments.language or described.language)
        frame = asked.coded_answers(arguments.file, described)
    margins = settings.margins
    if settings.margins_file is not None:
        # As a link in a page: beside the file that names it.
        inputs.append(arguments.design.parent / settings.margins_file)
        margins = read_totals(inputs[-1])
    if arguments.csv:
        check_output(arguments.csv, "--csv", inputs, force=arguments.force)
    return make_sample(frame, settings, margins, str(arguments.file), called)


def run(arguments: argparse.Namespace) -> int:
    """Print the shares; returns 0."""
    from readiness.analysis.any_csv.classical import alphas
    from readiness.analysis.any_csv.results import estimate_all, has_intervals
    from readiness.commands.any_csv.showing import (
        as_json,
        few,
        heading,
        show_alphas,
        show_estimates,
    )
    from readiness.tables import write_csv

    sample = load(arguments)
    intervals = has_intervals(sample, arguments.as_if_random)
    table = estimate_all(sample, intervals=intervals)
    if arguments.csv:
        write_csv(table, arguments.csv)
    scales = alphas(sample)
    if not intervals:
        scales = [{**line, "lower": None, "upper": None} for line in scales]
    if arguments.json:
        more = {"scales": scales} if scales else {}
        print(as_json(sample, arguments.as_if_random, "estimates", table, **more), end="")
    else:
        print(heading(sample, arguments.as_if_random), end="\n\n")
        print(show_estimates(sample, table, intervals))
        if scales:
            print(f"\n{show_alphas(sample, scales, intervals)}")
    if told := few(table):
        print(f"readiness estimate: {told}", file=sys.stderr)
    return 0
