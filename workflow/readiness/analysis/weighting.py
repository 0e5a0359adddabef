"""Compute weights from the kept answers, and the weighted design from weights and coded answers.

Base weights, raking to the margins, limits, replicates. Groups counted apart have no frame: they
get no weight and are outside every total.
"""

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd

from readiness.analysis.selection import Selection
from readiness.config import STRATUM, GivenWeights, Weight
from readiness.ground.decimals import SIGNIFICANT_DIGITS
from readiness.ground.errors import ConfigError, DataError, StatisticsError
from readiness.ground.facts import Fact, Listed, Quantity, to_json
from readiness.ground.printable import quote_cell
from readiness.ground.tables import read_text_table
from readiness.questionnaire import TOTAL
from readiness.survey.coding import Codes
from readiness.survey.design import Design
from readiness.survey.design import design as make_design
from readiness.survey.replicates import Kind, Replicates
from readiness.survey.variance import Stage
from readiness.survey.weighting.adapting import OWN, Adapted, Sampled, weigh_adapting
from readiness.survey.weighting.condensed import GROUPS, Repeats
from readiness.survey.weighting.margins import Collapse, join_codes
from readiness.survey.weighting.recipe import Trim, make_replicates, with_replicates

# Persons by variable and category.
Margins = Mapping[str, Mapping[str, float]]
# Columns of the coded answers that weighting needs, beside the variables of the margins.
OF_A_RESPONDENT = ("respondent", "group", "stratum", "base_weight")
# Largest number of sampling units of which each is left out once: with more, the degrees of freedom
# of each group of each question take minutes.
MOST_UNITS = 400
# Category of a margin for respondents without an answer to it.
UNKNOWN = "_unknown"


def weighted_part(
    answers: pd.DataFrame, counts: pd.DataFrame, apart: Collection[str]
) -> pd.DataFrame:
    """Return the weighted part of the coded answers, with base weights and stratum populations.

    `answers` and `counts` are the tables of the validate step, `apart` the codes of the groups
    counted apart; adds the numeric columns `base_weight` (> 0) and `stratum_population` (persons on
    the frame in the stratum). Without a list of persons nobody was drawn: all are in one stratum of
    unknown population (NaN), and each counts once.
    """
    table = answers.loc[~answers["group"].isin(list(apart))].reset_index(drop=True)
    if STRATUM not in table:
        return table.assign(stratum=TOTAL, base_weight=1.0, stratum_population=np.nan)
    return table.assign(
        base_weight=table["base_weight"].astype(float),
        stratum_population=table["stratum"].map(pd.Series(people(counts))),
    )


def people(counts: pd.DataFrame) -> dict[str, float]:
    """Return the persons on the frame in each stratum, from the counts of the validate step."""
    population = counts.loc[counts["quantity"] == "population"].set_index("group")["value"]
    return {str(k): float(v) for k, v in population.items()}


def weigh_wave(
    table: pd.DataFrame,
    populations: Mapping[str, float],
    margins: Margins,
    settings: Weight | None,
    selection: Selection,
) -> Adapted:
    """Return the weights of `table` (from `weighted_part`), with as many margins as the answers
    support.

    For a probability sample or a census the finite population correction applies: respondents are
    taken as a random part of their stratum, so that a stratum with 20 of its 120 people has less
    sampling error than one with 20 of 4,200, and one in which all answered has none. Self-selected
    or chosen respondents are no part of a known population in this sense.

    `table`: respondents with `stratum`, `base_weight` and the variables of the margins.
    `populations`: persons on the frame by stratum, those without a respondent too. `margins`:
    persons by variable and category; empty: the strata alone. `settings`: limits and declared
    merges, or the column of given weights; None: everybody counts once. `selection`: how
    respondents were selected.

    Raises DataError for a given weight that is no number of 0 or more, or a row without its stratum
    or sampling unit; ConfigError where given replicates or a given design cannot be used.
    """
    if settings and settings.given:
        return _take_given(table, settings.given)
    table, margins, unknown = with_unknown(table, margins)
    has_correction = bool(populations) and (selection.is_drawn or selection.response_rate)
    base_table = table if settings else table.assign(base_weight=1.0)
    declared_mergers = settings.collapse if settings else {}
    collapse = [
        Collapse(variable, tuple(codes), join_codes(sorted(codes)), "declared")
        for variable, mergers in declared_mergers.items()
        for codes in mergers
    ]
    adapted = weigh_adapting(
        base_table,
        Sampled("base_weight", STRATUM, populations if has_correction else None),
        margins if settings else None,
        collapse=collapse,
        trim=Trim(settings.trim[0], settings.trim[1]) if settings else None,
    )
    variables_kept = tuple(name for name in unknown if name in adapted.margins)
    unknown_step = (
        (Fact("weighting.step.unknown", {"variables": Listed(variables_kept)}),)
        if variables_kept
        else ()
    )
    return replace(adapted, steps=(*adapted.steps, *unknown_step))


