"""Rows of changes since an earlier wave, from the published numbers of both waves.

A change is a function of two published numbers and their limits: whoever has both registers can
compute it, so it discloses nothing, and there is none where a number is suppressed. Samples are
taken as independent; where people answered in both waves the limits are too wide.

A question is compared by its headline box, or its mean and median, also within groups. Other
questions are compared by each of their answers, with limits that hold together (Bonferroni: moved
outwards as those of a normal distribution would be). Limits of a difference are MOVER's. Over more
than two waves the change per wave is the least-squares slope, for waves at equal distances.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

import pandas as pd

from readiness.analysis.selection import ANSWERED
from readiness.config import Change
from readiness.ground.figure_id import (
    BEFORE,
    CHANGE,
    LOWER,
    TREND,
    FigureId,
    comparison_reason_id,
    family_id,
    share_id,
)
from readiness.ground.frames import list_rows
from readiness.questionnaire import MEDIAN, TOTAL, FrameVariable, Item, Questionnaire
from readiness.questionnaire.versions import item_changes
from readiness.register.figures import CORE, REASON, FigureRow, number
from readiness.register.precision import ShareDigits
from readiness.register.published import round_register
from readiness.survey.comparisons.families import combine_limits

# Reasons for not comparing a question; `mapped`: compared with another question.
UNASKED, REWORDED, ROUTED, ANSWERS, MAPPED = REASONS = (
    *("unasked", "reworded", "routed_otherwise", "other_answers", "mapped"),
)


def match_items(
    then: Questionnaire,
    now: Questionnaire,
    items: Sequence[str],
    declared: Mapping[str, str],
    published_items: Collection[str] = (),
) -> Iterator[tuple[str, str, str]]:
    """Yield each of `items` of `now`, the item of `then` that it is compared with, and a reason.

    The item is "" where it can be compared with nothing asked then; the reason says why. It is
    `MAPPED` for an item that was `declared` (now: then), and "" for one that was asked in the same
    way. A derived item can be compared if all items that it derives from can, and if it is one of
    the `published_items` of the earlier wave.
    """
    asked: list[Item | FrameVariable] = [*then.items, *then.frame]
    earlier_variables = {variable.id: variable for variable in asked}

    def find_reason(name: str) -> str:
        """Return why a variable cannot be compared with the earlier one; "" if it can."""
        variable_now = now.variable(name)
        earlier_variable = earlier_variables.get(name)
        if name in declared:
            return ""
        if (
            isinstance(variable_now, Item)
            and variable_now.derived_from
            and earlier_variable is None
        ):
            return next(filter(None, map(find_reason, variable_now.derived_from)), "")
        if earlier_variable is None or isinstance(earlier_variable, Item) != isinstance(
            variable_now, Item
        ):
            return UNASKED
        if isinstance(earlier_variable, Item) and isinstance(variable_now, Item):
            changed = [
                fact.kind.rpartition(".")[2]
                for fact in item_changes(earlier_variable, variable_now)
            ] or [""]
            return {"": "", "reworded": REWORDED, "routing": ROUTED}.get(changed[0], ANSWERS)
        texts = [
            {category.code: category.text for category in compared.categories}
            for compared in (earlier_variable, variable_now)
        ]
        return "" if texts[0] == texts[1] else ANSWERS

    for name in items:
        reason = find_reason(name) or UNASKED * (
            name not in earlier_variables and name not in published_items
        )
        if name in declared:
            yield name, declared[name], MAPPED
        else:
            yield name, "" if reason else name, reason


def match_groups(then: Questionnaire, now: Questionnaire, by: str) -> tuple[str, ...]:
    """Return the groups of a variable that existed then, with the same code and text.

    Groups whose code another variable had are left out: a register names groups by their codes
    alone.
    """
    if by not in {
        *(variable.id for variable in then.frame),
        *(variable.id for variable in then.items),
    }:
        return ()
    earlier_variable = then.variable(by)
    variable_now = now.variable(by)
    if isinstance(earlier_variable, Item) != isinstance(variable_now, Item) or (
        isinstance(earlier_variable, Item)
        and isinstance(variable_now, Item)
        and any(item_changes(earlier_variable, variable_now))
    ):
        return ()
    texts = {category.code: category.text for category in earlier_variable.categories}
    codes_of_others = {code for other in then.groupings if other.id != by for code in other.codes}
    return tuple(
        category.code
        for category in now.grouping(by).categories
        if texts.get(category.code) == category.text and category.code not in codes_of_others
    )


class _Told(NamedTuple):
    """A published number of a wave, with its limits."""

    value: float
    lower: float | None
    upper: float | None
    unit: str
    digits: int

    @classmethod
    def read(cls, row: Mapping[Any, Any] | None) -> "_Told | None":
        """Return the number of a register's row at published precision; None if not published."""
        if row is None or row["suppressed"] or (value := number(row["value"])) is None:
            return None
        limits = number(row["lower"]), number(row["upper"])
        return cls(value, *limits, str(row["unit"]), int(row["digits"]))

    def reach(self, factor: float) -> tuple[float, float, float]:
        """Return the number, and its limits at `factor` times their distance from the number."""
        assert self.lower is not None and self.upper is not None
        return (
            self.value,
            self.value - factor * (self.value - self.lower),
            self.value + factor * (self.upper - self.value),
        )


