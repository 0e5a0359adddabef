"""The wave of the clinic and what its steps make of it, once for all. Never change them."""

import pandas as pd
import pytest

from clinic_wave import Clinic, Tables, clinic, register, tables
from readiness.analysis.selection import Selection


@pytest.fixture(scope="session")
def wave(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return clinic(tmp_path_factory.mktemp("clinic"))


@pytest.fixture(scope="session")
def made(wave: Clinic) -> Tables:
    return tables(wave)


@pytest.fixture(scope="session")
def drawn(wave: Clinic, made: Tables) -> pd.DataFrame:
    """Its register."""
    return register(wave, made, Selection.PROBABILITY)