def _take_given(table: pd.DataFrame, given: GivenWeights) -> Adapted:
    """Return the given weights, with given replicates or replicates from given strata and units.

    Raises DataError and ConfigError as `weigh_wave`.
    """
    columns = given.match_columns(table.columns)
    weight_columns = table[[given.weight, *columns]].apply(pd.to_numeric, errors="coerce")
    for column, numbers in weight_columns.items():
        if len(wrong := table.loc[~(numbers >= 0), column]):
            raise DataError(
                f"the coded answers, row {wrong.index[0] + 2}, {column}: "
                f"{quote_cell(wrong.iloc[0])}; expected a weight of 0 or more. Correct it, or "
                "remove the submission."
            )
    base_table = table.assign(base_weight=weight_columns[given.weight])
    for column in given.drawn_by:
        if len(wrong := table.index[table[column].str.match("_|$")]):
            raise DataError(
                f"the coded answers, row {wrong[0] + 2}, {column}: no answer; expected the stratum "
                "or the sampling unit. Correct it, or remove the submission."
            )
    repeats: Repeats | None = None if given.has_design else "auto"
    adapted = weigh_adapting(base_table, Sampled("base_weight", STRATUM), None, replicates=repeats)
    step = Fact("weighting.step.given")
    if given.replicates and adapted.weighting:
        step = Fact("weighting.step.replicated", {"n": len(columns), "type": given.replicates.type})
        weights = weight_columns[columns].to_numpy(np.float64)
        try:
            design = with_replicates(
                adapted.weighting.design, weights, **given.replicates.constants
            )
        except StatisticsError as error:
            raise ConfigError(f"weight.given.replicates: {error}.") from None
        adapted = replace(adapted, weighting=replace(adapted.weighting, design=design))
    further_steps = []
    if given.drawn_by and adapted.weighting:
        joined, lonely_strata = _join_lonely_strata(base_table, given)
        try:
            drawn = make_design(joined, weights="base_weight", strata=given.strata, psu=given.psu)
            has_few_units = drawn.stages[0].units.size <= MOST_UNITS
            unit_replicates = make_replicates(
                drawn, "JKn" if has_few_units else "groups", n_replicates=GROUPS
            )
        except StatisticsError as error:
            raise ConfigError(
                f"weight.given: {error}. Leave strata and psu out, or name other items."
            ) from None
        # The replicate weights carry the clustering from here on.
        unit_replicates = replace(unit_replicates, kind="given")
        design = replace(adapted.weighting.design, replicates=unit_replicates)
        step = Fact("weighting.step.drawn", {"n": unit_replicates.count})
        further_steps += (
            [Fact("weighting.step.lonely", {"n": lonely_strata})] if lonely_strata else []
        )
        adapted = replace(adapted, weighting=replace(adapted.weighting, design=design))
    if zero_weights := int((base_table["base_weight"] == 0).sum()):
        further_steps.append(Fact("weighting.step.nobody", {"n": zero_weights}))
    steps = [step if f.kind == "weighting.step.unweighted" else f for f in adapted.steps]
    return replace(adapted, steps=(*steps, *further_steps))


