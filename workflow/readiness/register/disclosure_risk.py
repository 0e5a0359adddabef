"""What the attack on a register found: read, told, and a reason to stop.

What was left of a withheld number, or shown on too few, is found too: an altered register is seen.
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
    """Yield a line for each number that a register shows on fewer people than the minimum.

    Published shares and means, and respondents of a stratum, category or group counted apart. How
    many answered a question is always published.
    """
    shown = (figures["suppressed"] == "") & (figures["kind"] != "count")
    for row in list_rows(figures[shown]):
        of_quality = row["kind"] == "quality" and row["statistic"] in ("answered", "kept")
        text = row["value"] if of_quality else row["n"]
        if text and 0 < int(text) < minimum:
            yield f"{row['id']}: shown on a base of {text}, below {minimum}."


# The variants of a share whose limits stand beside it.
_RANGES = ("", WORST, SELECTION, OTHERS, f"{OTHERS}.{WORST}")


def _list_beside(share: FigureId) -> list[FigureId]:
    """Return the ids of the numbers that a share has beside it, and of how it moved."""
    limits = [share.with_variant(name, end) for name in _RANGES for end in LIMITS]
    return [*limits, share.with_part(EFFECTIVE), *(share.since(family) for family in MOVED)]


def left_behind(figures: pd.DataFrame) -> Iterator[str]:
    """Numbers of a share that is marked as not published."""
    ids = set(figures.loc[figures["suppressed"] == "", "id"])
    for row in list_rows(figures[figures["suppressed"] != ""]):
        name = row["id"]
        left = [c for c in ("value", "se", "lower", "upper", "n_eff", "deff") if row[c]]
        identity = FigureId.parse(name, row["kind"])
        left += [own for own in _list_beside(identity) if own in ids] if identity.is_share() else []
        if left:
            yield f"{name}: is not published, but {left[0]} is."


def read_attack(path: Path) -> pd.DataFrame:
    """The attack's table, what readers can prove of each withheld count; DataError for another."""
    table = read_text_table(path, "the disclosure-risk check")
    if missing := [name for name in COLUMNS if name not in table]:
        raise DataError(f"{path}: no column {', '.join(missing)}. Restore it with git.")
    return table


def findings(attacked: pd.DataFrame) -> str:
    """One line: how much a reader can work out."""
    before = int((attacked["verdict"] == CountVerdict.BEFORE.value).sum())
    told = f", {before} were given away by earlier releases" if before else ""
    return f"{len(attacked)} counts attacked, {len(given_away(attacked))} given away{told}"


def refuse_given_away(what: str, table: pd.DataFrame) -> None:
    """DisclosureError naming the first count that a release (`what`, in words) gives away."""
    if told := first_given_away(table):
        raise DisclosureError(
            f"{what}: {told}\nTell fewer groups or decimals, merge small groups, or let "
            "`disclosure` withhold more; every count: attack.csv."
        )


def not_attacked(figures: pd.DataFrame, attacked: pd.DataFrame) -> list[str]:
    """Return the ids of the withheld shares of a register of which an attack has no row, sorted.

    An option's share of those asked is of the same people as that of those who answered: where one
    of them is shown, the count is that of a published share. How many said "don't know" is no
    secret where both numbers of answers are shown, with them and without.
    """
    shares = figures[(figures["kind"] == "estimate") & (figures["unit"] == "share")]
    hidden, shown = shares[shares["suppressed"] != ""], shares[shares["suppressed"] == ""]
    cell = ["item", "level", "group"]
    known = pd.MultiIndex.from_frame(pd.concat([attacked[cell], shown[cell]]))
    unseen = hidden[~pd.MultiIndex.from_frame(hidden[cell]).isin(known)]
    bases = set(figures.loc[(figures["unit"] == "base") & (figures["suppressed"] == ""), "id"])
    return sorted(row["id"] for row in list_rows(unseen) if not _tells_dont_know(row, bases))


def _tells_dont_know(row: Mapping[str, str], bases: Collection[str]) -> bool:
    """Return whether the published `bases` tell how many said "don't know" in the row's group."""
    both = {base_id(row["item"], row["group"], base) for base in (ANSWERED, WITH_DONT_KNOW)}
    return row["level"] == DONT_KNOW and both.issubset(bases)
