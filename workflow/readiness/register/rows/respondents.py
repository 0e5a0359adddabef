"""Rows on the respondents: fieldwork counts, settings, weighting, and nonresponse.

Ids: `quality.<quantity>.<group>`, `settings.<setting>`, `weighting.<measure>`;
`<item>.<level>.all.worst.lower|upper` (bounds with no assumption on item nonresponse);
`response.<measure>.<all or stratum>`, `response.r_indicator`;
`balance.<variable>.<category>.before|after|population`; `missing.<item>.<status>`.

The range of one share of a wave for everybody, people without an answer included:
`<item>.<level>.all.others.worst` with `.lower|upper` (no assumption), `<item>.<level>.all.others`
with `.lower|upper` (by assumption), or the reason why there is no such range. Ledgers of 1.0 have
instead, for each headline number, `.selection.lower|upper` with `.selection.correlation`, or
`.selection` with the reason.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from readiness.analysis.nonresponse import NOT_GIVEN
from readiness.analysis.responding import WEIGHTED
from readiness.analysis.selection import ANSWERED, WITH_DONT_KNOW, Selection
from readiness.config import PERMUTATIONS, FigureRules
from readiness.disclosure import Policy
from readiness.ground.facts import Fact, Quantity, of_domain
from readiness.ground.figure_id import (
    BALANCE,
    LIMITS,
    MISSING,
    OTHERS,
    RAKED,
    RESPONSE,
    SELECTION,
    WORST,
    FigureId,
    balance_id,
    base_id,
    missing_id,
    quality_id,
    response_id,
    setting_id,
    share_id,
    weighting_id,
)
from readiness.questionnaire import TOTAL, Questionnaire
from readiness.register.figures import DONT_KNOW, REASON, FigureRow, number
from readiness.register.precision import ShareDigits

BOUND = "bound"
KINDS = {WORST: BOUND, SELECTION: SELECTION}
# Status of an answer: left blank or excluded; and merged with "don't know", where the two numbers
# alone would disclose a suppressed one.
BLANK, NO_ANSWER = "blank", "no_answer"
_SAYS = {
    WORST: "least and largest value, whatever those without an answer would say",
    SELECTION: "value without the bias of selection, for phi from 0 to 1",
}


def map_reasons(rows: Iterable[FigureRow]) -> dict[str, str]:
    """Return by id the reason why a row of the register has no number."""
    return {row.id: row.suppressed for row in rows if row.suppressed}


def nonresponse_rows(
    tables: Mapping[str, pd.DataFrame],
    hidden: Mapping[str, str],
    digits: ShareDigits,
    merged: Collection[str] = (),
    *,
    former: bool = False,
) -> Iterator[FigureRow]:
    """Yield all rows of the nonresponse step's tables (`bounds`, `response`, `balance`, `missing`).

    `hidden`: reasons of suppressed shares, by id. `digits`: the decimals of shares. `merged`: items
    whose "don't know" and blanks are one number in a sealed ledger. `former`: whether the ledger is
    one of 1.0 (`register.sealed`).
    """
    yield from bound_rows(tables["bounds"], hidden, digits, former=former)
    yield from response_rows(tables["response"], digits)
    yield from balance_rows(tables["balance"], digits)
    yield from missing_rows(tables["missing"], hidden, digits, merged)


def bound_rows(
    bounds: pd.DataFrame, hidden: Mapping[str, str], digits: ShareDigits, *, former: bool = False
) -> Iterator[FigureRow]:
    """Yield bounds and ranges of headline numbers, suppressed where the number is.

    `bounds`: as text. Bounds of a share have its decimals, bounds of a mean one. `former`: with the
    ranges of ledgers of 1.0.
    """
    for row in bounds.to_dict("records"):
        item = row["item"]
        level = row["level"]
        unit = row["unit"]
        share = share_id(item, level, TOTAL, ANSWERED)
        suppression = hidden.get(share, "")
        common: dict[str, Any] = {"item": item, "level": level, "group": TOTAL}
        if not former:
            yield from _make_others_rows(row, suppression, digits)
        for kind, text in _SAYS.items():
            if kind == SELECTION and not former:
                continue
            reason = row["reason"] if kind == SELECTION else ""
            if reason and reason != NOT_GIVEN:
                name = share.with_variant(kind)
                yield FigureRow(name, KINDS[kind], REASON, reason, statistic=text, **common)
            for limit_name in () if reason else LIMITS:
                yield FigureRow(
                    share.with_variant(kind, limit_name),
                    KINDS[kind],
                    unit,
                    None if suppression else number(row[f"{kind}_{limit_name}"]),
                    statistic=f"{text}: {limit_name}",
                    suppressed=suppression,
                    digits=digits.total if unit == "share" else 1,
                    rounding=digits.rounding,
                    **common,
                )
        correlation = number(row["correlation"])
        if former and correlation is not None and not suppression:
            yield FigureRow(
                share.with_variant(SELECTION, "correlation"),
                SELECTION,
                "number",
                correlation,
                digits=2,
                statistic="correlation of the answer with its proxy from the frame",
                **common,
            )


_OTHERS = {
    f"{OTHERS}.{WORST}": "least and largest value for everybody, with nothing assumed",
    OTHERS: "least and largest value for everybody, for phi from 0 to 1, with sampling error",
}


def _make_others_rows(row: Mapping[Any, Any], why: str, digits: ShareDigits) -> Iterator[FigureRow]:
    """Yield the range of one share for everybody, people without an answer included."""
    reason = row.get("others_reason")
    if number(row.get("others_worst_lower")) is None:
        return
    share = share_id(row["item"], row["level"], TOTAL, ANSWERED)
    common: dict[str, Any] = {"item": row["item"], "level": row["level"], "group": TOTAL}
    if isinstance(reason, str) and reason:
        text = _OTHERS[OTHERS]
        yield FigureRow(
            share.with_variant(OTHERS), SELECTION, REASON, reason, statistic=text, **common
        )
    for kind, text in _OTHERS.items():
        for limit_name in LIMITS:
            value = number(row[f"{kind.replace('.', '_')}_{limit_name}"])
            if value is None:
                continue
            yield FigureRow(
                share.with_variant(kind, limit_name),
                SELECTION,
                "share",
                None if why else value,
                statistic=f"{text}: {limit_name}",
                suppressed=why,
                digits=digits.total,
                rounding=digits.rounding,
                **common,
            )


def response_rows(response: pd.DataFrame, digits: ShareDigits) -> Iterator[FigureRow]:
    """Yield AAPOR's rates and the counts behind the rates, each a value or a reason."""
    for row in response.to_dict("records"):
        measure = row["measure"]
        group = row["group"]
        reason = row["reason"]
        name = measure.removesuffix(WEIGHTED)
        text = f"AAPOR {name.upper()}" + (", weighted" if name != measure else "")
        unit = REASON if reason else row["unit"]
        value = round(float(row["value"])) if unit == "count" else number(row["value"])
        yield FigureRow(
            id=response_id(measure, group),
            kind=RESPONSE,
            unit=unit,
            value=reason or value,
            level=name,
            group=group,
            statistic=text if row["unit"] == "share" else measure,
            digits={"share": digits.of(group or TOTAL), "number": 2}.get(unit, 0),
        )