def _join_lonely_strata(table: pd.DataFrame, given: GivenWeights) -> tuple[pd.DataFrame, int]:
    """Return the table with strata of two sampling units or more, and how many strata had one.

    A stratum with a single unit is joined to the next, the last to the one before: on average
    variances are then too large (Wolter, Introduction to Variance Estimation, 2007, section 2.5).
    """
    if not given.strata:
        return table, 0
    strata_of_rows, unit = (
        table[given.strata],
        table[given.psu] if given.psu else table["respondent"],
    )
    units = unit.groupby(strata_of_rows).nunique()
    lonely_count = int((units == 1).sum())
    joined: list[list[str]] = []
    for code in sorted(units.index, key=lambda code: (len(code), code)) if lonely_count else ():
        if joined and units[joined[-1]].sum() < 2:
            joined[-1].append(code)
        else:
            joined.append([code])
    if len(joined) > 1 and units[joined[-1]].sum() < 2:
        joined[-2] += joined.pop()
    names = {
        given.strata: strata_of_rows.replace({code: codes[0] for codes in joined for code in codes})
    }
    # Units may be numbered anew in each stratum.
    return table.assign(
        **names, **({given.psu: strata_of_rows + "/" + unit} if given.psu else {})
    ), lonely_count


def with_unknown(
    table: pd.DataFrame, margins: Margins
) -> tuple[pd.DataFrame, Margins, tuple[str, ...]]:
    """Return respondents without a category of a margin as a new category, with their share of it.

    A list of persons has everybody's categories; answers do not. Returns the table and the margins
    with the category `UNKNOWN`, and the variables that have it.
    """
    without_category = {name: ~table[name].isin(list(totals)) for name, totals in margins.items()}
    missing = tuple(name for name, rows in without_category.items() if rows.any())
    extended_margins = dict(margins)
    for name in missing:
        share, whole = float(without_category[name].mean()), sum(margins[name].values())
        known_totals = {code: total * (1 - share) for code, total in margins[name].items()}
        extended_margins[name] = {**known_totals, UNKNOWN: whole * share}
        table = table.assign(**{name: table[name].mask(without_category[name], UNKNOWN)})
    return table, extended_margins, missing


def tell_move(weighed: Adapted, answers: pd.DataFrame, columns: Sequence[str]) -> tuple[Fact, ...]:
    """Return the fact of the largest change of a share by the limits; () where no weight changed.

    Over every code of the `columns` of the coded `answers`, each among respondents with an answer.
    """
    weighting = weighed.weighting
    if weighting is None or np.allclose(weighed.raked, weighting.weights, rtol=1e-9):
        return ()
    weights = pd.DataFrame({"raked": weighed.raked, "final": weighting.weights})
    moves = [0.0]
    for column in columns:
        codes = answers[column].reset_index(drop=True)
        totals = weights.groupby(codes.where(~codes.str.startswith("_"))).sum()
        moves += list((totals / totals.sum()).diff(axis=1)["final"].abs())
    return (Fact("weighting.step.moved", {"most": Quantity.of(max(moves), "points", 1)}),)


def weights_table(table: pd.DataFrame, weighed: Adapted) -> pd.DataFrame:
    """Return one row per weighted respondent: stratum, its population, base, raked and final
    weight.
    """
    columns = ["respondent", "stratum", "stratum_population", "base_weight"]
    if weighed.weighting is None:
        return pd.DataFrame(columns=[*columns, "raked_weight", "weight"])
    strata_table = table[["respondent"]].assign(
        stratum=weighed.strata,
        stratum_population=weighed.populations,
        base_weight=weighed.weighting.design.data["base_weight"],
    )
    return strata_table.assign(raked_weight=weighed.raked, weight=weighed.weighting.weights)


def margins_table(weighed: Adapted) -> pd.DataFrame:
    """Return the margins of the report, with the weighted totals after raking and before any
    limit.
    """
    if weighed.weighting is None:
        columns = ["variable", "category", "n", "target", "base", "final", "gap", "raked"]
        return pd.DataFrame(columns=columns)
    by_margin = weighed.weighting.design.projections[-1].margins
    raked = [np.bincount(c.codes, weights=weighed.raked, minlength=c.size) for c in by_margin]
    report_margins = weighed.weighting.report.margins.assign(raked=np.concatenate(raked))
    return report_margins[~report_margins["variable"].isin(OWN)].reset_index(drop=True)


def summary_table(weighed: Adapted) -> pd.DataFrame:
    """Return the measures of the report, and how many weights were beyond the limits."""
    if weighed.weighting is None:
        return pd.DataFrame(columns=["measure", "base", "final"])
    report = weighed.weighting.report
    trimmed = pd.DataFrame({"measure": ["trimmed"], "final": [float(report.trimmed)]})
    return pd.concat([report.to_frame(), trimmed])


