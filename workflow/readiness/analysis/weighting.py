"""From the kept answers to weights, and from these and the coded answers to the weighted design.

Base weights, raking to the margins, limits, replicates.

Groups counted apart have no frame: they get no weight and stay outside every total.
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
# The columns of the coded answers that weighting needs, beside the variables of the margins.
OF_A_RESPONDENT = ("respondent", "group", "stratum", "base_weight")
# Sampling units up to which each is left out once: for more, the degrees of freedom of each group
# of each question take minutes.
MOST_UNITS = 400
# The category of a margin for respondents without an answer to it.
UNKNOWN = "_unknown"


def weighted_part(
    answers: pd.DataFrame, counts: pd.DataFrame, apart: Collection[str]
) -> pd.DataFrame:
    """The weighted part of the coded answers, with base weights and stratum populations.

    `answers` and `counts` are the tables of the validate step, `apart` the codes of the groups that
    are counted apart; adds the numeric columns `base_weight` (> 0) and `stratum_population`
    (persons on the frame in the stratum). Where there is no list of persons, nobody was drawn: all
    are in one stratum of no known population, and each counts once.
    """
    table = answers.loc[~answers["group"].isin(list(apart))].reset_index(drop=True)
    if STRATUM not in table:
        return table.assign(stratum=TOTAL, base_weight=1.0, stratum_population=np.nan)
    return table.assign(
        base_weight=table["base_weight"].astype(float),
        stratum_population=table["stratum"].map(pd.Series(people(counts))),
    )


def people(counts: pd.DataFrame) -> dict[str, float]:
    """Persons on the frame in each stratum, from the counts of the validate step."""
    population = counts.loc[counts["quantity"] == "population"].set_index("group")["value"]
    return {str(k): float(v) for k, v in population.items()}


def weigh_wave(
    table: pd.DataFrame,
    populations: Mapping[str, float],
    margins: Margins,
    settings: Weight | None,
    selection: Selection,
) -> Adapted:
    """The weights of `table` (from `weighted_part`), as much as its respondents bear.

    Where chance drew respondents, or everyone was asked, the finite population counts: those who
    answered are taken as a random part of their stratum, so that a stratum with 20 of its 120
    people leaves less to chance than one with 20 of 4,200, and one of which all answered nothing.
    Who came in by themselves or were chosen are no part of a known population in this sense.

    `table`: respondents with `stratum`, `base_weight` and the variables of the margins.
    `populations`: persons on the frame by stratum, those without a respondent too. `margins`:
    persons by variable and category; none: the strata alone. `settings`: limits and declared
    merges, or the column of weights that are given; None: everybody counts once. `selection`: how
    respondents came in.

    Raises DataError: a weight that is given is no number of 0 or more.
    """
    if settings and settings.given:
        return _take_given(table, settings.given)
    table, margins, unknown = with_unknown(table, margins)
    finite = bool(populations) and (selection.is_drawn or selection.response_rate)
    base = table if settings else table.assign(base_weight=1.0)
    collapse = [
        Collapse(variable, tuple(codes), join_codes(sorted(codes)), "declared")
        for variable, merges in (settings.collapse if settings else {}).items()
        for codes in merges
    ]
    found = weigh_adapting(
        base,
        Sampled("base_weight", STRATUM, populations if finite else None),
        margins if settings else None,
        collapse=collapse,
        trim=Trim(settings.trim[0], settings.trim[1]) if settings else None,
    )
    kept = tuple(name for name in unknown if name in found.margins)
    said = (Fact("weighting.step.unknown", {"variables": Listed(kept)}),) if kept else ()
    return replace(found, steps=(*found.steps, *said))


def _take_given(table: pd.DataFrame, given: GivenWeights) -> Adapted:
    columns = given.match_columns(table.columns)
    known = table[[given.weight, *columns]].apply(pd.to_numeric, errors="coerce")
    for column, numbers in known.items():
        if len(wrong := table.loc[~(numbers >= 0), column]):
            raise DataError(
                f"the coded answers, row {wrong.index[0] + 2}, {column}: "
                f"{quote_cell(wrong.iloc[0])}; expected a weight of 0 or more. Correct it, or take "
                "the submission out."
            )
    base = table.assign(base_weight=known[given.weight])
    for column in given.drawn_by:
        if len(wrong := table.index[table[column].str.match("_|$")]):
            raise DataError(
                f"the coded answers, row {wrong[0] + 2}, {column}: no answer; expected the stratum "
                "or the sampling unit. Correct it, or take the submission out."
            )
    made: Repeats | None = None if given.has_design else "auto"
    found = weigh_adapting(base, Sampled("base_weight", STRATUM), None, replicates=made)
    said = Fact("weighting.step.given")
    if given.replicates and found.weighting:
        said = Fact("weighting.step.replicated", {"n": len(columns), "type": given.replicates.type})
        weights = known[columns].to_numpy(np.float64)
        try:
            design = with_replicates(found.weighting.design, weights, **given.replicates.constants)
        except StatisticsError as error:
            raise ConfigError(f"weight.given.replicates: {error}.") from None
        found = replace(found, weighting=replace(found.weighting, design=design))
    more = []
    if given.drawn_by and found.weighting:
        joined, alone = _join_lonely_strata(base, given)
        try:
            drawn = make_design(joined, weights="base_weight", strata=given.strata, psu=given.psu)
            few = drawn.stages[0].units.size <= MOST_UNITS
            units = make_replicates(drawn, "JKn" if few else "groups", n_replicates=GROUPS)
        except StatisticsError as error:
            raise ConfigError(
                f"weight.given: {error}. Leave strata and psu out, or name other items."
            ) from None
        # Weights alone know from here on who was drawn together.
        units = replace(units, kind="given")
        design = replace(found.weighting.design, replicates=units)
        said = Fact("weighting.step.drawn", {"n": units.count})
        more += [Fact("weighting.step.lonely", {"n": alone})] if alone else []
        found = replace(found, weighting=replace(found.weighting, design=design))
    if nobody := int((base["base_weight"] == 0).sum()):
        more.append(Fact("weighting.step.nobody", {"n": nobody}))
    steps = [said if f.kind == "weighting.step.unweighted" else f for f in found.steps]
    return replace(found, steps=(*steps, *more))


def _join_lonely_strata(table: pd.DataFrame, given: GivenWeights) -> tuple[pd.DataFrame, int]:
    """The table with strata of two sampling units or more, and how many had one.

    One with a single unit is joined to the next, the last to the one before: on average variances
    are then too large (Wolter, Introduction to Variance Estimation, 2007, section 2.5).
    """
    if not given.strata:
        return table, 0
    own, unit = table[given.strata], table[given.psu] if given.psu else table["respondent"]
    units = unit.groupby(own).nunique()
    alone = int((units == 1).sum())
    joined: list[list[str]] = []
    for code in sorted(units.index, key=lambda code: (len(code), code)) if alone else ():
        if joined and units[joined[-1]].sum() < 2:
            joined[-1].append(code)
        else:
            joined.append([code])
    if len(joined) > 1 and units[joined[-1]].sum() < 2:
        joined[-2] += joined.pop()
    names = {given.strata: own.replace({code: codes[0] for codes in joined for code in codes})}
    # Units may be numbered anew in each stratum.
    return table.assign(**names, **({given.psu: own + "/" + unit} if given.psu else {})), alone


def with_unknown(
    table: pd.DataFrame, margins: Margins
) -> tuple[pd.DataFrame, Margins, tuple[str, ...]]:
    """Respondents without a category of a margin are one of their own, with the share they have.

    A list of persons knows everybody's categories; answers do not. Returns the table and the
    margins with the category `UNKNOWN`, and the variables that have it.
    """
    found = {name: ~table[name].isin(list(totals)) for name, totals in margins.items()}
    missing = tuple(name for name, rows in found.items() if rows.any())
    made = dict(margins)
    for name in missing:
        share, whole = float(found[name].mean()), sum(margins[name].values())
        rest = {code: total * (1 - share) for code, total in margins[name].items()}
        made[name] = {**rest, UNKNOWN: whole * share}
        table = table.assign(**{name: table[name].mask(found[name], UNKNOWN)})
    return table, made, missing


def tell_move(weighed: Adapted, answers: pd.DataFrame, columns: Sequence[str]) -> tuple[Fact, ...]:
    """The most by which limits move a share of all; nothing where they changed no weight.

    Over every code of the `columns` of the coded `answers`, each among those who gave one.
    """
    made = weighed.weighting
    if made is None or np.allclose(weighed.raked, made.weights, rtol=1e-9):
        return ()
    weights = pd.DataFrame({"raked": weighed.raked, "final": made.weights})
    moves = [0.0]
    for column in columns:
        codes = answers[column].reset_index(drop=True)
        totals = weights.groupby(codes.where(~codes.str.startswith("_"))).sum()
        moves += list((totals / totals.sum()).diff(axis=1)["final"].abs())
    return (Fact("weighting.step.moved", {"most": Quantity.of(max(moves), "points", 1)}),)


def weights_table(table: pd.DataFrame, weighed: Adapted) -> pd.DataFrame:
    """One row a weighted respondent: stratum, its population, base, raked and final weight."""
    columns = ["respondent", "stratum", "stratum_population", "base_weight"]
    if weighed.weighting is None:
        return pd.DataFrame(columns=[*columns, "raked_weight", "weight"])
    known = table[["respondent"]].assign(
        stratum=weighed.strata,
        stratum_population=weighed.populations,
        base_weight=weighed.weighting.design.data["base_weight"],
    )
    return known.assign(raked_weight=weighed.raked, weight=weighed.weighting.weights)


def margins_table(weighed: Adapted) -> pd.DataFrame:
    """The margins of the report, with the weighted totals after raking and before any limit."""
    if weighed.weighting is None:
        columns = ["variable", "category", "n", "target", "base", "final", "gap", "raked"]
        return pd.DataFrame(columns=columns)
    by_margin = weighed.weighting.design.projections[-1].margins
    raked = [np.bincount(c.codes, weights=weighed.raked, minlength=c.size) for c in by_margin]
    known = weighed.weighting.report.margins.assign(raked=np.concatenate(raked))
    return known[~known["variable"].isin(OWN)].reset_index(drop=True)


def summary_table(weighed: Adapted) -> pd.DataFrame:
    """The measures of the report, and how many weights were beyond the limits."""
    if weighed.weighting is None:
        return pd.DataFrame(columns=["measure", "base", "final"])
    report = weighed.weighting.report
    trimmed = pd.DataFrame({"measure": ["trimmed"], "final": [float(report.trimmed)]})
    return pd.concat([report.to_frame(), trimmed])


def steps_table(weighed: Adapted) -> pd.DataFrame:
    """What was done, one fact a row as JSON, in order: column `fact`."""
    return pd.DataFrame({"fact": [to_json(fact) for fact in weighed.steps]}, dtype=object)


# The columns of the weights that a design needs.
OF_A_WEIGHT = ("respondent", "stratum", "stratum_population", "weight")


def replicates_file(replicates: Replicates | None) -> bytes:
    """The content of `replicates.npz`: the weights, and the pattern of each row where rows share
    one; nothing but the names where nobody was weighted.
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
    """The numbers with as many digits as a table holds: the same bytes from any kernel of BLAS."""
    distinct, place = np.unique(values, return_inverse=True)
    texts = [format(value, f".{SIGNIFICANT_DIGITS}g") for value in distinct]
    return np.array(texts, dtype=np.float64)[place].reshape(values.shape)


