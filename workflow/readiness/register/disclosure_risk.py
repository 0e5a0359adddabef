"""The disclosure-risk check of a register by itself: which counts could a reader work out?

It is that of the first edition of the methods; what a release of the second one gives away is
`readiness.attack`'s to find, and here only what was left standing of a withheld number.

Percentages on a known base give counts away, and so do the relations between numbers: levels add to
their base, groups to the total. The same exact arithmetic that judges other people's figures is run
on ours, on what the register shows, so that an altered register is seen too; only what a box adds
up is taken from the questionnaire, which its readers have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import pandas as pd

from readiness.attack import COLUMNS, Verdict, first_given_away, given_away
from readiness.disclosure import Derived, derivable, derivable_sums
from readiness.errors import DataError, DisclosureError
from readiness.forensics.arithmetic.attack import attack_release
from readiness.register.display import SUPPRESSED_TEXT, said
from readiness.register.protection import (
    WITHHELD,
    Boxes,
    ItemTable,
    base_id,
    read_statistic,
    share_id,
)
from readiness.tables import read_text_table

ATTACK = "attack.csv"
VERDICT = "verdict.json"
FLAGS = ("recovered", "small", "everyone")
WHAT_TO_DO = (
    "Tell fewer groups or decimals, merge small groups, or let `disclosure` withhold more; every "
    "count: attack.csv"
)
RESPONDENTS = (("quality", "answered"), ("quality", "kept"))
"""Numbers of people that stand among those of the quality report."""


def published_shares(figures: pd.DataFrame) -> pd.DataFrame:
    """The published shares of a register (as text), in the form that `attack_release` takes.

    The spread of the weights is published too, so a reader can use it.
    """
    values = dict(zip(figures["id"], figures["value"], strict=True))
    largest, smallest = (values.get(f"weighting.{m}", "") for m in ("maximum", "minimum"))
    ratio = str(Fraction(largest) / Fraction(smallest)) if largest and smallest else ""
    estimates = (figures["kind"] == "estimate") & (figures["unit"] == "share")
    shares = figures[estimates & (figures["suppressed"] == "")]
    unweighted = shares["statistic"].map(lambda text: read_statistic(text)[2]).astype(bool)
    return pd.DataFrame(
        {
            "id": shares["id"],
            "percent": [said(row, "en") for row in shares.to_dict("records")],
            "base": shares["n"],
            "weighted": unweighted.map({True: "no", False: "yes"}),
            "weight_ratio": unweighted.map({True: "", False: ratio}),
        }
    ).reset_index(drop=True)


def attack(figures: pd.DataFrame, minimum: int) -> pd.DataFrame:
    """What a reader could recover from the register's shares (`forensics.attack.attack_release`).

    `minimum` is the smallest count that may be known: a recovered one below it is `small`.
    """
    return attack_release(published_shares(figures), small=minimum)


def unprotected(figures: pd.DataFrame, minimum: int, boxes: Mapping[str, Boxes]) -> list[str]:
    """What of a register (as text) gives a count below `minimum` away: one line each, sorted.

    A cell or base that is shown though below the minimum, the respondents of a stratum or of a
    category of the margins among them; a number marked as withheld whose value, precision, interval
    or revision is still there; a withheld number that the relations among the others give; a small
    count that follows from bases and unweighted shares. Empty: nothing found. `boxes`: by ordinal
    item, the levels that each of its boxes adds up (`Scheme.boxes`).
    """
    rows = figures[figures["kind"].isin(["estimate", "count"])]
    lines = [*_shown_small(figures, minimum), *left_behind(figures)]
    for item, table in rows.groupby("item", sort=True):
        if "estimate" in set(table["kind"]):
            lines += _recovered(str(item), table, minimum, boxes.get(str(item), {}))
    return sorted(set(lines))


def _shown_small(figures: pd.DataFrame, minimum: int) -> Iterator[str]:
    """Bases below the minimum, and shares whose count can only be below it."""
    yield from small_groups(figures, minimum)
    for row in attack(figures, minimum).dropna(subset=["lowest"]).to_dict("records"):
        base, low, high = int(row["base"]), int(row["lowest"]), int(row["highest"])
        if row["everyone"] and (high == 0 or low == base):
            continue
        # Not nobody, and fewer than the minimum; or the same of those who answered otherwise.
        for least, most in ((low, high), (base - high, base - low)):
            if 0 < most < minimum and (least > 0 or not row["everyone"]):
                yield f"{row['id']}: {row['percent']} of {base} shows a count below {minimum}."
                break


def small_groups(figures: pd.DataFrame, minimum: int) -> Iterator[str]:
    """Numbers of people below the minimum that a register shows: bases, and respondents."""
    for row in figures[figures["suppressed"] == ""].to_dict("records"):
        people = row["kind"] == "count" or (row["kind"], row["statistic"]) in RESPONDENTS
        text = row["value"] if people else row["n"]
        if text and 0 < int(text) < minimum:
            yield f"{row['id']}: shown on a base of {text}, below {minimum}."


NUMBERS = ("value", "se", "lower", "upper", "n_eff", "deff")
BESIDE = ("lower", "upper", "n_eff", "worst.lower", "worst.upper", "selection.lower",
          "selection.upper")  # fmt: skip
"""How the ids of the numbers end that a share has beside it."""


def left_behind(figures: pd.DataFrame) -> Iterator[str]:
    """Numbers of a share that is marked as not published."""
    ids = set(figures.loc[figures["suppressed"] == "", "id"])
    for row in figures[figures["suppressed"] != ""].to_dict("records"):
        name = row["id"]
        left = [column for column in NUMBERS if row[column]]
        beside = [f"{name}.{end}" for end in BESIDE]
        left += [other for other in (*beside, f"revision.{name}") if other in ids]
        if left:
            yield f"{name}: is not published, but {left[0]} is."
        if (text := said(row, "en")) != SUPPRESSED_TEXT:
            yield f"{name}: is not published, but {text} is shown."


def _recovered(item: str, table: pd.DataFrame, minimum: int, boxes: Boxes) -> Iterator[str]:
    """What follows from the relations among the numbers of one item."""
    shares = table[table["kind"] == "estimate"]
    keys, apart = [], set()
    for row in shares.to_dict("records"):
        _, base, unweighted = read_statistic(row["statistic"])
        keys.append((row["level"], base, row["group"]))
        apart |= {row["group"]} if unweighted else set()
    relations = list(ItemTable(item, keys, boxes, apart).relations())
    withheld = set(table.loc[table["suppressed"] == WITHHELD, "id"])
    bases = _bases(item, table, keys)
    names = {name for relation in relations for name in relation}
    hidden = set(table.loc[table["suppressed"] != "", "id"]) | (names - set(table["id"]))
    hidden -= bases.keys()
    for derived in derivable(hidden & names, relations):
        if derived.cell in withheld:
            yield f"{derived.cell}: is withheld, but follows from {_few(derived)}."
    for (level, base, group), published in zip(keys, shares["suppressed"] == "", strict=True):
        if published and base_id(item, group, base) not in bases:
            yield f"{share_id(item, level, group, base)}: shown, though its base is withheld."
    counts = bases | {
        row["id"]: int(row["lowest"])
        for row in attack(shares, minimum).dropna(subset=["lowest"]).to_dict("records")
        if row["recovered"]
    }
    unknown = names - counts.keys()
    rows = derivable(unknown, relations)
    for derived in (*rows, *derivable_sums(rows, unknown, relations)):
        total = abs(sum(factor * counts[name] for name, factor in derived.published.items()))
        if derived.is_sum and 0 < total < minimum:
            told = " + ".join(derived.hidden)
            yield f"{told}: a count below {minimum} follows from {_few(derived)}."


def _few(derived: Derived) -> str:
    names = list(derived.published)
    return ", ".join(names[:3]) + (" and others" if len(names) > 3 else "")


def _bases(item: str, table: pd.DataFrame, keys: Sequence[tuple[str, str, str]]) -> dict[str, int]:
    """The bases that can be read: in a row of their own, or beside a share."""
    sizes = table[(table["kind"] == "count") & (table["suppressed"] == "")]
    known = dict(zip(sizes["id"], sizes["value"].astype(int), strict=True))
    texts = table.loc[table["kind"] == "estimate", "n"]
    for (_, base, group), n in zip(keys, texts, strict=True):
        if n:
            known.setdefault(base_id(item, group, base), int(n))
    return known


def read_attack(path: Path) -> pd.DataFrame:
    """The attack's table, as `freeze` keeps it; DataError when it is another table.

    Publications of the first edition hold what single shares give away (`recovered`, `small`),
    those of the second one what readers can prove of each withheld count (`verdict`).
    """
    table = read_text_table(path, "the disclosure-risk check")
    if "verdict" in table:
        missing = [name for name in COLUMNS if name not in table]
    else:
        missing = [name for name in ("id", *FLAGS) if name not in table]
    if missing:
        raise DataError(f"{path}: no column {', '.join(missing)}. Restore it with git.")
    if "verdict" in table:
        return table
    return table.assign(**{name: table[name] == "True" for name in FLAGS})


def findings(attacked: pd.DataFrame) -> str:
    """One line: how much a reader can work out, and the first of it."""
    if "verdict" in attacked:
        before = int((attacked["verdict"] == Verdict.BEFORE.value).sum())
        told = f", {before} were given away by earlier releases" if before else ""
        return f"{len(attacked)} counts attacked, {len(given_away(attacked))} given away{told}"
    small = attacked[attacked["small"]]
    first = f" (first: {small['id'].iloc[0]})" if len(small) else ""
    return (
        f"{int(attacked['recovered'].sum())} of {len(attacked)} counts can be worked out by a "
        f"reader, {len(small)} of them below the minimum{first}"
    )


def refuse_given_away(what: str, table: pd.DataFrame) -> None:
    """DisclosureError naming the first count that a release gives away, if there is one.

    `what`: the release, for the message.
    """
    if told := first_given_away(table):
        raise DisclosureError(f"{what}: {told}\n{WHAT_TO_DO}.")


def not_attacked(figures: pd.DataFrame, attacked: pd.DataFrame) -> list[str]:
    """The withheld shares of a register of which an attack has no row, sorted.

    An option's share of those asked is of the same people as that of those who answered: where one
    of them is shown, the count is that of a published share.
    """
    shares = figures[(figures["kind"] == "estimate") & (figures["unit"] == "share")]
    hidden = shares[shares["suppressed"] != ""]
    cell = ["item", "level", "group"]
    shown = shares[shares["suppressed"] == ""]
    known = {
        place
        for table in (attacked, shown)
        for place in table[cell].itertuples(index=False, name=None)
    }
    there = [place in known for place in hidden[cell].itertuples(index=False, name=None)]
    return sorted(hidden["id"][[not found for found in there]])
