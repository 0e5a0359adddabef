"""Read and report what the attack on a register found, and refuse to publish disclosed counts.

Numbers left beside a suppressed one, or printed on too small a base, are found too: an altered
register is noticed.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pandas as pd

from readiness.analysis.selection import ANSWERED, WITH_DONT_KNOW
from readiness.attack import COLUMNS, CountVerdict, first_given_away, given_away
from readiness.ground.errors import DataError, DisclosureError
from readiness.ground.figure_id import (
    EFFECTIVE,
    LIMITS,
    MOVED,
    OTHERS,
    SELECTION,
    WORST,
    FigureId,
    base_id,
)
from readiness.ground.frames import list_rows
from readiness.ground.tables import read_text_table
from readiness.register.figures import DONT_KNOW

ATTACK, VERDICT = "attack.csv", "verdict.json"


def small_groups(figures: pd.DataFrame, minimum: int) -> Iterator[str]:
    """Yield a line for each number that a register prints on fewer people than the minimum.

    Published shares and means, and respondents of a stratum, category or group counted apart. How
    many answered a question is always published.
    """
    published = (figures["suppressed"] == "") & (figures["kind"] != "count")
    for row in list_rows(figures[published]):
        of_quality = row["kind"] == "quality" and row["statistic"] in ("answered", "kept")
        printed_base = row["value"] if of_quality else row["n"]
        if printed_base and 0 < int(printed_base) < minimum:
            yield f"{row['id']}: shown on a base of {printed_base}, below {minimum}."


# Variants of a share whose limits are rows of the register.
_RANGES = ("", WORST, SELECTION, OTHERS, f"{OTHERS}.{WORST}")


def _list_beside(share: FigureId) -> list[FigureId]:
    """Return the ids of the numbers beside a share: limits, sample size, and changes of it."""
    limits = [share.with_variant(name, end) for name in _RANGES for end in LIMITS]
    return [*limits, share.with_part(EFFECTIVE), *(share.since(family) for family in MOVED)]


def left_behind(figures: pd.DataFrame) -> Iterator[str]:
    """Yield a line for each suppressed number of which a value, limit or precision is left."""
    ids = set(figures.loc[figures["suppressed"] == "", "id"])
    for row in list_rows(figures[figures["suppressed"] != ""]):
        name = row["id"]
        leftovers = [
            column for column in ("value", "se", "lower", "upper", "n_eff", "deff") if row[column]
        ]
        figure_id = FigureId.parse(name, row["kind"])
        leftovers += (
            [beside for beside in _list_beside(figure_id) if beside in ids]
            if figure_id.is_share()
            else []
        )
        if leftovers:
            yield f"{name}: is not published, but {leftovers[0]} is."


def read_attack(path: Path) -> pd.DataFrame:
    """Read the attack's table: what readers can prove of each suppressed count.

    Raises DataError where a column is missing.
    """
    table = read_text_table(path, "the disclosure-risk check")
    if missing := [name for name in COLUMNS if name not in table]:
        raise DataError(f"{path}: no column {', '.join(missing)}. Restore it with git.")
    return table


def findings(attacked: pd.DataFrame) -> str:
    """Return one line with the numbers of attacked and of disclosed counts."""
    disclosed_before = int((attacked["verdict"] == CountVerdict.BEFORE.value).sum())
    before_text = (
        f", {disclosed_before} were given away by earlier releases" if disclosed_before else ""
    )
    return f"{len(attacked)} counts attacked, {len(given_away(attacked))} given away{before_text}"


def refuse_given_away(what: str, table: pd.DataFrame) -> None:
    """Raise DisclosureError for the first count that a release discloses.

    `what`: the release, in words.
    """
    if disclosure := first_given_away(table):
        raise DisclosureError(
            f"{what}: {disclosure}\nPublish fewer groups or decimals, merge small groups, or "
            "choose a stricter `disclosure`. attack.csv lists every count."
        )


def not_attacked(figures: pd.DataFrame, attacked: pd.DataFrame) -> list[str]:
    """Return the ids of the suppressed shares that the attack has no row for, sorted.

    An option's shares of those asked and of those who answered are of the same people: where one is
    published, the count is attacked as that of a published share. The number of "don't know" is not
    protected where both bases, with and without it, are published.
    """
    shares = figures[(figures["kind"] == "estimate") & (figures["unit"] == "share")]
    hidden, published = shares[shares["suppressed"] != ""], shares[shares["suppressed"] == ""]
    cell = ["item", "level", "group"]
    covered_cells = pd.MultiIndex.from_frame(pd.concat([attacked[cell], published[cell]]))
    uncovered = hidden[~pd.MultiIndex.from_frame(hidden[cell]).isin(covered_cells)]
    bases = set(figures.loc[(figures["unit"] == "base") & (figures["suppressed"] == ""), "id"])
    return sorted(row["id"] for row in list_rows(uncovered) if not _tells_dont_know(row, bases))


def _tells_dont_know(row: Mapping[str, str], bases: Collection[str]) -> bool:
    """Return whether the published `bases` disclose how many said "don't know" in a group."""
    both = {base_id(row["item"], row["group"], base) for base in (ANSWERED, WITH_DONT_KNOW)}
    return row["level"] == DONT_KNOW and both.issubset(bases)
