"""Read the files of `estimate` and `compare`: the table or export, and its design."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from readiness.analysis.any_csv.sample import Survey
from readiness.config import explain, read_yaml
from readiness.ground.errors import ConfigError, DataError
from readiness.ground.tables import MEND
from readiness.questionnaire import BLANK, Questionnaire
from readiness.readers import read_export, read_sheet
from readiness.validation import first_reading

GUIDE = "docs/any-csv.md"


def read_settings(path: Path | None, **more: Any) -> Survey:
    """The design file at `path`, or in its place (None) `more`: keys of the command line, if given.

    Raises ConfigError: not found, not YAML, or the first key that does not fit, in one line.
    """
    if path is not None and not path.exists():
        # A file of whoever types the command: git may know nothing of it.
        raise ConfigError(f"{path}: file not found. Correct the name, or write the file ({GUIDE}).")
    document = {} if path is None else read_yaml(path)
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: empty; expected at least selection and items ({GUIDE}).")
    given = {key: value for key, value in more.items() if value is not None}
    if path is None and "selection" not in given:
        raise ConfigError(
            "--selection: missing. State how respondents were selected, or name a design file "
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
        raise DataError(f"{path}: no such file. Correct the name.")
    sheet = read_sheet(path)
    for at, why in sorted(sheet.faults.items())[:1]:
        raise DataError(f"{path}, row {sheet.numbers[at]}: {why}. {MEND}")
    times = Counter(header for header in sheet.columns if header.strip())
    if again := [header for header in times if times[header] > 1]:
        raise DataError(f"{path}: two columns are named {again[0]!r}; rename one.")
    frame = sheet.frame()
    if frame.empty:
        raise DataError(f"{path}: no rows below the header; expected one row per respondent.")
    return frame


def coded_answers(file: Path, questionnaire: Questionnaire) -> pd.DataFrame:
    """The answers that an export would keep, as codes; DataError as in `validate`."""
    answers = first_reading(read_export(file, questionnaire), questionnaire).answers
    return answers.astype(str).replace(BLANK, "")
