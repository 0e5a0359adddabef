"""Letters of a banner table: which column is higher than which, after adjustment.

An upper-case letter names a column that the share is higher than at the 95 % level, a lower-case
letter at the 90 % level; p-values are adjusted within one question and variable. Groups whose
share is not published are in no comparison that is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from string import ascii_uppercase

import pandas as pd

from readiness.register.rows.cells import number

UPPER, LOWER = 0.05, 0.10
"""The adjusted p-values below which a letter is upper case, and lower case."""


@dataclass(frozen=True)
class Gap:
    """That the share of `higher` exceeds that of `lower`, two groups of one variable.

    `effect`: by how much (0-1); `least`: the lower simultaneous limit of it, None where there is
    none; `p`: adjusted.
    """

    higher: str
    lower: str
    effect: float
    least: float | None
    p: float


@dataclass(frozen=True)
class Contrasts:
    """Every pair of groups that was compared: rows of `contrasts.csv`, as text."""

    rows: Sequence[Mapping[str, str]] = ()

    @classmethod
    def of(cls, table: pd.DataFrame) -> Contrasts:
        """The contrasts of a table of the compare step."""
        return cls([{str(k): v for k, v in row.items()} for row in table.to_dict("records")])

    def gaps(
        self, item: str, level: str, variable: str, published: Collection[str], below: float = UPPER
    ) -> list[Gap]:
        """The pairs of published groups whose adjusted p is below a bound, the widest gap first.

        `effect` of a row is the share of `b` less that of `a`.
        """
        found = []
        for row in self.of_table(item, level, variable):
            effect, p = number(row["effect"]), number(row["p_adjusted"])
            if (
                effect is None
                or p is None
                or p >= below
                or not {row["a"], row["b"]} <= {*published}
            ):
                continue
            ends = [number(row.get(f"{end}_simultaneous", "")) for end in ("lower", "upper")]
            # The limit that is nearer to none: of a gap that is turned around, the other one.
            least = ends[0] if effect > 0 else (None if ends[1] is None else -ends[1])
            higher, lower = (row["b"], row["a"]) if effect > 0 else (row["a"], row["b"])
            found.append(Gap(higher, lower, abs(effect), least, p))
        return sorted(found, key=lambda gap: (-gap.effect, gap.higher, gap.lower))

    def of_table(self, item: str, level: str, variable: str) -> Iterator[Mapping[str, str]]:
        """The rows of one item, answer and variable."""
        for row in self.rows:
            if (row["item"], row["level"], row["by"]) == (item, level, variable):
                yield row

    def made(self, item: str, level: str, variable: str) -> bool:
        """Whether any pair was tested."""
        return any(number(row["p_adjusted"]) is not None
                   for row in self.of_table(item, level, variable))  # fmt: skip


def column_names(count: int) -> list[str]:
    """A, B, ..., Z, AA, AB, ...: as spreadsheets name columns."""
    lengths = range(1, 2 + count // len(ascii_uppercase))
    every = (
        "".join(name) for length in lengths for name in product(ascii_uppercase, repeat=length)
    )
    return list(islice(every, count))


def letters(gaps: Sequence[Gap], names: Mapping[str, str]) -> dict[str, str]:
    """What stands beside the share of each group: the letters of the groups it is higher than.

    `names`: the letter of each group. Letters of more than one sign are set apart by commas.
    """
    apart = "," if any(len(name) > 1 for name in names.values()) else ""
    found: dict[str, list[tuple[str, str]]] = {}
    for gap in gaps:
        name = names[gap.lower]
        said = name if gap.p < UPPER else name.lower()
        found.setdefault(gap.higher, []).append((name, said))
    return {
        group: apart.join(said for _, said in sorted(each, key=lambda one: (len(one[0]), one[0])))
        for group, each in found.items()
    }
