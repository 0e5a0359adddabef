"""Rows of shares and means with their precision, of comparisons, revisions and scales.

Ids: `<item>.<level>.<group>`, with `.asked` appended for the share of an option among those asked;
`<item>.n.<group>` for a base, `<item>.n_eff.<group>` for the effective sample size of all answers
on it, `<item>.n.<group>.weighted` for the sum of the weights of those who answered; `revision.<id
of the share>` for its change since a publication. Scales: `<scale>.alpha`, with `.lower`, `.upper`
and `.n`; `<scale>.alpha.without.<item>`.

Comparisons: `<item>.test.<test>`, `<item>.contrast.<a>.<b>`, `<item>.odds_ratio.<a>.<b>`; a test of
one option of a multiple-response question has its code appended. The limits of a contrast hold for
the whole family, as its p does; its own limits are `.pointwise.lower` and `.pointwise.upper`.

Orders of shares of the same people, each published as a band of p: `<item>.test.first.p`, whether
the most frequent answer (its level) comes first; `<grid>.test.rows.p`, whether the share of one row
of a grid is larger than that of another (its level names both).
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
    """Yield the rows of shares and means, of their bases, and of the order of answers.

    Args:
        estimates: rows of the estimate step, with the precision of `print_precision`.
        digits: the decimals of shares.
        ids: ids of suppressed shares and bases (`register.withholding`): their rows lack numbers.
        weighted_bases: whether to add the sum of the weights of those who answered.
        decimals: by item, the decimals of its answers, which its mean has too, up to three.
        former: whether the precision is that of a ledger of 1.0, which has an effective sample size
            for each share (`register.sealed`).
        confidence: level (0.5-1) by which an order of answers is established; None: no such row.
    """
    bases_seen: set[str] = set()
    for row in list_rows(estimates):
        item = row["item"]
        base = row["base"]
        group = row["group"]
        n = int(row["n"])
        base_name = base_id(item, group, base)
        reason = reason_of(row, rules, scheme, ids)
        if base_name in ids and not former:
            # The reason "small base" would disclose a suppressed base.
            reason = WITHHELD
        name = share_id(item, row["level"], group, base)
        has_precision = selection.inference and not reason
        # Ledgers of 1.0 flag the precision of shares on a small base too.
        has_flag = reason != WITHHELD if former else not reason
        of_numbers = row["level"] in OF_NUMBERS
        if of_numbers:
            # Means have as many decimals as the answers, one to three; from 100 on a single one.
            is_small_number = abs(float(row["estimate"] or 0)) < 100
            places = max(1, min((decimals or {}).get(item, 0), 3)) if is_small_number else 1
        else:
            places = digits.of(group)
        precision: dict[str, Any] = {
            column: number(row[column]) if has_precision else None
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
            n=None if base_name in ids else n,
            # Flag and note depend on the count: they are suppressed with a disclosed count.
            reliability=row["reliability"] if selection.inference and has_flag else "",
            suppressed=reason,
            digits=places,
            rounding=rules.rounding,
            note="" if reason == WITHHELD else row["note"],
            **precision,
        )
        if has_precision:
            yield from _make_limit_rows(row, rules, places, former=former)
        if base_name not in bases_seen:
            bases_seen.add(base_name)
            base_reason = WITHHELD if base_name in ids else ""
            common: dict[str, Any] = {
                "kind": "count",
                "item": item,
                "group": group,
                "suppressed": base_reason,
            }
            base_text = f"answers ({base})"
            yield FigureRow(
                base_name,
                unit="base",
                value=None if base_reason else n,
                statistic=base_text,
                **common,
            )
            weight = number(row["weighted"]) if weighted_bases and base == ANSWERED else None
            if weight is not None and n:
                name = weighted_id(item, group)
                base_reason = WITHHELD if {base_name, name} & ids else ""
                common |= {"statistic": f"weight of the {base_text}", "suppressed": base_reason}
                value = None if base_reason else round(weight)
                yield FigureRow(name, unit="count", value=value, rounding=rules.rounding, **common)
            if selection.inference and not former and number(row["n_eff"]) is not None:
                yield FigureRow(
                    effective_id(item, group, base),
                    kind="effective",
                    unit="count",
                    value=number(row["n_eff"]),
                    item=item,
                    group=group,
                    statistic=f"effective sample size of the {base_text}",
                    rounding=rules.rounding,
                )

    if confidence is not None and selection.is_drawn:
        yield from _make_first_rows(estimates, rules, scheme, ids, confidence)


# Texts of the tests that order two shares of the same people.
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
    """Yield for each item whether its most frequent answer is more frequent than each other answer.

    The result is published as a band of p, and only if all answers are published: the test uses all
    of them. Likewise for the rows of a grid.
    """
    of_all = estimates[estimates["group"].eq(TOTAL) & estimates["base"].eq(ANSWERED)]
    rows = [row for row in list_rows(of_all) if row["level"] not in OF_NUMBERS]
    hidden = {row["item"] for row in rows if reason_of(row, rules, scheme, ids)}
    for row in rows:
        p = number(row.get("p_first"))
        if p is not None and row["item"] not in hidden:
            yield _make_order_row(OF_FIRST, row["item"], row["level"], p, confidence)
        p = number(row.get("p_rows"))
        last = row.get("last_row") or ""
        grid = scheme.grids.get(row["item"])
        if p is not None and grid and not hidden & {row["item"], last}:
            row_pair = f"{row['item']}.{last}"
            yield _make_order_row(OF_ROWS, row["item"], row_pair, p, confidence, grid)


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
    """Return `number` for a mean or quartile, `share` for any other estimate."""
    return "number" if row["level"] in OF_NUMBERS else "share"


def reason_of(row: dict[Any, Any], rules: FigureRules, scheme: Scheme, ids: frozenset[str]) -> str:
    """Return why a share has no number in the register; "" if it has one."""
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
    """Yield the limits of a share or mean, a row each, because reports print them.

    `former`: with the effective sample size of each, as ledgers of 1.0 have it.
    """
    share = share_id(row["item"], row["level"], row["group"], row["base"])
    limits = [(name, _find_unit(row), places) for name in LIMITS]
    for name, unit, digits in (*limits, *([(EFFECTIVE, "count", 0)] if former else [])):
        if (value := number(row[name])) is not None:
            subject = f"{row['item']}:{name}", row["level"], row["group"]
            display: dict[str, Any] = {
                "statistic": name,
                "digits": digits,
                "rounding": rules.rounding,
            }
            yield FigureRow(share.with_part(name), "interval", unit, value, *subject, **display)


def revision_rows(
    new: list[FigureRow], published: pd.DataFrame, digits: ShareDigits
) -> Iterator[FigureRow]:
    """Yield the change of each share since the publication that this version revises.

    The change is the difference of the two printed numbers, with the fewer of their decimals; it is
    not tested. The published value has a row of its own with its decimals, so that both can be
    quoted.
    """
    published_rows = {row["id"]: row for row in list_rows(published)}
    for row in new:
        published_row = published_rows.get(row.id, {})
        published_value = number(published_row.get("value"))
        if row.kind != "estimate" or row.value is None or published_value is None:
            continue
        places = int(published_row["digits"])
        shared: dict[str, Any] = {
            **{"kind": "revision", "item": f"revision:{row.item}", "level": row.level},
            **{"group": row.group, "rounding": digits.rounding},
        }
        is_share = row.unit == "share"
        value_now = (
            digits.round_share(float(row.value), row.group) if is_share else float(row.value)
        )
        yield FigureRow(
            row.id.since(REVISION),
            unit="points" if is_share else row.unit,
            value=value_now - published_value,
            statistic="change since the revised publication",
            digits=min(row.digits, places),
            **shared,
        )
        name = row.id.since(REVISION).with_variant(BEFORE)
        statistic = "as published before"
        yield FigureRow(
            name, unit=row.unit, value=published_value, statistic=statistic, digits=places, **shared
        )


SCALE = "scale"
# The reason in place of a missing alpha: the items of the scale do not vary together.
NONE = "no_alpha"


def scale_rows(scales: pd.DataFrame, rules: FigureRules) -> Iterator[FigureRow]:
    """Yield alpha of each scale (`scales` as text), with the interval if there is one.

    Alpha is suppressed on fewer answers than a reliable share needs.
    """
    for row in scales.to_dict("records"):
        item = row["item"]
        without = row["without"]
        n = int(row["n"])
        variant = f"{WITHOUT}.{without}" if without else ""
        figure_id = FigureId(item=item, statistic=ALPHA, variant=variant)
        is_suppressed = n < rules.reliable_base
        common: dict[str, Any] = {"kind": SCALE, "unit": "number", "item": item, "digits": 2}
        value = None if is_suppressed else number(row["alpha"])
        if value is None and not is_suppressed:
            continue
        limits = {
            limit_name: None if is_suppressed else number(row[limit_name])
            for limit_name in ("lower", "upper")
        }
        text = f"Cronbach's alpha of {row['items']} items"
        yield FigureRow(
            id=figure_id,
            value=value,
            level=ALPHA,
            group=f"without:{without}" if without else "",
            statistic=text + (f", without {without}" if without else ""),
            n=None if is_suppressed else n,
            suppressed=UNRELIABLE if is_suppressed else "",
            lower=limits["lower"],
            upper=limits["upper"],
            **common,
        )
        if without or is_suppressed:
            continue
        base_text = "answers to all items of the scale"
        yield FigureRow(
            figure_id.with_part(SIZE), SCALE, "base", n, item, ALPHA, statistic=base_text
        )
        for limit_name, limit in limits.items():
            if limit is not None:
                name = figure_id.with_part(limit_name)
                limit_text = f"{text}: {limit_name}"
                yield FigureRow(name, value=limit, level=ALPHA, statistic=limit_text, **common)


P_DIGITS = 3
# Tests of two groups, in columns `a` and `b`. For other tests `b` is an option or empty.
OF_GROUPS = (CONTRAST, ODDS_RATIO, "probability_of_superiority")
EFFECT_DIGITS = 2
# Differences of two groups' shares are in whole points, as the shares are in whole percent.
CONTRAST_DIGITS = 0
# Units of a p-value that is published as a band: below a bound, or not below the largest bound.
P_BELOW, P_NOT_BELOW = "p_below", "p_not_below"
BAND_UNITS = (P_BELOW, P_NOT_BELOW)
BOUNDS = (0.001, 0.01, 0.05)


def find_band(p: float, level: float) -> tuple[str, float]:
    """Return the unit and the bound that publish a p-value (0-1) as a band.

    The bands are below .001, .01 or .05, or not below .05. The bound 1 - `level` (confidence,
    0.5-1) is added where it is another number: sentences use it to say whether groups differ.
    """
    bounds = sorted({*BOUNDS, round(1 - level, 12)})
    above = [bound for bound in bounds if p < bound]
    return (P_BELOW, above[0]) if above else (P_NOT_BELOW, bounds[-1])


def _find_unpublished(
    estimates: pd.DataFrame, rules: FigureRules, scheme: Scheme, ids: frozenset[str]
) -> set[tuple[str, str, bool]]:
    """Return item and group of the shares that are not published.

    The third entry is True for the share that contrasts compare; such a share has an entry with
    False too.
    """
    of_answers = estimates[estimates["base"] == ANSWERED].to_dict("records")
    unpublished = [row for row in of_answers if reason_of(row, rules, scheme, ids)]
    return {(row["item"], row["group"], False) for row in unpublished} | {
        (row["item"], row["group"], True)
        for row in unpublished
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
    """Yield the rows of tests, contrasts (points, interval, adjusted p) and effect sizes.

    A comparison with a group whose share is not published is not published either: the share could
    be computed from it. A contrast compares one share (the headline box of a scale); odds ratios
    and probabilities of superiority use all levels. `ids`: as `share_rows` takes them. `level`: of
    confidence, by which p establishes a difference.

    One decimal of a statistic of the whole table, beside all that is printed of the table, shows
    which of the tables with these margins it is, whatever the weights. So where a number of the
    groups is suppressed, neither the statistic nor exact p nor effect size is published. The
    primary test then has the band of its p (`find_band`), or is suppressed too. The least p of
    pairs that are all published adds nothing to them.

    `banded`: ids of the p-values whose band may be published; None: all. `exact`: ids of numbers
    that are published all the same, as in a sealed ledger (`register.sealed`). `led`: ids of the
    p-values of the tests that led when a ledger was sealed; None: those that lead today.
    """
    unpublished = _find_unpublished(estimates, rules, scheme, ids)
    groups_of_variables = {*scheme.apart, *filter(variable_of, estimates["group"])}
    partly_published = {item for item, group, _ in unpublished if group not in groups_of_variables}
    without_headline = {item for item, _, headline in unpublished if headline}
    shown = []
    for row in comparisons.to_dict("records"):
        pair = (row["a"], row["b"]) if row["test"] in OF_GROUPS else ()
        groups = [group for group in pair if group]
        discloses = row["item"] in partly_published and row["test"] not in OF_GROUPS
        discloses &= row["test"] != LEAST_OF_PAIRS or row["item"] in without_headline
        if discloses:
            test_rows = _make_comparison_rows(row, rules, selection)
            discloses = not any(test_row.id in exact for test_row in test_rows)
        figure_id = comparison_id(row["item"], row["test"]).with_part(P)
        is_leading = (
            str(row["leads"]) == "True" if led is None else not row["b"] and figure_id in led
        )
        # A test without a result is left out, not marked as suppressed.
        has_result = selection.inference and _read_p(row) is not None
        if discloses and has_result and is_leading:
            yield _make_band_row(row, level, banded)
        if not discloses and not any(
            (row["item"], g, row["test"] == "contrast") in unpublished for g in groups
        ):
            shown.append(row)
            yield from _make_comparison_rows(row, rules, selection)
    if selection.inference:
        yield from _make_family_rows(comparisons.to_dict("records"), shown)
        # The number of questions compared between groups, and the number of differences expected by
        # chance alone: each question has one test, and p is adjusted over the rows of a grid.
        leads = comparisons[comparisons["leads"].astype(str).eq("True")]
        items = set(leads.loc[leads["p_value"].map(number).notna(), "item"])
        tested, families = len(items), len({scheme.grids.get(item, item) for item in items})
        if tested > 1:
            by_chance = "questions in which a difference would be established by chance alone"
            for name, unit, value, digits, text in (
                ("tested", "count", tested, 0, "questions compared between groups"),
                ("expected", "number", families * (1 - level), 1, by_chance),
            ):
                figure_id = family_id(COMPARISONS, name)
                yield FigureRow(figure_id, "test", unit, value, digits=digits, statistic=text)


def _make_band_row(
    row: Mapping[Any, Any], level: float, banded: Collection[str] | None
) -> FigureRow:
    """Return the row of a primary test beside suppressed numbers: its band, or none."""
    figure_id = comparison_id(row["item"], row["test"]).with_part(P)
    p = _read_p(row)
    common: dict[str, Any] = {"item": row["item"], "statistic": f"p of {row['test']}"}
    if p is None or (banded is not None and figure_id not in banded):
        return FigureRow(
            figure_id, "test", "p", None, suppressed=WITHHELD, digits=P_DIGITS, **common
        )
    unit, bound = find_band(p, level)
    digits = count_digits(bound)
    return FigureRow(figure_id, "test", unit, bound, digits=digits, note=row["note"], **common)


def _make_family_rows(
    comparisons: list[dict[Any, Any]], shown_rows: list[dict[Any, Any]]
) -> Iterator[FigureRow]:
    """Yield the number of pairs over which an item's p-values are adjusted, and of pairs shown.

    Readers need both numbers to read "adjusted"; the number of suppressed pairs alone is not
    enough.
    """
    for item in dict.fromkeys(row["item"] for row in comparisons):
        contrasts, shown_contrasts = (
            [
                row
                for row in rows
                if (row["item"], row["test"]) == (item, "contrast")
                and number(row["p_adjusted"]) is not None
            ]
            for rows in (comparisons, shown_rows)
        )
        # The number of tests over which p is adjusted, if the rows have it.
        first = contrasts[0] if contrasts else {}
        pairs, untested = (number(first.get(name)) for name in ("family", "untested"))
        family = 0 if pairs is None else int(pairs - (untested or 0))
        family = family or len(contrasts)
        for name, value, text in (
            ("family", family, "pairs of groups over which p is adjusted"),
            ("shown", len(shown_contrasts), "pairs of groups that are shown"),
        ):
            figure_id = comparison_id(item, CONTRAST).with_part(name)
            yield FigureRow(figure_id, "test", "count", value, item=item, statistic=text)


def _read_p(row: Mapping[Any, Any]) -> float | None:
    """Return the p-value of a comparison, adjusted in a family of several; None without one."""
    adjusted = number(row["p_adjusted"])
    if adjusted is None and row["test"] != "contrast":
        return number(row["p_value"])
    return adjusted


def _make_comparison_rows(
    row: dict[Any, Any], rules: FigureRules, selection: Selection
) -> Iterator[FigureRow]:
    """Yield the rows of one comparison: p, statistic, effect size, limits."""
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
        name = identity.with_part("statistic")
        text = f"{row['statistic_name']} of {test}"
        display: dict[str, Any] = {"statistic": text, "digits": EFFECT_DIGITS, **common}
        yield FigureRow(name, unit="number", value=value, **display)
    if (effect := number(row["effect"])) is None:
        return
    unit = "points" if test == CONTRAST else "number"
    digits = CONTRAST_DIGITS if test == CONTRAST else EFFECT_DIGITS
    limits = [("", "lower", "upper")]
    if number(row.get("lower_simultaneous")) is not None:
        limits = [("", "lower_simultaneous", "upper_simultaneous"), (POINTWISE, *limits[0][1:])]
    limit_rows: list[tuple[FigureId, float | None]] = [
        (
            identity.with_variant(kind, limit_name),
            number(row[column]) if selection.inference else None,
        )
        for kind, *columns in limits
        for limit_name, column in zip(LIMITS, columns, strict=True)
    ]
    row_limits: dict[str, Any] = {"lower": limit_rows[0][1], "upper": limit_rows[1][1]}
    for figure_id, value in ((identity, effect), *limit_rows):
        if value is not None:
            yield FigureRow(
                id=figure_id,
                unit=unit,
                value=value,
                group=pair,
                statistic=" ".join(filter(None, (test, figure_id.variant, figure_id.part))),
                digits=digits,
                **(row_limits if figure_id == identity else {}),
                **common,
            )
