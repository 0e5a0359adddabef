"""A wave of other groups, kinds and codes than the shipped one, from its export on."""

from __future__ import annotations

from pathlib import Path

import pytest
from clinic_wave import ANSWERED, APART, Clinic, clinic

from readiness.questionnaire import BLANK


@pytest.fixture(scope="module")
def wave(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return clinic(tmp_path_factory.mktemp("clinic"))


def test_groups_are_the_questionnaires(wave: Clinic) -> None:
    validated = wave.validated
    assert validated.groups == ("nurse", "midwife", "manager", "visitor")
    kept = {group: validated.count("kept", group) for group in validated.groups}
    assert (kept["manager"], kept["visitor"]) == tuple(APART.values())
    # Who does not say is weighted by the invitation, and in no group where there are several.
    blank = validated.answers[validated.answers["group"] == BLANK]
    assert len(blank) == 2 and (blank["base_weight"] != "").all()
    assert kept["nurse"] + kept["midwife"] + 2 == sum(ANSWERED.values())
    apart = validated.answers["group"].isin(["manager", "visitor"])
    assert (validated.answers.loc[apart, ["stratum", "site", "base_weight"]] == "").all(axis=None)


def test_without_a_group_item_everybody_is_weighted(tmp_path: Path) -> None:
    validated = clinic(tmp_path, apart=False).validated
    assert validated.groups == ()
    assert set(validated.answers["group"]) == {"all"}
    assert len(validated.answers) == validated.count("kept") == sum(ANSWERED.values())
