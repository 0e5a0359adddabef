"""The attack as tables: what readers are taken to know going in, what was found coming out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

import pandas as pd

from readiness.attack.model import Attacked, Verdict
from readiness.attack.system import Classes

COLUMNS = (
    "id", "item", "level", "group", "counted", "published", "lowest", "highest", "verdict",
    "reader", "how", "knows",
)  # fmt: skip
"""`counted`: those who gave the answer (`answer`) or otherwise (`rest`); `published`: whether its
share is; lowest and highest: between which counts it must lie; `reader` and `how`: who can say so,
and from what; `knows`: of which cell how many answers were known."""
UNBOUNDED = 10**9


def attack_table(found: Iterable[Attacked]) -> pd.DataFrame:
    """One row a count, as text, sorted by id."""
    table = pd.DataFrame([_row(each) for each in found], columns=list(COLUMNS), dtype=str)
    return table.sort_values(["id", "counted"], kind="stable").reset_index(drop=True)


def _row(found: Attacked) -> tuple[str, ...]:
    share = found.cell.share
    return (
        found.cell.id,
        found.cell.item,
        share.level,
        share.group,
        "rest" if found.cell.rest else "answer",
        "no" if found.cell.withheld else "yes",
        str(found.lowest),
        "" if found.highest >= UNBOUNDED else str(found.highest),
        found.verdict.value,
        found.reader.value,
        found.how.value,
        found.known,
    )


def classes_of(
    respondents: pd.DataFrame,
    weights: pd.Series,
    groups: Mapping[str, tuple[str, Mapping[str, str]]],
) -> Classes:
    """The frame cells of respondents, with how many of which weight fall into each.

    `respondents`: one row a respondent with a column for each frame variable; `weights` in the same
    order; `groups`: for each variable of the release its column and, by category, the group that
    the register calls it: `{"region": ("region", {"north": "region:north"})}`.
    """
    frame = pd.DataFrame(index=respondents.index)
    for variable, (column, named) in groups.items():
        frame[variable] = respondents[column].map(dict(named)).fillna("")
    frame["weight"] = weights.to_numpy(dtype=float) / float(weights.mean())
    keys = [*groups, "weight"]
    cells = frame.groupby(keys, sort=True).size().reset_index(name="people")
    return Classes(cells[list(groups)], cells["people"].to_numpy(), cells["weight"].to_numpy())


def given_away(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of an attack's table whose count this release gives away."""
    return table[table["verdict"] == Verdict.GIVEN.value]


_FROM = {
    "counts": "the published numbers of people",
    "shares": "the published shares and numbers of people",
    "weights": "the published shares, by who knows everybody's weight",
    "releases": "this and the earlier releases together",
    "answers": "the published numbers, by who knows answers of",
}


def first_given_away(table: pd.DataFrame) -> str:
    """One line on the first count that is given away: which, what is proven, from what; "" for
    none."""
    rows = given_away(table).to_dict("records")
    if not rows:
        return ""
    row = rows[0]
    people = f"{row['lowest']} to {row['highest']} people"
    source = _FROM[row["how"]] + (f" {row['knows']}" if row["knows"] else "")
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    return f"{row['id']}: {people} can be proven from {source}{more}."


def summary(found: Sequence[Attacked], decoded_shares: Collection[str] = ()) -> Mapping[str, int]:
    """How many counts were attacked, how many held, and what was decoded."""
    verdicts = [each.verdict for each in found]
    return {
        "attacked": len(found),
        **{verdict.value: verdicts.count(verdict) for verdict in Verdict},
        "decoded": len(decoded_shares),
    }
