"""The simulated population: who is on the frame and what each person would answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from readiness.questionnaire import DONT_KNOW, NOT_ASKED, SPECIAL_CODES
from simulated_wave import scenario

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

PROFESSIONS = tuple(scenario.POPULATION)
# Items with one column that every professional is asked, in the order in which they are drawn.
SINGLE_ITEMS = (
    "perception",
    "revolution",
    "replacement",
    "jobs",
    "preparation",
    "team_trained",
    "use_ai",
    "time_saving",
    "cost_saving",
    "future_use",
    "training_need",
)
USE_AREA_COLUMNS = tuple(f"use_areas.{code}" for code in scenario.USE_AREAS)
REGULATION_COLUMNS = tuple(f"regulation.{code}" for code in scenario.REGULATION)


def generator(seed: int, stream: int) -> np.random.Generator:
    """The generator of one `stream` of a `seed`: population, draw, mistakes do not disturb."""
    return np.random.Generator(np.random.PCG64([seed, stream]))


def pick(uniform: Floats, shares: Mapping[str, float]) -> Texts:
    """Draw a code for each uniform number by inverting the cumulated `shares` (sum 1)."""
    codes = np.array(list(shares), dtype=object)
    cumulated = np.cumsum(list(shares.values()))
    chosen = np.searchsorted(cumulated[:-1], uniform, side="right")
    drawn: Texts = codes[chosen]
    return drawn


def _by(values: pd.Series[str], effects: Mapping[str, float]) -> Floats:
    return np.asarray(values.map(effects), dtype=np.float64)


def _logistic(x: Floats) -> Floats:
    return (1.0 / (1.0 + np.exp(-x))).astype(np.float64)


def _with_dont_know(codes: Texts, uniform: Floats, share: float) -> Texts:
    result: Texts = np.where(uniform < share, DONT_KNOW, codes)
    return result


def make_population(seed: int = scenario.SEED) -> pd.DataFrame:
    """The population of about 12,000 persons, in the order of strata.

    Columns: `person`, `profession`, `region`, `size`, then an answer to every item that
    professionals are asked (codes, `1`/`0` by option, years as int). The same seed gives the same
    table on every machine: only uniform numbers are drawn, and they are inverted here.
    """
    rng = generator(seed, 0)
    people = _frame(rng)
    n = len(people)
    people["experience_years"] = np.minimum(
        np.floor(-np.log1p(-rng.random(n)) * scenario.EXPERIENCE_MEAN), scenario.EXPERIENCE_TOP
    ).astype(int)
    answers: dict[str, Texts] = {
        "revolution": _revolution(people, rng),
        "preparation": _preparation(people, rng),
        "use_ai": _use_ai(people, rng),
        "team_trained": _team_trained(people, rng),
    }
    for item, shares in scenario.SHARES.items():
        answers[item] = pick(rng.random(n), shares)
    for item in SINGLE_ITEMS:
        people[item] = answers[item]
    for column, share in zip(USE_AREA_COLUMNS, scenario.USE_AREAS.values(), strict=True):
        people[column] = np.where(rng.random(n) < share, "1", "0")
    for column, share in zip(REGULATION_COLUMNS, scenario.REGULATION.values(), strict=True):
        people[column] = np.where(rng.random(n) < share, "1", "0")
    _route_use_areas(people, rng.random(n))
    return people


def _frame(rng: np.random.Generator) -> pd.DataFrame:
    parts = []
    for profession, size in scenario.POPULATION.items():
        regions = dict(zip(scenario.REGIONS, scenario.REGION_SHARES[profession], strict=True))
        sizes = dict(zip(scenario.SIZES, scenario.SIZE_SHARES[profession], strict=True))
        parts.append(
            pd.DataFrame(
                {
                    "profession": profession,
                    "region": pick(rng.random(size), regions),
                    "size": pick(rng.random(size), sizes),
                }
            )
        )
    people = pd.concat(parts, ignore_index=True)
    people.insert(0, "person", [f"p{number:05d}" for number in range(1, len(people) + 1)])
    return people


def _revolution(people: pd.DataFrame, rng: np.random.Generator) -> Texts:
    """The same count of each answer in each profession, given out in random order."""
    answers = np.empty(len(people), dtype=object)
    for profession in PROFESSIONS:
        members = np.flatnonzero((people["profession"] == profession).to_numpy())
        counts = [round(share * len(members)) for share in scenario.REVOLUTION.values()]
        order = np.argsort(rng.random(len(members)), kind="stable")
        answers[members[order]] = np.repeat(list(scenario.REVOLUTION), counts)
    return answers


def _preparation(people: pd.DataFrame, rng: np.random.Generator) -> Texts:
    """Proportional odds: one shift a profession, the same thresholds for all."""
    levels = np.array(["none", "weak", "medium", "good"], dtype=object)
    shift = _by(people["profession"], scenario.PREPARATION_SHIFT)
    uniform = rng.random(len(people))
    below = [_logistic(threshold - shift) for threshold in scenario.PREPARATION_THRESHOLDS]
    level = np.sum([uniform > share for share in below], axis=0)
    return _with_dont_know(levels[level], rng.random(len(people)), scenario.PREPARATION_DONT_KNOW)


def _use_ai(people: pd.DataFrame, rng: np.random.Generator) -> Texts:
    score = (
        _by(people["profession"], scenario.USE_AI_BY_PROFESSION)
        + _by(people["size"], scenario.USE_AI_BY_SIZE)
        + _by(people["region"], scenario.USE_AI_BY_REGION)
    )
    answers: Texts = np.where(rng.random(len(people)) < _logistic(score), "yes", "no")
    return answers.astype(object)


def _team_trained(people: pd.DataFrame, rng: np.random.Generator) -> Texts:
    share = _by(people["profession"], scenario.TEAM_TRAINED)
    answers = np.where(rng.random(len(people)) < share, "yes", "no")
    return _with_dont_know(answers, rng.random(len(people)), scenario.TEAM_TRAINED_DONT_KNOW)


def _route_use_areas(people: pd.DataFrame, uniform: Floats) -> None:
    """Only users are asked where; a user has one area at least, or does not know."""
    columns = list(USE_AREA_COLUMNS)
    none_ticked = (people[columns] == "0").all(axis=1)
    people.loc[none_ticked, "use_areas.writing"] = "1"
    people.loc[uniform < scenario.USE_AREAS_DONT_KNOW, columns] = DONT_KNOW
    people.loc[people["use_ai"] != "yes", columns] = NOT_ASKED


def population_truth(population: pd.DataFrame) -> pd.DataFrame:
    """The truth of the population: what a census without nonresponse would find.

    Columns `item`, `level`, `group` (a profession or `all`), `statistic` (`share` of the base,
    0-1, or `mean`), `value`, `base` (persons). The base is those who were asked and do not answer
    "don't know".
    """
    rows: list[tuple[str, str, str, str, float, int]] = []
    groups: list[tuple[str, pd.DataFrame]] = [("all", population)]
    groups += [(p, population[population["profession"] == p]) for p in PROFESSIONS]
    for group, members in groups:
        for item in SINGLE_ITEMS:
            _add_shares(rows, item, group, members[item], _levels(item))
        for column in (*USE_AREA_COLUMNS, *REGULATION_COLUMNS):
            _add_shares(rows, column, group, members[column], ("1",))
        years = members["experience_years"]
        rows.append(("experience_years", "", group, "mean", float(years.mean()), len(years)))
    truth = pd.DataFrame(rows, columns=["item", "level", "group", "statistic", "value", "base"])
    return truth.sort_values(["item", "group", "level"], kind="stable").reset_index(drop=True)


def _levels(item: str) -> Sequence[str]:
    if item == "preparation":
        return ("none", "weak", "medium", "good")
    if item in ("use_ai", "team_trained"):
        return ("yes", "no")
    shares = scenario.REVOLUTION if item == "revolution" else scenario.SHARES[item]
    return [code for code in shares if code != DONT_KNOW]


def _add_shares(
    rows: list[tuple[str, str, str, str, float, int]],
    item: str,
    group: str,
    answers: pd.Series[str],
    levels: Sequence[str],
) -> None:
    base = answers[~answers.isin(SPECIAL_CODES)]
    for level in levels:
        rows.append((item, level, group, "share", float((base == level).mean()), len(base)))