def balance_rows(balance: pd.DataFrame, digits: ShareDigits) -> Iterator[FigureRow]:
    """Yield shares of the frame's categories: of the population, before and after weighting."""
    texts = {
        "population": "share of the population",
        "before": "share of respondents before weighting",
        "after": "share of respondents after weighting",
    }
    for row in balance.to_dict("records"):
        for column, statistic in texts.items():
            common: dict[str, Any] = {
                "statistic": statistic,
                "n": int(row["n"]),
                "digits": digits.total,
            }
            category_cells = (row["variable"], row["category"])
            value = number(row[column])
            name = balance_id(*category_cells, column)
            yield FigureRow(name, BALANCE, "share", value, *category_cells, **common)


def find_merged(questionnaire: Questionnaire) -> frozenset[str]:
    """Return the sensitive items whose "don't know" is a missing code.

    No share of such a "don't know" is published that could be suppressed, so its number of all
    respondents is never stated apart from the blanks.
    """
    items = questionnaire.items
    return frozenset(item.id for item in items if item.sensitive and item.dont_know is None)


def missing_rows(
    missing: pd.DataFrame,
    hidden: Mapping[str, str],
    digits: ShareDigits,
    merged: Collection[str] = (),
) -> Iterator[FigureRow]:
    """Yield the unweighted shares of respondents by what they did with each item.

    "Don't know" and blanks are one number (`no_answer`) where "don't know" is suppressed, which
    happens only for sensitive items, and for the `merged` items.
    """
    for item, table in missing.groupby("item", sort=False):
        n = int(table["respondents"].iloc[0])
        # These numbers would disclose the base of all respondents where that is suppressed.
        if not n or base_id(str(item), TOTAL, ANSWERED) in hidden:
            continue
        counts = dict(zip(table["status"], table["n"].astype(int), strict=True))
        share = share_id(str(item), DONT_KNOW, TOTAL, WITH_DONT_KNOW)
        if item in merged or hidden.keys() & {share, base_id(str(item), TOTAL, WITH_DONT_KNOW)}:
            counts[NO_ANSWER] = counts.pop(DONT_KNOW) + counts.pop(BLANK)
        for status, count in counts.items():
            yield FigureRow(
                id=missing_id(str(item), status),
                kind=MISSING,
                unit="share",
                value=count / n,
                item=str(item),
                level=status,
                group=TOTAL,
                n=n,
                digits=digits.total,
                statistic="share of respondents, unweighted",
            )


