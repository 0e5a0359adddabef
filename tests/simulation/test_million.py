"""The benchmark of the chain at a million rows: its data and one command, at few rows."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from project_copy import ROOT, benchmark_module
from readiness.config import load_config
from readiness.plan.runs import PlannedRun
from readiness.questionnaire import load_questionnaire

ROWS = 4000


@pytest.fixture(scope="module")
def million() -> ModuleType:
    return benchmark_module("million")


def test_a_long_wave_is_weighted_by_groups_within_its_limits(
    million: ModuleType, tmp_path: Path
) -> None:
    section = load_config(ROOT / "config.yaml").waves[million.WAVE]
    run = PlannedRun(f"waves/{million.WAVE}", million.WAVE, section)
    questionnaire = load_questionnaire(ROOT / f"data/questionnaires/{section.questionnaire}.yaml")
    million.write(tmp_path, questionnaire, ROWS)
    cost = million.cost_of(million.command(run, tmp_path, "weight"))
    assert 0 < cost.cpu < 10 and cost.gigabytes < 1
    million.check(tmp_path)
    weights = pd.read_csv(tmp_path / "weight" / "weights.csv")
    assert len(weights) == ROWS
    share = weights["weight"] / weights["weight"].mean()
    assert share.between(0.2 - 1e-9, 4 + 1e-9).all()
