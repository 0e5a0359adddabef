"""Write and read rows of robustness: in how many variants of the analysis each finding holds.

Readers are shown whole percentages of a variant. A gap is the difference of two shares that have
rows of their own, so the attack reads all that the register discloses.
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

# Outcome of a finding in a variant; `untold`: not published.
HOLDS = "holds"
FAILS = "fails"
UNTOLD = "untold"
# Decimals of shares (0-1) and limits: whole percentages.
DECIMALS = 2


def firmness_rows(table: pd.DataFrame, items: Collection[str]) -> Iterator[FigureRow]:
    """Yield the rows of the findings of `items` in each variant.

    `table`: rows of the firmness step, as text.
    """
    item_rows = table[table["item"].isin(items)]
    for (item, finding), finding_rows in item_rows.groupby(["item", "finding"], sort=False):
        name = finding_id(str(item), str(finding))
        first_row = finding_rows.iloc[0]
        groups = first_row["among"].split()
        published = finding_rows[finding_rows["state"] != UNTOLD]
        if published.empty:
            continue
        common: dict[str, Any] = {
            **{"kind": FIRMNESS, "item": f"{FIRMNESS}:{item}", "level": first_row["level"]},
            **{"group": ".".join(groups), "unit": "count"},
        }
        for state in (HOLDS, UNTOLD):
            n = int((finding_rows["state"] == state).sum())
            yield FigureRow(
                name.with_part(state), value=n, statistic=f"variants: {state}", **common
            )
        claim = {"statistic": f"variants: {first_row['kind']}", "note": first_row["pairs"]}
        yield FigureRow(name.with_part(VARIANTS), value=len(published), **claim, **common)
        shares: dict[str, FigureRow] = {}
        for row in list_rows(published):
            values = [float(row["first"]), *([float(row["second"])] if row["second"] else [])]
            rounded = [float(round_amount(value, DECIMALS, "half_even")) for value in values]
            for group, value in zip(groups, rounded, strict=True):
                chosen = f"{row['weights']}-{row['base']}"
                share_cells = {**common, "unit": "share", "group": group, "statistic": "share"}
                figure_id = finding_id(str(item), str(finding), choices=chosen, group=group)
                shares[chosen + group] = FigureRow(figure_id, value=value, **share_cells)
            yield FigureRow(
                name.with_variant("-".join(row[choice] for choice in CHOICES)),
                value=round(rounded[0] - sum(rounded[1:]), DECIMALS),
                statistic=f"variant: {row['state']}",
                lower=number(row["lower"]),
                upper=number(row["upper"]),
                **{**common, "unit": "points" if len(values) > 1 else "share"},
            )
        yield from shares.values()


@dataclass(frozen=True)
class FirmFinding:
    """A finding of an `item`: the claim on a `level` and pairs of groups, with its variants.

    `variants`: rows of the register sorted by value, with `state` and the choice of each dimension.
    """

    id: FigureId
    item: str
    kind: str
    level: str
    pairs: tuple[tuple[str, str], ...]
    variants: pd.DataFrame


def read_findings(rows: pd.DataFrame) -> Iterator[FirmFinding]:
    """Yield the findings whose variants a register (as text) publishes, in its order."""
    firmness = rows[rows["kind"] == FIRMNESS]
    ids = firmness["id"].map(FigureId.parse)
    findings = ids.map(lambda figure_id: finding_id(figure_id.item, figure_id.statistic))
    for row in list_rows(firmness[ids.map(lambda figure_id: figure_id.part == VARIANTS)]):
        name = FigureId.parse(row["id"]).without_part()
        variant_rows = firmness[findings.eq(name) & firmness["statistic"].str.match("variant: ")]
        chosen = [FigureId.parse(figure_id).variant.split("-") for figure_id in variant_rows["id"]]
        choices = pd.DataFrame(chosen, columns=[*CHOICES], index=variant_rows.index)
        variants = variant_rows.join(choices).assign(
            state=variant_rows["statistic"].str.removeprefix("variant: ")
        )
        order = variants["value"].astype(float).argsort(kind="stable")
        pairs = tuple((pair.split(">")[0], pair.split(">")[1]) for pair in row["note"].split())
        item = row["item"].partition(":")[2]
        kind = row["statistic"].removeprefix("variants: ")
        yield FirmFinding(name, item, kind, row["level"], pairs, variants.iloc[order])


def list_pictured(findings: Iterable[FirmFinding]) -> set[str]:
    """Return the items whose variants are shown in a chart.

    One of their findings fails in a variant, or has more than two variants.
    """
    return {
        finding.item
        for finding in findings
        if len(finding.variants) > 2 or (finding.variants["state"] != HOLDS).any()
    }


def find_told(
    table: pd.DataFrame, figures: pd.DataFrame, even: Mapping[str, Collection[str]]
) -> pd.DataFrame:
    """Return the rows of the firmness step that can be published beside a register (all as text).

    Those of findings whose own shares are published. Variants that leave out interviews are kept as
    `untold`: the change discloses what these people answered. So are shares of all whose variance
    would be a second equation of suppressed counts. `even`: by choice of weights, the variables
    whose groups lie in one stratum and have one weight.
    """
    shares = figures[(figures["kind"] == "estimate") & (figures["unit"] == "share")]
    published = {*shares.loc[shares["suppressed"] == "", "id"]}
    withheld = shares[shares["suppressed"] == WITHHELD]
    hidden_shares = {
        (item, level, variable_of(group))
        for item, level, group in withheld[["item", "level", "group"]].to_numpy()
    }

    def tells(row: Mapping[Any, str]) -> bool:
        if row["interviews"] != OWN:
            return True  # weights may differ without some interviews alone: `even` lacks these
        levels = (row["level"], DONT_KNOW) if row["base"] != OWN else (row["level"],)
        even_variables = even[row["weights"]]
        equations = {
            (row["item"], level, variable) for level in levels for variable in even_variables
        }
        return row["among"] == TOTAL and bool(equations & hidden_shares)

    rows = [
        row
        for row in list_rows(table)
        if {share_id(row["item"], row["level"], group, ANSWERED) for group in row["among"].split()}
        <= published
    ]
    rows_with_states = [{**row, "state": UNTOLD} if tells(row) else row for row in rows]
    return pd.DataFrame(rows_with_states, columns=table.columns)


def tell_until_held(
    items: Collection[str], tell: Callable[[Collection[str]], AttackTarget]
) -> frozenset[str]:
    """Return the items whose variants disclose no count.

    `tell`: returns the release in which the variants of these items are published.
    """
    published = frozenset(items)
    while published:
        target = tell(published)
        results = attack(target, target.with_neighbours(published))
        disclosed = {result.cell.item for result in results if result.verdict is CountVerdict.GIVEN}
        if not disclosed:
            break
        linked = target.with_neighbours(disclosed)
        # If no item with variants is linked to a disclosed count, its variants are not the cause.
        published = published - linked if published & linked else frozenset()
    return published
