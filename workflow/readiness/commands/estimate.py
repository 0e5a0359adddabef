"""Estimate shares from any CSV file, with the precision of its sampling design.

DESIGN is a small YAML file: how respondents were selected, weights, strata, sampling units, and
which columns are questions (docs/any-csv.md). With --questionnaire, FILE is read as an export of
that questionnaire, and DESIGN may be left out.

Examples:
  readiness estimate library.csv library.yaml
  readiness estimate library.csv library.yaml --by branch --csv shares.csv
  readiness estimate library.csv library.yaml --where age=15-29,30-59 --items use
  readiness estimate export.csv --questionnaire ai-readiness-1 --selection opt-in
"""

import argparse
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import get_args

import pandas as pd

from readiness.analysis.any_csv.results import estimate_all, scales
from readiness.analysis.any_csv.sample import LANGUAGE, make_sample
from readiness.analysis.selection import Selection
from readiness.commands.estimate_files import coded_answers, read_answers, read_settings
from readiness.commands.showing import Shown, few
from readiness.commands.validate import questionnaire_file
from readiness.config import SelectionName
from readiness.ground.errors import ConfigError
from readiness.ground.tables import write_csv
from readiness.questionnaire import load_questionnaire
from readiness.running.outputs import add_force, check_output

SELECTIONS: tuple[str, ...] = get_args(SelectionName)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments, which `readiness compare` shares."""
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help="CSV file with a header and one row per respondent")
    add(
        "design",
        type=Path,
        nargs="?",
        metavar="DESIGN",
        help="YAML file with the sampling design and the columns that are questions",
    )
    add(
        "--by",
        action="append",
        metavar="COLUMN",
        help="column whose values are the groups (repeatable)",
    )
    add(
        "--where",
        action="append",
        metavar="COLUMN=VALUE[,VALUE]",
        help="include only these respondents, analysed as a domain of the design (repeatable)",
    )
    add = parser.add_argument_group("read FILE as an export").add_argument
    add(
        "--questionnaire",
        metavar="NAME",
        help="questionnaire that was asked: its name in data/questionnaires, or a YAML file",
    )
    add(
        "--selection",
        choices=SELECTIONS,
        help="how respondents were selected (default: as in DESIGN)",
    )
    add(
        "--language",
        metavar="CODE",
        help="language of the questionnaire's labels (default: the questionnaire's own)",
    )
    add = parser.add_argument_group("output").add_argument
    add(
        "--items",
        action="append",
        default=[],
        metavar="ITEM[,ITEM]",
        help="questions, grids and scales to show; the others are left out (repeatable)",
    )
    add("--csv", type=Path, metavar="FILE", help="table to write, with shares between 0 and 1")
    add_force(parser)
    add("--json", action="store_true", help="print JSON instead of tables")


def _read_domain(conditions: Sequence[str]) -> dict[str, list[str]]:
    """Return the values to keep by column; ConfigError for a condition without either."""
    domain: dict[str, list[str]] = {}
    for condition in conditions:
        column, _, values = condition.partition("=")
        named = [value.strip() for value in values.split(",") if value.strip()]
        if not column.strip() or not named:
            raise ConfigError(
                f"--where {condition}: expected COLUMN=VALUE, or several values with commas between"
                " them. A value with a comma goes into the design file, under domain."
            )
        domain.setdefault(column.strip(), []).extend(named)
    return domain


def _check_values(frame: pd.DataFrame, column: str, values: Sequence[str], file: Path) -> None:
    """Check that somebody has each value of a column that is there; else ConfigError."""
    found = sorted({*frame[column]} - {""}) if column in frame else values
    if unknown := [value for value in values if value not in found]:
        near = get_close_matches(unknown[0], found, n=1) or found[:12]
        raise ConfigError(
            f"--where {column}={unknown[0]}: no row of {file} has it; expected {', '.join(near)}."
        )


def load(arguments: argparse.Namespace) -> Shown:
    """Load the answers and the design that the command line names.

    Raises ConfigError, DataError or StatisticsError for what cannot be used, and for a `--csv` that
    is one of the inputs, or exists.
    """
    inputs = [path for path in (arguments.file, arguments.design) if path]
    questionnaire = None
    if arguments.questionnaire is not None:
        inputs.append(questionnaire_file(Path.cwd(), arguments.questionnaire))
        questionnaire = load_questionnaire(inputs[-1])
    elif arguments.design is None:
        raise ConfigError(
            "the columns that hold questions are not known. Name a DESIGN file, or give "
            "--questionnaire NAME."
        )
    settings = read_settings(
        arguments.design,
        selection=arguments.selection,
        by=arguments.by,
        domain=_read_domain(arguments.where) if arguments.where else None,
    )
    if questionnaire is None:
        frame = read_answers(arguments.file)
    elif settings.items or settings.multiple:
        why = "the questionnaire says what is asked; remove them."
        raise ConfigError(f"{arguments.design}: items, multiple: {why}")
    else:
        frame = coded_answers(arguments.file, questionnaire)
    for column, values in settings.domain.items() if arguments.where else ():
        _check_values(frame, column, values, arguments.file)
    if arguments.csv:
        check_output(arguments.csv, "--csv", inputs, force=arguments.force)
    sample = make_sample(frame, settings, str(arguments.file), questionnaire)
    sample = sample.choose([name for names in arguments.items for name in names.split(",") if name])
    language = LANGUAGE if questionnaire is None else arguments.language or questionnaire.language
    return Shown(sample, language, Selection(settings.selection))


def run(arguments: argparse.Namespace) -> int:
    """Print the shares; return 0."""
    output = load(arguments)
    table = estimate_all(output.sample, output.selection)
    alphas = scales(output.sample, output.selection)
    if arguments.csv:
        write_csv(table, arguments.csv)
    if arguments.json:
        print(output.as_json(estimates=table, scales=alphas), end="")
    else:
        print(output.heading(), output.estimates(table), sep="\n\n")
        if len(alphas):
            print(f"\n{output.scales(alphas)}")
    if warning := few(table):
        print(f"readiness estimate: {warning}", file=sys.stderr)
    return 0
