"""The rows from which most charts here are drawn."""

import pandas as pd
import pytest
from register_sample import make_register


@pytest.fixture
def register() -> pd.DataFrame:
    return make_register()
