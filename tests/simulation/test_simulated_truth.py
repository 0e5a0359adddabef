"""The simulated population and wave are what the documentation says they are."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from readiness.questionnaire import BLANK, SPECIAL_CODES, Questionnaire, load_questionnaire
from simulated_wave import SEED, make_population, population_truth, redraw, scenario
from simulated_wave.simulate import Simulation, simulate
from simulated_wave.wave import response_probability

ROOT = Path(__file__).parents[2]
FRAME = ("profession", "region", "size")


@pytest.fixture(scope="module")
def questionnaire() -> Questionnaire:
    return load_questionnaire(ROOT / "data/questionnaires/ai-readiness-1.yaml")


@pytest.fixture(scope="module")
def simulation(questionnaire: Questionnaire) -> Simulation:
    return simulate(questionnaire)


@pytest.fixture(scope="module")
def population() -> pd.DataFrame:
    return make_population()


def share(people: pd.DataFrame, item: str, level: str, weights: object = None) -> float:
    base = (~people[item].isin(SPECIAL_CODES)).to_numpy()
    return float(
        np.average(
            (people[item] == level).to_numpy()[base],
            weights=None if weights is None else np.asarray(weights)[base],
        )
    )


def test_population_is_the_declared_one(population: pd.DataFrame) -> None:
    assert len(population) == 12_000
    assert population["profession"].value_counts().to_dict() == scenario.POPULATION
    assert population["person"].is_unique
    assert not population.isna().any().any()


def test_codes_are_those_of_the_questionnaire(
    population: pd.DataFrame, questionnaire: Questionnaire
) -> None:
    for variable in questionnaire.frame:
        assert set(population[variable.id]) == set(variable.codes)
    for item in questionnaire.items:
        if item.id in population.columns and item.kind.takes_one:
            dont_know = {"_dont_know"} if item.dont_know else set()
            assert set(population[item.id]) == set(item.codes) | dont_know


def test_revolution_is_the_same_in_every_profession(population: pd.DataFrame) -> None:
    truth = population_truth(population)
    social = truth[(truth["item"] == "revolution") & (truth["level"] == "social")]
    assert len(social) == len(scenario.POPULATION) + 1
    assert social["value"].nunique() == 1


def test_preparation_differs_between_professions(population: pd.DataFrame) -> None:
    truth = population_truth(population).set_index(["item", "level", "group"])["value"].sort_index()
    low = truth["preparation", "none"] + truth["preparation", "weak"]
    assert low["creator"] - low["producer"] > 0.25


def test_truth_is_counted_from_the_population(population: pd.DataFrame) -> None:
    truth = population_truth(population).set_index(["item", "level", "group"])
    users = population[population["use_ai"] == "yes"]
    known = users[users["use_areas.editing"] != "_dont_know"]
    row = truth.loc["use_areas.editing", "1", "all"]
    assert row["base"] == len(known)
    assert row["value"] == (known["use_areas.editing"] == "1").mean()
    shares = truth.loc["preparation"].groupby("group")["value"].sum()
    assert np.allclose(shares, 1.0)


def test_no_published_percentage_was_aimed_at(population: pd.DataFrame) -> None:
    """Shares of the population stay clear of those published for the same item."""
    published = {
        ("preparation", "none"): 0.33,
        ("preparation", "weak"): 0.67,
        ("team_trained", "no"): 0.64,
        ("use_ai", "yes"): 0.58,
        ("revolution", "social"): 0.75,
        ("cost_saving", "yes"): 0.91,
        ("time_saving", "yes"): 0.75,
    }
    for (item, level), value in published.items():
        assert abs(share(population, item, level) - value) > 0.04


def test_response_is_a_probability(population: pd.DataFrame) -> None:
    probability = response_probability(population)
    assert 0.1 < probability.min() < probability.max() < 1.0


def test_draw_is_stratified_and_without_replacement(population: pd.DataFrame) -> None:
    from simulated_wave.wave import run_wave

    wave = run_wave(population, 7)
    assert wave.drawn["person"].is_unique
    assert wave.drawn["stratum"].value_counts().to_dict() == scenario.DRAWN
    weight = wave.drawn.groupby("stratum")["base_weight"].sum()
    assert weight.round(6).to_dict() == scenario.POPULATION


def test_team_trained_is_left_blank_by_its_own_answer(population: pd.DataFrame) -> None:
    true = population.set_index("person")["team_trained"]
    blank = {"yes": [], "no": []}  # type: dict[str, list[float]]
    for seed in range(8):
        wave = redraw(population, seed)
        answer = true.loc[wave["person"]].to_numpy()
        is_blank = (wave["team_trained"] == BLANK).to_numpy()
        for level, shares in blank.items():
            shares.append(float(is_blank[answer == level].mean()))
    assert np.mean(blank["no"]) == pytest.approx(0.40, abs=0.03)
    assert np.mean(blank["yes"]) == pytest.approx(0.08, abs=0.03)


def test_one_bias_is_removed_by_frame_weights_and_one_is_not(population: pd.DataFrame) -> None:
    """With the true inverse probabilities, which raking approximates; 30 redraws."""
    gaps: dict[str, list[float]] = {name: [] for name in ("use", "use_w", "team", "team_w")}
    for seed in range(30):
        wave = redraw(population, seed)
        weight = wave["base_weight"] / response_probability(wave)
        for name, item in (("use", "use_ai"), ("team", "team_trained")):
            truth = share(population, item, "yes")
            gaps[name].append(share(wave, item, "yes") - truth)
            gaps[f"{name}_w"].append(share(wave, item, "yes", weight) - truth)
    mean = {name: float(np.mean(values)) for name, values in gaps.items()}
    assert mean["use"] > 0.04
    assert abs(mean["use_w"]) < 0.015
    assert mean["team"] > 0.08
    assert mean["team_w"] > 0.08


def test_redraws_differ_and_repeat(population: pd.DataFrame) -> None:
    first, again, other = (redraw(population, seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert set(first["person"]) != set(other["person"])


def test_export_rests_on_the_redraw_of_its_seed(
    population: pd.DataFrame, simulation: Simulation
) -> None:
    answers = simulation.respondents.drop(columns="token")
    pd.testing.assert_frame_equal(answers, redraw(population, SEED))


def test_few_voice_artists_and_about_640_answers(simulation: Simulation) -> None:
    assert 600 <= len(simulation.respondents) <= 690
    assert (simulation.respondents["stratum"] == "voice_artist").sum() < 30


def test_simulated_stands_in_every_table(
    simulation: Simulation, questionnaire: Questionnaire
) -> None:
    marker = questionnaire.export.marker
    for table in (simulation.export_1, simulation.export_2):
        assert (table[marker] == "oui").all()
    assert (simulation.sample["simulated"] == "oui").all()
    assert simulation.margins["note"].str.contains("simulated").all()
    assert (simulation.margins["status"] == "scenario").all()
    assert simulation.corrections["reason"].str.contains("simulated").all()


def test_sample_names_no_person_of_the_population(simulation: Simulation) -> None:
    assert simulation.sample["token"].is_unique
    assert "person" not in simulation.sample.columns
    assert set(FRAME) < set(simulation.sample.columns)


def test_second_export_is_the_first_with_later_answers(
    simulation: Simulation, questionnaire: Questionnaire
) -> None:
    column = questionnaire.export.invitation
    first, second = simulation.export_1, simulation.export_2
    assert len(second) > len(first)
    assert set(first[column]) <= set(second[column])
    rows = [set(map(tuple, table.to_numpy())) for table in (first, second)]
    gone = rows[0] - rows[1]
    # Six resolved duplicates and the first state of three edited answers.
    assert len(gone) == 9
