"""From rows of text and the settings to a design: every cell that cannot be used is named."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from readiness.analysis.any_csv.settings import Question, Survey, Ticks
from readiness.analysis.cuts import Values
from readiness.analysis.weighting import Margins, bounds
from readiness.errors import ConfigError, DataError, StatisticsError
from readiness.survey.design import Design, design
from readiness.survey.weighting import WeightingReport, weigh

if TYPE_CHECKING:
    import pandas as pd

# The first row below the header is line 2 of the file.
_FIRST_ROW = 2


@dataclass(frozen=True, eq=False)
class Sample:
    """The answers of a CSV with their design.

    Attributes:
        settings: the design file.
        design: weighted, and the domain of the settings; its data are the cells as text.
        items: answers by question, shape (rows,); None outside the base.
        options: `1`, `0` or `_blank` by question of several columns and column, shape (rows,).
        groups: group of each row or None, shape (rows,); None without `by`.
        blocks: blocks of the permutations, shape (rows,), or None.
        weighting: the report, when there are margins.
    """

    settings: Survey
    design: Design
    items: dict[str, Values]
    options: dict[str, dict[str, Values]]
    groups: Values | None
    blocks: Values | None
    weighting: WeightingReport | None


def make_sample(
    frame: pd.DataFrame, settings: Survey, margins: Margins | None, source: str
) -> Sample:
    """The design that the settings describe, with the answers coded.

    Args:
        frame: one row a respondent, every cell text, "" where empty; not modified.
        settings: the design file.
        margins: totals by variable and category to rake to, or None.
        source: what messages call the table.

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
        name: {c: _ticks(frame[c], ticks, c, source) for c in ticks.columns}
        for name, ticks in settings.multiple.items()
    }
    return Sample(
        settings, _domain(made, frame, settings, source), items, options,
        _groups(frame, settings, source), _whole(frame, settings.blocks, source), report,
    )  # fmt: skip


def _known_columns(
    frame: pd.DataFrame, settings: Survey, margins: Margins | None, source: str
) -> None:
    """Every column that the settings name is in the table: ConfigError with the nearest one."""
    named: list[tuple[str, str]] = []
    for key in ("weights", "strata", "by", "blocks"):
        named += [(key, c) for c in [getattr(settings, key)] if c is not None]
    for key in ("psu", "fpc"):
        named += [(key, column) for column in getattr(settings, key) or ()]
    named += [("domain", column) for column in settings.domain]
    named += [("margins", column) for column in margins or ()]
    named += [("items", column) for column in settings.items]
    for name, ticks in settings.multiple.items():
        named += [(f"multiple.{name}", column) for column in ticks.columns]
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


def _answers(column: pd.Series[str], question: Question, name: str, source: str) -> Values:
    """Declared categories; None where blank, a special code (`_...`) or declared outside."""
    values = column.to_numpy(dtype=object)
    _declared(values, [*question.categories, *question.outside, ""], name, source)
    return _only(values, np.isin(values.astype(str), question.categories))


def _ticks(column: pd.Series[str], ticks: Ticks, name: str, source: str) -> Values:
    """`1`, `0`, `_blank` or the special codes that the cells hold."""
    values = column.to_numpy(dtype=object)
    _declared(values, [ticks.ticked, ticks.not_ticked, ""], name, source)
    blank = "0" if ticks.blank_means == "not_ticked" else "_blank"
    known = {ticks.ticked: "1", ticks.not_ticked: "0", "": blank}
    return np.array([known.get(v, v) for v in values], dtype=object)


def _groups(frame: pd.DataFrame, settings: Survey, source: str) -> Values | None:
    if settings.by is None:
        return None
    values = frame[settings.by].to_numpy(dtype=object)
    if settings.groups is not None:
        _declared(values, [*settings.groups, ""], settings.by, source)
    return _only(values, values != "")


def _only(values: Values, kept: npt.NDArray[np.bool_]) -> Values:
    """The values that are kept, None for the others."""
    out = values.copy()
    out[~kept] = None
    return out


def _whole(frame: pd.DataFrame, column: str | None, source: str) -> Values | None:
    """A column in which no cell is empty."""
    if column is None:
        return None
    values = frame[column].to_numpy(dtype=object)
    if (values == "").any():
        at = int(np.argmax(values == ""))
        raise DataError(f"{row_at(source, at)}, column {column}: empty; each row needs a value.")
    return np.asarray(values)


def _declared(
    values: Values, declared: Collection[str] | Mapping[str, Any], name: str, source: str
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
) -> npt.NDArray[np.float64]:
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


def groups_of(sample: Sample) -> Sequence[str] | None:
    """The declared groups, or those that occur in the domain, sorted; None without `by`."""
    if sample.groups is None:
        return None
    if sample.settings.groups is not None:
        return sample.settings.groups
    seen = {v for v in sample.groups[sample.design.mask] if v is not None and v[:1] != "_"}
    if not seen:
        raise StatisticsError(f"by: nobody in the domain has a value of {sample.settings.by}.")
    return sorted(seen)
