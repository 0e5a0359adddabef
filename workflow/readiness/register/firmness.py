"""In how many variants of its analysis each finding holds, as rows of the register.

Of a variant its readers have whole percentages. A gap is the difference of two of them, which have
rows of their own: so whoever has the register has what the attack reads.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from readiness.analysis.selection import ANSWERED, variable_of
from readiness.analysis.varying import CHOICES, OWN
from readiness.attack import AttackTarget, CountVerdict, attack
from readiness.ground.figure_id import FIRMNESS, VARIANTS, FigureId, finding_id, share_id
from readiness.ground.frames import list_rows
from readiness.language.rounding import round_amount
from readiness.questionnaire import TOTAL
from readiness.register.figures import DONT_KNOW, WITHHELD, FigureRow, number

# What becomes of a finding in a variant; the last of which nothing can be said.
HOLDS, FAILS, UNTOLD = "holds", "fails", "untold"
# Decimals of a share (0-1) and of its limits.
DECIMALS = 2


def firmness_rows(table: pd.DataFrame, items: Collection[str]) -> Iterator[FigureRow]:
    """The findings of the `items` in each variant: rows of the firmness step, as text."""
    told = table[table["item"].isin(items)]
    for (item, finding), own in told.groupby(["item", "finding"], sort=False):
        name, first = finding_id(str(item), str(finding)), own.iloc[0]
        groups, known = first["among"].split(), own[own["state"] != UNTOLD]
        if known.empty:
            continue
        of: dict[str, Any] = {
            **{"kind": FIRMNESS, "item": f"{FIRMNESS}:{item}", "level": first["level"]},
            **{"group": ".".join(groups), "unit": "count"},
        }
        for state in (HOLDS, UNTOLD):
            n = int((own["state"] == state).sum())
            yield FigureRow(name.with_part(state), value=n, statistic=f"variants: {state}", **of)
        claim = {"statistic": f"variants: {first['kind']}", "note": first["pairs"]}
        yield FigureRow(name.with_part(VARIANTS), value=len(known), **claim, **of)
        shares: dict[str, FigureRow] = {}
        for row in list_rows(known):
            values = [float(row["first"]), *([float(row["second"])] if row["second"] else [])]
            rounded = [float(round_amount(value, DECIMALS, "half_even")) for value in values]
            for group, value in zip(groups, rounded, strict=True):
                chosen = f"{row['weights']}-{row['base']}"
                one = {**of, "unit": "share", "group": group, "statistic": "share"}
                identity = finding_id(str(item), str(finding), choices=chosen, group=group)
                shares[chosen + group] = FigureRow(identity, value=value, **one)
            yield FigureRow(
                name.with_variant("-".join(row[each] for each in CHOICES)),
                value=round(rounded[0] - sum(rounded[1:]), DECIMALS),
                statistic=f"variant: {row['state']}",
                lower=number(row["lower"]),
                upper=number(row["upper"]),
                **{**of, "unit": "points" if len(values) > 1 else "share"},
            )
        yield from shares.values()


@dataclass(frozen=True)
class FirmFinding:
    """A finding of an `item` as the register tells it: what is claimed of a `level`, of which pairs
    of groups; its `variants`, from the smallest number on, are rows with `state` and the choice of
    each dimension.
    """

    id: FigureId
    item: str
    kind: str
    level: str
    pairs: tuple[tuple[str, str], ...]
    variants: pd.DataFrame


def read_findings(rows: pd.DataFrame) -> Iterator[FirmFinding]:
    """The findings whose variants a register (as text) tells, in its order."""
    own = rows[rows["kind"] == FIRMNESS]
    ids = own["id"].map(FigureId.parse)
    findings = ids.map(lambda identity: finding_id(identity.item, identity.statistic))
    for row in list_rows(own[ids.map(lambda identity: identity.part == VARIANTS)]):
        name = FigureId.parse(row["id"]).without_part()
        told = own[findings.eq(name) & own["statistic"].str.match("variant: ")]
        chosen = [FigureId.parse(identity).variant.split("-") for identity in told["id"]]
        choices = pd.DataFrame(chosen, columns=[*CHOICES], index=told.index)
        variants = told.join(choices).assign(state=told["statistic"].str.removeprefix("variant: "))
        order = variants["value"].astype(float).argsort(kind="stable")
        pairs = tuple((pair.split(">")[0], pair.split(">")[1]) for pair in row["note"].split())
        item, kind = row["item"].partition(":")[2], row["statistic"].removeprefix("variants: ")
        yield FirmFinding(name, item, kind, row["level"], pairs, variants.iloc[order])


def list_pictured(findings: Iterable[FirmFinding]) -> set[str]:
    """The items whose variants a picture tells more of than a sentence: one of their findings fails
    in a variant, or has more than its own and another.
    """
    return {f.item for f in findings if len(f.variants) > 2 or (f.variants["state"] != HOLDS).any()}


def find_told(
    table: pd.DataFrame, figures: pd.DataFrame, even: Mapping[str, Collection[str]]
) -> pd.DataFrame:
    """What can be told of variants beside a register: rows of the firmness step, as text.

    Those of findings whose own shares are published. Nothing of variants without some interviews:
    what they move is what these answered. Nor of a share of all whose variance would be a second
    equation of counts that are withheld; `even`: by choice of weights the variables whose groups
    are of one stratum and weight.
    """
    shares = figures[(figures["kind"] == "estimate") & (figures["unit"] == "share")]
    there = {*shares.loc[shares["suppressed"] == "", "id"]}
    withheld = shares[shares["suppressed"] == WITHHELD]
    hidden = {
        (item, level, variable_of(group))
        for item, level, group in withheld[["item", "level", "group"]].to_numpy()
    }

    def tells(row: Mapping[Any, str]) -> bool:
        if row["interviews"] != OWN:
            return True  # weights may differ without some interviews alone: `even` lacks these
        levels = (row["level"], DONT_KNOW) if row["base"] != OWN else (row["level"],)
        alike = even[row["weights"]]
        equations = {(row["item"], level, variable) for level in levels for variable in alike}
        return row["among"] == TOTAL and bool(equations & hidden)

    rows = [
        row
        for row in list_rows(table)
        if {share_id(row["item"], row["level"], of, ANSWERED) for of in row["among"].split()}
        <= there
    ]
    kept = [{**row, "state": UNTOLD} if tells(row) else row for row in rows]
    return pd.DataFrame(kept, columns=table.columns)


def tell_until_held(
    items: Collection[str], tell: Callable[[Collection[str]], AttackTarget]
) -> frozenset[str]:
    """The items whose variants give no count away; `tell` is the release that tells some."""
    told = frozenset(items)
    while told:
        target = tell(told)
        found = attack(target, target.with_neighbours(told))
        if not (given := {o.cell.item for o in found if o.verdict is CountVerdict.GIVEN}):
            break
        near = target.with_neighbours(given)
        # What is given away without any variant is not for them to mend.
        told = told - near if told & near else frozenset()
    return told
