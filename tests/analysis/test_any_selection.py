"""Waves of any selection and size, from answers to the register: each ends well and says how.

The clinic of `clinic_wave`, where everyone was asked, nobody was drawn, nothing is weighted, or few
or none answered.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clinic_wave import POPULATION, Clinic, as_text, clinic, register, tables
from readiness.analysis.selection import Selection
from readiness.analysis.weighting import (
    people,
    read_replicates,
    replicates_file,
    tell_move,
    weigh_wave,
    weighted_part,
    weights_table,
)
from readiness.config import Weight
from readiness.ground.facts import Quantity, of_domain
from readiness.language import LANGUAGES, tell

MARGINS = Weight(margins="clinic-1")


def steps_of(made: pd.DataFrame) -> list[str]:
    """The kinds of the steps, each of which every language can tell."""
    facts = [of_domain(text, "weighting") for text in made["fact"]]
    for fact in facts:
        for language in LANGUAGES:
            assert tell(fact, language)
    return [fact.kind.rpartition(".")[2] for fact in facts]


def drawn(wave: Clinic, selection: Selection, weight: Weight | None = MARGINS) -> pd.DataFrame:
    """The register of a wave; its steps are in `attrs`."""
    made = tables(wave, weight=weight, selection=selection)
    found = register(wave, made, selection)
    found.attrs["steps"] = steps_of(made.steps)
    return found


def weighed_of(
    wave: Clinic, weight: Weight, selection: Selection = Selection.PROBABILITY
) -> tuple[pd.DataFrame, Any]:
    """Who is weighted, and the weights."""
    counts = as_text(wave.validated.counts)
    table = weighted_part(as_text(wave.validated.answers), counts, wave.questionnaire.groups_apart)
    return table, weigh_wave(table, people(counts), wave.margins, weight, selection)


def se(rows: pd.DataFrame, identity: str = "rating.top.all") -> float:
    return float(rows.loc[identity, "se"])


@pytest.mark.parametrize("asked", ["everyone", "all_asked"])
def test_a_census_has_no_interval_and_no_test_whoever_answered(tmp_path: Path, asked: str) -> None:
    found = drawn(clinic(tmp_path, **{asked: True}), Selection.CENSUS)
    assert found.attrs["steps"][0] == "raked"
    estimates = found[found["kind"].isin(["estimate", "contrast", "test"])]
    assert set(estimates["se"]) == {""} and "p" not in set(found["unit"])
    assert not estimates.index.str.contains(r"\.(?:lower|upper|n_eff)$").any()
    assert not found.index.isin(["settings.level", "weighting.replicates"]).any()


@pytest.mark.parametrize("selection", [Selection.OPT_IN, Selection.PURPOSIVE])
def test_who_was_not_drawn_has_no_finite_population(tmp_path: Path, selection: Selection) -> None:
    wave = clinic(tmp_path)
    table, weighed = weighed_of(wave, MARGINS, selection)
    weights = as_text(weights_table(table, weighed))
    assert set(weights["stratum_population"]) == {""}
    made = weighed.weighting
    assert made is not None and made.design.replicates is not None
    assert (made.design.stages[0].fraction_left() == 1).all()
    # The margins are met all the same.
    assert made.report.largest_gap < 1e-9
    found = drawn(wave, selection)
    assert bool((found["se"] != "").any()) == selection.inference
    assert ("p" in set(found["unit"])) == selection.inference


def test_unweighted_is_a_choice_and_says_so(tmp_path: Path) -> None:
    wave = clinic(tmp_path)
    found = drawn(wave, Selection.PROBABILITY, None)
    assert found.attrs["steps"] == ["unweighted", "jackknife"]
    answers = wave.validated.answers
    rating = answers.loc[
        (answers["group"] != "manager") & (answers["group"] != "visitor"), "rating"
    ]
    known = rating[rating.isin(["bad", "fair", "fine", "great"])]
    share = known.isin(["fine", "great"]).mean()
    assert float(found.loc["rating.top.all", "value"]) == pytest.approx(share)
    assert float(found.loc["weighting.kish_deff", "value"]) == pytest.approx(1)
    assert not [i for i in found.index if i.startswith(("weighting.target.", "weighting.gap."))]
    assert se(found) > 0


def test_a_group_of_one_ends_well(tmp_path: Path) -> None:
    wave = clinic(tmp_path, answered={"harbour": 60, "hill": 1})
    found = drawn(wave, Selection.PROBABILITY)
    # The stratum of one is merged; with one category of enough respondents there is no margin.
    assert found.attrs["steps"][:2] == ["strata", "dropped_small"]
    assert found.loc["rating.top.hill", "value"] == "" and float(se(found)) > 0
    assert found.loc["weighting.n", "value"] == "61"
    assert sum(POPULATION.values()) == pytest.approx(550)


@pytest.mark.parametrize("answered", [{"harbour": 0, "hill": 0}, {"harbour": 1, "hill": 0}])
def test_nobody_to_weight_has_no_weighted_share_and_a_reason(
    tmp_path: Path, answered: dict[str, int]
) -> None:
    wave = clinic(tmp_path, answered=answered)
    made = tables(wave)
    assert steps_of(made.steps) == ["none"]
    found = register(wave, made, Selection.PROBABILITY)
    assert "weighting.n" not in found.index and found.loc["weighting.answers", "value"] == str(
        sum(answered.values())
    )
    weighted = found[found["group"].isin(["all", "harbour", "hill"]) & (found["unit"] == "share")]
    assert set(weighted.loc[weighted["kind"] == "estimate", "value"]) <= {""}
    # Those counted apart are counted all the same.
    assert found.loc["beds.mean.manager", "value"] != ""


def test_merges_are_declared_and_limits_kept(tmp_path: Path) -> None:
    wave = clinic(tmp_path)
    merge = {"site": [["harbour", "hill"]], "stratum": [["harbour", "hill"]]}
    _, found = weighed_of(wave, Weight(margins="clinic-1", collapse=merge, trim=[0.5, 2.0]))
    kinds = [fact.kind.rpartition(".")[2] for fact in found.steps]
    done = ["strata_declared", "declared", "dropped_small", "strata_alone", "inside", "jackknife"]
    assert kinds == done
    assert set(found.strata) == {"harbour+hill"}
    assert found.replicates is not None
    file = tmp_path / "replicates.npz"
    file.write_bytes(replicates_file(found.replicates))
    again = read_replicates(file)
    assert again.write_out() == pytest.approx(found.replicates.write_out(), rel=1e-11)


def test_the_report_says_what_limits_move(tmp_path: Path) -> None:
    wave = clinic(tmp_path, apart=False, answered={"harbour": 80, "hill": 30})
    for limits, kinds in (([0.5, 1.2], 1), ([0.2, 4.0], 0)):
        table, found = weighed_of(wave, Weight(margins="clinic-1", trim=limits))
        told = tell_move(found, table, ["rating", "shift"])
        assert len(told) == kinds
        for fact in told:
            assert found.weighting is not None
            shares = [
                np.average(known["shift"] == "day", weights=known["w"])
                for w in (found.raked, found.weighting.weights)
                for known in [table.assign(w=w).query("shift in ['day', 'night']")]
            ]
            most = fact.values["most"]
            assert isinstance(most, Quantity)
            assert float(most.value) >= abs(shares[0] - shares[1]) - 1e-12 > 0
