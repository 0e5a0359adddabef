"""How numbers of a wave changed since an earlier one, from what both tell their readers.

A change is a function of two numbers and their limits as they are released: whoever has both
registers can work it out, so it gives nothing away, and where a number is withheld there is none.
Samples are taken as independent; where people answered both times, the limits are too wide.

A question is told by its headline box, or its mean and median, then within groups, too; else by
each of its answers, whose limits hold together (Bonferroni: moved outwards as a normal
distribution's would be). Limits of a difference are MOVER's. Over more than two waves the change a
wave is the least-squares slope, for waves that are equally far apart.
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
    compared_id,
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

# Why a question is not compared, or how: the reasons that stand in place of a number.
UNASKED, REWORDED, ROUTED, ANSWERS, MAPPED = REASONS = (
    *("unasked", "reworded", "routed_otherwise", "other_answers", "mapped"),
)


def match_items(
    then: Questionnaire,
    now: Questionnaire,
    items: Sequence[str],
    declared: Mapping[str, str],
    told: Collection[str] = (),
) -> Iterator[tuple[str, str, str]]:
    """Each of the `items` of `now`, the one of `then` that it is compared with, and a reason.

    What is computed of answers can be compared where all of these can, and it was `told` then.

    The item is "" where nothing asked then can be compared, and the reason says why; for one that
    was `declared` (now: then) the reason is `MAPPED`, for one that was asked in the same way "".
    """
    asked: list[Item | FrameVariable] = [*then.items, *then.frame]
    before = {variable.id: variable for variable in asked}

    def tell(name: str) -> str:
        """Why something is not what it was then; "" where it is."""
        own, old = now.variable(name), before.get(name)
        if name in declared:
            return ""
        if isinstance(own, Item) and own.derived_from and old is None:
            return next(filter(None, map(tell, own.derived_from)), "")
        if old is None or isinstance(old, Item) != isinstance(own, Item):
            return UNASKED
        if isinstance(old, Item) and isinstance(own, Item):
            changed = [fact.kind.rpartition(".")[2] for fact in item_changes(old, own)] or [""]
            return {"": "", "reworded": REWORDED, "routing": ROUTED}.get(changed[0], ANSWERS)
        texts = [{c.code: c.text for c in one.categories} for one in (old, own)]
        return "" if texts[0] == texts[1] else ANSWERS

    for name in items:
        reason = tell(name) or UNASKED * (name not in before and name not in told)
        if name in declared:
            yield name, declared[name], MAPPED
        else:
            yield name, "" if reason else name, reason


def match_groups(then: Questionnaire, now: Questionnaire, by: str) -> tuple[str, ...]:
    """The groups of a variable that were its groups then, of the same code and text, which no other
    variable had: a register names groups by their codes alone.
    """
    if by not in {*(each.id for each in then.frame), *(each.id for each in then.items)}:
        return ()
    old, new = then.variable(by), now.variable(by)
    if isinstance(old, Item) != isinstance(new, Item) or (
        isinstance(old, Item) and isinstance(new, Item) and any(item_changes(old, new))
    ):
        return ()
    texts = {category.code: category.text for category in old.categories}
    others = {code for other in then.groupings if other.id != by for code in other.codes}
    return tuple(
        category.code
        for category in now.grouping(by).categories
        if texts.get(category.code) == category.text and category.code not in others
    )


class _Told(NamedTuple):
    """A number of a wave as its readers have it."""

    value: float
    lower: float | None
    upper: float | None
    unit: str
    digits: int

    @classmethod
    def read(cls, row: Mapping[Any, Any] | None) -> "_Told | None":
        """From a row of a register at its published precision; None where it is not published."""
        if row is None or row["suppressed"] or (value := number(row["value"])) is None:
            return None
        ends = number(row["lower"]), number(row["upper"])
        return cls(value, *ends, str(row["unit"]), int(row["digits"]))

    def reach(self, factor: float) -> tuple[float, float, float]:
        """The number and its limits, which lie `factor` times as far from it."""
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
    """How each question changed, what it was before, and why some are not compared.

    `rows`: the numbers of this wave. `before`: the register of the earlier wave, as text.
    `matched`, `groups`: what `match_items` and `match_groups` found. `level`: of confidence.
    """
    mine = [{name: getattr(row, name) for name in CORE} for row in rows if row.kind == "estimate"]
    table = pd.DataFrame(mine, dtype=object)
    texts = table.where(table.notna(), "").map(str)
    released = {row["id"]: row for row in list_rows(round_register(texts))}
    past = {row["id"]: row for row in list_rows(round_register(before))}
    limited = 0
    for name, then, reason in matched:
        if reason:
            yield FigureRow(compared_id(name), CHANGE, REASON, reason, item=f"{CHANGE}:{name}")
        if not then:
            continue
        item = questionnaire.item(name)
        levels = item.summary_levels
        made = [[(of, TOTAL) for of in levels]]
        made += [[(levels[0], group) for group in groups]] if len(levels) == 1 else []
        if item.kind.is_number:
            made += [[(MEDIAN, TOTAL)], [(MEDIAN, group) for group in groups]]
        normal, error = NormalDist(), (1 - level) / 2
        for cells in filter(None, made):
            factor = normal.inv_cdf(1 - error / len(cells)) / normal.inv_cdf(1 - error)
            own = []
            for of, group in cells:
                now = _Told.read(released.get(share_id(name, of, group, ANSWERED)))
                waves = [now, *_list_waves(past, share_id(then, of, group, ANSWERED))]
                own += _make_level_rows(name, of, group, waves, factor, digits.rounding)
            yield from own
            limited += cells[0] == (levels[0], TOTAL) and any(r.id.part == LOWER for r in own)
    places = 0 if float(change.margin).is_integer() else 1
    told = [("margin", "number", change.margin, places, "points within which a share stayed")]
    if limited > 1:
        expected, said = limited * (1 - level), "questions that would seem to have moved by chance"
        told.append(("tested", "count", limited, 0, "questions whose change has limits"))
        told.append(("expected", "number", expected, 1, said))
    for name, unit, value, places, says in told:
        shared = {"digits": places, "rounding": digits.rounding, "statistic": says}
        yield FigureRow(family_id(CHANGE, name), CHANGE, unit, value, **shared)  # type: ignore[arg-type]


def _list_waves(
    past: Mapping[Any, Mapping[Any, Any]], identity: FigureId
) -> Iterator[_Told | None]:
    """A number of the wave before, then those of the waves before that, which its register has."""
    names = [identity, name_earlier(identity, 1)]
    while names[-1] in past:
        names.append(name_earlier(identity, len(names)))
    yield from (_Told.read(past.get(name)) for name in names[:-1])


def name_earlier(share: FigureId, waves: int) -> FigureId:
    """Return the id of what a share was so many waves before (1 or more)."""
    return share.since(CHANGE).with_variant(f"{BEFORE}{waves if waves > 1 else ''}")


def _make_level_rows(
    name: str, of: str, group: str, waves: Sequence[_Told | None], factor: float, rounding: str
) -> list[FigureRow]:
    """What one number was in the waves before, latest first, and how it changed."""
    known = [wave for wave in waves if wave is not None]
    if len(waves) < 2 or waves[0] is None or waves[1] is None or len({w.unit for w in known}) > 1:
        return []
    share = share_id(name, of, group, ANSWERED)
    identity = share.since(CHANGE)
    shared: dict[str, Any] = {
        **{"kind": CHANGE, "item": f"{CHANGE}:{name}", "level": of, "group": group},
        "rounding": rounding,
    }
    says = "in an earlier wave"
    found = [
        FigureRow(name_earlier(share, k), statistic=says, **w._asdict(), **shared)
        for k, w in enumerate(waves[1:], 1)
        if w is not None
    ]
    unit = "points" if waves[0].unit == "share" else waves[0].unit
    # A change is of numbers as they were printed, with the fewest of their decimals.
    shared |= {"unit": unit, "digits": min(wave.digits for wave in known)}
    slopes = {identity: [1.0, -1.0]}
    if len(known) == len(waves) > 2:
        # Time runs backwards along the waves.
        times = [(len(waves) - 1) / 2 - place for place in range(len(waves))]
        slopes[identity.with_variant(TREND)] = [t / sum(t * t for t in times) for t in times]
    for own, factors in slopes.items():
        parts = list(zip(factors, known, strict=False))
        limits: dict[str, Any] = {"lower": None, "upper": None}
        value = sum(f * wave.value for f, wave in parts)
        if all(wave.lower is not None and wave.upper is not None for _, wave in parts):
            _, *ends = combine_limits([(f, wave.reach(factor)) for f, wave in parts])
            least = 1.0 if shared["unit"] == "points" else float("inf")
            limits = {"lower": max(ends[0], -least), "upper": min(ends[1], least)}
        said = "change a wave" if own.variant == TREND else "change since the wave before"
        found.append(FigureRow(own, value=value, statistic=said, **limits, **shared))
        found += [
            FigureRow(own.with_part(end), value=limit, statistic=f"{said}: {end}", **shared)
            for end, limit in limits.items()
            if limit is not None
        ]
    return found
