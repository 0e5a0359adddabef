"""Names of a wave's shares and bases, and which means are withheld.

A reader is taken to know every weight that turns means into the total: the groups of each variable
add to it by themselves, in weights as in people; those counted apart are outside it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from readiness.analysis.names import ANSWERED, variable_of
from readiness.config import FigureRules
from readiness.questionnaire import MEAN, OF_NUMBERS, TOTAL, Questionnaire

ASKED = "asked"
DONT_KNOW = "dont_know"
_UNWEIGHTED = " (unweighted)"
# One reason for both: who knew which is which would know which counts are below the minimum.
WITHHELD = "few answers, or what they could be computed from"
BASE = "base below the minimum"
UNRELIABLE = "base too small for a reliable share"


@dataclass(frozen=True)
class Scheme:
    """What a questionnaire says of the sums among a wave's numbers.

    Attributes:
        apart: the groups outside every total, which are counted and not weighted.
        headlines: the box of each ordinal item that comparisons are of.
        grids: the grid of each item that is told as one with its other rows.
    """

    apart: tuple[str, ...] = ()
    headlines: Mapping[str, str] = field(default_factory=dict)
    grids: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, questionnaire: Questionnaire) -> Scheme:
        """The scheme of a questionnaire."""
        tables = questionnaire.find_tables(item.id for item in questionnaire.items)
        return cls(
            questionnaire.groups_apart,
            {item.id: item.headline for item in questionnaire.items if item.headline},
            {row: grid for grid, rows in tables.items() for row in rows},
        )


def statistic_text(measure: str, base: str, *, unweighted: bool) -> str:
    """What an estimate is, in the register: `share of answered`. `read_statistic` reads it."""
    return f"{measure} of {base}{_UNWEIGHTED if unweighted else ''}"


def read_statistic(text: str) -> tuple[str, str, bool]:
    """Measure, base and whether it is unweighted, of a text that `statistic_text` wrote."""
    measure, _, base = text.partition(" of ")
    return measure, base.removesuffix(_UNWEIGHTED), base.endswith(_UNWEIGHTED)


def share_id(item: str, level: str, group: str, base: str) -> str:
    """The register's id of a share."""
    return f"{item}.{level}.{group}" + (".asked" if base == ASKED else "")


def base_id(item: str, group: str, base: str) -> str:
    """The register's id of a base."""
    return f"{item}.n.{group}" + ("" if base == ANSWERED else f".{base}")


def find_withheld_means(
    means: pd.DataFrame, rules: FigureRules, apart: Collection[str], sensitive: Collection[str] = ()
) -> frozenset[str]:
    """The ids of means, quartiles and bases that are withheld so that no small base can be known.

    `means`: rows of the estimate step (numbers or text). Those that are hidden because their base
    is too small for reliability are not among them unless it is small, too. `apart`: the groups
    outside the total; `sensitive`: ids that must not be known for another reason.
    """
    found: set[str] = set()
    least = rules.minimum_base
    for item, table in means.groupby("item", sort=False):
        sizes = dict(zip(table["group"].astype(str), table["n"].astype(int), strict=True))
        variables: dict[str, list[str]] = {}
        for group in sizes:
            if group != TOTAL and group not in apart:
                variables.setdefault(variable_of(group), [TOTAL]).append(group)
        # Where someone is outside every group no reader can sum.
        sums = [
            groups
            for groups in variables.values()
            if sum(sizes.get(group, 0) for group in groups) == 2 * sizes.get(TOTAL, 0)
        ]
        few = {group for group, n in sizes.items() if 0 < n < least}
        bases = _add_partners(few, set(), sizes, sums, least)
        weak = {g for g, n in sizes.items() if n < (least if g in apart else rules.reliable_base)}
        named = {group: share_id(str(item), MEAN, group, ANSWERED) for group in sizes}
        hidden = bases | {group for group, name in named.items() if name in sensitive}
        hidden = _add_partners(hidden, weak, sizes, sums, least)
        found |= {base_id(str(item), group, ANSWERED) for group in bases}
        found |= {
            share_id(str(item), level, group, ANSWERED)
            for group in hidden - weak
            for level in OF_NUMBERS
        }
    return frozenset(found)


def _add_partners(
    hidden: set[str],
    weak: set[str],
    sizes: Mapping[str, int],
    sums: Iterable[Sequence[str]],
    least: int,
) -> set[str]:
    """The groups that are `hidden` with more of each sum, the smallest first: of a total and its
    groups two at least, of `least` people. Who is only `weak` hides others, too.
    """
    before: set[str] = set()
    while hidden != before:
        before = hidden
        for groups in sums:
            left = sorted((sizes[g], g) for g in groups if g not in hidden | weak and sizes[g])
            gone = [sizes[g] for g in groups if g in hidden | weak]
            while left and hidden & {*groups} and (len(gone) < 2 or sum(gone) < least):
                size, group = left.pop(0)
                gone.append(size)
                hidden = hidden | {group}
    return hidden
