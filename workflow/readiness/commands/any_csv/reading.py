"""The files of the two commands: the table or export, its design, totals to rake to."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from readiness.analysis.any_csv.sample import numbers, row_at
from readiness.analysis.any_csv.settings import Survey
from readiness.config import explain, read_yaml
from readiness.errors import ConfigError, DataError
from readiness.questionnaire import BLANK
from readiness.readers import read_sheet
from readiness.tables import MEND

if TYPE_CHECKING:
    import pandas as pd

    from readiness.questionnaire import Questionnaire

GUIDE = "docs/any-csv.md"


def read_settings(path: Path | None, **more: Any) -> Survey:
    """The design file at `path`, or what stands in its place.

    Args:
        path: None: `more` is all there is.
        more: keys that the command line or a questionnaire gives; None: not given.

    Raises:
        ConfigError: not found, not YAML, or the first key that does not fit, in one line.
    """
    document = {} if path is None else read_yaml(path)
    if not isinstance(document, dict):
        raise ConfigError(f"{path}: empty; expected at least selection and items ({GUIDE}).")
    given = {key: value for key, value in more.items() if value is not None}
    if path is None and "selection" not in given:
        raise ConfigError(
            f"--selection: missing; say how respondents came in, or name a design file ({GUIDE})."
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

    Raises:
        DataError: not found, letters that cannot be told, not a table, no rows, a column named
            twice.
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


def find_questionnaire(root: Path, name: str) -> Path:
    """The file of a questionnaire: itself, or by its name below data/questionnaires.

    Raises ConfigError where there is neither.
    """
    path = Path(name)
    if path.suffix in (".yaml", ".yml"):
        return path
    below = root / f"data/questionnaires/{name}.yaml"
    if not below.is_file():
        raise ConfigError(
            f"--questionnaire {name}: no file {below.relative_to(root)}; name one, or a YAML file."
        )
    return below


def coded_answers(file: Path, questionnaire: Questionnaire) -> pd.DataFrame:
    """The answers that an export would keep, every cell a code; one column an item or option.

    Raises DataError as `readiness validate` does.
    """
    from readiness.readers import read_export
    from readiness.validation import first_reading

    answers = first_reading(read_export(file, questionnaire), questionnaire).answers
    return answers.astype(str).replace(BLANK, "")


def read_totals(path: Path) -> dict[str, dict[str, float]]:
    """Margins from a CSV with the columns variable, category, total.

    Raises:
        DataError: a column is missing, a total is no number, a category is given twice.
    """
    frame = read_answers(path)
    missing = [c for c in ("variable", "category", "total") if c not in frame.columns]
    if missing:
        raise DataError(f"{path}: no column {missing[0]}; expected variable, category, total.")
    totals = numbers(frame, "total", str(path), least=0.0)
    margins: dict[str, dict[str, float]] = {}
    for at, (variable, category) in enumerate(
        zip(frame["variable"], frame["category"], strict=True)
    ):
        margin = margins.setdefault(variable, {})
        if category in margin:
            raise DataError(f"{row_at(path, at)}: {variable} {category} is given twice.")
        margin[category] = float(totals[at])
    return margins