def quality_rows(
    counts: pd.DataFrame, issues: pd.DataFrame, selection: Selection, *, apart: Collection[str] = ()
) -> Iterator[FigureRow]:
    """Yield the numbers of answers received, kept and excluded, and of faults by rule.

    Without a list of persons, the number who answered is that of kept answers outside the groups
    counted `apart`, and there is no number of invited persons.
    """
    has_list = bool(counts["quantity"].eq("invited").any())
    for row in counts.to_dict("records"):
        lacks_population = row["quantity"] == "population" and not selection.population
        lacks_list = not has_list and row["quantity"] == "unknown_invitation"
        if not (lacks_population or (lacks_list and not int(row["value"]))):
            yield _count_quality(row["quantity"], row["group"], int(row["value"]))
    values = {
        (count_row["quantity"], count_row["group"]): int(count_row["value"])
        for count_row in counts.to_dict("records")
    }
    of_all = {
        quantity: sum(n for (counted, _), n in values.items() if counted == quantity)
        for quantity in ("answered", "invited")
    }
    if not has_list:
        kept_apart = sum(values.get(("kept", group), 0) for group in apart)
        of_all = {"answered": values["kept", "all"] - kept_apart}
    yield from (_count_quality(quantity, TOTAL, n) for quantity, n in of_all.items())
    for rule, n in [*issues["rule"].value_counts().items(), ("", len(issues))]:
        name = quality_id("issues", str(rule or TOTAL))
        text = "faults found"
        yield FigureRow(name, "quality", "count", int(n), str(rule), statistic=text)


def _count_quality(quantity: str, group: str, n: int) -> FigureRow:
    """Return the row of a fieldwork count."""
    name = quality_id(quantity, group)
    return FigureRow(name, "quality", "count", n, statistic=quantity, group=group)


SETTINGS = {
    "level": "confidence level of the intervals",
    "permutations": "draws of the permutation tests",
    "reliable_base": "smallest base of a published weighted share",
    "minimum_base": "smallest published number of answers, of a cell or a base",
    "minimum_cell": "smallest number of people of a group whose answer is published",
}


def settings_rows(
    level: float, rules: FigureRules, selection: Selection, policy: Policy
) -> Iterator[FigureRow]:
    """Yield the analyst's choices that a reader must know to read the numbers."""
    settings: dict[str, tuple[str, float]] = {
        "reliable_base": ("base", rules.reliable_base),
        "minimum_base": ("base", rules.minimum_base),
    }
    if policy.protects:
        settings["minimum_cell"] = ("count", policy.minimum_cell)
    if selection.inference:
        settings |= {"level": ("share", level), "permutations": ("count", PERMUTATIONS)}
    yield from (
        FigureRow(setting_id(name), "setting", unit, value, statistic=SETTINGS[name])
        for name, (unit, value) in settings.items()
    )


# Values reported for each kind of weighting step: name of the value in the step's fact, and
# name of its measure in the register.
STEPS: Mapping[str, Mapping[str, str]] = {
    "none": {"n": "answers"},
    "merged": {"least": "least"},
    "dropped_small": {"least": "least"},
    "inside": {"lower": "smallest", "upper": "largest"},
    "bounded": {"lower": "smallest", "upper": "largest", "n": "trimmed"},
    "trimmed": {"lower": "smallest", "upper": "largest", "n": "trimmed", "gap": "moved"},
    "moved": {"most": "shift"},
    "jackknife": {"n": "replicates"},
    "groups": {"n": "replicates"},
    "replicated": {"n": "replicates"},
    "drawn": {"n": "replicates"},
    "lonely": {"n": "lonely"},
    "nobody": {"n": "weightless"},
    "linear": {"n": "linear"},
}
# Kind of the weighting step without weights.
UNWEIGHTED = "unweighted"
# Steps on standard errors: left out where the selection of respondents gives none.
OF_PRECISION = ("jackknife", "groups", "linear", "replicated", "drawn", "lonely")
MEASURES = {
    "answers": "answers, of which nothing could be weighted",
    "least": "respondents that a category of the margins needs",
    "smallest": "limit of raked over base weight, in its mean",
    "largest": "limit of raked over base weight, in its mean",
    "shift": "most by which the limits move a share of all",
    "moved": "largest relative gap of a margin after trimming",
    "replicates": "replicates behind standard errors",
    "linear": "replicates that were calibrated linearly",
    "lonely": "strata of one sampling unit, taken with another",
    "weightless": "respondents whose weight is 0",
}


