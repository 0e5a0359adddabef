"""The whole simulated wave: population, sample, two exports, margins, corrections, truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from readiness.questionnaire import BLANK, Questionnaire
from simulated_wave import scenario
from simulated_wave.mistakes import Mistakes
from simulated_wave.population import generator, make_population, population_truth
from simulated_wave.submissions import (
    Submission,
    expert_submissions,
    make_tokens,
    professional_submissions,
)
from simulated_wave.wave import FRAME_COLUMNS, Wave, run_wave

MARKER_TEXT = "oui"
_MARGIN_NOTE = "simulated: invented total, no real frame"


@dataclass(frozen=True)
class Simulation:
    """A simulated wave and its truth.

    population: the frame and what everyone would answer.
    sample: the invited persons, one row each, in the columns of the sample file.
    export_1, export_2: the two exports, with the headers of the form, all text.
    margins: totals of the frame variables in the columns of the margins file.
    corrections: in the columns of the corrections file.
    truth: population shares (`population_truth`).
    respondents: coded answers of the professionals who answered in time, with their `token`.
    planted: every fault that was planted: `export`, `rule`, `respondent`, `item`.
    """

    population: pd.DataFrame
    sample: pd.DataFrame
    export_1: pd.DataFrame
    export_2: pd.DataFrame
    margins: pd.DataFrame
    corrections: pd.DataFrame
    truth: pd.DataFrame
    respondents: pd.DataFrame
    planted: pd.DataFrame


def simulate(questionnaire: Questionnaire, seed: int = scenario.SEED) -> Simulation:
    """Simulate the wave of `questionnaire` (the shipped `ai-readiness-1`) from one seed."""
    population = make_population(seed)
    wave = run_wave(population, seed)
    rng = generator(seed, 2)
    tokens = np.array(make_tokens(len(wave.drawn), rng), dtype=object)
    respondents = wave.respondents.assign(token=tokens[wave.answered])
    silent = wave.drawn.loc[~wave.answered].assign(token=tokens[~wave.answered])

    professionals = professional_submissions(respondents, questionnaire, rng)
    spare = professional_submissions(silent.sort_values("token").iloc[:20], questionnaire, rng)
    experts = expert_submissions(questionnaire, rng)
    for submission in (*professionals, *experts):
        submission.exports = {1, 2} if submission.moment < scenario.EXPORT_1 else {2}
    mistakes = Mistakes(questionnaire, professionals, spare, rng)
    _record_blanks(mistakes, respondents, professionals, questionnaire)
    # The moment of submission is the name of those who come by the open link.
    assert len({submission.moment for submission in experts}) == len(experts)
    mistakes.corrected_faults()
    mistakes.answer_faults()
    mistakes.row_faults(frozenset(tokens), experts)

    submissions = [*professionals, *experts, *mistakes.extra]
    return Simulation(
        population=population,
        sample=_sample(wave, tokens),
        export_1=_export(submissions, 1, questionnaire),
        export_2=_export(submissions, 2, questionnaire),
        margins=_margins(population),
        corrections=pd.DataFrame(mistakes.corrections),
        truth=population_truth(population),
        respondents=respondents.reset_index(drop=True),
        planted=mistakes.planted,
    )


def _record_blanks(
    mistakes: Mistakes,
    respondents: pd.DataFrame,
    submissions: list[Submission],
    questionnaire: Questionnaire,
) -> None:
    """Items left blank by professionals are faults too, planted by the wave itself."""
    for item in questionnaire.items:
        if item.columns[0] not in respondents.columns:
            continue
        blank = (respondents[item.columns[0]] == BLANK).to_numpy()
        for position in np.flatnonzero(blank):
            submission = submissions[position]
            mistakes.record("no_answer", submission.invitation, item.id, submission.exports)


def _sample(wave: Wave, tokens: np.ndarray[tuple[int], np.dtype[np.object_]]) -> pd.DataFrame:
    sample = wave.drawn.assign(token=tokens, simulated=MARKER_TEXT)
    design = ["stratum_population", "stratum_drawn", "base_weight"]
    columns = ["token", "stratum", *FRAME_COLUMNS, *design, "simulated"]
    return sample[columns].sort_values("token").reset_index(drop=True)


def _margins(population: pd.DataFrame) -> pd.DataFrame:
    codes = {
        "profession": tuple(scenario.POPULATION),
        "region": scenario.REGIONS,
        "size": scenario.SIZES,
    }
    rows = [
        (variable, code, int((population[variable] == code).sum()), "scenario", _MARGIN_NOTE)
        for variable in FRAME_COLUMNS
        for code in codes[variable]
    ]
    return pd.DataFrame(rows, columns=["variable", "category", "total", "status", "note"])


def _export(
    submissions: list[Submission], export: int, questionnaire: Questionnaire
) -> pd.DataFrame:
    """The form's own table: in the order in which answers came in."""
    rows = sorted((s for s in submissions if export in s.exports), key=lambda s: s.moment)
    columns = questionnaire.export
    table = {
        columns.timestamp: [s.stamp or s.moment.strftime("%d/%m/%Y %H:%M:%S") for s in rows],
        columns.invitation: [s.invitation for s in rows],
    }
    for item in questionnaire.items:
        table[item.column] = [s.texts[item.id] for s in rows]
    if columns.marker is not None:
        table[columns.marker] = [MARKER_TEXT] * len(rows)
    return pd.DataFrame(table)
