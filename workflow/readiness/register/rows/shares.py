"""Shares and means of a wave with their precision, their comparisons and revisions, its scales.

Ids: `<item>.<level>.<group>`, with `.asked` behind it where a multiple-choice option is a share of
those asked; `<item>.n.<group>` for a base, `<item>.n_eff.<group>` for the effective sample size of
all answers on it, `<item>.n.<group>.weighted` for the sum of the weights of those who answered;
`revision.<id of the share>` for how it moved since a publication. Scales: `<scale>.alpha`, with
`.lower`, `.upper` and `.n`; `<scale>.alpha.without.<item>`.

Comparisons: `<item>.test.<test>`, `<item>.contrast.<a>.<b>`, `<item>.odds_ratio.<a>.<b>`; a test of
one option of a multiple choice has its code behind it. The limits of a contrast are those that hold
for the whole family, as its p does; its own ones are `.pointwise.lower` and `.pointwise.upper`.

Orders, of shares of the same people, each told as a band: `<item>.test.first.p`, whether the most
frequent answer (its level) comes first; `<grid>.test.rows.p`, whether the share of one row of a
grid is larger than that of another (its level names both).
"""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pandas as pd

from readiness.analysis.comparing import LEAST_OF_PAIRS
from readiness.analysis.selection import ANSWERED, Selection, variable_of
from readiness.config import FigureRules
from readiness.ground.figure_id import (
    ALPHA,
    BEFORE,
    COMPARISONS,
    CONTRAST,
    EFFECTIVE,
    LIMITS,
    ODDS_RATIO,
    OF_FIRST,
    OF_ROWS,
    POINTWISE,
    REVISION,
    SIZE,
    WITHOUT,
    FigureId,
    P,
    base_id,
    comparison_id,
    effective_id,
    family_id,
    first_id,
    rows_id,
    share_id,
    weighted_id,
)
from readiness.ground.frames import list_rows
from readiness.questionnaire import OF_NUMBERS, TOTAL
from readiness.register.figures import (
    BASE,
    UNRELIABLE,
    WITHHELD,
    FigureRow,
    Scheme,
    number,
    statistic_text,
)
from readiness.register.precision import ShareDigits


def share_rows(
    estimates: pd.DataFrame,
    rules: FigureRules,
    digits: ShareDigits,
    scheme: Scheme,
    selection: Selection,
    ids: frozenset[str],
    *,
    weighted_bases: bool = False,
    decimals: Mapping[str, int] | None = None,
    former: bool = False,
    confidence: float | None = None,
) -> Iterator[FigureRow]:
    """Yield shares and means with their precision, each base once, and which answer comes first.

    Args:
        estimates: rows of the estimate step, with the precision of `print_precision`.
        digits: the decimals of shares.
        ids: the shares that are suppressed (`register.withholding`): a row without numbers each.
            Bases are told, but for those that would tell how few gave another answer.
        weighted_bases: whether the base of those who answered has the sum of their weights beside.
        decimals: by item, those of its answers, which its mean has, too, up to three.
        former: whether the precision is that of a ledger of 1.0, which has an effective sample size
            for each share (`register.sealed`).
        confidence: level (0.5-1) by which an order of answers is established; None: no row of it.
    """
    bases_seen: set[str] = set()
    for row in list_rows(estimates):
        item, base, group, n = row["item"], row["base"], row["group"], int(row["n"])
        size = base_id(item, group, base)
        reason = reason_of(row, rules, scheme, ids)
        if size in ids and not former:
            # That a base is small would tell of it.
            reason = WITHHELD
        name = share_id(item, row["level"], group, base)
        precise = selection.inference and not reason
        # Ledgers of 1.0 say of a small base, too, that its precision is the reason.
        flagged = reason != WITHHELD if former else not reason
        of_numbers = row["level"] in OF_NUMBERS
        if of_numbers:
            # A mean has the decimals of the answers, three at most; a large one has none.
            fine = abs(float(row["estimate"] or 0)) < 100
            places = max(1, min((decimals or {}).get(item, 0), 3)) if fine else 1
        else:
            places = digits.of(group)
        precision: dict[str, Any] = {
            column: number(row[column]) if precise else None
            for column in ("se", "lower", "upper", "n_eff", "deff")
        }
        yield FigureRow(
            id=name,
            kind="estimate",
            unit=_find_unit(row),
            value=None if reason else number(row["estimate"]),
            item=item,
            level=row["level"],
            group=group,
            statistic=statistic_text(
                row["level"] if of_numbers else "share", base, unweighted=group in scheme.apart
            ),
            n=None if size in ids else n,
            # A flag and a note are made of the count: they go with it. A flag is of precision.
            reliability=row["reliability"] if selection.inference and flagged else "",
            suppressed=reason,
            digits=places,
            rounding=rules.rounding,
            note="" if reason == WITHHELD else row["note"],
            **precision,
        )
        if precise:
            yield from _make_limit_rows(row, rules, places, former=former)
        if size not in bases_seen:
            bases_seen.add(size)
            why = WITHHELD if size in ids else ""
            of: dict[str, Any] = {"kind": "count", "item": item, "group": group, "suppressed": why}
            says = f"answers ({base})"
            yield FigureRow(size, unit="base", value=None if why else n, statistic=says, **of)
            weight = number(row["weighted"]) if weighted_bases and base == ANSWERED else None
            if weight is not None and n:
                name = weighted_id(item, group)
                why = WITHHELD if {size, name} & ids else ""
                of |= {"statistic": f"weight of the {says}", "suppressed": why}
                value = None if why else round(weight)
                yield FigureRow(name, unit="count", value=value, rounding=rules.rounding, **of)
            if selection.inference and not former and number(row["n_eff"]) is not None:
                yield FigureRow(
                    effective_id(item, group, base),
                    kind="effective",
                    unit="count",
                    value=number(row["n_eff"]),
                    item=item,
                    group=group,
                    statistic=f"effective sample size of the {says}",
                    rounding=rules.rounding,
                )

    if confidence is not None and selection.is_drawn:
        yield from _make_first_rows(estimates, rules, scheme, ids, confidence)


