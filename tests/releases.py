"""Numbers that were released once, for tests of what a release tells and how it is compared.

Two editions of the simulated wave, with twelve digits, and a study; their publications are
withdrawn.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from readiness.register.figures import read_register

FIRST, SECOND, STUDY = "simulated-2026-r1", "simulated-2026-r2", "haca-2024"
RELEASES = (STUDY, FIRST, SECOND)


def released_figures(name: str) -> pd.DataFrame:
    """The figures of a release, as text."""
    return read_register(Path(__file__).parent / "releases" / f"{name}.csv")
