"""From rows of text and the settings to a design: every cell that cannot be used is named."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from readiness.analysis.any_csv.settings import Question, Survey, Ticks
from readiness.analysis.weighting import Margins, bounds
from readiness.arrays import BoolArray, FloatArray, TextArray
from readiness.errors import ConfigError, DataError, StatisticsError
from readiness.questionnaire.text import match_key
from readiness.survey.design import Design, design
from readiness.survey.weighting.recipe import weigh
from readiness.survey.weighting.report import WeightingReport
from readiness.validation.cells import split_options

if TYPE_CHECKING:
    import pandas as pd

# The first row below the header is line 2 of the file.
_FIRST_ROW = 2


@dataclass(frozen=True)
class Words:
    """How questions and answers are called where they are shown; as the table has them unless said.

    Attributes:
        questions: by question.
        answers: by question and answer.
    """

    questions: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def question(self, name: str) -> str:
        """A question, or one option of several as `question.option`; its name stands before."""
        own, _, option = name.partition(".")
        if name in self.questions or own not in self.questions:
            return f"{name}: {self.questions[name]}" if name in self.questions else name
        return f"{name}: {self.questions[own]} {self.answer(own, option)}"

    def answer(self, question: str, answer: str) -> str:
        """An answer, or the sum of some."""
        known = self.answers.get(question, {})
        return " + ".join(known.get(part, part) for part in answer.split(" + "))


@dataclass(frozen=True, eq=False)
class Crossed:
    """A grouping of the rows.

    Attributes:
        values: group of each row, or None, shape (rows,).
        names: the groups, in the order in which they are shown.
    """

    values: TextArray
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Sample:
    """The answers of a CSV with their design.

    Attributes:
        settings: the design file.
        design: weighted, and the domain of the settings; its data are the cells as text.
        items: answers by question, shape (rows,); None outside the base.
        options: `1`, `0` or `_blank` by question of several answers and option, shape (rows,).
        crossings: by column of `by`, in its order, the group of each row.
        blocks: blocks of the permutations, shape (rows,), or None.
        weighting: the report, when there are margins.
        words: how questions and answers are called.
    """

    settings: Survey
    design: Design
    items: dict[str, TextArray]
    options: dict[str, dict[str, TextArray]]
    crossings: dict[str, Crossed]
    blocks: TextArray | None
    weighting: WeightingReport | None
    words: Words = Words()


def make_sample(
    frame: pd.DataFrame,
    settings: Survey,
    margins: Margins | None,
    source: str,
    words: Words = Words(),
) -> Sample:
    """The design that the settings describe, with the answers coded.

    Args:
        frame: one row a respondent, every cell text, "" where empty; not modified.
        settings: the design file.
        margins: totals by variable and category to rake to, or None.
        source: what messages call the table.
        words: how questions and answers are called.

    Raises:
        ConfigError: a column that the table does not have.
        DataError: a cell that cannot be used, with its row and column.
        StatisticsError: a design or margins that do not hold together.
    """
    _known_columns(frame, settings, margins, source)
    made = _design(frame, settings, source)
    report = None
    if margins:
        for variable, totals in margins.items():
            _declared(frame[variable].to_numpy(dtype=object), totals, variable, source)
        weighting = weigh(made, margins, trim=bounds(settings.trim))
        made, report = weighting.design, weighting.report
    items = {
        name: _answers(frame[name], question, name, source)
        for name, question in settings.items.items()
    }
    options = {
        name: _joined(frame[ticks.column], ticks, ticks.column, source)
        if ticks.column is not None
        else {c: _ticks(frame[c], ticks, c, source) for c in ticks.columns}
        for name, ticks in settings.multiple.items()
    }
    made = _domain(made, frame, settings, source)
    crossings = {
        column: _crossed(frame, column, items.get(column), made, settings, source)
        for column in settings.by
    }
    blocks = _whole(frame, settings.blocks, source)
    return Sample(settings, made, items, options, crossings, blocks, report, words)


def _known_columns(
    frame: pd.DataFrame, settings: Survey, margins: Margins | None, source: str
) -> None:
    """Every column that the settings name is in the table: ConfigError with the nearest one."""
    named: list[tuple[str, str]] = []
    named += [("by", column) for column in settings.by]
    for key in ("weights", "strata", "blocks"):
        named += [(key, c) for c in [getattr(settings, key)] if c is not None]
    for key in ("psu", "fpc"):
        named += [(key, column) for column in getattr(settings, key) or ()]
    named += [("domain", column) for column in settings.domain]
    named += [("margins", column) for column in margins or ()]
    named += [("items", column) for column in settings.items]
    for name, ticks in settings.multiple.items():
        named += [(f"multiple.{name}", column) for column in ticks.read]
    columns = [str(c) for c in frame.columns]
    for key, column in named:
        if column not in columns:
            close = difflib.get_close_matches(column, columns, n=1)
            hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(columns[:12])}."
            raise ConfigError(f"{key}: {source} has no column {column!r}; {hint}")


def _design(frame: pd.DataFrame, settings: Survey, source: str) -> Design:
    """The design before weighting: numbers as numbers, units without gaps."""
    data = frame.copy(deep=False)
    for column in (settings.strata, *(settings.psu or ())):
        _whole(frame, column, source)
    weights: Any = None
    if settings.weights is not None:
        weights = numbers(frame, settings.weights, source)
    sizes = list(settings.fpc or ())
    for column in sizes:
        # Under a name of its own: a column may be both stratum and population.
        data[f"fpc {column}"] = numbers(frame, column, source)
    try:
        return design(
            data,
            weights=weights,
            strata=settings.strata,
            psu=settings.psu,
            fpc=[f"fpc {column}" for column in sizes] or None,
            nest=settings.nest,
            lonely_psu=settings.lonely_psu,
        )
    except StatisticsError as error:
        words = str(error).replace("nest=True", "nest: true").replace("'fpc ", "'")
        raise StatisticsError(words) from None


def _domain(made: Design, frame: pd.DataFrame, settings: Survey, source: str) -> Design:
    """The rows of the declared values; the rest of the design stays as it was drawn."""
    for column, values in settings.domain.items():
        made = made.subset(frame[column].isin(values).to_numpy())
    if made.n == 0:
        listed = ", ".join(f"{c} {' or '.join(v)}" for c, v in settings.domain.items())
        raise StatisticsError(f"domain: no row of {source} has {listed}; nothing to estimate.")
    return made


def _answers(column: pd.Series[str], question: Question, name: str, source: str) -> TextArray:
    """Declared categories; None where blank, a special code (`_...`) or declared outside."""
    values = column.to_numpy(dtype=object)
    _declared(values, [*question.categories, *question.outside, ""], name, source)
    return _only(values, np.isin(values.astype(str), question.categories))


def _ticks(column: pd.Series[str], ticks: Ticks, name: str, source: str) -> TextArray:
    """`1`, `0`, `_blank` or the special codes that the cells hold."""
    values = column.to_numpy(dtype=object)
    _declared(values, [ticks.ticked, ticks.not_ticked, ""], name, source)
    blank = "0" if ticks.blank_means == "not_ticked" else "_blank"
    known = {ticks.ticked: "1", ticks.not_ticked: "0", "": blank}
    return np.array([known.get(v, v) for v in values], dtype=object)


def _joined(column: pd.Series[str], ticks: Ticks, name: str, source: str) -> dict[str, TextArray]:
    """The same by option, of cells in which the answers that were ticked are joined."""
    values = column.to_numpy(dtype=object)
    cells = {cell: _split(cell, ticks) for cell in dict.fromkeys(values.tolist())}
    for at, cell in enumerate(values):
        ticked, unknown = cells[cell]
        if unknown and not (cell.startswith("_") and not ticked):
            expected = ", ".join(ticks.options)
            raise DataError(
                f"{row_at(source, at)}, column {name}: {unknown[0]!r} is not declared; expected "
                f"{expected}."
            )
    options = ticks.options or sorted({option for ticked, _ in cells.values() for option in ticked})
    blank = "0" if ticks.blank_means == "not_ticked" else "_blank"

    def read(cell: str, option: str) -> str:
        ticked, unknown = cells[cell]
        if not ticked:
            return cell.strip() if unknown else blank
        return "1" if option in ticked else "0"

    found = {}
    for option in options:
        by_cell = {cell: read(cell, option) for cell in cells}
        found[option] = np.array([by_cell[cell] for cell in values], dtype=object)
    return found


def _split(cell: str, ticks: Ticks) -> tuple[list[str], list[str]]:
    """The options that a cell holds, and what in it is none."""
    if ticks.split is None:
        return split_options(cell, {match_key(option): (option, "") for option in ticks.options})
    # A separator of blanks stands for itself; around any other one blanks are nobody's answer.
    separator = ticks.split.strip() or ticks.split
    parts = [part.strip() for part in cell.split(separator) if part.strip()]
    if cell.startswith("_") or not ticks.options:
        return ([], parts) if cell.startswith("_") else (parts, [])
    return (
        [part for part in parts if part in ticks.options],
        [part for part in parts if part not in ticks.options],
    )


def _crossed(
    frame: pd.DataFrame,
    column: str,
    answers: TextArray | None,
    made: Design,
    settings: Survey,
    source: str,
) -> Crossed:
    """The groups of a column: those declared, a question's own answers, or what occurs, sorted."""
    values = frame[column].to_numpy(dtype=object)
    if settings.groups is not None:
        _declared(values, [*settings.groups, ""], column, source)
        return Crossed(_only(values, values != ""), tuple(settings.groups))
    values = _only(values, values != "") if answers is None else answers
    seen = {v for v in values[made.mask] if v is not None and v[:1] != "_"}
    if not seen:
        raise StatisticsError(f"by: nobody in the domain has a value of {column}.")
    listed = settings.items[column].categories if column in settings.items else sorted(seen)
    return Crossed(values, tuple(name for name in listed if name in seen))