# The tests that tell an order of two shares of the same people.
ORDERS = {
    OF_FIRST: "p of paired differences: the most frequent answer beside each other one",
    OF_ROWS: "p of the paired difference: the largest share of the rows beside the smallest",
}


def _make_first_rows(
    estimates: pd.DataFrame,
    rules: FigureRules,
    scheme: Scheme,
    ids: frozenset[str],
    confidence: float,
) -> Iterator[FigureRow]:
    """Yield of each item whether its most frequent answer is more frequent than each other one.

    It is told as a band, and not beside an answer of all that is not published: the test is made of
    all answers.
    """
    of_all = estimates[estimates["group"].eq(TOTAL) & estimates["base"].eq(ANSWERED)]
    rows = [row for row in list_rows(of_all) if row["level"] not in OF_NUMBERS]
    hidden = {row["item"] for row in rows if reason_of(row, rules, scheme, ids)}
    for row in rows:
        p = number(row.get("p_first"))
        if p is not None and row["item"] not in hidden:
            yield _make_order_row(OF_FIRST, row["item"], row["level"], p, confidence)
        p, last = number(row.get("p_rows")), row.get("last_row") or ""
        grid = scheme.grids.get(row["item"])
        if p is not None and grid and not hidden & {row["item"], last}:
            both = f"{row['item']}.{last}"
            yield _make_order_row(OF_ROWS, row["item"], both, p, confidence, grid)


def _make_order_row(
    test: str, item: str, level: str, p: float, confidence: float, grid: str = ""
) -> FigureRow:
    """Return the row of a test of an order: whether p is below 1 - `confidence`."""
    bound = round(1 - confidence, 12)
    return FigureRow(
        rows_id(grid) if grid else first_id(item),
        "test",
        P_BELOW if p < bound else P_NOT_BELOW,
        bound,
        item=item,
        level=level,
        digits=count_digits(bound),
        statistic=ORDERS[test],
    )


def count_digits(bound: float) -> int:
    """Return the decimals of a bound of p."""
    return max(1, -int(Decimal(repr(bound)).normalize().as_tuple().exponent))


def _find_unit(row: dict[Any, Any]) -> str:
    return "number" if row["level"] in OF_NUMBERS else "share"


def reason_of(row: dict[Any, Any], rules: FigureRules, scheme: Scheme, ids: frozenset[str]) -> str:
    """Why a share has no number in the register; empty when it has one."""
    n = int(row["n"])
    if n < rules.minimum_base:
        return BASE
    if row["group"] not in scheme.apart and n < rules.reliable_base:
        return UNRELIABLE
    return WITHHELD if share_id(row["item"], row["level"], row["group"], row["base"]) in ids else ""


def find_unpublished(
    estimates: pd.DataFrame, rules: FigureRules, scheme: Scheme, ids: frozenset[str]
) -> frozenset[str]:
    """Return the ids of all shares and means without a number, suppressed or on a small base."""
    return frozenset(
        share_id(row["item"], row["level"], row["group"], row["base"])
        for row in list_rows(estimates)
        if reason_of(row, rules, scheme, ids)
    )


