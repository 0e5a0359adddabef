"""The shipped files of the simulated wave are the generator's, to the byte."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from simulated_wave.files import QUESTIONNAIRE, file_bytes

ROOT = Path(__file__).parents[2]
GENERATOR = ROOT / "examples/simulated-wave"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return file_bytes(ROOT / QUESTIONNAIRE)


@pytest.mark.parametrize(
    ("dataset", "version"),
    [("simulated-2026", "1"), ("simulated-2026", "2"), ("simulated-2026-sample", "1")],
)
def test_datasets_under_dvc_come_from_the_generator(
    files: dict[str, bytes], dataset: str, version: str
) -> None:
    versions = pd.read_csv(ROOT / "data/versions.csv", dtype=str).set_index(["dataset", "version"])
    registered = versions.loc[(dataset, version)]
    content = files[f"data/raw/{dataset}/{version}.csv"]
    assert registered["sha256"] == hashlib.sha256(content).hexdigest()
    assert int(registered["bytes"]) == len(content)


@pytest.mark.parametrize(
    "name", ["data/margins/simulated-2026-1.csv", "data/corrections/simulated-2026-1.csv"]
)
def test_files_in_git_come_from_the_generator(files: dict[str, bytes], name: str) -> None:
    assert (ROOT / name).read_bytes() == files[name]


def test_same_bytes_under_another_locale_time_zone_and_hash_seed(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "autre dossier عربي"
    target = folder / QUESTIONNAIRE
    target.parent.mkdir(parents=True)
    target.write_bytes((ROOT / QUESTIONNAIRE).read_bytes())
    environment = os.environ | {
        "LC_ALL": "C",
        "TZ": "Pacific/Auckland",
        "PYTHONHASHSEED": "12345",
        "PYTHONPATH": str(ROOT / "workflow"),
    }
    subprocess.run(
        [sys.executable, str(GENERATOR), str(folder)],
        check=True,
        env=environment,
        capture_output=True,
    )
    for name, content in files.items():
        assert (folder / name).read_bytes() == content, name


def test_another_seed_gives_another_wave(files: dict[str, bytes]) -> None:
    other = file_bytes(ROOT / QUESTIONNAIRE, seed=1)
    assert set(other) == set(files)
    assert all(other[name] != content for name, content in files.items())
