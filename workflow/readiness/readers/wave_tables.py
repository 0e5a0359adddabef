"""Read the tables beside a wave's answers: drawn sample, corrections, margins."""

from pathlib import Path

import numpy as np
import pandas as pd

from readiness.ground.errors import DataError
from readiness.ground.printable import quote_cell
from readiness.ground.tables import read_text_table
from readiness.questionnaire import Questionnaire

# Dispositions of cases without an answer, in the sample's column `disposition`.
ENDED = ("refusal", "non_contact", "other", "unknown_household", "unknown_other", "ineligible")
SAMPLE_COLUMNS = ("token", "stratum", "stratum_population", "stratum_drawn", "base_weight")
CORRECTION_COLUMNS = ("respondent", "item", "from", "to", "reason", "reviewer")
MARGIN_COLUMNS = ("variable", "category", "total", "status", "note")

# Relative tolerance: a weight may be written with seven digits, but not with two.
WEIGHT_TOLERANCE = 1e-6


def _require_columns(path: Path, frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise DataError(
            f"{path}: missing column {', '.join(missing)}; expected {', '.join(columns)}."
        )


def _refuse(
    path: Path,
    frame: pd.DataFrame,
    column: str,
    bad: "pd.Series[bool]",
    expected: str,
    right: "pd.Series[float] | None" = None,
) -> None:
    """Raise DataError naming the first bad cell of a column; `right`: expected number of each
    row.
    """
    if bad.any():
        at = int(np.argmax(bad))
        cell = frame[column].iloc[at]
        shown = quote_cell(cell) if isinstance(cell, str) else f"{cell:.12g}"
        wanted = expected if right is None else f"{expected}, {right.iloc[at]:.12g}"
        raise DataError(f"{path}, row {at + 2}, column {column}: {shown}; expected {wanted}.")


def _read_numbers(path: Path, frame: pd.DataFrame, column: str) -> "pd.Series[float]":
    """Return a column as positive finite numbers. Raises DataError naming the first other row."""
    values = pd.to_numeric(frame[column], errors="coerce").astype(float)
    _refuse(path, frame, column, ~(values.gt(0) & values.lt(np.inf)), "a positive number")
    return values


def read_sample(
    path: Path, questionnaire: Questionnaire, content: bytes | None = None
) -> pd.DataFrame:
    """Read the drawn sample: one row an invited person, indexed 0..n-1 in file order.

    Columns: `token` (invitation code), `stratum`, the frame variables of the questionnaire (text),
    `stratum_population` and `stratum_drawn` (persons, int), `base_weight` (population / drawn). An
    optional `disposition` gives the final disposition of a case without an answer (`ENDED`), or "".
    `content`: the file's bytes, where already read.

    Raises DataError naming the row when a column is missing, a code is empty or repeated, a frame
    variable has an unknown category, a disposition is unknown, a number is not positive, or a
    stratum has two descriptions; and the stratum when it is inconsistent: a population that is no
    whole number, more persons drawn than in the population, another number of rows than persons
    drawn, a weight other than population over drawn.
    """
    frame = read_text_table(path, "sample", content)
    variables = tuple(variable.id for variable in questionnaire.frame)
    _require_columns(path, frame, (*SAMPLE_COLUMNS, *variables))
    if frame.empty:
        raise DataError(f"{path}: the sample is empty; expected one row per invited person.")
    _check_persons(path, frame, questionnaire)
    if "disposition" in frame.columns:
        unknown = ~frame["disposition"].isin(["", *ENDED])
        listed = f"nothing, or one of {', '.join(ENDED)}"
        _refuse(path, frame, "disposition", unknown, listed)
    for column in ("stratum_population", "stratum_drawn", "base_weight"):
        frame[column] = _read_numbers(path, frame, column)
    for column in ("stratum_population", "stratum_drawn"):
        strata = frame.groupby("stratum")[column]
        _refuse(path, frame, column, strata.transform("nunique") > 1, "one number for its stratum")
        _refuse(path, frame, column, frame[column] % 1 != 0, "a whole number of persons")
        frame[column] = frame[column].astype(int)
    _check_strata(path, frame)
    return frame


def _check_persons(path: Path, frame: pd.DataFrame, questionnaire: Questionnaire) -> None:
    frame["token"] = frame["token"].str.strip().str.upper()
    once = frame["token"].eq("") | frame["token"].duplicated()
    _refuse(path, frame, "token", once, "an invitation code, each once")
    for variable in questionnaire.frame:
        unknown = ~frame[variable.id].isin(variable.codes)
        _refuse(path, frame, variable.id, unknown, f"one of {', '.join(variable.codes)}")


def read_frame(path: Path, questionnaire: Questionnaire) -> pd.DataFrame:
    """Read the sampling frame: one row per person, `token` and the frame variables alone.

    Raises DataError as `read_sample` does for these columns, and for an empty frame.
    """
    columns = ("token", *(variable.id for variable in questionnaire.frame))
    frame = read_text_table(path, "the frame", columns=columns)
    _require_columns(path, frame, columns)
    if frame.empty:
        raise DataError(f"{path}: the frame is empty; expected one row per person.")
    _check_persons(path, frame, questionnaire)
    return frame[list(columns)]


def read_populations(path: Path) -> dict[str, dict[str, float]]:
    """Read population totals of any variables; infinity where a total is empty: unknown.

    Returns `{variable: {category: persons}}`. Raises DataError naming the row when a category is
    repeated, or a total is no number above 1.
    """
    frame = read_text_table(path, "populations")
    _require_columns(path, frame, MARGIN_COLUMNS)
    twice = frame.duplicated(["variable", "category"])
    _refuse(path, frame, "category", twice, "each category once")
    totals = pd.to_numeric(frame["total"].replace("", "inf"), errors="coerce")
    _refuse(path, frame, "total", ~totals.gt(1), "persons, 2 or more, or nothing: not known")
    populations: dict[str, dict[str, float]] = {}
    for variable, category, total in zip(frame["variable"], frame["category"], totals, strict=True):
        populations.setdefault(variable, {})[category] = float(total)
    return populations


def _check_strata(path: Path, frame: pd.DataFrame) -> None:
    """Check that the stated sizes of each stratum agree with its rows and weights."""
    drawn, population = frame["stratum_drawn"], frame["stratum_population"]
    more = drawn > population
    _refuse(path, frame, "stratum_drawn", more, "at most the population of the stratum")
    rows_in_stratum = frame.groupby("stratum")["token"].transform("size")
    _refuse(
        path,
        frame,
        "stratum_drawn",
        rows_in_stratum != drawn,
        "its rows, one an invited person",
        rows_in_stratum,
    )
    weight = population / drawn
    off = (frame["base_weight"] / weight - 1).abs() > WEIGHT_TOLERANCE
    _refuse(path, frame, "base_weight", off, "population over drawn", weight)


def read_corrections(path: Path, questionnaire: Questionnaire) -> pd.DataFrame:
    """Read corrections to answers: text columns respondent, item, from, to, reason, reviewer.

    Raises DataError naming the row when the item is unknown, an answer is corrected twice or to
    itself, or a correction has no respondent, reason or reviewer. The file may hold a header alone.
    """
    frame = read_text_table(path, "corrections")
    _require_columns(path, frame, CORRECTION_COLUMNS)
    frame = frame.loc[:, list(CORRECTION_COLUMNS)]
    for column in CORRECTION_COLUMNS:
        frame[column] = frame[column].str.strip()
    unknown = ~frame["item"].isin([item.id for item in questionnaire.items])
    _refuse(path, frame, "item", unknown, f"an item of {questionnaire.id}")
    for column in ("respondent", "reason", "reviewer"):
        _refuse(path, frame, column, frame[column] == "", "who, why and by whom it is corrected")
    _refuse(path, frame, "to", frame["from"] == frame["to"], "another answer than in `from`")
    twice = frame.duplicated(["respondent", "item"])
    _refuse(path, frame, "item", twice, "one row for each answer that is corrected")
    return frame


def read_margins(path: Path, questionnaire: Questionnaire) -> dict[str, dict[str, float]]:
    """Read population totals: `{variable: {category: persons}}`, in questionnaire order.

    Margins are of frame variables, or of items with one answer. Raises DataError naming the row or
    variable when a variable or category is not in the questionnaire, a category is missing or
    repeated, a total is not positive, or the variables do not add up to the same population.
    """
    frame = read_text_table(path, "margins")
    _require_columns(path, frame, MARGIN_COLUMNS)
    totals = _read_numbers(path, frame, "total")
    known = {variable.id: variable.codes for variable in questionnaire.groupings}
    strange = ~frame["variable"].isin(list(known))
    _refuse(path, frame, "variable", strange, f"a frame variable, or one of {', '.join(known)}")
    margins: dict[str, dict[str, float]] = {}
    for variable, codes in known.items():
        is_variable = frame["variable"] == variable
        unknown = is_variable & ~frame["category"].isin(codes)
        _refuse(path, frame, "category", unknown, f"one of {', '.join(codes)}")
        repeated = is_variable & frame.duplicated(["variable", "category"])
        _refuse(path, frame, "category", repeated, "each category once")
        if is_variable.any():
            margins[variable] = dict(
                zip(frame["category"][is_variable], totals[is_variable], strict=True)
            )
    for variable, margin in margins.items():
        if missing := [code for code in known[variable] if code not in margin]:
            raise DataError(f"{path}: margin {variable} lacks {', '.join(missing)}.")
    sums = {variable: sum(margin.values()) for variable, margin in margins.items()}
    if sums and max(sums.values()) - min(sums.values()) > 1e-9 * max(sums.values()):
        listed = ", ".join(f"{variable} {total:.12g}" for variable, total in sums.items())
        raise DataError(f"{path}: the margins do not add up to one population: {listed}.")
    return {v: {c: margins[v][c] for c in known[v]} for v in known if v in margins}