def _make_limit_rows(
    row: dict[Any, Any], rules: FigureRules, places: int, *, former: bool
) -> Iterator[FigureRow]:
    """Yield the limits of a share or mean: numbers of the report, too, so a row each.

    `former`: with the effective sample size of each, as ledgers of 1.0 have it.
    """
    share = share_id(row["item"], row["level"], row["group"], row["base"])
    ends = [(end, _find_unit(row), places) for end in LIMITS]
    for name, unit, digits in (*ends, *([(EFFECTIVE, "count", 0)] if former else [])):
        if (value := number(row[name])) is not None:
            of = f"{row['item']}:{name}", row["level"], row["group"]
            how: dict[str, Any] = {"statistic": name, "digits": digits, "rounding": rules.rounding}
            yield FigureRow(share.with_part(name), "interval", unit, value, *of, **how)


def revision_rows(
    new: list[FigureRow], published: pd.DataFrame, digits: ShareDigits
) -> Iterator[FigureRow]:
    """Yield how each share moved since the publication that this version revises.

    The change is the difference of the two numbers as they are printed, in the fewer of their
    decimals; it is shown, never tested. The published value stands beside it in its own decimals,
    so that both can be quoted.
    """
    before = {row["id"]: row for row in list_rows(published)}
    for row in new:
        earlier = before.get(row.id, {})
        old = number(earlier.get("value"))
        if row.kind != "estimate" or row.value is None or old is None:
            continue
        places = int(earlier["digits"])
        shared: dict[str, Any] = {
            **{"kind": "revision", "item": f"revision:{row.item}", "level": row.level},
            **{"group": row.group, "rounding": digits.rounding},
        }
        share = row.unit == "share"
        now = digits.round_share(float(row.value), row.group) if share else float(row.value)
        yield FigureRow(
            row.id.since(REVISION),
            unit="points" if share else row.unit,
            value=now - old,
            statistic="change since the revised publication",
            digits=min(row.digits, places),
            **shared,
        )
        name, said = row.id.since(REVISION).with_variant(BEFORE), "as published before"
        yield FigureRow(name, unit=row.unit, value=old, statistic=said, digits=places, **shared)


SCALE = "scale"
# Why there is none, as the register has it for its value: its items do not vary together.
NONE = "no_alpha"


def scale_rows(scales: pd.DataFrame, rules: FigureRules) -> Iterator[FigureRow]:
    """Alpha of each scale (`scales` as text), with its interval where there is one; none on fewer
    answers than a reliable share needs.
    """
    for row in scales.to_dict("records"):
        item, without, n = row["item"], row["without"], int(row["n"])
        variant = f"{WITHOUT}.{without}" if without else ""
        identity = FigureId(item=item, statistic=ALPHA, variant=variant)
        few = n < rules.reliable_base
        told: dict[str, Any] = {"kind": SCALE, "unit": "number", "item": item, "digits": 2}
        value = None if few else number(row["alpha"])
        if value is None and not few:
            continue
        ends = {end: None if few else number(row[end]) for end in ("lower", "upper")}
        says = f"Cronbach's alpha of {row['items']} items"
        yield FigureRow(
            id=identity,
            value=value,
            level=ALPHA,
            group=f"without:{without}" if without else "",
            statistic=says + (f", without {without}" if without else ""),
            n=None if few else n,
            suppressed=UNRELIABLE if few else "",
            lower=ends["lower"],
            upper=ends["upper"],
            **told,
        )
        if without or few:
            continue
        of_all = "answers to all items of the scale"
        yield FigureRow(identity.with_part(SIZE), SCALE, "base", n, item, ALPHA, statistic=of_all)
        for end, limit in ends.items():
            if limit is not None:
                name, said = identity.with_part(end), f"{says}: {end}"
                yield FigureRow(name, value=limit, level=ALPHA, statistic=said, **told)


P_DIGITS = 3
# What compares two groups, `a` and `b`: beside a test of several groups stands an option.
OF_GROUPS = (CONTRAST, ODDS_RATIO, "probability_of_superiority")
EFFECT_DIGITS = 2
# Differences of two groups' shares stand in whole points, as the shares do.
CONTRAST_DIGITS = 0
# A p-value of which only the band is told: below a bound, or not below the last one.
P_BELOW, P_NOT_BELOW = "p_below", "p_not_below"
BAND_UNITS = (P_BELOW, P_NOT_BELOW)
BOUNDS = (0.001, 0.01, 0.05)


