"""Numbers that were released once, for tests of what a release tells and how it is compared.

Two releases of the simulated wave, with twelve digits; their publications are withdrawn.
"""

from pathlib import Path

import pandas as pd

from readiness.register.figures import read_register

FIRST, SECOND = "simulated-2026-r1", "simulated-2026-r2"


def released_figures(name: str) -> pd.DataFrame:
    """The figures of a release, as text."""
    return read_register(Path(__file__).parent / "releases" / f"{name}.csv")
