"""The shipped questionnaire and the shipped simulated wave: real files, read once."""

from pathlib import Path

import pytest
from wave_files import Wave

from readiness.questionnaire import Questionnaire, load_questionnaire
from readiness.readers import read_corrections, read_export, read_sample
from readiness.validation import validate
from simulated_wave import CLOSES, OPENS, simulate
from simulated_wave.files import file_bytes

ROOT = Path(__file__).parents[2]
QUESTIONNAIRE = ROOT / "data" / "questionnaires" / "ai-readiness-1.yaml"


@pytest.fixture(scope="session")
def questionnaire() -> Questionnaire:
    return load_questionnaire(QUESTIONNAIRE)


@pytest.fixture(scope="session")
def wave(questionnaire: Questionnaire, tmp_path_factory: pytest.TempPathFactory) -> Wave:
    folder = tmp_path_factory.mktemp("wave")
    for name, content in file_bytes(QUESTIONNAIRE).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    sample = read_sample(folder / "data/raw/simulated-2026-sample/1.csv", questionnaire)
    corrections = read_corrections(folder / "data/corrections/simulated-2026-1.csv", questionnaire)
    exports = {
        version: read_export(folder / f"data/raw/simulated-2026/{version}.csv", questionnaire)
        for version in (1, 2)
    }
    validated = {
        version: validate(raw, questionnaire, sample, corrections, opens=OPENS, closes=CLOSES)
        for version, raw in exports.items()
    }
    planted = simulate(questionnaire).planted
    return Wave(folder, sample, corrections, exports, validated, planted)