def find_band(p: float, level: float) -> tuple[str, float]:
    """The unit and the bound that tell a p-value (0-1) as one of few bands.

    Below .001, .01 or .05, or not below .05; and whether it is below what a `level` of confidence
    (0.5-1) leaves to chance, where that is another number: by it a sentence says whether groups
    differ.
    """
    bounds = sorted({*BOUNDS, round(1 - level, 12)})
    above = [bound for bound in bounds if p < bound]
    return (P_BELOW, above[0]) if above else (P_NOT_BELOW, bounds[-1])


def _find_unpublished(
    estimates: pd.DataFrame, rules: FigureRules, scheme: Scheme, ids: frozenset[str]
) -> set[tuple[str, str, bool]]:
    """Item and group of which something is not published, and whether it is the share that is
    contrasted; both where both are so.
    """
    of_answers = estimates[estimates["base"] == ANSWERED].to_dict("records")
    untold = [row for row in of_answers if reason_of(row, rules, scheme, ids)]
    return {(row["item"], row["group"], False) for row in untold} | {
        (row["item"], row["group"], True)
        for row in untold
        if row["level"] == scheme.headlines.get(row["item"], row["level"])
    }


def comparison_rows(
    comparisons: pd.DataFrame,
    estimates: pd.DataFrame,
    rules: FigureRules,
    scheme: Scheme,
    selection: Selection,
    ids: frozenset[str],
    level: float,
    *,
    banded: Collection[str] | None = None,
    exact: Collection[str] = (),
    led: Collection[str] | None = None,
) -> Iterator[FigureRow]:
    """Tests (p and statistic), contrasts (points, interval, adjusted p) and effect sizes.

    What compares a group whose share is not published is not published either: the share could be
    worked out from it. A contrast compares one share (the headline box of a scale); odds ratios and
    probabilities of superiority rest on all levels. `ids`: as `share_rows` takes them. `level`: of
    confidence, by which a p establishes.

    One decimal of a statistic of the whole table, beside all that is printed of it, tells which of
    the tables with its margins it is, whatever the weights are: beside a number that is withheld of
    its groups there is none, no exact p and no effect size. Of the primary test the band of its p
    stands (`find_band`), or that it is withheld, too. The least p of pairs that are all told tells
    nothing more than they do.

    `banded`: the ids of the p-values whose band may be told; None: of each. `exact`: the ids of
    numbers that are told as they are all the same, as a sealed ledger has them (`register.sealed`).
    `led`: the ids of the p-values of the tests that led when a ledger was sealed; None: of today's.
    """
    unknown = _find_unpublished(estimates, rules, scheme, ids)
    outside = {*scheme.apart, *filter(variable_of, estimates["group"])}
    partly = {item for item, group, _ in unknown if group not in outside}
    parted = {item for item, _, headline in unknown if headline}
    shown = []
    for row in comparisons.to_dict("records"):
        pair = (row["a"], row["b"]) if row["test"] in OF_GROUPS else ()
        groups = [group for group in pair if group]
        counted = row["item"] in partly and row["test"] not in OF_GROUPS
        counted &= row["test"] != LEAST_OF_PAIRS or row["item"] in parted
        if counted:
            own = _make_comparison_rows(row, rules, selection)
            counted = not any(each.id in exact for each in own)
        identity = comparison_id(row["item"], row["test"]).with_part(P)
        stands = str(row["leads"]) == "True" if led is None else not row["b"] and identity in led
        # A test that has no result is not withheld.
        has_result = selection.inference and _read_p(row) is not None
        if counted and has_result and stands:
            yield _make_band_row(row, level, banded)
        if not counted and not any(
            (row["item"], g, row["test"] == "contrast") in unknown for g in groups
        ):
            shown.append(row)
            yield from _make_comparison_rows(row, rules, selection)
    if selection.inference:
        yield from _make_family_rows(comparisons.to_dict("records"), shown)
        # In how many questions groups were compared, and in how many of them a difference would be
        # established by chance alone: each has a test, and p is adjusted over those of a grid.
        leads = comparisons[comparisons["leads"].astype(str).eq("True")]
        items = set(leads.loc[leads["p_value"].map(number).notna(), "item"])
        tested, families = len(items), len({scheme.grids.get(item, item) for item in items})
        if tested > 1:
            by_chance = "questions in which a difference would be established by chance alone"
            for name, unit, value, digits, says in (
                ("tested", "count", tested, 0, "questions compared between groups"),
                ("expected", "number", families * (1 - level), 1, by_chance),
            ):
                identity = family_id(COMPARISONS, name)
                yield FigureRow(identity, "test", unit, value, digits=digits, statistic=says)


