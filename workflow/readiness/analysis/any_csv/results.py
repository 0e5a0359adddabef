"""What the two commands compute: tables of shares and of comparisons, by question."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from readiness.analysis.any_csv.classical import classical_tests
from readiness.analysis.any_csv.sample import Crossed, Sample
from readiness.analysis.any_csv.settings import Question
from readiness.analysis.comparing import Groups
from readiness.analysis.cuts import BASES, scale_cuts
from readiness.analysis.selection import Selection
from readiness.arrays import TextArray
from readiness.errors import ConfigError, StatisticsError
from readiness.questionnaire.model import TOTAL
from readiness.survey.coding import factorized
from readiness.survey.comparisons.results import ComparisonRow, frame
from readiness.survey.estimates.multiresponse import Base, multi_response
from readiness.survey.estimates.proportions import SurveyWarning

if TYPE_CHECKING:
    import pandas as pd

    from readiness.survey.comparisons.comparison import Comparison

TICKED, NOT_TICKED = "ticked", "not ticked"
PRECISION = ["se", "lower", "upper", "n_eff", "deff", "df", "reliability"]
ESTIMATES = [
    "question",
    "base",
    "by",
    "group",
    "answer",
    "n",
    "count",
    "estimate",
    *PRECISION,
    "note",
]
INFERENCE = ["statistic", "df1", "df2", "p_value", "p_adjusted", "lower", "upper",
             "simultaneous_lower", "simultaneous_upper"]  # fmt: skip


def has_intervals(sample: Sample, as_if_random: bool) -> bool:
    """Whether chance in the drawing is something to speak of: not in a census, nor by default in a
    purposive sample.

    Raises:
        ConfigError: `--as-if-random` where the sample is not purposive.
    """
    selection = Selection(sample.settings.selection)
    if as_if_random and selection.population:
        raise ConfigError(
            f"--as-if-random is for selection: {Selection.PURPOSIVE.value}; the design says "
            f"{selection.value}."
        )
    return selection.intervals or as_if_random


def low_label(question: Question) -> str:
    """What the sum of the lowest categories is called."""
    return " + ".join(question.box)


def estimate_all(sample: Sample, *, intervals: bool) -> pd.DataFrame:
    """Shares of every answer, of all and by group: columns `ESTIMATES`, shares in 0-1.

    Args:
        sample: the answers with their design.
        intervals: False: no standard error, no limits and what rests on them.

    Raises:
        StatisticsError: an empty base, a lonely PSU under `fail`; begins with the question.
    """
    import pandas as pd

    crossings = {column: by for column, by in sample.crossings.items() if len(by.names)}
    parts = []
    for name in (*sample.items, *sample.options):
        parts.append(_told(_shares(sample, name, None), name, "", TOTAL))
        for column, by in crossings.items():
            if column != name:
                table = _shares(sample, name, by)
                parts.append(_told(table, name, column, table["group"]))
    whole = pd.concat(parts, ignore_index=True)[ESTIMATES]
    if not intervals:
        whole[PRECISION] = whole[PRECISION].astype(object)
        whole[PRECISION] = None
        whole["note"] = whole["note"].where(whole["n"] == 0, "")
    return whole


def _told(table: pd.DataFrame, name: str, by: str, group: Any) -> pd.DataFrame:
    return table.assign(question=name, by=by, group=group, answer=table["category"])


def _shares(sample: Sample, name: str, crossed: Crossed | None) -> pd.DataFrame:
    """The shares of one question; messages begin with its name."""
    by, groups = (None, None) if crossed is None else (crossed.values, crossed.names)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SurveyWarning)  # the note is in the table
            if name in sample.items:
                return _single(sample, name, by, groups)
            return _several(sample, name, by, groups)
    except StatisticsError as error:
        raise StatisticsError(f"{name}: {error}") from None


def _single(
    sample: Sample, name: str, by: TextArray | None, groups: Sequence[str] | None
) -> pd.DataFrame:
    """Every category and, on a scale, the sum of the lowest ones."""
    import pandas as pd

    settings, question = sample.settings, sample.settings.items[name]
    boxes = {low_label(question): question.box} if question.box else {}
    table = pd.concat(
        [
            cut.shares(
                sample.design, by=by, groups=groups, level=settings.level,
                interval=settings.interval,
            )
            for cut in scale_cuts(factorized(sample.items[name]), question.categories, boxes)
        ],
        ignore_index=True,
    )  # fmt: skip
    place = {group: i for i, group in enumerate(dict.fromkeys(table["group"]))}
    table = table.sort_values("group", key=lambda g: g.map(place), kind="stable")
    return table.assign(category=table["level"])


def _several(
    sample: Sample, name: str, by: TextArray | None, groups: Sequence[str] | None
) -> pd.DataFrame:
    """Every option, on both bases; without blanks they are one, and the table says so once."""
    import pandas as pd

    settings, options = sample.settings, sample.options[name]
    blank = any((values == "_blank").any() for values in options.values())
    bases: tuple[Base, ...] = BASES if blank else BASES[:1]
    tables = []
    for base in bases:
        table = multi_response(
            sample.design, options, base=base, by=by, groups=groups,
            level=settings.level, interval=settings.interval,
        )  # fmt: skip
        tables.append(table.assign(base=base))
    return pd.concat(tables, ignore_index=True)


Compared = dict[tuple[str, str], "Comparison | StatisticsError"]
"""By question and column of the groups: the comparison, or why there is none."""


def compare_all(sample: Sample) -> Compared:
    """Each question compared across the groups of each crossing but its own.

    The options of a question of several answers are compared one by one, among those who answered.

    Raises:
        ConfigError: no `by` in the settings.
        StatisticsError: not one question can be compared.
    """
    if not sample.crossings:
        raise ConfigError("by: missing; a comparison needs the column of the groups.")
    made: Compared = {}
    for name, values, question in _questions(sample):
        for column, crossed in sample.crossings.items():
            if column != name:
                made[name, column] = _compared(sample, name, values, question, crossed)
    errors = [e for e in made.values() if isinstance(e, StatisticsError)]
    if len(errors) == len(made):
        raise errors[0] if errors else ConfigError("by: no other question to compare.")
    return made


def _compared(
    sample: Sample, name: str, values: TextArray, question: Question | None, crossed: Crossed
) -> Comparison | StatisticsError:
    settings = sample.settings
    groups = Groups.of(
        crossed.values,
        crossed.names,
        settings,
        blocks=sample.blocks,
        level=settings.level,
        contrasts="mover",
    )
    try:
        if question is None:
            return groups.compare(sample.design, values, [NOT_TICKED, TICKED], category=TICKED)
        box = question.box or None
        return groups.compare(sample.design, values, question.categories, box=box)
    except StatisticsError as error:
        return StatisticsError(f"{name}: {error}")


def known_tests(sample: Sample) -> dict[tuple[str, str], tuple[ComparisonRow, ...]]:
    """The tests that most people know, by question and column of the groups."""
    found = {}
    for name, values, question in _questions(sample):
        categories = [NOT_TICKED, TICKED] if question is None else question.categories
        ordered = question is not None and question.ordered
        for column, crossed in sample.crossings.items():
            if column != name:
                found[name, column] = classical_tests(
                    sample, values, categories, crossed, ordered=ordered
                )
    return found


def _questions(sample: Sample) -> Iterator[tuple[str, TextArray, Question | None]]:
    for name, question in sample.settings.items.items():
        yield name, sample.items[name], question
    words = {"1": TICKED, "0": NOT_TICKED}
    for name, options in sample.options.items():
        for column, values in options.items():
            answers = np.array([words.get(v) for v in values], dtype=object)
            # A table made with a questionnaire names the column after its question already.
            yield column if column.startswith(f"{name}.") else f"{name}.{column}", answers, None


def comparison_table(sample: Sample, made: Compared, *, inference: bool) -> pd.DataFrame:
    """One row a test, contrast or effect size; a question without a result is a row with a note.

    Args:
        sample: the answers with their design.
        made: from `compare_all`.
        inference: False: only differences and effect sizes, without p-values and limits.
    """
    import pandas as pd

    known = known_tests(sample) if inference else {}
    parts = []
    for (name, column), comparison in made.items():
        if isinstance(comparison, StatisticsError):
            part = pd.DataFrame([{"test": "comparison", "note": f"no result: {comparison}"}])
        else:
            part = comparison.frame()
            if not inference:
                part = part[part["effect"].notna()].assign(leads=False)
                part[[name for name in INFERENCE if name in part]] = np.nan
                part[["statistic_name", "distribution"]] = ""
            elif rows := known[name, column]:
                part = pd.concat([part, frame(rows).assign(leads=False)], ignore_index=True)
        parts.append(part.assign(question=name, by=column))
    whole = pd.concat(parts, ignore_index=True)
    whole["leads"] = whole["leads"].eq(True)
    whole["n"] = whole["n"].astype("Int64")
    first = ["question", "by", "test", "leads"]
    return whole[[*first, *(c for c in whole.columns if c not in first)]]
