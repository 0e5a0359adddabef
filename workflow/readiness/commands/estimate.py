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
    from readiness.commands.any_csv.showing import Shown

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


def load(arguments: argparse.Namespace) -> Shown:
    """The answers and the design of the command line.

    Raises:
        ConfigError, DataError, StatisticsError: what cannot be used, and where; `--csv` that is one
            of the inputs, or exists.
    """
    from readiness.analysis.any_csv.results import spoken_of
    from readiness.analysis.any_csv.sample import LANGUAGE, make_sample
    from readiness.commands.any_csv import reading
    from readiness.commands.any_csv.showing import Shown
    from readiness.questionnaire import load_questionnaire

    inputs = [path for path in (arguments.file, arguments.design) if path]
    described = None
    if arguments.questionnaire is not None:
        inputs.append(reading.find_questionnaire(Path.cwd(), arguments.questionnaire))
        described = load_questionnaire(inputs[-1])
    elif arguments.design is None:
        raise ConfigError("a design file or --questionnaire: which columns are questions?")
    settings = reading.read_settings(
        arguments.design, selection=arguments.selection, by=arguments.by
    )
    if described is None:
        frame = reading.read_answers(arguments.file)
    elif settings.items or settings.multiple:
        raise ConfigError(
            f"{arguments.design}: items, multiple: the questionnaire says what is asked; remove "
            "them."
        )
    else:
        frame = reading.coded_answers(arguments.file, described)
    margins = settings.margins
    if settings.margins_file is not None:
        # As a link in a page: beside the file that names it.
        inputs.append(arguments.design.parent / settings.margins_file)
        margins = reading.read_totals(inputs[-1])
    if arguments.csv:
        check_output(arguments.csv, "--csv", inputs, force=arguments.force)
    sample = make_sample(frame, settings, margins, str(arguments.file), described)
    selection = spoken_of(sample, arguments.as_if_random)
    language = LANGUAGE if described is None else arguments.language or described.language
    return Shown(sample, language, selection, arguments.as_if_random)


def run(arguments: argparse.Namespace) -> int:
    """Print the shares; returns 0."""
    from readiness.analysis.any_csv.results import estimate_all, scales
    from readiness.commands.any_csv.showing import few
    from readiness.tables import write_csv

    shown = load(arguments)
    table = estimate_all(shown.sample, shown.selection)
    alphas = scales(shown.sample, shown.selection)
    if arguments.csv:
        write_csv(table, arguments.csv)
    if arguments.json:
        print(shown.as_json(estimates=table, scales=alphas), end="")
    else:
        print(shown.heading(), shown.estimates(table), sep="\n\n")
        if len(alphas):
            print(f"\n{shown.scales(alphas)}")
    if told := few(table):
        print(f"readiness estimate: {told}", file=sys.stderr)
    return 0