def _make_band_row(
    row: Mapping[Any, Any], level: float, banded: Collection[str] | None
) -> FigureRow:
    """The p-value of a primary test beside withheld numbers: its band, or none."""
    identity, p = comparison_id(row["item"], row["test"]).with_part(P), _read_p(row)
    of: dict[str, Any] = {"item": row["item"], "statistic": f"p of {row['test']}"}
    if p is None or (banded is not None and identity not in banded):
        return FigureRow(identity, "test", "p", None, suppressed=WITHHELD, digits=P_DIGITS, **of)
    unit, bound = find_band(p, level)
    digits = count_digits(bound)
    return FigureRow(identity, "test", unit, bound, digits=digits, note=row["note"], **of)


def _make_family_rows(
    made: list[dict[Any, Any]], shown: list[dict[Any, Any]]
) -> Iterator[FigureRow]:
    """Over how many pairs of groups the p-values of an item are adjusted, and how many are shown.

    Not the number hidden by itself: a reader of a report must know both to read "adjusted".
    """
    for item in dict.fromkeys(row["item"] for row in made):
        of_made, of_shown = (
            [
                row
                for row in rows
                if (row["item"], row["test"]) == (item, "contrast")
                and number(row["p_adjusted"]) is not None
            ]
            for rows in (made, shown)
        )
        # Over how many tests p is adjusted, where the rows say so.
        first = of_made[0] if of_made else {}
        pairs, untested = (number(first.get(name)) for name in ("family", "untested"))
        family = 0 if pairs is None else int(pairs - (untested or 0))
        family = family or len(of_made)
        for name, value, says in (
            ("family", family, "pairs of groups over which p is adjusted"),
            ("shown", len(of_shown), "pairs of groups that are shown"),
        ):
            identity = comparison_id(item, CONTRAST).with_part(name)
            yield FigureRow(identity, "test", "count", value, item=item, statistic=says)


def _read_p(row: Mapping[Any, Any]) -> float | None:
    """The p-value of a comparison, adjusted where it is one of several; None without one."""
    adjusted = number(row["p_adjusted"])
    if adjusted is None and row["test"] != "contrast":
        return number(row["p_value"])
    return adjusted


def _make_comparison_rows(
    row: dict[Any, Any], rules: FigureRules, selection: Selection
) -> Iterator[FigureRow]:
    item, test = row["item"], row["test"]
    identity = comparison_id(item, test, row["a"], row["b"])
    pair = identity.group
    common: dict[str, Any] = {
        "kind": "test",
        "item": item,
        "n": int(row["n"]),
        "rounding": rules.rounding,
        "note": row["note"],
    }
    p = _read_p(row)
    if p is not None and selection.inference:
        yield FigureRow(
            id=identity.with_part(P),
            unit="p",
            value=p,
            statistic=f"p of {test}",
            digits=P_DIGITS,
            group=pair,
            **common,
        )
    value = number(row["statistic"])
    if value is not None and selection.inference and test not in (CONTRAST, ODDS_RATIO):
        name, said = identity.with_part("statistic"), f"{row['statistic_name']} of {test}"
        how: dict[str, Any] = {"statistic": said, "digits": EFFECT_DIGITS, **common}
        yield FigureRow(name, unit="number", value=value, **how)
    if (effect := number(row["effect"])) is None:
        return
    unit = "points" if test == CONTRAST else "number"
    digits = CONTRAST_DIGITS if test == CONTRAST else EFFECT_DIGITS
    limits = [("", "lower", "upper")]
    if number(row.get("lower_simultaneous")) is not None:
        limits = [("", "lower_simultaneous", "upper_simultaneous"), (POINTWISE, *limits[0][1:])]
    ends: list[tuple[FigureId, float | None]] = [
        (identity.with_variant(kind, end), number(row[column]) if selection.inference else None)
        for kind, *columns in limits
        for end, column in zip(LIMITS, columns, strict=True)
    ]
    own: dict[str, Any] = {"lower": ends[0][1], "upper": ends[1][1]}
    for each, value in ((identity, effect), *ends):
        if value is not None:
            yield FigureRow(
                id=each,
                unit=unit,
                value=value,
                group=pair,
                statistic=" ".join(filter(None, (test, each.variant, each.part))),
                digits=digits,
                **(own if each == identity else {}),
                **common,
            )
