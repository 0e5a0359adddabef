"""Write coded answers as a labelled file of SPSS or Stata, for those with access to the answers."""

import math
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

from readiness.ground.errors import DataError
from readiness.language import Language, text
from readiness.questionnaire import SPECIAL_CODES, Item, Questionnaire
from readiness.questionnaire.kinds import DATE, MULTI, NUMBER, ORDINAL, SINGLE, TEXT

# Longest variable name, variable label and value label of each format, in bytes.
FORMATS = {".sav": (64, 255, 120), ".dta": (32, 80, 32_000)}
# Longest text that both formats can hold, in bytes.
LONGEST = 2_045
# Key in the catalogues of the meaning of each special code.
REASONS = tuple(f"questionnaire.means.{code[1:]}" for code in SPECIAL_CODES)

# The level of measurement that SPSS shows for a variable, by the kind of its item.
MEASURE_BY_KIND = {
    SINGLE: "nominal",
    ORDINAL: "ordinal",
    MULTI: "nominal",
    NUMBER: "scale",
    DATE: "nominal",
    TEXT: "nominal",
}


def labelled_file(
    answers: pd.DataFrame, questionnaire: Questionnaire, ending: str, language: Language
) -> bytes:
    """Return the bytes of a `.sav` or `.dta` file of coded answers.

    `answers`: one row per respondent, as `validate` returns them. Options are numbered from 1 in
    the order of the form; a ticked box is 1, another 0. Special codes become labelled missing
    values: in SPSS the six whole numbers below all values (-1 to -6, as a rule), in Stata `.a` to
    `.f`. Columns of no item (weights, say) are written as they are. Raises DataError for a text
    that is too long for the format.
    """
    import pyreadstat

    longest, longest_label, longest_value = FORMATS[ending]
    items = {column: item for item in questionnaire.items for column in item.columns}
    cells: dict[str, list[Any]] = {}
    labels: dict[str, str] = {}
    values: dict[str, dict[Any, str]] = {}
    missing: dict[str, list[Any]] = {}
    measures: dict[str, str] = {}
    for column in answers.columns:
        item = items.get(column)
        name = column.replace(".", "_")[:longest]
        while name in cells:  # two long names may begin alike
            name = f"{name[: longest - 4]}_{len(cells)}"
        labels[name] = _cut(_label_variable(column, item, language), longest_label)
        if (numbers := _number_answers(answers[column], item)) is None:
            cells[name] = ["" if cell in SPECIAL_CODES else cell for cell in answers[column]]
            if any(len(cell.encode()) > LONGEST for cell in cells[name]):
                raise DataError(
                    f"{column}: an answer is longer than {LONGEST} bytes. Use the CSV file instead."
                )
            continue
        lowest = math.floor(min([0.0, *numbers.values()])) - len(SPECIAL_CODES)
        ranks = "abcdef" if ending == ".dta" else range(lowest + 5, lowest - 1, -1)
        reasons: dict[str, Any] = dict(zip(SPECIAL_CODES, ranks, strict=True))
        cells[name] = [{**numbers, **reasons}.get(cell) for cell in answers[column]]
        if item is not None:
            options = [] if item.kind.takes_several else item.categories
            labelled_options = enumerate((c.labels.get(language) or c.text for c in options), 1)
            reason_labels = zip(
                reasons.values(), (text(key, language) for key in REASONS), strict=True
            )
            values[name] = {
                value: _cut(label, longest_value)
                for value, label in (*labelled_options, *reason_labels)
            }
            missing_range = [{"lo": lowest, "hi": lowest + 5}]
            measures[name] = MEASURE_BY_KIND[item.kind]
            missing[name] = list(reasons.values()) if ending == ".dta" else missing_range
    settings: dict[str, Any] = {"column_labels": labels, "variable_value_labels": values}
    if ending == ".dta":
        settings["missing_user_values"] = missing
    else:
        settings |= {"missing_ranges": missing, "variable_measure": measures}
    write = pyreadstat.write_dta if ending == ".dta" else pyreadstat.write_sav
    with tempfile.TemporaryDirectory() as folder:  # the folder is private to this user
        path = Path(folder) / f"answers{ending}"
        write(pd.DataFrame(cells), path, **settings)
        return path.read_bytes()


def _number_answers(cells: pd.Series, item: Item | None) -> dict[str, float] | None:
    """Return the number of each answer in a column; None where answers are texts."""
    if item is not None and not item.categories and item.range is None:
        return None
    if item is not None and item.kind.takes_several:
        return {"0": 0.0, "1": 1.0}
    if item is not None and item.categories:
        return {code: float(place) for place, code in enumerate(item.codes, 1)}
    answer_texts = [cell for cell in cells.unique() if cell and cell not in SPECIAL_CODES]
    try:
        return {cell: float(cell) for cell in answer_texts}
    except ValueError:
        return None


def _label_variable(column: str, item: Item | None, language: Language) -> str:
    if item is None:
        return column
    asked = item.label.root.get(language) or item.column
    if not item.kind.takes_several:
        return asked
    option = item.categories[item.columns.index(column)]
    return f"{asked}: {option.labels.get(language) or option.text}"


def _cut(label: str, longest: int) -> str:
    """Cut a label to `longest` bytes of UTF-8, without half a character at the end."""
    return label.encode()[:longest].decode(errors="ignore")
