"""Names of a wave's shares and bases, and which means are withheld.

A reader is taken to know every weight that turns means into the total: the groups of each variable
add to it by themselves, in weights as in people; those counted apart are outside it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pandas as pd

from readiness.analysis.names import ANSWERED, variable_of
from readiness.config import FigureRules
from readiness.disclosure import Relation, TableCell, minimum_frequency, suppress
from readiness.questionnaire import Questionnaire
from readiness.questionnaire.model import MEAN, TOTAL

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
    """

    apart: tuple[str, ...] = ()
    headlines: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, questionnaire: Questionnaire) -> Scheme:
        """The scheme of a questionnaire."""
        return cls(
            questionnaire.groups_apart,
            {item.id: item.headline for item in questionnaire.items if item.headline},
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
    """The ids of means and of their bases that are withheld so that no small base can be known.

    `means`: rows of the estimate step (numbers or text). Those that are hidden because their base
    is too small for reliability are not among them unless it is small, too. `apart`: the groups
    outside the total; `sensitive`: ids that must not be known for another reason.
    """
    found: set[str] = set()
    least = rules.minimum_base
    for key, table in means.groupby("item", sort=False):
        item = str(key)
        cells: dict[str, TableCell] = {}
        variables: dict[str, list[str]] = {}
        for group, n in zip(table["group"], table["n"].astype(int), strict=True):
            size, name = base_id(item, group, ANSWERED), share_id(item, MEAN, group, ANSWERED)
            few, weak = minimum_frequency(n, least), n < rules.reliable_base and group not in apart
            cells[size] = TableCell(size, n, sensitive=few)
            cells[name] = TableCell(name, n, few or name in sensitive, few or weak, size)
            if group != TOTAL and group not in apart:
                variables.setdefault(variable_of(group), []).append(group)
        relations: list[Relation] = []
        for groups in variables.values():
            for level in (MEAN, "n"):
                *parts, total = [f"{item}.{level}.{group}" for group in (*groups, TOTAL)]
                # Someone outside every group: no reader can sum.
                if total in cells and sum(cells[p].count for p in parts) == cells[total].count:
                    relations.append({**dict.fromkeys(parts, 1), total: -1})
        found |= suppress(list(cells.values()), relations, least)
    return frozenset(found)
