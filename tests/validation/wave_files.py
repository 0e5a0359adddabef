"""The files of the simulated wave, as tests use them."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from readiness.validation import Validated
from simulated_wave.files import EXPORTS, TABLES


@dataclass(frozen=True)
class Wave:
    """The files of the simulated wave, on disk and read."""

    folder: Path
    sample: pd.DataFrame
    corrections: pd.DataFrame
    exports: dict[int, pd.DataFrame]
    validated: dict[int, Validated]
    planted: pd.DataFrame

    def path(self, name: str) -> Path:
        paths = {attribute: path for path, attribute in (EXPORTS | TABLES).items()}
        return self.folder / paths[name]