def _only(values: TextArray, kept: BoolArray) -> TextArray:
    """The values that are kept, None for the others."""
    out = values.copy()
    out[~kept] = None
    return out


def _whole(frame: pd.DataFrame, column: str | None, source: str) -> TextArray | None:
    """A column in which no cell is empty."""
    if column is None:
        return None
    values = frame[column].to_numpy(dtype=object)
    if (values == "").any():
        at = int(np.argmax(values == ""))
        raise DataError(f"{row_at(source, at)}, column {column}: empty; each row needs a value.")
    return np.asarray(values)


def _declared(
    values: TextArray, declared: Collection[str] | Mapping[str, Any], name: str, source: str
) -> None:
    """Each value is declared or a special code: DataError naming the first that is not."""
    known = np.isin(values.astype(str), list(declared))
    special = np.array([v.startswith("_") for v in values])
    bad = ~known & ~special if not isinstance(declared, Mapping) else ~known
    if bad.any():
        at = int(np.argmax(bad))
        expected = ", ".join(label for label in declared if label)
        what = "has no total in the margins" if isinstance(declared, Mapping) else "is not declared"
        raise DataError(
            f"{row_at(source, at)}, column {name}: {values[at]!r} {what}; expected {expected}."
        )


def numbers(
    frame: pd.DataFrame, column: str, source: str, least: float | None = None
) -> FloatArray:
    """Finite numbers above 0 (or from `least` on): DataError naming the first that is not."""
    import pandas as pd

    values = np.asarray(pd.to_numeric(frame[column], errors="coerce"), dtype=np.float64)
    good = np.isfinite(values) & (values > 0 if least is None else values >= least)
    if not good.all():
        at = int(np.argmin(good))
        more = int((~good).sum()) - 1
        raise DataError(
            f"{row_at(source, at)}, column {column}: {frame[column].iloc[at]!r}; expected a finite "
            f"number {'above 0' if least is None else f'of at least {least:g}'}"
            f"{f' ({more} more such rows)' if more else ''}."
        )
    return values


def row_at(source: object, position: int) -> str:
    """Where a row is, for messages: the source and the line of the file."""
    return f"{source}, row {position + _FIRST_ROW}"