def steps_table(weighed: Adapted) -> pd.DataFrame:
    """Return the steps of the weighting, one fact per row as JSON, in order: column `fact`."""
    return pd.DataFrame({"fact": [to_json(fact) for fact in weighed.steps]}, dtype=object)


# Columns of the weights that a design needs.
OF_A_WEIGHT = ("respondent", "stratum", "stratum_population", "weight")


def replicates_file(replicates: Replicates | None) -> bytes:
    """Return the content of `replicates.npz`: the weights, and the pattern of each row where rows
    share one.

    Empty arrays where nobody was weighted.
    """
    buffer = io.BytesIO()
    if replicates is None:
        replicates = Replicates(np.empty((0, 0)), 1.0, np.empty(0))
    content = {
        "matrix": round_as_stored(replicates.matrix),
        "scale": np.array(replicates.scale),
        "rscales": replicates.rscales,
        "kind": np.array(replicates.kind),
        **({"mse": np.array(True)} if replicates.mse else {}),
        **({} if replicates.pattern is None else {"pattern": replicates.pattern}),
    }
    np.savez(buffer, **content)  # type: ignore[arg-type]
    return buffer.getvalue()


def round_as_stored(values: np.ndarray) -> np.ndarray:
    """Return numbers rounded to the digits of a stored table: equal bytes from any BLAS kernel."""
    distinct, place = np.unique(values, return_inverse=True)
    texts = [format(value, f".{SIGNIFICANT_DIGITS}g") for value in distinct]
    return np.array(texts, dtype=np.float64)[place].reshape(values.shape)


def read_replicates(path: Path) -> Replicates:
    """Read a file that `replicates_file` wrote."""
    with np.load(path) as content:
        matrix, scale, rscales = content["matrix"], float(content["scale"]), content["rscales"]
        kind = cast(Kind, str(content["kind"]))
        mse, pattern = "mse" in content, content.get("pattern")
        return Replicates(matrix, scale, rscales, mse, kind, pattern)


def read_weighted(
    answers: Path, weights: Path, columns: Collection[str] | None = None
) -> tuple[Design, pd.DataFrame]:
    """Return the design with replicate weights, and the coded answers of all whose weight is not 0.

    `answers` is the coded table of the validate step, `weights` the weight step's `weights.csv`
    with `replicates.npz` beside it. `columns`: answers and frame variables; None for all.
    """
    wanted = None if columns is None else {"respondent", "group", "stratum", *columns}
    coded = read_text_table(answers, "the coded answers", columns=wanted)
    final = read_text_table(weights, "the weights", columns=OF_A_WEIGHT)
    zero_weights = final.loc[final["weight"].astype(float) == 0, "respondent"]
    design = weighted_design(coded, final, read_replicates(weights.parent / "replicates.npz"))
    # A copy of a million answers is avoided where, as mostly, no weight is 0.
    return design, coded[~coded["respondent"].isin(zero_weights)] if len(zero_weights) else coded


def weighted_design(coded: pd.DataFrame, weights: pd.DataFrame, replicates: Replicates) -> Design:
    """Return the design of respondents with a weight; both tables as text, joined by `respondent`.

    Strata are those of the weighting. Without their populations there is no finite population
    correction. Where nobody has a weight, the design has no rows, and every base is empty.
    """
    has_populations = (weights["stratum_population"] != "").all()
    numeric = {"weight": float, **({"stratum_population": float} if has_populations else {})}
    final = weights[list(OF_A_WEIGHT)].astype(numeric)
    without_stratum = coded.drop(columns="stratum", errors="ignore")
    # `validate` is slow in pandas; uniqueness is quick to check.
    unique = final["respondent"].is_unique and without_stratum["respondent"].is_unique
    table = final.merge(
        without_stratum, on="respondent", how="left", validate=None if unique else "one_to_one"
    )
    if table.empty:
        stage = Stage.make(Codes.rows(0), Codes.rows(0), None)
        return Design(table, np.empty(0), (stage,), np.empty(0, np.bool_), replicates=replicates)
    fpc = "stratum_population" if has_populations else None
    sampling_design = make_design(table, weights="weight", strata="stratum", fpc=fpc)
    return replace(sampling_design, replicates=replicates if replicates.matrix.size else None)