def step_name(fact: Fact) -> str:
    """Return the last part of a step's kind."""
    return fact.kind.rpartition(".")[2]


def numbers_of(fact: Fact) -> dict[str, FigureId]:
    """Return the id of each number of a weighting step, by the name of its value."""
    return {name: weighting_id(measure) for name, measure in STEPS.get(step_name(fact), {}).items()}


def answers_are_weighted(steps: pd.DataFrame) -> bool:
    """Return whether answers are weighted: no step in column `fact` says that they are not."""
    return UNWEIGHTED not in (step_name(of_domain(text, "weighting")) for text in steps["fact"])


def weighting_rows(
    summary: pd.DataFrame,
    steps: pd.DataFrame,
    margins: pd.DataFrame,
    selection: Selection,
    digits: ShareDigits,
    *,
    simulated: bool,
) -> Iterator[FigureRow]:
    """Yield the weighting report: spread of weights, effective n, margins, numbers of the steps.

    Each margin has its target and its gaps. `steps`: column `fact`, JSON. The margins of a
    `simulated` wave are a scenario, and their rows say so. If nobody could be weighted only the
    steps have rows.
    """
    if len(summary):
        yield from _make_summary_rows(summary, selection)
    yield from _make_margin_rows(margins, digits, simulated=simulated)
    yield from _make_step_rows(steps, selection)


def _make_summary_rows(summary: pd.DataFrame, selection: Selection) -> Iterator[FigureRow]:
    """Yield the rows of the spread of the weights and of effective n."""
    final = {row["measure"]: float(row["final"]) for row in summary.to_dict("records")}
    units = {"n": ("base", 0), "cv": ("number", 2), "trimmed": ("count", 0)}
    if selection.inference:
        units |= {"kish_deff": ("number", 2), "n_eff": ("count", 0)}
    yield from (
        _make_weight_row(weighting_id(measure), unit, final[measure], measure, digits=digits)
        for measure, (unit, digits) in units.items()
    )
    mean = final["total"] / final["n"]
    for measure in ("minimum", "maximum"):
        text = f"{measure}, in mean weights"
        yield _make_weight_row(
            weighting_id(measure), "number", final[measure] / mean, text, digits=2
        )


def _make_weight_row(
    figure_id: FigureId, unit: str, value: float, says: str, **more: Any
) -> FigureRow:
    return FigureRow(figure_id, "weighting", unit, value, statistic=says, **more)


def _make_margin_rows(
    margins: pd.DataFrame, digits: ShareDigits, *, simulated: bool
) -> Iterator[FigureRow]:
    """Yield the target of each category of the margins, and its gaps after weighting."""
    text = "target share (scenario)" if simulated else "target share"
    targets = margins["target"].astype(float)
    totals = {
        name: group_targets.to_numpy().sum()
        for name, group_targets in targets.groupby(margins["variable"])
    }
    for row in margins.to_dict("records"):
        variable = row["variable"]
        category = row["category"]
        target = float(row["target"])
        total = totals[variable]
        common = {"item": variable, "level": category, "n": int(row["n"])}
        places = digits.total
        figure_id = weighting_id("target", variable, category)
        yield _make_weight_row(figure_id, "share", target / total, text, digits=places, **common)
        for variant, column, stage in (("", "final", "trimming"), (RAKED, "raked", "raking")):
            gap = (float(row[column]) - target) / total
            gap_text = f"share after {stage} minus target"
            figure_id = weighting_id("gap", variable, category, variant)
            yield _make_weight_row(figure_id, "points", gap, gap_text, digits=2, **common)


def _make_step_rows(steps: pd.DataFrame, selection: Selection) -> Iterator[FigureRow]:
    """Yield the numbers of the weighting's steps, each measure once."""
    written: set[str] = set()
    for fact in (of_domain(text, "weighting") for text in steps["fact"]):
        if step_name(fact) in OF_PRECISION and not selection.inference:
            continue
        for name, figure_id in numbers_of(fact).items():
            measure = figure_id.statistic
            if measure not in MEASURES or measure in written:
                continue  # the summary or an earlier step has this measure
            written.add(measure)
            unit, digits, value = _number(fact.values[name])
            yield _make_weight_row(figure_id, unit, value, MEASURES[measure], digits=digits)


def _number(value: object) -> tuple[str, int, float | int]:
    """Return unit, decimals and value of a step's number."""
    if isinstance(value, Quantity):
        return value.unit, value.digits, float(value.value)
    assert isinstance(value, int)
    return "count", 0, value
