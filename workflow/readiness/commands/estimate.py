"""Estimate shares from any CSV, with the precision that its sampling design gives.

DESIGN is a small YAML file: how respondents were selected, weights, strata, sampling units, and
which columns are questions (docs/any-csv.md). With --questionnaire, FILE is read as an export of
that questionnaire, and DESIGN may be left out.

Examples:
  readiness estimate library.csv library.yaml
  readiness estimate library.csv library.yaml --by branch --csv shares.csv
  readiness estimate export.csv --questionnaire ai-readiness-1 --selection opt-in
"""

import argparse
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pandas as pd
from pydantic import ValidationError

from readiness.analysis.any_csv.results import estimate_all, scales
from readiness.analysis.any_csv.sample import LANGUAGE, Survey, make_sample
from readiness.analysis.selection import Selection
from readiness.commands.showing import Shown, few
from readiness.commands.validate import questionnaire_file
from readiness.config import SelectionName, explain, read_yaml
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.tables import MEND, write_csv
from readiness.questionnaire import BLANK, Questionnaire, load_questionnaire
from readiness.readers import read_export, read_sheet
from readiness.running.outputs import add_force, check_output
from readiness.validation import first_reading

SELECTIONS: tuple[str, ...] = get_args(SelectionName)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments, which `readiness compare` shares."""
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help="CSV with one row a respondent and a header row")
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
    add = parser.add_argument_group("read FILE as an export").add_argument
    add(
        "--questionnaire",
        metavar="NAME",
        help="questionnaire that was asked: its name in data/questionnaires, or a YAML file",
    )
    add("--selection", choices=SELECTIONS, help="how respondents were selected (default: DESIGN's)")
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


def load(arguments: argparse.Namespace) -> Shown:
    """The answers and the design of the command line.

    Raises ConfigError, DataError or StatisticsError for what cannot be used, and for a `--csv` that
    is one of the inputs, or exists.
    """
    inputs = [path for path in (arguments.file, arguments.design) if path]
    described = None
    if arguments.questionnaire is not None:
        inputs.append(questionnaire_file(Path.cwd(), arguments.questionnaire))
        described = load_questionnaire(inputs[-1])
    elif arguments.design is None:
        raise ConfigError(
            "which columns are questions? Name a DESIGN file, or --questionnaire NAME."
        )
    settings = read_settings(arguments.design, selection=arguments.selection, by=arguments.by)
    if described is None:
        frame = read_answers(arguments.file)
    elif settings.items or settings.multiple:
        why = "the questionnaire says what is asked; remove them."
        raise ConfigError(f"{arguments.design}: items, multiple: {why}")
    else:
        frame = coded_answers(arguments.file, described)
    if arguments.csv:
        check_output(arguments.csv, "--csv", inputs, force=arguments.force)
    sample = make_sample(frame, settings, str(arguments.file), described)
    sample = sample.choose([name for names in arguments.items for name in names.split(",") if name])
    language = LANGUAGE if described is None else arguments.language or described.language
    return Shown(sample, language, Selection(settings.selection))


def run(arguments: argparse.Namespace) -> int:
    """Print the shares; returns 0."""
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


# --- The files of the two commands: the table or export, its design.
GUIDE = "docs/any-csv.md"


def read_settings(path: Path | None, **more: Any) -> Survey:
    """The design file at `path`, or in its place (None) `more`: keys of the command line, if given.

    Raises ConfigError: not found, not YAML, or the first key that does not fit, in one line.
    """
    if path is not None and not path.exists():
        # A file of whoever types the command: git may know nothing of it.
        raise ConfigError(f"{path}: not found; correct its name, or write it ({GUIDE}).")
    document = {} if path is None else read_yaml(path)
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: empty; expected at least selection and items ({GUIDE}).")
    given = {key: value for key, value in more.items() if value is not None}
    if path is None and "selection" not in given:
        raise ConfigError(
            "--selection: missing; say how respondents were selected, or name a design file "
            f"({GUIDE})."
        )
    try:
        return Survey.model_validate({**document, **given})
    except ValidationError as error:
        return _refuse(path or Path("the command line"), error)


def _refuse(path: Path, error: ValidationError) -> Survey:
    """One line; a rule about several keys does not repeat the whole file."""
    problems = error.errors(include_url=False)
    rules = [p for p in problems if p["type"] == "value_error"]
    if len(rules) == len(problems):
        where = "".join(f"{part}." for part in rules[0]["loc"]).rstrip(".")
        rule = rules[0]["msg"].removeprefix("Value error, ")
        message = f"{path}: {where}: {rule}" if where else f"{path}: {rule}"
    else:
        message = explain(error, Survey, str(path)).replace("config/README.md", GUIDE)
        message = re.sub(r"expected \w+ should have (.*) after validation", r"expected \1", message)
    raise ConfigError(message if message.endswith(("?", ")", ".")) else f"{message}.")


def read_answers(path: Path) -> pd.DataFrame:
    """The table as text (CSV, workbook or SPSS file), checked to be one of named columns.

    Raises DataError: not found, letters that cannot be told, no table or rows, a name given twice.
    """
    if not path.is_file():
        raise DataError(f"{path}: not found, or no file; correct its name.")
    sheet = read_sheet(path)
    for at, why in sorted(sheet.faults.items())[:1]:
        raise DataError(f"{path}, row {sheet.numbers[at]}: {why}. {MEND}")
    times = Counter(header for header in sheet.columns if header.strip())
    if again := [header for header in times if times[header] > 1]:
        raise DataError(f"{path}: two columns are named {again[0]!r}; rename one.")
    frame = sheet.frame()
    if frame.empty:
        raise DataError(f"{path}: 0 rows below the header; expected one row a respondent.")
    return frame


def coded_answers(file: Path, questionnaire: Questionnaire) -> pd.DataFrame:
    """The answers that an export would keep, as codes; DataError as in `validate`."""
    answers = first_reading(read_export(file, questionnaire), questionnaire).answers
    return answers.astype(str).replace(BLANK, "")
