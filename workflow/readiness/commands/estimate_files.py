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
    """Read the design file at `path`; options of the command line (`more`) replace its keys.

    `path` None: the options alone. Raises ConfigError, in one line: not found, not YAML, or the
    first key that does not fit.
    """
    if path is not None and not path.exists():
        # The user's own file: no hint that git could restore it.
        raise ConfigError(f"{path}: file not found. Correct the name, or write the file ({GUIDE}).")
    document = {} if path is None else read_yaml(path)
    if not isinstance(document, dict):
        fault = "the file is empty" if document is None else "the file has no keys"
        raise ConfigError(
            f"{path}: {fault}; it needs at least the keys `selection` and `items` ({GUIDE})."
        )
    options = {key: value for key, value in more.items() if value is not None}
    if path is None and "selection" not in options:
        raise ConfigError(
            "--selection: missing. State how respondents were selected, or name a design file "
            f"({GUIDE})."
        )
    try:
        return Survey.model_validate({**document, **options})
    except ValidationError as error:
        return _refuse(path or Path("the command line"), error)


def _refuse(path: Path, error: ValidationError) -> Survey:
    """Raise ConfigError in one line; a rule about several keys does not quote the whole file."""
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
    """Read a table as text (CSV, workbook or SPSS file), with a unique name for each column.

    Raises DataError: not found, unknown encoding, no table or rows, a name given twice.
    """
    if not path.is_file():
        raise DataError(f"{path}: file not found. Correct the name.")
    sheet = read_sheet(path)
    for at, why in sorted(sheet.faults.items())[:1]:
        raise DataError(f"{path}, row {sheet.numbers[at]}: {why}. {MEND}")
    counts = Counter(header for header in sheet.columns if header.strip())
    if repeated := [header for header in counts if counts[header] > 1]:
        raise DataError(f"{path}: two columns are named {repeated[0]!r}; rename one.")
    frame = sheet.frame()
    if frame.empty:
        raise DataError(f"{path}: no rows below the header; expected one row per respondent.")
    return frame


def coded_answers(file: Path, questionnaire: Questionnaire) -> pd.DataFrame:
    """Return the answers of an export that validation keeps, as codes.

    Raises DataError as in `validate`.
    """
    answers = first_reading(read_export(file, questionnaire), questionnaire).answers
    return answers.astype(str).replace(BLANK, "")