def read_replicates(path: Path) -> Replicates:
    """What `replicates_file` wrote."""
    with np.load(path) as content:
        matrix, scale, rscales = content["matrix"], float(content["scale"]), content["rscales"]
        kind = cast(Kind, str(content["kind"]))
        mse, pattern = "mse" in content, content.get("pattern")
        return Replicates(matrix, scale, rscales, mse, kind, pattern)


def read_weighted(
    answers: Path, weights: Path, columns: Collection[str] | None = None
) -> tuple[Design, pd.DataFrame]:
    """The design with replicate weights, and the coded answers of all whose weight is not 0.

    `answers` is the coded table of the validate step, `weights` the weight step's `weights.csv`
    with `replicates.npz` beside it. `columns`: answers and frame variables; all unless given.
    """
    wanted = None if columns is None else {"respondent", "group", "stratum", *columns}
    coded = read_text_table(answers, "the coded answers", columns=wanted)
    final = read_text_table(weights, "the weights", columns=OF_A_WEIGHT)
    nobody = final.loc[final["weight"].astype(float) == 0, "respondent"]
    design = weighted_design(coded, final, read_replicates(weights.parent / "replicates.npz"))
    # Of a million answers no copy is made where, as mostly, all stand for somebody.
    return design, coded[~coded["respondent"].isin(nobody)] if len(nobody) else coded


def weighted_design(coded: pd.DataFrame, weights: pd.DataFrame, replicates: Replicates) -> Design:
    """The design of those who have a weight; both tables as text, joined by `respondent`.

    Strata are those of the weighting. Without their populations no finite population counts.
    Where nobody has a weight it is a design of no rows, whose every base is empty.
    """
    finite = (weights["stratum_population"] != "").all()
    numeric = {"weight": float, **({"stratum_population": float} if finite else {})}
    final = weights[list(OF_A_WEIGHT)].astype(numeric)
    known = coded.drop(columns="stratum", errors="ignore")
    # pandas takes long to find out what it takes moments to see.
    unique = final["respondent"].is_unique and known["respondent"].is_unique
    table = final.merge(
        known, on="respondent", how="left", validate=None if unique else "one_to_one"
    )
    if table.empty:
        stage = Stage.make(Codes.rows(0), Codes.rows(0), None)
        return Design(table, np.empty(0), (stage,), np.empty(0, np.bool_), replicates=replicates)
    fpc = "stratum_population" if finite else None
    base = make_design(table, weights="weight", strata="stratum", fpc=fpc)
    return replace(base, replicates=replicates if replicates.matrix.size else None)
