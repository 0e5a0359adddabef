"""Drawing the sample and answering: what chance decides in a wave, on a fixed population.

`redraw` is the whole of it without the export, fast enough to be repeated hundreds of times: what
a benchmark measures bias and coverage with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.questionnaire import BLANK, NOT_ASKED
from simulated_wave import scenario
from simulated_wave.population import SINGLE_ITEMS, USE_AREA_COLUMNS, generator

FRAME_COLUMNS = ("profession", "region", "size")


def draw(population: pd.DataFrame, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Positions of the drawn persons: simple random sampling without replacement by stratum.

    Strata are the professions; `scenario.DRAWN` are drawn from each. Positions are sorted.
    """
    keys = rng.random(len(population))
    profession = population["profession"].to_numpy()
    drawn = []
    for stratum, n in scenario.DRAWN.items():
        members = np.flatnonzero(profession == stratum)
        drawn.append(members[np.argsort(keys[members], kind="stable")[:n]])
    return np.sort(np.concatenate(drawn))


def response_probability(people: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Probability of answering the form, by region and size (0-1)."""
    return (
        scenario.RESPONSE
        * people["region"].map(scenario.RESPONSE_BY_REGION).to_numpy(dtype=float)
        * people["size"].map(scenario.RESPONSE_BY_SIZE).to_numpy(dtype=float)
    )


def design_columns(people: pd.DataFrame) -> pd.DataFrame:
    """`stratum`, `stratum_population`, `stratum_drawn` and `base_weight` (population / drawn)."""
    stratum = people["profession"]
    size = stratum.map(scenario.POPULATION)
    drawn = stratum.map(scenario.DRAWN)
    return pd.DataFrame(
        {
            "stratum": stratum,
            "stratum_population": size,
            "stratum_drawn": drawn,
            "base_weight": size / drawn,
        },
        index=people.index,
    )


def leave_blanks(people: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """The answers of `people` with items left blank, as in a form that insists on nothing.

    At random for most items; `team_trained` by what the answer would have been. Whoever leaves
    `use_ai` blank is not asked where it is used.
    """
    answers = people.copy()
    for item in (*SINGLE_ITEMS, "experience_years"):
        rule = scenario.TEAM_TRAINED_BLANK if item == "team_trained" else {}
        share = people[item].map(rule).astype(float).fillna(scenario.ITEM_BLANK)
        blank = rng.random(len(people)) < share.to_numpy()
        answers[item] = answers[item].astype(object).where(~blank, BLANK)
    skipped = rng.random(len(people)) < scenario.ITEM_BLANK
    areas = list(USE_AREA_COLUMNS)
    answers.loc[skipped & (answers["use_ai"] == "yes").to_numpy(), areas] = BLANK
    answers.loc[answers["use_ai"] != "yes", areas] = NOT_ASKED
    return answers


@dataclass(frozen=True)
class Wave:
    """A drawn sample and who answered.

    drawn: the invited persons with what each would answer, and design columns.
    answered: for each of them, whether the form came back.
    respondents: answers of those who answered, with items left blank, and design columns.
    """

    drawn: pd.DataFrame
    answered: npt.NDArray[np.bool_]
    respondents: pd.DataFrame


def run_wave(population: pd.DataFrame, seed: int) -> Wave:
    """Draw the sample and let it answer."""
    rng = generator(seed, 1)
    drawn = population.iloc[draw(population, rng)]
    answered = rng.random(len(drawn)) < response_probability(drawn)
    design = design_columns(drawn)
    respondents = pd.concat([leave_blanks(drawn.loc[answered], rng), design.loc[answered]], axis=1)
    return Wave(pd.concat([drawn, design], axis=1), answered, respondents)


def redraw(population: pd.DataFrame, seed: int) -> pd.DataFrame:
    """One wave on a fixed `population`: draw, response, blanks; no export and no mistakes.

    Returns the respondents in the shape of a coded table: `person`, frame columns, design columns
    (`stratum`, `stratum_population`, `stratum_drawn`, `base_weight`), items as codes or special
    codes. With the seed of `simulate` these are the answers behind its exports.
    """
    return run_wave(population, seed).respondents.reset_index(drop=True)