def change_rows(
    rows: Sequence[FigureRow],
    before: pd.DataFrame,
    matched: Sequence[tuple[str, str, str]],
    groups: Sequence[str],
    questionnaire: Questionnaire,
    digits: ShareDigits,
    change: Change,
    level: float,
) -> Iterator[FigureRow]:
    """Yield the change of each question, earlier values, and reasons for questions not compared.

    `rows`: the numbers of this wave. `before`: the register of the earlier wave, as text.
    `matched`, `groups`: results of `match_items` and `match_groups`. `level`: of confidence.
    """
    records = [
        {name: getattr(row, name) for name in CORE} for row in rows if row.kind == "estimate"
    ]
    table = pd.DataFrame(records, dtype=object)
    texts = table.where(table.notna(), "").map(str)
    released = {row["id"]: row for row in list_rows(round_register(texts))}
    earlier_rows = {row["id"]: row for row in list_rows(round_register(before))}
    limited = 0
    for name, then, reason in matched:
        if reason:
            yield FigureRow(
                comparison_reason_id(name), CHANGE, REASON, reason, item=f"{CHANGE}:{name}"
            )
        if not then:
            continue
        item = questionnaire.item(name)
        levels = item.summary_levels
        cell_families = [[(answer, TOTAL) for answer in levels]]
        cell_families += [[(levels[0], group) for group in groups]] if len(levels) == 1 else []
        if item.kind.is_number:
            cell_families += [[(MEDIAN, TOTAL)], [(MEDIAN, group) for group in groups]]
        normal = NormalDist()
        error = (1 - level) / 2
        for cells in filter(None, cell_families):
            factor = normal.inv_cdf(1 - error / len(cells)) / normal.inv_cdf(1 - error)
            cell_rows = []
            for answer, group in cells:
                number_now = _Told.read(released.get(share_id(name, answer, group, ANSWERED)))
                waves = [
                    number_now,
                    *_list_waves(earlier_rows, share_id(then, answer, group, ANSWERED)),
                ]
                cell_rows += _make_level_rows(name, answer, group, waves, factor, digits.rounding)
            yield from cell_rows
            limited += cells[0] == (levels[0], TOTAL) and any(
                cell_row.id.part == LOWER for cell_row in cell_rows
            )
    places = 0 if float(change.margin).is_integer() else 1
    settings = [("margin", "number", change.margin, places, "points within which a share stayed")]
    if limited > 1:
        expected = limited * (1 - level)
        expected_text = "questions that would seem to have moved by chance"
        settings.append(("tested", "count", limited, 0, "questions whose change has limits"))
        settings.append(("expected", "number", expected, 1, expected_text))
    for name, unit, value, places, text in settings:
        shared = {"digits": places, "rounding": digits.rounding, "statistic": text}
        yield FigureRow(family_id(CHANGE, name), CHANGE, unit, value, **shared)  # type: ignore[arg-type]


def _list_waves(
    past: Mapping[Any, Mapping[Any, Any]], figure_id: FigureId
) -> Iterator[_Told | None]:
    """Yield a number of the wave before, then of the waves before that, from its register."""
    names = [figure_id, name_earlier(figure_id, 1)]
    while names[-1] in past:
        names.append(name_earlier(figure_id, len(names)))
    yield from (_Told.read(past.get(name)) for name in names[:-1])


def name_earlier(share: FigureId, waves: int) -> FigureId:
    """Return the id of a share's value so many waves before (1 or more)."""
    return share.since(CHANGE).with_variant(f"{BEFORE}{waves if waves > 1 else ''}")


def _make_level_rows(
    name: str, answer: str, group: str, waves: Sequence[_Told | None], factor: float, rounding: str
) -> list[FigureRow]:
    """Return the rows of one number: earlier values, latest first, and changes."""
    numbers = [wave for wave in waves if wave is not None]
    if (
        len(waves) < 2
        or waves[0] is None
        or waves[1] is None
        or len({wave.unit for wave in numbers}) > 1
    ):
        return []
    share = share_id(name, answer, group, ANSWERED)
    figure_id = share.since(CHANGE)
    shared: dict[str, Any] = {
        **{"kind": CHANGE, "item": f"{CHANGE}:{name}", "level": answer, "group": group},
        "rounding": rounding,
    }
    earlier_text = "in an earlier wave"
    figure_rows = [
        FigureRow(name_earlier(share, k), statistic=earlier_text, **wave._asdict(), **shared)
        for k, wave in enumerate(waves[1:], 1)
        if wave is not None
    ]
    unit = "points" if waves[0].unit == "share" else waves[0].unit
    # A change is computed from printed numbers, with the fewest of their decimals.
    shared |= {"unit": unit, "digits": min(wave.digits for wave in numbers)}
    slopes = {figure_id: [1.0, -1.0]}
    if len(numbers) == len(waves) > 2:
        # The waves are listed backwards in time.
        times = [(len(waves) - 1) / 2 - position for position in range(len(waves))]
        slopes[figure_id.with_variant(TREND)] = [
            time / sum(time * time for time in times) for time in times
        ]
    for change_id, factors in slopes.items():
        terms = list(zip(factors, numbers, strict=False))
        limits: dict[str, Any] = {"lower": None, "upper": None}
        value = sum(slope * wave.value for slope, wave in terms)
        if all(wave.lower is not None and wave.upper is not None for _, wave in terms):
            _, *combined = combine_limits([(slope, wave.reach(factor)) for slope, wave in terms])
            largest_change = 1.0 if shared["unit"] == "points" else float("inf")
            limits = {
                "lower": max(combined[0], -largest_change),
                "upper": min(combined[1], largest_change),
            }
        change_text = (
            "change a wave" if change_id.variant == TREND else "change since the wave before"
        )
        figure_rows.append(
            FigureRow(change_id, value=value, statistic=change_text, **limits, **shared)
        )
        figure_rows += [
            FigureRow(
                change_id.with_part(limit_name),
                value=limit,
                statistic=f"{change_text}: {limit_name}",
                **shared,
            )
            for limit_name, limit in limits.items()
            if limit is not None
        ]
    return figure_rows
